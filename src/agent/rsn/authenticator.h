#pragma once

#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "agent/rsn/key_data.h"
#include "agent/rsn/pairwise_key.h"
#include "agent/rsn/supplicant.h"
#include "sim/virtual_time.h"

namespace mlosim::agent::rsn {

/// A link of a station MLD, as its association request named it.
struct StationLink {
    ieee80211::LinkId link;
    ieee80211::MacAddress address;
    /// It asked there: the handshake need not name that link.
    bool asked_here = false;
};

/// What was agreed on when a station associated.
struct AuthenticatorSettings {
    const Akm* akm = nullptr;
    Bytes pmk;
    std::optional<ieee80211::Pmkid> pmkid;  ///< named in message 1
    ieee80211::Suite pairwise_cipher;
    bool mfp = false;
    Ends ends;
    /// Whole elements: of the own beacons, and of the station's association request.
    Bytes own_rsne;
    Bytes own_rsnxe;
    Bytes station_rsne;
    Bytes station_rsnxe;
    /// Of a mobility domain: what the association response said, as whole elements; the RSNEs name the PMK-R1.
    Bytes mobility_domain;
    Bytes fast_transition;
    /// It made a fast transition: this is the key already, and there is no 4-way handshake.
    std::optional<PairwiseKey> key;
    /// Of an MLD that associated with this one: the links that it got, with the AP's address and elements on each.
    std::vector<MloLink> links;
    /// The station's addresses on those.
    std::vector<StationLink> station_links;
};

/// What the access point has to do after a frame or a timeout, in this order.
struct AuthenticatorStep {
    std::optional<Bytes> send;                ///< an EAPOL packet
    std::optional<Bytes> install;             ///< the temporal key
    bool authorized = false;                  ///< the 4-way handshake is done: the port opens
    bool group_done = false;                  ///< the station has the new group keys
    std::optional<std::uint16_t> disconnect;  ///< with this reason
    /// Call `timeout()` then, unless something else is heard before; nothing: wait for no one.
    std::optional<sim::Duration> wait;
};

/// The authenticator's half of the 4-way and the group key handshake for one station, 802.11-2020 12.7.6 and 12.7.7.
/// Pure: frames and timeouts in, what to do out.
class Authenticator {
public:
    /// The group keys in use now, with their packet numbers: without links, or one set for each of an MLD's.
    using GroupKeys = std::function<std::vector<GroupKey>()>;

    Authenticator(AuthenticatorSettings settings, NonceSource nonces, GroupKeys group_keys);

    /// The 4-way handshake begins (anew).
    [[nodiscard]] AuthenticatorStep start();
    /// The group keys have changed. Nothing to do while the 4-way handshake goes on: it brings the new ones.
    [[nodiscard]] AuthenticatorStep rekey_group();
    [[nodiscard]] AuthenticatorStep receive(ByteView packet);
    [[nodiscard]] AuthenticatorStep timeout();
    [[nodiscard]] bool authorized() const noexcept { return ptk_.has_value(); }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

private:
    enum class Expecting : std::uint8_t { nothing, message2, message4, group_message2 };

    [[nodiscard]] AuthenticatorStep drop();
    [[nodiscard]] AuthenticatorStep expect(Expecting what);
    [[nodiscard]] AuthenticatorStep send();
    [[nodiscard]] Bytes message1();
    [[nodiscard]] Bytes message3();
    [[nodiscard]] Bytes group_message1();
    [[nodiscard]] AuthenticatorStep message2(const EapolKey& frame, ByteView packet);
    [[nodiscard]] bool is_same_mld(const KeyData& data) const;
    [[nodiscard]] AuthenticatorStep message4(ByteView packet);
    [[nodiscard]] AuthenticatorStep group_message2(ByteView packet);
    [[nodiscard]] EapolKey next_frame(std::uint16_t information);
    [[nodiscard]] std::uint64_t put_group_keys(KeyData& data) const;

    const AuthenticatorSettings settings_;
    const NonceSource nonces_;
    const GroupKeys group_keys_;
    Expecting expecting_ = Expecting::nothing;
    unsigned tries_ = 0;
    std::uint64_t counter_ = 0;
    /// Counters of all tries of the message that is to be answered.
    std::set<std::uint64_t> outstanding_;
    Nonce anonce_{};
    std::optional<PairwiseKey> next_;
    std::optional<PairwiseKey> ptk_;
    std::uint64_t dropped_ = 0;
};

}  // namespace mlosim::agent::rsn
