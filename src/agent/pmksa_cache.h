#pragma once

#include <list>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/virtual_time.h"

namespace mlosim::agent {

/// A pairwise master key security association: who shares which key, 802.11-2020 12.6.1.1.2.
struct Pmksa {
    ieee80211::MacAddress peer;  ///< an MLD's is its MLD address
    ieee80211::Pmkid pmkid{};
    ieee80211::Bytes pmk;
    ieee80211::Suite akm;
    friend bool operator==(const Pmksa&, const Pmksa&) = default;
};

/// The keys that an access point remembers of its stations: the newest of each station and AKM, for as long as a key
/// lives.
class PmksaCache {
public:
    static constexpr std::size_t most = 2048;
    static constexpr sim::Duration lifetime = std::chrono::hours(12);  ///< dot11RSNAConfigPMKLifetime's default

    void remember(Pmksa fresh, sim::Time now);
    /// The newest.
    [[nodiscard]] const Pmksa* find(const ieee80211::MacAddress& peer, ieee80211::Suite akm, sim::Time now) const;
    /// The key that one of `offered` names.
    [[nodiscard]] const Pmksa* find(const ieee80211::MacAddress& peer, ieee80211::Suite akm,
                                    const std::vector<ieee80211::Pmkid>& offered, sim::Time now) const;
    void forget(const ieee80211::MacAddress& peer);
    [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }

private:
    struct Entry {
        Pmksa pmksa;
        sim::Time until;
    };
    /// The oldest first.
    std::list<Entry> known_;
};

}  // namespace mlosim::agent
