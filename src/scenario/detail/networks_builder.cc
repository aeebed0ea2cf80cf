#include "scenario/detail/networks_builder.h"

#include <algorithm>
#include <array>

#include "mld/netdev.h"
#include "mld/usable_channel.h"
#include "mld/wiphy.h"
#include "scenario/detail/fields.h"
#include "scenario/detail/world_builder.h"
#include "scenario/error_name.h"

namespace mlosim::scenario::detail {

namespace {

/// Radios at one place are one site.
class Sites {
public:
    agent::SiteId of(const phy::Position& position) {
        const auto known = std::find(positions_.begin(), positions_.end(), position);
        const auto number = static_cast<std::uint32_t>(known - positions_.begin());
        if (known == positions_.end()) positions_.push_back(position);
        return agent::SiteId{number};
    }

private:
    std::vector<phy::Position> positions_;
};

mld::HiddenSsid hidden_ssid(Hidden hidden) {
    switch (hidden) {
        case Hidden::empty:
            return mld::HiddenSsid::zero_length;
        case Hidden::zeroed:
            return mld::HiddenSsid::zero_contents;
        case Hidden::no:
            break;
    }
    return mld::HiddenSsid::not_hidden;
}

agent::NetworkSettings settings_of(const NetworkPlan& plan) {
    agent::NetworkSettings out;
    out.name = plan.name;
    out.ssid = plan.ssid;
    out.security = plan.security;
    out.password = plan.password.value_or(std::string());
    out.pmk = plan.pmk;
    out.max_inactivity = plan.max_inactivity;
    out.mobility_domain = plan.mobility_domain;
    out.owe_transition = plan.owe_transition;
    out.group_rekey = plan.group_rekey;
    out.pairwise_rekey = plan.pairwise_rekey;
    out.hidden = hidden_ssid(plan.hidden);
    out.mld = plan.mld;
    for (const NetworkLinkPlan& link : plan.links)
        out.links.push_back({link.channel, link.id, link.bssid});
    out.beacon_interval = plan.beacon_interval_tu;
    out.dtim_period = plan.dtim_period;
    for (const NontransmittedPlan& other : plan.nontransmitted)
        out.nontransmitted.push_back({other.ssid, other.security});
    return out;
}

/// What the plan says that no access point can be, whatever the world.
bool is_possible(const NetworkPlan& plan, const mld::Wiphy& wiphy, Mistakes& mistakes) {
    const std::size_t before = mistakes.size();
    const bool six_ghz = std::any_of(plan.links.begin(), plan.links.end(),
                                     [](const auto& l) { return l.channel.band() == phy::Band::ghz6; });
    const auto check = [&](Security security, const std::string& pointer) {
        if (six_ghz && !agent::allowed_in_6ghz(security))
            mistakes.push_back(
                {pointer + "/security", "WPA2 with a link in 6 GHz", "\"wpa3\", \"owe\" or \"open\" there"});
    };
    check(plan.security, plan.pointer);
    for (const NontransmittedPlan& other : plan.nontransmitted) {
        check(other.security, other.pointer);
        if (other.ssid.is_wildcard()) mistakes.push_back({other.pointer + "/ssid", "an empty name", "1 to 32 bytes"});
    }
    const std::size_t bsses = wiphy.profile().mbssid.max_interfaces;
    if (!plan.nontransmitted.empty() && plan.nontransmitted.size() + 1 > bsses)
        mistakes.push_back({plan.pointer + "/mbssid", std::to_string(plan.nontransmitted.size()) + " networks",
                            bsses == 0 ? "none, as the radio cannot" : "up to " + std::to_string(bsses - 1)});
    return mistakes.size() == before;
}

bool is_radio_of(const RadioPlan& plan, const std::string& name) {
    for (std::uint32_t i = 0; i < plan.count; ++i)
        if (plan.member_name(i) == name) return true;
    return false;
}

/// The interface that becomes the access point's: the radio's first of type AP, or the station that it was born with if
/// the scenario said nothing of its interfaces, or one more.
Result<mld::Wdev*> interface_for(const NetworkPlan& plan, const Scenario& scenario, mld::Wiphy& wiphy) {
    for (auto it = wiphy.wdevs().rbegin(); it != wiphy.wdevs().rend(); ++it)
        if (it->second->type() == mld::InterfaceType::ap) return it->second.get();
    const auto radio = std::find_if(scenario.radios.begin(), scenario.radios.end(),
                                    [&](const RadioPlan& r) { return is_radio_of(r, plan.radio); });
    const bool said = radio != scenario.radios.end() && !radio->interfaces.empty();
    if (!said && wiphy.wdevs().size() == 1) {
        mld::Wdev& only = *wiphy.wdevs().begin()->second;
        mld::InterfaceChange change;
        change.type = mld::InterfaceType::ap;
        if (auto changed = wiphy.change_interface(only, change); !changed) return fail(changed.error());
        return &only;
    }
    mld::InterfaceSpec spec;
    spec.name = "ap%d";
    spec.type = mld::InterfaceType::ap;
    return wiphy.add_interface(spec);
}

/// Why an access point may not be on a channel, and where it may.
Mistake forbidden_channel(const NetworkLinkPlan& link, const mld::Wiphy& wiphy) {
    using phy::ChannelFlag;
    const mld::BandChannels* band = wiphy.band(link.channel.band());
    const std::string domain = wiphy.world().regulatory().domain().alpha2.to_string();
    std::string why = "cannot be an access point's";
    std::string allowed;
    if (band != nullptr) {
        if (const phy::RadioChannel* control = wiphy.channel(link.channel.control)) {
            const phy::ChannelFlags flags = control->now.flags;
            if (flags.has(ChannelFlag::disabled))
                why = "is closed in country " + domain;
            else if (flags.has(ChannelFlag::radar))
                why = "needs radar detection in country " + domain;
            else if (flags.has(ChannelFlag::no_ir))
                why = "is for listening only in country " + domain;
            else
                why = "is not that wide for this radio in country " + domain;
        }
        for (const phy::RadioChannel& channel : band->channels)
            if (mld::usable_channel(wiphy.profile(), phy::ChannelDefinition::mhz20(channel.channel), band->channels,
                                    {ChannelFlag::disabled, ChannelFlag::radar, ChannelFlag::no_ir}))
                allowed += (allowed.empty() ? "" : ", ") + std::to_string(channel.channel.number());
    }
    return {link.pointer + "/channel",
            std::to_string(link.channel.control.number()) + " (" + link.channel.to_string() + "), which " + why,
            allowed.empty() ? "none of " + std::string(phy::to_string(link.channel.band())) + " in country " + domain
                            : "one of " + allowed};
}

void build_network(const NetworkPlan& plan, const Scenario& scenario, mld::Radio& radio, agent::SiteId site,
                   agent::AccessPoints& access_points, Cast& cast, Mistakes& mistakes) {
    mld::Wiphy& wiphy = *radio.wiphy;
    if (!is_possible(plan, wiphy, mistakes)) return;
    const auto interface = interface_for(plan, scenario, wiphy);
    if (!interface) return refused(plan.pointer + "/radio", "an access point's interface", interface.error(), mistakes);
    mld::Wdev& wdev = **interface;
    const auto address = plan.mld ? plan.mld_address : plan.links.front().bssid;
    if (address && wdev.address() != *address) {
        (void)wdev.netdev()->set_up(false);  // cannot fail
        if (const auto set = wdev.netdev()->set_address(*address); !set)
            return refused(plan.mld ? plan.pointer + "/mld_address" : plan.links.front().pointer + "/bssid",
                           in_quotes(address->to_string()), set.error(), mistakes);
    }
    agent::AccessPoint& access_point = access_points.add(wdev, settings_of(plan), site);
    if (const auto started = access_points.start(access_point); !started) {
        const auto& [error, at] = started.error();
        if (at && error.code == EINVAL)
            mistakes.push_back(forbidden_channel(plan.links[*at], wiphy));
        else
            refused(at ? plan.links[*at].pointer : plan.pointer, "an access point", error, mistakes);
        return;
    }
    for (const agent::Bss& bss : access_point.bsses())
        cast.add_bss(plan.name, {bss.bssid, bss.channel.control});
}

}  // namespace

void build_networks(const Scenario& scenario, agent::AccessPoints& access_points, Cast& cast, Mistakes& mistakes) {
    Sites sites;
    for (const NetworkPlan& plan : scenario.networks) {
        const std::vector<mld::Radio*> radios = cast.radios(plan.radio);
        if (radios.empty()) continue;  // that the radio could not be is reported
        mld::Radio* radio = radios.front();
        const agent::SiteId site = sites.of(radio->spec.placement.position);
        build_network(plan, scenario, *radio, site, access_points, cast, mistakes);
    }
}

}  // namespace mlosim::scenario::detail
