#include "scenario/moment_text.h"

#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

using namespace std::chrono_literals;

TEST(AMoment, IsReadAsIso8601WritesIt) {
    EXPECT_EQ(parse_moment("1970-01-01T00:00:00Z"), sim::Duration::zero());
    EXPECT_EQ(parse_moment("2026-01-01T00:00:00Z"), sim::Duration(1767225600s));
    EXPECT_EQ(parse_moment("2024-02-29T23:59:59.25Z"), sim::Duration(1709251199s + 250ms));
    EXPECT_EQ(parse_moment("2026-01-01T01:30:00+01:30"), sim::Duration(1767225600s));
    EXPECT_EQ(parse_moment("2025-12-31T19:00:00-05:00"), sim::Duration(1767225600s));
    EXPECT_EQ(parse_moment("2026-01-01T00:00:00.000000001Z"), sim::Duration(1767225600s + 1ns));
}

TEST(AMoment, IsNothingElse) {
    for (const char* text :
         {"", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
          "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
          "2026-01-01T00:00:00Z ", "2026-01-01 00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00",
          "2200-01-01T00:00:00Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00*01:00", "26-01-01T00:00:00Z"})
        EXPECT_FALSE(parse_moment(text)) << text;
}

}  // namespace
}  // namespace mlosim::scenario
