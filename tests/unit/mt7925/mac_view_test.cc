// What the MAC knows of links and peers, as the driver tells the firmware of it: with the elements of the recordings'
// access points it must come to what the real driver sent.

#include "../mld/access_point_fixture.h"
#include "mld/sta.h"
#include "mt7925/host/link_view.h"
#include "mt7925/host/peer_view.h"
#include "recorded_network.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

/// The capabilities in the association responses of mlo52 and mlo56.
mld::StaCapabilities recorded_capabilities() {
    mld::StaCapabilities out;
    out.supported_rates = octets("0c 12 18 24 30 48 60 6c");
    out.ht = octets("ad09 17 ffff0000000000000000000001000000 0000 00000000 00");
    out.vht = octets("b1798b0f faff0000faff0000");
    out.he = octets("010000000000 0400000000000000000000 fafffaff");
    out.eht = octets("0200 000000000000000000 222222");
    return out;
}

class MacView : public mld::AccessPointTest {
protected:
    MacView() {
        mld::RadioSpec spec;
        spec.profile = mld::profile("mt7925");
        spec.interface_name = "sta";
        add_radio(std::move(spec));
    }
    mld::Wdev& sta() { return wdev("sta"); }
    /// A peer with one link.
    std::unique_ptr<mld::Sta> peer(mld::StaCapabilities capabilities) {
        auto out = std::make_unique<mld::Sta>(sta(), recorded_link_5, world.now());
        auto link = std::make_unique<mld::LinkSta>();
        link->address = recorded_link_5;
        link->capabilities = std::move(capabilities);
        out->links().push_back(std::move(link));
        return out;
    }
};

TEST_F(MacView, OfAPeerIn5GHzIsWhatTheRealDriverSaid) {
    const auto known = peer(recorded_capabilities());
    StationRecord record = station_record(*known, known->default_link(), channel_20(phy::Band::ghz5, 36));
    EXPECT_FALSE(record.eht_mld.has_value()) << "the interface is no MLD";
    record.entry = EntryNumbers::peer({}, 1);
    record.state = EntryState::associated;
    record.qos = true;
    record.aid = 1;
    record.basic_rates = 0x15;
    record.mld = StationRecord::Mld{.address = recorded_mld, .primary = {.wcid = 1, .bss_idx = 0}, .secondary = {}};
    record.eht_mld = StationRecord::EhtMld{};
    EXPECT_EQ(station_message(record), recorded_payloads("mlo52", Cid::sta_rec).at(1));
}

TEST_F(MacView, OfAPeerIn2GHzTakesTheLengthFromEht) {
    mld::StaCapabilities capabilities = recorded_capabilities();
    capabilities.supported_rates = octets("02 04 0b 16 0c 12 18 24 30 48 60 6c");
    const auto known = peer(std::move(capabilities));
    const PeerCapabilities can = peer_capabilities(*known, known->default_link(), channel_20(phy::Band::ghz2_4, 6));
    EXPECT_EQ(can.rates, 0xfff);
    EXPECT_FALSE(can.vht.has_value()) << "the radio has none there";
    EXPECT_EQ(can.max_amsdu_octets, 3895);
    EXPECT_EQ(can.bandwidth, 0);
    EXPECT_EQ(can.rx_streams, 2);
}

TEST_F(MacView, OfAPeerIn6GHzHasItsOwnCapabilitiesThere) {
    mld::StaCapabilities capabilities = recorded_capabilities();
    capabilities.he_6ghz = octets("1b00");
    const auto known = peer(std::move(capabilities));
    const PeerCapabilities can = peer_capabilities(*known, known->default_link(), channel_20(phy::Band::ghz6, 5));
    EXPECT_FALSE(can.ht.has_value());
    EXPECT_EQ(can.he_6ghz, 0x001b);
    EXPECT_EQ(can.max_amsdu_octets, 3895);
}

TEST_F(MacView, OfAWiderPeerIsLimitedByItsChannelAndItsOperatingMode) {
    mld::StaCapabilities capabilities = recorded_capabilities();
    const auto wide = *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz5, 36), phy::ChannelWidth::w80);
    EXPECT_EQ(peer_capabilities(*peer(capabilities), peer(capabilities)->default_link(), wide).bandwidth, 2);
    capabilities.operating_mode = 0x01;  // 40 MHz, one stream
    const auto known = peer(std::move(capabilities));
    const PeerCapabilities can = peer_capabilities(*known, known->default_link(), wide);
    EXPECT_EQ(can.bandwidth, 1);
    EXPECT_EQ(can.rx_streams, 1);
}

TEST_F(MacView, OfAPeerWithNothingHasItsRates) {
    mld::StaCapabilities capabilities;
    capabilities.supported_rates = octets("0c 12 18 24 30 48 60 6c");
    const auto known = peer(std::move(capabilities));
    StationRecord record = station_record(*known, known->default_link(), channel_20(phy::Band::ghz5, 36));
    EXPECT_EQ(record.can.generations(), Generations{});
    record.entry = EntryNumbers::peer({}, 1);
    record.basic_rates = 0x15;
    EXPECT_EQ(station_message(record), recorded_payloads("mlo52", Cid::sta_rec).at(0));
}

TEST_F(MacView, OfElementsTooShortTakesNothing) {
    mld::StaCapabilities capabilities;
    capabilities.ht = octets("ad09");
    capabilities.vht = octets("b1");
    capabilities.he = octets("01");
    capabilities.eht = octets("02");
    const auto known = peer(std::move(capabilities));
    EXPECT_EQ(peer_capabilities(*known, known->default_link(), channel_20(phy::Band::ghz5, 36)).generations(),
              Generations{});
}

TEST_F(MacView, OfTheRadioItself) {
    EXPECT_EQ(phy_mode(phy::Band::ghz5, own_generations(sta(), phy::Band::ghz5)), 0xb1);
    EXPECT_EQ(phy_mode_ext(phy::Band::ghz5, own_generations(sta(), phy::Band::ghz5)), 0x04);
    EXPECT_EQ(phy_mode(phy::Band::ghz2_4, own_generations(sta(), phy::Band::ghz2_4)), 0x4e);
    EXPECT_EQ(phy_mode_ext(phy::Band::ghz6, own_generations(sta(), phy::Band::ghz6)), 0x09);
    EXPECT_EQ(rate_bits(sta(), phy::Band::ghz5, octets("8c 98 b0")), 0x15);
    EXPECT_EQ(rate_bits(sta(), phy::Band::ghz2_4, octets("82 84 8b 96")), 0x0f);
}

TEST_F(MacView, OfALinkWithoutAChannelIsNothing) {
    EXPECT_FALSE(bss_update(sta().default_link(), {}).has_value());
}

TEST_F(MacView, OfAnAccessPointsLink) {
    network.channel = *phy::find_channel(phy::Band::ghz2_4, 6);
    ASSERT_EQ(start(network), 0);
    const auto bss = bss_update(ap.default_link(), LinkNumbers{});
    ASSERT_TRUE(bss.has_value());
    EXPECT_EQ(bss->type, ConnectionType::access_point);
    EXPECT_EQ(bss->bssid, ap.address());
    EXPECT_EQ(bss->beacon_interval, 100);
    EXPECT_TRUE(bss->qos);
    EXPECT_FALSE(bss->he.has_value()) << "its beacon has no HE";
    EXPECT_FALSE(bss->mld.has_value());
    EXPECT_EQ(bss->fixed_rate_entry, 11) << "1 Mbps";
}

}  // namespace
}  // namespace mlosim::mt7925::host
