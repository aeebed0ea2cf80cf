#include "ctl/time_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::ctl {
namespace {

struct Good {
    std::string text;
    std::uint64_t nanoseconds;
    bool relative;
};

class GoodTimes : public testing::TestWithParam<Good> {};

TEST_P(GoodTimes, AreReadToTheNanosecond) {
    const auto time = parse_time(GetParam().text);
    ASSERT_TRUE(time.has_value()) << time.error().message;
    EXPECT_EQ(time->nanoseconds, GetParam().nanoseconds);
    EXPECT_EQ(time->relative, GetParam().relative);
}

INSTANTIATE_TEST_SUITE_P(Times, GoodTimes,
                         testing::Values(Good{"0", 0, false}, Good{"2", 2'000'000'000, false},
                                         Good{"2.5", 2'500'000'000, false}, Good{"2.5s", 2'500'000'000, false},
                                         Good{"+150ms", 150'000'000, true}, Good{"20us", 20'000, false},
                                         Good{"7ns", 7, false}, Good{"1min", 60'000'000'000, false},
                                         Good{"0.123456789", 123'456'789, false}, Good{".5", 500'000'000, false},
                                         Good{"9223372036.854775807", 9'223'372'036'854'775'807, false}));

class BadTimes : public testing::TestWithParam<const char*> {};

TEST_P(BadTimes, AreRefusedWithASentenceThatShowsThem) {
    const auto time = parse_time(GetParam());
    ASSERT_FALSE(time.has_value());
    EXPECT_EQ(time.error().code, EINVAL);
    EXPECT_THAT(time.error().message, testing::HasSubstr(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Times, BadTimes,
                         testing::Values("", "+", ".", "s", "-1", "1 s", "1h", "1e9", "1.2.3", "0x10", "1ss",
                                         "9223372036.854775808", "99999999999999999999999999999999999999999999"));

}  // namespace
}  // namespace mlosim::ctl
