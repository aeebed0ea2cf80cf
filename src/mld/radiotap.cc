#include "mld/radiotap.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mlosim::mld {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;

// Bits of it_present, <net/ieee80211_radiotap.h>.
constexpr std::uint32_t tsft_bit = 1U << 0U;
constexpr std::uint32_t flags_bit = 1U << 1U;
constexpr std::uint32_t rate_bit = 1U << 2U;
constexpr std::uint32_t channel_bit = 1U << 3U;
constexpr std::uint32_t antenna_signal_bit = 1U << 5U;
constexpr std::uint32_t antenna_bit = 1U << 11U;
constexpr std::uint32_t rx_flags_bit = 1U << 14U;
constexpr std::uint32_t tx_flags_bit = 1U << 15U;
constexpr std::uint32_t data_retries_bit = 1U << 17U;
constexpr std::uint32_t mcs_bit = 1U << 19U;
constexpr std::uint32_t vht_bit = 1U << 21U;
constexpr std::uint32_t he_bit = 1U << 23U;
constexpr std::uint32_t tlv_bit = 1U << 28U;

// Types of the TLVs behind the fields.
constexpr std::uint16_t tlv_u_sig = 33;
constexpr std::uint16_t tlv_eht = 34;

// IEEE80211_CHAN_*
constexpr std::uint16_t cck = 0x0020;
constexpr std::uint16_t ofdm = 0x0040;
constexpr std::uint16_t ghz2 = 0x0080;
constexpr std::uint16_t ghz5 = 0x0100;  // stands for 6 GHz too
constexpr std::uint16_t dynamic = 0x0400;

constexpr std::size_t fixed_length = 8;
constexpr std::size_t length_at = 2;

void align(Bytes& header, std::size_t to) {
    ByteWriter{header}.zeros((to - header.size() % to) % to);
}

/// In units of 500 kb/s; 0 for a rate that has none.
std::uint8_t legacy_rate(const phy::Rate& rate) {
    return rate.is_legacy() ? static_cast<std::uint8_t>(rate.nl80211_bitrate() / 5) : 0;
}

std::uint16_t channel_flags(const phy::Channel& channel, const phy::Rate& rate) {
    if (channel.band != phy::Band::ghz2_4) return ofdm | ghz5;
    if (!rate.is_legacy()) return dynamic | ghz2;
    return static_cast<std::uint16_t>(ghz2 | (rate.format() == phy::PpduFormat::dsss ? cck : ofdm));
}

/// 0.8, 1.6 or 3.2 us as HE and EHT number them.
unsigned he_gi(phy::GuardInterval gi) {
    switch (gi) {
        case phy::GuardInterval::us1_6:
            return 1;
        case phy::GuardInterval::us3_2:
            return 2;
        default:
            return 0;
    }
}

/// 20, 40, 80, 160 MHz: 0, 1, 2, 3 in HE and EHT; 0, 1, 4, 11 in VHT.
unsigned width_number(unsigned mhz) {
    return mhz >= 160 ? 3 : mhz >= 80 ? 2 : mhz >= 40 ? 1 : 0;
}

void append_mcs(ByteWriter& out, const phy::Rate& rate) {
    constexpr std::uint8_t known_width_mcs_gi = 0x07;
    constexpr std::uint8_t width_40 = 0x01;
    constexpr std::uint8_t short_gi = 0x04;
    out.u8(known_width_mcs_gi);
    out.u8(static_cast<std::uint8_t>((rate.mhz() == 40 ? width_40 : 0U) |
                                     (rate.gi() == phy::GuardInterval::us0_4 ? short_gi : 0U)));
    out.u8(static_cast<std::uint8_t>(rate.mcs()));
}

void append_vht(ByteWriter& out, const phy::Rate& rate) {
    constexpr std::uint16_t known_gi_width = 0x0044;
    constexpr std::uint8_t short_gi = 0x04;
    constexpr std::array<std::uint8_t, 4> widths{0, 1, 4, 11};
    out.u16le(known_gi_width);
    out.u8(rate.gi() == phy::GuardInterval::us0_4 ? short_gi : 0);
    out.u8(widths[width_number(rate.mhz())]);
    out.u8(static_cast<std::uint8_t>(rate.mcs() << 4U | rate.streams()));
    out.zeros(3);  // other users
    out.u8(0);     // coding
    out.u8(0);     // group id
    out.u16le(0);  // partial AID
}

void append_he(ByteWriter& out, const phy::Rate& rate) {
    constexpr std::uint16_t su_mcs_and_width_known = 0x4020;
    constexpr std::uint16_t gi_known = 0x0002;
    out.u16le(su_mcs_and_width_known);
    out.u16le(gi_known);
    out.u16le(static_cast<std::uint16_t>(rate.mcs() << 8U));
    out.u16le(0);
    out.u16le(static_cast<std::uint16_t>(width_number(rate.mhz()) | he_gi(rate.gi()) << 4U));
    out.u16le(static_cast<std::uint16_t>(rate.streams()));
}

/// U-SIG's number of the bandwidth; 320 MHz has two, by where its center lies.
unsigned u_sig_width(const phy::Rate& rate, const phy::ChannelDefinition& channel) {
    if (rate.mhz() < 320) return width_number(rate.mhz());
    const auto first =
        phy::ChannelDefinition::around(channel.control, phy::ChannelWidth::w320, phy::Channelization320::first);
    const bool is_second = channel.width == phy::ChannelWidth::w320 && first && first->center1 != channel.center1;
    return is_second ? 5 : 4;
}

void append_eht(Bytes& header, const phy::Rate& rate, const phy::ChannelDefinition& channel) {
    ByteWriter out{header};
    align(header, 4);
    constexpr std::uint32_t version_and_width_known = 0x3;
    out.u16le(tlv_u_sig);
    out.u16le(12);
    out.u32le(version_and_width_known | u_sig_width(rate, channel) << 15U);
    out.u32le(0);  // value
    out.u32le(0);  // mask

    constexpr std::uint32_t gi_known = 0x4;
    constexpr std::size_t words_of_data = 9;
    constexpr std::uint32_t user_mcs_nss_known = 0x12;
    constexpr std::uint32_t for_this_user = 0x80;
    out.u16le(tlv_eht);
    out.u16le(static_cast<std::uint16_t>(4 * (1 + words_of_data + 1)));
    out.u32le(gi_known);
    out.u32le(he_gi(rate.gi()) << 7U);
    out.zeros(4 * (words_of_data - 1));
    out.u32le(user_mcs_nss_known | for_this_user | rate.mcs() << 20U | rate.streams() << 24U);
}

}  // namespace

Radiotap& Radiotap::tsft(sim::Time start) {
    tsft_ = start;
    return *this;
}
Radiotap& Radiotap::flags(std::uint8_t bits) {
    flags_ = bits;
    return *this;
}
Radiotap& Radiotap::rate(const phy::Rate& rate, const phy::ChannelDefinition& channel) {
    sent_ = {rate, channel};
    return *this;
}
Radiotap& Radiotap::without_tlvs() {
    tlvs_ = false;
    return *this;
}
Radiotap& Radiotap::signal(phy::Dbm dbm) {
    signal_ = dbm;
    return *this;
}
Radiotap& Radiotap::antenna(std::uint8_t number) {
    antenna_ = number;
    return *this;
}
Radiotap& Radiotap::rx_flags(std::uint16_t bits) {
    rx_flags_ = bits;
    return *this;
}
Radiotap& Radiotap::sent_rate(const phy::Rate& rate) {
    sent_ = {rate, std::nullopt};
    return *this;
}
Radiotap& Radiotap::sent(std::uint16_t bits, std::uint8_t retries) {
    outcome_ = {bits, retries};
    return *this;
}

std::uint32_t Radiotap::present() const {
    std::uint32_t bits = (tsft_ ? tsft_bit : 0U) | (flags_ ? flags_bit : 0U) | (signal_ ? antenna_signal_bit : 0U) |
                         (antenna_ ? antenna_bit : 0U) | (rx_flags_ ? rx_flags_bit : 0U) |
                         (outcome_ ? tx_flags_bit | data_retries_bit : 0U);
    if (!sent_) return bits;
    if (sent_->channel) bits |= channel_bit;
    switch (sent_->rate.format()) {
        case phy::PpduFormat::dsss:
        case phy::PpduFormat::ofdm:
            return bits | rate_bit;
        case phy::PpduFormat::ht:
            return bits | mcs_bit;
        case phy::PpduFormat::vht:
            return bits | vht_bit;
        case phy::PpduFormat::he:
            return bits | he_bit;
        case phy::PpduFormat::eht:
            return sent_->channel && tlvs_ ? bits | tlv_bit : bits;
    }
    return bits;
}

Bytes Radiotap::build() const {
    Bytes header;
    ByteWriter out{header};
    const std::uint32_t bits = present();
    out.u8(0);  // version
    out.u8(0);
    out.u16le(0);  // the length, below
    out.u32le(bits);
    if (tsft_) out.u64le(tsft_->us());
    if (flags_) out.u8(*flags_);
    if ((bits & rate_bit) != 0) out.u8(legacy_rate(sent_->rate));
    if ((bits & channel_bit) != 0) {
        align(header, 2);
        out.u16le(static_cast<std::uint16_t>(sent_->channel->control.center.in_mhz()));
        out.u16le(channel_flags(sent_->channel->control, sent_->rate));
    }
    if (signal_) out.u8(static_cast<std::uint8_t>(static_cast<std::int8_t>(std::lround(signal_->value))));
    if (antenna_) out.u8(*antenna_);
    if (rx_flags_) {
        align(header, 2);
        out.u16le(*rx_flags_);
    }
    if (outcome_) {
        align(header, 2);
        out.u16le(outcome_->flags);
        out.u8(outcome_->retries);
    }
    if ((bits & mcs_bit) != 0) append_mcs(out, sent_->rate);
    if ((bits & (vht_bit | he_bit)) != 0) align(header, 2);
    if ((bits & vht_bit) != 0) append_vht(out, sent_->rate);
    if ((bits & he_bit) != 0) append_he(out, sent_->rate);
    if ((bits & tlv_bit) != 0) append_eht(header, sent_->rate, *sent_->channel);
    header[length_at] = static_cast<std::uint8_t>(header.size());
    return header;
}

Bytes received_radiotap(const RxStatus& status) {
    return Radiotap{}
        .tsft(status.started)
        .flags(0)
        .rate(status.rate, phy::ChannelDefinition::mhz20(status.channel))
        .signal(status.signal)
        .antenna(0)
        .rx_flags(0)
        .build();
}

Bytes sent_radiotap(ieee80211::ByteView frame, const TxStatus& status) {
    constexpr std::uint16_t failed = 0x0001;
    constexpr std::size_t receiver_at = 4;
    const bool to_group = frame.size() <= receiver_at || (frame[receiver_at] & 1U) != 0;
    constexpr unsigned most_retries = 255;
    return Radiotap{}
        .sent_rate(status.rate)
        .sent(status.acknowledged || to_group ? 0 : failed,
              static_cast<std::uint8_t>(std::min(status.retries, most_retries)))
        .build();
}

Bytes air_acknowledgement(const phy::Channel& channel, const ieee80211::MacAddress& transmitter) {
    constexpr std::uint16_t length = 14;
    constexpr std::uint16_t acknowledgement = 0x00d4;
    Bytes bytes;
    ByteWriter out(bytes);
    out.u16le(0);  // version
    out.u16le(length);
    out.u32le(flags_bit | channel_bit);
    out.u16le(0);  // flags, padding
    out.u16le(static_cast<std::uint16_t>(channel.center.in_mhz()));
    out.u16le(ghz2);  // the driver says so of every channel
    out.u16le(acknowledgement);
    out.u16le(0);  // duration
    out.bytes(transmitter.octets());
    return bytes;
}

Bytes air_radiotap(sim::Time now, const phy::Rate& rate, const phy::Channel& channel) {
    constexpr std::uint16_t length = 22;
    Bytes header;
    ByteWriter out(header);
    out.u8(0);  // version
    out.u8(0);
    out.u16le(length);
    out.u32le(tsft_bit | flags_bit | rate_bit | channel_bit);
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
