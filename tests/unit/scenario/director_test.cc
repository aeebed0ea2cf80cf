#include "scenario/director.h"

#include "mld/netdev.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "simulation_fixture.h"

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Steps : Simulated {
    /// Runs these steps; the world ends at 30 s.
    std::vector<std::string> steps(const std::string& list) {
        return run(with_station(R"("duration": "30 s", "steps": [)" + list + "]"));
    }
    mld::Wiphy& wiphy(const std::string& radio) { return *simulation->cast().radios(radio).at(0)->wiphy; }
    phy::Position position(const std::string& radio) {
        return simulation->medium().position(wiphy(radio).driver().port());
    }
    mld::Wdev* interface(const std::string& radio, std::optional<std::string> name = {}) {
        const auto found = simulation->cast().interfaces({radio, std::move(name), {}});
        return found.empty() ? nullptr : found.front();
    }
};

TEST_F(Steps, MoveARadioAtOnce) {
    EXPECT_THAT(steps(R"({"at": "1 s", "move": {"radio": "sta", "to_m": [3, 4, 5]}})"), IsEmpty());
    EXPECT_EQ(position("sta"), (phy::Position{3, 4, 5}));
    EXPECT_EQ(position("other"), (phy::Position{0, 0, 0}));
}

TEST_F(Steps, WalkARadioInAStraightLine) {
    ASSERT_TRUE(build(with_station(
        R"("duration": "30 s", "steps": [{"at": "2 s", "move": {"radio": "sta", "to_m": [100, 50], "over": "10 s"}}])")));
    simulation->start([] {});
    simulation->queue().run_until(sim::Time{std::chrono::seconds(2)});
    EXPECT_EQ(position("sta"), (phy::Position{0, 0, 0}));
    simulation->queue().run_until(sim::Time{std::chrono::seconds(7)});
    EXPECT_EQ(position("sta"), (phy::Position{50, 25, 0}));
    simulation->queue().run_until(sim::Time{std::chrono::seconds(12)});
    EXPECT_EQ(position("sta"), (phy::Position{100, 50, 0}));
}

TEST_F(Steps, TurnARadioAroundInTheMiddleOfItsWalk) {
    EXPECT_THAT(steps(R"({"at": "0 s", "move": {"radio": "sta", "to_m": [100, 0], "over": "10 s"}},
                         {"at": "5 s", "move": {"radio": "sta", "to_m": [50, 10], "over": "1 s"}})"),
                IsEmpty());
    EXPECT_EQ(position("sta"), (phy::Position{50, 10, 0}));
}

TEST_F(Steps, MoveEveryRadioOfAGroup) {
    EXPECT_THAT(steps(R"({"at": "1 s", "move": {"radio": "crowd", "to_m": [1, 1]}},
                         {"at": "2 s", "move": {"radio": "crowd-2", "to_m": [2, 2]}})"),
                IsEmpty());
    EXPECT_EQ(position("crowd-1"), (phy::Position{1, 1, 0}));
    EXPECT_EQ(position("crowd-2"), (phy::Position{2, 2, 0}));
    EXPECT_EQ(position("crowd-3"), (phy::Position{1, 1, 0}));
}

TEST_F(Steps, TakeInterfacesUpAndDown) {
    EXPECT_THAT(
        steps(
            R"({"at": "1 s", "up": {"radio": "crowd"}}, {"at": "2 s", "down": {"radio": "sta", "interface": "wlan0"}})"),
        IsEmpty());
    EXPECT_TRUE(interface("crowd-3")->netdev()->is_up());
    EXPECT_FALSE(interface("sta")->netdev()->is_up());
    EXPECT_FALSE(interface("other")->netdev()->is_up());
}

TEST_F(Steps, ChangeTheCountry) {
    EXPECT_THAT(steps(R"({"at": "1 s", "regulatory": {"country": "DE"}})"), IsEmpty());
    EXPECT_EQ(simulation->world().regulatory().domain().alpha2, phy::Alpha2('D', 'E'));
}

TEST_F(Steps, SetThePowerAndGiveItBack) {
    EXPECT_THAT(
        steps(
            R"({"at": "1 s", "power": {"radio": "sta", "dbm": 7}}, {"at": "2 s", "power": {"radio": "other", "dbm": 9}},
                         {"at": "3 s", "power": {"radio": "other", "dbm": "auto"}})"),
        IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"("step":"/steps/2","error":0)"));
}

TEST_F(Steps, ScanAndAbortIt) {
    EXPECT_THAT(steps(R"({"at": "1 s", "scan": {"radio": "sta"}}, {"at": "2 s", "abort_scan": {"radio": "sta"}})"),
                IsEmpty());
    EXPECT_THAT(trace, HasSubstr("mld/scan-aborted"));
    EXPECT_THAT(trace, Not(HasSubstr("mld/scan-done")));
}

TEST_F(Steps, ScanOnlyTheBandsAndChannelsAskedFor) {
    EXPECT_THAT(steps(R"({"at": "1 s", "scan": {"radio": "sta", "bands": ["2.4 GHz"]}})"), IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"("channels":14)"));
    EXPECT_THAT(
        steps(
            R"({"at": "1 s", "scan": {"radio": "sta", "passive": true, "channels": [{"band": "5 GHz", "channel": 36}]}})"),
        IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"("channels":1,"ssids":0)"));
}

TEST_F(Steps, AddChangeAndRemoveInterfaces) {
    EXPECT_THAT(steps(R"({"at": "1 s", "add_interface": {"radio": "sta", "name": "mon0", "type": "monitor"}},
                         {"at": "2 s", "add_interface": {"radio": "crowd", "name": "extra%d"}},
                         {"at": "3 s", "remove_interface": {"radio": "crowd-1", "interface": "extra0"}},
                         {"at": "4 s", "set_type": {"radio": "other", "type": "ap"}})"),
                IsEmpty());
    ASSERT_NE(interface("sta", "mon0"), nullptr);
    EXPECT_EQ(interface("sta", "mon0")->type(), mld::InterfaceType::monitor);
    EXPECT_EQ(interface("crowd-1", "extra0"), nullptr);
    EXPECT_NE(interface("crowd-2", "extra1"), nullptr);
    EXPECT_EQ(interface("other")->type(), mld::InterfaceType::ap);
}

TEST_F(Steps, RegisterAndRemoveLinkWdevs) {
    EXPECT_THAT(steps(R"({"at": "1 s", "remove_link": {"radio": "other", "band": "6 GHz"}})"), IsEmpty());
    EXPECT_THAT(interface("other")->link_wdevs(), SizeIs(2));
    EXPECT_THAT(steps(R"({"at": "1 s", "add_link": {"radio": "other", "band": "6 GHz"}})"), IsEmpty());
    EXPECT_THAT(interface("other")->link_wdevs(), SizeIs(4));
}

TEST_F(Steps, RemoveRadiosEvenOnTheirWay) {
    EXPECT_THAT(steps(R"({"at": "1 s", "move": {"radio": "crowd", "to_m": [9, 9], "over": "10 s"}},
                         {"at": "2 s", "remove_radio": {"radio": "crowd"}})"),
                IsEmpty());
    EXPECT_THAT(simulation->cast().radios("crowd"), IsEmpty());
    EXPECT_THAT(simulation->world().radios(), SizeIs(2));
}

TEST_F(Steps, MustEndWithTheErrorThatTheScenarioNames) {
    EXPECT_THAT(steps(R"({"at": "1 s", "add_link": {"radio": "sta", "band": "6 GHz"}, "fails_with": "EBUSY"},
                         {"at": "2 s", "set_type": {"radio": "other", "type": "mlo_link"}, "fails_with": "EOPNOTSUPP"},
                         {"at": "3 s", "scan": {"radio": "other"}, "fails_with": "ENETDOWN"},
                         {"at": "4 s", "abort_scan": {"radio": "sta"}, "fails_with": "ENOENT"},
                         {"at": "5 s", "up": {"radio": "sta", "interface": "wlan9"}, "fails_with": "ENODEV"},
                         {"at": "6 s", "add_interface": {"radio": "sta", "name": "wlan0"}, "fails_with": "ENFILE"})"),
                IsEmpty());
}

TEST_F(Steps, ThatEndWithAnErrorAreFailures) {
    EXPECT_THAT(steps(R"({"at": "1 s", "scan": {"radio": "other"}})"),
                ElementsAre(HasSubstr("/steps/0 at 1000 ms: expected no error, seen ENETDOWN")));
}

TEST_F(Steps, ThatEndWithoutTheErrorTheyShouldHaveAreFailures) {
    EXPECT_THAT(steps(R"({"at": "1500 ms", "up": {"radio": "other"}, "fails_with": "EBUSY"})"),
                ElementsAre("/steps/0 at 1500 ms: expected EBUSY, seen no error"));
}

TEST_F(Steps, ThatEndWithAnotherErrorAreFailures) {
    EXPECT_THAT(steps(R"({"at": "1 s", "scan": {"radio": "other"}, "fails_with": "EBUSY"})"),
                ElementsAre(HasSubstr("/steps/0 at 1000 ms: expected EBUSY, seen ENETDOWN")));
}

TEST_F(Steps, OfAGroupFailIfOneMemberFails) {
    EXPECT_THAT(steps(R"({"at": "1 s", "up": {"radio": "crowd-2"}}, {"at": "2 s", "scan": {"radio": "crowd"}})"),
                ElementsAre(HasSubstr("/steps/1 at 2000 ms: expected no error, seen ENETDOWN")));
    EXPECT_THAT(trace, HasSubstr("mld/scan-done"));
}

TEST_F(Steps, AtTheSameMomentGoInTheOrderOfTheFile) {
    EXPECT_THAT(steps(R"({"at": "1 s", "up": {"radio": "other"}}, {"after": "0 s", "down": {"radio": "other"}},
                         {"after": "0 s", "scan": {"radio": "other"}, "fails_with": "ENETDOWN"})"),
                IsEmpty());
}

}  // namespace
}  // namespace mlosim::scenario
