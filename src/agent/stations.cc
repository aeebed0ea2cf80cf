#include "agent/stations.h"

namespace mlosim::agent {

bool Stations::authenticate(const ieee80211::MacAddress& station) {
    if (stations_.size() >= ieee80211::Aid::max && !stations_.contains(station)) return false;
    // Authenticating anew ends an association (802.11-2020 11.3.4.3).
    release(stations_[station]);
    return true;
}

std::optional<ieee80211::Aid> Stations::associate(const ieee80211::MacAddress& station,
                                                  std::optional<ieee80211::MacAddress> mld_addr, std::uint16_t links) {
    const auto known = stations_.find(station);
    if (known == stations_.end()) return std::nullopt;
    Station& s = known->second;
    if (!s.aid) {
        unsigned next = first_aid_;
        for (const ieee80211::Aid aid : taken_) {
            if (aid.value() != next) break;
            ++next;
        }
        s.aid = ieee80211::Aid::from(next);
        if (!s.aid) return std::nullopt;
        taken_.insert(*s.aid);
    }
    s.mld_addr = mld_addr;
    s.links = links;
    return s.aid;
}

void Stations::release(Station& station) {
    if (station.aid) taken_.erase(*station.aid);
    station = {};
}

bool Stations::remove(const ieee80211::MacAddress& station) {
    const auto known = stations_.find(station);
    if (known == stations_.end()) return false;
    release(known->second);
    stations_.erase(known);
    return true;
}

bool Stations::disassociate(const ieee80211::MacAddress& station) {
    const auto known = stations_.find(station);
    if (known == stations_.end() || !known->second.aid) return false;
    release(known->second);
    return true;
}

void Stations::clear() {
    stations_.clear();
    taken_.clear();
}

const Stations::Station* Stations::find(const ieee80211::MacAddress& station) const {
    const auto known = stations_.find(station);
    return known != stations_.end() ? &known->second : nullptr;
}

}  // namespace mlosim::agent
