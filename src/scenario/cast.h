#pragma once

#include <map>
#include <string>
#include <vector>

#include "ieee80211/mac_address.h"
#include "mld/radio_directory.h"
#include "mld/world.h"
#include "phy/channel.h"
#include "scenario/target.h"

namespace mlosim::agent {
class StationAgent;
class StationAgents;
}  // namespace mlosim::agent

namespace mlosim::scenario {

/// One BSS of a scenario's network, as it came into the world.
struct NetworkBss {
    ieee80211::MacAddress bssid;
    phy::Channel channel;
};

/// Who is who: the names of a scenario, and the radios and networks of the world that bear them.
class Cast {
public:
    Cast(mld::World& world, const agent::StationAgents& agents, const mld::GuestRadios* guests = nullptr)
        : world_(world), agents_(agents), directory_(world, guests) {}

    void add_radio(const std::string& name, mld::RadioIndex radio) { radios_[name].push_back(radio); }
    void add_bss(const std::string& network, NetworkBss bss) { networks_[network].push_back(bss); }
    void add_station(const std::string& name, mld::WdevId wdev) { stations_[name].push_back(wdev); }

    /// The radios of that name (several for a group) that still exist, in the order of creation; only those whose
    /// drivers are of this world.
    [[nodiscard]] std::vector<mld::Radio*> radios(const std::string& name) const;
    /// Wherever their drivers are.
    [[nodiscard]] std::vector<mld::RadioIndex> all_radios(const std::string& name) const;
    /// What those of either sort have.
    [[nodiscard]] const mld::RadioDirectory& directory() const noexcept { return directory_; }
    /// Of each of the target's radios the interface that is meant, if it has it.
    [[nodiscard]] std::vector<mld::Wdev*> interfaces(const Target& target) const;
    [[nodiscard]] static mld::Wdev* interface_of(const mld::Radio& radio, const Target& target);
    /// The interfaces of the built-in stations of that name that still exist, and what is on one.
    [[nodiscard]] std::vector<mld::Wdev*> stations(const std::string& name) const;
    [[nodiscard]] agent::StationAgent* station_on(const mld::Wdev& wdev) const;
    [[nodiscard]] const std::vector<NetworkBss>& network(const std::string& name) const;

private:
    mld::World& world_;
    const agent::StationAgents& agents_;
    const mld::RadioDirectory directory_;
    std::map<std::string, std::vector<mld::RadioIndex>> radios_;
    std::map<std::string, std::vector<NetworkBss>> networks_;
    std::map<std::string, std::vector<mld::WdevId>> stations_;
};

}  // namespace mlosim::scenario
