#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mld/radio_profiles.h"
#include "netlink/nl80211/dialect.h"
#include "netlink/time_control.h"
#include "phy/propagation.h"
#include "phy/regulatory.h"
#include "scenario/expectation.h"
#include "scenario/fault_plan.h"
#include "scenario/guest_plan.h"
#include "scenario/network_plan.h"
#include "scenario/process_plan.h"
#include "scenario/radio_plan.h"
#include "scenario/station_plan.h"
#include "scenario/step.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

enum class Fidelity : std::uint8_t {
    ideal,  ///< everybody on a channel hears everything
    lossy,  ///< signal and packet errors decide
};

/// What network devices are to programs.
enum class NetdevBackend : std::uint8_t {
    emulated,  ///< the shim's: no privilege, and nobody but programs under the shim sees them
    tap,       ///< TAP devices of the kernel's own
};

/// The air between the radios.
struct MediumPlan {
    Fidelity fidelity = Fidelity::ideal;
    phy::PathLoss path_loss;
    phy::Db noise_figure = phy::default_noise_figure;
    /// Of an ideal medium: the same loss everywhere instead of one by distance, as mac80211_hwsim has it (50 dB).
    std::optional<phy::Db> fixed_loss;
};

/// Where the rules of countries come from.
enum class RegulatorySource : std::uint8_t {
    automatic,  ///< the machine's regulatory.db if there is one, else the embedded subset
    embedded,   ///< the same on every machine
    file,
};

struct RegulatoryPlan {
    std::optional<phy::Alpha2> country;  ///< asked for by the user at the start; none: the world's rules
    RegulatorySource source = RegulatorySource::automatic;
    std::string path;  ///< of RegulatorySource::file
};

/// The same world with something wrong in it, and what is expected of it then instead.
struct FaultVariant {
    FaultPlans faults;
    std::vector<Expectation> expectations;
    std::optional<sim::Duration> duration;  ///< none: the scenario's
};

/// Where and when things may go wrong by chance, and what is expected of the world then.
struct RandomFaultsPlan {
    std::optional<std::string> radio;  ///< whose chip; none: that of any radio that has one
    sim::Time from;
    std::optional<sim::Time> until;         ///< from then on nothing goes wrong; none: it does until the end
    std::vector<Expectation> expectations;  ///< instead of the scenario's; none: the scenario's
    std::optional<sim::Duration> duration;  ///< none: the scenario's
    std::string pointer;
};

/// A whole world: what is there, what is done to it, what is expected of it. A value that `parse_scenario` has found to
/// make sense.
struct Scenario {
    std::string description;
    std::uint64_t seed = 1;
    netlink::ClockMode clock = netlink::ClockMode::real;
    /// With a virtual clock, what programs in the world take CLOCK_REALTIME to have been when it began, since 1970: the
    /// first of January 2026, the same in each run.
    sim::Duration realtime_at_zero = std::chrono::seconds(1767225600);
    /// Random numbers of programs come from the seed.
    bool deterministic_entropy = false;
    /// When the world ends. Without one: when all is done and decided; never, if there is nothing to decide.
    std::optional<sim::Duration> duration;
    netlink::Dialect dialect = netlink::Dialect::mainline;
    NetdevBackend netdev = NetdevBackend::emulated;
    RegulatoryPlan regulatory;
    MediumPlan medium;
    mld::RadioProfiles profiles = mld::RadioProfiles::built_in();
    std::vector<RadioPlan> radios;
    std::vector<NetworkPlan> networks;
    std::vector<StationPlan> stations;
    std::vector<ProcessPlan> processes;
    /// Each is what one of the processes runs.
    std::vector<GuestPlan> guests;
    std::vector<Step> steps;
    FaultPlans faults;
    std::vector<Expectation> expectations;
    std::optional<FaultVariant> with_fault;
    std::optional<RandomFaultsPlan> random_faults;

    /// Without that, nothing but a signal ends the world.
    [[nodiscard]] bool ends_by_itself() const {
        return duration || !expectations.empty() ||
               std::ranges::any_of(processes, [](const ProcessPlan& process) { return process.exit.has_value(); });
    }

    /// Puts the variant in force. There is one.
    void switch_fault_on() {
        const FaultPlans& more = with_fault->faults;
        faults.rules.insert(faults.rules.end(), more.rules.begin(), more.rules.end());
        faults.patterns.insert(faults.patterns.end(), more.patterns.begin(), more.patterns.end());
        expectations = with_fault->expectations;
        if (with_fault->duration) duration = with_fault->duration;
    }
};

}  // namespace mlosim::scenario
