#include "scenario/daemon.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <ostream>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include "host/endpoint.h"
#include "host/tap_devices.h"
#include "host/time_server.h"
#include "host/usersock_endpoint.h"
#include "observe/record_file.h"
#include "scenario/duration_text.h"
#include "scenario/kernel_face.h"
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
Result<Doors> open_doors(const DaemonOptions& options, bool needed, asio::io_context& io, KernelFace& face,
                         host::TimeServer* time) {
    Doors doors;
    if (!options.serve) return doors;
    host::raise_descriptor_limit();
    auto endpoint =
        host::Endpoint::open(io, face.server(), face.services(),
                             {.socket_path = options.socket.value_or(host::default_socket_path()), .time = time});
    if (endpoint) {
        doors.endpoint = std::move(*endpoint);
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
void print_last_line(std::ostream& out, const DaemonOptions& options, Simulation& simulation, sim::Duration wall) {
    char text[256];
    std::snprintf(text, sizeof text, "seed=%llu commit=%s trace_hash=%016llx virtual=%.6fs wall=%.3fs",
                  static_cast<unsigned long long>(simulation.scenario().seed), options.commit.c_str(),
                  static_cast<unsigned long long>(simulation.trace().hash()), simulation.queue().now().seconds(),
                  sim::Time{wall}.seconds());
    out << text << std::endl;
}

/// A scenario that was found good, from the first event to the last.
class Run {
public:
    Run(const DaemonOptions& options, std::string file, std::ostream& out, std::ostream& err)
        : options_(options), file_(std::move(file)), out_(out), err_(err) {}

    ExitCode go(Scenario scenario) {
        if (!options_.serve && scenario.clock == netlink::ClockMode::virtual_time && !scenario.ends_by_itself()) {
            print(err_, file_,
                  {{"/duration", "nothing, with \"clock\": \"virtual\", nothing to expect, and no programs to wait for",
                    "a duration or an expectation, so that the world ends"}});
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
        const Result<void> served = serve(simulation);
        const bool written = close_files(served.has_value());
        if (!served) return environment(served.error());
        const bool held = report(simulation);
        print_last_line(out_, options_, simulation, wall_.now() - begun);
        if (!written) return ExitCode::environment;
        return held ? ExitCode::held : ExitCode::failed;
    }

private:
    static std::function<void(std::string_view)> into(observe::RecordFile& file) {
        return [&file](std::string_view record) { file.write(record); };
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

    /// Where programs take part in the world's time, if that is not the wall's.
    Result<std::unique_ptr<host::TimeServer>> open_time(Simulation& simulation, asio::io_context& io) {
        const Scenario& scenario = simulation.scenario();
        if (scenario.clock == netlink::ClockMode::real || !options_.serve) return nullptr;
        host::TimeOptions time;
        time.realtime_at_zero = scenario.realtime_at_zero;
        if (scenario.deterministic_entropy) time.entropy_seed = scenario.seed;
        time.stall_patience = options_.stall_patience;
        time.warn = [](const std::string& what) { spdlog::warn("{}", what); };
        simulation.world().set_boottime_at_zero(time.boottime_at_zero);
        return host::TimeServer::open(io, wall_, std::move(time));
    }

    Result<void> serve(Simulation& simulation) {
        const WorldTimeInLog world_time(simulation.queue());
        const netlink::ClockMode clock = simulation.scenario().clock;
        const bool ends = simulation.scenario().ends_by_itself();
        asio::io_context io(1);
        auto time = open_time(simulation, io);
        if (!time) return fail(std::move(time.error()));
        WorldLoop loop(io, simulation.queue(), wall_,
                       {clock, simulation.scenario().seed, options_.paused,
                        [](sim::Duration lag) {
                            spdlog::warn("this machine is too slow: {} late, not caught up with", in_seconds(lag));
                        },
                        [&simulation](sim::Duration wall) { simulation.world().set_boottime_at_zero(wall); },
                        [this] {
                            for (const auto& [file, path] : files_)
                                file->flush();
                        },
                        time->get(), ends});
        // Before the doors open: whoever can come in may also expect a tidy end.
        asio::signal_set signals(io, SIGINT, SIGTERM);
        signals.async_wait([&loop](const boost::system::error_code& error, int) {
            if (!error) loop.stop();
        });
        KernelFace face(simulation, loop, options_.nlpcap ? into(nlpcap_) : nullptr);
        std::unique_ptr<host::TapDevices> taps;
        if (simulation.scenario().netdev == NetdevBackend::tap) {
            auto opened = host::TapDevices::open(io, simulation.world(), [&loop] { loop.catch_up(); });
            if (!opened) return fail(std::move(opened.error()));
            taps = std::move(*opened);
        }
        auto doors = open_doors(options_, clock == netlink::ClockMode::real || !ends, io, face, time->get());
        if (!doors) return fail(std::move(doors.error()));

        simulation.start([&loop] { loop.stop(); });
        loop.run();
        simulation.end();
        return {};
    }

    /// True: everything was as the scenario says.
    bool report(const Simulation& simulation) {
        const std::vector<Failure> failures = simulation.failures();
        for (const Failure& failure : failures)
            err_ << file_ << ':' << failure.pointer << ": failed at " << in_seconds(failure.at) << ": expected "
                 << failure.expected << ", seen " << failure.seen << '\n';
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
