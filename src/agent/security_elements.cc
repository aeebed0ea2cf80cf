#include "agent/security_elements.h"

#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::RsnCapabilities;
using ieee80211::Suite;

constexpr unsigned sixteen_replay_counters = 3;

enum class ManagementProtection : std::uint8_t { none, capable, required };

struct Suites {
    std::vector<Suite> akms;
    ManagementProtection protection;
};

Suites suites_of(Security security) {
    namespace akm = ieee80211::akm;
    switch (security) {
        case Security::owe:
            return {{akm::owe}, ManagementProtection::required};
        case Security::wpa2:
            return {{akm::psk}, ManagementProtection::none};
        case Security::wpa2_wpa3:
            return {{akm::psk, akm::sae}, ManagementProtection::capable};
        case Security::wpa3:
            return {{akm::sae}, ManagementProtection::required};
        case Security::open:
            break;
    }
    MLOSIM_INVARIANT(false, "an open network has no suites");
    return {};
}

}  // namespace

std::optional<ieee80211::Rsn> rsn_of(Security security) {
    if (!is_private(security)) return std::nullopt;
    const Suites suites = suites_of(security);
    ieee80211::Rsn rsn;
    rsn.group_data_cipher = ieee80211::cipher::ccmp128;
    rsn.pairwise_ciphers = std::vector{ieee80211::cipher::ccmp128};
    rsn.akms = suites.akms;
    RsnCapabilities capabilities;
    capabilities.set(RsnCapabilities::ptksa_replay_counters, sixteen_replay_counters);
    if (suites.protection != ManagementProtection::none) capabilities.set(RsnCapabilities::mfp_capable);
    if (suites.protection == ManagementProtection::required) capabilities.set(RsnCapabilities::mfp_required);
    rsn.capabilities = capabilities;
    return rsn;
}

std::optional<ieee80211::Rsn> rsn_of(const Bss& bss) {
    namespace akm = ieee80211::akm;
    auto out = rsn_of(bss.security);
    if (!out || !bss.mobility_domain) return out;
    const std::vector<Suite> plain = *out->akms;
    for (const Suite suite : plain) {
        if (suite == akm::psk) out->akms->push_back(akm::ft_psk);
        if (suite == akm::sae) out->akms->push_back(akm::ft_sae);
    }
    return out;
}

std::optional<ieee80211::Rsnx> rsnx_of(Security security) {
    if (security != Security::wpa3 && security != Security::wpa2_wpa3) return std::nullopt;
    ieee80211::Rsnx rsnx;
    rsnx.set(ieee80211::Rsnx::sae_hash_to_element);
    return rsnx;
}

}  // namespace mlosim::agent
