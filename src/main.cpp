#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "build_commit.h"
#include "scenario/daemon.h"
#include "scenario/random_faults.h"

namespace {

using mlosim::scenario::DaemonOptions;
using mlosim::scenario::ExitCode;
using mlosim::scenario::Override;
using mlosim::scenario::ScenarioPath;

/// Where a scenario's bare name is looked for: here; where `meson install` put them, seen from the program, so that an
/// installation may be moved as a whole; and, for a program in its build folder, where it was built from.
ScenarioPath scenario_path() {
    using std::filesystem::path;
    const path installed(MLOSIM_DATA_DIR);
    std::error_code ignored;
    const path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    if (self.string().starts_with(std::string(MLOSIM_BUILD_ROOT) + "/"))
        return {".", installed / "scenarios", path(MLOSIM_SOURCE_ROOT) / "scenarios"};
    const path moved = self.parent_path() / installed.lexically_relative(MLOSIM_BIN_DIR);
    return {".", moved.lexically_normal() / "scenarios", installed / "scenarios"};
}

/// "POINTER=VALUE".
Override override_of(const std::string& text) {
    const std::size_t equals = text.find('=');
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string has_equals(const std::string& text) {
    return text.find('=') == std::string::npos ? text + ": POINTER=VALUE is wanted" : "";
}

/// "[RADIO:]NAME_OR_RULE" as one more of the scenario's faults. A rule has spaces or signs before its first colon.
Override fault_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    const bool names_radio = colon != std::string::npos && text.find_first_of(" =") > colon;
    nlohmann::json fault{{"rule", names_radio ? text.substr(colon + 1) : text}};
    if (names_radio) fault["radio"] = text.substr(0, colon);
    return {"/faults/-", fault.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)};
}

void set_up_log(const std::string& level) {
    spdlog::set_default_logger(spdlog::stderr_logger_st("mlosimd"));
    spdlog::set_level(spdlog::level::from_str(level));
    spdlog::set_pattern("%l: %v");
}

}  // namespace

int main(int argc, char** argv) {
    DaemonOptions options;
    options.commit = MLOSIM_COMMIT;
    options.directories = scenario_path();
    std::string log_level = "info";
    std::string seed;
    std::string clock;
    std::string dialect;
    std::vector<std::string> changes;
    std::vector<std::string> faults;
    std::vector<std::string> programs;
    bool no_socket = false;
    double stall_patience = 10.0;

    CLI::App app(
        "A Wi-Fi 7 world in one process, for unmodified iw, hostapd and wpa_supplicant.\n"
        "Exit code: 0 all expectations held, 1 one failed, 2 bad input, 3 the environment failed.",
        "mlosimd");
    app.set_version_flag("--version", std::string("mlosimd " MLOSIM_VERSION " (") + MLOSIM_COMMIT + ")");
    app.add_option("--scenario", options.scenario,
                   "The world to run: a file, or a name looked up among the installed ones")
        ->type_name("FILE")
        ->required();
    app.add_flag("--validate", options.validate_only, "Only look for mistakes in the scenario");
    app.add_option("--seed", seed, "Instead of the scenario's")->type_name("NUMBER");
    app.add_option("--clock", clock, "real (paced by the wall clock) or virtual, instead of the scenario's")
        ->type_name("MODE");
    app.add_option("--dialect", dialect, "How nl80211 shows link wdevs: mainline or rfc, instead of the scenario's")
        ->type_name("NAME");
    app.add_option("--set", changes,
                   "Put VALUE (JSON) in place of the scenario's value at the JSON pointer or at names like "
                   "radios.sta.chip; any number of times")
        ->type_name("POINTER=VALUE")
        ->check(has_equals)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_option("--fault", faults,
                   "Something goes wrong from the start: a rule, or a known defect of a chip; any number of times")
        ->type_name("[RADIO:]RULE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_flag("--with-fault", options.with_fault,
                 "The scenario's own fault is on, and what it expects then counts instead");
    app.add_option("--random-faults", options.random_faults,
                   "So many things go wrong, what and when as the seed wills; what the scenario expects then counts")
        ->type_name("N")
        ->check(CLI::Range(0U, mlosim::scenario::most_random_faults));
    app.add_option("--socket", options.socket, "Where programs come in, instead of the default place")
        ->type_name("PATH");
    app.add_flag("--no-socket", no_socket, "No programs come in");
    app.add_flag("--paused", options.paused, "Time stands still until somebody resumes it (mlosimctl)");
    app.add_option("--stall-patience", stall_patience,
                   "Seconds after which a program that keeps a virtual clock waiting is named in a warning")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 1e6));
    app.add_option("--program", programs,
                   "What ${NAME} stands for in the arguments of the scenario's processes; any number of times")
        ->type_name("NAME=PATH")
        ->check(has_equals)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app.add_option("--output-dir", options.output_directory, "Write what each process says to DIR/NAME.log")
        ->type_name("DIR");
    app.add_flag("--keep-files", options.keep_files, "Leave the working directories of processes behind");
    app.add_option("--trace", options.trace, "Write what happens as JSON lines; - for standard output")
        ->type_name("FILE");
    app.add_option("--pcap", options.pcap, "Write every frame on the air as pcapng; - for standard output")
        ->type_name("FILE");
    app.add_option("--nlpcap", options.nlpcap, "Write all netlink traffic as pcapng; - for standard output")
        ->type_name("FILE");
    app.add_option("--log-level", log_level, "trace, debug, info, warning, error, off")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
    }
    if (!seed.empty()) options.overrides.push_back({"/seed", seed});
    if (!clock.empty()) options.overrides.push_back({"/clock", clock});
    if (!dialect.empty()) options.overrides.push_back({"/dialect", dialect});
    for (const std::string& change : changes)
        options.overrides.push_back(override_of(change));
    for (const std::string& fault : faults)
        options.overrides.push_back(fault_of(fault));
    for (const std::string& program : programs)
        options.programs[program.substr(0, program.find('='))] = program.substr(program.find('=') + 1);
    options.serve = !no_socket;
    options.stall_patience = std::chrono::nanoseconds(static_cast<std::int64_t>(stall_patience * 1e9));

    std::signal(SIGPIPE, SIG_IGN);  // whoever reads our output may leave; writing then fails, and that is seen
    std::signal(SIGXFSZ, SIG_IGN);
    set_up_log(log_level);
    return static_cast<int>(mlosim::scenario::run(options, std::cout, std::cerr));
}
