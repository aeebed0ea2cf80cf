#pragma once

#include "aerial.h"
#include "world_fixture.h"

namespace mlosim::mld {

/// A station that is up, and the air around it.
class ScanTest : public WorldTest {
protected:
    explicit ScanTest(std::string_view profile_name = "generic-be", const std::optional<RadioOptions>& options = {})
        : wiphy(*add(profile_name, options).wiphy), station(wdev("wlan0")) {
        EXPECT_TRUE(station.netdev()->set_up(true).has_value());
        run_for(0s);
        log.clear();
    }

    static ScanRequest on(std::vector<phy::Channel> channels, std::vector<std::string> ssids = {}) {
        ScanRequest request;
        for (const phy::Channel& c : channels)
            request.frequencies.push_back(c.center);
        for (const std::string& s : ssids)
            request.ssids.push_back(*ieee80211::Ssid::from(s));
        return request;
    }
    int trigger(ScanRequest request) { return error_of(wiphy.trigger_scan(station, std::move(request))); }
    /// Scans and says how long that took.
    sim::Duration scan(ScanRequest request) {
        const sim::Time start = queue.now();
        EXPECT_EQ(trigger(std::move(request)), 0);
        while (wiphy.scan() != nullptr && queue.step()) {
        }
        return queue.now() - start;
    }
    /// The station hears `frame` on `channel` during a scan of its own.
    void hear(const ieee80211::Bytes& frame, const phy::Channel& channel, double dbm = 20.0) {
        EXPECT_EQ(trigger(on({channel})), 0);
        run_for(10ms);
        air.send(frame, channel, dbm);
        while (wiphy.scan() != nullptr && queue.step()) {
        }
    }
    void hear(const Network& network) { hear(network.beacon(), network.channel); }
    void hear_response(const Network& network) { hear(network.probe_response(station.address()), network.channel); }

    /// "02:bb:00:00:00:01 2412 net" for each entry, in the order of discovery.
    std::vector<std::string> found() {
        std::vector<std::string> out;
        for (const Bss* bss : wiphy.bss_table().entries()) {
            const auto ssid = bss->ssid();
            out.push_back(bss->bssid.to_string() + " " + std::to_string(bss->channel.center.in_mhz()) + " " +
                          (ssid ? ssid->text() : "-"));
        }
        return out;
    }
    const Bss& only() {
        const auto all = wiphy.bss_table().entries();
        EXPECT_EQ(all.size(), 1U);
        return *all.front();
    }

    Aerial air{medium};
    Wiphy& wiphy;
    Wdev& station;

private:
    Radio& add(std::string_view profile_name, const std::optional<RadioOptions>& options) {
        RadioSpec spec;
        spec.profile = options ? profile(profile_name).with(*options) : profile(profile_name);
        return add_radio(std::move(spec));
    }
};

/// The same on a radio whose MAC scans by software: mac80211_hwsim with mlo=0.
class SoftwareScanTest : public ScanTest {
protected:
    SoftwareScanTest() : ScanTest("generic-be", RadioOptions{.multi_link = false}) {}
};

}  // namespace mlosim::mld
