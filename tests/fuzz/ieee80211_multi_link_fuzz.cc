// Any bytes as the body of a Multi-Link element of any variant.

#include "../unit/ieee80211/round_trip.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;
using testing::RoundTrip;

namespace {
/// The same profile by the view's accessors and by the value.
void check_view(ByteView body) {
    const auto view = BasicMultiLinkView::parse(body);
    const auto value = BasicMultiLink::parse(body);
    MLOSIM_INVARIANT(view.has_value() == value.has_value(), "view and value accept the same elements");
    if (!view) return;
    std::size_t i = 0;
    for (const BasicPerStaProfileView& profile : view->profiles()) {
        MLOSIM_INVARIANT(i < value->profiles.size() && profile.value() == value->profiles[i], "the profiles are alike");
        MLOSIM_INVARIANT(view->profile(profile.link()).has_value(), "a profile is found by its link");
        ++i;
    }
    MLOSIM_INVARIANT(i == value->profiles.size(), "both see every profile");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView body{data, size};
    check_view(body);
    Bytes encoded;
    encoded.reserve(size + 16);
    ByteWriter out{encoded};
    write_element(out, element::multi_link, body);
    ByteView rest = encoded;
    const auto e = ElementView::take(rest, Nesting::elements);
    MLOSIM_INVARIANT(e && rest.empty(), "a body of any size makes one element");
    MLOSIM_INVARIANT(testing::round_trip(*e, {}) != RoundTrip::differs, "what is written reads the same");
    return 0;
}
