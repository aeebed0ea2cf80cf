#include "mld/radiotap.h"

#include <cmath>

namespace mlosim::mld {

namespace {

// Bits of it_present, <net/ieee80211_radiotap.h>.
constexpr std::uint32_t tsft = 1U << 0U;
constexpr std::uint32_t flags = 1U << 1U;
constexpr std::uint32_t rate_bit = 1U << 2U;
constexpr std::uint32_t channel_bit = 1U << 3U;
constexpr std::uint32_t antenna_signal = 1U << 5U;
constexpr std::uint32_t antenna = 1U << 11U;
constexpr std::uint32_t rx_flags = 1U << 14U;

// IEEE80211_CHAN_*
constexpr std::uint16_t cck = 0x0020;
constexpr std::uint16_t ofdm = 0x0040;
constexpr std::uint16_t ghz2 = 0x0080;
constexpr std::uint16_t ghz5 = 0x0100;  // stands for 6 GHz too

constexpr std::uint16_t air_length = 22;
constexpr std::uint16_t received_length = 26;
constexpr std::size_t fixed_length = 8;

void begin(ieee80211::ByteWriter& out, std::uint16_t length, std::uint32_t present) {
    out.u8(0);  // version
    out.u8(0);
    out.u16le(length);
    out.u32le(present);
}

/// In units of 500 kb/s; 0 for a rate that has none.
std::uint8_t legacy_rate(const phy::Rate& rate) {
    return rate.is_legacy() ? static_cast<std::uint8_t>(rate.nl80211_bitrate() / 5) : 0;
}

}  // namespace

ieee80211::Bytes received_radiotap(const RxStatus& status) {
    ieee80211::Bytes header;
    ieee80211::ByteWriter out(header);
    const bool legacy = status.rate.is_legacy();
    begin(out, received_length,
          tsft | flags | (legacy ? rate_bit : 0U) | channel_bit | antenna_signal | antenna | rx_flags);
    out.u64le(status.started.us());
    out.u8(0);  // flags: no FCS
    out.u8(legacy_rate(status.rate));
    out.u16le(static_cast<std::uint16_t>(status.channel.center.in_mhz()));
    if (status.channel.band != phy::Band::ghz2_4)
        out.u16le(ofdm | ghz5);
    else
        out.u16le(static_cast<std::uint16_t>(ghz2 | (status.rate.format() == phy::PpduFormat::dsss ? cck : ofdm)));
    out.u8(static_cast<std::uint8_t>(static_cast<std::int8_t>(std::lround(status.signal.value))));
    out.u8(0);     // antenna
    out.u16le(0);  // rx flags
    return header;
}

ieee80211::Bytes air_radiotap(sim::Time now, const phy::Rate& rate, const phy::Channel& channel) {
    ieee80211::Bytes header;
    ieee80211::ByteWriter out(header);
    begin(out, air_length, tsft | flags | rate_bit | channel_bit);
    out.u64le(now.us());
    out.u8(0);
    out.u8(legacy_rate(rate));
    out.u16le(static_cast<std::uint16_t>(channel.center.in_mhz()));
    // The driver says 2.4 GHz of every channel, and OFDM only of 802.11g's rates.
    const bool erp = channel.band == phy::Band::ghz2_4 && rate.format() != phy::PpduFormat::dsss;
    out.u16le(static_cast<std::uint16_t>(ghz2 | (erp ? ofdm : cck)));
    return header;
}

std::optional<std::size_t> radiotap_length(ieee80211::ByteView frame) {
    if (frame.size() < fixed_length || frame[0] != 0) return std::nullopt;
    const std::size_t length = frame[2] | static_cast<std::size_t>(frame[3]) << 8U;
    if (length < fixed_length || length > frame.size()) return std::nullopt;
    return length;
}

}  // namespace mlosim::mld
