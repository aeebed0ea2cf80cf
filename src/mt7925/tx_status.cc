#include "mt7925/tx_status.h"

#include <algorithm>
#include <array>

#include "mt7925/bit_field.h"

namespace mlosim::mt7925 {

namespace {

using Words = std::vector<std::uint32_t>;

constexpr BitField packet_type_field{0, 31, 27};
constexpr BitField packet_bytes_field{0, 15, 0};

// TXS, format 0: one MPDU. cf. MT_TXS* of mt76_connac3_mac.h
constexpr std::size_t status_header_words = 4;
constexpr std::size_t status_words = 12;
constexpr BitField status_rate{0, 13, 0};
constexpr BitField status_to_host{0, 15, 15};
constexpr BitField status_ack_error{0, 18, 16};
constexpr BitField status_format{0, 24, 23};
constexpr BitField status_width{0, 31, 29};
constexpr BitField status_sequence{1, 31, 20};
constexpr BitField status_wcid{2, 27, 16};
constexpr BitField status_pid{3, 31, 24};
constexpr BitField status_timestamp{4, 31, 0};
constexpr BitField status_final{5, 31, 31};
constexpr BitField status_attempts{5, 29, 25};
constexpr BitField status_rcpi{7, 7, 0};
constexpr unsigned ack_timeout = 1;
constexpr unsigned newest_format = 1;

// TX-free. cf. MT_TXFREE*
constexpr BitField free_count{0, 25, 16};
constexpr BitField free_version{1, 19, 16};
constexpr unsigned written_version = 5;
constexpr unsigned oldest_version = 4;
constexpr std::size_t free_header_words = 2;
constexpr std::uint32_t pair_bit = 1U << 31U;
constexpr std::uint32_t header_bit = 1U << 30U;
constexpr BitField pair_wcid{0, 23, 12};
constexpr BitField header_attempts{0, 27, 24};
constexpr BitField header_stat{0, 29, 28};
constexpr unsigned token_bits = 15;
constexpr std::uint32_t no_token = 0x7fff;

constexpr int rcpi_base_dbm = -110;

Bytes octets_of(Words& words, PacketType type) {
    packet_bytes_field.set(words, static_cast<std::uint32_t>(words.size() * 4));
    packet_type_field.set(words, static_cast<std::uint32_t>(type));
    Bytes out;
    out.reserve(words.size() * 4);
    ieee80211::ByteWriter writer(out);
    for (const std::uint32_t word : words)
        writer.u32le(word);
    return out;
}

Result<Words> words_of(ByteView packet, PacketType type, std::size_t header_words) {
    if (packet.size() < header_words * 4)
        return fail(EMSGSIZE, std::to_string(packet.size()) + " octets are too few for a header");
    Words words(packet.size() / 4);
    ieee80211::ByteReader reader(packet);
    for (std::uint32_t& word : words)
        word = reader.u32le();
    if (packet_type_field.get(words) != static_cast<std::uint32_t>(type)) return fail(EINVAL, "a packet of other kind");
    const std::uint32_t bytes = packet_bytes_field.get(words);
    if (bytes > packet.size() || bytes < header_words * 4)
        return fail(EMSGSIZE, "it says " + std::to_string(bytes) + " octets and has " + std::to_string(packet.size()));
    words.resize(bytes / 4);
    return words;
}

}  // namespace

std::optional<std::uint8_t> packet_type(ByteView packet) {
    if (packet.size() < 4) return std::nullopt;
    return static_cast<std::uint8_t>(packet[3] >> 3U);
}

std::uint8_t rcpi_of(int dbm) {
    return static_cast<std::uint8_t>(std::clamp(2 * (dbm - rcpi_base_dbm), 0, 255));
}

int dbm_of(std::uint8_t rcpi) {
    return rcpi / 2 + rcpi_base_dbm;
}

Bytes build_tx_status(const std::vector<TxStatusReport>& reports) {
    Words words(status_header_words);
    for (const TxStatusReport& report : reports) {
        std::array<std::uint32_t, status_words> w{};
        status_rate.set(w, tx_rate_bits(report.rate));
        status_to_host.set(w, 1);
        status_ack_error.set(w, report.acknowledged ? 0 : ack_timeout);
        status_width.set(w, report.rate.width);
        status_sequence.set(w, report.sequence);
        status_wcid.set(w, report.wcid);
        status_pid.set(w, report.pid);
        status_timestamp.set(w, report.timestamp_us);
        status_final.set(w, 1);
        status_attempts.set(w, report.attempts);
        status_rcpi.set(w, report.rcpi.value_or(0));
        words.insert(words.end(), w.begin(), w.end());
    }
    return octets_of(words, PacketType::tx_status);
}

Result<std::vector<TxStatusReport>> parse_tx_status(ByteView packet) {
    const auto words = words_of(packet, PacketType::tx_status, status_header_words);
    if (!words) return fail(words.error());
    std::vector<TxStatusReport> out;
    for (std::size_t at = status_header_words; at + status_words <= words->size(); at += status_words) {
        const auto w = std::span(*words).subspan(at, status_words);
        if (status_format.get(w) > newest_format) continue;
        TxStatusReport report;
        report.rate = from_tx_rate_bits(static_cast<std::uint16_t>(status_rate.get(w)));
        report.rate.width = static_cast<std::uint8_t>(status_width.get(w));
        report.acknowledged = status_ack_error.get(w) == 0;
        report.sequence = static_cast<std::uint16_t>(status_sequence.get(w));
        report.wcid = static_cast<std::uint16_t>(status_wcid.get(w));
        report.pid = static_cast<std::uint8_t>(status_pid.get(w));
        report.timestamp_us = status_timestamp.get(w);
        report.attempts = static_cast<std::uint8_t>(status_attempts.get(w));
        if (const std::uint32_t rcpi = status_rcpi.get(w); rcpi != 0) report.rcpi = static_cast<std::uint8_t>(rcpi);
        out.push_back(report);
    }
    return out;
}

Bytes build_tx_free(const std::vector<FreedFrame>& frames) {
    Words words(free_header_words);
    free_count.set(words, static_cast<std::uint32_t>(frames.size()));
    free_version.set(words, written_version);
    std::optional<std::uint16_t> wcid;
    for (const FreedFrame& frame : frames) {
        if (wcid != frame.wcid) {
            words.push_back(pair_bit);
            pair_wcid.set(std::span(words).last(1), frame.wcid);
            wcid = frame.wcid;
        }
        words.push_back(header_bit);
        const auto header = std::span(words).last(1);
        header_attempts.set(header, std::min<std::uint32_t>(frame.attempts, 15));
        header_stat.set(header, frame.failed ? 1 : 0);
        words.push_back(frame.token | no_token << token_bits);
    }
    return octets_of(words, PacketType::tx_free);
}

Result<std::vector<FreedFrame>> parse_tx_free(ByteView packet) {
    const auto words = words_of(packet, PacketType::tx_free, free_header_words);
    if (!words) return fail(words.error());
    if (free_version.get(*words) < oldest_version) return fail(EINVAL, "an old chip's");
    const std::uint32_t total = free_count.get(*words);
    std::vector<FreedFrame> out;
    FreedFrame next;
    for (std::size_t at = free_header_words; out.size() < total; ++at) {
        if (at >= words->size()) return fail(EMSGSIZE, "fewer frames than it says");
        const auto word = std::span(*words).subspan(at, 1);
        if ((word[0] & pair_bit) != 0) {
            next.wcid = static_cast<std::uint16_t>(pair_wcid.get(word));
            continue;
        }
        if ((word[0] & header_bit) != 0) {
            next.attempts = static_cast<std::uint8_t>(header_attempts.get(word));
            next.failed = header_stat.get(word) != 0;
            continue;
        }
        for (unsigned i = 0; i < 2; ++i) {
            const std::uint32_t token = word[0] >> (token_bits * i) & no_token;
            if (token == no_token) continue;
            next.token = static_cast<std::uint16_t>(token);
            out.push_back(next);
        }
    }
    return out;
}

}  // namespace mlosim::mt7925
