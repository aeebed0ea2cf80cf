#include "mld/key.h"

#include <algorithm>

namespace mlosim::mld {

namespace {

namespace cipher = ieee80211::cipher;

/// Group management ciphers: BIP.
bool is_management_cipher(ieee80211::Suite suite) {
    return suite == cipher::bip_cmac128 || suite == cipher::bip_cmac256 || suite == cipher::bip_gmac128 ||
           suite == cipher::bip_gmac256;
}

std::uint64_t number_of(const ieee80211::Bytes& sequence) {
    std::uint64_t out = 0;
    constexpr std::size_t octets = 6;
    for (std::size_t i = 0; i < std::min(sequence.size(), octets); ++i)
        out |= static_cast<std::uint64_t>(sequence[i]) << (8U * i);
    return out;
}

}  // namespace

Result<std::shared_ptr<Key>> Key::make(std::uint8_t index, bool pairwise, const KeyParameters& parameters) {
    const bool for_management = index >= data_keys;
    if (for_management != is_management_cipher(parameters.cipher) || (pairwise && for_management))
        return fail(EINVAL, "that cipher is not for keys of that index");
    if (for_management) {
        auto mic = ieee80211::BipCipher::make(parameters.cipher, parameters.data);
        if (!mic) return fail(mic.error());
        return std::shared_ptr<Key>(new Key(index, parameters, std::move(*mic)));
    }
    auto frames = ieee80211::FrameCipher::make(parameters.cipher, parameters.data);
    if (!frames) return fail(frames.error());
    return std::shared_ptr<Key>(new Key(index, parameters, std::move(*frames)));
}

Key::Key(std::uint8_t index, const KeyParameters& parameters, With with)
    : index_(index), cipher_(parameters.cipher), data_(parameters.data), with_(std::move(with)) {
    rx_pn_.fill(number_of(parameters.sequence));
}

bool Key::is_same_as(const Key& other) const {
    return data_ == other.data_;
}

bool Key::is_new(unsigned counter, std::uint64_t packet_number) {
    if (packet_number > rx_pn_[counter]) return true;
    ++statistics_.replays;
    return false;
}

}  // namespace mlosim::mld
