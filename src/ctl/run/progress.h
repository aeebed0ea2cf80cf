#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <set>
#include <string>

#include "ctl/run/record.h"

namespace mlosim::ctl::run {

/// Tells how far a campaign is: a bar with rate and remaining time on a terminal, else a line now and then. The first
/// run of each signature is told at once.
class Progress {
public:
    using Clock = std::chrono::steady_clock;

    /// `before`: runs that were finished when we began.
    Progress(std::ostream& out, bool terminal, std::uint64_t all, std::uint64_t before, Clock::time_point now);

    void finished(const Record& record, Clock::time_point now);
    /// Where somebody else makes the runs.
    void set_done(std::uint64_t done, Clock::time_point now);
    /// Once in a while, so that the bar goes on.
    void show(Clock::time_point now);
    /// The bar goes away.
    void end();

private:
    [[nodiscard]] std::string line(Clock::time_point now) const;

    std::ostream& out_;
    const bool terminal_;
    const std::uint64_t all_;
    const std::uint64_t before_;
    const Clock::time_point begun_;
    Clock::time_point shown_;
    std::uint64_t done_;
    std::uint64_t failed_ = 0;
    std::set<std::string> signatures_;
    bool bar_ = false;
};

/// "1:05:09", "3:20", "12 s".
[[nodiscard]] std::string rough_time(double seconds);

}  // namespace mlosim::ctl::run
