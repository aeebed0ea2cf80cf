#pragma once

#include <memory>
#include <span>

#include "ieee80211/byte_io.h"

struct evp_cipher_ctx_st;

namespace mlosim::ieee80211::detail {

enum class AeadMode : std::uint8_t { ccm, gcm };

/// AES in an authenticating mode with one key: the key is expanded once, nothing is allocated per frame.
class Aead {
public:
    /// `key` has 16 or 32 octets; `tag_size` is 8 or 16 (16 alone with GCM).
    Aead(AeadMode mode, ByteView key, std::size_t tag_size);

    [[nodiscard]] std::size_t tag_size() const noexcept { return tag_size_; }
    /// `to` has room for `from` and the tag. `nonce`: 13 octets with CCM, 12 with GCM.
    void seal(ByteView nonce, ByteView additional, ByteView from, std::span<std::uint8_t> to) const;
    /// `from` ends with the tag; `to` has room for what stands before it. False: the tag is wrong.
    [[nodiscard]] bool open(ByteView nonce, ByteView additional, ByteView from, std::span<std::uint8_t> to) const;

    /// GCM alone: the tag of `pieces`, one after the other, with nothing encrypted (GMAC).
    void authenticate(ByteView nonce, std::span<const ByteView> pieces, std::span<std::uint8_t> tag) const;

private:
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const noexcept;
    };
    using Context = std::unique_ptr<evp_cipher_ctx_st, Free>;
    [[nodiscard]] Context make_context(ByteView key, bool sealing) const;
    void start(evp_cipher_ctx_st* c, ByteView nonce, ByteView additional, std::size_t length) const;

    AeadMode mode_;
    std::size_t tag_size_;
    Context sealing_;
    Context opening_;  // of its own: OpenSSL settles on its fast paths, one way or the other, when it sees the key
};

}  // namespace mlosim::ieee80211::detail
