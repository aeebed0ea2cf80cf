#include "mt7925/tx_descriptor.h"

#include <array>

#include "mt7925/bit_field.h"

namespace mlosim::mt7925 {

namespace {

constexpr std::size_t txd_size = 32;
constexpr std::size_t txd_words = txd_size / 4;

// cf. mt76_connac3_mac.h
constexpr BitField bytes_field{0, 15, 0};
constexpr BitField format_field{0, 24, 23};
constexpr BitField queue_field{0, 31, 25};
constexpr BitField wlan_idx_field{1, 11, 0};
constexpr BitField header_format_field{1, 15, 14};
constexpr BitField header_info_field{1, 20, 16};
constexpr BitField ethernet_ii_field{1, 20, 20};
constexpr BitField tid_field{1, 23, 21};
constexpr BitField bip_field{1, 24, 24};
constexpr BitField own_mac_field{1, 30, 25};
constexpr BitField fixed_rate_field{1, 31, 31};
constexpr BitField subtype_field{2, 3, 0};
constexpr BitField type_field{2, 5, 4};
constexpr BitField no_ack_field{3, 0, 0};
constexpr BitField protect_field{3, 1, 1};
constexpr BitField group_field{3, 4, 4};
constexpr BitField amsdu_field{3, 5, 5};
constexpr BitField attempts_field{3, 15, 11};
constexpr BitField sequence_field{3, 27, 16};
constexpr BitField no_block_ack_field{3, 28, 28};
constexpr BitField sequence_valid_field{3, 31, 31};
constexpr BitField pid_field{5, 7, 0};
constexpr BitField status_field{5, 10, 10};
constexpr BitField das_field{6, 2, 2};
constexpr BitField fixed_link_field{6, 3, 3};
constexpr BitField frames_field{6, 9, 4};
constexpr BitField rate_field{6, 21, 16};

constexpr unsigned format_cut_through = 0;
constexpr std::uint16_t token_is_valid = 0x8000;
constexpr std::uint16_t last_buffer = 0x8000;
constexpr std::uint16_t length_mask = 0x0fff;
constexpr std::size_t msdu_ids = 4;

/// Pairs of address, length, length, address. False: none of them is the last, or one is empty.
bool read_buffers(ieee80211::ByteReader& in, TxDescriptor& d) {
    std::array<std::uint16_t, TxDescriptor::most_buffers> lengths{};
    for (std::size_t i = 0; i < lengths.size(); i += 2) {
        d.buffers[i].address = in.u32le();
        lengths[i] = in.u16le();
        lengths[i + 1] = in.u16le();
        d.buffers[i + 1].address = in.u32le();
    }
    bool ended = false;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (ended) d.buffers[i] = {};
        if (ended) continue;
        d.buffers[i].size = lengths[i] & length_mask;
        if (d.buffers[i].size == 0) return false;
        d.frame_bytes = static_cast<std::uint16_t>(d.frame_bytes + d.buffers[i].size);
        ended = (lengths[i] & last_buffer) != 0;
    }
    return ended;
}

}  // namespace

Bytes build_tx_descriptor(const TxDescriptor& d) {
    std::array<std::uint32_t, txd_words> words{};
    const auto set = [&](const BitField& field, unsigned value) { field.set(words, value); };
    set(bytes_field, static_cast<unsigned>(d.frame_bytes + txd_size));
    set(format_field, format_cut_through);
    set(queue_field, d.queue);
    set(wlan_idx_field, d.wlan_idx);
    set(header_format_field, static_cast<unsigned>(d.header));
    if (d.header == TxDescriptor::Header::ieee80211)
        set(header_info_field, d.header_size / 2U);
    else
        set(ethernet_ii_field, d.ethernet_ii ? 1 : 0);
    set(tid_field, d.tid);
    set(bip_field, d.bip ? 1 : 0);
    set(own_mac_field, d.own_mac);
    set(fixed_rate_field, d.fixed_rate ? 1 : 0);
    set(type_field, d.frame_type);
    set(subtype_field, d.frame_subtype);
    set(no_ack_field, d.no_acknowledgement ? 1 : 0);
    set(protect_field, d.protect ? 1 : 0);
    set(group_field, d.group ? 1 : 0);
    set(amsdu_field, d.aggregates_msdus ? 1 : 0);
    set(attempts_field, d.attempts);
    if (d.sequence) {
        set(sequence_valid_field, 1);
        set(sequence_field, *d.sequence);
    }
    set(no_block_ack_field, d.no_block_ack ? 1 : 0);
    set(pid_field, d.pid);
    set(status_field, d.wants_status ? 1 : 0);
    set(das_field, 1);
    set(fixed_link_field, d.fixed_link ? 1 : 0);
    set(frames_field, 1);
    set(rate_field, d.rate_index);

    Bytes out;
    out.reserve(TxDescriptor::size);
    ieee80211::ByteWriter writer(out);
    for (const std::uint32_t word : words)
        writer.u32le(word);
    writer.u16le(static_cast<std::uint16_t>(d.token | token_is_valid));
    for (std::size_t i = 1; i < msdu_ids; ++i)
        writer.u16le(0);
    auto buffers = d.buffers;
    if (buffers[0].size == 0) buffers[0].size = d.frame_bytes;
    for (std::size_t i = 0; i < buffers.size(); i += 2) {
        const auto length = [&](std::size_t at) {
            const bool last = at + 1 == buffers.size() || buffers[at + 1].size == 0;
            const std::uint16_t size = buffers[at].size;
            return static_cast<std::uint16_t>(size | (last && size != 0 ? last_buffer : 0));
        };
        writer.u32le(buffers[i].address);
        writer.u16le(length(i));
        writer.u16le(length(i + 1));
        writer.u32le(buffers[i + 1].address);
    }
    return out;
}

Result<TxDescriptor> parse_tx_descriptor(ByteView bytes) {
    if (bytes.size() != TxDescriptor::size)
        return fail(EMSGSIZE, "a descriptor has 64 octets, not " + std::to_string(bytes.size()));
    std::array<std::uint32_t, txd_words> words{};
    ieee80211::ByteReader reader(bytes);
    for (std::uint32_t& word : words)
        word = reader.u32le();
    const auto get = [&](const BitField& field) { return field.get(words); };
    TxDescriptor d;
    if (get(format_field) != format_cut_through) return fail(EINVAL, "not a frame of the data ring");
    const unsigned header = get(header_format_field);
    if (header != static_cast<unsigned>(TxDescriptor::Header::ethernet) &&
        header != static_cast<unsigned>(TxDescriptor::Header::ieee80211))
        return fail(EINVAL, "header format " + std::to_string(header) + " is neither 802.3 nor 802.11");
    d.header = static_cast<TxDescriptor::Header>(header);
    if (d.header == TxDescriptor::Header::ieee80211)
        d.header_size = static_cast<std::uint8_t>(2 * get(header_info_field));
    else
        d.ethernet_ii = get(ethernet_ii_field) != 0;
    d.queue = static_cast<std::uint8_t>(get(queue_field));
    d.wlan_idx = static_cast<std::uint16_t>(get(wlan_idx_field));
    d.tid = static_cast<std::uint8_t>(get(tid_field));
    d.bip = get(bip_field) != 0;
    d.own_mac = static_cast<std::uint8_t>(get(own_mac_field));
    d.fixed_rate = get(fixed_rate_field) != 0;
    d.frame_type = static_cast<std::uint8_t>(get(type_field));
    d.frame_subtype = static_cast<std::uint8_t>(get(subtype_field));
    d.no_acknowledgement = get(no_ack_field) != 0;
    d.protect = get(protect_field) != 0;
    d.group = get(group_field) != 0;
    d.aggregates_msdus = get(amsdu_field) != 0;
    d.attempts = static_cast<std::uint8_t>(get(attempts_field));
    if (get(sequence_valid_field) != 0) d.sequence = static_cast<std::uint16_t>(get(sequence_field));
    d.no_block_ack = get(no_block_ack_field) != 0;
    d.pid = static_cast<std::uint8_t>(get(pid_field));
    d.wants_status = get(status_field) != 0;
    d.fixed_link = get(fixed_link_field) != 0;
    d.rate_index = static_cast<std::uint8_t>(get(rate_field));

    const std::uint16_t token = reader.u16le();
    if ((token & token_is_valid) == 0) return fail(EINVAL, "a frame without a token");
    d.token = static_cast<std::uint16_t>(token & ~token_is_valid);
    for (std::size_t i = 1; i < msdu_ids; ++i)
        if ((reader.u16le() & token_is_valid) != 0) return fail(EINVAL, "more than one token");
    if (!read_buffers(reader, d)) return fail(EINVAL, "a frame without an end");
    if (get(bytes_field) != d.frame_bytes + txd_size)
        return fail(EINVAL, "the lengths of descriptor and buffer contradict each other");
    return d;
}

}  // namespace mlosim::mt7925
