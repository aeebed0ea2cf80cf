// What a radio learns of the networks around it from their beacons and probe responses.

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/multiple_bssid.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "scan_fixture.h"

namespace mlosim::mld {
namespace {

using ieee80211::MacAddress;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class BssEntries : public ScanTest {};

TEST_F(BssEntries, ABeaconMakesAnEntryWithAllThatItSays) {
    Network network;
    network.with(ieee80211::BssLoad{3, 128, 0});
    hear(network);
    const Bss& bss = only();
    EXPECT_EQ(bss.bssid, address(1));
    EXPECT_EQ(bss.channel, ghz2(1));
    EXPECT_EQ(bss.beacon_interval, 100);
    EXPECT_EQ(bss.capability, 0x0401);
    EXPECT_EQ(bss.ssid()->text(), "net");
    EXPECT_EQ(bss.elements, bss.beacon);
    EXPECT_EQ(bss.probe_response, nullptr);
    EXPECT_EQ(bss.beacon->tsf, 0x1122334455U);
    EXPECT_EQ(bss.beacon->bytes, network.elements());
    EXPECT_TRUE(bss.beacon->from_beacon);
    EXPECT_EQ(bss.source, BssSource::direct);
    EXPECT_EQ(bss.use_for, bss_use_for_all);
    EXPECT_EQ(bss.parent_tsf, 0U);  // no connection whose TSF would count
}

TEST_F(BssEntries, TheSignalIsWhatTheRadioHeardInWholeDbm) {
    hear(Network{}.beacon(), ghz2(1), 20.0);
    EXPECT_EQ(only().signal_mbm, -3000);  // the ideal medium takes 50 dB, as mac80211_hwsim does
    hear(Network{}.beacon(), ghz2(1), 7.0);
    EXPECT_EQ(only().signal_mbm, -4300);
}

TEST_F(BssEntries, AProbeResponseCountsMoreThanTheBeaconButDoesNotReplaceIt) {
    Network network;
    hear(network);
    Network answer = network;
    answer.tsf = 77;
    answer.with(ieee80211::BssLoad{1, 2, 3});
    hear_response(answer);
    const Bss& bss = only();
    EXPECT_EQ(bss.elements, bss.probe_response);
    EXPECT_EQ(bss.probe_response->bytes, answer.elements());
    EXPECT_EQ(bss.probe_response->tsf, 77U);
    EXPECT_EQ(bss.beacon->bytes, network.elements());
    network.tsf = 99;
    hear(network);
    EXPECT_EQ(only().beacon->tsf, 99U);
    EXPECT_EQ(only().elements->tsf, 77U);
}

TEST_F(BssEntries, LaterFramesRenewWhatChanges) {
    Network network;
    hear(network);
    const sim::Time first = only().last_seen;
    network.capability = 0x0411;
    network.beacon_interval = 200;
    hear(network);
    EXPECT_EQ(only().capability, 0x0411);
    EXPECT_EQ(only().beacon_interval, 200);
    EXPECT_GT(only().last_seen, first);
    EXPECT_GT(*only().boottime, first);
}

TEST_F(BssEntries, AreToldApartByChannelBssidAndSsid) {
    Network network;
    hear(network);
    hear(network.named("other"));
    Network elsewhere = network;
    elsewhere.channel = ghz2(6);
    hear(elsewhere);
    Network twin = network;
    twin.bssid = address(2);
    hear(twin);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:01 2412 net", "02:bb:00:00:00:01 2412 other",
                                     "02:bb:00:00:00:01 2437 net", "02:bb:00:00:00:02 2412 net"));
}

TEST_F(BssEntries, AFrameHeardBesideItsChannelBelongsToTheChannelThatItStates) {
    Network network;
    network.channel = ghz2(3);
    hear(network.beacon(), ghz2(1), 20.0);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:01 2422 net"));
    EXPECT_EQ(only().signal_mbm, -3000);  // the first word on it; a later one from beside changes nothing
    hear(network.beacon(), ghz2(1), 10.0);
    EXPECT_EQ(only().signal_mbm, -3000);
    hear(network.beacon(), ghz2(3), 10.0);
    EXPECT_EQ(only().signal_mbm, -4000);
}

TEST_F(BssEntries, ANetworkOnAChannelThatIsClosedIsNotTaken) {
    Network network;
    network.channel = ghz2(14);
    set_country('U', 'S');
    hear(network.beacon(), ghz2(11));
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(BssEntries, AnswersToOthersAreNotTaken) {
    hear(Network{}.probe_response(address(0x77)), ghz2(1));
    hear(Network{}.probe_response(MacAddress::broadcast()), ghz2(1));  // only in 6 GHz
    EXPECT_THAT(found(), IsEmpty());
    set_country('D', 'E');
    Network six;
    six.channel = ghz6(5);
    hear(six.probe_response(MacAddress::broadcast()), ghz6(5));
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(BssEntries, ABeaconToOneStationIsNone) {
    hear(Network{}.frame(ieee80211::ManagementSubtype::beacon, station.address()), ghz2(1));
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(BssEntries, FramesThatAreCutOffAreNotTaken) {
    auto bytes = Network{}.beacon();
    for (const std::size_t size : {0U, 1U, 2U, 10U, 23U, 24U, 35U}) {
        ieee80211::Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        hear(cut, ghz2(1));
    }
    EXPECT_THAT(found(), IsEmpty());
    EXPECT_GT(wiphy.malformed_frames(), 0U);
}

TEST_F(BssEntries, ElementsThatAreCutOffAreKeptAsTheyCame) {
    Network network;
    network.extra = {221, 200, 1, 2, 3};
    hear(network);
    EXPECT_EQ(only().elements->bytes, network.elements());
    EXPECT_GT(wiphy.malformed_frames(), 0U) << "but they are counted";
}

TEST_F(BssEntries, RadiosOnlyHearWhileTheyListen) {
    air.send(Network{}.beacon(), ghz2(1));
    run_for(1s);
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(WorldTest, MonitorsAloneFindNoNetworks) {
    Wiphy& wiphy = *add_radio().wiphy;
    Wdev& mon = **wiphy.add_interface({"mon0", InterfaceType::monitor});
    ASSERT_TRUE(mon.netdev()->set_up(true));
    Aerial air(medium);
    air.send(Network{}.beacon(), ghz2(1));
    run_for(1s);
    EXPECT_EQ(wiphy.bss_table().size(), 0U);
}

// Age

TEST_F(BssEntries, AreForgotten30SecondsAfterTheirLastFrame) {
    hear(Network{});
    const sim::Time heard = only().last_seen;
    run_for(heard + 30s - queue.now());
    EXPECT_THAT(found(), SizeIs(1));
    run_for(1ns);
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(BssEntries, LiveOnWhileTheyAreHeard) {
    for (int i = 0; i < 5; ++i) {
        hear(Network{});
        run_for(20s);
    }
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(BssEntries, ChangeTheGenerationOfTheTable) {
    const std::uint32_t before = wiphy.bss_table().generation();
    hear(Network{});
    const std::uint32_t after = wiphy.bss_table().generation();
    EXPECT_NE(before, after);
    EXPECT_EQ(wiphy.bss_table().generation(), after);
    run_for(1min);
    EXPECT_NE(wiphy.bss_table().generation(), after);
}

// Hidden networks

TEST_F(BssEntries, AHiddenNetworksAnswerIsAnEntryThatSharesItsBeacon) {
    const Network network = Network{}.named("secret");
    hear(network.named(""));
    hear_response(network);
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:01 2412 ", "02:bb:00:00:00:01 2412 secret"));
    const auto all = wiphy.bss_table().entries();
    EXPECT_EQ(all[1]->beacon, all[0]->beacon);
    EXPECT_EQ(all[1]->hidden_beacon, all[0]);
    Network later = network.named("");
    later.tsf = 5;
    hear(later);
    EXPECT_EQ(all[1]->beacon->tsf, 5U);
    EXPECT_EQ(all[1]->last_seen, all[0]->last_seen);
}

TEST_F(BssEntries, AnAnswerThatCameBeforeTheHiddenBeaconIsFoundByIt) {
    const Network network = Network{}.named("secret");
    hear_response(network);
    EXPECT_EQ(only().beacon, nullptr);
    hear(network.named(std::string(6, '\0')));
    const auto all = wiphy.bss_table().entries();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0]->hidden_beacon, all[1]);
    EXPECT_EQ(all[0]->beacon, all[1]->beacon);
}

TEST_F(BssEntries, ZerosHideOnlyANameOfTheirLength) {
    hear(Network{}.named(std::string(5, '\0')));
    hear_response(Network{}.named("secret"));
    EXPECT_EQ(wiphy.bss_table().entries()[1]->hidden_beacon, nullptr);
}

TEST_F(BssEntries, AHiddenBeaconStaysAsLongAsAnAnswerDoes) {
    const Network network = Network{}.named("secret");
    hear(network.named(""));
    run_for(20s);
    // The answer is heard alone, on and on: the beacon's entry is old, but the answer's rests on it.
    hear_response(network);
    run_for(15s);
    EXPECT_THAT(found(), SizeIs(2));
    run_for(20s);
    // cf. __cfg80211_bss_expire(): the order of the list lets the beacon go one look later.
    found();
    EXPECT_THAT(found(), IsEmpty());
}

// Multiple BSSID

class MultipleBssids : public ScanTest {
protected:
    static ieee80211::Bytes profile(const std::string& ssid, std::uint8_t index, std::uint16_t capability = 0x0411) {
        ieee80211::Bytes bytes;
        ieee80211::ByteWriter out(bytes);
        ieee80211::NontransmittedBssidCapability{ieee80211::CapabilityInfo::from_raw(capability)}.append_to(out);
        ieee80211::Ssid::from(ssid)->append_to(out);
        ieee80211::MultipleBssidIndex{index, ieee80211::MultipleBssidIndex::Dtim{2, 0}}.append_to(out);
        return bytes;
    }
    static Network with(std::vector<ieee80211::Bytes> profiles) {
        Network network;
        network.bssid = MacAddress{{0x02, 0xbb, 0, 0, 0, 0x1e}};
        network.with(ieee80211::BssLoad{1, 2, 3});
        network.with(*ieee80211::MultipleBssid::from(3, std::move(profiles)));
        return network;
    }
};

TEST_F(MultipleBssids, EachProfileIsAnEntryUnderItsTransmitter) {
    hear(with({profile("one", 1), profile("four", 4)}));
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:1e 2412 net", "02:bb:00:00:00:1f 2412 one",
                                     "02:bb:00:00:00:1a 2412 four"));  // counted within the lowest three bits
    const auto all = wiphy.bss_table().entries();
    for (const std::size_t i : {1U, 2U}) {
        EXPECT_EQ(all[i]->transmitted, all[0]);
        EXPECT_EQ(all[i]->source, BssSource::mbssid);
        EXPECT_EQ(all[i]->max_bssid_indicator, 3);
        EXPECT_EQ(all[i]->capability, 0x0411);
        EXPECT_EQ(all[i]->signal_mbm, all[0]->signal_mbm);
        EXPECT_EQ(all[i]->last_seen, all[0]->last_seen);
    }
    EXPECT_EQ(all[2]->bssid_index, 4);
    EXPECT_EQ(all[0]->transmitted, nullptr);
}

TEST_F(MultipleBssids, InheritWhatTheyDoNotSayThemselves) {
    hear(with({profile("one", 1)}));
    const ieee80211::ElementList own(wiphy.bss_table().entries()[1]->elements->bytes);
    EXPECT_EQ(own.get<ieee80211::BssLoad>()->station_count, 1);
    EXPECT_EQ(own.get<ieee80211::DsssParameterSet>()->channel, 1);
    EXPECT_FALSE(own.find(ieee80211::element::multiple_bssid).has_value());
    EXPECT_FALSE(own.find(ieee80211::element::nontransmitted_bssid_capability).has_value());
    EXPECT_EQ(own.get<ieee80211::MultipleBssidIndex>()->index, 1);
}

TEST_F(MultipleBssids, ThatAreOfNoSetAreNotTaken) {
    hear(with({profile("zero", 1), profile("too-far", 8)}));
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:1e 2412 net", "02:bb:00:00:00:1f 2412 zero"));
}

TEST_F(MultipleBssids, LoseTheirTransmitterWhenItIsForgottenAndAreFoundAgain) {
    hear(with({profile("one", 1)}));
    run_for(31s);
    EXPECT_THAT(found(), IsEmpty());
    hear(with({profile("one", 1)}));
    EXPECT_EQ(wiphy.bss_table().entries()[1]->transmitted, wiphy.bss_table().entries()[0]);
}

// Affiliated APs in complete profiles of a probe response

class MultiLinkProbes : public ScanTest {
protected:
    MultiLinkProbes() { set_country('D', 'E'); }
    static ieee80211::LinkId link(unsigned n) { return *ieee80211::LinkId::from(n); }

    /// The reporting AP on channel 1 is link 0; link 1 is on channel 36.
    static Network reporter(bool complete, bool reported_with_bssid = true) {
        Network network;
        ieee80211::TbttInfo info;
        info.tbtt_offset = 255;
        if (reported_with_bssid) {
            info.bssid = address(0x36);
            info.short_ssid = ieee80211::Ssid::from("net")->short_ssid();
            info.bss = ieee80211::RnrBssParameters{}
                           .set(ieee80211::RnrBssParameters::same_ssid)
                           .set(ieee80211::RnrBssParameters::colocated_ap);
            info.psd_20mhz = 127;
        } else {
            info.tbtt_offset.reset();
        }
        info.mld = ieee80211::RnrMldParameters{}.set(ieee80211::RnrMldParameters::link_id, 1);
        info.mld->set(ieee80211::RnrMldParameters::bss_parameters_change_count, 7);
        ieee80211::NeighborAp neighbor;
        neighbor.operating_class = 115;
        neighbor.channel = 36;
        neighbor.tbtts = {info};
        network.with(*ieee80211::ReducedNeighborReport::from({neighbor}));

        ieee80211::BasicPerStaProfile profile;
        profile.link = link(1);
        profile.complete = complete;
        profile.sta_addr = address(0x36);
        profile.beacon_interval = 200;
        profile.tsf_offset = 16;
        profile.dtim = ieee80211::DtimInfo{0, 2};
        profile.profile = {0x11, 0x15};  // capabilities
        ieee80211::ByteWriter out(profile.profile);
        ieee80211::BssLoad{9, 9, 9}.append_to(out);

        ieee80211::BasicMultiLink element;
        element.mld_addr = address(0xaa);
        element.link_id = link(0);
        element.bss_parameters_change_count = 3;
        element.mld_capabilities.emplace();
        element.profiles = {profile};
        network.with(element);
        return network;
    }
};

TEST_F(MultiLinkProbes, ACompleteProfileIsAnEntryOnItsOwnChannel) {
    hear_response(reporter(true));
    EXPECT_THAT(found(), ElementsAre("02:bb:00:00:00:01 2412 net", "02:bb:00:00:00:36 5180 net"));
    const Bss& derived = *wiphy.bss_table().entries()[1];
    EXPECT_EQ(derived.source, BssSource::sta_profile);
    EXPECT_EQ(derived.beacon_interval, 200);
    EXPECT_EQ(derived.capability, 0x1511);
    EXPECT_EQ(derived.signal_mbm, 0);  // nobody heard it
    EXPECT_EQ(derived.probe_response->tsf, 0x1122334455U + 16U);
    const ieee80211::ElementList own(derived.elements->bytes);
    EXPECT_EQ(own.get<ieee80211::BssLoad>()->station_count, 9);
    const auto mld = own.get<ieee80211::BasicMultiLink>();
    ASSERT_TRUE(mld.has_value());
    EXPECT_EQ(mld->mld_addr, address(0xaa));
    EXPECT_EQ(mld->link_id, link(1));
    EXPECT_EQ(mld->bss_parameters_change_count, 7);
    EXPECT_THAT(mld->profiles, IsEmpty());
    // and, last of all, the way back to who told of it
    std::optional<ieee80211::ReducedNeighborReport> back;
    for (const auto& e : own)
        if (e.type() == ieee80211::element::reduced_neighbor_report)
            back = *ieee80211::ReducedNeighborReport::parse(ieee80211::ElementBody(e));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->neighbors().at(0).channel, 1);
    EXPECT_EQ(back->neighbors().at(0).tbtts.at(0).bssid, address(1));
    EXPECT_EQ(back->neighbors().at(0).tbtts.at(0).mld->link(), link(0));
}

TEST_F(MultiLinkProbes, AnIncompleteProfileIsNone) {
    hear_response(reporter(false));
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(MultiLinkProbes, BeaconsHaveNoCompleteProfiles) {
    hear(reporter(true));
    EXPECT_THAT(found(), SizeIs(1));
}

TEST_F(MultiLinkProbes, ALinkThatIsReportedWithoutItsBssidIsForNothing) {
    hear_response(reporter(true, false));
    const Bss& derived = *wiphy.bss_table().entries().at(1);
    EXPECT_EQ(derived.use_for, 0U);
    EXPECT_EQ(derived.cannot_use_reasons, bss_cannot_use_nstr_nonprimary);
}

TEST_F(MultiLinkProbes, WhatWasHeardDirectlyIsNotReplaced) {
    Network direct;
    direct.bssid = address(0x36);
    direct.channel = ghz5(36);
    direct.capability = 0x1511;
    hear(direct);
    hear_response(reporter(true));
    const Bss& entry = *wiphy.bss_table().entries().at(0);
    EXPECT_EQ(entry.source, BssSource::direct);
    EXPECT_EQ(entry.elements->bytes, direct.elements());
}

// 6 GHz power

TEST_F(BssEntries, A6GHzAccessPointOfAKindThatIsNotAllowedIsOfNoUse) {
    set_country('D', 'E');
    Network network;
    network.channel = ghz6(5);
    hear(network);  // low power indoor
    EXPECT_EQ(only().use_for, bss_use_for_all);
    network.bssid = address(2);
    network.regulatory_info = 5;  // no such kind
    hear(network);
    EXPECT_EQ(wiphy.bss_table().entries().at(1)->use_for, 0U);
    EXPECT_EQ(wiphy.bss_table().entries().at(1)->cannot_use_reasons, bss_cannot_use_6ghz_power_mismatch);
}

}  // namespace
}  // namespace mlosim::mld
