#include "ieee80211/eml_operating_mode.h"

namespace mlosim::ieee80211 {

namespace {

constexpr std::uint8_t emlsr_bit = 1U << 0;
constexpr std::uint8_t emlmr_bit = 1U << 1;
constexpr std::uint8_t update_bit = 1U << 2;
constexpr std::uint8_t coexistence_bit = 1U << 3;
constexpr std::uint8_t longest_padding = 4;
constexpr std::uint8_t longest_transition = 5;
constexpr std::uint8_t largest_map_count = 2;
constexpr std::uint8_t most_streams = 8;

/// The EMLMR Supported MCS And NSS Set: three octets for each of 1 + count widths, receive and transmit in one.
Result<Bytes> read_mcs_set(ByteReader& in) {
    const std::uint8_t count = in.u8();
    if (!in.ok() || count > largest_map_count) return fail(EINVAL, "EML control: no such MCS map count");
    Bytes out{count};
    for (unsigned i = 0; i < 3U * (1U + count); ++i) {
        const std::uint8_t streams = in.u8();
        if (!in.ok()) return fail(EINVAL, "EML control: MCS maps missing");
        if ((streams & 0xfU) > most_streams || streams >> 4U > most_streams)
            return fail(EINVAL, "EML control: more than eight streams");
        out.push_back(streams);
    }
    return out;
}

}  // namespace

Result<EmlOperatingMode> EmlOperatingMode::parse(ByteView body) {
    ByteReader in(body);
    EmlOperatingMode out;
    out.token = in.u8();
    const std::uint8_t control = in.u8();
    if (!in.ok()) return fail(EINVAL, "EML control: missing");
    const bool emlsr = (control & emlsr_bit) != 0;
    const bool emlmr = (control & emlmr_bit) != 0;
    const bool update = (control & update_bit) != 0;
    out.in_device_coexistence = (control & coexistence_bit) != 0;
    if (emlsr && emlmr) return fail(EINVAL, "EML control: EMLSR and EMLMR");
    if (update && !emlsr) return fail(EINVAL, "EML control: delays without EMLSR");
    if (emlsr) out.emlsr_links = in.u16le();
    if (emlmr) {
        out.emlmr_links = in.u16le();
        auto mcs = read_mcs_set(in);
        if (!mcs) return fail(std::move(mcs.error()));
        out.emlmr_mcs = std::move(*mcs);
    }
    if (update) {
        const std::uint8_t delays = in.u8();
        out.delays = Delays{static_cast<std::uint8_t>(delays & 7U), static_cast<std::uint8_t>(delays >> 3U & 7U)};
        if (out.delays->padding > longest_padding || out.delays->transition > longest_transition)
            return fail(EINVAL, "EML control: no such delay");
    }
    if (!in.ok()) return fail(EINVAL, "EML control: links or delays missing");
    return out;
}

void EmlOperatingMode::append_to(ByteWriter& out) const {
    out.u8(token);
    out.u8(static_cast<std::uint8_t>((emlsr_links ? emlsr_bit : 0U) | (emlmr_links ? emlmr_bit : 0U) |
                                     (delays ? update_bit : 0U) | (in_device_coexistence ? coexistence_bit : 0U)));
    if (emlsr_links) out.u16le(*emlsr_links);
    if (emlmr_links) {
        out.u16le(*emlmr_links);
        out.bytes(emlmr_mcs);
    }
    if (delays) out.u8(static_cast<std::uint8_t>(delays->padding | static_cast<unsigned>(delays->transition) << 3U));
}

}  // namespace mlosim::ieee80211
