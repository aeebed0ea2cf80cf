#include "ctl/run/progress.h"

#include <algorithm>
#include <cstdio>
#include <ostream>

namespace mlosim::ctl::run {

namespace {

using namespace std::chrono_literals;

constexpr auto between_bars = 200ms;
constexpr auto between_lines = 10s;
constexpr std::size_t most_signatures_told = 20;

}  // namespace

Progress::Progress(std::ostream& out, bool terminal, std::uint64_t all, std::uint64_t before, Clock::time_point now)
    : out_(out), terminal_(terminal), all_(all), before_(before), begun_(now), shown_(now), done_(before) {}

void Progress::finished(const Record& record, Clock::time_point now) {
    ++done_;
    if (!record.passed()) {
        ++failed_;
        if (signatures_.size() < most_signatures_told &&
            signatures_.insert(record.scenario + record.signature).second) {
            end();
            out_ << "failed: " << record.scenario << " seed " << record.seed << ": " << record.signature << std::endl;
        }
    }
    show(now);
}

void Progress::set_done(std::uint64_t done, Clock::time_point now) {
    done_ = done;
    show(now);
}

void Progress::show(Clock::time_point now) {
    if (now - shown_ < (terminal_ ? Clock::duration(between_bars) : Clock::duration(between_lines))) return;
    shown_ = now;
    if (!terminal_) {
        out_ << line(now) << std::endl;
        return;
    }
    constexpr std::size_t width = 24;
    const std::size_t filled = all_ == 0 ? width : static_cast<std::size_t>(width * done_ / all_);
    out_ << "\r[" << std::string(filled, '#') << std::string(width - filled, '.') << "] " << line(now) << "\x1b[K"
         << std::flush;
    bar_ = true;
}

void Progress::end() {
    if (bar_) out_ << "\r\x1b[K" << std::flush;
    bar_ = false;
}

std::string Progress::line(Clock::time_point now) const {
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const double rate = seconds > 0 ? static_cast<double>(done_ - std::min(before_, done_)) / seconds : 0;
    char text[128];
    std::snprintf(text, sizeof text, "%llu of %llu runs, %.1f a second", static_cast<unsigned long long>(done_),
                  static_cast<unsigned long long>(all_), rate);
    std::string out = text;
    if (rate > 0) out += ", " + rough_time(static_cast<double>(all_ - std::min(done_, all_)) / rate) + " left";
    if (failed_ > 0) out += ", " + std::to_string(failed_) + " failed";
    return out;
}

std::string rough_time(double seconds) {
    const auto whole = static_cast<long long>(seconds + 0.5);
    char text[48];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    else if (whole >= 60)
        std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%lld s", whole);
    return text;
}

}  // namespace mlosim::ctl::run
