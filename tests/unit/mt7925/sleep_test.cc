// The host of a station with the chip sleeps, and what wakes it.

#include "connected_fixture.h"
#include "mld/wake_on.h"

namespace mlosim::mt7925::host {
namespace {

using agent::AccessPoint;
using agent::Security;
using agent::StationAgent;
using agent::StationState;
using phy::Band;
using testing::Contains;

class ChipSleep : public ChipStations {
protected:
    ChipSleep() : ap(start(secured("night", {agent::link(0, Band::ghz5, 36)}))), client(connect(ap)) { taken(); }
    mld::Wiphy& wiphy() { return sta().wiphy(); }

    AccessPoint& ap;
    StationAgent& client;
};

// cf. mt7925_suspend(), mt7925_pci_suspend(), mt7925_pci_resume(), mt7925_resume()
TEST_F(ChipSleep, KeepsItsConnectionIfSomethingShallWakeIt) {
    ASSERT_EQ(client.state(), StationState::connected) << client.last_reason();
    wiphy().set_wake_on(mld::WakeOn{.disconnect = true});
    ASSERT_TRUE(wiphy().suspend().has_value());
    run_for(100ms);
    EXPECT_EQ(taken(), (std::vector<Cid>{Cid::offload, Cid::suspend, Cid::suspend, Cid::chip_config, Cid::hif_ctrl}));
    EXPECT_TRUE(tables().chip.suspended);
    EXPECT_TRUE(tables().chip.wow[0]);
    run_for(20s);
    EXPECT_TRUE(wiphy().suspended());
    EXPECT_TRUE(driver->front().firmware().own_sync()) << "nothing wakes the chip's bus";
    EXPECT_EQ(client.state(), StationState::connected);
    ASSERT_TRUE(wiphy().resume().has_value());
    run_for(1s);
    EXPECT_FALSE(tables().chip.suspended);
    EXPECT_FALSE(tables().chip.wow[0]);
    EXPECT_EQ(client.state(), StationState::connected);
    expect_data(ap);
    expect_no_fault();
}

TEST_F(ChipSleep, IsWokenByItsAccessPointsGoodbye) {
    wiphy().set_wake_on(mld::WakeOn{.disconnect = true});
    ASSERT_TRUE(wiphy().suspend().has_value());
    run_for(5s);
    ASSERT_TRUE(wiphy().suspended());
    ASSERT_TRUE(ap.wdev().netdev()->set_up(false).has_value());
    run_for(2s);
    EXPECT_FALSE(wiphy().suspended());
    EXPECT_NE(client.state(), StationState::connected) << "it has heard the goodbye";
    expect_no_fault();
}

TEST_F(ChipSleep, IsWokenWhenItsAccessPointIsGone) {
    wiphy().set_wake_on(mld::WakeOn{.disconnect = true});
    ASSERT_TRUE(wiphy().suspend().has_value());
    run_for(5s);
    medium.listen(ap.wdev().wiphy().driver().port(), {});
    medium.listen(driver->port(), {});  // nobody hears anybody any more
    run_for(5s);
    EXPECT_FALSE(wiphy().suspended());
}

TEST_F(ChipSleep, EndsItsConnectionIfNothingShallWakeIt) {
    ASSERT_TRUE(wiphy().suspend().has_value());
    run_for(5s);
    EXPECT_NE(client.state(), StationState::connected);
    EXPECT_TRUE(tables().chip.suspended);
    EXPECT_FALSE(tables().bss[0].active) << "its interfaces are gone";
    ASSERT_TRUE(wiphy().resume().has_value());
    run_for(30s);
    EXPECT_EQ(client.state(), StationState::connected) << client.last_reason();
    expect_data(ap);
    expect_no_fault();
}

TEST_F(ChipSleep, ABusThatDoesNotAnswerIsReset) {
    FaultRule lost;
    lost.effect = FaultEffect::drop_event;
    lost.match.eid = static_cast<std::uint8_t>(Eid::hif_ctrl);
    lost.times = 1;
    driver->front().faults().add(lost);
    wiphy().set_wake_on(mld::WakeOn{.disconnect = true});
    const auto resets = driver->front().firmware().counts().resets;
    ASSERT_TRUE(wiphy().suspend().has_value());
    run_for(10s);
    EXPECT_EQ(driver->front().firmware().counts().resets, resets + 1);
}

}  // namespace
}  // namespace mlosim::mt7925::host
