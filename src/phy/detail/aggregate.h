#pragma once

#include <cstddef>
#include <optional>

#include "ieee80211/mac_address.h"
#include "phy/medium.h"

namespace mlosim::phy::detail {

/// The A-MPDU that a radio is sending. Data for one receiver that is handed over at the very moment at which the frame
/// before it ends, at the same rate, is part of the same PPDU: it has no preamble of its own. cf. 802.11 10.12
class Aggregate {
public:
    /// How long the frame is on the air, if its transmission begins at `now`.
    [[nodiscard]] sim::Duration time_on_air(const Transmission& sent, sim::Time now);

private:
    struct Ppdu {
        ieee80211::MacAddress receiver;
        Rate rate;
        Frequency center;
        sim::Time end;
        std::size_t octets = 0;
        unsigned mpdus = 0;
    };
    [[nodiscard]] bool takes(const Transmission& sent, const ieee80211::MacAddress& receiver, std::size_t octets,
                             sim::Time now) const;

    std::optional<Ppdu> ppdu_;
};

}  // namespace mlosim::phy::detail
