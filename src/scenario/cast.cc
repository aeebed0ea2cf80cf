#include "scenario/cast.h"

#include "agent/station_agents.h"
#include "sim/invariant.h"

namespace mlosim::scenario {

std::vector<mld::RadioIndex> Cast::all_radios(const std::string& name) const {
    const auto named = radios_.find(name);
    MLOSIM_INVARIANT(named != radios_.end(), "a scenario that was found good names only radios that it has");
    std::vector<mld::RadioIndex> out;
    for (const mld::RadioIndex index : named->second)
        if (directory_.has(index)) out.push_back(index);
    return out;
}

std::vector<mld::Radio*> Cast::radios(const std::string& name) const {
    std::vector<mld::Radio*> out;
    for (const mld::RadioIndex index : all_radios(name))
        if (mld::Radio* radio = world_.find_radio(index)) out.push_back(radio);
    return out;
}

mld::Wdev* Cast::interface_of(const mld::Radio& radio, const Target& target) {
    mld::Wdev* first = nullptr;
    for (const auto& [number, wdev] : radio.wiphy->wdevs()) {  // newest first
        if (wdev->netdev() == nullptr) continue;
        if (target.interface && wdev->name() == *target.interface) return wdev.get();
        first = wdev.get();
    }
    return target.interface ? nullptr : first;
}

std::vector<mld::Wdev*> Cast::interfaces(const Target& target) const {
    std::vector<mld::Wdev*> out;
    for (const mld::Radio* radio : radios(target.radio))
        if (mld::Wdev* wdev = interface_of(*radio, target)) out.push_back(wdev);
    return out;
}

const std::vector<NetworkBss>& Cast::network(const std::string& name) const {
    const auto named = networks_.find(name);
    MLOSIM_INVARIANT(named != networks_.end(), "a scenario that was found good names only networks that it has");
    return named->second;
}

std::vector<mld::Wdev*> Cast::stations(const std::string& name) const {
    std::vector<mld::Wdev*> out;
    const auto at = stations_.find(name);
    if (at == stations_.end()) return out;
    for (const mld::WdevId id : at->second)
        if (mld::Wdev* wdev = world_.find_wdev(id)) out.push_back(wdev);
    return out;
}

agent::StationAgent* Cast::station_on(const mld::Wdev& wdev) const {
    return agents_.find(wdev);
}

}  // namespace mlosim::scenario
