#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mt7925/message.h"
#include "mt7925/rate_code.h"
#include "sim/result.h"

/// What the chip says of frames that it was given: status reports (TXS) of those that asked for one, and for each that
/// it needs it no longer (TX-free). Both come on the data ring (2). cf. mt7925_mac_add_txs(), mt7925_mac_tx_free()
namespace mlosim::mt7925 {

/// Packets of the data ring by their first word's bits 31 to 27.
enum class PacketType : std::uint8_t { tx_status = 0, frame = 2, tx_free = 6, event = 7 };
/// Nothing: too short to have one.
[[nodiscard]] std::optional<std::uint8_t> packet_type(ByteView packet);

struct TxStatusReport {
    std::uint16_t wcid = 0;
    std::uint8_t pid = 0;
    bool acknowledged = false;
    RateCode rate;  ///< without its guard interval, of which a TXS says nothing
    std::uint8_t attempts = 1;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp_us = 0;
    std::optional<std::uint8_t> rcpi;  ///< of the acknowledgement
    friend bool operator==(const TxStatusReport&, const TxStatusReport&) = default;
};
[[nodiscard]] Bytes build_tx_status(const std::vector<TxStatusReport>& reports);
[[nodiscard]] Result<std::vector<TxStatusReport>> parse_tx_status(ByteView packet);

struct FreedFrame {
    std::uint16_t wcid = 0;
    std::uint16_t token = 0;
    std::uint8_t attempts = 1;
    bool failed = false;
    friend bool operator==(const FreedFrame&, const FreedFrame&) = default;
};
[[nodiscard]] Bytes build_tx_free(const std::vector<FreedFrame>& frames);
/// EINVAL: of a version that no driver of this chip reads.
[[nodiscard]] Result<std::vector<FreedFrame>> parse_tx_free(ByteView packet);

/// Received signal strength as the chip writes it: half dB above -110 dBm.
[[nodiscard]] std::uint8_t rcpi_of(int dbm);
[[nodiscard]] int dbm_of(std::uint8_t rcpi);

}  // namespace mlosim::mt7925
