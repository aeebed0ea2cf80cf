#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "ctl/run/signature.h"
#include "sim/result.h"

namespace mlosim::ctl::run {

/// A program that runs, whose output is read. It ends with us: by its death, or ours.
class Process {
public:
    using Clock = std::chrono::steady_clock;

    /// `largest_file`: what it may write into one file, in octets.
    [[nodiscard]] static Result<std::unique_ptr<Process>> start(const std::vector<std::string>& command,
                                                                std::optional<std::uint64_t> largest_file = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    /// Descriptors to wait at: its output, its errors, its end; -1 for one that is closed.
    [[nodiscard]] int out() const noexcept { return out_; }
    [[nodiscard]] int err() const noexcept { return err_; }
    [[nodiscard]] int end() const noexcept { return end_; }
    /// Reads what is there. True: it has ended, and all is read.
    [[nodiscard]] bool attend();
    /// Its time is over: it may tidy up.
    void tell_to_stop() noexcept;
    /// It and what it started; it is still to be waited for.
    void kill() noexcept;

    [[nodiscard]] Ending& ending() noexcept { return ending_; }
    [[nodiscard]] std::chrono::duration<double> age() const { return Clock::now() - begun_; }

private:
    Process() = default;

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    int end_ = -1;
    Ending ending_;
    Clock::time_point begun_;
};

/// Runs a program to its end.
[[nodiscard]] Result<Ending> run_to_end(const std::vector<std::string>& command);

}  // namespace mlosim::ctl::run
