// KEY_V3 against what the real driver sent for the same keys.

#include "mt7925/host/key_message.h"

#include <gmock/gmock.h>

#include "recorded_network.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

const ieee80211::MacAddress link_5({0x02, 0xaa, 0x00, 0x00, 0x0b, 0x24});
const ieee80211::MacAddress link_6({0x02, 0xaa, 0x00, 0x00, 0x0b, 0x05});

/// mlo56's messages with a key.
std::vector<Bytes> told() {
    std::vector<Bytes> out;
    for (const Bytes& message : recorded_payloads("mlo56", Cid::sta_rec))
        if (parse_tlvs(message, 8)->at(0).tag == StaKey::tag) out.push_back(message);
    return out;
}

TEST(KeyMessage, OfEveryLinksKeysIsTheRealDrivers) {
    const auto keys = told();
    ASSERT_EQ(keys.size(), 6U);
    const LinkNumbers second{.bss_idx = 1, .link_idx = 1};
    KeyInput key;
    key.cipher = KeyCipher::ccmp;
    for (std::uint8_t i = 0; i < 16; ++i)
        key.key.push_back(i);
    key.entry = EntryNumbers::peer(LinkNumbers{}, 1);
    key.address = link_5;
    EXPECT_EQ(*key_message(key), keys[0]);
    key.entry = EntryNumbers::peer(second, 2);
    key.address = link_6;
    EXPECT_EQ(*key_message(key), keys[1]);

    GroupKeyCopy copy;
    KeyInput group{.entry = EntryNumbers::self(LinkNumbers{}, 19), .address = link_5, .cipher = KeyCipher::ccmp};
    group.key_id = 1;
    group.key = Bytes(16, 0x10);
    EXPECT_EQ(*key_message(group), keys[2]);
    remember(copy, group);
    KeyInput integrity = group;
    integrity.cipher = KeyCipher::bip;
    integrity.key_id = 4;
    integrity.key = Bytes(16, 0x40);
    integrity.group_key = copy;
    EXPECT_EQ(*key_message(integrity), keys[3]) << "the group key, its number, then the integrity key";
    remember(copy, integrity);
    EXPECT_EQ(copy.key_id, 1) << "only group keys are kept";
}

TEST(KeyMessage, OfAKeyThatGoesSaysOnlyWhose) {
    const Bytes message = key_removal_message(EntryNumbers::peer(LinkNumbers{}, 1), link_5);
    const auto key = *decode<StaKey>(parse_tlvs(message, 8)->at(0));
    EXPECT_EQ(key.add, 0);
    EXPECT_EQ(key.peer_addr, link_5);
    EXPECT_EQ(key.wlan_idx, 1);
    EXPECT_EQ(key.cipher, KeyCipher::none);
    EXPECT_EQ(key.key_len, 0);
}

TEST(KeyMessage, OfTkipSwapsTheMichaelKeys) {
    KeyInput key;
    key.cipher = KeyCipher::tkip;
    for (std::uint8_t i = 0; i < 32; ++i)
        key.key.push_back(i);
    const Bytes message = *key_message(key);
    const auto tlv = *decode<StaKey>(parse_tlvs(message, 8)->at(0));
    EXPECT_EQ(tlv.key[15], 15);
    EXPECT_EQ(tlv.key[16], 24);
    EXPECT_EQ(tlv.key[24], 16);
}

TEST(KeyMessage, RefusesWhatTheChipHasNot) {
    KeyInput key;
    key.cipher = cipher_number(0x000fac0c);  // BIP-GMAC-256
    EXPECT_EQ(key_message(key).error().code, EOPNOTSUPP);
    key.cipher = KeyCipher::ccmp;
    key.key = Bytes(33);
    EXPECT_EQ(key_message(key).error().code, EINVAL);
    key.cipher = KeyCipher::bip;
    key.key = Bytes(17);
    EXPECT_EQ(key_message(key).error().code, EINVAL);
}

}  // namespace
}  // namespace mlosim::mt7925::host
