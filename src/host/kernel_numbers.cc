#include "host/kernel_numbers.h"

#include <cerrno>
#include <charconv>
#include <limits>

namespace mlosim::host {
namespace {

Result<std::uint64_t> parse_digits(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error == std::errc::result_out_of_range) return fail(ERANGE);
    if (error != std::errc{} || end != text.data() + text.size()) return fail(EINVAL);
    return number;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

Result<std::uint64_t> parse_kernel_unsigned(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    take(text, '+');
    return parse_digits(text);
}

Result<std::int64_t> parse_kernel_signed(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const bool negative = take(text, '-');
    if (!negative) take(text, '+');
    const auto digits = parse_digits(text);
    if (!digits) return fail(digits.error());
    const std::uint64_t limit =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
    if (*digits > limit) return fail(ERANGE);
    return static_cast<std::int64_t>(negative ? 0 - *digits : *digits);
}

Result<std::int32_t> parse_sysctl_int(std::string_view text) {
    constexpr std::string_view blanks = " \t\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return fail(EINVAL);
    text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
    const auto number = parse_kernel_signed(text);
    if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
        *number > std::numeric_limits<std::int32_t>::max())
        return fail(EINVAL);
    return static_cast<std::int32_t>(*number);
}

}  // namespace mlosim::host
