#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "host/child_process.h"
#include "scenario/placeholders.h"
#include "sim/result.h"

namespace mlosim::scenario {

/// A process's place among those of the scenario.
using ProcessIndex = std::size_t;
/// One of its control interfaces, by the name of the network interface; nothing: its first.
using ControlName = std::optional<std::string>;

/// What processes have to say. All of it comes at the world's present moment, in an order that repeats.
class ProcessEvents {
public:
    virtual void wrote(ProcessIndex process, const std::string& line) = 0;
    virtual void ended(ProcessIndex process, const host::ProgramEnding& ending) = 0;
    virtual void told(ProcessIndex process, const ControlName& interface, const std::string& event) = 0;
    /// Nobody has more to say at this moment.
    virtual void heard() = 0;

protected:
    ~ProcessEvents() = default;
};

/// Runs programs. The world knows them through this alone, and neither clocks nor sockets.
class ProcessRunner {
public:
    virtual ~ProcessRunner() = default;

    /// Gets all that is said from now on. Outlives the runner, or is taken away (nullptr) before.
    virtual void set_events(ProcessEvents* events) = 0;

    /// `meaning` knows what the world stands for in its arguments and files. Errors of the files, of fork and exec.
    virtual Result<void> start(ProcessIndex process, const Meaning& meaning) = 0;
    /// ESRCH: it does not run.
    virtual Result<void> signal(ProcessIndex process, int number) = 0;
    /// The path of its working directory is replaced by ${dir} in all that it says.
    /// `answered` is called once, never from within: the answer; ENOENT, ECONNREFUSED: it has no such control
    /// interface; ETIMEDOUT: no answer. One question at a time for each process.
    virtual void ask(ProcessIndex process, const ControlName& interface, const std::string& command,
                     std::function<void(Result<std::string>)> answered) = 0;
    /// Its control interface tells its events from now on. False: it has none yet.
    virtual bool attach(ProcessIndex process, const ControlName& interface) = 0;
    /// Calls `settled` when all that programs do at this moment of the world has been heard. Never from within.
    virtual void settle(std::function<void()> settled) = 0;
};

}  // namespace mlosim::scenario
