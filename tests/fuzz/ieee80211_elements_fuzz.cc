// Any bytes as the elements of a frame: each through its parser, what is accepted must read the same after it was
// written.

#include "../unit/ieee80211/round_trip.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;
using testing::RoundTrip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest_frame = 1024;  // longer lists only repeat themselves, and cost time
    if (size == 0 || size > longest_frame) return 0;
    const bool from_ap = (data[0] & 1U) != 0;
    const ElementList elements{ByteView(data + 1, size - 1)};
    const EhtContext context = testing::eht_context(elements, from_ap);
    for (const ElementView& e : elements) {
        MLOSIM_INVARIANT(testing::round_trip(e, context) != RoundTrip::differs, "what is written reads the same");
    }
    return 0;
}
