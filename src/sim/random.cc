#include "sim/random.h"

#include <bit>

#include "sim/invariant.h"

namespace mlosim::sim {

namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    return hash;
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) {
    std::uint64_t state = seed ^ fnv1a(name);
    for (auto& word : state_)
        word = splitmix64(state);
}

std::uint64_t RandomStream::next_u64() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    MLOSIM_INVARIANT(bound > 0, "there is no number below zero");
    const std::uint64_t unfair = (0 - bound) % bound;  // numbers below this would make small results likelier
    while (true) {
        const std::uint64_t value = next_u64();
        if (value >= unfair) return value % bound;
    }
}

double RandomStream::uniform() noexcept {
    return static_cast<double>(next_u64() >> 11U) * 0x1.0p-53;
}

double RandomStream::normal(double sigma) {
    // Sum of twelve uniforms (variance 1): no libm call whose last bit differs between machines. Tails end at six
    // sigma.
    double sum = -6.0;
    for (int i = 0; i < 12; ++i)
        sum += uniform();
    return sum * sigma;
}

}  // namespace mlosim::sim
