#include "ctl/sweep.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::ctl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string message(const std::string& content) {
    return R"({"t":5,"ev":"mt7925/mcu","wiphy":"phy0","radio":"sta","message":{)" + content + "}}\n";
}

std::vector<std::string> rules(const std::string& trace) {
    std::istringstream in(trace);
    std::vector<std::string> out;
    for (const SweepCase& one : sweep_cases(in))
        out.push_back(one.way + ": " + one.rule);
    return out;
}

TEST(Sweep, EachCommandFailsInEveryWay) {
    EXPECT_THAT(rules(message(R"("dir":"cmd","cid":2,"name":"BSS_INFO","opt":7)")),
                ElementsAre("timeout: drop_ack cid=2 skip=0 times=1", "error: status=3221225473 cid=2 skip=0 times=1",
                            "reset: coredump cid=2 skip=0 times=1"));
}

TEST(Sweep, WhatNobodyWaitsForHasNoAnswerToLose) {
    const std::string silent = message(R"("dir":"cmd","cid":2,"name":"BSS_INFO","opt":6)");
    const std::string waited = message(R"("dir":"cmd","cid":2,"name":"BSS_INFO","opt":7)");
    EXPECT_THAT(rules(silent + waited),
                ElementsAre("error: status=3221225473 cid=2 skip=0 times=1", "reset: coredump cid=2 skip=0 times=1",
                            "timeout: drop_ack cid=2 skip=0 times=1", "error: status=3221225473 cid=2 skip=1 times=1",
                            "reset: coredump cid=2 skip=1 times=1"));
}

TEST(Sweep, UnsolicitedEventsGetLostAndAnswersDoNot) {
    EXPECT_THAT(rules(message(R"("dir":"event","cid":39,"name":"ROC","opt":6)") +
                      message(R"("dir":"event","cid":1,"name":"RESULT","opt":2)")),
                ElementsAre("timeout: drop_event eid=39 skip=0 times=1"));
}

TEST(Sweep, TheBootRomAndOtherLinesAreLeftAlone) {
    EXPECT_THAT(rules(message(R"("dir":"cmd","cid":4,"name":"NIC_POWER_CTRL","rom":true,"opt":0)") +
                      "{\"t\":1,\"ev\":\"mld/scan-done\"}\nseed=1\n\n{\"ev\":\"mt7925/mcu\" broken\n"),
                IsEmpty());
}

TEST(Sweep, ARunIsJudgedByItsTrace) {
    SweepOutcome outcome;
    EXPECT_EQ(outcome.verdict(), "no end");
    for (const char* line :
         {R"({"t":1,"ev":"mt7925/violation","wiphy":"phy0","radio":"sta","rule":"I1","what":"no mutex"})",
          R"({"t":2,"ev":"scenario/chip","radio":"sta","bss_indexes":2,"links":1,"wcids":1,"peer_links":1})",
          R"({"t":2,"ev":"scenario/station","station":"s","state":"scanning"})", "seed=1 commit=x"})
        take_line(line, outcome);
    EXPECT_EQ(outcome.verdict(), "leak, violation, no connection");
    EXPECT_EQ(outcome.first_violation, "I1: no mutex");
    take_line(R"({"t":3,"ev":"mt7925/oops","wiphy":"phy0","text":"BUG"})", outcome);
    EXPECT_EQ(outcome.verdict(), "oops, leak, violation, no connection");
}

TEST(Sweep, ARunWithoutFaultsIsFine) {
    SweepOutcome outcome;
    for (const char* line :
         {R"({"t":2,"ev":"scenario/chip","radio":"sta","bss_indexes":2,"links":2,"wcids":2,"peer_links":2})",
          R"({"t":2,"ev":"scenario/station","station":"s","state":"connected"})", "seed=1 commit=x"})
        take_line(line, outcome);
    EXPECT_EQ(outcome.verdict(), "");
}

}  // namespace
}  // namespace mlosim::ctl
