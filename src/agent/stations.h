#pragma once

#include <map>
#include <optional>
#include <set>

#include "ieee80211/aid.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"

namespace mlosim::agent {

/// Who is authenticated and associated with an access point (an AP MLD as a whole), by the address that the frames came
/// from. There are never more than there are association identifiers.
class Stations {
public:
    struct Station {
        std::optional<ieee80211::Aid> aid;  ///< while associated
        std::optional<ieee80211::MacAddress> mld_addr;
        std::uint16_t links = 0;  ///< a bit for each link that it has
    };

    /// The first `reserved` identifiers stand for the BSSs of a multiple BSSID set (802.11-2020 9.4.2.5).
    explicit Stations(unsigned reserved = 0) : first_aid_(reserved + 1) {}

    /// False: there is room for no more.
    [[nodiscard]] bool authenticate(const ieee80211::MacAddress& station);
    [[nodiscard]] bool is_authenticated(const ieee80211::MacAddress& station) const {
        return stations_.contains(station);
    }
    /// The lowest free identifier, or the one it has; nothing when they are all taken or it is not authenticated.
    [[nodiscard]] std::optional<ieee80211::Aid> associate(const ieee80211::MacAddress& station,
                                                          std::optional<ieee80211::MacAddress> mld_addr,
                                                          std::uint16_t links);
    /// Deauthentication. Whether it was known.
    bool remove(const ieee80211::MacAddress& station);
    /// Still authenticated.
    bool disassociate(const ieee80211::MacAddress& station);
    void clear();
    [[nodiscard]] std::size_t size() const noexcept { return stations_.size(); }
    [[nodiscard]] const Station* find(const ieee80211::MacAddress& station) const;

private:
    void release(Station& station);

    unsigned first_aid_;
    std::map<ieee80211::MacAddress, Station> stations_;
    std::set<ieee80211::Aid> taken_;
};

}  // namespace mlosim::agent
