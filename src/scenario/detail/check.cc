#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "phy/frame_fault.h"
#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"
#include "scenario/duration_text.h"
#include "scenario/fault_desk.h"
#include "scenario/placeholders.h"

namespace mlosim::scenario::detail {

namespace {

// Each condition's name in the file.
const char* member_of(const BssCondition&) {
    return "/bss";
}
const char* member_of(const StrongerCondition&) {
    return "/stronger";
}
const char* member_of(const ScanCondition&) {
    return "/scan";
}
const char* member_of(const ChannelCondition&) {
    return "/channel";
}
const char* member_of(const ChipCondition&) {
    return "/chip";
}
const char* member_of(const KeysCondition&) {
    return "/keys";
}
const char* member_of(const KernelLogCondition&) {
    return "/kernel_log";
}

const char* member_of(const OutputCondition&) {
    return "/output";
}
const char* member_of(const EventCondition&) {
    return "/event";
}
const char* member_of(const ControlCondition&) {
    return "/control";
}
const char* member_of(const ProcessCondition&) {
    return "/process";
}
const char* member_of(const StartStep&) {
    return "/start";
}
const char* member_of(const StopStep&) {
    return "/stop";
}
const char* member_of(const SignalStep&) {
    return "/signal";
}
const char* member_of(const ControlStep&) {
    return "/control";
}

template <class T>
constexpr bool is_of_chip =
    std::is_same_v<T, ChipCondition> || std::is_same_v<T, KeysCondition> || std::is_same_v<T, KernelLogCondition>;

/// What the whole scenario knows, against which its parts are checked.
class Checker {
public:
    Checker(const Scenario& scenario, Mistakes& mistakes) : scenario_(scenario), mistakes_(mistakes) {}

    void all() {
        radios();
        networks();
        stations();
        processes();
        guests();
        steps();
        faults(scenario_.faults);
        expectations(scenario_.expectations, scenario_.duration);
        if (scenario_.with_fault) {
            const FaultVariant& variant = *scenario_.with_fault;
            faults(variant.faults);
            expectations(variant.expectations, variant.duration ? variant.duration : scenario_.duration);
        }
        if (scenario_.random_faults) random_faults(*scenario_.random_faults);
    }

private:
    void mistake(std::string pointer, std::string found, std::string allowed) {
        mistakes_.push_back({std::move(pointer), std::move(found), std::move(allowed)});
    }

    /// `what` is claimed once in the whole scenario.
    void claim(std::map<std::string, std::string>& claimed, const std::string& what, const std::string& pointer) {
        const auto [owner, fresh] = claimed.emplace(what, pointer);
        if (!fresh) mistake(pointer, in_quotes(what), "one that " + owner->second + " does not have");
    }

    void radios() {
        for (const RadioPlan& radio : scenario_.radios) {
            if (radio.name.empty()) continue;  // that mistake is reported
            if (radio.group) groups_.emplace(radio.name, &radio);
            claim(radio_names_, radio.name, radio.pointer + "/name");
            if (radio.group)
                for (std::uint32_t i = 0; i < radio.count; ++i)
                    claim(radio_names_, radio.member_name(i), radio.pointer + "/name");
            if (radio.wiphy_name) claim(wiphy_names_, *radio.wiphy_name, radio.pointer + "/wiphy");
            if (radio.address && !radio.group)
                claim(addresses_, radio.address->to_string(), radio.pointer + "/address");
            for (const InterfacePlan& interface : radio.interfaces) {
                if (interface.name.find('%') != std::string::npos) continue;
                if (radio.group)
                    mistake(interface.pointer + "/name", in_quotes(interface.name),
                            "a pattern with %d for the interfaces of a group");
                else
                    claim(interface_names_, interface.name, interface.pointer + "/name");
            }
            if (radio.of_guest() && scenario_.clock == netlink::ClockMode::virtual_time)
                mistake(radio.pointer + "/front", "\"vfio-user\" with \"clock\": \"virtual\"",
                        "\"clock\": \"real\": a virtual machine lives in the wall clock's time");
            if (radio.socket) claim(sockets_, *radio.socket, radio.pointer + "/socket");
            if (!radio.interfaces.empty() && radio.interfaces.front().type == mld::InterfaceType::p2p_device)
                mistake(radio.interfaces.front().pointer + "/type", "\"p2p_device\"",
                        "another type for a radio's first interface");
        }
    }

    const RadioPlan* known_radio(const std::string& name, const std::string& pointer) {
        if (name.empty()) return nullptr;
        for (const RadioPlan& radio : scenario_.radios) {
            if (radio.name == name) return &radio;
            if (!radio.group || !name.starts_with(radio.name + "-")) continue;
            for (std::uint32_t i = 0; i < radio.count; ++i)
                if (radio.member_name(i) == name) return &radio;
        }
        std::vector<std::string> names;
        for (const RadioPlan& radio : scenario_.radios)
            if (!radio.name.empty()) names.push_back(radio.name);
        mistake(pointer, in_quotes(name), names.empty() ? "a radio of the scenario" : listed(names));
        return nullptr;
    }

    /// One whose driver is of this world, so that there is somebody to ask or to tell.
    const RadioPlan* driven_here(const std::string& name, const std::string& pointer) {
        const RadioPlan* radio = known_radio(name, pointer);
        if (radio == nullptr || !radio->of_guest()) return radio;
        mistake(pointer, in_quotes(name) + ", whose driver is in a virtual machine",
                "a radio without \"front\": \"vfio-user\"");
        return nullptr;
    }

    void networks() {
        std::map<std::string, std::string> users;
        for (const NetworkPlan& network : scenario_.networks) {
            if (!network.name.empty()) claim(network_names_, network.name, network.pointer + "/name");
            if (const RadioPlan* radio = driven_here(network.radio, network.pointer + "/radio")) {
                if (radio->group && radio->name == network.radio)
                    mistake(network.pointer + "/radio", in_quotes(network.radio),
                            "a single radio, like " + in_quotes(radio->member_name(0)));
                claim(users, network.radio, network.pointer + "/radio");
                bands(network, *radio);
            }
            if (network.mld_address)
                claim(addresses_, network.mld_address->to_string(), network.pointer + "/mld_address");
            std::map<std::string, std::string> ids;
            for (const NetworkLinkPlan& link : network.links) {
                claim(ids, std::to_string(link.id.value()), link.pointer + "/link_id");
                if (link.bssid) claim(addresses_, link.bssid->to_string(), link.pointer + "/bssid");
            }
        }
        for (const NetworkPlan& one : scenario_.networks)
            network(one.owe_transition, one.pointer + "/owe_transition");
    }

    void stations() {
        std::map<std::string, std::string> users;
        for (const StationPlan& station : scenario_.stations) {
            if (!station.name.empty()) claim(station_names_, station.name, station.pointer + "/name");
            if (driven_here(station.radio, station.pointer + "/radio") != nullptr)
                claim(users, station.radio, station.pointer + "/radio");
        }
    }

    void processes() {
        for (const ProcessPlan& process : scenario_.processes)
            if (!process.name.empty()) claim(process_names_, process.name, process.pointer + "/name");
        for (const ProcessPlan& process : scenario_.processes) {
            for (std::size_t i = 0; i < process.argv.size(); ++i)
                placeholders(process.argv[i], process.pointer + "/argv/" + std::to_string(i));
            for (const auto& [name, value] : process.environment)
                placeholders(value, process.pointer + "/env/" + name);
            for (const WorkingFile& file : process.files)
                if (!file.verbatim) placeholders(file.content, file.pointer);
            const std::string start = process.pointer + "/start";
            for (const std::string& other : process.start_after) {
                this->process(other, start + "/after");
                if (other == process.name) mistake(start + "/after", in_quotes(other), "another process");
            }
            if (process.start_when) condition(*process.start_when, start + "/when");
            if (process.ready) condition(*process.ready, process.pointer + "/ready");
            if (scenario_.duration && process.start_at > sim::Time{*scenario_.duration})
                mistake(start + "/at", in_quotes(in_seconds(process.start_at)),
                        "up to the duration, " + in_seconds(*scenario_.duration));
        }
    }

    /// ${interface:RADIO} means the first interface of that radio.
    void placeholders(const std::string& text, const std::string& pointer) {
        constexpr std::string_view of_interface = "interface:";
        constexpr std::string_view of_socket = "socket:";
        for (const std::string& name : placeholders_in(text)) {
            if (name.starts_with(of_socket)) at_a_socket(name.substr(of_socket.size()), pointer);
            if (!name.starts_with(of_interface)) continue;
            const RadioPlan* radio = driven_here(name.substr(of_interface.size()), pointer);
            if (radio != nullptr && radio->group && name == std::string(of_interface) + radio->name)
                mistake(pointer, in_quotes(radio->name), "a single radio, like " + in_quotes(radio->member_name(0)));
        }
    }

    /// A single radio that a virtual machine finds at a socket.
    void at_a_socket(const std::string& name, const std::string& pointer) {
        const RadioPlan* radio = known_radio(name, pointer);
        if (radio == nullptr) return;
        if (!radio->of_guest())
            mistake(pointer, in_quotes(name) + ", whose driver is not in a virtual machine",
                    "a radio with \"front\": \"vfio-user\"");
        else if (radio->group && radio->name == name)
            mistake(pointer, in_quotes(name), "a single radio, like " + in_quotes(radio->member_name(0)));
    }

    void guests() {
        std::map<std::string, std::string> users;
        for (const GuestPlan& guest : scenario_.guests)
            for (std::size_t i = 0; i < guest.radios.size(); ++i) {
                const std::string at = guest.pointer + "/radios/" + std::to_string(i);
                at_a_socket(guest.radios[i], at);
                if (!guest.radios[i].empty()) claim(users, guest.radios[i], at);
            }
    }

    void process(const std::string& name, const std::string& pointer) {
        if (name.empty() || process_names_.contains(name)) return;
        std::vector<std::string> names;
        for (const auto& [known, owner] : process_names_)
            names.push_back(known);
        mistake(pointer, in_quotes(name),
                names.empty() ? "one of \"processes\", of which there are none" : listed(names));
    }

    void bands(const NetworkPlan& network, const RadioPlan& radio) {
        const mld::RadioProfile* named = scenario_.profiles.find(radio.profile);
        if (named == nullptr) return;  // that mistake is reported
        const mld::RadioProfile profile = radio.chosen(*named);
        if (network.mld && !profile.has(mld::WiphyFlag::multi_link))
            mistake(network.pointer + "/radio", in_quotes(network.radio) + ", which has no multi-link operation",
                    "a radio that has, or \"mld\": false");
        std::set<phy::Frequency> channels;
        for (const NetworkLinkPlan& link : network.links) {
            const phy::Band band = link.channel.band();
            if (link.channel.control.center == phy::Frequency{}) continue;  // that mistake is reported
            channels.insert(link.channel.control.center);
            if (profile.band(band) == nullptr)
                mistake(link.pointer + "/band", in_quotes(phy::to_string(band)),
                        "a band that profile " + in_quotes(radio.profile) + " has");
        }
        if (channels.size() > profile.channel_contexts)
            mistake(network.pointer + "/links", std::to_string(channels.size()) + " channels",
                    "as many as radio " + in_quotes(network.radio) + " can use at once, which is " +
                        std::to_string(profile.channel_contexts) + " (its \"channels\")");
    }

    void target(const Target& target) { driven_here(target.radio, target.pointer + "/radio"); }

    void steps() {
        sim::Time previous;
        for (const Step& step : scenario_.steps) {
            if (step.at < previous)
                mistake(step.pointer + "/at", in_quotes(in_seconds(step.at)),
                        "a time not before the step above, " + in_seconds(previous));
            previous = step.at;
            if (scenario_.duration && step.at > sim::Time{*scenario_.duration})
                mistake(step.pointer, "a step at " + in_seconds(step.at),
                        "up to the duration, " + in_seconds(*scenario_.duration));
            std::visit(
                [&](const auto& action) {
                    using T = std::decay_t<decltype(action)>;
                    if constexpr (std::is_same_v<T, MoveStep> || std::is_same_v<T, PowerStep>)
                        placed(action.target);
                    else if constexpr (requires { action.target; })
                        target(action.target);
                    if constexpr (std::is_same_v<T, OrderStep>) {
                        const std::string at = step.pointer + "/" + action.name;
                        network(action.network, at + "/network");
                        for (std::size_t i = 0; i < action.to.size(); ++i)
                            network(action.to[i], at + "/to/" + std::to_string(i));
                    }
                    if constexpr (requires { action.process; })
                        process(action.process, step.pointer + member_of(action) + "/process");
                    if constexpr (std::is_same_v<T, SignalStep>)
                        if (action.signal == SIGSTOP && scenario_.clock == netlink::ClockMode::virtual_time)
                            mistake(step.pointer + "/signal/signal", "\"STOP\" with \"clock\": \"virtual\"",
                                    "another one: time would stand still with the process");
                    if constexpr (std::is_same_v<T, FaultStep>) fault(action.fault);
                    if constexpr (std::is_same_v<T, ClearFaultsStep>)
                        if (action.radio) chip(*action.radio, step.pointer + "/clear_faults/radio");
                    if constexpr (std::is_same_v<T, RoamStep>) {
                        station(action.station, step.pointer + "/roam/station");
                        if (action.network) network(*action.network, step.pointer + "/roam/network");
                    }
                },
                step.action);
        }
    }

    /// Anything in the air will do, unless one of its interfaces is meant.
    void placed(const Target& what) {
        if (what.interface) return target(what);
        known_radio(what.radio, what.pointer + "/radio");
    }

    void network(const std::string& name, const std::string& pointer) {
        if (name.empty() || network_names_.contains(name)) return;
        std::vector<std::string> names;
        for (const auto& [known, owner] : network_names_)
            names.push_back(known);
        mistake(pointer, in_quotes(name),
                names.empty() ? "one of \"networks\", of which there are none" : listed(names));
    }

    void station(const std::string& name, const std::string& pointer) {
        if (name.empty() || station_names_.contains(name)) return;
        std::vector<std::string> names;
        for (const auto& [known, owner] : station_names_)
            names.push_back(known);
        mistake(pointer, in_quotes(name),
                names.empty() ? "one of \"stations\", of which there are none" : listed(names));
    }

    void condition(const Condition& condition, const std::string& pointer) {
        std::visit(
            [&](const auto& what) {
                using T = std::decay_t<decltype(what)>;
                if constexpr (is_of_chip<T>)
                    chip(what.radio, pointer + member_of(what) + "/radio");
                else if constexpr (requires { what.radio; })
                    driven_here(what.radio, pointer + member_of(what) + "/radio");
                if constexpr (std::is_same_v<T, KernelLogCondition>) record(what, pointer + "/kernel_log");
                if constexpr (std::is_same_v<T, InterfaceCondition> || std::is_same_v<T, LinkWdevCondition>)
                    target(what.target);
                if constexpr (std::is_same_v<T, InterfaceCondition>)
                    if (what.network) network(*what.network, pointer + "/interface/network");
                if constexpr (requires { what.process; }) process(what.process, pointer + member_of(what) + "/process");
                if constexpr (std::is_same_v<T, StationCondition>) {
                    station(what.station, pointer + "/station/name");
                    if (what.network) network(*what.network, pointer + "/station/network");
                }
                if constexpr (std::is_same_v<T, CounterCondition>) {
                    if (what.target) target(*what.target);
                } else if constexpr (std::is_same_v<T, BssCondition>) {
                    if (what.network) network(*what.network, pointer + "/bss/network");
                } else if constexpr (std::is_same_v<T, StrongerCondition>) {
                    network(what.network, pointer + "/stronger/network");
                    network(what.than, pointer + "/stronger/than");
                } else if constexpr (std::is_same_v<T, NotCondition>) {
                    this->condition(*what.what, pointer + "/not");
                }
            },
            condition.what);
    }

    /// A driver of this world prints and is watched; a guest's is on a bus.
    void record(const KernelLogCondition& what, const std::string& pointer) {
        const auto plan = std::ranges::find_if(scenario_.radios, [&](const RadioPlan& radio) {
            return radio.name == what.radio || (radio.group && what.radio.starts_with(radio.name + "-"));
        });
        if (plan == scenario_.radios.end() || what.record == "mcu") return;
        if (plan->of_guest() != (what.record == "pcie"))
            mistake(pointer + "/record", in_quotes(what.record) + " of radio " + in_quotes(what.radio),
                    plan->of_guest() ? "\"mcu\", \"pcie\": what a virtual machine's kernel prints is its output"
                                     : "\"kernel\", \"mcu\", \"violations\"");
    }

    void expectations(const std::vector<Expectation>& all, const std::optional<sim::Duration>& duration) {
        for (const Expectation& expectation : all) {
            condition(expectation.condition, expectation.pointer);
            if (duration && expectation.until > sim::Time{*duration})
                mistake(expectation.pointer, "an expectation up to " + in_seconds(expectation.until),
                        "up to the duration, " + in_seconds(*duration));
        }
    }

    /// A radio with a chip; every one of a group.
    void chip(const std::string& radio, const std::string& pointer) {
        const RadioPlan* plan = known_radio(radio, pointer);
        if (plan != nullptr && plan->chip == "generic")
            mistake(pointer, in_quotes(radio) + ", which has no chip", "a radio with one: \"chip\": \"mt7925\"");
    }

    void fault(const FaultPlan& fault) {
        if (fault.radio) return chip(*fault.radio, fault.pointer + "/radio");
        const bool has_chip =
            std::ranges::any_of(scenario_.radios, [](const RadioPlan& r) { return r.chip != "generic"; });
        for (const std::string& rule : fault.rules) {
            if (!is_air_rule(rule)) {
                if (!has_chip)
                    mistake(fault.pointer, in_quotes(rule), "a rule of the air, as no radio here has a chip");
                continue;
            }
            const auto read = phy::parse_frame_rule(rule);
            if (!read) continue;  // that mistake is reported
            for (const std::string& name : {read->match.from, read->match.to})
                known_radio(name, fault.pointer);
        }
    }

    void faults(const FaultPlans& all) {
        for (const FaultPlan& one : all.rules)
            fault(one);
        for (const PatternPlan& one : all.patterns) {
            if (one.kind == PatternPlan::Kind::kill_links)
                known_radio(one.radio, one.pointer + "/radio");
            else
                chip(one.radio, one.pointer + "/radio");
        }
    }

    void random_faults(const RandomFaultsPlan& plan) {
        if (plan.radio) chip(*plan.radio, plan.pointer + "/radio");
        if (plan.until && *plan.until <= plan.from)
            mistake(plan.pointer + "/until", in_quotes(in_seconds(*plan.until)),
                    "a time after \"from\", " + in_seconds(plan.from));
        const auto& duration = plan.duration ? plan.duration : scenario_.duration;
        if (duration && plan.until.value_or(plan.from) > sim::Time{*duration})
            mistake(plan.pointer, "faults up to " + in_seconds(plan.until.value_or(plan.from)),
                    "up to the duration, " + in_seconds(*duration));
        expectations(plan.expectations, duration);
    }

    const Scenario& scenario_;
    Mistakes& mistakes_;
    std::map<std::string, const RadioPlan*> groups_;
    std::map<std::string, std::string> radio_names_;
    std::map<std::string, std::string> wiphy_names_;
    std::map<std::string, std::string> interface_names_;
    std::map<std::string, std::string> network_names_;
    std::map<std::string, std::string> station_names_;
    std::map<std::string, std::string> process_names_;
    std::map<std::string, std::string> addresses_;
    std::map<std::string, std::string> sockets_;
};

}  // namespace

void check(const Scenario& scenario, Mistakes& mistakes) {
    Checker(scenario, mistakes).all();
}

}  // namespace mlosim::scenario::detail
