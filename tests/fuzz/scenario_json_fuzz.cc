// Whatever stands in a scenario: it is read, or its mistakes are told, each on one line of ASCII.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenario/scenario_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto scenario = mlosim::scenario::parse_scenario(text);
    if (scenario) return 0;
    if (scenario.error().empty()) std::abort();
    for (const mlosim::scenario::Mistake& mistake : scenario.error())
        for (const char c : mistake.to_string())
            if (c == '\n' || c == '\0') std::abort();
    return 0;
}
