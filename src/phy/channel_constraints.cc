#include "phy/channel_constraints.h"

#include <algorithm>
#include <limits>

namespace mlosim::phy {

namespace {

constexpr std::uint32_t min_cac_ms = 60000;  // IEEE80211_DFS_MIN_CAC_TIME_MS
constexpr ChannelFlags no_ht40{ChannelFlag::no_ht40_plus, ChannelFlag::no_ht40_minus};

// cf. map_regdom_flags()
ChannelFlags flags_of(const RegulatoryRule& rule) {
    struct Pair {
        RuleFlags rule;
        ChannelFlag channel;
    };
    static constexpr Pair pairs[] = {
        {{RuleFlag::no_ir, RuleFlag::no_ibss}, ChannelFlag::no_ir},
        {RuleFlag::dfs, ChannelFlag::radar},
        {RuleFlag::no_ofdm, ChannelFlag::no_ofdm},
        {RuleFlag::no_outdoor, ChannelFlag::indoor_only},
        {RuleFlag::ir_concurrent, ChannelFlag::ir_concurrent},
        {RuleFlag::no_ht40_minus, ChannelFlag::no_ht40_minus},
        {RuleFlag::no_ht40_plus, ChannelFlag::no_ht40_plus},
        {RuleFlag::no_80mhz, ChannelFlag::no_80mhz},
        {RuleFlag::no_160mhz, ChannelFlag::no_160mhz},
        {RuleFlag::no_he, ChannelFlag::no_he},
        {RuleFlag::no_320mhz, ChannelFlag::no_320mhz},
        {RuleFlag::no_eht, ChannelFlag::no_eht},
        {RuleFlag::dfs_concurrent, ChannelFlag::dfs_concurrent},
        {RuleFlag::no_6ghz_vlp_client, ChannelFlag::no_6ghz_vlp_client},
        {RuleFlag::no_6ghz_afc_client, ChannelFlag::no_6ghz_afc_client},
        {RuleFlag::psd, ChannelFlag::psd},
        {RuleFlag::allow_6ghz_vlp_ap, ChannelFlag::allow_6ghz_vlp_ap},
        {RuleFlag::allow_20mhz_activity, ChannelFlag::allow_20mhz_activity},
        {RuleFlag::no_uhr, ChannelFlag::no_uhr},
    };
    ChannelFlags out;
    for (const auto& pair : pairs) {
        if (rule.flags.has_any(pair.rule)) out |= pair.channel;
    }
    return out;
}

// cf. reg_rule_to_chan_bw_flags()
ChannelFlags bandwidth_flags(const RegulatoryDomain& domain, const RegulatoryRule& rule, const Channel& channel) {
    struct Limit {
        std::uint32_t mhz;
        ChannelFlags flags;
    };
    static constexpr Limit s1g[] = {{16, ChannelFlag::no_16mhz}, {8, ChannelFlag::no_8mhz}, {4, ChannelFlag::no_4mhz}};
    static constexpr Limit wide[] = {
        {10, ChannelFlag::no_10mhz}, {20, ChannelFlag::no_20mhz},   {40, no_ht40},
        {80, ChannelFlag::no_80mhz}, {160, ChannelFlag::no_160mhz}, {320, ChannelFlag::no_320mhz}};
    const Frequency widest = domain.max_bandwidth(rule);
    ChannelFlags out;
    for (const Limit& limit : channel.band == Band::s1g ? std::span<const Limit>(s1g) : std::span<const Limit>(wide)) {
        if (widest < Frequency::mhz(limit.mhz)) out |= limit.flags;
    }
    if (channel.band == Band::s1g) return out;
    if (!rule.fits(channel.center, Frequency::mhz(10))) out |= ChannelFlag::no_10mhz;
    if (!rule.fits(channel.center, Frequency::mhz(20))) out |= ChannelFlag::no_20mhz;
    return out;
}

// MBM_TO_DBM and MBI_TO_DBI cut the hundredths off.
int whole_dbm(Dbm power) {
    return power.mbm() / 100;
}
int whole_dbi(Db gain) {
    return Dbm{gain.value}.mbm() / 100;
}

// Fills everything but the flags from what one rule, or the stricter of two, says.
void set_limits(ChannelConstraints& out, const DeviceLimits& device, int reg_power, int gain, std::uint32_t cac_ms) {
    out.max_antenna_gain_dbi = std::min(device.max_antenna_gain_dbi.value_or(std::numeric_limits<int>::max()), gain);
    out.max_reg_power_dbm = reg_power;
    out.max_power_dbm = device.max_power_dbm != 0 ? std::min(device.max_power_dbm, reg_power) : reg_power;
    if (out.flags.has(ChannelFlag::radar)) out.dfs_cac_ms = cac_ms != 0 ? cac_ms : min_cac_ms;
}

// A channel that lies across the seam of two adjoining rules. cf. handle_channel_adjacent_rules().
std::optional<ChannelConstraints> across_seam(const RegulatoryDomain& domain, const Channel& channel,
                                              const DeviceLimits& device, const ChannelConstraints& before) {
    const RegulatoryRule* below = domain.find_rule(channel.center - Frequency::mhz(20));
    const RegulatoryRule* above = domain.find_rule(channel.center + Frequency::mhz(20));
    if (below == nullptr || above == nullptr || below->end != above->start) return std::nullopt;
    RegulatoryRule joined = *below;
    joined.end = above->end;
    if (!joined.fits(channel.center, Frequency::mhz(20))) return std::nullopt;

    ChannelConstraints out = before;
    out.flags = device.flags | bandwidth_flags(domain, *below, channel) | bandwidth_flags(domain, *above, channel) |
                flags_of(*below) | flags_of(*above);
    out.flags.remove(
        {ChannelFlag::no_10mhz, ChannelFlag::no_20mhz});  // each half alone is too narrow, together they are not
    set_limits(out, device, std::min(whole_dbm(below->max_eirp), whole_dbm(above->max_eirp)),
               std::min(whole_dbi(below->max_gain), whole_dbi(above->max_gain)),
               std::max(below->dfs_cac_ms, above->dfs_cac_ms));
    return out;
}

// A rule within 2 GHz says that the domain has something to say of this band. cf. freq_in_rule_band().
bool knows_band(const RegulatoryDomain& domain, Frequency center) {
    constexpr std::int64_t reach_khz = 2'000'000;
    const auto near = [&](Frequency edge) {
        const std::int64_t distance = std::int64_t{center.in_khz()} - std::int64_t{edge.in_khz()};
        return distance <= reach_khz && distance >= -reach_khz;
    };
    return std::any_of(domain.rules.begin(), domain.rules.end(),
                       [&](const RegulatoryRule& r) { return near(r.start) || near(r.end); });
}

// cf. is_ht40_allowed()
bool ht40_allowed(const RadioChannel* c) {
    return c != nullptr && !c->now.flags.has(ChannelFlag::disabled) && !c->now.flags.has_all(no_ht40);
}

const RadioChannel* find(std::span<const RadioChannel> all, Frequency center) {
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const RadioChannel& c) { return c.channel.center == center; });
    return it == all.end() ? nullptr : &*it;
}

// cf. reg_process_ht_flags_channel(), in the band's order: a channel sees its lower neighbour already decided.
void decide_ht40(std::span<RadioChannel> all, RadioChannel& c, const RegulatoryDomain* own) {
    if (!ht40_allowed(&c)) {
        c.now.flags |= no_ht40;
        return;
    }
    const Frequency whole = Frequency::mhz(c.channel.center.in_mhz());
    const RegulatoryRule* rule = own != nullptr ? own->find_rule(whole, Frequency::mhz(20)) : nullptr;
    const auto decide = [&](const RadioChannel* neighbour, RuleFlag forbidden, ChannelFlag flag) {
        if (!ht40_allowed(neighbour) || (rule != nullptr && rule->flags.has(forbidden))) {
            c.now.flags |= flag;
        } else {
            c.now.flags.remove(flag);
        }
    };
    decide(find(all, c.channel.center - Frequency::mhz(20)), RuleFlag::no_ht40_minus, ChannelFlag::no_ht40_minus);
    decide(find(all, c.channel.center + Frequency::mhz(20)), RuleFlag::no_ht40_plus, ChannelFlag::no_ht40_plus);
}

}  // namespace

RadioChannel RadioChannel::make(Channel channel, DeviceLimits device) {
    RadioChannel out{channel, device, {}};
    out.now.flags = device.flags;
    out.now.max_power_dbm = device.max_power_dbm;
    return out;
}

ChannelConstraints channel_constraints(const RegulatoryDomain& domain, const Channel& channel,
                                       const DeviceLimits& device, const ChannelConstraints& before) {
    const RegulatoryRule* rule = domain.find_rule(channel.center);
    if (rule == nullptr) {
        if (auto joined = across_seam(domain, channel, device, before)) return *joined;
        ChannelConstraints out = before;
        out.flags |= ChannelFlag::disabled;
        return out;
    }
    ChannelConstraints out = before;
    out.flags = device.flags | bandwidth_flags(domain, *rule, channel) | flags_of(*rule);
    set_limits(out, device, whole_dbm(rule->max_eirp), whole_dbi(rule->max_gain), rule->dfs_cac_ms);
    if (out.flags.has(ChannelFlag::psd)) out.psd = rule->psd;
    return out;
}

void apply_domain(const RegulatoryDomain& domain, std::span<RadioChannel> band_channels, RegulatoryInitiator initiator,
                  const RegulatoryDomain* own) {
    for (RadioChannel& c : band_channels) {
        if (initiator == RegulatoryInitiator::country_ie && !knows_band(domain, c.channel.center)) continue;
        c.now = channel_constraints(domain, c.channel, c.device, c.now);
    }
    for (RadioChannel& c : band_channels) {
        if (c.channel.band != Band::s1g) decide_ht40(band_channels, c, own);
    }
}

bool usable(const ChannelDefinition& definition, std::span<const RadioChannel> band_channels, ChannelFlags prohibited) {
    const RadioChannel* control = find(band_channels, definition.control.center);
    if (control == nullptr) return false;
    switch (definition.width) {
        case ChannelWidth::w20:
        case ChannelWidth::w20_noht:
            prohibited |= ChannelFlag::no_20mhz;
            break;
        case ChannelWidth::w40:
            if (definition.band() == Band::ghz6) break;
            if (control->now.flags.has(definition.center1 < definition.control.center ? ChannelFlag::no_ht40_minus
                                                                                      : ChannelFlag::no_ht40_plus)) {
                return false;
            }
            break;
        case ChannelWidth::w80:
        case ChannelWidth::w80p80:
            prohibited |= ChannelFlag::no_80mhz;
            break;
        case ChannelWidth::w160:
            prohibited |= ChannelFlag::no_160mhz;
            break;
        case ChannelWidth::w320:
            if (definition.band() != Band::ghz6) return false;
            prohibited |= ChannelFlag::no_320mhz;
            break;
        default:
            return false;
    }
    if (width_mhz(definition.width) > 20) prohibited |= ChannelFlag::no_ofdm;
    const auto pieces = definition.subchannels();
    return std::all_of(pieces.begin(), pieces.end(), [&](Frequency piece) {
        const RadioChannel* c = find(band_channels, piece);
        return c != nullptr && !c->now.flags.has_any(prohibited);
    });
}

}  // namespace mlosim::phy
