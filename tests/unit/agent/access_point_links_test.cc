// Links of an AP MLD that go, rest, and come back: what its beacons say, and what becomes of its stations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "mld/sta.h"
#include "mld/stations.h"

namespace mlosim::agent {
namespace {

using ieee80211::LinkId;
using testing::SizeIs;
namespace element = ieee80211::element;

class LinksOfAnApMld : public AccessPointTest {
protected:
    AccessPoint& start_three() {
        NetworkSettings settings = three_links();
        settings.password = "12345678";
        return start(settings);
    }
    static LinkId id(unsigned number) { return *LinkId::from(number); }
    std::optional<std::uint16_t> removal_timer(const Bss& bss, unsigned number) {
        const Bytes elements = elements_of(beacon_of(bss));
        const auto found =
            ieee80211::find_multi_link(ElementList(elements), ieee80211::MultiLinkVariant::reconfiguration);
        if (!found) return std::nullopt;
        const auto said = ieee80211::ReconfigurationMultiLink::parse(ieee80211::ElementBody(*found));
        EXPECT_TRUE(said.has_value());
        for (const auto& profile : said->profiles)
            if (profile.link == id(number)) return profile.ap_removal_timer;
        return std::nullopt;
    }
    std::size_t neighbors(const Bss& bss) {
        const Bytes elements = elements_of(beacon_of(bss));
        std::size_t out = 0;
        for (const ieee80211::ElementView& e : ElementList(elements))
            if (e.type() == element::reduced_neighbor_report) ++out;
        return out;
    }
    StationAgent& add_client(const AccessPoint& ap, unsigned channels) {
        StationSettings settings;
        settings.name = "client" + std::to_string(agents.size());
        settings.ssid = ap.settings().ssid;
        settings.security = ap.settings().security;
        settings.password = ap.settings().password;
        for (const Bss& bss : ap.bsses())
            settings.frequencies.push_back(bss.channel.control.center);
        settings.start = world.now() + 100ms;
        mld::RadioOptions options;
        options.channels = channels;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = settings.name;
        add_radio(std::move(spec));
        return agents.add(wdev(settings.name), settings);
    }
    StationAgents agents{world};
};

TEST_F(LinksOfAnApMld, CountDownInTheBeaconsOfAllAndGo) {
    AccessPoint& ap = start_three();
    const std::vector<Bss> before(ap.bsses().begin(), ap.bsses().end());
    ASSERT_TRUE(ap.remove_link(id(1), 20).has_value());
    const auto first = removal_timer(before[0], 1);
    ASSERT_TRUE(first.has_value());
    const auto later = removal_timer(before[2], 1);
    ASSERT_TRUE(later.has_value());
    EXPECT_LT(*later, *first);
    EXPECT_EQ(ap.active_links(), 7);
    run_for(3s);
    EXPECT_EQ(ap.active_links(), 5);
    EXPECT_EQ(ap.wdev().valid_links(), 5);
    EXPECT_THAT(ap.bsses(), SizeIs(2));
    EXPECT_FALSE(removal_timer(before[0], 1));
    EXPECT_EQ(neighbors(before[0]), 1U) << "the one that is left";
}

TEST_F(LinksOfAnApMld, AreNotAllTakenAway) {
    AccessPoint& ap = start_three();
    EXPECT_EQ(ap.remove_link(id(7), 3).error().code, ENOENT);
    EXPECT_EQ(ap.remove_link(id(0), 0).error().code, EINVAL);
    EXPECT_TRUE(ap.remove_link(id(0), 3).has_value());
    EXPECT_TRUE(ap.remove_link(id(1), 3).has_value());
    EXPECT_EQ(ap.remove_link(id(2), 3).error().code, EBUSY);
    EXPECT_EQ(ap.rest_link(id(2), 1s).error().code, EBUSY);
    run_for(2s);
    EXPECT_EQ(ap.active_links(), 4);
    EXPECT_EQ(ap.remove_link(id(2), 3).error().code, EBUSY);
}

TEST_F(LinksOfAnApMld, TakeTheirStationsLinksWithThem) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap, 3);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    const mld::Sta* sta = ap.wdev().wiphy().stations().find(ap.wdev(), client.wdev().address());
    ASSERT_THAT(sta->links(), SizeIs(3));
    ASSERT_TRUE(ap.remove_link(id(0), 5).has_value());
    run_for(1s);
    sta = ap.wdev().wiphy().stations().find(ap.wdev(), client.wdev().address());
    ASSERT_NE(sta, nullptr);
    EXPECT_THAT(sta->links(), SizeIs(2));
    EXPECT_EQ(ap.stations().find(client.wdev().address())->links, 6);
    EXPECT_TRUE(ap.rekey_group()) << "of the links that are left";
    run_for(1s);
    EXPECT_TRUE(sta->authorized());
}

TEST_F(LinksOfAnApMld, RestWithAnAdvertisedMapping) {
    AccessPoint& ap = start_three();
    ASSERT_TRUE(ap.rest_link(id(2), 2s).has_value());
    const auto mapping = [&] {
        const Bytes elements = elements_of(beacon_of(ap.bsses()[0]));
        return ElementList(elements).get<ieee80211::TidToLinkMapping>();
    };
    const auto before = mapping();
    ASSERT_TRUE(before.has_value());
    EXPECT_TRUE(before->switch_time.has_value());
    EXPECT_EQ(before->expected_duration(), 1953U);
    EXPECT_EQ(ap.rest_link(id(2), 2s).error().code, EBUSY) << "it rests already";
    run_for(1100ms);
    const auto said = mapping();
    ASSERT_TRUE(said.has_value());
    EXPECT_FALSE(said->switch_time.has_value()) << "it rests";
    for (unsigned tid = 0; tid < ieee80211::TidToLinkMapping::tids; ++tid)
        EXPECT_EQ(said->links(tid), 3);
    ASSERT_TRUE(said->expected_duration().has_value());
    EXPECT_THAT(*said->expected_duration(), testing::AllOf(testing::Gt(1000U), testing::Lt(1953U)));
    EXPECT_EQ(ap.active_links(), 7) << "it beacons on";
    run_for(2s);
    EXPECT_FALSE(mapping().has_value());
}

TEST_F(LinksOfAnApMld, RestSeveralAtOnceEachForATimeOfItsOwn) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap, 3);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    ASSERT_TRUE(ap.rest_link(id(2), 3s).has_value());
    run_for(500ms);
    ASSERT_TRUE(ap.rest_link(id(1), 6s).has_value());
    EXPECT_EQ(ap.rest_link(id(0), 1s).error().code, EBUSY) << "it is the last one";
    const auto mappings = [&] {
        const Bytes elements = elements_of(beacon_of(ap.bsses()[0]));
        std::vector<ieee80211::TidToLinkMapping> out;
        for (const ieee80211::ElementView& e : ElementList(elements))
            if (e.type() == ieee80211::TidToLinkMapping::type)
                out.push_back(*ieee80211::TidToLinkMapping::parse(ieee80211::ElementBody(e)));
        return out;
    };
    run_for(600ms);  // link 2 rests, link 1 will
    auto said = mappings();
    ASSERT_THAT(said, SizeIs(2));
    EXPECT_FALSE(said[0].switch_time.has_value());
    EXPECT_EQ(said[0].links(0), 3);
    EXPECT_TRUE(said[1].switch_time.has_value());
    EXPECT_EQ(said[1].links(0), 1);
    EXPECT_EQ(client.wdev().dormant_links(), 4);
    run_for(800ms);  // both do
    EXPECT_EQ(client.wdev().dormant_links(), 6);
    run_for(3s);  // link 1 alone
    said = mappings();
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said[0].links(0), 5);
    EXPECT_EQ(client.wdev().dormant_links(), 2);
    EXPECT_EQ(client.wdev().active_links(), 5);
    run_for(5s);
    EXPECT_THAT(mappings(), SizeIs(0));
    EXPECT_EQ(client.wdev().dormant_links(), 0);
    EXPECT_EQ(client.wdev().active_links(), 7);
    EXPECT_EQ(client.state(), StationState::connected);
}

TEST_F(LinksOfAnApMld, GoWhereTheyAreForbiddenAndComeBack) {
    AccessPoint& ap = start_three();
    StationAgent& client = add_client(ap, 3);
    run_for(5s);
    ASSERT_EQ(client.state(), StationState::connected);
    set_country('0', '0');
    run_for(2s);
    EXPECT_EQ(ap.active_links(), 3) << "6 GHz is closed in country 00";
    EXPECT_TRUE(ap.running());
    set_country('D', 'E');
    run_for(2s);
    EXPECT_EQ(ap.active_links(), 7);
    EXPECT_EQ(ap.wdev().valid_links(), 7);
    for (const auto& each : ap.wdev().links()) {
        EXPECT_NE(each->ap(), nullptr);
        EXPECT_TRUE(each->default_multicast_key.has_value());
        EXPECT_TRUE(each->default_beacon_key.has_value());
    }
    run_for(60s);
    EXPECT_EQ(client.state(), StationState::connected);
}

}  // namespace
}  // namespace mlosim::agent
