#include "netlink/detail/hwsim_regulatory.h"

#include <span>

namespace mlosim::netlink::detail {

namespace {

/// One rule, in MHz: the range from 10 below `first` to 10 above `last`, the widest channel; dBm; flags.
struct Rule {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t bandwidth;
    unsigned eirp;
    phy::RuleFlags flags = {};
};

using enum phy::RuleFlag;

constexpr Rule domain_0[] = {
    {2412, 2462, 40, 20}, {2484, 2484, 40, 20}, {5150, 5240, 40, 30}, {5745, 5825, 40, 30}, {5855, 5925, 40, 33},
};
constexpr Rule domain_1[] = {
    {2412, 2462, 40, 20},
    {5725, 5850, 40, 30, no_ir},
    {5855, 5925, 40, 33},
};
constexpr Rule domain_2[] = {
    {2412, 2462, 40, 20}, {2484, 2484, 40, 20}, {5150, 5240, 40, 30},
    {5745, 5825, 40, 30}, {5855, 5925, 40, 33}, {5955, 7125, 320, 33},
};
constexpr Rule domain_3[] = {
    {2412, 2462, 40, 20},
    {2484, 2484, 40, 20},
    {5150, 5240, 80, 30, auto_bw},
    {5260, 5320, 80, 30, {dfs_concurrent, dfs, auto_bw}},
    {5500, 5720, 160, 30, {dfs_concurrent, dfs}},
    {5745, 5825, 80, 30},
    {5855, 5925, 80, 33},
};
constexpr std::span<const Rule> domains[] = {domain_0, domain_1, domain_2, domain_3};

}  // namespace

std::optional<phy::RegulatoryDomain> hwsim_custom_domain(std::uint32_t number) {
    if (number >= std::size(domains)) return std::nullopt;
    phy::RegulatoryDomain domain;
    domain.alpha2 = phy::Alpha2('9', '9');
    for (const Rule& rule : domains[number]) {
        phy::RegulatoryRule out;
        out.start = phy::Frequency::khz((rule.first - 10) * 1000);
        out.end = phy::Frequency::khz((rule.last + 10) * 1000);
        out.max_bandwidth = phy::Frequency::khz(rule.bandwidth * 1000);
        out.max_eirp = phy::Dbm{static_cast<double>(rule.eirp)};
        out.flags = rule.flags;
        domain.rules.push_back(out);
    }
    return domain;
}

}  // namespace mlosim::netlink::detail
