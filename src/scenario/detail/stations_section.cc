#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

agent::RoamingSettings read_roaming(Fields& in) {
    agent::RoamingSettings out;
    const Json* value = in.find("roaming");
    if (value == nullptr) return out;
    Fields members(*value, in.at() / "roaming", in.mistakes());
    out.below_dbm = members.optional("below_dbm", integer<int>(-100, 0));
    out.hysteresis_db = members.get("hysteresis_db", integer<int>(0, 50), out.hysteresis_db);
    out.scan_interval = members.get("scan_interval", duration(), out.scan_interval);
    out.follow_requests = members.get("follow_requests", yes_or_no(), out.follow_requests);
    out.deauthenticates = members.get("deauthenticate", yes_or_no(), out.deauthenticates);
    out.gap = members.get("gap", duration(), out.gap);
    return out;
}

StationPlan read_station(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    StationPlan out;
    out.pointer = at.text();
    out.name = in.required("name", name());
    out.radio = in.required("radio", name());
    agent::StationSettings& settings = out.settings;
    settings.ssid = read_own_ssid(in);
    settings.security = in.get("security", security(), settings.security);
    settings.password = read_password(in, settings.security).value_or(std::string());
    settings.pmk = read_pmk(in, settings.security);
    if (agent::needs_password(settings.security) && !in.has("password") && !in.has("pmk"))
        in.missing("password", "the network's password");
    settings.caches_pmksa = in.get("pmksa_caching", yes_or_no(), settings.caches_pmksa);
    settings.multi_link = in.get("multi_link", yes_or_no(), settings.multi_link);
    settings.max_links = in.get("max_links", integer<std::uint32_t>(1, ieee80211::LinkId::max_links),
                                static_cast<std::uint32_t>(settings.max_links));
    settings.asks_for_links = in.get("multi_link_probe", yes_or_no(), settings.asks_for_links);
    settings.roaming = read_roaming(in);
    out.bands = in.list("bands", band());
    in.each("channels", [&](const Json& item, const Pointer& place) {
        Fields one(item, place, mistakes);
        if (const auto channel = read_channel(one, false)) settings.frequencies.push_back(channel->control.center);
    });
    settings.start = sim::Time{in.get("start", duration(), sim::Duration::zero())};
    out.stagger = in.get("stagger", duration(), out.stagger);
    return out;
}

}  // namespace

void read_stations(Fields& top, Scenario& out) {
    top.each("stations", [&](const Json& value, const Pointer& at) {
        out.stations.push_back(read_station(value, at, top.mistakes()));
    });
}

}  // namespace mlosim::scenario::detail
