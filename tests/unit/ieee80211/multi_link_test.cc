#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/priority_access_multi_link.h"
#include "ieee80211/probe_request_multi_link.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "ieee80211/tdls_multi_link.h"

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

/// Written and read again, as a receiver does: through the element list, fragments joined.
template <class E>
E again(const E& e) {
    const Bytes bytes = encode(e);
    return *E::parse(ElementBody(*ElementList{bytes}.begin()));
}

MacAddress mac(const char* text) {
    return *MacAddress::parse(text);
}
LinkId link(unsigned id) {
    return *LinkId::from(id);
}

/// The Multi-Link element of the first captured frame that `wanted` accepts, with the frame it stands in.
template <class Wanted>
Bytes captured_multi_link(MultiLinkVariant variant, const Wanted& wanted) {
    for (const CapturedFrame& captured : captured_frames()) {
        const auto frame = FrameView::parse(captured.octets);
        std::size_t fixed = 0;
        if (frame->frame_control().is(ManagementSubtype::beacon)) fixed = BeaconBody::fixed_size;
        if (frame->frame_control().is(ManagementSubtype::association_request)) fixed = 4;
        const ElementList elements{frame->body().subspan(fixed)};
        const auto e = find_multi_link(elements, variant);
        if (!e || !wanted(*frame)) continue;
        const ElementBody body{*e};
        return {body.bytes().begin(), body.bytes().end()};
    }
    ADD_FAILURE() << "no captured frame has such an element";
    return {};
}

TEST(BasicMultiLink, ReadsABeaconOfHostapd) {
    const Bytes body = captured_multi_link(MultiLinkVariant::basic, [](const FrameView& frame) {
        return frame.frame_control().is(ManagementSubtype::beacon);
    });
    const auto view = BasicMultiLinkView::parse(body);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->mld_addr(), mac("02:00:00:00:01:00"));
    EXPECT_EQ(view->link_id(), link(0));
    EXPECT_TRUE(view->bss_parameters_change_count());
    EXPECT_FALSE(view->medium_sync_delay());
    EXPECT_TRUE(view->eml()->has(EmlCapabilities::emlsr));
    EXPECT_TRUE(view->mld_capabilities());
    EXPECT_EQ(view->profiles().begin(), view->profiles().end()) << "a beacon describes no other link";
}

TEST(BasicMultiLink, ReadsAnAssociationRequestOfWpaSupplicant) {
    const Bytes body = captured_multi_link(MultiLinkVariant::basic, [](const FrameView& frame) {
        return frame.frame_control().is(ManagementSubtype::association_request);
    });
    const auto view = BasicMultiLinkView::parse(body);
    ASSERT_TRUE(view);
    EXPECT_FALSE(view->link_id());
    std::vector<LinkId> links;
    for (const BasicPerStaProfileView& profile : view->profiles()) {
        links.push_back(profile.link());
        EXPECT_TRUE(profile.complete());
        EXPECT_TRUE(profile.sta_addr());
        EXPECT_FALSE(profile.beacon_interval());
        EXPECT_TRUE(ElementList{profile.profile().subspan(CapabilityInfo::size)}.complete());
    }
    EXPECT_FALSE(links.empty());
    EXPECT_FALSE(view->profile(link(14)));
    EXPECT_EQ(view->profile(links.back())->link(), links.back());
}

BasicMultiLink full_element() {
    BasicMultiLink ml;
    ml.mld_addr = mac("02:00:00:00:01:00");
    ml.link_id = link(2);
    ml.bss_parameters_change_count = 7;
    ml.medium_sync_delay = MediumSyncDelay::from_raw(0x10ac);
    ml.eml = EmlCapabilities{}.set(EmlCapabilities::emlsr).set(EmlCapabilities::transition_timeout, 3);
    ml.mld_capabilities = MldCapabilities{}.set(MldCapabilities::max_simultaneous_links_minus_1, 2);
    ml.ap_mld_id = 0;
    ml.extended_mld_capabilities = ExtendedMldCapabilities{}.set(ExtendedMldCapabilities::recommended_max_links, 3);
    return ml;
}

BasicPerStaProfile full_profile(unsigned id, std::size_t size) {
    BasicPerStaProfile profile;
    profile.link = link(id);
    profile.complete = true;
    profile.sta_addr = mac("02:00:00:00:01:01");
    profile.beacon_interval = 100;
    profile.tsf_offset = -5;
    profile.dtim = DtimInfo{1, 2};
    profile.nstr_links = 0x2;
    profile.bss_parameters_change_count = 9;
    profile.profile.resize(size);
    std::iota(profile.profile.begin(), profile.profile.end(), std::uint8_t{0});
    return profile;
}

TEST(BasicMultiLink, EveryPartOfCommonInfoHasItsPlace) {
    EXPECT_EQ(encode(full_element()), from_hex("ff15 6b f007 12 020000000100 02 07 ac10 0118 0200 00 0600"));
    EXPECT_EQ(again(full_element()), full_element());
    // Each part alone stands right after the address.
    BasicMultiLink only;
    only.ap_mld_id = 5;
    EXPECT_EQ(encode(only), from_hex("ff0b 6b 0002 08 000000000000 05"));
}

TEST(BasicMultiLink, EveryPartOfStaInfoHasItsPlace) {
    BasicMultiLink ml;
    ml.profiles = {full_profile(1, 2)};
    EXPECT_EQ(encode(ml), from_hex("ff25 6b 0000 07 000000000000"
                                   "0019 f10b 15 020000000101 6400 fbffffffffffffff 0102 02 09 0001"));
    EXPECT_EQ(again(ml), ml);
    ml.profiles[0].nstr_links = 0x4001;
    EXPECT_EQ(again(ml), ml);
}

TEST(BasicMultiLink, OnlyCompleteProfilesCarryTheNstrBitmap) {
    BasicMultiLink ml;
    ml.profiles = {full_profile(1, 0)};
    ml.profiles[0].complete = false;
    EXPECT_FALSE(again(ml).profiles[0].nstr_links);
}

TEST(BasicMultiLink, LargeProfilesFragmentInsideAFragmentedElement) {
    BasicMultiLink ml = full_element();
    for (const std::size_t size : {231U, 232U, 233U, 255U, 256U, 300U, 510U, 700U}) {
        ml.profiles = {full_profile(0, size), full_profile(1, 10), full_profile(3, size)};
        const Bytes bytes = encode(ml);
        EXPECT_TRUE(ElementList::parse(bytes));
        EXPECT_EQ(again(ml), ml) << size;
        const ElementBody body{*ElementList{bytes}.begin()};
        const auto view = BasicMultiLinkView::parse(body);
        ASSERT_TRUE(view);
        EXPECT_TRUE(std::ranges::equal(view->profile(link(3))->profile(), ml.profiles[2].profile)) << size;
    }
}

TEST(BasicMultiLink, KeepsSubelementsThatItDoesNotKnow) {
    const auto ml = BasicMultiLink::parse(from_hex("000007 020000000100 dd03010203 0003 010001 fe0101"));
    ASSERT_TRUE(ml);
    EXPECT_EQ(ml->profiles.size(), 1U);
    EXPECT_EQ(ml->other_subelements, from_hex("dd03010203")) << "but no fragment that continues nothing";
    EXPECT_EQ(again(*ml), *ml);
}

TEST(BasicMultiLink, UnknownPartsAtTheEndOfTheInfosAreSkipped) {
    const auto ml = BasicMultiLink::parse(from_hex("008009 020000000100 ffff 0006 0110 03 eeee 77"));
    ASSERT_TRUE(ml);
    EXPECT_EQ(ml->mld_addr, mac("02:00:00:00:01:00"));
    EXPECT_EQ(ml->profiles.at(0).profile, from_hex("77"));
}

TEST(ProbeRequestMultiLink, AsksForLinks) {
    ProbeRequestMultiLink ml;
    EXPECT_EQ(encode(ml), from_hex("ff04 6b 0100 01"));
    ml.ap_mld_id = 0;
    ml.profiles = {{link(1), true, {}}, {link(2), false, from_hex("0a0130")}};
    EXPECT_EQ(encode(ml), from_hex("ff10 6b 1100 02 00 0002 1100 0005 0200 0a0130"));
    EXPECT_EQ(again(ml), ml);
    ml.profiles.clear();
    ml.mld_addr = mac("02:00:00:00:01:00");
    EXPECT_EQ(encode(ml), from_hex("ff0b 6b 3100 08 00 020000000100"));
    EXPECT_EQ(again(ml), ml);
}

TEST(ReconfigurationMultiLink, AnnouncesThatAnApGoes) {
    ReconfigurationMultiLink ml;
    ReconfigurationPerStaProfile profile;
    profile.link = link(1);
    profile.ap_removal_timer = 5;
    ml.profiles = {profile};
    EXPECT_EQ(encode(ml), from_hex("ff0b 6b 0200 01 0005 4100 03 0500"));
    EXPECT_EQ(again(ml), ml);
}

TEST(ReconfigurationMultiLink, AddsALink) {
    ReconfigurationMultiLink ml;
    ml.mld_addr = mac("02:00:00:00:00:00");
    ml.eml = EmlCapabilities::from_raw(1);
    ml.mld_capabilities = MldCapabilities::from_raw(2);
    ml.extended_mld_capabilities = ExtendedMldCapabilities::from_raw(3);
    ReconfigurationPerStaProfile profile;
    profile.link = link(2);
    profile.complete = true;
    profile.operation = ReconfigurationOperation::add_link;
    profile.sta_addr = mac("02:00:00:00:00:02");
    profile.operation_parameters = 0x0102;
    profile.nstr_links = 0x1;
    profile.profile = from_hex("3104");
    ml.profiles = {profile};
    EXPECT_EQ(encode(ml), from_hex("ff20 6b f200 0d 020000000000 0100 0200 0300"
                                   "000e 3229 0a 020000000002 0201 01 3104"));
    EXPECT_EQ(again(ml), ml);
}

TEST(TdlsMultiLink, NamesTheApMld) {
    const TdlsMultiLink ml{mac("02:00:00:00:01:00"), {}};
    EXPECT_EQ(encode(ml), from_hex("ff0a 6b 0300 07 020000000100"));
    EXPECT_EQ(again(ml), ml);
}

TEST(PriorityAccessMultiLink, GivesEachLinkItsParameters) {
    PriorityAccessMultiLink ml;
    ml.ap_mld_addr = mac("02:00:00:00:01:00");
    ml.profiles = {{link(0), from_hex("0c00")}, {link(5), {}}};
    EXPECT_EQ(encode(ml), from_hex("ff14 6b 1400 07 020000000100 0004 0000 0c00 0002 0500"));
    EXPECT_EQ(again(ml), ml);
}

TEST(FindMultiLink, LooksAtTheVariant) {
    Bytes bytes = encode(ProbeRequestMultiLink{});
    const Bytes basic = encode(full_element());
    bytes.insert(bytes.end(), basic.begin(), basic.end());
    const ElementList list{bytes};
    EXPECT_TRUE(std::ranges::equal(find_multi_link(list, MultiLinkVariant::basic)->encoded(), basic));
    EXPECT_FALSE(find_multi_link(list, MultiLinkVariant::tdls));
}

TEST(LinkId, FifteenIsNone) {
    EXPECT_FALSE(LinkId::from(15));
    EXPECT_EQ(link(14).bit(), 0x4000);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
