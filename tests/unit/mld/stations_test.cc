#include "stations_fixture.h"

namespace mlosim::mld {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr StaFlags associated{StaFlag::authenticated, StaFlag::associated};

std::string name(const char* what, std::uint8_t last) {
    return std::string(what) + " " + address(last).to_string();
}

TEST_F(StationsTest, AStationComesWithTheFlagsItWasGiven) {
    const auto sta = stations().add(ap, address(7), authenticated(1));
    ASSERT_TRUE(sta.has_value());
    EXPECT_EQ((*sta)->state(), StaState::authenticated);
    EXPECT_EQ((*sta)->aid->value(), 1);
    EXPECT_EQ((*sta)->listen_interval, 5);
    EXPECT_THAT(told.take(), ElementsAre(name("new", 7)));
    EXPECT_EQ(stations().find(ap, address(7)), *sta);
    EXPECT_EQ(stations().find_link(ap, address(7)), &(*sta)->default_link());
}

TEST_F(StationsTest, WithoutStateFlagsItIsTakenForAssociated) {
    const auto sta = stations().add(ap, address(7), parameters(1));
    ASSERT_TRUE(sta.has_value());
    EXPECT_EQ((*sta)->state(), StaState::associated);
    EXPECT_EQ((*sta)->associated_at, queue.now());
}

TEST_F(StationsTest, AStationIsThereOnce) {
    (void)add_associated(7, 1);
    told.take();
    EXPECT_EQ(error_of(stations().add(ap, address(7), authenticated(2))), EEXIST);
    EXPECT_THAT(told.take(), IsEmpty());
    EXPECT_EQ(stations().size(), 1U);
}

TEST_F(StationsTest, AddressesAreThoseOfOthers) {
    EXPECT_EQ(error_of(stations().add(ap, ap.address(), authenticated(1))), EINVAL);
    EXPECT_EQ(error_of(stations().add(ap, ieee80211::MacAddress::broadcast(), authenticated(1))), EINVAL);
}

TEST_F(StationsTest, ItsRatesMustBeKnownAndItsAccessPointBeacon) {
    StaParameters odd = authenticated(1);
    odd.capabilities->supported_rates = {0x7f};
    EXPECT_EQ(error_of(stations().add(ap, address(7), odd)), EINVAL);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_EQ(error_of(stations().add(ap, address(7), authenticated(1))), EINVAL);
}

TEST_F(StationsTest, WithoutQosThereIsNoHtAndNothingNewer) {
    StaParameters plain = authenticated(1);
    plain.capabilities->ht = ieee80211::Bytes(26, 1);
    const auto sta = stations().add(ap, address(7), plain);
    ASSERT_TRUE(sta.has_value());
    EXPECT_THAT((*sta)->default_link().capabilities.ht, IsEmpty());
    plain.capabilities->he = ieee80211::Bytes(22, 1);
    EXPECT_EQ(error_of(stations().add(ap, address(8), plain)), EINVAL);
}

TEST_F(StationsTest, TdlsPeersAndLinksAreRefusedWhereThereAreNone) {
    EXPECT_EQ(error_of(stations().add(ap, address(7), parameters(1, StaFlag::tdls_peer, StaFlag::tdls_peer))), EINVAL);
    StaParameters linked = authenticated(1);
    linked.link = *ieee80211::LinkId::from(0);
    EXPECT_EQ(error_of(stations().add(ap, address(7), linked)), EINVAL);
}

TEST_F(StationsTest, ItGoesFromStateToStateAndSkipsNone) {
    Sta& sta = **stations().add(ap, address(7), authenticated(1));
    EXPECT_EQ(error_of(stations().change(ap, address(7), flags(StaFlag::authorized, StaFlag::authorized))), EINVAL);
    EXPECT_EQ(sta.state(), StaState::authenticated);

    StaParameters associates = parameters(1, associated | StaFlags{StaFlag::wme}, associated | StaFlags{StaFlag::wme});
    associates.capabilities->ht = ieee80211::Bytes(26, 1);
    ASSERT_TRUE(stations().change(ap, address(7), associates));
    EXPECT_EQ(sta.state(), StaState::associated);
    EXPECT_TRUE(sta.flags.has(StaFlag::wme));
    EXPECT_EQ(sta.default_link().capabilities.ht.size(), 26U);

    ASSERT_TRUE(stations().change(ap, address(7), flags(StaFlag::authorized, StaFlag::authorized)));
    EXPECT_TRUE(sta.authorized());
    ASSERT_TRUE(stations().change(ap, address(7), flags(StaFlag::authorized, {})));
    EXPECT_EQ(sta.state(), StaState::associated);
}

TEST_F(StationsTest, AnAssociatedStationsCapabilitiesAreFinal) {
    (void)add_associated(7, 1);
    EXPECT_EQ(error_of(stations().change(ap, address(7), parameters(1))), EINVAL);
    StaParameters interval;
    interval.listen_interval = 3;
    EXPECT_EQ(error_of(stations().change(ap, address(7), interval)), EINVAL);
    StaParameters capability;
    capability.capability = 1;
    EXPECT_EQ(error_of(stations().change(ap, address(7), capability)), EINVAL);
    EXPECT_EQ(error_of(stations().change(ap, address(7), flags(StaFlag::tdls_peer, {}))), 0);
    EXPECT_EQ(error_of(stations().change(ap, address(8), flags(StaFlag::authorized, {}))), ENOENT);
}

TEST_F(StationsTest, ItGoesWhenItIsRemovedAndItsFlagsAreGoneByThen) {
    (void)add_associated(7, 1, StaFlag::authorized | StaFlags{StaFlag::short_preamble});
    told.take();
    const std::uint32_t before = stations().generation();
    ASSERT_TRUE(stations().remove(ap, address(7)));
    EXPECT_THAT(told.take(), ElementsAre(name("del", 7)));
    EXPECT_THAT(told.flags_at_removal, ElementsAre(StaFlags{StaFlag::short_preamble}));
    EXPECT_NE(stations().generation(), before);
    EXPECT_EQ(error_of(stations().remove(ap, address(7))), ENOENT);
    EXPECT_TRUE(stations().remove(ap, std::nullopt));
}

TEST_F(StationsTest, AllGoNewestFirst) {
    (void)add_associated(7, 1);
    (void)add_associated(8, 2);
    told.take();
    ASSERT_TRUE(stations().remove(ap, std::nullopt));
    EXPECT_THAT(told.take(), ElementsAre(name("del", 8), name("del", 7)));
}

TEST_F(StationsTest, StationsGoWithTheirAccessPointWhoeverEndsIt) {
    (void)add_associated(7, 1);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_EQ(stations().size(), 0U);

    ASSERT_EQ(start(network), 0);
    (void)add_associated(7, 1);
    ASSERT_TRUE(ap.netdev()->set_up(false));
    EXPECT_EQ(stations().size(), 0U);
}

TEST_F(StationsTest, BridgesLearnWhereAnAuthorizedStationIs) {
    class Listener : public Events {
    public:
        void frame_passed(Netdev&, FrameDirection direction, ieee80211::ByteView frame) override {
            if (direction == FrameDirection::incoming) frames.emplace_back(frame.begin(), frame.end());
        }
        std::vector<ieee80211::Bytes> frames;
    } listener;
    world.subscribe(listener);
    (void)add_associated(7, 1);
    EXPECT_THAT(listener.frames, IsEmpty());
    ASSERT_TRUE(stations().change(ap, address(7), flags(StaFlag::authorized, StaFlag::authorized)));
    world.unsubscribe(listener);
    ASSERT_EQ(listener.frames.size(), 1U);
    const ieee80211::Bytes& frame = listener.frames.front();
    ieee80211::ByteReader in(frame);
    EXPECT_EQ(in.mac(), ieee80211::MacAddress::broadcast());
    EXPECT_EQ(in.mac(), address(7));
    EXPECT_THAT(ieee80211::Bytes(in.rest().begin(), in.rest().end()), ElementsAre(0, 6, 0, 1, 0xaf, 0x81, 1, 0));
}

TEST_F(StationsTest, AnAccessPointEndsWithTheProgramThatOwnsIt) {
    const OwnerId hostapd{42};
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    AccessPointSettings settings = ap_settings(network);
    settings.owner = hostapd;
    settings.owner_ends_it = true;
    ASSERT_TRUE(wiphy.start_ap(ap, std::nullopt, settings));
    ASSERT_TRUE(wiphy.watch_unexpected_frames(ap, hostapd));
    EXPECT_EQ(error_of(wiphy.watch_unexpected_frames(ap, OwnerId{43})), EBUSY);
    world.release(OwnerId{43});
    EXPECT_NE(ap.default_link().ap(), nullptr);
    world.release(hostapd);
    EXPECT_EQ(ap.default_link().ap(), nullptr);
    EXPECT_FALSE(ap.unexpected_frame_owner());
    EXPECT_TRUE(ap.running());
}

TEST_F(StationsTest, TheBssIsSetUpWhileItBeacons) {
    BssParameters bss;
    bss.use_short_preamble = true;
    bss.use_short_slot_time = true;
    bss.basic_rates = ieee80211::Bytes{2, 4, 11, 22};
    bss.ap_isolate = true;
    ASSERT_TRUE(wiphy.set_bss(ap, std::nullopt, bss));
    EXPECT_TRUE(ap.default_link().bss_config.use_short_preamble);
    EXPECT_TRUE(ap.default_link().bss_config.use_short_slot_time);
    EXPECT_FALSE(ap.default_link().bss_config.use_cts_protection);
    EXPECT_TRUE(ap.ap_isolate());
    bss.basic_rates = ieee80211::Bytes{3};
    EXPECT_EQ(error_of(wiphy.set_bss(ap, std::nullopt, bss)), EINVAL);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_EQ(error_of(wiphy.set_bss(ap, std::nullopt, BssParameters{})), ENOENT);
}

TEST_F(StationsTest, QueuesHaveTheParametersTheyWereGiven) {
    const TxQueueParameters voice{0, 47, 3, 7, 2};
    ASSERT_TRUE(wiphy.set_tx_queue(ap, std::nullopt, voice));
    EXPECT_EQ(ap.default_link().bss_config.tx_queues[0], voice);
    EXPECT_EQ(error_of(wiphy.set_tx_queue(ap, std::nullopt, TxQueueParameters{4, 0, 0, 0, 0})), EINVAL);
}

TEST_F(StationsTest, SeveralBssesShareOneRadioIfTheirBeaconsComeAtOneInterval) {
    InterfaceSpec spec{"ap1", InterfaceType::ap};
    Wdev& second = **wiphy.add_interface(spec);
    ASSERT_TRUE(second.netdev()->set_address(address(0x20)));
    ASSERT_TRUE(second.netdev()->set_up(true));
    Network other = network.named("other");
    other.bssid = address(0x20);
    other.beacon_interval = 150;
    EXPECT_EQ(error_of(wiphy.start_ap(second, std::nullopt, ap_settings(other))), EBUSY);
    other.beacon_interval = 100;
    EXPECT_EQ(error_of(wiphy.start_ap(second, std::nullopt, ap_settings(other))), 0);
    (void)add_associated(7, 1);
    EXPECT_EQ(stations().find(second, address(7)), nullptr);
    EXPECT_TRUE(stations().add(second, address(7), authenticated(1)));
    EXPECT_EQ(stations().size(), 2U);
    EXPECT_EQ(stations().of(second).size(), 1U);
}

}  // namespace

}  // namespace mlosim::mld
