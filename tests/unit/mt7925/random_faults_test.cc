#include <map>

#include "chip_world.h"
#include "mt7925/event_tlvs.h"
#include "sim/random.h"

namespace mlosim::mt7925 {
namespace {

/// Commands in any order under faults at random, with the resets that they need.
class RandomFaults : public ChipWorld, public testing::WithParamInterface<int> {
protected:
    RandomFaults() : random(static_cast<std::uint64_t>(GetParam()), "faults") {}

    FaultRule any_fault() {
        FaultRule rule;
        rule.effect = static_cast<FaultEffect>(random.below(static_cast<unsigned>(FaultEffect::regd_flip) + 1));
        rule.value = static_cast<std::int64_t>(random.below(5000));
        rule.times = 1 + static_cast<std::uint32_t>(random.below(2));
        rule.skip = static_cast<std::uint32_t>(random.below(3));
        return rule;
    }

    void any_command() {
        static const std::pair<Cid, std::string> commands[] = {
            {Cid::dev_info, "00ff0000 0000 0c00 01 00 02792500aa01"},
            {Cid::dev_info, "00ff0000 0000 0c00 00 00 02792500aa01"},
            {Cid::bss_info, "00 00 0200" + basic(true, true) + rlm()},
            {Cid::bss_info, "00 00 0100" + basic(false, false)},
            {Cid::bss_info, "00000000 1600 0c00 6400 02 00 00 000000"},
            {Cid::sta_rec, "00 01 0100 01 00 00 00" + sta_basic()},
            {Cid::sta_rec, "00 01 0200 01 00 00 00 2500 0800 00000000 2300 0400"},
            {Cid::edca, "00 00 0100 0000 0c00 00 0f 04 0a 0000 02 00"},
            {Cid::roc, "00000000 0000 1800 00 01 24 00 02 00 24 00 00 24 00 00 e8030000 ff 000000"},
            {Cid::roc, "00000000 0100 0c00 00 01 ff 0000000000"},
            {Cid::scan_req,
             "05 00 0300 0100 1400 00 00 20 00" + zeros(12) + "0c00 8800 04 02 0000 0101 0106" + zeros(124)},
            {Cid::scan_req, "05 00 0100 0200 0800 00 000000"},
        };
        const auto& [cid, payload] = commands[random.below(std::size(commands))];
        ++asked;
        front.commands().send(cid, option::set_ack, octets(payload), CommandQueue::Wait::yes,
                              [this](const McuResult& result) { ++told[result.error]; });
    }

    void recover() {
        front.reset();
        run(std::chrono::milliseconds(20));
        front.faults().clear();
        boot();
    }

    sim::RandomStream random;
    unsigned asked = 0;
    std::map<int, unsigned> told;
};

TEST_P(RandomFaults, LeaveNobodyWaitingAndNothingBehind) {
    boot();
    for (int round = 0; round < 200; ++round) {
        if (random.chance(0.3)) front.faults().add(any_fault());
        for (std::uint64_t n = random.below(4); n > 0; --n)
            any_command();
        run(std::chrono::milliseconds(random.below(7000)));
        if (front.firmware().stalled() || front.firmware().dead() || random.chance(0.02)) recover();
    }
    run(std::chrono::minutes(5));
    recover();
    unsigned all_told = 0;
    for (const auto& [error, count] : told)
        all_told += count;
    EXPECT_EQ(all_told, asked) << "each command has one end";
    EXPECT_GT(told[0], asked / 4) << "the faults are not all there is";
    EXPECT_EQ(told[ENOMEM], 0U);
    EXPECT_EQ(timeouts.size(), told[ETIMEDOUT]);
    EXPECT_FALSE(front.commands().waiting());
    EXPECT_EQ(front.commands().queued(), 0U);
    EXPECT_EQ(front.commands().on_ring(), 0U);
    EXPECT_TRUE(tables().wcid_rows().empty());
    EXPECT_FALSE(front.firmware().roc().current().has_value());
    EXPECT_EQ(queue.size(), 0U) << "nothing is left on the agenda";
    EXPECT_EQ(radio.away, std::nullopt);
    connect();
    EXPECT_EQ(tables().wcid_rows().size(), 2U) << "as if nothing had been";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomFaults, testing::Range(1, 21));

}  // namespace
}  // namespace mlosim::mt7925
