#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mt7925/fault_rules.h"
#include "sim/result.h"

namespace mlosim::mt7925 {

/// Where the boot ROM's commands begin in a rule: the firmware has others of the same numbers.
inline constexpr std::uint16_t first_rom_cid = 0x100;

/// A rule as people write it: the effect, its value, then what it applies to and how often.
///
///     drop_ack cid=STA_REC wcid=2 times=1
///     no_grant roc=mlo_ag skip=1
///     delay=500 cid=BSS_INFO bss=1 priority=3
///     regd_flip=DE
///
/// `cid` takes a number or a name of the catalogue, of the boot ROM's commands (drop_ack alone) their name, `eid` a
/// number or an event's name, `roc` join, roc, mlo_ag, mlo_aa or a number; numbers may be hexadecimal (0x…). The error
/// says which word is wrong and what is allowed.
[[nodiscard]] Result<FaultRule> parse_fault_rule(std::string_view text);
/// The same rule in these words.
[[nodiscard]] std::string to_text(const FaultRule& rule);

}  // namespace mlosim::mt7925
