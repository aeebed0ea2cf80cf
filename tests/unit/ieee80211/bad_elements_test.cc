#include <map>
#include <set>

#include <gtest/gtest.h>

#include "captured_frames.h"
#include "round_trip.h"

namespace mlosim::ieee80211::testing {
namespace {

struct BadElement {
    ElementType type;
    Result<void> (*parse)(ByteView body);
    const char* body;   // hexadecimal, what follows the Length field (and the extension)
    const char* error;  // the sentence expected
    const char* why;
};

template <class E>
Result<void> parse_as(ByteView body) {
    const auto value = E::parse(body);
    if (!value) return fail(value.error());
    return {};
}
template <class E>
BadElement bad(const char* body, const char* error, const char* why) {
    return {E::type, parse_as<E>, body, error, why};
}

/// EHT Capabilities of an AP whose HE Capabilities know 20, 40, 80 and 160 MHz.
BadElement bad_eht(const char* body, const char* error, const char* why) {
    return {EhtCapabilities::type,
            [](ByteView b) -> Result<void> {
                HePhyCapabilities he;
                he.set(HePhyCapabilities::width_40_80_in_5_6ghz).set(HePhyCapabilities::width_160);
                const auto value = EhtCapabilities::parse(b, {he, true});
                if (!value) return fail(value.error());
                return {};
            },
            body, error, why};
}

constexpr const char* ssid_of_33 = "616161616161616161616161616161616161616161616161616161616161616161";
constexpr const char* ht_capabilities_of_25 = "0c001bffff00000000000000000000010000000000000000 00";
constexpr const char* ht_operation_of_21 = "010000000000000000000000000000000000000000";

std::vector<BadElement> bad_elements() {
    return {
        bad<Ssid>(ssid_of_33, "SSID: longer than 32 octets", "33 octets"),
        bad<SupportedRates>("", "Supported Rates: not 1 to 8 octets", "no rate"),
        bad<SupportedRates>("0204060b0c12182430", "Supported Rates: not 1 to 8 octets", "the ninth belongs elsewhere"),
        bad<ExtendedSupportedRates>("", "Extended Supported Rates: not 1 to 255 octets", "no rate"),
        bad<DsssParameterSet>("", "DSSS Parameter Set: empty", "no channel"),
        bad<Tim>("000200", "TIM: shorter than 4 octets", "no bitmap"),
        bad<Tim>("00000000", "TIM: a DTIM period of 0 is reserved", "period 0"),
        bad<Tim>("02020000", "TIM: the DTIM count is not below the DTIM period", "count 2 of period 2"),
        bad<Tim>("0001fe0000", "TIM: the partial virtual bitmap ends beyond AID 2007", "offset 254 of 251 octets"),
        bad<Tim>("0001fa0000", "TIM: the partial virtual bitmap ends beyond AID 2007", "one octet too far"),
        bad<Country>("444520010d", "Country: shorter than 6 octets", "two thirds of a triplet"),
        bad<Country>("444520010d1400", "Country: odd length", "a pad octet that makes it odd"),
        bad<Country>("444520 010d14 2404", "Country: part of a triplet at the end", "two triplets less one octet"),
        bad<PowerConstraint>("", "Power Constraint: empty", "no value"),
        bad<PowerCapability>("00", "Power Capability: shorter than 2 octets", "minimum alone"),
        bad<TpcReport>("14", "TPC Report: shorter than 2 octets", "power without margin"),
        bad<ChannelSwitchAnnouncement>("0124", "Channel Switch Announcement: shorter than 3 octets", "no count"),
        bad<ExtendedChannelSwitchAnnouncement>("018024", "Extended Channel Switch Announcement: shorter than 4 octets",
                                               "no count"),
        bad<Erp>("", "ERP: empty", "no flags"),
        bad<BssLoad>("00000000", "BSS Load: shorter than 5 octets", "half a capacity"),
        bad<BssMaxIdlePeriod>("2c01", "BSS Max Idle Period: shorter than 3 octets", "no options"),
        bad<TimeoutInterval>("03e80300", "Timeout Interval: shorter than 5 octets", "three quarters of a value"),
        bad<OperatingModeNotification>("", "Operating Mode Notification: empty", "no mode"),
        bad<SupportedOperatingClasses>("", "Supported Operating Classes: empty", "no current class"),
        bad<ManagementMic>("04000100000000", "Management MIC: shorter than 8 octets", "packet number cut off"),
        bad<ManagementMic>("0400010000000000 112233445566", "Management MIC: the MIC has neither 8 nor 16 octets",
                           "6 octets of MIC"),
        bad<Rsn>("", "RSN: not version 1", "no version"),
        bad<Rsn>("0200", "RSN: not version 1", "version 2"),
        bad<Rsn>("0100000fac", "RSN: part of a group data cipher suite", "OUI without type"),
        bad<Rsn>("0100000fac0401", "RSN: no pairwise cipher suite, or fewer than their count", "half a count"),
        bad<Rsn>("0100000fac040000", "RSN: no pairwise cipher suite, or fewer than their count", "a count of 0"),
        bad<Rsn>("0100000fac040200000fac04", "RSN: no pairwise cipher suite, or fewer than their count", "1 of 2"),
        bad<Rsn>("0100000fac04ffff000fac04", "RSN: no pairwise cipher suite, or fewer than their count", "1 of 65535"),
        bad<Rsn>("0100000fac040100000fac040200000fac02", "RSN: no AKM suite, or fewer than their count", "1 of 2"),
        bad<Rsn>("0100000fac040100000fac040100000fac020c", "RSN: half of the capabilities", "one octet"),
        bad<Rsn>("0100000fac040100000fac040100000fac02000001", "RSN: fewer PMKIDs than their count", "half a count"),
        bad<Rsn>("0100000fac040100000fac040100000fac020000010000112233445566778899aabbccddee",
                 "RSN: fewer PMKIDs than their count", "15 octets of a PMKID"),
        bad<Rsn>("0100000fac040100000fac040100000fac0200000000000fac", "RSN: part of a group management cipher suite",
                 "OUI without type"),
        bad<Rsnx>("", "RSNX: empty", "no octet"),
        bad<Rsnx>("21", "RSNX: shorter than its field length says", "1 octet of 2"),
        bad<HtCapabilities>(ht_capabilities_of_25, "HT Capabilities: shorter than 26 octets", "25 octets"),
        bad<HtOperation>(ht_operation_of_21, "HT Operation: shorter than 22 octets", "21 octets"),
        bad<VhtCapabilities>("00000000aaaa0000aaaa00", "VHT Capabilities: shorter than 12 octets", "11 octets"),
        bad<VhtOperation>("012a00fc", "VHT Operation: shorter than 5 octets", "half an MCS map"),
        bad<HeCapabilities>("0178c81a400002bfce00000000000000", "HE Capabilities: shorter than 17 octets", "16 octets"),
        bad<HeCapabilities>("0178c81a400000bfce0000000000000000 faff", "HE Capabilities: shorter than its MCS sets",
                            "receive map alone"),
        bad<HeCapabilities>("0178c81a400008bfce0000000000000000 fafffaff", "HE Capabilities: shorter than its MCS sets",
                            "160 MHz announced, no map"),
        bad<HeCapabilities>("0178c81a400018bfce0000000000000000 fafffafffafffaff",
                            "HE Capabilities: shorter than its MCS sets", "80+80 MHz announced, no map"),
        bad<HeCapabilities>("0178c81a400000bfce0000008000000000 fafffaff",
                            "HE Capabilities: the PPE thresholds are missing", "announced, but nothing follows"),
        bad<HeCapabilities>("0178c81a400000bfce0000008000000000 fafffaff 7b1cc771",
                            "HE Capabilities: shorter than its PPE thresholds", "4 streams and 4 RUs take 13 octets"),
        bad<HeOperation>("f03f00b3fc", "HE Operation: shorter than 6 octets", "5 octets"),
        bad<HeOperation>("f07f00b3fcff0124", "HE Operation: shorter than the parts that it announces",
                         "VHT information less one octet"),
        bad<HeOperation>("f0bf00b3fcff", "HE Operation: shorter than the parts that it announces",
                         "co-hosted BSSs announced"),
        bad<HeOperation>("f03f02b3fcff05000500", "HE Operation: shorter than the parts that it announces",
                         "6 GHz information less one octet"),
        bad<He6GhzCapabilities>("bf", "HE 6 GHz Band Capabilities: shorter than 2 octets", "one octet"),
        bad_eht("07001c0000feffff7f01", "EHT Capabilities: shorter than 11 octets", "10 octets"),
        bad_eht("07001c0000feffff7f0100 8888", "EHT Capabilities: shorter than its MCS maps", "no map is whole"),
        bad_eht("07001c0000feffff7f0100 888888 8888", "EHT Capabilities: shorter than its MCS maps",
                "the map for 160 MHz less one octet"),
        bad_eht("07001e0000feffff7f0100 888888 888888", "EHT Capabilities: shorter than its MCS maps",
                "no map for 320 MHz"),
        bad_eht("07001c0000fe08ff7f0100 888888 888888 ff", "EHT Capabilities: the PPE thresholds are missing",
                "half of their header"),
        bad_eht("07001c0000fe08ff7f0100 888888 888888 f101 0000", "EHT Capabilities: shorter than its PPE thresholds",
                "2 streams and 5 RUs take 9 octets"),
        bad<EhtOperation>("00110000", "EHT Operation: shorter than 5 octets", "4 octets"),
        bad<EhtOperation>("011100000002 2a", "EHT Operation: shorter than its information field", "no CCFS1"),
        bad<EhtOperation>("0311000000022a2a01", "EHT Operation: shorter than its information field",
                          "half of the bitmap"),
        bad<BandwidthIndication>("00022a", "Bandwidth Indication: shorter than its information field", "no CCFS1"),
        bad<ReducedNeighborReport>("000151", "Reduced Neighbor Report: a neighbor is longer than what is left",
                                   "three quarters of a header"),
        bad<ReducedNeighborReport>("00015101", "Reduced Neighbor Report: a neighbor is longer than what is left",
                                   "no TBTT information"),
        bad<ReducedNeighborReport>("10015101ff", "Reduced Neighbor Report: a neighbor is longer than what is left",
                                   "1 TBTT information of 2"),
        bad<MultipleBssid>("", "Multiple BSSID: empty", "no indicator"),
        bad<MultipleBssid>("00", "Multiple BSSID: the MaxBSSID Indicator is not 1 to 8", "a set of one"),
        bad<MultipleBssid>("09", "Multiple BSSID: the MaxBSSID Indicator is not 1 to 8", "a set of 512"),
        bad<MultipleBssid>("01000553021104", "Multiple BSSID: a subelement is longer than what is left",
                           "4 octets of 5"),
        bad<MultipleBssidIndex>("", "Multiple BSSID-Index: empty", "no index"),
        bad<MultipleBssidIndex>("00", "Multiple BSSID-Index: 0 is the transmitted BSSID", "index 0"),
        bad<NontransmittedBssidCapability>("11", "Nontransmitted BSSID Capability: shorter than 2 octets", "one octet"),
        bad<NonInheritance>("", "Non-Inheritance: shorter than its lists", "no list"),
        bad<NonInheritance>("0130", "Non-Inheritance: shorter than its lists", "no second list"),
        bad<NonInheritance>("00026a", "Non-Inheritance: shorter than its lists", "1 extension of 2"),
        bad<MultiLinkTrafficIndication>("52", "Multi-Link Traffic Indication: no control field", "half of it"),
        bad<TidToLinkMapping>("", "TID-To-Link Mapping: shorter than its control field", "empty"),
        bad<TidToLinkMapping>("02", "TID-To-Link Mapping: shorter than its control field",
                              "a mapping without presence indicator"),
        bad<TidToLinkMapping>("07", "TID-To-Link Mapping: direction 3 is reserved", "direction 3"),
        bad<TidToLinkMapping>("0e01", "TID-To-Link Mapping: shorter than the parts that it announces",
                              "half a switch time"),
        bad<TidToLinkMapping>("160102", "TID-To-Link Mapping: shorter than the parts that it announces",
                              "two thirds of a duration"),
        bad<TidToLinkMapping>("02030100", "TID-To-Link Mapping: shorter than the parts that it announces",
                              "one TID of two"),
        bad<TidToLinkMapping>("02010000", "TID-To-Link Mapping: a TID is mapped to no link", "mask 0"),
        bad<TidToLinkMapping>("02010080", "TID-To-Link Mapping: link id 15 is reserved", "bit 15"),
        bad<TransmitPowerEnvelope>("", "Transmit Power Envelope: empty", "no information"),
        bad<TransmitPowerEnvelope>("202e", "Transmit Power Envelope: reserved interpretation", "interpretation 4"),
        bad<TransmitPowerEnvelope>("802e", "Transmit Power Envelope: reserved category", "category 2"),
        bad<TransmitPowerEnvelope>("042e2e2e2e2e", "Transmit Power Envelope: reserved count", "EIRP count 4"),
        bad<TransmitPowerEnvelope>("0d2e", "Transmit Power Envelope: reserved count", "PSD count 5"),
        bad<TransmitPowerEnvelope>("012e", "Transmit Power Envelope: fewer limits than their count", "1 of 2"),
        bad<TransmitPowerEnvelope>("0b010203", "Transmit Power Envelope: fewer limits than their count", "3 of 4"),
        bad<TransmitPowerEnvelope>("08010201", "Transmit Power Envelope: fewer further PSD limits than their count",
                                   "1 of 2"),
        bad<MeshId>(ssid_of_33, "Mesh ID: longer than 32 octets", "33 octets"),
        bad<NonApStaRegulatoryConnectivity>("", "Non-AP STA Regulatory Connectivity: empty", "no flags"),
        bad<WmmInformation>("0050f201", "WMM Information: another vendor's, type, subtype or version", "WPA's type"),
        bad<WmmInformation>("0050f2020001", "WMM Information: no QoS info", "cut off"),
        bad<WmmParameters>("0050f2020002", "WMM Parameters: another vendor's, type, subtype or version", "version 2"),
        bad<WmmParameters>("0050f2020101010003a4000027a4000042435e0062322f",
                           "WMM Parameters: shorter than its four records", "voice less one octet"),
        bad<BasicMultiLink>("b0", "Multi-Link: shorter than its control field", "half a control field"),
        bad<BasicMultiLink>("0500", "Multi-Link: reserved type", "type 5"),
        bad<BasicMultiLink>("0100010203", "Multi-Link: another variant than expected", "a probe request's"),
        bad<BasicMultiLink>("0000", "Multi-Link: no common info", "control alone"),
        bad<BasicMultiLink>("000000", "Multi-Link: the common info length is not that of the element",
                            "a length that does not count itself"),
        bad<BasicMultiLink>("000008020000000000", "Multi-Link: the common info length is not that of the element",
                            "8 octets announced, 7 there"),
        bad<BasicMultiLink>("0000060200000000",
                            "Basic Multi-Link: common info shorter than the parts that it announces",
                            "5 octets of an address"),
        bad<BasicMultiLink>("300008 020000000000 00",
                            "Basic Multi-Link: common info shorter than the parts that it announces",
                            "link id announced with a change count that is not there"),
        bad<BasicMultiLink>("100008 020000000000 0f", "Basic Multi-Link: link id 15 is reserved", "link 15"),
        bad<BasicMultiLink>("000007 020000000000 0003 0100", "Multi-Link: a subelement is longer than what is left",
                            "2 octets of 3"),
        bad<BasicMultiLink>("000007 020000000000 0002 0100",
                            "Per-STA Profile: shorter than STA Control and STA Info Length", "no STA Info Length"),
        bad<BasicMultiLink>("000007 020000000000 0003 0f00 01", "Per-STA Profile: link id 15 is reserved", "link 15"),
        bad<BasicMultiLink>("000007 020000000000 0003 0100 00",
                            "Per-STA Profile: STA Info shorter than the parts that STA Control announces",
                            "a length that does not count itself"),
        bad<BasicMultiLink>("000007 020000000000 0003 2100 01",
                            "Per-STA Profile: STA Info shorter than the parts that STA Control announces",
                            "an address announced"),
        bad<BasicMultiLink>("000007 020000000000 0003 0100 02", "Per-STA Profile: STA Info longer than what is left",
                            "STA Info of 2 octets, 1 there"),
        bad<BasicMultiLink>("000007 020000000000 0009 2100 07 0200000000",
                            "Multi-Link: a subelement is longer than what is left", "8 octets of 9"),
        bad<ProbeRequestMultiLink>("110001",
                                   "Probe Request Multi-Link: common info shorter than the parts that it announces",
                                   "AP MLD ID announced"),
        bad<ProbeRequestMultiLink>("010001 0001 00", "Probe Request Multi-Link: a profile shorter than STA Control",
                                   "one octet"),
        bad<ProbeRequestMultiLink>("010001 0002 0f00", "Probe Request Multi-Link: link id 15 is reserved", "link 15"),
        bad<ReconfigurationMultiLink>(
            "120001", "Reconfiguration Multi-Link: common info shorter than the parts that it announces",
            "an address announced"),
        bad<ReconfigurationMultiLink>("020001 0002 0100",
                                      "Reconfiguration profile: shorter than STA Control and STA Info Length",
                                      "no STA Info Length"),
        bad<ReconfigurationMultiLink>("020001 0003 0f00 01", "Reconfiguration profile: link id 15 is reserved",
                                      "link 15"),
        bad<ReconfigurationMultiLink>("020001 0003 0100 00",
                                      "Reconfiguration profile: STA Info longer than what is left",
                                      "a length that does not count itself"),
        bad<ReconfigurationMultiLink>(
            "020001 0004 4100 02 05",
            "Reconfiguration profile: STA Info shorter than the parts that STA Control announces",
            "half a removal timer"),
        bad<TdlsMultiLink>("0300 06 0200000000", "TDLS Multi-Link: common info without the AP MLD's address",
                           "5 octets of an address"),
        bad<PriorityAccessMultiLink>("1400 01", "Priority Access Multi-Link: common info without the AP MLD's address",
                                     "no address"),
        bad<PriorityAccessMultiLink>("1400 07 020000000000 0001 00",
                                     "Priority Access Multi-Link: a profile shorter than STA Control", "one octet"),
        bad<PriorityAccessMultiLink>("1400 07 020000000000 0002 0f00",
                                     "Priority Access Multi-Link: link id 15 is reserved", "link 15"),
    };
}

TEST(BadElements, AreRefusedWithTheirReason) {
    for (const BadElement& b : bad_elements()) {
        const auto result = b.parse(from_hex(b.body));
        ASSERT_FALSE(result) << b.error << " (" << b.why << ") was accepted: " << b.body;
        EXPECT_EQ(result.error().code, EINVAL) << b.why;
        EXPECT_EQ(result.error().message, b.error) << b.why << ": " << b.body;
    }
}

/// Every kind of element has a way to be wrong, but for the one that is a list of any octets.
TEST(BadElements, ThereIsOneOfEveryKind) {
    std::set<ElementType> tried;
    for (const BadElement& b : bad_elements())
        tried.insert(b.type);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto check = [&](ElementType type) {
            if (type == element::extended_capabilities) return;
            EXPECT_TRUE(tried.contains(type)) << "no bad input for element " << +type.id << '/' << +type.extension;
        };
        (check(std::tuple_element_t<I, PlainElements>::type), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<PlainElements>>{});
    EXPECT_TRUE(tried.contains(element::eht_capabilities));
    EXPECT_TRUE(tried.contains(element::multi_link));
}

/// What real daemons sent, cut off at every length: never a crash, and what is accepted reads the same again.
TEST(BadElements, EveryPrefixOfARealElementIsReadOrRefused) {
    std::set<Bytes> done;
    std::map<RoundTrip, unsigned> outcomes;
    HePhyCapabilities he;
    he.set(HePhyCapabilities::width_40_80_in_5_6ghz);
    for (const CapturedFrame& captured : captured_frames()) {
        for (const ElementView& e :
             ElementList{ByteView(captured.octets).subspan(std::min<std::size_t>(36, captured.octets.size()))}) {
            Bytes whole{e.encoded().begin(), e.encoded().end()};
            if (e.fragmented() || !done.insert(whole).second) continue;
            while (whole[1] > 0) {
                whole.pop_back();
                --whole[1];
                ByteView rest = whole;
                const auto cut = ElementView::take(rest, Nesting::elements);
                ASSERT_TRUE(cut);
                const RoundTrip outcome = round_trip(*cut, {he, true});
                EXPECT_NE(outcome, RoundTrip::differs) << captured.where;
                ++outcomes[outcome];
            }
        }
    }
    EXPECT_GT(outcomes[RoundTrip::malformed], 1000U);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
