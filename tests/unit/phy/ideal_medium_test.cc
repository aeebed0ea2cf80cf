#include "phy/ideal_medium.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "medium_fixture.h"

namespace mlosim::phy {
namespace {

using namespace test;
using std::chrono::microseconds;
using ::testing::ElementsAre;

TEST_F(Media, AFrameArrivesAtTheEndOfItsAirtimeAtEveryoneOnTheChannel) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    attach(medium, b, channel);
    attach(medium, c, on(Band::ghz5, 40));
    queue.run_until(sim::Time(microseconds(1000)));
    const sim::Time end = medium.transmit(pa, frame(channel, 10));
    EXPECT_EQ(end.ns(), 1'044'000) << "14 bytes with the FCS at 6 Mb/s";
    run();
    EXPECT_TRUE(a.heard.empty()) << "not the sender";
    EXPECT_TRUE(c.heard.empty());
    ASSERT_EQ(b.heard.size(), 1U);
    EXPECT_EQ(b.heard[0].payload, Bytes(10, 0xab));
    EXPECT_EQ(b.heard[0].start, sim::Time(microseconds(1000)));
    EXPECT_EQ(b.heard[0].end, end);
    EXPECT_EQ(b.heard[0].sender, pa);
    EXPECT_EQ(b.heard[0].channel, channel);
    EXPECT_EQ(b.heard[0].rate, *Rate::legacy(60));
    EXPECT_EQ(medium.counters(), (MediumCounters{1, 1, 0, 0, 1}));
}

TEST_F(Media, IdealReportsHwsimsSignal) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz2_4, 1);
    const PortId pa = attach(medium, a, channel, {0, 0, 0});
    attach(medium, b, channel, {1000, 0, 0});
    medium.transmit(pa, frame(channel));
    medium.set_fixed_loss(pa, Db{70.0});
    run();
    EXPECT_EQ(b.heard[0].rssi.value, -50.0) << "the sender's own loss";
    medium.set_fixed_loss(pa, std::nullopt);
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_EQ(b.heard[1].rssi.value, -30.0) << "20 dBm less 50 dB";
    EXPECT_NEAR(b.heard[1].snr.value, 63.97, 0.01);
}

TEST_F(Media, IdealCanReportTheSignalOfThePlace) {
    IdealSettings settings;
    settings.fixed_loss.reset();
    IdealMedium medium(queue, settings);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel, {0, 0, 0});
    const PortId pb = attach(medium, b, channel, {10, 0, 0});
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_NEAR(b.heard[0].rssi.value, 20.0 - 46.73 - 31.0, 0.01);
    medium.move(pb, {100, 0, 0});
    EXPECT_NEAR(medium.rssi(pa, pb, channel, {20.0}).value, 20.0 - 46.73 - 62.0, 0.01);
}

TEST_F(Media, IdealHearsWhoeverSharesThePrimaryChannel) {
    IdealMedium medium(queue);
    const PortId pa = attach(medium, a, on(Band::ghz5, 36, 80));
    attach(medium, b, on(Band::ghz5, 36, 20));
    attach(medium, c, on(Band::ghz5, 40, 80));
    medium.transmit(pa, frame(on(Band::ghz5, 36, 80), 100, *Rate::eht(0, 1, 80, GuardInterval::us0_8)));
    run();
    EXPECT_EQ(b.heard.size(), 1U);
    EXPECT_EQ(c.heard.size(), 0U);
}

TEST_F(Media, GroupsDoNotHearEachOther) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    const PortId pb = attach(medium, b, channel);
    attach(medium, c, channel);
    medium.set_group(pb, 2);
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_TRUE(b.heard.empty());
    EXPECT_EQ(c.heard.size(), 1U);
}

TEST_F(Media, AFrameIsHeardOnlyByWhoeverListensFromItsStartToItsEnd) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const auto other = on(Band::ghz5, 40);
    const PortId pa = attach(medium, a, channel);
    const PortId pb = attach(medium, b, channel);
    const PortId pc = attach(medium, c, other);
    medium.transmit(pa, frame(channel));
    queue.run_until(sim::Time(microseconds(10)));
    medium.listen(pb, {&other, 1});
    medium.listen(pc, {&channel, 1});
    run();
    EXPECT_TRUE(b.heard.empty()) << "left in the middle";
    EXPECT_TRUE(c.heard.empty()) << "came in the middle";
    EXPECT_EQ(medium.counters().off_channel, 2U);
}

TEST_F(Media, AddingAChannelDoesNotInterruptTheOthers) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    const PortId pb = attach(medium, b, channel);
    medium.transmit(pa, frame(channel));
    queue.run_until(sim::Time(microseconds(10)));
    const ChannelDefinition both[] = {channel, on(Band::ghz6, 37)};
    medium.listen(pb, both);
    run();
    EXPECT_EQ(b.heard.size(), 1U);
    medium.transmit(pa, frame(on(Band::ghz6, 37)));
    run();
    EXPECT_EQ(b.heard.size(), 2U) << "and the new one is heard as well";
}

TEST_F(Media, APortOnTwoOverlappingChannelsGetsAFrameOnce) {
    IdealMedium medium(queue);
    const PortId pa = attach(medium, a, on(Band::ghz5, 36));
    const PortId pb = attach(medium, b, on(Band::ghz5, 36));
    const ChannelDefinition both[] = {on(Band::ghz5, 36, 20), on(Band::ghz5, 36, 80), on(Band::ghz5, 36, 20)};
    medium.listen(pb, both);
    medium.transmit(pa, frame(on(Band::ghz5, 36)));
    medium.transmit(pa, frame(on(Band::ghz5, 36, 80)));
    run();
    EXPECT_EQ(b.heard.size(), 2U);
    medium.listen(pb, {});
    medium.transmit(pa, frame(on(Band::ghz5, 36)));
    run();
    EXPECT_EQ(b.heard.size(), 2U) << "deaf";
}

TEST_F(Media, TheSenderLearnsWhatBecameOfTheFrame) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    attach(medium, b, channel);
    attach(medium, c, channel);
    medium.transmit(pa, frame(channel));
    run();
    ASSERT_EQ(a.reports.size(), 1U);
    EXPECT_EQ(a.reports[0].cookie, 7U);
    EXPECT_EQ(a.reports[0].receivers, 2U);
    EXPECT_FALSE(a.reports[0].acknowledged);
    c.acknowledges = true;
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_TRUE(a.reports[1].acknowledged);
    EXPECT_EQ(a.reports[1].ack_rssi.value, -30.0);
}

TEST_F(Media, PortsAreServedInOrderOfAttachment) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    std::vector<int> order;
    a.then = [&] { order.push_back(1); };
    b.then = [&] { order.push_back(2); };
    c.then = [&] { order.push_back(3); };
    Ear sender;
    const PortId pa = attach(medium, a, on(Band::ghz6, 1));
    attach(medium, b, channel);
    attach(medium, c, channel);
    const PortId ps = attach(medium, sender, channel);
    medium.listen(pa, {&channel, 1});  // last to tune, first to be attached
    medium.transmit(ps, frame(channel));
    run();
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST_F(Media, AReceiverMayLetAnotherGo) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    PortId pc;
    b.then = [&] { medium.detach(pc); };
    attach(medium, b, channel);
    pc = attach(medium, c, channel);
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_EQ(b.heard.size(), 1U);
    EXPECT_TRUE(c.heard.empty());
}

TEST_F(Media, AReceiverMayAnswerAtOnce) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    const PortId pb = attach(medium, b, channel);
    b.then = [&] { medium.transmit(pb, frame(channel)); };
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_EQ(a.heard.size(), 1U);
    EXPECT_EQ(a.heard[0].start, b.heard[0].end);
}

TEST_F(Media, AFrameOutlivesItsSender) {
    IdealMedium medium(queue);
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    attach(medium, b, channel);
    medium.transmit(pa, frame(channel));
    medium.detach(pa);
    run();
    EXPECT_EQ(b.heard.size(), 1U) << "the last words of a radio that is removed";
    EXPECT_TRUE(a.reports.empty());
}

TEST_F(Media, FramesInTheAirDieWithTheMedium) {
    const auto channel = on(Band::ghz5, 36);
    {
        IdealMedium medium(queue);
        const PortId pa = attach(medium, a, channel);
        attach(medium, b, channel);
        medium.transmit(pa, frame(channel));
    }
    run();
    EXPECT_TRUE(b.heard.empty());
}

}  // namespace
}  // namespace mlosim::phy
