#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/country.h"
#include "ieee80211/rsn.h"
#include "ieee80211/ssid.h"
#include "ieee80211/supported_rates.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "ieee80211/tim.h"
#include "ieee80211/transmit_power_envelope.h"
#include "ieee80211/wmm.h"

namespace mlosim::ieee80211::testing {
namespace {

using ::testing::ElementsAre;

template <class E>
Bytes encode(const E& e) {
    Bytes bytes;
    ByteWriter out{bytes};
    e.append_to(out);
    return bytes;
}

Aid aid(unsigned value) {
    return *Aid::from(value);
}

TEST(Aid, IsFromOneTo2007) {
    EXPECT_FALSE(Aid::from(0));
    EXPECT_FALSE(Aid::from(2008));
    EXPECT_EQ(aid(1).on_the_wire(), 0xc001);
}

TEST(Ssid, KeepsAnyOctets) {
    const auto ssid = Ssid::from(from_hex("00ff20"));
    EXPECT_EQ(encode(*ssid), from_hex("0003 00ff20"));
    EXPECT_TRUE(Ssid{}.is_wildcard());
    EXPECT_EQ(Ssid::from(std::string(33, 'x')).error().code, EINVAL);
}

TEST(Ssid, ShortSsidIsTheCrc32) {
    EXPECT_EQ(Ssid::from("123456789")->short_ssid(), 0xcbf43926U);  // the check value of CRC-32
    EXPECT_EQ(Ssid{}.short_ssid(), 0U);
}

TEST(SupportedRates, SpillOverIntoTheExtendedElement) {
    std::vector<RateOctet> rates;
    for (const unsigned r : {2, 4, 11, 22, 12, 18, 24, 36, 48, 72, 96, 108})
        rates.push_back(RateOctet::rate(r, r <= 4 || r == 11 || r == 22));
    rates.push_back(membership_selector::sae_h2e_only);
    const auto elements = rate_elements(rates);
    ASSERT_TRUE(elements);
    EXPECT_EQ(encode(elements->supported), from_hex("0108 82848b960c121824"));
    EXPECT_EQ(encode(*elements->extended), from_hex("3205 3048606cfb"));
    EXPECT_TRUE(elements->extended->rates().back().is_selector());
    EXPECT_EQ(rate_elements({}).error().code, EINVAL);
    EXPECT_FALSE(rate_elements(std::span(rates).first(8))->extended);
}

TEST(Tim, WritesTheSmallestPartOfTheBitmap) {
    Tim tim = *Tim::from(1, 3);
    EXPECT_EQ(encode(tim), from_hex("0504 01030000"));
    tim.set_traffic_for(aid(1), true);
    tim.set_group_traffic(true);
    EXPECT_EQ(encode(tim), from_hex("0504 01030102"));
    tim.set_traffic_for(aid(1), false);
    tim.set_traffic_for(aid(25), true);  // octet 3: the offset is even, so octet 2 comes along
    tim.set_traffic_for(aid(40), true);
    EXPECT_EQ(encode(tim), from_hex("0507 010303 00020001"));
    tim.set_traffic_for(aid(2007), true);
    EXPECT_EQ(encode(tim).size(), 2U + 3U + 249U);
    EXPECT_EQ(*Tim::parse(ByteView(encode(tim)).subspan(2)), tim);
}

TEST(Tim, ViewAndValueTellForWhomTrafficWaits) {
    const Bytes body = from_hex("000203 00020001");
    const auto view = TimView::parse(body);
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->group_traffic());
    EXPECT_EQ(view->bitmap_offset(), 2U);
    const auto value = Tim::parse(body);
    for (unsigned i = 1; i <= Aid::max; ++i) {
        EXPECT_EQ(view->traffic_for(aid(i)), i == 25 || i == 40) << i;
        EXPECT_EQ(value->traffic_for(aid(i)), i == 25 || i == 40) << i;
    }
}

TEST(Tim, CountsDownToTheDtimAndStartsAgain) {
    Tim tim = *Tim::from(0, 3);
    std::vector<int> counts;
    for (int i = 0; i < 4; ++i) {
        tim.count_down();
        counts.push_back(tim.dtim_count());
    }
    EXPECT_THAT(counts, ElementsAre(2, 1, 0, 2));
    EXPECT_EQ(Tim::from(0, 0).error().code, EINVAL);
    EXPECT_EQ(Tim::from(3, 3).error().code, EINVAL);
}

TEST(Country, PadsToAnEvenLength) {
    const auto one = Country::from({'D', 'E', ' '}, {SubbandTriplet{1, 13, 20}});
    EXPECT_EQ(encode(*one), from_hex("0706 444520 010d14"));
    const auto two = Country::from({'D', 'E', 4}, {OperatingTriplet{201, 131, 0}, SubbandTriplet{1, 24, 23}});
    EXPECT_EQ(encode(*two), from_hex("070a 444504 c98300 011817 00"));
    EXPECT_EQ(*Country::parse(ByteView(encode(*two)).subspan(2)), *two);
    EXPECT_EQ(two->alpha2(), "DE");
}

TEST(Country, HoldsOnlyWhatAnElementCan) {
    EXPECT_EQ(Country::from({'D', 'E', ' '}, {}).error().code, EINVAL);
    EXPECT_EQ(Country::from({'D', 'E', ' '}, {SubbandTriplet{201, 1, 20}}).error().code, EINVAL);
    EXPECT_EQ(Country::from({'D', 'E', ' '}, {OperatingTriplet{200, 1, 0}}).error().code, EINVAL);
    EXPECT_TRUE(Country::from({'D', 'E', ' '}, std::vector<Country::Triplet>(83)));
    EXPECT_EQ(Country::from({'D', 'E', ' '}, std::vector<Country::Triplet>(84)).error().code, EINVAL);
}

TEST(Rsn, ReadsAnSaeNetworkOfHostapd) {
    const auto rsn = Rsn::parse(from_hex("0100000fac040100000fac040100000fac08cc000000000fac06"));
    ASSERT_TRUE(rsn);
    EXPECT_EQ(rsn->group_data_cipher, cipher::ccmp128);
    EXPECT_THAT(*rsn->akms, ElementsAre(akm::sae));
    EXPECT_TRUE(rsn->capabilities->has(RsnCapabilities::mfp_required));
    EXPECT_EQ(rsn->capabilities->get(RsnCapabilities::ptksa_replay_counters), 3U);
    EXPECT_TRUE(rsn->pmkids->empty());
    EXPECT_EQ(rsn->group_management_cipher, cipher::bip_cmac128);
}

TEST(Rsn, MayEndAfterAnyField) {
    const char* whole = "0100000fac040100000fac040200000fac02000fac08800001000102030405060708090a0b0c0d0e0f10000fac06";
    const Bytes bytes = from_hex(whole);
    unsigned accepted = 0;
    for (std::size_t size = 2; size <= bytes.size(); ++size) {
        const auto rsn = Rsn::parse(ByteView(bytes).first(size));
        if (!rsn) continue;
        ++accepted;
        const Bytes encoded = encode(*rsn);
        EXPECT_TRUE(std::ranges::equal(ByteView(encoded).subspan(2), ByteView(bytes).first(size)));
    }
    EXPECT_EQ(accepted, 7U);
}

TEST(Rsn, FillsWhatIsMissingBeforeAPresentFieldWithTheDefaults) {
    Rsn rsn;
    rsn.group_management_cipher = cipher::bip_gmac256;
    EXPECT_EQ(encode(rsn), from_hex("301a 0100 000fac04 0100 000fac04 0100 000fac01 0000 0000 000fac0c"));
}

TEST(Rsnx, ItsFirstBitsAreItsLength) {
    Rsnx rsnx;
    EXPECT_EQ(encode(rsnx), from_hex("f401 00"));
    rsnx.set(Rsnx::sae_hash_to_element);
    EXPECT_EQ(encode(rsnx), from_hex("f401 20"));
    rsnx.set(Rsnx::urnm_mfpr);
    EXPECT_EQ(encode(rsnx), from_hex("f402 2180"));
    EXPECT_TRUE(Rsnx::parse(from_hex("2180"))->has(Rsnx::urnm_mfpr));
    EXPECT_FALSE(Rsnx::parse(from_hex("20"))->has(Rsnx::urnm_mfpr));
    EXPECT_FALSE(Rsnx::parse(from_hex("21ff"))->has(0)) << "the length is no capability";
}

TEST(ExtendedCapabilities, GrowWithTheBitsThatAreSet) {
    ExtendedCapabilities caps;
    EXPECT_EQ(encode(caps), from_hex("7f00"));
    caps.set(ExtendedCapabilities::extended_channel_switching);
    caps.set(ExtendedCapabilities::operating_mode_notification);
    EXPECT_EQ(encode(caps), from_hex("7f08 0400000000000040"));
    EXPECT_TRUE(caps.has(ExtendedCapabilities::operating_mode_notification));
    EXPECT_FALSE(caps.has(ExtendedCapabilities::beacon_protection));
}

TEST(ManagementMic, CarriesA48BitPacketNumber) {
    const auto mic = ManagementMic::from(6, 0x0102030405ffULL, Bytes(8, 0xaa));
    EXPECT_EQ(encode(*mic), from_hex("4c10 0600 ff0504030201 aaaaaaaaaaaaaaaa"));
    EXPECT_EQ(ManagementMic::parse(ByteView(encode(*mic)).subspan(2))->packet_number(), 0x0102030405ffULL);
    EXPECT_EQ(ManagementMic::from(6, 1ULL << 48U, Bytes(8)).error().code, EINVAL);
    EXPECT_EQ(ManagementMic::from(6, 0, Bytes(12)).error().code, EINVAL);
}

TEST(WmmParameters, DefaultsAreTheStandards) {
    EXPECT_EQ(encode(WmmParameters::defaults()),
              from_hex("dd18 0050f2020101 00 00 03a40000 27a40000 42435e00 62322f00"));
}

TEST(TidToLinkMapping, DefaultMappingIsOneOctet) {
    EXPECT_EQ(encode(TidToLinkMapping{}), from_hex("ff02 6d 06"));
    EXPECT_EQ(TidToLinkMapping{}.links(7), 0x7fff);
}

TEST(TidToLinkMapping, UsesTheSmallMasksWhereTheyFit) {
    auto mapping =
        TidToLinkMapping::from(TidToLinkMapping::Direction::downlink, {{0x1, 0x1, 0x6, 0x6, 0x6, 0x6, 0x6, 0x6}});
    EXPECT_EQ(encode(*mapping), from_hex("ff0b 6d 20ff 0101060606060606"));
    auto wide = TidToLinkMapping::from(TidToLinkMapping::Direction::both, {{0x4000, std::nullopt, 0x1}});
    wide->switch_time = 0x1234;
    wide->set_expected_duration(0x010203);
    const Bytes encoded = encode(*wide);
    EXPECT_EQ(encoded, from_hex("ff0c 6d 1a05 3412 030201 0040 0100"));
    EXPECT_EQ(*TidToLinkMapping::parse(ByteView(encoded).subspan(3)), *wide);
    EXPECT_EQ(wide->links(1), std::nullopt);
    EXPECT_EQ(TidToLinkMapping::from(TidToLinkMapping::Direction::both, {{0}}).error().code, EINVAL);
}

TEST(TransmitPowerEnvelope, CountsEirpLimitsByWidth) {
    using Tpe = TransmitPowerEnvelope;
    const auto tpe = Tpe::eirp(Tpe::Interpretation::client_eirp, Tpe::Category::subordinate, {46, 46, 48, 48}, 50);
    EXPECT_EQ(encode(*tpe), from_hex("c306 53 2e2e3030 32"));
    EXPECT_EQ(*Tpe::parse(ByteView(encode(*tpe)).subspan(2)), *tpe);
    EXPECT_EQ(Tpe::eirp(Tpe::Interpretation::client_eirp, {}, {}).error().code, EINVAL);
    EXPECT_EQ(Tpe::eirp(Tpe::Interpretation::local_eirp_psd, {}, {1}).error().code, EINVAL);
}

TEST(TransmitPowerEnvelope, PsdLimitsAreForTwentyMegahertzEach) {
    using Tpe = TransmitPowerEnvelope;
    const auto any = Tpe::psd(Tpe::Interpretation::local_eirp_psd, {}, {-2}, true);
    EXPECT_EQ(encode(*any), from_hex("c302 08 fe"));
    const auto twenty = Tpe::psd(Tpe::Interpretation::local_eirp_psd, {}, {-2}, false);
    EXPECT_EQ(encode(*twenty), from_hex("c302 09 fe"));
    const auto wide = Tpe::psd(Tpe::Interpretation::client_eirp_psd, {}, std::vector<std::int8_t>(8, 10), false,
                               std::vector<std::int8_t>(8, 12));
    EXPECT_EQ(encode(*wide), from_hex("c312 1c 0a0a0a0a0a0a0a0a 08 0c0c0c0c0c0c0c0c"));
    for (const auto& tpe : {any, twenty, wide})
        EXPECT_EQ(*Tpe::parse(ByteView(encode(*tpe)).subspan(2)), *tpe);
    EXPECT_EQ(Tpe::psd(Tpe::Interpretation::local_eirp_psd, {}, {1, 2, 3}, false).error().code, EINVAL);
}

TEST(Elements, OctetsBeyondTheKnownOnesAreIgnored) {
    EXPECT_EQ(DsssParameterSet::parse(from_hex("06ff"))->channel, 6);
    EXPECT_EQ(encode(*BssLoad::parse(from_hex("0300800000 99"))), from_hex("0b05 0300800000"));
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
