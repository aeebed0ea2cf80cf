// Any bytes as the body of a TID-To-Link Mapping element, and as the elements of a frame that has several.

#include "../unit/ieee80211/round_trip.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;
using testing::RoundTrip;

namespace {
void check(const TidToLinkMapping& mapping) {
    TidToLinkMapping::LinkMasks masks;
    for (unsigned tid = 0; tid < TidToLinkMapping::tids; ++tid) {
        masks[tid] = mapping.links(tid);
        MLOSIM_INVARIANT(!masks[tid] || *masks[tid] != 0, "a TID that is mapped has a link");
        MLOSIM_INVARIANT(!mapping.is_default() || masks[tid].has_value(), "the default mapping maps all");
    }
    MLOSIM_INVARIANT(mapping.expected_duration().value_or(0) <= TidToLinkMapping::max_expected_duration,
                     "a duration has 24 bits");
    if (mapping.is_default()) return;
    const auto again = TidToLinkMapping::from(mapping.direction(), masks);
    MLOSIM_INVARIANT(again.has_value(), "what was read could be said");
    for (unsigned tid = 0; tid < TidToLinkMapping::tids; ++tid)
        MLOSIM_INVARIANT(again->links(tid) == masks[tid], "and says the same");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes{data, size};
    if (const auto mapping = TidToLinkMapping::parse(bytes)) check(*mapping);
    Bytes encoded;
    ByteWriter out{encoded};
    write_element(out, element::tid_to_link_mapping, bytes);
    ByteView rest = encoded;
    const auto e = ElementView::take(rest, Nesting::elements);
    MLOSIM_INVARIANT(e && rest.empty(), "a body of any size makes one element");
    MLOSIM_INVARIANT(testing::round_trip(*e, {}) != RoundTrip::differs, "what is written reads the same");
    for (const ElementView& element : ElementList(bytes)) {
        if (element.type() != element::tid_to_link_mapping) continue;
        if (const auto mapping = TidToLinkMapping::parse(ElementBody(element))) check(*mapping);
    }
    return 0;
}
