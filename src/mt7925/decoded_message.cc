#include "mt7925/decoded_message.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "mt7925/bss_tlvs.h"
#include "mt7925/catalogue.h"
#include "mt7925/station_tlvs.h"

namespace mlosim::mt7925 {
namespace detail {

std::string hex_of(ByteView bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t octet : bytes) {
        text += digits[octet >> 4U];
        text += digits[octet & 0xfU];
    }
    return text;
}

}  // namespace detail

namespace {

DecodedTlv decode_tlv(const Tlv& tlv, const MessageForm& form, std::string& fault) {
    DecodedTlv out{tlv.tag, {}, tlv.body.size() + 4, {}};
    const TlvForm* known = form.tlv(tlv.tag);
    if (known != nullptr) {
        out.name = known->name;
        Result<DecodedFields> fields = known->read(tlv.body);
        if (fields) {
            out.fields = std::move(*fields);
            return out;
        }
        fault = fields.error().message;
    }
    out.fields.push_back({"octets", detail::hex_of(tlv.body), {}});
    return out;
}

const DecodedField* find_field(const DecodedFields& fields, std::string_view name) {
    const auto field = std::ranges::find(fields, name, &DecodedField::name);
    return field == fields.end() ? nullptr : &*field;
}

std::optional<unsigned> number(const DecodedFields& fields, std::string_view name) {
    const DecodedField* field = find_field(fields, name);
    if (field == nullptr || !std::holds_alternative<std::uint64_t>(field->value)) return std::nullopt;
    return static_cast<unsigned>(std::get<std::uint64_t>(field->value));
}

/// What the fields say about whom the message concerns.
void note_addressees(DecodedMessage& out) {
    out.bss_idx = number(out.header, "bss_idx");
    if (const auto low = number(out.header, "wlan_idx_lo"))
        out.wcid = *low | number(out.header, "wlan_idx_hi").value_or(0) << 8U;
    for (const DecodedTlv& tlv : out.tlvs) {
        if (!out.bss_idx) out.bss_idx = number(tlv.fields, "bss_idx");
        const std::optional<unsigned> link = number(tlv.fields, "link_id");
        if (link && *link != BssMld::none) out.link = link;
    }
}

void decode_payload(DecodedMessage& out, const MessageForm& form, ByteView payload) {
    out.name = form.name;
    if (Result<DecodedFields> header = form.read_header(payload))
        out.header = std::move(*header);
    else
        out.fault = header.error().message;
    if (form.tlvs.empty()) return;
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, form.header_size);
    if (!tlvs) {
        out.fault = tlvs.error().message;
        return;
    }
    for (const Tlv& tlv : *tlvs)
        out.tlvs.push_back(decode_tlv(tlv, form, out.fault));
}

std::string field_text(const DecodedField& field) {
    // A beacon or a table of limits says little in a line: its length does.
    constexpr std::size_t longest = 64;
    if (!field.records.empty()) return std::to_string(field.records.size()) + " entries";
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return std::to_string(*number);
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
    const std::string& text = std::get<std::string>(field.value);
    return text.size() <= longest ? text : std::to_string(text.size() / 2) + " octets";
}

void append_fields_text(std::string& line, const DecodedFields& fields) {
    for (const DecodedField& field : fields)
        line += " " + field.name + " " + field_text(field);
}

nlohmann::ordered_json fields_json(const DecodedFields& fields) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const DecodedField& field : fields) {
        if (!field.records.empty()) {
            nlohmann::ordered_json list = nlohmann::ordered_json::array();
            for (const DecodedFields& record : field.records)
                list.push_back(fields_json(record));
            object[field.name] = std::move(list);
        } else {
            std::visit([&](const auto& value) { object[field.name] = value; }, field.value);
        }
    }
    return object;
}

}  // namespace

DecodedMessage decode_command(ByteView packet) {
    DecodedMessage out;
    const Result<CommandView> command = parse_command(packet);
    if (!command) {
        out.fault = command.error().message;
        return out;
    }
    out.uni = command->uni;
    out.id = command->cid;
    out.seq = command->seq;
    out.option = command->option;
    if (!command->uni) {
        out.name = rom_command_name(command->cid);
        out.header.push_back({"octets", detail::hex_of(command->payload), {}});
        return out;
    }
    if (const MessageForm* form = find_command(command->cid)) {
        decode_payload(out, *form, command->payload);
        note_addressees(out);
    } else {
        out.header.push_back({"octets", detail::hex_of(command->payload), {}});
    }
    return out;
}

DecodedMessage decode_event(ByteView packet) {
    DecodedMessage out;
    out.direction = Direction::event;
    const Result<EventView> event = parse_event(packet);
    if (!event) {
        out.fault = event.error().message;
        return out;
    }
    out.id = event->eid;
    out.seq = event->seq;
    out.option = event->option;
    out.uni = (event->option & option::event) != 0;
    if (!out.uni) {  // the boot ROM's answers carry the command's number and a status octet
        out.name = rom_command_name(event->eid);
        out.status = event->ext_eid;
        return out;
    }
    if (const MessageForm* form = find_event(event->eid, event->is_unsolicited())) {
        decode_payload(out, *form, event->payload);
        out.status = number(out.header, "status");
        if (const auto cid = number(out.header, "cid")) out.for_cid = static_cast<std::uint16_t>(*cid);
        note_addressees(out);
    } else {
        out.header.push_back({"octets", detail::hex_of(event->payload), {}});
    }
    return out;
}

std::string to_text(const DecodedMessage& message) {
    std::string line = message.direction == Direction::command ? "cmd " : "event ";
    line += message.name.empty() ? "number " + std::to_string(message.id) : message.name;
    line += " seq " + std::to_string(message.seq);
    if (message.for_cid) {
        const MessageForm* form = find_command(*message.for_cid);
        line += " for " + (form != nullptr ? std::string(form->name) : std::to_string(*message.for_cid));
    }
    if (message.status) {
        line += " status " + std::to_string(*message.status);
    } else {
        append_fields_text(line, message.header);
    }
    for (const DecodedTlv& tlv : message.tlvs) {
        line += " | " + (tlv.name.empty() ? "tag " + std::to_string(tlv.tag) : tlv.name);
        append_fields_text(line, tlv.fields);
    }
    if (!message.fault.empty()) line += " ! " + message.fault;
    return line;
}

std::string to_json(const DecodedMessage& message, std::optional<sim::Time> at) {
    nlohmann::ordered_json object;
    if (at) object["t"] = at->ns();
    object["dir"] = message.direction == Direction::command ? "cmd" : "event";
    object["cid"] = message.id;
    object["name"] = message.name;
    if (!message.uni) object["rom"] = true;
    object["seq"] = message.seq;
    object["opt"] = message.option;
    if (!message.header.empty()) object["header"] = fields_json(message.header);
    nlohmann::ordered_json tlvs = nlohmann::ordered_json::array();
    for (const DecodedTlv& tlv : message.tlvs)
        tlvs.push_back(
            {{"tag", tlv.tag}, {"name", tlv.name}, {"len", tlv.length}, {"fields", fields_json(tlv.fields)}});
    object["tlvs"] = std::move(tlvs);
    if (message.for_cid) object["for"] = *message.for_cid;
    if (message.status) object["status"] = *message.status;
    if (message.bss_idx) object["bss"] = *message.bss_idx;
    if (message.link) object["link"] = *message.link;
    if (message.wcid) object["wcid"] = *message.wcid;
    if (!message.fault.empty()) object["fault"] = message.fault;
    return object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace mlosim::mt7925
