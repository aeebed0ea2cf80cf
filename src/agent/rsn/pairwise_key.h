#pragma once

#include "agent/rsn/akm.h"
#include "agent/rsn/eapol_key.h"
#include "ieee80211/mac_address.h"

namespace mlosim::agent::rsn {

/// The two ends of a security association: an MLD's is its MLD address.
struct Ends {
    ieee80211::MacAddress authenticator;
    ieee80211::MacAddress supplicant;
};

/// PTK, 802.11-2020 12.7.1.3.
struct PairwiseKey {
    Bytes kck;
    Bytes kek;
    Bytes tk;

    [[nodiscard]] static PairwiseKey derive(const Akm& akm, ieee80211::Suite cipher, ByteView pmk, const Ends& ends,
                                            const Nonce& anonce, const Nonce& snonce);
    friend bool operator==(const PairwiseKey&, const PairwiseKey&) = default;
};

/// Octets of a cipher's temporal key; 0: not one for data.
[[nodiscard]] std::size_t key_size(ieee80211::Suite cipher);
/// PMKID of a PMK that has no other (PSK), 802.11-2020 12.7.1.3.
[[nodiscard]] ieee80211::Pmkid pmkid_of(const Akm& akm, ByteView pmk, const Ends& ends);

}  // namespace mlosim::agent::rsn
