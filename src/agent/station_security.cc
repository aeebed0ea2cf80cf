#include "agent/station_security.h"

#include <algorithm>
#include <span>

#include "ieee80211/element.h"
#include "ieee80211/element_type.h"
#include "ieee80211/management_frames.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::Rsn;
using ieee80211::RsnCapabilities;
using ieee80211::Suite;
namespace akm = ieee80211::akm;
namespace cipher = ieee80211::cipher;

constexpr std::uint32_t wpa_version_2 = 2;  // NL80211_WPA_VERSION_2

// The best first. cf. wpa_supplicant's choice in wpa_supplicant_set_suites()
constexpr Suite data_ciphers[] = {cipher::ccmp256, cipher::gcmp256, cipher::ccmp128, cipher::gcmp128};
constexpr Suite wpa2_akms[] = {akm::psk_sha256, akm::psk};

constexpr Suite wpa2_wpa3_akms[] = {akm::sae, akm::psk_sha256, akm::psk};
constexpr Suite wpa3_akms[] = {akm::sae};
constexpr Suite owe_akms[] = {akm::owe};

std::span<const Suite> akms_of(Security security) {
    switch (security) {
        case Security::wpa2:
            return wpa2_akms;
        case Security::wpa2_wpa3:
            return wpa2_wpa3_akms;
        case Security::wpa3:
            return wpa3_akms;
        case Security::owe:
            return owe_akms;
        case Security::open:
            break;
    }
    return {};
}

/// Hash-to-element where the access point can; it says so in its RSNXE.
rsn::SaeMethod sae_method(const ElementList& elements) {
    const auto extension = elements.get<ieee80211::Rsnx>();
    const bool hash = extension && extension->has(ieee80211::Rsnx::sae_hash_to_element);
    return hash ? rsn::SaeMethod::hash_to_element : rsn::SaeMethod::hunting_and_pecking;
}

Bytes own_rsnxe() {
    ieee80211::Rsnx own;
    own.set(ieee80211::Rsnx::sae_hash_to_element);
    Bytes out;
    ByteWriter w(out);
    own.append_to(w);
    return out;
}

bool supports(const mld::RadioProfile& radio, Suite suite) {
    return std::find(radio.ciphers.begin(), radio.ciphers.end(), suite.selector()) != radio.ciphers.end();
}

bool contains(const std::vector<Suite>& list, Suite suite) {
    return std::find(list.begin(), list.end(), suite) != list.end();
}

std::optional<Suite> first_akm(std::span<const Suite> wanted, const std::vector<Suite>& offered) {
    for (const Suite suite : wanted)
        if (contains(offered, suite)) return suite;
    return std::nullopt;
}

std::optional<Suite> first_cipher(const mld::RadioProfile& radio, const std::vector<Suite>& offered) {
    for (const Suite suite : data_ciphers)
        if (contains(offered, suite) && supports(radio, suite)) return suite;
    return std::nullopt;
}

Bytes whole(const ElementList& elements, ieee80211::ElementType type) {
    const auto found = elements.find(type);
    if (!found) return {};
    return {found->encoded().begin(), found->encoded().end()};
}

Bytes make_rsne(const StationSecurity& chosen, const std::optional<ieee80211::Pmkid>& pmkid) {
    Rsn own;
    own.group_data_cipher = chosen.group;
    own.pairwise_ciphers = std::vector{chosen.pairwise};
    own.akms = std::vector{chosen.akm->suite};
    RsnCapabilities capabilities;
    if (chosen.mfp) {
        capabilities.set(RsnCapabilities::mfp_capable);
        own.pmkids = std::vector<ieee80211::Pmkid>();
        own.group_management_cipher = chosen.group_management;
    }
    own.capabilities = capabilities;
    if (pmkid) own.pmkids = std::vector{*pmkid};
    Bytes out;
    ByteWriter w(out);
    own.append_to(w);
    return out;
}

}  // namespace

std::optional<StationSecurity> choose_security(Security wanted, const mld::RadioProfile& radio, const mld::Bss& bss) {
    const ElementList elements(bss.elements->bytes);
    const auto capabilities = ieee80211::CapabilityInfo::from_raw(bss.capability);
    StationSecurity out;
    if (wanted == Security::open)
        return capabilities.has(ieee80211::CapabilityInfo::privacy) ? std::nullopt : std::optional(out);

    // What an RSNE leaves out has a default: CCMP-128 and 802.1X (802.11-2020 9.4.2.24).
    const auto offer = elements.get<Rsn>();
    if (!offer || !offer->akms) return std::nullopt;
    const auto chosen_akm = first_akm(akms_of(wanted), *offer->akms);
    const auto pairwise = first_cipher(radio, offer->pairwise_ciphers.value_or(std::vector{cipher::ccmp128}));
    out.group = offer->group_data_cipher.value_or(cipher::ccmp128);
    out.group_management = offer->group_management_cipher.value_or(cipher::bip_cmac128);
    if (!chosen_akm || !pairwise || !supports(radio, out.group)) return std::nullopt;
    out.akm = rsn::find_akm(*chosen_akm);
    out.pairwise = *pairwise;
    const RsnCapabilities security = offer->capabilities.value_or(RsnCapabilities());
    out.mfp = security.has(RsnCapabilities::mfp_capable) && supports(radio, out.group_management);
    const bool is_sae = rsn::is_sae(*chosen_akm);
    const bool needs_mfp = is_sae || *chosen_akm == akm::owe;
    if ((needs_mfp || security.has(RsnCapabilities::mfp_required)) && !out.mfp) return std::nullopt;
    if (is_sae) out.sae = sae_method(elements);
    out.access_point_rsne = whole(elements, ieee80211::element::rsn);
    out.access_point_rsnxe = whole(elements, ieee80211::element::rsnx);
    out.own_rsne = make_rsne(out, std::nullopt);
    if (out.sae == rsn::SaeMethod::hash_to_element) out.own_rsnxe = own_rsnxe();
    return out;
}

void StationSecurity::name_pmksa(const std::optional<ieee80211::Pmkid>& pmkid) {
    if (akm != nullptr) own_rsne = make_rsne(*this, pmkid);
}

mld::CryptoSettings StationSecurity::crypto() const {
    mld::CryptoSettings out;
    if (akm == nullptr) return out;
    out.wpa_versions = wpa_version_2;
    out.group_cipher = group;
    out.pairwise_ciphers = {pairwise};
    out.akms = {akm->suite};
    out.control_port = true;
    out.control_port_over_nl80211 = true;
    return out;
}

}  // namespace mlosim::agent
