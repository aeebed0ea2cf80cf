// What packet sockets see: frames behind radiotap headers on monitors and on hwsim0, and what they may send.

#include <cerrno>
#include <cstring>

#include "access_point_fixture.h"
#include "mld/radiotap.h"

namespace mlosim::mld {
namespace {

using ieee80211::Bytes;
using testing::IsEmpty;
using testing::SizeIs;

struct Passed {
    std::string device;
    FrameDirection direction;
    Bytes frame;
};

class Watcher : public Events {
public:
    void frame_passed(Netdev& netdev, FrameDirection direction, ieee80211::ByteView frame) override {
        frames.push_back({netdev.name(), direction, {frame.begin(), frame.end()}});
    }
    std::vector<Passed> frames;
};

class AMonitor : public AccessPointTest {
protected:
    AMonitor() {
        Wiphy& other = *add_radio(RadioOptions{}).wiphy;
        monitor = (*other.add_interface({"mon0", InterfaceType::monitor}))->netdev();
        world.add_hwsim_monitor();
        world.subscribe(watcher);
    }
    ~AMonitor() override { world.unsubscribe(watcher); }

    static std::uint16_t u16(const Bytes& bytes, std::size_t at) {
        return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8U);
    }

    /// To the access point's radio.
    void write(std::string_view file, std::string_view text) {
        for (auto& candidate : wiphy.driver().debug_files()) {
            if (candidate.name != file) continue;
            EXPECT_EQ(error_of(candidate.write(text)), 0);
        }
    }

    Netdev* monitor = nullptr;
    Watcher watcher;
};

TEST_F(AMonitor, ShowsWhatItsRadioHears) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(monitor->set_up(true));
    run_for(150ms);
    ASSERT_THAT(watcher.frames, SizeIs(1));
    const Bytes& frame = watcher.frames[0].frame;
    EXPECT_EQ(watcher.frames[0].device, "mon0");
    EXPECT_EQ(watcher.frames[0].direction, FrameDirection::incoming);
    EXPECT_EQ(radiotap_length(frame), 26U);
    EXPECT_EQ(u16(frame, 18), 2412) << "the channel";
    EXPECT_EQ(u16(frame, 20), 0x00a0) << "2.4 GHz, CCK";
    EXPECT_EQ(frame[17], 2) << "1 Mb/s";
    EXPECT_LT(static_cast<std::int8_t>(frame[22]), 0);
    EXPECT_EQ(frame[26], 0x80) << "a beacon";
    EXPECT_EQ(monitor->counters().rx_packets, 1U);
    EXPECT_EQ(monitor->counters().rx_bytes, frame.size());
}

TEST_F(AMonitor, ShowsNothingWhileItIsDown) {
    ASSERT_EQ(start(network), 0);
    run_for(500ms);
    EXPECT_THAT(watcher.frames, IsEmpty());
}

TEST_F(AMonitor, HearsWithTheStrengthThatTheSendersRssiFileSays) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(monitor->set_up(true));
    write("rx_rssi", "18446744073709551586");
    run_for(150ms);
    ASSERT_THAT(watcher.frames, SizeIs(1));
    EXPECT_EQ(static_cast<std::int8_t>(watcher.frames[0].frame[22]), -30);
}

TEST_F(AMonitor, DoesNotHearRadiosOfAnotherGroup) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(monitor->set_up(true));
    write("group", "2");
    run_for(500ms);
    EXPECT_THAT(watcher.frames, IsEmpty());
}

TEST_F(AMonitor, OfTheWholeAirIsHwsim0) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(netdev("hwsim0").set_up(true));
    run_for(150ms);
    ASSERT_THAT(watcher.frames, SizeIs(1));
    EXPECT_EQ(watcher.frames[0].device, "hwsim0");
    EXPECT_EQ(radiotap_length(watcher.frames[0].frame), 22U);
    EXPECT_EQ(watcher.frames[0].frame[22], 0x80);
}

/// A probe request of another station behind a radiotap header with these presence bits and fields.
Bytes injected(std::uint32_t present, const Bytes& fields, const char* sender = "02:00:00:00:00:77",
               const char* receiver = "ff:ff:ff:ff:ff:ff") {
    Bytes bytes;
    ieee80211::ByteWriter out{bytes};
    out.u16le(0);
    out.u16le(static_cast<std::uint16_t>(8 + fields.size()));
    out.u32le(present);
    out.bytes(fields);
    auto header = ieee80211::FrameHeader::management(
        ieee80211::ManagementSubtype::probe_request, *ieee80211::MacAddress::parse(receiver),
        *ieee80211::MacAddress::parse(sender), ieee80211::MacAddress::broadcast());
    header.sequence.set(ieee80211::SequenceControl::number, 1234);
    header.append_to(out);
    out.u16le(0);  // the wildcard SSID
    return bytes;
}

TEST_F(AMonitor, OfTheWholeAirShowsAcknowledgements) {
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(netdev("hwsim0").set_up(true));
    ASSERT_TRUE(monitor->set_up(true));
    const std::string bssid = ap.address().to_string();
    ASSERT_TRUE(monitor->transmit(injected(0, {}, "02:00:00:00:00:77", bssid.c_str())));
    run_for(10ms);
    ASSERT_GE(watcher.frames.size(), 3U) << "what the program sent, that on the air, and the answer";
    const Bytes& frame = watcher.frames[2].frame;
    EXPECT_EQ(watcher.frames[2].device, "hwsim0");
    EXPECT_EQ(frame,
              (Bytes{0, 0, 14, 0, 0x0a, 0, 0, 0, 0, 0, 0x6c, 0x09, 0x80, 0, 0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 0x77}));
}

TEST_F(AMonitor, ShowsWhatBecameOfWhatItsOwnRadioSent) {
    ASSERT_TRUE(monitor->set_up(true));
    ASSERT_TRUE(monitor->transmit(injected(1U << 2U, {22}, "02:00:00:00:00:77", "02:00:00:00:00:99")));
    run_for(10ms);
    ASSERT_THAT(watcher.frames, SizeIs(2));
    EXPECT_EQ(watcher.frames[1].device, "mon0");
    EXPECT_EQ(watcher.frames[1].direction, FrameDirection::incoming);
    const Bytes& frame = watcher.frames[1].frame;
    const Bytes header(frame.begin(), frame.begin() + 13);
    EXPECT_EQ(header, (Bytes{0, 0, 13, 0, 0x04, 0x80, 2, 0, 22, 0, 1, 0, 0})) << "11 Mb/s, failed, never sent anew";
    EXPECT_EQ(frame[13], 0x40);
}

TEST_F(AMonitor, CanBeToldNotToShowWhatItsOwnRadioSends) {
    Wdev& mon = *monitor->wdev();
    InterfaceChange change;
    change.monitor_flags = {MonitorFlag::changed, MonitorFlag::skip_tx};
    ASSERT_TRUE(mon.wiphy().change_interface(mon, change));
    ASSERT_TRUE(monitor->set_up(true));
    ASSERT_TRUE(monitor->transmit(injected(0, {})));
    run_for(10ms);
    EXPECT_THAT(watcher.frames, SizeIs(1)) << "only what the program sent";
}

TEST_F(AMonitor, ShowsTheBeaconsOfItsOwnRadio) {
    Netdev& own = *(*wiphy.add_interface({"mon1", InterfaceType::monitor}))->netdev();
    ASSERT_EQ(start(network), 0);
    ASSERT_TRUE(own.set_up(true));
    run_for(150ms);
    ASSERT_THAT(watcher.frames, SizeIs(1));
    const Bytes& frame = watcher.frames[0].frame;
    const Bytes header(frame.begin(), frame.begin() + 13);
    EXPECT_EQ(header, (Bytes{0, 0, 13, 0, 0x04, 0x80, 2, 0, 2, 0, 0, 0, 1}));
    EXPECT_EQ(frame[13], 0x80);
}

TEST_F(AMonitor, PutsFramesOnTheAir) {
    ASSERT_TRUE(monitor->set_up(true));
    air.listen({ghz2(1)});
    Bytes frame{0, 0, 8, 0, 0, 0, 0, 0};
    const Bytes probe = {0x40, 0, 0,    0,   255, 255, 255, 255, 255, 255, 2, 0, 0,
                         0,    0, 0x77, 255, 255, 255, 255, 255, 255, 0,   0, 0, 0};
    frame.insert(frame.end(), probe.begin(), probe.end());
    ASSERT_TRUE(monitor->transmit(frame));
    run_for(10ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    EXPECT_EQ(air.heard[0].view().addr2(), *ieee80211::MacAddress::parse("02:00:00:00:00:77"));
    EXPECT_EQ(monitor->counters().tx_packets, 1U);
}

TEST_F(AMonitor, SendsAtTheRateThatTheHeaderAsksFor) {
    ASSERT_TRUE(monitor->set_up(true));
    air.listen({ghz2(1)});
    ASSERT_TRUE(monitor->transmit(injected(1U << 2U, {22})));
    run_for(10ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    EXPECT_EQ(air.heard[0].rate, phy::Rate::legacy(110));
}

TEST_F(AMonitor, TakesTheFcsAwayThatTheHeaderAnnounces) {
    ASSERT_TRUE(monitor->set_up(true));
    air.listen({ghz2(1)});
    Bytes frame = injected(1U << 1U, {0x10});
    const std::size_t mpdu = frame.size() - 9;
    for (const std::uint8_t octet : {1, 2, 3, 4})
        frame.push_back(octet);
    ASSERT_TRUE(monitor->transmit(frame));
    run_for(10ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    EXPECT_EQ(air.heard[0].view().octets().size(), mpdu);
}

TEST_F(AMonitor, KeepsTheSequenceNumberOfAStranger) {
    ASSERT_TRUE(monitor->set_up(true));
    air.listen({ghz2(1)});
    ASSERT_TRUE(monitor->transmit(injected(0, {})));
    run_for(10ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    EXPECT_EQ(air.heard[0].view().sequence()->get(ieee80211::SequenceControl::number), 1234U);
}

struct BadFrame {
    Bytes bytes;
    int error;
    const char* why;
};

TEST_F(AMonitor, DropsWhatIsNoFrame) {
    EXPECT_EQ(error_of(monitor->transmit(Bytes(100))), ENETDOWN);
    ASSERT_TRUE(monitor->set_up(true));
    air.listen({ghz2(1)});
    const BadFrame table[] = {
        {Bytes(13), EINVAL, "shorter than any link header"},
        {Bytes(1515), EMSGSIZE, "longer than the MTU and a link header"},
        {Bytes(14), 0, "a radiotap header of no length"},
        {{0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, "a radiotap header that is longer than the frame"},
        {{1, 0, 8, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4}, 0, "another radiotap"},
        {{0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, "no frame behind the header"},
        {{0, 0, 8, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4}, 0, "half an 802.11 header"},
    };
    for (const BadFrame& row : table)
        EXPECT_EQ(error_of(monitor->transmit(row.bytes)), row.error) << row.why;
    run_for(10ms);
    EXPECT_THAT(air.heard, IsEmpty());
}

TEST_F(AMonitor, IsTheOnlyDeviceThatSendsWithoutALink) {
    Netdev& station = netdev("wlan0");
    ASSERT_TRUE(station.set_up(true));
    EXPECT_TRUE(station.transmit(Bytes(100)));
    run_for(10ms);
    EXPECT_THAT(watcher.frames, IsEmpty()) << "no carrier";
}

}  // namespace
}  // namespace mlosim::mld
