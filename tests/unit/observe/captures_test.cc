#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/air_capture.h"
#include "observe/netlink_capture.h"
#include "phy/ideal_medium.h"

namespace mlosim::observe {
namespace {

using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteView;
using ::testing::ElementsAreArray;
using ::testing::Optional;

struct Option {
    std::uint16_t code;
    Bytes value;
};

std::vector<Option> options(ByteReader in) {
    std::vector<Option> out;
    while (in.ok() && in.remaining() > 0) {
        const std::uint16_t code = in.u16le();
        const std::uint16_t length = in.u16le();
        const ByteView value = in.take(length);
        in.skip((4 - length % 4) % 4);
        if (code == 0) break;
        out.push_back({code, Bytes(value.begin(), value.end())});
    }
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U) << "options end with the block";
    return out;
}

std::string text(const std::vector<Option>& all, std::uint16_t code) {
    for (const Option& o : all)
        if (o.code == code) return {o.value.begin(), o.value.end()};
    return "(none)";
}

struct Interface {
    std::uint16_t link;
    std::string name;
    std::string resolution;
};
struct Packet {
    std::uint32_t interface;
    std::uint64_t ns;
    Bytes bytes;
    std::vector<Option> options;
};

/// Reads a pcapng file back, as strictly as the format is.
struct File {
    std::string application;
    std::vector<Interface> interfaces;
    std::vector<Packet> packets;
    std::size_t blocks = 0;

    PcapngWriter::Sink sink() {
        return [this](std::string_view block) {
            read({reinterpret_cast<const std::uint8_t*>(block.data()), block.size()});
        };
    }

    void read(ByteView block) {
        ASSERT_EQ(block.size() % 4, 0U);
        ByteReader in{block};
        const std::uint32_t type = in.u32le();
        ASSERT_EQ(in.u32le(), block.size());
        ASSERT_EQ(ByteReader{block.last(4)}.u32le(), block.size()) << "the length stands at the end, too";
        ByteReader body{in.rest().first(in.remaining() - 4)};
        if (blocks++ == 0) {
            ASSERT_EQ(type, 0x0a0d0d0aU) << "a file begins with a section header";
            ASSERT_EQ(body.u32le(), 0x1a2b3c4dU);
            ASSERT_EQ(body.u32le(), 1U) << "version 1.0";
            ASSERT_EQ(body.u64le(), ~0ULL);
            application = text(options(body), 4);
        } else if (type == 1) {
            const std::uint16_t link = body.u16le();
            body.skip(6);
            const auto all = options(body);
            interfaces.push_back({link, text(all, 2), text(all, 9)});
        } else {
            ASSERT_EQ(type, 6U);
            Packet packet;
            packet.interface = body.u32le();
            ASSERT_LT(packet.interface, interfaces.size());
            packet.ns = static_cast<std::uint64_t>(body.u32le()) << 32U;
            packet.ns |= body.u32le();
            const std::uint32_t size = body.u32le();
            ASSERT_EQ(body.u32le(), size) << "nothing was cut off";
            const ByteView bytes = body.take(size);
            packet.bytes = {bytes.begin(), bytes.end()};
            body.skip((4 - size % 4) % 4);
            packet.options = options(body);
            packets.push_back(packet);
        }
    }
};

struct Ear final : phy::RadioPort {
    bool receive(const phy::Reception& r) override {
        heard.push_back(*r.payload);
        return true;
    }
    void transmitted(const phy::TransmitReport&) override { ++reports; }
    std::vector<Bytes> heard;
    int reports = 0;
};

struct CapturedAir : ::testing::Test {
    sim::EventQueue queue;
    File file;
    AirCapture air{std::make_unique<phy::IdealMedium>(queue), queue, file.sink()};
    Ear a, b, c;
    phy::ChannelDefinition channel = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz5, 36));

    static phy::PortSettings named(const char* name, double gain = 0) {
        phy::PortSettings settings;
        settings.name = name;
        settings.antenna_gain = phy::Db{gain};
        return settings;
    }
    phy::Transmission frame(std::size_t size, phy::Rate rate = *phy::Rate::legacy(60)) const {
        phy::Transmission out;
        out.payload = std::make_shared<const Bytes>(size, 0xab);
        out.channel = channel;
        out.power = phy::Dbm{17};
        out.rate = rate;
        return out;
    }
    void run() {
        while (queue.step()) {
        }
    }
};

TEST_F(CapturedAir, HasAnInterfaceForEachRadio) {
    air.attach(a, named("ap"));
    air.attach(b, {});
    EXPECT_EQ(file.application, "mlosimd");
    ASSERT_EQ(file.interfaces.size(), 2U);
    EXPECT_EQ(file.interfaces[0].link, 127);
    EXPECT_EQ(file.interfaces[0].name, "ap");
    EXPECT_EQ(file.interfaces[0].resolution, "\x09") << "nanoseconds";
    EXPECT_EQ(file.interfaces[1].name, "port2");
}

TEST_F(CapturedAir, ShowsAFrameOnceHoweverManyHearIt) {
    const auto sender = air.attach(a, named("ap", 3));
    for (Ear* ear : {&b, &c})
        air.listen(air.attach(*ear, {}), std::array{channel});
    queue.run_until(sim::Time{std::chrono::nanoseconds{1'234'567'890'123}});
    air.transmit(sender, frame(5));
    run();
    EXPECT_EQ(b.heard.size() + c.heard.size(), 2U) << "the medium behind it does its work";
    EXPECT_EQ(a.reports, 1);
    ASSERT_EQ(file.packets.size(), 1U);
    EXPECT_EQ(file.packets[0].interface, 0U) << "its sender's";
    EXPECT_EQ(file.packets[0].ns, 1'234'567'890'123U) << "when its first octet was on the air";
    const Bytes expected{0,    0,    23,   0,    0x2f, 0,    0,  0,  // TSFT, flags, rate, channel, signal
                         0xd2, 0x02, 0x96, 0x49, 0,    0,    0,  0,  // 1234567890 us
                         0,    12,   0x3c, 0x14, 0x40, 0x01, 20,     // 6 Mb/s, 5180 MHz, 17 + 3 dBm
                         0xab, 0xab, 0xab, 0xab, 0xab};
    EXPECT_THAT(file.packets[0].bytes, ElementsAreArray(expected));
}

TEST_F(CapturedAir, SaysTheRatesThatReadersDoNotKnowInAComment) {
    const auto sender = air.attach(a, named("ap"));
    air.transmit(sender, frame(5, *phy::Rate::eht(9, 2, 20, phy::GuardInterval::us0_8)));
    run();
    ASSERT_EQ(file.packets.size(), 1U);
    EXPECT_EQ(file.packets[0].bytes[4], 0x2b) << "TSFT, flags, channel, signal";
    EXPECT_EQ(file.packets[0].bytes[7], 0) << "no TLVs";
    EXPECT_EQ(text(file.packets[0].options, 1), "229.4 MBit/s EHT-MCS 9 EHT-NSS 2 EHT-GI 0");
}

TEST_F(CapturedAir, ShowsWhatNobodyHears) {
    const auto sender = air.attach(a, named("ap"));
    air.transmit(sender, frame(20));
    air.transmit(sender, frame(21));
    run();
    EXPECT_EQ(file.packets.size(), 2U);
}

TEST_F(CapturedAir, ForgetsARadioThatHasLeft) {
    const auto first = air.attach(a, named("ap"));
    air.detach(first);
    const auto second = air.attach(b, named("sta"));
    air.transmit(second, frame(20));
    run();
    ASSERT_EQ(file.packets.size(), 1U);
    EXPECT_EQ(file.packets[0].interface, 1U);
}

TEST(NetlinkCapture, ShowsBothDirectionsAsAnInterfaceOfTypeNlmonDoes) {
    File file;
    NetlinkCapture capture{file.sink()};
    const Bytes message{20, 0, 0, 0, 16, 0, 5, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0, 0};
    capture.write(sim::Time{std::chrono::milliseconds{7}}, {netlink::Protocol::generic, true, 77, 0, message});
    capture.write(sim::Time{std::chrono::milliseconds{8}}, {netlink::Protocol::route, false, 77, 1, message});
    ASSERT_EQ(file.interfaces.size(), 1U);
    EXPECT_EQ(file.interfaces[0].link, 253);
    ASSERT_EQ(file.packets.size(), 2U);
    Bytes generic{0, 4, 3, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16};  // as a real capture has it
    generic.insert(generic.end(), message.begin(), message.end());
    EXPECT_THAT(file.packets[0].bytes, ElementsAreArray(generic));
    EXPECT_EQ(file.packets[1].bytes[15], 0) << "NETLINK_ROUTE";
    EXPECT_EQ(file.packets[0].ns, 7'000'000U);
    ASSERT_EQ(file.packets[1].options.size(), 1U);
    EXPECT_THAT(file.packets[0].options[0].value, ElementsAreArray({1, 0, 0, 0})) << "inbound: to the kernel";
    EXPECT_THAT(file.packets[1].options[0].value, ElementsAreArray({2, 0, 0, 0}));
}

}  // namespace
}  // namespace mlosim::observe
