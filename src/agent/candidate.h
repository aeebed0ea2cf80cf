#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "agent/station_security.h"
#include "agent/station_settings.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/bss.h"
#include "mld/radio_profile.h"

namespace mlosim::agent {

/// One BSS of an access point that a station could have a link with.
struct CandidateLink {
    ieee80211::LinkId id;  ///< 0 unless the access point is taken as an MLD
    mld::Bss bss;
    ieee80211::Bytes rsne;  ///< whole, empty where there is none
    ieee80211::Bytes rsnxe;
};

/// An access point that a station could connect to: one BSS, or an AP MLD with those of its links that fit.
struct Candidate {
    std::optional<ieee80211::MacAddress> mld;
    /// In the order of their ids; one unless it is an MLD. Never empty.
    std::vector<CandidateLink> links;
    std::size_t main = 0;  ///< the loudest: what comes before an association goes over it
    StationSecurity security;

    [[nodiscard]] const CandidateLink& main_link() const { return links[main]; }
    [[nodiscard]] const mld::Bss& bss() const { return main_link().bss; }
    /// By which the station knows its peer.
    [[nodiscard]] const ieee80211::MacAddress& address() const { return mld ? *mld : bss().bssid; }
    [[nodiscard]] std::int32_t signal_mbm() const { return bss().signal_mbm; }
    /// Whether one of its links is with this BSS.
    [[nodiscard]] bool has(const ieee80211::MacAddress& bssid) const;
    /// Forgets the links whose ids are not among `bits`, of which the main link is one.
    void keep_links(std::uint16_t bits);
};

/// What the neighbor reports in an AP MLD's frames say of its links.
struct ReportedLink {
    ieee80211::LinkId id;
    phy::Frequency frequency;
    std::uint8_t change_count = 0;  ///< BSS Parameters Change Count
    bool disabled = false;
};
[[nodiscard]] std::vector<ReportedLink> reported_links(ieee80211::ByteView elements);
/// The links that `candidate` could have besides its own, if more were known of them than that they are there.
[[nodiscard]] std::vector<ieee80211::LinkId> unheard_links(const StationSettings& settings,
                                                           const mld::RadioProfile& radio, const Candidate& candidate);

/// All access points of the wanted network among `known`, the loudest first. AP MLDs come as such where the radio is
/// one, too: with as many links as it can have at once, of higher bands first unless they are faint.
[[nodiscard]] std::vector<Candidate> find_candidates(const StationSettings& settings, const mld::RadioProfile& radio,
                                                     const std::vector<const mld::Bss*>& known);

}  // namespace mlosim::agent
