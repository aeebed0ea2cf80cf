#include <algorithm>

#include "../ieee80211/captured_frames.h"
#include "access_point_fixture.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/country.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "ieee80211/rsn.h"
#include "ieee80211/supported_rates.h"
#include "ieee80211/tim.h"
#include "ieee80211/transmit_power_envelope.h"
#include "ieee80211/vht_elements.h"
#include "ieee80211/wmm.h"

namespace mlosim::agent {
namespace {

using phy::Band;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
namespace element = ieee80211::element;

class Beacons : public AccessPointTest {
protected:
    Bytes beacon_elements(const NetworkSettings& settings, std::string_view profile_name = "generic-be") {
        AccessPoint& ap = start(settings, profile_name);
        return elements_of(beacon_of(ap.bsses().front()));
    }
};

TEST_F(Beacons, HaveTheirElementsInTheStandardsOrder) {
    AccessPoint& ap = start(three_links());
    for (const Bss& bss : ap.bsses()) {
        const Bytes elements = elements_of(beacon_of(bss));
        unsigned last = 0;
        for (const auto& e : ElementList(elements)) {
            EXPECT_GE(ieee80211::standard_order(e.type()), last) << unsigned{e.type().id};
            last = ieee80211::standard_order(e.type());
        }
    }
}

TEST_F(Beacons, OnTwoPointFourGigahertzTellRatesChannelErpAndHt) {
    const Bytes bytes = beacon_elements(network("plain", link(0, Band::ghz2_4, 6)));
    const ElementList elements(bytes);
    EXPECT_EQ(*elements.get<ieee80211::Ssid>(), name_of("plain"));
    EXPECT_EQ(elements.get<ieee80211::DsssParameterSet>()->channel, 6);
    EXPECT_TRUE(elements.get<ieee80211::Erp>().has_value());
    const auto supported = elements.get<ieee80211::SupportedRates>();
    ASSERT_TRUE(supported.has_value());
    Bytes octets;
    for (const auto rate : supported->rates())
        octets.push_back(rate.octet());
    EXPECT_THAT(octets, ElementsAre(0x82, 0x84, 0x8b, 0x96, 12, 18, 24, 36));
    EXPECT_EQ(elements.get<ieee80211::HtOperation>()->primary_channel, 6);
    EXPECT_EQ(elements.get<ieee80211::HtOperation>()->secondary_channel(), ieee80211::SecondaryChannel::none);
    EXPECT_FALSE(elements.get<ieee80211::HtCapabilities>()->info.has(ieee80211::HtCapabilityInfo::width_40));
    EXPECT_FALSE(elements.find(element::vht_capabilities).has_value());
    EXPECT_FALSE(elements.find(element::rsn).has_value());
    EXPECT_FALSE(elements.find(element::multi_link).has_value());
}

TEST_F(Beacons, TellTheCountryAndItsChannels) {
    const Bytes bytes = beacon_elements(network("plain", link(0, Band::ghz2_4, 1)));
    const auto country = ElementList(bytes).get<ieee80211::Country>();
    ASSERT_TRUE(country.has_value());
    EXPECT_EQ(country->alpha2(), "DE");
    EXPECT_THAT(country->triplets(), ElementsAre(ieee80211::Country::Triplet(ieee80211::SubbandTriplet{1, 13, 20})));
}

TEST_F(Beacons, TellNoCountryInTheWorldDomain) {
    set_country('0', '0');
    const Bytes bytes = beacon_elements(network("plain", link(0, Band::ghz2_4, 1)));
    EXPECT_FALSE(ElementList(bytes).find(element::country).has_value());
}

TEST_F(Beacons, OnFiveGigahertzTellTheWidthInVhtOperation) {
    const struct {
        unsigned mhz;
        ieee80211::VhtOperationInfo info;
        std::size_t limits;
    } cases[] = {{20, {0, 0, 0}, 1}, {40, {0, 0, 0}, 2}, {80, {1, 42, 0}, 3}};
    for (const auto& c : cases) {
        AccessPoint& ap = start(network("w" + std::to_string(c.mhz), link(0, Band::ghz5, 36, c.mhz)));
        const Bytes bytes = elements_of(beacon_of(ap.bsses().front()));
        const ElementList elements(bytes);
        EXPECT_EQ(elements.get<ieee80211::VhtOperation>()->info, c.info) << c.mhz;
        EXPECT_EQ(elements.get<ieee80211::HtOperation>()->secondary_channel(),
                  c.mhz >= 40 ? ieee80211::SecondaryChannel::above : ieee80211::SecondaryChannel::none);
        const auto envelope = elements.get<ieee80211::TransmitPowerEnvelope>();
        ASSERT_TRUE(envelope.has_value()) << c.mhz;
        EXPECT_EQ(envelope->limits().size(), c.limits);
        EXPECT_EQ(elements.get<ieee80211::VhtCapabilities>()->info.get(ieee80211::VhtCapabilityInfo::channel_width_set),
                  0U);
    }
}

TEST_F(Beacons, OnSixGigahertzHaveHeOperationInsteadOfHtAndVht) {
    const Bytes bytes = beacon_elements(network("six", link(0, Band::ghz6, 37, 160), Security::wpa3));
    const ElementList elements(bytes);
    for (const auto type : {element::ht_capabilities, element::ht_operation, element::vht_capabilities,
                            element::vht_operation, element::dsss_parameter_set, element::erp})
        EXPECT_FALSE(elements.find(type).has_value()) << unsigned{type.id};
    EXPECT_TRUE(elements.find(element::he_6ghz_band_capabilities).has_value());
    EXPECT_TRUE(elements.find(element::transmit_power_envelope).has_value());
    const auto operation = elements.get<ieee80211::HeOperation>();
    ASSERT_TRUE(operation && operation->six_ghz);
    EXPECT_EQ(operation->six_ghz->primary_channel, 37);
    EXPECT_EQ(operation->six_ghz->control.get(ieee80211::He6GhzControl::channel_width), 3U);
    EXPECT_EQ(operation->six_ghz->ccfs0, 39);
    EXPECT_EQ(operation->six_ghz->ccfs1, 47);
    EXPECT_FALSE(elements.get<ieee80211::EhtOperation>()->info.has_value());
}

TEST_F(Beacons, SayThreeHundredAndTwentyMegahertzInEhtOperationAlone) {
    const Bytes bytes = beacon_elements(network("wide", link(0, Band::ghz6, 37, 320), Security::wpa3));
    const ElementList elements(bytes);
    const auto he = elements.get<ieee80211::HeOperation>();
    EXPECT_EQ(he->six_ghz->control.get(ieee80211::He6GhzControl::channel_width), 3U);
    const auto eht = elements.get<ieee80211::EhtOperation>();
    ASSERT_TRUE(eht && eht->info);
    EXPECT_EQ(eht->info->control.get(ieee80211::EhtOperationInfo::Control::channel_width), 4U);
    EXPECT_EQ(eht->info->ccfs0, 47);
    EXPECT_EQ(eht->info->ccfs1, 31);
}

TEST_F(Beacons, OfferOnlyTheWidthsOfTheirChannelInTheCapabilities) {
    for (const unsigned mhz : {20U, 160U, 320U}) {
        AccessPoint& ap = start(network("w" + std::to_string(mhz), link(0, Band::ghz6, 37, mhz), Security::wpa3));
        const Bytes bytes = elements_of(beacon_of(ap.bsses().front()));
        const ElementList elements(bytes);
        const auto he = elements.get<ieee80211::HeCapabilities>();
        ASSERT_TRUE(he.has_value());
        EXPECT_EQ(he->phy().has(ieee80211::HePhyCapabilities::width_160), mhz >= 160) << mhz;
        const auto found = elements.find(element::eht_capabilities);
        ASSERT_TRUE(found.has_value());
        const auto eht = ieee80211::EhtCapabilities::parse(ieee80211::ElementBody(*found), {he->phy(), true});
        ASSERT_TRUE(eht.has_value()) << mhz;
        const auto* maps = std::get_if<ieee80211::EhtMcsMapsByWidth>(&eht->mcs());
        ASSERT_NE(maps, nullptr);
        EXPECT_TRUE(maps->up_to_80.has_value());
        EXPECT_EQ(maps->at_160.has_value(), mhz >= 160) << mhz;
        EXPECT_EQ(maps->at_320.has_value(), mhz == 320) << mhz;
    }
}

TEST_F(Beacons, PromiseTheSecurityOfTheirNetwork) {
    namespace akm = ieee80211::akm;
    using ieee80211::RsnCapabilities;
    const struct {
        Security security;
        std::vector<ieee80211::Suite> akms;
        bool capable;
        bool required;
        bool rsnx;
    } cases[] = {{Security::owe, {akm::owe}, true, true, false},
                 {Security::wpa2, {akm::psk}, false, false, false},
                 {Security::wpa2_wpa3, {akm::psk, akm::sae}, true, false, true},
                 {Security::wpa3, {akm::sae}, true, true, true}};
    int number = 0;
    for (const auto& c : cases) {
        AccessPoint& ap = start(network("s" + std::to_string(number++), link(0, Band::ghz2_4, 1), c.security));
        const Bytes frame = beacon_of(ap.bsses().front());
        const Bytes bytes = elements_of(frame);
        const auto rsn = ElementList(bytes).get<ieee80211::Rsn>();
        ASSERT_TRUE(rsn.has_value());
        EXPECT_EQ(rsn->akms, c.akms);
        EXPECT_EQ(rsn->capabilities->has(RsnCapabilities::mfp_capable), c.capable);
        EXPECT_EQ(rsn->capabilities->has(RsnCapabilities::mfp_required), c.required);
        EXPECT_EQ(ElementList(bytes).find(element::rsnx).has_value(), c.rsnx);
        EXPECT_TRUE(ieee80211::BeaconBody::parse(FrameView::parse(frame)->body())
                        ->capabilities.has(ieee80211::CapabilityInfo::privacy));
    }
}

TEST_F(Beacons, HideTheNameAsTheyAreTold) {
    NetworkSettings settings = network("secret", link(0, Band::ghz2_4, 1));
    settings.hidden = mld::HiddenSsid::zero_length;
    Bytes bytes = beacon_elements(settings);
    EXPECT_THAT(ElementList(bytes).get<ieee80211::Ssid>()->octets(), IsEmpty());
    settings.hidden = mld::HiddenSsid::zero_contents;
    settings.name = "other";
    bytes = beacon_elements(settings);
    EXPECT_THAT(ElementList(bytes).get<ieee80211::Ssid>()->octets(), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST_F(Beacons, CountTheDtimDown) {
    NetworkSettings settings = network("plain", link(0, Band::ghz2_4, 1));
    settings.dtim_period = 3;
    AccessPoint& ap = start(settings);
    station.tune(ap.bsses().front().channel.control);
    run_for(1024us * 620);
    std::vector<unsigned> counts;
    for (const Bytes& frame : station.of(ManagementSubtype::beacon)) {
        const Bytes bytes = elements_of(frame);
        const auto tim = ElementList(bytes).get<ieee80211::Tim>();
        ASSERT_TRUE(tim.has_value());
        EXPECT_EQ(tim->dtim_period(), 3);
        counts.push_back(tim->dtim_count());
    }
    ASSERT_GE(counts.size(), 6U);
    for (std::size_t i = 0; i < counts.size(); ++i)
        EXPECT_EQ(counts[i], 2 - i % 3);
}

TEST_F(Beacons, OfOlderRadiosHaveNothingOfNewerStandards) {
    const Bytes n = beacon_elements(network("n", link(0, Band::ghz2_4, 1)), "n");
    EXPECT_TRUE(ElementList(n).find(element::ht_capabilities).has_value());
    EXPECT_FALSE(ElementList(n).find(element::he_capabilities).has_value());
    const Bytes ax = beacon_elements(network("ax", link(0, Band::ghz5, 36, 80)), "ax");
    EXPECT_TRUE(ElementList(ax).find(element::he_operation).has_value());
    EXPECT_FALSE(ElementList(ax).find(element::eht_operation).has_value());
}

/// The elements of a captured beacon that hostapd made of the same settings, by type; what it alone configures apart.
TEST_F(Beacons, AgreeWithHostapdsOfTheSameConfigurationElementByElement) {
    AccessPoint& ap = start(three_links());
    // Where we mean to differ: names, addresses and what depends on them; capabilities that hostapd was not told of;
    // the country, which it was told not to send; counters; powers.
    const std::set<ieee80211::ElementType> ours{element::ssid,
                                                element::country,
                                                element::power_constraint,
                                                element::ht_capabilities,
                                                element::vht_capabilities,
                                                element::extended_capabilities,
                                                element::supported_operating_classes,
                                                element::transmit_power_envelope,
                                                element::reduced_neighbor_report,
                                                element::he_operation,
                                                element::he_6ghz_band_capabilities,
                                                element::multi_link,
                                                element::eht_capabilities,
                                                element::management_mic,
                                                element::tim};
    unsigned compared = 0;
    for (const auto& captured : ieee80211::testing::captured_frames()) {
        if (!captured.where.starts_with("24-mlo3")) continue;
        const auto frame = FrameView::parse(captured.octets);
        if (!frame->frame_control().is(ManagementSubtype::beacon)) continue;
        const Bytes theirs = elements_of(captured.octets);
        const ElementList their_list(theirs);
        if (!their_list.find(element::reduced_neighbor_report)) continue;  // before all its links were up
        const bool two = their_list.find(element::dsss_parameter_set).has_value();
        const bool six = their_list.find(element::he_6ghz_band_capabilities).has_value();
        const Bss& bss = ap.bsses()[two ? 0 : six ? 2 : 1];
        const Bytes own = elements_of(beacon_of(bss));
        for (const auto& e : their_list) {
            if (ours.contains(e.type())) continue;
            const auto match = ElementList(own).find(e.type());
            ASSERT_TRUE(match.has_value()) << unsigned{e.type().id} << "/" << unsigned{e.type().extension};
            EXPECT_THAT(Bytes(match->encoded().begin(), match->encoded().end()), testing::ElementsAreArray(e.encoded()))
                << unsigned{e.type().id} << "/" << unsigned{e.type().extension};
            ++compared;
        }
    }
    EXPECT_GE(compared, 20U);
}

}  // namespace
}  // namespace mlosim::agent
