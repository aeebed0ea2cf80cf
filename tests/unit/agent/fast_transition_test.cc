// Fast BSS transitions: keys, elements, and what access points of a mobility domain answer.

#include "agent/rsn/fast_transition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access_point_fixture.h"
#include "ieee80211/element_type.h"
#include "ieee80211/rsn.h"

namespace mlosim::agent {
namespace {

using rsn::FastTransition;
namespace element = ieee80211::element;

MacAddress address(std::uint8_t last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, last}};
}

FastTransition example() {
    FastTransition out;
    out.rsnxe_used = true;
    out.protected_elements = 4;
    out.mic.assign(rsn::mic_size, 7);
    out.anonce.fill(1);
    out.snonce.fill(2);
    out.r1_holder = address(9);
    out.r0_holder = {'n', 'a', 's'};
    rsn::GroupKey gtk{rsn::GroupKeyKind::gtk, std::nullopt, 2, false, 0x0102030405, Bytes(16, 3)};
    rsn::GroupKey igtk{rsn::GroupKeyKind::igtk, std::nullopt, 5, false, 77, Bytes(16, 4)};
    rsn::GroupKey bigtk{rsn::GroupKeyKind::bigtk, std::nullopt, 6, false, 78, Bytes(16, 5)};
    for (const auto& key : {gtk, igtk, bigtk})
        out.wrapped_keys.push_back(rsn::wrapped_for_transition(key, Bytes(16, 9)));
    return out;
}

TEST(FastTransitions, ElementsAreReadAsTheyAreWritten) {
    const FastTransition said = example();
    const Bytes whole = said.element();
    ASSERT_GT(whole.size(), 2U);
    EXPECT_EQ(whole[1] + 2U, whole.size());
    const auto parsed = FastTransition::parse(ieee80211::ByteView(whole).subspan(2));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->element(), whole);
    EXPECT_EQ(parsed->r1_holder, said.r1_holder);
    EXPECT_EQ(parsed->r0_holder, said.r0_holder);
    ASSERT_EQ(parsed->wrapped_keys.size(), 3U);
    const auto gtk = rsn::unwrapped_in_transition(parsed->wrapped_keys[0], Bytes(16, 9));
    ASSERT_TRUE(gtk.has_value());
    EXPECT_EQ(gtk->key, Bytes(16, 3));
    EXPECT_EQ(gtk->packet_number, 0x0102030405U);
    EXPECT_FALSE(rsn::unwrapped_in_transition(parsed->wrapped_keys[1], Bytes(16, 8)).has_value()) << "another KEK";
    rsn::GroupKey odd = parsed->wrapped_keys[1];
    odd.key.pop_back();
    EXPECT_FALSE(rsn::unwrapped_in_transition(odd, Bytes(16, 9)).has_value());
}

TEST(FastTransitions, BrokenElementsAreRefused) {
    const Bytes whole = example().element();
    const Bytes body(whole.begin() + 2, whole.end());
    constexpr std::size_t fixed = 2 + 16 + 32 + 32;
    for (std::size_t size = 0; size < fixed; ++size)
        EXPECT_FALSE(FastTransition::parse(ieee80211::ByteView(body).first(size)).has_value()) << size;
    const Bytes bare(fixed, 0);
    EXPECT_TRUE(FastTransition::parse(bare).has_value());
    const std::vector<Bytes> bad{
        {1, 6, 2, 0, 0, 0, 0},           // a subelement that is cut off
        {1, 3, 2, 0, 0},                 // R1KH-ID of three octets
        {3, 0},                          // no R0KH-ID in it
        {2, 4, 0, 0, 16, 0},             // GTK without a packet number
        {4, 5, 4, 0, 0, 0, 0},           // IGTK likewise
        {6, 8, 6, 0, 0, 0, 0, 0, 0, 0},  // BIGTK without a length
    };
    for (const Bytes& more : bad) {
        Bytes octets = bare;
        octets.insert(octets.end(), more.begin(), more.end());
        EXPECT_FALSE(FastTransition::parse(octets).has_value()) << unsigned{more[0]};
    }
    Bytes long_holder = bare;
    long_holder.insert(long_holder.end(), {3, 49});
    long_holder.insert(long_holder.end(), 49, 'x');
    EXPECT_FALSE(FastTransition::parse(long_holder).has_value());
}

TEST(FastTransitions, KeysDependOnAllThatTheyAreMadeOf) {
    const Bytes shared(32, 1);
    const rsn::DomainMember member{name_of("home"), 7, {'a'}};
    const rsn::NamedKey r0 = rsn::derive_r0(shared, member, address(1));
    EXPECT_EQ(r0.key.size(), 32U);
    EXPECT_EQ(r0.name, rsn::derive_r0(shared, member, address(1)).name);
    EXPECT_NE(r0.name, rsn::derive_r0(Bytes(32, 2), member, address(1)).name);
    EXPECT_NE(r0.name, rsn::derive_r0(shared, member, address(2)).name);
    EXPECT_NE(r0.name, rsn::derive_r0(shared, {name_of("home"), 8, {'a'}}, address(1)).name);
    EXPECT_NE(r0.name, rsn::derive_r0(shared, {name_of("home"), 7, {'b'}}, address(1)).name);
    const rsn::NamedKey r1 = rsn::derive_r1(r0, address(8), address(1));
    EXPECT_NE(r1.key, rsn::derive_r1(r0, address(9), address(1)).key);
    EXPECT_NE(r1.name, r0.name);

    rsn::TransitionKeys keys;
    keys.remember({r0, address(1), member.holder, 7, ieee80211::akm::ft_psk});
    EXPECT_NE(keys.find(r0.name, address(1), 7), nullptr);
    EXPECT_EQ(keys.find(r0.name, address(1), 8), nullptr);
    EXPECT_EQ(keys.find(r0.name, address(2), 7), nullptr);
    EXPECT_EQ(keys.find(r1.name, address(1), 7), nullptr);
}

TEST(FastTransitions, TheIntegrityCodeIsForTheWholeOfIt) {
    const Bytes kck(16, 1);
    const Bytes fte = example().element();
    rsn::TransitionProof proof{{address(1), address(2)}, 5, {48, 1, 0}, rsn::mobility_domain_element(7), {}};
    const Bytes mic = rsn::transition_mic(kck, proof, fte);
    Bytes other_code = fte;
    other_code[6] ^= 1;
    EXPECT_EQ(mic, rsn::transition_mic(kck, proof, other_code)) << "but not for itself";
    Bytes other_nonce = fte;
    other_nonce[30] ^= 1;
    EXPECT_NE(mic, rsn::transition_mic(kck, proof, other_nonce));
    rsn::TransitionProof answer = proof;
    answer.transaction = 6;
    EXPECT_NE(mic, rsn::transition_mic(kck, answer, fte));
    EXPECT_NE(mic, rsn::transition_mic(Bytes(16, 2), proof, fte));
}

class FastTransitionAccessPoint : public AccessPointTest {
protected:
    static NetworkSettings in_domain(std::uint16_t domain) {
        NetworkSettings out = network("home", link(0, phy::Band::ghz2_4, 1), Security::wpa2);
        out.password = "12345678";
        out.mobility_domain = domain;
        return out;
    }
    /// What the access point answers a station that authenticates so: status, or nothing.
    std::optional<unsigned> authenticate(const AccessPoint& ap, const std::vector<Bytes>& elements) {
        const Bss& bss = ap.bsses()[0];
        station.tune(bss.channel.control);
        Bytes body;
        ByteWriter w(body);
        ieee80211::AuthenticationBody request;
        request.algorithm = ieee80211::AuthenticationBody::fast_bss_transition;
        request.transaction = 1;
        Bytes all;
        for (const Bytes& one : elements)
            all.insert(all.end(), one.begin(), one.end());
        request.rest = all;
        request.append_to(w);
        const auto answers = station.ask(ManagementSubtype::authentication, bss.bssid, bss.bssid, body,
                                         ManagementSubtype::authentication);
        if (answers.empty()) return std::nullopt;
        return ieee80211::AuthenticationBody::parse(FrameView::parse(answers.front())->body())->status;
    }
    static Bytes rsne(ieee80211::Suite akm, std::vector<ieee80211::Pmkid> names) {
        ieee80211::Rsn out;
        out.group_data_cipher = ieee80211::cipher::ccmp128;
        out.pairwise_ciphers = std::vector{ieee80211::cipher::ccmp128};
        out.akms = std::vector{akm};
        out.capabilities = ieee80211::RsnCapabilities{};
        out.pmkids = std::move(names);
        Bytes octets;
        ByteWriter w(octets);
        out.append_to(w);
        return octets;
    }
};

TEST_F(FastTransitionAccessPoint, SaysThatItIsOne) {
    AccessPoint& ap = start(in_domain(0x1234));
    const Bytes elements = elements_of(beacon_of(ap.bsses()[0]));
    const auto domain = ElementList(elements).find(element::mobility_domain);
    ASSERT_TRUE(domain.has_value());
    EXPECT_THAT(Bytes(domain->first_piece().begin(), domain->first_piece().end()), testing::ElementsAre(0x34, 0x12, 0));
    EXPECT_THAT(*ElementList(elements).get<ieee80211::Rsn>()->akms,
                testing::ElementsAre(ieee80211::akm::psk, ieee80211::akm::ft_psk));
}

TEST_F(FastTransitionAccessPoint, RefusesWhomItDoesNotKnow) {
    AccessPoint& ap = start(in_domain(7));
    FastTransition said;
    said.r0_holder = {'x'};
    const Bytes domain = rsn::mobility_domain_element(7);
    const ieee80211::Pmkid name{};
    const Bytes good = rsne(ieee80211::akm::ft_psk, {name});
    EXPECT_EQ(authenticate(ap, {good, domain, said.element()}), 53U);
    EXPECT_EQ(authenticate(ap, {good, rsn::mobility_domain_element(8), said.element()}), 54U);
    EXPECT_EQ(authenticate(ap, {good, said.element()}), 54U);
    EXPECT_EQ(authenticate(ap, {good, domain}), 55U);
    EXPECT_EQ(authenticate(ap, {good, domain, FastTransition{}.element()}), 55U) << "whose key?";
    EXPECT_EQ(authenticate(ap, {rsne(ieee80211::akm::psk, {name}), domain, said.element()}), 43U);
    EXPECT_EQ(authenticate(ap, {rsne(ieee80211::akm::ft_psk, {}), domain, said.element()}), 43U);
    NetworkSettings plain = network("plain", link(0, phy::Band::ghz2_4, 11), Security::wpa2);
    plain.password = "12345678";
    EXPECT_EQ(authenticate(start(plain), {good, domain, said.element()}), 13U);
}

}  // namespace
}  // namespace mlosim::agent
