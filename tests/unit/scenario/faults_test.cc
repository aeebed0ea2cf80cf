// What scenarios make go wrong, and what they expect of a chip.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mld/chip_inspection.h"
#include "mld/wiphy.h"
#include "scenario/scenario_json.h"
#include "scenario/simulation.h"

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A world with a chip that comes up after a second, and what else `members` says.
std::string chip_world(const std::string& members) {
    return R"({"clock": "virtual", "regulatory": "US",
        "radios": [{"name": "ap"}, {"name": "sta", "chip": "mt7925", "interfaces": [{"name": "sta0"}]}],
        "steps": [{"at": "1 s", "up": {"radio": "sta"}}], )" +
           members + "}";
}

std::vector<std::string> mistakes_in(const std::string& json) {
    std::vector<std::string> out;
    if (const auto read = parse_scenario(json); !read)
        for (const Mistake& mistake : read.error())
            out.push_back(mistake.to_string());
    return out;
}

class FaultsTest : public testing::Test {
protected:
    /// Runs it; the failures as "pointer: what was seen".
    std::vector<std::string> failures(const std::string& json, bool with_fault = false) {
        auto scenario = parse_scenario(json);
        if (!scenario) {
            ADD_FAILURE() << scenario.error().front().to_string();
            return {};
        }
        if (with_fault) scenario->switch_fault_on();
        auto built = Simulation::build(std::move(*scenario), [this](std::string_view line) { trace += line; });
        if (!built) {
            ADD_FAILURE() << built.error().front().to_string();
            return {};
        }
        simulation = std::move(*built);
        simulation->run();
        std::vector<std::string> out;
        for (const Failure& failure : simulation->failures())
            out.push_back(failure.pointer + ": " + failure.seen);
        return out;
    }
    mld::ChipInspection& chip() {
        return *simulation->world().find_radio_by_placement("sta")->wiphy->driver().inspection();
    }

    std::string trace;
    std::unique_ptr<Simulation> simulation;
};

TEST_F(FaultsTest, AChipBootsAndCountsWhatItDoes) {
    EXPECT_THAT(failures(chip_world(R"("expect": [
        {"within": "3 s", "chip": {"radio": "sta", "boots": 1, "bss_indexes": 1, "oopses": 0, "violations": 0}},
        {"at": "3 s", "keys": {"radio": "sta", "pairwise": 0, "group": 0}},
        {"at": "3 s", "kernel_log": {"radio": "sta", "contains": "WM Firmware Version"}},
        {"at": "3 s", "kernel_log": {"radio": "sta", "contains": "timeout", "count": 0}}])")),
                IsEmpty());
}

TEST_F(FaultsTest, ChipsExpectationsSayWhatIsThereInstead) {
    EXPECT_THAT(failures(chip_world(R"("expect": [
        {"at": "3 s", "chip": {"radio": "sta", "boots": 2}},
        {"at": "3 s", "keys": {"radio": "sta", "pairwise": 1}},
        {"at": "3 s", "kernel_log": {"radio": "sta", "contains": "timeout"}}])")),
                ElementsAre("/expect/0: sta: boots 1", "/expect/1: sta has 0 pairwise and 0 group keys there",
                            HasSubstr("/expect/2: 0 such lines of ")));
}

TEST_F(FaultsTest, ARuleActsFromTheStart) {
    EXPECT_THAT(failures(chip_world(R"("faults": [{"radio": "sta", "rule": "drop_ack cid=DEV_INFO times=1"}],
        "expect": [{"at": "6 s", "chip": {"radio": "sta", "timeouts": 1}}])")),
                IsEmpty());
    EXPECT_THAT(chip().faults(), IsEmpty()) << "it is used up";
}

TEST_F(FaultsTest, ARuleWithoutARadioGoesToEveryChipAndOneOfTheAirToTheAir) {
    EXPECT_THAT(failures(chip_world(R"("faults": [{"rules": ["B6", "drop_frame from=ap"]}, {"rule": "B9", "at": "2 s"}],
        "expect": [{"at": "3 s", "chip": {"radio": "sta", "boots": 1}}])")),
                IsEmpty());
    EXPECT_THAT(chip().faults(), SizeIs(2));
    EXPECT_EQ(simulation->air_faults().faults().at(0).text, "drop_frame from=ap");
}

TEST_F(FaultsTest, StepsAddFaultsAndTakeThemAway) {
    EXPECT_THAT(failures(R"({"clock": "virtual", "radios": [{"name": "sta", "chip": "mt7925"}],
        "steps": [{"at": "1 s", "fault": {"radio": "sta", "rule": "B6"}},
                  {"at": "2 s", "fault": {"rule": "B6"}, "fails_with": "EEXIST"},
                  {"at": "3 s", "clear_faults": {"radio": "sta"}},
                  {"at": "4 s", "fault": {"rules": ["B9"]}}],
        "expect": [{"at": "5 s", "chip": {"radio": "sta", "boots": 1}}]})"),
                IsEmpty());
    ASSERT_THAT(chip().faults(), SizeIs(1));
    EXPECT_EQ(chip().faults()[0].text, "bss_index_leak");
}

TEST_F(FaultsTest, FramesGetLostByRuleOnTheMediumAndTheTraceSaysSo) {
    EXPECT_THAT(failures(R"({"clock": "virtual", "radios": [{"name": "ap", "channels": 2}, {"name": "sta"}],
        "networks": [{"name": "n", "radio": "ap", "ssid": "n", "links": [{"band": "2.4 GHz", "channel": 1}]}],
        "stations": [{"name": "s", "radio": "sta", "ssid": "n", "bands": ["2.4 GHz"]}],
        "faults": [{"rule": "drop_frame frame=auth from=sta to=ap"}],
        "expect": [{"at": "20 s", "not": {"station": {"name": "s"}}}]})"),
                IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"("ev":"phy/fault","rule":"drop_frame frame=auth from=sta to=ap")"));
    EXPECT_GT(simulation->air_faults().faults().at(0).acted, 0U);
}

TEST_F(FaultsTest, AScenarioHasASecondVersionWithItsFault) {
    const std::string json = chip_world(R"("expect": [{"at": "3 s", "chip": {"radio": "sta", "timeouts": 0}}],
        "with_fault": {"faults": [{"radio": "sta", "rule": "drop_ack cid=DEV_INFO times=1"}],
                       "expect": [{"at": "6 s", "chip": {"radio": "sta", "timeouts": 1}}]})");
    EXPECT_THAT(failures(json), IsEmpty());
    EXPECT_THAT(failures(json, true), IsEmpty());
}

TEST_F(FaultsTest, TheEndOfARunSaysWhatChipsHaveInUse) {
    EXPECT_THAT(failures(chip_world(R"("duration": "3 s")")), IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"("ev":"scenario/chip","radio":"sta","bss_indexes":1,"links":1,"wcids":0)"));
}

TEST_F(FaultsTest, AStationSendsToItsAccessPointWhileItHasOne) {
    EXPECT_THAT(failures(R"({"clock": "virtual", "radios": [{"name": "ap"}, {"name": "sta"}],
        "networks": [{"name": "n", "radio": "ap", "ssid": "n", "links": [{"band": "2.4 GHz", "channel": 1}]}],
        "stations": [{"name": "s", "radio": "sta", "ssid": "n", "bands": ["2.4 GHz"]}],
        "steps": [{"at": "0 s", "traffic": {"radio": "sta", "every": "10 ms", "for": "10 s", "bytes": 500}}],
        "expect": [{"at": "5 s", "counter": {"radio": "ap", "name": "rx_packets", "value": {"at_least": 100, "at_most": 500}}},
                   {"at": "12 s", "counter": {"radio": "ap", "name": "rx_packets", "value": {"at_least": 600, "at_most": 1001}}}]})"),
                IsEmpty());
}

TEST_F(FaultsTest, LinksAreKilledOneByOneAndRevived) {
    EXPECT_THAT(failures(R"({"clock": "virtual", "duration": "10 s", "radios": [{"name": "a"}],
        "faults": [{"pattern": "kill_links", "radio": "a", "at": "1 s", "every": "1 s"}]})"),
                IsEmpty());
    std::string order;
    for (std::size_t at = trace.find("scenario/link-"); at != std::string::npos;
         at = trace.find("scenario/link-", at + 1))
        order += trace[at + 14] == 'k' ? 'k' : 'r';
    EXPECT_EQ(order, "kkkrrr");
    EXPECT_THAT(simulation->air_faults().faults(), IsEmpty());
}

TEST_F(FaultsTest, TheCountryChangesWhileAChannelIsAskedForAndGranted) {
    for (const std::string kind : {"vanishing_channel", "regulatory_flip"}) {
        trace.clear();
        EXPECT_THAT(failures(R"({"clock": "virtual", "regulatory": {"country": "DE", "database": "embedded"},
            "radios": [{"name": "ap"}, {"name": "sta", "chip": "mt7925"}],
            "networks": [{"name": "n", "radio": "ap", "ssid": "n", "security": "wpa3", "password": "12345678",
                          "links": [{"band": "6 GHz", "channel": 5}]}],
            "stations": [{"name": "s", "radio": "sta", "ssid": "n", "security": "wpa3", "password": "12345678",
                          "channels": [{"band": "6 GHz", "channel": 5}]}],
            "faults": [{"pattern": ")" +
                             kind + R"(", "radio": "sta", "country": "00", "for": "1 s"}],
            "expect": [{"within": "30 s", "station": {"name": "s"}},
                       {"at": "30 s", "chip": {"radio": "sta", "oopses": 0, "violations": 0}}]})"),
                    IsEmpty());
        EXPECT_THAT(trace, HasSubstr(R"("ev":"scenario/regulatory-flip","country":"00")"));
        EXPECT_THAT(trace, HasSubstr(R"("ev":"scenario/regulatory-flip","country":"DE")"));
    }
}

TEST_F(FaultsTest, TheCountryStaysWhileNobodyAsksForAChannel) {
    // A scan is no stay on a channel: nothing asks for one here, so nothing changes.
    EXPECT_THAT(failures(chip_world(R"("duration": "5 s",
        "faults": [{"pattern": "vanishing_channel", "radio": "sta", "country": "DE", "for": "1 s"},
                   {"pattern": "regulatory_flip", "radio": "sta", "country": "DE"}])")),
                IsEmpty());
    EXPECT_THAT(trace, testing::Not(HasSubstr("scenario/regulatory-flip")));
}

TEST_F(FaultsTest, MistakesAreToldWithTheirPlace) {
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "faults": [{"radio": "sta", "rule": "nonsense"}])")),
                ElementsAre(HasSubstr("/faults/0/rule: found \"nonsense\", allowed \"nonsense\" is no fault, nor")));
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "faults": [{"radio": "ap", "rule": "B6"}])")),
                ElementsAre(HasSubstr("/faults/0/radio: found \"ap\", which has no chip")));
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "faults": [{"rule": "drop_frame from=nobody"}])")),
                ElementsAre(HasSubstr("/faults/0: found \"nobody\"")));
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "faults": [{"radio": "sta", "rule": "drop_frame"}])")),
                ElementsAre(HasSubstr("no \"radio\" for a rule of the air")));
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "faults": [{"radio": "sta"}])")),
                ElementsAre(HasSubstr("/faults/0: found nothing that goes wrong")));
    EXPECT_THAT(mistakes_in(R"({"duration": "1 s", "radios": [{"name": "a"}], "faults": [{"rule": "B6"}]})"),
                ElementsAre(HasSubstr("as no radio here has a chip")));
    EXPECT_THAT(mistakes_in(chip_world(R"("expect": [{"at": "1 s", "chip": {"radio": "ap", "boots": 1}}])")),
                ElementsAre(HasSubstr("/expect/0/chip/radio: found \"ap\", which has no chip")));
    EXPECT_THAT(mistakes_in(chip_world(R"("duration": "1 s", "with_fault": {"faults": []})")),
                ElementsAre(HasSubstr("/with_fault: found no fault or no expectation")));
}

}  // namespace
}  // namespace mlosim::scenario
