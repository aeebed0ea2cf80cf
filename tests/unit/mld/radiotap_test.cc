#include "mld/radiotap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::mld {
namespace {

using ieee80211::Bytes;
using phy::Band;
using phy::ChannelDefinition;
using phy::GuardInterval;
using phy::Rate;
using ::testing::ElementsAreArray;

phy::Channel channel(Band band, std::uint16_t number) {
    return *phy::find_channel(band, number);
}
ChannelDefinition wide(Band band, std::uint16_t number, phy::ChannelWidth width,
                       phy::Channelization320 which = phy::Channelization320::first) {
    return *ChannelDefinition::around(channel(band, number), width, which);
}
/// What follows version, length and presence bits.
Bytes fields(const Bytes& header) {
    EXPECT_EQ(header[0], 0);
    EXPECT_EQ(header[2] | header[3] << 8, static_cast<int>(header.size()));
    return {header.begin() + 8, header.end()};
}
std::uint32_t present(const Bytes& header) {
    return ieee80211::ByteReader{ieee80211::ByteView{header}.subspan(4)}.u32le();
}

TEST(Radiotap, StatesARateOf80211gInItsOwnField) {
    const Bytes header =
        Radiotap{}.rate(*Rate::legacy(540), ChannelDefinition::mhz20(channel(Band::ghz2_4, 6))).build();
    EXPECT_EQ(present(header), 0x0cU);
    EXPECT_THAT(fields(header), ElementsAreArray({108, 0, 0x85, 0x09, 0xc0, 0x00}));
}

TEST(Radiotap, SaysCckOf80211bsRates) {
    const Bytes header = Radiotap{}.rate(*Rate::legacy(55), ChannelDefinition::mhz20(channel(Band::ghz2_4, 1))).build();
    EXPECT_THAT(fields(header), ElementsAreArray({11, 0, 0x6c, 0x09, 0xa0, 0x00}));
}

TEST(Radiotap, StatesHtRatesAsMcs) {
    const Bytes header =
        Radiotap{}.rate(*Rate::ht(15, 40, GuardInterval::us0_4), wide(Band::ghz5, 36, phy::ChannelWidth::w40)).build();
    EXPECT_EQ(present(header), 1U << 3U | 1U << 19U);
    EXPECT_THAT(fields(header), ElementsAreArray({0x3c, 0x14, 0x40, 0x01, 0x07, 0x05, 15}));
}

TEST(Radiotap, StatesVhtRates) {
    const Bytes header =
        Radiotap{}
            .rate(*Rate::vht(9, 2, 80, GuardInterval::us0_8), wide(Band::ghz5, 36, phy::ChannelWidth::w80))
            .build();
    EXPECT_EQ(present(header), 1U << 3U | 1U << 21U);
    EXPECT_THAT(fields(header), ElementsAreArray({0x3c, 0x14, 0x40, 0x01, 0x44, 0, 0, 4, 0x92, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(Radiotap, StatesHeRates) {
    const Bytes header =
        Radiotap{}
            .rate(*Rate::he(11, 2, 160, GuardInterval::us1_6), wide(Band::ghz6, 37, phy::ChannelWidth::w160))
            .build();
    EXPECT_EQ(present(header), 1U << 3U | 1U << 23U);
    EXPECT_THAT(fields(header),
                ElementsAreArray({0xf7, 0x17, 0x40, 0x01, 0x20, 0x40, 2, 0, 0, 11, 0, 0, 0x13, 0, 2, 0}));
}

TEST(Radiotap, StatesEhtRatesInTwoTlvs) {
    for (const auto which : {phy::Channelization320::first, phy::Channelization320::second}) {
        const Bytes header = Radiotap{}
                                 .rate(*Rate::eht(13, 2, 320, GuardInterval::us3_2),
                                       wide(Band::ghz6, 37, phy::ChannelWidth::w320, which))
                                 .build();
        EXPECT_EQ(present(header), 1U << 3U | 1U << 28U);
        const std::uint8_t width = which == phy::Channelization320::first ? 4 : 5;
        Bytes expected{0xf7,
                       0x17,
                       0x40,
                       0x01,  //
                       33,
                       0,
                       12,
                       0,  // U-SIG
                       0x03,
                       static_cast<std::uint8_t>((width & 1) << 7),
                       static_cast<std::uint8_t>(width >> 1),
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,  //
                       34,
                       0,
                       44,
                       0,
                       4,
                       0,
                       0,
                       0,
                       0,
                       1,
                       0,
                       0};  // EHT: GI known, 3.2 us
        expected.insert(expected.end(), 32, 0);
        for (const std::uint8_t octet : {0x92, 0x00, 0xd0, 0x02})
            expected.push_back(octet);
        EXPECT_THAT(fields(header), ElementsAreArray(expected));
    }
}

TEST(Radiotap, PutsFieldsInOrderAndInLine) {
    const Bytes header = Radiotap{}
                             .rx_flags(2)
                             .antenna(1)
                             .signal(phy::Dbm{-30})
                             .rate(*Rate::legacy(60), ChannelDefinition::mhz20(channel(Band::ghz5, 36)))
                             .flags(0x10)
                             .tsft(sim::Time{std::chrono::microseconds{0x0102}})
                             .build();
    EXPECT_EQ(present(header), 0x482fU);
    EXPECT_THAT(fields(header),
                ElementsAreArray({2, 1, 0, 0, 0, 0, 0, 0, 0x10, 12, 0x3c, 0x14, 0x40, 0x01, 0xe2, 1, 2, 0}));
}

}  // namespace
}  // namespace mlosim::mld
