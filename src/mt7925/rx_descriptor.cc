#include "mt7925/rx_descriptor.h"

#include <array>
#include <vector>

#include "mt7925/bit_field.h"
#include "mt7925/tx_status.h"

namespace mlosim::mt7925 {

namespace {

constexpr std::size_t base_words = 8;
constexpr std::size_t group_words = 4;
constexpr std::size_t group5_words = 24;

constexpr BitField packet_bytes{0, 15, 0};
constexpr BitField packet_type_field{0, 31, 27};
constexpr BitField wlan_idx_field{1, 11, 0};
constexpr BitField group1_field{1, 16, 16};
constexpr BitField group2_field{1, 17, 17};
constexpr BitField group3_field{1, 18, 18};
constexpr BitField group4_field{1, 19, 19};
constexpr BitField group5_field{1, 20, 20};
constexpr BitField key_id_field{1, 22, 21};
constexpr BitField icv_error_field{1, 25, 25};
constexpr BitField header_translated_field{2, 7, 7};
constexpr BitField header_size_field{2, 12, 8};
constexpr BitField header_offset_field{2, 15, 13};
constexpr BitField security_field{2, 20, 16};
constexpr BitField amsdu_error_field{2, 23, 23};
constexpr BitField too_long_field{2, 24, 24};
constexpr BitField fragment_field{2, 27, 27};
constexpr BitField single_field{2, 30, 30};
constexpr BitField channel_field{3, 15, 8};
constexpr BitField address_field{3, 17, 16};
constexpr BitField fcs_error_field{3, 24, 24};

// Group 3, the P-RXV.
constexpr BitField rate_index_field{0, 6, 0};
constexpr BitField streams_field{0, 10, 7};
constexpr BitField width_field{2, 2, 0};
constexpr BitField guard_field{2, 4, 3};
constexpr BitField mode_field{2, 14, 11};
constexpr BitField rcpi_field{3, 7, 0};
constexpr BitField second_rcpi_field{3, 15, 8};
constexpr std::uint8_t other_320 = 5;

constexpr std::uint8_t first_6ghz = 181;
constexpr std::uint8_t last_2ghz = 14;
constexpr std::size_t least_frame = 10;  // an Ack

std::uint8_t channel_code(std::uint8_t band, std::uint8_t channel) {
    return band == 3 ? static_cast<std::uint8_t>(first_6ghz + (channel - 1) / 4) : channel;
}

/// Those whose descriptor has a group 5: the real driver puts a radiotap header there.
bool is_he_or_newer(const RateCode& rate) {
    return rate.mode >= RateMode::he_su;
}

}  // namespace

Bytes build_received(const RxDescriptor& d, ByteView frame) {
    std::vector<std::uint32_t> words(base_words);
    const auto set = [&](const BitField& field, unsigned value) { field.set(words, value); };
    set(packet_type_field, static_cast<unsigned>(PacketType::frame));
    set(wlan_idx_field, d.wlan_idx);
    set(icv_error_field, d.icv_error ? 1 : 0);
    set(header_size_field, d.header_size);
    set(security_field, d.security);
    set(key_id_field, d.key_id);
    set(fragment_field, d.fragment ? 1 : 0);
    set(single_field, 1);
    set(channel_field, channel_code(d.band, d.channel));
    set(address_field, static_cast<unsigned>(d.address));
    set(fcs_error_field, d.fcs_error ? 1 : 0);
    const auto add_group = [&](const BitField& flag, std::size_t size) {
        set(flag, 1);
        words.resize(words.size() + size);
        return std::span(words).last(size);
    };
    if (d.packet_number) {
        // The lowest octet first.
        const auto group = add_group(group1_field, group_words);
        group[0] = static_cast<std::uint32_t>(*d.packet_number);
        group[1] = static_cast<std::uint32_t>(*d.packet_number >> 32U & 0xffffU);
    }
    if (d.timestamp_us) add_group(group2_field, group_words)[0] = *d.timestamp_us;
    if (d.rate) {
        const auto group = add_group(group3_field, group_words);
        rate_index_field.set(group, d.rate->index);
        streams_field.set(group, d.rate->streams - 1U);
        width_field.set(group, d.rate->width);
        guard_field.set(group, d.rate->guard);
        mode_field.set(group, static_cast<unsigned>(d.rate->mode));
        rcpi_field.set(group, d.rcpi);
        second_rcpi_field.set(group, d.rcpi);
        if (is_he_or_newer(*d.rate)) add_group(group5_field, group5_words);
    }
    packet_bytes.set(words, static_cast<std::uint32_t>(words.size() * 4 + frame.size()));
    Bytes out;
    out.reserve(words.size() * 4 + frame.size());
    ieee80211::ByteWriter writer(out);
    for (const std::uint32_t word : words)
        writer.u32le(word);
    writer.bytes(frame);
    return out;
}

Result<ReceivedPacket> parse_received(ByteView packet) {
    if (packet.size() < base_words * 4) return fail(EMSGSIZE, "shorter than a descriptor");
    std::array<std::uint32_t, base_words> words{};
    ieee80211::ByteReader reader(packet);
    for (std::uint32_t& word : words)
        word = reader.u32le();
    const auto get = [&](const BitField& field) { return field.get(words); };
    if (get(packet_type_field) != static_cast<unsigned>(PacketType::frame)) return fail(EINVAL, "not a frame");
    if (get(packet_bytes) > packet.size()) return fail(EMSGSIZE, "longer than the packet");
    if (get(amsdu_error_field) != 0) return fail(EINVAL, "a broken A-MSDU");
    if (get(too_long_field) != 0) return fail(EINVAL, "too long a frame");
    if (get(header_translated_field) != 0) return fail(EINVAL, "headers are not translated");
    ReceivedPacket out;
    RxDescriptor& d = out.descriptor;
    d.wlan_idx = static_cast<std::uint16_t>(get(wlan_idx_field));
    d.icv_error = get(icv_error_field) != 0;
    d.header_size = static_cast<std::uint8_t>(get(header_size_field));
    d.security = static_cast<std::uint8_t>(get(security_field));
    d.key_id = static_cast<std::uint8_t>(get(key_id_field));
    d.fragment = get(fragment_field) != 0;
    d.address = static_cast<RxDescriptor::AddressType>(get(address_field));
    d.fcs_error = get(fcs_error_field) != 0;
    const auto code = static_cast<std::uint8_t>(get(channel_field));
    d.band = code >= first_6ghz ? 3 : (code > last_2ghz ? 2 : 1);
    d.channel = code >= first_6ghz ? static_cast<std::uint8_t>((code - first_6ghz) * 4 + 1) : code;

    // In this order in memory: 4, 1, 2, 3, 5.
    const std::size_t end = get(packet_bytes);
    std::size_t at = base_words * 4;
    const auto group = [&](const BitField& flag, std::size_t size) -> std::optional<std::vector<std::uint32_t>> {
        if (get(flag) == 0) return std::nullopt;
        std::vector<std::uint32_t> found(size);
        ieee80211::ByteReader in(packet.subspan(std::min(at, packet.size())));
        for (std::uint32_t& word : found)
            word = in.u32le();
        at += size * 4;
        return found;
    };
    group(group4_field, group_words);
    if (const auto number = group(group1_field, group_words))
        d.packet_number = (*number)[0] | static_cast<std::uint64_t>((*number)[1] & 0xffffU) << 32U;
    if (const auto times = group(group2_field, group_words)) d.timestamp_us = times->front();
    if (const auto vector = group(group3_field, group_words)) {
        RateCode rate;
        rate.mode = static_cast<RateMode>(mode_field.get(*vector));
        rate.index = static_cast<std::uint8_t>(rate_index_field.get(*vector));
        rate.streams = static_cast<std::uint8_t>(streams_field.get(*vector) + 1);
        rate.width = static_cast<std::uint8_t>(width_field.get(*vector));
        if (rate.width == other_320) rate.width = 4;
        rate.guard = static_cast<std::uint8_t>(guard_field.get(*vector));
        if (!rate_of(rate)) return fail(EINVAL, "an unknown rate");
        d.rate = rate;
        d.rcpi = static_cast<std::uint8_t>(rcpi_field.get(*vector));
        group(group5_field, group5_words);
    }
    at += 2 * static_cast<std::size_t>(get(header_offset_field));
    if (at + least_frame > end) return fail(EMSGSIZE, "no frame behind the groups");
    out.frame = packet.subspan(at, end - at);
    return out;
}

}  // namespace mlosim::mt7925
