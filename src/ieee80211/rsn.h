#pragma once

#include <array>
#include <compare>
#include <optional>
#include <vector>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// A cipher suite or AKM suite selector: OUI and type, as the number that nl80211 uses for it (0x000fac04 is
/// 00-0F-AC:4).
class Suite {
public:
    constexpr Suite() = default;
    constexpr explicit Suite(std::uint32_t selector) : selector_(selector) {}
    [[nodiscard]] constexpr std::uint32_t selector() const noexcept { return selector_; }
    friend constexpr auto operator<=>(Suite, Suite) = default;

private:
    std::uint32_t selector_ = 0;
};

/// Cipher suites, 802.11-2020 Table 9-149. cf. WLAN_CIPHER_SUITE_*
namespace cipher {
inline constexpr Suite use_group{0x000fac00};
inline constexpr Suite wep40{0x000fac01};
inline constexpr Suite tkip{0x000fac02};
inline constexpr Suite ccmp128{0x000fac04};
inline constexpr Suite wep104{0x000fac05};
inline constexpr Suite bip_cmac128{0x000fac06};
inline constexpr Suite group_traffic_not_allowed{0x000fac07};
inline constexpr Suite gcmp128{0x000fac08};
inline constexpr Suite gcmp256{0x000fac09};
inline constexpr Suite ccmp256{0x000fac0a};
inline constexpr Suite bip_gmac128{0x000fac0b};
inline constexpr Suite bip_gmac256{0x000fac0c};
inline constexpr Suite bip_cmac256{0x000fac0d};
}  // namespace cipher

/// Authentication and key management suites, 802.11-2020 Table 9-151. cf. WLAN_AKM_SUITE_*
namespace akm {
inline constexpr Suite ieee8021x{0x000fac01};
inline constexpr Suite psk{0x000fac02};
inline constexpr Suite ft_ieee8021x{0x000fac03};
inline constexpr Suite ft_psk{0x000fac04};
inline constexpr Suite ieee8021x_sha256{0x000fac05};
inline constexpr Suite psk_sha256{0x000fac06};
inline constexpr Suite tdls{0x000fac07};
inline constexpr Suite sae{0x000fac08};
inline constexpr Suite ft_sae{0x000fac09};
inline constexpr Suite suite_b{0x000fac0b};
inline constexpr Suite suite_b_192{0x000fac0c};
inline constexpr Suite owe{0x000fac12};
inline constexpr Suite sae_ext_key{0x000fac18};
inline constexpr Suite ft_sae_ext_key{0x000fac19};
}  // namespace akm

/// RSN Capabilities field, 802.11-2020 9.4.2.24.4.
struct RsnCapabilities : BitString<2, RsnCapabilities> {
    using BitString::BitString;
    static constexpr Field preauthentication{0};
    static constexpr Field no_pairwise{1};
    static constexpr Field ptksa_replay_counters{2, 2};
    static constexpr Field gtksa_replay_counters{4, 2};
    static constexpr Field mfp_required{6};
    static constexpr Field mfp_capable{7};
    static constexpr Field joint_multi_band{8};
    static constexpr Field peerkey{9};
    static constexpr Field spp_amsdu_capable{10};
    static constexpr Field spp_amsdu_required{11};
    static constexpr Field pbac{12};
    static constexpr Field extended_key_id{13};
    static constexpr Field ocvc{14};
};

using Pmkid = std::array<std::uint8_t, 16>;

/// RSN element, 802.11-2020 9.4.2.24, version 1. Every field after the version is optional, and one that is present
/// needs all before it: those that are missing in between are written as the standard's defaults (or as a count of 0).
struct Rsn {
    static constexpr ElementType type = element::rsn;
    static constexpr std::uint16_t version = 1;

    std::optional<Suite> group_data_cipher;
    std::optional<std::vector<Suite>> pairwise_ciphers;
    std::optional<std::vector<Suite>> akms;
    std::optional<RsnCapabilities> capabilities;
    std::optional<std::vector<Pmkid>> pmkids;
    std::optional<Suite> group_management_cipher;

    [[nodiscard]] static Result<Rsn> parse(ByteView body);

    void append_to(ByteWriter& out) const;
    /// What follows element id and length: key data and nl80211 carry it so.
    void append_body_to(ByteWriter& out) const;

    friend bool operator==(const Rsn&, const Rsn&) = default;
};

/// RSN Extension element, 802.11-2020 9.4.2.241: capability bits in as many octets as are needed; bits 0..3 hold that
/// number.
class Rsnx {
public:
    static constexpr ElementType type = element::rsnx;

    /// Bit numbers, Table 9-321.
    enum Bit : unsigned {
        protected_twt = 4,
        sae_hash_to_element = 5,
        sae_pk = 6,
        secure_ltf = 8,
        urnm_mfpr_x20 = 10,
        urnm_mfpr = 15,
    };

    [[nodiscard]] static Result<Rsnx> parse(ByteView body);

    [[nodiscard]] ByteView octets() const noexcept { return octets_; }
    [[nodiscard]] bool has(unsigned bit) const noexcept;
    /// `bit` 4..127.
    void set(unsigned bit, bool value = true);

    void append_to(ByteWriter& out) const;
    friend bool operator==(const Rsnx&, const Rsnx&) = default;

private:
    Bytes octets_ = {0};
};

}  // namespace mlosim::ieee80211
