#include "phy/rates.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace mlosim::phy {
namespace {

using GI = GuardInterval;
constexpr GI intervals[] = {GI::us0_8, GI::us1_6, GI::us3_2};
constexpr unsigned widths[] = {20, 40, 80, 160, 320};

// EHT PHY rates in Mb/s for one stream, by MCS, width and guard interval; rounded to 0.1.
constexpr double eht_table[14][5][3] = {
    {{8.6, 8.1, 7.3}, {17.2, 16.2, 14.6}, {36.0, 34.0, 30.6}, {72.1, 68.1, 61.2}, {144.1, 136.1, 122.5}},
    {{17.2, 16.2, 14.6}, {34.4, 32.5, 29.2}, {72.1, 68.1, 61.2}, {144.1, 136.1, 122.5}, {288.2, 272.2, 245.0}},
    {{25.8, 24.4, 21.9}, {51.6, 48.8, 43.9}, {108.1, 102.1, 91.9}, {216.2, 204.2, 183.8}, {432.4, 408.3, 367.5}},
    {{34.4, 32.5, 29.2}, {68.8, 65.0, 58.5}, {144.1, 136.1, 122.5}, {288.2, 272.2, 245.0}, {576.5, 544.4, 490.0}},
    {{51.6, 48.8, 43.9}, {103.2, 97.5, 87.8}, {216.2, 204.2, 183.8}, {432.4, 408.3, 367.5}, {864.7, 816.7, 735.0}},
    {{68.8, 65.0, 58.5}, {137.6, 130.0, 117.0}, {288.2, 272.2, 245.0}, {576.5, 544.4, 490.0}, {1152.9, 1088.9, 980.0}},
    {{77.4, 73.1, 65.8}, {154.9, 146.3, 131.6}, {324.3, 306.3, 275.6}, {648.5, 612.5, 551.3}, {1297.1, 1225.0, 1102.5}},
    {{86.0, 81.3, 73.1}, {172.1, 162.5, 146.3}, {360.3, 340.3, 306.3}, {720.6, 680.6, 612.5}, {1441.2, 1361.1, 1225.0}},
    {{103.2, 97.5, 87.8},
     {206.5, 195.0, 175.5},
     {432.4, 408.3, 367.5},
     {864.7, 816.7, 735.0},
     {1729.4, 1633.3, 1470.0}},
    {{114.7, 108.3, 97.5},
     {229.4, 216.7, 195.0},
     {480.4, 453.7, 408.3},
     {960.8, 907.4, 816.7},
     {1921.6, 1814.8, 1633.3}},
    {{129.0, 121.9, 109.7},
     {258.1, 243.8, 219.4},
     {540.4, 510.4, 459.4},
     {1080.9, 1020.8, 918.8},
     {2161.8, 2041.7, 1837.5}},
    {{143.4, 135.4, 121.9},
     {286.8, 270.8, 243.8},
     {600.5, 567.1, 510.4},
     {1201.0, 1134.3, 1020.8},
     {2402.0, 2268.5, 2041.7}},
    {{154.9, 146.3, 131.6},
     {309.7, 292.5, 263.3},
     {648.5, 612.5, 551.3},
     {1297.1, 1225.0, 1102.5},
     {2594.1, 2450.0, 2205.0}},
    {{172.1, 162.5, 146.3},
     {344.1, 325.0, 292.5},
     {720.6, 680.6, 612.5},
     {1441.2, 1361.1, 1225.0},
     {2882.4, 2722.2, 2450.0}},
};

TEST(EhtRates, AreTheStandards) {
    for (unsigned mcs = 0; mcs < 14; ++mcs) {
        for (std::size_t w = 0; w < 5; ++w) {
            for (std::size_t g = 0; g < 3; ++g) {
                const auto rate = Rate::eht(mcs, 1, widths[w], intervals[g]).value();
                EXPECT_NEAR(rate.bits_per_second() / 1e6, eht_table[mcs][w][g], 0.0501)
                    << "MCS " << mcs << ", " << widths[w] << " MHz, guard interval " << g;
            }
        }
    }
}

TEST(EhtRates, GrowWithTheStreamsExactly) {
    for (unsigned mcs = 0; mcs < 14; ++mcs) {
        for (unsigned mhz : widths) {
            for (GI gi : intervals) {
                const double one = Rate::eht(mcs, 1, mhz, gi)->bits_per_second();
                for (unsigned streams = 2; streams <= 8; ++streams) {
                    EXPECT_NEAR(Rate::eht(mcs, streams, mhz, gi)->bits_per_second(), one * streams, one * 1e-12);
                }
            }
        }
    }
    EXPECT_NEAR(Rate::eht(13, 2, 320, GI::us0_8)->bits_per_second() / 1e6, 5764.7, 0.05) << "the peak of two streams";
}

TEST(EhtRates, OfMcs14And15AreFractionsOfMcs0) {
    for (GI gi : intervals) {
        for (unsigned mhz : widths) {
            const double mcs0 = Rate::eht(0, 1, mhz, gi)->bits_per_second();
            EXPECT_DOUBLE_EQ(Rate::eht(15, 1, mhz, gi)->bits_per_second(), mcs0 / 2);
            if (mhz >= 160) {
                EXPECT_DOUBLE_EQ(Rate::eht(14, 1, mhz, gi)->bits_per_second(), mcs0 / 4);
            }
        }
    }
    EXPECT_NEAR(Rate::eht(14, 1, 80, GI::us0_8)->bits_per_second() / 1e6, 8.6, 0.05)
        << "two 484-tone RUs, not a quarter of 996";
}

TEST(Rates, ThatDoNotExistCannotBeMade) {
    EXPECT_FALSE(Rate::legacy(70));
    EXPECT_FALSE(Rate::ht(32, 20, GI::us0_8));
    EXPECT_FALSE(Rate::ht(0, 80, GI::us0_8));
    EXPECT_FALSE(Rate::vht(0, 9, 20, GI::us0_8));
    EXPECT_FALSE(Rate::vht(0, 1, 20, GI::us1_6));
    EXPECT_FALSE(Rate::he(0, 1, 320, GI::us0_8));
    EXPECT_FALSE(Rate::he(0, 1, 20, GI::us0_4));
    EXPECT_FALSE(Rate::eht(16, 1, 20, GI::us0_8));
    EXPECT_FALSE(Rate::eht(14, 1, 40, GI::us0_8));
    EXPECT_FALSE(Rate::eht(15, 2, 80, GI::us0_8));
    EXPECT_FALSE(Rate::eht(0, 0, 80, GI::us0_8));
    EXPECT_FALSE(Rate::eht(0, 1, 60, GI::us0_8));
}

struct KernelRate {
    unsigned mcs;
    unsigned mhz;
    std::uint32_t hundreds_of_kbps;
    double exact_mbps;
};

class KernelEhtRates : public ::testing::TestWithParam<KernelRate> {};

TEST_P(KernelEhtRates, AreTheIntegersThatIwShows) {
    const auto& p = GetParam();
    const auto rate = Rate::eht(p.mcs, 2, p.mhz, GI::us0_8).value();
    EXPECT_EQ(rate.nl80211_bitrate(), p.hundreds_of_kbps);
    EXPECT_NEAR(rate.bits_per_second() / 1e6, p.exact_mbps, 0.0501);
}

// Two streams, guard interval 0.8 us; the integers have been seen on real machines.
INSTANTIATE_TEST_SUITE_P(Seen, KernelEhtRates,
                         ::testing::Values(KernelRate{11, 320, 48038, 4803.9}, KernelRate{8, 320, 34593, 3458.8},
                                           KernelRate{7, 320, 28826, 2882.4}, KernelRate{12, 80, 12967, 1297.1},
                                           KernelRate{13, 20, 3441, 344.1}, KernelRate{8, 20, 2065, 206.5}));

TEST(KernelRates, OfOtherGenerationsRoundAsCfg80211Does) {
    EXPECT_EQ(Rate::legacy(540)->nl80211_bitrate(), 540U);
    EXPECT_EQ(Rate::ht(7, 20, GI::us0_8)->nl80211_bitrate(), 650U);
    EXPECT_EQ(Rate::ht(7, 20, GI::us0_4)->nl80211_bitrate(), 722U);
    EXPECT_EQ(Rate::ht(15, 40, GI::us0_4)->nl80211_bitrate(), 3000U);
    EXPECT_EQ(Rate::ht(31, 40, GI::us0_8)->nl80211_bitrate(), 5400U);
    EXPECT_EQ(Rate::vht(9, 2, 80, GI::us0_8)->nl80211_bitrate(), 7800U);
    EXPECT_EQ(Rate::vht(9, 2, 80, GI::us0_4)->nl80211_bitrate(), 8667U);
    EXPECT_EQ(Rate::vht(9, 1, 20, GI::us0_8)->nl80211_bitrate(), 867U);
    EXPECT_EQ(Rate::vht(9, 1, 160, GI::us0_8)->nl80211_bitrate(), 7800U);
    EXPECT_EQ(Rate::he(11, 2, 80, GI::us0_8)->nl80211_bitrate(), 12009U);
    EXPECT_EQ(Rate::he(11, 2, 160, GI::us0_8)->nl80211_bitrate(), 24019U);
    EXPECT_EQ(Rate::he(0, 1, 20, GI::us3_2)->nl80211_bitrate(), 73U);
}

TEST(KernelRates, OfEightVhtStreamsAt160MHzWrapAsAKernelU32Does) {
    EXPECT_EQ(Rate::vht(9, 8, 160, GI::us0_8)->nl80211_bitrate(), (6'240'000'000ULL % (1ULL << 32) + 50'000) / 100'000);
}

TEST(KernelRates, StayWithinOnePercentOfTheRealOnes) {
    for (unsigned mcs = 0; mcs < 16; ++mcs) {
        for (unsigned mhz : widths) {
            for (GI gi : intervals) {
                for (unsigned streams = 1; streams <= 8; ++streams) {
                    const auto rate = Rate::eht(mcs, streams, mhz, gi);
                    if (!rate || (mcs == 14 && mhz == 80)) continue;
                    const double kernel = rate->nl80211_bitrate() * 1e5;
                    EXPECT_NEAR(kernel, rate->bits_per_second(), rate->bits_per_second() * 0.01 + 1e5)
                        << rate->to_string();
                }
            }
        }
    }
}

TEST(Rates, AreWrittenAsIwWritesThem) {
    EXPECT_EQ(Rate::legacy(60)->to_string(), "6.0 MBit/s");
    EXPECT_EQ(Rate::ht(15, 40, GI::us0_4)->to_string(), "300.0 MBit/s MCS 15 40MHz short GI");
    EXPECT_EQ(Rate::vht(9, 2, 80, GI::us0_4)->to_string(), "866.7 MBit/s 80MHz short GI VHT-MCS 9 VHT-NSS 2");
    EXPECT_EQ(Rate::he(11, 2, 80, GI::us0_8)->to_string(), "1200.9 MBit/s 80MHz HE-MCS 11 HE-NSS 2 HE-GI 0");
    EXPECT_EQ(Rate::eht(11, 2, 320, GI::us0_8)->to_string(), "4803.8 MBit/s 320MHz EHT-MCS 11 EHT-NSS 2 EHT-GI 0");
}

TEST(Rates, OfLegacyAreTwelve) {
    std::set<double> seen;
    for (std::uint16_t value : legacy_rates()) {
        const auto rate = Rate::legacy(value).value();
        EXPECT_EQ(rate.format(), value <= 110 && value != 60 && value != 90 ? PpduFormat::dsss : PpduFormat::ofdm);
        EXPECT_DOUBLE_EQ(rate.bits_per_second(), value * 1e5);
        seen.insert(rate.bits_per_second());
    }
    EXPECT_EQ(seen.size(), 12U);
    EXPECT_FALSE(Rate::legacy(10, true)->short_preamble()) << "1 Mb/s has no short preamble";
    EXPECT_TRUE(Rate::legacy(110, true)->short_preamble());
}

}  // namespace
}  // namespace mlosim::phy
