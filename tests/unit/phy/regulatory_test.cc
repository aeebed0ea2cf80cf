#include "phy/regulatory.h"

#include <gtest/gtest.h>

namespace mlosim::phy {
namespace {

RegulatoryRule rule(std::uint32_t start, std::uint32_t end, std::uint32_t bandwidth, double dbm, RuleFlags flags = {}) {
    RegulatoryRule out;
    out.start = Frequency::mhz(start);
    out.end = Frequency::mhz(end);
    out.max_bandwidth = Frequency::mhz(bandwidth);
    out.max_eirp = {dbm};
    out.flags = flags;
    return out;
}

RegulatoryDomain domain(char letter, std::vector<RegulatoryRule> rules, DfsRegion region = DfsRegion::unset) {
    return {{'X', letter}, region, std::move(rules)};
}

TEST(Alpha2, IsTwoLettersOrOneOfTheKernelsOwn) {
    EXPECT_EQ(Alpha2::parse("US")->to_string(), "US");
    EXPECT_TRUE(Alpha2::parse("00")->is_world());
    EXPECT_TRUE(Alpha2::parse("98"));
    for (const char* bad : {"", "U", "USA", "01", "U1", "1S", "\xc3\xa4"})
        EXPECT_FALSE(Alpha2::parse(bad)) << bad;
}

TEST(RegulatoryDomain, FindsTheFirstRuleThatLeavesRoomFor20MHz) {
    const auto d = domain('A', {rule(2402, 2472, 40, 20), rule(2457, 2482, 20, 10)});
    EXPECT_EQ(d.find_rule(Frequency::mhz(2462)), &d.rules[0]);
    EXPECT_EQ(d.find_rule(Frequency::mhz(2467)), &d.rules[1]) << "2477 MHz is outside the first";
    EXPECT_EQ(d.find_rule(Frequency::mhz(2484)), nullptr);
}

TEST(RegulatoryDomain, BelowOneGigahertzLessThan20MHzWillDo) {
    const auto d = domain('A', {rule(902, 904, 2, 30), rule(904, 920, 16, 30)});
    EXPECT_EQ(d.find_rule(Frequency::khz(902'500)), &d.rules[0]);
    EXPECT_EQ(d.find_rule(Frequency::mhz(912)), &d.rules[1]);
    EXPECT_EQ(d.find_rule(Frequency::khz(904'000)), nullptr) << "no whole MHz fits around the seam";
}

TEST(RegulatoryDomain, CoversAChannelOnlyWithAllItsPieces) {
    const auto d = domain('A', {rule(5170, 5250, 80, 20)});
    const Channel c36{Band::ghz5, Frequency::mhz(5180)};
    EXPECT_TRUE(d.covers(*ChannelDefinition::around(c36, ChannelWidth::w80)));
    EXPECT_FALSE(d.covers(*ChannelDefinition::around(c36, ChannelWidth::w160)));
}

TEST(RegulatoryDomain, AutoBandwidthIsTheWidthOfTheWholeBlock) {
    const auto d = domain('A', {rule(5170, 5250, 80, 20, RuleFlag::auto_bw),
                                rule(5250, 5330, 80, 20, RuleFlag::auto_bw), rule(5490, 5730, 160, 20)});
    EXPECT_EQ(d.max_bandwidth(d.rules[0]), Frequency::mhz(160));
    EXPECT_EQ(d.max_bandwidth(d.rules[1]), Frequency::mhz(160));
    EXPECT_EQ(d.max_bandwidth(d.rules[2]), Frequency::mhz(160)) << "its own number";
}

TEST(RegulatoryDomain, AutoBandwidthRespectsWidthFlags) {
    auto d = domain('A', {rule(5945, 6425, 320, 20, RuleFlag::auto_bw)});
    EXPECT_EQ(d.max_bandwidth(d.rules[0]), Frequency::mhz(480));
    const auto with = [&](RuleFlags flags) {
        d.rules[0].flags = flags | RuleFlag::auto_bw;
        return d.max_bandwidth(d.rules[0]);
    };
    EXPECT_EQ(with(RuleFlag::no_320mhz), Frequency::mhz(160));
    EXPECT_EQ(with(RuleFlag::no_160mhz), Frequency::mhz(80));
    EXPECT_EQ(with(RuleFlag::no_80mhz), Frequency::mhz(40));
    EXPECT_EQ(with(RuleFlag::no_ht40_plus), Frequency::mhz(480));
    EXPECT_EQ(with({RuleFlag::no_ht40_plus, RuleFlag::no_ht40_minus}), Frequency::mhz(20));
}

TEST(RegulatoryDomain, IsValidWithBetween1And128ValidRules) {
    EXPECT_FALSE(domain('A', {}).valid());
    EXPECT_TRUE(domain('A', std::vector<RegulatoryRule>(128, rule(5170, 5250, 80, 20))).valid());
    EXPECT_FALSE(domain('A', std::vector<RegulatoryRule>(129, rule(5170, 5250, 80, 20))).valid());
    EXPECT_FALSE(domain('A', {rule(5250, 5170, 80, 20)}).valid()) << "ends before it starts";
    EXPECT_FALSE(domain('A', {rule(5170, 5250, 160, 20)}).valid()) << "wider than itself";
    EXPECT_FALSE(domain('A', {rule(0, 5250, 160, 20)}).valid());
}

TEST(Intersection, TakesTheStricterOfEachValue) {
    auto a = rule(5150, 5350, 80, 23, RuleFlag::no_outdoor);
    a.dfs_cac_ms = 60000;
    auto b = rule(5170, 5330, 40, 20, RuleFlag::dfs);
    b.wmm = WmmRule{};
    const auto both = intersect(domain('A', {a}, DfsRegion::fcc), domain('B', {b}, DfsRegion::etsi));
    ASSERT_TRUE(both);
    EXPECT_EQ(both->alpha2, Alpha2::intersected());
    EXPECT_EQ(both->dfs_region, DfsRegion::unset);
    auto expected = rule(5170, 5330, 40, 20, {RuleFlag::no_outdoor, RuleFlag::dfs});
    expected.dfs_cac_ms = 60000;
    expected.wmm = WmmRule{};
    ASSERT_EQ(both->rules.size(), 1U);
    EXPECT_EQ(both->rules[0], expected);
}

TEST(Intersection, ResolvesAutoBandwidthUnlessBothHaveIt) {
    const auto automatic =
        domain('A', {rule(5170, 5250, 80, 20, RuleFlag::auto_bw), rule(5250, 5330, 80, 20, RuleFlag::auto_bw)});
    const auto fixed = domain('B', {rule(5170, 5330, 160, 20)});
    const auto one = intersect(automatic, fixed);
    ASSERT_EQ(one->rules.size(), 2U);
    EXPECT_FALSE(one->rules[0].flags.has(RuleFlag::auto_bw));
    EXPECT_EQ(one->rules[0].max_bandwidth, Frequency::mhz(80)) << "not more than the range itself";
    const auto two = intersect(automatic, automatic);
    EXPECT_TRUE(two->rules[0].flags.has(RuleFlag::auto_bw));
}

TEST(Intersection, MergesRulesThatContainEachOther) {
    const auto a = domain('A', {rule(5170, 5330, 80, 20), rule(5170, 5250, 80, 20)});
    const auto both = intersect(a, domain('B', {rule(5170, 5330, 80, 20)}));
    ASSERT_EQ(both->rules.size(), 1U);
    EXPECT_EQ(both->rules[0], a.rules[0]);
}

TEST(Intersection, OfDisjointDomainsIsNothing) {
    EXPECT_EQ(intersect(domain('A', {rule(2402, 2472, 40, 20)}), domain('B', {rule(5170, 5250, 80, 20)})),
              std::nullopt);
}

TEST(Intersection, IsTheSameInEitherOrder) {
    for (const RegulatoryDomain& a : embedded_domains()) {
        for (const RegulatoryDomain& b : embedded_domains()) {
            const auto ab = intersect(a, b);
            const auto ba = intersect(b, a);
            ASSERT_TRUE(ab && ba);
            EXPECT_EQ(ab->rules.size(), ba->rules.size());
            for (const RegulatoryRule& r : ab->rules) {
                EXPECT_NE(std::find(ba->rules.begin(), ba->rules.end(), r), ba->rules.end());
            }
        }
    }
}

TEST(EmbeddedDomains, AreValidAndSorted) {
    Alpha2 previous('\0', '\0');
    for (const RegulatoryDomain& d : embedded_domains()) {
        EXPECT_TRUE(d.valid()) << d.alpha2.to_string();
        EXPECT_LT(previous, d.alpha2);
        previous = d.alpha2;
    }
    EXPECT_TRUE(builtin_world_domain().valid());
}

}  // namespace
}  // namespace mlosim::phy
