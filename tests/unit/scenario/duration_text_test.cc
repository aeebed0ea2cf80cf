#include "scenario/duration_text.h"

#include <string>

#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, IsANumberAndItsUnit) {
    EXPECT_EQ(parse_duration("20 s"), 20s);
    EXPECT_EQ(parse_duration("1.5 s"), 1500ms);
    EXPECT_EQ(parse_duration("0.1s"), 100ms);
    EXPECT_EQ(parse_duration("250 us"), 250us);
    EXPECT_EQ(parse_duration("7 ns"), 7ns);
    EXPECT_EQ(parse_duration("2 min"), 120s);
    EXPECT_EQ(parse_duration("24 h"), 24h);
    EXPECT_EQ(parse_duration("100 TU"), 102400us);
    EXPECT_EQ(parse_duration("0.5 TU"), 512us);
    EXPECT_EQ(parse_duration("0 s"), 0s);
}

TEST(DurationText, IsExactToTheNanosecond) {
    EXPECT_EQ(parse_duration("0.000000001 s"), 1ns);
    EXPECT_EQ(parse_duration("1234567.123456789 s"), 1234567123456789ns);
    EXPECT_EQ(parse_duration("1.50000000000000000 s"), 1500ms);
}

TEST(DurationText, IsNothingElse) {
    for (const char* text : {"",
                             " ",
                             "s",
                             "20",
                             "20 seconds",
                             "-1 s",
                             "+1 s",
                             "1,5 s",
                             "1. s",
                             ".5 s",
                             " 1 s",
                             "1  s",
                             "1 s ",
                             "1e3 s",
                             "0.0000000001 s",
                             "0.1 ns",
                             "400 d",
                             "9000 h",
                             "99999999999999999999999999 s",
                             "1 S"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(DurationText, IsShownWithoutNeedlessZeros) {
    EXPECT_EQ(in_seconds(sim::Duration{20s}), "20 s");
    EXPECT_EQ(in_seconds(sim::Duration{1500ms}), "1.5 s");
    EXPECT_EQ(in_seconds(sim::Duration{1ns}), "0.000000001 s");
    EXPECT_EQ(in_seconds(sim::Duration{0s}), "0 s");
}

}  // namespace
}  // namespace mlosim::scenario
