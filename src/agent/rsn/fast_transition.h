#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "agent/rsn/eapol_key.h"
#include "agent/rsn/key_data.h"
#include "agent/rsn/pairwise_key.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"

/// Fast BSS transition, 802.11-2020 12.7.1.6 and 13: the key hierarchy of a mobility domain, and the elements that
/// carry it. Pure.
namespace mlosim::agent::rsn {

/// Who made a station's PMK-R0: what a station calls it by later.
using KeyHolder = Bytes;

/// PMK-R0 or PMK-R1 and its name.
struct NamedKey {
    Bytes key;
    ieee80211::Pmkid name{};
};
struct DomainMember {
    ieee80211::Ssid ssid;
    std::uint16_t domain = 0;  ///< MDID
    KeyHolder holder;          ///< R0KH-ID
};
/// `shared`: the PSK, or what SAE gave.
[[nodiscard]] NamedKey derive_r0(ByteView shared, const DomainMember& member, const ieee80211::MacAddress& station);
[[nodiscard]] NamedKey derive_r1(const NamedKey& r0, const ieee80211::MacAddress& access_point,
                                 const ieee80211::MacAddress& station);

/// Mobility Domain element, 802.11-2020 9.4.2.46, whole: over the air only.
[[nodiscard]] Bytes mobility_domain_element(std::uint16_t domain);

/// Fast BSS Transition element, 802.11-2020 9.4.2.47.
struct FastTransition {
    bool rsnxe_used = false;
    std::uint8_t protected_elements = 0;  ///< how many the integrity code is for; 0: there is none
    Bytes mic = Bytes(mic_size, 0);
    Nonce anonce{};
    Nonce snonce{};
    std::optional<ieee80211::MacAddress> r1_holder;
    KeyHolder r0_holder;
    /// The group keys as they are on the air: wrapped with the KEK.
    std::vector<GroupKey> wrapped_keys;

    /// `body`: of the element. EINVAL: not whole.
    [[nodiscard]] static Result<FastTransition> parse(ByteView body);
    /// Whole, header included.
    [[nodiscard]] Bytes element() const;
};

/// A group key with its octets wrapped, and one unwrapped again: nothing where it is not genuine.
[[nodiscard]] GroupKey wrapped_for_transition(GroupKey key, ByteView kek);
[[nodiscard]] std::optional<GroupKey> unwrapped_in_transition(GroupKey key, ByteView kek);

/// What the integrity code of a reassociation request (transaction 5) or response (6) is made of: whole elements, empty
/// where there is none. 802.11-2020 13.8.4, 13.8.5
struct TransitionProof {
    Ends ends;
    std::uint8_t transaction = 5;
    Bytes rsne;
    Bytes mobility_domain;
    Bytes rsnxe;
};
/// `element`: the Fast BSS Transition element, whole.
[[nodiscard]] Bytes transition_mic(ByteView kck, const TransitionProof& about, Bytes element);

/// The keys that stations have got anywhere in the mobility domains of a world, by name: what key holders tell each
/// other.
class TransitionKeys {
public:
    struct Entry {
        NamedKey r0;
        ieee80211::MacAddress station;
        KeyHolder holder;
        std::uint16_t domain = 0;
        ieee80211::Suite akm;
    };
    void remember(Entry fresh);
    [[nodiscard]] const Entry* find(const ieee80211::Pmkid& name, const ieee80211::MacAddress& station,
                                    std::uint16_t domain) const;

private:
    /// The newest of each station and domain.
    std::map<std::pair<ieee80211::MacAddress, std::uint16_t>, Entry> known_;
};

}  // namespace mlosim::agent::rsn
