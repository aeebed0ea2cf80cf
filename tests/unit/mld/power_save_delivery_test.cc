#include "power_save_fixture.h"

namespace mlosim::mld {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// What went out, once it is on the air.
class PowerSaveDelivery : public PowerSaveTest {
protected:
    static constexpr unsigned all_queues = 0b1111;

    Sta& sleeper(std::uint8_t last_octet, unsigned aid, std::uint8_t uapsd_queues = 0, std::uint8_t max_period = 0) {
        Sta& sta = add_associated(last_octet, aid, StaFlag::wme);
        stations().set_flags(sta, sta.flags | StaFlags{StaFlag::authorized});
        sta.uapsd_queues = uapsd_queues;
        sta.max_service_period = max_period;
        hears_null(sta, true);
        return sta;
    }
    void hears_poll(Sta& sta) {
        const ieee80211::Bytes frame =
            bytes_of(FrameHeader::control(ieee80211::ControlSubtype::ps_poll, ap.address(), sta.address()));
        sta.power_save->heard(ap.default_link(), *FrameView::parse(frame));
    }
    void hears_trigger(Sta& sta, unsigned tid) {
        FrameHeader header = FrameHeader::data_to_ds(DataSubtype::qos_null, ap.address(), sta.address(), ap.address());
        header.power_management();
        header.qos.set(ieee80211::QosControl::tid, tid);
        const ieee80211::Bytes frame = bytes_of(header);
        sta.power_save->heard(ap.default_link(), *FrameView::parse(frame));
    }
    /// "data tid=0 more eosp" and the like for each frame but beacons; beacons say "dtim" or nothing.
    std::vector<std::string> sent() {
        run_for(5ms);
        std::vector<std::string> out;
        for (const auto& heard : std::exchange(air.heard, {})) {
            const FrameView frame = heard.view();
            const auto fc = frame.frame_control();
            if (fc.is(ieee80211::ManagementSubtype::beacon)) {
                const auto tim = ieee80211::BeaconBody::parse(frame.body())->elements.get<ieee80211::Tim>();
                if (tim->dtim_count() == 0) out.emplace_back(tim->group_traffic() ? "dtim with group" : "dtim");
                continue;
            }
            std::string line = fc.type() == ieee80211::FrameType::management ? "management"
                               : fc.is_null_data()                           ? "null"
                                                                             : "data";
            if (frame.addr1().is_group()) line += " to all";
            if (const auto qos = frame.qos()) {
                line += " tid=" + std::to_string(qos->get(ieee80211::QosControl::tid));
                if (qos->get(ieee80211::QosControl::eosp) != 0) line += " eosp";
            }
            if (fc.get(ieee80211::FrameControl::more_data) != 0) line += " more";
            out.push_back(line);
        }
        return out;
    }
};

TEST_F(PowerSaveDelivery, GroupFramesFollowTheDtimBeaconAndSayWhetherMoreCome) {
    (void)sleeper(7, 1);
    EXPECT_TRUE(hold_group());
    EXPECT_TRUE(hold_group());
    air.heard.clear();
    run_for(2 * beacon_interval);
    EXPECT_THAT(sent(), ElementsAre("dtim with group", "data to all more", "data to all"));
}

TEST_F(PowerSaveDelivery, APollBringsOneFrame) {
    Sta& sta = sleeper(7, 1);
    EXPECT_TRUE(hold(sta, 0));
    EXPECT_TRUE(hold(sta, 0));
    EXPECT_THAT(sent(), IsEmpty());
    hears_poll(sta);
    EXPECT_THAT(sent(), ElementsAre("data tid=0 more"));
    hears_poll(sta);
    EXPECT_THAT(sent(), ElementsAre("data tid=0"));
    EXPECT_FALSE(sta.power_save->announces());
    hears_poll(sta);
    EXPECT_THAT(sent(), ElementsAre("null tid=7")) << "what it polled for has gone";
}

// cf. ieee80211_handle_filtered_frame()
TEST_F(PowerSaveDelivery, WhatItSleptThroughIsSentOnceMoreAsItWas) {
    Sta& sta = sleeper(7, 1);
    hears_null(sta, false);
    ieee80211::Bytes action = bytes_of(
        FrameHeader::management(ieee80211::ManagementSubtype::action, sta.address(), ap.address(), ap.address()), 2);
    wiphy.data_path().send_management(ap, &ap.default_link(), action, {});
    hears_null(sta, true);
    run_for(5ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    const ieee80211::Bytes first = std::exchange(air.heard, {}).front().bytes;
    EXPECT_EQ(sta.power_save->held(), 1U) << "nobody acknowledged it";
    EXPECT_TRUE(sta.power_save->announces());
    EXPECT_EQ(sta.default_link().statistics.tx_failed, 0U);
    EXPECT_TRUE(hold(sta, 0));
    hears_poll(sta);
    run_for(5ms);
    ASSERT_THAT(air.heard, SizeIs(1));
    ieee80211::Bytes again = std::exchange(air.heard, {}).front().bytes;
    EXPECT_EQ(again[1] & 0x20, 0x20) << "more data";
    again[1] &= 0xdf;
    EXPECT_EQ(again, first) << "with its sequence number";
    EXPECT_EQ(sta.power_save->held(), 2U) << "still nobody";
    hears_null(sta, false);
    EXPECT_THAT(sent(), ElementsAre("management", "data tid=0"));
    EXPECT_EQ(sta.power_save->held(), 0U);
    EXPECT_EQ(sta.default_link().statistics.tx_failed, 2U) << "awake it should have answered";
}

TEST_F(PowerSaveDelivery, WhatAPollBroughtIsNotSentAgain) {
    Sta& sta = sleeper(7, 1);
    EXPECT_TRUE(hold(sta, 0));
    hears_poll(sta);
    EXPECT_THAT(sent(), ElementsAre("data tid=0"));
    EXPECT_EQ(sta.power_save->held(), 0U);
}

TEST_F(PowerSaveDelivery, AStationThatGoesTakesWhatWaitsToBeSentAgain) {
    Sta& sta = sleeper(7, 1);
    hears_null(sta, false);
    TxOptions options;
    options.cookie = 5;
    options.report = TxOptions::Report::management_frame;
    ieee80211::Bytes action = bytes_of(
        FrameHeader::management(ieee80211::ManagementSubtype::action, sta.address(), ap.address(), ap.address()), 2);
    wiphy.data_path().send_management(ap, &ap.default_link(), action, options);
    hears_null(sta, true);
    run_for(5ms);
    ASSERT_EQ(sta.power_save->held(), 1U);
    class Frames : public Events {
    public:
        void frame_sent(Wdev&, std::uint64_t cookie, ieee80211::ByteView, bool acknowledged) override {
            EXPECT_FALSE(acknowledged);
            cookies.push_back(cookie);
        }
        std::vector<std::uint64_t> cookies;
    } frames;
    world.subscribe(frames);
    stations().flush(ap);
    world.unsubscribe(frames);
    EXPECT_THAT(frames.cookies, ElementsAre(5U));
    EXPECT_EQ(stations().held_frames(), 0U);
}

TEST_F(PowerSaveDelivery, VoiceComesBeforeEverythingElse) {
    Sta& sta = sleeper(7, 1);
    EXPECT_TRUE(hold(sta, 1));
    EXPECT_TRUE(hold(sta, 6));
    hears_poll(sta);
    EXPECT_THAT(sent(), ElementsAre("data tid=6 more"));
}

TEST_F(PowerSaveDelivery, ATriggerBringsAServicePeriodThatSaysWhereItEnds) {
    Sta& sta = sleeper(7, 1, all_queues, 1);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(hold(sta, 6));
    hears_trigger(sta, 6);
    EXPECT_THAT(sent(), ElementsAre("data tid=6 more", "data tid=6 eosp more"));
    hears_trigger(sta, 6);
    EXPECT_THAT(sent(), ElementsAre("data tid=6 eosp"));
    hears_trigger(sta, 6);
    EXPECT_THAT(sent(), ElementsAre("null tid=7 eosp"));
}

TEST_F(PowerSaveDelivery, ATriggerOfAQueueThatDeliversNothingBringsNothing) {
    Sta& sta = sleeper(7, 1, 0b0001);
    EXPECT_TRUE(hold(sta, 6));
    hears_trigger(sta, 0);
    EXPECT_THAT(sent(), IsEmpty());
    hears_trigger(sta, 6);
    EXPECT_THAT(sent(), ElementsAre("data tid=6 eosp"));
}

TEST_F(PowerSaveDelivery, AfterAManagementFrameANullEndsTheServicePeriod) {
    Sta& sta = sleeper(7, 1, all_queues);
    ieee80211::Bytes action = bytes_of(
        FrameHeader::management(ieee80211::ManagementSubtype::action, sta.address(), ap.address(), ap.address()), 2);
    EXPECT_TRUE(sta.power_save->hold(action, {}));
    hears_trigger(sta, 6);
    EXPECT_THAT(sent(), ElementsAre("management more", "null tid=7 eosp"));
}

TEST_F(PowerSaveDelivery, WhoeverWakesUpGetsEverything) {
    Sta& sta = sleeper(7, 1);
    EXPECT_TRUE(hold(sta, 1));
    EXPECT_TRUE(hold(sta, 6));
    hears_null(sta, false);
    EXPECT_THAT(sent(), ElementsAre("data tid=6", "data tid=1"));
    EXPECT_EQ(stations().held_frames(), 0U);
}

}  // namespace

}  // namespace mlosim::mld
