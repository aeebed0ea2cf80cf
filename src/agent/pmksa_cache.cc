#include "agent/pmksa_cache.h"

#include <algorithm>

namespace mlosim::agent {

void PmksaCache::remember(Pmksa fresh, sim::Time now) {
    known_.remove_if(
        [&](const Entry& e) { return e.until <= now || (e.pmksa.peer == fresh.peer && e.pmksa.akm == fresh.akm); });
    if (known_.size() >= most) known_.pop_front();
    known_.push_back({std::move(fresh), now + lifetime});
}

const Pmksa* PmksaCache::find(const ieee80211::MacAddress& peer, ieee80211::Suite akm, sim::Time now) const {
    for (const Entry& entry : known_)
        if (entry.until > now && entry.pmksa.peer == peer && entry.pmksa.akm == akm) return &entry.pmksa;
    return nullptr;
}

const Pmksa* PmksaCache::find(const ieee80211::MacAddress& peer, ieee80211::Suite akm,
                              const std::vector<ieee80211::Pmkid>& offered, sim::Time now) const {
    const auto fits = [&](const Pmksa& p) {
        return p.peer == peer && p.akm == akm && std::find(offered.begin(), offered.end(), p.pmkid) != offered.end();
    };
    for (const Entry& entry : known_)
        if (entry.until > now && fits(entry.pmksa)) return &entry.pmksa;
    return nullptr;
}

void PmksaCache::forget(const ieee80211::MacAddress& peer) {
    known_.remove_if([&](const Entry& e) { return e.pmksa.peer == peer; });
}

}  // namespace mlosim::agent
