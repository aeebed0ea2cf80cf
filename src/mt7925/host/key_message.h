#pragma once

#include <cstdint>

#include "ieee80211/mac_address.h"
#include "mt7925/host/station_message.h"
#include "mt7925/message.h"
#include "mt7925/station_tlvs.h"
#include "sim/result.h"

namespace mlosim::mt7925::host {

/// The chip's number for a cipher suite; none where it has no such cipher. cf. mt7925_mcu_get_cipher()
[[nodiscard]] KeyCipher cipher_number(std::uint32_t suite);

/// The group key that goes with the next IGTK: the chip takes the two together (struct mt76_connac_sta_key_conf).
struct GroupKeyCopy {
    Octets<16> key{};
    std::uint8_t key_id = 0;
};

struct KeyInput {
    EntryNumbers entry;             ///< `own`: a group key, in the link's own entry
    ieee80211::MacAddress address;  ///< the peer's link's; of a group key the network's BSSID
    KeyCipher cipher = KeyCipher::none;
    std::uint8_t key_id = 0;
    Bytes key;
    GroupKeyCopy group_key;  ///< for an IGTK: what remember() kept
};

/// STA_REC with KEY_V3. EOPNOTSUPP: the chip has no such cipher; EINVAL: more octets than there is room for.
/// cf. mt7925_mcu_add_key()
[[nodiscard]] Result<Bytes> key_message(const KeyInput& key);
/// The same for a key that goes: the chip is not told which. cf. mt7925_mcu_sta_key_tlv()
[[nodiscard]] Bytes key_removal_message(const EntryNumbers& entry, const ieee80211::MacAddress& address);
/// A CCMP key is kept for the IGTK that may follow.
void remember(GroupKeyCopy& copy, const KeyInput& key);

}  // namespace mlosim::mt7925::host
