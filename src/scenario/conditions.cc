// What each sort of condition means.

#include <algorithm>
#include <cstdio>
#include <utility>

#include "agent/station_agent.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/multi_link.h"
#include "mld/netdev.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "scenario/duration_text.h"
#include "scenario/referee.h"

namespace mlosim::scenario {

namespace {

constexpr std::size_t most_shown = 12;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

double dbm(const mld::Bss& bss) {
    return bss.signal_mbm / 100.0;
}

std::string described(const mld::Bss& bss) {
    const auto ssid = bss.ssid();
    return bss.bssid.to_string() + " \"" + (ssid ? ssid->text() : "") + "\" on " +
           std::string(to_string(bss.channel.band)) + " channel " + std::to_string(bss.channel.number()) + " at " +
           number(dbm(bss)) + " dBm";
}

std::string described(const agent::StationAgent& station, double links) {
    const agent::StationCounters& counters = station.counters();
    std::string out = station.settings().name + " is " + std::string(to_string(station.state()));
    if (const agent::Candidate* at = station.access_point()) out += " at " + at->address().to_string();
    return out + " (links: " + number(links) + ", connections: " + std::to_string(counters.connections) +
           ", roams: " + std::to_string(counters.roams) + ", failures: " + std::to_string(counters.failures) +
           ", longest gap: " + in_seconds(station.longest_gap()) + ")";
}

/// The MLD that a BSS belongs to, from its Basic Multi-Link element.
std::optional<ieee80211::MacAddress> mld_address(const mld::Bss& bss) {
    if (!bss.elements) return std::nullopt;
    const auto element =
        ieee80211::find_multi_link(ieee80211::ElementList(bss.elements->bytes), ieee80211::MultiLinkVariant::basic);
    if (!element) return std::nullopt;
    const ieee80211::ElementBody body(*element);
    const auto view = ieee80211::BasicMultiLinkView::parse(body);
    return view ? std::optional(view->mld_addr()) : std::nullopt;
}

void tell(std::string* seen, const std::string& text) {
    if (seen != nullptr) *seen += (seen->empty() ? "" : "; ") + text;
}

bool within(const std::optional<Bounds>& bounds, double value) {
    return !bounds || bounds->contain(value);
}

/// The network that an interface offers or is connected to.
struct Network {
    bool there = false;
    std::optional<ieee80211::Ssid> ssid;
    std::vector<ieee80211::MacAddress> bssids;
};
Network network_of(const mld::Wdev& wdev) {
    Network out;
    if (wdev.mlme() == nullptr) {
        out.there = wdev.ssid().has_value();
        out.ssid = wdev.ssid();
        return out;
    }
    const mld::Sta* access_point = wdev.mlme()->access_point();
    out.there = access_point != nullptr && access_point->authorized();
    for (const auto& link : wdev.links()) {
        const mld::Bss* bss = wdev.mlme()->bss(*link);
        if (bss == nullptr) continue;
        out.bssids.push_back(bss->bssid);
        if (const auto ssid = bss->ssid(); ssid && !out.ssid) out.ssid = *ssid;
    }
    return out;
}
std::string connection_of(const mld::Wdev& wdev) {
    const Network network = network_of(wdev);
    if (!network.ssid) return ", without a network";
    return (wdev.mlme() == nullptr ? ", an access point of \""
            : network.there        ? ", connected to \""
                                   : ", not yet authorized at \"") +
           network.ssid->text() + "\" with " + std::to_string(wdev.links().size()) + " links";
}

std::string yes_no(bool value, const char* yes, const char* no) {
    return value ? yes : no;
}

}  // namespace

bool Referee::holds(const Condition& condition, std::string* seen) const {
    return std::visit(
        [&](const auto& what) {
            // Nothing is so of a radio that was removed.
            if constexpr (requires { what.radio; })
                if (cast_.all_radios(what.radio).empty()) {
                    tell(seen, what.radio + " is no longer there");
                    return false;
                }
            return holds(what, seen);
        },
        condition.what);
}

bool Referee::matches(const mld::Bss& bss, const BssCondition& condition) const {
    if (condition.network) {
        const auto& own = cast_.network(*condition.network);
        if (std::none_of(own.begin(), own.end(),
                         [&](const NetworkBss& b) { return b.bssid == bss.bssid && b.channel == bss.channel; }))
            return false;
    }
    if (condition.ssid && bss.ssid() != condition.ssid) return false;
    if (condition.bssid && bss.bssid != *condition.bssid) return false;
    if (condition.band && bss.channel.band != *condition.band) return false;
    if (condition.channel && bss.channel.number() != *condition.channel) return false;
    if (!within(condition.signal_dbm, dbm(bss))) return false;
    if (condition.heard_within && world_.now() - bss.last_seen > *condition.heard_within) return false;
    if (condition.mld_address || condition.multi_link) {
        const auto mld = mld_address(bss);
        if (condition.mld_address && mld != condition.mld_address) return false;
        if (condition.multi_link && mld.has_value() != *condition.multi_link) return false;
    }
    return true;
}

bool Referee::holds(const BssCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::Radio* radio : cast_.radios(condition.radio)) {
        const std::vector<const mld::Bss*> entries = radio->wiphy->bss_table().entries();
        const auto count = std::count_if(entries.begin(), entries.end(),
                                         [&](const mld::Bss* bss) { return matches(*bss, condition); });
        if (condition.count.contain(static_cast<double>(count))) continue;
        all = false;
        tell(seen, radio->spec.placement.name + " knows " + std::to_string(count) + " such of " +
                       std::to_string(entries.size()));
        for (std::size_t i = 0; i < std::min(entries.size(), most_shown); ++i)
            tell(seen, described(*entries[i]));
    }
    return all;
}

const mld::Bss* Referee::loudest(mld::Wiphy& wiphy, const std::string& network, phy::Band band) const {
    BssCondition of_network;
    of_network.network = network;
    of_network.band = band;
    const mld::Bss* best = nullptr;
    for (const mld::Bss* bss : wiphy.bss_table().entries())
        if (matches(*bss, of_network) && (best == nullptr || bss->signal_mbm > best->signal_mbm)) best = bss;
    return best;
}

bool Referee::holds(const StrongerCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::Radio* radio : cast_.radios(condition.radio)) {
        const mld::Bss* one = loudest(*radio->wiphy, condition.network, condition.band);
        const mld::Bss* other = loudest(*radio->wiphy, condition.than, condition.band);
        const bool so = one != nullptr && (other == nullptr || condition.by_db.contain(dbm(*one) - dbm(*other)));
        if (so) continue;
        all = false;
        tell(seen, radio->spec.placement.name + " hears " + condition.network +
                       (one ? " at " + number(dbm(*one)) + " dBm" : " not at all") + " and " + condition.than +
                       (other ? " at " + number(dbm(*other)) + " dBm" : " not at all"));
    }
    return all;
}

bool Referee::holds(const ScanCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::Radio* radio : cast_.radios(condition.radio)) {
        const auto found = scans_.find(radio->wiphy->index());
        const ScanCounts counts = found == scans_.end() ? ScanCounts{} : found->second;
        if (within(condition.finished, static_cast<double>(counts.finished)) &&
            within(condition.aborted, static_cast<double>(counts.aborted)))
            continue;
        all = false;
        tell(seen, radio->spec.placement.name + " finished " + std::to_string(counts.finished) + " scans and aborted " +
                       std::to_string(counts.aborted));
    }
    return all;
}

bool Referee::holds(const InterfaceCondition& condition, std::string* seen) const {
    bool all = true;
    for (const mld::Radio* radio : cast_.radios(condition.target.radio)) {
        const mld::Wdev* wdev = Cast::interface_of(*radio, condition.target);
        const bool wanted = condition.exists.value_or(true);
        bool so = (wdev != nullptr) == wanted;
        if (wdev != nullptr && wanted)
            so = (!condition.up || wdev->netdev()->is_up() == *condition.up) &&
                 (!condition.type || wdev->type() == *condition.type) && fits(*wdev, condition);
        if (so) continue;
        all = false;
        if (wdev == nullptr)
            tell(seen, radio->spec.placement.name + " has no such interface");
        else
            tell(seen, wdev->name() + " is a " + std::string(to_string(wdev->type())) + " and " +
                           yes_no(wdev->netdev()->is_up(), "up", "down") + connection_of(*wdev));
    }
    return all && (!cast_.radios(condition.target.radio).empty() || !condition.exists.value_or(true));
}

/// What a condition says of an interface's network.
bool Referee::fits(const mld::Wdev& wdev, const InterfaceCondition& condition) const {
    const Network network = network_of(wdev);
    if (condition.connected && network.there != *condition.connected) return false;
    if (condition.ssid && network.ssid != condition.ssid) return false;
    if (condition.network) {
        const auto& own = cast_.network(*condition.network);
        const bool among = std::ranges::any_of(own, [&](const NetworkBss& b) {
            return std::ranges::find(network.bssids, b.bssid) != network.bssids.end();
        });
        if (!network.there || !among) return false;
    }
    return within(condition.links, network.there ? static_cast<double>(wdev.links().size()) : 0);
}

bool Referee::holds(const OutputCondition& condition, std::string* seen) const {
    return processes_.holds(condition, seen);
}
bool Referee::holds(const EventCondition& condition, std::string* seen) const {
    return processes_.holds(condition, seen);
}
bool Referee::holds(const ControlCondition& condition, std::string* seen) const {
    return processes_.holds(condition, seen);
}
bool Referee::holds(const ProcessCondition& condition, std::string* seen) const {
    return processes_.holds(condition, seen);
}

bool Referee::holds(const RegulatoryCondition& condition, std::string* seen) const {
    const phy::Alpha2 now = world_.regulatory().domain().alpha2;
    tell(seen, "the domain is " + now.to_string());
    return now == condition.country;
}

bool Referee::holds(const ChannelCondition& condition, std::string* seen) const {
    using Use = ChannelCondition::Use;
    bool all = true;
    for (const mld::Radio* radio : cast_.radios(condition.radio)) {
        const phy::RadioChannel* channel = radio->wiphy->channel(condition.channel);
        Use use = Use::disabled;
        if (channel != nullptr && !channel->now.flags.has(phy::ChannelFlag::disabled))
            use = channel->now.flags.has(phy::ChannelFlag::no_ir) || channel->now.flags.has(phy::ChannelFlag::radar)
                      ? Use::passive
                      : Use::active;
        if (use == condition.use) continue;
        all = false;
        tell(seen, radio->spec.placement.name + ": " +
                       (use == Use::disabled  ? "disabled"
                        : use == Use::passive ? "passive"
                                              : "active"));
    }
    return all;
}

bool Referee::holds(const LinkWdevCondition& condition, std::string* seen) const {
    bool all = !cast_.radios(condition.target.radio).empty();
    if (!all) tell(seen, condition.target.radio + " is no longer there");
    for (const mld::Radio* radio : cast_.radios(condition.target.radio)) {
        const mld::Wdev* wdev = Cast::interface_of(*radio, condition.target);
        double count = 0;
        double running = 0;
        if (wdev != nullptr)
            for (const mld::Wdev* link : wdev->link_wdevs()) {
                if (condition.band && link->band() != condition.band) continue;
                ++count;
                if (link->running()) ++running;
            }
        if (within(condition.count, count) && within(condition.running, running)) continue;
        all = false;
        tell(seen, radio->spec.placement.name + (wdev ? "" : " (no such interface)") + " has " + number(count) +
                       " such link wdevs, " + number(running) + " running");
    }
    return all;
}

bool Referee::holds(const CounterCondition& condition, std::string* seen) const {
    const auto check = [&](const std::string& whose, const auto& counters, const auto& table) {
        for (const auto& [name, member] : table) {
            if (condition.name != name) continue;
            const auto value = static_cast<double>(counters.*member);
            tell(seen, condition.name + whose + " is " + number(value));
            return condition.value.contain(value);
        }
        return false;
    };
    if (!condition.target) {
        using C = phy::MediumCounters;
        static constexpr std::pair<const char*, std::uint64_t C::*> table[] = {
            {"transmitted", &C::transmitted},
            {"delivered", &C::delivered},
            {"lost_to_errors", &C::lost_to_errors},
            {"below_sensitivity", &C::below_sensitivity},
            {"off_channel", &C::off_channel}};
        return check("", medium_.counters(), table);
    }
    using C = mld::NetdevCounters;
    static constexpr std::pair<const char*, std::uint64_t C::*> table[] = {
        {"rx_packets", &C::rx_packets}, {"tx_packets", &C::tx_packets}, {"rx_bytes", &C::rx_bytes},
        {"tx_bytes", &C::tx_bytes},     {"rx_errors", &C::rx_errors},   {"tx_errors", &C::tx_errors},
        {"rx_dropped", &C::rx_dropped}, {"tx_dropped", &C::tx_dropped}, {"multicast", &C::multicast}};
    const std::vector<mld::Wdev*> interfaces = cast_.interfaces(*condition.target);
    if (interfaces.empty()) tell(seen, "there is no such interface");
    bool all = !interfaces.empty();
    for (const mld::Wdev* wdev : interfaces)
        all = check(" of " + wdev->name(), std::as_const(*wdev->netdev()).counters(), table) && all;
    return all;
}

bool Referee::holds(const StationCondition& condition, std::string* seen) const {
    double like_this = 0;
    double all = 0;
    for (const mld::Wdev* wdev : cast_.stations(condition.station)) {
        const agent::StationAgent* station = cast_.station_on(*wdev);
        if (station == nullptr) continue;
        ++all;
        bool fits = station->state() == condition.state;
        if (fits && condition.network) {
            const auto& own = cast_.network(*condition.network);
            const agent::Candidate* at = station->access_point();
            fits = at != nullptr &&
                   std::any_of(own.begin(), own.end(), [&](const NetworkBss& b) { return at->has(b.bssid); });
        }
        const agent::StationCounters& counters = station->counters();
        const bool connected = station->state() == agent::StationState::connected;
        const double links = connected ? static_cast<double>(wdev->links().size()) : 0;
        fits = fits && within(condition.links, links) &&
               within(condition.connections, static_cast<double>(counters.connections)) &&
               within(condition.roams, static_cast<double>(counters.roams)) &&
               within(condition.failures, static_cast<double>(counters.failures)) &&
               (!condition.gap_at_most || station->longest_gap() <= *condition.gap_at_most);
        if (fits) ++like_this;
        if (all == 1 || !fits) tell(seen, described(*station, links));
    }
    tell(seen, number(like_this) + " of " + number(all) + " are so");
    return condition.count ? condition.count->contain(like_this) : all > 0 && like_this == all;
}

bool Referee::holds(const NotCondition& condition, std::string* seen) const {
    const bool so = holds(*condition.what, seen);
    if (so) tell(seen, "it is so");
    return !so;
}

}  // namespace mlosim::scenario
