#include "scenario/detail/overrides.h"

#include <gtest/gtest.h>

namespace mlosim::scenario::detail {
namespace {

Json document() {
    return Json::parse(R"({"seed": 1, "medium": {"shadowing_db": 2},
        "radios": [{"name": "sta", "chip": "mt7925", "interfaces": [{"name": "wlan0"}]}, {"name": "1", "chip": "generic"}],
        "steps": [{"at": "1 s"}, {"at": "2 s"}], "odd": [1, [2, 3]]})");
}

struct Case {
    const char* place;
    const char* value;
    const char* pointer;  ///< where it is then
    const char* json;
};
class Overrides : public testing::TestWithParam<Case> {};
TEST_P(Overrides, GoToTheirPlace) {
    Json changed = document();
    Mistakes mistakes;
    apply({GetParam().place, GetParam().value}, changed, mistakes);
    ASSERT_TRUE(mistakes.empty()) << mistakes.front().to_string();
    EXPECT_EQ(changed.at(Json::json_pointer(GetParam().pointer)).dump(), GetParam().json);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Overrides,
    testing::Values(Case{"/radios/0/chip", "generic-be", "/radios/0/chip", R"("generic-be")"},
                    Case{"radios.sta.chip", "generic-be", "/radios/0/chip", R"("generic-be")"},
                    Case{"radios.0.chip", "x", "/radios/0/chip", R"("x")"},
                    Case{"radios.1.chip", "x", "/radios/1/chip", R"("x")"},
                    Case{"radios.sta.interfaces.wlan0.up", "true", "/radios/0/interfaces/0/up", "true"},
                    Case{"radios.sta.tx_power_dbm", "3.5", "/radios/0/tx_power_dbm", "3.5"},
                    Case{"seed", "7", "/seed", "7"}, Case{"medium.shadowing_db", "6", "/medium/shadowing_db", "6"},
                    Case{"steps.1.at", "3 s", "/steps/1/at", R"("3 s")"},
                    Case{"steps.-", "{\"at\": \"9 s\"}", "/steps/2/at", R"("9 s")"},
                    Case{"faults.-", "{\"rule\": \"B6\"}", "/faults/0/rule", R"("B6")"},
                    Case{"odd.1.0", "[]", "/odd/1/0", "[]"}));

TEST(Override, AnElementsNameGoesBeforeItsNumber) {
    Json changed = Json::parse(R"({"radios": [{"name": "1", "x": 0}, {"name": "0", "x": 0}]})");
    Mistakes mistakes;
    apply({"radios.0.x", "9"}, changed, mistakes);
    EXPECT_EQ(changed["radios"][1]["x"], 9);
}

struct Bad {
    const char* place;
    const char* allowed;
};
class BadOverrides : public testing::TestWithParam<Bad> {};
TEST_P(BadOverrides, AreMistakes) {
    Json changed = document();
    Mistakes mistakes;
    apply({GetParam().place, "5"}, changed, mistakes);
    ASSERT_EQ(mistakes.size(), 1U);
    EXPECT_NE(mistakes[0].allowed.find(GetParam().allowed), std::string::npos) << mistakes[0].allowed;
    EXPECT_EQ(changed.dump(), document().dump());
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadOverrides,
    testing::Values(Bad{"", "a JSON pointer to one value"}, Bad{".", "names, like radios.sta"},
                    Bad{"radios..chip", "names, like radios.sta"}, Bad{"radios.sta.", "names, like radios.sta"},
                    Bad{"radios.ap.chip", R"(in place of "ap" "sta", "1")"},
                    Bad{"steps.x.at", R"(in place of "x" the number)"}, Bad{"radios.7.chip", "a place in a value"},
                    Bad{"radios.99999999999999999999.chip", ""}, Bad{"nothing.there.at", "a place in a value"},
                    Bad{"seed.x", "a place in an object or a list"}, Bad{"/radios/sta/chip", ""},
                    Bad{"/~7", "a JSON pointer"}));

}  // namespace
}  // namespace mlosim::scenario::detail
