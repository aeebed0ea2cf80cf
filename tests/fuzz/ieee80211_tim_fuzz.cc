// Any bytes as the body of a TIM: view, value and the smallest form agree.

#include "ieee80211/tim.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView body{data, size};
    const auto view = TimView::parse(body);
    const auto value = Tim::parse(body);
    MLOSIM_INVARIANT(view.has_value() == value.has_value(), "view and value accept the same elements");
    if (!view) return 0;

    Bytes written;
    ByteWriter out{written};
    value->append_to(out);
    MLOSIM_INVARIANT(written.size() <= size + 2 + 1, "the smallest form is no larger (but for the even offset)");
    const auto again = TimView::parse(ByteView(written).subspan(2));
    MLOSIM_INVARIANT(again.has_value(), "what is written is legal");
    MLOSIM_INVARIANT(Tim::parse(ByteView(written).subspan(2)) == *value, "what is written reads the same");

    // The AIDs around both ends of the partial bitmap, and the extremes.
    const auto first = static_cast<unsigned>(8 * view->bitmap_offset());
    const auto last = first + static_cast<unsigned>(8 * view->partial_bitmap().size());
    for (const unsigned aid : {1U, first - 1, first, first + 1, last - 1, last, last + 1, Aid::max}) {
        const auto a = Aid::from(aid);
        if (!a) continue;
        const bool waits = view->traffic_for(*a);
        MLOSIM_INVARIANT(waits == value->traffic_for(*a) && waits == again->traffic_for(*a), "all agree");
    }
    return 0;
}
