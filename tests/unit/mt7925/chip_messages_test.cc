// What the driver asks of the chip as a whole, against what the real one sent.

#include "mt7925/host/chip_messages.h"

#include <gmock/gmock.h>

#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

TEST(ChipMessages, OfDeepSleepAreTheRealDrivers) {
    EXPECT_EQ(deep_sleep_message(true), recorded_payloads("s_suspend", Cid::chip_config).at(0));
    EXPECT_EQ(deep_sleep_message(false), recorded_payloads("monitor", Cid::chip_config).at(0));
}

TEST(ChipMessages, OfSensorsAndTablesAreTheRealDrivers) {
    EXPECT_EQ(temperature_message(), recorded_payloads("hwmon", Cid::thermal).at(0));
    EXPECT_EQ(power_table_message(0), recorded_payloads("txsku", Cid::txpower).at(0));
}

TEST(ChipMessages, OfAMonitorAreTheRealDrivers) {
    const auto told = recorded_payloads("monitor", Cid::sniffer);
    EXPECT_EQ(sniffer_message(true), told.at(0));
    EXPECT_EQ(sniffer_channel_message(phy::ChannelDefinition::mhz20(*phy::find_channel(phy::Band::ghz2_4, 1))),
              told.at(1));
    EXPECT_EQ(sniffer_channel_message(
                  *phy::ChannelDefinition::around(*phy::find_channel(phy::Band::ghz5, 36), phy::ChannelWidth::w80)),
              told.at(4));
}

TEST(ChipMessages, OfTheBeaconFilterAreTheRealDrivers) {
    EXPECT_EQ(beacon_filter_message(true), recorded_payloads("mlo52", Cid::band_config).at(0));
    EXPECT_EQ(beacon_filter_message(false), recorded_payloads("mlo52_deauth", Cid::band_config).at(0));
}

TEST(ChipMessages, OfRegistersHaveRoomForEitherKind) {
    EXPECT_EQ(register_message(0x80020000, 1), octets("00000000 0000 0c00 00000280 01000000 00000000"));
    EXPECT_EQ(register_message(0x99010020), octets("00000000 0100 1000 0100 0000 20000199 00000000"));
}

TEST(ChipMessages, CutATextThatIsTooLong) {
    EXPECT_EQ(chip_config_message(std::string(400, 'x')).size(), chip_config_message("x").size());
}

}  // namespace
}  // namespace mlosim::mt7925::host
