// What programs set of how an interface's frames go out: priorities, acknowledgements, rates.

#include "mld/transmit_settings.h"

#include "connected_fixture.h"

namespace mlosim::mld {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

TEST(QosMaps, ExceptionsComeBeforeRanges) {
    QosMap map;
    map.exceptions = {{46, 3}};
    map.ranges[0] = {0, 7};
    map.ranges[6] = {40, 47};
    EXPECT_EQ(map.priority_of(46), 3U);
    EXPECT_EQ(map.priority_of(45), 6U);
    EXPECT_EQ(map.priority_of(0), 0U);
    EXPECT_EQ(map.priority_of(20), std::nullopt);
    EXPECT_EQ(QosMap{}.priority_of(63), std::nullopt);
}

class TransmitSettingsTest : public ConnectedTest {
protected:
    TransmitSettingsTest() : ConnectedTest(StaFlag::wme) { authorize(); }
    TransmitSettings& settings() { return wiphy.data_path().settings(ap); }
    /// An IPv4 packet of that DSCP goes to the station; the data frame on the air.
    Aerial::Heard packet(std::uint8_t dscp) {
        air.heard.clear();
        const char text[] = {0x45, static_cast<char>(dscp << 2U), 'x', 'y'};
        send(ap, sta.address(), std::string_view(text, sizeof(text)));
        for (const Aerial::Heard& heard : air.heard)
            if (heard.view().frame_control().type() == ieee80211::FrameType::data) return heard;
        ADD_FAILURE() << "nothing was sent";
        return {};
    }
    unsigned tid(std::uint8_t dscp) { return packet(dscp).view().qos()->get(ieee80211::QosControl::tid); }
};

TEST_F(TransmitSettingsTest, AQosMapChoosesThePriority) {
    EXPECT_EQ(tid(46), 6U);
    QosMap map;
    map.exceptions = {{46, 1}};
    settings().qos_map = map;
    EXPECT_EQ(tid(46), 1U);
    EXPECT_EQ(tid(48), 7U) << "what it does not name stays";
    settings().qos_map.reset();
    EXPECT_EQ(tid(46), 6U);
}

TEST_F(TransmitSettingsTest, FramesThatNobodyAcknowledgesSaySo) {
    using ieee80211::QosControl;
    settings().no_acknowledgement.set(6);
    EXPECT_EQ(packet(46).view().qos()->get(QosControl::ack_policy), 1U);
    EXPECT_EQ(packet(0).view().qos()->get(QosControl::ack_policy), 0U);
    EXPECT_EQ(at_ap().default_link().statistics.tx_failed, 0U) << "nobody waits for an acknowledgement";
}

TEST_F(TransmitSettingsTest, ARateMaskIsKeptTo) {
    EXPECT_EQ(packet(0).rate, phy::Rate::legacy(110)) << "the fastest that the station has";
    RateMask mask;
    mask.legacy = 1U << 2U;  // 5.5 Mb/s
    settings().rates[phy::Band::ghz2_4] = mask;
    EXPECT_EQ(packet(0).rate, phy::Rate::legacy(55));
    settings().rates.clear();
    EXPECT_EQ(packet(0).rate, phy::Rate::legacy(110));
}

TEST_F(TransmitSettingsTest, WhereTheReceiverKnowsNoneOfTheRatesTheLowestIsUsed) {
    RateMask mask;
    mask.legacy = 1U << 11U;  // 54 Mb/s, which the station has not
    settings().rates[phy::Band::ghz2_4] = mask;
    EXPECT_EQ(packet(0).rate, phy::Rate::legacy(10));
}

TEST_F(TransmitSettingsTest, McsRatesServeWhereNoLegacyRateMay) {
    at_ap().default_link().capabilities.ht = ieee80211::Bytes(26, 0);
    at_ap().default_link().capabilities.ht[3] = 0xff;
    RateMask mask;
    mask.legacy = 0;
    mask.ht[0] = 0xf0;
    settings().rates[phy::Band::ghz2_4] = mask;
    EXPECT_EQ(packet(0).rate, phy::Rate::ht(4, 20, phy::GuardInterval::us0_8));
    settings().rates[phy::Band::ghz2_4].short_guard = true;
    EXPECT_EQ(packet(0).rate, phy::Rate::ht(4, 20, phy::GuardInterval::us0_4));
}

TEST_F(TransmitSettingsTest, AQosMapEndsWithTheNetwork) {
    settings().qos_map = QosMap{};
    client.data_path().settings(sta).qos_map = QosMap{};
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    EXPECT_FALSE(settings().qos_map);
    EXPECT_TRUE(client.data_path().settings(sta).qos_map);
    sta.mlme()->leave();
    EXPECT_FALSE(client.data_path().settings(sta).qos_map) << "and with the connection";
}

TEST_F(TransmitSettingsTest, AnotherTypeBeginsAnew) {
    settings().no_acknowledgement.set(0);
    ASSERT_TRUE(ap.netdev()->set_up(false));
    EXPECT_TRUE(settings().no_acknowledgement.test(0));
    ASSERT_TRUE(wiphy.change_interface(ap, {.type = InterfaceType::station}));
    EXPECT_TRUE(wiphy.data_path().settings(ap).no_acknowledgement.none());
}

}  // namespace
}  // namespace mlosim::mld
