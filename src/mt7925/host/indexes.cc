#include "mt7925/host/indexes.h"

#include <bit>

namespace mlosim::mt7925::host {

Result<std::uint8_t> BssIndexes::take() {
    for (std::uint8_t index = 0; index < shared; ++index) {
        if (taken(index)) continue;
        mask_ = static_cast<std::uint8_t>(mask_ | 1U << index);
        return index;
    }
    return fail(ENOSPC, "all four BSS indexes of the chip are in use");
}

Result<std::uint8_t> BssIndexes::take_p2p_device() {
    if (taken(p2p_device)) return fail(ENOSPC, "the chip has one P2P device");
    mask_ = static_cast<std::uint8_t>(mask_ | 1U << p2p_device);
    return p2p_device;
}

bool BssIndexes::give_back(std::uint8_t index) {
    if (!taken(index)) return false;
    mask_ = static_cast<std::uint8_t>(mask_ & ~(1U << index));
    return true;
}

unsigned BssIndexes::in_use() const noexcept {
    return static_cast<unsigned>(std::popcount(mask_));
}

}  // namespace mlosim::mt7925::host
