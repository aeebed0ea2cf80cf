// Where a station goes, and whether.

#include "agent/roaming_policy.h"

#include <gtest/gtest.h>

namespace mlosim::agent {
namespace {

using ieee80211::MacAddress;

MacAddress address(std::uint8_t last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, last}};
}

Candidate heard(std::uint8_t last, int dbm) {
    Candidate out;
    CandidateLink link;
    link.bss.bssid = address(last);
    link.bss.signal_mbm = 100 * dbm;
    out.links.push_back(link);
    return out;
}

/// Looks around below -65 dBm, and wants 6 dB more.
RoamingPolicy policy() {
    RoamingSettings settings;
    settings.below_dbm = -65;
    settings.hysteresis_db = 6;
    return RoamingPolicy(settings);
}

TEST(RoamingPolicy_, LooksAroundBelowItsThresholdOnly) {
    EXPECT_TRUE(policy().is_weak(-65.5));
    EXPECT_FALSE(policy().is_weak(-65));
    EXPECT_FALSE(RoamingPolicy(RoamingSettings{}).is_weak(-100));
}

TEST(RoamingPolicy_, GoesToALouderOneBeyondTheHysteresis) {
    const Candidate here = heard(1, -70);
    const std::vector found{heard(2, -64), here, heard(3, -72)};
    const RoamWish wish{RoamCause::signal, {}};
    const Candidate* next = policy().choose(wish, here, -70, found);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(next->address(), address(2));
    EXPECT_EQ(policy().choose(wish, here, -69.9, found), nullptr);
}

TEST(RoamingPolicy_, NeverGoesToWhereItIs) {
    const Candidate here = heard(1, -70);
    const std::vector found{heard(1, -40)};
    EXPECT_EQ(policy().choose({RoamCause::signal, {}}, here, -80, found), nullptr);
    EXPECT_EQ(policy().choose({RoamCause::script, {address(1)}}, here, -80, found), nullptr);
}

TEST(RoamingPolicy_, FollowsAWishInItsOrderWhateverTheSignal) {
    const Candidate here = heard(1, -40);
    const std::vector found{heard(2, -50), heard(3, -80)};
    const Candidate* next =
        policy().choose({RoamCause::request, {address(9), address(3), address(2)}}, here, -40, found);
    ASSERT_NE(next, nullptr);
    EXPECT_EQ(next->address(), address(3));
    EXPECT_EQ(policy().choose({RoamCause::request, {}}, here, -40, found), &found[0]);
}

TEST(RoamingPolicy_, KnowsAnMldByItsAddressAndByThoseOfItsLinks) {
    const Candidate here = heard(1, -40);
    std::vector found{heard(2, -50)};
    found[0].mld = address(7);
    EXPECT_NE(policy().choose({RoamCause::script, {address(7)}}, here, -40, found), nullptr);
    EXPECT_NE(policy().choose({RoamCause::script, {address(2)}}, here, -40, found), nullptr);
}

}  // namespace
}  // namespace mlosim::agent
