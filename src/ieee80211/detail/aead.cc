#include "ieee80211/detail/aead.h"

#include <openssl/evp.h>

#include "sim/invariant.h"

namespace mlosim::ieee80211::detail {

namespace {
constexpr std::size_t ccm_nonce_size = 13;  // what leaves two octets for the length
constexpr std::size_t long_key_size = 32;

const EVP_CIPHER* cipher_of(AeadMode mode, std::size_t key_size) {
    const bool longer = key_size == long_key_size;
    if (mode == AeadMode::ccm) return longer ? EVP_aes_256_ccm() : EVP_aes_128_ccm();
    return longer ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

void must(int openssl_result) {
    MLOSIM_INVARIANT(openssl_result == 1, "OpenSSL has AES-CCM and AES-GCM, and their arguments are right");
}

/// A pointer that is not null for no octets either: OpenSSL takes null for another question.
template <class T>
T* some_place(std::span<T> bytes, T* instead) {
    return bytes.empty() ? instead : bytes.data();
}
}  // namespace

void Aead::Free::operator()(evp_cipher_ctx_st* context) const noexcept {
    EVP_CIPHER_CTX_free(context);
}

Aead::Aead(AeadMode mode, ByteView key, std::size_t tag_size)
    : mode_(mode), tag_size_(tag_size), sealing_(make_context(key, true)), opening_(make_context(key, false)) {}

Aead::Context Aead::make_context(ByteView key, bool sealing) const {
    MLOSIM_INVARIANT(key.size() == 16 || key.size() == long_key_size, "AES keys have 16 or 32 octets here");
    Context context{EVP_CIPHER_CTX_new()};
    EVP_CIPHER_CTX* const c = context.get();
    const int direction = sealing ? 1 : 0;
    must(EVP_CipherInit_ex(c, cipher_of(mode_, key.size()), nullptr, nullptr, nullptr, direction));
    if (mode_ == AeadMode::ccm) {
        must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, ccm_nonce_size, nullptr));
        must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size_), nullptr));
    }
    must(EVP_CipherInit_ex(c, nullptr, nullptr, key.data(), nullptr, direction));
    return context;
}

void Aead::start(evp_cipher_ctx_st* c, ByteView nonce, ByteView additional, std::size_t length) const {
    int n = 0;
    constexpr int as_before = -1;
    must(EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, nonce.data(), as_before));
    if (mode_ == AeadMode::ccm) must(EVP_CipherUpdate(c, nullptr, &n, nullptr, static_cast<int>(length)));
    must(EVP_CipherUpdate(c, nullptr, &n, additional.data(), static_cast<int>(additional.size())));
}

void Aead::seal(ByteView nonce, ByteView additional, ByteView from, std::span<std::uint8_t> to) const {
    EVP_CIPHER_CTX* const c = sealing_.get();
    start(c, nonce, additional, from.size());
    int n = 0;
    const std::uint8_t nothing = 0;
    // CCM takes everything at once, also if it is nothing; then its tag stands.
    if (mode_ == AeadMode::ccm || !from.empty())
        must(EVP_CipherUpdate(c, to.data(), &n, some_place(from, &nothing), static_cast<int>(from.size())));
    must(EVP_CipherFinal_ex(c, to.data() + from.size(), &n));
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size_), to.data() + from.size()));
}

bool Aead::open(ByteView nonce, ByteView additional, ByteView from, std::span<std::uint8_t> to) const {
    EVP_CIPHER_CTX* const c = opening_.get();
    const ByteView tag = from.last(tag_size_);
    from = from.first(from.size() - tag_size_);
    start(c, nonce, additional, from.size());
    // OpenSSL's face has no const here; it copies the tag.
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size_),
                             const_cast<std::uint8_t*>(tag.data())));
    int n = 0;
    std::uint8_t nothing = 0;
    std::uint8_t* const out = some_place(to, &nothing);
    const bool updated = (mode_ == AeadMode::gcm && from.empty()) ||
                         EVP_CipherUpdate(c, out, &n, from.data(), static_cast<int>(from.size())) == 1;
    if (mode_ == AeadMode::ccm) return updated;
    return updated && EVP_CipherFinal_ex(c, &nothing, &n) == 1;
}

void Aead::authenticate(ByteView nonce, std::span<const ByteView> pieces, std::span<std::uint8_t> tag) const {
    MLOSIM_INVARIANT(mode_ == AeadMode::gcm, "CCM wants to know the length before");
    EVP_CIPHER_CTX* const c = sealing_.get();
    int n = 0;
    must(EVP_CipherInit_ex(c, nullptr, nullptr, nullptr, nonce.data(), 1));
    for (const ByteView piece : pieces) {
        if (!piece.empty()) must(EVP_CipherUpdate(c, nullptr, &n, piece.data(), static_cast<int>(piece.size())));
    }
    must(EVP_CipherFinal_ex(c, tag.data(), &n));
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size_), tag.data()));
}

}  // namespace mlosim::ieee80211::detail
