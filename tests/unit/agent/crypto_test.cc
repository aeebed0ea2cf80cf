// The primitives against published test vectors.

#include "agent/rsn/crypto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../ieee80211/captured_frames.h"
#include "agent/rsn/pairwise_key.h"

namespace mlosim::agent::rsn {
namespace {

using ieee80211::testing::from_hex;

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// 802.11-2020 J.3.2, first case
TEST(Crypto, PrfGivesTheStandardsOctets) {
    EXPECT_EQ(prf_sha1(Bytes(20, 0x0b), "prefix", {octets("Hi There")}, 64),
              from_hex("bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee"
                       "75df78c3d31e0f889f012120c0862beb67753e7439ae242edb8373698356cf5a"));
}

// 802.11-2020 J.4.3
TEST(Crypto, PassphrasesBecomeTheStandardsKeys) {
    EXPECT_EQ(passphrase_to_psk(octets("password"), octets("IEEE")),
              from_hex("f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"));
    EXPECT_EQ(passphrase_to_psk(octets("ThisIsAPassword"), octets("ThisIsASSID")),
              from_hex("0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"));
}

// RFC 3394 4.1
TEST(Crypto, KeyWrapGivesTheRfcsOctets) {
    const Bytes kek = from_hex("000102030405060708090a0b0c0d0e0f");
    const Bytes plain = from_hex("00112233445566778899aabbccddeeff");
    const Bytes wrapped = from_hex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    EXPECT_EQ(aes_wrap(kek, plain), wrapped);
    EXPECT_EQ(aes_unwrap(kek, wrapped), plain);
}

TEST(Crypto, KeyUnwrapRefusesWhatWasChangedOrIsNotWhole) {
    const Bytes kek(16, 1);
    const Bytes wrapped = aes_wrap(kek, Bytes(24, 2));
    for (std::size_t at = 0; at < wrapped.size(); ++at) {
        Bytes broken = wrapped;
        broken[at] ^= 1;
        EXPECT_FALSE(aes_unwrap(kek, broken)) << at;
        EXPECT_FALSE(aes_unwrap(kek, ByteView(wrapped).first(at))) << at;
    }
}

// RFC 4493 4
TEST(Crypto, CmacGivesTheRfcsOctets) {
    const Bytes key = from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    EXPECT_EQ(aes_cmac(key, {}), from_hex("bb1d6929e95937287fa37d129b756746"));
    EXPECT_EQ(aes_cmac(key, {from_hex("6bc1bee22e409f96"), from_hex("e93d7e117393172a")}),
              from_hex("070a16b46b4d4144f79bdd9dd04a287c"));
}

// RFC 5869 A.1
TEST(Crypto, HkdfGivesTheRfcsOctets) {
    const Bytes prk = hkdf_extract(Hash::sha256, from_hex("000102030405060708090a0b0c"), {Bytes(22, 0x0b)});
    EXPECT_EQ(prk, from_hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
    EXPECT_EQ(hkdf_expand(Hash::sha256, prk, from_hex("f0f1f2f3f4f5f6f7f8f9"), 42),
              from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
}

TEST(PairwiseKey_, DoesNotDependOnWhichEndIsWhich) {
    const Akm& akm = *find_akm(ieee80211::akm::psk_sha256);
    const Bytes pmk(32, 3);
    const auto one = ieee80211::MacAddress{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, 1}};
    const auto two = ieee80211::MacAddress{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, 2}};
    const Nonce n{1};
    const Nonce m{2};
    const auto derive = [&](const Ends& ends, const Nonce& a, const Nonce& s) {
        return PairwiseKey::derive(akm, ieee80211::cipher::gcmp256, pmk, ends, a, s);
    };
    EXPECT_EQ(derive({one, two}, n, m), derive({two, one}, m, n));
    EXPECT_EQ(derive({one, two}, n, m).tk.size(), 32U);
}

}  // namespace
}  // namespace mlosim::agent::rsn
