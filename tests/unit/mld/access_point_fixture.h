#pragma once

#include "aerial.h"
#include "world_fixture.h"

namespace mlosim::mld {

/// Settings for a network that beacons as `network` shows it.
inline AccessPointSettings ap_settings(const Network& network, phy::ChannelWidth width = phy::ChannelWidth::w20) {
    AccessPointSettings out;
    out.channel = *phy::ChannelDefinition::around(network.channel, width);
    out.ssid = *ieee80211::Ssid::from(network.ssid);
    out.beacon_interval = network.beacon_interval;
    out.beacon.head = network.beacon();
    return out;
}

/// A radio with an access point that is up, and somebody who listens.
class AccessPointTest : public WorldTest {
protected:
    explicit AccessPointTest(unsigned channels = 1)
        : wiphy(*add_radio(RadioOptions{.channels = channels}).wiphy),
          ap(**wiphy.add_interface({"ap0", InterfaceType::ap})) {
        set_country('D', 'E');
        EXPECT_TRUE(ap.netdev()->set_up(true).has_value());
        run_for(0s);
        network.bssid = ap.address();
        log.clear();
    }
    int start(const Network& of) { return error_of(wiphy.start_ap(ap, std::nullopt, ap_settings(of))); }

    Aerial air{medium};
    Wiphy& wiphy;
    Wdev& ap;
    Network network;
};

}  // namespace mlosim::mld
