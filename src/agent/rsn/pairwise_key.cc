#include "agent/rsn/pairwise_key.h"

#include <algorithm>

namespace mlosim::agent::rsn {

namespace {

PairwiseKey cut(const Bytes& all) {
    const auto kek_at = all.begin() + kck_size;
    const auto tk_at = kek_at + kek_size;
    return {Bytes(all.begin(), kek_at), Bytes(kek_at, tk_at), Bytes(tk_at, all.end())};
}

}  // namespace

PairwiseKey PairwiseKey::derive(const Akm& akm, ieee80211::Suite cipher, ByteView pmk, const Ends& ends,
                                const Nonce& anonce, const Nonce& snonce) {
    constexpr std::string_view label = "Pairwise key expansion";
    const std::size_t octets = kck_size + kek_size + key_size(cipher);
    if (is_fast_transition(akm.suite))  // 12.7.1.6.5: of a PMK-R1
        return cut(kdf(akm.hash, pmk, "FT-PTK", {snonce, anonce, ends.authenticator.octets(), ends.supplicant.octets()},
                       octets));
    const auto [low, high] = std::minmax(ends.authenticator, ends.supplicant);
    const auto [first, second] = std::minmax(anonce, snonce);
    const Bytes all = akm.hash == Hash::sha1
                          ? prf_sha1(pmk, label, {low.octets(), high.octets(), first, second}, octets)
                          : kdf(akm.hash, pmk, label, {low.octets(), high.octets(), first, second}, octets);
    return cut(all);
}

std::size_t key_size(ieee80211::Suite cipher) {
    namespace c = ieee80211::cipher;
    if (cipher == c::ccmp128 || cipher == c::gcmp128) return 16;
    if (cipher == c::ccmp256 || cipher == c::gcmp256) return 32;
    return 0;
}

ieee80211::Pmkid pmkid_of(const Akm& akm, ByteView pmk, const Ends& ends) {
    constexpr std::string_view label = "PMK Name";
    const ByteView text(reinterpret_cast<const std::uint8_t*>(label.data()), label.size());
    const Bytes full = hmac(akm.hash, pmk, {text, ends.authenticator.octets(), ends.supplicant.octets()});
    ieee80211::Pmkid out{};
    std::copy_n(full.begin(), out.size(), out.begin());
    return out;
}

}  // namespace mlosim::agent::rsn
