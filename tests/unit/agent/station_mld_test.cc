// A station MLD and a built-in AP MLD: 802.11be 35.3.5.

#include "station_mld_fixture.h"

namespace mlosim::agent {
namespace {

using mld::error_of;
using testing::Each;
using testing::Property;
using testing::SizeIs;

TEST_F(StationMld, AuthenticatesOnOneLink) {
    scan();
    ASSERT_EQ(error_of(mlme().authenticate(authentication(ap, 2))), 0);
    EXPECT_EQ(sta.valid_links(), id(2).bit());
    EXPECT_NE(sta.links().front()->address(), sta.address());
    EXPECT_EQ(sta.links().front()->channel()->control, ap.bsses()[2].channel.control);
    run_for(50ms);
    EXPECT_EQ(mlme().access_point()->address(), ap.wdev().address());
    EXPECT_TRUE(mlme().access_point()->flags.has(mld::StaFlag::authenticated));
}

TEST_F(StationMld, GetsTheLinksThatItAsksFor) {
    scan();
    connect(ap, 1, {0, 1, 2});
    EXPECT_EQ(mlme().connection()->ap, ap.wdev().address());
    EXPECT_EQ(sta.valid_links(), 7);
    EXPECT_EQ(sta.active_links(), 7);
    ASSERT_THAT(sta.links(), SizeIs(3));
    for (unsigned i = 0; i < 3; ++i) {
        const mld::Link& link = *sta.links()[i];
        EXPECT_EQ(link.id(), id(i));
        EXPECT_EQ(link.bssid(), ap.bsses()[i].bssid);
        ASSERT_TRUE(link.channel());
        EXPECT_EQ(link.channel()->control, ap.bsses()[i].channel.control);
        EXPECT_TRUE(link.address().is_valid_individual());
        EXPECT_NE(mlme().bss(link), nullptr);
        EXPECT_NE(mlme().access_point()->link(link.id()), nullptr);
    }
    EXPECT_NE(sta.links()[0]->address(), sta.links()[1]->address());
    ASSERT_THAT(results.all, SizeIs(1));
    EXPECT_EQ(results.all[0].ap_mld_addr, ap.wdev().address());
    ASSERT_THAT(results.all[0].links, SizeIs(3));
    EXPECT_EQ(results.all[0].links[2].address, sta.links()[2]->address());
    EXPECT_EQ(results.all[0].links[2].status, 0);
}

TEST_F(StationMld, LinkWdevsStandForTheLinksOfTheirBands) {
    ASSERT_THAT(sta.link_wdevs(), SizeIs(3));
    scan();
    connect(ap, 0, {0, 2});
    for (const mld::Wdev* wdev : sta.link_wdevs()) {
        const bool used = wdev->band() != phy::Band::ghz5;
        ASSERT_EQ(wdev->affiliated_link() != nullptr, used);
        if (used) {
            EXPECT_EQ(wdev->affiliated_link()->channel()->band(), wdev->band());
        }
    }
}

TEST_F(StationMld, IsNoMldAnyMoreOnceItHasLeft) {
    scan();
    connect(ap, 1, {0, 1, 2});
    mld::LeaveRequest goodbye;
    goodbye.bssid = ap.wdev().address();
    goodbye.reason = 3;
    ASSERT_EQ(error_of(mlme().deauthenticate(goodbye)), 0);
    EXPECT_FALSE(sta.is_mld());
    EXPECT_FALSE(sta.default_link().channel());
    EXPECT_EQ(sta.default_link().address(), sta.address());
    EXPECT_EQ(mlme().access_point(), nullptr);
    EXPECT_THAT(sta.link_wdevs(), Each(Property(&mld::Wdev::affiliated_link_id, std::nullopt)));
    run_for(1s);
    connect(ap, 2, {2});
    EXPECT_EQ(sta.valid_links(), id(2).bit());
}

TEST_F(StationMld, MovesToAnotherApMld) {
    AccessPoint& other = start(three_links(Security::open));
    scan();
    connect(ap, 1, {0, 1, 2});
    scan();
    connect(other, 0, {0, 1});
    EXPECT_EQ(mlme().connection()->ap, other.wdev().address());
    EXPECT_EQ(sta.valid_links(), 3);
    EXPECT_EQ(sta.links()[1]->bssid(), other.bsses()[1].bssid);
}

TEST_F(StationMld, GoesDownWithoutALinkLeftBehind) {
    scan();
    connect(ap, 1, {0, 1, 2});
    ASSERT_TRUE(sta.netdev()->set_up(false).has_value());
    EXPECT_FALSE(sta.is_mld());
    run_for(1s);
}

TEST_F(StationMld, RefusesWhatContradictsTheScan) {
    scan();
    const auto other_address = *MacAddress::parse("02:00:00:00:99:00");
    EXPECT_EQ(refused([&](auto& r) { r.links[0].bssid = other_address; }), ENOENT);
    EXPECT_EQ(refused([&](auto& r) { r.ap_mld_addr = other_address; }), EINVAL);
    EXPECT_EQ(refused([&](auto& r) { std::swap(r.links[0].link, r.links[2].link); }), EINVAL);
    EXPECT_EQ(refused([&](auto& r) { r.disable_eht = true; }), EINVAL);
    EXPECT_EQ(refused([&](auto&) {}), 0);
}

}  // namespace
}  // namespace mlosim::agent
