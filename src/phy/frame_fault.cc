#include "phy/frame_fault.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ieee80211/frame_header.h"

namespace mlosim::phy {

namespace {

using ieee80211::FrameType;

constexpr std::uint32_t always = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<FrameName, 22> frame_names{{
    {"mgmt", FrameType::management, {}},
    {"ctrl", FrameType::control, {}},
    {"data", FrameType::data, {}},
    {"assoc_req", FrameType::management, 0},
    {"assoc_resp", FrameType::management, 1},
    {"reassoc_req", FrameType::management, 2},
    {"reassoc_resp", FrameType::management, 3},
    {"probe_req", FrameType::management, 4},
    {"probe_resp", FrameType::management, 5},
    {"beacon", FrameType::management, 8},
    {"disassoc", FrameType::management, 10},
    {"auth", FrameType::management, 11},
    {"deauth", FrameType::management, 12},
    {"action", FrameType::management, 13},
    {"action_no_ack", FrameType::management, 14},
    {"trigger", FrameType::control, 2},
    {"block_ack_req", FrameType::control, 8},
    {"ps_poll", FrameType::control, 10},
    {"null", FrameType::data, 4},
    {"qos_data", FrameType::data, 8},
    {"qos_null", FrameType::data, 12},
    {"plain_data", FrameType::data, 0},
}};

struct EffectName {
    std::string_view name;
    FrameEffect effect;
    bool has_value;
    std::uint32_t most;
};
constexpr std::array<EffectName, 4> effect_names{{{"drop_frame", FrameEffect::drop, false, 0},
                                                  {"delay_frame", FrameEffect::delay, true, 600'000},
                                                  {"corrupt_frame", FrameEffect::corrupt, true, 4096},
                                                  {"duplicate_frame", FrameEffect::duplicate, false, 0}}};

const EffectName* effect_of(std::string_view name) {
    const auto found = std::ranges::find(effect_names, name, &EffectName::name);
    return found == effect_names.end() ? nullptr : &*found;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view next_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

struct Word {
    std::string_view name;
    std::optional<std::string_view> value;
};

Word split(std::string_view word) {
    const std::size_t sign = word.find('=');
    if (sign == std::string_view::npos) return {word, std::nullopt};
    return {word.substr(0, sign), word.substr(sign + 1)};
}

Result<void> read_count(const Word& word, std::uint32_t least, std::uint32_t most, std::uint32_t& out) {
    const auto value = number(*word.value);
    if (!value || *value < least || *value > most)
        return fail(EINVAL, quoted(*word.value) + " is not allowed for " + std::string(word.name) + ": a number from " +
                                std::to_string(least) + " to " + std::to_string(most));
    out = *value;
    return {};
}

std::string all_frame_names() {
    std::string out;
    for (const FrameName& known : frame_names)
        out += (out.empty() ? "" : ", ") + std::string(known.name);
    return out;
}

Result<void> read_match(FrameMatch& match, const Word& word) {
    if (word.name == "frame") {
        const auto found = std::ranges::find(frame_names, *word.value, &FrameName::name);
        if (found == frame_names.end()) return fail(EINVAL, quoted(*word.value) + " is no frame: " + all_frame_names());
        match.frame = &*found;
    } else if (word.name == "address") {
        match.address = ieee80211::MacAddress::parse(*word.value);
        if (!match.address) return fail(EINVAL, quoted(*word.value) + " is no MAC address");
    } else if (word.name == "band") {
        match.band = parse_band(*word.value);
        if (!match.band || *match.band == Band::s1g)
            return fail(EINVAL, quoted(*word.value) + " is no band: 2.4, 5, 6");
    } else {
        if (word.value->empty()) return fail(EINVAL, std::string(word.name) + "= needs a radio's name");
        (word.name == "from" ? match.from : match.to) = *word.value;
    }
    return {};
}

Result<void> read_word(FrameRule& rule, std::string_view text) {
    constexpr std::array<std::string_view, 5> matches{"frame", "from", "to", "address", "band"};
    constexpr std::uint32_t most_priority = 1000;
    const Word word = split(text);
    if (word.value) {
        if (std::ranges::find(matches, word.name) != matches.end()) return read_match(rule.match, word);
        if (word.name == "percent") return read_count(word, 1, 100, rule.percent);
        if (word.name == "every") return read_count(word, 1, always, rule.every);
        if (word.name == "skip") return read_count(word, 0, always - 1, rule.skip);
        if (word.name == "times") return read_count(word, 1, always - 1, rule.times);
        if (word.name == "priority") {
            std::uint32_t priority = 0;
            auto read = read_count(word, 0, most_priority, priority);
            rule.priority = static_cast<int>(priority);
            return read;
        }
    }
    return fail(EINVAL, quoted(text) +
                            " is none of frame=, from=, to=, address=, band=, percent=, every=, skip=, "
                            "times=, priority=");
}

bool fits(const FrameMatch& match, const FrameSubject& subject, const ieee80211::FrameView& frame) {
    if (match.to != subject.to) return false;
    if (!match.from.empty() && match.from != subject.from) return false;
    if (match.band && *match.band != subject.band) return false;
    if (match.frame != nullptr) {
        const auto fc = frame.frame_control();
        if (fc.type() != match.frame->type) return false;
        if (match.frame->subtype && fc.subtype() != *match.frame->subtype) return false;
    }
    return !match.address || frame.addr1() == *match.address || frame.addr2() == match.address;
}

}  // namespace

bool is_frame_rule(std::string_view text) {
    return effect_of(split(next_word(text)).name) != nullptr;
}

Result<FrameRule> parse_frame_rule(std::string_view text) {
    const Word first = split(next_word(text));
    const EffectName* effect = effect_of(first.name);
    if (effect == nullptr)
        return fail(EINVAL, quoted(first.name) + " is none of drop_frame, delay_frame, corrupt_frame, duplicate_frame");
    FrameRule rule;
    rule.effect = effect->effect;
    if (effect->has_value != first.value.has_value())
        return fail(EINVAL, std::string(first.name) + (effect->has_value ? " needs a value: " : " takes no value") +
                                (effect->has_value ? std::string(first.name) + "=…" : ""));
    if (effect->has_value)
        if (auto read = read_count(first, 0, effect->most, rule.value); !read) return fail(read.error());
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text))
        if (auto read = read_word(rule, word); !read) return fail(read.error());
    if (rule.effect == FrameEffect::delay && !rule.match.to.empty())
        return fail(EINVAL, "delay_frame takes no to=: a frame is late for everybody");
    return rule;
}

std::string to_text(const FrameRule& rule) {
    const auto effect = std::ranges::find(effect_names, rule.effect, &EffectName::effect);
    std::string out(effect->name);
    if (effect->has_value) out += "=" + std::to_string(rule.value);
    if (rule.match.frame != nullptr) out += " frame=" + std::string(rule.match.frame->name);
    if (!rule.match.from.empty()) out += " from=" + rule.match.from;
    if (!rule.match.to.empty()) out += " to=" + rule.match.to;
    if (rule.match.address) out += " address=" + rule.match.address->to_string();
    if (rule.match.band) {
        const std::string_view name = to_string(*rule.match.band);
        out += " band=" + std::string(name.substr(0, name.find(' ')));
    }
    const auto add = [&](const char* name, std::uint32_t value, std::uint32_t usual) {
        if (value != usual) out += std::string(" ") + name + "=" + std::to_string(value);
    };
    add("percent", rule.percent, 100);
    add("every", rule.every, 1);
    add("skip", rule.skip, 0);
    add("times", rule.times, always);
    add("priority", static_cast<std::uint32_t>(rule.priority), 0);
    return out;
}

FrameRules::Id FrameRules::add(FrameRule rule) {
    rules_.push_back({next_id_, std::move(rule)});
    return next_id_++;
}

bool FrameRules::remove(Id id) {
    return std::erase_if(rules_, [&](const Entry& entry) { return entry.id == id; }) > 0;
}

std::optional<FrameRule> FrameRules::take(const FrameSubject& subject) {
    if (rules_.empty()) return std::nullopt;
    const auto frame = ieee80211::FrameView::parse(subject.frame);
    if (!frame) return std::nullopt;
    Entry* chosen = nullptr;
    for (Entry& entry : rules_) {
        const FrameRule& rule = entry.rule;
        if (entry.acted == rule.times || !fits(rule.match, subject, *frame)) continue;
        if (rule.percent < 100 && !random_.chance(rule.percent / 100.0)) continue;
        const std::uint32_t number = entry.matched++;
        if (number < rule.skip || (number - rule.skip) % rule.every != 0) continue;
        if (chosen == nullptr || rule.priority > chosen->rule.priority) chosen = &entry;
    }
    if (chosen == nullptr) return std::nullopt;
    ++chosen->acted;
    return chosen->rule;
}

}  // namespace mlosim::phy
