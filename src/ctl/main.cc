#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/cli/registry.h"
#include "ctl/daemon_connection.h"
#include "ctl/exec.h"
#include "ctl/genl_client.h"
#include "netlink/mlosim_uapi.h"

using namespace mlosim;

namespace {

using ctl::cli::complain;
using ctl::cli::Registry;

/// The command line, cut at its first "--": what follows belongs to the program that `exec` runs, whatever it looks
/// like.
struct Arguments {
    std::vector<std::string> own;
    std::vector<std::string> of_program;
    bool cut = false;

    Arguments(int argc, char** argv) {
        for (int i = 1; i < argc; ++i) {
            if (!cut && std::string_view(argv[i]) == "--")
                cut = true;
            else
                (cut ? of_program : own).emplace_back(argv[i]);
        }
    }

    /// `exec iw dev` without "--" is understood too: `remaining` is what exec did not know.
    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> remaining) const {
        if (!remaining.empty() && cut) remaining.emplace_back("--");
        remaining.insert(remaining.end(), of_program.begin(), of_program.end());
        return remaining;
    }
};

int ask(const Registry& registry) {
    auto connection = ctl::GenlClient::open(ctl::socket_path(registry.socket), MLOSIM_GENL_NAME);
    if (!connection) return complain(ctl::cli::environment, connection.error().message);
    ctl::Commands commands(*connection, registry.json ? ctl::Format::json : ctl::Format::people, std::cout);
    const auto result = registry.question()(commands);
    if (result) return ctl::cli::done;
    return complain(result.error().code == ctl::usage_mistake ? ctl::cli::usage : ctl::cli::refused,
                    result.error().message);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Looks at, and steers, the world of a running mlosimd", "mlosimctl"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "mlosimctl " MLOSIM_VERSION);
    app.footer("Manual: mlosimctl(1)");

    Registry registry(app);
    app.add_option("--socket", registry.socket,
                   "The daemon's socket (default: $MLOSIM_SOCKET, then mlosimd's own default)");
    app.add_flag("--json", registry.json, "Answers as JSON");

    CLI::App* exec = app.add_subcommand("exec", "Runs a program inside the world: mlosimctl exec -- iw dev");
    exec->prefix_command();
    std::string preload;
    exec->add_option("--preload", preload, "The library to put into it (default: the one of this mlosimctl)");
    ctl::cli::add_world_commands(registry);
    ctl::cli::add_link_commands(registry);
    ctl::cli::add_access_point_commands(registry);
    ctl::cli::add_chip_commands(registry);
    ctl::cli::add_fault_commands(registry);
    ctl::cli::add_sweep_command(registry);
    ctl::cli::add_run_commands(registry);
    ctl::cli::add_trace_commands(registry);

    const Arguments arguments(argc, argv);
    try {
        app.parse(std::vector<std::string>(arguments.own.rbegin(), arguments.own.rend()));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
        const auto unknown = app.remaining();
        return complain(ctl::cli::usage,
                        unknown.empty() ? error.what() : "what is '" + unknown.front() + "'? See mlosimctl --help");
    }
    if (exec->parsed()) {
        const auto command = arguments.command(exec->remaining());
        if (command.empty()) return complain(ctl::cli::usage, "exec needs a program: mlosimctl exec -- iw dev");
        return ctl::exec_command({ctl::socket_path(registry.socket), command, preload});
    }
    if (arguments.cut) return complain(ctl::cli::usage, "only exec takes arguments after --");
    return registry.job() ? registry.job()() : ask(registry);
}
