#pragma once

#include "access_point_fixture.h"
#include "ieee80211/tim.h"
#include "mld/power_save.h"
#include "mld/stations.h"

namespace mlosim::mld {

/// An access point that beacons, and what a program tells it of stations.
class StationsTest : public AccessPointTest {
protected:
    explicit StationsTest(unsigned channels = 1) : AccessPointTest(channels) {
        EXPECT_EQ(start(network), 0);
        log.clear();
        world.subscribe(told);
    }
    ~StationsTest() override { world.unsubscribe(told); }

    static StaParameters parameters(unsigned aid, StaFlags mask = {}, StaFlags set = {}) {
        StaParameters out;
        out.flags_mask = mask;
        out.flags_set = set;
        out.aid = ieee80211::Aid::from(aid);
        out.listen_interval = 5;
        out.capabilities.emplace();
        out.capabilities->supported_rates = {0x82, 0x84, 0x8b, 0x96};
        return out;
    }
    /// What hostapd tells of a station that has just authenticated.
    static StaParameters authenticated(unsigned aid) {
        return parameters(aid, {StaFlag::authenticated, StaFlag::associated}, StaFlag::authenticated);
    }
    static StaParameters flags(StaFlags mask, StaFlags set) {
        StaParameters out;
        out.flags_mask = mask;
        out.flags_set = set;
        return out;
    }
    Sta& add_associated(std::uint8_t last_octet, unsigned aid, StaFlags more = {}) {
        StaFlags all = more | StaFlags{StaFlag::authenticated, StaFlag::associated};
        const auto sta = wiphy.stations().add(ap, address(last_octet), parameters(aid, all, all));
        EXPECT_TRUE(sta.has_value());
        return **sta;
    }
    Stations& stations() { return wiphy.stations(); }

    class StationLog : public Events {
    public:
        void station_added(Sta& sta) override { lines.push_back("new " + sta.address().to_string()); }
        void station_removed(Sta& sta) override {
            lines.push_back("del " + sta.address().to_string());
            flags_at_removal.push_back(sta.flags);
        }
        void access_point_started(Wdev& w, const Link&) override { lines.push_back("started " + w.name()); }
        void channel_switch_started(Wdev& w, const Link&, const phy::ChannelDefinition& c, std::uint8_t count,
                                    bool quiet) override {
            lines.push_back("switch-started " + w.name() + " " + std::to_string(c.control.center.in_mhz()) + " " +
                            std::to_string(count) + (quiet ? " quiet" : ""));
        }
        void channel_switched(Wdev& w, const Link&, const phy::ChannelDefinition& c) override {
            lines.push_back("switched " + w.name() + " " + std::to_string(c.control.center.in_mhz()));
        }
        std::vector<std::string> take() { return std::exchange(lines, {}); }
        std::vector<std::string> lines;
        std::vector<StaFlags> flags_at_removal;
    };
    StationLog told;
};

}  // namespace mlosim::mld
