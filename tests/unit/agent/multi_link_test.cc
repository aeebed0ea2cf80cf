#include <algorithm>

#include "access_point_fixture.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/probe_request_multi_link.h"
#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::agent {
namespace {

using ieee80211::BasicMultiLink;
using ieee80211::BasicPerStaProfile;
using ieee80211::LinkId;
using ieee80211::RnrMldParameters;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace element = ieee80211::element;

class MultiLink : public AccessPointTest {
protected:
    static BasicMultiLink multi_link_in(const Bytes& elements) {
        const auto found = ieee80211::find_multi_link(ElementList(elements), ieee80211::MultiLinkVariant::basic);
        EXPECT_TRUE(found.has_value());
        auto parsed = BasicMultiLink::parse(ieee80211::ElementBody(*found));
        EXPECT_TRUE(parsed.has_value());
        return *parsed;
    }
    /// Asks the first link about `profiles` (none: about all links).
    BasicMultiLink ask(const AccessPoint& ap, std::vector<ieee80211::ProbeRequestPerStaProfile> profiles) {
        ieee80211::ProbeRequestMultiLink request;
        request.profiles = std::move(profiles);
        Bytes more;
        ByteWriter w(more);
        request.append_to(w);
        const auto answers = probe(ap.bsses().front(), "", more, ap.bsses().front().bssid);
        EXPECT_THAT(answers, SizeIs(1));
        if (answers.empty()) return {};
        answer = elements_of(answers.front());
        return multi_link_in(answer);
    }

    Bytes answer;
};

TEST_F(MultiLink, IsOneNetdevWithALinkWdevForEachLink) {
    const AccessPoint& ap = start(three_links());
    EXPECT_THAT(ap.wdev().link_wdevs(), SizeIs(3));
    for (const mld::Wdev* link : ap.wdev().link_wdevs()) {
        EXPECT_EQ(link->netdev(), nullptr);
        EXPECT_TRUE(link->running());
    }
    EXPECT_EQ(ap.wdev().valid_links(), 7);
}

TEST_F(MultiLink, BeaconsNameTheMldAndTheirLink) {
    const AccessPoint& ap = start(three_links());
    for (const Bss& bss : ap.bsses()) {
        const BasicMultiLink element = multi_link_in(elements_of(beacon_of(bss)));
        EXPECT_EQ(element.mld_addr, ap.wdev().address());
        EXPECT_EQ(element.link_id, bss.mld->link);
        EXPECT_EQ(element.bss_parameters_change_count, 0);
        EXPECT_EQ(element.eml->raw(), 0x0081U);
        EXPECT_EQ(element.mld_capabilities->get(ieee80211::MldCapabilities::max_simultaneous_links_minus_1), 2U);
        EXPECT_THAT(element.profiles, IsEmpty());
    }
}

TEST_F(MultiLink, BeaconsListTheOtherLinksWithTheirPlaceInTheMld) {
    const AccessPoint& ap = start(three_links());
    for (const Bss& bss : ap.bsses()) {
        const Bytes elements = elements_of(beacon_of(bss));
        const auto report = ElementList(elements).get<ieee80211::ReducedNeighborReport>();
        ASSERT_TRUE(report.has_value());
        EXPECT_THAT(report->neighbors(), SizeIs(2));
        for (const auto& neighbor : report->neighbors()) {
            const auto& info = neighbor.tbtts.front();
            const auto other =
                std::find_if(ap.bsses().begin(), ap.bsses().end(), [&](const Bss& b) { return b.bssid == info.bssid; });
            ASSERT_NE(other, ap.bsses().end());
            EXPECT_NE(other->bssid, bss.bssid);
            EXPECT_EQ(neighbor.channel, other->channel.control.number());
            EXPECT_EQ(neighbor.operating_class, other->channel.operating_class());
            EXPECT_EQ(info.mld->get(RnrMldParameters::ap_mld_id), 0U);
            EXPECT_EQ(info.mld->link(), other->mld->link);
            EXPECT_TRUE(info.bss->has(ieee80211::RnrBssParameters::same_ssid));
            EXPECT_TRUE(info.bss->has(ieee80211::RnrBssParameters::colocated_ap));
        }
    }
}

TEST_F(MultiLink, NeighborReportsTellHowMuchLaterTheOtherLinkBeacons) {
    const AccessPoint& ap = start(three_links());
    const Bss& first = ap.bsses()[0];
    const Bytes elements = elements_of(beacon_of(first));
    const auto report = ElementList(elements).get<ieee80211::ReducedNeighborReport>();
    // When the links really beacon.
    const auto when = [&](const Bss& bss) {
        station.tune(bss.channel.control);
        while (station.of(ManagementSubtype::beacon).empty())
            run_for(1024us);
        return queue.now().us() / 1024 % bss.beacon_interval;
    };
    const auto base = when(first);
    for (std::size_t i = 1; i < 3; ++i) {
        const auto offset = (when(ap.bsses()[i]) + 100 - base) % 100;
        EXPECT_NEAR(static_cast<double>(offset), *report->neighbors()[i - 1].tbtts.front().tbtt_offset, 5.0)
            << "the first needs some milliseconds at 1 Mb/s";
    }
}

TEST_F(MultiLink, AProbeThatAsksAboutAllLinksGetsTheirCompleteProfiles) {
    const AccessPoint& ap = start(three_links());
    const BasicMultiLink element = ask(ap, {});
    ASSERT_THAT(element.profiles, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
        const BasicPerStaProfile& profile = element.profiles[i];
        const Bss& other = ap.bsses()[i + 1];
        EXPECT_EQ(profile.link, other.mld->link);
        EXPECT_TRUE(profile.complete);
        EXPECT_EQ(profile.sta_addr, other.bssid);
        EXPECT_EQ(profile.beacon_interval, other.beacon_interval);
        EXPECT_EQ(profile.tsf_offset, 0);
        EXPECT_EQ(profile.dtim->period, other.dtim_period);
        EXPECT_EQ(profile.bss_parameters_change_count, 0);
    }
}

TEST_F(MultiLink, AProfileAndTheFrameAroundItMakeTheOtherLinksOwnAnswer) {
    const AccessPoint& ap = start(three_links());
    const BasicMultiLink element = ask(ap, {});
    const Bytes frame = answer;
    for (const BasicPerStaProfile& profile : element.profiles) {
        const Bss& other = ap.bsses()[profile.link.value()];
        const auto own_answers = probe(other, "three");
        ASSERT_THAT(own_answers, SizeIs(1));
        const Bytes own = elements_of(own_answers.front());
        const Bytes derived =
            ieee80211::inherit(ElementList(frame), ElementList(ieee80211::ByteView(profile.profile).subspan(2)));
        // The neighbor report and the Multi-Link element belong to the frame that was sent.
        const auto sorted = [](const Bytes& bytes) {
            std::vector<Bytes> out;
            for (const auto& e : ElementList(bytes))
                if (e.type() != element::reduced_neighbor_report && e.type() != element::multi_link)
                    out.emplace_back(e.encoded().begin(), e.encoded().end());
            std::sort(out.begin(), out.end());
            return out;
        };
        EXPECT_EQ(sorted(derived), sorted(own)) << unsigned{profile.link.value()};
    }
}

TEST_F(MultiLink, AProbeThatNamesALinkGetsThatOneAlone) {
    const AccessPoint& ap = start(three_links());
    const BasicMultiLink element = ask(ap, {{*LinkId::from(2), true, {}}, {*LinkId::from(9), true, {}}});
    ASSERT_THAT(element.profiles, SizeIs(1));
    EXPECT_EQ(element.profiles.front().link, *LinkId::from(2));
}

TEST_F(MultiLink, AProbeThatNamesElementsGetsThoseAlone) {
    const AccessPoint& ap = start(three_links());
    const BasicMultiLink element = ask(ap, {{*LinkId::from(1), false, {10, 2, 61, 192}}});
    ASSERT_THAT(element.profiles, SizeIs(1));
    EXPECT_FALSE(element.profiles.front().complete);
    std::vector<ieee80211::ElementType> types;
    for (const auto& e : ElementList(ieee80211::ByteView(element.profiles.front().profile).subspan(2)))
        types.push_back(e.type());
    EXPECT_THAT(types, ElementsAre(element::ht_operation, element::vht_operation));
}

TEST_F(MultiLink, AProbeToAnotherMldGetsAPlainAnswer) {
    const AccessPoint& ap = start(three_links());
    ieee80211::ProbeRequestMultiLink request;
    request.mld_addr = *MacAddress::parse("02:00:00:00:99:00");
    Bytes more;
    ByteWriter w(more);
    request.append_to(w);
    const auto answers = probe(ap.bsses().front(), "", more, ap.bsses().front().bssid);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_THAT(multi_link_in(elements_of(answers.front())).profiles, IsEmpty());
}

}  // namespace
}  // namespace mlosim::agent
