#pragma once

#include "scenario/air_faults.h"
#include "scenario/cast.h"
#include "scenario/fault_plan.h"
#include "sim/fault_target.h"

namespace mlosim::scenario {

/// Takes what shall go wrong to where it goes wrong.
class FaultDesk {
public:
    /// Both must outlive it.
    FaultDesk(AirFaults& air, const Cast& cast) : air_(air), cast_(cast) {}

    /// The first error; what came before it is in force.
    Result<void> add(const FaultPlan& plan);
    /// All of that radio's, or of the air and everybody.
    Result<void> clear(const std::optional<std::string>& radio);

private:
    [[nodiscard]] Result<std::vector<sim::FaultTarget*>> chips(const std::optional<std::string>& radio) const;

    AirFaults& air_;
    const Cast& cast_;
};

/// Whether `rule` is one of the air, and whether what it says can be understood: by the air, or by a chip of that name.
[[nodiscard]] bool is_air_rule(std::string_view rule);
[[nodiscard]] Result<void> check_fault_rule(std::string_view rule);

}  // namespace mlosim::scenario
