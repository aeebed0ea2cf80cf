#include "ctl/time_text.h"

#include <array>
#include <cctype>
#include <limits>
#include <string>

namespace mlosim::ctl {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
};
constexpr std::array<Unit, 6> units{
    {{"", 1'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1000}, {"ns", 1}, {"min", 60'000'000'000}}};

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

Result<TimeText> parse_time(std::string_view text) {
    const auto bad = [&] {
        return fail(EINVAL,
                    "'" + std::string(text) + "' is no time: expected a number with s, ms, us, ns or min, as in 2.5s");
    };
    std::string_view rest = text;
    TimeText time;
    if (rest.starts_with('+')) {
        time.relative = true;
        rest.remove_prefix(1);
    }

    // Digits are collected as an integer and the point as a divisor: a time in ns must not go through floating point.
    unsigned __int128 digits = 0;
    unsigned __int128 divisor = 1;
    bool any = false;
    bool point = false;
    while (!rest.empty() && (is_digit(rest.front()) || (rest.front() == '.' && !point))) {
        if (rest.front() == '.') {
            point = true;
        } else {
            if (digits > std::numeric_limits<std::uint64_t>::max()) return bad();
            digits = digits * 10 + static_cast<unsigned>(rest.front() - '0');
            if (point) divisor *= 10;
            any = true;
        }
        rest.remove_prefix(1);
    }
    if (!any) return bad();
    for (const Unit& unit : units) {
        if (rest != unit.name) continue;
        const unsigned __int128 total = digits * unit.nanoseconds / divisor;
        if (total > static_cast<unsigned __int128>(std::numeric_limits<std::int64_t>::max())) return bad();
        time.nanoseconds = static_cast<std::uint64_t>(total);
        return time;
    }
    return bad();
}

}  // namespace mlosim::ctl
