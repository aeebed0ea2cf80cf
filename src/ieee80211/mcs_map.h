#pragma once

#include <cstdint>

#include "sim/invariant.h"

namespace mlosim::ieee80211 {

/// Which MCSs a station supports for 1..8 spatial streams, two bits each: the form that VHT (802.11-2020 9.4.2.157.3)
/// and HE (802.11ax 9.4.2.248.4) share. What the two bits mean differs: VHT 0..7, 0..8, 0..9, none; HE 0..7, 0..9,
/// 0..11, none.
class McsMap {
public:
    static constexpr unsigned not_supported = 3;
    static constexpr unsigned max_streams = 8;

    constexpr McsMap() = default;
    constexpr explicit McsMap(std::uint16_t raw) : raw_(raw) {}
    /// The same support for each of the first `streams`, none for the others.
    static constexpr McsMap uniform(unsigned streams, unsigned support) {
        McsMap map;
        for (unsigned nss = 1; nss <= streams; ++nss)
            map.set(nss, support);
        return map;
    }

    [[nodiscard]] constexpr std::uint16_t raw() const noexcept { return raw_; }
    [[nodiscard]] constexpr unsigned support(unsigned streams) const {
        MLOSIM_INVARIANT(streams >= 1 && streams <= max_streams, "there are 1 to 8 streams");
        return raw_ >> (2 * (streams - 1)) & 3U;
    }
    constexpr void set(unsigned streams, unsigned support) {
        MLOSIM_INVARIANT(streams >= 1 && streams <= max_streams && support <= 3, "two bits for each of 8 streams");
        const unsigned shift = 2 * (streams - 1);
        raw_ = static_cast<std::uint16_t>((raw_ & ~(3U << shift)) | support << shift);
    }
    /// The largest number of streams with any MCS; 0 without one.
    [[nodiscard]] constexpr unsigned streams() const {
        for (unsigned nss = max_streams; nss > 0; --nss) {
            if (support(nss) != not_supported) return nss;
        }
        return 0;
    }

    friend constexpr bool operator==(McsMap, McsMap) = default;

private:
    std::uint16_t raw_ = 0xffff;
};

}  // namespace mlosim::ieee80211
