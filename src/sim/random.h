#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mlosim::sim {

/// One stream of random numbers (xoshiro256**). Equal seed and equal name give equal numbers on every machine: no
/// std:: distribution is used, their results are implementation-defined.
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::string_view name);

    std::uint64_t next_u64() noexcept;
    /// Uniform in [0, bound); bound must be at least 1. Unbiased.
    std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    double uniform() noexcept;
    /// Normal with standard deviation `sigma`, as a sum of twelve uniforms: no libm call whose last bit differs between
    /// machines.
    double normal(double sigma);
    /// True with probability `p`.
    bool chance(double p) noexcept { return uniform() < p; }

private:
    std::array<std::uint64_t, 4> state_;
};

/// The root of all randomness of a world. Streams are named ("phy/fading/ap1-sta3"), so that adding a consumer does not
/// shift the numbers of the others.
class Random {
public:
    explicit Random(std::uint64_t seed) : seed_(seed) {}
    [[nodiscard]] RandomStream stream(std::string_view name) const { return RandomStream(seed_, name); }
    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

private:
    std::uint64_t seed_;
};

}  // namespace mlosim::sim
