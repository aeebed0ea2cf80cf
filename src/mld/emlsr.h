#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ieee80211/multi_link.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// Several links of a station MLD that share one radio (EMLSR, 802.11be 35.3.17): it listens on all of them, and after
/// an initial control frame exchanges frames on one, deaf on the others.
struct Emlsr {
    std::uint16_t links = 0;  ///< 0: each link has a radio of its own
    /// How long an initial frame is padded: the radio needs that to turn to the link.
    std::chrono::microseconds padding{0};
    /// From the end of an exchange until it listens on all links again.
    std::chrono::microseconds transition{0};

    [[nodiscard]] bool has(std::uint16_t link) const noexcept { return (links & link) != 0; }
    friend bool operator==(const Emlsr&, const Emlsr&) = default;
};

/// What EML Capabilities encodes. cf. ieee80211_emlsr_pad_delay_in_us(), ieee80211_emlsr_trans_delay_in_us(),
/// ieee80211_eml_trans_timeout_in_us()
[[nodiscard]] std::chrono::microseconds emlsr_padding(unsigned encoded);
[[nodiscard]] std::chrono::microseconds emlsr_transition(unsigned encoded);
[[nodiscard]] std::chrono::microseconds eml_transition_timeout(ieee80211::EmlCapabilities capabilities);
/// The other way round; nothing: there is no such delay.
[[nodiscard]] std::optional<std::uint8_t> encoded_emlsr_padding(std::chrono::microseconds delay);
[[nodiscard]] std::optional<std::uint8_t> encoded_emlsr_transition(std::chrono::microseconds delay);

/// What a station asks for: its links, and other delays than its capabilities say.
struct EmlsrRequest {
    std::uint16_t links = 0;  ///< 0: EMLSR ends
    std::optional<std::chrono::microseconds> padding;
    std::optional<std::chrono::microseconds> transition;
};

}  // namespace mlosim::mld
