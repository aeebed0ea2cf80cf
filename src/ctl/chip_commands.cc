// What mlosimctl shows of radios' chips, and how it makes things go wrong.

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <utility>

#include <linux/netlink.h>
#include <nlohmann/json.hpp>

#include "ctl/commands.h"
#include "ctl/table.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* the_air = "air";

std::string dumped(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// "[   12.345678] " as the kernel writes times.
std::string kernel_time(std::uint64_t nanoseconds) {
    char text[40];
    std::snprintf(text, sizeof text, "[%5llu.%06llu] ", static_cast<unsigned long long>(nanoseconds / 1'000'000'000),
                  static_cast<unsigned long long>(nanoseconds / 1000 % 1'000'000));
    return text;
}

/// An entry of a record, put together from the messages that it came in.
struct Entry {
    std::uint32_t radio = 0;
    std::string record;
    std::uint64_t number = 0;
    std::uint64_t at = 0;
    std::string text;
    std::string json;
};

/// Puts entries together. Nothing: the entry goes on in the next message.
class EntryReader {
public:
    std::optional<Entry> take(const Reply& reply) {
        const Attributes& a = reply.attributes();
        const std::uint64_t number = a.number(MLOSIM_ATTR_NUMBER).value_or(0);
        if (number != entry_.number) entry_ = Entry{};
        entry_.number = number;
        entry_.radio = static_cast<std::uint32_t>(a.number(MLOSIM_ATTR_RADIO).value_or(0));
        entry_.record = a.text(MLOSIM_ATTR_RECORD).value_or("");
        entry_.at = a.number(MLOSIM_ATTR_TIME).value_or(0);
        entry_.text += a.text(MLOSIM_ATTR_TEXT).value_or("");
        entry_.json += a.text(MLOSIM_ATTR_JSON).value_or("");
        if (a.has(MLOSIM_ATTR_MORE)) return std::nullopt;
        return std::exchange(entry_, Entry{});
    }

private:
    Entry entry_;
};

std::vector<std::string> texts(const Attributes& nest) {
    std::vector<std::string> out;
    for (int number = 1; nest.has(number); ++number)
        out.push_back(nest.text(number).value_or(""));
    return out;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
    return text;
}

}  // namespace

Result<std::vector<Commands::ChipRadio>> Commands::chip_radios() {
    const auto replies = client_.ask(client_.request(MLOSIM_CMD_GET_RADIO, NLM_F_DUMP));
    if (!replies) return fail(replies.error());
    std::vector<ChipRadio> out;
    for (const Reply& reply : *replies) {
        const Attributes& a = reply.attributes();
        out.push_back({static_cast<std::uint32_t>(a.number(MLOSIM_ATTR_RADIO).value_or(0)),
                       a.text(MLOSIM_ATTR_PLACE).value_or(""), a.text(MLOSIM_ATTR_RADIO_NAME).value_or(""),
                       a.text(MLOSIM_ATTR_WIPHY_NAME).value_or(""), a.text(MLOSIM_ATTR_CHIP).value_or("generic"),
                       a.text(MLOSIM_ATTR_FRONT).value_or("")});
    }
    std::ranges::sort(out, {}, &ChipRadio::index);
    return out;
}

/// By the scenario's name for it, its device, its wiphy, or its number.
Result<Commands::ChipRadio> Commands::chip_radio(const std::string& name) {
    const auto radios = chip_radios();
    if (!radios) return fail(radios.error());
    for (const ChipRadio& radio : *radios)
        if (radio.place == name || radio.device == name || radio.wiphy == name || std::to_string(radio.index) == name)
            return radio;
    return fail(ENODEV, "there is no radio " + name);
}

Result<void> Commands::show_table(const std::string& name, const std::string& table) {
    const auto radio = chip_radio(name);
    if (!radio) return fail(radio.error());
    Request request = client_.request(MLOSIM_CMD_GET_TABLE, NLM_F_DUMP);
    request.number32(MLOSIM_ATTR_RADIO, radio->index).text(MLOSIM_ATTR_TABLE, table);
    const auto replies = client_.ask(request);
    if (!replies) return fail(replies.error());
    if (replies->empty()) return fail(EPROTO, "mlosimd acknowledged but did not answer");
    const std::vector<std::string> columns = texts(replies->front().attributes().nest(MLOSIM_ATTR_COLUMNS));
    std::vector<std::string> heading;
    std::ranges::transform(columns, std::back_inserter(heading), upper);
    Table shown(std::move(heading));
    Json rows = Json::array();
    for (std::size_t i = 1; i < replies->size(); ++i) {
        std::vector<std::string> cells = texts((*replies)[i].attributes().nest(MLOSIM_ATTR_CELLS));
        cells.resize(columns.size());
        Json row = Json::object();
        for (std::size_t c = 0; c < columns.size(); ++c)
            if (!cells[c].empty()) row[columns[c]] = cells[c];
        rows.push_back(std::move(row));
        shown.add(std::move(cells));
    }
    if (format_ == Format::json)
        out_ << dumped(rows, 2) << '\n';
    else
        shown.print(out_);
    return {};
}

void Commands::print_entry(const ChipRadio& radio, std::uint64_t at, const std::string& text, const std::string& json,
                           bool name_radio) {
    if (format_ == Format::people) {
        out_ << kernel_time(at) << (name_radio ? radio.place + ": " : "") << text << '\n';
        return;
    }
    Json line = {{"t", at}, {"radio", radio.place}, {"text", text}};
    out_ << (json.empty() ? dumped(line) : json) << '\n';
}

/// Entries of one record: what is kept of them, then as they come.
Result<void> Commands::show_record(const std::string& record, const std::vector<ChipRadio>& radios, bool follow,
                                   std::uint64_t count) {
    if (follow)
        if (const auto joined = client_.subscribe(MLOSIM_GENL_GROUP_RECORDS); !joined) return joined;
    struct Shown {
        const ChipRadio* radio;
        Entry entry;
    };
    std::vector<Shown> kept;
    std::map<std::uint32_t, std::uint64_t> last;
    for (const ChipRadio& radio : radios) {
        Request request = client_.request(MLOSIM_CMD_GET_RECORD, NLM_F_DUMP);
        request.number32(MLOSIM_ATTR_RADIO, radio.index).text(MLOSIM_ATTR_RECORD, record);
        const auto replies = client_.ask(request);
        if (!replies) return fail(replies.error());
        EntryReader reader;
        for (const Reply& reply : *replies)
            if (auto entry = reader.take(reply)) {
                last[radio.index] = entry->number;
                kept.push_back({&radio, std::move(*entry)});
            }
    }
    std::ranges::stable_sort(kept, {}, [](const Shown& shown) { return shown.entry.at; });
    const bool several = radios.size() > 1;
    std::uint64_t shown = 0;
    for (const Shown& one : kept)
        if (count == 0 || shown++ < count)
            print_entry(*one.radio, one.entry.at, one.entry.text, one.entry.json, several);
    out_ << std::flush;
    EntryReader reader;
    while (follow && (count == 0 || shown < count)) {
        const auto events = client_.next_events();
        if (!events) return fail(events.error());
        for (const Reply& event : *events) {
            if (event.command() != MLOSIM_CMD_NEW_ENTRY) continue;
            const auto entry = reader.take(event);
            if (!entry || entry->record != record || entry->number <= last[entry->radio]) continue;
            const auto radio = std::ranges::find(radios, entry->radio, &ChipRadio::index);
            if (radio == radios.end() || (count != 0 && shown >= count)) continue;
            ++shown;
            print_entry(*radio, entry->at, entry->text, entry->json, several);
        }
        out_ << std::flush;
    }
    return {};
}

Result<void> Commands::mcu(const std::string& name, bool follow, std::uint64_t count) {
    const auto radio = chip_radio(name);
    if (!radio) return fail(radio.error());
    return show_record("mcu", {*radio}, follow, count);
}

Result<void> Commands::bus(const std::string& name, bool follow, std::uint64_t count) {
    const auto radio = chip_radio(name);
    if (!radio) return fail(radio.error());
    if (radio->front.empty()) return fail(EOPNOTSUPP, "the driver of " + name + " is in the world");
    return show_record("pcie", {*radio}, follow, count);
}

Result<void> Commands::dmesg(const std::string& name, bool follow, std::uint64_t count) {
    if (!name.empty()) {
        const auto radio = chip_radio(name);
        if (!radio) return fail(radio.error());
        if (!radio->front.empty())
            return fail(EOPNOTSUPP, "the driver of " + name + " is in a virtual machine, and prints there");
        return show_record("kernel", {*radio}, follow, count);
    }
    auto radios = chip_radios();
    if (!radios) return fail(radios.error());
    std::erase_if(*radios, [](const ChipRadio& radio) { return radio.chip == "generic" || !radio.front.empty(); });
    if (radios->empty()) return fail(ENODEV, "no radio here has a chip with a driver in the world");
    return show_record("kernel", *radios, follow, count);
}

// Faults.

Result<Request> Commands::about_faults(std::uint8_t command, const std::string& target, int flags) {
    Request request = client_.request(command, flags);
    if (target == the_air) return request;
    const auto radio = chip_radio(target);
    if (!radio) return fail(radio.error());
    request.number32(MLOSIM_ATTR_RADIO, radio->index);
    return request;
}

Result<void> Commands::faults(const std::string& target) {
    std::vector<std::string> targets{target};
    if (target.empty()) {
        const auto radios = chip_radios();
        if (!radios) return fail(radios.error());
        targets = {the_air};
        for (const ChipRadio& radio : *radios)
            if (radio.chip != "generic") targets.push_back(radio.place);
    }
    Table table({"OF", "FAULT", "ACTED", "RULE"});
    Json list = Json::array();
    for (const std::string& one : targets) {
        const auto request = about_faults(MLOSIM_CMD_GET_FAULT, one, NLM_F_DUMP);
        if (!request) return fail(request.error());
        const auto replies = client_.ask(*request);
        if (!replies && target.empty() && replies.error().code == EOPNOTSUPP) continue;
        if (!replies) return fail(replies.error());
        for (const Reply& reply : *replies) {
            const Attributes& a = reply.attributes();
            const std::uint64_t id = a.number(MLOSIM_ATTR_FAULT).value_or(0);
            const std::uint64_t acted = a.number(MLOSIM_ATTR_ACTED).value_or(0);
            const std::string rule = a.text(MLOSIM_ATTR_TEXT).value_or("");
            list.push_back({{"of", one}, {"fault", id}, {"acted", acted}, {"rule", rule}});
            table.add({one, std::to_string(id), std::to_string(acted), rule});
        }
    }
    if (format_ == Format::json)
        out_ << dumped(list, 2) << '\n';
    else
        table.print(out_);
    return {};
}

Result<void> Commands::add_fault(const std::string& target, const std::string& rule) {
    auto request = about_faults(MLOSIM_CMD_ADD_FAULT, target);
    if (!request) return fail(request.error());
    const auto reply = one(request->text(MLOSIM_ATTR_TEXT, rule));
    if (!reply) return fail(reply.error());
    const std::uint64_t id = reply->attributes().number(MLOSIM_ATTR_FAULT).value_or(0);
    if (format_ == Format::json)
        out_ << dumped(Json{{"fault", id}}) << '\n';
    else
        out_ << id << '\n';
    return {};
}

Result<void> Commands::remove_fault(const std::string& target, std::uint32_t fault) {
    auto request = about_faults(MLOSIM_CMD_REMOVE_FAULT, target);
    if (!request) return fail(request.error());
    return done(request->number32(MLOSIM_ATTR_FAULT, fault));
}

Result<void> Commands::suspend_host(const std::string& radio, bool sleeps) {
    const auto request = about_faults(sleeps ? MLOSIM_CMD_SUSPEND_HOST : MLOSIM_CMD_WAKE_HOST, radio);
    if (!request) return fail(request.error());
    return done(*request);
}

Result<void> Commands::clear_faults(const std::string& target) {
    const auto request = about_faults(MLOSIM_CMD_REMOVE_FAULT, target);
    if (!request) return fail(request.error());
    return done(*request);
}

}  // namespace mlosim::ctl
