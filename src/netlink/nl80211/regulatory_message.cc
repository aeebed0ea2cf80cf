#include "netlink/nl80211/regulatory_message.h"

#include <cmath>

#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

/// Antenna gains are hundredths of a dBi.
std::uint32_t mbi(phy::Db gain) {
    return static_cast<std::uint32_t>(std::lround(gain.value * 100.0));
}

}  // namespace

void put_domain(MessageBuilder& out, const phy::RegulatoryDomain& domain) {
    out.put_string(NL80211_ATTR_REG_ALPHA2, domain.alpha2.to_string());
    if (domain.dfs_region != phy::DfsRegion::unset)
        out.put_u8(NL80211_ATTR_DFS_REGION, static_cast<std::uint8_t>(domain.dfs_region));
    auto list = out.nest_noflag(NL80211_ATTR_REG_RULES);
    std::uint16_t number = 0;
    for (const phy::RegulatoryRule& rule : domain.rules) {
        auto nest = out.nest_noflag(number++);
        const phy::Frequency bandwidth =
            rule.max_bandwidth.in_khz() != 0 ? rule.max_bandwidth : domain.max_bandwidth(rule);
        out.put_u32(NL80211_ATTR_REG_RULE_FLAGS, rule.flags.bits());
        out.put_u32(NL80211_ATTR_FREQ_RANGE_START, rule.start.in_khz());
        out.put_u32(NL80211_ATTR_FREQ_RANGE_END, rule.end.in_khz());
        out.put_u32(NL80211_ATTR_FREQ_RANGE_MAX_BW, bandwidth.in_khz());
        out.put_u32(NL80211_ATTR_POWER_RULE_MAX_ANT_GAIN, mbi(rule.max_gain));
        out.put_u32(NL80211_ATTR_POWER_RULE_MAX_EIRP, static_cast<std::uint32_t>(rule.max_eirp.mbm()));
        out.put_u32(NL80211_ATTR_DFS_CAC_TIME, rule.dfs_cac_ms);
        if (rule.flags.has(phy::RuleFlag::psd)) out.put_s8(NL80211_ATTR_POWER_RULE_PSD, rule.psd);
    }
}

void put_change(MessageBuilder& out, const mld::World& world, const mld::RegulatoryRequest& request) {
    out.put_u8(NL80211_ATTR_REG_INITIATOR, static_cast<std::uint8_t>(request.initiator));
    constexpr phy::Alpha2 custom('9', '9');
    if (request.alpha2.is_world()) {
        out.put_u8(NL80211_ATTR_REG_TYPE, NL80211_REGDOM_TYPE_WORLD);
    } else if (request.alpha2 == custom) {
        out.put_u8(NL80211_ATTR_REG_TYPE, NL80211_REGDOM_TYPE_CUSTOM_WORLD);
    } else if (request.alpha2 == phy::Alpha2::intersected() || request.intersect) {
        out.put_u8(NL80211_ATTR_REG_TYPE, NL80211_REGDOM_TYPE_INTERSECTION);
    } else {
        out.put_u8(NL80211_ATTR_REG_TYPE, NL80211_REGDOM_TYPE_COUNTRY);
        out.put_string(NL80211_ATTR_REG_ALPHA2, request.alpha2.to_string());
    }
    if (!request.wiphy) return;
    if (const mld::Wiphy* wiphy = world.find_wiphy(*request.wiphy)) {
        out.put_u32(NL80211_ATTR_WIPHY, request.wiphy->value);
        if (wiphy->profile().has(mld::WiphyFlag::self_managed_regulatory))
            out.put_flag(NL80211_ATTR_WIPHY_SELF_MANAGED_REG);
    }
}

}  // namespace mlosim::netlink::nl80211
