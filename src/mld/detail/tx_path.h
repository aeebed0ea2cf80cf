#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/detail/msdu.h"
#include "mld/detail/tx_reports.h"
#include "mld/link_policy.h"
#include "mld/transmit_settings.h"
#include "mld/wdev.h"

namespace mlosim::mld::detail {

/// The way out: from Ethernet frames and management frames to MPDUs that the driver sends. cf. net/mac80211/tx.c
class TxPath {
public:
    using Settings = std::map<WdevId, TransmitSettings>;
    TxPath(Wiphy& wiphy, TxReports& reports, const Settings& settings)
        : wiphy_(wiphy), reports_(reports), settings_(settings) {}

    void send_ethernet(Wdev& wdev, const EthernetView& frame, const TxOptions& options);
    void set_multicast_to_unicast(const Wdev& wdev, bool on);
    Result<std::uint64_t> send_control_port(Wdev& wdev, const ControlPortFrame& frame);
    void send_management(Wdev& wdev, Link* link, ieee80211::Bytes frame, const TxOptions& options);
    void send_null(Wdev& wdev, Sta& sta, bool power_management, bool qos, const TxOptions& options);
    Result<std::uint64_t> probe_client(Wdev& wdev, const ieee80211::MacAddress& station);
    void release_held(Wdev& wdev, Link& link, Sta* sta, ieee80211::Bytes frame, const TxOptions& options,
                      bool more_data);
    /// Told as not acknowledged. cf. ieee80211_free_txskb()
    void give_up(Wdev& wdev, ieee80211::ByteView frame, const TxOptions& options);
    void transmit_again(Wdev& wdev);
    void forget(const Wdev& wdev) { blocked_.erase(&wdev); }

private:
    /// A frame from here on to the driver (struct ieee80211_tx_data).
    struct Outgoing {
        Wdev& wdev;
        Link* link;
        Sta* sta;
        ieee80211::Bytes bytes;
        const TxOptions& options;
        bool no_acknowledgement = options.no_acknowledgement;
    };

    bool to_station(Wdev& wdev, const EthernetView& frame, Sta& sta, const TxOptions& options);
    bool to_group(Wdev& wdev, const EthernetView& frame, const TxOptions& options);
    bool to_each(Wdev& wdev, const EthernetView& frame, const TxOptions& options);
    [[nodiscard]] bool goes_to_each(const Wdev& wdev, const EthernetView& frame) const;
    /// The link that a data frame takes.
    [[nodiscard]] Link* choose_link(const Wdev& wdev, Sta& sta, std::optional<unsigned> tid,
                                    const TxOptions& options) const;
    /// Of a peer that speaks QoS. cf. ieee80211_select_queue()
    [[nodiscard]] std::optional<unsigned> tid_of(const Wdev& wdev, const Sta& sta, const EthernetView& frame) const;
    [[nodiscard]] ieee80211::Bytes encapsulate(const Link& link, const Sta* sta, const EthernetView& frame) const;
    void hand_over(Outgoing out);
    void finish(Outgoing out);
    /// nullptr: nobody set anything.
    [[nodiscard]] const TransmitSettings* settings(const Wdev& wdev) const;
    void set_acknowledgement(Outgoing& out) const;
    [[nodiscard]] std::optional<phy::Rate> rate_for(const Outgoing& out, phy::Band on) const;
    void set_sequence(Outgoing& out) const;
    static void use_link_addresses(Outgoing& out);
    [[nodiscard]] static bool readdress(Outgoing& out);
    /// Before the links share a traffic identifier.
    void ask_for_block_ack(Wdev& wdev, Link& link, Sta& sta, unsigned tid);
    [[nodiscard]] std::optional<phy::Rate> choose_rate(const Outgoing& out) const;
    /// False: it may not be sent without a key that there is not.
    [[nodiscard]] bool protect(Outgoing& out) const;
    void lost(const Outgoing& out);

    Wiphy& wiphy_;
    TxReports& reports_;
    std::unique_ptr<LinkPolicy> round_robin_ = link_policy(LinkPolicyKind::round_robin);
    std::set<const Wdev*> multicast_to_unicast_;
    const Settings& settings_;
    /// Ethernet frames that wait for the end of a channel switch.
    struct Blocked {
        ieee80211::Bytes frame;
        TxOptions options;
    };
    std::map<const Wdev*, std::deque<Blocked>> blocked_;  // found by interface, never walked
};

/// Stations of an AP that have passed their port: without any, nobody hears its group frames.
/// cf. ieee80211_vif_get_num_mcast_if()
[[nodiscard]] bool has_authorized_station(const Wdev& wdev);
/// The AP link that a station hears; the station's link to its AP.
[[nodiscard]] Link* link_of(const Wdev& wdev, const Sta& sta);
/// The links that may carry a frame to a peer now, a bit for each: active ones that it listens on and that its traffic
/// is mapped to. 0: it is no MLD, or has none.
[[nodiscard]] std::uint16_t links_to(const Wdev& wdev, const Sta& sta, std::optional<unsigned> tid);
[[nodiscard]] bool is_access_point(const Wdev& wdev);
[[nodiscard]] bool is_client(const Wdev& wdev);
/// The interface's address or one of its links'. cf. ieee80211_is_our_addr()
[[nodiscard]] bool is_own_address(const Wdev& wdev, const ieee80211::MacAddress& address);

}  // namespace mlosim::mld::detail
