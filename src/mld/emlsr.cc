#include "mld/emlsr.h"

#include <algorithm>
#include <array>

namespace mlosim::mld {

namespace {

// 802.11be Tables 9-417i, 9-417j
constexpr std::array<unsigned, 5> paddings{0, 32, 64, 128, 256};
constexpr std::array<unsigned, 6> transitions{0, 16, 32, 64, 128, 256};

template <std::size_t N>
std::chrono::microseconds delay(const std::array<unsigned, N>& all, unsigned encoded) {
    return std::chrono::microseconds(encoded < N ? all[encoded] : 0);
}

template <std::size_t N>
std::optional<std::uint8_t> encoded(const std::array<unsigned, N>& all, std::chrono::microseconds delay) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](unsigned us) { return std::chrono::microseconds(us) == delay; });
    if (found == all.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - all.begin());
}

}  // namespace

std::chrono::microseconds emlsr_padding(unsigned encoded) {
    return delay(paddings, encoded);
}

std::chrono::microseconds emlsr_transition(unsigned encoded) {
    return delay(transitions, encoded);
}

std::chrono::microseconds eml_transition_timeout(ieee80211::EmlCapabilities capabilities) {
    constexpr unsigned first_us = 64;
    constexpr unsigned last = 10;  // 64 TU; above 512 us it counts in time units
    constexpr unsigned first_tu = 4;
    const unsigned encoded = capabilities.get(ieee80211::EmlCapabilities::transition_timeout);
    if (encoded == 0 || encoded > last) return std::chrono::microseconds(0);
    if (encoded < first_tu) return std::chrono::microseconds(first_us << encoded);
    return std::chrono::microseconds(1024U << (encoded - first_tu));
}

std::optional<std::uint8_t> encoded_emlsr_padding(std::chrono::microseconds delay) {
    return encoded(paddings, delay);
}

std::optional<std::uint8_t> encoded_emlsr_transition(std::chrono::microseconds delay) {
    return encoded(transitions, delay);
}

}  // namespace mlosim::mld
