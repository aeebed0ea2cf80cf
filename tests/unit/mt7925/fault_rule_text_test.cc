#include "mt7925/fault_rule_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::mt7925 {
namespace {

class GoodRules : public testing::TestWithParam<const char*> {};

TEST_P(GoodRules, AreReadAndWrittenBack) {
    const Result<FaultRule> rule = parse_fault_rule(GetParam());
    ASSERT_TRUE(rule) << rule.error().message;
    EXPECT_EQ(to_text(*rule), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Table, GoodRules,
                         testing::Values("drop_ack", "drop_ack cid=STA_REC wcid=2 times=1",
                                         "drop_ack cid=PATCH_SEM_CONTROL skip=2 times=1", "no_grant roc=mlo_ag skip=1",
                                         "delay=500 cid=BSS_INFO bss=1 priority=3", "regd_flip=DE",
                                         "drop_event eid=SCAN_DONE", "status=65539 cid=STA_REC", "wrong_cid=3 cid=111",
                                         "late_grant=4500 roc=3", "sem_stuck times=2"));

TEST(AFaultRule, TakesHexadecimalNumbersAndSpaces) {
    const FaultRule rule = parse_fault_rule("  status=0x10003   cid=0x03 ").value();
    EXPECT_EQ(rule.value, 0x10003);
    EXPECT_EQ(rule.match.cid, 3);
}

struct BadRule {
    const char* text;
    const char* error;
};

class BadRules : public testing::TestWithParam<BadRule> {};

TEST_P(BadRules, AreErrorsThatNameTheWord) {
    const Result<FaultRule> rule = parse_fault_rule(GetParam().text);
    ASSERT_FALSE(rule);
    EXPECT_EQ(rule.error().message, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadRules,
    testing::Values(
        BadRule{"", "\"\" is no fault"}, BadRule{"explode", "\"explode\" is no fault"},
        BadRule{"drop_ack=3", "drop_ack takes no value"}, BadRule{"delay", "delay needs a value: delay=…"},
        BadRule{"delay=soon", "\"soon\" is no number of 32 bits"},
        BadRule{"delay=4294967296", "\"4294967296\" is no number of 32 bits"},
        BadRule{"regd_flip=de", "\"de\" is no country: two capital letters"},
        BadRule{"drop_ack who=me",
                "\"who=me\" is none of cid=, eid=, bss=, wcid=, roc=, token=, priority=, skip=, times="},
        BadRule{"drop_ack cid", "\"cid\" is none of cid=, eid=, bss=, wcid=, roc=, token=, priority=, skip=, times="},
        BadRule{"drop_ack cid=NOTHING", "\"NOTHING\" is not allowed for cid: a command's number or name"},
        BadRule{"drop_ack cid=300", "\"300\" is not allowed for cid: a command's number or name"},
        BadRule{"delay=3 cid=PATCH_START", "PATCH_START is the boot ROM's: only drop_ack is about its commands"},
        BadRule{"drop_ack bss=5", "\"5\" is not allowed for bss: a BSS index, 0 to 4"},
        BadRule{"drop_ack bss=-1", "\"-1\" is not allowed for bss: a BSS index, 0 to 4"},
        BadRule{"drop_ack times=0", "\"0\" is not allowed for times: a number from 1 on"}));

}  // namespace
}  // namespace mlosim::mt7925
