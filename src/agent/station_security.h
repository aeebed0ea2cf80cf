#pragma once

#include <optional>

#include "agent/rsn/akm.h"
#include "agent/rsn/sae.h"
#include "agent/security.h"
#include "ieee80211/rsn.h"
#include "mld/bss.h"
#include "mld/mlme.h"
#include "mld/radio_profile.h"

namespace mlosim::agent {

/// What a station takes of the security that an access point offers. Elements are whole, header included; empty where
/// there is none.
struct StationSecurity {
    const rsn::Akm* akm = nullptr;  ///< nullptr: an open network
    ieee80211::Suite pairwise;
    ieee80211::Suite group;
    ieee80211::Suite group_management;
    /// How it proves its password before it associates; nothing: not at all.
    std::optional<rsn::SaeMethod> sae;
    bool mfp = false;  ///< protected management frames, used by both
    ieee80211::Bytes own_rsne;
    ieee80211::Bytes own_rsnxe;
    ieee80211::Bytes access_point_rsne;
    ieee80211::Bytes access_point_rsnxe;

    /// Names a PMKSA in its RSNE, in place of a proof; nothing: none.
    void name_pmksa(const std::optional<ieee80211::Pmkid>& pmkid);
    [[nodiscard]] mld::CryptoSettings crypto() const;
};

/// Nothing: the two have nothing in common.
[[nodiscard]] std::optional<StationSecurity> choose_security(Security wanted, const mld::RadioProfile& radio,
                                                             const mld::Bss& bss);

}  // namespace mlosim::agent
