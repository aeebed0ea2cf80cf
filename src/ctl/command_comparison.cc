#include "ctl/command_comparison.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "ctl/trace_reader.h"

namespace mlosim::ctl {

namespace {

using Json = nlohmann::ordered_json;
using What = CommandDifference::What;
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

void flatten(std::vector<SpokenCommand::Field>& out, const std::string& prefix, const Json& fields) {
    for (const auto& [name, value] : fields.items()) {
        const std::string path = prefix + name;
        if (value.is_array()) {
            out.push_back({path, std::to_string(value.size())});
            for (std::size_t i = 0; i < value.size(); ++i)
                flatten(out, path + "[" + std::to_string(i) + "].", value[i]);
        } else {
            out.push_back({path, text_of(value)});
        }
    }
}

std::string name_of(const Json& tlv) {
    const std::string name = tlv.value("name", "");
    return name.empty() ? "tag " + std::to_string(tlv.value("tag", 0U)) : name;
}

/// Its name, whom it concerns, what it begins with.
std::string kind_of(const Json& message, const Json& tlvs) {
    std::string out = message.value("name", "");
    if (out.empty()) out = "command " + std::to_string(message.value("cid", 0U));
    if (message.contains("wcid"))
        out += " wcid " + text_of(message["wcid"]);
    else if (message.contains("bss"))
        out += " bss " + text_of(message["bss"]);
    if (tlvs.empty()) return out;
    out += " " + name_of(tlvs.front());
    if (tlvs.size() > 1 && name_of(tlvs[1]) != name_of(tlvs.front())) out += " and more";
    return out;
}

/// The longest common order of what lies between the common beginning and the common end.
Pairs align(const CommandComparison::Commands& a, const CommandComparison::Commands& b) {
    const auto same = [&](std::size_t i, std::size_t j) { return a[i].kind == b[j].kind; };
    std::size_t begin = 0;
    while (begin < a.size() && begin < b.size() && same(begin, begin))
        ++begin;
    std::size_t tail = 0;
    while (begin + tail < a.size() && begin + tail < b.size() && same(a.size() - tail - 1, b.size() - tail - 1))
        ++tail;
    const std::size_t rows = a.size() - begin - tail;
    const std::size_t columns = b.size() - begin - tail;
    std::vector<std::uint16_t> lengths((rows + 1) * (columns + 1));
    const auto length = [&](std::size_t i, std::size_t j) -> std::uint16_t& { return lengths[i * (columns + 1) + j]; };
    for (std::size_t i = rows; i-- > 0;)
        for (std::size_t j = columns; j-- > 0;)
            length(i, j) = same(begin + i, begin + j) ? static_cast<std::uint16_t>(length(i + 1, j + 1) + 1)
                                                      : std::max(length(i + 1, j), length(i, j + 1));
    Pairs out;
    for (std::size_t i = 0; i < begin; ++i)
        out.emplace_back(i, i);
    for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
        if (same(begin + i, begin + j)) {
            out.emplace_back(begin + i, begin + j);
            ++i;
            ++j;
        } else if (length(i + 1, j) >= length(i, j + 1)) {
            ++i;
        } else {
            ++j;
        }
    }
    for (std::size_t i = tail; i-- > 0;)
        out.emplace_back(a.size() - i - 1, b.size() - i - 1);
    return out;
}

}  // namespace

bool is_address(std::string_view text) {
    constexpr std::size_t octets = 6;
    if (text.size() != octets * 3 - 1) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (i % 3 == 2 ? c != ':' : !digit) return false;
    }
    return true;
}

bool CommandComparison::is_locally_administered(const std::string& address) {
    if (!is_address(address)) return false;
    const int first = std::stoi(address.substr(0, 2), nullptr, 16);
    return (first & 3) == 2;  // and of one receiver
}

CommandFigures& CommandFigures::operator+=(const CommandFigures& other) {
    commands += other.commands;
    in_place += other.in_place;
    more += other.more;
    fields += other.fields;
    agreeing += other.agreeing;
    return *this;
}

Result<SpokenCommand> spoken_command(std::string_view message_json) {
    const Json message = is_shallow(message_json) ? Json::parse(message_json, nullptr, false) : Json();
    const auto malformed = [] { return fail(EBADMSG, "no message of a chip"); };
    if (!message.is_object() || !message.contains("name") || !message.contains("tlvs")) return malformed();
    const Json& tlvs = message["tlvs"];
    try {
        SpokenCommand out;
        out.kind = kind_of(message, tlvs);
        out.fields.push_back({"option", text_of(message.at("opt"))});
        if (message.contains("header")) flatten(out.fields, "header.", message["header"]);
        std::map<std::string, unsigned> seen;
        for (const Json& tlv : tlvs) {
            const std::string kind = name_of(tlv);
            const unsigned number = ++seen[kind];
            // A second one of a kind is "#2".
            const std::string name = number == 1 ? kind : kind + "#" + std::to_string(number);
            out.fields.push_back({name, text_of(tlv.at("len")) + " octets"});
            flatten(out.fields, name + ".", tlv.at("fields"));
        }
        return out;
    } catch (const Json::exception&) {
        return malformed();
    }
}

bool CommandComparison::same_value(const std::string& first, const std::string& second) {
    if (first == second) return true;
    if (!is_address(first) || !is_address(second) || !is_made_up_(first) || !is_made_up_(second)) return false;
    const auto known = there_.find(first);
    if (known != there_.end()) return known->second == second;
    if (back_.contains(second)) return false;
    there_[first] = second;
    back_[second] = first;
    return true;
}

void CommandComparison::compare_fields(const SpokenCommand& first, const SpokenCommand& second, CommandFigures& figures,
                                       const std::function<void(const CommandDifference&)>& note) {
    std::vector<SpokenCommand::Field> left = second.fields;
    figures.fields += first.fields.size();
    for (const SpokenCommand::Field& field : first.fields) {
        const auto found = std::ranges::find(left, field.path, &SpokenCommand::Field::path);
        if (found == left.end()) {
            note({What::no_field, first.kind, field.path, field.value, {}});
            continue;
        }
        if (same_value(field.value, found->value))
            ++figures.agreeing;
        else
            note({What::other_value, first.kind, field.path, field.value, found->value});
        left.erase(found);
    }
    for (const SpokenCommand::Field& field : left)
        note({What::more_field, first.kind, field.path, {}, field.value});
}

CommandFigures CommandComparison::compare(const Commands& first, const Commands& second,
                                          const std::function<void(const CommandDifference&)>& note) {
    CommandFigures figures;
    figures.commands = first.size();
    std::vector<bool> matched(first.size());
    std::vector<bool> used(second.size());
    const auto pair = [&](std::size_t i, std::size_t j) {
        matched[i] = used[j] = true;
        compare_fields(first[i], second[j], figures, note);
    };
    for (const auto& [i, j] : align(first, second)) {
        ++figures.in_place;
        pair(i, j);
    }
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (matched[i]) continue;
        std::optional<std::size_t> elsewhere;
        for (std::size_t j = 0; j < second.size() && !elsewhere; ++j)
            if (!used[j] && second[j].kind == first[i].kind) elsewhere = j;
        note({elsewhere ? What::moved : What::missing, first[i].kind, {}, {}, {}});
        if (elsewhere)
            pair(i, *elsewhere);
        else
            figures.fields += first[i].fields.size();
    }
    for (std::size_t j = 0; j < second.size(); ++j) {
        if (used[j]) continue;
        ++figures.more;
        note({What::more, second[j].kind, {}, {}, {}});
    }
    return figures;
}

}  // namespace mlosim::ctl
