#include "scenario/simulation.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "agent/station_agent.h"
#include "host/tap_devices.h"
#include "hwsim/driver.h"
#include "mld/chip_inspection.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"
#include "observe/air_capture.h"
#include "phy/faulty_medium.h"
#include "phy/ideal_medium.h"
#include "phy/lossy_medium.h"
#include "scenario/detail/networks_builder.h"
#include "scenario/detail/stations_builder.h"
#include "scenario/detail/world_builder.h"
#include "scenario/director.h"
#include "scenario/referee.h"

namespace mlosim::scenario {

namespace {

std::unique_ptr<phy::Medium> plain_medium(const MediumPlan& plan, sim::EventQueue& queue, const sim::Random& random) {
    if (plan.fidelity == Fidelity::lossy)
        return std::make_unique<phy::LossyMedium>(queue, random, phy::LossySettings{plan.path_loss, plan.noise_figure});
    phy::IdealSettings settings;
    settings.fixed_loss = plan.fixed_loss;
    settings.path_loss = plan.path_loss;
    settings.noise_figure = plan.noise_figure;
    return std::make_unique<phy::IdealMedium>(queue, settings);
}

std::unique_ptr<phy::FaultyMedium> make_medium(const MediumPlan& plan, sim::EventQueue& queue,
                                               const sim::Random& random) {
    return std::make_unique<phy::FaultyMedium>(plain_medium(plan, queue, random), queue,
                                               random.stream("faults/frames"));
}

/// Captures wrap the medium: it knows nothing of them.
std::unique_ptr<phy::Medium> captured(std::unique_ptr<phy::FaultyMedium> medium, phy::FaultyMedium*& faulty,
                                      const sim::EventQueue& queue, observe::PcapngWriter::Sink air) {
    faulty = medium.get();
    if (!air) return medium;
    return std::make_unique<observe::AirCapture>(std::move(medium), queue, std::move(air));
}

}  // namespace

Simulation::Simulation(Scenario scenario, phy::RegulatoryDatabase database, sim::Trace::Sink sink,
                       observe::PcapngWriter::Sink air)
    : scenario_(std::move(scenario)),
      random_(scenario_.seed),
      trace_([this, sink = std::move(sink)](std::string_view line) {
          if (on_record_ && sink) sink(line);
      }),
      medium_(captured(make_medium(scenario_.medium, queue_, random_), faulty_, queue_,
                       air ? [this, air](std::string_view block) { if (on_record_) air(block); }
                           : observe::PcapngWriter::Sink{})),
      world_(std::make_unique<mld::World>(queue_, random_, trace_, std::move(database))),
      access_points_(*world_),
      station_agents_(*world_),
      cast_(*world_, station_agents_, &guest_radios_),
      processes_(queue_, trace_, cast_, scenario_),
      air_faults_(*faulty_, [this](const std::string& name) { return cast_.directory().called(name).has_value(); }),
      fault_desk_(air_faults_, cast_),
      fault_patterns_(*world_, air_faults_, cast_, random_.stream("faults/patterns")) {
    faulty_->set_acted([this](const phy::FrameRule& rule, const phy::FrameSubject& frame) {
        trace_.record(queue_.now(), "phy/fault", {{"rule", to_text(rule)}, {"from", frame.from}, {"to", frame.to}});
    });
}

// What a world does while it is taken down is nobody's history.
Simulation::~Simulation() {
    on_record_ = false;
}

tl::expected<std::unique_ptr<Simulation>, Mistakes> Simulation::build(Scenario scenario, sim::Trace::Sink sink,
                                                                      observe::PcapngWriter::Sink air) {
    Mistakes mistakes;
    phy::RegulatoryDatabase database = detail::regulatory_database(scenario.regulatory, mistakes);
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    std::unique_ptr<Simulation> simulation(
        new Simulation(std::move(scenario), std::move(database), std::move(sink), std::move(air)));
    simulation->world_->regulatory().set_source(
        [plan = simulation->scenario_.regulatory] { return detail::reload_regulatory_database(plan); });
    hwsim::install(*simulation->world_, *simulation->medium_);
    mt7925::host::install(*simulation->world_, *simulation->medium_);
    if (simulation->scenario_.netdev == NetdevBackend::tap)
        simulation->world_->set_next_ifindex(host::free_device_numbers());
    detail::build_radios(simulation->scenario_, *simulation->world_, simulation->guest_radios_, *simulation->medium_,
                         simulation->cast_, simulation->guest_chips_, mistakes);
    simulation->start_faults(mistakes);
    // The country's rules come into force within the first moment; only then is it clear where networks may be.
    simulation->queue_.run_until(simulation->queue_.now());
    detail::build_networks(simulation->scenario_, simulation->access_points_, simulation->cast_, mistakes);
    detail::build_stations(simulation->scenario_, simulation->station_agents_, simulation->cast_, mistakes);
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return simulation;
}

/// Those from the beginning on are in force before a chip boots; the others follow in their time.
void Simulation::start_faults(Mistakes& mistakes) {
    for (const PatternPlan& pattern : scenario_.faults.patterns)
        fault_patterns_.start(pattern, scenario_.regulatory.country.value_or(phy::Alpha2::world()));
    for (const FaultPlan& fault : scenario_.faults.rules) {
        if (fault.at > queue_.now()) {
            later_faults_.push_back(queue_.at(fault.at, [this, &fault] {
                const Result<void> added = fault_desk_.add(fault);
                trace_.record(queue_.now(), "scenario/fault",
                              {{"fault", fault.pointer}, {"error", added ? 0 : added.error().code}});
            }));
            continue;
        }
        if (const Result<void> added = fault_desk_.add(fault); !added)
            detail::refused(fault.pointer, "a fault", added.error(), mistakes);
    }
}

void Simulation::start(std::function<void()> finished) {
    finished_ = std::move(finished);
    director_ =
        std::make_unique<Director>(*world_, *medium_, access_points_, cast_, fault_desk_, processes_, scenario_.steps);
    referee_ = std::make_unique<Referee>(*world_, *medium_, cast_, processes_, scenario_.expectations);
    if (scenario_.duration)
        end_of_duration_ = queue_.at(sim::Time{*scenario_.duration}, [this] {
            // After everything else that happens at that moment.
            end_of_duration_ = queue_.at(queue_.now(), [this] { finish_when_decided(); });
        });
    director_->start([this] {
        steps_done_ = true;
        finish_if_done();
    });
    referee_->start([this] {
        decided_ = true;
        finish_if_done();
    });
    processes_.begin([this](const Condition& condition) { return referee_->holds(condition, nullptr); },
                     [this] {
                         referee_->look();
                         finish_if_done();
                     });
}

void Simulation::finish_if_done() {
    const bool waits_for_programs =
        std::ranges::any_of(scenario_.processes, [](const ProcessPlan& process) { return process.exit.has_value(); });
    if (end_ || scenario_.duration || (scenario_.expectations.empty() && !waits_for_programs)) return;
    if (steps_done_ && decided_ && processes_.done()) finish();
}

/// What programs did at the last moment still counts.
void Simulation::finish_when_decided() {
    if (scenario_.processes.empty()) return finish();
    referee_->when_decided([this] { queue_.post([this] { finish(); }); });
}

void Simulation::finish() {
    const std::function<void()> finished = std::exchange(finished_, nullptr);
    end();
    if (finished) finished();
}

namespace {

unsigned count_of(const mld::ChipInspection& chip, std::string_view name) {
    const auto table = chip.table("counts");
    if (!table) return 0;
    for (const auto& row : table->rows)
        if (row[0] == name) return static_cast<unsigned>(std::stoul(row[1]));
    return 0;
}

/// What a chip has to have for the links that its interfaces use, and for the access points at their other ends.
struct Needs {
    unsigned links = 0;
    unsigned peer_links = 0;
};
Needs needs_of(const mld::Wiphy& wiphy) {
    Needs out;
    for (const auto& [id, wdev] : wiphy.wdevs()) {
        if (!wdev->running() || wdev->is_link()) continue;
        const unsigned links = wdev->is_mld() ? std::max(1, std::popcount(wdev->active_links())) : 1;
        out.links += links;
        if (wdev->mlme() != nullptr && wdev->mlme()->access_point() != nullptr) out.peer_links += links;
    }
    return out;
}

}  // namespace

/// How the world ended, for those who compare runs: what chips have in use and need, how far stations have come.
void Simulation::record_end() {
    for (const auto& [index, radio] : world_->radios()) {
        const mld::ChipInspection* chip = radio.wiphy->driver().inspection();
        if (chip == nullptr) continue;
        const Needs needs = needs_of(*radio.wiphy);
        trace_.record(queue_.now(), "scenario/chip",
                      {{"radio", radio.spec.placement.name},
                       {"bss_indexes", count_of(*chip, "bss_indexes")},
                       {"links", needs.links},
                       {"wcids", count_of(*chip, "wcids")},
                       {"peer_links", needs.peer_links},
                       {"oopses", count_of(*chip, "oopses")},
                       {"violations", count_of(*chip, "violations")}});
    }
    for (const StationPlan& plan : scenario_.stations)
        for (const mld::Wdev* wdev : cast_.stations(plan.name))
            if (const agent::StationAgent* station = cast_.station_on(*wdev))
                trace_.record(queue_.now(), "scenario/station",
                              {{"station", station->settings().name}, {"state", to_string(station->state())}});
}

void Simulation::end() {
    finished_ = nullptr;
    if (end_) return;
    record_end();
    if (referee_) referee_->close();
    processes_.close();
    end_ = End{queue_.now(), trace_.hash()};
    // Programs take their leave of a world that nobody watches any more.
    if (!scenario_.processes.empty()) on_record_ = false;
}

void Simulation::run() {
    bool over = false;
    start([&over] { over = true; });
    while (!over && queue_.step()) {
    }
}

std::vector<Failure> Simulation::failures() const {
    std::vector<Failure> out;
    if (director_) out = director_->failures();
    if (referee_) out.insert(out.end(), referee_->failures().begin(), referee_->failures().end());
    out.insert(out.end(), processes_.failures().begin(), processes_.failures().end());
    std::stable_sort(out.begin(), out.end(), [](const Failure& a, const Failure& b) { return a.at < b.at; });
    return out;
}

}  // namespace mlosim::scenario
