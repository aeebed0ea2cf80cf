#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sim/result.h"

namespace mlosim::host {

/// How a program ended.
struct ProgramEnding {
    bool killed = false;  ///< by a signal
    int number = 0;       ///< of the signal, else the exit code
    friend bool operator==(const ProgramEnding&, const ProgramEnding&) = default;
};

/// "exit code 1", "signal 9 (Killed)".
[[nodiscard]] std::string to_string(const ProgramEnding& ending);

struct ChildOptions {
    std::string program;
    std::vector<std::string> arguments;    ///< with its name as the first
    std::vector<std::string> environment;  ///< "NAME=value"
    std::string directory;                 ///< in which it starts
    bool fixed_addresses = false;          ///< all it has lies where it lay in the last run; where that is allowed
};

/// A program of ours. It leads a process group of its own, has nothing to read, and both its outputs end in one pipe.
/// It gets none of our descriptors and none of our signals' dispositions, and it dies with us. What it leaves of its
/// group when it ends is killed.
class ChildProcess {
public:
    /// What it may write before somebody has to read, if the machine allows as much.
    static constexpr int output_room = 1 << 20;

    /// Errors are those of fork() and exec(), in words.
    [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(const ChildOptions& options);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Descriptors to wait for: readable when it has written something (or closed its outputs), when it has ended.
    [[nodiscard]] int output() const noexcept { return output_; }
    [[nodiscard]] int end() const noexcept { return end_; }

    /// What it has written since, up to `at_most` bytes; empty: nothing now. Nothing at all: its outputs are closed.
    [[nodiscard]] std::optional<std::string> read(std::size_t at_most);
    /// ESRCH: it has ended.
    Result<void> signal(int number);
    /// Ended, and how. Looks without waiting.
    [[nodiscard]] std::optional<ProgramEnding> ended();

private:
    ChildProcess(pid_t pid, int end, int output) : pid_(pid), end_(end), output_(output) {}

    pid_t pid_;
    int end_;
    int output_;
    std::optional<ProgramEnding> ending_;
};

}  // namespace mlosim::host
