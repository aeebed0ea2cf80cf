// Two traces, cut out of any bytes: they are compared, or what is no trace is refused. A trace is the same as itself.

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "ctl/trace_diff.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = bytes.find("\n\n");
    const std::string first = bytes.substr(0, cut);
    const std::string second = cut == std::string::npos ? first : bytes.substr(cut + 2);
    mlosim::ctl::TraceDiffOptions options;
    options.prefix = (data[0] & 1U) != 0;
    if ((data[0] & 2U) != 0) options.ignored = {"a/b", "x.y"};
    options.context = data[0] >> 4U;
    std::istringstream a(first);
    std::istringstream b(second);
    const auto compared = mlosim::ctl::compare_traces(a, b, options);
    if (!compared) return 0;
    if (first == second && compared->difference) std::abort();
    if (compared->difference && !compared->difference->first && !compared->difference->second) std::abort();
    return 0;
}
