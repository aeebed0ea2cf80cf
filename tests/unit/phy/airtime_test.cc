#include <gtest/gtest.h>

#include "phy/rates.h"

namespace mlosim::phy {
namespace {

using GI = GuardInterval;

double us(const Rate& rate, std::size_t bytes, Band band = Band::ghz5) {
    return static_cast<double>(airtime(rate, bytes, band).count()) / 1000.0;
}

struct EhtAirtime {
    unsigned mcs;
    GI gi;
    std::size_t bytes;
    double at[5];  // 20, 40, 80, 160, 320 MHz, in us
};

class EhtAirtimes : public ::testing::TestWithParam<EhtAirtime> {};

TEST_P(EhtAirtimes, AgreeWithNs3ToATenthOfAMicrosecond) {
    const auto& p = GetParam();
    constexpr unsigned widths[] = {20, 40, 80, 160, 320};
    for (std::size_t w = 0; w < 5; ++w) {
        EXPECT_NEAR(us(*Rate::eht(p.mcs, 1, widths[w], p.gi), p.bytes), p.at[w], 0.1) << widths[w] << " MHz";
    }
}

INSTANTIATE_TEST_SUITE_P(Golden, EhtAirtimes,
                         ::testing::Values(EhtAirtime{0, GI::us0_8, 1536, {1493.6, 772.8, 409.6, 232.8, 159.2}},
                                           EhtAirtime{0, GI::us0_8, 76, {133.6, 92.8, 83.2, 69.6, 77.6}},
                                           EhtAirtime{0, GI::us3_2, 1536, {1748.0, 900.0, 472.0, 264.0, 176.0}},
                                           EhtAirtime{13, GI::us0_8, 1536, {129.6, 88.8, 75.2, 61.6, 61.6}},
                                           EhtAirtime{13, GI::us1_6, 1536, {134.4, 91.2, 76.8, 62.4, 62.4}},
                                           EhtAirtime{13, GI::us3_2, 1536, {144.0, 96.0, 80.0, 64.0, 64.0}}));

TEST(Airtime, OfDsssIsPreambleAndBits) {
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(10), 14, Band::ghz2_4), 192 + 112) << "an acknowledgement at 1 Mb/s";
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(20), 14, Band::ghz2_4), 192 + 56);
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(20, true), 14, Band::ghz2_4), 96 + 56);
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(110), 1024, Band::ghz2_4), 192 + 745) << "744.7 us, a whole microsecond is begun";
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(55), 1024, Band::ghz2_4), 192 + 1490);
}

TEST(Airtime, OfOfdmCountsWholeSymbols) {
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(60), 14), 44) << "an acknowledgement at 6 Mb/s";
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(240), 14), 28) << "and at 24 Mb/s";
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(540), 1536), 248);
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(120), 76), 76);
}

TEST(Airtime, In24GHzHasTheSignalExtension) {
    EXPECT_DOUBLE_EQ(us(*Rate::legacy(60), 14, Band::ghz2_4), 50);
    EXPECT_DOUBLE_EQ(us(*Rate::ht(0, 20, GI::us0_8), 1536, Band::ghz2_4) - us(*Rate::ht(0, 20, GI::us0_8), 1536), 6);
    EXPECT_DOUBLE_EQ(us(*Rate::eht(0, 1, 20, GI::us0_8), 76, Band::ghz2_4), 139.6);
}

TEST(Airtime, OfHtAndVhtFollowsTheStandard) {
    // 802.11 19.4.3: 36 us of preamble for one stream, then 4 us symbols
    EXPECT_DOUBLE_EQ(us(*Rate::ht(7, 20, GI::us0_8), 1536), 228);
    EXPECT_DOUBLE_EQ(us(*Rate::ht(0, 20, GI::us0_8), 76), 136);
    EXPECT_DOUBLE_EQ(us(*Rate::ht(7, 40, GI::us0_4), 1536), 120) << "23 symbols of 3.6 us, up to a multiple of 4 us";
    // 802.11 21.4.3: 40 us
    EXPECT_DOUBLE_EQ(us(*Rate::vht(8, 1, 20, GI::us0_8), 1536), 200);
    EXPECT_DOUBLE_EQ(us(*Rate::vht(9, 1, 80, GI::us0_8), 1536), 72);
}

TEST(Airtime, OfHeFollowsTheStandard) {
    // 802.11ax 27.4.3: 44 us, then 13.6 us symbols
    EXPECT_DOUBLE_EQ(us(*Rate::he(0, 1, 20, GI::us0_8), 1536), 1485.6);
    EXPECT_DOUBLE_EQ(us(*Rate::he(11, 1, 20, GI::us0_8), 1536), 139.2);
    EXPECT_DOUBLE_EQ(us(*Rate::he(0, 1, 160, GI::us3_2), 1536), 252);
}

TEST(Airtime, MoreStreamsTrainLonger) {
    const auto training = [](unsigned streams) {
        const auto preamble = [](unsigned n) { return airtime(*Rate::he(0, n, 20, GI::us0_8), 0, Band::ghz5); };
        return (preamble(streams) - preamble(1)).count() / 1000;
    };
    EXPECT_EQ(training(2), 8);
    EXPECT_EQ(training(3), 24);
    EXPECT_EQ(training(4), 24);
    EXPECT_EQ(training(8), 56);
}

TEST(Airtime, NeverShrinksWithTheFrame) {
    for (unsigned mcs = 0; mcs < 16; ++mcs) {
        const auto rate = Rate::eht(mcs, 1, 80, GI::us0_8).value();
        sim::Duration last{0};
        for (std::size_t bytes = 0; bytes < 5000; bytes += 7) {
            const auto now = airtime(rate, bytes, Band::ghz6);
            EXPECT_GE(now, last);
            last = now;
        }
    }
}

}  // namespace
}  // namespace mlosim::phy
