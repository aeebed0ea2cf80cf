// Scans: what may be asked, what goes out, how long it takes, and how it ends.

#include "ieee80211/element.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using ieee80211::MacAddress;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// The length of a visit: mac80211_hwsim's 120 ms and 30 ms, and mac80211's HZ/9 and HZ/33, with HZ 250, in whole ticks
// and one tick more (a timer never fires early). The oracle's scan of 126 channels took 11.77 s.
constexpr sim::Duration hw_passive = 124ms;
constexpr sim::Duration hw_active = 36ms;
constexpr sim::Duration sw_passive = 112ms;
constexpr sim::Duration sw_probe_delay = 32ms;
constexpr sim::Duration sw_active = 32ms;

std::vector<std::string> ssids_of(const std::vector<Aerial::Heard>& frames) {
    std::vector<std::string> out;
    for (const auto& f : frames)
        out.push_back(ieee80211::ElementList(f.view().body()).get<ieee80211::Ssid>()->text());
    return out;
}

// What may be asked

TEST_F(WorldTest, AScanNeedsAnInterfaceThatIsUp) {
    Wiphy& wiphy = *add_radio().wiphy;
    EXPECT_EQ(error_of(wiphy.trigger_scan(wdev("wlan0"), {})), ENETDOWN);
}

TEST_F(ScanTest, OneScanAtATime) {
    EXPECT_EQ(trigger(on({ghz2(1)})), 0);
    EXPECT_EQ(trigger(on({ghz2(6)})), EBUSY);
    Wdev& other = **wiphy.add_interface({"wlan9", InterfaceType::station});
    ASSERT_TRUE(other.netdev()->set_up(true));
    EXPECT_EQ(error_of(wiphy.trigger_scan(other, {})), EBUSY);  // one for the whole wiphy
    run_for(1s);
    EXPECT_EQ(error_of(wiphy.trigger_scan(other, on({ghz2(1)}))), 0);
}

TEST_F(ScanTest, AChannelThatTheRadioDoesNotHaveIsRefused) {
    ScanRequest request;
    request.frequencies = {phy::Frequency::mhz(2412), phy::Frequency::mhz(99999)};
    EXPECT_EQ(trigger(request), EINVAL);
}

TEST_F(ScanTest, DisabledChannelsAreLeftOutAndNothingElseLeftIsAnError) {
    EXPECT_EQ(scan(on({ghz2(1), ghz6(5)})), hw_passive);  // the world's rules close 6 GHz
    EXPECT_EQ(trigger(on({ghz6(5)})), EINVAL);
}

TEST_F(ScanTest, SsidsAndElementsAreAsManyAsTheRadioTakes) {
    ScanRequest request = on({ghz2(1)});
    request.ssids.resize(wiphy.profile().scan.max_ssids + 1U);
    EXPECT_EQ(trigger(request), EINVAL);
    request = on({ghz2(1)});
    request.elements.resize(wiphy.profile().scan.max_ie_length + 1U);
    EXPECT_EQ(trigger(request), EINVAL);
}

TEST_F(ScanTest, MonitorsDoNotScanAndBeaconingApsOnlyIfForced) {
    Wdev& mon = **wiphy.add_interface({"mon0", InterfaceType::monitor});
    ASSERT_TRUE(mon.netdev()->set_up(true));
    EXPECT_EQ(error_of(wiphy.trigger_scan(mon, on({ghz2(1)}))), EOPNOTSUPP);

    Wdev& ap = **wiphy.add_interface({"ap0", InterfaceType::ap});
    ASSERT_TRUE(ap.netdev()->set_up(true));
    AccessPointSettings settings;
    settings.channel = phy::ChannelDefinition::mhz20(ghz2(6));
    settings.ssid = *ieee80211::Ssid::from("own");
    settings.beacon.head = Network{}.beacon();
    ASSERT_EQ(error_of(wiphy.trigger_scan(ap, on({ghz2(1)}))), 0);  // it does not beacon yet
    run_for(1s);
    ASSERT_TRUE(wiphy.start_ap(ap, std::nullopt, settings));
    EXPECT_EQ(error_of(wiphy.trigger_scan(ap, on({ghz2(1)}))), EOPNOTSUPP);
    ScanRequest forced = on({ghz2(1)});
    forced.flags = {ScanFlag::ap};
    EXPECT_EQ(error_of(wiphy.trigger_scan(ap, forced)), 0);
}

TEST_F(ScanTest, RatesToAnnounceAreTheBands) {
    ScanRequest request = on({ghz2(1)}, {""});
    request.rates = {{phy::Band::ghz2_4, {2, 12}}};
    air.listen({ghz2(1)});
    scan(request);
    const auto rates = ieee80211::ElementList(air.heard.at(0).view().body()).find(ieee80211::element::supported_rates);
    ASSERT_TRUE(rates.has_value());
    EXPECT_THAT(rates->first_piece(), ElementsAre(2, 12));
    request.rates = {{phy::Band::ghz2_4, {3}}};
    EXPECT_EQ(trigger(request), EINVAL);
    request.rates = {{phy::Band::ghz2_4, {}}};
    EXPECT_EQ(trigger(request), EINVAL);
}

TEST_F(ScanTest, FlagsNeedTheFeaturesOfTheRadio) {
    ScanRequest request = on({ghz2(1)});
    request.flags = {ScanFlag::low_span};
    EXPECT_EQ(trigger(request), EOPNOTSUPP);
    request.flags = {ScanFlag::random_address};
    request.random_mask = MacAddress{{0xfe, 0, 0, 0, 0, 0}};  // leaves the group bit to chance
    EXPECT_EQ(trigger(request), EINVAL);
}

// Time

TEST_F(ScanTest, PassiveVisitsAreLongerThanActiveOnes) {
    EXPECT_EQ(scan(on({ghz2(1), ghz2(6)})), 2 * hw_passive);
    EXPECT_EQ(scan(on({ghz2(1), ghz2(6)}, {""})), 2 * hw_active);
}

TEST_F(ScanTest, ChannelsWhereNobodyMayBeginAreListenedToOnly) {
    // The world's rules: channel 12 passive, 36 passive, 52 radar.
    EXPECT_EQ(scan(on({ghz2(1), ghz2(12), ghz5(36), ghz5(52)}, {""})), hw_active + 3 * hw_passive);
}

TEST_F(ScanTest, AllEnabledChannelsAreVisitedWithoutAList) {
    std::size_t active = 0;
    std::size_t passive = 0;
    for (const BandChannels& band : wiphy.bands()) {
        for (const phy::RadioChannel& c : band.channels) {
            if (c.now.flags.has_any({phy::ChannelFlag::disabled, phy::ChannelFlag::s1g_no_primary})) continue;
            const bool may_begin = !c.now.flags.has_any({phy::ChannelFlag::no_ir, phy::ChannelFlag::radar});
            ++(may_begin ? active : passive);
        }
    }
    EXPECT_EQ(active, 11U);
    ScanRequest request;
    request.ssids = {ieee80211::Ssid{}};
    EXPECT_EQ(scan(request), active * hw_active + passive * hw_passive);
}

TEST_F(SoftwareScanTest, TheMacsOwnVisitsHaveItsOwnLength) {
    EXPECT_EQ(scan(on({ghz2(6), ghz2(11)})), 2 * sw_passive);
    EXPECT_EQ(scan(on({ghz2(6), ghz2(11)}, {""})), 2 * (sw_probe_delay + sw_active));
}

TEST_F(SoftwareScanTest, ADurationMakesVisitsLongerButNotShorter) {
    ScanRequest request = on({ghz2(6)});
    request.duration_tu = 200;
    EXPECT_EQ(scan(request), 204ms);
    request.duration_tu = 20;
    EXPECT_EQ(scan(request), sw_passive);
    request = on({ghz2(6)}, {""});
    request.duration_tu = 200;
    EXPECT_EQ(scan(request), 204ms + 4ms);  // two waits, each a tick longer
}

TEST_F(SoftwareScanTest, TheOperatingChannelAloneIsScannedInOneWait) {
    ASSERT_EQ(wiphy.channel_of(station, {}).has_value(), false);  // idle on the first channel of all
    air.listen({ghz2(1)});
    const sim::Time start = queue.now();
    EXPECT_EQ(scan(on({ghz2(1)}, {"a", "b"})), sw_active);
    EXPECT_THAT(ssids_of(air.heard), ElementsAre("a", "b"));
    EXPECT_EQ(air.heard.front().start, start);
    EXPECT_EQ(scan(on({ghz2(1)})), sw_passive);
}

TEST_F(SoftwareScanTest, ABeaconTurnsAPassiveVisitIntoAnActiveOne) {
    air.listen({ghz2(12)});
    const sim::Time start = queue.now();
    ASSERT_EQ(trigger(on({ghz2(12)}, {"net"})), 0);
    run_for(20ms);
    Network network;
    network.channel = ghz2(12);
    air.send(network.beacon(), ghz2(12));
    while (wiphy.scan() != nullptr && queue.step()) {
    }
    EXPECT_THAT(ssids_of(air.heard), ElementsAre("net"));
    EXPECT_LT(queue.now() - start, 20ms + 1ms + sw_active);  // probed, waited, and on
}

TEST_F(SoftwareScanTest, WithoutABeaconAPassiveChannelIsNotProbed) {
    air.listen({ghz2(12)});
    EXPECT_EQ(scan(on({ghz2(12)}, {"net"})), sw_passive);
    EXPECT_THAT(air.heard, IsEmpty());
}

// What goes out

TEST_F(ScanTest, EachSsidIsProbedForOnEachChannel) {
    air.listen({ghz2(1), ghz2(6)});
    scan(on({ghz2(1), ghz2(6)}, {"", "one", "two"}));
    EXPECT_THAT(ssids_of(air.heard), ElementsAre("", "one", "two", "", "one", "two"));
    for (const auto& f : air.heard) {
        EXPECT_EQ(f.view().addr1(), MacAddress::broadcast());
        EXPECT_EQ(*f.view().addr2(), station.address());
        EXPECT_EQ(*f.view().addr3(), MacAddress::broadcast());
    }
    EXPECT_EQ(air.heard[2].channel, ghz2(1));
    EXPECT_EQ(air.heard[3].channel, ghz2(6));
}

TEST_F(ScanTest, ProbesNumberTheirFrames) {
    air.listen({ghz2(1)});
    scan(on({ghz2(1)}, {"", "one"}));
    ASSERT_THAT(air.heard, SizeIs(2));
    const auto number = [](const Aerial::Heard& f) {
        return f.view().sequence()->get(ieee80211::SequenceControl::number);
    };
    EXPECT_EQ(number(air.heard[1]), number(air.heard[0]) + 1);
}

TEST_F(ScanTest, APassiveScanSendsNothing) {
    air.listen({ghz2(1)});
    scan(on({ghz2(1)}));
    EXPECT_THAT(air.heard, IsEmpty());
}

TEST_F(ScanTest, ElementsOfTheRequestAreSentInTheirPlace) {
    ScanRequest request = on({ghz2(1)}, {""});
    request.elements = {127, 1, 0x44, 221, 3, 1, 2, 3};  // Extended Capabilities, vendor specific
    air.listen({ghz2(1)});
    scan(request);
    std::vector<unsigned> ids;
    for (const auto& e : ieee80211::ElementList(air.heard.at(0).view().body()))
        ids.push_back(e.type().is_extended() ? 256U + e.type().extension : e.type().id);
    // SSID, rates, HT, then what comes before VHT, HE (35), EHT (108), HE 6 GHz (59), and the rest.
    EXPECT_THAT(ids, Contains(127U));
    EXPECT_EQ(ids.front(), 0U);
    EXPECT_EQ(ids.back(), 221U);
    const auto place = [&](unsigned id) { return std::find(ids.begin(), ids.end(), id) - ids.begin(); };
    EXPECT_LT(place(1), place(50));
    EXPECT_LT(place(45), place(127));
    EXPECT_LT(place(127), place(256 + 35));
    EXPECT_LT(place(256 + 35), place(256 + 108));
}

TEST_F(ScanTest, WithMinimalContentOnlyRatesAndTheRequestsElementsAreSent) {
    ScanRequest request = on({ghz5(36)}, {"x"});
    set_country('D', 'E');
    request.flags = {ScanFlag::min_probe_content};
    request.elements = {221, 3, 1, 2, 3};
    ASSERT_EQ(trigger(request), 0);
    air.listen({ghz5(36)});
    run_for(1s);
    std::vector<unsigned> ids;
    for (const auto& e : ieee80211::ElementList(air.heard.at(0).view().body()))
        ids.push_back(e.type().id);
    EXPECT_THAT(ids, ElementsAre(0, 1, 221));
}

TEST_F(ScanTest, ARandomAddressKeepsTheBitsOfTheMask) {
    ScanRequest request = on({ghz2(1)}, {""});
    request.flags = {ScanFlag::random_address};
    request.random_address = MacAddress{{0x0a, 0x12, 0, 0, 0, 0}};
    request.random_mask = MacAddress{{0xff, 0xff, 0, 0, 0, 0}};
    air.listen({ghz2(1)});
    scan(request);
    scan(request);
    ASSERT_THAT(air.heard, SizeIs(2));
    const MacAddress first = *air.heard[0].view().addr2();
    const MacAddress second = *air.heard[1].view().addr2();
    EXPECT_EQ(first[0], 0x0a);
    EXPECT_EQ(first[1], 0x12);
    EXPECT_NE(first, second);
    EXPECT_NE(first, station.address());

    // An answer to it is taken, though it is nobody's address.
    ASSERT_EQ(trigger(request), 0);
    run_for(10ms);
    air.send(Network{}.probe_response(*air.heard.back().view().addr2()), ghz2(1));
    run_for(1s);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:01 2412 net"));
}

TEST_F(ScanTest, ABssidIsProbedAlone) {
    ScanRequest request = on({ghz2(1)}, {""});
    request.bssid = address(7);
    air.listen({ghz2(1)});
    scan(request);
    EXPECT_EQ(air.heard.at(0).view().addr1(), address(7));
    EXPECT_EQ(*air.heard.at(0).view().addr3(), address(7));
}

TEST_F(SoftwareScanTest, TheMacsOwnProbesSayTheirChannel) {
    air.listen({ghz2(6)});
    scan(on({ghz2(6)}, {""}));
    const auto stated = ieee80211::ElementList(air.heard.at(0).view().body()).get<ieee80211::DsssParameterSet>();
    ASSERT_TRUE(stated.has_value());
    EXPECT_EQ(stated->channel, 6);
}

// How it ends

TEST_F(ScanTest, BeginAndEndAreTold) {
    scan(on({ghz2(1)}));
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "scan-done wlan0"));
    EXPECT_THAT(found(), IsEmpty());  // nobody is there
}

TEST_F(ScanTest, AnAbortedScanEndsAtOnce) {
    EXPECT_EQ(error_of(wiphy.abort_scan(station)), ENOENT);
    ASSERT_EQ(trigger({}), 0);
    run_for(50ms);
    const sim::Time now = queue.now();
    ASSERT_TRUE(wiphy.abort_scan(station));
    ASSERT_TRUE(wiphy.abort_scan(station));
    run_for(0s);
    EXPECT_EQ(queue.now(), now);
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "scan-aborted wlan0"));
    EXPECT_EQ(wiphy.scan(), nullptr);
    run_for(1min);
    EXPECT_EQ(scan(on({ghz2(1)})), hw_passive);  // and the next one is whole
}

TEST_F(SoftwareScanTest, TheMacsOwnScanIsAbortedToo) {
    ASSERT_EQ(trigger({}), 0);
    run_for(50ms);
    ASSERT_TRUE(wiphy.abort_scan(station));
    run_for(0s);
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "scan-aborted wlan0"));
    EXPECT_EQ(scan(on({ghz2(6)})), sw_passive);
}

TEST_F(ScanTest, GoingDownAbortsTheScanAfterTheInterfaceIsDown) {
    ASSERT_EQ(trigger({}), 0);
    run_for(50ms);
    ASSERT_TRUE(station.netdev()->set_up(false));
    run_for(1min);
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "link-down wlan0", "scan-aborted wlan0",
                                         "link-stopped of wlan0", "link-stopped of wlan0", "link-stopped of wlan0"));
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(scan(on({ghz2(1)})), hw_passive);
}

TEST_F(SoftwareScanTest, GoingDownAbortsTheMacsOwnScanToo) {
    ASSERT_EQ(trigger({}), 0);
    run_for(50ms);
    ASSERT_TRUE(station.netdev()->set_up(false));
    run_for(1min);
    EXPECT_THAT(log.lines(), ElementsAre("scan-started wlan0", "link-down wlan0", "scan-aborted wlan0"));
    ASSERT_TRUE(station.netdev()->set_up(true));
    EXPECT_EQ(scan(on({ghz2(6)})), sw_passive);
}

TEST_F(ScanTest, AnotherInterfaceGoingDownLeavesTheScanAlone) {
    Wdev& other = **wiphy.add_interface({"wlan9", InterfaceType::station});
    ASSERT_TRUE(other.netdev()->set_up(true));
    ASSERT_EQ(trigger(on({ghz2(1)})), 0);
    ASSERT_TRUE(other.netdev()->set_up(false));
    run_for(1s);
    EXPECT_THAT(log.lines(), Contains("scan-done wlan0"));
}

TEST_F(ScanTest, ARadioThatGoesTakesItsScanAlong) {
    ASSERT_EQ(trigger({}), 0);
    run_for(50ms);
    world.remove_radio(RadioIndex{0});
    EXPECT_THAT(log.lines(), Contains("scan-aborted wlan0"));
    run_for(1min);
}

TEST_F(ScanTest, AFlushForgetsWhatTheScanHasNotHeard) {
    hear(Network{}.named("old"));
    Network other;
    other.bssid = address(2);
    ScanRequest request = on({ghz2(1)});
    request.flags = {ScanFlag::flush};
    ASSERT_EQ(trigger(request), 0);
    run_for(10ms);
    air.send(other.beacon(), ghz2(1));
    run_for(1ms + 10ms);
    EXPECT_THAT(found(), SizeIs(2));
    run_for(1s);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:02 2412 net"));
}

TEST_F(ScanTest, AnAbortedFlushForgetsNothing) {
    hear(Network{});
    ScanRequest request = on({ghz2(1)});
    request.flags = {ScanFlag::flush};
    ASSERT_EQ(trigger(request), 0);
    run_for(10ms);
    ASSERT_TRUE(wiphy.abort_scan(station));
    run_for(1s);
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(WorldTest, AP2pDeviceScansWithoutANetdev) {
    Wiphy& wiphy = *add_radio(RadioOptions{.p2p_device = true}).wiphy;
    Wdev& p2p = **wiphy.add_interface({"p2p-dev", InterfaceType::p2p_device});
    EXPECT_EQ(error_of(wiphy.trigger_scan(p2p, {})), ENETDOWN);
    ASSERT_TRUE(wiphy.start_p2p_device(p2p));
    EXPECT_EQ(error_of(wiphy.trigger_scan(p2p, {})), 0);
    log.clear();
    ASSERT_TRUE(wiphy.stop_p2p_device(p2p));
    EXPECT_THAT(log.lines(), ElementsAre("scan-aborted p2p-dev"));
}

}  // namespace
}  // namespace mlosim::mld
