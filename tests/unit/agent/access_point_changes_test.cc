// Channel switches and colors of built-in access points, the count by which stations know that something changed, and
// what beacons say of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/bss_elements.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "mld/sta.h"

namespace mlosim::agent {
namespace {

using ieee80211::LinkId;
using ieee80211::RnrMldParameters;
namespace element = ieee80211::element;

class Changes : public AccessPointTest {
protected:
    AccessPoint& start_three() {
        NetworkSettings settings = three_links();
        settings.password = "12345678";
        return start(settings);
    }
    static LinkId id(unsigned number) { return *LinkId::from(number); }
    /// What the beacons of `of` say of link `number`: its own count, or the one in the neighbor report.
    struct Said {
        std::optional<unsigned> count;
        bool all_included = false;
        bool disabled = false;
        bool flag = false;
        bool announces_switch = false;
        bool announces_for_other = false;
    };
    Said said(const Bss& of, unsigned number) {
        const Bytes frame = beacon_of(of);
        const Bytes elements = elements_of(frame);
        Said out;
        const auto body = ieee80211::BeaconBody::parse(FrameView::parse(frame)->body());
        out.flag = body->capabilities.has(ieee80211::CapabilityInfo::critical_update);
        const ElementList list(elements);
        out.announces_switch = list.find(element::channel_switch_announcement).has_value();
        const auto found = ieee80211::find_multi_link(list, ieee80211::MultiLinkVariant::basic);
        const ieee80211::ElementBody inside(*found);
        const auto multi_link = ieee80211::BasicMultiLinkView::parse(inside);
        if (multi_link->link_id() == id(number)) out.count = multi_link->bss_parameters_change_count();
        if (const auto profile = multi_link->profile(id(number))) {
            const Bytes inner(profile->profile().begin(), profile->profile().end());
            out.announces_for_other = ElementList(inner).find(element::channel_switch_announcement).has_value();
        }
        for (const ieee80211::ElementView& e : list) {
            if (e.type() != element::reduced_neighbor_report) continue;
            const auto report = ieee80211::ReducedNeighborReport::parse(e.first_piece());
            EXPECT_TRUE(report.has_value());
            for (const auto& neighbor : report->neighbors())
                for (const auto& tbtt : neighbor.tbtts) {
                    if (!tbtt.mld || tbtt.mld->link() != id(number)) continue;
                    out.count = tbtt.mld->get(RnrMldParameters::bss_parameters_change_count);
                    out.all_included = tbtt.mld->get(RnrMldParameters::all_updates_included) != 0;
                    out.disabled = tbtt.mld->get(RnrMldParameters::disabled_link) != 0;
                }
        }
        return out;
    }
    StationAgent& add_client(const AccessPoint& ap) {
        StationSettings settings;
        settings.name = "client";
        settings.ssid = ap.settings().ssid;
        settings.security = ap.settings().security;
        settings.password = ap.settings().password;
        for (const Bss& bss : ap.bsses())
            settings.frequencies.push_back(bss.channel.control.center);
        mld::RadioOptions options;
        options.channels = 3;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = settings.name;
        add_radio(std::move(spec));
        return agents.add(wdev(settings.name), settings);
    }
    StationAgents agents{world};
};

TEST_F(Changes, OfAChannelAreAnnouncedOnAllLinksAndFollowedByStations) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap);
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(said(ap.bsses()[1], 1).count, 0U);
    EXPECT_FALSE(said(ap.bsses()[1], 1).flag);

    ASSERT_TRUE(ap.switch_channel(id(1), channel(phy::Band::ghz5, 44), 20).has_value());
    EXPECT_EQ(ap.switch_channel(id(1), channel(phy::Band::ghz5, 48), 20).error().code, EBUSY);
    const Said own = said(ap.bsses()[1], 1);
    EXPECT_TRUE(own.announces_switch);
    EXPECT_EQ(own.count, 1U);
    EXPECT_TRUE(own.flag);
    const Said other = said(ap.bsses()[0], 1);
    EXPECT_FALSE(other.announces_switch);
    EXPECT_TRUE(other.announces_for_other);
    EXPECT_TRUE(other.all_included);
    EXPECT_EQ(other.count, 1U);
    EXPECT_EQ(said(ap.bsses()[0], 2).count, 0U) << "nothing is new there";

    run_for(4s);
    EXPECT_EQ(ap.bsses()[1].channel.control.number(), 44);
    const Said after = said(ap.bsses()[1], 1);
    EXPECT_FALSE(after.announces_switch);
    EXPECT_EQ(after.count, 2U);
    EXPECT_FALSE(after.flag) << "the next DTIM beacon is long over";
    EXPECT_FALSE(said(ap.bsses()[0], 1).announces_for_other);
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.counters().disconnections, 0U);
    const mld::Link* moved = client.wdev().link(id(1));
    ASSERT_NE(moved, nullptr);
    EXPECT_EQ(moved->channel()->control.number(), 44);
}

TEST_F(Changes, OfAChannelMoveAPlainAccessPointWithItsStations) {
    NetworkSettings settings = network("plain", link(0, phy::Band::ghz5, 36, 80), Security::wpa2);
    settings.password = "12345678";
    AccessPoint& ap = start(settings);
    StationAgent& client = add_client(ap);
    run_for(3s);
    ASSERT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(ap.switch_channel(id(0), channel(phy::Band::ghz5, 149), 3).error().code, ENOENT) << "it has no links";
    ASSERT_TRUE(ap.switch_channel({}, channel(phy::Band::ghz5, 44, 40), 5).has_value());
    run_for(1s);
    EXPECT_EQ(ap.bsses()[0].channel, channel(phy::Band::ghz5, 44, 40));
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.counters().disconnections, 0U);
    EXPECT_EQ(client.wdev().links().front()->channel()->width, phy::ChannelWidth::w40);
    ASSERT_TRUE(ap.switch_channel({}, channel(phy::Band::ghz5, 36, 80), 1).has_value())
        << "without a beacon that says so";
    run_for(0s);
    EXPECT_EQ(ap.bsses()[0].channel, channel(phy::Band::ghz5, 36, 80));
}

TEST_F(Changes, OfAColorAreCounted) {
    AccessPoint& ap = start_three();
    const std::uint8_t color = ap.bsses()[2].color == 7 ? 8 : 7;
    EXPECT_EQ(ap.change_color(id(2), 64, 5).error().code, EINVAL);
    ASSERT_TRUE(ap.change_color(id(2), color, 10).has_value());
    const Bytes during = elements_of(beacon_of(ap.bsses()[2]));
    EXPECT_TRUE(ElementList(during).find(element::bss_color_change_announcement).has_value());
    EXPECT_EQ(said(ap.bsses()[0], 2).count, 1U);
    run_for(2s);
    EXPECT_EQ(ap.bsses()[2].color, color);
    const Bytes after = elements_of(beacon_of(ap.bsses()[2]));
    EXPECT_FALSE(ElementList(after).find(element::bss_color_change_announcement).has_value());
    EXPECT_EQ(ElementList(after).get<ieee80211::HeOperation>()->color.get(ieee80211::BssColor::color), color);
    EXPECT_EQ(said(ap.bsses()[0], 2).count, 2U);
}

TEST_F(Changes, OfLinksAreCounted) {
    AccessPoint& ap = start_three();
    ASSERT_TRUE(ap.rest_link(id(2), 2s).has_value());
    EXPECT_EQ(said(ap.bsses()[0], 2).count, 1U);
    EXPECT_FALSE(said(ap.bsses()[0], 2).disabled);
    run_for(1500ms);
    const Said resting = said(ap.bsses()[0], 2);
    EXPECT_TRUE(resting.disabled);
    EXPECT_EQ(resting.count, 2U);
    run_for(3s);
    EXPECT_FALSE(said(ap.bsses()[0], 2).disabled);
    EXPECT_EQ(said(ap.bsses()[0], 2).count, 3U);
    ASSERT_TRUE(ap.remove_link(id(1), 40).has_value());
    EXPECT_EQ(said(ap.bsses()[0], 1).count, 1U);
    EXPECT_EQ(said(ap.bsses()[0], 1).count, 1U) << "a countdown is no change";
}

TEST_F(Changes, OfTheOtherHalfOfAnOweTransitionAreTold) {
    NetworkSettings open = network("cafe", link(0, phy::Band::ghz2_4, 1), Security::open);
    open.owe_transition = "cafe-owe";
    NetworkSettings owe = network("cafe-owe", link(0, phy::Band::ghz5, 36), Security::owe);
    owe.owe_transition = "cafe";
    AccessPoint& first = start(open);
    AccessPoint& second = start(owe);
    run_for(0s);
    const auto told = [this](const Bss& bss) {
        const Bytes elements = elements_of(beacon_of(bss));
        for (const ieee80211::ElementView& e : ElementList(elements)) {
            const auto body = e.first_piece();
            if (e.type() == element::vendor_specific && body.size() > 4 && body[0] == 0x50 && body[3] == 0x1c)
                return Bytes(body.begin() + 4, body.end());
        }
        return Bytes();
    };
    Bytes expected(second.bsses()[0].bssid.octets().begin(), second.bsses()[0].bssid.octets().end());
    for (const char c : std::string("\x08"
                                    "cafe-owe"))
        expected.push_back(static_cast<std::uint8_t>(c));
    expected.insert(expected.end(), {115, 36});
    EXPECT_EQ(told(first.bsses()[0]), expected);
    const Bytes back = told(second.bsses()[0]);
    ASSERT_GT(back.size(), 7U);
    EXPECT_EQ(back[6], 4U);
    ASSERT_TRUE(second.switch_channel({}, channel(phy::Band::ghz5, 44), 2).has_value());
    run_for(1s);
    expected.back() = 44;
    EXPECT_EQ(told(first.bsses()[0]), expected) << "it follows";
}

TEST_F(Changes, ProtectedBeaconsAreACapability) {
    const auto says = [](const Bytes& elements) {
        const auto can = ElementList(elements).get<ieee80211::ExtendedCapabilities>();
        return can && can->has(ieee80211::ExtendedCapabilities::beacon_protection);
    };
    NetworkSettings with = network("with", link(0, phy::Band::ghz2_4, 1), Security::wpa3);
    with.password = "12345678";
    EXPECT_TRUE(says(elements_of(beacon_of(start(with).bsses()[0]))));
    NetworkSettings without = network("without", link(0, phy::Band::ghz2_4, 6), Security::wpa2);
    without.password = "12345678";
    EXPECT_FALSE(says(elements_of(beacon_of(start(without).bsses()[0]))));
}

}  // namespace
}  // namespace mlosim::agent
