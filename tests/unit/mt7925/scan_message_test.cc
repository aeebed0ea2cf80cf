// SCAN_REQ against what the real driver sent for the same sweep.

#include "mt7925/host/scan_message.h"

#include <gmock/gmock.h>

#include "mt7925/scan_tlvs.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

std::vector<Bytes> scans(const std::string& recording) {
    std::vector<Bytes> out;
    for (const Bytes& packet : recorded_commands(recording)) {
        const auto command = parse_command(packet);
        if (command && command->is(Cid::scan_req)) out.emplace_back(command->payload.begin(), command->payload.end());
    }
    return out;
}

phy::Band band_of(std::uint8_t number) {
    constexpr phy::Band bands[] = {phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6};
    return bands[number - 1];
}

/// The sweep behind a recorded message.
mld::DriverScan sweep_of(const Bytes& message) {
    mld::DriverScan out;
    const auto tlvs = parse_tlvs(message, 4);
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == ScanRequest::tag && decode<ScanRequest>(tlv)->scan_type == 1) out.ssids.emplace_back();
        if (tlv.tag == ScanBssid::tag) {
            const auto bssid = decode<ScanBssid>(tlv);
            if (bssid->bssid.is_group())
                out.bssid = bssid->bssid;
            else
                out.colocated.push_back(
                    {.channel = *phy::find_channel(phy::Band::ghz6, bssid->match_ch), .bssid = bssid->bssid});
        }
        if (tlv.tag == ScanChannels::tag) {
            const auto channels = decode<ScanChannels>(tlv);
            for (std::size_t i = 0; i < channels->channels_num; ++i)
                out.channels.push_back(phy::RadioChannel::make(
                    *phy::find_channel(band_of(channels->channels[i].band), channels->channels[i].channel)));
        }
        if (tlv.tag == ScanElements::tag) {
            const auto elements = decode<ScanElements>(tlv);
            out.probe_elements.push_back({band_of(elements->band), elements->ies});
        }
    }
    return out;
}

TEST(ScanMessage, IsTheRealDriversForBothPartsOfAScan) {
    const auto told = scans("us_scan");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(scan_message(LinkNumbers{}, 1, sweep_of(told[0])), told[0]) << "2.4 and 5 GHz at once";
    EXPECT_EQ(scan_message(LinkNumbers{}, 2, sweep_of(told[1])), told[1]) << "6 GHz, with what neighbors told";
}

TEST(ScanMessage, WithoutNamesOnlyListens) {
    mld::DriverScan scan;
    scan.channels.push_back(phy::RadioChannel::make(*phy::find_channel(phy::Band::ghz5, 52)));
    const Bytes message = scan_message(LinkNumbers{}, 3, scan);
    const auto tlvs = *parse_tlvs(message, 4);
    EXPECT_EQ(decode<ScanRequest>(tlvs[0])->scan_type, 0);
    EXPECT_EQ(decode<ScanRequest>(tlvs[0])->probe_req_num, 0);
}

TEST(ScanMessage, NamesWhatIsAskedForAndNoMoreThanThereIsRoom) {
    mld::DriverScan scan;
    for (int i = 0; i < 12; ++i)
        scan.ssids.push_back(*ieee80211::Ssid::from("network " + std::to_string(i)));
    for (std::uint8_t i = 0; i < 24; ++i)  // each told of twice
        scan.colocated.push_back({.channel = *phy::find_channel(phy::Band::ghz6, 5),
                                  .bssid = ieee80211::MacAddress({2, 0, 0, 0, 0, static_cast<std::uint8_t>(i / 2)})});
    for (const phy::Channel& channel : phy::channels(phy::Band::ghz6))
        scan.channels.push_back(phy::RadioChannel::make(channel));
    for (const phy::Channel& channel : phy::channels(phy::Band::ghz5))
        scan.channels.push_back(phy::RadioChannel::make(channel));
    const Bytes message = scan_message(LinkNumbers{}, 3, scan);
    const auto tlvs = *parse_tlvs(message, 4);
    const auto ssids = decode<ScanSsids>(tlvs[1]);
    EXPECT_EQ(ssids->ssid_type, ScanSsids::type_directed);
    EXPECT_EQ(ssids->ssids_num, 10);
    EXPECT_EQ(tlvs[12].tag, ScanChannels::tag) << "ten neighbors before it";
    EXPECT_EQ(decode<ScanChannels>(tlvs[12])->channels_num, 64);
}

}  // namespace
}  // namespace mlosim::mt7925::host
