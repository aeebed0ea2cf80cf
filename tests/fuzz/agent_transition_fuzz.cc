// Any bytes as a BSS transition management request: what is read is listed in the order of preference, nobody excluded
// among them.

#include <algorithm>

#include "agent/transition_request.h"
#include "sim/invariant.h"

using namespace mlosim::agent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto request = TransitionRequest::parse({data, size});
    if (!request) return 0;
    const auto& neighbors = request->neighbors;
    MLOSIM_INVARIANT(std::is_sorted(neighbors.begin(), neighbors.end(),
                                    [](const auto& a, const auto& b) { return a.preference > b.preference; }),
                     "the best come first");
    MLOSIM_INVARIANT(std::none_of(neighbors.begin(), neighbors.end(), [](const auto& n) { return n.preference == 0; }),
                     "who is excluded is not listed");
    return 0;
}
