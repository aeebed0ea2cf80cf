// Built-in stations go from one built-in access point to another.

#include <bit>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/transition_request.h"
#include "station_fixture.h"

namespace mlosim::agent {
namespace {

using testing::ElementsAre;

/// Two access points of one network, and a way to write down what happens to the station.
class Roaming : public StationTest {
protected:
    /// An AP MLD as "three", and what its name in settings shall be.
    AccessPoint& second_mld() {
        NetworkSettings settings = three_links(Security::open);
        settings.name = "other";
        settings.links[0].channel = channel(phy::Band::ghz2_4, 6);
        settings.links[1].channel = channel(phy::Band::ghz5, 44);
        settings.links[2].channel = channel(phy::Band::ghz6, 37);
        return start(settings);
    }
    StationAgent& add_roamer(RoamingSettings roaming = {}) {
        StationSettings settings;
        settings.ssid = name_of("three");
        settings.roaming = roaming;
        for (const std::uint32_t mhz : {2412, 2437, 5180, 5220, 5975, 6135})
            settings.frequencies.push_back(phy::Frequency::mhz(mhz));
        return add_station("roamer", settings, 3);
    }
    static std::vector<MacAddress> addresses(const AccessPoint& ap) { return {ap.wdev().address()}; }
};

TEST_F(Roaming, FromOneApMldToAnotherAndBack) {
    AccessPoint& one = start(three_links(Security::open));
    StationAgent& roamer = add_roamer();
    run_for(3s);
    ASSERT_EQ(roamer.state(), StationState::connected);
    AccessPoint& two = second_mld();
    for (AccessPoint* next : {&two, &one}) {
        ASSERT_TRUE(roamer.roam(addresses(*next)).has_value());
        run_for(3s);
        ASSERT_EQ(roamer.state(), StationState::connected);
        EXPECT_EQ(roamer.access_point()->mld, next->wdev().address());
        EXPECT_EQ(roamer.wdev().valid_links(), 7);
        for (const Bss& bss : next->bsses())
            EXPECT_TRUE(roamer.access_point()->has(bss.bssid));
    }
    EXPECT_EQ(roamer.counters().roams, 2U);
    EXPECT_EQ(roamer.counters().connections, 3U);
    EXPECT_EQ(roamer.counters().failures, 0U);
}

TEST_F(Roaming, FromAnApMldToAnAccessPointThatIsNoneAndBack) {
    AccessPoint& mld = start(three_links(Security::open));
    StationAgent& roamer = add_roamer();
    run_for(3s);
    NetworkSettings plain = network("three", link(0, phy::Band::ghz5, 44));
    plain.name = "plain";
    AccessPoint& other = start(plain, "ac");
    ASSERT_TRUE(roamer.roam(addresses(other)).has_value());
    run_for(3s);
    ASSERT_EQ(roamer.state(), StationState::connected);
    EXPECT_FALSE(roamer.access_point()->mld);
    EXPECT_FALSE(roamer.wdev().is_mld());
    ASSERT_TRUE(roamer.roam(addresses(mld)).has_value());
    run_for(3s);
    EXPECT_EQ(roamer.wdev().valid_links(), 7);
    EXPECT_EQ(roamer.counters().roams, 2U);
}

TEST_F(Roaming, TheOldLinksEndAndTheNewOnesBeginAfterTheGap) {
    start(three_links(Security::open));
    RoamingSettings roaming;
    roaming.gap = 700ms;
    StationAgent& roamer = add_roamer(roaming);
    run_for(3s);
    AccessPoint& two = second_mld();
    ASSERT_TRUE(roamer.roam(addresses(two)).has_value());
    while (roamer.state() == StationState::connected)
        run_for(1ms);
    EXPECT_EQ(roamer.state(), StationState::roaming);
    EXPECT_FALSE(roamer.wdev().is_mld());
    EXPECT_EQ(roamer.wdev().mlme()->connection(), nullptr);
    run_for(690ms);
    EXPECT_EQ(roamer.state(), StationState::roaming);
    run_for(100ms);
    EXPECT_EQ(roamer.state(), StationState::connected);
    EXPECT_EQ(roamer.wdev().valid_links(), 7);
}

TEST_F(Roaming, NowhereElseToGoMeansToStay) {
    AccessPoint& one = start(three_links(Security::open));
    StationAgent& roamer = add_roamer();
    run_for(3s);
    ASSERT_TRUE(roamer.roam({}).has_value());
    EXPECT_EQ(roamer.roam({}).error().code, EBUSY);
    run_for(3s);
    EXPECT_EQ(roamer.state(), StationState::connected);
    EXPECT_EQ(roamer.access_point()->mld, one.wdev().address());
    EXPECT_EQ(roamer.counters().connections, 1U);
}

TEST_F(Roaming, NeedsAConnection) {
    StationAgent& roamer = add_roamer();
    EXPECT_EQ(roamer.roam({}).error().code, ENOTCONN);
    run_for(3s);
    EXPECT_EQ(roamer.roam({}).error().code, ENOTCONN);
}

TEST_F(Roaming, AtTheAccessPointsRequest) {
    AccessPoint& one = start(three_links(Security::open));
    StationAgent& roamer = add_roamer();
    run_for(3s);
    AccessPoint& two = second_mld();
    Bytes frame;
    ByteWriter w(frame);
    const MacAddress& ap = one.wdev().address();
    FrameHeader::management(ManagementSubtype::action, roamer.wdev().address(), ap, ap).append_to(w);
    w.bytes(Bytes{category_wnm, wnm_transition_request, 1, 1, 0, 0, 255, 52, 13});
    w.mac(two.bsses()[1].bssid);
    w.bytes(Bytes{0, 0, 0, 0, 115, 44, 9});
    ASSERT_TRUE(one.wdev().wiphy().send_frame(one.wdev(), one.bsses()[0].mld->link, frame).has_value());
    run_for(3s);
    EXPECT_EQ(roamer.state(), StationState::connected);
    EXPECT_EQ(roamer.access_point()->mld, two.wdev().address());
    EXPECT_EQ(roamer.counters().roams, 1U);
}

}  // namespace
}  // namespace mlosim::agent
