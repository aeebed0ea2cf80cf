// Which rate data to a peer goes at.

#include "mld/rate_control.h"

#include <gtest/gtest.h>

#include "ieee80211/byte_io.h"
#include "mld/capability_elements.h"
#include "mld/radio_profiles.h"

namespace mlosim::mld {
namespace {

/// A peer on a radio of a profile, to a sender of another, on a channel.
class RateTo : public testing::Test {
protected:
    static const RadioProfile& profile(const char* name) {
        static const RadioProfiles profiles = RadioProfiles::built_in();
        return *profiles.find(name);
    }
    static phy::ChannelDefinition channel(phy::Band band, std::uint16_t number, std::uint32_t mhz) {
        return phy::ChannelDefinition::around(*phy::find_channel(band, number), *phy::width_from_mhz(mhz)).value();
    }

    template <class T>
    static ieee80211::Bytes body(const T& capabilities, std::size_t header) {
        ieee80211::Bytes out;
        ieee80211::ByteWriter w(out);
        append_capabilities(w, capabilities);
        return {out.begin() + static_cast<std::ptrdiff_t>(header), out.end()};
    }
    static StaCapabilities station(const char* name, phy::Band band) {
        const BandCapabilities& of = *profile(name).band(band);
        StaCapabilities out;
        for (const BitRate& rate : of.rates)
            out.supported_rates.push_back(static_cast<std::uint8_t>(rate.hundred_kbps / 5));
        if (of.ht) out.ht = body(*of.ht, 2);
        if (of.vht) out.vht = body(*of.vht, 2);
        const InterfaceCapabilities* own = of.for_type(InterfaceType::station);
        if (own != nullptr && own->he) out.he = body(*own->he, 3);
        if (own != nullptr && own->eht) out.eht = body(*own->eht, 3);
        return out;
    }

    std::optional<phy::Rate> rate(const char* sender, const StaCapabilities& peer, const phy::ChannelDefinition& on,
                                  double snr) {
        const BandCapabilities& band = *profile(sender).band(on.control.band);
        return control.choose({band, band.for_type(InterfaceType::ap), on}, peer, phy::Db{snr});
    }

    RateControl control;
    static constexpr auto ghz2 = phy::Band::ghz2_4;
    static constexpr auto ghz5 = phy::Band::ghz5;
    static constexpr auto ghz6 = phy::Band::ghz6;
};

TEST_F(RateTo, AStrongSignalIsTheFastestRateOfTheNewestFormatThatBothHave) {
    const auto eht = rate("generic-be", station("generic-be", ghz5), channel(ghz5, 36, 160), 60);
    ASSERT_TRUE(eht);
    EXPECT_EQ(*eht, *phy::Rate::eht(13, eht->streams(), 160, phy::GuardInterval::us0_8));
    const auto vht = rate("generic-be", station("ac", ghz5), channel(ghz5, 36, 80), 60);
    ASSERT_TRUE(vht);
    EXPECT_EQ(*vht, *phy::Rate::vht(9, vht->streams(), 80, vht->gi()));
    const auto ht = rate("n", station("generic-be", ghz2), channel(ghz2, 1, 20), 60);
    ASSERT_TRUE(ht);
    EXPECT_EQ(*ht, *phy::Rate::ht(15, 20, ht->gi()));
}

TEST_F(RateTo, APeerWithoutHtGetsTheRatesThatItNamed) {
    StaCapabilities old;
    old.supported_rates = {0x82, 0x84, 0x8b, 0x96};
    EXPECT_EQ(rate("generic-be", old, channel(ghz2, 1, 20), 60), phy::Rate::legacy(110));
    old.supported_rates.push_back(108);
    EXPECT_EQ(rate("generic-be", old, channel(ghz2, 1, 20), 60), phy::Rate::legacy(540));
}

TEST_F(RateTo, AWeakSignalIsSlow) {
    const auto peer = station("generic-be", ghz5);
    const auto on = channel(ghz5, 36, 160);
    const auto strong = rate("generic-be", peer, on, 60);
    const auto weak = rate("generic-be", peer, on, 15);
    ASSERT_TRUE(strong && weak);
    EXPECT_LT(weak->bits_per_second(), strong->bits_per_second() / 4);
    EXPECT_EQ(rate("generic-be", peer, on, -30), std::nullopt) << "nothing gets through";
}

TEST_F(RateTo, LossesMakeItSlowerAndSuccessesFaster) {
    const auto peer = station("generic-be", ghz5);
    const auto on = channel(ghz5, 36, 20);
    const auto fast = rate("generic-be", peer, on, 30);
    for (int i = 0; i < 20; ++i)
        control.learn(1, false);
    EXPECT_DOUBLE_EQ(control.margin().value, 10.0);
    EXPECT_NE(rate("generic-be", peer, on, 30), fast);
    for (int i = 0; i < 1000; ++i)
        control.learn(0, true);
    EXPECT_DOUBLE_EQ(control.margin().value, 0.0);
    EXPECT_EQ(rate("generic-be", peer, on, 30), fast);
}

TEST_F(RateTo, APeerThatNotifiedAnOperatingModeGetsNoMoreThanThat) {
    auto peer = station("generic-be", ghz5);
    const auto on = channel(ghz5, 36, 80);
    peer.operating_mode = 0x00;
    EXPECT_EQ(rate("generic-be", peer, on, 60), phy::Rate::eht(13, 1, 20, phy::GuardInterval::us0_8));
    peer.operating_mode = 0x11;
    EXPECT_EQ(rate("generic-be", peer, on, 60), phy::Rate::eht(13, 2, 40, phy::GuardInterval::us0_8));
}

}  // namespace
}  // namespace mlosim::mld
