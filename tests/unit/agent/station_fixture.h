#pragma once

#include <string>
#include <utility>

#include "access_point_fixture.h"
#include "agent/station_agents.h"
#include "mld/station_mlme.h"

namespace mlosim::agent {

/// Built-in stations and access points in one world.
class StationTest : public AccessPointTest {
protected:
    StationAgent& add_station(const std::string& name, std::string_view ssid) {
        StationSettings settings;
        settings.ssid = name_of(ssid);
        settings.frequencies = {phy::Frequency::mhz(2412)};
        return add_station(name, settings, 1);
    }
    /// One on a radio that can use so many channels at once.
    StationAgent& add_station(const std::string& name, StationSettings settings, unsigned channels) {
        mld::RadioOptions options;
        options.channels = channels;
        mld::RadioSpec spec;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = name;
        add_radio(std::move(spec));
        settings.name = name;
        settings.start = world.now() + 100ms;
        return agents.add(wdev(name), settings);
    }
    /// A station MLD of the AP MLD's.
    StationAgent& add_mld(const std::string& name, const AccessPoint& ap, unsigned channels = 3) {
        return add_station(name, settings_for(ap), channels);
    }
    static StationSettings settings_for(const AccessPoint& ap) {
        StationSettings settings;
        settings.ssid = ap.settings().ssid;
        settings.security = ap.settings().security;
        for (const Bss& bss : ap.bsses())
            settings.frequencies.push_back(bss.channel.control.center);
        return settings;
    }
    StationAgents agents{world};
};

}  // namespace mlosim::agent
