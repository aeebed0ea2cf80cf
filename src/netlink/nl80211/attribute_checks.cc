#include "netlink/nl80211/attribute_checks.h"

#include <bit>
#include <span>

namespace mlosim::netlink::nl80211 {

namespace {

/// Management header, timestamp, beacon interval, capabilities.
constexpr std::size_t beacon_fixed_length = 36;
/// Frame control of an S1G beacon (802.11 9.3.4.3): extension, subtype 1, and three optional fields.
constexpr std::uint16_t type_and_subtype = 0x00fc;
constexpr std::uint16_t s1g_beacon = 0x001c;
constexpr std::uint16_t s1g_next_tbtt = 0x0100;
constexpr std::uint16_t s1g_compressed_ssid = 0x0200;
constexpr std::uint16_t s1g_access_network_options = 0x0400;
/// Frame control, duration, source, timestamp, change sequence.
constexpr std::size_t s1g_fixed_length = 15;
/// Frames of these types and subtypes have the plain 24-byte header that a beacon has.
constexpr std::uint16_t frame_type = 0x000c;
constexpr std::uint16_t order_bit = 0x8000;

bool whole_elements(std::span<const std::uint8_t> bytes) {
    while (bytes.size() >= 2) {
        const std::size_t length = 2U + bytes[1];
        if (bytes.size() < length) return false;
        bytes = bytes.subspan(length);
    }
    return bytes.empty();
}

std::size_t s1g_optional_length(std::uint16_t frame_control) {
    std::size_t length = 0;
    if (frame_control & s1g_next_tbtt) length += 3;
    if (frame_control & s1g_compressed_ssid) length += 4;
    if (frame_control & s1g_access_network_options) length += 1;
    return length;
}

/// Offset of the elements, or 0 if these are no beacon's bytes.
std::size_t elements_offset(std::span<const std::uint8_t> frame) {
    if (frame.size() < 2) return 0;
    const auto control = static_cast<std::uint16_t>(frame[0] | frame[1] << 8);
    if ((control & type_and_subtype) == s1g_beacon) {
        const std::size_t fixed = s1g_fixed_length + s1g_optional_length(control);
        return frame.size() < fixed ? 0 : fixed;
    }
    // cf. ieee80211_hdrlen(): a management frame with the order bit carries an HT control field.
    if (frame.size() < beacon_fixed_length || (control & frame_type) != 0 || (control & order_bit) != 0) return 0;
    return beacon_fixed_length;
}

}  // namespace

Result<void> check_beacon_head(const Attribute& attribute) {
    const auto frame = attribute.bytes();
    const std::size_t elements = elements_offset(frame);
    if (elements == 0 || !whole_elements(frame.subspan(elements)))
        return fail(EINVAL, "malformed beacon head", attribute.offset());
    return {};
}

Result<void> check_elements(const Attribute& attribute) {
    if (!whole_elements(attribute.bytes())) return fail(EINVAL, "malformed information elements", attribute.offset());
    return {};
}

// cf. ieee80211_he_capa_size_ok(), 802.11ax 9.4.2.248
Result<void> check_he_capabilities(const Attribute& attribute) {
    constexpr std::size_t fixed = 6 + 11;  // MAC and PHY capabilities
    constexpr std::size_t phy = 6;
    constexpr std::uint8_t width_160 = 0x08;
    constexpr std::uint8_t width_80p80 = 0x10;
    constexpr std::uint8_t ppe_present = 0x80;  // in PHY octet 6
    const auto bytes = attribute.bytes();
    if (bytes.size() < fixed) return fail(EINVAL);
    std::size_t needed = fixed + 4;
    if (bytes[phy] & width_160) needed += 4;
    if (bytes[phy] & width_80p80) needed += 4;
    if (bytes[phy + 6] & ppe_present) {
        if (bytes.size() < needed + 1) return fail(EINVAL);
        const std::uint8_t header = bytes[needed];
        const auto rus = static_cast<unsigned>(std::popcount(static_cast<unsigned>(header & 0x78U)));
        const unsigned streams = 1U + (header & 7U);
        needed += (rus * streams * 6 + 7 + 7) / 8;
    }
    if (bytes.size() < needed) return fail(EINVAL);
    return {};
}

Result<void> check_selectors(const Attribute& attribute) {
    for (std::uint8_t selector : attribute.bytes())
        if (selector & 0x80) return fail(EINVAL);
    return {};
}

}  // namespace mlosim::netlink::nl80211
