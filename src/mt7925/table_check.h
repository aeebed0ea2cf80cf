#pragma once

#include <string>
#include <vector>

#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// A rule that the firmware's tables break, as a driver that does everything right never makes them.
struct TableFault {
    std::string rule;  ///< "I8" …, as docs/mt7925.md names them
    std::string what;
    friend bool operator==(const TableFault&, const TableFault&) = default;
};

/// All that is wrong in `tables`, by WCID:
/// I3  a peer's entry belongs to an active BSS;
/// I8  the entry of an MLD's further link names a primary that is valid, and is in a BSS of the primary's group;
/// I10 who has a key belongs to an active BSS.
[[nodiscard]] std::vector<TableFault> table_faults(const FirmwareTables& tables);

}  // namespace mlosim::mt7925
