#include "mt7925/message.h"

#include <algorithm>
#include <string>

namespace mlosim::mt7925 {
namespace {

constexpr std::size_t descriptor_size = 32;  // TXD of a command, RXD of an event
constexpr std::size_t uni_header_end = 48;
constexpr std::size_t rom_header_end = 64;
constexpr std::size_t event_header_end = 44;
constexpr std::uint8_t packet_type_command = 0xa0;
constexpr std::uint16_t rom_queue_id = 0x8000;
constexpr std::uint16_t first_number_beyond_uni = 0x100;
constexpr std::uint16_t event_packet_type = 0xe000;
constexpr std::uint32_t rxd_type_event = 7;
constexpr std::uint32_t txd_command_format = 2U << 23U;
constexpr std::uint32_t txd_command_queue = 0x20U << 25U;
constexpr std::uint32_t txd_header_format_command = 1U << 14U;
constexpr std::uint8_t rom_set_query_not_applicable = 3;

std::uint16_t u16_at(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8U);
}

AttrOffset at_byte(std::size_t offset) {
    return AttrOffset{static_cast<std::uint32_t>(offset)};
}

void append_descriptor(ieee80211::ByteWriter& out, std::size_t total) {
    out.u32le(static_cast<std::uint32_t>(total) | txd_command_format | txd_command_queue);
    out.u32le(txd_header_format_command);
    out.zeros(descriptor_size - 8);
}

}  // namespace

Result<CommandView> parse_command(ByteView packet) {
    if (packet.size() < uni_header_end)
        return fail(EMSGSIZE, "a command of " + std::to_string(packet.size()) + " bytes has no whole header");
    if (packet[37] != packet_type_command)
        return fail(EPROTO, "octet 37 of a command is " + std::to_string(packet[37]) + ", not 0xa0", at_byte(37));
    const std::size_t total = packet[0] | (packet[1] << 8U);
    if (total != packet.size())
        return fail(
            EBADMSG,
            "the descriptor says " + std::to_string(total) + " bytes, there are " + std::to_string(packet.size()),
            at_byte(0));
    if (u16_at(packet, 32) + descriptor_size != packet.size())
        return fail(EBADMSG, "the header's length is " + std::to_string(u16_at(packet, 32)) + ", not the packet's",
                    at_byte(32));
    CommandView command;
    command.seq = packet[39];
    const std::uint16_t number = u16_at(packet, 34);
    if (number == rom_queue_id) {
        if (packet.size() < rom_header_end)
            return fail(EMSGSIZE, "a boot ROM command of " + std::to_string(packet.size()) + " bytes", at_byte(34));
        command.uni = false;
        command.cid = packet[36];
        command.payload = packet.subspan(rom_header_end);
        return command;
    }
    if (number >= first_number_beyond_uni)
        return fail(EPROTO, "command number " + std::to_string(number) + " is of no known form", at_byte(34));
    command.cid = number;
    command.option = packet[43];
    if ((command.option & option::uni) == 0) return fail(EPROTO, "the option octet lacks the UNI bit", at_byte(43));
    command.payload = packet.subspan(uni_header_end);
    return command;
}

Bytes build_command(Cid cid, std::uint8_t seq, std::uint8_t option_bits, ByteView payload) {
    Bytes packet;
    ieee80211::ByteWriter out(packet);
    const std::size_t total = uni_header_end + payload.size();
    append_descriptor(out, total);
    out.u16le(static_cast<std::uint16_t>(total - descriptor_size));
    out.u16le(static_cast<std::uint16_t>(cid));
    out.u8(0);
    out.u8(packet_type_command);
    out.u8(0);
    out.u8(seq);
    out.zeros(3);
    out.u8(option_bits);
    out.zeros(4);
    out.bytes(payload);
    return packet;
}

Bytes build_command(RomCid cid, std::uint8_t seq, ByteView payload) {
    Bytes packet;
    ieee80211::ByteWriter out(packet);
    const std::size_t total = rom_header_end + payload.size();
    append_descriptor(out, total);
    out.u16le(static_cast<std::uint16_t>(total - descriptor_size));
    out.u16le(rom_queue_id);
    out.u8(static_cast<std::uint8_t>(cid));
    out.u8(packet_type_command);
    out.u8(rom_set_query_not_applicable);
    out.u8(seq);
    out.zeros(rom_header_end - 40);
    out.bytes(payload);
    return packet;
}

Result<EventView> parse_event(ByteView packet) {
    if (packet.size() < event_header_end)
        return fail(EMSGSIZE, "an event of " + std::to_string(packet.size()) + " bytes has no whole header");
    const std::size_t total = packet[0] | (packet[1] << 8U);
    if (total != packet.size() || u16_at(packet, 32) + descriptor_size != packet.size())
        return fail(EBADMSG, "an event's lengths contradict its " + std::to_string(packet.size()) + " bytes",
                    at_byte(0));
    if (packet[3] >> 3U != rxd_type_event)
        return fail(EPROTO, "the descriptor's type is " + std::to_string(packet[3] >> 3U) + ", not an event's",
                    at_byte(3));
    return EventView{.eid = packet[36],
                     .seq = packet[37],
                     .option = packet[38],
                     .ext_eid = packet[40],
                     .payload = packet.subspan(event_header_end)};
}

Bytes build_event(const EventView& event) {
    Bytes packet;
    ieee80211::ByteWriter out(packet);
    const std::size_t total = event_header_end + event.payload.size();
    out.u32le(static_cast<std::uint32_t>(total) | rxd_type_event << 27U);
    out.zeros(descriptor_size - 4);
    out.u16le(static_cast<std::uint16_t>(total - descriptor_size));
    out.u16le(event_packet_type);
    out.u8(event.eid);
    out.u8(event.seq);
    out.u8(event.option);
    out.u8(0);
    out.u8(event.ext_eid);
    out.zeros(3);
    out.bytes(event.payload);
    return packet;
}

Result<std::vector<Tlv>> parse_tlvs(ByteView payload, std::size_t header_size) {
    constexpr std::size_t tlv_header = 4;
    if (payload.size() < header_size)
        return fail(EMSGSIZE, "a payload of " + std::to_string(payload.size()) +
                                  " bytes is shorter than its header of " + std::to_string(header_size));
    std::vector<Tlv> tlvs;
    std::size_t offset = header_size;
    while (offset < payload.size()) {
        const ByteView rest = payload.subspan(offset);
        const std::string place = "TLV at byte " + std::to_string(offset);
        if (std::ranges::all_of(rest, [](std::uint8_t octet) { return octet == 0; })) break;
        if (rest.size() < tlv_header) return fail(EBADMSG, place + ": cut off in its header", at_byte(offset));
        const std::uint16_t tag = u16_at(rest, 0);
        const std::size_t length = u16_at(rest, 2);
        if (length < tlv_header)
            return fail(EBADMSG, place + ": length " + std::to_string(length) + " is less than its own header",
                        at_byte(offset + 2));
        if (length > rest.size())
            return fail(EBADMSG,
                        place + " (tag " + std::to_string(tag) + "): length " + std::to_string(length) + ", " +
                            std::to_string(rest.size()) + " left",
                        at_byte(offset + 2));
        tlvs.push_back({tag, rest.subspan(tlv_header, length - tlv_header), offset});
        offset += length;
    }
    return tlvs;
}

}  // namespace mlosim::mt7925
