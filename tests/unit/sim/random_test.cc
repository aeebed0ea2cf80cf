#include "sim/random.h"

#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::sim {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;

std::vector<std::uint64_t> take(RandomStream& stream, int count) {
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < count; ++i)
        numbers.push_back(stream.next_u64());
    return numbers;
}

// The vectors come from an implementation of FNV-1a, SplitMix64 and xoshiro256** in another language.
TEST(RandomStream, GivesTheSameNumbersOnEveryMachine) {
    RandomStream fading(1, "phy/fading/ap1-sta3");
    EXPECT_THAT(take(fading, 4),
                ElementsAre(0x581da14ebd32906d, 0x5da876d0889c61cf, 0x85fe0acaa38c6a9e, 0xaac283d1cd00c0dc));
    RandomStream unnamed(0, "");
    EXPECT_THAT(take(unnamed, 4),
                ElementsAre(0x21382ef092ed7068, 0x5b54c052757adf62, 0xa64cb2cf68795072, 0xd35c15d5962035af));
    RandomStream backoff(0xdeadbeef, "mld/backoff");
    EXPECT_THAT(take(backoff, 4),
                ElementsAre(0x51ab31e839d55330, 0x577c2b566555764d, 0x3cc776876c50a18f, 0x2cdfe23edfb0c78a));
}

TEST(RandomStream, RollsTheSameDiceOnEveryMachine) {
    RandomStream dice(7, "below");
    std::vector<std::uint64_t> rolls;
    for (int i = 0; i < 10; ++i)
        rolls.push_back(dice.below(6));
    EXPECT_THAT(rolls, ElementsAre(4, 5, 5, 0, 4, 2, 0, 1, 0, 4));
    RandomStream uniform(7, "uniform");
    EXPECT_EQ(uniform.uniform(), 0.3965113846005236);
    EXPECT_EQ(uniform.uniform(), 0.31774409039678964);
    EXPECT_EQ(uniform.uniform(), 0.028618300635164018);
}

TEST(RandomStream, StaysBelowItsBoundAndReachesEveryNumber) {
    RandomStream stream(3, "below");
    std::array<int, 7> seen{};
    for (int i = 0; i < 7'000; ++i)
        ++seen.at(stream.below(7));  // at() throws for a number out of bounds
    EXPECT_THAT(seen, Each(Ge(850)));
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(stream.below(1), 0U);
}

TEST(RandomStream, DrawsNormalNumbersWithTheVarianceAskedFor) {
    RandomStream stream(5, "normal");
    constexpr int count = 100'000;
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < count; ++i) {
        const double value = stream.normal(3.0);
        sum += value;
        squares += value * value;
    }
    EXPECT_NEAR(sum / count, 0.0, 0.05);
    EXPECT_NEAR(std::sqrt(squares / count), 3.0, 0.05);
}

TEST(RandomStream, SaysYesWithTheProbabilityAskedFor) {
    RandomStream stream(9, "chance");
    int yes = 0;
    for (int i = 0; i < 10'000; ++i)
        yes += stream.chance(0.25) ? 1 : 0;
    EXPECT_NEAR(yes, 2500, 150);
    EXPECT_FALSE(stream.chance(0.0));
    EXPECT_TRUE(stream.chance(1.0));
}

TEST(Random, GivesAStreamTheSameNumbersWhateverOthersDraw) {
    const Random random(11);
    RandomStream alone = random.stream("a");
    const std::vector<std::uint64_t> expected = take(alone, 8);

    RandomStream again = random.stream("a");
    RandomStream other = random.stream("b");
    std::vector<std::uint64_t> interleaved;
    for (int i = 0; i < 8; ++i) {
        interleaved.push_back(again.next_u64());
        take(other, 3);
    }
    EXPECT_EQ(interleaved, expected);
}

TEST(Random, GivesOtherNumbersForAnotherNameOrSeed) {
    const Random random(11);
    RandomStream a = random.stream("a");
    RandomStream b = random.stream("b");
    RandomStream reseeded = Random(12).stream("a");
    const auto of_a = take(a, 4);
    EXPECT_NE(of_a, take(b, 4));
    EXPECT_NE(of_a, take(reseeded, 4));
}

}  // namespace
}  // namespace mlosim::sim
