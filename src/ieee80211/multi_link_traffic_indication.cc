#include "ieee80211/multi_link_traffic_indication.h"

#include <algorithm>

namespace mlosim::ieee80211 {

namespace {

constexpr std::uint16_t bitmap_size_bits = 0xf;
constexpr unsigned aid_offset_shift = 4;
constexpr std::uint16_t largest_offset = 0x7ff;
/// No more than there are AIDs.
constexpr std::size_t most_bitmaps = Aid::max;

constexpr std::uint16_t low_bits(unsigned count) {
    return static_cast<std::uint16_t>((1U << count) - 1U);
}

}  // namespace

Result<MultiLinkTrafficIndication> MultiLinkTrafficIndication::from(unsigned links, std::uint16_t first_aid) {
    if (links < 1 || links > most_links) return fail(EINVAL, "Multi-Link Traffic Indication: not 1 to 16 links");
    if (first_aid > largest_offset) return fail(EINVAL, "Multi-Link Traffic Indication: no such AID");
    MultiLinkTrafficIndication out;
    out.links_ = links;
    out.first_aid_ = first_aid;
    return out;
}

Result<MultiLinkTrafficIndication> MultiLinkTrafficIndication::parse(ByteView body) {
    ByteReader in(body);
    const std::uint16_t control = in.u16le();
    if (!in.ok()) return fail(EINVAL, "Multi-Link Traffic Indication: no control field");
    auto out = from((control & bitmap_size_bits) + 1U,
                    static_cast<std::uint16_t>(control >> aid_offset_shift & largest_offset));
    if (!out) return out;
    const ByteView list = in.rest();
    const std::size_t count = list.size() * 8 / out->links_;
    if (count > most_bitmaps) return fail(EINVAL, "Multi-Link Traffic Indication: more bitmaps than AIDs");
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t bitmap = 0;
        for (unsigned bit = 0; bit < out->links_; ++bit) {
            const std::size_t at = i * out->links_ + bit;
            if ((list[at / 8] >> (at % 8) & 1U) != 0) bitmap = static_cast<std::uint16_t>(bitmap | 1U << bit);
        }
        out->bitmaps_.push_back(bitmap);
    }
    return out;
}

void MultiLinkTrafficIndication::add(std::uint16_t bitmap) {
    bitmaps_.push_back(static_cast<std::uint16_t>(bitmap & low_bits(links_)));
}

std::uint16_t MultiLinkTrafficIndication::links_of(Aid aid, const TimView& tim) const {
    if (aid.value() < first_aid_ || !tim.traffic_for(aid)) return 0;
    std::size_t place = 0;
    for (unsigned before = std::max<unsigned>(first_aid_, 1); before < aid.value(); ++before)
        if (const auto other = Aid::from(before); other && tim.traffic_for(*other)) ++place;
    return place < bitmaps_.size() ? bitmaps_[place] : std::uint16_t{0};
}

void MultiLinkTrafficIndication::append_to(ByteWriter& out) const {
    Bytes list((bitmaps_.size() * links_ + 7) / 8);
    for (std::size_t i = 0; i < bitmaps_.size(); ++i)
        for (unsigned bit = 0; bit < links_; ++bit) {
            const std::size_t at = i * links_ + bit;
            if ((bitmaps_[i] >> bit & 1U) != 0) list[at / 8] = static_cast<std::uint8_t>(list[at / 8] | 1U << (at % 8));
        }
    write_element(out, type, [&](ByteWriter& w) {
        w.u16le(static_cast<std::uint16_t>((links_ - 1) | static_cast<unsigned>(first_aid_) << aid_offset_shift));
        w.bytes(list);
    });
}

}  // namespace mlosim::ieee80211
