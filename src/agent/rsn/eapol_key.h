#pragma once

#include <array>
#include <cstdint>

#include "agent/rsn/akm.h"
#include "sim/result.h"

namespace mlosim::agent::rsn {

using Nonce = std::array<std::uint8_t, 32>;

/// Key Information field of an EAPOL-Key frame, 802.11-2020 Figure 12-33.
namespace key_info {
inline constexpr std::uint16_t descriptor_version = 0x0007;
inline constexpr std::uint16_t pairwise = 1U << 3U;
inline constexpr std::uint16_t install = 1U << 6U;
inline constexpr std::uint16_t ack = 1U << 7U;
inline constexpr std::uint16_t mic = 1U << 8U;
inline constexpr std::uint16_t secure = 1U << 9U;
inline constexpr std::uint16_t error = 1U << 10U;
inline constexpr std::uint16_t request = 1U << 11U;
inline constexpr std::uint16_t encrypted = 1U << 12U;
}  // namespace key_info

/// An EAPOL-Key frame of RSN, 802.11-2020 12.7.2: an EAPOL packet (802.1X) from its version octet on. The MIC has 16
/// octets, as with every AKM that is played here.
struct EapolKey {
    std::uint8_t version = 2;  ///< 802.1X-2004; what comes in may have others
    std::uint16_t information = 0;
    std::uint16_t key_length = 0;
    std::uint64_t replay_counter = 0;
    Nonce nonce{};
    std::array<std::uint8_t, 16> iv{};
    std::uint64_t rsc = 0;  ///< packet number of the GTK, 6 octets
    std::array<std::uint8_t, mic_size> mic{};
    Bytes key_data;

    [[nodiscard]] bool has(std::uint16_t bit) const noexcept { return (information & bit) != 0; }

    /// EINVAL: not whole, not EAPOL-Key, not RSN's descriptor.
    [[nodiscard]] static Result<EapolKey> parse(ByteView packet);
    [[nodiscard]] Bytes packet() const;
    /// The whole packet with its MIC.
    [[nodiscard]] Bytes signed_packet(const Akm& akm, ByteView kck) const;
    friend bool operator==(const EapolKey&, const EapolKey&) = default;
};

/// Whether the MIC of a packet that `EapolKey::parse` took is right.
[[nodiscard]] bool is_genuine(ByteView packet, const Akm& akm, ByteView kck);

}  // namespace mlosim::agent::rsn
