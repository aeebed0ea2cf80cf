#pragma once

#include <cstdint>
#include <optional>

#include "mt7925/message.h"
#include "mt7925/roc_tlvs.h"
#include "phy/channel.h"

namespace mlosim::mt7925::host {

/// Time on one link's channel.
struct RocTime {
    std::uint8_t token = 0;  ///< counts all of the device's
    RocType type = RocType::join;
    std::uint32_t milliseconds = 0;
};
struct RocLink {
    std::uint8_t bss_idx = 0;
    phy::Channel channel;
};

/// ROC: ACQUIRE. cf. mt7925_mcu_set_roc()
[[nodiscard]] Bytes roc_message(const RocTime& time, const RocLink& link);
/// ROC of an MLD's two links: ACQUIRE for the first, SUB_LINK for the second. Without a second, that is before it is
/// active, there is a record without content in its place. cf. mt7925_mcu_set_mlo_roc()
[[nodiscard]] Bytes mlo_roc_message(const RocTime& time, const RocLink& first, const std::optional<RocLink>& second);
/// ROC: ABORT. cf. mt7925_mcu_abort_roc()
[[nodiscard]] Bytes roc_abort_message(std::uint8_t token, std::uint8_t bss_idx);

}  // namespace mlosim::mt7925::host
