#include "agent/rsn/eapol_key.h"

#include <algorithm>

namespace mlosim::agent::rsn {

namespace {

using ieee80211::ByteReader;
using ieee80211::ByteWriter;

constexpr std::uint8_t eapol_key_type = 3;  // 802.1X packet type
constexpr std::uint8_t rsn_descriptor = 2;
constexpr std::size_t header_size = 4;
constexpr std::size_t mic_at = 81;
constexpr std::size_t fixed_size = mic_at + mic_size + 2 - header_size;  // of the packet's body

// 802.1X numbers are most significant octet first.
std::uint16_t u16be(ByteReader& in) {
    const std::uint8_t high = in.u8();
    return static_cast<std::uint16_t>(high << 8U | in.u8());
}

std::uint64_t u64be(ByteReader& in) {
    std::uint64_t out = 0;
    for (unsigned i = 0; i < 8; ++i)
        out = out << 8U | in.u8();
    return out;
}

void u16be(ByteWriter& out, std::uint16_t value) {
    out.u8(static_cast<std::uint8_t>(value >> 8U));
    out.u8(static_cast<std::uint8_t>(value));
}

void u64be(ByteWriter& out, std::uint64_t value) {
    for (unsigned shift = 64; shift != 0; shift -= 8)
        out.u8(static_cast<std::uint8_t>(value >> (shift - 8)));
}

Bytes mic_of(ByteView packet, const Akm& akm, ByteView kck) {
    const std::array<std::uint8_t, mic_size> zeros{};
    const ByteView before = packet.first(mic_at);
    const ByteView after = packet.subspan(mic_at + mic_size);
    Bytes out;
    switch (akm.mic) {
        case MicAlgorithm::hmac_sha1:
            out = hmac(Hash::sha1, kck, {before, zeros, after});
            break;
        case MicAlgorithm::aes_cmac:
            out = aes_cmac(kck, {before, zeros, after});
            break;
        case MicAlgorithm::hmac_sha256:
            out = hmac(Hash::sha256, kck, {before, zeros, after});
            break;
    }
    out.resize(mic_size);
    return out;
}

}  // namespace

Result<EapolKey> EapolKey::parse(ByteView packet) {
    EapolKey out;
    ByteReader in(packet);
    out.version = in.u8();
    if (in.u8() != eapol_key_type) return fail(EINVAL, "not an EAPOL-Key frame");
    const std::uint16_t length = u16be(in);
    if (!in.ok() || length > in.remaining() || length < fixed_size) return fail(EINVAL, "the frame is not whole");
    if (in.u8() != rsn_descriptor) return fail(EINVAL, "not RSN's key descriptor");
    out.information = u16be(in);
    out.key_length = u16be(in);
    out.replay_counter = u64be(in);
    const ByteView nonce = in.take(out.nonce.size());
    std::copy(nonce.begin(), nonce.end(), out.nonce.begin());
    const ByteView iv = in.take(out.iv.size());
    std::copy(iv.begin(), iv.end(), out.iv.begin());
    constexpr std::uint64_t packet_number_bits = 0xffff'ffff'ffff;
    out.rsc = in.u64le() & packet_number_bits;
    in.skip(8);
    const ByteView mic = in.take(mic_size);
    std::copy(mic.begin(), mic.end(), out.mic.begin());
    const std::uint16_t size = u16be(in);
    if (size > length - fixed_size) return fail(EINVAL, "the key data is cut off");
    const ByteView data = in.take(size);
    out.key_data.assign(data.begin(), data.end());
    return out;
}

Bytes EapolKey::packet() const {
    Bytes out;
    ByteWriter w(out);
    w.u8(version);
    w.u8(eapol_key_type);
    u16be(w, static_cast<std::uint16_t>(fixed_size + key_data.size()));
    w.u8(rsn_descriptor);
    u16be(w, information);
    u16be(w, key_length);
    u64be(w, replay_counter);
    w.bytes(nonce);
    w.bytes(iv);
    w.u64le(rsc);
    w.zeros(8);
    w.bytes(mic);
    u16be(w, static_cast<std::uint16_t>(key_data.size()));
    w.bytes(key_data);
    return out;
}

Bytes EapolKey::signed_packet(const Akm& akm, ByteView kck) const {
    Bytes out = packet();
    const Bytes code = mic_of(out, akm, kck);
    std::copy(code.begin(), code.end(), out.begin() + mic_at);
    return out;
}

bool is_genuine(ByteView packet, const Akm& akm, ByteView kck) {
    // What follows the packet's length is the link's padding.
    const std::size_t size = header_size + static_cast<std::size_t>(packet[2] << 8U | packet[3]);
    const ByteView whole = packet.first(std::min(size, packet.size()));
    return same_secret(mic_of(whole, akm, kck), whole.subspan(mic_at, mic_size));
}

}  // namespace mlosim::agent::rsn
