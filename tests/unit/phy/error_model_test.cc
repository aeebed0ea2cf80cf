#include "phy/error_model.h"

#include <cmath>

#include <gtest/gtest.h>

#include "phy/propagation.h"

namespace mlosim::phy {
namespace {

using GI = GuardInterval;
constexpr std::size_t reference = 1458;

Rate eht(unsigned mcs, unsigned mhz = 20) {
    return Rate::eht(mcs, 1, mhz, GI::us0_8).value();
}
Rate ht(unsigned mcs) {
    return Rate::ht(mcs, 20, GI::us0_8).value();
}
Rate vht(unsigned mcs) {
    return Rate::vht(mcs, 1, 20, GI::us0_8).value();
}

// SNR in dB at a PER of 50, 10 and 1 %, 1458 bytes, LDPC: ns-3's AWGN tables, MCS 0–11.
constexpr double ldpc[12][3] = {{-0.96, -0.67, -0.34}, {2.05, 2.34, 2.67},    {4.54, 4.81, 5.09},
                                {7.54, 7.87, 8.24},    {10.58, 10.89, 11.19}, {14.77, 15.08, 15.44},
                                {16.12, 16.46, 16.82}, {17.62, 17.99, 18.38}, {21.28, 21.64, 22.03},
                                {23.07, 23.47, 23.88}, {26.36, 26.78, 27.23}, {28.41, 28.86, 29.30}};
// At 10 %, interpolated linearly as ns-3 does itself.
constexpr double ldpc_linear[12] = {-0.62, 2.39, 4.86, 7.92, 10.93, 15.13, 16.48, 18.00, 21.68, 23.48, 26.80, 28.89};
constexpr double bcc[10] = {0.86, 3.89, 6.37, 9.63, 12.72, 17.02, 18.31, 19.58, 23.65, 25.10};
constexpr double bcc_32_bytes[10] = {-0.41, 2.57, 5.06, 8.04, 11.21, 15.25, 16.57, 18.06, 21.68, 23.24};

TEST(PacketErrorRate, OfLdpcFollowsNs3WithinAQuarterDb) {
    constexpr double at[3] = {0.5, 0.1, 0.01};
    for (unsigned mcs = 0; mcs < 12; ++mcs) {
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_NEAR(snr_for_error_rate(eht(mcs), at[i], reference).value, ldpc[mcs][i], 0.25) << "MCS " << mcs;
        }
        EXPECT_NEAR(snr_for_error_rate(eht(mcs), 0.1, reference).value, ldpc_linear[mcs], 0.25) << "MCS " << mcs;
        EXPECT_EQ(snr_for_error_rate(Rate::he(mcs, 1, 20, GI::us0_8).value(), 0.1, reference),
                  snr_for_error_rate(eht(mcs), 0.1, reference));
    }
}

TEST(PacketErrorRate, OfBccFollowsNs3WithinAQuarterDb) {
    for (unsigned mcs = 0; mcs < 10; ++mcs) {
        EXPECT_NEAR(snr_for_error_rate(vht(mcs), 0.1, reference).value, bcc[mcs], 0.25) << "MCS " << mcs;
        EXPECT_NEAR(snr_for_error_rate(vht(mcs), 0.1, 32).value, bcc_32_bytes[mcs], 0.25) << "MCS " << mcs;
    }
    EXPECT_EQ(snr_for_error_rate(ht(7), 0.1, reference), snr_for_error_rate(vht(7), 0.1, reference));
}

TEST(PacketErrorRate, OfLegacyOfdmHasTheSameModulations) {
    EXPECT_EQ(snr_for_error_rate(*Rate::legacy(60), 0.1, reference), snr_for_error_rate(ht(0), 0.1, reference));
    EXPECT_EQ(snr_for_error_rate(*Rate::legacy(540), 0.1, reference), snr_for_error_rate(ht(6), 0.1, reference));
    double last = -100;
    for (std::uint32_t rate : {60U, 90U, 120U, 180U, 240U, 360U, 480U, 540U}) {
        if (rate == 120) continue;  // QPSK 1/2 needs about as much as BPSK 3/4
        const double now = snr_for_error_rate(*Rate::legacy(rate), 0.1, reference).value;
        EXPECT_GT(now, last) << rate;
        last = now;
    }
}

TEST(PacketErrorRate, InvertsIntoTheSnr) {
    for (const Rate& rate : {eht(0), eht(13), ht(3), *Rate::legacy(10), *Rate::legacy(240)}) {
        for (double per : {0.9, 0.5, 0.1, 0.001}) {
            for (std::size_t bytes : {14U, 32U, 300U, 1458U, 11454U}) {
                EXPECT_NEAR(packet_error_rate(rate, snr_for_error_rate(rate, per, bytes), bytes), per, 1e-9);
            }
        }
    }
}

TEST(PacketErrorRate, OfTwoFramesInOneIsThatOfBoth) {
    for (unsigned mcs = 0; mcs < 14; ++mcs) {
        const Db snr = snr_for_error_rate(eht(mcs), 0.1, reference);
        EXPECT_NEAR(packet_error_rate(eht(mcs), snr, 2 * reference), 1 - 0.9 * 0.9, 1e-9);
        EXPECT_NEAR(packet_error_rate(eht(mcs), snr, 3 * reference), 1 - 0.9 * 0.9 * 0.9, 1e-9);
    }
}

TEST(PacketErrorRate, FallsWithSnrAndRisesWithSizeAndMcs) {
    for (unsigned mcs = 0; mcs < 14; ++mcs) {
        double last = 1.0;
        for (double snr = -10; snr < 45; snr += 0.05) {
            const double per = packet_error_rate(eht(mcs), {snr}, 1000);
            EXPECT_LE(per, last);
            EXPECT_GE(packet_error_rate(eht(mcs), {snr}, 1200), per);
            if (mcs > 0) {
                EXPECT_GE(per, packet_error_rate(eht(mcs - 1), {snr}, 1000));
            }
            last = per;
        }
    }
    for (double snr = -5; snr < 30; snr += 0.1) {
        for (unsigned mcs = 0; mcs < 10; ++mcs) {
            EXPECT_LE(packet_error_rate(vht(mcs), {snr}, 32), packet_error_rate(vht(mcs), {snr}, 500) + 1e-12);
            EXPECT_LE(packet_error_rate(vht(mcs), {snr}, 500), packet_error_rate(vht(mcs), {snr}, 1458) + 1e-12);
        }
    }
}

TEST(PacketErrorRate, IsExactlyZeroAndOneFarFromTheCurve) {
    EXPECT_EQ(packet_error_rate(eht(0), {10}, reference), 0.0);
    EXPECT_EQ(packet_error_rate(eht(13), {0}, reference), 1.0);
}

TEST(PacketErrorRate, Of4096QamLiesThreeToSixDbAbove1024Qam) {
    const double mcs11 = snr_for_error_rate(eht(11), 0.1, reference).value;
    EXPECT_GT(snr_for_error_rate(eht(12), 0.1, reference).value - mcs11, 2.5);
    EXPECT_LT(snr_for_error_rate(eht(13), 0.1, reference).value - mcs11, 6.0);
}

TEST(PacketErrorRate, OfRepeatedBpskIsBetterByTheRepetition) {
    const double mcs0 = snr_for_error_rate(eht(0, 80), 0.1, reference).value;
    EXPECT_NEAR(snr_for_error_rate(eht(15, 80), 0.1, reference).value, mcs0 - 3.01, 0.01);
    EXPECT_NEAR(snr_for_error_rate(eht(14, 80), 0.1, reference).value, mcs0 - 6.02, 0.01);
}

TEST(MinimumSensitivity, IsTheStandardsTable) {
    constexpr int at_20[14] = {-82, -79, -77, -74, -70, -66, -65, -64, -59, -57, -54, -52, -49, -46};
    for (unsigned mcs = 0; mcs < 14; ++mcs)
        EXPECT_EQ(minimum_sensitivity(mcs, 20).value, at_20[mcs]);
    EXPECT_EQ(minimum_sensitivity(0, 320).value, -70);
    EXPECT_EQ(minimum_sensitivity(13, 320).value, -34);
    EXPECT_EQ(minimum_sensitivity(9, 80).value, -51);
}

TEST(MinimumSensitivity, IsMetWithTheDefaultNoiseFigureAndWithTheStandards) {
    for (unsigned mhz : {20U, 40U, 80U, 160U, 320U}) {
        for (unsigned mcs = 0; mcs < 14; ++mcs) {
            for (Db figure : {default_noise_figure, Db{10.0}}) {
                const Db snr = minimum_sensitivity(mcs, mhz) - noise_floor(mhz, figure);
                EXPECT_LE(packet_error_rate(eht(mcs, mhz), snr, 4096), 0.1) << "MCS " << mcs << ", " << mhz << " MHz";
                EXPECT_GT(snr, detection_threshold(eht(mcs, mhz)));
            }
        }
    }
}

}  // namespace
}  // namespace mlosim::phy
