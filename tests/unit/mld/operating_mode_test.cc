// How stations say how they receive: VHT Operating Mode Notification, HT Notify Channel Width and SM Power Save.

#include "mld/detail/operating_mode.h"

#include "mld/rate_control.h"
#include "power_save_fixture.h"

namespace mlosim::mld {
namespace {

using detail::set_channel_width;
using detail::set_operating_mode;
using detail::set_sm_power_save;

const phy::ChannelDefinition wide = *phy::ChannelDefinition::around(ghz5(36), phy::ChannelWidth::w80);

/// Two streams, 80 MHz: HT with 40 MHz and SM power save disabled, VHT with MCS 0 to 9.
StaCapabilities capable() {
    StaCapabilities out;
    out.supported_rates = {0x8c, 0x12};
    out.ht = ieee80211::Bytes(26, 0);
    out.ht[0] = 0x0e;
    out.ht[3] = out.ht[4] = 0xff;
    out.vht = {0, 0, 0, 0, 0xfa, 0xff, 0, 0, 0xfa, 0xff, 0, 0};
    return out;
}

TEST(OperatingMode, NarrowsAndTakesStreamsAway) {
    StaCapabilities peer = capable();
    ASSERT_EQ(receives_now(peer, phy::Band::ghz5).mhz, 80U);
    ASSERT_EQ(receives_now(peer, phy::Band::ghz5).streams, 2U);
    const auto change = set_operating_mode(peer, 0x01, wide);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->width, phy::ChannelWidth::w40);
    EXPECT_EQ(change->streams, 1);
    EXPECT_EQ(receives_now(peer, phy::Band::ghz5).mhz, 40U);
    EXPECT_FALSE(set_operating_mode(peer, 0x01, wide)) << "nothing new";
    const auto back = set_operating_mode(peer, 0x12, wide);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->width, phy::ChannelWidth::w80);
    EXPECT_EQ(back->streams, 2);
}

TEST(OperatingMode, CannotHaveWhatTheStationHasNot) {
    StaCapabilities peer = capable();
    EXPECT_FALSE(set_operating_mode(peer, 0x73, wide)) << "160 MHz and eight streams";
    EXPECT_EQ(receives_now(peer, phy::Band::ghz5).streams, 2U);
    const auto narrow = set_operating_mode(peer, 0x70, wide);
    ASSERT_TRUE(narrow);
    EXPECT_EQ(narrow->width, phy::ChannelWidth::w20);
    EXPECT_FALSE(narrow->streams);
}

TEST(OperatingMode, OfBeamformingSaysNothing) {
    StaCapabilities peer = capable();
    EXPECT_FALSE(set_operating_mode(peer, 0x80, wide));
    EXPECT_EQ(receives_now(peer, phy::Band::ghz5).mhz, 80U);
}

TEST(OperatingMode, CountsOnlyOnTheChannelThatThereIs) {
    StaCapabilities peer = capable();
    EXPECT_FALSE(set_operating_mode(peer, 0x11, phy::ChannelDefinition::mhz20(ghz5(36))));
}

TEST(OperatingMode, HtStationsKnowOnlyTwoWidths) {
    StaCapabilities peer = capable();
    const auto narrow = set_channel_width(peer, true, wide);
    ASSERT_TRUE(narrow);
    EXPECT_EQ(narrow->width, phy::ChannelWidth::w20);
    EXPECT_FALSE(narrow->streams);
    const auto any = set_channel_width(peer, false, wide);
    ASSERT_TRUE(any);
    EXPECT_EQ(any->width, phy::ChannelWidth::w80);
    EXPECT_FALSE(set_channel_width(peer, false, wide));
}

TEST(OperatingMode, OfReceiveChains) {
    StaCapabilities peer = capable();
    EXPECT_FALSE(set_sm_power_save(peer, SmPowerSave::off)) << "as its capabilities say";
    const auto one = set_sm_power_save(peer, SmPowerSave::one_chain);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->sm_power_save, SmPowerSave::one_chain);
    EXPECT_FALSE(set_sm_power_save(peer, SmPowerSave::one_chain));
}

class HeardModes : public PowerSaveTest {
protected:
    HeardModes() { world.subscribe(modes); }
    ~HeardModes() override { world.unsubscribe(modes); }

    class Modes : public Events {
    public:
        void station_mode_changed(Wdev&, const ieee80211::MacAddress& station, const StationModeChange& c) override {
            std::string line = station.to_string();
            if (c.sm_power_save) line += " smps=" + std::to_string(static_cast<unsigned>(*c.sm_power_save));
            if (c.width) line += " width=" + std::to_string(static_cast<unsigned>(*c.width));
            if (c.streams) line += " nss=" + std::to_string(*c.streams);
            lines.push_back(line);
        }
        std::vector<std::string> lines;
    } modes;

    void hears_action(const Sta& sta, const ieee80211::Bytes& body) {
        ieee80211::Bytes frame = bytes_of(
            FrameHeader::management(ieee80211::ManagementSubtype::action, ap.address(), sta.address(), ap.address()));
        frame.insert(frame.end(), body.begin(), body.end());
        air.send(frame, ghz2(1));
        run_for(5ms);
    }
    Sta& modern() {
        Sta& sta = add_associated(7, 1, StaFlag::wme);
        sta.default_link().capabilities = capable();
        return sta;
    }
};

TEST_F(HeardModes, AreToldWithWhatTheyChange) {
    Sta& sta = modern();
    hears_action(sta, {7, 1, 1});      // SM Power Save: static
    hears_action(sta, {7, 1, 1});      // once more
    hears_action(sta, {7, 1, 2});      // reserved
    hears_action(sta, {21, 2, 0x00});  // one stream; the channel has 20 MHz anyway
    hears_action(sta, {21, 2});        // without a mode
    const std::string name = sta.address().to_string();
    EXPECT_THAT(modes.lines, testing::ElementsAre(name + " smps=1", name + " nss=1"));
}

TEST_F(HeardModes, OfLegacyStationsAreNotUnderstood) {
    Sta& sta = add_associated(7, 1);
    hears_action(sta, {7, 1, 1});
    EXPECT_THAT(modes.lines, testing::IsEmpty());
}

}  // namespace
}  // namespace mlosim::mld
