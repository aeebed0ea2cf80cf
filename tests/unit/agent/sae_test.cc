// SAE against the standard's examples, and two ends against each other.

#include "agent/rsn/sae.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../ieee80211/captured_frames.h"

namespace mlosim::agent::rsn {
namespace {

using ieee80211::ByteReader;
using ieee80211::MacAddress;
using ieee80211::testing::from_hex;

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
MacAddress mac(std::string_view hex) {
    const Bytes bytes = from_hex(hex);
    ByteReader in(bytes);
    return in.mac();
}
Bytes joined(const Bytes& a, const Bytes& b) {
    Bytes out = a;
    out.insert(out.end(), b.begin(), b.end());
    return out;
}

// 802.11-2020 J.10: what one end sends and what both get, from given private numbers.
TEST(Sae_, AgreesWithTheStandardsExampleOfHuntingAndPecking) {
    const P256 curve;
    const Bytes element =
        sae_element_by_hunting(curve, octets("mekmitasdigoat"), mac("4d3f2fffe387"), mac("a5d8aa958e3c"));
    Sae sae(element, from_hex("992465fd3daa3c60aa6565b7f62a2a7f2e12dd12f198faf4fbed89d7ff1ace94"),
            from_hex("9507a90f777a044d6a0830b91ea3d5dd70bece44e1acffb86983b5e1bf9fb322"));
    EXPECT_EQ(sae.commit().body(SaeMethod::hunting_and_pecking),
              from_hex("13002e2c0f0db52440ad146d967114ce005ce1eab0aa2c2e5c2871b774f6c2575c65"
                       "d5ad9e00829707aa36ba8b859738fc961d08243505f47c035376d7ac4bc8d7b95083"
                       "bf43827d0fc31ed778dd3671fd21a46d1091d64b6f9a1e1272621325dbe1"));
    const auto peer = SaeCommit::parse(from_hex("1300591b96f3397fb945100848e7b550543b6720d88337ee93fc49fd6df7e08b5223"
                                                "e71b9bb048d3873f20556953a96c91536fd8ee6ca9b4a68a148b056a909be03e83ae"
                                                "208f60f8ef5537858074db06687032399862999b511e0a1552a5fea317c2"),
                                       SaeMethod::hunting_and_pecking);
    ASSERT_TRUE(peer.has_value());
    ASSERT_TRUE(sae.receive_commit(*peer));
    EXPECT_EQ(sae.pmk(), from_hex("4e4dfab1a2dd8ac1a91790f953faaa452ae5c6873ab75b63605ba663f8a7fe59"));
    EXPECT_EQ(Bytes(sae.pmkid().begin(), sae.pmkid().end()), from_hex("8747a600eea3f9f22475df58ca1e5498"));
}

TEST(Sae_, AgreesWithTheStandardsExampleOfHashToElement) {
    const P256 curve;
    const Bytes token = sae_password_token(curve, octets("byteme"), octets("mekmitasdigoat"), octets("psk4internet"));
    EXPECT_EQ(sae_element_from_token(curve, token, mac("00095b66ec1e"), mac("000b6bd90246")),
              joined(from_hex("c93049b9e64000f848201649e999f2b5c22dea69b5632c9df4d633b8aa1f6c1e"),
                     from_hex("73634e94b53d82e7383a8d258199d9dc1a5ee8269d060382ccbf33e614ff59a0")));
}

/// Two ends with an element each, and numbers that differ.
struct Both {
    explicit Both(std::string_view mine = "12345678", std::string_view theirs = "12345678")
        : one(element(mine), source()), other(element(theirs), source()) {}
    static Bytes element(std::string_view password) {
        const P256 curve;
        return sae_element_from_token(curve, sae_password_token(curve, octets("home"), octets(password)),
                                      mac("020000000001"), mac("020000000002"));
    }
    RandomOctets source() {
        return [this](std::size_t size) {
            Bytes out(size);
            for (auto& octet : out)
                octet = static_cast<std::uint8_t>(next += 37);
            return out;
        };
    }
    unsigned next = 0;
    Sae one;
    Sae other;
};

TEST(Sae_, GivesBothEndsTheSameKey) {
    Both both;
    ASSERT_TRUE(both.one.receive_commit(both.other.commit()));
    ASSERT_TRUE(both.other.receive_commit(both.one.commit()));
    EXPECT_EQ(both.one.pmk(), both.other.pmk());
    EXPECT_EQ(both.one.pmkid(), both.other.pmkid());
    EXPECT_TRUE(both.one.receive_confirm(both.other.confirm()));
    EXPECT_TRUE(both.other.receive_confirm(both.one.confirm()));
}

TEST(Sae_, ConfirmsNothingWithAnotherPassword) {
    Both both("12345678", "12345679");
    ASSERT_TRUE(both.one.receive_commit(both.other.commit()));
    ASSERT_TRUE(both.other.receive_commit(both.one.commit()));
    EXPECT_FALSE(both.one.receive_confirm(both.other.confirm()));
}

TEST(Sae_, RefusesItsOwnCommitAndWhatIsNotOnTheCurve) {
    Both both;
    EXPECT_FALSE(both.one.receive_commit(both.one.commit()));
    SaeCommit bad = both.other.commit();
    bad.element[40] ^= 1;
    EXPECT_FALSE(both.one.receive_commit(bad));
    bad = both.other.commit();
    bad.scalar.assign(P256::number_size, 0xff);
    EXPECT_FALSE(both.one.receive_commit(bad));
    bad.scalar.assign(P256::number_size, 0);
    EXPECT_FALSE(both.one.receive_commit(bad));
    EXPECT_FALSE(both.one.has_keys());
}

TEST(Sae_, RefusesAConfirmThatWasChangedOrIsNotWhole) {
    Both both;
    ASSERT_TRUE(both.one.receive_commit(both.other.commit()));
    ASSERT_TRUE(both.other.receive_commit(both.one.commit()));
    const Bytes confirm = both.other.confirm();
    for (std::size_t at = 0; at < confirm.size(); ++at) {
        Bytes broken = confirm;
        broken[at] ^= 1;
        EXPECT_FALSE(both.one.receive_confirm(broken)) << at;
        EXPECT_FALSE(both.one.receive_confirm(ByteView(confirm).first(at))) << at;
    }
}

class EachMethod : public testing::TestWithParam<SaeMethod> {};

TEST_P(EachMethod, CommitsReadAsTheyWereWritten) {
    Both both;
    SaeCommit commit = both.one.commit();
    EXPECT_EQ(SaeCommit::parse(commit.body(GetParam()), GetParam()).value(), commit);
    commit.token = {1, 2, 3};
    EXPECT_EQ(SaeCommit::parse(commit.body(GetParam()), GetParam()).value(), commit);
}

TEST_P(EachMethod, CommitsThatAreNotWholeOrOfAnotherGroupAreRefused) {
    Both both;
    const Bytes body = both.one.commit().body(GetParam());
    for (std::size_t size = 0; size < body.size(); ++size)
        EXPECT_FALSE(SaeCommit::parse(ByteView(body).first(size), GetParam()).has_value()) << size;
    Bytes other = body;
    other[0] = 20;
    EXPECT_FALSE(SaeCommit::parse(other, GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(Sae_, EachMethod, testing::Values(SaeMethod::hunting_and_pecking, SaeMethod::hash_to_element));

TEST(Sae_, FindsTheTokenThatIsAskedFor) {
    EXPECT_EQ(requested_sae_token(from_hex("13000102"), SaeMethod::hunting_and_pecking).value(), (Bytes{1, 2}));
    EXPECT_EQ(requested_sae_token(from_hex("1300ff035d0102"), SaeMethod::hash_to_element).value(), (Bytes{1, 2}));
    for (const char* bad : {"", "13", "1300", "14000102", "1300ff015d", "1300ff045d0102", "1300ff035c0102"})
        EXPECT_FALSE(requested_sae_token(from_hex(bad), SaeMethod::hash_to_element).has_value()) << bad;
}

}  // namespace
}  // namespace mlosim::agent::rsn
