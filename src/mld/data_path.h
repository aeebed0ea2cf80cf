#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "mld/frame.h"
#include "mld/identifiers.h"
#include "mld/key.h"
#include "sim/result.h"

namespace mlosim::mld {

class Link;
class Sta;
class Wdev;
class Wiphy;
struct TransmitSettings;

/// What CONTROL_PORT_FRAME sends.
struct ControlPortFrame {
    ieee80211::MacAddress destination;
    std::uint16_t ethertype = 0x888e;
    ieee80211::ByteView payload;
    bool no_encryption = false;
    std::optional<ieee80211::LinkId> link;
    /// Its status is wanted: Events::control_port_sent() with the cookie.
    bool wants_status = false;
};

/// How a frame is sent, beyond its bytes.
struct TxOptions {
    /// Not 0: what became of it is told under this number.
    std::uint64_t cookie = 0;
    /// Who wants to know: programs (Events) or the station's MLME.
    enum class Report : std::uint8_t { nobody, management_frame, control_port, probe, mlme };
    Report report = Report::nobody;
    bool no_acknowledgement = false;
    /// Send in the clear whatever keys there are.
    bool no_encryption = false;
    /// Do not buffer for a station that sleeps (answers to its polls, probe responses).
    bool no_power_save_buffering = false;
    std::optional<phy::Rate> rate;
    /// How often it is sent at most; nothing: as the radio likes.
    std::optional<unsigned> attempts;
    /// Its number, where the same frame goes out on several links.
    std::optional<std::uint16_t> sequence_number;
    /// The link that it takes to an MLD, rather than one of our choice.
    std::optional<ieee80211::LinkId> link;
    /// Not 0: it was sent before, under that number of the driver's, and its receiver slept. It goes out once more as
    /// it is.
    std::uint64_t sent_before = 0;
    /// Elsewhere than on the link's channel.
    std::optional<phy::Channel> channel;
};

/// Frames between an interface's netdev and the air: addresses, sequence numbers, keys, duplicates, power save.
/// cf. net/mac80211/tx.c, rx.c, wpa.c, key.c
class DataPath {
public:
    explicit DataPath(Wiphy& wiphy);
    ~DataPath();
    DataPath(const DataPath&) = delete;
    DataPath& operator=(const DataPath&) = delete;

    // Out.

    /// A frame with an Ethernet header, from the interface's netdev. What cannot be sent is dropped and counted.
    /// cf. ieee80211_subif_start_xmit()
    void send_ethernet(Wdev& wdev, ieee80211::ByteView frame);
    /// Whether an access point sends ARP and IP frames for a group to each of its stations instead.
    /// cf. ieee80211_set_multicast_to_unicast()
    void set_multicast_to_unicast(const Wdev& wdev, bool on);
    /// cf. ieee80211_tx_control_port(); gives the cookie (0 where no status is wanted). ENOTCONN, EINVAL.
    Result<std::uint64_t> send_control_port(Wdev& wdev, const ControlPortFrame& frame);
    /// A management frame on a link's channel (or TxOptions::channel): it gets its sequence number, and is encrypted
    /// where it must be. cf. ieee80211_tx_skb()
    void send_management(Wdev& wdev, Link* link, ieee80211::Bytes frame, const TxOptions& options);
    /// A null frame, to say or to ask whether somebody is there. cf. ieee80211_send_nullfunc()
    void send_null(Wdev& wdev, Sta& sta, bool power_management, bool qos, const TxOptions& options);
    /// Asks a station whether it is there; gives the cookie. ENOLINK. cf. ieee80211_probe_client()
    Result<std::uint64_t> probe_client(Wdev& wdev, const ieee80211::MacAddress& station);
    /// An MPDU that was held back for a station or a group goes out now, as it is but for More Data.
    /// cf. ieee80211_add_pending_skbs()
    void release_held(Wdev& wdev, Link& link, Sta* sta, ieee80211::Bytes frame, const TxOptions& options,
                      bool more_data);
    /// An MPDU that was held back will never be sent.
    void give_up_held(Wdev& wdev, ieee80211::ByteView frame, const TxOptions& options);
    /// What waited for the end of a channel switch goes out. cf. ieee80211_vif_unblock_queues_csa()
    void transmit_again(Wdev& wdev);
    /// The driver says what became of a frame.
    void transmitted(const TxStatus& status);
    /// A beacon about to go out gets its MIC, where the link has a BIGTK. cf. ieee80211_beacon_protect()
    void protect_beacon(Link& link, ieee80211::Bytes& beacon);

    // In.

    /// Any frame but those of type extension, for one interface that hears the link's channel. `frame` is whole.
    /// cf. ieee80211_prepare_and_rx_handle()
    void receive(Wdev& wdev, Link& link, const ieee80211::FrameView& frame, const FrameBytes& bytes,
                 const RxStatus& status);

    // Keys. Errors are mac80211's; cfg80211's checks of the request are the caller's. cf. net/mac80211/cfg.c

    Result<void> add_key(Wdev& wdev, const KeyName& name, const KeyParameters& key);
    Result<void> remove_key(Wdev& wdev, const KeyName& name);
    [[nodiscard]] Result<KeyInfo> key(const Wdev& wdev, const KeyName& name) const;
    Result<void> set_default_key(Wdev& wdev, const KeyName& name, KeyPurpose purpose);
    /// All group keys of an interface or a link. cf. ieee80211_free_keys()
    void forget_keys(Wdev& wdev);
    /// Links of a station begin, or cease, to carry frames: the driver is told of their group keys.
    /// cf. ieee80211_key_switch_links()
    void switch_keys(Wdev& wdev, std::uint16_t removed, std::uint16_t added);
    void forget_link(Link& link);
    /// Everything of one interface.
    void forget(const Wdev& wdev);

    /// What programs set of how an interface's frames go out. It stays while the interface is down.
    [[nodiscard]] TransmitSettings& settings(const Wdev& wdev);
    /// The interface has another type. cf. ieee80211_setup_sdata()
    void type_changed(const Wdev& wdev);
    /// The interface ends.
    void forget_settings(const Wdev& wdev);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::mld
