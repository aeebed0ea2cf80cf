#include "agent/rsn/pairwise_key.h"

#include <algorithm>

namespace mlosim::agent::rsn {

PairwiseKey PairwiseKey::derive(const Akm& akm, ieee80211::Suite cipher, ByteView pmk, const Ends& ends,
                                const Nonce& anonce, const Nonce& snonce) {
    constexpr std::string_view label = "Pairwise key expansion";
    const auto [low, high] = std::minmax(ends.authenticator, ends.supplicant);
    const auto [first, second] = std::minmax(anonce, snonce);
    const std::size_t size = kck_size + kek_size + key_size(cipher);
    const Bytes all = akm.hash == Hash::sha1
                          ? prf_sha1(pmk, label, {low.octets(), high.octets(), first, second}, size)
                          : kdf(akm.hash, pmk, label, {low.octets(), high.octets(), first, second}, size);
    const auto kek_at = all.begin() + kck_size;
    const auto tk_at = kek_at + kek_size;
    return {Bytes(all.begin(), kek_at), Bytes(kek_at, tk_at), Bytes(tk_at, all.end())};
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
