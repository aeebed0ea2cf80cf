#include "scenario/daemon.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <ostream>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include "host/endpoint.h"
#include "host/program.h"
#include "host/tap_devices.h"
#include "host/time_server.h"
#include "host/usersock_endpoint.h"
#include "observe/record_file.h"
#include "scenario/duration_text.h"
#include "scenario/guest_sockets.h"
#include "scenario/kernel_face.h"
#include "scenario/linux_processes.h"
#include "scenario/random_faults.h"
#include "scenario/simulation.h"
#include "scenario/world_loop.h"
#include "sim/wall_clock.h"

namespace mlosim::scenario {

namespace {

namespace asio = boost::asio;

/// "[   12.345678]": the world's time in front of each line of the log.
class WorldTimeFlag final : public spdlog::custom_flag_formatter {
public:
    explicit WorldTimeFlag(const sim::EventQueue* queue) : queue_(queue) {}
    void format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& line) override {
        char text[32];
        const int length = std::snprintf(text, sizeof text, "[%12.6f]", queue_->now().seconds());
        line.append(text, text + length);
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<WorldTimeFlag>(queue_);
    }

private:
    const sim::EventQueue* queue_;
};

/// While it lives, log lines carry the world's time.
class WorldTimeInLog {
public:
    explicit WorldTimeInLog(const sim::EventQueue& queue) {
        auto formatter = std::make_unique<spdlog::pattern_formatter>();
        formatter->add_flag<WorldTimeFlag>('*', &queue).set_pattern("%* %l: %v");
        spdlog::set_formatter(std::move(formatter));
    }
    WorldTimeInLog(const WorldTimeInLog&) = delete;
    WorldTimeInLog& operator=(const WorldTimeInLog&) = delete;
    ~WorldTimeInLog() { spdlog::set_pattern("%l: %v"); }
};

void print(std::ostream& err, const std::string& file, const Mistakes& mistakes) {
    for (const Mistake& mistake : mistakes)
        err << file << ':' << mistake.to_string() << '\n';
}

/// The transports in front of a simulation.
struct Doors {
    std::unique_ptr<host::Endpoint> endpoint;
    std::unique_ptr<host::UsersockEndpoint> usersock;
};

/// Opens what programs come in through. Without a socket there is no point in a world that waits for programs; one that
/// only runs through its scenario can do without, unless it was asked for.
/// `own` is where the scenario's programs come in if nobody else is to.
Result<Doors> open_doors(const DaemonOptions& options, bool needed, const std::string& own, asio::io_context& io,
                         KernelFace& face, host::TimeServer* time) {
    Doors doors;
    if (!options.serve && own.empty()) return doors;
    host::raise_descriptor_limit();
    const std::string place = options.serve ? options.socket.value_or(host::default_socket_path()) : own;
    auto endpoint = host::Endpoint::open(io, face.server(), face.services(), {.socket_path = place, .time = time});
    if (endpoint) {
        doors.endpoint = std::move(*endpoint);
        if (!options.serve) return doors;
        spdlog::info("programs come in through {}: mlosimctl exec -- iw dev", doors.endpoint->socket_path());
    } else if (needed || options.socket) {
        return fail(std::move(endpoint.error()));
    } else {
        spdlog::info("no programs: {}", endpoint.error().message);
    }
    if (auto usersock = host::UsersockEndpoint::open(io, face.server())) {
        doors.usersock = std::move(*usersock);
        spdlog::info("and through NETLINK_USERSOCK, port {}", doors.usersock->port());
    } else {
        spdlog::debug("no netlink socket of the kernel's: {}", usersock.error().message);
    }
    return doors;
}

/// The last line of every run: enough to do it again, and to see whether it was the same.
void print_last_line(std::ostream& out, const DaemonOptions& options, const Simulation& simulation, sim::Duration wall,
                     bool stopped) {
    char text[256];
    std::snprintf(text, sizeof text, "seed=%llu commit=%s trace_hash=%016llx virtual=%.6fs wall=%.3fs",
                  static_cast<unsigned long long>(simulation.scenario().seed), options.commit.c_str(),
                  static_cast<unsigned long long>(simulation.last_hash()), simulation.last_moment().seconds(),
                  sim::Time{wall}.seconds());
    out << text << (stopped ? " stopped=signal" : "") << std::endl;
}

/// A scenario that was found good, from the first event to the last.
class Run {
public:
    Run(const DaemonOptions& options, std::string file, std::ostream& out, std::ostream& err)
        : options_(options), file_(std::move(file)), out_(out), err_(err) {}

    ExitCode go(Scenario scenario) {
        if (!options_.serve && scenario.processes.empty() && scenario.clock == netlink::ClockMode::virtual_time &&
            !scenario.ends_by_itself()) {
            print(err_, file_,
                  {{"/duration", "nothing, with \"clock\": \"virtual\", nothing to expect, and no programs to wait for",
                    "a duration or an expectation, so that the world ends"}});
            return ExitCode::bad_input;
        }
        auto prepared = prepare_processes(scenario, std::filesystem::path(file_).parent_path(), options_.programs);
        if (!prepared) {
            print(err_, file_, prepared.error());
            return ExitCode::bad_input;
        }
        // Nothing is made, and no file emptied, for a world that turns out to be impossible: until then, the files keep
        // what they get.
        auto built = Simulation::build(std::move(scenario), options_.trace ? into(trace_) : nullptr,
                                       options_.pcap ? into(pcap_) : nullptr);
        if (!built) {
            print(err_, file_, built.error());
            return ExitCode::bad_input;
        }
        for (const auto& [file, path] : files_) {
            if (!*path) continue;
            if (const auto opened = file->open(**path); !opened) return environment(opened.error());
        }
        Simulation& simulation = **built;
        const sim::Duration begun = wall_.now();
        const Result<void> served = serve(simulation, std::move(*prepared));
        const bool written = close_files(served.has_value());
        if (!served) return environment(served.error());
        const bool held = report(simulation);
        print_last_line(out_, options_, simulation, wall_.now() - begun, stopped_);
        if (!written) return ExitCode::environment;
        return held ? ExitCode::held : ExitCode::failed;
    }

private:
    static std::function<void(std::string_view)> into(observe::RecordFile& file) {
        return [&file](std::string_view record) { file.write(record); };
    }

    static std::function<void(std::string_view)> while_on_record(const Simulation& simulation,
                                                                 std::function<void(std::string_view)> write) {
        return [&simulation, write = std::move(write)](std::string_view record) {
            if (simulation.on_record()) write(record);
        };
    }

    /// True: all of them are complete.
    bool close_files(bool say_so) {
        bool complete = true;
        for (const auto& [file, path] : files_) {
            const Result<void> closed = file->close();
            if (closed) continue;
            complete = false;
            if (say_so) (void)environment(closed.error());
        }
        return complete;
    }

    /// Programs of anybody's may take part.
    [[nodiscard]] bool comes_anybody(const Scenario& scenario) const {
        return options_.serve || !scenario.processes.empty();
    }

    /// Where programs take part in the world's time, if that is not the wall's.
    Result<std::unique_ptr<host::TimeServer>> open_time(Simulation& simulation, asio::io_context& io) {
        const Scenario& scenario = simulation.scenario();
        if (scenario.clock == netlink::ClockMode::real || !comes_anybody(scenario)) return nullptr;
        host::TimeOptions time;
        time.realtime_at_zero = scenario.realtime_at_zero;
        if (scenario.deterministic_entropy) time.entropy_seed = scenario.seed;
        time.stall_patience = options_.stall_patience;
        time.warn = [](const std::string& what) { spdlog::warn("{}", what); };
        simulation.world().set_boottime_at_zero(time.boottime_at_zero);
        return host::TimeServer::open(io, wall_, std::move(time));
    }

    /// What is there only for the scenario's programs.
    struct Programs {
        explicit Programs(Simulation& owner) : simulation(owner) {}
        Programs(const Programs&) = delete;
        Programs& operator=(const Programs&) = delete;
        ~Programs() { simulation.processes().set_runner(nullptr); }

        Simulation& simulation;
        std::unique_ptr<PrivateDirectory> directory;
        std::unique_ptr<LinuxProcesses> processes;
    };

    Result<void> open_programs(Simulation& simulation, std::vector<PreparedProcess> prepared, const std::string& socket,
                               std::map<std::string, std::string> chip_sockets, asio::io_context& io, WorldLoop& loop,
                               host::TimeServer* time, Programs& out) {
        LinuxProcessesOptions options;
        options.directory = out.directory->path();
        options.keeper = out.directory->keeper();
        options.socket = socket;
        options.chip_sockets = std::move(chip_sockets);
        options.devices_are_taps = simulation.scenario().netdev == NetdevBackend::tap;
        options.output_directory = options_.output_directory;
        options.time = time;
        options.catch_up = [&loop] { loop.catch_up(); };
        if (simulation.scenario().clock == netlink::ClockMode::virtual_time)
            options.settle = [&loop](const std::function<void()>& settled) {
                (void)loop.settle(std::nullopt, [settled](bool) { settled(); });
            };
        if (std::ranges::any_of(simulation.scenario().processes, &ProcessPlan::preload)) {
            auto preload = host::preload_library();
            if (!preload) return fail(std::move(preload.error()));
            options.preload = std::move(*preload);
        }
        auto made = LinuxProcesses::make(io, simulation.queue(), simulation.scenario(), std::move(prepared),
                                         std::move(options));
        if (!made) return fail(std::move(made.error()));
        out.processes = std::move(*made);
        simulation.processes().set_runner(out.processes.get());
        return {};
    }

    /// Programs take their leave: they are told to, and the world goes on for as long as that takes.
    static void end_programs(Programs& programs, WorldLoop& loop) {
        if (!programs.processes) return;
        bool over = false;
        programs.processes->end([&] {
            over = true;
            loop.stop();
        });
        if (!over) loop.run_on();
    }

    Result<void> serve(Simulation& simulation, std::vector<PreparedProcess> prepared) {
        const WorldTimeInLog world_time(simulation.queue());
        const netlink::ClockMode clock = simulation.scenario().clock;
        const bool has_programs = !simulation.scenario().processes.empty();
        // What starts the programs is an event of the world's.
        const bool ends = simulation.scenario().ends_by_itself() || has_programs;
        asio::io_context io(1);
        auto time = open_time(simulation, io);
        if (!time) return fail(std::move(time.error()));
        Programs programs(simulation);
        WorldLoop loop(io, simulation.queue(), wall_,
                       {clock, simulation.scenario().seed, options_.paused,
                        [](sim::Duration lag) {
                            spdlog::warn("this machine is too slow: {} late, not caught up with", in_seconds(lag));
                        },
                        [&simulation](sim::Duration wall) { simulation.world().set_boottime_at_zero(wall); },
                        [this, &programs] {
                            for (const auto& [file, path] : files_)
                                file->flush();
                            if (programs.processes) programs.processes->flush_logs();
                        },
                        time->get(), ends});
        // Before the doors open: whoever can come in may also expect a tidy end.
        asio::signal_set signals(io, SIGINT, SIGTERM);
        bool ending = false;
        std::function<void(const boost::system::error_code&, int)> told_to_end;
        told_to_end = [&](const boost::system::error_code& error, int) {
            if (error) return;
            if (ending && programs.processes) programs.processes->kill();
            if (!ending) {
                stopped_ = true;
                loop.stop();
            }
            signals.async_wait(told_to_end);
        };
        signals.async_wait(told_to_end);
        KernelFace face(simulation, loop, options_.nlpcap ? while_on_record(simulation, into(nlpcap_)) : nullptr);
        std::unique_ptr<host::TapDevices> taps;
        if (simulation.scenario().netdev == NetdevBackend::tap) {
            auto opened = host::TapDevices::open(io, simulation.world(), [&loop] { loop.catch_up(); });
            if (!opened) return fail(std::move(opened.error()));
            taps = std::move(*opened);
        }
        std::string own_socket;
        const bool has_guest_chips = !simulation.guest_chips().empty();
        if (has_programs || (has_guest_chips && !options_.serve)) {
            auto made = PrivateDirectory::make();
            if (!made) return fail(std::move(made.error()));
            programs.directory = std::move(*made);
            if (options_.keep_files) {
                programs.directory->keep();
                spdlog::info("working directories: {}", programs.directory->path());
            }
            own_socket = programs.directory->path() + "/.mlosim/socket";
        }
        auto doors = open_doors(options_, clock == netlink::ClockMode::real || !ends || has_programs, own_socket, io,
                                face, time->get());
        if (!doors) return fail(std::move(doors.error()));
        std::unique_ptr<GuestSockets> guests;
        if (has_guest_chips) {
            auto opened = GuestSockets::open(io, loop, simulation.guest_chips(), doors->endpoint->socket_path());
            if (!opened) return fail(std::move(opened.error()));
            guests = std::move(*opened);
            for (const auto& [radio, path] : guests->paths())
                simulation.trace().record(simulation.queue().now(), "scenario/guest-socket",
                                          {{"radio", radio}, {"path", path}});
        }
        if (has_programs) {
            auto sockets = guests ? guests->paths() : std::map<std::string, std::string>{};
            if (auto opened = open_programs(simulation, std::move(prepared), doors->endpoint->socket_path(),
                                            std::move(sockets), io, loop, time->get(), programs);
                !opened)
                return opened;
        }

        simulation.start([&loop] { loop.stop(); });
        loop.run();
        simulation.end();
        ending = true;
        end_programs(programs, loop);
        return {};
    }

    /// True: everything was as the scenario says.
    bool report(const Simulation& simulation) {
        const std::vector<Failure> failures = simulation.failures();
        for (const Failure& failure : failures)
            err_ << file_ << ':' << failure.pointer << ": failed at " << in_seconds(failure.at) << ": expected "
                 << failure.expected << ", seen " << failure.seen << '\n';
        std::set<std::vector<std::string>> told;
        for (const Failure& failure : failures) {
            if (!told.insert(failure.details).second) continue;
            for (const std::string& detail : failure.details)
                err_ << "    " << detail << '\n';
        }
        return failures.empty();
    }

    ExitCode environment(const Error& error) {
        err_ << "mlosimd: " << error.message << '\n';
        return ExitCode::environment;
    }

    const DaemonOptions& options_;
    const std::string file_;
    std::ostream& out_;
    std::ostream& err_;
    sim::MonotonicClock wall_;
    bool stopped_ = false;  ///< by a signal, before its end
    observe::RecordFile trace_{{"trace", "lines"}};
    observe::RecordFile pcap_{{"capture", "blocks"}};
    observe::RecordFile nlpcap_{{"netlink capture", "blocks"}};
    struct Output {
        observe::RecordFile* file;
        const std::optional<std::string>* path;
    };
    const std::array<Output, 3> files_{
        {{&trace_, &options_.trace}, {&pcap_, &options_.pcap}, {&nlpcap_, &options_.nlpcap}}};
};

}  // namespace

ExitCode run(const DaemonOptions& options, std::ostream& out, std::ostream& err) {
    const auto file = find_scenario(options.scenario, options.directories);
    const auto text = file ? read_scenario_file(*file) : Result<std::string>(tl::unexpect, file.error());
    if (!text) {
        err << "mlosimd: " << text.error().message << '\n';
        return ExitCode::bad_input;
    }
    ScenarioResult scenario = parse_scenario(*text, options.overrides);
    if (!scenario) {
        print(err, *file, scenario.error());
        return ExitCode::bad_input;
    }
    if (options.with_fault) {
        if (!scenario->with_fault) {
            print(err, *file, {{"/with_fault", "nothing", "faults and expectations that --with-fault can switch on"}});
            return ExitCode::bad_input;
        }
        scenario->switch_fault_on();
    }
    if (options.random_faults)
        if (const Result<void> made = switch_random_faults_on(*scenario, *options.random_faults); !made) {
            print(err, *file, {{"--random-faults", made.error().message, "a scenario with an end"}});
            return ExitCode::bad_input;
        }
    if (!options.validate_only) return Run(options, *file, out, err).go(std::move(*scenario));

    const auto built = Simulation::build(std::move(*scenario));
    if (!built) {
        print(err, *file, built.error());
        return ExitCode::bad_input;
    }
    out << file->string() << ": no mistakes\n";
    return ExitCode::held;
}

}  // namespace mlosim::scenario
