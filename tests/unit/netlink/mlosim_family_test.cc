#include "netlink/mlosim_family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class MlosimFamilyTest : public testing::Test {
protected:
    SmallWorld small;
    mld::Radio& radio = small.add_radio();
    Program program{small.core, Protocol::generic};
    Program listener{small.core, Protocol::generic, {.pid = 99, .uid = 0}};
    void SetUp() override {
        ASSERT_TRUE(small.core.set_membership(listener.socket(), SmallWorld::mlosim_group, true));
        small.core.set_option(program.socket(), SocketOption::ext_ack, true);
    }
    static MessageBuilder request(std::uint8_t command, std::uint16_t flags = NLM_F_ACK, std::uint32_t seq = 1) {
        return genl_request(SmallWorld::mlosim_id, command, flags, seq);
    }
    mld::Wdev& station() { return *small.world.find_netdev("wlan0")->wdev(); }
    std::vector<Received> links() { return program.ask(request(MLOSIM_CMD_GET_LINK, NLM_F_DUMP)); }
};

TEST_F(MlosimFamilyTest, TellsOfTheWorld) {
    const auto answer = program.ask(request(MLOSIM_CMD_GET_WORLD)).at(0);
    EXPECT_EQ(answer.command(), MLOSIM_CMD_NEW_WORLD);
    EXPECT_EQ(answer.find(MLOSIM_ATTR_SEED)->u64(), 7U);
    EXPECT_EQ(answer.find(MLOSIM_ATTR_CLOCK_MODE)->u32(), std::uint32_t{MLOSIM_CLOCK_VIRTUAL});
    EXPECT_FALSE(answer.find(MLOSIM_ATTR_PAUSED));
}

TEST_F(MlosimFamilyTest, StepsAPausedWorldOnly) {
    int fired = 0;
    for (int i = 1; i <= 5; ++i)
        small.queue.post_at(small.queue.now() + sim::Duration(i), [&] { ++fired; });
    MessageBuilder step = request(MLOSIM_CMD_STEP);
    step.put_u32(MLOSIM_ATTR_EVENTS, 3);
    EXPECT_EQ(program.ask(step).at(0).error(), -EBUSY);
    EXPECT_EQ(program.ask(request(MLOSIM_CMD_PAUSE)).at(0).error(), 0);
    const auto answer = program.ask(step).at(0);
    EXPECT_EQ(answer.find(MLOSIM_ATTR_EVENTS)->u32(), 3U);
    EXPECT_EQ(fired, 3);
    const auto events = listener.take();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events[0].command(), MLOSIM_CMD_SET_WORLD);
    EXPECT_TRUE(events[0].find(MLOSIM_ATTR_PAUSED));
}

TEST_F(MlosimFamilyTest, AnswersARunToWhenItArrives) {
    MessageBuilder run = request(MLOSIM_CMD_RUN_TO, NLM_F_ACK, 77);
    run.put_u64(MLOSIM_ATTR_TIME, 5'000'000'000);
    ASSERT_THAT(program.ask(run), SizeIs(1)) << "the acknowledgement";
    EXPECT_EQ(program.ask(run).at(0).error(), -EBUSY);
    (void)listener.take();
    small.clock.turn();
    const auto answers = program.take();
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].header().nlmsg_seq, 77U);
    EXPECT_EQ(answers[0].find(MLOSIM_ATTR_TIME)->u64(), 5'000'000'000U);
    EXPECT_TRUE(answers[0].find(MLOSIM_ATTR_PAUSED));
    EXPECT_EQ(listener.take().at(0).command(), MLOSIM_CMD_SET_WORLD);
}

TEST_F(MlosimFamilyTest, PassesOnWhetherARunToEndsWithATurn) {
    MessageBuilder run = request(MLOSIM_CMD_RUN_TO);
    run.put_u64(MLOSIM_ATTR_TIME, 5);
    (void)program.ask(run);
    EXPECT_FALSE(small.clock.or_turn());
    small.clock.turn();
    MessageBuilder shorter = request(MLOSIM_CMD_RUN_TO);
    shorter.put_u64(MLOSIM_ATTR_TIME, 9);
    shorter.put_flag(MLOSIM_ATTR_OR_TURN);
    (void)program.ask(shorter);
    EXPECT_TRUE(small.clock.or_turn());
}

TEST_F(MlosimFamilyTest, ForgetsARunToWhoseRequesterDied) {
    MessageBuilder run = request(MLOSIM_CMD_RUN_TO);
    run.put_u64(MLOSIM_ATTR_TIME, 5);
    (void)program.ask(run);
    program.close();
    small.clock.turn();
    EXPECT_EQ(listener.take().back().command(), MLOSIM_CMD_SET_WORLD);
}

TEST_F(MlosimFamilyTest, AnswersASettleWhenAllProgramsWait) {
    MessageBuilder settle = request(MLOSIM_CMD_SETTLE, NLM_F_ACK, 78);
    ASSERT_THAT(program.ask(settle), SizeIs(1)) << "the acknowledgement";
    small.clock.turn();
    auto answers = program.take();
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].command(), MLOSIM_CMD_NEW_WORLD);
    EXPECT_EQ(answers[0].header().nlmsg_seq, 78U);
    EXPECT_FALSE(answers[0].find(MLOSIM_ATTR_TAKES_PART));
    settle.put_u32(MLOSIM_ATTR_PID, 1234);
    (void)program.ask(settle);
    small.clock.turn();
    answers = program.take();
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_TRUE(answers[0].find(MLOSIM_ATTR_TAKES_PART));
}

TEST_F(MlosimFamilyTest, ForgetsASettleWhoseRequesterDied) {
    (void)program.ask(request(MLOSIM_CMD_SETTLE));
    program.close();
    small.clock.turn();
    EXPECT_THAT(listener.take(), SizeIs(0));
}

TEST_F(MlosimFamilyTest, SaysWhichAttributeIsMissing) {
    const auto answer = program.ask(request(MLOSIM_CMD_RUN_TO)).at(0);
    EXPECT_EQ(answer.error(), -EINVAL);
    EXPECT_EQ(answer.ack_attribute(NLMSGERR_ATTR_MISS_TYPE)->u32(), std::uint32_t{MLOSIM_ATTR_TIME});
}

TEST_F(MlosimFamilyTest, RefusesAttributesThatItDoesNotTake) {
    MessageBuilder odd = request(MLOSIM_CMD_GET_WORLD);
    odd.put_string(MLOSIM_ATTR_IFNAME, "x");
    EXPECT_EQ(program.ask(odd).at(0).ack_message(), "Unsupported attribute");
}

TEST_F(MlosimFamilyTest, ListsRadiosAndWdevs) {
    small.add_radio();
    const auto radios = program.ask(request(MLOSIM_CMD_GET_RADIO, NLM_F_DUMP));
    ASSERT_THAT(radios, SizeIs(3));
    EXPECT_EQ(radios[0].find(MLOSIM_ATTR_PROFILE)->string(), "generic-be");
    EXPECT_EQ(radios[1].find(MLOSIM_ATTR_WIPHY_NAME)->string(), "phy1");
    EXPECT_EQ(radios[0].find(MLOSIM_ATTR_BANDS)->u32() & 0b1011U, 0b1011U);
    EXPECT_TRUE(radios[0].find(MLOSIM_ATTR_COUNTERS).has_value());
    const auto wdevs = program.ask(request(MLOSIM_CMD_GET_WDEV, NLM_F_DUMP));
    ASSERT_THAT(wdevs, SizeIs(3));
    EXPECT_EQ(wdevs[0].find(MLOSIM_ATTR_IFNAME)->string(), "wlan0");
    EXPECT_EQ(wdevs[1].find(MLOSIM_ATTR_IFNAME)->string(), "wlan1");
    EXPECT_EQ(wdevs[2].type(), NLMSG_DONE);
}

TEST_F(MlosimFamilyTest, HasNoBuiltInStationsWhereTheWorldHasNone) {
    EXPECT_THAT(program.ask(request(MLOSIM_CMD_GET_STATION, NLM_F_DUMP)), SizeIs(1)) << "the end of the list";
    MessageBuilder one = request(MLOSIM_CMD_GET_STATION);
    one.put_u64(MLOSIM_ATTR_WDEV, station().id().value);
    EXPECT_EQ(program.ask(one).at(0).error(), -ENOENT);
}

TEST_F(MlosimFamilyTest, ListsLinkWdevsWithTheirOwner) {
    const auto answers = links();
    ASSERT_EQ(answers.size(), station().link_wdevs().size() + 1);
    ASSERT_GT(answers.size(), 1U);
    EXPECT_EQ(answers[0].find(MLOSIM_ATTR_MLD_WDEV)->u64(), station().id().value);
    EXPECT_EQ(answers[0].find(MLOSIM_ATTR_IFTYPE)->u32(), MLOSIM_IFTYPE_LINK);
    EXPECT_EQ(answers[0].find(MLOSIM_ATTR_STATE)->u32(), std::uint32_t{MLOSIM_STATE_DOWN});
    EXPECT_FALSE(answers[0].find(MLOSIM_ATTR_LINK_ID)) << "no association, no link";
    const auto wdev = program.ask(request(MLOSIM_CMD_GET_WDEV, NLM_F_DUMP)).at(0);
    std::size_t listed = 0;
    for (const Attribute link : AttributeRange(*wdev.find(MLOSIM_ATTR_LINKS)))
        listed += link.size() == 8 ? 1 : 0;
    EXPECT_EQ(listed, station().link_wdevs().size());
}

TEST_F(MlosimFamilyTest, RegistersAndUnregistersALinkWdev) {
    const std::size_t before = station().link_wdevs().size();
    MessageBuilder add = request(MLOSIM_CMD_REGISTER_LINK);
    add.put_u64(MLOSIM_ATTR_MLD_WDEV, station().id().value);
    add.put_u32(MLOSIM_ATTR_BAND, 1);
    const auto made = program.ask(add);
    ASSERT_THAT(made, SizeIs(2));
    EXPECT_EQ(made[0].find(MLOSIM_ATTR_BAND)->u32(), 1U);
    EXPECT_EQ(station().link_wdevs().size(), before + 1);
    EXPECT_EQ(listener.take().at(0).command(), MLOSIM_CMD_NEW_LINK);

    MessageBuilder drop = request(MLOSIM_CMD_UNREGISTER_LINK);
    drop.put_u64(MLOSIM_ATTR_WDEV, made[0].find(MLOSIM_ATTR_WDEV)->u64());
    EXPECT_EQ(program.ask(drop).at(0).error(), 0);
    EXPECT_EQ(station().link_wdevs().size(), before);
    EXPECT_EQ(listener.take().at(0).command(), MLOSIM_CMD_DEL_LINK);
}

TEST_F(MlosimFamilyTest, RegistersNoLinkForAStationThatRuns) {
    ASSERT_TRUE(small.world.find_netdev("wlan0")->set_up(true));
    (void)listener.take();
    MessageBuilder add = request(MLOSIM_CMD_REGISTER_LINK);
    add.put_u32(MLOSIM_ATTR_IFINDEX, small.world.find_netdev("wlan0")->index().value);
    add.put_u32(MLOSIM_ATTR_BAND, 1);
    EXPECT_EQ(program.ask(add).at(0).error(), -EBUSY);
    const auto answers = links();
    EXPECT_EQ(answers.at(0).find(MLOSIM_ATTR_STATE)->u32(), std::uint32_t{MLOSIM_STATE_RUNNING});
}

TEST_F(MlosimFamilyTest, KeepsTheClockFromStrangers) {
    Program stranger{small.core, Protocol::generic, {.pid = 7, .uid = 12345}};
    EXPECT_EQ(stranger.ask(request(MLOSIM_CMD_PAUSE)).at(0).error(), -EPERM);
    EXPECT_EQ(stranger.ask(request(MLOSIM_CMD_GET_WORLD)).at(0).command(), MLOSIM_CMD_NEW_WORLD);
}

}  // namespace
}  // namespace mlosim::netlink::test
