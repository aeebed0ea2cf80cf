#include "power_save_fixture.h"

namespace mlosim::mld {

namespace {

TEST_F(PowerSaveTest, NothingIsHeldForWhoeverIsAwake) {
    Sta& sta = add_associated(7, 1);
    EXPECT_FALSE(hold(sta));
    EXPECT_FALSE(hold_group());
}

TEST_F(PowerSaveTest, AStationSleepsAndWakesByTheBitInItsFrames) {
    Sta& sta = add_associated(7, 1);
    hears_null(sta, true);
    EXPECT_TRUE(sta.power_save->asleep());
    EXPECT_EQ(ap.power_save_buffer()->sleepers(), 1U);
    hears_null(sta, true);
    EXPECT_EQ(ap.power_save_buffer()->sleepers(), 1U);
    hears_null(sta, false);
    EXPECT_FALSE(sta.power_save->asleep());
    EXPECT_EQ(ap.power_save_buffer()->sleepers(), 0U);
}

TEST_F(PowerSaveTest, TheTimSaysForWhomFramesWait) {
    Sta& sleeper = add_associated(7, 300);
    Sta& other = add_associated(8, 2);
    hears_null(sleeper, true);
    hears_null(other, true);
    EXPECT_TRUE(hold(sleeper));
    EXPECT_TRUE(sleeper.power_save->announces());
    auto tim = tims(1).at(0);
    EXPECT_TRUE(tim.traffic_for(*sleeper.aid));
    EXPECT_FALSE(tim.traffic_for(*other.aid));

    hears_null(sleeper, false);
    EXPECT_EQ(sleeper.power_save->held(), 0U);
    EXPECT_FALSE(tims(1).at(0).traffic_for(*sleeper.aid));
}

TEST_F(PowerSaveTest, TheTimSpeaksOfGroupTrafficOnlyAtADtim) {
    Sta& sleeper = add_associated(7, 1);
    hears_null(sleeper, true);
    EXPECT_TRUE(hold_group());
    bool announced = false;
    for (const auto& tim : tims(4)) {
        EXPECT_FALSE(tim.group_traffic() && tim.dtim_count() != 0);
        if (tim.group_traffic()) {
            EXPECT_FALSE(announced) << "what went out is announced no longer";
            announced = true;
        }
    }
    EXPECT_TRUE(announced);
    EXPECT_EQ(ap.power_save_buffer()->held(), 0U);
}

TEST_F(PowerSaveTest, QueuesThatTriggersDeliverAreNotAnnouncedUnlessTheyAllAre) {
    Sta& sta = add_associated(7, 1, StaFlag::wme);
    sta.uapsd_queues = 0b0001;  // voice
    hears_null(sta, true);
    EXPECT_TRUE(hold(sta, 7));
    EXPECT_FALSE(sta.power_save->announces());
    EXPECT_TRUE(hold(sta, 0));
    EXPECT_TRUE(sta.power_save->announces());

    Sta& full = add_associated(8, 2, StaFlag::wme);
    full.uapsd_queues = 0b1111;
    hears_null(full, true);
    EXPECT_TRUE(hold(full, 7));
    EXPECT_TRUE(full.power_save->announces());
}

TEST_F(PowerSaveTest, AStationsBufferKeepsTheNewestOfEachCategory) {
    Sta& sta = add_associated(7, 1);
    hears_null(sta, true);
    for (int i = 0; i < 70; ++i)
        EXPECT_TRUE(hold(sta));
    EXPECT_EQ(sta.power_save->held(), 64U);
    EXPECT_EQ(stations().held_frames(), 64U);
}

TEST_F(PowerSaveTest, WhatNobodyFetchesGoesAway) {
    Sta& sta = add_associated(7, 1);
    hears_null(sta, true);
    EXPECT_TRUE(hold(sta));
    run_for(9s);
    EXPECT_EQ(sta.power_save->held(), 1U);
    run_for(12s);
    EXPECT_EQ(sta.power_save->held(), 0U);
    EXPECT_FALSE(tims(1).at(0).traffic_for(*sta.aid));
}

TEST_F(PowerSaveTest, AllBuffersTogetherHaveALimit) {
    std::vector<Sta*> sleepers;
    for (std::uint8_t i = 0; i < 10; ++i) {
        sleepers.push_back(&add_associated(static_cast<std::uint8_t>(0x40 + i), 1U + i));
        hears_null(*sleepers.back(), true);
    }
    for (Sta* sta : sleepers)
        for (int i = 0; i < 64; ++i)
            EXPECT_TRUE(hold(*sta));
    EXPECT_LE(stations().held_frames(), 512U);
}

TEST_F(PowerSaveTest, AStationThatGoesTakesItsFramesAndItsBitWithIt) {
    Sta& sta = add_associated(7, 1);
    hears_null(sta, true);
    EXPECT_TRUE(hold(sta));
    ASSERT_TRUE(stations().remove(ap, address(7)));
    EXPECT_EQ(stations().held_frames(), 0U);
    EXPECT_EQ(ap.power_save_buffer()->sleepers(), 0U);
    EXPECT_FALSE(tims(1).at(0).traffic_for(*ieee80211::Aid::from(1)));
}

TEST_F(PowerSaveTest, SomeManagementFramesDoNotWait) {
    Sta& sta = add_associated(7, 1);
    hears_null(sta, true);
    const auto management = [&](ieee80211::ManagementSubtype subtype) {
        ieee80211::Bytes frame =
            bytes_of(FrameHeader::management(subtype, sta.address(), ap.address(), ap.address()), 2);
        return sta.power_save->hold(frame, {});
    };
    EXPECT_TRUE(management(ieee80211::ManagementSubtype::action));
    EXPECT_TRUE(management(ieee80211::ManagementSubtype::deauthentication));
    EXPECT_FALSE(management(ieee80211::ManagementSubtype::probe_response));
    EXPECT_FALSE(management(ieee80211::ManagementSubtype::association_response));
}

}  // namespace

}  // namespace mlosim::mld
