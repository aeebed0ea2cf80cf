// Any bytes as the body of a Reduced Neighbor Report.

#include "ieee80211/reduced_neighbor_report.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView body{data, size};
    const auto view = ReducedNeighborReportView::parse(body);
    const auto value = ReducedNeighborReport::parse(body);
    if (!view) {
        MLOSIM_INVARIANT(!value, "the value accepts nothing that the view refuses");
        return 0;
    }
    for (const NeighborApView& neighbor : *view) {
        for (std::size_t i = 0; i < neighbor.count(); ++i)
            (void)neighbor.tbtt(i);
    }
    MLOSIM_INVARIANT(value.has_value() || size > 255, "what the view accepts makes a value, if an element can hold it");
    if (!value) return 0;

    Bytes written;
    ByteWriter out{written};
    value->append_to(out);
    const auto again = ReducedNeighborReport::parse(ByteView(written).subspan(2));
    MLOSIM_INVARIANT(again && *again == *value, "what is written reads the same");
    return 0;
}
