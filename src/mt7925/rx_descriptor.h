#pragma once

#include <cstdint>
#include <optional>

#include "mt7925/message.h"
#include "mt7925/rate_code.h"
#include "sim/result.h"

/// What comes before a received frame on the data ring (RXD): eight words, then groups of more. cf.
/// mt7925_mac_fill_rx()
namespace mlosim::mt7925 {

struct RxDescriptor {
    static constexpr std::uint16_t nobody = 0x3ff;  ///< the sender has no entry
    enum class AddressType : std::uint8_t { other = 0, unicast_to_me = 1, multicast = 2, broadcast = 3 };

    std::uint16_t wlan_idx = nobody;
    std::uint8_t band = 0;     ///< 1 2.4 GHz, 2 5 GHz, 3 6 GHz
    std::uint8_t channel = 0;  ///< its number in the band
    AddressType address = AddressType::other;
    std::uint8_t header_size = 0;
    bool fcs_error = false;
    bool icv_error = false;
    std::uint8_t security = 0;  ///< a KeyCipher; not 0: the chip decrypted it, its IV and MIC are gone
    std::uint8_t key_id = 0;
    /// Of a frame that the chip decrypted: group 1. The host looks for replays.
    std::optional<std::uint64_t> packet_number;
    bool fragment = false;  ///< of one, the host wants the IV back
    std::optional<std::uint32_t> timestamp_us;
    /// Nothing: no group 3.
    std::optional<RateCode> rate;
    std::uint8_t rcpi = 0;
    friend bool operator==(const RxDescriptor&, const RxDescriptor&) = default;
};

[[nodiscard]] Bytes build_received(const RxDescriptor& descriptor, ByteView frame);

struct ReceivedPacket {
    RxDescriptor descriptor;
    ByteView frame;
};
/// Refuses what the driver drops: damaged or oversized frames, groups beyond the packet's end, unknown rates.
/// EMSGSIZE, EINVAL.
[[nodiscard]] Result<ReceivedPacket> parse_received(ByteView packet);

}  // namespace mlosim::mt7925
