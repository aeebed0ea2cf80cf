#include "scenario/world_loop.h"

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::scenario {
namespace {

using namespace std::chrono_literals;
using netlink::ClockMode;
using sim::Time;
using testing::ElementsAre;

class ClockInHand final : public sim::WallClock {
public:
    [[nodiscard]] sim::Duration now() const override { return now_; }
    void advance(sim::Duration by) { now_ += by; }

private:
    sim::Duration now_ = 99s;
};

struct LoopOfAWorld : testing::Test {
    boost::asio::io_context io;
    sim::EventQueue queue;
    ClockInHand wall;
    std::unique_ptr<WorldLoop> loop;
    std::vector<Time> fired;
    std::vector<sim::Duration> lags;
    std::vector<sim::Duration> wall_at_zero;

    void start(ClockMode mode, bool paused = false) {
        loop = std::make_unique<WorldLoop>(
            io, queue, wall,
            WorldLoopOptions{mode, 7, paused, [this](sim::Duration lag) { lags.push_back(lag); },
                             [this](sim::Duration zero) { wall_at_zero.push_back(zero); }});
    }
    void note_at(sim::Duration when) {
        queue.post_at(Time{when}, [this] { fired.push_back(queue.now()); });
    }
    void stop_at(sim::Duration when) {
        queue.post_at(Time{when}, [this] { loop->stop(); });
    }
    /// What a program does between two events: anything that reaches the loop through Asio.
    template <class F>
    void from_outside(F what) {
        boost::asio::post(io, std::move(what));
    }
};

TEST_F(LoopOfAWorld, RunsVirtualTimeToItsEndAtOnce) {
    start(ClockMode::virtual_time);
    note_at(1s);
    note_at(24h);
    stop_at(48h);
    note_at(49h);
    loop->run();
    EXPECT_THAT(fired, ElementsAre(Time{1s}, Time{24h}));
    EXPECT_EQ(queue.now(), Time{48h});
}

TEST_F(LoopOfAWorld, HearsWhatComesFromOutsideWhileVirtualTimeRaces) {
    start(ClockMode::virtual_time);
    std::function<void()> tick = [&] { queue.post_at(queue.now() + 1ms, [&] { tick(); }); };
    tick();  // never ends by itself
    from_outside([this] { loop->stop(); });
    loop->run();
    EXPECT_TRUE(loop->stopped());
}

TEST_F(LoopOfAWorld, WaitsForTheOutsideWhenTheAgendaIsEmpty) {
    start(ClockMode::virtual_time);
    from_outside([this] { note_at(5s), stop_at(6s); });
    loop->run();
    EXPECT_THAT(fired, ElementsAre(Time{5s}));
}

TEST_F(LoopOfAWorld, PacesRealTime) {
    const sim::MonotonicClock machine;
    WorldLoop real(io, queue, machine, {});
    note_at(5ms);
    queue.post_at(Time{30ms}, [&] { real.stop(); });
    const sim::Duration begun = machine.now();
    real.run();
    const sim::Duration took = machine.now() - begun;
    EXPECT_THAT(fired, ElementsAre(Time{5ms}));
    EXPECT_GE(took, 30ms);
    EXPECT_LT(took, 1s);
}

TEST_F(LoopOfAWorld, TellsWhatTheWallShowedWhenTheWorldBegan) {
    start(ClockMode::real);
    note_at(3s);
    from_outside([&] {
        wall.advance(1h);  // 3 s of which are the world's
        loop->catch_up();
        loop->stop();
    });
    loop->run();
    EXPECT_THAT(wall_at_zero, ElementsAre(99s, 99s + 1h - 3s));
    wall_at_zero.clear();
    start(ClockMode::virtual_time);
    stop_at(2h);
    loop->run();
    EXPECT_THAT(wall_at_zero, testing::IsEmpty());
}

TEST_F(LoopOfAWorld, StandsAtThePresentMomentForWhoeverComesFromOutside) {
    start(ClockMode::real);
    note_at(3s);
    std::vector<Time> seen;
    from_outside([&] {
        wall.advance(2500ms);
        loop->catch_up();
        seen.push_back(queue.now());
        loop->stop();
    });
    loop->run();
    EXPECT_THAT(seen, ElementsAre(Time{2500ms}));
    EXPECT_TRUE(fired.empty());
    EXPECT_TRUE(lags.empty());
}

TEST_F(LoopOfAWorld, ListensBeforeATimerThatIsLate) {
    start(ClockMode::real);
    sim::Timer deadline = queue.at(Time{100ms}, [this] { fired.push_back(queue.now()); });
    note_at(300ms);
    stop_at(301ms);
    std::vector<Time> seen;
    from_outside([&] {
        wall.advance(150ms);  // the machine had no time for us
        loop->catch_up();
        seen.push_back(queue.now());
    });
    from_outside([&] {
        loop->catch_up();
        seen.push_back(queue.now());
        deadline.cancel();  // what was waited for was said in time
        wall.advance(500ms);
    });
    loop->run();
    EXPECT_THAT(seen, ElementsAre(Time{100ms - 1ns}, Time{100ms - 1ns}));
    EXPECT_THAT(fired, ElementsAre(Time{300ms}));
    EXPECT_TRUE(lags.empty());
}

TEST_F(LoopOfAWorld, LetsNobodyStopTimeByTalking) {
    start(ClockMode::real);
    note_at(3s);
    stop_at(4s);
    std::function<void()> talk = [&] {
        wall.advance(1ms);
        loop->catch_up();
        from_outside([&] { talk(); });
    };
    talk();
    loop->run();
    EXPECT_THAT(fired, ElementsAre(Time{3s}));
}

TEST_F(LoopOfAWorld, DoesNotHurryAfterItWasSuspended) {
    start(ClockMode::real);
    note_at(3s);
    stop_at(3s);
    note_at(20s);
    from_outside([&] {
        wall.advance(1h);
        loop->catch_up();
    });
    loop->run();
    EXPECT_THAT(fired, ElementsAre(Time{3s}));
    EXPECT_THAT(lags, ElementsAre(1h - 3s));
}

TEST_F(LoopOfAWorld, StandsStillWhilePausedAndGoesOnFromThere) {
    start(ClockMode::real, true);
    note_at(1s);
    stop_at(1s);
    from_outside([&] {
        wall.advance(1h);
        loop->catch_up();
        EXPECT_EQ(queue.now(), Time{});
        EXPECT_TRUE(loop->paused());
        ASSERT_TRUE(loop->resume());
        loop->catch_up();
        EXPECT_EQ(queue.now(), Time{});
        wall.advance(500ms);
        loop->catch_up();
        EXPECT_EQ(queue.now(), Time{500ms});
        wall.advance(1s);
    });
    loop->run();
    EXPECT_THAT(fired, ElementsAre(Time{1s}));
    EXPECT_TRUE(lags.empty());
}

TEST_F(LoopOfAWorld, StepsOnlyWhilePaused) {
    start(ClockMode::virtual_time, true);
    for (int i = 1; i <= 5; ++i)
        note_at(i * 1s);
    from_outside([&] {
        EXPECT_EQ(loop->step(2), 2U);
        EXPECT_EQ(loop->now(), Time{2s});
        EXPECT_EQ(loop->step(100), 3U);
        EXPECT_EQ(loop->step(1), 0U);
        ASSERT_TRUE(loop->resume());
        const auto refused = loop->step(1);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, EBUSY);
        loop->stop();
    });
    loop->run();
}

TEST_F(LoopOfAWorld, RunsToAMomentAndPausesThere) {
    start(ClockMode::virtual_time, true);
    note_at(1s);
    note_at(2s);
    note_at(3s);
    std::vector<Time> arrivals;
    from_outside([&] {
        ASSERT_TRUE(loop->run_to(Time{2s}, [&] {
            arrivals.push_back(queue.now());
            EXPECT_TRUE(loop->paused());
            from_outside([this] { loop->stop(); });
        }));
        const auto second = loop->run_to(Time{9s}, {});
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, EBUSY);
    });
    loop->run();
    EXPECT_THAT(arrivals, ElementsAre(Time{2s}));
    EXPECT_THAT(fired, ElementsAre(Time{1s}, Time{2s}));
}

TEST_F(LoopOfAWorld, ArrivesAtAMomentWithoutAnyEvent) {
    start(ClockMode::virtual_time, true);
    std::vector<Time> arrivals;
    from_outside([&] {
        ASSERT_TRUE(loop->run_to(Time{90s}, [&] {
            arrivals.push_back(queue.now());
            loop->stop();
        }));
    });
    loop->run();
    EXPECT_THAT(arrivals, ElementsAre(Time{90s}));
}

TEST_F(LoopOfAWorld, RefusesToRunIntoThePast) {
    start(ClockMode::virtual_time, true);
    note_at(2s);
    ASSERT_EQ(loop->step(1), 1U);
    const auto refused = loop->run_to(Time{1s}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, EINVAL);
}

TEST_F(LoopOfAWorld, ForgetsWhereItWasGoingWhenPaused) {
    start(ClockMode::virtual_time, true);
    bool arrived = false;
    ASSERT_TRUE(loop->run_to(Time{2s}, [&] { arrived = true; }));
    ASSERT_TRUE(loop->pause());
    ASSERT_TRUE(loop->run_to(Time{3s}, [&] { loop->stop(); }));
    loop->run();
    EXPECT_FALSE(arrived);
    EXPECT_EQ(queue.now(), Time{3s});
}

}  // namespace
}  // namespace mlosim::scenario
