// ROC against what the real driver sent.

#include "mt7925/host/roc_message.h"

#include <gmock/gmock.h>

#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

RocLink on(std::uint8_t bss, phy::Band band, std::uint16_t number) {
    return {.bss_idx = bss, .channel = *phy::find_channel(band, number)};
}

TEST(RocMessage, ToJoinAndToEndAreTheRealDrivers) {
    const auto told = recorded_payloads("mlo52", Cid::roc);
    EXPECT_EQ(roc_message({.token = 1, .type = RocType::join, .milliseconds = 1000}, on(0, phy::Band::ghz5, 36)),
              told.at(0));
    EXPECT_EQ(roc_abort_message(1, 0), told.at(1));
}

TEST(RocMessage, ToRemainOnAChannelIsTheRealDrivers) {
    EXPECT_EQ(
        roc_message({.token = 4, .type = RocType::remain_on_channel, .milliseconds = 200}, on(0, phy::Band::ghz5, 36)),
        recorded_payloads("roc", Cid::roc).at(0));
}

TEST(RocMessage, ForASecondLinkIsTheRealDrivers) {
    const auto told = recorded_payloads("mlo52", Cid::roc);
    EXPECT_EQ(mlo_roc_message({.token = 3, .type = RocType::mlsr_ag, .milliseconds = 5}, on(0, phy::Band::ghz5, 36),
                              on(1, phy::Band::ghz2_4, 6)),
              told.at(4));
}

TEST(RocMessage, BeforeTheSecondLinkIsActiveHasAnEmptyRecord) {
    const auto told = recorded_payloads("mlo56", Cid::roc);
    const RocTime time{.token = 7, .type = RocType::mlsr_aa, .milliseconds = 5};
    EXPECT_EQ(mlo_roc_message(time, on(0, phy::Band::ghz5, 36), std::nullopt), told.at(4));
}

TEST(RocMessage, OfSimultaneousLinksTakesAllBands) {
    const Bytes message = mlo_roc_message({.token = 9, .type = RocType::join, .milliseconds = 5},
                                          on(0, phy::Band::ghz5, 36), on(1, phy::Band::ghz6, 37));
    const auto tlvs = *parse_tlvs(message, 4);
    EXPECT_EQ(decode<RocAcquire>(tlvs[0])->dbdcband, 0xfe);
    EXPECT_EQ(decode<RocSubLink>(tlvs[1])->dbdcband, 0xfe);
}

}  // namespace
}  // namespace mlosim::mt7925::host
