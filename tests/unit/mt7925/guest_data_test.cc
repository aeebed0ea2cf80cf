// Frames of a host that leaves to the chip what the real driver leaves to it: Ethernet headers, sequence numbers,
// encryption both ways. The other end is frame_cipher.h's.

#include "data_path_fixture.h"
#include "ieee80211/frame_cipher.h"

namespace mlosim::mt7925 {
namespace {

using ieee80211::CipherAddresses;
using ieee80211::CipherHeader;
using ieee80211::FrameCipher;
using ieee80211::FrameView;
using testing::IsEmpty;
using testing::SizeIs;

FirmwareConfig guest() {
    FirmwareConfig config;
    config.chip_crypto = true;
    return config;
}

const std::string destination = "02bb00000001";
const std::string arp = "0806 0001 0800 0604 0001";
const std::string snap = "aaaa03 000000";
const std::string pairwise_key = "000102030405060708090a0b0c0d0e0f";
const std::string group_key = "101112131415161718191a1b1c1d1e1f";
const std::string igtk = "202122232425262728292a2b2c2d2e2f";

MacAddress address(const std::string& hex) {
    const Bytes bytes = octets(hex);
    return MacAddress{std::span<const std::uint8_t, 6>{bytes}};
}

class GuestData : public DataPathTest {
protected:
    GuestData() : DataPathTest(guest()) {}
    explicit GuestData(const FirmwareConfig& config) : DataPathTest(config) {}

    static TxDescriptor ethernet(std::uint16_t wcid, std::uint16_t token, const Bytes& frame, std::uint8_t tid = 0) {
        TxDescriptor d;
        d.wlan_idx = wcid;
        d.token = token;
        d.header = TxDescriptor::Header::ethernet;
        d.ethernet_ii = true;
        d.tid = tid;
        d.frame_type = 2;
        d.frame_subtype = 8;
        d.frame_bytes = static_cast<std::uint16_t>(frame.size());
        return d;
    }
    static Bytes ethernet_frame(const std::string& more = arp) { return octets(destination + own_mld + more); }
    /// KEY_V3 as the driver says it.
    McuResult add_key(unsigned bss, unsigned wcid, bool pairwise, unsigned id, const std::string& cipher,
                      const std::string& key) {
        const std::string entry = wcid < 10 ? "0" + std::to_string(wcid) : (wcid == 19 ? "13" : "12");
        const std::string kind = pairwise ? "01 01" : "00 00";
        const std::string length = key.size() == 64 ? "20" : "10";
        return uni(Cid::sta_rec, idx_hex(bss) + entry + " 0100 01 " + (wcid < 10 ? "00" : "0e") +
                                     " 00 00 2700 4400 01 " + kind + " 00" + ap36 + idx_hex(bss) + cipher +
                                     idx_hex(id) + length + entry + "01" + key + zeros(32 - key.size() / 2) +
                                     zeros(16));
    }
    const Bytes& last_sent() { return radio.frames.back().frame; }
    static unsigned sequence(const Bytes& frame) {
        return FrameView::parse(frame)->sequence()->get(ieee80211::SequenceControl::number);
    }
    static FrameCipher cipher(ieee80211::Suite suite, const std::string& key) {
        return std::move(FrameCipher::make(suite, octets(key)).value());
    }
    static FrameCipher ccmp(const std::string& key) { return cipher(ieee80211::cipher::ccmp128, key); }
    /// What the AP says, and the packet that the host gets.
    ReceivedPacket hear(const Bytes& frame) {
        packets.clear();
        front.firmware().receive_frame({{2, 36, 36, 0, 0}, frame, -61, *phy::Rate::legacy(540), queue.now()});
        run(1ms);
        EXPECT_THAT(packets, SizeIs(1));
        return parse_received(packets.at(0)).value();
    }
};

TEST_F(GuestData, AnEthernetFrameGetsTheHeaderOfItsLink) {
    associate();
    send(ethernet(1, 4, ethernet_frame()), ethernet_frame());
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(last_sent(), octets("8801 0000" + ap36 + own36 + destination + "0000 0000" + snap + arp));
    report(true);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{1, 4, 1, false}));
}

TEST_F(GuestData, AnApsEthernetFrameComesFromTheDs) {
    add_interface();
    std::string bss = basic(true, true) + rlm();
    bss.replace(bss.find("01000100"), 8, "02000100");
    EXPECT_EQ(uni(Cid::bss_info, "00 00 0200" + bss).status, 0U);
    peer_is_associated(0, 1);
    send(ethernet(1, 4, ethernet_frame(), 5), ethernet_frame());
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(last_sent(), octets("8802 0000" + ap36 + own36 + own_mld + "0000 0500" + snap + arp));
}

TEST_F(GuestData, LengthsAndTunnelsAreWhatTheyAreInBridges) {
    associate();
    const auto body = [&](const std::string& more) {
        const Bytes frame = ethernet_frame(more);
        send(ethernet(1, 9, frame), frame);
        Bytes out(last_sent().begin() + 26, last_sent().end());
        report(true);
        return out;
    };
    EXPECT_EQ(body("0003 424203"), octets("424203")) << "802.3: LLC is there already";
    EXPECT_EQ(body("8137 0102"), octets("aaaa03 0000f8 8137 0102")) << "IPX";
    EXPECT_EQ(body("8100 0005 0800 4500"), octets(snap + "8100 0005 0800 4500")) << "a VLAN's tag stays";
}

TEST_F(GuestData, WithoutQosThereIsNoTid) {
    associate();
    TxDescriptor d = ethernet(1, 4, ethernet_frame());
    d.frame_subtype = 0;
    send(d, ethernet_frame());
    EXPECT_EQ(last_sent(), octets("0801 0000" + ap36 + own36 + destination + "0000" + snap + arp));
}

TEST_F(GuestData, EthernetFramesThatAreNoneAreCounted) {
    associate();
    const Bytes runt = octets(destination + own_mld + "08");
    send(ethernet(1, 4, runt), runt);
    TxDescriptor management = ethernet(1, 5, ethernet_frame());
    management.frame_type = 0;
    send(management, ethernet_frame());
    EXPECT_THAT(radio.frames, IsEmpty());
    EXPECT_EQ(data().counts().malformed, 2U);
    run(1ms);
    EXPECT_THAT(freed(), SizeIs(2)) << "the buffers come back nevertheless";
}

TEST_F(GuestData, TheChipNumbersQosDataOfATid) {
    associate();
    const auto numbers = [&](std::uint8_t tid) {
        send(ethernet(1, 4, ethernet_frame(), tid), ethernet_frame());
        const unsigned out = sequence(last_sent());
        report(true);
        return out;
    };
    EXPECT_EQ(numbers(0), 0U);
    EXPECT_EQ(numbers(0), 1U);
    EXPECT_EQ(numbers(7), 0U);
    // A frame with its 802.11 header counts along, whatever the host has written.
    Bytes eapol = data_frame(ap36, own36);
    eapol[22] = 0xf0;
    eapol[24] = 7;
    TxDescriptor d = describe(1, 4, eapol);
    d.tid = 7;
    send(d, eapol);
    EXPECT_EQ(sequence(last_sent()), 1U);
    report(true);
    // Unless it was put there on purpose.
    d.sequence = 0x123;
    eapol[22] = 0x30;
    eapol[23] = 0x12;
    send(d, eapol);
    EXPECT_EQ(sequence(last_sent()), 0x123U);
    report(true);
    EXPECT_EQ(numbers(7), 2U);
}

TEST_F(GuestData, FragmentsShareANumber) {
    associate();
    std::vector<std::pair<unsigned, unsigned>> seen;
    for (const std::uint8_t fragment : {0, 0, 1, 2, 0}) {
        Bytes frame = data_frame(ap36, own36);
        frame[22] = fragment;
        send(describe(1, 4, frame), frame);
        seen.emplace_back(sequence(last_sent()), last_sent()[22] & 0xfU);
        report(true);
    }
    using Seen = std::pair<unsigned, unsigned>;
    EXPECT_THAT(seen, testing::ElementsAre(Seen{0, 0}, Seen{1, 0}, Seen{1, 1}, Seen{1, 2}, Seen{2, 0}));
}

TEST_F(GuestData, AnAddbaRequestStartsWhereTheChipIs) {
    associate();
    for (int i = 0; i < 3; ++i) {
        send(ethernet(1, 4, ethernet_frame()), ethernet_frame());
        report(true);
    }
    const Bytes request = octets("d000 0000" + ap36 + own36 + ap36 + "9000 0300 01 0310 0000 1000");
    TxDescriptor d = describe(1, 4, request);
    d.header_size = 24;
    d.frame_type = 0;
    d.frame_subtype = 13;
    d.tid = TxDescriptor::addba_request;
    send(d, request);
    Bytes expected = request;
    expected[31] = 0x30;
    EXPECT_EQ(last_sent(), expected);
}

TEST_F(GuestData, AProtectedFrameIsEncryptedByTheChip) {
    associate();
    EXPECT_EQ(add_key(0, 1, true, 0, "04", pairwise_key).status, 0U);
    TxDescriptor d = ethernet(1, 4, ethernet_frame());
    d.protect = true;
    for (std::uint64_t number = 1; number <= 2; ++number) {
        send(d, ethernet_frame());
        EXPECT_EQ(CipherHeader::parse(last_sent())->packet_number, number);
        const auto clear = ccmp(pairwise_key).unprotect(last_sent());
        ASSERT_TRUE(clear.has_value());
        EXPECT_EQ(Bytes(clear->begin() + 26, clear->end()), octets(snap + arp));
        report(true);
    }
}

TEST_F(GuestData, WithoutTheKeyItIsNotSent) {
    associate();
    TxDescriptor d = ethernet(1, 4, ethernet_frame());
    d.protect = true;
    send(d, ethernet_frame());
    run(1ms);
    EXPECT_THAT(radio.frames, IsEmpty());
    EXPECT_EQ(data().counters(1).tx_without_key, 1U);
    EXPECT_THAT(freed(), testing::ElementsAre(FreedFrame{1, 4, 1, true}));
}

TEST_F(GuestData, OfAnMldTheCipherCountsTheMldsAddresses) {
    associate_mld();
    EXPECT_EQ(add_key(0, 1, true, 0, "04", pairwise_key).status, 0U);
    EXPECT_EQ(add_key(1, 2, true, 0, "04", pairwise_key).status, 0U);
    // An EAPOL frame comes with the MLDs' addresses; the air has the link's.
    const Bytes eapol = data_frame(ap_mld, own_mld);
    TxDescriptor d = describe(1, 4, eapol);
    d.protect = true;
    send(d, eapol);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(address1(last_sent()), octets(ap36));
    EXPECT_EQ(address2(last_sent()), octets(own36));
    EXPECT_FALSE(ccmp(pairwise_key).unprotect(last_sent()).has_value()) << "not the link's addresses";
    const CipherAddresses mlds{address(ap_mld), address(own_mld), address(destination)};
    EXPECT_TRUE(ccmp(pairwise_key).unprotect(last_sent(), mlds).has_value());
}

TEST_F(GuestData, LinksOfAnMldCountPacketsTogether) {
    associate_mld();
    add_key(0, 1, true, 0, "04", pairwise_key);
    TxDescriptor d = ethernet(1, 4, ethernet_frame());
    d.protect = true;
    send(d, ethernet_frame());
    EXPECT_EQ(CipherHeader::parse(last_sent())->packet_number, 1U);
    EXPECT_EQ(sequence(last_sent()), 0U);
    report(true);
    // A link that comes later gets the same key, and the radio goes there.
    add_key(1, 2, true, 0, "04", pairwise_key);
    uni(Cid::sta_rec, "00 01 0200 01 00 00 00 2500 0800 00 000000 2300 0400");
    report_all();
    run(2ms);
    report_all();
    d.wlan_idx = 2;
    send(d, ethernet_frame());
    EXPECT_EQ(radio.frames.back().channel.control, 6);
    EXPECT_EQ(address1(last_sent()), octets(ap6));
    EXPECT_EQ(CipherHeader::parse(last_sent())->packet_number, 2U);
    report_all();
    // Another key begins anew.
    add_key(1, 2, true, 0, "04", group_key);
    send(d, ethernet_frame());
    EXPECT_EQ(CipherHeader::parse(last_sent())->packet_number, 1U);
}

TEST_F(GuestData, ManagementFramesCountWithTheAddressesOnTheAir) {
    associate_mld();
    add_key(0, 1, true, 0, "0b", pairwise_key);
    const Bytes deauthentication = octets("c040 0000" + ap36 + own36 + ap36 + "1000 0300");
    TxDescriptor d = describe(1, 4, deauthentication);
    d.header_size = 24;
    d.frame_type = 0;
    d.frame_subtype = 12;
    d.fixed_link = true;
    d.protect = true;
    send(d, deauthentication);
    ASSERT_THAT(radio.frames, SizeIs(1));
    const auto clear = cipher(ieee80211::cipher::gcmp128, pairwise_key).unprotect(last_sent());
    ASSERT_TRUE(clear.has_value());
    EXPECT_EQ(Bytes(clear->begin() + 24, clear->end()), octets("0300"));
}

TEST_F(GuestData, AGroupManagementFrameGetsItsMic) {
    associate();
    add_key(0, 19, false, 1, "06", group_key + igtk);
    // The MMIE with key id and packet number, as mac80211 writes it for its driver.
    const Bytes frame =
        octets("c000 0000 ffffffffffff" + own36 + own36 + "1000 0300 4c10 0400 050000000000" + zeros(8));
    TxDescriptor d = describe(19, 4, frame);
    d.header_size = 24;
    d.frame_type = 0;
    d.frame_subtype = 12;
    d.group = true;
    d.bip = true;
    send(d, frame);
    ASSERT_THAT(radio.frames, SizeIs(1));
    const auto bip = ieee80211::BipCipher::make(ieee80211::cipher::bip_cmac128, octets(igtk));
    const auto said = bip->verify(last_sent());
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->packet_number, 5U);
    EXPECT_EQ(said->key_id, 4U);
}

TEST_F(GuestData, WhatComesEncryptedIsDecrypted) {
    associate();
    add_key(0, 1, true, 0, "04", pairwise_key);
    const Bytes clear = octets("8802 0000" + own36 + ap36 + destination + "1000 0000" + snap + arp);
    const ReceivedPacket got = hear(ccmp(pairwise_key).protect(clear, 0x010203040506, 0));
    EXPECT_EQ(got.descriptor.security, 4);
    EXPECT_EQ(got.descriptor.packet_number, 0x010203040506U);
    EXPECT_FALSE(got.descriptor.icv_error);
    Bytes expected = clear;
    expected[1] |= 0x40;  // Protected Frame
    EXPECT_TRUE(std::ranges::equal(got.frame, expected)) << "without IV and MIC";
    // As mt7925_mac_fill_rx() reads it: the packet number's highest octet last.
    const Bytes& packet = packets.at(0);
    EXPECT_EQ(Bytes(packet.begin() + 32, packet.begin() + 38), octets("060504030201"));
}

TEST_F(GuestData, AnMldsFrameIsDecryptedWithTheMldsAddresses) {
    associate_mld();
    add_key(0, 1, true, 0, "0c", pairwise_key + group_key);
    const Bytes clear = octets("8802 0000" + own36 + ap36 + destination + "1000 0000" + snap + arp);
    const CipherAddresses mlds{address(own_mld), address(ap_mld), address(destination)};
    const auto gcmp = cipher(ieee80211::cipher::gcmp256, pairwise_key + group_key);
    const ReceivedPacket got = hear(gcmp.protect(clear, 9, 0, mlds));
    EXPECT_EQ(got.descriptor.security, 12);
    EXPECT_FALSE(got.descriptor.icv_error);
    EXPECT_EQ(got.frame.size(), clear.size());
    EXPECT_EQ(Bytes(got.frame.begin() + 4, got.frame.begin() + 10), octets(own36)) << "the link's addresses";
    EXPECT_TRUE(hear(gcmp.protect(clear, 10, 0)).descriptor.icv_error) << "not for the MLD";
}

TEST_F(GuestData, GroupFramesAreDecryptedWithTheBsssKey) {
    associate();
    add_key(0, 19, false, 2, "04", group_key);
    const Bytes clear = octets("0802 0000 ffffffffffff" + ap36 + destination + "1000" + snap + arp);
    const ReceivedPacket got = hear(ccmp(group_key).protect(clear, 3, 2));
    EXPECT_EQ(got.descriptor.security, 4);
    EXPECT_EQ(got.descriptor.key_id, 2);
    EXPECT_EQ(got.descriptor.wlan_idx, 1);
    EXPECT_EQ(got.frame.size(), clear.size());
    const Bytes other = ccmp(group_key).protect(clear, 4, 1);
    const ReceivedPacket unknown = hear(other);
    EXPECT_EQ(unknown.descriptor.security, 0) << "the host may have key 1";
    EXPECT_TRUE(std::ranges::equal(unknown.frame, other));
}

TEST_F(GuestData, AKeyThatIsRemovedIsGone) {
    associate();
    add_key(0, 1, true, 0, "04", pairwise_key);
    add_key(0, 19, false, 1, "04", group_key);
    // cf. mt7925_mcu_sta_key_tlv(): neither key id nor cipher.
    uni(Cid::sta_rec, "00 13 0100 01 0e 00 00 2700 4400 00 00 00 00" + ap36 + "00 00 00 00 13 01" + zeros(48));
    EXPECT_THAT(tables().wtbl[19].keys, IsEmpty());
    EXPECT_THAT(tables().wtbl[1].keys, SizeIs(1));
    const Bytes clear = octets("0802 0000 ffffffffffff" + ap36 + destination + "1000" + snap + arp);
    EXPECT_EQ(hear(ccmp(group_key).protect(clear, 3, 1)).descriptor.security, 0);
}

TEST_F(GuestData, CiphersThatTheChipHasNotAreLeftToTheHost) {
    associate();
    EXPECT_EQ(add_key(0, 1, true, 0, "02", pairwise_key + group_key).status, status::software_crypto) << "TKIP";
    EXPECT_EQ(add_key(0, 1, true, 0, "01", pairwise_key).status, status::software_crypto) << "WEP";
    EXPECT_THAT(tables().wtbl[1].keys, IsEmpty());
}

TEST_F(GuestData, AKeyHasOneOfEightIdentifiers) {
    associate();
    EXPECT_EQ(add_key(0, 1, true, 7, "04", pairwise_key).status, status::ok);
    EXPECT_EQ(add_key(0, 1, true, 8, "04", pairwise_key).status, status::failure);
    EXPECT_THAT(tables().wtbl[1].keys, SizeIs(1));
}

TEST_F(GuestData, KeysOfAnImpossibleLengthAreNoKeys) {
    associate();
    EXPECT_EQ(add_key(0, 1, true, 0, "0c", pairwise_key).status, 0U) << "GCMP-256 with 16 octets";
    EXPECT_EQ(add_key(0, 1, true, 7, "04", pairwise_key).status, 0U) << "a beacon's";
    TxDescriptor d = ethernet(1, 4, ethernet_frame());
    d.protect = true;
    send(d, ethernet_frame());
    EXPECT_THAT(radio.frames, IsEmpty());
}

/// A beacon of ap6 with that SSID.
Bytes beacon_of_ap6(const std::string& ssid = "41") {
    return octets("8000 0000 ffffffffffff" + ap6 + ap6 + "1000 0000000000000000 6400 0104 0001" + ssid);
}

TEST_F(GuestData, BeaconsOfAnMldsFurtherLinkAreKeptFromTheHostToo) {
    associate_mld();  // BCNFT came for the first link alone
    const auto hear_beacon = [&](const std::string& ssid = "41") {
        const Bytes beacon = beacon_of_ap6(ssid);
        return front.firmware().receive_frame({{1, 6, 6, 0, 0}, beacon, -50, *phy::Rate::legacy(10), queue.now()});
    };
    EXPECT_TRUE(hear_beacon()) << "the first one is news";
    EXPECT_FALSE(hear_beacon());
    EXPECT_TRUE(hear_beacon("42")) << "another SSID";
    uni(Cid::bss_info, "00000000 1b00 0400");  // PM_DISABLE
    EXPECT_TRUE(hear_beacon("42"));
}

TEST_F(GuestData, LinksOfAnMldTakeTurnsWhileThereIsTraffic) {
    associate_mld();
    // As fast as each other.
    uni(Cid::sta_rec, "01 02 0100 01 00 00 00 0100 1000 c03f 00000000000000000000");
    const auto talk = [&](sim::Duration time) {
        std::vector<unsigned> channels;
        for (const sim::Time end = queue.now() + time; queue.now() < end; run(50ms)) {
            send(ethernet(1, 4, ethernet_frame()), ethernet_frame());
            report_all();
            if (channels.empty() || channels.back() != radio.frames.back().channel.control)
                channels.push_back(radio.frames.back().channel.control);
        }
        return channels;
    };
    EXPECT_THAT(talk(8s), testing::ElementsAre(36, 6, 36));
    run(4s);
    report_all();
    const std::uint64_t switches = front.firmware().time().link_switches();
    run(20s);
    EXPECT_EQ(front.firmware().time().link_switches(), switches) << "nobody has anything to say";
}

TEST_F(GuestData, ASlowLinkIsOnlyLookedAt) {
    associate_mld();  // 1 Mb/s on channel 6
    unsigned slow = 0;
    unsigned fast = 0;
    for (const sim::Time end = queue.now() + 10s; queue.now() < end; run(10ms)) {
        send(ethernet(1, 4, ethernet_frame()), ethernet_frame());
        report_all();
        ++(radio.frames.back().channel.control == 6 ? slow : fast);
    }
    EXPECT_GT(slow, 10U);
    EXPECT_LT(slow * 10, fast);
}

TEST_F(GuestData, BuffersOfManyFramesComeBackTogether) {
    associate();
    const auto free_packets = [&] {
        return std::ranges::count_if(packets, [](const Bytes& packet) { return parse_tx_free(packet).has_value(); });
    };
    for (std::uint16_t token = 0; token < 40; ++token)
        send(ethernet(1, token, ethernet_frame()), ethernet_frame());
    const sim::Time before = queue.now();
    for (int i = 0; i < 40; ++i)
        front.firmware().transmitted({radio.numbers.at(static_cast<std::size_t>(i)), true, 1});
    run(1us);
    EXPECT_EQ(free_packets(), 2) << "32 and, as no more is to come, 8";
    EXPECT_THAT(freed(), SizeIs(40));
    EXPECT_LT(queue.now() - before, 1ms);
    // One that must wait for another one's end waits not for long.
    packets.clear();
    radio.numbers.clear();
    send(ethernet(1, 50, ethernet_frame()), ethernet_frame());
    send(ethernet(1, 51, ethernet_frame()), ethernet_frame());
    front.firmware().transmitted({radio.numbers.front(), true, 1});
    run(100us);
    EXPECT_EQ(free_packets(), 0);
    run(1ms);
    EXPECT_EQ(free_packets(), 1);
}

TEST_F(GuestData, AFrameOfAPeerThatIsRemovedComesBack) {
    associate();
    send(ethernet(1, 4, ethernet_frame()), ethernet_frame());
    send(ethernet(1, 5, ethernet_frame()), ethernet_frame());
    EXPECT_EQ(data().frames(), 2U) << "one in the air, one waits";
    uni(Cid::sta_rec, "00 01 0200 01 00 00 00 2500 0800 00 000000 2300 0400");
    uni(Cid::bss_info, "00 00 0100" + basic(false, false));
    report_all();
    run(200ms);
    EXPECT_EQ(data().frames(), 0U);
    EXPECT_THAT(freed(), SizeIs(2));
}

class RefusedKeys : public GuestData {
protected:
    static FirmwareConfig config() {
        FirmwareConfig out = guest();
        out.refuse_keys = true;
        return out;
    }
    RefusedKeys() : GuestData(config()) {}
};

TEST_F(RefusedKeys, WhatTheHostHasEncryptedPassesAsItIs) {
    associate();
    EXPECT_EQ(add_key(0, 1, true, 0, "04", pairwise_key).status, status::software_crypto);
    const Bytes frame = ccmp(pairwise_key).protect(data_frame(ap36, own36), 77, 0);
    send(describe(1, 4, frame), frame);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_TRUE(ccmp(pairwise_key).unprotect(last_sent()).has_value());
    EXPECT_EQ(CipherHeader::parse(last_sent())->packet_number, 77U);
    const Bytes from_ap = octets("8842 0000" + own36 + ap36 + destination + "1000 0000 0100002000000000" + zeros(30));
    EXPECT_TRUE(std::ranges::equal(hear(from_ap).frame, from_ap));
}

}  // namespace
}  // namespace mlosim::mt7925
