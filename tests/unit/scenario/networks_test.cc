#include "simulation_fixture.h"

namespace mlosim::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Networks : public Simulated {
protected:
    /// A station "sta", a radio "ap" with three channels at the same place, in Germany.
    static std::string world(const std::string& networks, const std::string& more = "") {
        return R"({"clock": "virtual", "duration": "20 s", "regulatory": {"country": "DE", "database": "embedded"},
                   "radios": [{"name": "sta", "interfaces": [{"name": "wlan0", "up": true}]},
                              {"name": "ap", "channels": 3}, {"name": "old", "profile": "ac"}],
                   "networks": [)" +
               networks + "]" + more + "}";
    }
    std::vector<std::string> mistakes_of(const std::string& networks) {
        auto scenario = parse_scenario(world(networks));
        if (!scenario) return {"not even read: " + lines_of(scenario.error())};
        const auto built = Simulation::build(std::move(*scenario));
        std::vector<std::string> out;
        if (!built)
            for (const Mistake& mistake : built.error())
                out.push_back(mistake.to_string());
        return out;
    }
    static std::string three_links(unsigned six_ghz_channel) {
        return R"({"name": "n", "radio": "ap", "ssid": "three", "security": "wpa3", "links": [
                   {"band": "2.4 GHz", "channel": 1}, {"band": "5 GHz", "channel": 36, "width_mhz": 80},
                   {"band": "6 GHz", "channel": )" +
               std::to_string(six_ghz_channel) + R"(, "width_mhz": 160}]})";
    }
};

TEST_F(Networks, APassiveScanFindsEveryLink) {
    EXPECT_THAT(run(world(three_links(5), R"(, "steps": [{"at": "1 s", "scan": {"radio": "sta", "passive": true}}],
        "expect": [{"within": "19 s", "bss": {"radio": "sta", "network": "n", "count": 3, "multi_link": true}}])")),
                IsEmpty());
}

TEST_F(Networks, AnActiveScanFindsEveryLink) {
    EXPECT_THAT(run(world(three_links(5), R"(, "steps": [{"at": "1 s", "scan": {"radio": "sta"}}],
        "expect": [{"within": "19 s", "bss": {"radio": "sta", "network": "n", "count": 3, "multi_link": true}}])")),
                IsEmpty());
}

TEST_F(Networks, AColocatedScanFindsASixGigahertzLinkByTheNeighborReportsOfTheOthers) {
    // Channel 9 is no preferred scanning channel.
    EXPECT_THAT(
        run(world(three_links(9), R"(, "steps": [{"at": "1 s", "scan": {"radio": "sta", "colocated_6ghz": true}}],
        "expect": [{"within": "19 s", "bss": {"radio": "sta", "network": "n", "count": 3}}])")),
        IsEmpty());
}

TEST_F(Networks, ANetworkIsDownWithItsRadiosInterfaceAndComesBack) {
    EXPECT_THAT(run(world(three_links(5), R"(, "steps": [{"at": "1 s", "down": {"radio": "ap"}},
            {"at": "2 s", "scan": {"radio": "sta", "bands": ["2.4 GHz"]}},
            {"at": "5 s", "up": {"radio": "ap"}}, {"at": "6 s", "scan": {"radio": "sta", "bands": ["2.4 GHz"]}}],
        "expect": [{"at": "5.5 s", "not": {"bss": {"radio": "sta", "network": "n"}}},
                   {"at": "12 s", "bss": {"radio": "sta", "network": "n"}}])")),
                IsEmpty());
    EXPECT_THAT(trace, HasSubstr("\"ev\":\"agent/network-stopped\""));
}

TEST_F(Networks, ForbiddenChannelsAreNamedWithTheReasonAndTheAllowedOnes) {
    EXPECT_THAT(
        mistakes_of(R"({"name": "n", "radio": "ap", "ssid": "x", "links": [{"band": "5 GHz", "channel": 100}]})"),
        ElementsAre(testing::AllOf(HasSubstr("/networks/0/links/0/channel"), HasSubstr("radar detection"),
                                   HasSubstr("36, 40, 44, 48"))));
    EXPECT_THAT(
        mistakes_of(R"({"name": "n", "radio": "ap", "ssid": "x", "links": [{"band": "6 GHz", "channel": 101}]})"),
        ElementsAre(testing::AllOf(HasSubstr("/networks/0/links/0/channel"), HasSubstr("closed in country DE"))));
}

TEST_F(Networks, MistakesInSeveralNetworksAreAllReported) {
    EXPECT_THAT(mistakes_of(R"({"name": "n", "radio": "ap", "ssid": "x", "links": [{"band": "5 GHz", "channel": 100}]},
                               {"name": "m", "radio": "old", "ssid": "y", "links": [{"band": "5 GHz", "channel": 52}]})"),
                ElementsAre(HasSubstr("/networks/0/links/0/channel"), HasSubstr("/networks/1/links/0/channel")));
}

TEST_F(Networks, Wpa2IsNotForSixGigahertz) {
    EXPECT_THAT(mistakes_of(R"({"name": "n", "radio": "ap", "ssid": "x", "security": "wpa2",
                                "links": [{"band": "6 GHz", "channel": 5}]})"),
                ElementsAre(HasSubstr("/networks/0/security")));
}

TEST_F(Networks, MoreNetworksInOneBeaconThanTheRadioCanAreAMistake) {
    std::string others;
    for (int i = 0; i < 8; ++i)
        others += std::string(i > 0 ? ", " : "") + R"({"ssid": "o)" + std::to_string(i) + "\"}";
    EXPECT_THAT(mistakes_of(R"({"name": "n", "radio": "ap", "ssid": "x", "links": [{"band": "5 GHz", "channel": 36}],
                                "mbssid": [)" +
                            others + "]}"),
                ElementsAre(testing::AllOf(HasSubstr("/networks/0/mbssid"), HasSubstr("up to 7"))));
}

TEST_F(Networks, AddressesAreTheOnesThatWereGiven) {
    ASSERT_TRUE(build(world(R"({"name": "n", "radio": "ap", "ssid": "x", "mld_address": "02:11:22:33:44:00", "links": [
        {"band": "2.4 GHz", "channel": 1, "bssid": "02:11:22:33:44:01"}, {"band": "5 GHz", "channel": 36}]})")));
    const auto& bsses = simulation->cast().network("n");
    ASSERT_EQ(bsses.size(), 2U);
    EXPECT_EQ(bsses[0].bssid.to_string(), "02:11:22:33:44:01");
    EXPECT_EQ(bsses[1].bssid.to_string(), "02:11:22:33:44:20");
}

}  // namespace
}  // namespace mlosim::scenario
