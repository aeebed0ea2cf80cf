#include "scenario/scenario_json.h"

#include <fstream>
#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "test_data.h"

namespace mlosim::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string lines_of(const Mistakes& mistakes) {
    std::string out;
    for (const Mistake& mistake : mistakes)
        out += mistake.to_string() + "\n";
    return out;
}

Scenario good(std::string_view json, const std::vector<Override>& overrides = {}) {
    auto result = parse_scenario(json, overrides);
    if (!result) ADD_FAILURE() << lines_of(result.error());
    return result.value_or(Scenario{});
}

std::vector<std::string> mistakes_in(std::string_view json, const std::vector<Override>& overrides = {}) {
    const auto result = parse_scenario(json, overrides);
    std::vector<std::string> out;
    if (!result)
        for (const Mistake& mistake : result.error())
            out.push_back(mistake.to_string());
    return out;
}

/// A scenario with one radio and these members besides.
std::string with(const std::string& members) {
    return R"({"radios": [{"name": "sta"}], )" + members + "}";
}

constexpr const char* smallest = R"({"radios": [{"name": "sta"}]})";

constexpr const char* large = R"({
    // where the schema lies
    "$schema": "scenario.schema.json",
    "description": "two access points and a walk",
    "seed": 18446744073709551615,
    "clock": "virtual", "duration": "20 s", "dialect": "rfc", "netdev": "emulated",
    "regulatory": {"country": "US", "database": "embedded"},
    "medium": {"fidelity": "lossy", "path_loss_exponent": {"6 GHz": 3.3}, "noise_figure_db": 6, "shadowing_db": 2.5},
    "radios": [
        {"name": "sta", "profile": "mt7925", "address": "02:00:00:00:05:00", "position_m": [1, 2.5], "tx_power_dbm": 15,
         "interfaces": [{"name": "wlan0", "up": true}, {"type": "monitor"}], "extra_links": ["6 GHz"]},
        {"name": "west", "position_m": [0, 0, 3], "channels": 3},
        {"name": "crowd", "count": 6, "profile": "ax", "position_m": [10, 10, 1], "grid": {"columns": 3, "spacing_m": 2}}
    ],
    "networks": [
        {"name": "office", "radio": "west", "ssid": "office", "security": "wpa3", "beacon_interval_tu": 50, "dtim_period": 3,
         "mld_address": "02:aa:00:00:00:00",
         "links": [{"band": "2.4 GHz", "channel": 6},
                   {"band": "5 GHz", "channel": 36, "width_mhz": 80, "bssid": "02:aa:00:00:00:05"},
                   {"band": "6 GHz", "channel": 37, "width_mhz": 320, "channelization": "320-1", "link_id": 7}],
         "mbssid": [{"ssid": "guest", "security": "owe"}]}
    ],
    "steps": [
        {"at": "1 s", "scan": {"radio": "sta", "ssids": ["office"], "bands": ["6 GHz"], "flush": true}},
        {"after": "500 ms", "move": {"radio": "sta", "to_m": [100, 0, 1], "over": "10 s"}},
        {"at": "12 s", "power": {"radio": "crowd", "dbm": "auto"}},
        {"at": "13 s", "set_type": {"radio": "sta", "interface": "wlan0", "type": "mlo_link"}, "fails_with": "EOPNOTSUPP"}
    ],
    "expect": [
        {"within": "5 s", "bss": {"radio": "sta", "network": "office", "band": "6 GHz", "signal_dbm": {"at_least": -70}}},
        {"from": "6 s", "until": "8 s", "not": {"interface": {"radio": "crowd-6", "up": true}}},
        {"at": "20 s", "counter": {"name": "delivered", "value": {"at_least": 1}}, "description": "something was heard"}
    ]
})";

TEST(ScenarioJson, NeedsNothingButARadio) {
    const Scenario s = good(smallest);
    EXPECT_EQ(s.seed, 1U);
    EXPECT_EQ(s.clock, netlink::ClockMode::real);
    EXPECT_EQ(s.dialect, netlink::Dialect::mainline);
    EXPECT_EQ(s.duration, std::nullopt);
    EXPECT_EQ(s.medium.fidelity, Fidelity::ideal);
    ASSERT_THAT(s.radios, SizeIs(1));
    EXPECT_EQ(s.radios[0].profile, "generic-be");
    EXPECT_EQ(s.radios[0].chip, "generic");
    EXPECT_EQ(s.radios[0].member_name(0), "sta");
}

TEST(ScenarioJson, TakesTheWorldsSettings) {
    const Scenario s = good(large);
    EXPECT_EQ(s.description, "two access points and a walk");
    EXPECT_EQ(s.seed, 18446744073709551615ULL);
    EXPECT_EQ(s.clock, netlink::ClockMode::virtual_time);
    EXPECT_EQ(s.duration, 20s);
    EXPECT_EQ(s.dialect, netlink::Dialect::rfc);
    EXPECT_EQ(s.regulatory.country, phy::Alpha2('U', 'S'));
    EXPECT_EQ(s.regulatory.source, RegulatorySource::embedded);
    EXPECT_EQ(s.medium.fidelity, Fidelity::lossy);
    EXPECT_EQ(s.medium.path_loss.exponent_6ghz, 3.3);
    EXPECT_EQ(s.medium.path_loss.exponent_5ghz, phy::PathLoss{}.exponent_5ghz);
    EXPECT_EQ(s.medium.noise_figure, phy::Db{6});
    EXPECT_EQ(s.medium.path_loss.shadowing, phy::Db{2.5});
}

TEST(ScenarioJson, TakesRadiosAndGroupsOfThem) {
    const Scenario s = good(large);
    ASSERT_THAT(s.radios, SizeIs(3));
    const RadioPlan& sta = s.radios[0];
    EXPECT_EQ(sta.profile, "mt7925");
    EXPECT_EQ(sta.address, ieee80211::MacAddress::parse("02:00:00:00:05:00"));
    EXPECT_EQ(sta.position, (phy::Position{1, 2.5, 0}));
    EXPECT_EQ(sta.tx_power, phy::Dbm{15});
    ASSERT_THAT(sta.interfaces, SizeIs(2));
    EXPECT_TRUE(sta.interfaces[0].up);
    EXPECT_EQ(sta.interfaces[1].name, "wlan%d");
    EXPECT_EQ(sta.interfaces[1].type, mld::InterfaceType::monitor);
    EXPECT_THAT(sta.extra_links, ElementsAre(phy::Band::ghz6));
    const RadioPlan& crowd = s.radios[2];
    EXPECT_EQ(crowd.count, 6U);
    EXPECT_EQ(crowd.member_name(5), "crowd-6");
    EXPECT_EQ(crowd.member_position(0), (phy::Position{10, 10, 1}));
    EXPECT_EQ(crowd.member_position(4), (phy::Position{12, 12, 1}));
}

TEST(ScenarioJson, TakesNetworks) {
    const Scenario s = good(large);
    ASSERT_THAT(s.networks, SizeIs(1));
    const NetworkPlan& office = s.networks[0];
    EXPECT_TRUE(office.mld) << "several links make an MLD";
    EXPECT_EQ(office.security, Security::wpa3);
    EXPECT_EQ(office.beacon_interval_tu, 50);
    EXPECT_EQ(office.dtim_period, 3);
    ASSERT_THAT(office.links, SizeIs(3));
    EXPECT_EQ(office.links[0].id.value(), 0);
    EXPECT_EQ(office.links[1].id.value(), 1);
    EXPECT_EQ(office.links[1].channel.center1, phy::Frequency::mhz(5210));
    EXPECT_EQ(office.links[1].bssid, ieee80211::MacAddress::parse("02:aa:00:00:00:05"));
    EXPECT_EQ(office.links[2].id.value(), 7);
    EXPECT_EQ(office.links[2].channel.width, phy::ChannelWidth::w320);
    EXPECT_EQ(office.links[2].channel.center1, phy::Frequency::mhz(6105));
    ASSERT_THAT(office.nontransmitted, SizeIs(1));
    EXPECT_EQ(office.nontransmitted[0].ssid.text(), "guest");
}

TEST(ScenarioJson, TakesStepsAtAndAfterATime) {
    const Scenario s = good(large);
    ASSERT_THAT(s.steps, SizeIs(4));
    EXPECT_EQ(s.steps[0].at, sim::Time{1s});
    EXPECT_EQ(s.steps[1].at, sim::Time{1500ms});
    const auto& scan = std::get<ScanStep>(s.steps[0].action);
    EXPECT_EQ(scan.target.radio, "sta");
    EXPECT_THAT(scan.bands, ElementsAre(phy::Band::ghz6));
    EXPECT_TRUE(scan.flush);
    const auto& move = std::get<MoveStep>(s.steps[1].action);
    EXPECT_EQ(move.to, (phy::Position{100, 0, 1}));
    EXPECT_EQ(move.over, 10s);
    EXPECT_EQ(std::get<PowerStep>(s.steps[2].action).power, std::nullopt);
    EXPECT_EQ(s.steps[3].fails_with, EOPNOTSUPP);
}

TEST(ScenarioJson, TakesExpectations) {
    const Scenario s = good(large);
    ASSERT_THAT(s.expectations, SizeIs(3));
    const Expectation& seen = s.expectations[0];
    EXPECT_EQ(seen.when, Expectation::When::within);
    EXPECT_EQ(seen.from, sim::Time{});
    EXPECT_EQ(seen.until, sim::Time{5s});
    const auto& bss = std::get<BssCondition>(seen.condition.what);
    EXPECT_EQ(bss.network, "office");
    EXPECT_EQ(bss.signal_dbm->at_least, -70.0);
    EXPECT_EQ(bss.count, (Bounds{1.0, std::nullopt}));
    EXPECT_THAT(seen.text, HasSubstr(R"("network":"office")"));
    const Expectation& never = s.expectations[1];
    EXPECT_EQ(never.when, Expectation::When::throughout);
    EXPECT_TRUE(std::holds_alternative<InterfaceCondition>(std::get<NotCondition>(never.condition.what).what->what));
    EXPECT_EQ(s.expectations[2].when, Expectation::When::at);
    EXPECT_EQ(s.expectations[2].text, "something was heard");
}

TEST(ScenarioJson, AChipBringsItsProfile) {
    const Scenario s = good(R"({"radios": [{"name": "a", "chip": "mt7925"}, {"name": "b", "chip": "generic"}]})");
    EXPECT_EQ(s.radios[0].chip, "mt7925");
    EXPECT_EQ(s.radios[0].profile, "mt7925");
    EXPECT_EQ(s.radios[1].profile, "generic-be");
    EXPECT_THAT(mistakes_in(R"({"radios": [{"name": "a", "chip": "mt7921"}]})"),
                ElementsAre(R"(/radios/0/chip: found "mt7921", allowed "generic", "generic-be", "mt7925")"));
    EXPECT_THAT(mistakes_in(R"({"radios": [{"name": "a", "chip": "mt7925", "channels": 2}]})"),
                ElementsAre(R"(/radios/0/channels: found a choice that chip "mt7925" does not leave, )"
                            R"(allowed no such member, or "chip": "generic")"));
}

TEST(ScenarioJson, TakesProfilesOfItsOwn) {
    const Scenario s =
        good(R"({"profiles": [{"name": "tiny", "base": "n"}], "radios": [{"name": "a", "profile": "tiny"}]})");
    EXPECT_NE(s.profiles.find("tiny"), nullptr);
}

TEST(ScenarioJson, LetsTheCommandLineChangeValues) {
    EXPECT_EQ(good(smallest, {{"/seed", "5"}}).seed, 5U);
    EXPECT_EQ(good(smallest, {{"/dialect", "rfc"}}).dialect, netlink::Dialect::rfc);
    EXPECT_EQ(good(smallest, {{"/radios/0/name", "\"other\""}}).radios[0].name, "other");
    EXPECT_THAT(good(smallest, {{"/radios/-", R"({"name": "second"})"}}).radios, SizeIs(2));
    EXPECT_THAT(mistakes_in(smallest, {{"/radios/9/name", "x"}}),
                ElementsAre(R"(--set "/radios/9/name": found "x", allowed a place in a value that the scenario has)"));
    EXPECT_EQ(good(smallest, {{"seed", "5"}}).seed, 5U);
    EXPECT_THAT(mistakes_in(smallest, {{"", "5"}}), SizeIs(1));
    EXPECT_THAT(mistakes_in(smallest, {{"/seed/x", "5"}}), SizeIs(1));
    EXPECT_THAT(mistakes_in(smallest, {{"/radios/x", "5"}}), SizeIs(1));
    EXPECT_THAT(mistakes_in(smallest, {{"/~3", "5"}}), SizeIs(1));
}

TEST(ScenarioJson, ReportsAllMistakesAtOnceInTheOrderOfTheFile) {
    EXPECT_THAT(
        mistakes_in(R"({
        "seed": -1, "clock": "fast", "netdev": "bridge",
        "radios": [{"name": "a b", "profile": "wifi9", "colour": "red"}, {"profile": "ax", "position_m": [1]}],
        "steps": [{"at": "1", "up": {"radio": "c"}}]
    })"),
        ElementsAre(
            "/seed: found -1, allowed a whole number from 0 to 18446744073709551615",
            R"(/clock: found "fast", allowed "real", "virtual")",
            R"(/netdev: found "bridge", allowed "emulated", "tap")",
            "/radios/0/name: found \"a b\", allowed a name of 1 to 32 letters, digits, '-', '_' and '.'",
            R"(/radios/0/profile: found "wifi9", allowed "ac", "ax", "generic-be", "mt7925", "n")",
            HasSubstr("/radios/0/colour: found a member that means nothing here, allowed \"name\", \"profile\""),
            HasSubstr("/radios/1/name: found nothing, allowed a name"),
            "/radios/1/position_m: found [1], allowed [x, y] or [x, y, z] in metres, up to a million each",
            HasSubstr("/steps/0/at: found \"1\", allowed a time with its unit"),
            "/steps/0/up/radio: found \"c\", allowed a radio of the scenario"));
}

/// tests/data/scenario/bad_scenarios.json: one mistake each, and whether the JSON Schema sees it as well.
std::vector<nlohmann::json> bad_scenarios() {
    std::ifstream in(MLOSIM_TEST_DATA "/scenario/bad_scenarios.json");
    return nlohmann::json::parse(in);
}

TEST(ScenarioJson, ReportsEachMistakeWithItsPlaceWhatIsThereAndWhatMayBe) {
    const std::vector<nlohmann::json> all = bad_scenarios();
    EXPECT_GT(all.size(), 150U);
    for (const nlohmann::json& bad : all) {
        const std::string text = bad.contains("text") ? bad["text"].get<std::string>() : bad["scenario"].dump();
        EXPECT_THAT(mistakes_in(text), ElementsAre(HasSubstr(bad["mistake"].get<std::string>()))) << text;
    }
}

TEST(ScenarioJson, RefusesWhatIsNoUtf8) {
    EXPECT_THAT(mistakes_in("{\"radios\": [{\"name\": \"\xff\"}]}"), ElementsAre(HasSubstr("line 1, column 2")));
}

TEST(ScenarioJson, GuessesWhatAMemberThatNobodyKnowsWasToBe) {
    EXPECT_THAT(
        mistakes_in(with(R"("durations": "1 s")")),
        ElementsAre(HasSubstr("/durations: found a member that means nothing here: is \"duration\" meant?, allowed")));
    EXPECT_THAT(mistakes_in(R"({"radios": [{"name": "a", "tx_power": 5}]})"),
                ElementsAre(HasSubstr("is \"tx_power_dbm\" meant?")));
    EXPECT_THAT(mistakes_in(R"({"radios": [{"name": "a", "positon_m": [0, 0]}]})"),
                ElementsAre(HasSubstr("is \"position_m\" meant?")));
    EXPECT_THAT(mistakes_in(R"({"radios": [{"name": "a", "zzz": 0}]})"),
                ElementsAre(HasSubstr("means nothing here, allowed")));
}

TEST(ScenarioJson, AllowsComments) {
    EXPECT_EQ(
        good("// a line\n{ /* in between */ \"radios\": [{\"name\": \"a\"}], // at the end\n \"seed\": 3}\n/* last */")
            .seed,
        3U);
    EXPECT_THAT(mistakes_in("{ /* without end"), ElementsAre(HasSubstr("line 1, column ")));
}

TEST(ScenarioJson, DoesNotFollowANestingWithoutEnd) {
    const std::string deep = R"({"radios": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    EXPECT_THAT(mistakes_in(deep),
                ElementsAre(HasSubstr("found a value nested deeper than that, allowed up to 64 levels")));
}

TEST(ScenarioJson, ShowsAnythingOnOneLineOfAscii) {
    for (const std::string& line : mistakes_in(with("\"seed\": \"\\n\u00e9" + std::string(500, 'x') + "\""))) {
        EXPECT_EQ(line.find('\n'), std::string::npos);
        EXPECT_LT(line.size(), 200U);
    }
}

TEST(ScenarioJson, TakesEveryCutOfAGoodFileForAMistake) {
    const std::string whole = large;
    for (std::size_t length = 0; length + 1 < whole.size(); ++length)
        ASSERT_THAT(mistakes_in(whole.substr(0, length)), testing::Not(IsEmpty())) << length;
}

}  // namespace
}  // namespace mlosim::scenario
