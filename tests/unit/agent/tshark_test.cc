#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "access_point_fixture.h"
#include "ieee80211/probe_request_multi_link.h"

namespace mlosim::agent {
namespace {

using phy::Band;
/// Wireshark's opinion of what the access points send.
class Wireshark : public AccessPointTest {
protected:
    void SetUp() override {
        ASSERT_EQ(std::system("tshark --version >/dev/null 2>&1"), 0) << "tshark is missing: scripts/setup installs it";
        file_ = std::filesystem::temp_directory_path() /
                ("mlosim-agent-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
                 std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pcap");
    }
    void TearDown() override { std::filesystem::remove(file_); }

    /// A classic capture file of link type IEEE802_11.
    void write(const std::vector<Bytes>& frames) const {
        Bytes out;
        ByteWriter w(out);
        w.u32le(0xa1b2c3d4);
        w.u16le(2);
        w.u16le(4);
        w.zeros(8);
        w.u32le(65535);
        w.u32le(105);
        for (const Bytes& frame : frames) {
            w.zeros(8);
            w.u32le(static_cast<std::uint32_t>(frame.size()));
            w.u32le(static_cast<std::uint32_t>(frame.size()));
            w.bytes(frame);
        }
        std::ofstream(file_, std::ios::binary)
            .write(reinterpret_cast<const char*>(out.data()), static_cast<std::streamsize>(out.size()));
    }
    [[nodiscard]] std::string tshark(const std::string& arguments) const {
        const std::string command = "tshark -r '" + file_.string() + "' " + arguments + " 2>/dev/null";
        std::string out;
        FILE* pipe = popen(command.c_str(), "r");
        if (pipe == nullptr) return "no pipe";
        char buffer[4096];
        for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            out.append(buffer, n);
        pclose(pipe);
        return out;
    }

    std::filesystem::path file_;
};

TEST_F(Wireshark, FindsNothingMalformedInAnyBeaconOrAnswer) {
    std::vector<Bytes> frames;
    const auto take = [&](const AccessPoint& ap, std::string_view name) {
        for (const Bss& bss : ap.bsses()) {
            frames.push_back(beacon_of(bss));
            const auto answers = probe(bss, name);
            frames.insert(frames.end(), answers.begin(), answers.end());
        }
    };
    const AccessPoint& mld = start(three_links());
    take(mld, "three");
    Bytes more;
    ByteWriter w(more);
    ieee80211::ProbeRequestMultiLink{}.append_to(w);
    const auto profiles = probe(mld.bsses().front(), "", more, mld.bsses().front().bssid);
    ASSERT_EQ(profiles.size(), 1U);
    frames.push_back(profiles.front());
    take(start(network("open", link(0, Band::ghz2_4, 6))), "open");
    take(start(network("n", link(0, Band::ghz2_4, 6, 40), Security::wpa2), "n"), "n");
    take(start(network("ac", link(0, Band::ghz5, 36, 80), Security::wpa2_wpa3), "ac"), "ac");
    take(start(network("ax", link(0, Band::ghz5, 36, 80), Security::owe), "ax"), "ax");
    take(start(network("wide", link(0, Band::ghz6, 37, 320), Security::wpa3)), "wide");
    NetworkSettings set = network("set", link(0, Band::ghz5, 44), Security::wpa3);
    set.nontransmitted = {{name_of("guests"), Security::open}, {name_of("old"), Security::wpa2}};
    take(start(set), "set");
    ASSERT_GE(frames.size(), 17U);
    write(frames);
    // The power envelope of a 320 MHz channel has the limit that 802.11be added; Wireshark 4.0 knows the other four.
    EXPECT_EQ(tshark("-Y '_ws.malformed && !(wlan.ssid == \"wide\")'"), "");
    const std::string all = tshark("-V");
    for (const char* text : {"Reduced Neighbor Report", "HE Operation", "SAE (SHA256)", "Multiple BSSID"})
        EXPECT_NE(all.find(text), std::string::npos) << text;
}

}  // namespace
}  // namespace mlosim::agent
