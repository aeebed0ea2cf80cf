#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ieee80211/element.h"

namespace mlosim::ieee80211 {

/// One octet of the rate elements: a rate in units of 500 kb/s or a BSS membership selector (802.11-2020 9.4.2.3).
class RateOctet {
public:
    constexpr RateOctet() = default;
    constexpr explicit RateOctet(std::uint8_t octet) : octet_(octet) {}
    static constexpr RateOctet rate(unsigned units_of_500_kbps, bool basic) {
        return RateOctet{static_cast<std::uint8_t>((units_of_500_kbps & 0x7fU) | (basic ? 0x80U : 0U))};
    }

    [[nodiscard]] constexpr std::uint8_t octet() const noexcept { return octet_; }
    [[nodiscard]] constexpr bool basic() const noexcept { return (octet_ & 0x80U) != 0; }
    [[nodiscard]] constexpr unsigned units_of_500_kbps() const noexcept { return octet_ & 0x7fU; }
    /// A basic "rate" of 64 Mb/s or little less stands for a feature that members must have, not for a rate.
    [[nodiscard]] constexpr bool is_selector() const noexcept;

    friend constexpr bool operator==(RateOctet, RateOctet) = default;

private:
    std::uint8_t octet_ = 0;
};

/// BSS membership selectors, 802.11-2020 Table 9-93 and 802.11be. cf. BSS_MEMBERSHIP_SELECTOR_*
namespace membership_selector {
inline constexpr RateOctet eht_phy = RateOctet::rate(121, true);
inline constexpr RateOctet he_phy = RateOctet::rate(122, true);
inline constexpr RateOctet sae_h2e_only = RateOctet::rate(123, true);
inline constexpr RateOctet epd = RateOctet::rate(124, true);
inline constexpr RateOctet glk = RateOctet::rate(125, true);
inline constexpr RateOctet vht_phy = RateOctet::rate(126, true);
inline constexpr RateOctet ht_phy = RateOctet::rate(127, true);
}  // namespace membership_selector

constexpr bool RateOctet::is_selector() const noexcept {
    return basic() && units_of_500_kbps() >= 121;
}

namespace detail {
/// What the two rate elements share: a list of rates of limited length.
class RateList {
public:
    [[nodiscard]] std::span<const RateOctet> rates() const noexcept { return rates_; }
    friend bool operator==(const RateList&, const RateList&) = default;

protected:
    RateList() = default;
    explicit RateList(std::span<const RateOctet> rates) : rates_(rates.begin(), rates.end()) {}
    explicit RateList(ByteView octets);
    void append_as(ElementType type, ByteWriter& out) const;

private:
    std::vector<RateOctet> rates_;
};
}  // namespace detail

/// Supported Rates and BSS Membership Selectors element, 802.11-2020 9.4.2.3: 1..8 of them.
class SupportedRates : public detail::RateList {
public:
    static constexpr ElementType type = element::supported_rates;
    static constexpr std::size_t max_rates = 8;

    [[nodiscard]] static Result<SupportedRates> from(std::span<const RateOctet> rates);
    [[nodiscard]] static Result<SupportedRates> parse(ByteView body);
    void append_to(ByteWriter& out) const { append_as(type, out); }
    friend bool operator==(const SupportedRates&, const SupportedRates&) = default;

private:
    using RateList::RateList;
};

/// Extended Supported Rates and BSS Membership Selectors element, 802.11-2020 9.4.2.13: what the first 8 left
/// over, 1..255.
class ExtendedSupportedRates : public detail::RateList {
public:
    static constexpr ElementType type = element::extended_supported_rates;
    static constexpr std::size_t max_rates = 255;

    [[nodiscard]] static Result<ExtendedSupportedRates> from(std::span<const RateOctet> rates);
    [[nodiscard]] static Result<ExtendedSupportedRates> parse(ByteView body);
    void append_to(ByteWriter& out) const { append_as(type, out); }
    friend bool operator==(const ExtendedSupportedRates&, const ExtendedSupportedRates&) = default;

private:
    using RateList::RateList;
};

/// A whole rate set as the pair of elements that announces it.
struct RateElements {
    SupportedRates supported;
    std::optional<ExtendedSupportedRates> extended;
};
/// The first 8 go into the one element, the others into the other. EINVAL for no rate or more than 263.
[[nodiscard]] Result<RateElements> rate_elements(std::span<const RateOctet> rates);

}  // namespace mlosim::ieee80211
