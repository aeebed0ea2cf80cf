#include "scenario/referee.h"

#include "simulation_fixture.h"

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Expectations : Simulated {
    std::vector<std::string> expect(const std::string& expectations, const std::string& steps = "") {
        return run(with_station(R"("steps": [)" + steps + R"(], "expect": [)" + expectations + "]"));
    }
    double end_in_seconds() { return simulation->queue().now().seconds(); }
};

constexpr const char* up_at_two = R"({"at": "2 s", "up": {"radio": "other"}})";
constexpr const char* down_at_four = R"({"at": "4 s", "down": {"radio": "other"}})";

TEST_F(Expectations, WithinADeadlineAreMetAsSoonAsTheyHold) {
    EXPECT_THAT(expect(R"({"within": "5 s", "interface": {"radio": "other", "up": true}})", up_at_two), IsEmpty());
    EXPECT_THAT(trace, HasSubstr(R"({"t":2000000000,"ev":"scenario/expectation","expect":"/expect/0","met":true})"));
    EXPECT_EQ(end_in_seconds(), 2.0) << "nothing is left to do or to decide";
}

TEST_F(Expectations, WithinADeadlineFailAtIt) {
    EXPECT_THAT(expect(R"({"within": "1.5 s", "interface": {"radio": "other", "up": true}})", up_at_two),
                ElementsAre(AllOf(
                    StartsWith(R"(/expect/0 at 1500 ms: expected {"interface":{"radio":"other","up":true}}, seen )"),
                    HasSubstr("is a station and down"))));
}

TEST_F(Expectations, WithinADeadlineHoldIfSoAtTheDeadlineItself) {
    EXPECT_THAT(expect(R"({"within": "2 s", "interface": {"radio": "other", "up": true}})", up_at_two), IsEmpty());
}

TEST_F(Expectations, WithinADeadlineFromAMomentOnDoNotLookBefore) {
    const std::string steps = std::string(up_at_two) + "," + down_at_four;
    EXPECT_THAT(expect(R"({"from": "3 s", "within": "6 s", "interface": {"radio": "other", "up": true}})", steps),
                IsEmpty());
    EXPECT_THAT(expect(R"({"from": "5 s", "within": "6 s", "interface": {"radio": "other", "up": true}})", steps),
                ElementsAre(StartsWith("/expect/0 at 6000 ms")));
}

TEST_F(Expectations, AtAMomentCountOnlyThen) {
    const std::string steps = std::string(up_at_two) + "," + down_at_four;
    EXPECT_THAT(expect(R"({"at": "3 s", "interface": {"radio": "other", "up": true}},
                          {"at": "4 s", "interface": {"radio": "other", "up": false}})",
                       steps),
                IsEmpty())
        << "what happens at that moment has happened";
    EXPECT_THAT(expect(R"({"at": "5 s", "interface": {"radio": "other", "up": true}})", steps),
                ElementsAre(StartsWith("/expect/0 at 5000 ms")));
}

TEST_F(Expectations, ThroughoutATimeFailAtTheFirstMomentThatTheyDoNotHold) {
    const std::string steps = std::string(up_at_two) + "," + down_at_four;
    EXPECT_THAT(expect(R"({"from": "2 s", "until": "3.9 s", "interface": {"radio": "other", "up": true}})", steps),
                IsEmpty());
    EXPECT_EQ(end_in_seconds(), 4.0) << "the last step";
    EXPECT_THAT(expect(R"({"from": "2 s", "until": "6 s", "interface": {"radio": "other", "up": true}})", steps),
                ElementsAre(StartsWith("/expect/0 at 4000 ms")));
    EXPECT_THAT(expect(R"({"until": "6 s", "interface": {"radio": "other", "up": true}})", steps),
                ElementsAre(StartsWith("/expect/0 at 0 ms")));
}

TEST_F(Expectations, AreShownByTheirDescriptionIfTheyHaveOne) {
    EXPECT_THAT(
        expect(R"({"at": "1 s", "interface": {"radio": "other", "up": true}, "description": "the other is up"})"),
        ElementsAre(StartsWith("/expect/0 at 1000 ms: expected the other is up, seen ")));
}

TEST_F(Expectations, AreDecidedByTheEndOfTheWorld) {
    EXPECT_THAT(run(with_station(R"("duration": "3 s", "expect": [
                    {"within": "3 s", "interface": {"radio": "other", "up": true}},
                    {"until": "3 s", "interface": {"radio": "other", "up": false}}])")),
                ElementsAre(StartsWith("/expect/0 at 3000 ms")));
    EXPECT_EQ(end_in_seconds(), 3.0);
}

TEST_F(Expectations, AreDecidedByWhatIsSoWhenTheWorldIsStopped) {
    ASSERT_TRUE(build(with_station(R"("expect": [{"within": "1 h", "interface": {"radio": "other", "up": true}},
                                                 {"until": "1 h", "interface": {"radio": "other", "up": false}}])")));
    simulation->start([] { FAIL() << "the scenario is not over"; });
    simulation->queue().run_until(sim::Time{std::chrono::seconds(5)});
    simulation->end();
    ASSERT_EQ(simulation->failures().size(), 1U);
    EXPECT_EQ(simulation->failures()[0].pointer, "/expect/0");
}

TEST_F(Expectations, OfScansCountThem) {
    const std::string scan = R"({"at": "1 s", "scan": {"radio": "sta", "bands": ["2.4 GHz"]}},
                                {"at": "5 s", "scan": {"radio": "sta"}}, {"at": "6 s", "abort_scan": {"radio": "sta"}})";
    EXPECT_THAT(
        expect(
            R"({"within": "4 s", "scan": {"radio": "sta"}}, {"at": "9 s", "scan": {"radio": "sta", "finished": 1, "aborted": 1}},
                          {"until": "9 s", "scan": {"radio": "other", "finished": 0}})",
            scan),
        IsEmpty());
    EXPECT_THAT(expect(R"({"at": "9 s", "scan": {"radio": "sta", "finished": 2}})", scan),
                ElementsAre(HasSubstr("seen sta finished 1 scans and aborted 1")));
}

TEST_F(Expectations, OfTheCountryAndItsChannels) {
    const std::string steps = R"({"at": "1 s", "regulatory": {"country": "US"}})";
    EXPECT_THAT(expect(R"({"at": "0 s", "regulatory": {"country": "00"}},
                          {"at": "0 s", "channel": {"radio": "sta", "band": "6 GHz", "channel": 37, "use": "disabled"}},
                          {"at": "0 s", "channel": {"radio": "sta", "band": "5 GHz", "channel": 36, "use": "passive"}},
                          {"at": "0 s", "channel": {"radio": "sta", "band": "2.4 GHz", "channel": 6, "use": "active"}},
                          {"within": "2 s", "regulatory": {"country": "US"}},
                          {"within": "2 s", "channel": {"radio": "sta", "band": "5 GHz", "channel": 36, "use": "active"}},
                          {"at": "2 s", "not": {"channel": {"radio": "sta", "band": "6 GHz", "channel": 37, "use": "disabled"}}})",
                       steps),
                IsEmpty());
    EXPECT_THAT(expect(R"({"at": "2 s", "regulatory": {"country": "DE"}},
                          {"at": "2 s", "channel": {"radio": "sta", "band": "2.4 GHz", "channel": 6, "use": "disabled"}})",
                       steps),
                ElementsAre(HasSubstr("seen the domain is US"), HasSubstr("seen sta: active")));
}

TEST_F(Expectations, OfLinkWdevsCountThoseThatRun) {
    EXPECT_THAT(expect(R"({"at": "0 s", "link_wdevs": {"radio": "sta", "count": 3, "running": 3}},
                          {"at": "0 s", "link_wdevs": {"radio": "other", "count": 3, "running": 0}},
                          {"at": "0 s", "link_wdevs": {"radio": "sta", "band": "6 GHz", "count": 1}},
                          {"at": "3 s", "link_wdevs": {"radio": "other", "running": {"at_least": 1, "at_most": 3}}})",
                       up_at_two),
                IsEmpty());
    EXPECT_THAT(expect(R"({"at": "0 s", "link_wdevs": {"radio": "sta", "interface": "nope"}},
                          {"at": "0 s", "link_wdevs": {"radio": "sta", "count": 4}})"),
                ElementsAre(HasSubstr("seen sta (no such interface) has 0 such link wdevs"),
                            HasSubstr("seen sta has 3 such link wdevs, 3 running")));
}

TEST_F(Expectations, OfCountersLookAtInterfacesAndTheMedium) {
    const std::string scan = R"({"at": "1 s", "scan": {"radio": "sta", "bands": ["2.4 GHz"]}})";
    EXPECT_THAT(expect(R"({"at": "0 s", "counter": {"name": "transmitted", "value": 0}},
                          {"at": "5 s", "counter": {"name": "transmitted", "value": {"at_least": 11}}},
                          {"at": "5 s", "counter": {"radio": "other", "name": "tx_packets", "value": 0}})",
                       scan),
                IsEmpty());
    EXPECT_THAT(expect(R"({"at": "0 s", "counter": {"name": "delivered", "value": {"at_least": 1}}},
                          {"at": "0 s", "counter": {"radio": "sta", "interface": "nope", "name": "rx_bytes", "value": 0}})"),
                ElementsAre(HasSubstr("seen delivered is 0"), HasSubstr("seen there is no such interface")));
}

TEST_F(Expectations, OfInterfacesSeeTypeAndExistence) {
    const std::string steps = R"({"at": "1 s", "add_interface": {"radio": "sta", "name": "mon0", "type": "monitor"}})";
    EXPECT_THAT(expect(R"({"at": "0 s", "interface": {"radio": "sta", "interface": "mon0", "exists": false}},
                          {"at": "2 s", "interface": {"radio": "sta", "interface": "mon0", "type": "monitor"}},
                          {"at": "2 s", "interface": {"radio": "sta", "type": "station", "up": true}})",
                       steps),
                IsEmpty());
    EXPECT_THAT(expect(R"({"at": "0 s", "interface": {"radio": "sta", "interface": "mon0"}})", steps),
                ElementsAre(HasSubstr("seen sta has no such interface")));
}

TEST_F(Expectations, OfARadioThatWasRemovedHoldForNothing) {
    const std::string steps = R"({"at": "1 s", "remove_radio": {"radio": "other"}})";
    EXPECT_THAT(expect(R"({"at": "2 s", "bss": {"radio": "other", "count": 0}},
                          {"at": "2 s", "link_wdevs": {"radio": "other", "count": 0}},
                          {"at": "2 s", "interface": {"radio": "other", "exists": false}},
                          {"at": "2 s", "not": {"interface": {"radio": "other"}}})",
                       steps),
                ElementsAre(HasSubstr("/expect/0 at 2000 ms"), HasSubstr("/expect/1 at 2000 ms")));
}

TEST_F(Expectations, ThatAreTurnedAroundFailWhenItIsSo) {
    EXPECT_THAT(expect(R"({"at": "1 s", "not": {"interface": {"radio": "sta", "up": true}}})"),
                ElementsAre(HasSubstr("seen it is so")));
}

}  // namespace
}  // namespace mlosim::scenario
