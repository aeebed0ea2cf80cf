#include "ieee80211/frame_cipher.h"

#include <algorithm>
#include <array>

#include "ieee80211/detail/aead.h"
#include "ieee80211/detail/cipher_octets.h"
#include "ieee80211/frame_header.h"
#include "sim/invariant.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint8_t extended_iv = 0x20;
constexpr unsigned key_id_shift = 6;
constexpr std::uint8_t management_flag = 0x10;  // of CCMP's nonce

struct Kind {
    Suite suite;
    detail::AeadMode mode;
    std::size_t key_size;
    std::size_t mic_size;
};
constexpr Kind kinds[] = {
    {cipher::ccmp128, detail::AeadMode::ccm, 16, 8},
    {cipher::ccmp256, detail::AeadMode::ccm, 32, 16},
    {cipher::gcmp128, detail::AeadMode::gcm, 16, 16},
    {cipher::gcmp256, detail::AeadMode::gcm, 32, 16},
};

/// Additional authenticated data: at most FC, three addresses, SC, A4 and QC.
using AdditionalData = detail::ShortOctets<30>;

// 802.11-2020 12.5.3.3.3; cf. ccmp_gcmp_aad()
AdditionalData additional_data(const FrameView& frame, const CipherAddresses& addresses, bool spp) {
    FrameControl fc = frame.frame_control();
    fc.set(FrameControl::retry, 0).set(FrameControl::power_management, 0).set(FrameControl::more_data, 0);
    fc.set(FrameControl::protected_frame);
    if (fc.type() == FrameType::data) {
        // Of the subtype, whether there is a QoS Control field counts alone.
        if (fc.is_qos_data()) fc.set(FrameControl::htc, 0);
        fc.set(FrameControl::subtype_field, fc.subtype() & 8U);
    }
    AdditionalData out;
    out.append(fc.octets());
    for (const MacAddress& a : {addresses.addr1, addresses.addr2, addresses.addr3})
        out.append(a.octets());
    // A fragment's number counts, the sequence number does not: a retransmission may have got another one.
    SequenceControl sequence;
    sequence.set(SequenceControl::fragment, frame.sequence()->get(SequenceControl::fragment));
    out.append(sequence.octets());
    if (const auto a4 = frame.addr4()) out.append(a4->octets());
    if (const auto qos = frame.qos()) {
        QosControl masked;
        masked.set(QosControl::tid, qos->get(QosControl::tid));
        if (spp) masked.set(QosControl::amsdu, qos->get(QosControl::amsdu));
        out.append(masked.octets());
    }
    return out;
}

// 802.11-2020 12.5.3.3.4 (CCMP: flags, A2, PN) and 12.5.5.3.4 (GCMP: A2, PN); cf. ccmp_special_blocks(),
// gcmp_special_blocks()
detail::ShortOctets<13> nonce(detail::AeadMode mode, const FrameView& frame, const MacAddress& transmitter,
                              std::uint64_t pn) {
    detail::ShortOctets<13> out;
    if (mode == detail::AeadMode::ccm) {
        std::uint8_t flags = 0;
        if (const auto qos = frame.qos()) flags = static_cast<std::uint8_t>(qos->get(QosControl::tid));
        if (frame.frame_control().type() == FrameType::management) flags |= management_flag;
        out.append(std::array{flags});
    }
    out.append(transmitter.octets());
    out.append(detail::big_endian_pn(pn));
    return out;
}

CipherAddresses addresses_of(const FrameView& frame) {
    return {frame.addr1(), *frame.addr2(), *frame.addr3()};
}

bool can_be_protected(const FrameView& frame) {
    const FrameType type = frame.frame_control().type();
    return type == FrameType::data || type == FrameType::management;
}

Result<FrameView> protected_frame(ByteView octets) {
    auto frame = FrameView::parse(octets);
    if (!frame) return frame;
    if (!can_be_protected(*frame) || !frame->frame_control().has(FrameControl::protected_frame))
        return fail(EINVAL, "frame: not protected");
    return frame;
}
}  // namespace

Result<CipherHeader> CipherHeader::parse(ByteView octets) {
    const auto frame = protected_frame(octets);
    if (!frame) return fail(frame.error());
    const ByteView body = frame->body();
    if (body.size() < FrameCipher::header_size) return fail(EINVAL, "protected frame: shorter than a cipher's header");
    if ((body[3] & extended_iv) == 0) return fail(EINVAL, "protected frame: no extended IV");
    // PN0, PN1, reserved, key id, PN2..PN5: 802.11-2020 12.5.3.2; cf. ccmp_hdr2pn()
    CipherHeader header;
    header.key_id = body[3] >> key_id_shift;
    for (const std::size_t at : {7U, 6U, 5U, 4U, 1U, 0U})
        header.packet_number = header.packet_number << 8U | body[at];
    return header;
}

class FrameCipher::Impl {
public:
    Impl(const Kind& kind, ByteView key) : mode(kind.mode), aead(kind.mode, key, kind.mic_size) {}
    detail::AeadMode mode;
    detail::Aead aead;
};

FrameCipher::FrameCipher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameCipher::FrameCipher(FrameCipher&&) noexcept = default;
FrameCipher& FrameCipher::operator=(FrameCipher&&) noexcept = default;
FrameCipher::~FrameCipher() = default;

Result<FrameCipher> FrameCipher::make(Suite cipher, ByteView key) {
    const auto* const kind = std::ranges::find(kinds, cipher, &Kind::suite);
    if (kind == std::end(kinds)) return fail(EOPNOTSUPP, "no such pairwise or group cipher");
    if (key.size() != kind->key_size) return fail(EINVAL, "the key's length is not the cipher's");
    return FrameCipher{std::make_unique<Impl>(*kind, key)};
}

std::size_t FrameCipher::mic_size() const noexcept {
    return impl_->aead.tag_size();
}

Bytes FrameCipher::protect(ByteView octets, std::uint64_t packet_number, unsigned key_id,
                           const std::optional<CipherAddresses>& mld, bool spp) const {
    const auto frame = FrameView::parse(octets);
    MLOSIM_INVARIANT(frame && can_be_protected(*frame), "only whole data and management frames are protected");
    MLOSIM_INVARIANT(packet_number <= detail::greatest_packet_number && key_id < 4, "48 bits of PN, 2 of key id");
    const CipherAddresses addresses = mld.value_or(addresses_of(*frame));
    const auto aad = additional_data(*frame, addresses, spp);
    const auto n = nonce(impl_->mode, *frame, addresses.addr2, packet_number);
    const auto pn = detail::little_endian_pn(packet_number);

    Bytes out;
    out.reserve(octets.size() + header_size + mic_size());
    ByteWriter w{out};
    w.bytes(frame->header());
    w.bytes(ByteView{pn}.first(2));
    w.u8(0);
    w.u8(static_cast<std::uint8_t>(extended_iv | key_id << key_id_shift));
    w.bytes(ByteView{pn}.subspan(2));
    const std::size_t body_at = out.size();
    w.zeros(frame->body().size() + mic_size());
    impl_->aead.seal(n.view(), aad.view(), frame->body(), std::span{out}.subspan(body_at));

    const FrameControl fc = FrameControl{octets}.set(FrameControl::protected_frame);
    std::ranges::copy(fc.octets(), out.begin());
    return out;
}

Result<Bytes> FrameCipher::unprotect(ByteView octets, const std::optional<CipherAddresses>& mld, bool spp) const {
    const auto header = CipherHeader::parse(octets);
    if (!header) return fail(header.error());
    const auto frame = FrameView::parse(octets);
    const ByteView sealed = frame->body().subspan(header_size);
    if (sealed.size() < mic_size()) return fail(EINVAL, "protected frame: shorter than its MIC");
    const CipherAddresses addresses = mld.value_or(addresses_of(*frame));
    const auto aad = additional_data(*frame, addresses, spp);
    const auto n = nonce(impl_->mode, *frame, addresses.addr2, header->packet_number);

    const ByteView head = frame->header();
    Bytes out(head.size() + sealed.size() - mic_size());
    std::ranges::copy(head, out.begin());
    if (!impl_->aead.open(n.view(), aad.view(), sealed, std::span{out}.subspan(head.size())))
        return fail(EBADMSG, "protected frame: wrong MIC");
    const FrameControl fc = FrameControl{octets}.set(FrameControl::protected_frame, 0);
    std::ranges::copy(fc.octets(), out.begin());
    return out;
}

}  // namespace mlosim::ieee80211
