#include <initializer_list>

#include "phy/regulatory.h"

namespace mlosim::phy {

namespace {

// ETSI EN 301 893 5.4.9.3, as wireless-regdb has it: {CWmin, CWmax, channel occupancy in us, AIFSN}.
constexpr WmmRule etsi_wmm = {
    {{{3, 7, 2000, 2}, {7, 15, 4000, 2}, {15, 1023, 6000, 3}, {15, 1023, 6000, 7}}},
    {{{3, 7, 2000, 1}, {7, 15, 4000, 1}, {15, 63, 6000, 3}, {15, 1023, 6000, 7}}},
};

RegulatoryRule rule(std::uint32_t start_khz, std::uint32_t end_khz, std::uint32_t bandwidth_mhz, std::int32_t eirp_mbm,
                    RuleFlags flags = {}) {
    RegulatoryRule out;
    out.start = Frequency::khz(start_khz);
    out.end = Frequency::khz(end_khz);
    out.max_bandwidth = Frequency::mhz(bandwidth_mhz);
    out.max_eirp = Dbm::from_mbm(eirp_mbm);
    out.flags = flags;
    return out;
}

RegulatoryRule with_wmm(RegulatoryRule out) {
    out.wmm = etsi_wmm;
    return out;
}

RegulatoryRule with_gain(RegulatoryRule out, double dbi) {
    out.max_gain = {dbi};
    return out;
}

RegulatoryDomain world() {
    using enum RuleFlag;
    return {Alpha2::world(),
            DfsRegion::unset,
            {rule(755000, 928000, 2, 2000, no_ir), rule(2402000, 2472000, 40, 2000),
             rule(2457000, 2482000, 20, 2000, {no_ir, auto_bw}), rule(2474000, 2494000, 20, 2000, {no_ofdm, no_ir}),
             rule(5170000, 5250000, 80, 2000, {no_ir, auto_bw}),
             rule(5250000, 5330000, 80, 2000, {dfs, no_ir, auto_bw}), rule(5490000, 5730000, 160, 2000, {dfs, no_ir}),
             rule(5735000, 5835000, 80, 2000, no_ir), rule(57240000, 63720000, 2160, 0)}};
}

RegulatoryDomain china() {
    using enum RuleFlag;
    return {{'C', 'N'},
            DfsRegion::fcc,
            {rule(2400000, 2483500, 40, 2000), rule(5150000, 5250000, 80, 2300, {no_outdoor, auto_bw}),
             rule(5250000, 5350000, 80, 2000, {no_outdoor, dfs, auto_bw}), rule(5725000, 5850000, 80, 3300),
             rule(57240000, 59400000, 2160, 2800), rule(59400000, 63720000, 2160, 4400),
             rule(63720000, 65880000, 2160, 2800)}};
}

RegulatoryDomain germany() {
    using enum RuleFlag;
    return {{'D', 'E'},
            DfsRegion::etsi,
            {rule(2400000, 2483500, 40, 2000), with_wmm(rule(5150000, 5250000, 80, 2301, {no_outdoor, auto_bw})),
             with_wmm(rule(5250000, 5350000, 80, 2000, {no_outdoor, dfs, auto_bw})),
             with_wmm(rule(5470000, 5725000, 160, 2698, dfs)), rule(5725000, 5875000, 80, 1397),
             with_wmm(rule(5945000, 6425000, 320, 2300, no_outdoor)), rule(57000000, 66000000, 2160, 4000)}};
}

RegulatoryDomain japan() {
    using enum RuleFlag;
    return {{'J', 'P'},
            DfsRegion::jp,
            {rule(2402000, 2482000, 40, 2000), rule(2474000, 2494000, 20, 2000, no_ofdm),
             rule(4910000, 4990000, 40, 2300), rule(5170000, 5250000, 80, 2000, auto_bw),
             rule(5250000, 5330000, 80, 2000, {dfs, auto_bw}), rule(5490000, 5730000, 160, 2300, dfs),
             rule(5925000, 6425000, 320, 2301, no_outdoor), rule(57000000, 66000000, 2160, 1000)}};
}

RegulatoryDomain united_states() {
    using enum RuleFlag;
    return {{'U', 'S'},
            DfsRegion::fcc,
            {rule(902000, 904000, 2, 3000), rule(904000, 920000, 16, 3000), rule(920000, 928000, 8, 3000),
             rule(2400000, 2472000, 40, 3000), rule(5150000, 5250000, 80, 2300, auto_bw),
             rule(5250000, 5350000, 80, 2400, {dfs, auto_bw}), rule(5470000, 5730000, 160, 2400, dfs),
             rule(5730000, 5850000, 80, 3000, auto_bw), rule(5850000, 5895000, 40, 2700, {no_outdoor, no_ir, auto_bw}),
             rule(5925000, 7125000, 320, 1200, {no_outdoor, no_ir}), rule(57240000, 71000000, 2160, 4000)}};
}

// cf. world_regdom in net/wireless/reg.c
RegulatoryDomain kernel_world() {
    using enum RuleFlag;
    return {Alpha2::world(),
            DfsRegion::unset,
            {with_gain(rule(2402000, 2472000, 40, 2000), 6),
             with_gain(rule(2457000, 2482000, 20, 2000, {no_ir, auto_bw}), 6),
             with_gain(rule(2474000, 2494000, 20, 2000, {no_ir, no_ofdm}), 6),
             with_gain(rule(5170000, 5250000, 80, 2000, {no_ir, auto_bw}), 6),
             with_gain(rule(5250000, 5330000, 80, 2000, {no_ir, auto_bw, dfs}), 6),
             with_gain(rule(5490000, 5730000, 160, 2000, {no_ir, dfs}), 6),
             with_gain(rule(5735000, 5835000, 80, 2000, no_ir), 6), rule(57240000, 63720000, 2160, 0)}};
}

}  // namespace

const RegulatoryDomain& builtin_world_domain() {
    static const RegulatoryDomain domain = kernel_world();
    return domain;
}

std::span<const RegulatoryDomain> embedded_domains() {
    static const std::vector<RegulatoryDomain> domains = {world(), china(), germany(), japan(), united_states()};
    return domains;
}

}  // namespace mlosim::phy
