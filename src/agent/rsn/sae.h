#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "agent/rsn/p256.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/result.h"

namespace mlosim::agent::rsn {

/// How the password element is found, 802.11-2020 12.4.4.
enum class SaeMethod : std::uint8_t { hunting_and_pecking, hash_to_element };

/// PT of group 19, 802.11-2020 12.4.4.2.3: what a network's password is before anybody's address comes in.
[[nodiscard]] Bytes sae_password_token(const P256& curve, ByteView ssid, ByteView password, ByteView identifier = {});
/// The password element of two addresses: an MLD's is its MLD address. 12.4.4.2.3 and 12.4.4.2.2.
[[nodiscard]] Bytes sae_element_from_token(const P256& curve, ByteView token, const ieee80211::MacAddress& one,
                                           const ieee80211::MacAddress& other);
[[nodiscard]] Bytes sae_element_by_hunting(const P256& curve, ByteView password, const ieee80211::MacAddress& one,
                                           const ieee80211::MacAddress& other);

/// A commit message's fields behind the status code, 802.11-2020 9.3.3.11 and Table 9-43.
struct SaeCommit {
    Bytes scalar;
    Bytes element;
    /// Of one who shows that it hears what is sent to it (12.4.6); empty: none.
    Bytes token;
    friend bool operator==(const SaeCommit&, const SaeCommit&) = default;

    /// The group that is named; nothing: not even that is there.
    [[nodiscard]] static std::optional<std::uint16_t> group_of(ByteView body);
    /// EINVAL: another group, not whole, or rejected groups are named. A token before the scalar has no length of its
    /// own.
    [[nodiscard]] static Result<SaeCommit> parse(ByteView body, SaeMethod method);
    [[nodiscard]] Bytes body(SaeMethod method) const;
};

/// The token that an access point asks for (status 76): the body behind the status code. EINVAL: none for group 19.
[[nodiscard]] Result<Bytes> requested_sae_token(ByteView body, SaeMethod method);
/// That body, for a token of up to 254 octets.
[[nodiscard]] Bytes sae_token_request(ByteView token, SaeMethod method);

/// One end of simultaneous authentication of equals with group 19, 802.11-2020 12.4.5. Both ends are alike.
class Sae {
public:
    /// `element`: the password element.
    Sae(Bytes element, const RandomOctets& random);
    /// With given private numbers.
    Sae(Bytes element, ByteView private_value, ByteView mask);

    [[nodiscard]] const SaeCommit& commit() const noexcept { return own_; }
    /// False: the peer's is not legal, or our own sent back.
    [[nodiscard]] bool receive_commit(const SaeCommit& peer);
    /// What a confirm message carries behind the status code. After a peer's commit.
    [[nodiscard]] Bytes confirm();
    /// Whether the peer knows the password: the body of its confirm message. After its commit.
    [[nodiscard]] bool receive_confirm(ByteView body) const;

    [[nodiscard]] bool has_keys() const noexcept { return !pmk_.empty(); }
    [[nodiscard]] const Bytes& pmk() const noexcept { return pmk_; }
    [[nodiscard]] const ieee80211::Pmkid& pmkid() const noexcept { return pmkid_; }
    [[nodiscard]] const SaeCommit& peer() const noexcept { return peer_; }

private:
    void choose(ByteView private_value, ByteView mask);
    [[nodiscard]] Bytes code(std::uint16_t send_confirm, const SaeCommit& from, const SaeCommit& to) const;

    P256 curve_;
    Bytes element_;
    Bytes private_;
    SaeCommit own_;
    SaeCommit peer_;
    Bytes kck_;
    Bytes pmk_;
    ieee80211::Pmkid pmkid_{};
    std::uint16_t send_confirm_ = 0;
};

}  // namespace mlosim::agent::rsn
