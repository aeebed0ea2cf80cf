#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenario/prepared_process.h"
#include "scenario/process_runner.h"
#include "scenario/scenario.h"
#include "sim/event_queue.h"

namespace boost::asio {
class io_context;
}
namespace mlosim::host {
class Keeper;
class TimeServer;
}  // namespace mlosim::host

namespace mlosim::scenario {

/// A directory in the machine's place for temporary files, this user's alone, and removed at the end.
class PrivateDirectory {
public:
    [[nodiscard]] static Result<std::unique_ptr<PrivateDirectory>> make();
    ~PrivateDirectory();
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;

    /// It stays.
    void keep();
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Who removes it, and ends programs, if we are killed; nullptr: nobody.
    [[nodiscard]] const host::Keeper* keeper() const noexcept { return keeper_.get(); }

private:
    explicit PrivateDirectory(std::string path);
    std::string path_;
    bool kept_ = false;
    std::unique_ptr<host::Keeper> keeper_;
};

struct LinuxProcessesOptions {
    const host::Keeper* keeper = nullptr;
    std::string directory;  ///< below which each process has its working directory
    std::string socket;     ///< of the daemon
    std::string preload;    ///< the shim; empty: nobody is under it
    /// Where virtual machines find chips, by radio: what ${socket:RADIO} stands for.
    std::map<std::string, std::string> chip_sockets;
    bool devices_are_taps = false;
    std::string output_directory;  ///< gets a log of each process; empty: none
    /// Brings the world to the present moment, before somebody from outside is heard.
    std::function<void()> catch_up;
    /// Calls back when all programs have done what they do at this moment of the world; nothing: its clock is real.
    std::function<void(std::function<void()>)> settle;
    /// Of a world whose clock is virtual.
    host::TimeServer* time = nullptr;
};

/// Runs a scenario's programs on this machine.
class LinuxProcesses : public ProcessRunner {
public:
    /// Everything passed in must outlive it.
    [[nodiscard]] static Result<std::unique_ptr<LinuxProcesses>> make(boost::asio::io_context& io,
                                                                      sim::EventQueue& queue, const Scenario& scenario,
                                                                      std::vector<PreparedProcess> prepared,
                                                                      LinuxProcessesOptions options);

    /// Tells all to end, and those that do not, after a while. `ended` is called when nobody is left.
    virtual void end(std::function<void()> ended) = 0;
    /// Now.
    virtual void kill() = 0;
    /// What they said so far, to the disk.
    virtual void flush_logs() = 0;
};

}  // namespace mlosim::scenario
