#pragma once

#include <array>
#include <optional>

#include "ieee80211/element.h"
#include "ieee80211/link_id.h"

namespace mlosim::ieee80211 {

/// TID-To-Link Mapping element, 802.11be 9.4.2.324: which links carry which TIDs.
class TidToLinkMapping {
public:
    static constexpr ElementType type = element::tid_to_link_mapping;
    static constexpr unsigned tids = 8;
    static constexpr std::uint32_t max_expected_duration = 0xffffff;

    enum class Direction : std::uint8_t { downlink = 0, uplink = 1, both = 2 };
    /// For each TID a bit for each of its links; nothing for a TID that the element does not map.
    using LinkMasks = std::array<std::optional<std::uint16_t>, tids>;

    /// Every TID on every link.
    explicit TidToLinkMapping(Direction direction = Direction::both) : direction_(direction) {}
    /// EINVAL for a TID without links, or with link 15.
    [[nodiscard]] static Result<TidToLinkMapping> from(Direction direction, const LinkMasks& links);
    [[nodiscard]] static Result<TidToLinkMapping> parse(ByteView body);

    [[nodiscard]] Direction direction() const noexcept { return direction_; }
    [[nodiscard]] bool is_default() const noexcept { return !links_.has_value(); }
    /// The links of `tid` < 8: all of them in the default mapping, nothing where the element does not say.
    [[nodiscard]] std::optional<std::uint16_t> links(unsigned tid) const;

    /// Bits 10..25 of the TSF at which the mapping takes effect; advertised mappings only.
    std::optional<std::uint16_t> switch_time;
    /// How long it will last, TU.
    [[nodiscard]] std::optional<std::uint32_t> expected_duration() const noexcept { return expected_duration_; }
    /// `tus` <= max_expected_duration.
    void set_expected_duration(std::optional<std::uint32_t> tus);

    void append_to(ByteWriter& out) const;
    friend bool operator==(const TidToLinkMapping&, const TidToLinkMapping&) = default;

private:
    Direction direction_;
    std::optional<LinkMasks> links_;
    std::optional<std::uint32_t> expected_duration_;
};

}  // namespace mlosim::ieee80211
