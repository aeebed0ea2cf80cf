#include "captured_frames.h"

#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "round_trip.h"

namespace mlosim::ieee80211::testing {
namespace {

struct Tally {
    unsigned same_bytes = 0;
    unsigned unknown = 0;
    unsigned total = 0;
};

/// The elements of a management frame, and whether an AP sent it.
std::optional<ElementList> elements_of(const FrameView& frame) {
    switch (static_cast<ManagementSubtype>(frame.frame_control().subtype())) {
        case ManagementSubtype::beacon:
        case ManagementSubtype::probe_response:
            return BeaconBody::parse(frame.body())->elements;
        case ManagementSubtype::probe_request:
            return ProbeRequestBody::parse(frame.body())->elements;
        case ManagementSubtype::association_request:
            return AssociationRequestBody::parse(frame.body())->elements;
        case ManagementSubtype::reassociation_request:
            return ReassociationRequestBody::parse(frame.body())->elements;
        case ManagementSubtype::association_response:
        case ManagementSubtype::reassociation_response:
            return AssociationResponseBody::parse(frame.body())->elements;
        case ManagementSubtype::deauthentication:
        case ManagementSubtype::disassociation:
            return DeauthenticationBody::parse(frame.body())->elements;
        default:
            return std::nullopt;
    }
}

/// Octets before the elements of a complete STA Profile: as in the frame, less what the STA Info already says.
std::size_t profile_fixed_size(FrameControl fc) {
    const bool response =
        fc.is(ManagementSubtype::association_response) || fc.is(ManagementSubtype::reassociation_response);
    return response ? 4 : 2;
}

void count(const ElementList& elements, const FrameView& frame, const std::string& where,
           std::map<ElementType, Tally>& tally) {
    EXPECT_TRUE(elements.complete()) << where;
    const bool from_ap = frame.source() == frame.bssid();
    for (const ElementView& e : elements) {
        const RoundTrip result = round_trip(e, eht_context(elements, from_ap));
        Tally& t = tally[e.type()];
        ++t.total;
        if (result == RoundTrip::same_bytes) ++t.same_bytes;
        if (result == RoundTrip::unknown) ++t.unknown;
        if (result == RoundTrip::same_value)
            std::cout << where << ": written otherwise: " << +e.type().id << '/' << +e.type().extension << '\n';
        EXPECT_NE(result, RoundTrip::malformed) << where << ", element " << +e.type().id << '/' << +e.type().extension;
        EXPECT_NE(result, RoundTrip::differs) << where << ", element " << +e.type().id << '/' << +e.type().extension;
        if (e.type() != element::multi_link) continue;

        const ElementBody body{e};
        const auto multi_link = BasicMultiLinkView::parse(body);
        if (!multi_link) continue;
        for (const BasicPerStaProfileView& profile : multi_link->profiles()) {
            if (!profile.complete()) continue;
            const std::size_t fixed = profile_fixed_size(frame.frame_control());
            if (profile.profile().empty()) continue;  // hostapd leaves out what it says of a link that it refuses
            ASSERT_GE(profile.profile().size(), fixed) << where;
            const ElementList inner{profile.profile().subspan(fixed)};
            count(inner, frame, where + ", link " + std::to_string(profile.link().value()), tally);
        }
    }
}

TEST(CapturedFrames, EveryElementIsWrittenAsItWasRead) {
    std::map<ElementType, Tally> tally;
    for (const CapturedFrame& captured : captured_frames()) {
        const auto frame = FrameView::parse(captured.octets);
        ASSERT_TRUE(frame) << captured.where;
        if (const auto elements = elements_of(*frame)) count(*elements, *frame, captured.where, tally);
    }
    // What nobody here has a use for, yet must be able to pass on: S1G and UHR Capabilities, and what is vendor
    // specific but not WMM.
    const std::set<ElementType> opaque = {element::s1g_capabilities, element::vendor_specific,
                                          ElementType::extended(152)};
    Tally all;
    for (const auto& [type, t] : tally) {
        EXPECT_TRUE(t.unknown == 0 || opaque.contains(type)) << "no parser for " << +type.id << '/' << +type.extension;
        all.same_bytes += t.same_bytes;
        all.unknown += t.unknown;
        all.total += t.total;
    }
    std::cout << all.same_bytes << " of " << all.total << " elements (" << tally.size() << " kinds) of "
              << captured_frames().size() << " frames come back byte for byte, " << all.unknown << " have no parser\n";
    EXPECT_EQ(all.same_bytes + all.unknown, all.total);
    EXPECT_GT(all.same_bytes, 1500U);
}

TEST(CapturedFrames, EveryHeaderIsWrittenAsItWasRead) {
    for (const CapturedFrame& captured : captured_frames()) {
        const auto header = FrameHeader::parse(captured.octets);
        ASSERT_TRUE(header) << captured.where;
        Bytes written;
        ByteWriter out{written};
        header->append_to(out);
        out.bytes(FrameView::parse(captured.octets)->body());
        EXPECT_EQ(written, captured.octets) << captured.where;
    }
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
