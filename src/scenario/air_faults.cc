#include "scenario/air_faults.h"

namespace mlosim::scenario {

Result<std::uint32_t> AirFaults::add_fault(std::string_view text) {
    auto rule = phy::parse_frame_rule(text);
    if (!rule) return fail(std::move(rule.error()));
    for (const std::string& name : {rule->match.from, rule->match.to})
        if (!name.empty() && !is_radio_(name)) return fail(EINVAL, "\"" + name + "\" is no radio");
    return medium_.rules().add(std::move(*rule));
}

Result<void> AirFaults::remove_fault(std::uint32_t id) {
    if (!medium_.rules().remove(id)) return fail(ENOENT, "no such fault, or it is used up");
    return {};
}

std::vector<AirFaults::Fault> AirFaults::faults() const {
    std::vector<Fault> out;
    for (const phy::FrameRules::Entry& entry : medium_.rules().all())
        if (entry.acted < entry.rule.times) out.push_back({entry.id, phy::to_text(entry.rule), entry.acted});
    return out;
}

}  // namespace mlosim::scenario
