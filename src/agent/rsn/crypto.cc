#include "agent/rsn/crypto.h"

#include <algorithm>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "sim/invariant.h"

namespace mlosim::agent::rsn {

namespace {

constexpr std::size_t octet_bits = 8;

void must(int openssl_result) {
    MLOSIM_INVARIANT(openssl_result > 0, "OpenSSL has these algorithms, and their arguments are right");
}

const EVP_MD* evp(Hash hash) {
    switch (hash) {
        case Hash::sha1:
            return EVP_sha1();
        case Hash::sha256:
            return EVP_sha256();
        case Hash::sha384:
            break;
    }
    return EVP_sha384();
}

const char* name_of(Hash hash) {
    switch (hash) {
        case Hash::sha1:
            return "SHA1";
        case Hash::sha256:
            return "SHA256";
        case Hash::sha384:
            break;
    }
    return "SHA384";
}

ByteView view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct FreeMac {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

/// One message authentication code, fed piece by piece.
class Mac {
public:
    Mac(const char* algorithm, const char* parameter, const char* value, ByteView key) {
        const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, algorithm, nullptr));
        context_.reset(EVP_MAC_CTX_new(mac.get()));
        // OpenSSL's face has no const here; it only reads.
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(parameter, const_cast<char*>(value), 0),
                                         OSSL_PARAM_construct_end()};
        static const std::uint8_t nothing = 0;
        must(EVP_MAC_init(context_.get(), key.empty() ? &nothing : key.data(), key.size(), parameters));
    }
    void add(ByteView piece) { must(EVP_MAC_update(context_.get(), piece.data(), piece.size())); }
    [[nodiscard]] Bytes finish() {
        Bytes out(EVP_MAX_MD_SIZE);
        std::size_t size = 0;
        must(EVP_MAC_final(context_.get(), out.data(), &size, out.size()));
        out.resize(size);
        return out;
    }

private:
    std::unique_ptr<EVP_MAC_CTX, FreeMac> context_;
};

Mac make_hmac(Hash hash, ByteView key) {
    return {"HMAC", OSSL_MAC_PARAM_DIGEST, name_of(hash), key};
}

}  // namespace

std::size_t size_of(Hash hash) {
    return static_cast<std::size_t>(EVP_MD_get_size(evp(hash)));
}

Bytes digest(Hash hash, Pieces pieces) {
    const std::unique_ptr<EVP_MD_CTX, FreeMac> context(EVP_MD_CTX_new());
    must(EVP_DigestInit_ex(context.get(), evp(hash), nullptr));
    for (const ByteView piece : pieces)
        must(EVP_DigestUpdate(context.get(), piece.data(), piece.size()));
    Bytes out(size_of(hash));
    must(EVP_DigestFinal_ex(context.get(), out.data(), nullptr));
    return out;
}

Bytes hmac(Hash hash, ByteView key, Pieces pieces) {
    Mac mac = make_hmac(hash, key);
    for (const ByteView piece : pieces)
        mac.add(piece);
    return mac.finish();
}

Bytes aes_cmac(ByteView key, Pieces pieces) {
    Mac mac("CMAC", OSSL_MAC_PARAM_CIPHER, key.size() == 16 ? "AES-128-CBC" : "AES-256-CBC", key);
    for (const ByteView piece : pieces)
        mac.add(piece);
    return mac.finish();
}

namespace {

constexpr std::size_t wrap_block = 8;

std::optional<Bytes> wrap(ByteView key, ByteView from, bool wrapping) {
    const std::unique_ptr<EVP_CIPHER_CTX, FreeMac> context(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    const EVP_CIPHER* cipher = key.size() == 16 ? EVP_aes_128_wrap() : EVP_aes_256_wrap();
    must(EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr, wrapping ? 1 : 0));
    Bytes out(from.size() + 2 * wrap_block);
    int size = 0;
    if (EVP_CipherUpdate(context.get(), out.data(), &size, from.data(), static_cast<int>(from.size())) <= 0)
        return std::nullopt;
    out.resize(static_cast<std::size_t>(size));
    return out;
}

}  // namespace

Bytes aes_wrap(ByteView key, ByteView plain) {
    MLOSIM_INVARIANT(plain.size() % wrap_block == 0 && plain.size() >= 2 * wrap_block,
                     "what is wrapped has whole blocks");
    auto out = wrap(key, plain, true);
    MLOSIM_INVARIANT(out.has_value(), "whole blocks can be wrapped");
    return std::move(*out);
}

std::optional<Bytes> aes_unwrap(ByteView key, ByteView wrapped) {
    if (wrapped.size() % wrap_block != 0 || wrapped.size() < 3 * wrap_block) return std::nullopt;
    return wrap(key, wrapped, false);
}

Bytes passphrase_to_psk(ByteView passphrase, ByteView ssid) {
    constexpr int iterations = 4096;
    constexpr std::size_t psk_size = 32;
    Bytes out(psk_size);
    must(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(passphrase.data()), static_cast<int>(passphrase.size()),
                           ssid.data(), static_cast<int>(ssid.size()), iterations, EVP_sha1(),
                           static_cast<int>(out.size()), out.data()));
    return out;
}

Bytes hkdf_extract(Hash hash, ByteView salt, Pieces input) {
    const Bytes zeros(size_of(hash), 0);
    return hmac(hash, salt.empty() ? ByteView(zeros) : salt, input);
}

Bytes hkdf_expand(Hash hash, ByteView key, ByteView info, std::size_t size) {
    Bytes out;
    Bytes last;
    for (std::uint8_t counter = 1; out.size() < size; ++counter) {
        const ByteView number(&counter, 1);
        last = hmac(hash, key, {last, info, number});
        out.insert(out.end(), last.begin(), last.end());
    }
    out.resize(size);
    return out;
}

bool same_secret(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Bytes prf_sha1(ByteView key, std::string_view label, Pieces context, std::size_t size) {
    Bytes out;
    const std::uint8_t zero = 0;
    for (std::uint8_t counter = 0; out.size() < size; ++counter) {
        Mac mac = make_hmac(Hash::sha1, key);
        mac.add(view(label));
        mac.add({&zero, 1});
        for (const ByteView piece : context)
            mac.add(piece);
        mac.add({&counter, 1});
        const Bytes next = mac.finish();
        out.insert(out.end(), next.begin(), next.end());
    }
    out.resize(size);
    return out;
}

Bytes kdf(Hash hash, ByteView key, std::string_view label, Pieces context, std::size_t size) {
    Bytes out;
    const auto bits = static_cast<std::uint16_t>(size * octet_bits);
    for (std::uint16_t counter = 1; out.size() < size; ++counter) {
        Mac mac = make_hmac(hash, key);
        Bytes number;
        ieee80211::ByteWriter(number).u16le(counter);
        mac.add(number);
        mac.add(view(label));
        for (const ByteView piece : context)
            mac.add(piece);
        Bytes length;
        ieee80211::ByteWriter(length).u16le(bits);
        mac.add(length);
        const Bytes next = mac.finish();
        out.insert(out.end(), next.begin(), next.end());
    }
    out.resize(size);
    return out;
}

}  // namespace mlosim::agent::rsn
