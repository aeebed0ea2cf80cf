#include "phy/channel.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::phy {
namespace {

using ::testing::ElementsAre;

std::vector<int> numbers(Band band) {
    std::vector<int> out;
    for (const Channel& c : channels(band))
        out.push_back(c.number());
    return out;
}

Channel channel(Band band, std::uint16_t number) {
    return find_channel(band, number).value();
}

ChannelDefinition around(Band band, std::uint16_t number, std::uint32_t mhz,
                         Channelization320 which = Channelization320::first) {
    return ChannelDefinition::around(channel(band, number), width_from_mhz(mhz).value(), which).value();
}

TEST(Band, HasNl80211sNumbersAndNames) {
    EXPECT_EQ(static_cast<int>(Band::ghz2_4), 0);
    EXPECT_EQ(static_cast<int>(Band::ghz5), 1);
    EXPECT_EQ(static_cast<int>(Band::ghz6), 3);
    EXPECT_EQ(band_from_nl80211(3), Band::ghz6);
    EXPECT_EQ(band_from_nl80211(2), std::nullopt);
    EXPECT_EQ(parse_band("2.4"), Band::ghz2_4);
    EXPECT_EQ(parse_band("6 GHz"), Band::ghz6);
    EXPECT_EQ(parse_band("5GHz"), Band::ghz5);
    EXPECT_EQ(parse_band("GHz"), std::nullopt);
    EXPECT_EQ(to_string(Band::ghz5), "5 GHz");
}

TEST(Channels, Of24GHzAre1To14) {
    EXPECT_THAT(numbers(Band::ghz2_4), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
    EXPECT_EQ(channel(Band::ghz2_4, 14).center, Frequency::mhz(2484));
}

TEST(Channels, Of5GHzHaveTheirRealNumbers) {
    EXPECT_THAT(numbers(Band::ghz5), ElementsAre(36, 40, 44, 48, 52, 56, 60, 64, 100, 104, 108, 112, 116, 120, 124, 128,
                                                 132, 136, 140, 144, 149, 153, 157, 161, 165, 169, 173, 177));
}

TEST(Channels, Of6GHzAreEveryFourthNumberFrom1To233) {
    const auto n = numbers(Band::ghz6);
    ASSERT_EQ(n.size(), 59U);
    EXPECT_EQ(n.front(), 1);
    EXPECT_EQ(n.back(), 233);
    EXPECT_EQ(channel(Band::ghz6, 37).center, Frequency::mhz(6135));
}

TEST(Channels, FifteenOf6GHzArePreferredForScanning) {
    std::vector<int> psc;
    for (const Channel& c : channels(Band::ghz6)) {
        if (c.is_psc()) psc.push_back(c.number());
    }
    EXPECT_THAT(psc, ElementsAre(5, 21, 37, 53, 69, 85, 101, 117, 133, 149, 165, 181, 197, 213, 229));
    EXPECT_FALSE(channel(Band::ghz5, 36).is_psc());
}

TEST(Channels, AreFoundByCenterOnlyWhereThereIsOne) {
    EXPECT_EQ(find_channel(Frequency::mhz(5955))->number(), 1);
    EXPECT_EQ(find_channel(Frequency::mhz(5965)), std::nullopt);
    EXPECT_EQ(find_channel(Frequency::mhz(2413)), std::nullopt);
    EXPECT_EQ(find_channel(Frequency::khz(902'500))->band, Band::s1g);
}

TEST(Channels, NumbersAndFrequenciesAreEachOthersInverse) {
    for (Band band : {Band::ghz2_4, Band::ghz5, Band::ghz6, Band::s1g}) {
        for (const Channel& c : channels(band)) {
            EXPECT_EQ(channel_frequency(band, c.number()), c.center);
            EXPECT_EQ(find_channel(c.center), c);
        }
    }
    EXPECT_EQ(channel_frequency(Band::ghz6, 2), Frequency::mhz(5935));
    EXPECT_EQ(channel_number(Frequency::mhz(5935)), 2);
    EXPECT_EQ(channel_frequency(Band::ghz5, 184), Frequency::mhz(4920));
    EXPECT_EQ(channel_number(Frequency::mhz(4920)), 184);
    EXPECT_TRUE(channel_frequency(Band::ghz2_4, 15).is_zero());
}

TEST(ChannelWidth, HasNl80211sNumbers) {
    EXPECT_EQ(static_cast<int>(ChannelWidth::w20_noht), 0);
    EXPECT_EQ(static_cast<int>(ChannelWidth::w160), 5);
    EXPECT_EQ(static_cast<int>(ChannelWidth::w5), 6);
    EXPECT_EQ(static_cast<int>(ChannelWidth::w320), 13);
    EXPECT_EQ(width_from_nl80211(14), std::nullopt);
    EXPECT_EQ(width_mhz(ChannelWidth::w80p80), 80U);
}

struct WideCenter {
    Band band;
    std::uint16_t primary;
    std::uint32_t mhz;
    Channelization320 which;
    std::uint16_t center;  // as a channel number
};

class WideChannels : public ::testing::TestWithParam<WideCenter> {};

TEST_P(WideChannels, LieWhereTheStandardPutsThem) {
    const auto& p = GetParam();
    const auto definition = around(p.band, p.primary, p.mhz, p.which);
    EXPECT_EQ(channel_number(definition.center1), p.center);
    EXPECT_TRUE(definition.valid());
}

constexpr auto first = Channelization320::first;
constexpr auto second = Channelization320::second;
INSTANTIATE_TEST_SUITE_P(
    Table, WideChannels,
    ::testing::Values(WideCenter{Band::ghz2_4, 1, 40, first, 3}, WideCenter{Band::ghz2_4, 13, 40, first, 11},
                      WideCenter{Band::ghz5, 36, 40, first, 38}, WideCenter{Band::ghz5, 40, 80, first, 42},
                      WideCenter{Band::ghz5, 64, 160, first, 50}, WideCenter{Band::ghz5, 128, 160, first, 114},
                      WideCenter{Band::ghz5, 144, 80, first, 138}, WideCenter{Band::ghz5, 149, 40, first, 151},
                      WideCenter{Band::ghz5, 165, 80, first, 171}, WideCenter{Band::ghz5, 177, 160, first, 163},
                      WideCenter{Band::ghz6, 1, 80, first, 7}, WideCenter{Band::ghz6, 233, 20, first, 233},
                      WideCenter{Band::ghz6, 37, 160, first, 47}, WideCenter{Band::ghz6, 1, 320, first, 31},
                      WideCenter{Band::ghz6, 61, 320, first, 31}, WideCenter{Band::ghz6, 65, 320, first, 95},
                      WideCenter{Band::ghz6, 189, 320, first, 159}, WideCenter{Band::ghz6, 33, 320, second, 63},
                      WideCenter{Band::ghz6, 97, 320, second, 127}, WideCenter{Band::ghz6, 221, 320, second, 191}));

TEST(WideChannels, EndWithTheBand) {
    const auto none = [](Band band, std::uint16_t number, ChannelWidth width, Channelization320 which) {
        return !ChannelDefinition::around(channel(band, number), width, which);
    };
    EXPECT_TRUE(none(Band::ghz2_4, 6, ChannelWidth::w80, first));
    EXPECT_TRUE(none(Band::ghz2_4, 14, ChannelWidth::w20, first));
    EXPECT_TRUE(none(Band::ghz5, 132, ChannelWidth::w160, first)) << "5650–5730 MHz has no upper half";
    EXPECT_TRUE(none(Band::ghz5, 36, ChannelWidth::w320, first));
    EXPECT_TRUE(none(Band::ghz6, 233, ChannelWidth::w40, first));
    EXPECT_TRUE(none(Band::ghz6, 1, ChannelWidth::w320, second));
    EXPECT_TRUE(none(Band::ghz6, 193, ChannelWidth::w320, first));
}

TEST(WideChannels, Of6GHzCountAsTheStandardSays) {
    const auto centers = [](std::uint32_t mhz, Channelization320 which) {
        std::vector<int> out;
        for (const Channel& c : channels(Band::ghz6)) {
            const auto d = ChannelDefinition::around(c, *width_from_mhz(mhz), which);
            if (d && (out.empty() || out.back() != channel_number(d->center1)))
                out.push_back(channel_number(d->center1));
        }
        return out;
    };
    EXPECT_EQ(centers(40, first).size(), 29U);
    EXPECT_EQ(centers(80, first).size(), 14U);
    EXPECT_THAT(centers(160, first), ElementsAre(15, 47, 79, 111, 143, 175, 207));
    EXPECT_THAT(centers(320, first), ElementsAre(31, 95, 159));
    EXPECT_THAT(centers(320, second), ElementsAre(63, 127, 191));
}

struct Validity {
    ChannelDefinition definition;
    bool valid;
    const char* why;
};

class ChannelDefinitionValidity : public ::testing::TestWithParam<Validity> {};

TEST_P(ChannelDefinitionValidity, IsTheKernels) {
    EXPECT_EQ(GetParam().definition.valid(), GetParam().valid) << GetParam().why;
}

constexpr Channel c5180{Band::ghz5, Frequency::mhz(5180)};
constexpr Channel c2412{Band::ghz2_4, Frequency::mhz(2412)};
constexpr Channel c2484{Band::ghz2_4, Frequency::mhz(2484)};
constexpr Channel c5955{Band::ghz6, Frequency::mhz(5955)};
constexpr Frequency mhz(std::uint32_t v) {
    return Frequency::mhz(v);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ChannelDefinitionValidity,
    ::testing::Values(
        Validity{{}, false, "no control channel"},
        Validity{{c5180, ChannelWidth::w20, mhz(5180), {}, 0}, true, "20 MHz"},
        Validity{{c5180, ChannelWidth::w20, mhz(5190), {}, 0}, false, "20 MHz centered elsewhere"},
        Validity{{c5180, ChannelWidth::w20, mhz(5180), mhz(5200), 0}, false, "20 MHz with a second segment"},
        Validity{{c5180, ChannelWidth::w40, mhz(5190), {}, 0}, true, "HT40+"},
        Validity{{c5180, ChannelWidth::w40, mhz(5170), {}, 0}, true, "HT40-: the kernel knows no grid on 5 GHz"},
        Validity{{c5180, ChannelWidth::w40, mhz(5200), {}, 0}, false, "control outside"},
        Validity{{c5180, ChannelWidth::w80, mhz(5210), {}, 0}, true, "80 MHz"},
        Validity{{c5180, ChannelWidth::w80, mhz(5240), {}, 0}, false, "control not in the 80 MHz"},
        Validity{{c5180, ChannelWidth::w80p80, mhz(5210), mhz(5775), 0}, true, "80+80 MHz"},
        Validity{{c5180, ChannelWidth::w80p80, mhz(5210), mhz(5290), 0}, false, "adjacent: that is 160 MHz"},
        Validity{{c5180, ChannelWidth::w80p80, mhz(5210), {}, 0}, false, "second segment missing"},
        Validity{{c5180, ChannelWidth::w10, mhz(5180), {}, 0}, false, "10 MHz is gone from the kernel"},
        Validity{{c2484, ChannelWidth::w20, mhz(2484), {}, 0}, false, "channel 14 is for 802.11b"},
        Validity{{c2484, ChannelWidth::w20_noht, mhz(2484), {}, 0}, true, "channel 14 without HT"},
        Validity{{c2412, ChannelWidth::w40, mhz(2422), {}, 0}, true, "HT40+ in 2.4 GHz"},
        Validity{{c5955, ChannelWidth::w40, mhz(5945), {}, 0}, true, "the kernel asks for the grid from 5955 MHz up"},
        Validity{{{Band::ghz6, mhz(5975)}, ChannelWidth::w40, mhz(5985), {}, 0}, false, "6 GHz channels are on a grid"},
        Validity{{c5955, ChannelWidth::w320, mhz(6105), {}, 0}, true, "320-1"},
        Validity{{{Band::ghz6, mhz(6115)}, ChannelWidth::w320, mhz(6265), {}, 0}, true, "320-2"},
        Validity{{{Band::ghz6, mhz(6115)}, ChannelWidth::w320, mhz(6185), {}, 0}, false, "between the two"},
        Validity{{c5180, ChannelWidth::w80, mhz(5210), {}, 0x2}, true, "second piece punctured"},
        Validity{{c5180, ChannelWidth::w80, mhz(5210), {}, 0x1}, false, "primary punctured"},
        Validity{{c5180, ChannelWidth::w80, mhz(5210), {}, 0x6}, false, "two of four punctured"},
        Validity{{c5180, ChannelWidth::w40, mhz(5190), {}, 0x2}, false, "40 MHz cannot be punctured"},
        Validity{{c5180, ChannelWidth::w160, mhz(5250), {}, 0xc0}, true, "upper 40 of 160 MHz punctured"},
        Validity{{c5955, ChannelWidth::w320, mhz(6105), {}, 0xf0c0}, true, "40 + 80 of 320 MHz punctured"},
        Validity{{c5955, ChannelWidth::w320, mhz(6105), {}, 0xff00}, false, "half of 320 MHz punctured"},
        Validity{{c5955, ChannelWidth::w320, mhz(6105), {}, 0x0003}, false, "primary punctured"},
        Validity{{{Band::s1g, Frequency::khz(903'500)}, ChannelWidth::w2, mhz(904), {}, 0}, true, "2 MHz of S1G"},
        Validity{{{Band::s1g, Frequency::khz(903'500)}, ChannelWidth::w20, Frequency::khz(903'500), {}, 0},
                 false,
                 "20 MHz of S1G"}));

TEST(ChannelDefinition, KnowsItsPrimaryParts) {
    const auto wide = around(Band::ghz6, 37, 320);  // 5945–6265 MHz, primary at 6135
    EXPECT_EQ(wide.primary(ChannelWidth::w160)->center, mhz(6185));
    EXPECT_EQ(wide.primary(ChannelWidth::w80)->center, mhz(6145));
    EXPECT_EQ(wide.primary(ChannelWidth::w40)->center, mhz(6125));
    EXPECT_EQ(wide.primary(ChannelWidth::w20)->center, mhz(6135));
    EXPECT_EQ(around(Band::ghz5, 36, 40).primary(ChannelWidth::w80), std::nullopt);
}

TEST(ChannelDefinition, NarrowsItsPuncturingToTheKeptPart) {
    auto wide = around(Band::ghz6, 37, 320);
    wide.punctured = 0xf400;  // not a legal pattern, but each half shows
    EXPECT_EQ(wide.narrowed(ChannelWidth::w160)->punctured, 0xf4);
    EXPECT_EQ(wide.narrowed(ChannelWidth::w80)->punctured, 0x4);
    EXPECT_EQ(wide.narrowed(ChannelWidth::w320), wide);
    EXPECT_EQ(wide.narrowed(ChannelWidth::w20), ChannelDefinition::mhz20(wide.control));
}

TEST(ChannelDefinition, ListsItsPiecesFromBelow) {
    auto d = around(Band::ghz5, 36, 80);
    EXPECT_THAT(d.subchannels(), ElementsAre(mhz(5180), mhz(5200), mhz(5220), mhz(5240)));
    d.punctured = 0x4;
    EXPECT_THAT(d.subchannels(), ElementsAre(mhz(5180), mhz(5200), mhz(5240)));
    EXPECT_EQ(d.subchannels(true).count, 4);
    EXPECT_EQ(d.occupied_mhz(), 60U);
    const ChannelDefinition split{c5180, ChannelWidth::w80p80, mhz(5210), mhz(5775), 0};
    EXPECT_EQ(split.subchannels().count, 8);
    EXPECT_TRUE(split.subchannels().contains(mhz(5745)));
    EXPECT_EQ(split.occupied_mhz(), 160U);
}

TEST(ChannelDefinition, HasAnOperatingClass) {
    EXPECT_EQ(around(Band::ghz2_4, 6, 20).operating_class(), 81);
    EXPECT_EQ(around(Band::ghz2_4, 1, 40).operating_class(), 83);
    EXPECT_EQ(around(Band::ghz2_4, 13, 40).operating_class(), 84);
    EXPECT_EQ(ChannelDefinition::mhz20_noht(c2484).operating_class(), 82);
    EXPECT_EQ(around(Band::ghz5, 36, 20).operating_class(), 115);
    EXPECT_EQ(around(Band::ghz5, 40, 40).operating_class(), 117);
    EXPECT_EQ(around(Band::ghz5, 100, 40).operating_class(), 122);
    EXPECT_EQ(around(Band::ghz5, 149, 20).operating_class(), 124);
    EXPECT_EQ(around(Band::ghz5, 165, 20).operating_class(), 125);
    EXPECT_EQ(around(Band::ghz5, 36, 80).operating_class(), 128);
    EXPECT_EQ(around(Band::ghz5, 36, 160).operating_class(), 129);
    EXPECT_EQ(around(Band::ghz6, 1, 20).operating_class(), 131);
    EXPECT_EQ(around(Band::ghz6, 1, 160).operating_class(), 134);
    EXPECT_EQ(around(Band::ghz6, 1, 320).operating_class(), 137);
}

TEST(OperatingClass, NamesTheSameChannelBothWays) {
    for (Band band : eht_bands) {
        for (const Channel& c : channels(band)) {
            for (std::uint32_t width : {20U, 40U, 80U, 160U}) {
                const auto d = ChannelDefinition::around(c, *width_from_mhz(width));
                if (!d) continue;
                const auto number = d->operating_class();
                ASSERT_TRUE(number) << d->to_string();
                EXPECT_EQ(band_of_operating_class(*number), band);
                EXPECT_EQ(definition_from_operating_class(*number, c), d) << d->to_string();
            }
        }
    }
    EXPECT_EQ(band_of_operating_class(180), std::nullopt);
    EXPECT_EQ(definition_from_operating_class(137, c5955), std::nullopt) << "320-1 or 320-2 is left open";
    EXPECT_EQ(definition_from_operating_class(81, c5180), std::nullopt);
}

TEST(Overlap, IsTheSharedSpectrumWithoutPuncturedPieces) {
    const auto wide = around(Band::ghz5, 36, 80);
    EXPECT_EQ(overlap(wide, around(Band::ghz5, 40, 20)), mhz(20));
    EXPECT_EQ(overlap(wide, around(Band::ghz5, 52, 20)), mhz(0));
    auto punctured = wide;
    punctured.punctured = 0x2;
    EXPECT_EQ(overlap(punctured, around(Band::ghz5, 40, 20)), mhz(0));
    EXPECT_EQ(overlapping_pieces(punctured, around(Band::ghz5, 36, 160)), 3U);
}

TEST(Overlap, Of24GHzNeighboursIsPartial) {
    EXPECT_EQ(overlap(around(Band::ghz2_4, 1, 20), around(Band::ghz2_4, 3, 20)), mhz(10));
    EXPECT_EQ(overlapping_pieces(around(Band::ghz2_4, 1, 20), around(Band::ghz2_4, 3, 20)), 1U);
    EXPECT_EQ(overlapping_pieces(around(Band::ghz2_4, 1, 20), around(Band::ghz2_4, 6, 20)), 0U);
    const auto upper = around(Band::ghz6, 97, 320, second);
    EXPECT_EQ(overlap(upper, around(Band::ghz6, 65, 320, first)), mhz(160)) << "the two 320 MHz channelizations";
}

TEST(Compatible, TakesTheWiderOfNestedChannels) {
    const auto narrow = around(Band::ghz5, 36, 40);
    const auto wide = around(Band::ghz5, 36, 160);
    EXPECT_EQ(compatible(narrow, wide), wide);
    EXPECT_EQ(compatible(wide, narrow), wide);
    EXPECT_EQ(compatible(ChannelDefinition::mhz20_noht(c5180), around(Band::ghz5, 36, 20)), around(Band::ghz5, 36, 20));
    EXPECT_EQ(compatible(wide, around(Band::ghz5, 40, 160)), std::nullopt) << "another primary";
    const ChannelDefinition lower{c5180, ChannelWidth::w40, mhz(5170), {}, 0};
    EXPECT_EQ(compatible(lower, wide), std::nullopt) << "another primary 40 MHz";
    auto punctured = wide;
    punctured.punctured = 0x4;
    EXPECT_EQ(compatible(around(Band::ghz5, 36, 80), punctured), std::nullopt) << "a hole only one knows of";
    punctured.punctured = 0x40;
    EXPECT_EQ(compatible(around(Band::ghz5, 36, 80), punctured), punctured);
}

TEST(ChannelDefinition, SaysWhatItIs) {
    EXPECT_EQ(around(Band::ghz5, 36, 80).to_string(), "5180 MHz, width: 80 MHz, center1: 5210 MHz");
    EXPECT_EQ(ChannelDefinition::mhz20_noht(c2412).to_string(), "2412 MHz, width: 20 MHz (no HT)");
}

}  // namespace
}  // namespace mlosim::phy
