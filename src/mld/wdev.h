#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ieee80211/frame_control.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/bss_config.h"
#include "mld/identifiers.h"
#include "mld/interface_type.h"
#include "mld/link_mapping.h"
#include "mld/monitor.h"
#include "phy/channel.h"

namespace mlosim::mld {

class ApLink;
class ApPowerSave;
class Key;
class StationMlme;
class FrameListener;
class Netdev;
class Wdev;
class Wiphy;

/// One link of an interface (struct ieee80211_link_data with its bss_conf, and wdev->links[]). An interface that is no
/// MLD has exactly one, with id 0 and the interface's address; so nothing that works on links asks whether there is an
/// MLD.
class Link {
public:
    Link(Wdev& vif, ieee80211::LinkId id, ieee80211::MacAddress address);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] Wdev& vif() const noexcept { return vif_; }
    [[nodiscard]] ieee80211::LinkId id() const noexcept { return id_; }
    [[nodiscard]] const ieee80211::MacAddress& address() const noexcept { return address_; }
    /// The channel it uses, if it does (its channel context).
    [[nodiscard]] const std::optional<phy::ChannelDefinition>& channel() const noexcept { return channel_; }
    /// The channel that it uses or, while it is not active, will use. cf. link->conf->chanreq
    [[nodiscard]] const std::optional<phy::ChannelDefinition>& wanted_channel() const noexcept {
        return channel_ ? channel_ : wanted_channel_;
    }
    /// Nothing until a channel gave it a power. Whole dBm. cf. ieee80211_recalc_txpower().
    [[nodiscard]] std::optional<int> tx_power_dbm() const noexcept { return tx_power_dbm_; }
    /// The BSS it belongs to: the AP's for a station, its own address for an AP.
    [[nodiscard]] const ieee80211::MacAddress& bssid() const noexcept { return bssid_; }
    /// Its access point's half, while it beacons.
    [[nodiscard]] ApLink* ap() const noexcept { return ap_.get(); }
    /// Its group keys by index (0–3 data, 4–5 IGTK, 6–7 BIGTK), and those to send with. cf. link->gtk[]
    std::array<std::shared_ptr<Key>, 8> group_keys;
    std::optional<std::uint8_t> default_unicast_key;
    std::optional<std::uint8_t> default_multicast_key;
    std::optional<std::uint8_t> default_management_key;
    std::optional<std::uint8_t> default_beacon_key;
    /// How its BSS works. cf. link->conf
    BssConfig bss_config;
    /// The link wdev that stands for it, if there is one.
    [[nodiscard]] Wdev* wdev() const noexcept { return wdev_; }

private:
    friend class StationMlme;
    friend class Wdev;
    friend class Wiphy;
    Wdev& vif_;
    ieee80211::LinkId id_;
    ieee80211::MacAddress address_;
    ieee80211::MacAddress bssid_;
    std::optional<phy::ChannelDefinition> channel_;
    std::optional<phy::ChannelDefinition> wanted_channel_;
    std::optional<int> tx_power_dbm_;
    std::optional<int> user_power_dbm_;
    std::unique_ptr<ApLink> ap_;
    Wdev* wdev_ = nullptr;
};

/// A wireless device (struct wireless_dev): an interface with a netdev, a P2P device without one, or a link wdev.
///
/// What it is and what it has is read here; what is done to it goes through its Wiphy.
class Wdev {
public:
    Wdev(Wiphy& wiphy, std::uint32_t local_id, InterfaceType type, ieee80211::MacAddress address);
    ~Wdev();
    Wdev(const Wdev&) = delete;
    Wdev& operator=(const Wdev&) = delete;

    [[nodiscard]] WdevId id() const noexcept { return id_; }
    [[nodiscard]] Wiphy& wiphy() const noexcept { return wiphy_; }
    [[nodiscard]] InterfaceType type() const noexcept { return type_; }
    [[nodiscard]] bool is_link() const noexcept { return type_ == InterfaceType::mlo_link; }
    /// nullptr for P2P devices and link wdevs.
    [[nodiscard]] Netdev* netdev() const noexcept { return netdev_; }
    /// cf. wdev_address().
    [[nodiscard]] const ieee80211::MacAddress& address() const noexcept { return address_; }
    /// The netdev's name; for a P2P device the one it was given.
    [[nodiscard]] const std::string& name() const;
    [[nodiscard]] bool registered() const noexcept { return registered_; }
    /// cf. wdev_running(): the netdev is up, or the device without one was started.
    [[nodiscard]] bool running() const noexcept { return running_; }
    /// Has a transmit queue of its own, from birth on, whatever its type becomes (vif.txq). cf. ieee80211_if_add().
    [[nodiscard]] bool has_queue() const noexcept { return has_queue_; }
    [[nodiscard]] bool use_4addr() const noexcept { return use_4addr_; }
    [[nodiscard]] bool power_save() const noexcept { return power_save_; }
    /// Bit n: may use the n-th radio inside the wiphy.
    [[nodiscard]] std::uint32_t radio_mask() const noexcept { return radio_mask_; }
    /// Whose end is its end too (NL80211_ATTR_SOCKET_OWNER).
    [[nodiscard]] OwnerId owner() const noexcept { return owner_; }
    [[nodiscard]] MonitorFlags monitor_flags() const noexcept { return monitor_flags_; }
    /// A station's or P2P client's MLME; nullptr for others.
    [[nodiscard]] StationMlme* mlme() const noexcept { return mlme_.get(); }
    /// Who wants to hear of frames that no station of the AP may send (UNEXPECTED_FRAME).
    [[nodiscard]] OwnerId unexpected_frame_owner() const noexcept { return unexpected_frame_owner_; }
    /// What an access point holds back for groups while a station sleeps; nullptr while it does not beacon.
    [[nodiscard]] ApPowerSave* power_save_buffer() const noexcept { return ap_power_save_.get(); }
    /// Nothing is sent until the channel switch that goes on is over. cf. ieee80211_vif_block_queues_csa()
    [[nodiscard]] bool transmit_blocked() const noexcept { return transmit_blocked_; }
    /// Its stations do not reach each other through it (AP_ISOLATE).
    [[nodiscard]] bool ap_isolate() const noexcept { return ap_isolate_; }
    /// The network an AP offers or a station uses; nothing while it has none.
    [[nodiscard]] const std::optional<ieee80211::Ssid>& ssid() const noexcept { return ssid_; }
    /// The channel that SET_CHANNEL chose for an AP to come.
    [[nodiscard]] const std::optional<phy::ChannelDefinition>& preset_channel() const noexcept {
        return preset_channel_;
    }

    /// Bit n: link n of an MLD exists; 0: no MLD (wdev->valid_links).
    [[nodiscard]] std::uint16_t valid_links() const noexcept { return valid_links_; }
    [[nodiscard]] bool is_mld() const noexcept { return valid_links_ != 0; }
    /// Those of a station that no traffic is mapped to, by a mapping that the access point advertises or that both have
    /// agreed on (vif->dormant_links); the latter are suspended_links.
    [[nodiscard]] std::uint16_t dormant_links() const noexcept { return dormant_links_; }
    [[nodiscard]] std::uint16_t suspended_links() const noexcept { return suspended_links_; }
    /// Those that may carry frames. cf. ieee80211_vif_usable_links()
    [[nodiscard]] std::uint16_t usable_links() const noexcept {
        return static_cast<std::uint16_t>(valid_links_ & ~dormant_links_);
    }
    /// Those that do: they have their channels (vif->active_links). Of an access point all.
    [[nodiscard]] std::uint16_t active_links() const noexcept { return active_links_; }
    /// What a station has agreed on with its access point (vif->neg_ttlm). Nothing: all traffic on all links.
    [[nodiscard]] const std::optional<LinkMapping>& link_mapping() const noexcept { return link_mapping_; }
    /// The links in the order of their ids: those of an MLD, else the one that every interface has. Link wdevs have
    /// none.
    [[nodiscard]] const std::vector<std::unique_ptr<Link>>& links() const noexcept { return links_; }
    [[nodiscard]] Link* link(ieee80211::LinkId id) const;
    /// The link of an interface that is no MLD.
    [[nodiscard]] Link& default_link() const;

    /// What its connection has on all links. cf. vif->cfg
    VifConfig vif_config;

    /// The number of the next frame that it sends without a traffic identifier.
    ieee80211::SequenceControl next_sequence() noexcept;

    // Link wdevs (design: one for each link of an MLD, without a netdev of its own).

    /// The station or AP that a link wdev belongs to; nullptr for others.
    [[nodiscard]] Wdev* mld_wdev() const noexcept { return mld_wdev_; }
    /// Its link wdevs in the order of registration.
    [[nodiscard]] const std::vector<Wdev*>& link_wdevs() const noexcept { return link_wdevs_; }
    /// Which link of the MLD a link wdev stands for now, if for one.
    [[nodiscard]] std::optional<ieee80211::LinkId> affiliated_link_id() const noexcept { return affiliated_link_id_; }
    [[nodiscard]] Link* affiliated_link() const;
    /// The band that a link wdev was registered for, if for one.
    [[nodiscard]] std::optional<phy::Band> band() const noexcept { return band_; }

private:
    friend class StationMlme;
    friend class Wiphy;
    Wiphy& wiphy_;
    WdevId id_;
    InterfaceType type_;
    Netdev* netdev_ = nullptr;
    ieee80211::MacAddress address_;
    std::string name_;
    bool registered_ = false;
    bool running_ = false;
    bool has_queue_ = false;
    bool use_4addr_ = false;
    bool power_save_ = false;
    std::uint32_t radio_mask_ = 0;
    OwnerId owner_;
    MonitorFlags monitor_flags_;
    std::optional<ieee80211::Ssid> ssid_;
    std::optional<phy::ChannelDefinition> preset_channel_;

    std::unique_ptr<StationMlme> mlme_;
    OwnerId unexpected_frame_owner_;
    std::unique_ptr<ApPowerSave> ap_power_save_;
    bool ap_isolate_ = false;
    bool transmit_blocked_ = false;
    std::uint16_t next_sequence_ = 0;

    std::uint16_t valid_links_ = 0;
    std::uint16_t dormant_links_ = 0;
    std::uint16_t suspended_links_ = 0;
    std::uint16_t active_links_ = 0;
    std::optional<LinkMapping> link_mapping_;
    std::vector<std::unique_ptr<Link>> links_;

    Wdev* mld_wdev_ = nullptr;
    std::vector<Wdev*> link_wdevs_;
    std::optional<ieee80211::LinkId> affiliated_link_id_;
    std::optional<phy::Band> band_;
};

}  // namespace mlosim::mld
