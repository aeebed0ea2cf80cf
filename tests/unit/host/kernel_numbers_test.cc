#include "host/kernel_numbers.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace mlosim::host {
namespace {

TEST(KernelNumbers, AreReadAsKstrtoulReadsThem) {
    EXPECT_EQ(*parse_kernel_unsigned("0"), 0U);
    EXPECT_EQ(*parse_kernel_unsigned("1500\n"), 1500U);
    EXPECT_EQ(*parse_kernel_unsigned("+7"), 7U);
    EXPECT_EQ(*parse_kernel_unsigned("0x1003"), 0x1003U);
    EXPECT_EQ(*parse_kernel_unsigned("010"), 8U);
    EXPECT_EQ(*parse_kernel_unsigned("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(*parse_kernel_signed("-50\n"), -50);
    EXPECT_EQ(*parse_kernel_signed("-9223372036854775808"), INT64_MIN);
    EXPECT_EQ(*parse_sysctl_int(" 1 \n"), 1);
    EXPECT_EQ(*parse_sysctl_int("-1\n"), -1);
}

struct BadInput {
    const char* text;
    int error;
    const char* why;
};

TEST(KernelNumbers, AnythingElseIsRefused) {
    const BadInput inputs[] = {
        {"", EINVAL, "nothing"},
        {"\n", EINVAL, "only a newline"},
        {"12 ", EINVAL, "a blank behind"},
        {" 12", EINVAL, "a blank in front"},
        {"12\n\n", EINVAL, "two newlines"},
        {"12x", EINVAL, "letters"},
        {"-1", EINVAL, "a sign"},
        {"++1", EINVAL, "two signs"},
        {"0x", EINVAL, "no digits"},
        {"08", EINVAL, "no octal digit"},
        {"18446744073709551616", ERANGE, "one too many"},
    };
    for (const auto& input : inputs) {
        const auto number = parse_kernel_unsigned(input.text);
        ASSERT_FALSE(number) << input.why;
        EXPECT_EQ(number.error().code, input.error) << input.why;
    }
    EXPECT_EQ(parse_kernel_signed("9223372036854775808").error().code, ERANGE);
    EXPECT_EQ(parse_kernel_signed("-9223372036854775809").error().code, ERANGE);
    EXPECT_EQ(parse_kernel_signed("--1").error().code, EINVAL);
    EXPECT_EQ(parse_sysctl_int("").error().code, EINVAL);
    EXPECT_EQ(parse_sysctl_int(" \n").error().code, EINVAL);
    EXPECT_EQ(parse_sysctl_int("2147483648").error().code, EINVAL);
}

}  // namespace
}  // namespace mlosim::host
