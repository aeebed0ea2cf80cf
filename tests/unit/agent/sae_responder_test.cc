#include "agent/sae_responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::agent {
namespace {

using ieee80211::AuthenticationBody;
using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::MacAddress;
using rsn::SaeMethod;
using namespace std::chrono_literals;

MacAddress address(unsigned last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, static_cast<std::uint8_t>(last)}};
}

/// An access point's half, and a station's.
class Responder : public testing::Test {
protected:
    SaeResponder::Settings settings{"12345678", *ieee80211::Ssid::from(std::string_view("home"))};
    MacAddress own = address(1);
    sim::Time now{};

    rsn::RandomOctets random() {
        return [this](std::size_t size) {
            Bytes out(size);
            for (auto& octet : out)
                octet = static_cast<std::uint8_t>((seed_ = seed_ * 1664525U + 1013904223U) >> 24U);
            return out;
        };
    }
    SaeResponder responder() { return SaeResponder(settings, random()); }
    rsn::Sae station(std::string_view password, const MacAddress& who, SaeMethod method = SaeMethod::hash_to_element) {
        const rsn::P256 curve;
        const ByteView octets(reinterpret_cast<const std::uint8_t*>(password.data()), password.size());
        const Bytes element = method == SaeMethod::hash_to_element
                                  ? rsn::sae_element_from_token(
                                        curve, rsn::sae_password_token(curve, settings.ssid.octets(), octets), who, own)
                                  : rsn::sae_element_by_hunting(curve, octets, who, own);
        return rsn::Sae(element, random());
    }
    static AuthenticationBody frame(std::uint16_t transaction, std::uint16_t status, const Bytes& rest) {
        AuthenticationBody out;
        out.algorithm = AuthenticationBody::sae;
        out.transaction = transaction;
        out.status = status;
        out.rest = rest;
        return out;
    }
    static constexpr std::uint16_t hash = 126;

private:
    std::uint32_t seed_ = 7;
};

TEST_F(Responder, AgreesWithWhoKnowsThePassword) {
    auto access_point = responder();
    auto peer = station("12345678", address(2));
    const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
    const auto first = access_point.receive({address(2), own, true}, frame(1, hash, commit), now);
    ASSERT_TRUE(first.answer);
    EXPECT_EQ(first.answer->status, StatusCode::sae_hash_to_element);
    EXPECT_FALSE(first.accepted);
    EXPECT_FALSE(access_point.agreement(address(2)));
    ASSERT_TRUE(peer.receive_commit(*rsn::SaeCommit::parse(first.answer->body, SaeMethod::hash_to_element)));
    const Bytes confirm = peer.confirm();
    const auto second = access_point.receive({address(2), own, true}, frame(2, 0, confirm), now);
    ASSERT_TRUE(second.answer && second.accepted);
    EXPECT_TRUE(peer.receive_confirm(second.answer->body));
    EXPECT_EQ(access_point.agreement(address(2))->pmk, peer.pmk());
    EXPECT_EQ(access_point.agreement(address(2))->pmkid, peer.pmkid());
    EXPECT_FALSE(access_point.receive({address(2), own, true}, frame(2, 0, confirm), now).answer)
        << "the same confirm again";
}

TEST_F(Responder, HuntsAndPecksWithWhoAsksForIt) {
    auto access_point = responder();
    auto peer = station("12345678", address(2), SaeMethod::hunting_and_pecking);
    const Bytes commit = peer.commit().body(SaeMethod::hunting_and_pecking);
    const auto first = access_point.receive({address(2), own, false}, frame(1, 0, commit), now);
    ASSERT_EQ(first.answer->status, StatusCode::success);
    ASSERT_TRUE(peer.receive_commit(*rsn::SaeCommit::parse(first.answer->body, SaeMethod::hunting_and_pecking)));
    EXPECT_TRUE(access_point.receive({address(2), own, false}, frame(2, 0, peer.confirm()), now).accepted);
}

TEST_F(Responder, RefusesWhatItMustRefuse) {
    settings.hash_to_element_only = true;
    auto access_point = responder();
    auto peer = station("12345678", address(2));
    const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
    Bytes other_group = commit;
    other_group[0] = 20;
    Bytes no_point = commit;
    no_point.back() ^= 1U;
    const Bytes short_commit(commit.begin(), commit.begin() + 50);
    struct Case {
        const char* why;
        AuthenticationBody frame;
        StatusCode status;
    };
    const Bytes none;
    const Case cases[] = {
        {"hunting and pecking", frame(1, 0, commit), StatusCode::unspecified_failure},
        {"another group", frame(1, hash, other_group), StatusCode::unsupported_group},
        {"not on the curve", frame(1, hash, no_point), StatusCode::unspecified_failure},
        {"cut off", frame(1, hash, short_commit), StatusCode::unspecified_failure},
        {"empty", frame(1, hash, none), StatusCode::unspecified_failure},
        {"a confirm first", frame(2, 0, commit), StatusCode::unspecified_failure},
        {"a third message", frame(3, 0, commit), StatusCode::transaction_out_of_sequence},
    };
    for (const Case& c : cases) {
        const auto out = access_point.receive({address(2), own, false}, c.frame, now);
        ASSERT_TRUE(out.answer) << c.why;
        EXPECT_EQ(out.answer->status, c.status) << c.why;
        EXPECT_FALSE(out.accepted) << c.why;
    }
    EXPECT_EQ(access_point.size(), 0U);
}

TEST_F(Responder, DoesNotTakeAnotherPassword) {
    auto access_point = responder();
    auto peer = station("another one", address(2));
    const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
    const auto first = access_point.receive({address(2), own, true}, frame(1, hash, commit), now);
    ASSERT_TRUE(peer.receive_commit(*rsn::SaeCommit::parse(first.answer->body, SaeMethod::hash_to_element)));
    const auto second = access_point.receive({address(2), own, true}, frame(2, 0, peer.confirm()), now);
    EXPECT_EQ(second.answer->status, StatusCode::challenge_failure);
    EXPECT_FALSE(second.accepted);
    EXPECT_FALSE(access_point.agreement(address(2)));
}

TEST_F(Responder, AnswersACommitThatComesAgainAsBefore) {
    auto access_point = responder();
    auto peer = station("12345678", address(2));
    const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
    const auto first = access_point.receive({address(2), own, true}, frame(1, hash, commit), now);
    const auto again = access_point.receive({address(2), own, true}, frame(1, hash, commit), now);
    EXPECT_EQ(first.answer->body, again.answer->body);
    EXPECT_EQ(access_point.size(), 1U);
}

TEST_F(Responder, AsksManyAtOnceToShowThatTheyHearIt) {
    settings.anti_clogging_threshold = 2;
    auto access_point = responder();
    for (unsigned i = 2; i < 4; ++i) {
        auto peer = station("12345678", address(i));
        const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
        EXPECT_EQ(access_point.receive({address(i), own, true}, frame(1, hash, commit), now).answer->status,
                  StatusCode::sae_hash_to_element);
    }
    auto peer = station("12345678", address(9));
    rsn::SaeCommit commit = peer.commit();
    const Bytes plain = commit.body(SaeMethod::hash_to_element);
    const auto asked = access_point.receive({address(9), own, true}, frame(1, hash, plain), now);
    ASSERT_EQ(asked.answer->status, StatusCode::anti_clogging_token_required);
    EXPECT_EQ(access_point.size(), 2U) << "nothing is kept of who is asked";
    commit.token = *rsn::requested_sae_token(asked.answer->body, SaeMethod::hash_to_element);
    const Bytes with_token = commit.body(SaeMethod::hash_to_element);
    EXPECT_FALSE(access_point.receive({address(8), own, true}, frame(1, hash, with_token), now).answer)
        << "another's token";
    EXPECT_EQ(access_point.receive({address(9), own, true}, frame(1, hash, with_token), now).answer->status,
              StatusCode::sae_hash_to_element);
}

TEST_F(Responder, ForgetsWhoNeverCameBack) {
    auto access_point = responder();
    auto peer = station("12345678", address(2));
    const Bytes commit = peer.commit().body(SaeMethod::hash_to_element);
    (void)access_point.receive({address(2), own, true}, frame(1, hash, commit), now);
    const Bytes none;
    (void)access_point.receive({address(3), own, true}, frame(2, 0, none), now + 2min);
    EXPECT_EQ(access_point.size(), 0U);
}

}  // namespace
}  // namespace mlosim::agent
