#include "sim/event_queue.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/random.h"

namespace mlosim::sim {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

Time at_ms(std::int64_t ms) {
    return Time{milliseconds(ms)};
}

struct Agenda : testing::Test {
    EventQueue queue;
    std::vector<std::string> fired;

    /// An action that leaves its name in `fired`.
    auto named(std::string name) {
        return [this, name = std::move(name)] { fired.push_back(name); };
    }
    void run_all() {
        while (queue.step()) {
        }
    }
};

TEST_F(Agenda, FiresInOrderOfDueTime) {
    queue.post_at(at_ms(3), named("c"));
    queue.post_at(at_ms(1), named("a"));
    queue.post_at(at_ms(2), named("b"));
    run_all();
    EXPECT_THAT(fired, ElementsAre("a", "b", "c"));
    EXPECT_EQ(queue.now(), at_ms(3));
    EXPECT_EQ(queue.fired(), 3U);
}

TEST_F(Agenda, FiresEventsOfOneMomentInTheOrderOfScheduling) {
    for (const char* name : {"1", "2", "3", "4", "5", "6", "7"})
        queue.post_at(at_ms(1), named(name));
    run_all();
    EXPECT_THAT(fired, ElementsAre("1", "2", "3", "4", "5", "6", "7"));
}

TEST_F(Agenda, RunsAnEventPostedForNowAfterThoseAlreadyDueNow) {
    queue.post_at(at_ms(1), [this] { queue.post(named("posted")); });
    queue.post_at(at_ms(1), named("already there"));
    run_all();
    EXPECT_THAT(fired, ElementsAre("already there", "posted"));
    EXPECT_EQ(queue.now(), at_ms(1));
}

TEST_F(Agenda, MovesNowToTheTimeOfTheEventBeforeItFires) {
    std::optional<Time> seen;
    queue.post_at(at_ms(5), [&] { seen = queue.now(); });
    EXPECT_EQ(queue.next_due(), at_ms(5));
    queue.step();
    EXPECT_EQ(seen, at_ms(5));
    EXPECT_EQ(queue.next_due(), std::nullopt);
    EXPECT_FALSE(queue.step());
}

TEST_F(Agenda, RunUntilFiresWhatIsDueThenAndLeavesTheRest) {
    queue.post_at(at_ms(1), named("a"));
    queue.post_at(at_ms(2), named("b"));
    queue.post_at(at_ms(3), named("c"));
    EXPECT_EQ(queue.run_until(at_ms(2)), 2U);
    EXPECT_THAT(fired, ElementsAre("a", "b"));
    EXPECT_EQ(queue.run_until(Time{milliseconds(2) + Duration{999}}), 0U);
    EXPECT_EQ(queue.now(), Time{milliseconds(2) + Duration{999}});
    EXPECT_EQ(queue.size(), 1U);
}

TEST_F(Agenda, KeepsATimerPendingUntilItFires) {
    const Timer timer = queue.after(milliseconds(1), named("a"));
    EXPECT_TRUE(timer.pending());
    run_all();
    EXPECT_FALSE(timer.pending());
}

TEST_F(Agenda, TakesATimersEventAlongWhenTheTimerDies) {
    { const Timer timer = queue.after(milliseconds(1), named("a")); }
    EXPECT_EQ(queue.size(), 0U);
    run_all();
    EXPECT_THAT(fired, IsEmpty());
}

TEST_F(Agenda, LeavesTheEventWithTheTimerThatWasMovedTo) {
    Timer kept;
    {
        Timer timer = queue.after(milliseconds(1), named("a"));
        kept = std::move(timer);
        EXPECT_FALSE(timer.pending());  // NOLINT(bugprone-use-after-move): that is what is asked here
    }
    EXPECT_TRUE(kept.pending());
    run_all();
    EXPECT_THAT(fired, ElementsAre("a"));
}

TEST_F(Agenda, CancelsTheOldEventOfATimerThatIsSetAgain) {
    Timer timer = queue.after(milliseconds(1), named("old"));
    timer = queue.after(milliseconds(2), named("new"));
    run_all();
    EXPECT_THAT(fired, ElementsAre("new"));
}

TEST_F(Agenda, CancelsOnceAndTwiceIsOnce) {
    Timer timer = queue.after(milliseconds(1), named("a"));
    timer.cancel();
    timer.cancel();
    EXPECT_FALSE(timer.pending());
    EXPECT_EQ(queue.size(), 0U);
}

TEST_F(Agenda, LetsAnActionCancelAnotherEventOfTheSameMoment) {
    Timer victim;
    queue.post_at(at_ms(1), [&] { victim.cancel(); });
    victim = queue.at(at_ms(1), named("victim"));
    queue.post_at(at_ms(1), named("after"));
    run_all();
    EXPECT_THAT(fired, ElementsAre("after"));
}

TEST_F(Agenda, LetsAnActionCancelAndReplaceItsOwnTimer) {
    Timer timer;
    timer = queue.after(milliseconds(1), [&] {
        EXPECT_FALSE(timer.pending()) << "an event that fires is no longer in the future";
        timer.cancel();
        timer = queue.after(milliseconds(1), named("second"));
    });
    run_all();
    EXPECT_THAT(fired, ElementsAre("second"));
    EXPECT_EQ(queue.now(), at_ms(2));
}

TEST_F(Agenda, DoesNotTakeTheNextTenantOfASlotForTheOldEvent) {
    Timer old = queue.after(milliseconds(1), named("old"));
    run_all();
    const Timer tenant = queue.after(milliseconds(1), named("tenant"));  // the slot of `old` is the free one
    EXPECT_FALSE(old.pending());
    old.cancel();
    EXPECT_TRUE(tenant.pending());
    run_all();
    EXPECT_THAT(fired, ElementsAre("old", "tenant"));
}

TEST_F(Agenda, DestroysTheActionOfACancelledEventAtOnce) {
    auto held = std::make_shared<int>(1);
    Timer timer = queue.after(milliseconds(1), [held] {});
    EXPECT_EQ(held.use_count(), 2);
    timer.cancel();
    EXPECT_EQ(held.use_count(), 1);
}

TEST_F(Agenda, LetsADyingActionCancelOtherEvents) {
    auto inner = std::make_unique<Timer>(queue.after(milliseconds(2), named("inner")));
    Timer outer = queue.after(milliseconds(1), [timer = std::move(inner)] {});
    outer.cancel();
    EXPECT_EQ(queue.size(), 0U);
}

TEST_F(Agenda, CarriesActionsTooLargeToLieInsideAnEvent) {
    const std::array<std::uint64_t, 32> large{1, 2, 3};
    std::uint64_t sum = 0;
    queue.post_at(at_ms(1), [large, &sum] {
        for (const std::uint64_t value : large)
            sum += value;
    });
    run_all();
    EXPECT_EQ(sum, 6U);
}

TEST_F(Agenda, KeepsItsOrderWhenTheSequenceNumbersRunOut) {
    EventQueue late((1ULL << 40U) - 3);
    for (const char* name : {"1", "2", "3", "4", "5", "6"})
        late.post_at(at_ms(1), named(name));
    late.post_at(at_ms(0), named("0"));
    while (late.step()) {
    }
    EXPECT_THAT(fired, ElementsAre("0", "1", "2", "3", "4", "5", "6"));
}

/// The queue against the plainest model there is: a list that is searched for its least element.
TEST(EventQueueModel, BehavesAsASortedListUnderRandomUse) {
    struct Expected {
        Time due;
        int id = 0;
        bool operator<(const Expected& other) const { return std::tie(due, id) < std::tie(other.due, other.id); }
    };
    EventQueue queue;
    RandomStream random(42, "test/event-queue");
    std::vector<Expected> model;
    std::vector<std::pair<int, Timer>> timers;
    std::vector<int> fired;
    int next_id = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::uint64_t what = random.below(10);
        if (what < 5) {
            const Time due = queue.now() + Duration{static_cast<std::int64_t>(random.below(50))};
            const int id = next_id++;
            model.push_back({due, id});
            timers.emplace_back(id, queue.at(due, [&fired, id] { fired.push_back(id); }));
        } else if (what < 7 && !timers.empty()) {
            const std::size_t victim = random.below(timers.size());
            std::erase_if(model, [&](const Expected& e) { return e.id == timers[victim].first; });
            timers.erase(timers.begin() + static_cast<std::ptrdiff_t>(victim));
        } else if (!model.empty()) {
            const auto next = std::min_element(model.begin(), model.end());
            ASSERT_EQ(queue.next_due(), next->due);
            ASSERT_TRUE(queue.step());
            ASSERT_EQ(fired.back(), next->id);
            ASSERT_EQ(queue.now(), next->due);
            model.erase(next);
        }
        ASSERT_EQ(queue.size(), model.size());
    }
}

using EventQueueDeathTest = Agenda;

TEST_F(EventQueueDeathTest, SchedulesNothingInThePast) {
    queue.run_until(at_ms(5));
    EXPECT_DEATH(queue.post_at(at_ms(4), [] {}), "nothing is scheduled in the past");
}

}  // namespace
}  // namespace mlosim::sim
