#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/byte_io.h"
#include "sim/result.h"

namespace mlosim::ieee80211 {

/// EML Operating Mode Notification frame behind its category and action, 802.11be 9.6.35.8: the token and the EML
/// Control field (9.4.1.76). A station MLD says with it which of its links share one radio from now on, and its AP MLD
/// that it has heard so.
struct EmlOperatingMode {
    /// EMLSR Parameter Update: other delays than the association told, as EML Capabilities encodes them.
    struct Delays {
        std::uint8_t padding = 0;     // 0 … 4
        std::uint8_t transition = 0;  // 0 … 5
        friend bool operator==(const Delays&, const Delays&) = default;
    };

    static constexpr std::uint8_t action = 6;

    std::uint8_t token = 0;
    bool in_device_coexistence = false;
    /// The links of EMLSR, a bit for each; nothing: EMLSR ends.
    std::optional<std::uint16_t> emlsr_links;
    std::optional<Delays> delays;
    /// The links of EMLMR, and its Supported MCS And NSS Set as it came.
    std::optional<std::uint16_t> emlmr_links;
    Bytes emlmr_mcs;

    /// EINVAL: EMLSR and EMLMR at once, delays without EMLSR or that there are not, or octets missing. What follows the
    /// field is left alone. cf. ieee80211_rx_eml_op_mode_notif()
    [[nodiscard]] static Result<EmlOperatingMode> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const EmlOperatingMode&, const EmlOperatingMode&) = default;
};

}  // namespace mlosim::ieee80211
