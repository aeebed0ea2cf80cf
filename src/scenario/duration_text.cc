#include "scenario/duration_text.h"

#include <cstdint>
#include <utility>

namespace mlosim::scenario {

namespace {

constexpr std::pair<std::string_view, std::int64_t> units[] = {
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"min", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"TU", sim::time_unit.count()},
};
constexpr std::int64_t a_year = std::int64_t{366} * 24 * 3'600'000'000'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

// All in integers: 0.1 s is 100 ms to the nanosecond.
std::optional<sim::Duration> parse_duration(std::string_view text) {
    std::size_t i = 0;
    std::int64_t whole = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
        whole = whole * 10 + (text[i] - '0');
        if (whole > a_year) return std::nullopt;
    }
    if (i == 0) return std::nullopt;
    std::string_view fraction;
    if (i < text.size() && text[i] == '.') {
        const std::size_t begin = ++i;
        while (i < text.size() && is_digit(text[i]))
            ++i;
        if (i == begin) return std::nullopt;
        fraction = text.substr(begin, i - begin);
    }
    if (i < text.size() && text[i] == ' ') ++i;
    for (const auto& [name, ns] : units) {
        if (text.substr(i) != name) continue;
        if (whole > a_year / ns) return std::nullopt;
        std::int64_t total = whole * ns;
        std::int64_t rest = ns;
        for (const char digit : fraction) {
            // What is left of the unit must divide by ten, or the digit be 0, or the time is finer than we can say.
            if (rest % 10 != 0 && digit != '0') return std::nullopt;
            rest /= 10;
            total += rest * (digit - '0');
        }
        if (total > a_year) return std::nullopt;
        return sim::Duration{total};
    }
    return std::nullopt;
}

std::string in_seconds(sim::Duration duration) {
    const std::int64_t ns = duration.count();
    std::string text = std::to_string(ns / 1'000'000'000);
    std::string fraction = std::to_string(ns % 1'000'000'000);
    fraction.insert(0, 9 - fraction.size(), '0');
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (!fraction.empty()) text += "." + fraction;
    return text + " s";
}

}  // namespace mlosim::scenario
