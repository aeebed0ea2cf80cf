#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "mt7925/message.h"
#include "sim/result.h"

/// What goes with a frame on the data ring (0): 64 octets, the descriptor proper (TXD) and where the frame lies (TXP).
/// cf. mt7925_mac_write_txwi(), mt76_connac_write_hw_txp()
namespace mlosim::mt7925 {

/// Which queue of the chip: an access category of one of four sets, or the one of management frames.
namespace tx_queue {
inline constexpr std::uint8_t background = 0;
inline constexpr std::uint8_t best_effort = 1;
inline constexpr std::uint8_t video = 2;
inline constexpr std::uint8_t voice = 3;
inline constexpr std::uint8_t queues_in_set = 4;
inline constexpr std::uint8_t alternative = 0x10;
inline constexpr std::uint8_t beacon = 0x12;
}  // namespace tx_queue

/// PIDs up to 2 ask for nothing.
namespace packet_id {
inline constexpr std::uint8_t no_acknowledgement = 0;
inline constexpr std::uint8_t nobody = 1;
inline constexpr std::uint8_t first = 3;
inline constexpr std::uint8_t last = 0x7f;
}  // namespace packet_id

/// A piece of the host's memory.
struct TxBuffer {
    std::uint32_t address = 0;
    std::uint16_t size = 0;
    friend bool operator==(const TxBuffer&, const TxBuffer&) = default;
};

struct TxDescriptor {
    static constexpr std::size_t size = 64;
    static constexpr std::size_t most_buffers = 4;
    static constexpr std::uint8_t addba_request = 2;  ///< as a management frame's TID
    enum class Header : std::uint8_t { ethernet = 0, ieee80211 = 2 };

    std::uint8_t queue = tx_queue::best_effort;
    std::uint16_t wlan_idx = 0;
    Header header = Header::ieee80211;
    std::uint8_t header_size = 0;  ///< octets, even; of 802.11 only
    bool ethernet_ii = false;      ///< of 802.3 only
    std::uint8_t tid = 0;          ///< of management frames what they are
    bool bip = false;
    std::uint8_t own_mac = 0;
    bool fixed_rate = false;
    std::uint8_t frame_type = 0;
    std::uint8_t frame_subtype = 0;
    bool no_acknowledgement = false;
    bool protect = false;  ///< a key of the table encrypts it
    bool group = false;
    bool aggregates_msdus = false;  ///< the chip may put it into an A-MSDU
    std::uint8_t attempts = 15;
    std::optional<std::uint16_t> sequence;
    bool no_block_ack = false;
    std::uint8_t pid = packet_id::nobody;
    bool wants_status = false;
    std::uint8_t rate_index = 0;  ///< of the fixed-rate table
    /// The addresses are those of the link already: they, and the link, stay as they are (DIS_MAT).
    bool fixed_link = false;
    std::uint16_t token = 0;
    /// Where the frame lies, piece after piece; those of size 0 are not there. Written without any: one at address 0.
    std::array<TxBuffer, most_buffers> buffers{};
    std::uint16_t frame_bytes = 0;  ///< of all of them

    friend bool operator==(const TxDescriptor&, const TxDescriptor&) = default;
};

[[nodiscard]] Bytes build_tx_descriptor(const TxDescriptor& descriptor);
/// Everything about lengths and formats is checked; whom it names is not. EMSGSIZE, EINVAL.
[[nodiscard]] Result<TxDescriptor> parse_tx_descriptor(ByteView bytes);

}  // namespace mlosim::mt7925
