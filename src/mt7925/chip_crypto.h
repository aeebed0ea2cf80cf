#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/frame_cipher.h"
#include "ieee80211/frame_header.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// Whether the chip encrypts with it. KEY_V3 with another one is answered with status 1: the host does it in software.
[[nodiscard]] bool chip_has_cipher(KeyCipher cipher);

/// The table's keys at work: frames of a host that leaves encryption to its chip.
class ChipCrypto {
public:
    explicit ChipCrypto(const FirmwareTables& tables) : tables_(tables) {}

    /// After every change of the tables. Packet numbers go on where a key stays; they begin anew with a new key.
    void update();
    void reset() { entries_ = {}; }

    /// Encrypts a whole frame in the clear with the key of that entry. False: it has none.
    bool protect(Bytes& frame, std::uint16_t wcid);
    /// Writes the MIC of a group management frame, whose MMIE the host has left empty. False: no key, or no element.
    bool sign(Bytes& frame, std::uint16_t wcid);

    struct Opened {
        Bytes frame;  ///< in the clear; its Protected Frame bit tells how it came
        KeyCipher cipher = KeyCipher::none;
        std::uint8_t key_id = 0;
        std::uint64_t packet_number = 0;
        bool wrong_mic = false;  ///< then the frame is as it came
    };
    /// A protected frame of the peer `wcid`. Nothing: there is no key for it, and the host may have one.
    [[nodiscard]] std::optional<Opened> open(const ieee80211::FrameView& frame, std::uint16_t wcid) const;

private:
    struct Key {
        KeySlot slot;
        std::optional<ieee80211::FrameCipher> cipher;
        std::optional<ieee80211::BipCipher> bip;
        /// Links of an MLD count one pairwise key's packets together. 802.11be 12.5.2.3.4
        std::shared_ptr<std::uint64_t> packet_number;
    };
    using Keys = std::vector<Key>;

    [[nodiscard]] Key make(const KeySlot& slot, std::uint16_t wcid, const std::array<Keys, wtbl_size>& made) const;
    [[nodiscard]] const Key* find(std::uint16_t wcid, bool pairwise, unsigned key_id) const;
    [[nodiscard]] std::optional<ieee80211::CipherAddresses> mld_addresses(const ieee80211::FrameView& frame,
                                                                          std::uint16_t wcid, bool out) const;

    const FirmwareTables& tables_;
    std::array<Keys, wtbl_size> entries_;
};

}  // namespace mlosim::mt7925
