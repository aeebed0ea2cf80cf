// What waits, and for whom: the driver's tasks, signals and mutexes.

#include "mt7925/host/task.h"

#include <chrono>

#include <gmock/gmock.h>

#include "mt7925/host/mutex.h"

namespace mlosim::mt7925::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Tasks : public testing::Test {
protected:
    void note(std::string what) { notes.push_back(std::move(what) + " at " + std::to_string(queue.now().us() / 1000)); }
    void run() { queue.run_until(queue.now() + 1h); }

    Task<int> doubled(int value, sim::Duration time) {
        co_await Pause(queue, time);
        co_return value * 2;
    }
    Task<void> two_steps() {
        const int first = co_await doubled(3, 5ms);
        note(std::to_string(first));
        const int second = co_await doubled(first, 7ms);
        note(std::to_string(second));
    }
    Task<void> work(Mutex& mutex, std::string name, sim::Duration time) {
        auto lock = co_await mutex.lock(name);
        note(name + " begins");
        co_await Pause(queue, time);
        note(name + " ends");
    }
    Task<void> listen(Signal& signal, std::string name, std::optional<sim::Duration> limit) {
        const bool heard = co_await signal.wait(limit);
        note(name + (heard ? " heard it" : " gave up"));
    }

    sim::EventQueue queue;
    std::vector<std::string> notes;
    TaskSet tasks;
};

TEST_F(Tasks, WaitForEachOther) {
    tasks.start("two steps", two_steps());
    EXPECT_THAT(notes, IsEmpty());
    run();
    EXPECT_THAT(notes, ElementsAre("6 at 5", "12 at 12"));
    EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(Tasks, ThatNeverWaitAreOverAtOnce) {
    const auto at_once = [](int& out) -> Task<void> {
        out = 7;
        co_return;
    };
    int value = 0;
    tasks.start("at once", at_once(value));
    EXPECT_EQ(value, 7);
    EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(Tasks, EndWithTheirOwnerWhereverTheyWait) {
    Mutex mutex(queue);
    Signal signal(queue);
    {
        TaskSet short_lived;
        short_lived.start("holder", work(mutex, "holder", 1s));
        short_lived.start("waiter", work(mutex, "waiter", 1s));
        short_lived.start("listener", listen(signal, "listener", 5s));
        short_lived.start("sleeper", two_steps());
        EXPECT_EQ(short_lived.size(), 4U);
        EXPECT_EQ(mutex.waiting(), 1U);
    }
    signal.raise();
    run();
    EXPECT_THAT(notes, ElementsAre("holder begins at 0"));
    EXPECT_FALSE(mutex.held());
    EXPECT_EQ(queue.size(), 0U);
}

TEST_F(Tasks, TakeAMutexInTheOrderOfTheirComing) {
    Mutex mutex(queue);
    tasks.start("a", work(mutex, "a", 2ms));
    tasks.start("b", work(mutex, "b", 2ms));
    tasks.start("c", work(mutex, "c", 2ms));
    EXPECT_EQ(mutex.holder(), "a");
    run();
    EXPECT_THAT(notes, ElementsAre("a begins at 0", "a ends at 2", "b begins at 2", "b ends at 4", "c begins at 4",
                                   "c ends at 6"));
    EXPECT_FALSE(mutex.held());
}

TEST_F(Tasks, WhoWaitsTwoMinutesForAMutexHangs) {
    Mutex mutex(queue);
    mutex.set_hung([&](const std::string& task, const std::string& holder) { note(task + " hangs on " + holder); });
    tasks.start("roc_work", work(mutex, "roc_work", 200s));
    tasks.start("sta_remove", work(mutex, "sta_remove", 1ms));
    run();
    EXPECT_THAT(notes,
                ElementsAre("roc_work begins at 0", "sta_remove hangs on roc_work at 120000", "roc_work ends at 200000",
                            "sta_remove begins at 200000", "sta_remove ends at 200001"));
}

TEST_F(Tasks, AMutexPassesOnWhenTheOneWhoWasGivenItIsGone) {
    Mutex mutex(queue);
    TaskSet others;
    others.start("first", work(mutex, "first", 1ms));
    auto doomed = std::make_unique<TaskSet>();
    doomed->start("doomed", work(mutex, "doomed", 1ms));
    others.start("last", work(mutex, "last", 1ms));
    queue.step();  // "first" ends; "doomed" has the mutex and has not gone on yet
    EXPECT_EQ(mutex.holder(), "doomed");
    doomed.reset();
    EXPECT_EQ(mutex.holder(), "last");
    run();
    EXPECT_THAT(notes, ElementsAre("first begins at 0", "first ends at 1", "last begins at 1", "last ends at 2"));
}

TEST_F(Tasks, ASignalReachesAllWhoWaitAndNobodyElse) {
    Signal signal(queue);
    tasks.start("one", listen(signal, "one", std::nullopt));
    tasks.start("two", listen(signal, "two", 4s));
    tasks.start("late", listen(signal, "late", 1ms));
    queue.run_until(queue.now() + 10ms);
    signal.raise();
    tasks.start("after", listen(signal, "after", 1ms));
    run();
    EXPECT_THAT(notes,
                ElementsAre("late gave up at 1", "one heard it at 10", "two heard it at 10", "after gave up at 11"));
}

}  // namespace
}  // namespace mlosim::mt7925::host
