#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/access_point_orders.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/interface_type.h"
#include "mld/wake_on.h"
#include "phy/band.h"
#include "phy/position.h"
#include "phy/regulatory.h"
#include "phy/units.h"
#include "scenario/fault_plan.h"
#include "scenario/target.h"
#include "scenario/text_match.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

struct MoveStep {
    Target target;
    phy::Position to;
    sim::Duration over{0};  ///< zero: at once
};
struct UpStep {
    Target target;
};
struct DownStep {
    Target target;
};
struct RegulatoryStep {
    phy::Alpha2 country;
};
struct PowerStep {
    Target target;
    std::optional<phy::Dbm> power;  ///< nothing: what regulation allows
};
struct ScanStep {
    Target target;
    std::vector<ieee80211::Ssid> ssids;  ///< to ask for; the empty one asks everybody
    bool passive = false;
    std::vector<phy::Band> bands;             ///< all channels of these …
    std::vector<phy::Frequency> frequencies;  ///< … and these; neither: all there are
    bool flush = false;
    /// Look for the 6 GHz access points that neighbor reports name, as programs do since 6 GHz is there.
    bool colocated_6ghz = true;
};
struct AbortScanStep {
    Target target;
};
struct SetTypeStep {
    Target target;
    mld::InterfaceType type = mld::InterfaceType::station;
};
struct AddInterfaceStep {
    Target target;  ///< the radio
    std::string name;
    mld::InterfaceType type = mld::InterfaceType::station;
};
struct RemoveInterfaceStep {
    Target target;
};
struct AddLinkStep {
    Target target;  ///< a station
    phy::Band band = phy::Band::ghz2_4;
};
struct RemoveLinkStep {
    Target target;
    phy::Band band = phy::Band::ghz2_4;
};
/// Links of station MLDs share one radio from now on, or (none) no longer; built-in stations and programs' alike.
struct EmlsrStep {
    Target target;
    std::vector<ieee80211::LinkId> links;
    std::optional<std::chrono::microseconds> padding;
    std::optional<std::chrono::microseconds> transition;
};
/// Built-in stations go to another access point.
struct RoamStep {
    std::string station;
    std::optional<std::string> network;  ///< one of the scenario's; nothing: the loudest other one
};
struct RemoveRadioStep {
    Target target;
};
/// The host of a radio goes to sleep, and comes back.
struct SuspendStep {
    Target target;
    std::optional<mld::WakeOn> wake_on;  ///< nothing: its connections end
};
struct ResumeStep {
    Target target;
};
/// A built-in access point is told to do something.
struct OrderStep {
    const char* name = "";  ///< of the step
    std::string network;
    agent::AccessPointOrder order;
    std::vector<std::string> to;  ///< networks that a transition request names
};

/// Something goes wrong from now on; nothing does any more (of that radio).
struct FaultStep {
    FaultPlan fault;
};
struct ClearFaultsStep {
    std::optional<std::string> radio;
};

/// Stations send frames to the access point that they are connected to.
struct TrafficStep {
    Target target;
    sim::Duration every = std::chrono::milliseconds(10);
    sim::Duration duration = std::chrono::seconds(1);
    std::uint32_t bytes = 200;  ///< of a frame, with its Ethernet header
    bool broadcast = false;     ///< to everybody there
};

/// A process is started (again), is told to end, gets a signal.
struct StartStep {
    std::string process;
};
struct StopStep {
    std::string process;
};
struct SignalStep {
    std::string process;
    int signal = 0;
};
/// A command for a process's control interface.
struct ControlStep {
    std::string process;
    std::optional<std::string> interface;  ///< nothing: its first
    std::string command;
    std::optional<TextMatch> answer;  ///< nothing: anything but FAIL and UNKNOWN COMMAND
    std::string expected;             ///< that, in words
};

using Action = std::variant<MoveStep, UpStep, DownStep, RegulatoryStep, PowerStep, ScanStep, AbortScanStep, SetTypeStep,
                            AddInterfaceStep, RemoveInterfaceStep, AddLinkStep, RemoveLinkStep, RoamStep,
                            RemoveRadioStep, OrderStep, EmlsrStep, FaultStep, ClearFaultsStep, SuspendStep, ResumeStep,
                            TrafficStep, StartStep, StopStep, SignalStep, ControlStep>;

/// Something that is done to the world at a moment.
struct Step {
    sim::Time at;
    Action action;
    /// The error that it must end with; 0: none.
    int fails_with = 0;
    bool may_fail = false;  ///< with whatever error, or not at all
    std::string pointer;
};

}  // namespace mlosim::scenario
