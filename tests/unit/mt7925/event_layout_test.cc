#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bytes_text.h"
#include "mt7925/catalogue.h"
#include "mt7925/decoded_message.h"

namespace mlosim::mt7925 {
namespace {

/// An event's payload written by hand from the field tables, every field another value; and what must be read.
struct EventCase {
    std::uint8_t eid;
    bool unsolicited;
    std::string payload;
    std::string text;
};

const EventCase event_cases[] = {
    {0x01, false, "02 000000 03000100", "RESULT seq 5 for BSS_INFO status 65539"},
    {0x03, true, "00000000 0000 1400 07 000000 01000000 02 03 04 05 00000000",
     "HIF_CTRL seq 5 | BASIC cid 7 status 1 hif_type 2 hif_tx_traffic 3 hif_rx_traffic 4 hif_suspend 5"},
    {0x04, true, "00000000 6869 00", "FW_LOG seq 5 data 00000000686900"},
    {0x0a, true, "0000000000000000 6869", "COREDUMP seq 5 data 00000000000000006869"},
    {0x0c, true, "03 00 0000 0000 0800 01 02 0000",
     "BEACON_LOSS seq 5 bss_idx 3 tlv_count 0 | BEACON_LOSS reason 1 nr_btolink 2"},
    {0x0e, true, "81 03 0000 0000 0800 00000000", "SCAN_DONE seq 5 seq_num 129 bss_idx 3 tlv_count 0 | BASIC"},
    {0x0e, true, "81 03 0000 0200 0800 05 444500",
     "SCAN_DONE seq 5 seq_num 129 bss_idx 3 tlv_count 0 | CHNLINFO nr_chan 5 alpha2 444500"},
    {0x0e, true, "81 03 0000 0300 0800 00000000", "SCAN_DONE seq 5 seq_num 129 bss_idx 3 tlv_count 0 | NLO"},
    {0x27, true, "00000000 0000 1400 01 02 03 04 05 06 07 08 09 0a 0b 00 e8030000",
     "ROC seq 5 | GRANT bss_idx 1 tokenid 2 status 3 primary_ch 4 rf_sco 5 rf_band 6 width 7 seg1 8 seg2 9 reqtype 10 "
     "dbdcband 11 max_interval 1000"},
    {0x28, true, "0102", "MBMC seq 5 data 0102"},
    {0x2d, true, "00000000 0100 3800 01 000000" + zeros(48), "TX_DONE seq 5 | RAW version 1 txs 48 octets"},
    {0x41, true, "03 00 0000 0000 0800 baffffff", "RSSI seq 5 bss_idx 3 tlv_count 0 | RSSI rssi -70"},
    {0x43, false, "0100 0000 0700 0a00 0a0b0c0d0e0f",
     "NIC_CAPA seq 5 n_element 1 | MAC_ADDR address 0a:0b:0c:0d:0e:0f"},
    {0x43, false, "0100 0000 0800 1100 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d",
     "NIC_CAPA seq 5 n_element 1 | PHY ht 1 vht 2 band_5g 3 max_bw 4 nss 5 dbdc 6 tx_ldpc 7 rx_ldpc 8 tx_stbc 9 "
     "rx_stbc "
     "10 hw_path 11 he 12 eht 13"},
    {0x43, false, "0100 0000 1800 0800 01 000000", "NIC_CAPA seq 5 n_element 1 | 6G has_6ghz 1"},
    {0x43, false, "0100 0000 2000 0c00 02030000 00000000", "NIC_CAPA seq 5 n_element 1 | CHIP_CAP bits 770"},
    {0x43, false, "0100 0000 2200 1000 00000000 0100 000000000000", "NIC_CAPA seq 5 n_element 1 | EML_CAP eml_cap 1"},
    {0x2d, false,
     "00000000 0100 1c00 01000000 700a0000 02000000 10000000 03000000 04000000" + zeros(16) +
         "000102030405060708090a0b0c0d0e0f" + zeros(16),
     "EFUSE seq 5 tlv_tag 1 tlv_len 28 version 1 address 2672 valid 2 size 16 magic 3 type 4 data "
     "000102030405060708090a0b0c0d0e0f" +
         zeros(16)},
    {0x35, false, "00000000 0000 0c00 00000000 2d000000 0000000000000000",
     "THERMAL seq 5 tlv_tag 0 tlv_len 12 temperature 45"},
    {0x80, false, "0000000000000000 01000000 00000000", "RADIO_STATUS seq 5 radio_on 1"},
    {0x0d, false, "00000000 0000 0c00 01000000 02000000", "REG_ACCESS seq 5 | REG index 1 data 2"},
};

Bytes packet_of(const EventCase& row) {
    const Bytes payload = octets(row.payload);
    Bytes packet = octets("0000 0038" + zeros(28) + "0000 00e0 00 05 02 00 00 000000");
    const std::size_t total = 44 + payload.size();
    packet[0] = static_cast<std::uint8_t>(total);
    packet[1] = static_cast<std::uint8_t>(total >> 8U);
    packet[32] = static_cast<std::uint8_t>(total - 32);
    packet[33] = static_cast<std::uint8_t>((total - 32) >> 8U);
    packet[36] = row.eid;
    if (row.unsolicited) packet[38] = 6;
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

class EveryEvent : public testing::TestWithParam<EventCase> {};

TEST_P(EveryEvent, IsReadFromHandWrittenBytes) {
    const DecodedMessage message = decode_event(packet_of(GetParam()));
    EXPECT_EQ(message.fault, "");
    EXPECT_EQ(to_text(message), "event " + GetParam().text);
}

TEST_P(EveryEvent, IsWrittenAsItWasRead) {
    const EventCase& row = GetParam();
    const Bytes payload = octets(row.payload);
    const MessageForm* form = find_event(row.eid, row.unsolicited);
    ASSERT_NE(form, nullptr);
    Bytes again = form->rewrite_header(payload).value();
    if (!form->tlvs.empty()) {
        const std::vector<Tlv> tlvs = parse_tlvs(payload, form->header_size).value();
        for (const Tlv& tlv : tlvs) {
            const Bytes body = form->tlv(tlv.tag)->rewrite(tlv.body).value();
            ieee80211::ByteWriter out(again);
            out.u16le(tlv.tag);
            out.u16le(static_cast<std::uint16_t>(body.size() + 4));
            out.bytes(body);
        }
    }
    EXPECT_EQ(again, payload);
}

INSTANTIATE_TEST_SUITE_P(Layout, EveryEvent, testing::ValuesIn(event_cases), [](const auto& row) {
    return std::string(find_event(row.param.eid, row.param.unsolicited)->name) + "_" + std::to_string(row.index);
});

TEST(TheEventTable, HasARowForEveryEventAndRecord) {
    std::set<const MessageForm*> tested;
    std::set<std::pair<const MessageForm*, std::uint16_t>> tested_records;
    for (const EventCase& row : event_cases) {
        const MessageForm* form = find_event(row.eid, row.unsolicited);
        tested.insert(form);
        if (form->tlvs.empty()) continue;
        const Bytes payload = octets(row.payload);
        const std::vector<Tlv> tlvs = parse_tlvs(payload, form->header_size).value();
        for (const Tlv& tlv : tlvs)
            tested_records.insert({form, tlv.tag});
    }
    for (const auto forms : {all_unsolicited_events(), all_answers()}) {
        for (const MessageForm& form : forms) {
            EXPECT_TRUE(tested.contains(&form)) << form.name;
            for (const TlvForm& tlv : form.tlvs) {
                // REG_ACCESS answers with its command's records, which the commands' table tests.
                if (form.name == "REG_ACCESS") continue;
                EXPECT_TRUE(tested_records.contains({&form, tlv.tag})) << form.name << " " << tlv.name;
            }
        }
    }
}

}  // namespace
}  // namespace mlosim::mt7925
