#include "scenario/moment_text.h"

#include <chrono>
#include <cstdint>

namespace mlosim::scenario {

namespace {

constexpr int last_year = 2199;

/// Takes text from the front, and remembers whether all went well.
class Taker {
public:
    explicit Taker(std::string_view text) : text_(text) {}

    int number(unsigned digits) {
        int value = 0;
        for (unsigned i = 0; i < digits; ++i)
            value = value * 10 + digit();
        return value;
    }
    void letter(char wanted) { good_ = take(wanted) && good_; }
    bool take(char wanted) {
        if (text_.empty() || text_.front() != wanted) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// Of a second, in nanoseconds.
    std::int64_t fraction() {
        std::int64_t value = 0;
        std::int64_t unit = 100'000'000;
        do {
            value += unit * digit();
            unit /= 10;
        } while (good_ && !text_.empty() && text_.front() >= '0' && text_.front() <= '9');
        return value;
    }
    [[nodiscard]] bool all_taken() const { return good_ && text_.empty(); }

private:
    int digit() {
        if (text_.empty() || text_.front() < '0' || text_.front() > '9') {
            good_ = false;
            return 0;
        }
        const int value = text_.front() - '0';
        text_.remove_prefix(1);
        return value;
    }

    std::string_view text_;
    bool good_ = true;
};

}  // namespace

std::optional<sim::Duration> parse_moment(std::string_view text) {
    using namespace std::chrono;
    Taker in(text);
    const int year_number = in.number(4);
    in.letter('-');
    const int month_number = in.number(2);
    in.letter('-');
    const int day_number = in.number(2);
    in.letter('T');
    const int hour = in.number(2);
    in.letter(':');
    const int minute = in.number(2);
    in.letter(':');
    const int second = in.number(2);
    const std::int64_t fraction = in.take('.') ? in.fraction() : 0;
    int ahead_hours = 0;
    int ahead_minutes = 0;
    if (!in.take('Z')) {
        const int sign = in.take('+') ? 1 : -1;
        if (sign < 0) in.letter('-');
        ahead_hours = sign * in.number(2);
        in.letter(':');
        ahead_minutes = sign * in.number(2);
    }
    const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                              day{static_cast<unsigned>(day_number)}};
    const bool sensible = in.all_taken() && date.ok() && hour < 24 && minute < 60 && second < 60 && ahead_hours > -24 &&
                          ahead_hours < 24 && ahead_minutes > -60 && ahead_minutes < 60;
    if (!sensible || year_number < 1970 || year_number > last_year) return std::nullopt;
    const sim::Duration moment = sys_days{date}.time_since_epoch() + hours{hour - ahead_hours} +
                                 minutes{minute - ahead_minutes} + seconds{second} + nanoseconds{fraction};
    if (moment < sim::Duration::zero()) return std::nullopt;
    return moment;
}

}  // namespace mlosim::scenario
