// A station MLD and a built-in AP MLD: 802.11be 35.3.5.

#include "access_point_fixture.h"
#include "mld/netdev.h"
#include "mld/scan.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {
namespace {

using ieee80211::LinkId;
using mld::error_of;
using testing::Each;
using testing::Property;
using testing::SizeIs;

LinkId id(unsigned value) {
    return *LinkId::from(value);
}

/// What the world is told of the end of connecting.
class Results : public mld::Events {
public:
    void connected(mld::Wdev&, const mld::ConnectResult& result) override { all.push_back(result); }
    std::vector<mld::ConnectResult> all;
};

class StationMld : public AccessPointTest {
protected:
    StationMld() : ap(start(three_links(Security::open))), sta(make_station()) { world.subscribe(results); }
    ~StationMld() override { world.unsubscribe(results); }

    mld::Wdev& make_station() {
        mld::RadioSpec spec;
        mld::RadioOptions options;
        options.channels = 3;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = "sta0";
        add_radio(std::move(spec));
        mld::Wdev& out = wdev("sta0");
        EXPECT_TRUE(out.netdev()->set_up(true).has_value());
        return out;
    }
    void scan() {
        mld::ScanRequest request;
        for (const Bss& bss : ap.bsses())
            request.frequencies.push_back(bss.channel.control.center);
        EXPECT_TRUE(sta.wiphy().trigger_scan(sta, std::move(request)).has_value());
        run_for(2s);
    }
    mld::StationMlme& mlme() { return *sta.mlme(); }
    [[nodiscard]] mld::AuthenticateRequest authentication(const AccessPoint& with, unsigned link) const {
        const Bss& bss = with.bsses()[link];
        mld::AuthenticateRequest out;
        out.bssid = bss.bssid;
        out.frequency = bss.channel.control.center;
        out.ssid = name_of("three");
        out.ap_mld_addr = with.wdev().address();
        out.link = id(link);
        return out;
    }
    [[nodiscard]] mld::AssociateRequest association(const AccessPoint& with, unsigned main,
                                                    const std::vector<unsigned>& links) const {
        const Bss& bss = with.bsses()[main];
        mld::AssociateRequest out;
        out.bssid = bss.bssid;
        out.frequency = bss.channel.control.center;
        out.ssid = name_of("three");
        out.ap_mld_addr = with.wdev().address();
        out.assoc_link = id(main);
        for (const unsigned link : links)
            out.links.push_back({.link = id(link),
                                 .bssid = with.bsses()[link].bssid,
                                 .frequency = with.bsses()[link].channel.control.center});
        return out;
    }
    void connect(AccessPoint& with, unsigned main, const std::vector<unsigned>& links) {
        ASSERT_EQ(error_of(mlme().authenticate(authentication(with, main))), 0);
        run_for(50ms);
        ASSERT_EQ(error_of(mlme().associate(association(with, main, links))), 0);
        run_for(100ms);
        ASSERT_NE(mlme().connection(), nullptr);
    }
    [[nodiscard]] int refused(const std::function<void(mld::AssociateRequest&)>& change) {
        EXPECT_EQ(error_of(mlme().authenticate(authentication(ap, 1))), 0);
        run_for(50ms);
        mld::AssociateRequest request = association(ap, 1, {0, 1, 2});
        change(request);
        return error_of(mlme().associate(request));
    }

    AccessPoint& ap;
    mld::Wdev& sta;
    Results results;
};

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
