#pragma once

#include <cstdint>

#include "agent/rsn/crypto.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent::rsn {

/// How EAPOL-Key frames are authenticated (802.11-2020 12.7.2, Table 12-11).
enum class MicAlgorithm : std::uint8_t { hmac_sha1, aes_cmac, hmac_sha256 };

/// What an AKM prescribes, for keys of CCMP-128's length of security (SAE and OWE with group 19).
struct Akm {
    ieee80211::Suite suite;
    /// Of the PTK's derivation; SHA-1 means the PRF, others the KDF.
    Hash hash;
    MicAlgorithm mic;
    std::uint8_t descriptor_version;  ///< of Key Information
};

inline constexpr std::size_t kck_size = 16;
inline constexpr std::size_t kek_size = 16;
inline constexpr std::size_t mic_size = 16;

/// nullptr: not one that is played.
[[nodiscard]] const Akm* find_akm(ieee80211::Suite suite);
/// Whether an AKM begins with SAE.
[[nodiscard]] bool is_sae(ieee80211::Suite suite);
[[nodiscard]] bool is_psk(ieee80211::Suite suite);
/// Whether keys come from a mobility domain's hierarchy (802.11-2020 12.7.1.6).
[[nodiscard]] bool is_fast_transition(ieee80211::Suite suite);

}  // namespace mlosim::agent::rsn
