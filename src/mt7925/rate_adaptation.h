#pragma once

#include <optional>
#include <vector>

#include "mt7925/tables.h"
#include "phy/channel.h"
#include "phy/rates.h"

namespace mlosim::mt7925 {

/// The rate of data frames to one peer's link: the fastest that its entry allows and its signal carries, less a margin
/// that grows with each attempt that nobody acknowledged.
class RateAdaptation {
public:
    /// Takes over what entry and BSS say; keeps the margin.
    void update(const WtblEntry& entry, const Bss& bss, unsigned own_streams);
    /// Nothing: the lowest rate is all that is known to work.
    [[nodiscard]] std::optional<phy::Rate> choose(int rssi_dbm) const;
    void learn(unsigned attempts, bool acknowledged);

private:
    struct Candidate {
        phy::Rate rate;
        double needed_db = 0.0;  ///< over 20 MHz
    };
    std::vector<Candidate> candidates_;  ///< the fastest first
    double margin_db_ = 0.0;
};

}  // namespace mlosim::mt7925
