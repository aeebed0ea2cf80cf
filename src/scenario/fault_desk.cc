#include "scenario/fault_desk.h"

#include "mld/chip_inspection.h"
#include "mt7925/host/inspection.h"
#include "phy/frame_fault.h"

namespace mlosim::scenario {

bool is_air_rule(std::string_view rule) {
    return phy::is_frame_rule(rule);
}

Result<void> check_fault_rule(std::string_view rule) {
    if (!is_air_rule(rule)) return mt7925::host::check_fault(rule);
    const auto read = phy::parse_frame_rule(rule);
    if (!read) return fail(read.error());
    return {};
}

/// Those of a radio or group; of all radios that have one.
Result<std::vector<sim::FaultTarget*>> FaultDesk::chips(const std::optional<std::string>& radio) const {
    std::vector<sim::FaultTarget*> out;
    if (!radio) {
        for (const mld::RadioIndex one : cast_.directory().with_chip())
            out.push_back(cast_.directory().chip(one));
    } else {
        for (const mld::RadioIndex one : cast_.all_radios(*radio)) {
            mld::ChipInspection* chip = cast_.directory().chip(one);
            if (chip == nullptr) return fail(EOPNOTSUPP, *radio + " has no chip");
            out.push_back(chip);
        }
    }
    if (out.empty()) return fail(ENODEV, radio ? *radio + " is no longer there" : "no radio here has a chip");
    return out;
}

Result<void> FaultDesk::add(const FaultPlan& plan) {
    for (const std::string& rule : plan.rules) {
        std::vector<sim::FaultTarget*> targets{&air_};
        if (!is_air_rule(rule)) {
            auto found = chips(plan.radio);
            if (!found) return fail(std::move(found.error()));
            targets = std::move(*found);
        }
        for (sim::FaultTarget* target : targets)
            if (const auto added = target->add_fault(rule); !added) return fail(added.error());
    }
    return {};
}

Result<void> FaultDesk::clear(const std::optional<std::string>& radio) {
    if (!radio) air_.clear_faults();
    auto targets = chips(radio);
    if (!targets && radio) return fail(std::move(targets.error()));
    if (targets)
        for (sim::FaultTarget* target : *targets)
            target->clear_faults();
    return {};
}

}  // namespace mlosim::scenario
