// Data frames that came in: to the netdev, to programs, or on to other stations.

#include "mld/ap_link.h"
#include "mld/detail/control_port.h"
#include "mld/detail/rx_path.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::MacAddress;

/// Where EAPOL frames may go besides their receiver. 802.1X 11.1.1
constexpr MacAddress port_access_group{{0x01, 0x80, 0xc2, 0, 0, 0x03}};

bool has_four_addresses(FrameControl fc) {
    return fc.has(FrameControl::to_ds) && fc.has(FrameControl::from_ds);
}

/// Whether frames of that direction are for interfaces of that type. cf. ieee80211_data_to_8023_exthdr()
bool direction_fits(const Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (has_four_addresses(fc)) return is_client(in.wdev) && in.wdev.use_4addr();
    if (fc.has(FrameControl::to_ds)) return is_access_point(in.wdev);
    if (!is_client(in.wdev)) return false;
    // What we sent to a group comes back to us from the access point.
    if (fc.has(FrameControl::from_ds)) return !(in.frame.addr1().is_group() && in.frame.source() == in.wdev.address());
    return false;  // between stations directly: TDLS
}

}  // namespace

// cf. ieee80211_rx_h_amsdu()
Verdict RxPath::amsdu(Incoming& in) {
    const auto qos = in.frame.qos();
    if (!qos || !qos->has(ieee80211::QosControl::amsdu)) return Verdict::next;
    if (in.frame.frame_control().is_null_data() || in.frame.addr1().is_group() || in.sta == nullptr)
        return Verdict::dropped;
    if (!direction_fits(in)) return Verdict::dropped;
    std::optional<MacAddress> to;
    std::optional<MacAddress> from;
    if (is_access_point(in.wdev)) {
        from = in.sta->address();
    } else {
        to = in.wdev.address();
    }
    auto frames = split_amsdu(in.frame.body(), to, from);
    if (!frames) return Verdict::dropped;
    for (Bytes& frame : *frames) {
        if (allowed(in, *EthernetView::parse(frame))) deliver(in, std::move(frame));
    }
    return Verdict::taken;
}

// cf. ieee80211_rx_h_data()
Verdict RxPath::data(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() != FrameType::data) return Verdict::next;
    if (fc.is_null_data()) return Verdict::dropped;
    if (has_four_addresses(fc) && is_access_point(in.wdev)) {
        if (in.sta != nullptr && !std::exchange(in.sta->reported_four_address_frame, true) &&
            in.wdev.unexpected_frame_owner()) {
            wiphy_.world().tell(
                [&](Events& e) { e.unexpected_frame(in.wdev, in.sta->address(), true, in.status.link); });
        }
        return Verdict::dropped;
    }
    if (!direction_fits(in)) return Verdict::dropped;
    Bytes ethernet = ethernet_of(*in.frame.destination(), *in.frame.source(), in.frame.body());
    if (!allowed(in, *EthernetView::parse(ethernet))) return Verdict::dropped;
    // Only what could be read counts as heard: the copy on another link may be under a key that is there already.
    if (in.frame.addr1().is_group() && in.sta != nullptr && in.sta->is_mld() && is_client(in.wdev))
        in.sta->last_group_sequence =
            static_cast<std::uint16_t>(in.frame.sequence()->get(ieee80211::SequenceControl::number));
    deliver(in, std::move(ethernet));
    return Verdict::taken;
}

// cf. ieee80211_frame_allowed(), ieee80211_802_1x_port_control()
bool RxPath::allowed(const Incoming& in, const EthernetView& frame) const {
    if (frame.ethertype() == ControlPort::of(in.wdev).ethertype)
        return is_own_address(in.wdev, frame.destination()) || frame.destination() == port_access_group;
    // What came in the clear although there is a key for it. cf. ieee80211_drop_unencrypted()
    const bool should_be_protected =
        !in.decrypted && in.key != nullptr && !in.frame.frame_control().has(FrameControl::protected_frame);
    return in.sta != nullptr && in.sta->authorized() && !should_be_protected;
}

// cf. ieee80211_deliver_skb()
void RxPath::deliver(Incoming& in, Bytes ethernet) {
    const auto frame = *EthernetView::parse(ethernet);
    if (in.link_sta != nullptr) ++in.link_sta->statistics.rx_msdu[in.sequence_index];
    if (is_client(in.wdev) && !frame.destination().is_group()) power_save_.busy(in.wdev);

    const bool forwards =
        is_access_point(in.wdev) && !in.wdev.ap_isolate() && frame.ethertype() != ControlPort::of(in.wdev).ethertype;
    if (forwards && frame.destination().is_group()) {
        if (has_authorized_station(in.wdev)) tx_.send_ethernet(in.wdev, frame, {});
    } else if (forwards && frame.destination() != frame.source()) {
        if (wiphy_.stations().find(in.wdev, frame.destination()) != nullptr) {
            if (in.wdev.netdev() != nullptr) {
                ++in.wdev.netdev()->counters().rx_packets;
                in.wdev.netdev()->counters().rx_bytes += ethernet.size();
            }
            tx_.send_ethernet(in.wdev, frame, {});
            return;
        }
    }
    pass_up(in, std::move(ethernet));
}

// cf. ieee80211_deliver_skb_to_local_stack()
void RxPath::pass_up(Incoming& in, Bytes ethernet) {
    const auto frame = *EthernetView::parse(ethernet);
    const ControlPort port = ControlPort::of(in.wdev);
    const bool opens_port = frame.ethertype() == port.ethertype;
    const bool preauthentication = frame.ethertype() == ethertype_preauthentication && !port.no_preauthentication;
    if (port.over_nl80211 && (opens_port || preauthentication)) {
        if (in.wdev.netdev() != nullptr) {
            ++in.wdev.netdev()->counters().rx_packets;
            in.wdev.netdev()->counters().rx_bytes += ethernet.size();
        }
        wiphy_.world().tell(
            [&](Events& e) { e.control_port_received(in.wdev, port.owner, ethernet, !in.decrypted, in.status.link); });
        return;
    }
    // A bridge must not pass on what came for the group.
    if (opens_port && frame.destination() != in.wdev.address())
        std::copy(in.wdev.address().octets().begin(), in.wdev.address().octets().end(), ethernet.begin());
    if (in.wdev.netdev() == nullptr) return;
    if (frame.destination().is_group()) ++in.wdev.netdev()->counters().multicast;
    in.wdev.netdev()->received(ethernet);
}

}  // namespace mlosim::mld::detail
