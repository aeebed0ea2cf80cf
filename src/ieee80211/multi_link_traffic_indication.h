#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ieee80211/element.h"
#include "ieee80211/tim.h"

namespace mlosim::ieee80211 {

/// Multi-Link Traffic Indication element, 802.11be 9.4.2.315: on which of their links station MLDs shall fetch what the
/// TIM of the same beacon announces. One bitmap for each AID from `first_aid` on whose bit in that TIM is set.
class MultiLinkTrafficIndication {
public:
    static constexpr ElementType type = element::multi_link_traffic_indication;
    static constexpr unsigned most_links = 16;

    /// `links`: how many bits a bitmap has, 1 … 16. EINVAL.
    [[nodiscard]] static Result<MultiLinkTrafficIndication> from(unsigned links, std::uint16_t first_aid);
    [[nodiscard]] static Result<MultiLinkTrafficIndication> parse(ByteView body);

    [[nodiscard]] unsigned links() const noexcept { return links_; }
    [[nodiscard]] std::uint16_t first_aid() const noexcept { return first_aid_; }
    /// As many as were written; what was read may end with one of zeros that only fills the last octet.
    [[nodiscard]] const std::vector<std::uint16_t>& bitmaps() const noexcept { return bitmaps_; }
    /// Bits beyond links() are cut off.
    void add(std::uint16_t bitmap);
    /// Of that AID, with the TIM of the same frame: a bit for each link. 0: any link will do.
    [[nodiscard]] std::uint16_t links_of(Aid aid, const TimView& tim) const;

    void append_to(ByteWriter& out) const;
    friend bool operator==(const MultiLinkTrafficIndication&, const MultiLinkTrafficIndication&) = default;

private:
    unsigned links_ = 1;
    std::uint16_t first_aid_ = 0;
    std::vector<std::uint16_t> bitmaps_;
};

}  // namespace mlosim::ieee80211
