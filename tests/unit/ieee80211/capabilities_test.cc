#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/vht_elements.h"

namespace mlosim::ieee80211::testing {
namespace {

template <class E>
Bytes encode(const E& e) {
    Bytes bytes;
    ByteWriter out{bytes};
    e.append_to(out);
    return bytes;
}

TEST(BitString, ReadsAndWritesFieldsAcrossOctets) {
    HePhyCapabilities phy;
    phy.set(HePhyCapabilities::midamble_max_nsts, 3);  // bits 15 and 16
    EXPECT_EQ(phy.octets()[1], 0x80);
    EXPECT_EQ(phy.octets()[2], 0x01);
    EXPECT_EQ(phy.get(HePhyCapabilities::midamble_max_nsts), 3U);
    phy.set(HePhyCapabilities::midamble_max_nsts, 1);
    EXPECT_EQ(phy.octets()[2], 0x00);

    HtMcsSet mcs;
    mcs.set(HtMcsSet::rx_mcs_0_31, 0xdeadbeef);
    EXPECT_EQ(mcs.get(HtMcsSet::rx_mcs_0_31), 0xdeadbeefU);
    EXPECT_EQ(HtOperationInfo::from_raw(0x1122334455).raw(), 0x1122334455U);
}

TEST(BitString, ABadValueForAFieldIsOurOwnMistake) {
    HtCapabilityInfo info;
    EXPECT_DEATH(info.set(HtCapabilityInfo::rx_stbc_streams, 4), "the value fits its field");
}

TEST(McsMap, CountsStreams) {
    const McsMap map = McsMap::uniform(2, 2);
    EXPECT_EQ(map.raw(), 0xfffa);
    EXPECT_EQ(map.streams(), 2U);
    EXPECT_EQ(map.support(3), McsMap::not_supported);
    EXPECT_EQ(McsMap{}.streams(), 0U);
}

TEST(HtElements, ReadAFortyMegahertzAp) {
    const auto op = HtOperation::parse(from_hex("2405000000000000000000000000000000000000000000"));
    ASSERT_TRUE(op);
    EXPECT_EQ(op->primary_channel, 36);
    EXPECT_EQ(op->secondary_channel(), SecondaryChannel::above);
    EXPECT_TRUE(op->info.has(HtOperationInfo::any_width));
}

TEST(HeCapabilities, ThePhyDecidesWhatFollows) {
    HePhyCapabilities phy;
    HeCapabilities::McsSets mcs;
    EXPECT_TRUE(HeCapabilities::from({}, phy, mcs));
    phy.set(HePhyCapabilities::width_160);
    EXPECT_FALSE(HeCapabilities::from({}, phy, mcs)) << "no map for 160 MHz";
    mcs.at_160 = HeMcsSet{McsMap::uniform(2, 2), McsMap::uniform(2, 2)};
    const auto caps = HeCapabilities::from({}, phy, mcs);
    ASSERT_TRUE(caps);
    EXPECT_EQ(encode(*caps).size(), 3U + 17U + 8U);
    phy.set(HePhyCapabilities::ppe_thresholds_present);
    EXPECT_FALSE(HeCapabilities::from({}, phy, mcs)) << "no thresholds";
    const auto ppe = HePpeThresholds::parse(from_hex("19 1cc771"));  // 2 streams, 2 RUs: 7 + 24 bits
    ASSERT_TRUE(ppe);
    EXPECT_EQ(ppe->streams(), 2U);
    EXPECT_EQ(ppe->ru_bitmap(), 3U);
    EXPECT_EQ(ppe->octets().size(), 4U);
    const auto with_ppe = HeCapabilities::from({}, phy, mcs, *ppe);
    ASSERT_TRUE(with_ppe);
    EXPECT_EQ(*HeCapabilities::parse(ByteView(encode(*with_ppe)).subspan(3)), *with_ppe);
}

TEST(HePpeThresholds, TheLargestFits) {
    Bytes octets(HePpeThresholds::max_size, 0xff);
    EXPECT_EQ(HePpeThresholds::parse(octets)->octets().size(), HePpeThresholds::max_size);
    Bytes eht(EhtPpeThresholds::max_size, 0xff);
    EXPECT_EQ(EhtPpeThresholds::parse(eht)->octets().size(), EhtPpeThresholds::max_size);
}

TEST(HeOperation, PresenceBitsFollowWhatIsThere) {
    HeOperation op;
    op.parameters.set(HeOperationParameters::txop_duration_rts_threshold, 1023);
    op.color.set(BssColor::color, 51);
    EXPECT_EQ(encode(op), from_hex("ff07 24 f03f00 33 ffff"));
    op.six_ghz = He6GhzOperation{5, He6GhzControl::from_raw(2), 7, 0, 6};
    op.max_cohosted_bssid_indicator = 3;
    EXPECT_EQ(encode(op), from_hex("ff0d 24 f0bf02 33 ffff 03 0502070006"));
    op.vht = VhtOperationInfo{1, 42, 0};
    EXPECT_EQ(encode(op), from_hex("ff10 24 f0ff02 33 ffff 012a00 03 0502070006"));
    EXPECT_EQ(*HeOperation::parse(ByteView(encode(op)).subspan(3)), op);
}

struct LayoutCase {
    const char* why;
    std::vector<HePhyCapabilities::Field> he;
    bool eht_320;
    bool from_ap;
    std::size_t maps;  // octets
};

TEST(EhtCapabilities, TheMcsMapsAreThoseOfTheWidths) {
    const LayoutCase cases[] = {
        {"20 MHz only station", {}, false, false, 4},
        {"AP of 20 MHz", {}, false, true, 3},
        {"40 MHz in 2.4 GHz", {HePhyCapabilities::width_40_in_2ghz}, false, false, 3},
        {"80 MHz", {HePhyCapabilities::width_40_80_in_5_6ghz}, false, false, 3},
        {"160 MHz", {HePhyCapabilities::width_40_80_in_5_6ghz, HePhyCapabilities::width_160}, false, true, 6},
        {"320 MHz", {HePhyCapabilities::width_40_80_in_5_6ghz, HePhyCapabilities::width_160}, true, true, 9},
    };
    for (const LayoutCase& c : cases) {
        EhtContext context{{}, c.from_ap};
        for (const auto field : c.he)
            context.he_phy.set(field);
        EhtPhyCapabilities phy;
        phy.set(EhtPhyCapabilities::width_320_in_6ghz, c.eht_320 ? 1 : 0);
        Bytes body(2, 0);
        body.insert(body.end(), phy.octets().begin(), phy.octets().end());
        const std::size_t fixed = body.size();
        body.resize(fixed + c.maps, 0x22);
        const auto caps = EhtCapabilities::parse(body, context);
        ASSERT_TRUE(caps) << c.why;
        EXPECT_EQ(encode(*caps).size(), 3 + body.size()) << c.why;
        EXPECT_TRUE(EhtCapabilities::from(context, caps->mac(), caps->phy(), caps->mcs())) << c.why;
        EXPECT_FALSE(EhtCapabilities::parse(ByteView(body).first(body.size() - 1), context)) << c.why;
    }
}

TEST(EhtCapabilities, MapsOfOtherWidthsAreNoLegalContent) {
    const EhtContext context{{}, true};
    EXPECT_FALSE(EhtCapabilities::from(context, {}, {}, EhtMcsMap20MhzOnly{}));
    EhtMcsMapsByWidth maps;
    maps.up_to_80 = EhtMcsMap{{2, 2}, {2, 2}, {2, 2}};
    EXPECT_TRUE(EhtCapabilities::from(context, {}, {}, maps));
    maps.at_320 = maps.up_to_80;
    EXPECT_FALSE(EhtCapabilities::from(context, {}, {}, maps));
}

TEST(EhtOperation, CarriesTheDisabledSubchannels) {
    EhtOperation op;
    op.basic_mcs.mcs0_7 = EhtMaxStreams{1, 1};
    EXPECT_EQ(encode(op), from_hex("ff06 6a 00 11000000"));
    op.info = EhtOperationInfo{EhtOperationInfo::Control::from_raw(2), 42, 0, 0x0004};
    EXPECT_EQ(encode(op), from_hex("ff0b 6a 03 11000000 022a00 0400"));
    EXPECT_EQ(*EhtOperation::parse(ByteView(encode(op)).subspan(3)), op);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
