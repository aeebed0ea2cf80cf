// What else than a station the radio can be: an access point, a monitor, a P2P device; and a radio elsewhere.

#include <cstdio>

#include "connected_fixture.h"
#include "mld/stations.h"
#include "mld/wdev.h"

namespace mlosim::mt7925::host {
namespace {

using phy::Band;
using testing::Contains;
using testing::IsEmpty;

class ChipRoles : public ChipStations {
protected:
    unsigned said_of(Cid cid) const {
        return static_cast<unsigned>(std::ranges::count(said, cid, &std::pair<Cid, std::string>::first));
    }
};

TEST_F(ChipRoles, ServesAsAnAccessPoint) {
    mld::Wdev& on = add_chip("ap");
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::ap;
    ASSERT_TRUE(on.wiphy().change_interface(on, change).has_value());
    agent::AccessPoint& ap = access_points.add(on, secured("chip", {agent::link(0, Band::ghz5, 36)}), agent::SiteId{});
    ASSERT_TRUE(access_points.start(ap).has_value());
    run_for(1s);
    EXPECT_TRUE(tables().bss[0].active);
    EXPECT_TRUE(tables().bss[0].beacon.has_value());
    agent::StationSettings settings = settings_for(ap);
    settings.password = ap.settings().password;
    agent::StationAgent& client = add_station("client", settings, 1);
    run_for(10s);
    ASSERT_EQ(client.state(), agent::StationState::connected) << client.last_reason();
    EXPECT_EQ(valid_peers().size(), 1U);
    EXPECT_EQ(firmware_keys(1), std::vector<std::string>{"pairwise 0 ccmp"});
    expect_arrival(wdev("client"), on);
    expect_arrival(on, wdev("client"));
    expect_no_fault();
    // A BSS that served goes twice: the firmware says so, and nobody minds.
    ASSERT_TRUE(on.netdev()->set_up(false).has_value());
    run_for(2s);
    expect_nothing_left();
    EXPECT_EQ(counts().refused_commands, 1U) << testing::PrintToString(refused);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipRoles, HasRoomForThirteenStationsAndLosesNone) {
    mld::Wdev& on = add_chip("ap");
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::ap;
    ASSERT_TRUE(on.wiphy().change_interface(on, change).has_value());
    agent::AccessPoint& ap = access_points.add(on, secured("chip", {agent::link(0, Band::ghz5, 36)}), agent::SiteId{});
    ASSERT_TRUE(access_points.start(ap).has_value());
    run_for(1s);
    mld::StaParameters parameters;
    parameters.flags_mask = parameters.flags_set =
        mld::StaFlags{mld::StaFlag::authenticated, mld::StaFlag::associated, mld::StaFlag::wme};
    parameters.listen_interval = 5;
    parameters.capabilities = mld::StaCapabilities{};
    parameters.capabilities->supported_rates = {12, 24, 48};
    for (int round = 0; round < 3; ++round) {
        for (unsigned i = 1; i <= 14; ++i) {
            char text[18];
            (void)std::snprintf(text, sizeof text, "02:00:00:00:44:%02x", i);
            parameters.aid = ieee80211::Aid::from(i);
            const auto added = on.wiphy().stations().add(on, *ieee80211::MacAddress::parse(text), parameters);
            EXPECT_EQ(mld::error_of(added), i <= 13 ? 0 : ENOSPC) << i;
        }
        run_for(1s);
        EXPECT_EQ(valid_peers().size(), 13U);
        ASSERT_TRUE(on.wiphy().stations().remove(on, std::nullopt, std::nullopt).has_value());
        run_for(1s);
        EXPECT_THAT(valid_peers(), IsEmpty());
        EXPECT_EQ(driver->wcids().mask(), 1U);
    }
    expect_no_fault();
}

TEST_F(ChipRoles, TellsItsFirmwareOfAnotherCountryOnce) {
    add_chip();
    ASSERT_TRUE(sta().netdev()->set_up(true).has_value());
    run_for(1s);
    said.clear();
    set_country('U', 'S');
    run_for(1s);
    EXPECT_EQ(said_of(Cid::set_domain_info), 1U);
    EXPECT_EQ(said_of(Cid::set_power_limit), 58U);
    EXPECT_EQ(tables().regulatory.alpha2, "US");
    said.clear();
    set_country('U', 'S');
    run_for(1s);
    EXPECT_THAT(said, IsEmpty());
    expect_no_fault();
}

TEST_F(ChipRoles, HearsAsAMonitorAndStopsToDoSo) {
    add_chip();
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::monitor;
    ASSERT_TRUE(sta().wiphy().change_interface(sta(), change).has_value());
    ASSERT_TRUE(sta().netdev()->set_up(true).has_value());
    run_for(1s);
    EXPECT_TRUE(tables().chip.sniffer);
    ASSERT_TRUE(sta().netdev()->set_up(false).has_value());
    run_for(1s);
    EXPECT_FALSE(tables().chip.sniffer);
    expect_nothing_left();
    expect_no_fault();
}

TEST_F(ChipRoles, HasOneP2pDeviceBesideFourBsses) {
    add_chip();
    mld::Wdev device(sta().wiphy(), 100, mld::InterfaceType::p2p_device, sta().address());
    mld::Wdev another(sta().wiphy(), 101, mld::InterfaceType::p2p_device, sta().address());
    mld::Driver& as_mac = *driver;
    ASSERT_TRUE(as_mac.add_interface(device).has_value());
    EXPECT_EQ(mld::error_of(as_mac.add_interface(another)), ENOSPC);
    run_for(1s);
    EXPECT_TRUE(tables().bss[4].active);
    EXPECT_EQ(tables().bss[4].basic.conn_type, ConnectionType::p2p_device);
    as_mac.remove_interface(device);
    run_for(1s);
    EXPECT_FALSE(tables().bss[4].active);
    expect_no_fault();
}

}  // namespace
}  // namespace mlosim::mt7925::host
