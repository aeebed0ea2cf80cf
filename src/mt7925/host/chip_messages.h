#pragma once

#include <cstdint>
#include <string_view>

#include "mt7925/host/interface_messages.h"
#include "mt7925/message.h"
#include "phy/channel.h"

/// What the driver asks of the chip as a whole while it runs.
namespace mlosim::mt7925::host {

/// CHIP_CONFIG: a line of text, cut where the message ends. cf. mt7925_mcu_chip_config()
[[nodiscard]] Bytes chip_config_message(std::string_view text);
/// "KeepFullPwr 0" lets the chip sleep deeply. cf. mt7925_mcu_set_deep_sleep()
[[nodiscard]] Bytes deep_sleep_message(bool on);
/// THERMAL, a query. cf. mt7925_mcu_get_temperature()
[[nodiscard]] Bytes temperature_message();
/// TXPOWER, which the driver asks as if it were setting something. cf. mt7925_get_txpwr_info()
[[nodiscard]] Bytes power_table_message(std::uint8_t band_idx);
/// REG_ACCESS, a query or not. Indexes 0x99...... are the radio's. cf. mt7925_mcu_regval()
[[nodiscard]] Bytes register_message(std::uint32_t index, std::uint32_t value = 0);
/// SNIFFER on or off. cf. mt7925_mcu_set_sniffer()
[[nodiscard]] Bytes sniffer_message(bool on);
/// SNIFFER's channel. cf. mt7925_mcu_config_sniffer()
[[nodiscard]] Bytes sniffer_channel_message(const phy::ChannelDefinition& channel);
/// BAND_CONFIG with RXFILTER: whether beacons of other networks stay in the chip, what else is filtered stays as it is.
/// cf. mt7925_mcu_set_beacon_filter()
[[nodiscard]] Bytes beacon_filter_message(bool on);

}  // namespace mlosim::mt7925::host
