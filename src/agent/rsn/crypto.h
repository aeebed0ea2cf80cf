#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "ieee80211/byte_io.h"

/// The primitives that RSN is made of, on OpenSSL. Nothing here knows 802.11 frames.
namespace mlosim::agent::rsn {

using ieee80211::Bytes;
using ieee80211::ByteView;

enum class Hash : std::uint8_t { sha1, sha256, sha384 };
[[nodiscard]] std::size_t size_of(Hash hash);

/// Octets in pieces, as if they were one after the other.
using Pieces = std::initializer_list<ByteView>;

[[nodiscard]] Bytes digest(Hash hash, Pieces pieces);
[[nodiscard]] Bytes hmac(Hash hash, ByteView key, Pieces pieces);
/// AES-CMAC with a key of 16 or 32 octets.
[[nodiscard]] Bytes aes_cmac(ByteView key, Pieces pieces);
/// NIST AES key wrap, RFC 3394: `plain` has a multiple of 8 octets, 16 or more.
[[nodiscard]] Bytes aes_wrap(ByteView key, ByteView plain);
/// Nothing where the integrity check fails.
[[nodiscard]] std::optional<Bytes> aes_unwrap(ByteView key, ByteView wrapped);
/// PBKDF2 with HMAC-SHA-1: 4096 iterations, 32 octets (802.11-2020 J.4.1).
[[nodiscard]] Bytes passphrase_to_psk(ByteView passphrase, ByteView ssid);
/// HKDF, RFC 5869.
[[nodiscard]] Bytes hkdf_extract(Hash hash, ByteView salt, Pieces input);
[[nodiscard]] Bytes hkdf_expand(Hash hash, ByteView key, ByteView info, std::size_t size);
/// Whether two secrets are the same, in a time that does not tell where they differ.
[[nodiscard]] bool same_secret(ByteView a, ByteView b);

/// PRF-n, 802.11-2020 12.7.1.2: HMAC-SHA-1 over label, a zero octet, context and a counter.
[[nodiscard]] Bytes prf_sha1(ByteView key, std::string_view label, Pieces context, std::size_t size);
/// KDF-Hash-n, 802.11-2020 12.7.1.6.2: the counter first, the length in bits last.
[[nodiscard]] Bytes kdf(Hash hash, ByteView key, std::string_view label, Pieces context, std::size_t size);

}  // namespace mlosim::agent::rsn
