#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mt7925/decoded_message.h"
#include "mt7925/message.h"
#include "sim/result.h"

namespace mlosim::mt7925 {

/// A record that a message may carry: `read` checks it and names its fields, `rewrite` encodes what it read.
struct TlvForm {
    std::uint16_t tag;
    std::string_view name;
    Result<DecodedFields> (*read)(ByteView body);
    Result<Bytes> (*rewrite)(ByteView body);
};

/// A command or event: its fixed header, then records. Without records the header is all there is.
struct MessageForm {
    Direction direction;
    std::uint16_t id;
    std::string_view name;
    std::size_t header_size;
    Result<DecodedFields> (*read_header)(ByteView payload);
    Result<Bytes> (*rewrite_header)(ByteView payload);
    std::span<const TlvForm> tlvs;

    [[nodiscard]] const TlvForm* tlv(std::uint16_t tag) const;
};

/// Every UNI command that the catalogue knows, by number; nothing for others.
[[nodiscard]] const MessageForm* find_command(std::uint16_t cid);
/// The same for events. Answers that have a form of their own (NIC_CAPA, EFUSE, THERMAL, RADIO_STATUS) are told from
/// unsolicited events of the same number by the option octet.
[[nodiscard]] const MessageForm* find_event(std::uint8_t eid, bool unsolicited);
[[nodiscard]] std::span<const MessageForm> all_commands();
/// Those that nobody asked for, and those that answer a command.
[[nodiscard]] std::span<const MessageForm> all_unsolicited_events();
[[nodiscard]] std::span<const MessageForm> all_answers();
[[nodiscard]] std::string_view rom_command_name(std::uint16_t cid);

}  // namespace mlosim::mt7925
