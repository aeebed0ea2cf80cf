// What becomes of a station MLD's links while it is connected: 802.11be 35.3.6, 35.3.7, 35.3.8, 35.3.12, 35.16.

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/priority_access_multi_link.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "ieee80211/wmm.h"
#include "mld/link_policy.h"
#include "mld/transmit_settings.h"
#include "station_links_fixture.h"

namespace mlosim::agent {
namespace {

using ieee80211::ReconfigurationMultiLink;
using ieee80211::ReconfigurationOperation;
using ieee80211::TidToLinkMapping;
using mld::error_of;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Active links

TEST_F(StationLinks, AreAllActiveOnceThePortIsOpen) {
    EXPECT_EQ(sta.valid_links(), 7);
    EXPECT_EQ(sta.active_links(), 7);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_TRUE(own(i).channel());
}

TEST_F(StationLinks, WithoutActivityHaveNoChannelButKnowWhichTheyWillHave) {
    const auto before = own(2).channel();
    ASSERT_EQ(activate(3), 0);
    EXPECT_EQ(sta.active_links(), 3);
    EXPECT_EQ(sta.valid_links(), 7);
    EXPECT_FALSE(own(2).channel());
    EXPECT_EQ(own(2).wanted_channel(), before);
    EXPECT_NE(own(2).wdev(), nullptr);
    ASSERT_EQ(activate(7), 0);
    EXPECT_EQ(own(2).channel(), before);
}

TEST_F(StationLinks, AreSwitchedToWithoutOneInCommon) {
    ASSERT_EQ(activate(1), 0);
    ASSERT_EQ(activate(4), 0);
    EXPECT_EQ(sta.active_links(), 4);
    EXPECT_FALSE(own(0).channel());
    EXPECT_TRUE(own(2).channel());
    run_for(1s);
    EXPECT_NE(mlme().connection(), nullptr);  // one link's beacons are enough
}

TEST_F(StationLinks, ThatThereAreNotAreNotSwitchedTo) {
    EXPECT_EQ(activate(0), EINVAL);
    EXPECT_EQ(activate(8), EINVAL);
    EXPECT_EQ(sta.active_links(), 7);
    ASSERT_TRUE(sta.netdev()->set_up(false).has_value());
    EXPECT_EQ(activate(1), ENETDOWN);
}

TEST_F(StationLinks, ThatAreSwitchedOffAreNoLongerUsedByTheAccessPoint) {
    send(sta, ap.wdev(), 12);
    send(sta, ap.wdev(), 12);
    ASSERT_EQ(at_ap().awake_links & 7, 7);
    ASSERT_EQ(activate(2), 0);
    run_for(10ms);
    EXPECT_EQ(at_ap().awake_links & 7, 2);
    const auto before = at_sta().link(id(1))->statistics.rx_packets;
    LinkLog at_station(sta, sta);
    world.subscribe(at_station);
    send(ap.wdev(), sta, 10);
    world.unsubscribe(at_station);
    EXPECT_THAT(at_station.arrived, SizeIs(10));
    EXPECT_GE(at_sta().link(id(1))->statistics.rx_packets, before + 10);
    ASSERT_EQ(activate(7), 0);
    run_for(10ms);
    EXPECT_EQ(at_ap().awake_links & 7, 7);
}

TEST_F(StationLinks, AreKnownToTheAccessPointOnceTheyAreTheOnlyOnes) {
    ASSERT_EQ(at_ap().awake_links & 7, 2) << "it has heard of the association's own link alone";
    ASSERT_EQ(activate(1), 0);
    run_for(10ms);
    EXPECT_EQ(at_ap().awake_links & 7, 1);
    LinkLog at_station(sta, sta);
    world.subscribe(at_station);
    send(ap.wdev(), sta, 5);
    ASSERT_EQ(activate(4), 0);
    send(ap.wdev(), sta, 5);
    world.unsubscribe(at_station);
    EXPECT_THAT(at_station.arrived, SizeIs(10));
}

// Data

TEST_F(StationLinks, ShareATrafficIdentifierAndItArrivesInOrder) {
    send(sta, ap.wdev(), 1);
    ASSERT_NE(at_sta().granted_block_ack_tids & 1, 0);
    log.arrived.clear();
    send(sta, ap.wdev(), 30);
    ASSERT_THAT(log.arrived, SizeIs(30));
    EXPECT_TRUE(std::is_sorted(log.arrived.begin(), log.arrived.end()));
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_GE(data_on(at_ap(), i), 10U) << "link " << i;
}

TEST_F(StationLinks, CountWhatTheyCarry) {
    send(sta, ap.wdev(), 1);
    send(sta, ap.wdev(), 30);
    for (unsigned i = 0; i < 3; ++i)
        EXPECT_GE(at_sta().link(id(i))->statistics.tx_packets, 10U) << "link " << i;
}

TEST_F(StationLinks, CanEachHaveTrafficIdentifiersOfTheirOwn) {
    sta.wiphy().data_path().settings(sta).link_policy = mld::link_policy(mld::LinkPolicyKind::by_tid);
    send(sta, ap.wdev(), 1);
    const auto before = data_on(at_ap(), 0);
    send(sta, ap.wdev(), 12);
    EXPECT_EQ(data_on(at_ap(), 0), before + 12);
}

TEST_F(StationLinks, TryFramesOnAnotherLinkWhereNobodyAnswers) {
    send(sta, ap.wdev(), 1);
    ASSERT_NE(at_sta().granted_block_ack_tids & 1, 0);
    mld::Wiphy& there = ap.wdev().wiphy();
    ASSERT_EQ(error_of(there.stations().remove_link(ap.wdev(), sta.address(), id(2))), 0);
    ASSERT_EQ(error_of(there.stop_ap(ap.wdev(), id(2))), 0);
    ASSERT_EQ(sta.active_links(), 7);
    log.arrived.clear();
    send(sta, ap.wdev(), 30);
    run_for(1s);
    EXPECT_THAT(log.arrived, SizeIs(30));
    EXPECT_TRUE(std::is_sorted(log.arrived.begin(), log.arrived.end()));
    EXPECT_GE(at_sta().link(id(0))->statistics.tx_retries + at_sta().link(id(1))->statistics.tx_retries, 10U);
}

TEST_F(StationLinks, BringAGroupFrameOfTheAccessPointOnce) {
    LinkLog at_station(sta, sta);
    world.subscribe(at_station);
    Bytes frame;
    ByteWriter w(frame);
    w.mac(MacAddress::broadcast());
    w.mac(ap.wdev().address());
    for (unsigned i = 0; i < 60; ++i)
        w.u8(i == 0 ? 0x08 : 0);
    EXPECT_TRUE(ap.wdev().netdev()->transmit(frame).has_value());
    run_for(300ms);
    world.unsubscribe(at_station);
    EXPECT_THAT(at_station.arrived, SizeIs(1));
}

// The access point removes a link

TEST_F(StationLinks, GoWhenTheAccessPointHasCountedDown) {
    const mld::BeaconData before = ap.wdev().link(id(0))->ap()->settings().beacon;
    ReconfigurationMultiLink removal;
    removal.profiles.push_back({.link = id(2), .ap_removal_timer = 0});
    for (std::uint16_t beacons = 5; beacons > 0; --beacons) {
        EXPECT_EQ(sta.valid_links(), 7) << beacons;
        removal.profiles.front().ap_removal_timer = beacons;
        ASSERT_EQ(error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(0), before)), 0);
        announce(0, bytes_of(removal));
        run_for(1024us * 100);
    }
    EXPECT_EQ(sta.valid_links(), 3);
    EXPECT_EQ(sta.active_links(), 3);
    EXPECT_EQ(at_sta().link(id(2)), nullptr);
    EXPECT_EQ(sta.link_wdevs()[2]->affiliated_link(), nullptr);
    EXPECT_THAT(log.told, ElementsAre("removed 4"));
    EXPECT_NE(mlme().connection(), nullptr);
}

TEST_F(StationLinks, StayWhenTheRemovalIsCalledOff) {
    const mld::BeaconData before = ap.wdev().link(id(0))->ap()->settings().beacon;
    ReconfigurationMultiLink removal;
    removal.profiles.push_back({.link = id(2), .ap_removal_timer = 20});
    announce(0, bytes_of(removal));
    run_for(300ms);
    // Nothing of it any more: the element is there, and names no link of ours.
    removal.profiles.front().link = id(9);
    ASSERT_EQ(error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(0), before)), 0);
    announce(0, bytes_of(removal));
    run_for(5s);
    EXPECT_EQ(sta.valid_links(), 7);
    EXPECT_THAT(log.told, IsEmpty());
}

TEST_F(StationLinks, EndTheConnectionWithTheLastOfThem) {
    ReconfigurationMultiLink removal;
    for (unsigned i = 0; i < 3; ++i)
        removal.profiles.push_back({.link = id(i), .ap_removal_timer = 1});
    announce(1, bytes_of(removal));
    run_for(500ms);
    EXPECT_THAT(log.told, ElementsAre("disconnected"));
    EXPECT_EQ(mlme().connection(), nullptr);
}

// The station gives links back, and gets some

TEST_F(StationLinks, AreOnlyReconfiguredWithAnApMldThatDoesIt) {
    mld::LinkReconfiguration request;
    request.remove = 4;
    EXPECT_EQ(error_of(mlme().reconfigure_links(request)), EINVAL);
    EXPECT_EQ(sta.valid_links(), 7);
}

// Traffic is mapped to them

TEST_F(StationLinks, AreDormantWhileTheAccessPointAdvertisesThatTheyAre) {
    TidToLinkMapping::LinkMasks masks;
    masks.fill(std::uint16_t{1});
    TidToLinkMapping mapping = *TidToLinkMapping::from(TidToLinkMapping::Direction::both, masks);
    const auto in_tu = static_cast<std::uint64_t>(queue.now().us()) / 1024 + 400;
    mapping.switch_time = static_cast<std::uint16_t>(in_tu);
    const mld::BeaconData before = ap.wdev().link(id(0))->ap()->settings().beacon;
    announce(0, bytes_of(mapping));
    run_for(200ms);
    EXPECT_EQ(sta.dormant_links(), 0);
    run_for(300ms);
    EXPECT_EQ(sta.dormant_links(), 6);
    EXPECT_EQ(sta.active_links(), 1);
    EXPECT_EQ(activate(3), EINVAL);
    ASSERT_EQ(error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(0), before)), 0);
    run_for(300ms);
    EXPECT_EQ(sta.dormant_links(), 0);
    EXPECT_EQ(sta.active_links(), 7);
}

TEST_F(StationLinks, AreNotUsedThatNoTrafficIsMappedTo) {
    mld::LinkMapping mapping;
    mapping.downlink.fill(3);
    mapping.uplink.fill(3);
    ASSERT_EQ(error_of(mlme().set_link_mapping(mapping)), 0);
    EXPECT_EQ(sta.suspended_links(), 4);
    run_for(1s);
    EXPECT_EQ(sta.link_mapping(), mapping);
    EXPECT_EQ(at_ap().link_mapping, mapping);
    EXPECT_EQ(sta.active_links(), 3);
    EXPECT_EQ(sta.dormant_links(), 4);
    EXPECT_NE(mlme().connection(), nullptr);
    say({protected_eht, 2});  // torn down
    run_for(50ms);
    EXPECT_FALSE(sta.link_mapping());
    EXPECT_EQ(sta.active_links(), 7);
}

TEST_F(StationLinks, EndWithAMappingThatTheAccessPointDoesNotAnswer) {
    mld::LinkMapping mapping;
    mapping.downlink.fill(1);
    mapping.uplink.fill(1);
    ASSERT_TRUE(ap.wdev().netdev()->set_up(false).has_value());
    ASSERT_EQ(error_of(mlme().set_link_mapping(mapping)), 0);
    run_for(150ms);
    EXPECT_NE(mlme().connection(), nullptr);
    run_for(100ms);
    EXPECT_EQ(mlme().connection(), nullptr);
}

TEST_F(StationLinks, AreMappedAlikeForAllTrafficOrNot) {
    mld::LinkMapping mapping;
    mapping.downlink.fill(3);
    mapping.uplink.fill(1);
    EXPECT_EQ(error_of(mlme().set_link_mapping(mapping)), EINVAL);  // more than the radio can do
    mapping.downlink.fill(8);
    mapping.uplink.fill(8);
    EXPECT_EQ(error_of(mlme().set_link_mapping(mapping)), EINVAL);  // no such link
    EXPECT_EQ(sta.active_links(), 7);
}

TEST_F(StationLinks, AreMappedAsTheAccessPointAsks) {
    TidToLinkMapping::LinkMasks masks;
    masks.fill(std::uint16_t{6});
    Bytes request{protected_eht, 0, 77};
    const Bytes element = bytes_of(*TidToLinkMapping::from(TidToLinkMapping::Direction::both, masks));
    request.insert(request.end(), element.begin(), element.end());
    say(request);
    run_for(50ms);
    EXPECT_EQ(sta.active_links(), 6);
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_THAT(Bytes(FrameView::parse(asked[0])->body().begin(), FrameView::parse(asked[0])->body().end()),
                ElementsAre(protected_eht, 1, 77, 0, 0));
    request[2] = 78;
    request.back() = 1;  // TID 7 elsewhere than the others
    say(request);
    run_for(50ms);
    ASSERT_THAT(asked, SizeIs(2));
    EXPECT_EQ(FrameView::parse(asked[1])->body()[3], 133);
    EXPECT_EQ(sta.active_links(), 6);
}

// Channels change, or close

TEST_F(StationLinks, HearOfEachOthersChannelSwitches) {
    ASSERT_EQ(activate(3), 0);
    ieee80211::BasicMultiLink tells;
    tells.mld_addr = ap.wdev().address();
    tells.link_id = id(0);
    tells.bss_parameters_change_count = 1;
    ieee80211::BasicPerStaProfile profile;
    profile.link = id(2);
    // Extended Channel Switch Announcement: to channel 37 of class 131, with the fourth beacon.
    profile.profile = {60, 4, 0, 131, 37, 4};
    tells.profiles.push_back(profile);
    const mld::BeaconData before = ap.wdev().link(id(0))->ap()->settings().beacon;
    mld::BeaconData data = before;
    data.tail = bytes_of(tells);
    for (const auto& element : ElementList(before.tail))
        if (element.type() != ieee80211::element::multi_link)
            data.tail.insert(data.tail.end(), element.encoded().begin(), element.encoded().end());
    ASSERT_EQ(error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(0), data)), 0);
    run_for(1s);
    ASSERT_EQ(error_of(ap.wdev().wiphy().change_beacon(ap.wdev(), id(0), before)), 0);
    run_for(300ms);
    EXPECT_EQ(own(2).wanted_channel()->control.center.in_mhz(), 6135U);
    EXPECT_FALSE(own(2).channel());
    EXPECT_NE(mlme().connection(), nullptr);
}

TEST_F(StationLinks, GoWhenRegulationClosesTheirChannelAndTheOthersStay) {
    set_country('0', '0');
    run_for(70s);  // REG_ENFORCE_GRACE_MS
    EXPECT_EQ(sta.valid_links(), 3);
    EXPECT_THAT(log.told, ElementsAre("removed 4"));
    EXPECT_NE(mlme().connection(), nullptr);
    EXPECT_EQ(sta.link_wdevs()[2]->affiliated_link(), nullptr);
    EXPECT_EQ(ap.wdev().link(id(2)), nullptr) << "the access point gave it up";
    EXPECT_NE(ap.wdev().link(id(0))->ap(), nullptr);
    EXPECT_EQ(at_ap().link(id(2)), nullptr);
    EXPECT_NE(at_ap().link(id(0)), nullptr);
}

// Priority access

TEST_F(StationLinks, HavePriorityAccessWhereTheAccessPointGrantsIt) {
    ieee80211::WmmParameters urgent = ieee80211::WmmParameters::defaults();
    urgent.categories[0].set(ieee80211::WmmAcParameters::aifsn, 2);
    ieee80211::PriorityAccessMultiLink granted;
    granted.ap_mld_addr = ap.wdev().address();
    granted.profiles.push_back({.link = id(1), .profile = bytes_of(urgent)});
    answer = [&](ieee80211::ByteView request) {
        Bytes out{protected_eht, 4, request[2], 0, 0};
        const Bytes element = bytes_of(granted);
        out.insert(out.end(), element.begin(), element.end());
        return out;
    };
    const auto aifs = [&](unsigned link) { return own(link).bss_config.tx_queues[2].aifs; };  // best effort
    ASSERT_GT(aifs(1), 2);
    ASSERT_EQ(error_of(mlme().set_epcs(true)), 0);
    EXPECT_EQ(error_of(mlme().set_epcs(true)), EALREADY) << "it was asked, and not answered yet";
    run_for(300ms);
    EXPECT_THAT(log.told, ElementsAre("epcs on"));
    EXPECT_EQ(aifs(1), 2) << "beacons do not undo it";
    EXPECT_GT(aifs(0), 2);
    EXPECT_EQ(error_of(mlme().set_epcs(true)), 0);
    ASSERT_EQ(error_of(mlme().set_epcs(false)), 0);
    EXPECT_THAT(log.told, ElementsAre("epcs on", "epcs off"));
    EXPECT_GT(aifs(1), 2);
    run_for(10ms);
    ASSERT_THAT(asked, SizeIs(2));
    EXPECT_EQ(FrameView::parse(asked[1])->body()[1], 5);
}

}  // namespace
}  // namespace mlosim::agent
