// STA_REC_UPDATE against what the real driver sent of the same peers.

#include "mt7925/host/station_message.h"

#include <gmock/gmock.h>

#include "recorded_network.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

constexpr LinkNumbers first{};
constexpr LinkNumbers second{.bss_idx = 1, .link_idx = 1};

/// mlo52's access point, associated.
StationRecord first_link() {
    StationRecord record;
    record.entry = EntryNumbers::peer(first, 1);
    record.state = EntryState::associated;
    record.qos = true;
    record.aid = 1;
    record.address = recorded_link_5;
    record.basic_rates = 0x15;
    record.can = recorded_peer_5ghz();
    record.mld = StationRecord::Mld{.address = recorded_mld, .primary = {.wcid = 1, .bss_idx = 0}, .secondary = {}};
    record.eht_mld = StationRecord::EhtMld{};
    return record;
}

class StationMessage : public ::testing::Test {
protected:
    const std::vector<Bytes> told = recorded_payloads("mlo52", Cid::sta_rec);
};

TEST_F(StationMessage, OfAPeerThatIsNewIsTheRealDrivers) {
    StationRecord record;
    record.entry = EntryNumbers::peer(first, 1);
    record.address = recorded_link_5;
    record.basic_rates = 0x15;
    record.can.rates = 0xff;
    EXPECT_EQ(station_message(record), told.at(0));
}

TEST_F(StationMessage, OfAnAssociatedPeerIsTheRealDrivers) {
    StationRecord record = first_link();
    EXPECT_EQ(station_message(record), told.at(1));
    record.translation.translated = true;
    EXPECT_EQ(station_message(record), told.at(4)) << "once more, with the second link";
}

TEST_F(StationMessage, OfASecondLinkNamesBoth) {
    StationRecord record = first_link();
    record.entry = EntryNumbers::peer(second, 2);
    record.address = recorded_link_2;
    record.band = phy::Band::ghz2_4;
    record.basic_rates = 0x0f;
    record.can.vht.reset();
    record.can.rates = 0xfff;
    record.can.max_amsdu_octets = 3839;
    record.mld->secondary = StationRecord::Link{.wcid = 2, .bss_idx = 1};
    EXPECT_EQ(station_message(record), told.at(5));
}

TEST_F(StationMessage, OfA6GHzLinkHasAnEmptyVht) {
    StationRecord record = first_link();
    record.entry = EntryNumbers::peer(second, 2);
    record.address = ieee80211::MacAddress({0x02, 0xaa, 0x00, 0x00, 0x0b, 0x05});
    record.band = phy::Band::ghz6;
    record.can.ht.reset();
    record.can.vht.reset();
    record.can.he_6ghz = 0x001b;
    record.can.max_amsdu_octets = 3895;
    record.mld = StationRecord::Mld{.address = ieee80211::MacAddress({0x02, 0xaa, 0x00, 0x00, 0x0b, 0x00}),
                                    .primary = {.wcid = 1, .bss_idx = 0},
                                    .secondary = StationRecord::Link{.wcid = 2, .bss_idx = 1}};
    EXPECT_EQ(station_message(record), recorded_payloads("mlo56", Cid::sta_rec).at(4));
}

TEST_F(StationMessage, OfAPeerThatIsNoMldIsTheRealDrivers) {
    StationRecord record = first_link();
    record.address = ieee80211::MacAddress({0x02, 0xaa, 0x00, 0x00, 0x00, 0x44});
    record.can.he.reset();
    record.can.eht.reset();
    record.mld->address = record.address;
    record.eht_mld.reset();
    EXPECT_EQ(station_message(record), recorded_payloads("wpa", Cid::sta_rec).at(1));
}

TEST_F(StationMessage, WithEmlsrSaysSoInsteadOfSimultaneous) {
    StationRecord record = first_link();
    record.eht_mld->eml = 1;
    const Bytes message = station_message(record);
    const auto tlvs = *parse_tlvs(message, 8);
    const auto mld = *decode<StaEhtMld>(tlvs.at(11 - 1));
    EXPECT_EQ(mld.eml_cap[0], 1);
    EXPECT_EQ(mld.str_cap[0], 0);
}

TEST_F(StationMessage, OfHeaderTranslationAloneIsTheRealDrivers) {
    EXPECT_EQ(header_translation_message(EntryNumbers::peer(first, 1), {.translated = true}), told.at(2));
    EXPECT_EQ(header_translation_message(EntryNumbers::self(first, 19), {}), told.at(3));
    EXPECT_EQ(header_translation_message(EntryNumbers::self(first, 19), {.of_station = false}),
              recorded_payloads("ap", Cid::sta_rec).at(0));
}

TEST_F(StationMessage, OfFourAddressesAndTdlsFollowsTheDriver) {
    const auto translation = [](const HeaderTranslation& how) {
        const Bytes message = header_translation_message(EntryNumbers::peer(first, 1), how);
        return *decode<StaHdrTrans>(parse_tlvs(message, 8)->at(0));
    };
    EXPECT_EQ(translation({.four_addresses = true}).from_ds, 1);
    EXPECT_EQ(translation({.four_addresses = true}).to_ds, 1);
    EXPECT_EQ(translation({.tdls = true}).to_ds, 0);
}

TEST_F(StationMessage, OfABlockAckAgreementIsTheRealDrivers) {
    const BlockAck agreement{.originator = true, .start = true, .amsdu = true, .window = 256};
    EXPECT_EQ(block_ack_message(EntryNumbers::peer(first, 1), agreement), told.at(6));
    EXPECT_EQ(block_ack_message(EntryNumbers::peer(second, 2), agreement), told.at(7));
    const auto down = recorded_payloads("mlo52_deauth", Cid::sta_rec);
    EXPECT_EQ(block_ack_message(EntryNumbers::peer(first, 1), {.originator = true}), down.at(0));
    EXPECT_EQ(block_ack_message(EntryNumbers::peer(second, 2), {.originator = true}), down.at(3));
}

TEST_F(StationMessage, OfARemovalIsTheRealDrivers) {
    const auto down = recorded_payloads("mlo52_deauth", Cid::sta_rec);
    EXPECT_EQ(station_removal_message(EntryNumbers::peer(first, 1)), down.at(4));
    EXPECT_EQ(station_removal_message(EntryNumbers::peer(second, 2)), down.at(5));
}

TEST_F(StationMessage, OfAnAccessPointsStationHasItsUapsdQueues) {
    StationRecord record = first_link();
    record.peer_type = ConnectionType::station;
    record.uapsd = StationRecord::Uapsd{.queues = 0b0101, .max_service_period = 2};  // voice and background
    const Bytes message = station_message(record);
    const auto tlvs = *parse_tlvs(message, 8);
    const auto uapsd = *decode<StaUapsd>(tlvs.at(4));
    EXPECT_EQ(uapsd.delivery_ac_map, 0b1001);
    EXPECT_EQ(uapsd.trigger_ac_map, 0b1001);
    EXPECT_EQ(uapsd.max_sp, 2);
}

}  // namespace
}  // namespace mlosim::mt7925::host
