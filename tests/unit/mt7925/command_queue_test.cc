#include "mt7925/command_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bytes_text.h"

namespace mlosim::mt7925 {
namespace {

using testing::ElementsAre;
using Wait = CommandQueue::Wait;

/// A queue whose chip is the test.
class TheCommandQueue : public testing::Test {
protected:
    TheCommandQueue()
        : commands(
              queue,
              [this](ByteView packet) {
                  sent.emplace_back(packet.begin(), packet.end());
                  return chip_takes;
              },
              [](ByteView) { return true; }) {
        commands.set_timeout([this](const std::string& line) { log.push_back(line); });
    }

    void send(Cid cid, Wait wait = Wait::yes) {
        commands.send(cid, option::set_ack, octets("00000000"), wait,
                      [this](const McuResult& result) { results.push_back(result); });
    }
    [[nodiscard]] std::uint8_t last_seq() const { return sent.back()[39]; }
    void answer(std::uint8_t seq, std::uint8_t cid, std::uint32_t status = 0) {
        Bytes payload = {cid, 0, 0, 0};
        ieee80211::ByteWriter(payload).u32le(status);
        commands.receive(build_event({0x01, seq, option::event, 0, payload}));
    }

    sim::EventQueue queue;
    bool chip_takes = true;
    std::vector<Bytes> sent;
    std::vector<McuResult> results;
    std::vector<std::string> log;
    CommandQueue commands;
};

TEST_F(TheCommandQueue, SendsOneWaitedCommandAtATime) {
    send(Cid::dev_info);
    send(Cid::bss_info);
    EXPECT_EQ(sent.size(), 1U);
    EXPECT_EQ(commands.queued(), 1U);
    answer(last_seq(), 1);
    EXPECT_EQ(sent.size(), 2U);
    answer(last_seq(), 2, 0x10003);
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].status, 0U);
    EXPECT_EQ(results[1].status, 0x10003U);
    EXPECT_FALSE(commands.waiting());
}

TEST_F(TheCommandQueue, NumbersFromOneToFifteen) {
    std::vector<int> numbers;
    for (int i = 0; i < 17; ++i) {
        send(Cid::roc, Wait::no);
        numbers.push_back(last_seq());
    }
    EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1, 2));
}

TEST_F(TheCommandQueue, BurnsANumberForAPieceOfFirmware) {
    send(Cid::roc, Wait::no);
    commands.scatter(Bytes(16));
    send(Cid::roc, Wait::no);
    EXPECT_EQ(last_seq(), 3);
}

TEST_F(TheCommandQueue, GivesUpAfterThreeSecondsAndSaysSoAsTheKernelDoes) {
    send(Cid::bss_info);
    queue.run_until(sim::Time(std::chrono::milliseconds(2999)));
    EXPECT_TRUE(results.empty());
    queue.run_until(sim::Time(std::chrono::seconds(3)));
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].error, ETIMEDOUT);
    EXPECT_THAT(log, ElementsAre("Message 00020002 (seq 1) timeout"));
    EXPECT_EQ(sent.size(), 1U) << "nothing is sent twice";
}

TEST_F(TheCommandQueue, MarksAQueryInTheTimeoutsNumber) {
    commands.send(Cid::thermal, option::query_ack, octets("00000000"), Wait::yes);
    commands.send(RomCid::patch_sem_control, octets("01000000"), Wait::yes);
    queue.run_until(sim::Time(std::chrono::seconds(6)));
    EXPECT_THAT(log, ElementsAre("Message 00030035 (seq 1) timeout", "Message 00000010 (seq 2) timeout"));
}

TEST_F(TheCommandQueue, DropsALateAnswerAndWaitsOn) {
    send(Cid::dev_info);
    answer(9, 1);
    EXPECT_TRUE(commands.waiting());
    answer(1, 1);
    EXPECT_FALSE(commands.waiting());
    answer(1, 1);
    EXPECT_EQ(commands.counts().stray_events, 2U);
}

TEST_F(TheCommandQueue, SkipsAResultThatNamesAnotherCommandButOnlyWhereTheDriverLooks) {
    send(Cid::sta_rec);
    answer(1, 2);
    EXPECT_TRUE(commands.waiting());
    answer(1, 3);
    EXPECT_FALSE(commands.waiting());
    send(Cid::edca);
    answer(2, 9, 77);
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].status, 0U) << "its status is not examined";
}

TEST_F(TheCommandQueue, HandsOverWhatNobodyAskedFor) {
    std::vector<int> eids;
    commands.set_unsolicited([&](const EventView& event) { eids.push_back(event.eid); });
    send(Cid::dev_info);
    commands.receive(build_event({0x27, 0, option::event | option::unsolicited, 0, {}}));
    EXPECT_THAT(eids, ElementsAre(0x27));
    EXPECT_TRUE(commands.waiting());
}

TEST_F(TheCommandQueue, HasRoomFor255PacketsThatTheChipDoesNotTake) {
    chip_takes = false;
    for (int i = 0; i < 256; ++i)
        send(Cid::roc, Wait::no);
    EXPECT_EQ(commands.on_ring(), 255U);
    EXPECT_EQ(results.back().error, ENOMEM);
    EXPECT_EQ(commands.counts().ring_full, 1U);
    commands.reset();
    EXPECT_EQ(commands.on_ring(), 0U);
}

TEST_F(TheCommandQueue, TellsEverybodyOfAReset) {
    send(Cid::dev_info);
    send(Cid::bss_info);
    commands.reset();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].error, ECANCELED);
    EXPECT_EQ(results[1].error, ECANCELED);
    queue.run_until(sim::Time(std::chrono::seconds(10)));
    EXPECT_TRUE(log.empty());
}

TEST_F(TheCommandQueue, KeepsTheOrderOfWhatAnAnswersHandlerSends) {
    commands.send(Cid::dev_info, option::set_ack, octets("00000000"), Wait::yes,
                  [this](const McuResult&) { send(Cid::edca); });
    send(Cid::bss_info);
    answer(1, 1);
    EXPECT_EQ(sent[1][34], 2) << "queued earlier";
    answer(2, 2);
    EXPECT_EQ(sent[2][34], 4);
}

TEST_F(TheCommandQueue, CountsWhatIsNoEvent) {
    commands.receive(Bytes(10));
    EXPECT_EQ(commands.counts().bad_events, 1U);
}

}  // namespace
}  // namespace mlosim::mt7925
