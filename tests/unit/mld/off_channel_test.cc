#include "station_fixture.h"

namespace mlosim::mld {
namespace {

using testing::ElementsAre;

ieee80211::Bytes public_action(const ieee80211::MacAddress& to, const ieee80211::MacAddress& from) {
    ieee80211::Bytes bytes;
    ieee80211::ByteWriter out(bytes);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, to, from,
                                       ieee80211::MacAddress::broadcast())
        .append_to(out);
    out.bytes(ieee80211::Bytes{4, 9, 0x50, 0x6f, 0x9a});
    return bytes;
}

TEST_F(StationTest, ARadioOfItsOwnStaysOnAnotherChannelForATime) {
    const auto cookie = wiphy.off_channel().remain(station, std::nullopt, ghz2(11), 100ms, {});
    ASSERT_TRUE(cookie.has_value());
    EXPECT_THAT(events.take(), ElementsAre());
    run_for(30ms);
    EXPECT_THAT(events.take(), ElementsAre("stay 2462"));
    EXPECT_EQ(wiphy.off_channel().listening(station), ghz2(11));
    run_for(150ms);
    EXPECT_THAT(events.take(), ElementsAre("stay-over 2462"));
    EXPECT_TRUE(wiphy.off_channel().idle());
}

TEST_F(StationTest, StaysComeOneAfterTheOther) {
    ASSERT_TRUE(wiphy.off_channel().remain(station, std::nullopt, ghz2(11), 100ms, {}).has_value());
    ASSERT_TRUE(wiphy.off_channel().remain(station, std::nullopt, ghz2(6), 100ms, {}).has_value());
    run_for(1s);
    EXPECT_THAT(events.take(), ElementsAre("stay 2462", "stay-over 2462", "stay 2437", "stay-over 2437"));
}

TEST_F(StationTest, AStayCanBeCancelled) {
    const auto cookie = wiphy.off_channel().remain(station, std::nullopt, ghz2(11), 500ms, {});
    run_for(50ms);
    EXPECT_EQ(error_of(wiphy.off_channel().cancel(station, *cookie + 1)), ENOENT);
    EXPECT_EQ(error_of(wiphy.off_channel().cancel(station, *cookie)), 0);
    EXPECT_THAT(events.take(), ElementsAre("stay 2462", "stay-over 2462"));
    EXPECT_EQ(error_of(wiphy.off_channel().cancel(station, *cookie)), ENOENT);
}

TEST_F(StationTest, AFrameGoesElsewhereAndWaits) {
    ManagementTx tx;
    tx.frame = public_action(ap.address(), station.address());
    tx.channel = network.channel;
    EXPECT_EQ(error_of(wiphy.off_channel().send(station, tx)), EBUSY);
    tx.off_channel = true;
    tx.wait = 50ms;
    ASSERT_TRUE(wiphy.off_channel().send(station, tx).has_value());
    run_for(200ms);
    EXPECT_THAT(events.take(), ElementsAre("sent acked", "wait-over"));
}

TEST_F(StationTest, AScanWaitsForTheEndOfAStay) {
    ASSERT_TRUE(wiphy.off_channel().remain(station, std::nullopt, ghz2(11), 100ms, {}).has_value());
    ScanRequest request;
    request.frequencies.push_back(ghz2(1).center);
    ASSERT_TRUE(wiphy.trigger_scan(station, std::move(request)).has_value());
    run_for(100ms);
    EXPECT_NE(wiphy.scan(), nullptr);
    run_for(1s);
    EXPECT_EQ(wiphy.scan(), nullptr);
    EXPECT_THAT(events.take(), ElementsAre("stay 2462", "stay-over 2462"));
}

/// The MAC leaves the channel by itself.
class OneChannelStation : public StationTest {
protected:
    OneChannelStation() : StationTest(RadioOptions{.multi_link = false, .channels = 1}) {}
};

TEST_F(OneChannelStation, LeavesItsConnectionForATimeAndComesBack) {
    connect();
    ASSERT_TRUE(wiphy.off_channel().remain(station, std::nullopt, ghz2(11), 100ms, {}).has_value());
    run_for(10ms);
    EXPECT_THAT(events.take(), ElementsAre("stay 2462"));
    EXPECT_EQ(wiphy.off_channel().tuned_channel(), ghz2(11));
    run_for(20s);
    EXPECT_THAT(events.take(), ElementsAre("stay-over 2462"));
    EXPECT_NE(mlme().connection(), nullptr);
}

TEST_F(OneChannelStation, HearsWhatIsSentToItWhileItStaysWhereItsRadioIdles) {
    class Ear final : public FrameListener {
    public:
        bool frame_received(Wdev&, const FrameBytes&, const RxStatus&) override { return ++frames, true; }
        unsigned frames = 0;
    } ear;
    ASSERT_TRUE(wiphy.register_frame(station, ear, 0x00d0, {}).has_value());
    const auto send = [&] {
        ASSERT_TRUE(ap_wiphy.send_frame(ap, std::nullopt, public_action(station.address(), ap.address())).has_value());
        run_for(10ms);
    };
    send();
    EXPECT_EQ(ear.frames, 0U) << "it does not listen";
    ASSERT_TRUE(wiphy.off_channel().remain(station, std::nullopt, network.channel, 100ms, {}).has_value());
    run_for(10ms);
    send();
    EXPECT_EQ(ear.frames, 1U);
    run_for(200ms);
    send();
    EXPECT_EQ(ear.frames, 1U) << "no longer";
    wiphy.unregister_frames(ear);
}

TEST_F(OneChannelStation, Connects) {
    connect();
    run_for(20s);
    EXPECT_THAT(events.take(), ElementsAre());
}

}  // namespace
}  // namespace mlosim::mld
