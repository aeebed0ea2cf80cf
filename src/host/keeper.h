#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "sim/result.h"

namespace mlosim::host {

/// Sees to it that nothing of ours outlives us, also if we are killed: a process of its own, which notices our end and
/// then kills what is left of our children's groups and removes a directory. While it lives, what our children leave
/// behind when they end (a daemon in a session of its own) becomes our child.
class Keeper {
public:
    /// `directory`, which need not be there yet, is removed at the end, whoever comes to it first.
    [[nodiscard]] static Result<std::unique_ptr<Keeper>> start(const std::string& directory);
    /// We end in order: all our other children and what they left behind are killed; the keeper goes.
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    void add(pid_t group) const { say('+', group); }
    void remove(pid_t group) const { say('-', group); }
    /// The directory stays.
    void spare_directory() const { say('!', 0); }
    /// Kills all our other children, and what they left behind.
    void end_others() const;

private:
    Keeper(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
    void say(char what, pid_t group) const;

    pid_t pid_;
    int fd_;
};

}  // namespace mlosim::host
