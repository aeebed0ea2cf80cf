#include "scenario/simulation.h"

#include <algorithm>
#include <utility>

#include "host/tap_devices.h"
#include "hwsim/driver.h"
#include "mt7925/host/driver.h"
#include "observe/air_capture.h"
#include "phy/ideal_medium.h"
#include "phy/lossy_medium.h"
#include "scenario/detail/networks_builder.h"
#include "scenario/detail/stations_builder.h"
#include "scenario/detail/world_builder.h"
#include "scenario/director.h"
#include "scenario/referee.h"

namespace mlosim::scenario {

namespace {

std::unique_ptr<phy::Medium> make_medium(const MediumPlan& plan, sim::EventQueue& queue, const sim::Random& random) {
    if (plan.fidelity == Fidelity::lossy)
        return std::make_unique<phy::LossyMedium>(queue, random, phy::LossySettings{plan.path_loss, plan.noise_figure});
    phy::IdealSettings settings;
    settings.fixed_loss = plan.fixed_loss;
    settings.path_loss = plan.path_loss;
    settings.noise_figure = plan.noise_figure;
    return std::make_unique<phy::IdealMedium>(queue, settings);
}

/// Captures wrap the medium: it knows nothing of them.
std::unique_ptr<phy::Medium> captured(std::unique_ptr<phy::Medium> medium, const sim::EventQueue& queue,
                                      observe::PcapngWriter::Sink air) {
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
      medium_(captured(make_medium(scenario_.medium, queue_, random_), queue_,
                       air ? [this, air](std::string_view block) { if (on_record_) air(block); }
                           : observe::PcapngWriter::Sink{})),
      world_(std::make_unique<mld::World>(queue_, random_, trace_, std::move(database))),
      access_points_(*world_),
      station_agents_(*world_),
      cast_(*world_, station_agents_) {}

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
    detail::build_radios(simulation->scenario_, *simulation->world_, simulation->cast_, mistakes);
    // The country's rules come into force within the first moment; only then is it clear where networks may be.
    simulation->queue_.run_until(simulation->queue_.now());
    detail::build_networks(simulation->scenario_, simulation->access_points_, simulation->cast_, mistakes);
    detail::build_stations(simulation->scenario_, simulation->station_agents_, simulation->cast_, mistakes);
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return simulation;
}

void Simulation::start(std::function<void()> finished) {
    finished_ = std::move(finished);
    director_ = std::make_unique<Director>(*world_, *medium_, access_points_, cast_, scenario_.steps);
    referee_ = std::make_unique<Referee>(*world_, *medium_, cast_, scenario_.expectations);
    if (scenario_.duration)
        end_of_duration_ = queue_.at(sim::Time{*scenario_.duration}, [this] {
            // After everything else that happens at that moment.
            end_of_duration_ = queue_.at(queue_.now(), [this] { finish(); });
        });
    director_->start([this] {
        steps_done_ = true;
        finish_if_done();
    });
    referee_->start([this] {
        decided_ = true;
        finish_if_done();
    });
}

void Simulation::finish_if_done() {
    if (scenario_.duration || scenario_.expectations.empty()) return;
    if (steps_done_ && decided_) finish();
}

void Simulation::finish() {
    const std::function<void()> finished = std::exchange(finished_, nullptr);
    end();
    if (finished) finished();
}

void Simulation::end() {
    finished_ = nullptr;
    if (referee_) referee_->close();
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
    std::stable_sort(out.begin(), out.end(), [](const Failure& a, const Failure& b) { return a.at < b.at; });
    return out;
}

}  // namespace mlosim::scenario
