// Any bytes as the body of a Multi-Link Traffic Indication element, read beside a TIM.

#include "../unit/ieee80211/round_trip.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t tim_size = 12;
    const std::size_t first = std::min(size, tim_size);
    const auto tim = TimView::parse({data, first});
    const auto indication = MultiLinkTrafficIndication::parse({data + first, size - first});
    if (!indication) return 0;
    MLOSIM_INVARIANT(indication->links() >= 1 && indication->links() <= MultiLinkTrafficIndication::most_links,
                     "a bitmap has 1 to 16 bits");
    Bytes written;
    ByteWriter out(written);
    indication->append_to(out);
    ByteView rest = written;
    const auto element = ElementView::take(rest, Nesting::elements);
    MLOSIM_INVARIANT(element && rest.empty(), "it is one element");
    const auto again = MultiLinkTrafficIndication::parse(ElementBody(*element));
    MLOSIM_INVARIANT(again && *again == *indication, "what is written reads the same");
    if (!tim) return 0;
    for (unsigned aid = 1; aid <= Aid::max; aid += 7) {
        const std::uint16_t links = indication->links_of(*Aid::from(aid), *tim);
        MLOSIM_INVARIANT(links == 0 || tim->traffic_for(*Aid::from(aid)), "only for whom something waits");
    }
    return 0;
}
