// The numbers that the driver gives out: BSS indexes and WCIDs, and what may not be done with them.

#include "mt7925/host/indexes.h"

#include <gmock/gmock.h>

#include "mt7925/host/wcid_table.h"

namespace mlosim::mt7925::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(BssIndexesTest, AreFourForLinksAndOneForTheP2pDevice) {
    BssIndexes indexes;
    for (unsigned i = 0; i < 4; ++i)
        EXPECT_EQ(indexes.take().value_or(99), i);
    EXPECT_EQ(indexes.take().error().code, ENOSPC);
    EXPECT_EQ(indexes.take_p2p_device().value_or(99), 4);
    EXPECT_EQ(indexes.take_p2p_device().error().code, ENOSPC);
    EXPECT_EQ(indexes.mask(), 0x1f);
}

TEST(BssIndexesTest, TheLowestThatCameBackIsGivenNext) {
    BssIndexes indexes;
    for (unsigned i = 0; i < 4; ++i)
        (void)indexes.take();
    EXPECT_TRUE(indexes.give_back(3));
    EXPECT_TRUE(indexes.give_back(1));
    EXPECT_FALSE(indexes.give_back(1));
    EXPECT_EQ(indexes.in_use(), 2U);
    EXPECT_EQ(indexes.take().value_or(99), 1);
}

TEST(BssIndexesTest, TellTheOwnEntryAndTheMldsNumber) {
    EXPECT_EQ(own_wcid_of(0), 19);
    EXPECT_EQ(own_wcid_of(BssIndexes::p2p_device), 15);
    EXPECT_EQ(own_mld_id_of(1), 33);
}

class WcidTableTest : public testing::Test {
protected:
    WcidTableTest() {
        table.set_violated([this](const Violation& v) { violations.push_back(v.rule + ": " + v.what); });
    }
    std::uint8_t published() {
        const std::uint8_t index = table.allocate().value_or(99);
        table.initialise({.index = index});
        table.publish(index);
        return index;
    }

    sim::EventQueue queue;
    WcidTable table{queue};
    std::vector<std::string> violations;
};

TEST_F(WcidTableTest, HasThirteenForPeersAndLeaksNone) {
    for (unsigned i = 1; i <= 13; ++i)
        EXPECT_EQ(table.allocate().value_or(99), i);
    EXPECT_EQ(table.allocate().error().code, ENOSPC);
    EXPECT_EQ(table.mask(), 0x3fffU);
    for (std::uint8_t i = 1; i <= 13; ++i)
        table.release(i);
    EXPECT_EQ(table.mask(), 1U) << "the entry of frames that belong to no peer stays";
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(WcidTableTest, FindsWhatIsPublishedAndNothingElse) {
    const std::uint8_t index = table.allocate().value_or(99);
    EXPECT_EQ(table.find(index), nullptr);
    table.initialise({.index = index, .bss_index = 2});
    EXPECT_EQ(table.find(index), nullptr);
    table.publish(index);
    ASSERT_NE(table.find(index), nullptr);
    EXPECT_EQ(table.find(index)->bss_index, 2);
    table.withdraw(index);
    EXPECT_EQ(table.find(index), nullptr);
    table.release(index);
    EXPECT_EQ(table.find(99), nullptr);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(WcidTableTest, MayBeUsedUntilTheGracePeriodHasPassed) {
    const std::uint8_t index = published();
    table.withdraw(index);
    queue.run_until(queue.now() + WcidTable::grace_period);
    table.use(index, "the poll list");
    EXPECT_THAT(violations, IsEmpty());
    queue.run_until(queue.now() + 1us);
    table.use(index, "the poll list");
    EXPECT_THAT(violations, ElementsAre("I3: WCID 1 is used by the poll list after its grace period"));
}

TEST_F(WcidTableTest, TellsWhatMayNotBeDone) {
    const std::uint8_t index = table.allocate().value_or(99);
    table.publish(index);
    table.initialise({.index = index});
    table.publish(index);
    table.publish(index);
    table.initialise({.index = index});
    table.release(index);
    table.release(index);
    table.use(index, "a frame");
    table.withdraw(index);
    table.initialise({.index = 5});
    EXPECT_THAT(violations,
                ElementsAre("I3: WCID 1 is published before its initialisation", "I3: WCID 1 is published twice",
                            "I3: WCID 1 is initialised while others may be looking at it",
                            "I3: WCID 1 is freed while others may be looking at it", "I4: WCID 1 is freed twice",
                            "I3: WCID 1 is used by a frame after its grace period",
                            "I3: WCID 1 is withdrawn and was not published",
                            "I4: WCID 5 is initialised without having been allocated"));
}

}  // namespace
}  // namespace mlosim::mt7925::host
