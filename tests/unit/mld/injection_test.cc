#include "mld/injection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::mld {
namespace {

using ieee80211::Bytes;
using phy::GuardInterval;
using phy::Rate;
using ::testing::ElementsAreArray;

const phy::ChannelDefinition narrow = phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz5, 36));
const phy::ChannelDefinition wide =
    *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz5, 36), phy::ChannelWidth::w80);

/// A header with these presence words and octets behind them, and a "frame" of three octets.
Bytes packet(std::initializer_list<std::uint32_t> present, const Bytes& fields = {}, const Bytes& frame = {1, 2, 3}) {
    Bytes bytes;
    ieee80211::ByteWriter out{bytes};
    out.u16le(0);
    out.u16le(static_cast<std::uint16_t>(4 + 4 * present.size() + fields.size()));
    for (const std::uint32_t word : present)
        out.u32le(word);
    out.bytes(fields);
    out.bytes(frame);
    return bytes;
}

TEST(Injection, AsksForNothingWithAnEmptyHeader) {
    const Bytes bytes = packet({0});
    const auto injection = Injection::parse(bytes, narrow);
    ASSERT_TRUE(injection);
    EXPECT_THAT(injection->frame, ElementsAreArray({1, 2, 3}));
    EXPECT_FALSE(injection->rate);
    EXPECT_FALSE(injection->encrypt || injection->may_fragment || injection->no_acknowledgement ||
                 injection->no_sequence_number);
    EXPECT_EQ(injection->retries, 0U);
}

TEST(Injection, ReadsFlagsRateTxFlagsAndRetriesInLine) {
    // TSFT, flags, rate, channel, antenna, TX flags, data retries
    const Bytes bytes = packet({0x2880f}, {9, 9, 9, 9, 9, 9, 9, 9, 0x0c, 12, 0x3c, 0x14, 0x40, 1, 0, 0, 0x18, 0, 7});
    const auto injection = Injection::parse(bytes, narrow);
    ASSERT_TRUE(injection);
    EXPECT_TRUE(injection->encrypt);
    EXPECT_TRUE(injection->may_fragment);
    EXPECT_TRUE(injection->no_acknowledgement);
    EXPECT_TRUE(injection->no_sequence_number);
    EXPECT_EQ(injection->rate, Rate::legacy(60));
    EXPECT_EQ(injection->retries, 7U);
    EXPECT_THAT(injection->frame, ElementsAreArray({1, 2, 3}));
}

TEST(Injection, TakesAwayTheFcsThatAHeaderAnnounces) {
    const Bytes with = packet({2}, {0x10}, {1, 2, 3, 0xf, 0xc, 5, 0});
    EXPECT_THAT(Injection::parse(with, narrow)->frame, ElementsAreArray({1, 2, 3}));
    const Bytes without = packet({2}, {0x10}, {1, 2, 3});
    EXPECT_EQ(Injection::parse(without, narrow).error().code, EINVAL);
}

TEST(Injection, ReadsHtAndVhtRates) {
    const Bytes ht = packet({1U << 19U}, {0x07, 0x05, 9});
    EXPECT_EQ(Injection::parse(ht, wide)->rate, Rate::ht(9, 40, GuardInterval::us0_4));
    const Bytes no_mcs = packet({1U << 19U}, {0x05, 0x05, 9});
    EXPECT_FALSE(Injection::parse(no_mcs, wide)->rate);
    const Bytes vht = packet({1U << 21U}, {0x44, 0, 0x04, 4, 0x92, 0, 0, 0, 0, 0, 0, 0});
    EXPECT_EQ(Injection::parse(vht, wide)->rate, Rate::vht(9, 2, 80, GuardInterval::us0_4));
    const Bytes odd = packet({1U << 21U}, {0, 0, 0x04, 4, 0xf0, 0, 0, 0, 0, 0, 0, 0});
    EXPECT_EQ(Injection::parse(odd, wide)->rate, Rate::vht(0, 1, 20, GuardInterval::us0_8))
        << "what is not stated or does not exist is the lowest";
}

TEST(Injection, RefusesRatesWiderThanTheChannel) {
    const Bytes ht = packet({1U << 19U}, {0x07, 0x01, 0});
    EXPECT_TRUE(Injection::parse(ht, wide));
    EXPECT_EQ(Injection::parse(ht, narrow).error().code, EINVAL);
}

TEST(Injection, EndsAtFieldsThatNobodyKnows) {
    const Bytes bytes = packet({1U << 2U | 1U << 18U | 1U << 19U}, {12, 0, 7, 0, 3});
    const auto injection = Injection::parse(bytes, narrow);
    ASSERT_TRUE(injection);
    EXPECT_EQ(injection->rate, Rate::legacy(60)) << "what stood before";
}

TEST(Injection, ReadsWordsOfANamespaceThatBeginsAnew) {
    constexpr std::uint32_t more = 1U << 31U;
    constexpr std::uint32_t anew = 1U << 29U;
    const Bytes again = packet({more | anew | 1U << 11U, 1U << 2U}, {0, 12});
    EXPECT_EQ(Injection::parse(again, narrow)->rate, Rate::legacy(60));
    const Bytes on = packet({more | 1U << 11U, 1U << 2U}, {0, 12});
    EXPECT_FALSE(Injection::parse(on, narrow)->rate) << "field 34, not field 2";
}

struct BadHeader {
    Bytes bytes;
    const char* error;
    const char* why;
};

TEST(Injection, RefusesHeadersThatAreNotWhole) {
    const BadHeader bad[] = {
        {{}, "no radiotap header", "empty"},
        {{0, 0, 8, 0, 0, 0, 0}, "no radiotap header", "7 octets"},
        {{1, 0, 8, 0, 0, 0, 0, 0, 1, 2}, "no radiotap header", "version 1"},
        {{0, 0, 7, 0, 0, 0, 0, 0, 1, 2}, "no radiotap header", "a length that does not hold the fixed part"},
        {{0, 0, 11, 0, 0, 0, 0, 0, 1, 2}, "no radiotap header", "longer than the packet"},
        {{0, 0, 8, 0, 0, 0, 0, 0x80}, "radiotap: a field is not whole", "a second word announced, none there"},
        {packet({0x80000000, 0x80000000}, {}, {}), "radiotap: a field is not whole", "words without end"},
        {packet({1}, {1, 2, 3}), "radiotap: a field is not whole", "half a TSFT"},
        {packet({0x8002}, {0}), "radiotap: a field is not whole", "flags, but no TX flags"},
        {packet({1U << 21U}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), "radiotap: a field is not whole", "11 octets of 12"},
    };
    for (const BadHeader& header : bad) {
        const auto injection = Injection::parse(header.bytes, narrow);
        ASSERT_FALSE(injection) << header.why;
        EXPECT_EQ(injection.error().code, EINVAL) << header.why;
        EXPECT_EQ(injection.error().message, header.error) << header.why;
    }
}

}  // namespace
}  // namespace mlosim::mld
