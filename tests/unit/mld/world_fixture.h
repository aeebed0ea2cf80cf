#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hwsim/driver.h"
#include "mld/ap_link.h"
#include "mld/frame_listener.h"
#include "mld/radio_profiles.h"
#include "mld/world.h"
#include "phy/ideal_medium.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace.h"

namespace mlosim::mld {

using namespace std::chrono_literals;

/// Writes down what the world tells, one line an event: "scan-started wlan0".
class EventLog : public Events {
public:
    void wiphy_added(Wiphy& w) override { add("new-wiphy " + w.name()); }
    void wiphy_changed(Wiphy& w) override { add("set-wiphy " + w.name()); }
    void wiphy_removed(Wiphy& w) override { add("del-wiphy " + w.name()); }
    void interface_added(Wdev& w) override { add("new-interface " + w.name()); }
    void interface_changed(Wdev& w) override { add("set-interface " + w.name()); }
    void interface_removed(Wdev& w) override { add("del-interface " + w.name()); }
    void link_registered(Wdev& l) override { add("link-registered of " + l.mld_wdev()->name()); }
    void link_removed(Wdev& l) override { add("link-removed of " + l.mld_wdev()->name()); }
    void link_changed(Wdev& l) override {
        add(std::string(l.running() ? "link-started of " : "link-stopped of ") + l.mld_wdev()->name());
    }
    void scan_started(Wdev& w, const Scan&) override { add("scan-started " + w.name()); }
    void scan_finished(Wdev& w, const Scan& s) override {
        add(std::string(s.aborted ? "scan-aborted " : "scan-done ") + w.name());
    }
    void regulatory_changed(const RegulatoryRequest& r) override { add("regulatory " + r.alpha2.to_string()); }
    void beacon_hint(Wiphy& w, const phy::RadioChannel& before, const phy::RadioChannel&) override {
        add("beacon-hint " + w.name() + " " + std::to_string(before.channel.center.in_mhz()));
    }
    void netdev_added(Netdev& n) override { add("new-link " + n.name()); }
    void netdev_changed(Netdev& n, NetdevCause cause, NetdevFlags changed) override {
        if (cause == NetdevCause::flags && changed.has(NetdevFlag::up))
            add(std::string(n.is_up() ? "link-up " : "link-down ") + n.name());
        else
            add("set-link " + n.name());
    }
    void netdev_removed(Netdev& n) override { add("del-link " + n.name()); }
    void radio_added(Radio& r) override { add("new-radio " + std::to_string(r.index.value)); }
    void radio_removed(Radio& r) override { add("del-radio " + std::to_string(r.index.value)); }

    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
    void clear() { lines_.clear(); }
    /// The lines since the last time, at the same time forgotten.
    std::vector<std::string> take() { return std::exchange(lines_, {}); }

private:
    void add(std::string line) { lines_.push_back(std::move(line)); }
    std::vector<std::string> lines_;
};

inline const RadioProfile& profile(std::string_view name) {
    static const RadioProfiles profiles = RadioProfiles::built_in();
    const RadioProfile* found = profiles.find(name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
}

/// A world in virtual time on an ideal medium. Radios are hwsim's.
class WorldTest : public testing::Test {
protected:
    Radio& add_radio(std::string_view profile_name = "generic-be") {
        RadioSpec spec;
        spec.profile = profile(profile_name);
        return add_radio(std::move(spec));
    }
    Radio& add_radio(RadioSpec spec) {
        auto radio = world.add_radio(std::move(spec));
        EXPECT_TRUE(radio.has_value());
        return **radio;
    }
    /// A radio as mac80211_hwsim makes it with these choices.
    Radio& add_radio(const RadioOptions& options) {
        RadioSpec spec;
        spec.profile = profile("generic-be").with(options);
        spec.options = options;
        return add_radio(std::move(spec));
    }
    Netdev& netdev(std::string_view name) {
        Netdev* found = world.find_netdev(name);
        EXPECT_NE(found, nullptr) << name;
        return *found;
    }
    Wdev& wdev(std::string_view name) { return *netdev(name).wdev(); }
    void run_for(sim::Duration time) { queue.run_until(queue.now() + time); }
    void set_country(char a, char b) {
        EXPECT_TRUE(world.regulatory().hint_user({a, b}).has_value());
        run_for(0s);
    }

    sim::EventQueue queue;
    sim::Random random{1};
    sim::Trace trace;
    phy::IdealMedium medium{queue};
    World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};
    EventLog log;

    WorldTest() {
        hwsim::install(world, medium);
        world.subscribe(log);
    }
};

/// The errno that an operation failed with, 0 if it did not.
template <class T>
int error_of(const Result<T>& result) {
    return result ? 0 : result.error().code;
}

}  // namespace mlosim::mld
