#include "scenario/random_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/fault_desk.h"
#include "scenario/scenario_json.h"
#include "scenario/simulation.h"

namespace mlosim::scenario {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Field;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Lt;
using testing::SizeIs;
using namespace std::chrono_literals;

Scenario world(const std::string& more = "") {
    auto read = parse_scenario(R"({"clock": "virtual", "duration": "20 s", "seed": 5,
        "radios": [{"name": "a", "chip": "mt7925", "interfaces": [{"name": "a0", "up": true}]}, {"name": "b", "chip": "mt7925"},
                   {"name": "c"}],
        "expect": [{"at": "20 s", "chip": {"radio": "a", "boots": 1}}])" +
                               more + "}");
    EXPECT_TRUE(read) << read.error().front().to_string();
    return *read;
}

std::vector<std::string> texts(const Scenario& scenario) {
    std::vector<std::string> out;
    for (const FaultPlan& fault : scenario.faults.rules)
        out.push_back(std::to_string(fault.at.since_start().count()) + " " + fault.pointer);
    return out;
}

TEST(RandomFaults, FollowFromTheSeedAlone) {
    Scenario one = world();
    Scenario same = world();
    Scenario other = world();
    other.seed = 6;
    for (Scenario* scenario : {&one, &same, &other})
        ASSERT_TRUE(switch_random_faults_on(*scenario, 50));
    EXPECT_THAT(texts(one), SizeIs(50));
    EXPECT_EQ(texts(one), texts(same));
    EXPECT_NE(texts(one), texts(other));
}

TEST(RandomFaults, AreRulesThatTheAirAndChipsUnderstand) {
    Scenario scenario = world();
    ASSERT_TRUE(switch_random_faults_on(scenario, 2000));
    unsigned of_air = 0;
    for (const FaultPlan& fault : scenario.faults.rules) {
        ASSERT_THAT(fault.rules, SizeIs(1));
        EXPECT_TRUE(check_fault_rule(fault.rules[0])) << fault.rules[0];
        EXPECT_EQ(is_air_rule(fault.rules[0]), !fault.radio.has_value()) << fault.rules[0];
        EXPECT_NE(fault.radio, "c") << "it has no chip";
        of_air += fault.radio ? 0 : 1;
    }
    EXPECT_GT(of_air, 400U);
    EXPECT_LT(of_air, 600U);
}

TEST(RandomFaults, HappenWhenTheScenarioSaysAndEndThen) {
    Scenario scenario = world(R"(, "random_faults": {"radio": "a", "from": "5 s", "until": "9 s", "duration": "30 s",
        "expect": [{"at": "30 s", "chip": {"radio": "a", "oopses": 0}}]}, "steps": [{"at": "8 s", "scan": {"radio": "a"}}, {"at": "15 s", "down": {"radio": "a"}}])");
    ASSERT_TRUE(switch_random_faults_on(scenario, 200));
    EXPECT_THAT(scenario.faults.rules, Each(Field(&FaultPlan::at, AllOf(Ge(sim::Time{5s}), Lt(sim::Time{9s})))));
    for (const FaultPlan& fault : scenario.faults.rules)
        EXPECT_EQ(fault.radio.value_or("a"), "a");
    EXPECT_EQ(scenario.duration, sim::Duration{30s});
    EXPECT_THAT(scenario.expectations, SizeIs(1));
    ASSERT_THAT(scenario.steps, SizeIs(3));
    EXPECT_TRUE(std::holds_alternative<ClearFaultsStep>(scenario.steps[1].action));
    EXPECT_EQ(scenario.steps[1].at, sim::Time{9s});
    EXPECT_THAT(scenario.steps, Each(Field(&Step::may_fail, true)));
}

TEST(RandomFaults, WithoutAWordOfThemTheScenarioJudgesAsEver) {
    Scenario scenario = world();
    ASSERT_TRUE(switch_random_faults_on(scenario, 20));
    EXPECT_THAT(scenario.expectations, SizeIs(1));
    EXPECT_EQ(scenario.duration, sim::Duration{20s});
    EXPECT_THAT(scenario.faults.rules, Each(Field(&FaultPlan::at, Le(sim::Time{20s}))));
}

TEST(RandomFaults, AnEndlessWorldHasNone) {
    auto endless = parse_scenario(R"({"radios": [{"name": "a"}]})");
    ASSERT_TRUE(endless);
    EXPECT_FALSE(switch_random_faults_on(*endless, 1));
}

TEST(RandomFaults, AreOnRecordAndActInTheWorld) {
    Scenario scenario = world(R"(, "random_faults": {"radio": "a"})");
    ASSERT_TRUE(switch_random_faults_on(scenario, 30));
    std::string trace;
    auto built = Simulation::build(std::move(scenario), [&trace](std::string_view line) { trace += line; });
    ASSERT_TRUE(built) << built.error().front().to_string();
    (*built)->run();
    EXPECT_THAT(trace, HasSubstr(R"("ev":"scenario/fault","fault":"random: )"));
    EXPECT_THAT(trace, testing::Not(HasSubstr(R"("error":22)"))) << "each is taken";
}

struct BadPlan {
    const char* section;
    const char* mistake;
};
class BadPlans : public testing::TestWithParam<BadPlan> {};
TEST_P(BadPlans, AreMistakes) {
    const auto read = parse_scenario(
        R"({"clock": "virtual", "duration": "20 s", "radios": [{"name": "a"}, {"name": "b", "chip": "mt7925"}],
        "random_faults": )" +
        std::string(GetParam().section) + "}");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().front().to_string(), HasSubstr(GetParam().mistake));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadPlans,
    testing::Values(BadPlan{R"({"radio": "a"})", "/random_faults/radio: found \"a\", which has no chip"},
                    BadPlan{R"({"radio": "z"})", "/random_faults/radio: found \"z\""},
                    BadPlan{R"({"from": "5 s", "until": "5 s"})", "/random_faults/until: found \"5 s\""},
                    BadPlan{R"({"until": "21 s"})", "/random_faults: found faults up to 21 s"},
                    BadPlan{R"({"count": 3})", "/random_faults/count: found a member that means nothing here"},
                    BadPlan{"7", "/random_faults: found 7"},
                    BadPlan{R"({"expect": [{"at": "1 s", "chip": {"radio": "a"}}]})", "/random_faults/expect/0"}));

}  // namespace
}  // namespace mlosim::scenario
