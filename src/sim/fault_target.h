#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/result.h"

namespace mlosim::sim {

/// Something that can be made to go wrong, by rules in its own words: match + effect + priority + times.
class FaultTarget {
public:
    struct Fault {
        std::uint32_t id = 0;
        std::string text;  ///< as add_fault() takes it, with the times that are left
        std::uint64_t acted = 0;
    };

    /// EINVAL with a sentence; EEXIST: a switch that is on already.
    [[nodiscard]] virtual Result<std::uint32_t> add_fault(std::string_view text) = 0;
    /// ENOENT: no such fault, or it is used up.
    virtual Result<void> remove_fault(std::uint32_t id) = 0;
    virtual void clear_faults() = 0;
    /// Those in force, the oldest first.
    [[nodiscard]] virtual std::vector<Fault> faults() const = 0;

protected:
    ~FaultTarget() = default;
};

}  // namespace mlosim::sim
