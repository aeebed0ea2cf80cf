#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace mlosim::sim {

/// A span of virtual time, in nanoseconds.
using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// A moment of the world: nanoseconds since the world began. Not comparable with any clock of the machine.
class Time {
public:
    constexpr Time() = default;
    constexpr explicit Time(Duration since_start) : since_start_(since_start) {}

    [[nodiscard]] constexpr Duration since_start() const noexcept { return since_start_; }
    [[nodiscard]] constexpr std::int64_t ns() const noexcept { return since_start_.count(); }
    [[nodiscard]] constexpr double seconds() const noexcept { return static_cast<double>(ns()) * 1e-9; }

    /// TSF timers and 802.11 timestamps count microseconds.
    [[nodiscard]] constexpr std::uint64_t us() const noexcept { return static_cast<std::uint64_t>(ns() / 1000); }

    static constexpr Time max() { return Time{Duration::max()}; }

    friend constexpr auto operator<=>(Time, Time) = default;
    friend constexpr Time operator+(Time t, Duration d) { return Time{t.since_start_ + d}; }
    friend constexpr Time operator-(Time t, Duration d) { return Time{t.since_start_ - d}; }
    friend constexpr Duration operator-(Time a, Time b) { return a.since_start_ - b.since_start_; }

private:
    Duration since_start_{0};
};

/// One 802.11 time unit (TU): 1024 microseconds.
inline constexpr Duration time_unit = std::chrono::microseconds(1024);

}  // namespace mlosim::sim
