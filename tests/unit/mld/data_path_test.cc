// Frames between netdevs, programs and the air, in the clear.

#include "connected_fixture.h"
#include "mld/detail/msdu.h"
#include "mld/power_save.h"

namespace mlosim::mld {
namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::DataSubtype;
using ieee80211::FrameControl;
using ieee80211::FrameHeader;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t eapol = 0x888e;

Bytes bytes_of(const FrameHeader& header, std::string_view body) {
    Bytes out;
    ByteWriter w(out);
    header.append_to(w);
    w.text(body);
    return out;
}
/// LLC and SNAP of IPv4, then the text.
std::string llc(std::string_view text) {
    return std::string("\xaa\xaa\x03\x00\x00\x00\x08\x00", 8) + std::string(text);
}

class ControlPortOverNl80211 : public ConnectedTest {
protected:
    static CryptoSettings crypto() {
        CryptoSettings out;
        out.control_port = out.control_port_over_nl80211 = true;
        return out;
    }
    ControlPortOverNl80211() : ConnectedTest({}, crypto()) {}
};

// From netdev to netdev

TEST_F(ConnectedTest, FramesCrossTheAirBothWays) {
    authorize();
    send(sta, ap.address(), "up");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 up"));
    send(ap, sta.address(), "down");
    EXPECT_THAT(told.take(), ElementsAre("netdev sta down"));
    EXPECT_EQ(told.last_frame, ethernet(sta.address(), ap.address(), "down"));
}

TEST_F(ConnectedTest, AFrameOnTheAirHasTheAddressesOfItsDirection) {
    authorize();
    send(sta, address(9), "up");
    const auto frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(1));
    const auto frame = *FrameView::parse(frames[0]);
    EXPECT_TRUE(frame.frame_control().has(FrameControl::to_ds));
    EXPECT_EQ(frame.addr1(), ap.address());
    EXPECT_EQ(frame.addr2(), sta.address());
    EXPECT_EQ(frame.addr3(), address(9));
    EXPECT_EQ(frame.body().size(), 8U + 2U);
}

TEST_F(ConnectedTest, BeforeThePortIsOpenOnlyItsOwnFramesPass) {
    send(sta, ap.address(), "too early");
    send(ap, sta.address(), "too early");
    EXPECT_THAT(told.take(), IsEmpty());
    EXPECT_EQ(ap.netdev()->counters().tx_dropped, 1U);
    send(sta, ap.address(), "key", eapol);
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 key"));
}

TEST_F(ConnectedTest, AFrameForNobodyIsDropped) {
    authorize();
    send(ap, address(9), "who");
    EXPECT_THAT(data_on_air(), IsEmpty());
    EXPECT_EQ(ap.netdev()->counters().tx_dropped, 1U);
}

TEST_F(ConnectedTest, GroupFramesOfAStationComeBackToEverybodyButItself) {
    authorize();
    send(sta, MacAddress::broadcast(), "all");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 all"));
    EXPECT_THAT(data_on_air(), SizeIs(2));  // to the access point, and from it
    EXPECT_EQ(ap.netdev()->counters().multicast, 1U);
}

TEST_F(ConnectedTest, IpForAGroupGoesToEachStationWhereThatIsWanted) {
    authorize();
    wiphy.data_path().set_multicast_to_unicast(ap, true);
    constexpr std::uint16_t test_protocol = 0x88b5;
    send(ap, MacAddress::broadcast(), "ip");
    auto frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(1));
    EXPECT_EQ(ieee80211::FrameView::parse(frames[0])->addr1(), sta.address());
    EXPECT_THAT(told.take(), ElementsAre("netdev sta ip"));
    send(ap, MacAddress::broadcast(), "other", test_protocol);
    frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(1));
    EXPECT_TRUE(ieee80211::FrameView::parse(frames[0])->addr1().is_group());
    told.take();
    send(sta, MacAddress::broadcast(), "mine");
    EXPECT_THAT(data_on_air(), SizeIs(1)) << "nobody else is there who could want it";
}

TEST_F(ConnectedTest, GroupFramesAreNotSentWhenNobodyIsAuthorized) {
    send(ap, MacAddress::broadcast(), "hello");
    EXPECT_THAT(data_on_air(), IsEmpty());
}

TEST_F(ConnectedTest, StationsReachEachOtherThroughTheAccessPointUnlessItIsolatesThem) {
    authorize();
    StaParameters other;
    other.flags_mask = other.flags_set = {StaFlag::authenticated, StaFlag::associated, StaFlag::authorized};
    other.aid = ieee80211::Aid::from(2);
    other.listen_interval = 1;
    other.capabilities.emplace();
    other.capabilities->supported_rates = {0x82};
    ASSERT_EQ(error_of(wiphy.stations().add(ap, address(5), other)), 0);
    told.take();  // bridges learn of it
    send(sta, address(5), "friend");
    EXPECT_THAT(told.take(), IsEmpty());
    const auto frames = data_on_air();
    ASSERT_THAT(frames, SizeIs(2));
    EXPECT_EQ(FrameView::parse(frames[1])->addr1(), address(5));
    EXPECT_EQ(FrameView::parse(frames[1])->addr3(), sta.address());

    BssParameters isolate;
    isolate.ap_isolate = true;
    ASSERT_EQ(error_of(wiphy.set_bss(ap, std::nullopt, isolate)), 0);
    send(sta, address(5), "friend");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 friend"));
    EXPECT_THAT(data_on_air(), SizeIs(1));
}

TEST_F(ConnectedTest, CountersAndStationStatisticsFollow) {
    authorize();
    const NetdevCounters before = sta.netdev()->counters();
    const auto packets = at_ap().default_link().statistics.rx_packets;
    send(sta, ap.address(), "one");
    send(ap, sta.address(), "two");
    EXPECT_EQ(sta.netdev()->counters().tx_packets, before.tx_packets + 1);
    EXPECT_EQ(sta.netdev()->counters().rx_packets, before.rx_packets + 1);
    const StaStatistics& s = at_ap().default_link().statistics;
    EXPECT_EQ(s.rx_packets, packets + 1);
    EXPECT_EQ(s.tx_failed, 0U);
    EXPECT_TRUE(s.signal_dbm.has_value());
    EXPECT_TRUE(s.signal_average_dbm.has_value());
    EXPECT_TRUE(s.last_tx_rate.has_value());
    EXPECT_TRUE(s.last_rx_rate.has_value());
    EXPECT_EQ(s.last_heard, at_ap().default_link().statistics.last_heard);
    EXPECT_EQ(s.rx_msdu[16], 1U);
}

// Control port

TEST_F(ControlPortOverNl80211, FramesGoToWhoeverMadeTheConnection) {
    send(sta, ap.address(), "start", eapol);
    EXPECT_THAT(told.take(), ElementsAre("eapol ap0 to 7 clear"));
    EXPECT_EQ(told.last_frame, ethernet(ap.address(), sta.address(), "start", eapol));
}

TEST_F(ControlPortOverNl80211, TheirStatusIsToldWithTheirCookie) {
    ControlPortFrame frame;
    frame.destination = sta.address();
    const Bytes payload{'k', 'e', 'y'};
    frame.payload = payload;
    frame.wants_status = true;
    const auto cookie = wiphy.data_path().send_control_port(ap, frame);
    ASSERT_TRUE(cookie);
    EXPECT_NE(*cookie, 0U);
    run_for(20ms);
    EXPECT_THAT(told.take(),
                ElementsAre("eapol sta to 8 clear", "eapol-sent ap0 " + std::to_string(*cookie) + " acked"));
    EXPECT_EQ(told.last_frame, ethernet(sta.address(), ap.address(), "key", eapol));
}

TEST_F(ControlPortOverNl80211, OtherProtocolsAreRefused) {
    ControlPortFrame frame;
    frame.destination = sta.address();
    frame.ethertype = 0x0800;
    EXPECT_EQ(error_of(wiphy.data_path().send_control_port(ap, frame)), EINVAL);
}

TEST_F(ConnectedTest, WithoutOneTheyGoToTheNetdevWithItsOwnAddress) {
    send(sta, MacAddress{{0x01, 0x80, 0xc2, 0, 0, 0x03}}, "group", eapol);
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 group"));
    EXPECT_EQ(told.last_frame, ethernet(ap.address(), sta.address(), "group", eapol));
}

// What became of frames

TEST_F(ConnectedTest, AManagementFramesStatusComesWithItsCookie) {
    TxOptions options;
    options.cookie = 5;
    options.report = TxOptions::Report::management_frame;
    const Bytes frame = bytes_of(
        FrameHeader::management(ManagementSubtype::action, sta.address(), ap.address(), ap.address()), "\x04\x10");
    wiphy.data_path().send_management(ap, &ap.default_link(), frame, options);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("frame-sent ap0 5 acked"));
    EXPECT_EQ(told.last_frame, frame);
    Bytes away = frame;
    const MacAddress nobody = address(9);
    std::copy(nobody.octets().begin(), nobody.octets().end(), away.begin() + 4);
    wiphy.data_path().send_management(ap, &ap.default_link(), away, options);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("frame-sent ap0 5 lost"));
}

TEST_F(ConnectedTest, AStationCanBeAskedWhetherItIsThere) {
    const auto cookie = wiphy.data_path().probe_client(ap, sta.address());
    ASSERT_TRUE(cookie);
    run_for(10ms);
    EXPECT_THAT(told.take(),
                ElementsAre("probed ap0 " + sta.address().to_string() + " " + std::to_string(*cookie) + " acked -30"));
    ASSERT_TRUE(sta.netdev()->set_up(false));
    run_for(10ms);
    told.take();
    ASSERT_TRUE(wiphy.data_path().probe_client(ap, sta.address()));
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre(testing::HasSubstr(" lost")));
    EXPECT_EQ(error_of(wiphy.data_path().probe_client(ap, address(9))), ENOLINK);
}

TEST_F(ConnectedTest, FramesGoOutOneAfterTheOther) {
    authorize();
    ASSERT_TRUE(sta.netdev()->transmit(ethernet(ap.address(), sta.address(), std::string(1000, 'x'))));
    ASSERT_TRUE(sta.netdev()->transmit(ethernet(ap.address(), sta.address(), "short")));
    run_for(50ms);
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 " + std::string(1000, 'x'), "netdev ap0 short"));
}

// What does not belong here

TEST_F(ConnectedTest, FramesOfStrangersAreReportedToWhoeverAsked) {
    const Bytes frame =
        bytes_of(FrameHeader::data_to_ds(DataSubtype::data, ap.address(), address(9), ap.address()), llc("x"));
    air.send(frame, network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), IsEmpty());
    ASSERT_TRUE(wiphy.watch_unexpected_frames(ap, OwnerId{3}));
    air.send(frame, network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("unexpected ap0 " + address(9).to_string()));
}

TEST_F(ConnectedTest, FourAddressFramesAreReportedOnce) {
    authorize();
    ASSERT_TRUE(wiphy.watch_unexpected_frames(ap, OwnerId{3}));
    const Bytes frame = bytes_of(
        FrameHeader::data_wds(DataSubtype::data, ap.address(), sta.address(), ap.address(), address(9)), llc("x"));
    // A four-address frame's BSSID is not in it: the receiver's address decides.
    air.send(frame, network.channel);
    air.send(frame, network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("unexpected ap0 " + sta.address().to_string() + " 4addr"));
}

TEST_F(ConnectedTest, ARepeatedFrameIsTakenOnce) {
    authorize();
    FrameHeader header = FrameHeader::data_to_ds(DataSubtype::data, ap.address(), sta.address(), ap.address());
    header.sequence.set(ieee80211::SequenceControl::number, 77);
    air.send(bytes_of(header, llc("x")), network.channel);
    run_for(10ms);
    header.retry();
    air.send(bytes_of(header, llc("x")), network.channel);
    run_for(10ms);
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 x"));
    EXPECT_EQ(at_ap().default_link().statistics.rx_duplicates, 1U);
}

TEST_F(ConnectedTest, OddFramesAreDroppedAndCounted) {
    authorize();
    FrameHeader qos = FrameHeader::data_to_ds(DataSubtype::qos_data, ap.address(), sta.address(), ap.address());
    qos.qos.set(ieee80211::QosControl::amsdu, 1);
    const auto before = at_ap().default_link().statistics.rx_dropped;
    air.send(bytes_of(qos, std::string(14, '\xff')), network.channel);          // a subframe longer than the frame
    air.send(bytes_of(qos, llc("a plain MSDU in disguise")), network.channel);  // CVE-2020-24588
    run_for(20ms);
    EXPECT_THAT(told.take(), IsEmpty());
    EXPECT_EQ(at_ap().default_link().statistics.rx_dropped, before + 2);
}

TEST_F(ConnectedTest, AnActionFrameThatNobodyKnowsIsReturned) {
    air.heard.clear();
    send_from_ap(ManagementSubtype::action, {4, 200});
    run_for(10ms);
    bool returned = false;
    for (const auto& heard : air.heard) {
        if (!heard.view().frame_control().is(ManagementSubtype::action) || heard.view().addr2() != sta.address())
            continue;
        EXPECT_EQ(heard.view().body()[0], 0x84);
        returned = true;
    }
    EXPECT_TRUE(returned);
}

// A-MSDU and LLC

/// A station whose MAC does its power save.
class PowerSavingStation : public ConnectedTest {
protected:
    static RadioOptions one_link() {
        RadioOptions options;
        options.multi_link = false;
        return options;
    }
    PowerSavingStation() : ConnectedTest({}, {}, one_link()) {
        authorize();
        EXPECT_EQ(error_of(client.set_power_save(sta, true)), 0);
        run_for(500ms);
        told.take();
    }
    bool asleep() { return at_ap().power_save != nullptr && at_ap().power_save->asleep(); }
};

TEST_F(PowerSavingStation, SleepsAfterAWhileWithoutData) {
    EXPECT_TRUE(asleep());
}

TEST_F(PowerSavingStation, ItsOwnDataWakesItUpForAWhile) {
    send(sta, ap.address(), "up");
    EXPECT_THAT(told.take(), ElementsAre("netdev ap0 up"));
    EXPECT_FALSE(asleep());
    run_for(500ms);
    EXPECT_TRUE(asleep());
}

TEST_F(PowerSavingStation, ABeaconThatAnnouncesDataWakesItUp) {
    send(ap, sta.address(), "down");
    run_for(200ms);
    EXPECT_THAT(told.take(), ElementsAre("netdev sta down"));
    run_for(500ms);
    EXPECT_TRUE(asleep());
}

TEST_F(PowerSavingStation, WithoutPowerSaveItStaysAwake) {
    EXPECT_EQ(error_of(client.set_power_save(sta, false)), 0);
    send(sta, ap.address(), "up");
    run_for(500ms);
    EXPECT_FALSE(asleep());
}

TEST(MsduTest, AnAmsduIsSplitIntoItsFrames) {
    Bytes body;
    ByteWriter w(body);
    for (const std::string& text : {llc("first"), llc("second")}) {
        w.mac(address(1));
        w.mac(address(2));
        w.u8(0);
        w.u8(static_cast<std::uint8_t>(text.size()));
        w.text(text);
        while (body.size() % 4 != 0)
            w.u8(0);
    }
    const auto frames = detail::split_amsdu(body, address(1), address(2));
    ASSERT_TRUE(frames);
    ASSERT_THAT(*frames, SizeIs(2));
    const auto second = *detail::EthernetView::parse((*frames)[1]);
    EXPECT_EQ(second.ethertype(), 0x0800);
    EXPECT_EQ(std::string(second.payload().begin(), second.payload().end()), "second");
    EXPECT_THAT(*detail::split_amsdu(body, address(9), std::nullopt), IsEmpty());
    EXPECT_THAT(*detail::split_amsdu(body, std::nullopt, address(9)), IsEmpty());
}

TEST(MsduTest, EthernetFramesKeepTheirTypeThroughLlc) {
    for (const std::uint16_t type : {0x0800, 0x86dd, 0x80f3, 0x8137, 0x0004}) {
        Bytes frame;
        ByteWriter w(frame);
        detail::append_ethernet_header(w, address(1), address(2), type);
        w.text("data");
        Bytes msdu;
        ByteWriter out(msdu);
        detail::append_msdu(out, *detail::EthernetView::parse(frame));
        EXPECT_EQ(detail::ethernet_of(address(1), address(2), msdu), frame) << std::hex << type;
    }
}

TEST(MsduTest, ThePriorityFollowsTheDifferentiatedServices) {
    struct Row {
        unsigned dscp;
        unsigned priority;
    };
    for (const Row row : {Row{0, 0}, {8, 1}, {10, 0}, {16, 0}, {18, 3}, {24, 4}, {34, 4}, {46, 6}, {48, 7}, {56, 7}}) {
        Bytes frame;
        ByteWriter w(frame);
        detail::append_ethernet_header(w, address(1), address(2), 0x0800);
        w.u8(0x45);
        w.u8(static_cast<std::uint8_t>(row.dscp << 2U));
        EXPECT_EQ(detail::user_priority(*detail::EthernetView::parse(frame)), row.priority) << row.dscp;
    }
}

}  // namespace
}  // namespace mlosim::mld
