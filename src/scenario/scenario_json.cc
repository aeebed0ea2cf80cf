#include "scenario/scenario_json.h"

#include "scenario/detail/fields.h"
#include "scenario/detail/json_text.h"
#include "scenario/detail/overrides.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario {

using detail::Fields;
using detail::Json;

ScenarioResult parse_scenario(std::string_view json, const std::vector<Override>& overrides) {
    Mistakes mistakes;
    Json document = detail::read_json(json, mistakes);
    if (document.is_null() && !mistakes.empty()) return tl::unexpected(std::move(mistakes));
    for (const Override& change : overrides)
        detail::apply(change, document, mistakes);

    Scenario out;
    {
        Fields top(document, detail::Pointer{}, mistakes);
        detail::read_world(top, out);
        detail::read_profiles(top, out);
        detail::read_radios(top, out);
        detail::read_networks(top, out);
        detail::read_stations(top, out);
        detail::read_processes(top, out);
        detail::read_guests(top, out);
        detail::read_steps(top, out);
        detail::read_faults(top, out.faults);
        detail::read_expectations(top, out.expectations);
        detail::read_with_fault(top, out);
        detail::read_random_faults(top, out);
    }
    detail::check(out, mistakes);
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return out;
}

}  // namespace mlosim::scenario
