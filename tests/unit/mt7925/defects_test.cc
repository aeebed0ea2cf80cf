// The real driver's mistakes, each on a switch: off everything is right, on its own symptom shows.

#include <bit>
#include <functional>

#include "connected_fixture.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::StationAgent;
using agent::StationState;
using phy::Band;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// The parameter: whether the switch is on.
class ADefect : public ChipStations, public testing::WithParamInterface<bool> {
protected:
    AccessPoint& start_mld(std::vector<agent::LinkSettings> links = {agent::link(0, Band::ghz5, 36),
                                                                     agent::link(1, Band::ghz6, 5)},
                           std::string_view name = "mld") {
        agent::NetworkSettings settings = secured(name, std::move(links));
        settings.mld = true;
        return start(settings);
    }
    /// A station that knows both.
    StationAgent& connect_to_one_of(AccessPoint& first, AccessPoint& second) {
        agent::StationSettings settings = settings_for(first);
        for (const auto& bss : second.bsses())
            settings.frequencies.push_back(bss.channel.control.center);
        return connect(first, std::move(settings));
    }
    AccessPoint& other(const StationAgent& client, AccessPoint& first, AccessPoint& second) {
        return client.access_point()->mld == first.wdev().address() ? second : first;
    }
    void set(Defect defect) { driver->defects().set(defect, GetParam()); }
    FaultRules& faults() { return driver->front().faults(); }
    void leave_and_come_back(const std::function<void()>& meanwhile = {}) {
        EXPECT_TRUE(sta().netdev()->set_up(false).has_value());
        run_for(2s);
        if (meanwhile) meanwhile();
        EXPECT_TRUE(sta().netdev()->set_up(true).has_value());
        run_for(10s);
    }
    void deauthenticate(const AccessPoint& ap) {
        (void)sta().mlme()->deauthenticate({.bssid = ap.wdev().address(), .reason = 3});
    }
    [[nodiscard]] bool printed(std::string_view part) const {
        for (const std::string& line : kernel_log())
            if (line.find(part) != std::string::npos) return true;
        return false;
    }
    [[nodiscard]] bool violated(std::string_view rule) const {
        for (const std::string& line : violations)
            if (line.find("\"rule\":\"" + std::string(rule) + "\"") != std::string::npos) return true;
        return false;
    }
    [[nodiscard]] bool on() const { return GetParam(); }
    static constexpr std::uint16_t cid(Cid value) { return static_cast<std::uint16_t>(value); }
};

TEST_P(ADefect, LinkGone) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::link_gone);
    driver->front().firmware().crash();
    run_for(220ms);  // the reset has begun
    deauthenticate(ap);
    run_for(200s);
    EXPECT_EQ(printed("BUG: kernel NULL pointer dereference"), on());
    EXPECT_EQ(printed("blocked for more than 120 seconds"), on());
    EXPECT_EQ(client.state() == StationState::connected, !on());
}

TEST_P(ADefect, LinkGoneWhilePowerSaveWaits) {
    AccessPoint& ap = start_mld();
    connect(ap);
    ASSERT_EQ(sta().active_links(), 0b11);
    set(Defect::link_gone);
    // Power save of an MLD is told five seconds after the next change of a link.
    driver->vif_changed(sta(), mld::VifChange::power_save);
    driver->link_changed(*sta().links().front(), mld::LinkChange::queues);
    run_for(4995ms);
    driver->front().faults().add(
        {.match = {.cid = cid(Cid::edca)}, .effect = FaultEffect::delay, .value = 20, .times = 1});
    driver->link_changed(*sta().links().front(), mld::LinkChange::queues);  // holds the mutex
    run_for(10ms);
    deauthenticate(ap);
    run_for(1s);
    EXPECT_EQ(printed("RIP: mt7925_mcu_uni_bss_ps"), on());
}

TEST_P(ADefect, MissingMutex) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::missing_mutex);
    driver->front().firmware().crash();
    run_for(30s);
    EXPECT_EQ(violated("I1"), on());
    EXPECT_EQ(client.state(), StationState::connected);
}

TEST_P(ADefect, RocDeadlock) {
    AccessPoint& ap = start_mld();
    connect(ap);
    set(Defect::roc_deadlock);
    // Whatever the moment at which the time is over while the station goes.
    for (int step = 0; step < 12; ++step) {
        if (sta().mlme()->connection() == nullptr) break;
        ASSERT_TRUE(driver->remain_on_channel(sta(), ap.bsses()[0].channel.control, 20ms).has_value());
        run_for(20ms + std::chrono::microseconds(300) * step);
        sta().wiphy().stations().flush(sta());
        (void)sta().mlme()->deauthenticate({.bssid = ap.wdev().address(), .reason = 3, .local_state_change = true});
        run_for(8s);
    }
    run_for(130s);
    EXPECT_EQ(printed("blocked for more than 120 seconds"), on());
}

TEST_P(ADefect, RocUnconfigured) {
    mld::Wdev& chip = add_chip("ap");
    set(Defect::roc_unconfigured);
    mld::InterfaceChange change;
    change.type = mld::InterfaceType::ap;
    ASSERT_TRUE(chip.wiphy().change_interface(chip, change).has_value());
    ASSERT_TRUE(chip.netdev()->set_up(true).has_value());
    const auto address = [](unsigned last) {
        return *ieee80211::MacAddress::parse("02:00:00:00:33:0" + std::to_string(last));
    };
    EXPECT_TRUE(chip.wiphy().add_ap_link(chip, *ieee80211::LinkId::from(0), address(0)).has_value());
    const auto second = chip.wiphy().add_ap_link(chip, *ieee80211::LinkId::from(1), address(1));
    run_for(1s);
    EXPECT_EQ(mld::error_of(second), on() ? EPERM : 0);
    EXPECT_EQ(printed("WARNING: at mt7925_mcu_set_mlo_roc"), on());
    EXPECT_THAT(violations, IsEmpty());
}

TEST_P(ADefect, KeyRemoval) {
    AccessPoint& west = start_mld({agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)}, "roam");
    AccessPoint& east = start_mld({agent::link(0, Band::ghz5, 44), agent::link(1, Band::ghz6, 37)}, "roam");
    StationAgent& client = connect_to_one_of(west, east);
    set(Defect::key_removal);
    ASSERT_TRUE(client.roam({other(client, west, east).wdev().address()}).has_value());
    run_for(5s);
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(printed("failed to remove key (1, ff:ff:ff:ff:ff:ff) from hardware (-22)"), on());
}

TEST_P(ADefect, WcidReinit) {
    AccessPoint& ap = start_mld();
    add_chip("sta");
    set(Defect::wcid_reinit);
    agent::StationSettings settings = settings_for(ap);
    settings.password = ap.settings().password;
    settings.name = "sta";
    settings.start = world.now() + 100ms;
    agents.add(sta(), settings);
    run_for(10s);
    EXPECT_EQ(violated("I3"), on());
    EXPECT_EQ(printed("list_add corruption"), on());
}

TEST_P(ADefect, PartialLinkAdd) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::partial_link_add);
    leave_and_come_back([&] {
        faults().add({.match = {.cid = cid(Cid::sta_rec), .wcid = 2},
                      .effect = FaultEffect::status,
                      .value = static_cast<std::int64_t>(status::not_there),
                      .times = 1});
    });
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(violated("I4"), on());
    leave();
    EXPECT_EQ(driver->wcids().mask(), on() ? 0b101U : 0b1U);
}

TEST_P(ADefect, BssIndexLeak) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::bss_index_leak);
    faults().add({.match = {.roc_type = static_cast<std::uint8_t>(RocType::mlsr_aa)}, .effect = FaultEffect::no_grant});
    for (int i = 0; i < 4; ++i)
        leave_and_come_back();
    faults().clear();
    // With all four indexes gone nobody even asks for time on two channels any more; nothing is said of it.
    said.clear();
    leave_and_come_back();
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(std::popcount(sta().active_links()), on() ? 1 : 2);
    EXPECT_EQ(driver->bss_indexes().in_use(), on() ? 4U : 2U);
    EXPECT_EQ(violated("I2"), on());
    EXPECT_FALSE(printed("failed"));
}

TEST_P(ADefect, FirmwareStall) {
    AccessPoint& west = start_mld({agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)}, "roam");
    AccessPoint& east = start_mld({agent::link(0, Band::ghz5, 44), agent::link(1, Band::ghz6, 37)}, "roam");
    StationAgent& client = connect_to_one_of(west, east);
    set(Defect::firmware_stall);
    const std::uint64_t resets = counts().resets;
    ASSERT_TRUE(client.roam({other(client, west, east).wdev().address()}).has_value());
    run_for(40s);
    EXPECT_EQ(counts().resets, resets + (on() ? 1 : 0));
    EXPECT_EQ(printed("timeout"), on());
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(sta().active_links(), 0b11);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_P(ADefect, BandTransition) {
    AccessPoint& five = start(secured("bands", {agent::link(0, Band::ghz5, 36)}));
    AccessPoint& six = start(secured("bands", {agent::link(0, Band::ghz6, 5)}));
    StationAgent& client = connect_to_one_of(five, six);
    ASSERT_EQ(client.state(), StationState::connected);
    const auto go = [&](AccessPoint& to) {
        const auto begun = client.roam({to.wdev().address()});
        run_for(8s);
        return client.access_point() != nullptr && client.state() == StationState::connected &&
               client.access_point()->address() == to.wdev().address();
    };
    (void)go(five);
    set(Defect::band_transition);
    // The firmware is still where the other band's network was: what it hears of this one it hears by chance.
    const bool there = go(six);
    EXPECT_TRUE(there || on());
    ASSERT_TRUE(tables().bss[0].rlm.has_value());
    EXPECT_EQ(tables().bss[0].rlm->band, on() ? 2 : 3);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_P(ADefect, SemaphoreStuck) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::semaphore_stuck);
    driver->front().firmware().crash();
    run_for(60s);
    EXPECT_EQ(printed("Failed to get patch semaphore"), on());
    EXPECT_EQ(printed("chip reset failed"), on());
    EXPECT_EQ(client.state() == StationState::connected, !on());
}

TEST_P(ADefect, RocBusy) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    set(Defect::roc_busy);
    leave_and_come_back();
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(std::popcount(sta().active_links()), on() ? 1 : 2);
    EXPECT_EQ(printed("WARNING: at mt7925_set_mlo_roc"), on());
    EXPECT_THAT(violations, IsEmpty());
}

TEST_P(ADefect, BlockAckDefaultLink) {
    AccessPoint& ap = start_mld();
    connect(ap);
    set(Defect::block_ack_default_link);
    mld::Sta& peer = *sta().mlme()->access_point();
    driver->block_ack_changed(sta(), peer, {mld::BlockAckStep::rx_start, 5, 100, 64});
    run_for(1s);
    EXPECT_TRUE(tables().wtbl[1].recipient[5].has_value());
    EXPECT_EQ(tables().wtbl[2].recipient[5].has_value(), !on());
}

TEST_P(ADefect, LateLinkKey) {
    AccessPoint& ap = start_mld();
    connect(ap);
    set(Defect::late_link_key);
    leave_and_come_back();
    ASSERT_EQ(sta().active_links(), 0b11);
    EXPECT_THAT(firmware_keys(1), SizeIs(1));
    EXPECT_THAT(firmware_keys(2), SizeIs(on() ? 0 : 1));
}

TEST_P(ADefect, AmpduStop) {
    AccessPoint& ap = start_mld();
    connect(ap);
    set(Defect::ampdu_stop);
    mld::Sta& peer = *sta().mlme()->access_point();
    driver->block_ack_changed(sta(), peer, {mld::BlockAckStep::tx_operational, 5, 100, 64});
    run_for(100ms);
    faults().add({.match = {.cid = cid(Cid::sta_rec), .wcid = 1},
                  .effect = FaultEffect::status,
                  .value = static_cast<std::int64_t>(status::not_there),
                  .times = 2});
    driver->block_ack_changed(sta(), peer, {mld::BlockAckStep::tx_stop, 5, 0, 0});
    run_for(100ms);
    EXPECT_EQ(printed("Aggregation stop is not requested"), on());
    EXPECT_TRUE(tables().wtbl[1].originator[5].has_value()) << "the firmware did not do it";
}

TEST_P(ADefect, SetKeyUninitialised) {
    AccessPoint& ap = start_mld();
    connect(ap);
    set(Defect::set_key_uninitialised);
    mld::Sta& peer = *sta().mlme()->access_point();
    const std::shared_ptr<mld::Key> key = peer.pairwise_keys[0];
    ASSERT_NE(key, nullptr);
    mld::Sta stranger(sta(), *ieee80211::MacAddress::parse("02:00:00:00:99:99"), world.now());
    const auto removed =
        driver->set_key(mld::KeyCommand::disable, sta(), &stranger, {0, true, stranger.address(), std::nullopt}, *key);
    EXPECT_EQ(removed.has_value(), !on());
    EXPECT_EQ(printed("failed to remove key (0, 02:00:00:00:99:99)"), on());
}

TEST_P(ADefect, TriBandLockup) {
    AccessPoint& west = start_mld(
        {agent::link(0, Band::ghz2_4, 1), agent::link(1, Band::ghz5, 36), agent::link(2, Band::ghz6, 5)}, "roam");
    AccessPoint& east = start_mld(
        {agent::link(0, Band::ghz2_4, 6), agent::link(1, Band::ghz5, 44), agent::link(2, Band::ghz6, 37)}, "roam");
    StationAgent& client = connect_to_one_of(west, east);
    ASSERT_EQ(client.state(), StationState::connected);
    set(Defect::tri_band_lockup);
    const std::size_t lines = kernel_log().size();
    const std::uint64_t before = counts().commands;
    ASSERT_TRUE(client.roam({other(client, west, east).wdev().address()}).has_value());
    run_for(5s);
    const std::uint64_t after = counts().commands;
    run_for(200s);
    if (on()) {
        EXPECT_LT(after - before, 60U);
        EXPECT_EQ(counts().commands, after) << "nothing moves any more";
        EXPECT_THAT(kernel_log(), SizeIs(lines)) << "and nothing is said";
    } else {
        EXPECT_EQ(client.state(), StationState::connected);
    }
}

TEST_P(ADefect, FalseSimultaneousLinks) {
    AccessPoint& ap = start_mld();
    add_chip("sta");
    set(Defect::false_simultaneous_links);
    agent::StationSettings settings = settings_for(ap);
    settings.password = ap.settings().password;
    settings.name = "sta";
    settings.start = world.now() + 100ms;
    StationAgent& client = agents.add(sta(), settings);
    run_for(10s);
    EXPECT_EQ(std::popcount(sta().active_links()), 2) << "granted once";
    leave_and_come_back();
    EXPECT_EQ(client.state(), StationState::connected);
    EXPECT_EQ(std::popcount(sta().active_links()), on() ? 1 : 2);
}

INSTANTIATE_TEST_SUITE_P(Switch, ADefect, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& p) { return p.param ? "On" : "Off"; });

}  // namespace
}  // namespace mlosim::mt7925::host
