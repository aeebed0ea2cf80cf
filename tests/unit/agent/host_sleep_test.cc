// The host of a station goes to sleep and comes back. cf. wiphy_suspend(), wiphy_resume()

#include "hwsim/driver.h"
#include "mld/wake_on.h"
#include "station_mld_fixture.h"

namespace mlosim::agent {
namespace {

using testing::ElementsAre;

/// A radio that keeps its connections while the host sleeps.
class Watchful final : public hwsim::Driver {
public:
    Watchful(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium)
        : hwsim::Driver(radio, wiphy, mac, medium), events(mac) {}
    Result<void> suspend(const mld::WakeOn& wake_on) override {
        calls.push_back("suspend");
        if (!wake_on.disconnect) return fail(EOPNOTSUPP);
        return {};
    }
    void resume() override { calls.push_back("resume"); }
    void power_down() override { calls.push_back("power down"); }
    void power_up() override { calls.push_back("power up"); }
    void stop() override {
        calls.push_back("stop");
        hwsim::Driver::stop();
    }
    Result<void> start() override {
        calls.push_back("start");
        return hwsim::Driver::start();
    }

    mld::DriverEvents& events;
    std::vector<std::string> calls;
};

class HostSleep : public StationMld {
protected:
    HostSleep() : sleeper(make_sleeper()) {}

    mld::Wdev& make_sleeper() {
        world.set_driver_factory("hwsim", [&](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
            auto made = std::make_unique<Watchful>(radio, wiphy, mac, medium);
            driver = made.get();
            return made;
        });
        mld::RadioSpec spec;
        mld::RadioOptions options;
        options.channels = 3;
        spec.profile = mld::profile("generic-be").with(options);
        spec.interface_name = "sta1";
        add_radio(std::move(spec));
        mld::Wdev& out = wdev("sta1");
        EXPECT_TRUE(out.netdev()->set_up(true).has_value());
        return out;
    }
    void connect_sleeper() {
        mld::ScanRequest request;
        for (const Bss& bss : ap.bsses())
            request.frequencies.push_back(bss.channel.control.center);
        EXPECT_TRUE(wiphy().trigger_scan(sleeper, std::move(request)).has_value());
        run_for(2s);
        ASSERT_EQ(mld::error_of(sleeper.mlme()->authenticate(authentication(ap, 1))), 0);
        run_for(50ms);
        ASSERT_EQ(mld::error_of(sleeper.mlme()->associate(association(ap, 1, {0, 1}))), 0);
        run_for(100ms);
        ASSERT_NE(sleeper.mlme()->connection(), nullptr);
        driver->calls.clear();
    }
    mld::Wiphy& wiphy() { return sleeper.wiphy(); }

    Watchful* driver = nullptr;
    mld::Wdev& sleeper;
};

TEST_F(HostSleep, EndsConnectionsIfNothingShallWakeIt) {
    connect_sleeper();
    ASSERT_TRUE(wiphy().suspend().has_value());
    EXPECT_TRUE(wiphy().suspended());
    EXPECT_EQ(sleeper.mlme()->connection(), nullptr);
    EXPECT_THAT(driver->calls, ElementsAre("stop", "power down"));
    EXPECT_EQ(mld::error_of(wiphy().suspend()), EALREADY);
    run_for(1s);
    driver->calls.clear();
    ASSERT_TRUE(wiphy().resume().has_value());
    EXPECT_THAT(driver->calls, ElementsAre("power up", "start"));
    EXPECT_EQ(mld::error_of(wiphy().resume()), EALREADY);
    connect_sleeper();
}

TEST_F(HostSleep, KeepsConnectionsThatWakeIt) {
    connect_sleeper();
    wiphy().set_wake_on(mld::WakeOn{.disconnect = true});
    ASSERT_TRUE(wiphy().suspend().has_value());
    EXPECT_NE(sleeper.mlme()->connection(), nullptr);
    EXPECT_THAT(driver->calls, ElementsAre("suspend", "power down"));
    driver->calls.clear();
    driver->events.wake_up();
    EXPECT_TRUE(wiphy().suspended());
    run_for(1ms);
    EXPECT_FALSE(wiphy().suspended());
    EXPECT_THAT(driver->calls, ElementsAre("power up", "resume"));
    EXPECT_NE(sleeper.mlme()->connection(), nullptr);
}

TEST_F(HostSleep, EndsConnectionsOfARadioThatCannotKeepThem) {
    connect_sleeper();
    wiphy().set_wake_on(mld::WakeOn{.magic_packet = true});
    ASSERT_TRUE(wiphy().suspend().has_value());
    EXPECT_EQ(sleeper.mlme()->connection(), nullptr);
    EXPECT_THAT(driver->calls, ElementsAre("suspend", "stop", "power down"));
}

}  // namespace
}  // namespace mlosim::agent
