#include "phy/channel_constraints.h"

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phy/regulatory_db.h"

namespace mlosim::phy {
namespace {

const std::map<std::string, ChannelFlag> flag_names = {
    {"disabled", ChannelFlag::disabled},
    {"no_ir", ChannelFlag::no_ir},
    {"radar", ChannelFlag::radar},
    {"no_ht40_plus", ChannelFlag::no_ht40_plus},
    {"no_ht40_minus", ChannelFlag::no_ht40_minus},
    {"no_80mhz", ChannelFlag::no_80mhz},
    {"no_160mhz", ChannelFlag::no_160mhz},
    {"no_320mhz", ChannelFlag::no_320mhz},
    {"indoor_only", ChannelFlag::indoor_only},
    {"no_20mhz", ChannelFlag::no_20mhz},
    {"no_10mhz", ChannelFlag::no_10mhz},
    {"no_4mhz", ChannelFlag::no_4mhz},
    {"no_8mhz", ChannelFlag::no_8mhz},
    {"no_16mhz", ChannelFlag::no_16mhz},
    {"s1g_no_primary", ChannelFlag::s1g_no_primary},
};

/// One line of a recorded channel list.
struct Recorded {
    Channel channel;
    ChannelFlags flags;
    int max_power_mbm = 0;
    std::uint32_t cac_ms = 0;
    bool wmm = false;
};

std::vector<Recorded> recorded(const std::string& sequence) {
    std::ifstream file(std::string(PHY_TEST_DATA) + "/channels-" + sequence + ".txt");
    EXPECT_TRUE(file.is_open());
    std::vector<Recorded> out;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        std::uint32_t band = 0;
        std::uint32_t khz = 0;
        words >> band >> khz;
        Recorded r;
        r.channel = {band_from_nl80211(band).value(), Frequency::khz(khz)};
        for (std::string word; words >> word;) {
            if (word == "wmm") {
                r.wmm = true;
            } else if (word.rfind("max_power_mbm=", 0) == 0) {
                r.max_power_mbm = std::stoi(word.substr(14));
            } else if (word.rfind("cac_ms=", 0) == 0) {
                r.cac_ms = static_cast<std::uint32_t>(std::stoul(word.substr(7)));
            } else {
                r.flags |= flag_names.at(word);
            }
        }
        out.push_back(r);
    }
    return out;
}

/// mac80211_hwsim's channels: those of a recording, with nothing but the device's own flags.
std::map<Band, std::vector<RadioChannel>> hwsim_radio(const std::vector<Recorded>& list) {
    std::map<Band, std::vector<RadioChannel>> bands;
    for (const Recorded& r : list) {
        DeviceLimits device;
        if (r.flags.has(ChannelFlag::s1g_no_primary)) device.flags = ChannelFlag::s1g_no_primary;
        bands[r.channel.band].push_back(RadioChannel::make(r.channel, device));
    }
    return bands;
}

struct Sequence {
    std::string name;
    std::vector<std::string> domains;
};

class KernelChannelFlags : public ::testing::TestWithParam<Sequence> {};

TEST_P(KernelChannelFlags, AreReproducedForEveryChannelOfEveryBand) {
    const auto list = recorded(GetParam().name);
    ASSERT_EQ(list.size(), 139U);
    const auto database = RegulatoryDatabase::embedded();
    auto bands = hwsim_radio(list);
    const RegulatoryDomain* last = nullptr;
    for (const auto& name : GetParam().domains) {
        last = database.find(Alpha2::parse(name).value());
        for (auto& [band, channels] : bands)
            apply_domain(*last, channels);
    }
    std::map<Band, std::size_t> next;
    for (const Recorded& r : list) {
        const RadioChannel& c = bands[r.channel.band][next[r.channel.band]++];
        const auto where = std::to_string(r.channel.center.in_khz()) + " kHz after " + GetParam().name;
        ChannelFlags told = c.now.flags;
        told.remove(ChannelFlag::no_ofdm);  // nl80211 has no attribute for it
        EXPECT_EQ(told.bits(), r.flags.bits()) << where;
        EXPECT_EQ(c.now.max_power_dbm * 100, r.max_power_mbm) << where;
        if (r.flags.has(ChannelFlag::radar)) {
            EXPECT_EQ(c.now.dfs_cac_ms, r.cac_ms) << where;
        }
        // cf. nl80211_msg_put_channel(): the rule is looked up at whole MHz
        const auto* rule = last->find_rule(Frequency::mhz(r.channel.center.in_mhz()));
        EXPECT_EQ(rule != nullptr && rule->wmm.has_value(), r.wmm) << where;
    }
}

INSTANTIATE_TEST_SUITE_P(Recordings, KernelChannelFlags,
                         ::testing::Values(Sequence{"00", {"00"}}, Sequence{"00-US", {"00", "US"}},
                                           Sequence{"00-US-DE-US", {"00", "US", "DE", "US"}},
                                           Sequence{"00-DE", {"00", "DE"}}),
                         [](const auto& sequence) {
                             std::string name = sequence.param.name;
                             for (char& c : name) {
                                 if (c == '-') c = '_';
                             }
                             return "After_" + name;
                         });

class RadioIn : public ::testing::Test {
protected:
    static std::vector<RadioChannel> tuned(Band band, const RegulatoryDomain& domain, DeviceLimits device = {}) {
        std::vector<RadioChannel> out;
        for (const Channel& c : channels(band))
            out.push_back(RadioChannel::make(c, device));
        apply_domain(domain, out);
        return out;
    }
    static const RadioChannel& at(const std::vector<RadioChannel>& list, std::uint16_t number) {
        for (const RadioChannel& c : list) {
            if (c.channel.number() == number) return c;
        }
        throw std::out_of_range("no such channel");
    }
    static bool can_use(const std::vector<RadioChannel>& list, std::uint16_t number, std::uint32_t mhz,
                        ChannelFlags prohibited = ChannelFlag::disabled) {
        const auto d = ChannelDefinition::around(at(list, number).channel, *width_from_mhz(mhz));
        return d && usable(*d, list, prohibited);
    }

    RegulatoryDatabase database = RegulatoryDatabase::embedded();
    const RegulatoryDomain& us = *database.find({'U', 'S'});
    const RegulatoryDomain& de = *database.find({'D', 'E'});
    const RegulatoryDomain& world = *database.find(Alpha2::world());
};

TEST_F(RadioIn, TheWorldDomainHas6GHzClosed) {
    for (const RadioChannel& c : tuned(Band::ghz6, world))
        EXPECT_TRUE(c.now.flags.has(ChannelFlag::disabled));
    for (const RadioChannel& c : tuned(Band::ghz6, builtin_world_domain()))
        EXPECT_TRUE(c.now.flags.has(ChannelFlag::disabled));
}

TEST_F(RadioIn, GermanyUses6GHzUpTo6425) {
    const auto list = tuned(Band::ghz6, de);
    EXPECT_FALSE(at(list, 93).now.flags.has(ChannelFlag::disabled));
    EXPECT_TRUE(at(list, 97).now.flags.has(ChannelFlag::disabled));
    EXPECT_TRUE(can_use(list, 37, 320));
    EXPECT_FALSE(can_use(list, 69, 320)) << "6265–6585 MHz leaves the band that is open";
}

TEST_F(RadioIn, JapanMayUseChannel14With80211bOnly) {
    const auto list = tuned(Band::ghz2_4, *database.find({'J', 'P'}));
    EXPECT_TRUE(at(list, 14).now.flags.has(ChannelFlag::no_ofdm));
    EXPECT_TRUE(usable(ChannelDefinition::mhz20_noht(at(list, 14).channel), list));
}

TEST_F(RadioIn, ARadiosOwnPowerLimitStaysWhenItIsLower) {
    const auto list = tuned(Band::ghz5, us, {{}, 20, {}});
    EXPECT_EQ(at(list, 149).now.max_power_dbm, 20);
    EXPECT_EQ(at(list, 149).now.max_reg_power_dbm, 30);
}

TEST_F(RadioIn, WidthsFollowTheBlocksOfAdjoiningRules) {
    const auto list = tuned(Band::ghz5, us);
    EXPECT_TRUE(can_use(list, 36, 160)) << "two rules of 80 MHz with AUTO-BW make one block";
    EXPECT_FALSE(can_use(list, 36, 160, {ChannelFlag::disabled, ChannelFlag::radar}));
    EXPECT_FALSE(can_use(list, 100, 160, {ChannelFlag::disabled, ChannelFlag::radar}));
    EXPECT_TRUE(can_use(list, 100, 160));
    EXPECT_TRUE(can_use(list, 165, 160, ChannelFlag::disabled));
}

TEST_F(RadioIn, AChannelAcrossTheSeamOfTwoRulesTakesTheStricterOfBoth) {
    const RegulatoryDomain seam{
        {'X', 'X'},
        DfsRegion::unset,
        {{Frequency::mhz(5170), Frequency::mhz(5210), Frequency::mhz(40), {20}, {}, 0, {}, {}, 0},
         {Frequency::mhz(5210), Frequency::mhz(5250), Frequency::mhz(40), {17}, {}, 0, RuleFlag::no_ir, {}, 0}}};
    const auto c = channel_constraints(seam, {Band::ghz5, Frequency::mhz(5210)});
    EXPECT_FALSE(c.flags.has_any({ChannelFlag::disabled, ChannelFlag::no_20mhz}));
    EXPECT_TRUE(c.flags.has(ChannelFlag::no_ir));
    EXPECT_EQ(c.max_power_dbm, 17);
}

TEST_F(RadioIn, ACountryElementThatIsSilentOnABandLeavesItAlone) {
    auto five = tuned(Band::ghz5, us);
    const auto before = five;
    RegulatoryDomain only_2_4 = us;
    only_2_4.rules = {us.rules[3]};
    apply_domain(only_2_4, five, RegulatoryInitiator::country_ie);
    EXPECT_EQ(five, before);
    apply_domain(only_2_4, five, RegulatoryInitiator::user);
    EXPECT_TRUE(at(five, 36).now.flags.has(ChannelFlag::disabled));
}

TEST_F(RadioIn, ItsOwnDomainCanForbidHt40OnOneSide) {
    std::vector<RadioChannel> list;
    for (const Channel& c : channels(Band::ghz5))
        list.push_back(RadioChannel::make(c));
    RegulatoryDomain own = us;
    own.rules[5].flags |= RuleFlag::no_ht40_plus;  // 5250–5350 MHz
    apply_domain(us, list, RegulatoryInitiator::driver, &own);
    EXPECT_TRUE(at(list, 52).now.flags.has(ChannelFlag::no_ht40_plus));
    EXPECT_FALSE(at(list, 52).now.flags.has(ChannelFlag::no_ht40_minus));
}

}  // namespace
}  // namespace mlosim::phy
