#include "phy/propagation.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "phy/decibel.h"

namespace mlosim::phy {
namespace {

TEST(Decibel, LogarithmAgreesWithLibm) {
    for (double x = 1e-300; x < 1e300; x *= 1.37) {
        EXPECT_NEAR(natural_log(x), std::log(x), 4e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
        EXPECT_NEAR(log10_of(x), std::log10(x), 4e-16 * std::max(1.0, std::abs(std::log10(x)))) << x;
    }
    EXPECT_EQ(natural_log(1.0), 0.0);
}

TEST(Decibel, ExponentialAgreesWithLibm) {
    for (double x = -700.0; x < 700.0; x += 0.37)
        EXPECT_NEAR(exp_of(x) / std::exp(x), 1.0, 1e-14) << x;
    EXPECT_EQ(exp_of(0.0), 1.0);
    EXPECT_EQ(exp_of(-1000.0), 0.0);
    EXPECT_EQ(exp_of(1000.0), std::numeric_limits<double>::infinity());
}

TEST(Decibel, GivesTheseBitsOnEveryMachine) {
    EXPECT_EQ(natural_log(10.0), 0x1.26bb1bbb55516p+1);
    EXPECT_EQ(exp_of(1.0), 0x1.5bf0a8b14576ap+1);
    EXPECT_EQ(log10_of(5180e6), 0x1.36dbca15954a3p+3);
}

TEST(PathLoss, OfTheFirstMetreIsFreeSpace) {
    EXPECT_NEAR(PathLoss::first_metre(Frequency::mhz(2412)).value, 40.10, 0.01);
    EXPECT_NEAR(PathLoss::first_metre(Frequency::mhz(5180)).value, 46.73, 0.01);
    EXPECT_NEAR(PathLoss::first_metre(Frequency::mhz(5955)).value, 47.95, 0.01);
}

TEST(PathLoss, GrowsByTenNPerDecade) {
    const PathLoss model;
    for (Band band : eht_bands) {
        EXPECT_NEAR(model.beyond(10, band).value, 10 * model.exponent(band), 1e-9);
        EXPECT_NEAR(model.beyond(100, band).value, 20 * model.exponent(band), 1e-9);
    }
    EXPECT_EQ(model.beyond(0.0, Band::ghz5).value, 0.0) << "nearer than a metre is a metre";
}

TEST(NoiseFloor, IsThermalNoiseAndNoiseFigure) {
    EXPECT_NEAR(noise_floor(20, {0}).value, -100.97, 0.01);
    EXPECT_NEAR(noise_floor(20, {7}).value, -93.97, 0.01);
    for (double mhz : {20.0, 40.0, 80.0, 160.0}) {
        EXPECT_NEAR(noise_floor(2 * mhz, {7}).value - noise_floor(mhz, {7}).value, 3.01, 0.001);
    }
}

TEST(Position, DistanceIsEuclids) {
    EXPECT_EQ(distance({0, 0, 0}, {3, 4, 0}), 5.0);
    EXPECT_EQ(distance({1, 1, 1}, {1, 1, 1}), 0.0);
    EXPECT_EQ(distance({0, 0, 0}, {2, 3, 6}), 7.0);
}

}  // namespace
}  // namespace mlosim::phy
