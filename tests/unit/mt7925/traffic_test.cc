// Flows through the chip: over both links of an MLD, while it scans, while it sleeps, while things go wrong.

#include "connected_fixture.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::StationAgent;
using agent::StationState;
using phy::Band;
using testing::IsEmpty;

/// Numbered frames that arrive at an interface.
class Sink final : public mld::Events {
public:
    Sink(mld::World& world, mld::Wdev& at) : world_(world), of_(at.netdev()) { world_.subscribe(*this); }
    ~Sink() { world_.unsubscribe(*this); }
    void frame_passed(mld::Netdev& n, mld::FrameDirection way, ieee80211::ByteView frame) override {
        if (&n == of_ && way == mld::FrameDirection::incoming && frame.size() > 18 && frame[12] == 0x88 &&
            frame[13] == 0xb6)
            arrived.push_back(static_cast<unsigned>(frame[14] << 8 | frame[15]));
    }
    std::vector<unsigned> arrived;

private:
    mld::World& world_;
    const mld::Netdev* of_;
};

class ChipTraffic : public ChipStations {
protected:
    AccessPoint& connect_mld(std::vector<agent::LinkSettings> links) {
        agent::NetworkSettings settings = secured("traffic", std::move(links));
        settings.mld = true;
        AccessPoint& ap = start(settings);
        StationAgent& client = connect(ap);
        EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
        return ap;
    }
    /// One frame every `every`, numbered.
    void flow(mld::Wdev& from, mld::Wdev& to, unsigned count, sim::Duration every, std::size_t size = 1400) {
        for (unsigned i = 0; i < count; ++i) {
            ieee80211::Bytes frame;
            ieee80211::ByteWriter w(frame);
            w.mac(to.address());
            w.mac(from.address());
            w.u8(0x88);
            w.u8(0xb6);
            w.u8(static_cast<std::uint8_t>(i >> 8U));
            w.u8(static_cast<std::uint8_t>(i));
            w.zeros(size);
            EXPECT_TRUE(from.netdev()->transmit(frame).has_value());
            run_for(every);
        }
        run_for(1s);
    }
    static std::vector<unsigned> all(unsigned count) {
        std::vector<unsigned> out(count);
        for (unsigned i = 0; i < count; ++i)
            out[i] = i;
        return out;
    }
};

TEST_F(ChipTraffic, ComesThroughTwoLinksWholeAndInOrder) {
    AccessPoint& ap = connect_mld({agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)});
    Sink up(world, ap.wdev());
    Sink down(world, sta());
    flow(sta(), ap.wdev(), 1000, 500us);
    flow(ap.wdev(), sta(), 1000, 500us);
    EXPECT_EQ(up.arrived, all(1000));
    EXPECT_EQ(down.arrived, all(1000));
    EXPECT_EQ(driver->frames().outstanding(), 0U) << "I7: every token came back";
    EXPECT_EQ(driver->front().firmware().data().frames(), 0U);
    EXPECT_THAT(violations, IsEmpty());
}

/// Links of which the wider one is worth a switch, whichever the station came on.
class ChipUnequalLinks : public ChipTraffic {
protected:
    AccessPoint& connect_unequal() {
        AccessPoint& ap = connect_mld({agent::link(0, Band::ghz5, 36, 80), agent::link(1, Band::ghz2_4, 1)});
        run_for(2s);
        return ap;
    }
    /// The BSS index of the link that it uses now, and its band by RLM's number.
    std::uint8_t used() { return driver->front().firmware().time().link_in_use(0); }
    void use_the_other() {
        const std::uint8_t before = used();
        const Bss* bss = &tables().bss[before];
        for (const auto& link : sta().links()) {
            if (!link->channel() || radio_channel_of(*link->channel()).band != bss->rlm->band) continue;
            sta().mlme()->say_awake(link->id().bit(), true);
            sta().mlme()->say_dozing(link->id().bit());
        }
        run_for(100ms);
        EXPECT_NE(used(), before);
    }
};

TEST_F(ChipUnequalLinks, TakesTheFasterOne) {
    AccessPoint& ap = connect_unequal();
    EXPECT_EQ(tables().bss[used()].rlm->band, 2) << "5 GHz";
    Sink up(world, ap.wdev());
    Sink down(world, sta());
    flow(sta(), ap.wdev(), 200, 500us);
    flow(ap.wdev(), sta(), 200, 500us);
    EXPECT_EQ(up.arrived, all(200));
    EXPECT_EQ(down.arrived, all(200));
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipUnequalLinks, LoseNothingToSleep) {
    agent::NetworkSettings network =
        secured("traffic", {agent::link(0, Band::ghz5, 36, 80), agent::link(1, Band::ghz2_4, 1)});
    network.mld = true;
    AccessPoint& ap = start(network);
    agent::StationSettings settings = settings_for(ap);
    settings.password = network.password;
    StationAgent& client = add_chip_station(settings);
    ASSERT_TRUE(sta().wiphy().set_power_save(sta(), true).has_value());
    run_for(12s);
    ASSERT_EQ(client.state(), StationState::connected);
    flow(sta(), ap.wdev(), 200, 500us);
    Sink down(world, sta());
    flow(ap.wdev(), sta(), 200,
         5ms);  // an access point holds 64 frames for who sleeps, and a beacon comes every 102 ms
    EXPECT_EQ(down.arrived, all(200));
    run_for(2s);
    flow(ap.wdev(), sta(), 200, 50ms);
    EXPECT_EQ(down.arrived.size(), 400U);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipUnequalLinks, CarryAFlowWhileTheLinkChanges) {
    AccessPoint& ap = connect_unequal();
    Sink up(world, ap.wdev());
    Sink down(world, sta());
    use_the_other();
    flow(sta(), ap.wdev(), 1000, 1ms);  // it goes back under way
    use_the_other();
    flow(ap.wdev(), sta(), 1000, 1ms);
    EXPECT_EQ(up.arrived, all(1000));
    EXPECT_EQ(down.arrived, all(1000));
    EXPECT_GE(driver->front().firmware().time().link_switches(), 4U);
    EXPECT_EQ(driver->frames().outstanding(), 0U);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipUnequalLinks, HearGroupsOnTheLinkInUse) {
    AccessPoint& ap = connect_unequal();
    const auto heard = [&] {
        use_the_other();  // for half a second
        Sink down(world, sta());
        for (int i = 0; i < 10; ++i) {
            ieee80211::Bytes frame;
            ieee80211::ByteWriter w(frame);
            w.mac(ieee80211::MacAddress::broadcast());
            w.mac(ap.wdev().address());
            w.u8(0x88);
            w.u8(0xb6);
            w.zeros(60);
            EXPECT_TRUE(ap.wdev().netdev()->transmit(frame).has_value());
            run_for(10ms);
        }
        // A group's frames wait for a DTIM beacon while any station sleeps on the link.
        run_for(250ms);
        return down.arrived.size();
    };
    EXPECT_EQ(heard(), 10U);
    run_for(2s);
    driver->defects().set(Defect::group_wcid, true);
    EXPECT_EQ(heard(), 0U) << "B16: decrypted with the other link's key";
}

TEST_F(ChipTraffic, SurvivesABurst) {
    AccessPoint& ap = connect_mld({agent::link(0, Band::ghz5, 36), agent::link(1, Band::ghz6, 5)});
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 500, 0us);
    EXPECT_EQ(up.arrived, all(500));
    EXPECT_EQ(driver->frames().outstanding(), 0U);
}

TEST_F(ChipTraffic, WaitsWhileTheChipScans) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    Sink up(world, ap.wdev());
    Sink down(world, sta());
    ASSERT_TRUE(sta().wiphy().trigger_scan(sta(), {}).has_value());
    run_for(30ms);
    flow(ap.wdev(), sta(), 100, 10ms);
    EXPECT_EQ(down.arrived, all(100)) << "the access point holds what comes meanwhile";
    ASSERT_NE(sta().wiphy().scan(), nullptr) << "it is still at it";
    flow(sta(), ap.wdev(), 100, 10ms);
    run_for(15s);
    EXPECT_EQ(up.arrived, all(100));
    EXPECT_EQ(driver->frames().outstanding(), 0U);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipTraffic, FindsASleepingStation) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    (void)sta().wiphy().set_power_save(sta(), true);
    run_for(2s);
    EXPECT_TRUE(driver->front().firmware().time().dozing(0));
    EXPECT_FALSE(driver->front().firmware().own_sync() && driver->frames().outstanding() != 0);
    Sink down(world, sta());
    flow(ap.wdev(), sta(), 20, 300ms);
    EXPECT_EQ(down.arrived, all(20));
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 20, 300ms);
    EXPECT_EQ(up.arrived, all(20));
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipTraffic, KeepsTheChipAwakeWhileATokenIsLost) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    run_for(2s);
    ASSERT_TRUE(driver->front().firmware().own_sync());
    driver->front().faults().add({.effect = FaultEffect::lost_tx_free, .times = 1});
    flow(sta(), ap.wdev(), 1, 1s);
    EXPECT_EQ(driver->frames().outstanding(), 1U);
    run_for(5s);
    EXPECT_FALSE(driver->front().firmware().own_sync());
    ASSERT_EQ(violations.size(), 1U);
    EXPECT_NE(violations[0].find("I7"), std::string::npos);
}

TEST_F(ChipTraffic, IgnoresEntriesThatNoTableHas) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    driver->front().faults().add({.effect = FaultEffect::event_wcid, .value = 1000});
    driver->front().faults().add({.effect = FaultEffect::rx_wrong_wcid, .value = 500});
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 10, 10ms);
    EXPECT_EQ(up.arrived, all(10));
    EXPECT_EQ(driver->frames().outstanding(), 0U);
    EXPECT_GT(driver->frames().counts().unknown_wcid, 0U);
}

TEST_F(ChipTraffic, OfALostInterruptIsFoundByTheNextOne) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    Sink down(world, sta());
    driver->front().faults().add({.effect = FaultEffect::irq_lost, .times = 3});
    flow(ap.wdev(), sta(), 10, 200ms);
    EXPECT_EQ(down.arrived, all(10));
}

TEST_F(ChipTraffic, LosesNoTokenToAChipThatDies) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    StationAgent& client = connect(ap);
    ASSERT_EQ(client.state(), StationState::connected);
    driver->front().firmware().crash();
    flow(sta(), ap.wdev(), 50, 10ms);
    run_for(20s);
    EXPECT_EQ(driver->frames().outstanding(), 0U);
    EXPECT_EQ(client.state(), StationState::connected);
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 20, 10ms);
    EXPECT_EQ(up.arrived, all(20));
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(ChipTraffic, GoesOnAfterTheRingsWereLost) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    run_for(2s);
    ASSERT_TRUE(driver->front().firmware().own_sync());
    driver->front().faults().add({.effect = FaultEffect::lose_wfdma, .times = 1});
    Sink down(world, sta());
    flow(ap.wdev(), sta(), 10, 200ms);
    EXPECT_GE(down.arrived.size(), 9U) << "what woke the chip was on the rings";
    EXPECT_THAT(kernel_log(), testing::Contains("rings lost in low power state"));
}

TEST_F(ChipTraffic, SurvivesReadsFromNowhere) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    run_for(2s);
    driver->front().faults().add({.effect = FaultEffect::bus_ff, .times = 20});
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 20, 50ms);
    EXPECT_EQ(up.arrived, all(20));
    const Wcid* entry = driver->wcids().find(1);
    ASSERT_NE(entry, nullptr);
    EXPECT_LT(entry->statistics.tx_airtime_us[1], 1'000'000U) << "all ones are no air time";
}

TEST_F(ChipTraffic, IsCountedByEntry) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    flow(sta(), ap.wdev(), 100, 1ms);
    flow(ap.wdev(), sta(), 100, 1ms);
    const Wcid* entry = driver->wcids().find(1);
    ASSERT_NE(entry, nullptr);
    EXPECT_GE(entry->statistics.tx_packets, 100U);
    EXPECT_GE(entry->statistics.rx_packets, 100U);
    ASSERT_TRUE(entry->statistics.tx_rate.has_value());
    EXPECT_TRUE(entry->statistics.ack_signal_dbm.has_value());
    EXPECT_GT(entry->statistics.tx_airtime_us[1], 0U);
    const mld::ChipInspection::Table table = traffic_table(driver->wcids(), driver->front().firmware().data());
    const auto row = std::ranges::find(table.rows, "1", [](const auto& cells) { return cells.front(); });
    ASSERT_NE(row, table.rows.end());
    EXPECT_EQ(row->size(), table.columns.size());
    EXPECT_EQ(row->at(1), std::to_string(entry->statistics.tx_packets));
}

/// A frame is on its way to a chip that sleeps while its link goes.
class ChipRace : public ChipTraffic {
protected:
    void lose_the_link_under_a_frame() {
        AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
        ASSERT_EQ(connect(ap).state(), StationState::connected);
        run_for(2s);
        driver->defects().set(Defect::tx_race, fatal);
        ASSERT_TRUE(driver->front().firmware().own_sync());
        ieee80211::Bytes frame;
        ieee80211::ByteWriter w(frame);
        w.mac(ap.wdev().address());
        w.mac(sta().address());
        w.zeros(60);
        ASSERT_TRUE(sta().netdev()->transmit(frame).has_value());
        EXPECT_EQ(driver->frames().waiting(), 1U);
        leave();
    }
    bool fatal = false;
    [[nodiscard]] bool crashed() const {
        const auto lines = kernel_log();
        return std::ranges::any_of(lines, [](const std::string& line) { return line.starts_with("BUG:"); });
    }
};

TEST_F(ChipRace, DropsTheFrame) {
    lose_the_link_under_a_frame();
    EXPECT_FALSE(crashed());
    EXPECT_EQ(driver->frames().counts().dropped, 1U);
    expect_nothing_left();
}

class ChipRaceWithB2 : public ChipRace {};

TEST_F(ChipRaceWithB2, IsFatal) {
    fatal = true;
    lose_the_link_under_a_frame();
    EXPECT_TRUE(crashed());
}

TEST_F(ChipTraffic, OfAnEntryThatNoTableHasIsFatalWithItsDefect) {
    AccessPoint& ap = start(secured("one", {agent::link(0, Band::ghz5, 36)}));
    ASSERT_EQ(connect(ap).state(), StationState::connected);
    driver->defects().set(Defect::wcid_out_of_range, true);
    driver->front().faults().add({.effect = FaultEffect::event_wcid, .value = 1087, .times = 1});
    flow(sta(), ap.wdev(), 10, 10ms);
    const auto lines = kernel_log();
    EXPECT_TRUE(std::ranges::any_of(lines, [](const std::string& line) { return line.starts_with("BUG:"); }));
    Sink up(world, ap.wdev());
    flow(sta(), ap.wdev(), 10, 10ms);
    EXPECT_THAT(up.arrived, IsEmpty()) << "nothing goes out of a crashed kernel";
}

}  // namespace
}  // namespace mlosim::mt7925::host
