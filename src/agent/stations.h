#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "ieee80211/aid.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"

namespace mlosim::agent {

/// Who is authenticated and associated with an access point (an AP MLD as a whole): an MLD by its MLD address, others
/// by their only one. There are never more than there are association identifiers.
class Stations {
public:
    /// How it authenticated, and with that what it may associate with.
    enum class Proof : std::uint8_t { none, password, transition };

    struct Station {
        Proof proof = Proof::none;
        bool is_mld = false;                ///< so it authenticated
        std::optional<ieee80211::Aid> aid;  ///< while associated
        std::optional<ieee80211::MacAddress> mld_addr;
        std::uint16_t links = 0;  ///< a bit for each link that it has
        /// The address that it authenticated from; of an MLD: of that link.
        ieee80211::MacAddress air;
    };

    /// The first `reserved` identifiers stand for the BSSs of a multiple BSSID set (802.11-2020 9.4.2.5).
    explicit Stations(unsigned reserved = 0) : first_aid_(reserved + 1) {}

    /// `mld_addr`: it is an MLD, which spoke from the link address `air`. An association that it has stays. False:
    /// there is room for no more.
    [[nodiscard]] bool authenticate(const ieee80211::MacAddress& air,
                                    std::optional<ieee80211::MacAddress> mld_addr = {}, Proof proof = Proof::none);
    [[nodiscard]] bool is_authenticated(const ieee80211::MacAddress& station) const { return find(station) != nullptr; }
    /// The lowest free identifier, or the one it has; nothing when they are all taken or it is not authenticated.
    [[nodiscard]] std::optional<ieee80211::Aid> associate(const ieee80211::MacAddress& station,
                                                          std::optional<ieee80211::MacAddress> mld_addr,
                                                          std::uint16_t links);
    /// Deauthentication. Whether it was known.
    bool remove(const ieee80211::MacAddress& station);
    /// Still authenticated. Whether it was associated.
    bool disassociate(const ieee80211::MacAddress& station);
    /// No station has that link any more.
    void link_gone(ieee80211::LinkId link);
    void clear();
    /// What they are known by.
    [[nodiscard]] std::vector<ieee80211::MacAddress> all() const;
    [[nodiscard]] std::size_t size() const noexcept { return stations_.size(); }
    /// By the address that it is known by, or the one that it authenticated from.
    [[nodiscard]] const Station* find(const ieee80211::MacAddress& station) const;
    /// What it is known by, from the address that it authenticated from; others are taken for what they are.
    [[nodiscard]] ieee80211::MacAddress identity(const ieee80211::MacAddress& air) const;

private:
    using Map = std::map<ieee80211::MacAddress, Station>;
    [[nodiscard]] Map::iterator at(const ieee80211::MacAddress& station) { return stations_.find(identity(station)); }
    void release(Station& station);

    unsigned first_aid_;
    Map stations_;
    /// MLDs, by the link address that they authenticated from.
    std::map<ieee80211::MacAddress, ieee80211::MacAddress> by_air_;
    std::set<ieee80211::Aid> taken_;
};

}  // namespace mlosim::agent
