#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_control.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/frame.h"
#include "mld/interface_type.h"
#include "mld/key.h"
#include "mld/outside_medium.h"
#include "mld/scan.h"
#include "mld/sta.h"
#include "mld/survey.h"
#include "phy/channel.h"
#include "phy/flags.h"
#include "phy/medium.h"
#include "sim/result.h"

namespace mlosim::mld {

class ChipInspection;
class Link;
class Wdev;
struct Emlsr;
struct WakeOn;
struct LinkMapping;

/// What of an interface as a whole changed. cf. vif_cfg_changed(), BSS_CHANGED_* of struct ieee80211_vif_cfg
enum class VifChange : std::uint32_t {
    association = 1U << 0,  ///< a station is connected now, or no longer
    power_save = 1U << 1,
    links = 1U << 2,    ///< links came or went (MLD_VALID_LINKS)
    mapping = 1U << 3,  ///< traffic is mapped to other links (MLD_TTLM)
};
using VifChanges = phy::Flags<VifChange>;

/// What of one link changed. cf. link_info_changed(), BSS_CHANGED_* of struct ieee80211_bss_conf
enum class LinkChange : std::uint32_t {
    bssid = 1U << 0,
    beacon_interval = 1U << 1,
    basic_rates = 1U << 2,
    protection = 1U << 3,  ///< ERP_CTS_PROT and ERP_PREAMBLE
    slot_time = 1U << 4,
    ht_operation = 1U << 5,
    queues = 1U << 6,  ///< QOS: the access categories' parameters
    beacon = 1U << 7,
    beacon_enabled = 1U << 8,
    tx_power = 1U << 9,
    bandwidth = 1U << 10,
    bss_color = 1U << 11,
    dtim = 1U << 12,  ///< BEACON_INFO: the DTIM period is known
};
using LinkChanges = phy::Flags<LinkChange>;

/// Whether a key comes or goes (enum set_key_cmd).
enum class KeyCommand : std::uint8_t { set, disable };

/// What becomes of a block ack agreement (enum ieee80211_ampdu_mlme_action): the peer sends under it, or this side.
enum class BlockAckStep : std::uint8_t { rx_start, rx_stop, tx_start, tx_operational, tx_stop };
struct BlockAckChange {
    BlockAckStep step = BlockAckStep::rx_start;
    std::uint8_t tid = 0;
    std::uint16_t first_number = 0;
    std::uint16_t window = 0;  ///< in frames
};

/// With what a radio answers a rekeying of the group keys by itself (struct cfg80211_gtk_rekey_data).
struct RekeyData {
    ieee80211::Bytes kek;
    ieee80211::Bytes kck;
    std::array<std::uint8_t, 8> replay_counter{};
    std::uint32_t akm = 0;  ///< its suite selector, 0: not told
};

/// What a managed station is about to send (struct ieee80211_prep_tx_info).
struct ManagedTransmission {
    ieee80211::ManagementSubtype subtype = ieee80211::ManagementSubtype::authentication;
    ieee80211::LinkId link;
    /// With complete_tx(): the exchange came to its good end.
    bool success = false;
    /// With prepare_tx(): how long it may take; nothing: as the driver thinks.
    std::optional<std::chrono::milliseconds> duration = std::nullopt;
};

/// What the MAC sets for a radio as a whole (struct ieee80211_conf).
struct RadioConfig {
    /// Nothing is in use: no channel, no scan.
    bool idle = true;
    /// The one channel of a radio without channel contexts.
    std::optional<phy::ChannelDefinition> channel;
    int power_dbm = 0;
};

/// A file that a driver has in debugfs, below its wiphy's directory. Without `read` or `write` that operation is
/// EINVAL.
struct DebugFile {
    std::string directory;  ///< "hwsim"
    std::string name;
    std::uint32_t permissions = 0;
    std::function<Result<std::string>()> read;
    std::function<Result<void>(std::string_view)> write;
};

/// What a driver tells the MAC above it (the functions that mac80211 exports to drivers).
class DriverEvents {
public:
    /// A frame was received. cf. ieee80211_rx_irqsafe().
    virtual void receive(const FrameBytes& frame, const RxStatus& status) = 0;
    /// A frame that was sent with a cookie is on its way, acknowledged or given up. cf. ieee80211_tx_status_ext().
    virtual void transmitted(const TxStatus& status) = 0;
    /// The radio is where remain_on_channel() wanted it; it has left. cf. ieee80211_ready_on_channel(),
    /// ieee80211_remain_on_channel_expired().
    virtual void ready_on_channel() = 0;
    virtual void remain_on_channel_expired() = 0;
    /// The sweep that hw_scan() started is over. cf. ieee80211_scan_completed().
    virtual void scan_completed(bool aborted) = 0;
    /// The beacon that link's access point sends now, counted on. Empty: it sends none. The bytes hold until the next
    /// call. cf. ieee80211_beacon_get().
    virtual std::span<const std::uint8_t> next_beacon(Link& link) = 0;
    /// A station shall use these of its links, as soon as nothing else is being done.
    /// cf. ieee80211_set_active_links_async().
    virtual void activate_links(Wdev& vif, std::uint16_t links) = 0;
    /// A station's access point is not heard any more; the connection ends. Of a radio that watches connections.
    /// cf. ieee80211_connection_loss()
    virtual void connection_loss(Wdev& vif) = 0;
    /// A station's connection shall end; `reconnect`: the program that made it should do so again.
    /// cf. ieee80211_disconnect()
    virtual void disconnect(Wdev& vif, bool reconnect) = 0;
    /// What the host wanted to be woken for has happened: it resumes, in an event of its own.
    virtual void wake_up() = 0;

protected:
    ~DriverEvents() = default;
};

/// The MAC's lower face: a radio's driver, in the terms of mac80211's struct ieee80211_ops.
///
/// All calls come from inside world events, one at a time; a driver may call back into DriverEvents only from events of
/// its own.
class Driver {
public:
    Driver() = default;
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;
    virtual ~Driver() = default;

    /// The first interface comes up; the last one went down.
    virtual Result<void> start() = 0;
    virtual void stop() = 0;

    virtual Result<void> add_interface(Wdev& vif) = 0;
    virtual Result<void> change_interface(Wdev& vif, InterfaceType type) = 0;
    virtual void remove_interface(Wdev& vif) = 0;
    /// Links came or went, became active or inactive: those that are active, before and after.
    virtual Result<void> change_vif_links(Wdev& vif, std::uint16_t old_links, std::uint16_t new_links) = 0;
    virtual void vif_changed(Wdev& /*vif*/, VifChanges /*changes*/) {}

    /// A peer goes one state up or down; without a state it is not there. What goes up may be refused, what goes down
    /// not. cf. sta_state()
    virtual Result<void> sta_state(Wdev& /*vif*/, Sta& /*peer*/, std::optional<StaState> /*from*/,
                                   std::optional<StaState> /*to*/) {
        return {};
    }
    /// Which of a peer's links carry its frames, before and after.
    virtual Result<void> change_sta_links(Wdev& /*vif*/, Sta& /*peer*/, std::uint16_t /*old_links*/,
                                          std::uint16_t /*new_links*/) {
        return {};
    }
    /// A key was installed or goes; the MAC itself encrypts whatever the answer. `peer`: the one it is shared with,
    /// nullptr for a group key of the link that `name` tells. cf. set_key()
    virtual Result<void> set_key(KeyCommand /*command*/, Wdev& /*vif*/, Sta* /*peer*/, const KeyName& /*name*/,
                                 const Key& /*key*/) {
        return {};
    }
    /// A station is about to send a frame that it wants an answer to: the radio shall stay on the link's channel until
    /// complete_tx(). cf. mgd_prepare_tx(), mgd_complete_tx()
    virtual void prepare_tx(Wdev& /*vif*/, const ManagedTransmission& /*about*/) {}
    virtual void complete_tx(Wdev& /*vif*/, const ManagedTransmission& /*about*/) {}
    /// A block ack agreement comes or goes. cf. ampdu_action()
    virtual void block_ack_changed(Wdev& /*vif*/, Sta& /*peer*/, const BlockAckChange& /*change*/) {}
    /// Whether the radio itself notices that a station's access point is gone, and says so with connection_loss()
    /// (IEEE80211_HW_CONNECTION_MONITOR with a beacon filter).
    [[nodiscard]] virtual bool watches_connection(const Wdev& /*vif*/) const { return false; }
    /// A station's program leaves rekeying to the radio while it sleeps. EOPNOTSUPP: the radio cannot.
    virtual Result<void> set_rekey_data(Wdev& /*vif*/, const RekeyData& /*data*/) { return fail(EOPNOTSUPP); }
    /// What was given to transmit() is sent, or thrown away, before anything else happens. cf. flush()
    virtual void flush(Wdev& /*vif*/, bool /*drop*/) {}
    /// Whether the radio can use these links at a time.
    [[nodiscard]] virtual bool can_activate_links(const Wdev& /*vif*/, std::uint16_t /*links*/) const { return true; }
    /// Whether the radio can carry traffic so. cf. can_neg_ttlm().
    [[nodiscard]] virtual bool accepts_mapping(const Wdev& /*vif*/, const LinkMapping& /*mapping*/) const {
        return false;
    }

    /// Links of a station MLD share one radio from now on: of the peer of an access point, or of the interface itself
    /// if that is the station. EOPNOTSUPP: the radio knows nothing of it. cf. set_eml_op_mode()
    virtual Result<void> set_emlsr(Wdev& /*vif*/, const Sta& /*peer*/, const Emlsr& /*mode*/) {
        return fail(EOPNOTSUPP);
    }

    /// The host goes to sleep and its connections stay; comes back. EOPNOTSUPP: then they end first. cf. suspend(),
    /// resume()
    virtual Result<void> suspend(const WakeOn& /*wake_on*/) { return fail(EOPNOTSUPP); }
    virtual void resume() {}
    /// After that, and before: the device itself sleeps, and wakes (struct dev_pm_ops).
    virtual void power_down() {}
    virtual void power_up() {}

    virtual void config(const RadioConfig& config) = 0;
    /// The link uses link.channel() from now on; or no channel any more.
    virtual Result<void> assign_channel(Link& link) = 0;
    virtual void unassign_channel(Link& link) = 0;
    virtual void link_changed(Link& link, LinkChanges changes) = 0;

    /// Sweeps over one band by itself, then calls scan_completed(). Only radios of ScanStyle::hardware.
    virtual Result<void> hw_scan(Wdev& vif, const DriverScan& scan) = 0;
    virtual void cancel_hw_scan(Wdev& vif) = 0;
    /// The MAC walks the channels with config().
    virtual void sw_scan_start(Wdev& vif, const ieee80211::MacAddress& sender) = 0;
    virtual void sw_scan_complete(Wdev& vif) = 0;

    /// Listens on one more channel for a time, and says when it is there and when no longer. Only radios of
    /// ScanStyle::hardware.
    virtual Result<void> remain_on_channel(Wdev& /*vif*/, const phy::Channel& /*channel*/,
                                           std::chrono::milliseconds /*duration*/) {
        return fail(EOPNOTSUPP);
    }
    /// Nothing is said of its end then.
    virtual void cancel_remain_on_channel(Wdev& /*vif*/) {}

    virtual void transmit(Wdev* vif, Link* link, TxFrame frame) = 0;

    /// The `index`-th entry, ENOENT after the last.
    [[nodiscard]] virtual Result<Survey> get_survey(std::size_t index) = 0;
    [[nodiscard]] virtual std::uint64_t tsf(const Wdev& vif) const = 0;
    /// The radio's place on the medium.
    [[nodiscard]] virtual phy::PortId port() const = 0;

    // What a radio need not have: the answer is the kernel's for a missing operation, or a silent yes where the MAC
    // does the work.
    virtual Result<void> set_rts_threshold(std::uint32_t /*octets*/) { return {}; }
    virtual Result<void> set_fragmentation_threshold(std::uint32_t /*octets*/) { return {}; }
    virtual Result<void> set_coverage_class(std::uint8_t /*value*/) { return fail(EOPNOTSUPP); }
    virtual Result<void> set_antenna(std::uint32_t /*tx*/, std::uint32_t /*rx*/) { return fail(EOPNOTSUPP); }

    /// Its files in debugfs, in the order of their names. The functions may be called while the driver lives.
    [[nodiscard]] virtual std::vector<DebugFile> debug_files() { return {}; }

    /// What its chip shows of itself (mld/chip_inspection.h). nullptr: there is none, or nothing to see.
    [[nodiscard]] virtual ChipInspection* inspection() { return nullptr; }

    /// The outside medium brings a frame; says what became of one. EINVAL: the radio does not take it, or never gave
    /// it. cf. hwsim_cloned_frame_received_nl(), hwsim_tx_info_frame_received_nl().
    virtual Result<void> outside_frame(const OutsideReception& /*reception*/) { return fail(EINVAL); }
    virtual Result<void> outside_status(const OutsideStatus& /*status*/) { return fail(EINVAL); }

    /// The link wdevs that the driver registers for a station at its birth: one for each band that the station can have
    /// a link in.
    [[nodiscard]] virtual std::vector<phy::Band> station_link_bands(const Wdev& vif) const = 0;
};

}  // namespace mlosim::mld
