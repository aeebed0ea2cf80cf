#include "netlink/nl80211/crypto_settings.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::AuthenticationType;
using mld::RadioProfile;

constexpr std::uint16_t eapol = 0x888e;  // ETH_P_PAE

/// A list of selectors; EINVAL if it is no whole number of them or longer than `most`.
Result<std::vector<ieee80211::Suite>> suites(const Request& request, std::uint16_t attribute, std::size_t most) {
    std::vector<ieee80211::Suite> out;
    const auto bytes = request->bytes(attribute);
    if (!bytes) return out;
    const std::size_t count = bytes->size() / sizeof(std::uint32_t);
    if (bytes->size() % sizeof(std::uint32_t) != 0 || count > most) return fail(EINVAL);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t selector = 0;
        std::memcpy(&selector, bytes->data() + i * sizeof(selector), sizeof(selector));
        out.emplace_back(selector);
    }
    return out;
}

// cf. validate_pae_over_nl80211()
Result<void> check_control_port(const RadioProfile& profile, const Request& request) {
    if (!request->flag(NL80211_ATTR_SOCKET_OWNER)) return fail(EINVAL, "SOCKET_OWNER not set");
    if (!profile.ext_features.test(NL80211_EXT_FEATURE_CONTROL_PORT_OVER_NL80211)) return fail(EOPNOTSUPP);
    return {};
}

/// Secrets for radios that make handshakes by themselves: which of them may be given at all.
Result<void> check_offloaded_secrets(const RadioProfile& profile, const Request& request) {
    constexpr std::size_t pmk_length = 32;
    const auto can = [&](std::size_t feature) { return profile.ext_features.test(feature); };
    if (const auto pmk = request->bytes(NL80211_ATTR_PMK)) {
        if (pmk->size() != pmk_length) return fail(EINVAL);
        if (!can(NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK) && !can(NL80211_EXT_FEATURE_4WAY_HANDSHAKE_AP_PSK))
            return fail(EINVAL);
    }
    if (request->has(NL80211_ATTR_SAE_PASSWORD) && !can(NL80211_EXT_FEATURE_SAE_OFFLOAD) &&
        !can(NL80211_EXT_FEATURE_SAE_OFFLOAD_AP))
        return fail(EINVAL);
    return {};
}

Result<void> parse_control_port(const RadioProfile& profile, const Request& request, mld::CryptoSettings& out) {
    out.control_port = request->flag(NL80211_ATTR_CONTROL_PORT);
    if (const auto ethertype = request->u16(NL80211_ATTR_CONTROL_PORT_ETHERTYPE)) {
        if (*ethertype != eapol && !profile.has(mld::WiphyFlag::control_port_protocol)) return fail(EINVAL);
        out.control_port_ethertype = *ethertype;
        out.control_port_no_encrypt = request->flag(NL80211_ATTR_CONTROL_PORT_NO_ENCRYPT);
    }
    if (!request->flag(NL80211_ATTR_CONTROL_PORT_OVER_NL80211)) return {};
    if (auto valid = check_control_port(profile, request); !valid) return valid;
    out.control_port_over_nl80211 = true;
    out.control_port_no_preauth = request->flag(NL80211_ATTR_CONTROL_PORT_NO_PREAUTH);
    return {};
}

}  // namespace

bool supports_cipher(const mld::Wiphy& wiphy, std::uint32_t selector) {
    const auto& ciphers = wiphy.profile().ciphers;
    return std::find(ciphers.begin(), ciphers.end(), selector) != ciphers.end();
}

Result<mld::CryptoSettings> parse_crypto_settings(const mld::Wiphy& wiphy, const Request& request,
                                                  std::size_t most_pairwise) {
    const RadioProfile& profile = wiphy.profile();
    mld::CryptoSettings out;
    if (auto parsed = parse_control_port(profile, request, out); !parsed) return fail(std::move(parsed.error()));

    auto pairwise = suites(request, NL80211_ATTR_CIPHER_SUITES_PAIRWISE, most_pairwise);
    if (!pairwise) return fail(std::move(pairwise.error()));
    for (const ieee80211::Suite suite : *pairwise)
        if (!supports_cipher(wiphy, suite.selector())) return fail(EINVAL);
    out.pairwise_ciphers = std::move(*pairwise);
    if (const auto group = request->u32(NL80211_ATTR_CIPHER_SUITE_GROUP)) {
        if (!supports_cipher(wiphy, *group)) return fail(EINVAL);
        out.group_cipher = ieee80211::Suite(*group);
    }
    out.wpa_versions = request->u32(NL80211_ATTR_WPA_VERSIONS).value_or(0);
    auto akms = suites(request, NL80211_ATTR_AKM_SUITES, profile.max_akms_per_connection);
    if (!akms) return fail(std::move(akms.error()));
    out.akms = std::move(*akms);
    if (auto valid = check_offloaded_secrets(profile, request); !valid) return fail(std::move(valid.error()));
    return out;
}

bool valid_authentication_type(const mld::Wiphy& wiphy, std::uint32_t number, std::uint8_t command) {
    const RadioProfile& profile = wiphy.profile();
    const auto can = [&](std::size_t feature) { return profile.ext_features.test(feature); };
    if (number > static_cast<std::uint32_t>(AuthenticationType::ieee8021x)) return false;
    const bool sae_by_program = (profile.features & NL80211_FEATURE_SAE) != 0;
    switch (static_cast<AuthenticationType>(number)) {
        case AuthenticationType::sae:
            if (command == NL80211_CMD_START_AP) return can(NL80211_EXT_FEATURE_SAE_OFFLOAD_AP);
            return sae_by_program || (command == NL80211_CMD_CONNECT && can(NL80211_EXT_FEATURE_SAE_OFFLOAD));
        case AuthenticationType::fils_sk:
            if (command == NL80211_CMD_CONNECT) return can(NL80211_EXT_FEATURE_FILS_SK_OFFLOAD);
            return command == NL80211_CMD_AUTHENTICATE && can(NL80211_EXT_FEATURE_FILS_STA);
        case AuthenticationType::fils_sk_pfs:
        case AuthenticationType::fils_pk:
            return command == NL80211_CMD_AUTHENTICATE && can(NL80211_EXT_FEATURE_FILS_STA);
        case AuthenticationType::epp:
            return command == NL80211_CMD_START_AP || can(NL80211_EXT_FEATURE_EPPKE);
        case AuthenticationType::ieee8021x:
            return command == NL80211_CMD_START_AP || can(NL80211_EXT_FEATURE_IEEE8021X_AUTH);
        default:
            return true;
    }
}

}  // namespace mlosim::netlink::nl80211
