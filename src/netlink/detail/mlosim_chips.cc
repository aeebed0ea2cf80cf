#include "netlink/detail/mlosim_chips.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mld/radio_directory.h"

namespace mlosim::netlink::detail {
namespace {

/// Entries that one piece of a dump reads at a time.
constexpr std::size_t entries_at_once = 16;

Result<void> missing(Reply& reply, std::uint32_t type) {
    reply.ack().missing_type = type;
    return fail(EINVAL);
}

Result<mld::ChipInspection*> chip_of(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto id = request->u32(MLOSIM_ATTR_RADIO);
    if (!id) {
        (void)missing(reply, MLOSIM_ATTR_RADIO);
        return fail(EINVAL);
    }
    const mld::RadioIndex radio{*id};
    if (!family.directory().has(radio)) return fail(ENODEV, "no such radio", request->at(MLOSIM_ATTR_RADIO));
    mld::ChipInspection* chip = family.directory().chip(radio);
    if (chip == nullptr) return fail(EOPNOTSUPP, "this radio has no chip", request->at(MLOSIM_ATTR_RADIO));
    return chip;
}

/// A radio's chip, or without RADIO the air.
Result<sim::FaultTarget*> fault_target(MlosimFamily& family, const Request& request, Reply& reply) {
    if (request->has(MLOSIM_ATTR_RADIO)) {
        auto chip = chip_of(family, request, reply);
        if (!chip) return fail(std::move(chip.error()));
        return *chip;
    }
    if (family.air_faults() == nullptr) return fail(EOPNOTSUPP, "nothing can go wrong in this air");
    return family.air_faults();
}

/// Cells of a row, or the columns' names, by index from 1.
void put_texts(MessageBuilder& message, std::uint16_t type, const std::vector<std::string>& texts) {
    auto nest = message.nest(type);
    std::uint16_t number = 1;
    for (const std::string& text : texts)
        message.put_string(number++, text);
}

void put_fault(MessageBuilder& message, const sim::FaultTarget::Fault& fault) {
    message.put_u32(MLOSIM_ATTR_FAULT, fault.id);
    message.put_string(MLOSIM_ATTR_TEXT, fault.text);
    message.put_u64(MLOSIM_ATTR_ACTED, fault.acted);
}

}  // namespace

Result<std::unique_ptr<Dump>> dump_table(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto chip = chip_of(family, request, reply);
    if (!chip) return fail(chip.error());
    const auto name = request->string(MLOSIM_ATTR_TABLE);
    if (!name) return missing(reply, MLOSIM_ATTR_TABLE), fail(EINVAL);
    auto table = (*chip)->table(*name);
    if (!table) return fail(table.error().code, table.error().message, request->at(MLOSIM_ATTR_TABLE));
    // The columns first, then the rows as they were at this moment.
    return make_dump([table = std::move(*table), next = std::size_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
        for (; next <= table.rows.size(); ++next) {
            MessageBuilder& message = out.begin(MLOSIM_CMD_NEW_ROW);
            if (next == 0)
                put_texts(message, MLOSIM_ATTR_COLUMNS, table.columns);
            else
                put_texts(message, MLOSIM_ATTR_CELLS, table.rows[next - 1]);
            if (!out.commit()) return Progress::more;
        }
        return Progress::done;
    });
}

std::size_t put_entry(MessageBuilder& message, mld::RadioIndex radio, std::string_view record,
                      const mld::ChipInspection::Line& line, std::size_t offset) {
    message.put_u32(MLOSIM_ATTR_RADIO, radio.value);
    message.put_string(MLOSIM_ATTR_RECORD, record);
    message.put_u64(MLOSIM_ATTR_NUMBER, line.number);
    message.put_u64(MLOSIM_ATTR_TIME, static_cast<std::uint64_t>(line.at.ns()));
    // The text, then the JSON, as one run of characters that is cut where a message ends.
    const std::string_view text = line.text;
    const std::string_view json = line.json;
    std::size_t room = text_piece;
    if (offset < text.size()) {
        const std::string_view piece = text.substr(offset, room);
        message.put_string(MLOSIM_ATTR_TEXT, piece);
        room -= piece.size();
        offset += piece.size();
    }
    if (offset >= text.size() && room > 0) {
        const std::string_view piece = json.substr(std::min(offset - text.size(), json.size()), room);
        if (!piece.empty()) message.put_string(MLOSIM_ATTR_JSON, piece);
        offset += piece.size();
    }
    if (offset >= text.size() + json.size()) return 0;
    message.put_flag(MLOSIM_ATTR_MORE);
    return offset;
}

Result<std::unique_ptr<Dump>> dump_record(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto chip = chip_of(family, request, reply);
    if (!chip) return fail(chip.error());
    const auto name = request->string(MLOSIM_ATTR_RECORD);
    if (!name) return missing(reply, MLOSIM_ATTR_RECORD), fail(EINVAL);
    const std::string record(*name);
    const std::uint64_t from = request->u64(MLOSIM_ATTR_NUMBER).value_or(1);
    const auto now = (*chip)->lines(record, from, 0);
    if (!now) return fail(now.error().code, now.error().message, request->at(MLOSIM_ATTR_RECORD));
    const mld::RadioIndex radio{*request->u32(MLOSIM_ATTR_RADIO)};
    return make_dump(
        [&family, radio, record, next = from, offset = std::size_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
            for (;;) {
                mld::ChipInspection* inspected = family.directory().chip(radio);
                if (inspected == nullptr) return Progress::done;
                const auto lines = inspected->lines(record, next, entries_at_once);
                if (!lines || lines->empty()) return Progress::done;
                for (const mld::ChipInspection::Line& line : *lines) {
                    if (line.number != next) offset = 0;  // the one that was begun is gone
                    do {
                        const std::size_t following =
                            put_entry(out.begin(MLOSIM_CMD_NEW_ENTRY), radio, record, line, offset);
                        next = line.number;
                        if (!out.commit()) return Progress::more;
                        offset = following;
                    } while (offset != 0);
                    next = line.number + 1;
                }
            }
        });
}

Result<std::unique_ptr<Dump>> dump_faults(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto target = fault_target(family, request, reply);
    if (!target) return fail(target.error());
    return make_dump(
        [faults = (*target)->faults(), next = std::size_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
            for (; next < faults.size(); ++next) {
                put_fault(out.begin(MLOSIM_CMD_NEW_FAULT), faults[next]);
                if (!out.commit()) return Progress::more;
            }
            return Progress::done;
        });
}

Result<void> add_fault(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto target = fault_target(family, request, reply);
    if (!target) return fail(target.error());
    const auto text = request->string(MLOSIM_ATTR_TEXT);
    if (!text) return missing(reply, MLOSIM_ATTR_TEXT);
    const auto added = (*target)->add_fault(*text);
    if (!added) return fail(added.error().code, added.error().message, request->at(MLOSIM_ATTR_TEXT));
    MessageBuilder message = reply.message(MLOSIM_CMD_NEW_FAULT);
    put_fault(message, {*added, std::string(*text), 0});
    return reply.send(message);
}

Result<void> remove_fault(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto target = fault_target(family, request, reply);
    if (!target) return fail(target.error());
    const auto id = request->u32(MLOSIM_ATTR_FAULT);
    if (!id) {
        (*target)->clear_faults();
        return {};
    }
    const auto removed = (*target)->remove_fault(*id);
    if (!removed) return fail(removed.error().code, removed.error().message, request->at(MLOSIM_ATTR_FAULT));
    return {};
}

}  // namespace mlosim::netlink::detail
