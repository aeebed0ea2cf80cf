#include "mt7925/fault_rule_text.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include "mt7925/catalogue.h"
#include "mt7925/roc_tlvs.h"

namespace mlosim::mt7925 {
namespace {

constexpr std::uint32_t always = std::numeric_limits<std::uint32_t>::max();

/// Whether an effect means anything by a value, and whether it needs one.
enum class Value : std::uint8_t { none, number, country };

Value value_of(FaultEffect effect) {
    static constexpr FaultEffect numbers[] = {
        FaultEffect::delay,          FaultEffect::wrong_cid,   FaultEffect::status,
        FaultEffect::beacon_loss,    FaultEffect::delay_event, FaultEffect::late_grant,
        FaultEffect::grant_interval, FaultEffect::event_wcid,  FaultEffect::rx_wrong_wcid};
    if (effect == FaultEffect::regd_flip) return Value::country;
    return std::ranges::find(numbers, effect) != std::end(numbers) ? Value::number : Value::none;
}

std::optional<std::uint64_t> number(std::string_view text) {
    const bool hex = text.starts_with("0x");
    if (hex) text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Name {
    std::string_view text;
    std::uint64_t value;
};
constexpr Name roc_names[] = {{"join", static_cast<std::uint64_t>(RocType::join)},
                              {"roc", static_cast<std::uint64_t>(RocType::remain_on_channel)},
                              {"mlo_ag", static_cast<std::uint64_t>(RocType::mlsr_ag)},
                              {"mlo_aa", static_cast<std::uint64_t>(RocType::mlsr_aa)}};

std::optional<std::uint64_t> number_or_message(std::string_view text, std::span<const MessageForm> forms) {
    const auto form = std::ranges::find(forms, text, &MessageForm::name);
    if (form != forms.end()) return form->id;
    return number(text);
}

std::optional<std::uint64_t> command_number(std::string_view text) {
    for (std::uint16_t cid = 0; cid <= 0xff; ++cid) {
        if (text == rom_command_name(cid) && text != rom_command_name(0)) return first_rom_cid + cid;
    }
    const std::optional<std::uint64_t> value = number_or_message(text, all_commands());
    return value && *value < first_rom_cid ? value : std::nullopt;
}
std::string command_text(std::uint16_t cid) {
    if (cid >= first_rom_cid) return std::string(rom_command_name(cid - first_rom_cid));
    const MessageForm* form = find_command(cid);
    return form != nullptr ? std::string(form->name) : std::to_string(cid);
}
std::optional<std::uint64_t> event_number(std::string_view text) {
    return number_or_message(text, all_unsolicited_events());
}
std::optional<std::uint64_t> roc_number(std::string_view text) {
    const auto name = std::ranges::find(roc_names, text, &Name::text);
    if (name != std::end(roc_names)) return name->value;
    return number(text);
}

/// A word behind the effect.
struct Key {
    std::string_view name;
    std::string_view allowed;
    std::uint64_t most;
    std::optional<std::uint64_t> (*read)(std::string_view text);
    void (*store)(FaultRule& rule, std::uint64_t value);
};

constexpr Key keys[] = {
    {"cid", "a command's number or name", 0x1ff, command_number,
     [](FaultRule& r, std::uint64_t v) { r.match.cid = static_cast<std::uint16_t>(v); }},
    {"eid", "an event's number or name", 0xff, event_number,
     [](FaultRule& r, std::uint64_t v) { r.match.eid = static_cast<std::uint8_t>(v); }},
    {"bss", "a BSS index, 0 to 4", 4, number,
     [](FaultRule& r, std::uint64_t v) { r.match.bss_idx = static_cast<std::uint8_t>(v); }},
    {"wcid", "a WCID, 0 to 1023", 1023, number,
     [](FaultRule& r, std::uint64_t v) { r.match.wcid = static_cast<std::uint16_t>(v); }},
    {"roc", "join, roc, mlo_ag, mlo_aa or a number", 0xff, roc_number,
     [](FaultRule& r, std::uint64_t v) { r.match.roc_type = static_cast<std::uint8_t>(v); }},
    {"token", "a token, 0 to 8191", 8191, number,
     [](FaultRule& r, std::uint64_t v) { r.match.token = static_cast<std::uint16_t>(v); }},
    {"priority", "a number", 1000, number, [](FaultRule& r, std::uint64_t v) { r.priority = static_cast<int>(v); }},
    {"skip", "a number", always - 1, number,
     [](FaultRule& r, std::uint64_t v) { r.skip = static_cast<std::uint32_t>(v); }},
    {"times", "a number from 1 on", always - 1, number,
     [](FaultRule& r, std::uint64_t v) { r.times = static_cast<std::uint32_t>(v); }},
};

std::string_view next_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view word) {
    const std::size_t sign = word.find('=');
    if (sign == std::string_view::npos) return {word, std::nullopt};
    return {word.substr(0, sign), word.substr(sign + 1)};
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

bool is_letter(char c) {
    return c >= 'A' && c <= 'Z';
}

Result<void> read_value(FaultRule& rule, std::string_view effect, std::optional<std::string_view> text) {
    const Value wanted = value_of(rule.effect);
    if (wanted == Value::none) {
        if (text) return fail(EINVAL, std::string(effect) + " takes no value");
        return {};
    }
    if (!text) return fail(EINVAL, std::string(effect) + " needs a value: " + std::string(effect) + "=…");
    if (wanted == Value::country) {
        if (text->size() != 2 || !is_letter((*text)[0]) || !is_letter((*text)[1]))
            return fail(EINVAL, quoted(*text) + " is no country: two capital letters");
        rule.value = (*text)[0] | (*text)[1] << 8;
        return {};
    }
    const std::optional<std::uint64_t> value = number(*text);
    if (!value || *value > std::numeric_limits<std::uint32_t>::max())
        return fail(EINVAL, quoted(*text) + " is no number of 32 bits");
    rule.value = static_cast<std::int64_t>(*value);
    return {};
}

Result<void> read_key(FaultRule& rule, std::string_view word) {
    const auto [name, text] = split(word);
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == std::end(keys) || !text)
        return fail(EINVAL,
                    quoted(word) + " is none of cid=, eid=, bss=, wcid=, roc=, token=, priority=, skip=, times=");
    const std::optional<std::uint64_t> value = key->read(*text);
    const bool never = name == "times" && value == 0U;
    if (!value || *value > key->most || never)
        return fail(EINVAL,
                    quoted(*text) + " is not allowed for " + std::string(name) + ": " + std::string(key->allowed));
    key->store(rule, *value);
    return {};
}

}  // namespace

Result<FaultRule> parse_fault_rule(std::string_view text) {
    const auto [effect_name, value] = split(next_word(text));
    const std::optional<FaultEffect> effect = fault_effect(effect_name);
    if (!effect) return fail(EINVAL, quoted(effect_name) + " is no fault");
    FaultRule rule;
    rule.effect = *effect;
    if (const Result<void> read = read_value(rule, effect_name, value); !read) return fail(read.error());
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
        if (const Result<void> read = read_key(rule, word); !read) return fail(read.error());
    }
    if (rule.match.cid >= first_rom_cid && rule.effect != FaultEffect::drop_ack)
        return fail(EINVAL, command_text(*rule.match.cid) + " is the boot ROM's: only drop_ack is about its commands");
    return rule;
}

std::string to_text(const FaultRule& rule) {
    std::string text(name_of(rule.effect));
    const Value value = value_of(rule.effect);
    if (value == Value::number) text += "=" + std::to_string(rule.value);
    if (value == Value::country)
        text += {'=', static_cast<char>(rule.value & 0xff), static_cast<char>(rule.value >> 8 & 0xff)};
    if (rule.match.cid) text += " cid=" + command_text(*rule.match.cid);
    if (rule.match.eid) {
        const MessageForm* form = find_event(*rule.match.eid, true);
        text += " eid=" + (form != nullptr ? std::string(form->name) : std::to_string(*rule.match.eid));
    }
    if (rule.match.bss_idx) text += " bss=" + std::to_string(*rule.match.bss_idx);
    if (rule.match.wcid) text += " wcid=" + std::to_string(*rule.match.wcid);
    if (rule.match.token) text += " token=" + std::to_string(*rule.match.token);
    if (rule.match.roc_type) {
        const auto name = std::ranges::find(roc_names, *rule.match.roc_type, &Name::value);
        text +=
            " roc=" + (name != std::end(roc_names) ? std::string(name->text) : std::to_string(*rule.match.roc_type));
    }
    if (rule.priority != 0) text += " priority=" + std::to_string(rule.priority);
    if (rule.skip != 0) text += " skip=" + std::to_string(rule.skip);
    if (rule.times != always) text += " times=" + std::to_string(rule.times);
    return text;
}

}  // namespace mlosim::mt7925
