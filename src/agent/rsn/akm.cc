#include "agent/rsn/akm.h"

#include <algorithm>
#include <iterator>

namespace mlosim::agent::rsn {

namespace {

namespace akm = ieee80211::akm;

// 802.11-2020 Table 9-151 and Table 12-11; 802.11be for SAE-EXT-KEY.
constexpr Akm akms[] = {
    {akm::psk, Hash::sha1, MicAlgorithm::hmac_sha1, 2},
    {akm::psk_sha256, Hash::sha256, MicAlgorithm::aes_cmac, 3},
    {akm::sae, Hash::sha256, MicAlgorithm::aes_cmac, 0},
    {akm::ft_psk, Hash::sha256, MicAlgorithm::aes_cmac, 3},
    {akm::ft_sae, Hash::sha256, MicAlgorithm::aes_cmac, 0},
    {akm::sae_ext_key, Hash::sha256, MicAlgorithm::hmac_sha256, 0},
    {akm::owe, Hash::sha256, MicAlgorithm::hmac_sha256, 0},
};

}  // namespace

const Akm* find_akm(ieee80211::Suite suite) {
    const auto* found = std::find_if(std::begin(akms), std::end(akms), [&](const Akm& a) { return a.suite == suite; });
    return found != std::end(akms) ? found : nullptr;
}

bool is_sae(ieee80211::Suite suite) {
    return suite == akm::sae || suite == akm::sae_ext_key || suite == akm::ft_sae;
}

bool is_psk(ieee80211::Suite suite) {
    return suite == akm::psk || suite == akm::psk_sha256 || suite == akm::ft_psk;
}

bool is_fast_transition(ieee80211::Suite suite) {
    return suite == akm::ft_psk || suite == akm::ft_sae;
}

}  // namespace mlosim::agent::rsn
