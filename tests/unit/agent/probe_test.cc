#include "access_point_fixture.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::agent {
namespace {

using phy::Band;
using testing::IsEmpty;
using testing::SizeIs;
namespace element = ieee80211::element;

class ProbeAnswers : public AccessPointTest {};

TEST_F(ProbeAnswers, ComeForTheNameAndForAnyName) {
    AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    EXPECT_THAT(probe(bss, "home"), SizeIs(1));
    EXPECT_THAT(probe(bss, ""), SizeIs(1));
    EXPECT_THAT(probe(bss, "other"), IsEmpty());
}

TEST_F(ProbeAnswers, GoToTheOneWhoAskedAndHaveNoTim) {
    AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const auto answers = probe(ap.bsses().front(), "home");
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(FrameView::parse(answers[0])->addr1(), station.address);
    const Bytes elements = elements_of(answers[0]);
    EXPECT_FALSE(ElementList(elements).find(element::tim).has_value());
}

TEST_F(ProbeAnswers, OfHiddenNetworksComeForTheNameAloneAndTellIt) {
    NetworkSettings settings = network("secret", link(0, Band::ghz2_4, 6));
    settings.hidden = mld::HiddenSsid::zero_contents;
    AccessPoint& ap = start(settings);
    const Bss& bss = ap.bsses().front();
    EXPECT_THAT(probe(bss, ""), IsEmpty());
    const auto answers = probe(bss, "secret");
    ASSERT_THAT(answers, SizeIs(1));
    const Bytes elements = elements_of(answers[0]);
    EXPECT_EQ(*ElementList(elements).get<ieee80211::Ssid>(), name_of("secret"));
}

TEST_F(ProbeAnswers, DoNotComeForAnotherBssidOrChannel) {
    AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    EXPECT_THAT(probe(bss, "home", {}, *MacAddress::parse("02:00:00:00:99:00")), IsEmpty());
    EXPECT_THAT(probe(bss, "home", {}, bss.bssid), SizeIs(1));
    EXPECT_THAT(probe(bss, "home", {3, 1, 5}), IsEmpty());
    EXPECT_THAT(probe(bss, "home", {3, 1, 6}), SizeIs(1));
}

TEST_F(ProbeAnswers, ComeForANameInAList) {
    AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    const Bss& bss = ap.bsses().front();
    const Bytes list{84, 8, 0, 1, 'x', 0, 4 - 1, 'h', 'o', 'm'};
    EXPECT_THAT(probe(bss, "other", list), IsEmpty());
    const Bytes with_home{84, 9, 0, 1, 'x', 0, 4, 'h', 'o', 'm', 'e'};
    EXPECT_THAT(probe(bss, "other", with_home), SizeIs(1));
}

TEST_F(ProbeAnswers, OnSixGigahertzGoToAllAndComeForAShortName) {
    AccessPoint& ap = start(network("six", link(0, Band::ghz6, 5), Security::wpa3));
    const Bss& bss = ap.bsses().front();
    const auto answers = probe(bss, "");
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(FrameView::parse(answers[0])->addr1(), MacAddress::broadcast());
    Bytes list{255, 5, 58};
    ByteWriter w(list);
    w.u32le(name_of("six").short_ssid());
    EXPECT_THAT(probe(bss, "", list), SizeIs(1));
    Bytes other{255, 5, 58};
    ByteWriter v(other);
    v.u32le(name_of("other").short_ssid());
    EXPECT_THAT(probe(bss, "", other), IsEmpty());
}

TEST_F(ProbeAnswers, AreNotGivenToRubbish) {
    AccessPoint& ap = start(three_links());
    const Bss& bss = ap.bsses().front();
    const Bytes bodies[] = {{},          {0},          {0, 5, 'h'},      {0, 33},
                            {1, 1, 130}, {0, 0, 255},  {0, 0, 255, 0},   {0, 1, 'x', 255, 1, 107},
                            {84, 255},   {0, 1, 0, 3}, {0, 1, 'y', 3, 0}};
    station.tune(bss.channel.control);
    for (const Bytes& body : bodies)
        (void)station.ask(ManagementSubtype::probe_request, MacAddress::broadcast(), MacAddress::broadcast(), body,
                          ManagementSubtype::probe_response);
    EXPECT_LE(ap.counters().probe_responses, 2U);  // the two with a whole empty name before the rubbish
    EXPECT_THAT(probe(bss, "three"), SizeIs(1));
}

TEST_F(ProbeAnswers, AreBoundedInNumber) {
    AccessPoint& ap = start(network("home", link(0, Band::ghz2_4, 6)));
    mld::RxStatus status;
    status.channel = ap.bsses().front().channel.control;
    Bytes request;
    ByteWriter w(request);
    FrameHeader::management(ManagementSubtype::probe_request, MacAddress::broadcast(), station.address,
                            MacAddress::broadcast())
        .append_to(w);
    w.u16le(0);
    const auto frame = std::make_shared<const Bytes>(request);
    for (int i = 0; i < 1000; ++i)
        (void)ap.frame_received(ap.wdev(), frame, status);
    EXPECT_GT(ap.counters().overruns, 0U);
    run_for(1s);
    EXPECT_THAT(probe(ap.bsses().front(), ""), SizeIs(1));
}

TEST_F(ProbeAnswers, OfTheLowerBandsNameTheSixGigahertzAccessPointBesideThem) {
    AccessPoint& low = start(network("home", link(0, Band::ghz2_4, 6)));
    AccessPoint& six = start(network("six", link(0, Band::ghz6, 5), Security::wpa3));
    const auto answers = probe(low.bsses().front(), "home");
    ASSERT_THAT(answers, SizeIs(1));
    const Bytes elements = elements_of(answers[0]);
    const auto report = ElementList(elements).get<ieee80211::ReducedNeighborReport>();
    ASSERT_TRUE(report.has_value());
    ASSERT_THAT(report->neighbors(), SizeIs(1));
    const auto& neighbor = report->neighbors().front();
    EXPECT_EQ(neighbor.operating_class, 131);
    EXPECT_EQ(neighbor.channel, 5);
    EXPECT_EQ(neighbor.tbtts.front().bssid, six.bsses().front().bssid);
    EXPECT_EQ(neighbor.tbtts.front().short_ssid, name_of("six").short_ssid());
    EXPECT_TRUE(neighbor.tbtts.front().bss->has(ieee80211::RnrBssParameters::colocated_ap));
    EXPECT_FALSE(neighbor.tbtts.front().bss->has(ieee80211::RnrBssParameters::same_ssid));
}

TEST_F(ProbeAnswers, DoNotNameTheAccessPointsOfAnotherSite) {
    AccessPoint& low = start(network("home", link(0, Band::ghz2_4, 6)));
    start(network("six", link(0, Band::ghz6, 5), Security::wpa3), "generic-be", SiteId{1});
    const auto answers = probe(low.bsses().front(), "home");
    ASSERT_THAT(answers, SizeIs(1));
    const Bytes elements = elements_of(answers[0]);
    EXPECT_FALSE(ElementList(elements).find(element::reduced_neighbor_report).has_value());
}

}  // namespace
}  // namespace mlosim::agent
