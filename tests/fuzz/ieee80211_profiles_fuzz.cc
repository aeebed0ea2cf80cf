// Any bytes as the elements of a frame: sorted, and taken apart into the BSSs that they describe.

#include "ieee80211/element_builder.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/multiple_bssid.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const ElementList elements{ByteView(data + 1, size - 1)};

    // Sorting loses nothing: sorted twice is sorted once.
    const Bytes once = ElementBuilder{}.add(elements).build();
    MLOSIM_INVARIANT(ElementBuilder{}.add(ElementList{once}).build() == once, "the standard's order is one order");

    for (const NontransmittedBss& bss : nontransmitted_bsses(MacAddress{}, elements)) {
        MLOSIM_INVARIANT(ElementList{bss.elements}.complete(), "inheriting yields whole elements");
    }

    // The first octet says where the frame ends and a profile begins.
    const std::size_t frame_size = data[0] * (size - 1) / 256;
    const ElementList frame{elements.bytes().first(frame_size)};
    const ElementList profile{elements.bytes().subspan(frame_size)};
    MLOSIM_INVARIANT(ElementList{inherit(frame, profile, data[0])}.complete(), "inheriting yields whole elements");
    return 0;
}
