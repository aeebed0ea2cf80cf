#include "sim/pacer.h"

#include <gtest/gtest.h>

#include "sim/wall_clock.h"

namespace mlosim::sim {
namespace {

using namespace std::chrono_literals;

class ClockInHand final : public WallClock {
public:
    [[nodiscard]] Duration now() const override { return now_; }
    void advance(Duration by) { now_ += by; }

private:
    Duration now_ = 12345s;  // such a clock starts anywhere
};

struct PacedWorld : testing::Test {
    ClockInHand wall;
    Pacer pacer{wall, Time{3s}};
};

TEST_F(PacedWorld, LetsASecondLastASecond) {
    EXPECT_EQ(pacer.target(), Time{3s});
    wall.advance(250ms);
    EXPECT_EQ(pacer.target(), Time{3250ms});
    EXPECT_EQ(pacer.wait_for(Time{4s}), 750ms);
}

TEST_F(PacedWorld, DoesNotWaitForWhatIsPast) {
    wall.advance(2s);
    EXPECT_EQ(pacer.wait_for(Time{4s}), 0s);
}

TEST_F(PacedWorld, GoesOnFromWhereItStoodAfterAPause) {
    wall.advance(1h);
    pacer.start_from(Time{3s});
    wall.advance(10ms);
    EXPECT_EQ(pacer.target(), Time{3010ms});
}

TEST_F(PacedWorld, CatchesUpWithASmallLag) {
    wall.advance(Pacer::patience);
    EXPECT_EQ(pacer.forgive(Time{3s}), 0s);
    EXPECT_EQ(pacer.target(), Time{4s});
}

TEST_F(PacedWorld, DoesNotHurryAfterALargeLag) {
    wall.advance(1h);
    EXPECT_EQ(pacer.forgive(Time{3s}), 1h);
    EXPECT_EQ(pacer.target(), Time{3s});
}

TEST(MonotonicClock, NeverRunsBackwards) {
    const MonotonicClock clock;
    Duration last = clock.now();
    for (int i = 0; i < 1000; ++i) {
        const Duration now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
}

}  // namespace
}  // namespace mlosim::sim
