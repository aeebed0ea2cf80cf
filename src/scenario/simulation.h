#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <tl/expected.hpp>

#include "agent/access_points.h"
#include "agent/station_agents.h"
#include "mld/guest_radios.h"
#include "mld/world.h"
#include "observe/pcapng.h"
#include "phy/medium.h"
#include "scenario/air_faults.h"
#include "scenario/cast.h"
#include "scenario/failure.h"
#include "scenario/fault_desk.h"
#include "scenario/fault_patterns.h"
#include "scenario/guest_chip_plug.h"
#include "scenario/mistake.h"
#include "scenario/processes.h"
#include "scenario/scenario.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace.h"

namespace mlosim::scenario {

class Director;
class Referee;

/// A scenario come to life: the world it describes, the steps on the agenda, and someone who watches the expectations.
/// Knows neither clocks nor sockets: who owns it fires its events.
class Simulation {
public:
    /// Builds the world as it is at the start. Mistakes are what only the built world can know (a channel that the
    /// country does not allow, an address taken). `sink`, if there is one, gets the trace from the first line on; `air`
    /// a capture of all frames on the air.
    [[nodiscard]] static tl::expected<std::unique_ptr<Simulation>, Mistakes> build(
        Scenario scenario, sim::Trace::Sink sink = {}, observe::PcapngWriter::Sink air = {});
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Puts steps, expectations and the end on the agenda. `finished` is called once, when the scenario is over; never,
    /// if it has neither a duration nor an expectation.
    void start(std::function<void()> finished);
    /// The world ends here, in the middle of a scenario or at its end: what is still open is decided.
    void end();
    /// For worlds without programs: start, and fire events until the scenario is over.
    void run();

    [[nodiscard]] const Scenario& scenario() const noexcept { return scenario_; }
    [[nodiscard]] sim::EventQueue& queue() noexcept { return queue_; }
    [[nodiscard]] sim::Trace& trace() noexcept { return trace_; }
    [[nodiscard]] mld::World& world() noexcept { return *world_; }
    [[nodiscard]] const mld::GuestRadios& guest_radios() const noexcept { return guest_radios_; }
    [[nodiscard]] phy::Medium& medium() noexcept { return *medium_; }
    /// What goes wrong on the medium.
    [[nodiscard]] AirFaults& air_faults() noexcept { return air_faults_; }
    [[nodiscard]] const agent::StationAgents& station_agents() const noexcept { return station_agents_; }
    [[nodiscard]] agent::AccessPoints& access_points() noexcept { return access_points_; }
    [[nodiscard]] const Cast& cast() const noexcept { return cast_; }
    /// Chips that virtual machines are to drive.
    [[nodiscard]] const std::vector<GuestChipPlug>& guest_chips() const noexcept { return guest_chips_; }
    /// The scenario's programs. Whoever can run some sets their runner, before start().
    [[nodiscard]] Processes& processes() noexcept { return processes_; }
    /// When the world ended, and what the trace came to; until then, as it is now.
    [[nodiscard]] sim::Time last_moment() const noexcept { return end_ ? end_->when : queue_.now(); }
    [[nodiscard]] std::uint64_t last_hash() const noexcept { return end_ ? end_->trace_hash : trace_.hash(); }
    /// False once the world has ended: what programs still do then is nobody's history.
    [[nodiscard]] bool on_record() const noexcept { return on_record_; }
    /// Steps and expectations that went wrong, in the order of the time when that was clear.
    [[nodiscard]] std::vector<Failure> failures() const;

private:
    Simulation(Scenario scenario, phy::RegulatoryDatabase database, sim::Trace::Sink sink,
               observe::PcapngWriter::Sink air);
    void start_faults(Mistakes& mistakes);
    void record_end();
    void finish_if_done();
    void finish_when_decided();
    void finish();

    const Scenario scenario_;
    sim::EventQueue queue_;
    sim::Random random_;
    bool on_record_ = true;
    sim::Trace trace_;
    phy::FaultyMedium* faulty_ = nullptr;  ///< within medium_
    std::unique_ptr<phy::Medium> medium_;
    std::unique_ptr<mld::World> world_;
    mld::GuestRadios guest_radios_;
    agent::AccessPoints access_points_;
    agent::StationAgents station_agents_;
    Cast cast_;
    std::vector<GuestChipPlug> guest_chips_;
    Processes processes_;
    AirFaults air_faults_;
    FaultDesk fault_desk_;
    FaultPatterns fault_patterns_;
    std::vector<sim::Timer> later_faults_;
    std::unique_ptr<Director> director_;
    std::unique_ptr<Referee> referee_;
    sim::Timer end_of_duration_;
    std::function<void()> finished_;
    bool steps_done_ = false;
    bool decided_ = false;
    struct End {
        sim::Time when;
        std::uint64_t trace_hash = 0;
    };
    std::optional<End> end_;
};

}  // namespace mlosim::scenario
