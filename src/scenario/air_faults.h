#pragma once

#include <functional>

#include "phy/faulty_medium.h"
#include "sim/fault_target.h"

namespace mlosim::scenario {

/// The rules of a medium, for those who make things go wrong by text.
class AirFaults final : public sim::FaultTarget {
public:
    /// Whether there is a radio of that name, which a rule's "from" and "to" may be.
    using IsRadio = std::function<bool(const std::string& name)>;

    /// `medium` must outlive it.
    AirFaults(phy::FaultyMedium& medium, IsRadio is_radio) : medium_(medium), is_radio_(std::move(is_radio)) {}

    [[nodiscard]] Result<std::uint32_t> add_fault(std::string_view text) override;
    Result<void> remove_fault(std::uint32_t id) override;
    void clear_faults() override { medium_.rules().clear(); }
    [[nodiscard]] std::vector<Fault> faults() const override;

private:
    phy::FaultyMedium& medium_;
    IsRadio is_radio_;
};

}  // namespace mlosim::scenario
