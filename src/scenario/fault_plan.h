#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phy/regulatory.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// What is made to go wrong: rules, and names of known defects. Rules of the air go to the air; all else to the chip of
/// `radio`, or without one to every radio that has a chip.
struct FaultPlan {
    std::optional<std::string> radio;
    std::vector<std::string> rules;
    sim::Time at;         ///< from then on
    std::string pointer;  ///< place in the file
};

/// Several things that go wrong in an order, known by a name.
struct PatternPlan {
    enum class Kind : std::uint8_t {
        kill_links,         ///< a radio's bands fall silent one by one, and come back in a random order
        regulatory_flip,    ///< another country's rules when the chip asks for another channel
        vanishing_channel,  ///< another country's rules when the chip was granted a channel
    };
    Kind kind = Kind::kill_links;
    std::string radio;
    sim::Time at;                                      ///< from then on
    sim::Duration every = std::chrono::seconds(1);     ///< kill_links: from one to the next
    sim::Duration duration = std::chrono::seconds(2);  ///< the others: until the rules before are in force again
    phy::Alpha2 country;
    std::uint32_t times = 1;  ///< the others: so often
    std::string pointer;
};

/// All that goes wrong in one version of a world.
struct FaultPlans {
    std::vector<FaultPlan> rules;
    std::vector<PatternPlan> patterns;
};

}  // namespace mlosim::scenario
