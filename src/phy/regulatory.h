#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "phy/channel.h"
#include "phy/flags.h"
#include "phy/units.h"

namespace mlosim::phy {

/// Two letters of a country, or one of the kernel's own: "00" world, "98" intersection, "99" built by a driver.
class Alpha2 {
public:
    constexpr Alpha2() = default;
    constexpr Alpha2(char first, char second) : letters_{first, second} {}
    /// Two ASCII letters or "00", "98", "99". cf. the checks of nl80211_req_set_reg().
    [[nodiscard]] static std::optional<Alpha2> parse(std::string_view text);

    static constexpr Alpha2 world() { return {'0', '0'}; }
    static constexpr Alpha2 intersected() { return {'9', '8'}; }

    [[nodiscard]] constexpr char operator[](std::size_t i) const { return letters_[i]; }
    [[nodiscard]] std::string to_string() const { return {letters_[0], letters_[1]}; }
    [[nodiscard]] constexpr bool is_world() const noexcept { return *this == world(); }

    friend constexpr auto operator<=>(const Alpha2&, const Alpha2&) = default;

private:
    std::array<char, 2> letters_{'0', '0'};
};

/// enum nl80211_dfs_regions.
enum class DfsRegion : std::uint8_t { unset = 0, fcc = 1, etsi = 2, jp = 3 };

/// enum nl80211_reg_rule_flags.
enum class RuleFlag : std::uint32_t {
    no_ofdm = 1U << 0,
    no_cck = 1U << 1,
    no_indoor = 1U << 2,
    no_outdoor = 1U << 3,
    dfs = 1U << 4,
    ptp_only = 1U << 5,
    ptmp_only = 1U << 6,
    no_ir = 1U << 7,
    no_ibss = 1U << 8,  ///< older name of no_ir; either means both
    auto_bw = 1U << 11,
    ir_concurrent = 1U << 12,
    no_ht40_minus = 1U << 13,
    no_ht40_plus = 1U << 14,
    no_80mhz = 1U << 15,
    no_160mhz = 1U << 16,
    no_he = 1U << 17,
    no_320mhz = 1U << 18,
    no_eht = 1U << 19,
    psd = 1U << 20,
    dfs_concurrent = 1U << 21,
    no_6ghz_vlp_client = 1U << 22,
    no_6ghz_afc_client = 1U << 23,
    allow_6ghz_vlp_ap = 1U << 24,
    allow_20mhz_activity = 1U << 25,
    no_uhr = 1U << 26,
};
using RuleFlags = Flags<RuleFlag>;

/// ETSI EN 301 893's limits for one access category, from the database.
struct WmmLimits {
    std::uint16_t cw_min = 0;
    std::uint16_t cw_max = 0;
    std::uint32_t channel_occupancy_us = 0;  ///< nl80211 has 16 bits for it; real limits need 13
    std::uint8_t aifsn = 0;
    friend bool operator==(const WmmLimits&, const WmmLimits&) = default;
};
/// By access category in the kernel's order: voice, video, best effort, background (enum ieee80211_ac_numbers).
struct WmmRule {
    std::array<WmmLimits, 4> client;
    std::array<WmmLimits, 4> ap;
    friend bool operator==(const WmmRule&, const WmmRule&) = default;
};

/// What is allowed in one range of frequencies (struct ieee80211_reg_rule).
struct RegulatoryRule {
    Frequency start;
    Frequency end;
    Frequency max_bandwidth;
    Dbm max_eirp;
    Db max_gain;  ///< dBi
    std::uint32_t dfs_cac_ms = 0;
    RuleFlags flags;
    std::optional<WmmRule> wmm;
    std::int8_t psd = 0;  ///< dBm/MHz, with RuleFlag::psd

    /// Whether `bandwidth` around `center` lies inside the range. cf. cfg80211_does_bw_fit_range().
    [[nodiscard]] bool fits(Frequency center, Frequency bandwidth) const;
    /// Start below end and the bandwidth not wider than the range. cf. is_valid_reg_rule().
    [[nodiscard]] bool valid() const;

    friend bool operator==(const RegulatoryRule&, const RegulatoryRule&) = default;
};

/// The rules of a country (struct ieee80211_regdomain).
struct RegulatoryDomain {
    Alpha2 alpha2;
    DfsRegion dfs_region = DfsRegion::unset;
    std::vector<RegulatoryRule> rules;

    /// The first rule that leaves room for 20 MHz (below 1 GHz: for as much of it as it has) around `center`. cf.
    /// freq_reg_info().
    [[nodiscard]] const RegulatoryRule* find_rule(Frequency center) const;
    [[nodiscard]] const RegulatoryRule* find_rule(const Channel& channel) const { return find_rule(channel.center); }
    /// The first rule that leaves room for `bandwidth` around `center`. cf. freq_reg_info_regd().
    [[nodiscard]] const RegulatoryRule* find_rule(Frequency center, Frequency bandwidth) const;
    /// The rules for the whole of a channel: one for each unpunctured 20 MHz piece must exist; false says one does not.
    [[nodiscard]] bool covers(const ChannelDefinition& channel) const;
    /// Widest bandwidth of one of `rules`. With RuleFlag::auto_bw it is the width of the whole block of adjoining
    /// rules. cf. reg_get_max_bandwidth() and reg_rule_to_chan_bw_flags().
    [[nodiscard]] Frequency max_bandwidth(const RegulatoryRule& rule) const;
    /// At least one rule, at most nl80211's 128, each valid. cf. is_valid_rd().
    [[nodiscard]] bool valid() const;

    friend bool operator==(const RegulatoryDomain&, const RegulatoryDomain&) = default;
};

/// What both domains allow, as country "98". Nothing if that is nothing. cf. regdom_intersect().
[[nodiscard]] std::optional<RegulatoryDomain> intersect(const RegulatoryDomain& a, const RegulatoryDomain& b);

/// The domain that is in force before any database has been asked: the kernel's own world_regdom. 5 GHz passive, 6 GHz
/// closed.
[[nodiscard]] const RegulatoryDomain& builtin_world_domain();

/// The countries that are compiled in (00, CN, DE, JP, US), for machines without a database: wireless-regdb 2026.05.30.
[[nodiscard]] std::span<const RegulatoryDomain> embedded_domains();

}  // namespace mlosim::phy
