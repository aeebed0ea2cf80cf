#include "phy/regulatory.h"

#include <algorithm>

#include "sim/invariant.h"

namespace mlosim::phy {

namespace {

constexpr std::size_t max_rules = 128;  // NL80211_MAX_SUPP_REG_RULES

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// From the first to the last of the rules that adjoin `index` without a gap. cf. reg_get_max_bandwidth_from_range().
Frequency block_width(std::span<const RegulatoryRule> rules, std::size_t index) {
    std::size_t low = index;
    while (low > 0 && rules[low - 1].end >= rules[low].start)
        --low;
    std::size_t high = index;
    while (high + 1 < rules.size() && rules[high + 1].start <= rules[high].end)
        ++high;
    return rules[high].end - rules[low].start;
}

// cf. reg_wmm_rules_intersect()
WmmLimits stricter(const WmmLimits& a, const WmmLimits& b) {
    return {std::max(a.cw_min, b.cw_min), std::max(a.cw_max, b.cw_max),
            std::min(a.channel_occupancy_us, b.channel_occupancy_us), std::max(a.aifsn, b.aifsn)};
}

std::optional<WmmRule> stricter(const std::optional<WmmRule>& a, const std::optional<WmmRule>& b) {
    if (!a || !b) return a ? a : b;
    WmmRule out;
    for (std::size_t ac = 0; ac < out.client.size(); ++ac) {
        out.client[ac] = stricter(a->client[ac], b->client[ac]);
        out.ap[ac] = stricter(a->ap[ac], b->ap[ac]);
    }
    return out;
}

Frequency effective_bandwidth(const RegulatoryDomain& domain, const RegulatoryRule& rule) {
    return rule.flags.has(RuleFlag::auto_bw) ? domain.max_bandwidth(rule) : rule.max_bandwidth;
}

// cf. reg_rules_intersect()
std::optional<RegulatoryRule> intersect(const RegulatoryDomain& domain_a, const RegulatoryRule& a,
                                        const RegulatoryDomain& domain_b, const RegulatoryRule& b) {
    RegulatoryRule out;
    out.start = std::max(a.start, b.start);
    out.end = std::min(a.end, b.end);
    if (out.start >= out.end) return std::nullopt;
    out.max_bandwidth =
        std::min({effective_bandwidth(domain_a, a), effective_bandwidth(domain_b, b), out.end - out.start});
    out.flags = a.flags | b.flags;
    // One AUTO_BW has been resolved above; both mean that the block of the result decides.
    if (!a.flags.has(RuleFlag::auto_bw) || !b.flags.has(RuleFlag::auto_bw)) out.flags.remove(RuleFlag::auto_bw);
    out.max_eirp = std::min(a.max_eirp, b.max_eirp);
    out.max_gain = std::min(a.max_gain, b.max_gain);
    out.dfs_cac_ms = std::max(a.dfs_cac_ms, b.dfs_cac_ms);
    out.wmm = stricter(a.wmm, b.wmm);
    if (!out.valid()) return std::nullopt;
    return out;
}

// cf. rule_contains()
bool contains(const RegulatoryRule& outer, const RegulatoryRule& inner) {
    return outer.flags == inner.flags && outer.max_gain <= inner.max_gain && outer.max_eirp <= inner.max_eirp &&
           outer.start <= inner.start && outer.end >= inner.end && outer.max_bandwidth >= inner.max_bandwidth;
}

// cf. add_rule()
void add_or_merge(std::vector<RegulatoryRule>& rules, const RegulatoryRule& rule) {
    for (RegulatoryRule& existing : rules) {
        if (contains(existing, rule)) return;
        if (contains(rule, existing)) {
            existing = rule;
            return;
        }
    }
    rules.push_back(rule);
}

}  // namespace

std::optional<Alpha2> Alpha2::parse(std::string_view text) {
    if (text.size() != 2) return std::nullopt;
    const bool special = text == "00" || text == "98" || text == "99";
    if (!special && !(is_letter(text[0]) && is_letter(text[1]))) return std::nullopt;
    return Alpha2(text[0], text[1]);
}

bool RegulatoryRule::fits(Frequency center, Frequency bandwidth) const {
    const std::uint32_t half = bandwidth.in_khz() / 2;
    if (center.in_khz() < half) return false;
    return center.in_khz() - half >= start.in_khz() && center.in_khz() + half <= end.in_khz();
}

bool RegulatoryRule::valid() const {
    return !start.is_zero() && start < end && max_bandwidth <= end - start;
}

const RegulatoryRule* RegulatoryDomain::find_rule(Frequency center, Frequency bandwidth) const {
    const auto it =
        std::find_if(rules.begin(), rules.end(), [&](const RegulatoryRule& r) { return r.fits(center, bandwidth); });
    return it == rules.end() ? nullptr : &*it;
}

const RegulatoryRule* RegulatoryDomain::find_rule(Frequency center) const {
    if (center >= Frequency::mhz(1000)) return find_rule(center, Frequency::mhz(20));
    for (std::uint32_t mhz : {20U, 16U, 10U, 8U, 5U, 4U, 2U, 1U}) {
        if (const RegulatoryRule* rule = find_rule(center, Frequency::mhz(mhz))) return rule;
    }
    return nullptr;
}

bool RegulatoryDomain::covers(const ChannelDefinition& channel) const {
    const auto pieces = channel.subchannels();
    return std::all_of(pieces.begin(), pieces.end(), [this](Frequency piece) { return find_rule(piece) != nullptr; });
}

Frequency RegulatoryDomain::max_bandwidth(const RegulatoryRule& rule) const {
    if (!rule.flags.has(RuleFlag::auto_bw)) return rule.max_bandwidth;
    MLOSIM_INVARIANT(&rule >= rules.data() && &rule < rules.data() + rules.size(), "the rule is one of this domain's");
    Frequency widest = block_width(rules, static_cast<std::size_t>(&rule - rules.data()));
    const auto limit = [&](RuleFlag flag, std::uint32_t mhz) {
        if (rule.flags.has(flag)) widest = std::min(widest, Frequency::mhz(mhz));
    };
    limit(RuleFlag::no_320mhz, 160);
    limit(RuleFlag::no_160mhz, 80);
    limit(RuleFlag::no_80mhz, 40);
    if (rule.flags.has_all({RuleFlag::no_ht40_minus, RuleFlag::no_ht40_plus}))
        widest = std::min(widest, Frequency::mhz(20));
    return widest;
}

bool RegulatoryDomain::valid() const {
    return !rules.empty() && rules.size() <= max_rules &&
           std::all_of(rules.begin(), rules.end(), [](const RegulatoryRule& r) { return r.valid(); });
}

std::optional<RegulatoryDomain> intersect(const RegulatoryDomain& a, const RegulatoryDomain& b) {
    RegulatoryDomain out;
    out.alpha2 = Alpha2::intersected();
    out.dfs_region = a.dfs_region == b.dfs_region ? a.dfs_region : DfsRegion::unset;
    for (const RegulatoryRule& rule_a : a.rules) {
        for (const RegulatoryRule& rule_b : b.rules) {
            if (const auto both = intersect(a, rule_a, b, rule_b)) add_or_merge(out.rules, *both);
        }
    }
    if (out.rules.empty()) return std::nullopt;
    return out;
}

}  // namespace mlosim::phy
