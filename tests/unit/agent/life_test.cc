#include "access_point_fixture.h"
#include "ieee80211/country.h"
#include "mld/netdev.h"
#include "mld/wiphy.h"

namespace mlosim::agent {
namespace {

using phy::Band;
using testing::IsEmpty;
using testing::Not;

class AccessPointLife : public AccessPointTest {
protected:
    std::size_t beacons_in(const Bss& bss, sim::Duration time) {
        station.tune(bss.channel.control);
        run_for(time);
        return station.of(ManagementSubtype::beacon).size();
    }
};

TEST_F(AccessPointLife, EndsAndBeginsAgainWithItsInterface) {
    AccessPoint& ap = start(three_links());
    const Bss bss = ap.bsses()[1];
    EXPECT_GT(beacons_in(bss, 1s), 8U);
    ASSERT_TRUE(ap.wdev().netdev()->set_up(false).has_value());
    EXPECT_EQ(beacons_in(bss, 1s), 0U);
    EXPECT_FALSE(ap.beacons());
    ASSERT_TRUE(ap.wdev().netdev()->set_up(true).has_value());
    EXPECT_GT(beacons_in(bss, 1s), 8U);
    EXPECT_EQ(ap.wdev().valid_links(), 7);
}

TEST_F(AccessPointLife, StopsWhereItsChannelIsForbiddenAndComesBackWhenItIsNot) {
    AccessPoint& ap = start(network("thirteen", link(0, Band::ghz2_4, 13)));
    set_country('U', 'S');
    run_for(61s);  // interfaces get a minute to leave
    EXPECT_FALSE(ap.beacons());
    EXPECT_EQ(beacons_in(ap.bsses().front(), 1s), 0U);
    set_country('D', 'E');
    run_for(1s);
    EXPECT_GT(beacons_in(ap.bsses().front(), 1s), 8U);
}

TEST_F(AccessPointLife, TellsTheNewCountryInItsBeacons) {
    AccessPoint& ap = start(network("one", link(0, Band::ghz2_4, 1)));
    set_country('U', 'S');
    run_for(1ms);
    const Bytes elements = elements_of(beacon_of(ap.bsses().front()));
    EXPECT_EQ(ElementList(elements).get<ieee80211::Country>()->alpha2(), "US");
}

TEST_F(AccessPointLife, IsOverWhenItsInterfaceIsGone) {
    AccessPoint& ap = start(network("one", link(0, Band::ghz2_4, 1)));
    mld::Wdev& interface = ap.wdev();
    ASSERT_TRUE(interface.wiphy().remove_interface(interface).has_value());
    EXPECT_EQ(access_points.size(), 0U);
    run_for(1s);
}

TEST_F(AccessPointLife, IsOverWhenItsInterfaceBecomesAStation) {
    AccessPoint& ap = start(network("one", link(0, Band::ghz2_4, 1)));
    mld::Wdev& interface = ap.wdev();
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::station;
    ASSERT_TRUE(interface.wiphy().change_interface(interface, change).has_value());
    EXPECT_EQ(access_points.size(), 0U);
    run_for(1s);
}

TEST_F(AccessPointLife, DoesNotBeginOnAForbiddenChannel) {
    AccessPoint& ap =
        access_points.add(access_point_interface("ap0"), network("radar", link(0, Band::ghz5, 100)), SiteId{});
    const auto started = access_points.start(ap);
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().error.code, EINVAL);
    EXPECT_EQ(started.error().link, 0U);
    EXPECT_FALSE(ap.beacons());
}

TEST_F(AccessPointLife, StartsNoLinkWhenOneIsForbidden) {
    NetworkSettings settings = three_links();
    settings.links[1] = link(1, Band::ghz5, 100);
    AccessPoint& ap = access_points.add(access_point_interface("ap0"), settings, SiteId{});
    const auto started = access_points.start(ap);
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().link, 1U);
    EXPECT_FALSE(ap.beacons());
}

TEST_F(AccessPointLife, IsTheSameForTheSameSeed) {
    AccessPoint& ap = start(three_links());
    const Bss& bss = ap.bsses().front();
    const sim::Random same(1);
    auto stream = same.stream("agent/three");
    EXPECT_EQ(bss.color, 1 + stream.below(63));
    EXPECT_EQ(bss.tbtt_offset, stream.below(100));
}

}  // namespace
}  // namespace mlosim::agent
