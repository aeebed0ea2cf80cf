#include <array>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

/// What built-in stations speak so far.
const Kind<Security>& spoken_security() {
    static constexpr std::array<std::pair<const char*, Security>, 4> words{{{"open", Security::open},
                                                                            {"wpa2", Security::wpa2},
                                                                            {"wpa2-wpa3", Security::wpa2_wpa3},
                                                                            {"wpa3", Security::wpa3}}};
    static const Kind<Security> kind = word(words);
    return kind;
}

StationPlan read_station(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    StationPlan out;
    out.pointer = at.text();
    out.name = in.required("name", name());
    out.radio = in.required("radio", name());
    agent::StationSettings& settings = out.settings;
    settings.ssid = read_own_ssid(in);
    settings.security = in.get("security", spoken_security(), settings.security);
    settings.password = read_password(in, settings.security).value_or(std::string());
    if (agent::needs_password(settings.security) && !in.has("password"))
        in.missing("password", "the network's password");
    settings.multi_link = in.get("multi_link", yes_or_no(), settings.multi_link);
    settings.max_links = in.get("max_links", integer<std::uint32_t>(1, ieee80211::LinkId::max_links),
                                static_cast<std::uint32_t>(settings.max_links));
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
