#include "stations_fixture.h"

namespace mlosim::mld {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr sim::Duration beacon_interval = 100 * sim::time_unit;

/// Channel Switch Announcement, 802.11-2020 9.4.2.18; the counter is its last octet.
ieee80211::Bytes announcement(std::uint8_t channel, std::uint8_t count) {
    return {37, 3, 0, channel, count};
}
constexpr std::uint16_t counter_at = 4;

class ChannelSwitchTest : public StationsTest {
protected:
    explicit ChannelSwitchTest(unsigned channels = 1) : StationsTest(channels) { air.listen({ghz2(1), ghz2(6)}); }

    ChannelSwitch to(std::uint16_t channel, std::uint8_t count, const Network& of) const {
        ChannelSwitch out;
        out.channel = *phy::ChannelDefinition::around(ghz2(channel), phy::ChannelWidth::w20);
        out.count = count;
        out.beacon_during.tail = announcement(static_cast<std::uint8_t>(channel), count);
        out.beacon_during.probe_response = out.beacon_during.tail;
        Network after = of;
        after.channel = ghz2(channel);
        out.beacon_after.head = after.beacon();
        out.beacon_after.tail = {221, 1, 9};
        out.beacon_counter_offsets = {counter_at};
        out.probe_response_counter_offsets = {counter_at};
        return out;
    }
    int switch_to(std::uint16_t channel, std::uint8_t count) {
        return error_of(wiphy.switch_channel(ap, std::nullopt, to(channel, count, network)));
    }
    /// "2412 3" for each beacon: the channel and its last octet.
    std::vector<std::string> beacons() {
        std::vector<std::string> out;
        for (const auto& heard : std::exchange(air.heard, {}))
            out.push_back(std::to_string(heard.channel.center.in_mhz()) + " " + std::to_string(heard.bytes.back()));
        return out;
    }
};

TEST_F(ChannelSwitchTest, BeaconsCountDownAndTheNextComesOnTheNewChannel) {
    ASSERT_EQ(switch_to(6, 4), 0);
    EXPECT_THAT(told.take(), ElementsAre("switch-started ap0 2437 4"));
    run_for(3 * beacon_interval - 1ms);
    EXPECT_EQ(ap.default_link().ap()->countdown(), 2);
    run_for(2 * beacon_interval);
    EXPECT_THAT(beacons(), ElementsAre("2412 3", "2412 2", "2412 1", "2437 9"));
    EXPECT_THAT(told.take(), ElementsAre("switched ap0 2437"));
    EXPECT_EQ(ap.default_link().channel()->control, ghz2(6));
    EXPECT_EQ(ap.default_link().ap()->settings().channel.control, ghz2(6));
    EXPECT_EQ(ap.default_link().ap()->channel_switch(), nullptr);
}

TEST_F(ChannelSwitchTest, WithoutACountItHappensAtOnce) {
    ASSERT_EQ(switch_to(6, 1), 0);
    EXPECT_THAT(told.take(), ElementsAre("switch-started ap0 2437 1", "switched ap0 2437"));
}

TEST_F(ChannelSwitchTest, NothingIsSentMeanwhileIfThatWasAskedFor) {
    ChannelSwitch request = to(6, 3, network);
    request.block_tx = true;
    ASSERT_TRUE(wiphy.switch_channel(ap, std::nullopt, request));
    EXPECT_THAT(told.take(), ElementsAre("switch-started ap0 2437 3 quiet"));
    EXPECT_TRUE(ap.transmit_blocked());
    run_for(4 * beacon_interval);
    EXPECT_FALSE(ap.transmit_blocked());
}

TEST_F(ChannelSwitchTest, NeitherASecondSwitchNorABeaconIsTakenMeanwhile) {
    ASSERT_EQ(switch_to(6, 5), 0);
    EXPECT_EQ(switch_to(11, 5), EBUSY);
    EXPECT_EQ(error_of(wiphy.change_beacon(ap, std::nullopt, ap_settings(network).beacon)), EBUSY);
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    told.take();
    run_for(6 * beacon_interval);
    EXPECT_THAT(told.take(), IsEmpty());
}

TEST_F(ChannelSwitchTest, IsRefusedWhatItCannotDo) {
    ChannelSwitch request = to(6, 3, network);
    request.beacon_counter_offsets = {3};
    EXPECT_EQ(error_of(wiphy.switch_channel(ap, std::nullopt, request)), EINVAL) << "the counter is elsewhere";
    request.beacon_counter_offsets = {5};
    EXPECT_EQ(error_of(wiphy.switch_channel(ap, std::nullopt, request)), EINVAL) << "behind the end";
    request = to(6, 3, network);
    request.channel = *phy::ChannelDefinition::around(ghz5(52), phy::ChannelWidth::w20);
    EXPECT_EQ(error_of(wiphy.switch_channel(ap, std::nullopt, request)), EINVAL) << "radar";
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_EQ(switch_to(6, 3), ENOTCONN);
}

TEST_F(ChannelSwitchTest, BssesThatShareTheOnlyChannelGoTogether) {
    Wdev& second = **wiphy.add_interface({"ap1", InterfaceType::ap});
    ASSERT_TRUE(second.netdev()->set_address(address(0x20)));
    ASSERT_TRUE(second.netdev()->set_up(true));
    Network other = network.named("other");
    other.bssid = address(0x20);
    ASSERT_TRUE(wiphy.start_ap(second, std::nullopt, ap_settings(other)));
    told.take();

    ASSERT_EQ(switch_to(6, 2), 0);
    EXPECT_EQ(error_of(wiphy.switch_channel(second, std::nullopt, to(11, 4, other))), EBUSY) << "not elsewhere";
    ASSERT_TRUE(wiphy.switch_channel(second, std::nullopt, to(6, 4, other)));
    told.take();
    run_for(2 * beacon_interval);
    EXPECT_THAT(told.take(), IsEmpty()) << "the first waits";
    run_for(2 * beacon_interval);
    EXPECT_THAT(told.take(), ElementsAre("switched ap0 2437", "switched ap1 2437"));
}

class ChannelSwitchOfOneOfTwo : public ChannelSwitchTest {
protected:
    ChannelSwitchOfOneOfTwo() : ChannelSwitchTest(2) {}
};

TEST_F(ChannelSwitchOfOneOfTwo, WhereThereIsRoomEachGoesByItself) {
    Wdev& second = **wiphy.add_interface({"ap1", InterfaceType::ap});
    ASSERT_TRUE(second.netdev()->set_address(address(0x20)));
    ASSERT_TRUE(second.netdev()->set_up(true));
    Network other = network.named("other");
    other.bssid = address(0x20);
    ASSERT_TRUE(wiphy.start_ap(second, std::nullopt, ap_settings(other)));
    told.take();
    ASSERT_EQ(switch_to(6, 2), 0);
    run_for(2 * beacon_interval);
    EXPECT_THAT(told.take(), ElementsAre("switch-started ap0 2437 2", "switched ap0 2437"));
    EXPECT_EQ(second.default_link().channel()->control, ghz2(1));
}

}  // namespace

}  // namespace mlosim::mld
