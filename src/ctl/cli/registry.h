#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ctl/commands.h"
#include "sim/result.h"

namespace CLI {
class App;
}

namespace mlosim::ctl::cli {

/// As mlosimd's: 0 done, 1 refused by the world, 2 a mistake of the caller's, 3 no world to talk to.
enum ExitCode : int { done = 0, refused = 1, usage = 2, environment = 3 };

/// What mlosimctl can do. Each group of subcommands enters itself; what was asked for is done after the whole command
/// line was understood.
class Registry {
public:
    /// Something that a running daemon is asked for.
    using Question = std::function<Result<void>(Commands&)>;
    /// Something that needs no running daemon; gives the exit code.
    using Job = std::function<int()>;

    /// `app` must outlive it.
    explicit Registry(CLI::App& app) : app_(app) {}
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    [[nodiscard]] CLI::App& app() noexcept { return app_; }
    CLI::App* ask(CLI::App& parent, const char* name, const char* description, Question what);
    CLI::App* ask(const char* name, const char* description, Question what);
    CLI::App* work(const char* name, const char* description, Job what);
    /// A subcommand that has subcommands.
    CLI::App* group(const char* name, const char* description);
    /// Room for a subcommand's arguments, as long as the registry lives.
    template <class T>
    T& keep(T initial = {}) {
        auto kept = std::make_shared<T>(std::move(initial));
        kept_.push_back(kept);
        return *kept;
    }

    /// What was asked for: one of the two.
    [[nodiscard]] const Question& question() const noexcept { return question_; }
    [[nodiscard]] const Job& job() const noexcept { return job_; }

    // Options of all subcommands.

    std::string socket;
    bool json = false;

private:
    CLI::App& app_;
    Question question_;
    Job job_;
    std::vector<std::shared_ptr<void>> kept_;
};

/// "mlosimctl: message" on standard error.
int complain(int code, const std::string& message);

void add_world_commands(Registry& registry);
void add_link_commands(Registry& registry);
void add_access_point_commands(Registry& registry);
void add_chip_commands(Registry& registry);
void add_fault_commands(Registry& registry);
void add_sweep_command(Registry& registry);
void add_run_commands(Registry& registry);
void add_trace_commands(Registry& registry);

}  // namespace mlosim::ctl::cli
