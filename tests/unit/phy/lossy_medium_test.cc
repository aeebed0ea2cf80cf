#include "phy/lossy_medium.h"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "medium_fixture.h"
#include "phy/error_model.h"

namespace mlosim::phy {
namespace {

using namespace test;

class Lossy : public Media {
protected:
    static LossySettings settings(double shadowing = 0.0) {
        LossySettings s;
        s.path_loss.shadowing = {shadowing};
        return s;
    }
    /// Metres at which `rate` has this SNR on `channel`, for 20 dBm.
    static double metres_for(Db snr, const ChannelDefinition& channel) {
        const PathLoss model;
        const double margin = 20.0 - PathLoss::first_metre(channel.center1).value -
                              noise_floor(channel.occupied_mhz(), default_noise_figure).value - snr.value;
        return std::pow(10.0, margin / (10.0 * model.exponent(channel.band())));
    }
};

TEST_F(Lossy, SignalFallsWithDistanceAndSnrIsOverTheNoise) {
    LossyMedium medium(queue, sim::Random(1), settings());
    const auto channel = on(Band::ghz6, 37);
    const PortId pa = attach(medium, a, channel, {0, 0, 0});
    const PortId pb = attach(medium, b, channel, {0, 10, 0});
    medium.transmit(pa, frame(channel));
    run();
    ASSERT_EQ(b.heard.size(), 1U);
    EXPECT_NEAR(b.heard[0].rssi.value, 20.0 - 48.2 - 31.0, 0.05);
    EXPECT_NEAR(b.heard[0].snr.value, b.heard[0].rssi.value + 93.97, 0.01);
    EXPECT_EQ(medium.rssi(pb, pa, channel, {20.0}), b.heard[0].rssi) << "the path is the same in both directions";
}

TEST_F(Lossy, AntennaGainCountsAtBothEnds) {
    LossyMedium medium(queue, sim::Random(1), settings());
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = medium.attach(a, {"a", {0, 0, 0}, {3.0}, 1});
    const PortId pb = medium.attach(b, {"b", {10, 0, 0}, {2.0}, 1});
    EXPECT_NEAR(medium.rssi(pa, pb, channel, {20.0}).value, 20.0 - 46.73 - 31.0 + 5.0, 0.01);
}

TEST_F(Lossy, TheShareOfLostFramesIsThePacketErrorRate) {
    LossyMedium medium(queue, sim::Random(42), settings());
    const auto channel = on(Band::ghz5, 36, 80);
    const Rate rate = *Rate::eht(7, 1, 80, GuardInterval::us0_8);
    const PortId pa = attach(medium, a, channel);
    attach(medium, b, channel, {metres_for(snr_for_error_rate(rate, 0.1, 1004), channel), 0, 0});
    constexpr int frames = 20000;
    for (int i = 0; i < frames; ++i) {
        medium.transmit(pa, frame(channel, 1000, rate));
        run();
    }
    EXPECT_NEAR(static_cast<double>(medium.counters().lost_to_errors) / frames, 0.1, 0.01);
    EXPECT_EQ(medium.counters().lost_to_errors + medium.counters().delivered, static_cast<std::uint64_t>(frames));
    EXPECT_EQ(b.heard.size(), medium.counters().delivered);
}

TEST_F(Lossy, AFaintFrameIsNotNoticed) {
    LossyMedium medium(queue, sim::Random(1), settings());
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel);
    attach(medium, b, channel, {metres_for({-4.1}, channel), 0, 0});
    medium.transmit(pa, frame(channel));
    run();
    EXPECT_TRUE(b.heard.empty());
    EXPECT_EQ(medium.counters().below_sensitivity, 1U);
}

TEST_F(Lossy, AWideFrameNeedsAWideReceiver) {
    LossyMedium medium(queue, sim::Random(1), settings());
    const PortId pa = attach(medium, a, on(Band::ghz5, 36, 80));
    attach(medium, b, on(Band::ghz5, 36, 20));
    attach(medium, c, on(Band::ghz5, 40, 160));
    medium.transmit(pa, frame(on(Band::ghz5, 36, 80), 100, *Rate::eht(0, 1, 80, GuardInterval::us0_8)));
    run();
    EXPECT_TRUE(b.heard.empty()) << "open for a quarter of it";
    EXPECT_EQ(c.heard.size(), 1U) << "open for all of it, its own primary included";
    medium.transmit(pa, frame(on(Band::ghz5, 36)));
    run();
    EXPECT_EQ(b.heard.size(), 1U) << "a 20 MHz frame on the primary channel";
    EXPECT_EQ(c.heard.size(), 1U) << "whose primary is another";
}

TEST_F(Lossy, APuncturedFrameIsHeardByWhoPuncturesToo) {
    LossyMedium medium(queue, sim::Random(1), settings());
    auto punctured = on(Band::ghz6, 1, 80);
    punctured.punctured = 0x4;
    const PortId pa = attach(medium, a, punctured);
    attach(medium, b, punctured);
    medium.transmit(pa, frame(punctured, 100, *Rate::eht(0, 1, 80, GuardInterval::us0_8)));
    run();
    ASSERT_EQ(b.heard.size(), 1U);
    EXPECT_NEAR(b.heard[0].rssi.value - b.heard[0].snr.value, noise_floor(60, default_noise_figure).value, 1e-9);
}

TEST_F(Lossy, ShadowingIsThePairsAndOutlastsMoves) {
    LossyMedium medium(queue, sim::Random(5), settings(6.0));
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel, {0, 0, 0}, "ap");
    const PortId pb = attach(medium, b, channel, {10, 0, 0}, "sta1");
    const PortId pc = attach(medium, c, channel, {10, 0, 0}, "sta2");
    const Dbm at_b = medium.rssi(pa, pb, channel, {20.0});
    EXPECT_NE(at_b, medium.rssi(pa, pc, channel, {20.0}));
    EXPECT_EQ(at_b, medium.rssi(pb, pa, channel, {20.0}));
    medium.move(pb, {100, 0, 0});
    EXPECT_NEAR(medium.rssi(pa, pb, channel, {20.0}).value, at_b.value - 31.0, 1e-9);
    medium.move(pb, {10, 0, 0});
    EXPECT_EQ(medium.rssi(pa, pb, channel, {20.0}), at_b);
}

TEST_F(Lossy, ShadowingDoesNotDependOnWhoElseIsThere) {
    const auto channel = on(Band::ghz5, 36);
    LossyMedium alone(queue, sim::Random(5), settings(6.0));
    const PortId a1 = attach(alone, a, channel, {0, 0, 0}, "ap");
    const PortId b1 = attach(alone, b, channel, {10, 0, 0}, "sta");
    LossyMedium crowded(queue, sim::Random(5), settings(6.0));
    attach(crowded, c, channel, {5, 0, 0}, "another");
    const PortId b2 = attach(crowded, b, channel, {10, 0, 0}, "sta");
    const PortId a2 = attach(crowded, a, channel, {0, 0, 0}, "ap");
    EXPECT_EQ(alone.rssi(a1, b1, channel, {20.0}), crowded.rssi(a2, b2, channel, {20.0}));
    LossyMedium other_seed(queue, sim::Random(6), settings(6.0));
    const PortId a3 = attach(other_seed, a, channel, {0, 0, 0}, "ap");
    const PortId b3 = attach(other_seed, b, channel, {10, 0, 0}, "sta");
    EXPECT_NE(alone.rssi(a1, b1, channel, {20.0}), other_seed.rssi(a3, b3, channel, {20.0}));
}

TEST_F(Lossy, ShadowingHasTheSpreadThatWasAskedFor) {
    LossyMedium medium(queue, sim::Random(9), settings(6.0));
    const auto channel = on(Band::ghz5, 36);
    const PortId pa = attach(medium, a, channel, {0, 0, 0}, "ap");
    const double expected = 20.0 - PathLoss().loss(10, Band::ghz5, channel.center1).value;
    double sum = 0;
    double squares = 0;
    constexpr int pairs = 2000;
    for (int i = 0; i < pairs; ++i) {
        const PortId p = medium.attach(b, {"sta" + std::to_string(i), {10, 0, 0}, {0}, 1});
        const double deviation = medium.rssi(pa, p, channel, {20.0}).value - expected;
        sum += deviation;
        squares += deviation * deviation;
        medium.detach(p);
    }
    EXPECT_NEAR(sum / pairs, 0.0, 0.5);
    EXPECT_NEAR(std::sqrt(squares / pairs), 6.0, 0.4);
}

TEST_F(Lossy, EqualSeedsLoseTheSameFrames) {
    const auto channel = on(Band::ghz5, 36);
    const Rate rate = *Rate::eht(3, 1, 20, GuardInterval::us0_8);
    const auto lost = [&](std::uint64_t seed) {
        sim::EventQueue own;
        Ear x, y;
        LossyMedium medium(own, sim::Random(seed), settings());
        const PortId px = attach(medium, x, channel, {}, "x");
        attach(medium, y, channel, {metres_for(snr_for_error_rate(rate, 0.5, 1004), channel), 0, 0}, "y");
        std::vector<bool> out;
        for (int i = 0; i < 200; ++i) {
            const auto before = y.heard.size();
            medium.transmit(px, frame(channel, 1000, rate));
            while (own.step()) {
            }
            out.push_back(y.heard.size() == before);
        }
        return out;
    };
    EXPECT_EQ(lost(1), lost(1));
    EXPECT_NE(lost(1), lost(2));
}

// One number for a world of moving radios: whatever compiler, optimisation and C library this runs with, it must not
// change.
TEST_F(Lossy, TheSameWorldIsTheSameToTheLastBitEverywhere) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3ULL; };
    LossyMedium medium(queue, sim::Random(7), settings(4.0));
    const auto channel = on(Band::ghz6, 37, 80);
    const PortId pa = attach(medium, a, channel, {}, "ap");
    const PortId pb = attach(medium, b, channel, {}, "sta1");
    const PortId pc = attach(medium, c, on(Band::ghz6, 37, 20), {20, 0, 0}, "sta2");
    for (unsigned i = 0; i < 4000; ++i) {
        medium.move(pb, {0.37 * (i % 200), 0.11 * (i % 70), 1.5});
        medium.move(pc, {0.53 * (i % 90), 0.2, 0});
        const bool wide = i % 3 != 0;
        const Rate rate =
            wide ? *Rate::eht(i % 14, 2, 80, GuardInterval::us0_8) : *Rate::legacy(legacy_rates()[4 + i % 8]);
        medium.transmit(i % 5 == 0 ? pb : pa,
                        frame(wide ? channel : *channel.narrowed(ChannelWidth::w20), 100 + i % 1400, rate));
        run();
    }
    for (const Ear* ear : {&a, &b, &c}) {
        for (const Heard& h : ear->heard) {
            mix(static_cast<std::uint64_t>(h.end.ns()));
            mix(std::bit_cast<std::uint64_t>(h.rssi.value));
            mix(std::bit_cast<std::uint64_t>(h.snr.value));
        }
    }
    mix(medium.counters().lost_to_errors);
    EXPECT_GT(medium.counters().lost_to_errors, 100U);
    EXPECT_GT(medium.counters().delivered, 1000U);
    EXPECT_EQ(hash, 9620792915289339078U);
}

}  // namespace
}  // namespace mlosim::phy
