// Any bytes as the body of EHT Capabilities after any HE PHY capabilities, from an access point and from a station, and
// as the body of EHT Operation.

#include <algorithm>

#include "../unit/ieee80211/round_trip.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;
using testing::RoundTrip;

namespace {
void check(ElementType type, ByteView body, const EhtContext& context) {
    Bytes encoded;
    ByteWriter out{encoded};
    write_element(out, type, body);
    ByteView rest = encoded;
    const auto e = ElementView::take(rest, Nesting::elements);
    MLOSIM_INVARIANT(e && rest.empty(), "a body of any size makes one element");
    MLOSIM_INVARIANT(testing::round_trip(*e, context) != RoundTrip::differs, "what is written reads the same");
}
}  // namespace

// Input: one byte of options, the HE PHY capabilities that say which MCS maps follow, the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t he_phy_size = HePhyCapabilities::size;
    if (size < 1 + he_phy_size) return 0;
    std::array<std::uint8_t, he_phy_size> octets{};
    std::copy_n(data + 1, he_phy_size, octets.begin());
    const EhtContext context{HePhyCapabilities{octets}, (data[0] & 1U) != 0};
    const ByteView body{data + 1 + he_phy_size, size - 1 - he_phy_size};
    check(element::eht_capabilities, body, context);
    check(element::eht_operation, body, context);
    return 0;
}
