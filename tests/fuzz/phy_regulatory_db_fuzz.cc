// regulatory.db files: whatever is read can be asked, intersected and applied, and is the same after being written and
// read again.
#include <cstdlib>
#include <vector>

#include "phy/channel_constraints.h"
#include "phy/regulatory_db.h"

using namespace mlosim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto database = phy::RegulatoryDatabase::parse({data, size});
    if (!database) return 0;
    std::vector<phy::RadioChannel> channels;
    for (phy::Band band : {phy::Band::s1g, phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6}) {
        for (const phy::Channel& c : phy::channels(band))
            channels.push_back(phy::RadioChannel::make(c));
    }
    std::size_t asked = 0;
    for (const phy::RegulatoryDomain& domain : database->domains()) {
        if (++asked > 4) break;  // a file may name one domain a thousand times
        phy::apply_domain(domain, channels);
        if (const auto both = phy::intersect(domain, database->domains().front());
            both && !both->valid() && both->rules.size() <= 128) {
            std::abort();
        }
    }
    const auto written = database->serialize();
    if (!written) return 0;
    const auto again = phy::RegulatoryDatabase::parse(*written);
    if (!again || again->domains() != database->domains()) std::abort();
    return 0;
}
