#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "ieee80211/detail/aead.h"
#include "ieee80211/detail/cipher_octets.h"
#include "ieee80211/frame_cipher.h"
#include "ieee80211/frame_header.h"
#include "sim/invariant.h"

namespace mlosim::ieee80211 {

namespace {
constexpr std::uint8_t mmie_id = 76;
constexpr std::size_t element_header_size = 2;
constexpr std::size_t key_id_size = 2;
constexpr std::size_t timestamp_size = 8;
constexpr std::size_t greatest_mic_size = 16;
/// What the MIC counts as body begins here, an HT Control field included. cf. ieee80211_crypto_aes_cmac_encrypt()
constexpr std::size_t body_at = 24;
/// Of the element, all that stands before the MIC.
constexpr std::size_t before_mic = element_header_size + key_id_size + detail::packet_number_size;

struct Kind {
    Suite suite;
    bool gmac;
    std::size_t key_size;
    std::size_t mic_size;
};
constexpr Kind kinds[] = {
    {cipher::bip_cmac128, false, 16, 8},
    {cipher::bip_cmac256, false, 32, 16},
    {cipher::bip_gmac128, true, 16, 16},
    {cipher::bip_gmac256, true, 32, 16},
};

using Mic = std::array<std::uint8_t, greatest_mic_size>;
constexpr Mic zeros{};

/// The octets that a MIC covers, in pieces: nothing is copied but the 20 octets of additional data.
struct Covered {
    std::array<std::uint8_t, 20> additional{};
    ByteView timestamp;  // of a beacon, counted as zeros
    ByteView body;       // without the MIC itself, which counts as zeros, too
};

// 802.11-2020 12.5.4.3, 12.5.4.4; cf. bip_aad(), ieee80211_aes_cmac()
Covered covered(ByteView frame, std::size_t mic_size) {
    FrameControl fc{frame};
    const bool is_beacon = fc.is(ManagementSubtype::beacon);
    fc.set(FrameControl::retry, 0).set(FrameControl::power_management, 0).set(FrameControl::more_data, 0);
    Covered out;
    std::ranges::copy(fc.octets(), out.additional.begin());
    std::ranges::copy(frame.subspan(4, 3 * MacAddress::size), out.additional.begin() + FrameControl::size);
    out.body = frame.subspan(body_at, frame.size() - body_at - mic_size);
    if (is_beacon) {
        const std::size_t masked = std::min(timestamp_size, out.body.size());
        out.timestamp = ByteView{zeros}.first(masked);
        out.body = out.body.subspan(masked);
    }
    return out;
}

/// AES-CMAC with one key: the key is expanded once, nothing is allocated per frame.
class Cmac {
public:
    explicit Cmac(ByteView key) {
        const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac{EVP_MAC_fetch(nullptr, "CMAC", nullptr),
                                                                    &EVP_MAC_free};
        MLOSIM_INVARIANT(mac != nullptr, "OpenSSL has CMAC");
        context_.reset(EVP_MAC_CTX_new(mac.get()));
        std::array<char, 12> name{"AES-128-CBC"};
        if (key.size() == 32) name = {"AES-256-CBC"};
        const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("cipher", name.data(), 0), OSSL_PARAM_END};
        must(EVP_MAC_init(context_.get(), key.data(), key.size(), params));
    }

    Mic mic(const Covered& what, std::size_t mic_size) const {
        EVP_MAC_CTX* const c = context_.get();
        must(EVP_MAC_init(c, nullptr, 0, nullptr));  // again with the same key
        for (const ByteView piece :
             {ByteView{what.additional}, what.timestamp, what.body, ByteView{zeros}.first(mic_size)})
            must(EVP_MAC_update(c, piece.data(), piece.size()));
        Mic out{};
        std::size_t n = 0;
        must(EVP_MAC_final(c, out.data(), &n, out.size()));
        return out;
    }

private:
    static void must(int openssl_result) {
        MLOSIM_INVARIANT(openssl_result == 1, "OpenSSL has AES-CMAC, and its arguments are right");
    }
    struct Free {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };
    std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

// AES-GMAC is AES-GCM with nothing to encrypt. 802.11-2020 12.5.4.3: the nonce is A2 and the packet number.
Mic gmac(const detail::Aead& aead, const Covered& what, ByteView a2, std::uint64_t packet_number) {
    detail::ShortOctets<12> nonce;
    nonce.append(a2);
    nonce.append(detail::big_endian_pn(packet_number));
    Mic out{};
    const std::array<ByteView, 4> pieces{ByteView{what.additional}, what.timestamp, what.body, ByteView{zeros}};
    aead.authenticate(nonce.view(), pieces, out);
    return out;
}
}  // namespace

class BipCipher::Impl {
public:
    Impl(const Kind& kind, ByteView key) : mic_size(kind.mic_size) {
        if (kind.gmac)
            gmac_key.emplace(detail::AeadMode::gcm, key, kind.mic_size);
        else
            cmac_key.emplace(key);
    }
    [[nodiscard]] Mic mic(ByteView frame, std::uint64_t packet_number) const {
        const Covered what = covered(frame, mic_size);
        return gmac_key ? gmac(*gmac_key, what, frame.subspan(10, MacAddress::size), packet_number)
                        : cmac_key->mic(what, mic_size);
    }

    std::size_t mic_size;
    std::optional<Cmac> cmac_key;
    std::optional<detail::Aead> gmac_key;
};

BipCipher::BipCipher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BipCipher::BipCipher(BipCipher&&) noexcept = default;
BipCipher& BipCipher::operator=(BipCipher&&) noexcept = default;
BipCipher::~BipCipher() = default;

Result<BipCipher> BipCipher::make(Suite cipher, ByteView key) {
    const auto* const kind = std::ranges::find(kinds, cipher, &Kind::suite);
    if (kind == std::end(kinds)) return fail(EOPNOTSUPP, "no such group management cipher");
    if (key.size() != kind->key_size) return fail(EINVAL, "the key's length is not the cipher's");
    return BipCipher{std::make_unique<Impl>(*kind, key)};
}

std::size_t BipCipher::element_size() const noexcept {
    return before_mic + impl_->mic_size;
}

// The Management MIC element, 802.11-2020 9.4.2.54: key id, packet number, MIC.
void BipCipher::protect(Bytes& frame, std::uint64_t packet_number, unsigned key_id) const {
    const auto view = FrameView::parse(frame);
    MLOSIM_INVARIANT(view && view->frame_control().type() == FrameType::management,
                     "only whole management frames get a Management MIC element");
    MLOSIM_INVARIANT(packet_number <= detail::greatest_packet_number && key_id <= 0xffff, "48 bits of PN, 16 of id");
    ByteWriter w{frame};
    w.u8(mmie_id);
    w.u8(static_cast<std::uint8_t>(element_size() - element_header_size));
    w.u16le(static_cast<std::uint16_t>(key_id));
    w.bytes(detail::little_endian_pn(packet_number));
    const std::size_t mic_at = frame.size();
    w.zeros(impl_->mic_size);
    std::ranges::copy_n(impl_->mic(frame, packet_number).begin(), static_cast<std::ptrdiff_t>(impl_->mic_size),
                        frame.begin() + static_cast<std::ptrdiff_t>(mic_at));
}

Result<CipherHeader> BipCipher::read(ByteView frame) const {
    const auto view = FrameView::parse(frame);
    if (!view) return fail(view.error());
    if (view->frame_control().type() != FrameType::management) return fail(EINVAL, "not a management frame");
    if (frame.size() < body_at + element_size()) return fail(EINVAL, "too short for a Management MIC element");
    ByteReader in{frame.last(element_size())};
    if (in.u8() != mmie_id || in.u8() != element_size() - element_header_size)
        return fail(EINVAL, "no Management MIC element of the cipher's size at the end");
    CipherHeader header;
    header.key_id = in.u16le();
    header.packet_number = in.u32le();
    header.packet_number |= static_cast<std::uint64_t>(in.u16le()) << 32U;
    return header;
}

Result<CipherHeader> BipCipher::verify(ByteView frame) const {
    auto header = read(frame);
    if (!header) return header;
    const Mic right = impl_->mic(frame, header->packet_number);
    if (CRYPTO_memcmp(right.data(), frame.last(impl_->mic_size).data(), impl_->mic_size) != 0)
        return fail(EBADMSG, "Management MIC element: wrong MIC");
    return header;
}

}  // namespace mlosim::ieee80211
