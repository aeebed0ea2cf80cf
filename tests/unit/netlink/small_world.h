#pragma once

#include <memory>

#include "mld/chip_inspection.h"
#include "mld/driver.h"
#include "mld/radio_profiles.h"
#include "mld/world.h"
#include "netlink/core.h"
#include "netlink/generic.h"
#include "netlink/hwsim_family.h"
#include "netlink/mlosim_family.h"
#include "netlink/nl80211/nl80211.h"
#include "netlink/route.h"
#include "netlink/time_control.h"
#include "phy/regulatory_db.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/trace.h"

namespace mlosim::netlink::test {

/// A radio that does what it is told and hears nothing but what a medium outside brings, which it notes.
class QuietDriver final : public mld::Driver {
public:
    explicit QuietDriver(mld::Wiphy& wiphy) : wiphy_(wiphy) {}

    Result<void> start() override { return {}; }
    void stop() override {}
    Result<void> add_interface(mld::Wdev&) override { return {}; }
    Result<void> change_interface(mld::Wdev&, mld::InterfaceType) override { return {}; }
    void remove_interface(mld::Wdev&) override {}
    Result<void> change_vif_links(mld::Wdev&, std::uint16_t, std::uint16_t) override { return {}; }
    void config(const mld::RadioConfig&) override {}
    Result<void> assign_channel(mld::Link&) override { return {}; }
    void unassign_channel(mld::Link&) override {}
    void link_changed(mld::Link&, mld::LinkChanges) override {}
    Result<void> hw_scan(mld::Wdev&, const mld::DriverScan&) override { return {}; }
    void cancel_hw_scan(mld::Wdev&) override {}
    void sw_scan_start(mld::Wdev&, const ieee80211::MacAddress&) override {}
    void sw_scan_complete(mld::Wdev&) override {}
    void transmit(mld::Wdev*, mld::Link*, mld::TxFrame) override {}
    [[nodiscard]] Result<mld::Survey> get_survey(std::size_t) override { return fail(ENOENT); }
    [[nodiscard]] std::uint64_t tsf(const mld::Wdev&) const override { return 0; }
    [[nodiscard]] phy::PortId port() const override { return {}; }
    [[nodiscard]] std::vector<phy::Band> station_link_bands(const mld::Wdev&) const override {
        std::vector<phy::Band> bands;
        for (const phy::Band band : phy::eht_bands)
            if (wiphy_.band(band) != nullptr && wiphy_.profile().has(mld::WiphyFlag::multi_link)) bands.push_back(band);
        return bands;
    }
    Result<void> outside_frame(const mld::OutsideReception& reception) override {
        brought.push_back(reception);
        return {};
    }
    Result<void> outside_status(const mld::OutsideStatus& status) override {
        told.push_back(status);
        return {};
    }

    [[nodiscard]] mld::ChipInspection* inspection() override { return chip; }

    mld::ChipInspection* chip = nullptr;
    std::vector<mld::OutsideReception> brought;  ///< their frames are gone
    std::vector<mld::OutsideStatus> told;

private:
    mld::Wiphy& wiphy_;
};

/// A clock that stands still until someone steps it.
class HandClock final : public TimeControl {
public:
    explicit HandClock(sim::EventQueue& queue) : queue_(queue) {}

    [[nodiscard]] ClockMode mode() const override { return ClockMode::virtual_time; }
    [[nodiscard]] std::uint64_t seed() const override { return 7; }
    [[nodiscard]] sim::Time now() const override { return queue_.now(); }
    [[nodiscard]] std::uint64_t events_fired() const override { return queue_.fired(); }
    [[nodiscard]] std::uint64_t events_pending() const override { return queue_.size(); }
    [[nodiscard]] bool paused() const override { return paused_; }
    Result<void> pause() override {
        paused_ = true;
        goal_.reset();
        return {};
    }
    Result<void> resume() override {
        paused_ = false;
        return {};
    }
    Result<std::uint64_t> step(std::uint32_t events) override {
        if (!paused_) return fail(EBUSY, "the world is not paused");
        std::uint64_t fired = 0;
        while (fired < events && queue_.step())
            ++fired;
        return fired;
    }
    Result<void> run_to(sim::Time when, sim::Action reached, bool or_turn) override {
        if (when < queue_.now()) return fail(EINVAL, "that time has passed");
        if (goal_) return fail(EBUSY);
        paused_ = false;
        goal_ = when;
        or_turn_ = or_turn;
        reached_ = std::move(reached);
        return {};
    }
    Result<void> settle(std::optional<std::int32_t> pid, Settled settled) override {
        settling_ = [pid, settled = std::move(settled)] { settled(pid.has_value()); };
        return {};
    }
    /// Of the last run_to().
    [[nodiscard]] bool or_turn() const { return or_turn_; }
    /// What the owner of a main loop does between requests.
    void turn() {
        if (settling_) std::exchange(settling_, sim::Action{})();
        if (!goal_) return;
        queue_.run_until(*goal_);
        goal_.reset();
        paused_ = true;
        reached_();
    }

private:
    sim::EventQueue& queue_;
    bool paused_ = false;
    std::optional<sim::Time> goal_;
    bool or_turn_ = false;
    sim::Action reached_;
    sim::Action settling_;
};

/// Read once: worlds come and go by the thousand under the fuzzer.
inline const mld::RadioProfiles& built_in_profiles() {
    static const mld::RadioProfiles profiles = mld::RadioProfiles::built_in();
    return profiles;
}

/// A world with quiet radios behind a netlink core with every family of this folder.
struct SmallWorld {
    static constexpr std::uint16_t hwsim_id = 0x26;
    static constexpr std::uint16_t mlosim_id = 0x27;
    static constexpr std::uint32_t hwsim_group = 0x19;
    static constexpr std::uint32_t mlosim_group = 0x1a;
    static constexpr std::uint32_t records_group = 0x1b;

    mld::ChipInspection* chip = nullptr;  ///< what the next radios are made of; must outlive the world
    sim::EventQueue queue;
    sim::Random random{7};
    sim::Trace trace;
    const mld::RadioProfiles& profiles = built_in_profiles();
    mld::World world{queue, random, trace, phy::RegulatoryDatabase::embedded()};
    HandClock clock{queue};
    Core core{0};
    GenericNetlink generic{core};
    RouteNetlink route{core, world};
    Nl80211 nl80211;
    HwsimFamily hwsim;
    MlosimFamily mlosim;

    SmallWorld()
        : nl80211(generic, world, Dialect::mainline),
          hwsim(generic, world, {.profile = *profiles.find("generic-be")}),
          mlosim(generic, world, clock, MLOSIM_DIALECT_MAINLINE) {
        world.set_driver_factory("hwsim", [this](const mld::Radio&, mld::Wiphy& wiphy, mld::DriverEvents&) {
            auto made = std::make_unique<QuietDriver>(wiphy);
            made->chip = chip;
            return made;
        });
    }

    mld::Radio& add_radio() {
        mld::RadioSpec spec;
        spec.profile = profiles.find("generic-be")->with(spec.options);
        return **world.add_radio(std::move(spec));
    }
};

}  // namespace mlosim::netlink::test
