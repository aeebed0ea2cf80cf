#pragma once

#include <cstddef>
#include <cstdint>

#include "mld/mlme.h"
#include "mld/wiphy.h"
#include "netlink/request.h"
#include "sim/result.h"

/// What a request says of a connection's or an access point's encryption.
namespace mlosim::netlink::nl80211 {

/// cf. cfg80211_supported_cipher_suite()
[[nodiscard]] bool supports_cipher(const mld::Wiphy& wiphy, std::uint32_t selector);

/// EINVAL, EOPNOTSUPP. `most_pairwise`: pairwise ciphers that may be named. cf. nl80211_crypto_settings()
[[nodiscard]] Result<mld::CryptoSettings> parse_crypto_settings(const mld::Wiphy& wiphy, const Request& request,
                                                                std::size_t most_pairwise);

/// The kinds of authentication that a command takes. cf. nl80211_valid_auth_type()
[[nodiscard]] bool valid_authentication_type(const mld::Wiphy& wiphy, std::uint32_t type, std::uint8_t command);

}  // namespace mlosim::netlink::nl80211
