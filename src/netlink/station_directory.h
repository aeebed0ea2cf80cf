#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/identifiers.h"
#include "netlink/mlosim_uapi.h"
#include "phy/units.h"

namespace mlosim::netlink {

/// A built-in station as family `mlosim` tells of it.
struct BuiltInStation {
    struct Link {
        std::optional<ieee80211::LinkId> id;  ///< of an MLD
        ieee80211::MacAddress bssid;
        phy::Frequency frequency;
        std::optional<int> signal_dbm;
    };

    std::string name;
    mlosim_station_state state = MLOSIM_STATION_IDLE;
    ieee80211::Ssid ssid;
    std::optional<ieee80211::MacAddress> access_point;  ///< an AP MLD's MLD address
    std::vector<Link> links;                            ///< while it is associated
    std::optional<int> signal_dbm;
    std::string last_reason;
    std::uint64_t connections = 0;
    std::uint64_t disconnections = 0;
    std::uint64_t roams = 0;
    std::uint64_t failures = 0;
};

/// Who knows the world's built-in stations: the room of agents is none that netlink may use.
class StationDirectory {
public:
    virtual ~StationDirectory() = default;
    /// The interfaces that have one, in the order of their numbers.
    [[nodiscard]] virtual std::vector<mld::WdevId> stations() const = 0;
    [[nodiscard]] virtual std::optional<BuiltInStation> find(mld::WdevId wdev) const = 0;
};

}  // namespace mlosim::netlink
