#pragma once

// An associated chip whose data rings are looked at byte by byte.

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "chip_world.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace mlosim::mt7925 {

using namespace std::chrono_literals;

inline const std::string ap36 = "02aa00000036";
inline const std::string ap6 = "02aa00000006";
inline const std::string ap_mld = "02aa000000aa";
inline const std::string own36 = "02792500aa00";
inline const std::string own6 = "02792500aa01";
inline const std::string own_mld = "02792500aaff";

class DataPathTest : public RunningChip {
protected:
    explicit DataPathTest(const FirmwareConfig& config = {}) : RunningChip(config) {
        front.set_interrupt([this] {
            while (auto packet = front.take_packet())
                packets.push_back(std::move(*packet));
        });
    }

    /// One link: associated to `ap36` on channel 36.
    void associate() {
        connect();
        peer_is_associated(0, 1);
    }
    void peer_is_associated(unsigned bss, unsigned wcid, const std::string& more = "") {
        const std::string address = bss == 0 ? ap36 : ap6;
        const auto result =
            uni(Cid::sta_rec, idx_hex(bss) + idx_hex(wcid) + " 0100 01 00 00 00 0000 1400 02000100 01 01 0100 " +
                                  address + " 0300 0700 1000 02 000000 00000000 00 00 0000" + more);
        EXPECT_EQ(result.status, 0U);
    }
    static std::string mld_of_bss(unsigned bss) {
        return "1a00 1400 00 2" + std::to_string(bss) + own_mld + "ff 0" + std::to_string(bss) + "00 00 00 000000";
    }
    static std::string mld_of_peer(unsigned links, unsigned wcid) {
        return "2000 1c00" + ap_mld + "0100 0200 0" + std::to_string(wcid) + "00 0" + std::to_string(links) +
               " 000000 0100 00 00 0200 01 00";
    }
    /// Two links of an MLD: wcid 1 on channel 36, wcid 2 on channel 6 of 2.4 GHz.
    void associate_mld() {
        add_interface(0);
        EXPECT_EQ(uni(Cid::dev_info, "00ff0000 0000 0c00 01 01" + own6).status, 0U);
        EXPECT_EQ(uni(Cid::bss_info, "00 00 0300" + basic(true, true) + rlm() + mld_of_bss(0)).status, 0U);
        EXPECT_EQ(uni(Cid::bss_info, "01 00 0300 0000 2000 01 00 00 ff 01000100 00 00" + ap6 +
                                         "1200 6400 02 31 0100 0300 00 01 0200 1000 06 06 00 00 02 02 00 00 01 000000" +
                                         mld_of_bss(1))
                      .status,
                  0U);
        EXPECT_EQ(uni(Cid::bss_info, "00000000 1600 0c00 6400 02 00 00 000000").status, 0U);
        peer_is_associated(0, 1, mld_of_peer(1, 1));
        peer_is_associated(1, 2, mld_of_peer(2, 2));
        // A rate for each: 5 GHz knows all OFDM, 2.4 GHz only 1 Mb/s.
        EXPECT_EQ(uni(Cid::sta_rec, "00 01 0100 01 00 00 00 0100 1000 c03f 00000000000000000000").status, 0U);
        EXPECT_EQ(uni(Cid::sta_rec, "01 02 0100 01 00 00 00 0100 1000 0100 00000000000000000000").status, 0U);
    }

    static Bytes data_frame(const std::string& a1, const std::string& a2, std::size_t body = 30) {
        return octets("8801 0000" + a1 + a2 + "02bb00000001 0000 0000" + zeros(body));
    }
    TxDescriptor describe(std::uint16_t wcid, std::uint16_t token, const Bytes& frame) {
        TxDescriptor d;
        d.wlan_idx = wcid;
        d.token = token;
        d.header_size = 26;
        d.frame_type = 2;
        d.frame_subtype = 8;
        d.fixed_rate = true;
        d.rate_index = 15;
        d.frame_bytes = static_cast<std::uint16_t>(frame.size());
        return d;
    }
    void send(const TxDescriptor& d, const Bytes& frame) { front.send_frame(build_tx_descriptor(d), frame); }
    void send(std::uint16_t wcid, std::uint16_t token, const Bytes& frame) {
        send(describe(wcid, token, frame), frame);
    }
    /// The air took the frame that was sent last, and says what became of it.
    void report(bool acknowledged, unsigned attempts = 1) {
        ASSERT_FALSE(radio.numbers.empty());
        const std::uint64_t number = radio.numbers.front();
        radio.numbers.erase(radio.numbers.begin());
        front.firmware().transmitted(
            {number, acknowledged, attempts, *phy::Rate::legacy(60), acknowledged ? std::optional(-50) : std::nullopt});
        run(1ms);
    }
    void report_all() {
        while (!radio.numbers.empty())
            report(true);
    }
    std::vector<FreedFrame> freed() {
        std::vector<FreedFrame> out;
        for (const Bytes& packet : packets)
            if (const auto frames = parse_tx_free(packet)) out.insert(out.end(), frames->begin(), frames->end());
        return out;
    }
    std::vector<TxStatusReport> statuses() {
        std::vector<TxStatusReport> out;
        for (const Bytes& packet : packets)
            if (const auto reports = parse_tx_status(packet)) out.insert(out.end(), reports->begin(), reports->end());
        return out;
    }
    static bool is_null(const Bytes& frame) { return (frame[0] & 0x4cU) == 0x48U; }
    static bool says_asleep(const Bytes& frame) { return (frame[1] & 0x10U) != 0; }
    static Bytes address1(const Bytes& frame) { return {frame.begin() + 4, frame.begin() + 10}; }
    static Bytes address2(const Bytes& frame) { return {frame.begin() + 10, frame.begin() + 16}; }
    const DataPath& data() { return front.firmware().data(); }

    std::vector<Bytes> packets;
};

}  // namespace mlosim::mt7925
