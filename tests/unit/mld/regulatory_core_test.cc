// Whose rules hold, what that leaves of each channel, and who hears of it.

#include "access_point_fixture.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using phy::ChannelFlag;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class Regulatory : public WorldTest {
protected:
    Regulatory() { log.clear(); }
    const phy::ChannelConstraints& now(const phy::Channel& channel) { return wiphy.channel(channel)->now; }
    bool disabled(const phy::Channel& channel) { return now(channel).flags.has(ChannelFlag::disabled); }
    std::string country() { return world.regulatory().domain().alpha2.to_string(); }
    void hint_driver(Wiphy& w, const char* alpha2) {
        world.regulatory().hint_driver(w, *phy::Alpha2::parse(alpha2));
        run_for(0s);
    }
    Radio& add_with(std::optional<phy::Alpha2> hint, bool strict) {
        RadioSpec spec;
        spec.profile = profile("generic-be");
        spec.regulatory_hint = hint;
        spec.strict_regulatory = strict;
        Radio& radio = add_radio(std::move(spec));
        run_for(0s);
        return radio;
    }

    Wiphy& wiphy = *add_radio().wiphy;
};

// iw list of the oracle's 01, country 00
TEST_F(Regulatory, TheWorldsRulesLeaveChannels1To11Open) {
    EXPECT_EQ(country(), "00");
    EXPECT_TRUE(now(ghz2(1)).flags.has_any({ChannelFlag::no_ir}) == false);
    EXPECT_EQ(now(ghz2(11)).max_power_dbm, 20);
    EXPECT_TRUE(now(ghz2(12)).flags.has(ChannelFlag::no_ir));
    EXPECT_TRUE(now(ghz2(14)).flags.has_all({ChannelFlag::no_ir, ChannelFlag::no_ofdm}));
    EXPECT_TRUE(now(ghz5(36)).flags.has(ChannelFlag::no_ir));
    EXPECT_TRUE(now(ghz5(52)).flags.has_all({ChannelFlag::no_ir, ChannelFlag::radar}));
    EXPECT_TRUE(now(ghz5(165)).flags.has(ChannelFlag::no_ir));
    EXPECT_TRUE(disabled(ghz6(1)));
}

// 20-wpa2 and 21-open of the oracle, at their ends
TEST_F(Regulatory, AfterTheLastNetworkTheRulesAreRestored) {
    set_country('U', 'S');
    log.clear();
    world.regulatory().hint_disconnect();
    world.regulatory().hint_disconnect();
    run_for(0s);
    EXPECT_THAT(log.take(), ElementsAre("regulatory 00", "regulatory US")) << "once, however many ended at that moment";
    EXPECT_EQ(country(), "US");
    EXPECT_FALSE(now(ghz5(36)).flags.has(ChannelFlag::no_ir));
}

TEST_F(Regulatory, WithoutAUsersWishTheWorldsRulesAreToldAgain) {
    world.regulatory().hint_disconnect();
    run_for(0s);
    EXPECT_THAT(log.take(), ElementsAre("regulatory 00"));
    EXPECT_EQ(world.regulatory().last_request().wiphy, wiphy.index()) << "as the kernel's static request has it";
}

class RegulatoryOfANetwork : public AccessPointTest {};

TEST_F(RegulatoryOfANetwork, IsRestoredWhenItStopsAndNobodyElseIsLeft) {
    ASSERT_EQ(start(network), 0);
    log.clear();
    world.regulatory().hint_disconnect();
    run_for(0s);
    EXPECT_THAT(log.take(), Not(Contains("regulatory 00")));
    ASSERT_TRUE(wiphy.stop_ap(ap, std::nullopt));
    run_for(0s);
    EXPECT_THAT(log.take(), Contains("regulatory 00"));
}

TEST_F(Regulatory, ReloadsItsDatabase) {
    EXPECT_EQ(error_of(world.regulatory().reload()), ENOENT) << "from nowhere";
    set_country('U', 'S');
    log.clear();
    phy::RegulatoryDatabase next = phy::RegulatoryDatabase::embedded();
    world.regulatory().set_source([&]() -> Result<phy::RegulatoryDatabase> { return next; });
    EXPECT_EQ(error_of(world.regulatory().reload()), 0);
    run_for(0s);
    EXPECT_THAT(log.take(), ElementsAre("regulatory 00", "regulatory US"));
    next = phy::RegulatoryDatabase({*next.find(phy::Alpha2::world())});
    EXPECT_EQ(error_of(world.regulatory().reload()), 0);
    run_for(0s);
    EXPECT_THAT(log.take(), IsEmpty()) << "nobody knows that country any more";
    run_for(RegulatoryCore::agent_timeout);
    EXPECT_EQ(country(), "00");
    world.regulatory().set_source([]() -> Result<phy::RegulatoryDatabase> { return fail(ENODATA); });
    EXPECT_EQ(error_of(world.regulatory().reload()), ENODATA);
    EXPECT_EQ(country(), "00") << "what is there stays";
}

// 02-reg_set of the oracle: one event, after which the channels are as 02-iw_list_US has them
TEST_F(Regulatory, AUsersWishIsFulfilledAndTold) {
    set_country('U', 'S');
    EXPECT_THAT(log.take(), ElementsAre("regulatory US"));
    EXPECT_EQ(country(), "US");
    EXPECT_EQ(now(ghz2(1)).max_power_dbm, 30);
    EXPECT_TRUE(disabled(ghz2(12)));
    EXPECT_TRUE(disabled(ghz2(14)));
    EXPECT_EQ(now(ghz5(36)).max_power_dbm, 23);
    EXPECT_FALSE(now(ghz5(36)).flags.has(ChannelFlag::no_ir));
    EXPECT_EQ(now(ghz5(52)).max_power_dbm, 24);
    EXPECT_TRUE(now(ghz5(52)).flags.has(ChannelFlag::radar));
    EXPECT_EQ(now(ghz5(149)).max_power_dbm, 30);
    EXPECT_TRUE(now(ghz6(1)).flags.has(ChannelFlag::no_ir));
    EXPECT_EQ(now(ghz6(1)).max_power_dbm, 12);
    set_country('D', 'E');
    EXPECT_THAT(log.take(), ElementsAre("regulatory DE"));
    EXPECT_FALSE(disabled(ghz2(12)));
    EXPECT_TRUE(disabled(ghz6(233)));
    EXPECT_EQ(world.regulatory().last_request().initiator, phy::RegulatoryInitiator::user);
}

TEST_F(Regulatory, ChannelsHaveChangedWhenTheChangeIsTold) {
    struct Witness final : Events {
        explicit Witness(Wiphy& w) : wiphy(w) {}
        void regulatory_changed(const RegulatoryRequest&) override {
            saw_disabled = wiphy.channel(ghz2(12))->now.flags.has(ChannelFlag::disabled);
        }
        Wiphy& wiphy;
        bool saw_disabled = false;
    } witness(wiphy);
    world.subscribe(witness);
    set_country('U', 'S');
    EXPECT_TRUE(witness.saw_disabled);
    world.unsubscribe(witness);
}

TEST_F(Regulatory, TheSameWishAgainChangesNothing) {
    set_country('U', 'S');
    log.clear();
    set_country('U', 'S');
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(Regulatory, AWishIsAnAnswerLater) {
    ASSERT_TRUE(world.regulatory().hint_user({'U', 'S'}));
    EXPECT_EQ(country(), "00");
    run_for(0s);
    EXPECT_EQ(country(), "US");
}

TEST_F(Regulatory, WishesAreFulfilledInTheirOrder) {
    ASSERT_TRUE(world.regulatory().hint_user({'U', 'S'}));
    ASSERT_TRUE(world.regulatory().hint_user({'D', 'E'}));
    ASSERT_TRUE(world.regulatory().hint_user({'J', 'P'}));
    run_for(0s);
    EXPECT_THAT(log.lines(), ElementsAre("regulatory US", "regulatory DE", "regulatory JP"));
}

TEST_F(Regulatory, ACountryHasTwoLetters) {
    EXPECT_EQ(error_of(world.regulatory().hint_user({'1', 'A'})), EINVAL);
    EXPECT_EQ(error_of(world.regulatory().hint_user(phy::Alpha2::intersected())), EINVAL);
    EXPECT_EQ(error_of(world.regulatory().hint_user(phy::Alpha2::world())), 0);
}

TEST_F(Regulatory, HintsOfOtherKindsChangeNoCountry) {
    EXPECT_EQ(error_of(world.regulatory().hint_user({'U', 'S'}, UserHintType::indoor)), 0);
    EXPECT_EQ(error_of(world.regulatory().hint_user({'U', 'S'}, UserHintType::cell_base)), 0);
    run_for(10s);
    EXPECT_EQ(country(), "00");
}

// Nobody brings a country that the database does not have: after crda_timeout the world's rules return.
TEST_F(Regulatory, AnUnknownCountryLeadsBackToTheWorld) {
    set_country('U', 'S');
    log.clear();
    ASSERT_TRUE(world.regulatory().hint_user({'Z', 'Z'}));
    run_for(3141ms);
    EXPECT_EQ(country(), "US");
    ASSERT_TRUE(world.regulatory().hint_user({'D', 'E'}));  // waits its turn
    EXPECT_EQ(country(), "US");
    run_for(1ms);
    EXPECT_THAT(log.lines(), ElementsAre("regulatory 00", "regulatory DE"));
}

TEST_F(Regulatory, ARadioThatComesLaterHasTheRulesInForce) {
    set_country('U', 'S');
    Wiphy& later = *add_radio().wiphy;
    EXPECT_TRUE(later.channel(ghz2(12))->now.flags.has(ChannelFlag::disabled));
}

// Drivers

TEST_F(Regulatory, ADriversCountryHoldsForAll) {
    Wiphy& other = *add_with(phy::Alpha2{'U', 'S'}, false).wiphy;
    EXPECT_EQ(country(), "US");
    EXPECT_TRUE(disabled(ghz2(12)));
    EXPECT_EQ(other.own_domain()->alpha2.to_string(), "US");
    EXPECT_FALSE(wiphy.own_domain().has_value());
    EXPECT_THAT(log.lines(), Contains("regulatory US"));
    EXPECT_EQ(world.regulatory().last_request().initiator, phy::RegulatoryInitiator::driver);
}

TEST_F(Regulatory, TwoDriversCountriesIntersect) {
    add_with(phy::Alpha2{'U', 'S'}, false);
    log.clear();
    Wiphy& second = *add_with(phy::Alpha2{'D', 'E'}, false).wiphy;
    EXPECT_EQ(country(), "98");
    EXPECT_THAT(log.lines(), Contains("regulatory DE"));
    EXPECT_EQ(second.own_domain()->alpha2.to_string(), "DE");
    EXPECT_TRUE(disabled(ghz2(12)));   // open in Germany only
    EXPECT_TRUE(disabled(ghz6(233)));  // in the United States only
    EXPECT_EQ(now(ghz2(1)).max_power_dbm, 20);
    // An intersection is not the user's to overrule.
    log.clear();
    set_country('J', 'P');
    EXPECT_EQ(country(), "98");
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(Regulatory, DriversThatAgreeDoNotIntersect) {
    add_with(phy::Alpha2{'U', 'S'}, false);
    log.clear();
    add_with(phy::Alpha2{'U', 'S'}, false);
    EXPECT_EQ(country(), "US");
    EXPECT_THAT(log.lines(), Contains("regulatory US"));  // told, though nothing changed
}

TEST_F(Regulatory, ADriverThatAgreesWithTheUserChangesNothing) {
    set_country('U', 'S');
    log.clear();
    hint_driver(wiphy, "US");
    EXPECT_EQ(country(), "US");
    EXPECT_THAT(log.lines(), IsEmpty());
}

TEST_F(Regulatory, ADriverThatNamesNoCountryLeavesTheUsers) {
    set_country('U', 'S');
    log.clear();
    hint_driver(wiphy, "00");
    run_for(1s);
    EXPECT_EQ(country(), "US");
    EXPECT_THAT(log.lines(), ElementsAre("regulatory 00", "regulatory US"));
}

TEST_F(Regulatory, AStrictRadioKeepsItsOwnRules) {
    Wiphy& strict = *add_with(phy::Alpha2{'U', 'S'}, true).wiphy;
    log.clear();
    set_country('D', 'E');
    EXPECT_EQ(country(), "DE");
    EXPECT_FALSE(disabled(ghz2(12)));
    EXPECT_TRUE(strict.channel(ghz2(12))->now.flags.has(ChannelFlag::disabled));
}

TEST_F(Regulatory, ARadioWithADomainOfItsOwnMakingIgnoresTheWorldButNotTheUser) {
    RadioSpec spec;
    spec.profile = profile("generic-be");
    phy::RegulatoryDomain own;
    own.alpha2 = {'9', '9'};
    phy::RegulatoryRule rule;
    rule.start = phy::Frequency::mhz(2402);
    rule.end = phy::Frequency::mhz(2482);
    rule.max_bandwidth = phy::Frequency::mhz(40);
    rule.max_eirp = phy::Dbm{15};
    own.rules = {rule};
    spec.custom_domain = own;
    Wiphy& custom = *add_radio(std::move(spec)).wiphy;
    EXPECT_FALSE(custom.channel(ghz2(13))->now.flags.has(ChannelFlag::no_ir));
    EXPECT_EQ(custom.channel(ghz2(1))->now.max_power_dbm, 15);
    EXPECT_TRUE(custom.channel(ghz5(36))->now.flags.has(ChannelFlag::disabled));
    set_country('U', 'S');
    EXPECT_TRUE(custom.channel(ghz2(13))->now.flags.has(ChannelFlag::disabled));
}

// Beacons open channels where the world's rules only allow to listen

class BeaconHints : public ScanTest {};

TEST_F(BeaconHints, ABeaconShowsThatItIsAllowedToBegin) {
    Wiphy& other = *add_radio().wiphy;
    log.clear();
    Network network;
    network.channel = ghz5(36);
    hear(network);
    EXPECT_FALSE(wiphy.channel(ghz5(36))->now.flags.has(ChannelFlag::no_ir));
    EXPECT_FALSE(other.channel(ghz5(36))->now.flags.has(ChannelFlag::no_ir));
    EXPECT_TRUE(wiphy.channel(ghz5(40))->now.flags.has(ChannelFlag::no_ir));
    EXPECT_THAT(log.take(),
                ElementsAre("scan-started wlan0", "beacon-hint phy1 5180", "beacon-hint phy0 5180", "scan-done wlan0"));
    hear(network);
    EXPECT_THAT(log.take(), ElementsAre("scan-started wlan0", "scan-done wlan0"));  // once
    EXPECT_EQ(scan(on({ghz5(36)}, {""})), 36ms);                                    // active from now on
    EXPECT_FALSE(add_radio().wiphy->channel(ghz5(36))->now.flags.has(ChannelFlag::no_ir));
}

TEST_F(BeaconHints, NotWhereRadarMayBe) {
    Network network;
    network.channel = ghz5(52);
    hear(network);
    EXPECT_TRUE(wiphy.channel(ghz5(52))->now.flags.has(ChannelFlag::no_ir));
}

TEST_F(BeaconHints, NotFromNetworksWithoutAccessPoint) {
    Network network;
    network.channel = ghz5(36);
    network.capability = 0x0002;  // IBSS
    hear(network);
    EXPECT_TRUE(wiphy.channel(ghz5(36))->now.flags.has(ChannelFlag::no_ir));
}

TEST_F(BeaconHints, HoldAgainWhenTheWorldsRulesReturn) {
    Network network;
    network.channel = ghz2(12);
    hear(network);
    set_country('U', 'S');
    EXPECT_TRUE(wiphy.channel(ghz2(12))->now.flags.has(ChannelFlag::disabled));
    set_country('0', '0');
    EXPECT_FALSE(wiphy.channel(ghz2(12))->now.flags.has(ChannelFlag::no_ir));
    EXPECT_TRUE(wiphy.channel(ghz2(13))->now.flags.has(ChannelFlag::no_ir));
}

TEST_F(BeaconHints, AreForgottenWhenARequestFails) {
    Network network;
    network.channel = ghz2(12);
    hear(network);
    ASSERT_TRUE(world.regulatory().hint_user({'Z', 'Z'}));
    run_for(4s);
    EXPECT_TRUE(wiphy.channel(ghz2(12))->now.flags.has(ChannelFlag::no_ir));
}

}  // namespace
}  // namespace mlosim::mld
