#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/key_message.h"
#include "mt7925/station_tlvs.h"
#include "phy/channel.h"
#include "sim/event_queue.h"

namespace mlosim::mld {
class Wdev;
}

/// What the driver keeps of interfaces, their links and their peers. It lags behind the MAC, or is ahead of it, while
/// links come and go: so everything is looked up, and "not there" is an answer.
namespace mlosim::mt7925::host {

/// Which keys the MAC gave an entry last (hw_key_idx, hw_key_idx2). Frames use them from when the firmware has them.
struct HeldKeys {
    std::optional<std::uint8_t> index;
    std::optional<std::uint8_t> management_index;  ///< BIP
};

/// One link of an interface with the firmware (struct mt792x_bss_conf, and what of struct mt792x_link_sta stands for
/// the link itself).
struct VifLink {
    /// Nothing: of an interface that is no MLD.
    std::optional<ieee80211::LinkId> id;
    LinkNumbers numbers;
    /// It has a BSS index, and the firmware was told so.
    bool added = false;
    /// Its own address, as the firmware was told.
    ieee80211::MacAddress address;
    /// That of the last key that was set.
    KeyCipher cipher = KeyCipher::none;
    /// Its last group key, for the one of management frames.
    GroupKeyCopy group_key;
    HeldKeys keys;
    std::optional<phy::ChannelDefinition> channel;
    /// An access point serves there.
    bool beacons = false;
    sim::Timer next_beacon;

    [[nodiscard]] std::uint8_t own_wcid() const noexcept;
};

/// One link of a peer (struct mt792x_link_sta).
struct PeerLink {
    std::optional<ieee80211::LinkId> id;
    std::uint8_t wcid = 0;
    ieee80211::MacAddress address;
    HeldKeys keys;
    /// The chip makes 802.3 frames of what it sends. cf. MT_WCID_FLAG_HDR_TRANS
    bool translated = false;
};

/// A peer of an interface (struct mt792x_sta).
struct Peer {
    ieee80211::MacAddress address;
    /// The first is the primary one: it stands for frames to the MLD and its block ack agreements.
    std::vector<PeerLink> links;

    /// nullptr: not there (now). Without an id: the primary.
    [[nodiscard]] PeerLink* link(std::optional<ieee80211::LinkId> id);
    [[nodiscard]] const PeerLink* link(std::optional<ieee80211::LinkId> id) const;
    [[nodiscard]] PeerLink* primary() { return links.empty() ? nullptr : &links.front(); }
};

/// How far power save of a station MLD has come. cf. enum mt792x_mlo_pm_state
enum class MloPowerSave : std::uint8_t { disassociated, associated, change_pending, changed };

/// An interface (struct mt792x_vif).
struct Vif {
    explicit Vif(mld::Wdev& of) : wdev(of) {}

    mld::Wdev& wdev;
    /// A number of its own: an interface that goes and comes back is another one.
    std::uint64_t incarnation = 0;
    ConnectionType type = ConnectionType::station;
    std::uint8_t scan_sequence = 0;
    /// The link that every interface has; of an MLD its first one (bss_conf).
    VifLink default_link;
    /// Further links of an MLD, by id; also one that is being prepared and that the MAC does not use yet.
    std::vector<std::unique_ptr<VifLink>> more_links;
    /// Those of the MLD that the MAC was told of (valid_links).
    std::uint16_t valid_links = 0;
    /// A link that the firmware has and the MAC has not asked for yet.
    std::optional<ieee80211::LinkId> prepared;
    MloPowerSave mlo_power_save = MloPowerSave::disassociated;
    std::list<Peer> peers;
    /// The last channel of its default link that was not in 6 GHz.
    std::optional<phy::ChannelDefinition> band_before;
    /// Counts its connections: who waited may find that it is another one.
    std::uint64_t connection = 0;

    [[nodiscard]] bool is_mld() const noexcept { return default_link.id.has_value(); }
    /// nullptr: not there. Without an id, or if it is no MLD: the default link.
    [[nodiscard]] VifLink* link(std::optional<ieee80211::LinkId> id);
    [[nodiscard]] Peer* peer(const ieee80211::MacAddress& address);
    /// The link that the driver takes for the interface's own where it is not asked for one: number 0, which is the
    /// number that the MAC's structure of the interface bears; the default link if there is none of that number.
    /// cf. mt792x_link_conf_to_mconf() of &vif->bss_conf
    [[nodiscard]] VifLink& own_link();
    /// All that have a BSS index, the default link first.
    [[nodiscard]] std::vector<VifLink*> added_links();
};

/// All interfaces, in the order of their coming.
class Interfaces {
public:
    Vif& add(mld::Wdev& wdev);
    void remove(const Vif& vif);
    [[nodiscard]] Vif* find(const mld::Wdev& wdev) const;
    [[nodiscard]] Vif* find(std::uint64_t incarnation) const;
    [[nodiscard]] const std::vector<std::unique_ptr<Vif>>& all() const noexcept { return all_; }

private:
    std::vector<std::unique_ptr<Vif>> all_;
    std::uint64_t last_incarnation_ = 0;
};

}  // namespace mlosim::mt7925::host
