// Stations that are not what they think they are, and such as are no longer there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "mld/netdev.h"
#include "mld/sta.h"
#include "mld/stations.h"

namespace mlosim::agent {
namespace {

using ieee80211::DataSubtype;
using testing::ElementsAre;
using testing::IsEmpty;

class Presence : public AccessPointTest {
protected:
    [[nodiscard]] std::vector<std::uint16_t> reasons(ManagementSubtype of) const {
        std::vector<std::uint16_t> out;
        for (const Bytes& frame : station.of(of)) {
            const auto body = FrameView::parse(frame)->body();
            out.push_back(static_cast<std::uint16_t>(body[0] | body[1] << 8U));
        }
        return out;
    }
    void send_data(const Bss& bss) {
        Bytes frame;
        ByteWriter w(frame);
        FrameHeader::data_to_ds(DataSubtype::data, bss.bssid, station.address, bss.bssid).append_to(w);
        w.zeros(20);
        station.send(std::move(frame));
        run_for(20ms);
    }
    StationAgent& add_client(const AccessPoint& ap) {
        StationSettings settings;
        settings.name = "client";
        settings.ssid = ap.settings().ssid;
        settings.frequencies.push_back(ap.bsses()[0].channel.control.center);
        settings.start = world.now() + 100ms;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be");
        spec.interface_name = settings.name;
        add_radio(std::move(spec));
        StationAgent& out = agents.add(wdev(settings.name), settings);
        run_for(5s);
        EXPECT_EQ(out.state(), StationState::connected);
        return out;
    }
    AccessPoint& start_with(sim::Duration limit) {
        NetworkSettings settings = network("open", link(0, phy::Band::ghz2_4, 1));
        settings.max_inactivity = limit;
        return start(settings);
    }
    StationAgents agents{world};
};

TEST_F(Presence, OfAStrangerIsAnsweredWithADeauthentication) {
    AccessPoint& ap = start_with(5min);
    station.tune(ap.bsses()[0].channel.control);
    send_data(ap.bsses()[0]);
    EXPECT_THAT(reasons(ManagementSubtype::deauthentication), ElementsAre(7));
    EXPECT_THAT(reasons(ManagementSubtype::disassociation), IsEmpty());
}

TEST_F(Presence, OfAnAuthenticatedStationIsAnsweredWithADisassociation) {
    AccessPoint& ap = start_with(5min);
    station.tune(ap.bsses()[0].channel.control);
    const MacAddress bssid = ap.bsses()[0].bssid;
    ASSERT_EQ(
        station
            .ask(ManagementSubtype::authentication, bssid, bssid, {0, 0, 1, 0, 0, 0}, ManagementSubtype::authentication)
            .size(),
        1U);
    station.heard.clear();
    send_data(ap.bsses()[0]);
    EXPECT_THAT(reasons(ManagementSubtype::disassociation), ElementsAre(7));
    EXPECT_THAT(reasons(ManagementSubtype::deauthentication), IsEmpty());
}

TEST_F(Presence, IsAskedForAfterALongSilenceAndAcknowledged) {
    AccessPoint& ap = start_with(10s);
    StationAgent& client = add_client(ap);
    run_for(60s);
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(client.counters().disconnections, 0U);
}

TEST_F(Presence, ThatIsNoneEnds) {
    AccessPoint& ap = start_with(10s);
    StationAgent& client = add_client(ap);
    const MacAddress address = client.wdev().address();
    // It is out of reach, and says nothing of it.
    static_cast<hwsim::Driver&>(client.wdev().wiphy().driver()).set_group(2);
    run_for(4s);
    ASSERT_NE(ap.wdev().wiphy().stations().find(ap.wdev(), address), nullptr);
    station.tune(ap.bsses()[0].channel.control);
    run_for(8s);
    EXPECT_EQ(ap.wdev().wiphy().stations().find(ap.wdev(), address), nullptr);
    EXPECT_FALSE(ap.stations().is_authenticated(address));
    EXPECT_THAT(reasons(ManagementSubtype::disassociation), ElementsAre(4));
    EXPECT_THAT(reasons(ManagementSubtype::deauthentication), ElementsAre(2));
}

TEST_F(Presence, IsNotAskedForWhereThereIsNoLimit) {
    AccessPoint& ap = start_with(0s);
    StationAgent& client = add_client(ap);
    const MacAddress address = client.wdev().address();
    static_cast<hwsim::Driver&>(client.wdev().wiphy().driver()).set_group(2);
    run_for(10min);
    EXPECT_NE(ap.wdev().wiphy().stations().find(ap.wdev(), address), nullptr);
}

}  // namespace
}  // namespace mlosim::agent
