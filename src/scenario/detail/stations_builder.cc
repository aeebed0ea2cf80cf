#include "scenario/detail/stations_builder.h"

#include <algorithm>

#include "mld/wiphy.h"
#include "scenario/detail/fields.h"
#include "scenario/detail/world_builder.h"

namespace mlosim::scenario::detail {

namespace {

/// The channels that the plan names, as far as the radio has them.
std::vector<phy::Frequency> frequencies_of(const StationPlan& plan, const mld::Wiphy& wiphy) {
    std::vector<phy::Frequency> out;
    for (const phy::Band wanted : plan.bands)
        if (const mld::BandChannels* band = wiphy.band(wanted))
            for (const phy::RadioChannel& channel : band->channels)
                out.push_back(channel.channel.center);
    out.insert(out.end(), plan.settings.frequencies.begin(), plan.settings.frequencies.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// The radio's first interface of type station.
mld::Wdev* interface_of(const mld::Wiphy& wiphy) {
    for (auto it = wiphy.wdevs().rbegin(); it != wiphy.wdevs().rend(); ++it)
        if (it->second->type() == mld::InterfaceType::station) return it->second.get();
    return nullptr;
}

}  // namespace

void build_stations(const Scenario& scenario, agent::StationAgents& agents, Cast& cast, Mistakes& mistakes) {
    for (const StationPlan& plan : scenario.stations) {
        const std::vector<mld::Radio*> radios = cast.radios(plan.radio);
        for (std::size_t i = 0; i < radios.size(); ++i) {
            mld::Wiphy& wiphy = *radios[i]->wiphy;
            mld::Wdev* wdev = interface_of(wiphy);
            if (wdev == nullptr || agents.find(*wdev) != nullptr) {
                mistakes.push_back({plan.pointer + "/radio", in_quotes(plan.radio) + " has no station interface free",
                                    "a radio with an interface of type \"station\" for each built-in station"});
                return;
            }
            agent::StationSettings settings = plan.settings;
            settings.name = radios.size() == 1 ? plan.name : plan.name + "-" + std::to_string(i + 1);
            settings.frequencies = frequencies_of(plan, wiphy);
            settings.start = settings.start + plan.stagger * static_cast<std::int64_t>(i);
            cast.add_station(plan.name, wdev->id());
            agents.add(*wdev, std::move(settings));
        }
    }
}

}  // namespace mlosim::scenario::detail
