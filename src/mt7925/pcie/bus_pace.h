#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sim/virtual_time.h"

namespace mlosim::mt7925::pcie {

/// What the bus carries from a guest's memory: a burst at once, behind it no more than a PCI Express lane would. A
/// driver never comes near it; a guest that turns its rings faster waits, and not the rest of the world for it.
class BusPace {
public:
    static constexpr std::int64_t burst = std::int64_t{4} << 20;
    static constexpr std::int64_t octets_per_us = 1000;

    void spend(std::size_t octets) { credit_ -= static_cast<std::int64_t>(octets); }
    [[nodiscard]] bool free(sim::Time now) {
        const std::int64_t passed_us = (now - since_) / std::chrono::microseconds(1);
        since_ = since_ + std::chrono::microseconds(passed_us);
        credit_ = std::min(burst, credit_ + std::min(passed_us, burst) * octets_per_us);
        return credit_ > 0;
    }

private:
    std::int64_t credit_ = burst;
    sim::Time since_;
};

}  // namespace mlosim::mt7925::pcie
