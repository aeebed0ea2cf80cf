#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mt7925/bss_tlvs.h"
#include "mt7925/chip_tlvs.h"
#include "mt7925/host_tlvs.h"
#include "mt7925/radio.h"
#include "mt7925/regulatory_tlvs.h"
#include "mt7925/station_tlvs.h"

/// What the firmware remembers. Plain values: a copy is a snapshot.
namespace mlosim::mt7925 {

inline constexpr std::size_t bss_count = 5;  ///< four, and the P2P device's
inline constexpr std::size_t wtbl_size = 20;
inline constexpr std::size_t omac_count = 5;
inline constexpr std::size_t links_per_device = 4;
inline constexpr std::uint16_t last_wtbl_index = wtbl_size - 1;

/// The WTBL entry of a BSS itself: 19 down to 15.
[[nodiscard]] constexpr std::uint16_t self_wcid(std::uint8_t bss_idx) {
    return static_cast<std::uint16_t>(last_wtbl_index - bss_idx);
}

/// Codes of CMD_RESULT. Two were seen in the wild; which mistake gets which is ours.
namespace status {
inline constexpr std::uint32_t ok = 0;
inline constexpr std::uint32_t software_crypto = 1;
inline constexpr std::uint32_t not_there = 0x00010003;
inline constexpr std::uint32_t failure = 0xc0000001;
}  // namespace status

/// One own MAC: an address for each link of the interface.
struct Device {
    std::array<std::optional<MacAddress>, links_per_device> links;
    std::uint8_t band_idx = 0xff;
    [[nodiscard]] bool active() const;
};

struct Bss {
    bool active = false;
    BssBasic basic;
    std::optional<BssRlm> rlm;
    std::optional<BssSecurity> security;
    std::optional<BssRate> rate;
    std::optional<BssQos> qos;
    std::optional<BssMld> mld;
    std::optional<BssSlotTime> slot;
    std::optional<BssHeBasic> he;
    std::optional<BssColor> color;
    std::optional<BssMbssid> mbssid;
    std::optional<BssEht> eht;
    std::optional<BssBeaconContent> beacon;
    std::optional<BssPowerSave> power_save;
    std::optional<BssBeaconFilter> beacon_filter;  ///< gone after PM_DISABLE
    std::array<std::optional<EdcaQueue>, 4> edca;
    std::optional<RssiThresholds> rssi_monitor;

    [[nodiscard]] bool connected_station() const {
        return active && basic.conn_type == ConnectionType::station && basic.conn_state == 0;
    }
    [[nodiscard]] std::optional<RadioChannel> channel() const;
};

struct KeySlot {
    bool pairwise = false;
    KeyCipher cipher = KeyCipher::none;
    std::uint8_t key_id = 0;
    std::uint8_t length = 0;
    MacAddress peer;
    Octets<32> key{};
};

struct BlockAck {
    std::uint16_t ssn = 0;
    std::uint16_t win_size = 0;
    bool amsdu = false;
};

struct WtblEntry {
    bool valid = false;
    bool self = false;  ///< a BSS's own
    std::uint8_t bss_idx = 0;
    StaBasic basic;
    std::optional<StaState> state;
    std::optional<StaPhy> phy;
    std::optional<StaHt> ht;
    std::optional<StaVht> vht;
    std::optional<StaHe> he;
    std::optional<StaHe6g> he_6g;
    std::optional<StaEht> eht;
    std::optional<StaUapsd> uapsd;
    std::optional<StaHwAmsdu> hw_amsdu;
    std::optional<StaRateAdaptation> rate;
    std::optional<StaHdrTrans> hdr_trans;
    std::optional<StaMld> mld;
    std::optional<StaEhtMld> eht_mld;
    std::array<std::optional<BlockAck>, 8> originator;
    std::array<std::optional<BlockAck>, 8> recipient;
    std::vector<KeySlot> keys;  ///< by (pairwise, BIP, key id): at most one each
};

/// An MLD as the tables show it: BSSs that share a group, the peer's entries that share a primary.
struct MldGroup {
    std::uint8_t group_id = 0;
    MacAddress address;
    std::vector<std::uint8_t> bss_indexes;
    struct Peer {
        MacAddress address;
        std::uint16_t primary = 0;
        std::vector<std::uint16_t> wcids;
    };
    std::vector<Peer> peers;
};

/// A line of the WCID table as people read it.
struct WcidRow {
    std::uint16_t wcid = 0;
    bool self = false;
    std::uint8_t bss_idx = 0;
    std::optional<std::uint8_t> link_id;   ///< of the BSS's MLD
    MacAddress address;                    ///< the peer's; of an own entry the BSSID
    std::optional<std::uint16_t> primary;  ///< of a peer MLD
    std::uint8_t state = 0;                ///< STATE: 0 none, 1 authenticated, 2 associated
    std::uint16_t aid = 0;
    std::vector<std::string> keys;  ///< "pairwise 0 ccmp"
    std::uint8_t originator_tids = 0;
    std::uint8_t recipient_tids = 0;
};

struct Regulatory {
    std::string alpha2;
    std::vector<DomainChannel> channels_2g;
    std::vector<DomainChannel> channels_5g;
    std::vector<DomainChannel> channels_6g;
    /// Of the running download, by (band, channel): the loudest limit of a channel, in half dBm.
    std::map<std::pair<std::uint8_t, std::uint8_t>, std::int8_t> power_limits;
    std::array<bool, 4> limits_complete{};  ///< by band: the last message came

    /// Whether only listening is allowed there. Unknown channels: yes.
    [[nodiscard]] bool no_ir(std::uint8_t band, std::uint8_t channel) const;
};

struct RxFilter {
    std::uint32_t fif = 0;
    std::uint32_t bits = 0;
};

/// What holds for the whole chip.
struct ChipState {
    bool fw_log = false;
    bool keep_full_power = false;
    bool efuse_loaded = false;
    bool suspended = false;  ///< HIF_CTRL
    bool sniffer = false;
    std::array<RxFilter, 2> rx_filter;
    std::array<BandRts, 2> rts;
    std::array<bool, bss_count> wow{};
    std::array<std::uint8_t, bss_count> wake_triggers{};  ///< while wow: what the host is woken for
    std::array<std::vector<ArpEntry>, bss_count> arp;
    std::array<bool, bss_count> gtk_rekey{};
    std::vector<std::string> texts;  ///< of CHIP_CONFIG, by first word the latest
};

struct FirmwareTables {
    std::array<Device, omac_count> devices;
    std::array<Bss, bss_count> bss;
    std::array<WtblEntry, wtbl_size> wtbl;
    Regulatory regulatory;
    ChipState chip;

    [[nodiscard]] std::vector<MldGroup> mld_groups() const;
    /// The valid entries of the WTBL, in order.
    [[nodiscard]] std::vector<WcidRow> wcid_rows() const;
};

/// What the firmware counted since it was made; resets do not clear it.
struct FirmwareCounts {
    std::uint64_t commands = 0;
    std::uint64_t events = 0;
    std::uint64_t unknown_commands = 0;
    std::uint64_t malformed_commands = 0;
    std::uint64_t refused_commands = 0;       ///< answered with a status that is not 0
    std::uint64_t inactive_references = 0;    ///< answered 0 though BSS or entry was not there (real teardown needs it)
    std::uint64_t commands_while_asleep = 0;  ///< sent in fw-own: never taken
    std::uint64_t dropped_commands = 0;       ///< stalled or dead
    std::uint64_t dropped_frames = 0;         ///< on the data ring while nobody looked at it
    std::uint64_t boots = 0;
    std::uint64_t resets = 0;
};

}  // namespace mlosim::mt7925
