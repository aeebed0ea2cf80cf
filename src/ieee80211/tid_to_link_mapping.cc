#include "ieee80211/tid_to_link_mapping.h"

#include "sim/invariant.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint16_t all_links = (1U << LinkId::max_links) - 1;

constexpr unsigned direction_mask = 0x03;
constexpr unsigned default_mapping = 0x04;
constexpr unsigned switch_time_present = 0x08;
constexpr unsigned expected_duration_present = 0x10;
constexpr unsigned one_octet_masks = 0x20;
}  // namespace

Result<TidToLinkMapping> TidToLinkMapping::from(Direction direction, const LinkMasks& links) {
    for (const auto& mask : links) {
        // cf. ieee80211_parse_neg_ttlm(): no active links for a TID
        if (mask && *mask == 0) return fail(EINVAL, "TID-To-Link Mapping: a TID is mapped to no link");
        if (mask && (*mask & ~all_links) != 0) return fail(EINVAL, "TID-To-Link Mapping: link id 15 is reserved");
    }
    TidToLinkMapping value{direction};
    value.links_ = links;
    return value;
}

// cf. ieee80211_tid_to_link_map_size_ok()
Result<TidToLinkMapping> TidToLinkMapping::parse(ByteView body) {
    ByteReader in{body};
    const unsigned control = in.u8();
    const unsigned presence = (control & default_mapping) != 0 ? 0 : in.u8();
    if (!in.ok()) return fail(EINVAL, "TID-To-Link Mapping: shorter than its control field");
    if ((control & direction_mask) > static_cast<unsigned>(Direction::both)) {
        return fail(EINVAL, "TID-To-Link Mapping: direction 3 is reserved");
    }
    std::optional<std::uint16_t> switch_time;
    std::optional<std::uint32_t> duration;
    if ((control & switch_time_present) != 0) switch_time = in.u16le();
    if ((control & expected_duration_present) != 0) duration = in.u24le();
    LinkMasks links;
    for (unsigned tid = 0; tid < tids; ++tid) {
        if ((presence >> tid & 1U) == 0) continue;
        links[tid] = (control & one_octet_masks) != 0 ? std::uint16_t{in.u8()} : in.u16le();
    }
    if (!in.ok()) return fail(EINVAL, "TID-To-Link Mapping: shorter than the parts that it announces");

    TidToLinkMapping value{static_cast<Direction>(control & direction_mask)};
    if ((control & default_mapping) == 0) {
        auto checked = from(value.direction_, links);
        if (!checked) return fail(std::move(checked.error()));
        value = *checked;
    }
    value.switch_time = switch_time;
    value.expected_duration_ = duration;
    return value;
}

std::optional<std::uint16_t> TidToLinkMapping::links(unsigned tid) const {
    MLOSIM_INVARIANT(tid < tids, "there are 8 TIDs");
    return links_ ? (*links_)[tid] : all_links;
}

void TidToLinkMapping::set_expected_duration(std::optional<std::uint32_t> tus) {
    MLOSIM_INVARIANT(!tus || *tus <= max_expected_duration, "the expected duration has 24 bits");
    expected_duration_ = tus;
}

void TidToLinkMapping::append_to(ByteWriter& out) const {
    bool small = true;  // every mask fits one octet
    unsigned presence = 0;
    for (unsigned tid = 0; links_ && tid < tids; ++tid) {
        const auto& mask = (*links_)[tid];
        if (!mask) continue;
        presence |= 1U << tid;
        if (*mask > 0xff) small = false;
    }
    const unsigned control = static_cast<unsigned>(direction_) | (is_default() ? default_mapping : 0U) |
                             (switch_time ? switch_time_present : 0U) |
                             (expected_duration_ ? expected_duration_present : 0U) |
                             (presence != 0 && small ? one_octet_masks : 0U);
    write_element(out, type, [&](ByteWriter& w) {
        w.u8(static_cast<std::uint8_t>(control));
        if (!is_default()) w.u8(static_cast<std::uint8_t>(presence));
        if (switch_time) w.u16le(*switch_time);
        if (expected_duration_) w.u24le(*expected_duration_);
        for (unsigned tid = 0; tid < tids; ++tid) {
            if ((presence >> tid & 1U) == 0) continue;
            if (small) {
                w.u8(static_cast<std::uint8_t>(*(*links_)[tid]));
            } else {
                w.u16le(*(*links_)[tid]);
            }
        }
    });
}

}  // namespace mlosim::ieee80211
