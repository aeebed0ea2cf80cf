#include "agent/stations.h"

namespace mlosim::agent {

bool Stations::authenticate(const ieee80211::MacAddress& air, std::optional<ieee80211::MacAddress> mld_addr,
                            Proof proof) {
    const ieee80211::MacAddress id = mld_addr.value_or(air);
    if (stations_.size() >= ieee80211::Aid::max && !stations_.contains(id)) return false;
    Station& s = stations_[id];
    if (s.air != id) by_air_.erase(s.air);
    s.proof = proof;
    s.is_mld = mld_addr.has_value();
    s.air = air;
    // An address that was another MLD's is this one's now.
    if (air != id)
        by_air_[air] = id;
    else
        by_air_.erase(air);
    return true;
}

std::optional<ieee80211::Aid> Stations::associate(const ieee80211::MacAddress& station,
                                                  std::optional<ieee80211::MacAddress> mld_addr, std::uint16_t links) {
    const auto known = at(station);
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
    station.aid.reset();
    station.mld_addr.reset();
    station.links = 0;
}

bool Stations::remove(const ieee80211::MacAddress& station) {
    const auto known = at(station);
    if (known == stations_.end()) return false;
    release(known->second);
    if (known->second.air != known->first) by_air_.erase(known->second.air);
    stations_.erase(known);
    return true;
}

bool Stations::disassociate(const ieee80211::MacAddress& station) {
    const auto known = at(station);
    if (known == stations_.end() || !known->second.aid) return false;
    release(known->second);
    return true;
}

void Stations::link_gone(ieee80211::LinkId link) {
    for (auto& [id, station] : stations_)
        station.links = static_cast<std::uint16_t>(station.links & ~link.bit());
}

void Stations::clear() {
    stations_.clear();
    by_air_.clear();
    taken_.clear();
}

std::vector<ieee80211::MacAddress> Stations::all() const {
    std::vector<ieee80211::MacAddress> out;
    for (const auto& [id, station] : stations_)
        out.push_back(id);
    return out;
}

ieee80211::MacAddress Stations::identity(const ieee80211::MacAddress& air) const {
    const auto known = by_air_.find(air);
    return known != by_air_.end() ? known->second : air;
}

const Stations::Station* Stations::find(const ieee80211::MacAddress& station) const {
    const auto known = stations_.find(identity(station));
    return known != stations_.end() ? &known->second : nullptr;
}

}  // namespace mlosim::agent
