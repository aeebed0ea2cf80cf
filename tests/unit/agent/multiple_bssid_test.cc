#include "ieee80211/multiple_bssid.h"

#include "access_point_fixture.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent {
namespace {

using phy::Band;
using testing::IsEmpty;
using testing::SizeIs;
namespace element = ieee80211::element;

class MultipleBssid : public AccessPointTest {
protected:
    static NetworkSettings three_networks() {
        NetworkSettings out = network("first", link(0, Band::ghz5, 36), Security::wpa2);
        out.nontransmitted = {{name_of("guests"), Security::open},
                              {name_of("modern"), Security::wpa3},
                              {name_of("same"), Security::wpa2}};
        return out;
    }
};

TEST_F(MultipleBssid, BeaconsCarryTheOtherNetworksWithTheirNamesAndSecurity) {
    const AccessPoint& ap = start(three_networks());
    const Bss& bss = ap.bsses().front();
    const Bytes elements = elements_of(beacon_of(bss));
    const auto others = ieee80211::nontransmitted_bsses(bss.bssid, ElementList(elements));
    ASSERT_THAT(others, SizeIs(3));
    const char* const names[] = {"guests", "modern", "same"};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(others[i].index, i + 1);
        EXPECT_EQ(others[i].bssid, ieee80211::nontransmitted_bssid(bss.bssid, 2, static_cast<std::uint8_t>(i + 1)));
        EXPECT_EQ(*ElementList(others[i].elements).get<ieee80211::Ssid>(), name_of(names[i]));
        // Everything of the radio is inherited.
        EXPECT_TRUE(ElementList(others[i].elements).find(element::eht_operation).has_value());
        EXPECT_TRUE(ElementList(others[i].elements).find(element::vht_operation).has_value());
    }
    EXPECT_FALSE(ElementList(others[0].elements).find(element::rsn).has_value());
    EXPECT_FALSE(others[0].capabilities.has(ieee80211::CapabilityInfo::privacy));
    EXPECT_EQ(ElementList(others[1].elements).get<ieee80211::Rsn>()->akms, std::vector{ieee80211::akm::sae});
    EXPECT_TRUE(ElementList(others[1].elements).find(element::rsnx).has_value());
    EXPECT_EQ(ElementList(others[2].elements).get<ieee80211::Rsn>()->akms, std::vector{ieee80211::akm::psk});
    EXPECT_FALSE(ElementList(others[2].profile).find(element::rsn).has_value()) << "it is inherited";
    EXPECT_TRUE(ElementList(elements).get<ieee80211::ExtendedCapabilities>()->has(
        ieee80211::ExtendedCapabilities::multiple_bssid));
}

TEST_F(MultipleBssid, AreNotPromisedWhereThereAreNone) {
    const AccessPoint& ap = start(network("alone", link(0, Band::ghz5, 36)));
    const Bytes elements = elements_of(beacon_of(ap.bsses().front()));
    EXPECT_FALSE(ElementList(elements).find(element::multiple_bssid).has_value());
    EXPECT_FALSE(ElementList(elements).get<ieee80211::ExtendedCapabilities>()->has(
        ieee80211::ExtendedCapabilities::multiple_bssid));
}

TEST_F(MultipleBssid, ProbesForANontransmittedNameAreAnsweredByTheTransmittedBss) {
    const AccessPoint& ap = start(three_networks());
    const Bss& bss = ap.bsses().front();
    const auto answers = probe(bss, "modern");
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(FrameView::parse(answers.front())->addr2(), bss.bssid);
    const Bytes elements = elements_of(answers.front());
    EXPECT_THAT(ieee80211::nontransmitted_bsses(bss.bssid, ElementList(elements)), SizeIs(3));
}

TEST_F(MultipleBssid, ManyNetworksFillSeveralElements) {
    NetworkSettings settings = network("first", link(0, Band::ghz5, 36), Security::wpa3);
    for (int i = 0; i < 7; ++i)
        settings.nontransmitted.push_back(
            {name_of("a quite long name of network nr" + std::to_string(i)), Security::wpa2});
    const AccessPoint& ap = start(settings);
    const Bytes elements = elements_of(beacon_of(ap.bsses().front()));
    std::size_t count = 0;
    for (const auto& e : ElementList(elements))
        if (e.type() == element::multiple_bssid) ++count;
    EXPECT_GE(count, 2U);
    EXPECT_THAT(ieee80211::nontransmitted_bsses(ap.bsses().front().bssid, ElementList(elements)), SizeIs(7));
}

}  // namespace
}  // namespace mlosim::agent
