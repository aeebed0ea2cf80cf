#include "mt7925/fault_rules.h"

#include "chip_world.h"

namespace mlosim::mt7925 {
namespace {

using std::chrono::milliseconds;

FaultRule rule(FaultEffect effect, std::int64_t value = 0, std::optional<Cid> cid = std::nullopt) {
    FaultRule rule;
    rule.effect = effect;
    rule.value = value;
    if (cid) rule.match.cid = static_cast<std::uint16_t>(*cid);
    rule.times = 1;
    return rule;
}

const std::string fw_log = "00000000 0000 0800 01 000000";

TEST(FaultRules, ActSoManyTimesAfterLettingSomePass) {
    FaultRules rules;
    FaultRule second_and_third = rule(FaultEffect::drop_ack);
    second_and_third.skip = 1;
    second_and_third.times = 2;
    rules.add(second_and_third);
    EXPECT_FALSE(rules.take(FaultEffect::drop_ack, {}));
    EXPECT_TRUE(rules.take(FaultEffect::drop_ack, {}));
    EXPECT_TRUE(rules.take(FaultEffect::drop_ack, {}));
    EXPECT_FALSE(rules.take(FaultEffect::drop_ack, {}));
    EXPECT_EQ(rules.size(), 0U);
    EXPECT_EQ(rules.acted(), 2U);
}

TEST(FaultRules, ChooseTheHighestPriorityThenTheOldest) {
    FaultRules rules;
    rules.add(rule(FaultEffect::status, 1));
    rules.add(rule(FaultEffect::status, 2));
    FaultRule important = rule(FaultEffect::status, 3);
    important.priority = 1;
    rules.add(important);
    EXPECT_EQ(rules.take(FaultEffect::status, {})->value, 3);
    EXPECT_EQ(rules.take(FaultEffect::status, {})->value, 1);
    EXPECT_EQ(rules.take(FaultEffect::status, {})->value, 2);
}

TEST(FaultRules, MatchOnlyWhatTheyName) {
    FaultRules rules;
    FaultRule wanted = rule(FaultEffect::status, 1, Cid::sta_rec);
    wanted.match.wcid = 2;
    const FaultRules::Id id = rules.add(wanted);
    FaultSubject subject;
    subject.cid = static_cast<std::uint16_t>(Cid::sta_rec);
    EXPECT_FALSE(rules.take(FaultEffect::status, subject)) << "no WCID is not WCID 2";
    subject.wcid = 2;
    EXPECT_FALSE(rules.take(FaultEffect::delay, subject)) << "another effect";
    EXPECT_TRUE(rules.take(FaultEffect::status, subject));
    EXPECT_FALSE(rules.remove(id)) << "used up";
}

TEST(FaultRules, HaveNames) {
    for (const char* name : {"drop_ack", "delay", "wrong_seq", "wrong_cid", "status", "stall_ring15", "no_grant",
                             "late_grant", "grant_interval", "dup_grant", "sem_stuck", "misc_not_ready", "own_stuck",
                             "coredump", "beacon_loss", "drop_event", "delay_event", "regd_flip"}) {
        const auto effect = fault_effect(name);
        ASSERT_TRUE(effect.has_value()) << name;
        EXPECT_EQ(name_of(*effect), name);
    }
    EXPECT_FALSE(fault_effect("nothing"));
}

TEST_F(RunningChip, LosesAnAnswer) {
    front.faults().add(rule(FaultEffect::drop_ack, 0, Cid::wsys_config));
    const sim::Time begun = queue.now();
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, ETIMEDOUT);
    EXPECT_EQ(queue.now() - begun, std::chrono::seconds(3));
    EXPECT_TRUE(tables().chip.fw_log) << "the command took effect";
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, 0);
}

TEST_F(RunningChip, AnswersLate) {
    front.faults().add(rule(FaultEffect::delay, 100));
    const sim::Time begun = queue.now();
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, 0);
    EXPECT_EQ(queue.now() - begun, milliseconds(100) + std::chrono::microseconds(1500));
}

TEST_F(RunningChip, AnswersUnderAnotherNumber) {
    front.faults().add(rule(FaultEffect::wrong_seq));
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, ETIMEDOUT);
    EXPECT_EQ(front.commands().counts().stray_events, 1U);
}

TEST_F(RunningChip, NamesAnotherCommandInItsResult) {
    front.faults().add(rule(FaultEffect::wrong_cid, 3));
    EXPECT_EQ(uni(Cid::bss_info, "00000000" + basic(true, false)).error, ETIMEDOUT);
    EXPECT_EQ(front.commands().counts().skipped_results, 1U);
    front.faults().add(rule(FaultEffect::wrong_cid, 3));
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, 0) << "nobody looks at that one's";
}

TEST_F(RunningChip, RefusesACommandWithAStatus) {
    front.faults().add(rule(FaultEffect::status, 0x10003, Cid::dev_info));
    EXPECT_EQ(uni(Cid::dev_info, "00ff0000 0000 0c00 01 00 02792500aa01").status, 0x10003U);
    EXPECT_FALSE(tables().devices[0].active());
}

TEST_F(RunningChip, StopsTakingCommandsUntilAReset) {
    front.faults().add(rule(FaultEffect::stall_ring15));
    EXPECT_EQ(uni(Cid::bss_info, "00000000 1500 0800 02 000000").error, ETIMEDOUT);
    EXPECT_EQ(timeouts.size(), 1U);
    EXPECT_TRUE(front.firmware().stalled());
    front.reset();
    run(milliseconds(20));
    boot();
}

TEST_F(RunningChip, DumpsItsCoreInsteadOfWorking) {
    front.faults().add(rule(FaultEffect::coredump, 0, Cid::wsys_config));
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, ETIMEDOUT);
    EXPECT_EQ(count_events(Eid::coredump), 3U);
    EXPECT_EQ(uni(Cid::wsys_config, fw_log).error, ETIMEDOUT) << "dead until a reset";
}

TEST_F(RunningChip, NeverAnswersTheCommandThatItCrashedOver) {
    std::optional<McuResult> result;
    front.commands().send(Cid::wsys_config, option::set_ack, octets(fw_log), CommandQueue::Wait::yes,
                          [&](const McuResult& r) { result = r; });
    run(milliseconds(1));
    front.firmware().crash();
    run(milliseconds(10));
    EXPECT_FALSE(result.has_value());
    front.reset();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->error, ECANCELED);
    run(milliseconds(20));
    boot();
}

TEST_F(RunningChip, LosesTheBeaconsOfABss) {
    front.faults().add(rule(FaultEffect::beacon_loss, 2, Cid::wsys_config));
    uni(Cid::wsys_config, fw_log);
    run(milliseconds(1));
    ASSERT_EQ(count_events(Eid::beacon_loss), 1U);
    EXPECT_EQ(events.back().payload[0], 2);
}

TEST_F(RunningChip, LogsAboutItselfIfTheHostWantsIt) {
    front.firmware().lose_beacons(0);
    run(milliseconds(1));
    EXPECT_EQ(count_events(Eid::fw_log), 0U);
    uni(Cid::wsys_config, fw_log);
    front.firmware().lose_beacons(0);
    run(milliseconds(1));
    EXPECT_EQ(count_events(Eid::fw_log), 1U);
}

const std::string acquire = "00000000 0000 1800 00 01 24 00 02 00 24 00 00 24 00 00 e8030000 ff 000000";

TEST_F(RunningChip, NeverGrants) {
    add_interface();
    front.faults().add(rule(FaultEffect::no_grant));
    uni(Cid::roc, acquire);
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::roc), 0U);
    uni(Cid::roc, "00000000 0100 0c00 00 01 ff 0000000000");
    uni(Cid::roc, acquire);
    run(milliseconds(10));
    EXPECT_EQ(count_events(Eid::roc), 1U) << "granted again after the abort";
}

TEST_F(RunningChip, GrantsLate) {
    add_interface();
    front.faults().add(rule(FaultEffect::late_grant, 4500));
    uni(Cid::roc, acquire);
    run(milliseconds(4499));
    EXPECT_EQ(count_events(Eid::roc), 0U);
    run(milliseconds(2));
    EXPECT_EQ(count_events(Eid::roc), 1U);
}

TEST_F(RunningChip, GrantsForAnotherTimeAndTwice) {
    add_interface();
    front.faults().add(rule(FaultEffect::grant_interval, 300));
    front.faults().add(rule(FaultEffect::dup_grant));
    uni(Cid::roc, acquire);
    run(milliseconds(10));
    ASSERT_EQ(count_events(Eid::roc), 2U);
    EXPECT_EQ(events[0].payload, events[1].payload);
    EXPECT_EQ(events[0].payload[20] | events[0].payload[21] << 8U, 300);
}

TEST_F(RunningChip, LosesAnEvent) {
    FaultRule lost = rule(FaultEffect::drop_event);
    lost.match.eid = static_cast<std::uint8_t>(Eid::roc);
    front.faults().add(lost);
    add_interface();
    uni(Cid::roc, acquire);
    run(milliseconds(10));
    EXPECT_EQ(count_events(Eid::roc), 0U);
    EXPECT_TRUE(front.firmware().roc().holds_radio());
}

TEST_F(RunningChip, LosesTheEventThatAnswersTheHostsSleep) {
    FaultRule lost = rule(FaultEffect::drop_event);
    lost.match.eid = static_cast<std::uint8_t>(Eid::hif_ctrl);
    front.faults().add(lost);
    front.commands().send(Cid::hif_ctrl, option::set_silent, octets("02000000 0000 0c00 01 00000000000000"),
                          CommandQueue::Wait::no);
    run(std::chrono::seconds(5));
    EXPECT_EQ(count_events(Eid::hif_ctrl), 0U);
}

TEST_F(RunningChip, ReportsAnotherCountryAtAScansEnd) {
    front.faults().add(rule(FaultEffect::regd_flip, 'D' | 'E' << 8));
    add_interface();
    uni(Cid::scan_req, "05 00 0300 0100 1400 00 00 20 00" + zeros(12) + "0c00 8800 04 01 0000 0101" + zeros(126));
    run(milliseconds(200));
    ASSERT_EQ(count_events(Eid::scan_done), 1U);
    EXPECT_EQ(events.back().payload, octets("05000000 0000 0800 00000000 0200 0800 00 444500"));
}

TEST_F(ChipWorld, DoesNotGiveTheSemaphore) {
    front.faults().add(rule(FaultEffect::sem_stuck));
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 0);
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 2);
}

TEST_F(ChipWorld, NeverReportsThatTheFirmwareRuns) {
    front.faults().add(rule(FaultEffect::misc_not_ready));
    rom(RomCid::target_address_len, "00d09000 40000000 00000080");
    front.commands().scatter(Bytes(64));
    rom(RomCid::fw_start, "01000000 00d09000");
    run(std::chrono::seconds(2));
    EXPECT_EQ(front.firmware().boot_state(), 1);
}

TEST_F(RunningChip, KeepsOwnershipWhenStuck) {
    front.faults().add(rule(FaultEffect::own_stuck));
    front.firmware().set_own();
    front.firmware().clear_own();
    run(milliseconds(10));
    EXPECT_TRUE(front.firmware().own_sync());
    front.firmware().clear_own();
    run(milliseconds(10));
    EXPECT_FALSE(front.firmware().own_sync());
}

}  // namespace
}  // namespace mlosim::mt7925
