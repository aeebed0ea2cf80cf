#pragma once

#include <array>

#include "ieee80211/aid.h"
#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// TIM element, 802.11-2020 9.4.2.5, over received bytes: what a dozing station reads of every beacon.
class TimView {
public:
    [[nodiscard]] static Result<TimView> parse(ByteView body);

    [[nodiscard]] std::uint8_t dtim_count() const { return body_[0]; }
    [[nodiscard]] std::uint8_t dtim_period() const { return body_[1]; }
    /// Group addressed traffic waits at the AP (AID 0).
    [[nodiscard]] bool group_traffic() const { return (body_[2] & 1U) != 0; }
    /// Individually addressed traffic for `aid` waits at the AP.
    [[nodiscard]] bool traffic_for(Aid aid) const;
    /// Octet of the whole virtual bitmap at which the partial one begins.
    [[nodiscard]] std::size_t bitmap_offset() const { return body_[2] & 0xfeU; }
    [[nodiscard]] ByteView partial_bitmap() const { return body_.subspan(3); }

private:
    explicit TimView(ByteView body) : body_(body) {}
    ByteView body_;
};

/// The TIM as a value: DTIM count and period, and the whole virtual bitmap, of which the smallest legal part is
/// written.
class Tim {
public:
    static constexpr ElementType type = element::tim;

    /// EINVAL unless 0 <= count < period.
    [[nodiscard]] static Result<Tim> from(std::uint8_t dtim_count, std::uint8_t dtim_period);
    [[nodiscard]] static Result<Tim> parse(ByteView body);

    [[nodiscard]] std::uint8_t dtim_count() const noexcept { return dtim_count_; }
    [[nodiscard]] std::uint8_t dtim_period() const noexcept { return dtim_period_; }
    [[nodiscard]] bool group_traffic() const noexcept { return group_traffic_; }
    [[nodiscard]] bool traffic_for(Aid aid) const noexcept;

    void set_group_traffic(bool waits) noexcept { group_traffic_ = waits; }
    void set_traffic_for(Aid aid, bool waits) noexcept;
    /// The next beacon's count: period - 1 down to 0.
    void count_down() noexcept;

    void append_to(ByteWriter& out) const;

    friend bool operator==(const Tim&, const Tim&) = default;

private:
    static constexpr std::size_t bitmap_size = 251;

    Tim(std::uint8_t count, std::uint8_t period) : dtim_count_(count), dtim_period_(period) {}

    std::uint8_t dtim_count_;
    std::uint8_t dtim_period_;
    bool group_traffic_ = false;
    std::array<std::uint8_t, bitmap_size> bitmap_{};
};

}  // namespace mlosim::ieee80211
