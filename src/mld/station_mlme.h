#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_header.h"
#include "mld/bss.h"
#include "mld/frame.h"
#include "mld/identifiers.h"
#include "mld/mlme.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mld {

class Link;
class Sta;
class Wdev;
struct EmlsrRequest;
struct LinkMapping;

/// What a station's connection is now. cf. struct wireless_dev's connection part
struct Connection {
    ieee80211::Ssid ssid;
    /// The access point's address, or its MLD's.
    ieee80211::MacAddress ap;
    bool associated = false;
    std::uint16_t aid = 0;
    bool use_mfp = false;
    bool wmm = false;
    CryptoSettings crypto;
    OwnerId owner;
    bool owner_ends_it = false;
};

/// A station's half of the MAC: authentication, association, the life of a connection. One for each interface of type
/// station or P2P client. cf. net/wireless/mlme.c and sme.c, net/mac80211/mlme.c
class StationMlme {
public:
    explicit StationMlme(Wdev& wdev);
    ~StationMlme();
    StationMlme(const StationMlme&) = delete;
    StationMlme& operator=(const StationMlme&) = delete;

    // What programs ask for, where wpa_supplicant has the SME. cf. cfg80211_mlme_auth() and its like

    Result<void> authenticate(const AuthenticateRequest& request);
    Result<void> associate(const AssociateRequest& request);
    Result<void> deauthenticate(const LeaveRequest& request);
    Result<void> disassociate(const LeaveRequest& request);

    // Where the kernel has it. cf. cfg80211_connect(), cfg80211_disconnect()

    Result<void> connect(const ConnectRequest& request);
    Result<void> update_connection(const ConnectRequest& request, std::uint32_t changed);
    Result<void> disconnect(std::uint16_t reason);

    /// Crossing one of these (ascending, in dBm) is told; none: monitoring ends. cf. nl80211_set_cqm_rssi()
    Result<void> set_cqm_rssi(std::vector<std::int32_t> thresholds_dbm, std::uint32_t hysteresis_db);

    // What becomes of the links of a connection with an AP MLD.

    /// EINVAL: no MLD, the AP MLD does not do it, or a link contradicts; EBUSY: one is under way; EPERM is the
    /// caller's. cf. nl80211_assoc_ml_reconf(), ieee80211_mgd_assoc_ml_reconf()
    Result<void> reconfigure_links(const LinkReconfiguration& request);
    /// EINVAL: no MLD, links that there are not, a radio or an AP MLD that does not do it. cf. ieee80211_req_neg_ttlm()
    Result<void> set_link_mapping(const LinkMapping& mapping);
    /// They may not be used any more; others may.
    void give_back_links(std::uint16_t links);
    /// Emergency preparedness: the access point's other EDCA parameters. EINVAL, EALREADY. cf. ieee80211_mgd_set_epcs()
    Result<void> set_epcs(bool enable);
    /// Has these links share one radio, or ends that: the access point is told, and answers. EINVAL: no MLD, one of
    /// both does not do it, links that are not active, or less than two; EBUSY: one is under way. 802.11be 35.3.17
    Result<void> set_emlsr(const EmlsrRequest& request);
    /// When nothing else is being done. cf. ieee80211_set_active_links_async()
    void activate_links(std::uint16_t links);
    /// Its radio says that the access point is gone, or wants the connection ended, as soon as nothing else is being
    /// done. cf. ieee80211_beacon_connection_loss_work()
    void connection_loss();
    void disconnect_for_driver(bool reconnect);
    /// The access point is told which links sleep, and which of those that did (`all`: of all) listen again.
    /// 802.11be 35.3.12.2
    void say_dozing(std::uint16_t links);
    void say_awake(std::uint16_t links, bool all);

    /// The interface goes down, or its type changes: it says goodbye first. cf. cfg80211_leave(), cfg80211_mlme_down()
    void leave();
    /// Then whatever it was about ends. cf. ieee80211_mgd_stop()
    void stop();
    /// A scan is over: the kernel's own connection manager may have waited for it. cf. cfg80211_sme_scan_done()
    void scan_done();
    /// The radio leaves the channel, or is back: the access point holds frames back meanwhile.
    /// cf. ieee80211_offchannel_ps_enable(), ieee80211_offchannel_ps_disable()
    void off_channel(bool away);
    /// A program went away. True: the connection was its.
    void release(OwnerId owner);

    /// A management frame for this interface, decrypted; beacons of its access point too. cf. ieee80211_sta_rx_mgmt()
    /// It is looked at after everything else that happens at that moment: what became of the frame is told to its
    /// sender first. cf. ieee80211_queue_skb_to_iface(), ieee80211_iface_work()
    void receive(Link& link, const FrameBytes& frame, const RxStatus& status);
    /// What became of a frame that it sent with a cookie of its own.
    void transmitted(std::uint64_t cookie, bool acknowledged);

    /// Nothing while it is not associated (SSID and BSSID are told from the authentication on by the kernel's own SME).
    [[nodiscard]] const Connection* connection() const noexcept;
    /// Whether it is connected, or the kernel's own SME is about to be. cf. wdev->connected, wdev->conn
    [[nodiscard]] bool has_connection() const noexcept;
    /// The access point, from the authentication on. nullptr: none.
    [[nodiscard]] Sta* access_point() const noexcept;
    /// The BSS of a link, while associated. nullptr: none. GET_SCAN marks it.
    [[nodiscard]] const Bss* bss(const Link& link) const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::mld
