#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_cipher.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/result.h"

namespace mlosim::mld {

/// enum nl80211_key_mode: how a key is used at first (extended key id).
enum class KeyMode : std::uint8_t { rx_tx = 0, no_tx = 1, set_tx = 2 };

/// What NEW_KEY brings (struct key_params).
struct KeyParameters {
    ieee80211::Suite cipher;
    ieee80211::Bytes data;
    /// The receive counter to begin with, least significant octet first (as nl80211 carries it); empty: zero.
    ieee80211::Bytes sequence;
    KeyMode mode = KeyMode::rx_tx;
};

/// Which key is meant: indexes 0–3 are for data, 4–5 IGTKs, 6–7 BIGTKs.
struct KeyName {
    std::uint8_t index = 0;
    bool pairwise = false;
    /// The peer of a pairwise key.
    std::optional<ieee80211::MacAddress> peer;
    /// The link of an MLD's group key.
    std::optional<ieee80211::LinkId> link;
};

/// What SET_KEY makes a group or pairwise key the default for.
enum class KeyPurpose : std::uint8_t { data_unicast, data_multicast, data, management, beacon };

/// What GET_KEY tells.
struct KeyInfo {
    ieee80211::Suite cipher;
    /// The transmit counter, least significant octet first.
    ieee80211::Bytes sequence;
};

/// What went wrong with frames under one key.
struct KeyStatistics {
    std::uint64_t replays = 0;
    std::uint64_t wrong_mics = 0;
};

/// A key that was installed (struct ieee80211_key): its cipher, and the packet numbers on both ways.
class Key {
public:
    static constexpr std::uint8_t data_keys = 4;
    static constexpr std::uint8_t management_keys = 2;
    static constexpr std::uint8_t beacon_keys = 2;

    /// EOPNOTSUPP: no cipher for frames in this place; EINVAL: the key's length is not the cipher's.
    /// cf. ieee80211_key_alloc()
    [[nodiscard]] static Result<std::shared_ptr<Key>> make(std::uint8_t index, bool pairwise,
                                                           const KeyParameters& parameters);

    [[nodiscard]] std::uint8_t index() const noexcept { return index_; }
    [[nodiscard]] ieee80211::Suite cipher() const noexcept { return cipher_; }
    [[nodiscard]] const ieee80211::Bytes& data() const noexcept { return data_; }
    [[nodiscard]] std::uint64_t transmitted() const noexcept { return tx_pn_; }
    /// The last packet number of each counter: 0–15: TIDs, 16: management frames and group management ciphers.
    [[nodiscard]] const std::array<std::uint64_t, 17>& received() const noexcept { return rx_pn_; }
    [[nodiscard]] const KeyStatistics& statistics() const noexcept { return statistics_; }
    /// The same octets: installing it again changes nothing. cf. ieee80211_key_identical()
    [[nodiscard]] bool is_same_as(const Key& other) const;
    /// Nothing for group management ciphers.
    [[nodiscard]] const ieee80211::FrameCipher* frame_cipher() const {
        return std::get_if<ieee80211::FrameCipher>(&with_);
    }
    [[nodiscard]] const ieee80211::BipCipher* bip_cipher() const { return std::get_if<ieee80211::BipCipher>(&with_); }

    /// The next packet number, which no other frame gets.
    std::uint64_t next_packet_number() noexcept { return ++tx_pn_; }
    /// Whether the number is higher than the last of that counter (0–15: TIDs, 16: management frames); a replay is
    /// counted.
    bool is_new(unsigned counter, std::uint64_t packet_number);
    /// A frame with that number was genuine.
    void received(unsigned counter, std::uint64_t packet_number) { rx_pn_[counter] = packet_number; }
    void wrong_mic() noexcept { ++statistics_.wrong_mics; }

private:
    using With = std::variant<ieee80211::FrameCipher, ieee80211::BipCipher>;
    Key(std::uint8_t index, const KeyParameters& parameters, With with);

    std::uint8_t index_;
    ieee80211::Suite cipher_;
    ieee80211::Bytes data_;
    With with_;
    std::uint64_t tx_pn_ = 0;
    std::array<std::uint64_t, 17> rx_pn_{};
    KeyStatistics statistics_;
};

}  // namespace mlosim::mld
