#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/multiple_bssid.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "ieee80211/ssid.h"

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
MacAddress mac(const char* text) {
    return *MacAddress::parse(text);
}

/// What an AP MLD says of its AP on another link: the 16 octet form.
TbttInfo affiliated_ap(unsigned link, const char* bssid) {
    TbttInfo info;
    info.tbtt_offset = 0;
    info.bssid = mac(bssid);
    info.short_ssid = 0x04030201;
    info.bss = RnrBssParameters{}.set(RnrBssParameters::same_ssid).set(RnrBssParameters::colocated_ap);
    info.psd_20mhz = -2;
    info.mld = RnrMldParameters{}
                   .set(RnrMldParameters::link_id, link)
                   .set(RnrMldParameters::bss_parameters_change_count, 0xab);
    return info;
}

TEST(ReducedNeighborReport, DescribesAnAffiliatedApInSixteenOctets) {
    NeighborAp neighbor{131, 5, false, {affiliated_ap(2, "02:00:00:00:01:02")}};
    const auto report = ReducedNeighborReport::from({neighbor});
    ASSERT_TRUE(report);
    EXPECT_EQ(encode(*report), from_hex("c914 00 10 83 05 00 020000000102 01020304 42 fe 00b20a"));
    const Bytes bytes = encode(*report);
    const auto view = ReducedNeighborReportView::parse(ByteView(bytes).subspan(2));
    const TbttInfo read = (*view->begin()).tbtt(0);
    EXPECT_EQ(read.mld->link(), LinkId::from(2));
    EXPECT_EQ(read.mld->get(RnrMldParameters::bss_parameters_change_count), 0xabU);
}

TEST(ReducedNeighborReport, EveryFormRoundTrips) {
    const TbttInfo whole = affiliated_ap(1, "02:00:00:00:01:01");
    for (const unsigned length : {1U, 2U, 5U, 6U, 7U, 8U, 9U, 11U, 12U, 13U, 16U}) {
        TbttInfo info;
        info.tbtt_offset = 255;
        if (length >= 7) info.bssid = whole.bssid;
        if (length == 5 || length == 6 || length >= 11) info.short_ssid = whole.short_ssid;
        if (length == 2 || length == 6 || length == 8 || length == 9 || length >= 12) info.bss = whole.bss;
        if (length == 9 || length >= 13) info.psd_20mhz = whole.psd_20mhz;
        if (length == 16) info.mld = whole.mld;
        const auto report = ReducedNeighborReport::from({NeighborAp{81, 6, true, {info, info}}});
        ASSERT_TRUE(report) << length;
        const Bytes bytes = encode(*report);
        EXPECT_EQ(bytes[3], length);
        EXPECT_EQ(*ReducedNeighborReport::parse(ByteView(bytes).subspan(2)), *report) << length;
    }
    TbttInfo mld_only;
    mld_only.mld = whole.mld;
    const auto report = ReducedNeighborReport::from({NeighborAp{81, 6, false, {mld_only}}});
    EXPECT_EQ(encode(*report), from_hex("c907 01 03 51 06 00b10a"));
    EXPECT_EQ(*ReducedNeighborReport::parse(ByteView(encode(*report)).subspan(2)), *report);
}

TEST(ReducedNeighborReport, HoldsOnlyLegalForms) {
    const TbttInfo whole = affiliated_ap(1, "02:00:00:00:01:01");
    TbttInfo other = whole;
    other.mld.reset();
    TbttInfo odd = whole;
    odd.bssid.reset();
    EXPECT_FALSE(ReducedNeighborReport::from({NeighborAp{81, 6, false, {}}}));
    EXPECT_FALSE(ReducedNeighborReport::from({NeighborAp{81, 6, false, {whole, other}}}));
    EXPECT_FALSE(ReducedNeighborReport::from({NeighborAp{81, 6, false, {odd}}}));
    EXPECT_FALSE(ReducedNeighborReport::from({NeighborAp{81, 6, false, std::vector<TbttInfo>(17, whole)}}));
    EXPECT_FALSE(ReducedNeighborReport::from({NeighborAp{81, 6, false, std::vector<TbttInfo>(16, whole)}}))
        << "260 octets";
    EXPECT_TRUE(ReducedNeighborReport::from({NeighborAp{81, 6, false, std::vector<TbttInfo>(15, whole)}}));
}

TEST(ReducedNeighborReport, PassesOverReservedFormsAndReadsLongerOnes) {
    const auto report =
        ReducedNeighborReport::parse(from_hex("000351 01 aabbcc"
                                              "0002510b 0102"
                                              "00125106 00 020000000101 01020304 42 fe 00b10a eeee"));
    ASSERT_TRUE(report);
    ASSERT_EQ(report->neighbors().size(), 2U);
    EXPECT_EQ(report->neighbors()[0].channel, 11);
    EXPECT_EQ(report->neighbors()[1].tbtts[0], affiliated_ap(1, "02:00:00:00:01:01"));
}

TEST(MultipleBssid, DerivesBssidsInsideTheSet) {
    EXPECT_EQ(nontransmitted_bssid(mac("02:00:00:00:01:00"), 3, 1), mac("02:00:00:00:01:01"));
    EXPECT_EQ(nontransmitted_bssid(mac("02:00:00:00:01:fe"), 3, 3), mac("02:00:00:00:01:f9"));
    EXPECT_EQ(nontransmitted_bssid(mac("02:00:00:00:01:ff"), 8, 1), mac("02:00:00:00:01:00"));
}

Bytes profile_of(const char* ssid, std::uint8_t index, const char* more = "") {
    Bytes bytes;
    ByteWriter out{bytes};
    NontransmittedBssidCapability{CapabilityInfo::from_raw(0x0411)}.append_to(out);
    Ssid::from(std::string_view(ssid))->append_to(out);
    MultipleBssidIndex{index, MultipleBssidIndex::Dtim{2, 1}}.append_to(out);
    out.bytes(from_hex(more));
    return bytes;
}

TEST(MultipleBssid, ABeaconStandsForItsWholeSet) {
    Bytes bytes = from_hex("0003613030 010182 30020100 7f0104");
    ByteWriter out{bytes};
    // The second one has no RSN, but an RSNX of its own.
    MultipleBssid::from(2, {profile_of("one", 1), profile_of("two", 2, "f40120 ff04380130 00")})->append_to(out);
    const auto bsses = nontransmitted_bsses(mac("02:00:00:00:01:00"), ElementList{bytes});
    ASSERT_EQ(bsses.size(), 2U);
    EXPECT_EQ(bsses[0].bssid, mac("02:00:00:00:01:01"));
    EXPECT_EQ(bsses[0].capabilities.raw(), 0x0411U);
    EXPECT_EQ(bsses[0].elements, from_hex("0003 6f6e65 010182 30020100 7f0104 5503 010201"));
    EXPECT_EQ(bsses[1].bssid, mac("02:00:00:00:01:02"));
    EXPECT_EQ(bsses[1].elements, from_hex("0003 74776f 010182 7f0104 5503 020201 f40120"));
}

TEST(MultipleBssid, AProfileMayGoOnInTheNextElement) {
    const Bytes whole = profile_of("long", 1, "dd08 0011223344556677");
    const std::size_t cut = whole.size() - 10;
    Bytes bytes;
    ByteWriter out{bytes};
    MultipleBssid::from(3, {Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut))})->append_to(out);
    MultipleBssid::from(3, {Bytes(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end()), profile_of("b", 2)})
        ->append_to(out);
    const auto bsses = nontransmitted_bsses(mac("02:00:00:00:01:00"), ElementList{bytes});
    ASSERT_EQ(bsses.size(), 2U);
    EXPECT_EQ(bsses[0].profile, whole);
    EXPECT_EQ(bsses[1].index, 2);
}

TEST(MultipleBssid, ProfilesWithoutAValidIndexArePassedOver) {
    Bytes bytes;
    ByteWriter out{bytes};
    MultipleBssid::from(2, {profile_of("beyond the set", 4), from_hex("53021104 000161")})->append_to(out);
    EXPECT_TRUE(nontransmitted_bsses(mac("02:00:00:00:01:00"), ElementList{bytes}).empty());
    EXPECT_EQ(MultipleBssid::from(0, {}).error().code, EINVAL);
    EXPECT_EQ(MultipleBssid::from(1, {Bytes(256)}).error().code, EINVAL);
}

// 802.11-2020 11.1.3.8.4
TEST(Inheritance, TheProfileReplacesAddsAndExcludes) {
    const Bytes frame = from_hex("000161 0102 8284 dd020001 dd020002 30020100 ff022301 4703 030000 ff036b0000");
    const Bytes profile = from_hex("000162 dd020009 f40120 ff05 38 0101 0123");
    EXPECT_EQ(inherit(ElementList{frame}, ElementList{profile}), from_hex("000162 dd020009 30020100 f40120"));
}

// cf. cfg80211_gen_new_ie(): in a Multi-Link probe response
TEST(Inheritance, TheMultiLinkElementOfTheProfilesOwnMldIsTakenOver) {
    const Bytes frame = from_hex("000161 ff0b 6b 0002 08 020000000100 03");
    const Bytes profile = from_hex("000162");
    EXPECT_EQ(inherit(ElementList{frame}, ElementList{profile}), from_hex("000162"));
    EXPECT_EQ(inherit(ElementList{frame}, ElementList{profile}, 2), from_hex("000162"));
    EXPECT_EQ(inherit(ElementList{frame}, ElementList{profile}, 3), from_hex("000162 ff0b 6b 0002 08 020000000100 03"));
}

TEST(NonInheritance, ListsIdsAndExtensions) {
    const auto list = NonInheritance::from(from_hex("30"), from_hex("6a6c"));
    EXPECT_EQ(encode(*list), from_hex("ff06 38 0130 026a6c"));
    EXPECT_TRUE(list->lists(element::rsn));
    EXPECT_FALSE(list->lists(element::ssid));
    EXPECT_TRUE(list->lists(element::eht_capabilities));
    EXPECT_EQ(NonInheritance::from(Bytes(252), Bytes(1)).error().code, EINVAL);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
