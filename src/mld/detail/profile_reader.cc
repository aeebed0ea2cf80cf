#include "mld/detail/profile_reader.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "mld/detail/profile_names.h"

namespace mlosim::mld::detail {

namespace {

/// RFC 6901: '~' and '/' inside a member's name.
std::string escaped(std::string_view key) {
    std::string out;
    for (char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

/// A value as a message can show it: short, on one line.
std::string shown(const Json& value) {
    constexpr std::size_t longest = 60;
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "…";
    return text;
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

}  // namespace

ProfileReader::Scope::Scope(ProfileReader& reader, std::string_view key)
    : reader_(reader), length_(reader.pointer_.size()) {
    reader_.pointer_ += '/';
    reader_.pointer_ += escaped(key);
}

ProfileReader::Scope::Scope(ProfileReader& reader, std::size_t index) : Scope(reader, std::to_string(index)) {}

void ProfileReader::mistake(const Json& found, std::string allowed) {
    mistake_text(shown(found), std::move(allowed));
}

void ProfileReader::mistake_text(std::string found, std::string allowed) {
    mistakes_.push_back({pointer_, std::move(found), std::move(allowed)});
}

bool ProfileReader::has(const Json& object, std::string_view key) {
    return object.contains(std::string(key));
}

void ProfileReader::only(const Json& object, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : object.items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        const Scope scope(*this, key);
        mistake_text("an unknown member", listed(std::span(known.begin(), known.size())));
    }
}

const Json* ProfileReader::object(const Json& parent, std::string_view key) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return nullptr;
    if (it->is_object()) return &*it;
    const Scope scope(*this, key);
    mistake(*it, "an object");
    return nullptr;
}

const Json* ProfileReader::array(const Json& parent, std::string_view key) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return nullptr;
    if (it->is_array()) return &*it;
    const Scope scope(*this, key);
    mistake(*it, "a list");
    return nullptr;
}

std::optional<std::uint64_t> ProfileReader::unsigned_member(const Json& parent, std::string_view key,
                                                            std::uint64_t max) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return std::nullopt;
    if (it->is_number_unsigned() && it->get<std::uint64_t>() <= max) return it->get<std::uint64_t>();
    const Scope scope(*this, key);
    mistake(*it, "a whole number from 0 to " + std::to_string(max));
    return std::nullopt;
}

void ProfileReader::optional_number(const Json& parent, std::string_view key, std::optional<std::uint32_t>& out) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return;
    if (it->is_null()) {
        out.reset();
        return;
    }
    if (auto v = unsigned_member(parent, key, 0xffffffff)) out = static_cast<std::uint32_t>(*v);
}

void ProfileReader::boolean(const Json& parent, std::string_view key, bool& out) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return;
    if (it->is_boolean()) {
        out = it->get<bool>();
        return;
    }
    const Scope scope(*this, key);
    mistake(*it, "true or false");
}

void ProfileReader::text(const Json& parent, std::string_view key, std::string& out) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return;
    if (it->is_string()) {
        out = it->get<std::string>();
        return;
    }
    const Scope scope(*this, key);
    mistake(*it, "a text");
}

std::optional<std::uint64_t> ProfileReader::hex_number_member(const Json& parent, std::string_view key,
                                                              std::size_t digits) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return std::nullopt;
    if (it->is_string()) {
        const auto& word = it->get_ref<const std::string&>();
        std::uint64_t value = 0;
        if (word.size() > 2 && word.size() <= 2 + digits && word.starts_with("0x") &&
            std::from_chars(word.data() + 2, word.data() + word.size(), value, 16).ptr == word.data() + word.size())
            return value;
    }
    const Scope scope(*this, key);
    mistake(*it, "\"0x\" and up to " + std::to_string(digits) + " hex digits");
    return std::nullopt;
}

void ProfileReader::bytes(const Json& parent, std::string_view key, ieee80211::Bytes& out, std::size_t size) {
    const auto it = parent.find(std::string(key));
    if (it == parent.end()) return;
    const Scope scope(*this, key);
    const std::string allowed =
        size == 0 ? "pairs of hex digits" : std::to_string(size) + " bytes as pairs of hex digits";
    if (!it->is_string()) return mistake(*it, allowed);
    const auto& word = it->get_ref<const std::string&>();
    if (word.size() % 2 != 0 || (size != 0 && word.size() != size * 2)) return mistake(*it, allowed);
    ieee80211::Bytes read;
    for (std::size_t at = 0; at < word.size(); at += 2) {
        const auto high = hex_digit(word[at]);
        const auto low = hex_digit(word[at + 1]);
        if (!high || !low) return mistake(*it, allowed);
        read.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    out = std::move(read);
}

std::vector<std::uint32_t> ProfileReader::words(const Json& parent, std::string_view key,
                                                std::span<const std::string_view> names) {
    std::vector<std::uint32_t> out;
    const Json* list = array(parent, key);
    if (list == nullptr) return out;
    const Scope scope(*this, key);
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Json& word = (*list)[i];
        const Scope item(*this, i);
        const auto number = word.is_string() ? number_of(names, word.get_ref<const std::string&>()) : std::nullopt;
        if (number)
            out.push_back(*number);
        else
            mistake(word, listed(names));
    }
    return out;
}

void ProfileReader::types(const Json& parent, std::string_view key, InterfaceTypes& out) {
    const Json* list = array(parent, key);
    if (list == nullptr) return;
    const Scope scope(*this, key);
    InterfaceTypes read;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Json& word = (*list)[i];
        const Scope item(*this, i);
        const auto known = word.is_string() ? parse_interface_type(word.get_ref<const std::string&>()) : std::nullopt;
        if (known && *known != InterfaceType::mlo_link)
            read.add(*known);
        else
            mistake(word, listed(interface_type_names()));
    }
    out = read;
}

std::optional<InterfaceType> ProfileReader::type(const Json& parent, std::string_view key) {
    const auto it = parent.find(std::string(key));
    const Scope scope(*this, key);
    if (it == parent.end()) {
        mistake_text("nothing", listed(interface_type_names()));
        return std::nullopt;
    }
    const auto known = it->is_string() ? parse_interface_type(it->get_ref<const std::string&>()) : std::nullopt;
    if (known && *known != InterfaceType::mlo_link) return known;
    mistake(*it, listed(interface_type_names()));
    return std::nullopt;
}

std::string listed(std::span<const std::string_view> names) {
    std::string out;
    for (std::string_view name : names) {
        if (name.empty()) continue;
        if (!out.empty()) out += ", ";
        out += name;
    }
    return out;
}

}  // namespace mlosim::mld::detail
