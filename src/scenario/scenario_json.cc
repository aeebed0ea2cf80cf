#include "scenario/scenario_json.h"

#include <algorithm>

#include "scenario/detail/fields.h"
#include "scenario/detail/json_text.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario {

namespace {

using detail::Fields;
using detail::Json;

void apply(const Override& change, Json& document, Mistakes& mistakes) {
    const auto refuse = [&](std::string allowed) {
        mistakes.push_back(
            {"--set " + detail::in_quotes(change.pointer), detail::in_quotes(change.value), std::move(allowed)});
    };
    Json value = Json::parse(change.value, nullptr, false, true);
    if (value.is_discarded()) value = change.value;
    try {
        const Json::json_pointer pointer(change.pointer);
        if (pointer.empty()) return refuse("a JSON pointer to one value, like /radios/0/tx_power_dbm");
        // A list that is not there yet is an empty one.
        if (pointer.back() == "-" && !document.contains(pointer.parent_pointer()) &&
            document.contains(pointer.parent_pointer().parent_pointer()))
            document[pointer.parent_pointer()] = Json::array();
        if (!document.contains(pointer.parent_pointer())) return refuse("a place in a value that the scenario has");
        const Json& parent = document.at(pointer.parent_pointer());
        if (!parent.is_structured()) return refuse("a place in an object or a list");
        document[pointer] = std::move(value);
    } catch (const Json::exception&) {  // a malformed pointer, or an index that is none
        refuse("a JSON pointer, like /radios/0/tx_power_dbm");
    }
}

}  // namespace

ScenarioResult parse_scenario(std::string_view json, const std::vector<Override>& overrides) {
    Mistakes mistakes;
    Json document = detail::read_json(json, mistakes);
    if (document.is_null() && !mistakes.empty()) return tl::unexpected(std::move(mistakes));
    for (const Override& change : overrides)
        apply(change, document, mistakes);

    Scenario out;
    {
        Fields top(document, detail::Pointer{}, mistakes);
        detail::read_world(top, out);
        detail::read_profiles(top, out);
        detail::read_radios(top, out);
        detail::read_networks(top, out);
        detail::read_stations(top, out);
        detail::read_steps(top, out);
        detail::read_faults(top, out.faults);
        detail::read_expectations(top, out.expectations);
        detail::read_with_fault(top, out);
    }
    detail::check(out, mistakes);
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return out;
}

}  // namespace mlosim::scenario
