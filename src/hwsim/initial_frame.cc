#include "hwsim/initial_frame.h"

#include <algorithm>

namespace mlosim::hwsim {

using ieee80211::ByteWriter;
using ieee80211::FrameControl;

namespace {

constexpr std::uint32_t hundreds_of_kbps = 60;
constexpr std::size_t octets_in_4_us = 3;  // at 6 Mb/s
constexpr std::uint8_t mu_rts = 3;
constexpr std::size_t trigger_type_at = 16;
constexpr std::size_t least_padding = 2;  // AID12 of 4095 begins it

}  // namespace

phy::Rate initial_frame_rate() {
    return phy::Rate::legacy(hundreds_of_kbps).value_or(phy::Rate{});
}

ieee80211::Bytes initial_frame(const ieee80211::MacAddress& station, const ieee80211::MacAddress& sender,
                               ieee80211::Aid aid, std::chrono::microseconds padding) {
    ieee80211::Bytes out;
    ByteWriter w(out);
    w.bytes(FrameControl::of(ieee80211::FrameType::control, static_cast<unsigned>(ieee80211::ControlSubtype::trigger))
                .octets());
    w.u16le(0);
    w.mac(station);
    w.mac(sender);
    // Common Info: the type, carrier sensing asked for, 20 MHz; the reserved bits of its HE variant are ones.
    constexpr std::uint64_t carrier_sense = 1ULL << 17U;
    constexpr std::uint64_t reserved_ones = 0x1ffULL << 54U;
    for (std::uint64_t rest = mu_rts | carrier_sense | reserved_ones, i = 0; i < 8; ++i, rest >>= 8U)
        w.u8(static_cast<std::uint8_t>(rest));
    // User Info: the station, and the primary 20 MHz.
    constexpr unsigned primary_20 = 61;
    w.u16le(static_cast<std::uint16_t>(aid.value()));
    w.bytes().back() = static_cast<std::uint8_t>(w.bytes().back() | (primary_20 << 5U & 0xffU));
    w.u8(static_cast<std::uint8_t>(primary_20 >> 3U));
    w.u16le(0);
    const auto octets = static_cast<std::size_t>(padding.count()) / 4 * octets_in_4_us;
    if (octets != 0)
        for (std::size_t i = 0; i < std::max(octets, least_padding); ++i)
            w.u8(0xff);
    return out;
}

bool is_initial_frame(const ieee80211::FrameView& frame) {
    const auto octets = frame.octets();
    return frame.frame_control().is(ieee80211::ControlSubtype::trigger) && octets.size() > trigger_type_at &&
           (octets[trigger_type_at] & 0xfU) == mu_rts;
}

}  // namespace mlosim::hwsim
