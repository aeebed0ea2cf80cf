#include "ctl/run/seeds.h"

#include <algorithm>
#include <charconv>

#include "sim/invariant.h"

namespace mlosim::ctl::run {

namespace {

bool take_number(std::string_view& text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

Result<Seeds> Seeds::parse(std::string_view text) {
    const auto refuse = [whole = std::string(text)](const std::string& why) {
        return fail(EINVAL, "seeds '" + whole + "': " + why);
    };
    Seeds out;
    for (std::string_view rest = text;;) {
        Range range{};
        if (!take_number(rest, range.first)) return refuse("expected numbers as in 1-1000 or 1,5,7-9");
        range.last = range.first;
        if (rest.starts_with('-')) {
            rest.remove_prefix(1);
            if (!take_number(rest, range.last)) return refuse("expected numbers as in 1-1000 or 1,5,7-9");
        }
        if (range.last < range.first) return refuse("the last is before the first");
        if (range.last - range.first >= most || out.size_ + (range.last - range.first) + 1 > most)
            return refuse("more than " + std::to_string(most));
        for (const Range& other : out.ranges_)
            if (range.first <= other.last && other.first <= range.last) return refuse("one is named twice");
        out.ranges_.push_back(range);
        out.size_ += range.last - range.first + 1;
        if (rest.empty()) return out;
        if (!rest.starts_with(',')) return refuse("expected numbers as in 1-1000 or 1,5,7-9");
        rest.remove_prefix(1);
    }
}

std::uint64_t Seeds::operator[](std::uint64_t n) const {
    for (const Range& range : ranges_) {
        const std::uint64_t length = range.last - range.first + 1;
        if (n < length) return range.first + n;
        n -= length;
    }
    MLOSIM_INVARIANT(false, "there are as many seeds as size() says");
    return 0;
}

std::string Seeds::text() const {
    std::string out;
    for (const Range& range : ranges_) {
        out += (out.empty() ? "" : ",") + std::to_string(range.first);
        if (range.last != range.first) out += "-" + std::to_string(range.last);
    }
    return out;
}

}  // namespace mlosim::ctl::run
