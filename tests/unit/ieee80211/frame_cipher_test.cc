#include "ieee80211/frame_cipher.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/frame_header.h"
#include "test_data.h"

namespace mlosim::ieee80211::testing {
namespace {

using ::testing::ElementsAreArray;

struct CipherName {
    const char* name;
    Suite suite;
    std::size_t key_size;
    std::size_t mic_size;
};
constexpr CipherName frame_ciphers[] = {
    {"ccmp128", cipher::ccmp128, 16, 8},
    {"ccmp256", cipher::ccmp256, 32, 16},
    {"gcmp128", cipher::gcmp128, 16, 16},
    {"gcmp256", cipher::gcmp256, 32, 16},
};
constexpr CipherName management_ciphers[] = {
    {"bip-cmac128", cipher::bip_cmac128, 16, 8},
    {"bip-cmac256", cipher::bip_cmac256, 32, 16},
    {"bip-gmac128", cipher::bip_gmac128, 16, 16},
    {"bip-gmac256", cipher::bip_gmac256, 32, 16},
};

Bytes key_of(std::size_t size) {
    Bytes key(size);
    for (std::size_t i = 0; i < size; ++i)
        key[i] = static_cast<std::uint8_t>(7 * i + 1);
    return key;
}
FrameCipher cipher_of(const CipherName& name) {
    return *FrameCipher::make(name.suite, key_of(name.key_size));
}
BipCipher mic_of(const CipherName& name) {
    return *BipCipher::make(name.suite, key_of(name.key_size));
}

/// 802.11-2020 annex J. The frames of J.6.4 have Protected Frame set already before they are protected.
struct Vector {
    const char* where;
    Suite suite;
    const char* key;
    std::uint64_t packet_number;
    const char* plain;
    const char* secured;
};
const Vector frame_vectors[] = {
    {"J.6.4 CCMP-128", cipher::ccmp128, "c97c1f67ce371185514a8a19f2bdd52f", 0xb5039776e70c,
     "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050",
     "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba80330ce70020769703b5f3d0a2fe9a3dbf2342a643e43246e80c3c04d0197845ce0b"
     "16f97623"},
    {"J.6.4 CCMP-256", cipher::ccmp256, "c97c1f67ce371185514a8a19f2bdd52f000102030405060708090a0b0c0d0e0f",
     0xb5039776e70c, "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050",
     "0848c32c0fd2e128a57c5030f1844408abaea5b8fcba80330ce70020769703b56d155d8832668256d6a92b78e11d8e54495dd17480aa56c9"
     "492e882b97642f80d50fe97b"},
    {"J.9.2 CCMP-128, Deauthentication", cipher::ccmp128, "66ed21042f9f26d7115706e40414cf2e", 1,
     "c000000002000000010002000000000002000000000060000200",
     "c0400000020000000100020000000000020000000000600001000020000000001d07cafd0409bb8bafef"},
    {"J.11.1 GCMP-128", cipher::gcmp128, "c97c1f67ce371185514a8a19f2bdd52f", 0x00895f5f2b08,
     "88480b000fd2e128a57c5030f18444085030f184440880330300000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"
     "1e1f2021222324252627",
     "88480b000fd2e128a57c5030f18444085030f184440880330300082b00205f5f890060e9700cc4d40ac6d288b201c38f5bf08b807442640a"
     "1596e5dbdad41d1f3623f45d7a12db7afb23def619c2a374b6df66ffa53b6c69d79e"},
    {"J.11.1 GCMP-256", cipher::gcmp256, "c97c1f67ce371185514a8a19f2bdd52f000102030405060708090a0b0c0d0e0f",
     0x00895f5f2b08,
     "88480b000fd2e128a57c5030f18444085030f184440880330300000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"
     "1e1f2021222324252627",
     "88480b000fd2e128a57c5030f18444085030f184440880330300082b00205f5f8900658343c8b14447d9211defd46ad89c710c6fc3333323"
     "6e3997b9176a5a8be779b21266555e70ad79114316859095473d5b1bd596b3dea3bf"},
};

TEST(FrameCipher, ReproducesTheVectorsOfAnnexJ) {
    for (const Vector& v : frame_vectors) {
        SCOPED_TRACE(v.where);
        const auto cipher = FrameCipher::make(v.suite, from_hex(v.key));
        ASSERT_TRUE(cipher);
        const Bytes secured = cipher->protect(from_hex(v.plain), v.packet_number, 0);
        EXPECT_THAT(secured, ElementsAreArray(from_hex(v.secured)));
        Bytes expected = from_hex(v.plain);
        expected[1] &= 0xbf;  // Protected Frame
        const auto plain = cipher->unprotect(secured);
        ASSERT_TRUE(plain) << plain.error().message;
        EXPECT_THAT(*plain, ElementsAreArray(expected));
    }
}

// The last is not of the standard, which has no vector of BIP-CMAC-256: it was computed with `openssl mac` from the
// octets that 802.11-2020 12.5.4.3 names.
const Vector management_vectors[] = {
    {"J.9.1 BIP-CMAC-128", cipher::bip_cmac128, "4ea9543e09cf2b1eca66ffc58bdecbcf", 4,
     "c0000000ffffffffffff02000000000002000000000009000200",
     "c0000000ffffffffffff020000000000020000000000090002004c10040004000000000048dfbfa7b8278872"},
    {"J.9.1 BIP-GMAC-128", cipher::bip_gmac128, "4ea9543e09cf2b1eca66ffc58bdecbcf", 4,
     "c0000000ffffffffffff02000000000002000000000009000200",
     "c0000000ffffffffffff020000000000020000000000090002004c1804000400000000003ed862fb0f3338dd3386c897e2ed053d"},
    {"J.9.1 BIP-GMAC-256", cipher::bip_gmac256, "4ea9543e09cf2b1eca66ffc58bdecbcf000102030405060708090a0b0c0d0e0f", 4,
     "c0000000ffffffffffff02000000000002000000000009000200",
     "c0000000ffffffffffff020000000000020000000000090002004c18040004000000000023be59dcc7022ee383627ebb1017ddfc"},
    {"BIP-CMAC-256", cipher::bip_cmac256, "4ea9543e09cf2b1eca66ffc58bdecbcf000102030405060708090a0b0c0d0e0f", 4,
     "c0000000ffffffffffff02000000000002000000000009000200",
     "c0000000ffffffffffff020000000000020000000000090002004c1804000400000000004b6fe836c8a3ad6a8abd7f61a63a11d2"},
};

TEST(BipCipher, ReproducesTheVectorsOfAnnexJ) {
    for (const Vector& v : management_vectors) {
        SCOPED_TRACE(v.where);
        const auto mic = BipCipher::make(v.suite, from_hex(v.key));
        ASSERT_TRUE(mic);
        for (int again = 0; again < 2; ++again) {
            Bytes frame = from_hex(v.plain);
            mic->protect(frame, v.packet_number, 4);
            EXPECT_THAT(frame, ElementsAreArray(from_hex(v.secured)));
            const auto header = mic->verify(frame);
            ASSERT_TRUE(header) << header.error().message;
            EXPECT_EQ(header->packet_number, v.packet_number);
            EXPECT_EQ(header->key_id, 4U);
        }
    }
}

void expect_data_is_in_the_clear(const FrameView& frame) {
    if (frame.frame_control().type() == FrameType::data) {
        EXPECT_THAT(Bytes(frame.body().begin(), frame.body().begin() + 6),
                    ElementsAreArray(from_hex("aaaa03000000")))  // LLC and SNAP
            << "what came out is no data";
    }
}

TEST(FrameCipher, ReadsAndRewritesWhatAKernelSent) {
    std::ifstream in{MLOSIM_TEST_DATA "/protected_frames.txt"};
    int frames = 0;
    int multi_link = 0;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        SCOPED_TRACE(line);
        std::istringstream words{line};
        std::string name, key, octets, addr1, addr2;
        unsigned key_id = 0;
        words >> name >> key_id >> key >> octets >> addr1 >> addr2;
        const Bytes frame = from_hex(octets);
        ++frames;
        if (name == "bip-cmac128") {
            const auto mic = BipCipher::make(cipher::bip_cmac128, from_hex(key));
            const auto header = mic->verify(frame);
            ASSERT_TRUE(header) << header.error().message;
            EXPECT_EQ(header->key_id, key_id);
            Bytes again(frame.begin(), frame.end() - static_cast<std::ptrdiff_t>(mic->element_size()));
            mic->protect(again, header->packet_number, header->key_id);
            EXPECT_EQ(again, frame);
            continue;
        }
        std::optional<CipherAddresses> mld;
        if (!addr1.empty()) {
            ++multi_link;
            mld = {*MacAddress::parse(addr1), *MacAddress::parse(addr2), *FrameView::parse(frame)->addr3()};
        }
        const auto cipher = FrameCipher::make(cipher::ccmp128, from_hex(key));
        const auto header = CipherHeader::parse(frame);
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(header->key_id, key_id);
        const auto plain = cipher->unprotect(frame, mld);
        ASSERT_TRUE(plain) << plain.error().message;
        expect_data_is_in_the_clear(*FrameView::parse(*plain));
        EXPECT_EQ(cipher->protect(*plain, header->packet_number, key_id, mld), frame);
    }
    EXPECT_EQ(frames, 11);
    EXPECT_EQ(multi_link, 2);
}

const MacAddress ap = *MacAddress::parse("02:00:00:00:01:00");
const MacAddress sta = *MacAddress::parse("02:00:00:00:00:00");
const MacAddress far = *MacAddress::parse("02:00:00:00:09:09");

Bytes with_body(const FrameHeader& header, std::size_t size) {
    Bytes bytes;
    ByteWriter out{bytes};
    header.append_to(out);
    for (std::size_t i = 0; i < size; ++i)
        out.u8(static_cast<std::uint8_t>(i));
    return bytes;
}
Bytes qos_data(unsigned tid = 5, std::size_t size = 40) {
    FrameHeader header = FrameHeader::data_to_ds(DataSubtype::qos_data, ap, sta, far);
    header.sequence.set(SequenceControl::number, 77).set(SequenceControl::fragment, 3);
    header.qos.set(QosControl::tid, tid);
    return with_body(header, size);
}

TEST(FrameCipher, UndoesWhatItDidWhateverTheFrame) {
    const FrameHeader headers[] = {
        FrameHeader::data_to_ds(DataSubtype::data, ap, sta, far),
        FrameHeader::data_from_ds(DataSubtype::qos_data, sta, ap, far),
        FrameHeader::data_wds(DataSubtype::data, ap, sta, far, sta),
        FrameHeader::data_wds(DataSubtype::qos_data, ap, sta, far, sta).ht_control(0x12345678),
        FrameHeader::management(ManagementSubtype::action, ap, sta, ap),
        FrameHeader::management(ManagementSubtype::deauthentication, ap, sta, ap).ht_control(1),
    };
    for (const CipherName& name : frame_ciphers) {
        const FrameCipher cipher = cipher_of(name);
        for (const FrameHeader& header : headers) {
            for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1500U, 2304U}) {
                SCOPED_TRACE(std::string(name.name) + ", body of " + std::to_string(size));
                const Bytes plain = with_body(header, size);
                const Bytes secured = cipher.protect(plain, 0x010203040506, 2);
                EXPECT_EQ(secured.size(), plain.size() + FrameCipher::header_size + name.mic_size);
                EXPECT_TRUE(FrameView::parse(secured)->frame_control().has(FrameControl::protected_frame));
                const auto said = CipherHeader::parse(secured);
                ASSERT_TRUE(said);
                EXPECT_EQ(said->packet_number, 0x010203040506U);
                EXPECT_EQ(said->key_id, 2U);
                const auto again = cipher.unprotect(secured);
                ASSERT_TRUE(again) << again.error().message;
                EXPECT_EQ(*again, plain);
            }
        }
    }
}

// 802.11-2020 12.5.3.3.3: what may change on the way does not count, all else does.
TEST(FrameCipher, AllowsOnTheWayWhatMayChangeThereAndNothingElse) {
    struct Change {
        const char* what;
        std::size_t octet;
        std::uint8_t bits;
        bool allowed;
    };
    constexpr Change changes[] = {
        {"duration", 2, 0xff, true},
        {"retry", 1, 0x08, true},
        {"power management", 1, 0x10, true},
        {"more data", 1, 0x20, true},
        {"more fragments", 1, 0x04, false},
        {"from DS", 1, 0x02, false},
        {"CF-Ack in the subtype", 0, 0x10, true},
        {"receiver", 4, 0x02, false},
        {"transmitter", 10, 0x02, false},
        {"address 3", 16, 0x02, false},
        {"fragment number", 22, 0x01, false},
        {"sequence number, low", 22, 0x10, true},
        {"sequence number, high", 23, 0x80, true},
        {"TID", 24, 0x01, false},
        {"EOSP", 24, 0x10, true},
        {"ack policy", 24, 0x20, true},
        {"A-MSDU present", 24, 0x80, true},
        {"queue size", 25, 0xff, true},
        {"packet number 0", 26, 0x01, false},
        {"reserved octet", 28, 0xff, true},
        {"key id", 29, 0x40, true},
        {"packet number 5", 33, 0x80, false},
        {"data", 40, 0x01, false},
    };
    for (const CipherName& name : frame_ciphers) {
        const FrameCipher cipher = cipher_of(name);
        const Bytes secured = cipher.protect(qos_data(), 1, 0);
        for (const Change& change : changes) {
            SCOPED_TRACE(std::string(name.name) + ": " + change.what);
            Bytes changed = secured;
            changed[change.octet] ^= change.bits;
            EXPECT_EQ(cipher.unprotect(changed).has_value(), change.allowed);
        }
        Bytes changed = secured;
        changed.back() ^= 1;
        EXPECT_EQ(cipher.unprotect(changed).error().code, EBADMSG) << "a changed MIC";
        EXPECT_EQ(*cipher.unprotect(secured), qos_data()) << "a wrong frame leaves nothing behind";
    }
}

TEST(FrameCipher, CountsTheAmsduBitBetweenSppCapablePeersAlone) {
    for (const CipherName& name : frame_ciphers) {
        const FrameCipher cipher = cipher_of(name);
        FrameHeader header = FrameHeader::data_to_ds(DataSubtype::qos_data, ap, sta, far);
        header.qos.set(QosControl::amsdu);
        Bytes secured = cipher.protect(with_body(header, 30), 1, 0, std::nullopt, true);
        EXPECT_TRUE(cipher.unprotect(secured, std::nullopt, true));
        EXPECT_FALSE(cipher.unprotect(secured)) << "as a peer that does not know of it";
        secured[24] ^= 0x80;
        EXPECT_FALSE(cipher.unprotect(secured, std::nullopt, true));
    }
}

TEST(FrameCipher, CountsTheAddressesOfTheMldsInsteadOfTheLinks) {
    const CipherAddresses mld{far, ap, sta};
    for (const CipherName& name : frame_ciphers) {
        const FrameCipher cipher = cipher_of(name);
        const Bytes secured = cipher.protect(qos_data(), 1, 0, mld);
        EXPECT_EQ(FrameView::parse(secured)->addr1(), ap) << "the header keeps the link's";
        EXPECT_EQ(*cipher.unprotect(secured, mld), qos_data());
        EXPECT_EQ(cipher.unprotect(secured).error().code, EBADMSG);
    }
}

TEST(FrameCipher, ProtectsTheSameFrameOtherwiseUnderAnotherTid) {
    // Of CCMP, the priority is part of the nonce as well.
    const FrameCipher cipher = cipher_of(frame_ciphers[0]);
    const Bytes one = cipher.protect(qos_data(1), 1, 0);
    const Bytes two = cipher.protect(qos_data(2), 1, 0);
    EXPECT_NE(Bytes(one.begin() + 34, one.begin() + 74), Bytes(two.begin() + 34, two.begin() + 74));
}

TEST(FrameCipher, RefusesKeysThatAreNotTheCiphers) {
    for (const CipherName& name : frame_ciphers) {
        for (const std::size_t size : {0U, 5U, 13U, 15U, 16U, 24U, 31U, 32U, 33U}) {
            const auto made = FrameCipher::make(name.suite, key_of(size));
            EXPECT_EQ(made.has_value(), size == name.key_size) << name.name << ", key of " << size;
            if (!made) {
                EXPECT_EQ(made.error().code, EINVAL);
            }
        }
    }
    for (const Suite other : {cipher::wep40, cipher::tkip, cipher::bip_cmac128, cipher::use_group})
        EXPECT_EQ(FrameCipher::make(other, key_of(16)).error().code, EOPNOTSUPP);
    for (const CipherName& name : management_ciphers) {
        EXPECT_EQ(BipCipher::make(name.suite, key_of(48 - name.key_size)).error().code, EINVAL) << name.name;
    }
    EXPECT_EQ(BipCipher::make(cipher::ccmp128, key_of(16)).error().code, EOPNOTSUPP);
}

struct BadFrame {
    const char* bytes;
    const char* error;
    const char* why;
};
constexpr BadFrame bad_protected_frames[] = {
    {"", "frame: shorter than its Frame Control field", "empty"},
    {"0841", "frame: shorter than its header", "no addresses"},
    {"0801 0000 020000000100 020000000000 020000000909 0000 0100002000000000 0011223344556677", "frame: not protected",
     "Protected Frame is 0"},
    {"b440 0000 020000000100 020000000000 0100002000000000 0011223344556677", "frame: not protected", "an RTS"},
    {"0841 0000 020000000100 020000000000 020000000909 0000", "protected frame: shorter than a cipher's header",
     "no body"},
    {"0841 0000 020000000100 020000000000 020000000909 0000 01000020000000",
     "protected frame: shorter than a cipher's header", "7 octets of 8"},
    {"0841 0000 020000000100 020000000000 020000000909 0000 0100000000000000 0011223344556677",
     "protected frame: no extended IV", "WEP"},
    {"0841 0000 020000000100 020000000000 020000000909 0000 0100002000000000 00112233445566",
     "protected frame: shorter than its MIC", "7 octets of 8"},
};

TEST(FrameCipher, RefusesFramesThatAreNotWhole) {
    const FrameCipher cipher = cipher_of(frame_ciphers[0]);
    for (const BadFrame& bad : bad_protected_frames) {
        const auto plain = cipher.unprotect(from_hex(bad.bytes));
        ASSERT_FALSE(plain) << bad.why;
        EXPECT_EQ(plain.error().code, EINVAL) << bad.why;
        EXPECT_EQ(plain.error().message, bad.error) << bad.why;
    }
}

Bytes group_action() {
    return with_body(FrameHeader::management(ManagementSubtype::action, MacAddress::broadcast(), ap, ap), 12);
}
Bytes beacon() {
    return with_body(FrameHeader::management(ManagementSubtype::beacon, MacAddress::broadcast(), ap, ap), 60);
}

TEST(BipCipher, SaysInAnElementOfItsCiphersSizeWhatItSecured) {
    for (const CipherName& name : management_ciphers) {
        SCOPED_TRACE(name.name);
        const BipCipher mic = mic_of(name);
        Bytes frame = group_action();
        const std::size_t before = frame.size();
        mic.protect(frame, 0x010203040506, 5);
        EXPECT_EQ(frame.size(), before + mic.element_size());
        EXPECT_EQ(mic.element_size(), 10 + name.mic_size);
        EXPECT_EQ(frame[before], 76);
        EXPECT_EQ(frame[before + 1], 8 + name.mic_size);
        EXPECT_THAT(Bytes(frame.begin() + static_cast<std::ptrdiff_t>(before) + 2,
                          frame.begin() + static_cast<std::ptrdiff_t>(before) + 10),
                    ElementsAreArray(from_hex("0500 060504030201")));
        const auto header = mic.verify(frame);
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(header->packet_number, 0x010203040506U);
        EXPECT_EQ(header->key_id, 5U);
    }
}

TEST(BipCipher, CountsAllButWhatChangesOnTheWay) {
    struct Change {
        const char* what;
        std::size_t octet;
        std::uint8_t bits;
        bool allowed;
    };
    constexpr Change changes[] = {
        {"duration", 2, 0xff, true},      {"retry", 1, 0x08, true},    {"power management", 1, 0x10, true},
        {"more data", 1, 0x20, true},     {"subtype", 0, 0x10, false}, {"receiver", 9, 0x01, false},
        {"transmitter", 15, 0x01, false}, {"BSSID", 21, 0x01, false},  {"sequence number", 22, 0xf0, true},
        {"body", 30, 0x01, false},        {"key id", 38, 0x01, false}, {"packet number", 40, 0x01, false},
        {"MIC", 48, 0x80, false},
    };
    for (const CipherName& name : management_ciphers) {
        const BipCipher mic = mic_of(name);
        Bytes frame = group_action();
        mic.protect(frame, 9, 4);
        for (const Change& change : changes) {
            Bytes changed = frame;
            changed[change.octet] ^= change.bits;
            const auto verdict = mic.verify(changed);
            EXPECT_EQ(verdict.has_value(), change.allowed) << name.name << ": " << change.what;
            if (!verdict) {
                EXPECT_EQ(verdict.error().code, EBADMSG);
            }
        }
        EXPECT_TRUE(mic.verify(frame));
    }
}

TEST(BipCipher, LetsABeaconsTimestampBeSetAfterwards) {
    for (const CipherName& name : management_ciphers) {
        const BipCipher mic = mic_of(name);
        Bytes frame = beacon();
        mic.protect(frame, 9, 6);
        for (std::size_t i = 24; i < 32; ++i)
            frame[i] = 0xab;
        EXPECT_TRUE(mic.verify(frame)) << name.name;
        frame[32] ^= 1;  // the beacon interval
        EXPECT_FALSE(mic.verify(frame)) << name.name;
    }
}

TEST(BipCipher, RefusesFramesWithoutItsElement) {
    for (const CipherName& name : management_ciphers) {
        const BipCipher mic = mic_of(name);
        const CipherName& other = management_ciphers[name.mic_size == 8 ? 1 : 0];
        Bytes wrong_size = group_action();
        mic_of(other).protect(wrong_size, 1, 4);
        const Bytes data = qos_data();
        const Bytes header = with_body(FrameHeader::management(ManagementSubtype::action, ap, sta, ap), 0);
        for (const Bytes& frame : {Bytes{}, Bytes{0xd0}, header, group_action(), wrong_size, data}) {
            EXPECT_EQ(mic.read(frame).error().code, EINVAL) << name.name;
            EXPECT_EQ(mic.verify(frame).error().code, EINVAL) << name.name;
        }
        EXPECT_TRUE(mic_of(other).read(wrong_size));
    }
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
