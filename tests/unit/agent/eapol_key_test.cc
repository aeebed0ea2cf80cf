#include "agent/rsn/eapol_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlosim::agent::rsn {
namespace {

EapolKey sample() {
    EapolKey out;
    out.information = key_info::pairwise | key_info::ack | key_info::mic | 2;
    out.key_length = 16;
    out.replay_counter = 0x0102030405060708;
    out.nonce.fill(9);
    out.iv.fill(8);
    out.rsc = 0x060504030201;
    out.mic.fill(7);
    out.key_data = {1, 2, 3};
    return out;
}

TEST(EapolKey_, ReadsWhatItWrote) {
    const Bytes packet = sample().packet();
    const auto read = EapolKey::parse(packet);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, sample());
}

TEST(EapolKey_, HasTheStandardsLayout) {
    const Bytes packet = sample().packet();
    EXPECT_EQ(packet.size(), 4U + 95U + 3U);
    EXPECT_EQ(Bytes(packet.begin(), packet.begin() + 17),
              (Bytes{2, 3, 0, 98, 2, 0x01, 0x8a, 0, 16, 1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(Bytes(packet.begin() + 65, packet.begin() + 73), (Bytes{1, 2, 3, 4, 5, 6, 0, 0}));  // the RSC
    EXPECT_EQ(Bytes(packet.end() - 5, packet.end()), (Bytes{0, 3, 1, 2, 3}));
}

TEST(EapolKey_, IgnoresPaddingBehindThePacket) {
    Bytes packet = sample().packet();
    packet.resize(packet.size() + 10);
    EXPECT_TRUE(EapolKey::parse(packet).has_value());
}

TEST(EapolKey_, RefusesWhatIsNotWholeOrSomethingElse) {
    const Bytes good = sample().packet();
    struct Bad {
        std::size_t at;
        std::uint8_t value;
        const char* why;
    };
    const Bad table[] = {
        {1, 0, "an EAP packet"},
        {1, 1, "EAPOL-Start"},
        {2, 1, "longer than what came"},
        {3, 94, "shorter than its fixed fields"},
        {3, 97, "its key data does not fit"},
        {4, 254, "the descriptor of WPA"},
        {97, 1, "key data of more than 255 octets"},
        {98, 4, "key data of an octet more than there is"},
    };
    for (const Bad& bad : table) {
        Bytes packet = good;
        packet[bad.at] = bad.value;
        EXPECT_FALSE(EapolKey::parse(packet).has_value()) << bad.why;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(EapolKey::parse(ByteView(good).first(size)).has_value()) << size;
}

TEST(EapolKey_, IsGenuineOnlyWithTheRightKeyAndUnchanged) {
    const Bytes kck(kck_size, 5);
    for (const ieee80211::Suite suite : {ieee80211::akm::psk, ieee80211::akm::sae, ieee80211::akm::owe}) {
        const Akm& akm = *find_akm(suite);
        const Bytes packet = sample().signed_packet(akm, kck);
        EXPECT_TRUE(is_genuine(packet, akm, kck));
        EXPECT_FALSE(is_genuine(packet, akm, Bytes(kck_size, 6)));
        for (std::size_t at = 4; at < packet.size(); ++at) {
            Bytes broken = packet;
            broken[at] ^= 1;
            EXPECT_FALSE(is_genuine(broken, akm, kck)) << at;
        }
    }
}

}  // namespace
}  // namespace mlosim::agent::rsn
