#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "sim/result.h"

namespace mlosim::mt7925 {

using ieee80211::Bytes;
using ieee80211::ByteView;

/// Commands of the running firmware (UNI). Only those that the driver of this chip sends or the tables of
/// docs/mt7925.md name.
enum class Cid : std::uint16_t {
    dev_info = 0x01,
    bss_info = 0x02,
    sta_rec = 0x03,
    edca = 0x04,
    suspend = 0x05,
    offload = 0x06,
    hif_ctrl = 0x07,
    band_config = 0x08,
    wsys_config = 0x0b,
    reg_access = 0x0d,
    chip_config = 0x0e,
    set_domain_info = 0x15,
    scan_req = 0x16,
    sniffer = 0x24,
    roc = 0x27,
    set_dbdc = 0x28,
    txpower = 0x2b,
    set_power_limit = 0x2c,
    efuse_ctrl = 0x2d,
    testmode_rx_stat = 0x32,
    thermal = 0x35,
    rssi_monitor = 0x41,
    testmode_ctrl = 0x46,
    nan = 0x56,
    radio_status = 0x80,
};

/// Commands of the boot ROM, in the older message form.
enum class RomCid : std::uint8_t {
    target_address_len = 0x01,
    fw_start = 0x02,
    nic_power_ctrl = 0x04,
    patch_start = 0x05,
    patch_finish = 0x07,
    patch_sem_control = 0x10,
    fw_scatter = 0xee,
};

/// Events of the firmware.
enum class Eid : std::uint8_t {
    result = 0x01,
    hif_ctrl = 0x03,
    fw_log = 0x04,
    coredump = 0x0a,
    beacon_loss = 0x0c,
    scan_done = 0x0e,
    roc = 0x27,
    mbmc = 0x28,
    tx_done = 0x2d,
    efuse = 0x2d,  ///< the same number: an answer carries its command's, and TX_DONE is never asked for
    thermal = 0x35,
    rssi = 0x41,
    nic_capability = 0x43,
    radio_status = 0x80,
};

/// Bits of a UNI command's option octet.
namespace option {
inline constexpr std::uint8_t ack = 1U << 0U;
inline constexpr std::uint8_t uni = 1U << 1U;
inline constexpr std::uint8_t set = 1U << 2U;
inline constexpr std::uint8_t set_ack = set | uni | ack;
inline constexpr std::uint8_t query_ack = uni | ack;
inline constexpr std::uint8_t set_silent = set | uni;
// Of an event:
inline constexpr std::uint8_t event = 1U << 1U;
inline constexpr std::uint8_t unsolicited = 1U << 2U;
}  // namespace option

/// What travels on the command ring: a UNI command or one of the boot ROM. `payload` lies in the bytes it was parsed
/// from.
struct CommandView {
    bool uni = true;
    std::uint16_t cid = 0;
    std::uint8_t seq = 0;
    std::uint8_t option = 0;  ///< UNI only
    ByteView payload;

    /// Asks for an answer by the UNI rule.
    [[nodiscard]] bool wants_ack() const noexcept { return (option & option::ack) != 0; }
    [[nodiscard]] bool is_query() const noexcept { return uni && (option & option::set) == 0; }
    [[nodiscard]] bool is(Cid id) const noexcept { return uni && cid == static_cast<std::uint16_t>(id); }
    [[nodiscard]] bool is(RomCid id) const noexcept { return !uni && cid == static_cast<std::uint16_t>(id); }
};

/// Tells the two forms apart by the octets both have at one place, checks every length once.
[[nodiscard]] Result<CommandView> parse_command(ByteView packet);
/// The packet of a UNI command: 32 octets for the DMA engine, 16 of header, the payload.
[[nodiscard]] Bytes build_command(Cid cid, std::uint8_t seq, std::uint8_t option, ByteView payload);
/// The packet of a boot ROM command: the payload begins at octet 64.
[[nodiscard]] Bytes build_command(RomCid cid, std::uint8_t seq, ByteView payload);

/// What travels on the event ring.
struct EventView {
    std::uint8_t eid = 0;
    std::uint8_t seq = 0;  ///< the command's; 0 of one that nobody asked for
    std::uint8_t option = 0;
    std::uint8_t ext_eid = 0;  ///< the status octet of PATCH_SEM_CONTROL and PATCH_FINISH
    ByteView payload;

    [[nodiscard]] bool is_unsolicited() const noexcept { return (option & option::unsolicited) != 0; }
    [[nodiscard]] bool is(Eid id) const noexcept { return eid == static_cast<std::uint8_t>(id); }
};

[[nodiscard]] Result<EventView> parse_event(ByteView packet);
[[nodiscard]] Bytes build_event(const EventView& event);

/// One tag-length-value record. `offset` is where it begins, counted from the start of the payload.
struct Tlv {
    std::uint16_t tag = 0;
    ByteView body;
    std::size_t offset = 0;
};

/// The records of `payload` behind its fixed header of `header_size` octets. A record of no length ends the list if
/// nothing but zeros follows (REG_ACCESS pads so). Errors name the place and carry it.
[[nodiscard]] Result<std::vector<Tlv>> parse_tlvs(ByteView payload, std::size_t header_size);

}  // namespace mlosim::mt7925
