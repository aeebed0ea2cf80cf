// What lies in the results of campaigns, and what programs print: it is read or refused. What was read is written
// again, and that is read as the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ctl/run/campaign.h"
#include "ctl/run/results.h"
#include "ctl/run/signature.h"
#include "ctl/run/summary.h"

using namespace mlosim::ctl::run;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto records = parse_results(text)) {
        std::string again;
        for (const Record& record : *records)
            again += to_line(record);
        const auto back = parse_results(again);
        if (!back || back->size() != records->size()) std::abort();
        std::string third;
        for (const Record& record : *back)
            third += to_line(record);
        if (third != again) std::abort();
    }
    if (const auto read = Campaign::parse(text)) {
        const std::string again = read->campaign.manifest(read->shard);
        const auto back = Campaign::parse(again);
        if (!back || back->campaign.manifest(back->shard) != again) std::abort();
    }
    const auto failures = failures_in(text);
    if (signature_of({1, false, "", text}, failures).empty()) std::abort();
    (void)value_in_last_line(text, "trace_hash");
    (void)Seeds::parse(text);
    (void)axes_of({text}, true);
    (void)parse_shard(text);
    return 0;
}
