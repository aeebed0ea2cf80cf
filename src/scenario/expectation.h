#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/station_state.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/interface_type.h"
#include "phy/band.h"
#include "phy/channel.h"
#include "phy/regulatory.h"
#include "scenario/bounds.h"
#include "scenario/target.h"
#include "scenario/text_match.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario {

/// How many entries of a radio's BSS table are like this.
struct BssCondition {
    std::string radio;
    std::optional<std::string> network;  ///< one of the scenario's: its BSSIDs, on any of its links
    std::optional<ieee80211::Ssid> ssid;
    std::optional<ieee80211::MacAddress> bssid;
    std::optional<ieee80211::MacAddress> mld_address;  ///< in a Basic Multi-Link element
    std::optional<bool> multi_link;                    ///< has such an element at all
    std::optional<phy::Band> band;
    std::optional<std::uint16_t> channel;
    std::optional<Bounds> signal_dbm;
    std::optional<sim::Duration> heard_within;
    Bounds count{1.0, std::nullopt};
};
/// A radio hears one network louder than another in a band.
struct StrongerCondition {
    std::string radio;
    std::string network;
    std::string than;
    phy::Band band = phy::Band::ghz2_4;
    Bounds by_db{0.0, std::nullopt};
};
/// Scans that a radio has finished, or had aborted.
struct ScanCondition {
    std::string radio;
    std::optional<Bounds> finished;
    std::optional<Bounds> aborted;
};
struct InterfaceCondition {
    Target target;
    std::optional<bool> exists;
    std::optional<bool> up;
    std::optional<mld::InterfaceType> type;
    /// A station is associated and may send data; an access point (built in or a program's) is up.
    std::optional<bool> connected;
    std::optional<ieee80211::Ssid> ssid;  ///< of the network that it is connected to, or offers
    std::optional<std::string> network;   ///< one of the scenario's, which it is connected to
    std::optional<Bounds> links;          ///< of its connection, or of what it offers
};
struct RegulatoryCondition {
    phy::Alpha2 country;
};
/// What a radio may do on a channel: nothing, listen (until it has heard a beacon, or that there is no radar), send.
struct ChannelCondition {
    enum class Use : std::uint8_t { disabled, passive, active };
    std::string radio;
    phy::Channel channel;
    Use use = Use::active;
};
struct LinkWdevCondition {
    Target target;
    std::optional<Bounds> count;
    std::optional<Bounds> running;
    std::optional<phy::Band> band;
};
/// A counter: of an interface, or of the medium (no target).
struct CounterCondition {
    std::optional<Target> target;
    std::string name;
    Bounds value;
};

/// Built-in stations, how many of them are like this.
struct StationCondition {
    std::string station;
    agent::StationState state = agent::StationState::connected;
    std::optional<std::string> network;  ///< one of the scenario's: they are at one of its BSSs
    std::optional<Bounds> links;         ///< of an MLD; one that is none has one while it is connected
    // Times that it came to be connected, by roaming among them, and attempts that came to nothing.
    std::optional<Bounds> connections;
    std::optional<Bounds> roams;
    std::optional<Bounds> failures;
    /// The longest time that it was not connected, since it first was.
    std::optional<sim::Duration> gap_at_most;
    std::optional<Bounds> count;  ///< none: all of them
};

/// What a radio's chip counts, by name (its table "counts").
struct ChipCondition {
    std::string radio;
    std::vector<std::pair<std::string, Bounds>> counts;
};
/// Keys in the tables of a radio's chip: of one link of an MLD, or of all.
struct KeysCondition {
    std::string radio;
    std::optional<unsigned> link;
    std::optional<Bounds> pairwise;
    std::optional<Bounds> group;
};
/// Lines that a chip's driver printed and that have this text in them; or entries of another of the chip's records.
struct KernelLogCondition {
    std::string radio;
    std::string record = "kernel";
    std::string contains;
    Bounds count{1.0, std::nullopt};
};

/// Lines that a process has written.
struct OutputCondition {
    std::string process;
    TextMatch line;
    Bounds count{1.0, std::nullopt};
};
/// Events that its control interface has sent.
struct EventCondition {
    std::string process;
    std::optional<std::string> interface;
    TextMatch event;
    Bounds count{1.0, std::nullopt};
};
/// What its control interface answers.
struct ControlCondition {
    std::string process;
    std::optional<std::string> interface;  ///< nothing: its first
    std::string command = "PING";
    std::optional<TextMatch> answer;  ///< nothing: any answer will do
};
enum class ProcessState : std::uint8_t { waiting, running, ready, ended };
/// How far a process has come.
struct ProcessCondition {
    std::string process;
    std::optional<ProcessState> state;  ///< running: also if it is ready
    std::optional<int> exit;            ///< it has ended by itself or at a step's wish, with that code
};

struct Condition;
struct NotCondition {
    std::shared_ptr<const Condition> what;
};

/// Something that is so or not, at a moment.
struct Condition {
    std::variant<BssCondition, StrongerCondition, ScanCondition, InterfaceCondition, RegulatoryCondition,
                 ChannelCondition, LinkWdevCondition, CounterCondition, StationCondition, ChipCondition, KeysCondition,
                 KernelLogCondition, OutputCondition, EventCondition, ControlCondition, ProcessCondition, NotCondition>
        what;
};

/// A condition, and when it must be so.
struct Expectation {
    enum class When : std::uint8_t {
        within,      ///< at some moment from `from` to `until`
        at,          ///< at `until`
        throughout,  ///< at all moments from `from` to `until`
    };
    Condition condition;
    When when = When::within;
    sim::Time from;
    sim::Time until;
    std::string pointer;
    std::string text;  ///< the condition as the file has it
};

}  // namespace mlosim::scenario
