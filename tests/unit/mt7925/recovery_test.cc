// What the driver makes of a firmware that refuses, is silent, hangs or dies.

#include <bit>
#include <functional>

#include "connected_fixture.h"
#include "mld/station_mlme.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::StationAgent;
using agent::StationState;
using phy::Band;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto cid(Cid value) {
    return static_cast<std::uint16_t>(value);
}

class ChipRecovery : public ChipStations {
protected:
    AccessPoint& start_mld() {
        agent::NetworkSettings settings =
            secured("56", {agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)});
        settings.mld = true;
        return start(settings);
    }
    FaultRules& faults() { return driver->front().faults(); }
    [[nodiscard]] std::vector<std::string> lines_with(std::string_view part) const {
        std::vector<std::string> out;
        for (const std::string& line : kernel_log())
            if (line.find(part) != std::string::npos) out.push_back(line);
        return out;
    }
    /// Leaves and comes back, to see what was left behind.
    void come_back(StationAgent& client, const std::function<void()>& meanwhile = {}) {
        EXPECT_TRUE(sta().netdev()->set_up(false).has_value());
        run_for(2s);
        if (meanwhile) meanwhile();
        EXPECT_TRUE(sta().netdev()->set_up(true).has_value());
        run_for(10s);
        EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    }
};

TEST_F(ChipRecovery, FromARingThatNobodyReadsTakesOneResetAndAReconnection) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected);
    const std::uint64_t resets = counts().resets;
    faults().add({.match = {.cid = cid(Cid::bss_info)}, .effect = FaultEffect::stall_ring15, .times = 1});
    const auto stalled = world.now();
    ASSERT_TRUE(sta().mlme()->deauthenticate({.bssid = ap.wdev().address(), .reason = 3}).has_value());
    while (counts().resets == resets && world.now() < stalled + 60s)
        run_for(100ms);
    run_for(30s);
    EXPECT_EQ(counts().resets, resets + 1);
    EXPECT_THAT(lines_with("timeout"), testing::Not(IsEmpty()));
    EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(sta().active_links(), 0b11);
    expect_data(ap);
    leave();
    expect_nothing_left();
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipRecovery, FromADumpedCoreTakesOneResetAndAReconnection) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected);
    const std::uint64_t resets = counts().resets;
    const std::uint64_t connections = client.counters().connections;
    driver->front().firmware().crash();
    run_for(30s);
    EXPECT_EQ(counts().resets, resets + 1);
    EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    EXPECT_EQ(client.counters().connections, connections + 1);
    expect_data(ap);
    leave();
    expect_nothing_left();
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipRecovery, ALostAccessPointIsToldByTheFirmware) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected);
    const std::uint64_t connections = client.counters().connections;
    driver->front().firmware().lose_beacons(0);
    run_for(15s);
    EXPECT_EQ(client.counters().connections, connections + 1);
    EXPECT_EQ(client.state(), StationState::connected);
    expect_no_fault();
}

TEST_F(ChipRecovery, WithoutTimeForASecondLinkTheFirstGoesOnAndNothingIsLost) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    ASSERT_EQ(sta().active_links(), 0b11);
    faults().add({.match = {.cid = std::nullopt, .roc_type = static_cast<std::uint8_t>(RocType::mlsr_aa)},
                  .effect = FaultEffect::no_grant});
    for (int i = 0; i < 6; ++i) {
        come_back(client);
        EXPECT_EQ(std::popcount(sta().active_links()), 1);
        EXPECT_EQ(active_bss(), 1U);
        EXPECT_EQ(driver->bss_indexes().in_use(), 1U);
        EXPECT_THAT(valid_peers(), SizeIs(1));
    }
    faults().clear();
    come_back(client);
    EXPECT_EQ(sta().active_links(), 0b11);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipRecovery, ASecondLinkThatTheFirmwareRefusesIsNotUsed) {
    AccessPoint& ap = start_mld();
    StationAgent& client = connect(ap);
    ASSERT_EQ(sta().active_links(), 0b11);
    for (unsigned i = 0; i < 5; ++i) {
        come_back(client, [&] {
            faults().add({.match = {.cid = cid(Cid::sta_rec), .wcid = 2},
                          .effect = FaultEffect::status,
                          .value = static_cast<std::int64_t>(status::not_there),
                          .times = 1});
        });
        EXPECT_EQ(std::popcount(sta().active_links()), 1);
        EXPECT_EQ(active_bss(), 1U);
        EXPECT_EQ(driver->bss_indexes().in_use(), 1U);
        EXPECT_THAT(valid_peers(), SizeIs(1));
        expect_data(ap);
    }
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipRecovery, AThirdInterfaceHasNoRoomWhereTwoLinksOfAnotherAre) {
    AccessPoint& ap = start_mld();
    connect(ap);
    ASSERT_EQ(driver->bss_indexes().in_use(), 2U);
    mld::Driver& as_mac = *driver;
    std::vector<std::unique_ptr<mld::Wdev>> more;
    for (int i = 0; i < 3; ++i)
        more.push_back(std::make_unique<mld::Wdev>(sta().wiphy(), 100U + static_cast<unsigned>(i),
                                                   mld::InterfaceType::station, sta().address()));
    EXPECT_TRUE(as_mac.add_interface(*more[0]).has_value());
    EXPECT_TRUE(as_mac.add_interface(*more[1]).has_value());
    EXPECT_EQ(mld::error_of(as_mac.add_interface(*more[2])), ENOSPC);
    EXPECT_EQ(driver->bss_indexes().in_use(), 4U);
    as_mac.remove_interface(*more[0]);
    as_mac.remove_interface(*more[1]);
    run_for(1s);
    EXPECT_EQ(driver->bss_indexes().in_use(), 2U);
    expect_no_fault();
}

}  // namespace
}  // namespace mlosim::mt7925::host
