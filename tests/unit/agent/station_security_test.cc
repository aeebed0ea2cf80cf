#include "agent/station_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ieee80211/management_frames.h"

namespace mlosim::agent {
namespace {

using ieee80211::ByteWriter;
using ieee80211::Rsn;
using ieee80211::RsnCapabilities;
using ieee80211::Suite;
namespace akm = ieee80211::akm;
namespace cipher = ieee80211::cipher;

mld::RadioProfile radio() {
    mld::RadioProfile out;
    for (const Suite suite : {cipher::ccmp128, cipher::gcmp256, cipher::bip_cmac128})
        out.ciphers.push_back(suite.selector());
    return out;
}

Rsn rsn(std::vector<Suite> akms) {
    Rsn out;
    out.group_data_cipher = cipher::ccmp128;
    out.pairwise_ciphers = std::vector{cipher::ccmp128};
    out.akms = std::move(akms);
    return out;
}

mld::Bss bss(const std::optional<Rsn>& rsn) {
    mld::Bss out;
    ieee80211::CapabilityInfo capabilities;
    if (rsn) capabilities.set(ieee80211::CapabilityInfo::privacy);
    out.capability = capabilities.raw();
    mld::BssElements elements;
    ByteWriter w(elements.bytes);
    if (rsn) rsn->append_to(w);
    out.elements = std::make_shared<mld::BssElements>(std::move(elements));
    return out;
}

Rsn own_rsn(const StationSecurity& security) {
    return *ieee80211::ElementList(security.own_rsne).get<Rsn>();
}

TEST(ChooseSecurity, OpenNeedsAnOpenNetwork) {
    EXPECT_TRUE(choose_security(Security::open, radio(), bss(std::nullopt)));
    EXPECT_FALSE(choose_security(Security::open, radio(), bss(rsn({akm::psk}))));
    EXPECT_FALSE(choose_security(Security::wpa2, radio(), bss(std::nullopt)));
}

TEST(ChooseSecurity, TakesTheBetterAkm) {
    const auto chosen = choose_security(Security::wpa2, radio(), bss(rsn({akm::psk, akm::psk_sha256})));
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->akm->suite, akm::psk_sha256);
    EXPECT_EQ(own_rsn(*chosen).akms, std::vector{akm::psk_sha256});
}

TEST(ChooseSecurity, FindsNothingWithoutACommonAkm) {
    EXPECT_FALSE(choose_security(Security::wpa2, radio(), bss(rsn({akm::ieee8021x, akm::sae}))));
}

TEST(ChooseSecurity, TakesACipherThatBothHave) {
    Rsn offer = rsn({akm::psk});
    offer.pairwise_ciphers = std::vector{cipher::ccmp128, cipher::gcmp256};
    EXPECT_EQ(choose_security(Security::wpa2, radio(), bss(offer))->pairwise, cipher::gcmp256);
    mld::RadioProfile old = radio();
    old.ciphers = {cipher::ccmp128.selector(), cipher::bip_cmac128.selector()};
    EXPECT_EQ(choose_security(Security::wpa2, old, bss(offer))->pairwise, cipher::ccmp128);
    offer.pairwise_ciphers = std::vector{cipher::tkip};
    EXPECT_FALSE(choose_security(Security::wpa2, radio(), bss(offer)));
}

TEST(ChooseSecurity, ProtectsManagementFramesWhereTheAccessPointCan) {
    Rsn offer = rsn({akm::psk});
    offer.capabilities = RsnCapabilities();
    EXPECT_FALSE(choose_security(Security::wpa2, radio(), bss(offer))->mfp);
    offer.capabilities->set(RsnCapabilities::mfp_capable);
    const auto chosen = choose_security(Security::wpa2, radio(), bss(offer));
    EXPECT_TRUE(chosen->mfp);
    EXPECT_TRUE(own_rsn(*chosen).capabilities->has(RsnCapabilities::mfp_capable));
    EXPECT_EQ(own_rsn(*chosen).group_management_cipher, cipher::bip_cmac128);
}

TEST(ChooseSecurity, FindsNothingWhereManagementFramesMustBeProtectedByACipherItLacks) {
    Rsn offer = rsn({akm::psk});
    offer.capabilities = RsnCapabilities();
    offer.capabilities->set(RsnCapabilities::mfp_capable);
    offer.capabilities->set(RsnCapabilities::mfp_required);
    offer.group_management_cipher = cipher::bip_gmac256;
    EXPECT_FALSE(choose_security(Security::wpa2, radio(), bss(offer)));
}

TEST(ChooseSecurity, KeepsTheAccessPointsElementAsItIs) {
    const mld::Bss found = bss(rsn({akm::psk}));
    EXPECT_EQ(choose_security(Security::wpa2, radio(), found)->access_point_rsne, found.elements->bytes);
}

/// What an access point with SAE offers.
mld::Bss sae_bss(std::vector<Suite> akms, bool mfp, bool hash_to_element) {
    Rsn offer = rsn(std::move(akms));
    offer.capabilities = RsnCapabilities();
    if (mfp) offer.capabilities->set(RsnCapabilities::mfp_capable);
    mld::Bss out = bss(offer);
    mld::BssElements elements = *out.elements;
    ByteWriter w(elements.bytes);
    ieee80211::Rsnx extension;
    if (hash_to_element) extension.set(ieee80211::Rsnx::sae_hash_to_element);
    extension.append_to(w);
    out.elements = std::make_shared<mld::BssElements>(std::move(elements));
    return out;
}

TEST(ChooseSecurity, PrefersSaeWhereEitherWillDo) {
    const mld::Bss both = sae_bss({akm::psk, akm::sae}, true, true);
    EXPECT_EQ(choose_security(Security::wpa2_wpa3, radio(), both)->akm->suite, akm::sae);
    EXPECT_EQ(choose_security(Security::wpa3, radio(), both)->akm->suite, akm::sae);
    EXPECT_EQ(choose_security(Security::wpa2, radio(), both)->akm->suite, akm::psk);
    EXPECT_EQ(choose_security(Security::wpa2_wpa3, radio(), bss(rsn({akm::psk})))->akm->suite, akm::psk);
}

TEST(ChooseSecurity, DoesSaeByHashToElementWhereTheAccessPointCan) {
    const auto hash = choose_security(Security::wpa3, radio(), sae_bss({akm::sae}, true, true));
    EXPECT_EQ(hash->sae, rsn::SaeMethod::hash_to_element);
    EXPECT_EQ(hash->own_rsnxe, (ieee80211::Bytes{0xf4, 1, 0x20}));
    const auto hunt = choose_security(Security::wpa3, radio(), sae_bss({akm::sae}, true, false));
    EXPECT_EQ(hunt->sae, rsn::SaeMethod::hunting_and_pecking);
    EXPECT_TRUE(hunt->own_rsnxe.empty());
}

TEST(ChooseSecurity, FindsNothingWhereSaeComesWithoutProtectedManagementFrames) {
    EXPECT_FALSE(choose_security(Security::wpa3, radio(), sae_bss({akm::sae}, false, true)));
}

}  // namespace
}  // namespace mlosim::agent
