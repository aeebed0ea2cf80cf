#pragma once

#include <functional>
#include <vector>

#include <gmock/gmock.h>

#include "access_point_fixture.h"
#include "mld/netdev.h"
#include "mld/scan.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

inline ieee80211::LinkId id(unsigned value) {
    return *ieee80211::LinkId::from(value);
}

/// What the world is told of the end of connecting.
class Results : public mld::Events {
public:
    void connected(mld::Wdev&, const mld::ConnectResult& result) override { all.push_back(result); }
    std::vector<mld::ConnectResult> all;
};

class StationMld : public AccessPointTest {
protected:
    using Change = std::function<mld::RadioProfile(const mld::RadioProfile&)>;
    /// The station's radio is the generic one, or one with a difference.
    explicit StationMld(const Change& change = {}) : ap(start(three_links(Security::open))), sta(make_station(change)) {
        world.subscribe(results);
    }
    ~StationMld() override { world.unsubscribe(results); }

    mld::Wdev& make_station(const Change& change) {
        mld::RadioSpec spec;
        mld::RadioOptions options;
        options.channels = 3;
        spec.profile = mld::profile("generic-be").with(options);
        if (change) spec.profile = change(spec.profile);
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
        ASSERT_EQ(mld::error_of(mlme().authenticate(authentication(with, main))), 0);
        run_for(50ms);
        ASSERT_EQ(mld::error_of(mlme().associate(association(with, main, links))), 0);
        run_for(100ms);
        ASSERT_NE(mlme().connection(), nullptr);
    }
    [[nodiscard]] int refused(const std::function<void(mld::AssociateRequest&)>& change) {
        EXPECT_EQ(mld::error_of(mlme().authenticate(authentication(ap, 1))), 0);
        run_for(50ms);
        mld::AssociateRequest request = association(ap, 1, {0, 1, 2});
        change(request);
        return mld::error_of(mlme().associate(request));
    }

    AccessPoint& ap;
    mld::Wdev& sta;
    Results results;
};

}  // namespace mlosim::agent
