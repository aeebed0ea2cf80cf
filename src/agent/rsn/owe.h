#pragma once

#include <functional>
#include <optional>

#include "agent/rsn/p256.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent::rsn {

struct OweKeys {
    Bytes pmk;
    ieee80211::Pmkid pmkid{};
};

/// One end of an opportunistic wireless encryption exchange with group 19, RFC 8110: a Diffie-Hellman key of its own.
class Owe {
public:
    enum class Role : std::uint8_t { client, access_point };

    Owe(Role role, const RandomOctets& random);

    /// What the (re)association frame carries: a whole Diffie-Hellman Parameter element.
    [[nodiscard]] Bytes element() const;
    /// From the peer's element (its body): nothing if its group is another or its key is none.
    [[nodiscard]] std::optional<OweKeys> agree(ByteView peer_element) const;

private:
    P256 curve_;
    Role role_;
    Bytes private_;
    Bytes public_x_;
};

/// The group that a peer's element names; nothing: it is not whole.
[[nodiscard]] std::optional<std::uint16_t> owe_group(ByteView element_body);

}  // namespace mlosim::agent::rsn
