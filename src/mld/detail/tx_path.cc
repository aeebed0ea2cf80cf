#include "mld/detail/tx_path.h"

#include <algorithm>
#include <bit>

#include "mld/detail/control_port.h"
#include "mld/detail/robust_frame.h"
#include "mld/netdev.h"
#include "mld/power_save.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "phy/propagation.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::DataSubtype;
using ieee80211::FrameControl;
using ieee80211::FrameHeader;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;
using ieee80211::SequenceControl;

constexpr std::size_t receiver_offset = 4;
constexpr std::size_t sequence_offset = 22;
constexpr unsigned control_port_priority = 7;
constexpr std::size_t qos_control_size = 2;
constexpr unsigned without_tid = 16;

bool is_timestamped(FrameControl fc) {
    return fc.is(ManagementSubtype::beacon) || fc.is(ManagementSubtype::probe_response);
}

/// The frame as its sender knows it, where somebody is told what became of it: of a control port frame that is the
/// Ethernet frame. cf. ieee80211_store_ack_skb()
Bytes shown_of(ByteView bytes, TxOptions::Report report) {
    if (report == TxOptions::Report::management_frame) return {bytes.begin(), bytes.end()};
    if (report != TxOptions::Report::control_port) return {};
    const auto frame = FrameView::parse(bytes);
    if (!frame || !frame->destination()) return {};
    return ethernet_of(*frame->destination(), *frame->source(), frame->body());
}

/// How the peer is called on that link.
MacAddress address_on(const Link& link, const Sta& sta) {
    const LinkSta* there = sta.is_mld() ? sta.link(link.id()) : nullptr;
    return there != nullptr ? there->address : sta.default_link().address;
}

}  // namespace

bool is_access_point(const Wdev& wdev) {
    return wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go;
}

bool is_client(const Wdev& wdev) {
    return wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
}

bool is_own_address(const Wdev& wdev, const MacAddress& address) {
    if (wdev.address() == address) return true;
    return std::any_of(wdev.links().begin(), wdev.links().end(),
                       [&](const auto& link) { return link->address() == address; });
}

bool has_authorized_station(const Wdev& wdev) {
    const auto all = wdev.wiphy().stations().of(wdev);
    return std::any_of(all.begin(), all.end(), [](const Sta* sta) { return sta->authorized(); });
}

Link* link_of(const Wdev& wdev, const Sta& sta) {
    if (!wdev.is_mld()) return wdev.links().empty() ? nullptr : wdev.links().front().get();
    // The first that carries frames. A station of an AP MLD that is none itself has one.
    const std::uint16_t usable = links_to(wdev, sta, std::nullopt);
    for (const auto& link : sta.links())
        if (((usable != 0 ? usable : wdev.active_links()) & link->link.bit()) != 0) return wdev.link(link->link);
    return wdev.link(sta.default_link().link);
}

std::uint16_t links_to(const Wdev& wdev, const Sta& sta, std::optional<unsigned> tid) {
    if (!wdev.is_mld() || !sta.is_mld()) return 0;
    std::uint16_t out = 0;
    for (const auto& link : sta.links())
        out = static_cast<std::uint16_t>(out | link->link.bit());
    out = static_cast<std::uint16_t>(out & wdev.active_links() & sta.awake_links);
    const auto& mapping = is_client(wdev) ? wdev.link_mapping() : sta.link_mapping;
    if (!mapping || !tid || *tid >= LinkMapping::tids) return out;
    return static_cast<std::uint16_t>(out & (is_client(wdev) ? mapping->uplink : mapping->downlink)[*tid]);
}

Link* TxPath::choose_link(const Wdev& wdev, Sta& sta, std::optional<unsigned> tid, const TxOptions& options) const {
    if (options.link) return wdev.link(*options.link);
    std::uint16_t links = links_to(wdev, sta, tid);
    if (links == 0) return link_of(wdev, sta);
    // Without an agreement nobody puts them back in order: they stay on one link. 802.11be 35.3.8
    const bool in_order = tid && *tid < LinkMapping::tids && (sta.granted_block_ack_tids >> *tid & 1U) != 0;
    if (!in_order) links = static_cast<std::uint16_t>(links & (0U - links));
    const TransmitSettings* set = settings(wdev);
    LinkPolicy& policy = set != nullptr && set->link_policy != nullptr ? *set->link_policy : *round_robin_;
    sta.last_link = policy.choose(sta, links, tid);
    return wdev.link(*sta.last_link);
}

std::optional<unsigned> TxPath::tid_of(const Wdev& wdev, const Sta& sta, const EthernetView& frame) const {
    if (!sta.flags.has(StaFlag::wme)) return std::nullopt;
    // Control port frames go first.
    if (frame.ethertype() == ControlPort::of(wdev).ethertype) return control_port_priority;
    const TransmitSettings* set = settings(wdev);
    return user_priority(frame, set != nullptr && set->qos_map ? &*set->qos_map : nullptr);
}

// cf. ieee80211_subif_start_xmit(), ieee80211_lookup_ra_sta(), ieee80211_build_hdr()
void TxPath::send_ethernet(Wdev& wdev, const EthernetView& frame, const TxOptions& options) {
    bool sent = false;
    if (wdev.transmit_blocked()) {
        // Nothing goes out until the channel switch is over; what does not fit into the queue is lost.
        constexpr std::size_t queue_length = 1000;  // DEFAULT_TX_QUEUE_LEN
        auto& waiting = blocked_[&wdev];
        sent = waiting.size() < queue_length;
        if (sent) waiting.push_back({{frame.octets().begin(), frame.octets().end()}, options});
    } else if (is_client(wdev)) {
        Sta* ap = wdev.mlme() != nullptr ? wdev.mlme()->access_point() : nullptr;
        sent = ap != nullptr && to_station(wdev, frame, *ap, options);
    } else if (is_access_point(wdev)) {
        if (frame.destination().is_group()) {
            sent = goes_to_each(wdev, frame) ? to_each(wdev, frame, options) : to_group(wdev, frame, options);
        } else if (Sta* sta = wiphy_.stations().find(wdev, frame.destination())) {
            sent = to_station(wdev, frame, *sta, options);
        }
    }
    if (sent) return;
    if (wdev.netdev() != nullptr) ++wdev.netdev()->counters().tx_dropped;
    reports_.dropped(wdev, options.report, options.cookie, frame.octets(), frame.destination());
}

bool TxPath::to_station(Wdev& wdev, const EthernetView& frame, Sta& sta, const TxOptions& options) {
    Link* link = choose_link(wdev, sta, tid_of(wdev, sta, frame), options);
    if (link == nullptr || !link->channel()) return false;
    // cf. ieee80211_tx_h_check_assoc(), tx_handlers_drop_not_assoc
    if (!sta.flags.has(StaFlag::associated)) return false;
    const ControlPort port = ControlPort::of(wdev);
    const bool opens_port = frame.ethertype() == port.ethertype && is_own_address(wdev, frame.source());
    if (!sta.authorized() && !frame.destination().is_group() && !opens_port) return false;

    TxOptions with = options;
    if (frame.ethertype() == port.ethertype && port.no_encryption) with.no_encryption = true;
    Bytes mpdu = encapsulate(*link, &sta, frame);
    if (wdev.netdev() != nullptr) {
        ++wdev.netdev()->counters().tx_packets;
        wdev.netdev()->counters().tx_bytes += mpdu.size();
    }
    if (const auto tid = tid_of(wdev, sta, frame); tid && !opens_port) ask_for_block_ack(wdev, *link, sta, *tid);
    hand_over({wdev, link, &sta, std::move(mpdu), with});
    return true;
}

// One agreement for all links. cf. ieee80211_start_tx_ba_session(), ieee80211_send_addba_request()
void TxPath::ask_for_block_ack(Wdev& wdev, Link& link, Sta& sta, unsigned tid) {
    if (tid >= LinkMapping::tids || !sta.authorized() || std::popcount(links_to(wdev, sta, tid)) < 2) return;
    const auto bit = static_cast<std::uint16_t>(1U << tid);
    // A question without an answer is asked again after some more frames.
    constexpr unsigned frames_between = 64;
    const bool again = (sta.granted_block_ack_tids & bit) == 0 && sta.next_sequence[tid] % frames_between == 0;
    if ((sta.asked_block_ack_tids & bit) != 0 && !again) return;
    sta.asked_block_ack_tids |= bit;
    constexpr std::uint8_t addba_request = 0;
    constexpr std::uint16_t immediate = 1U << 1U;
    constexpr unsigned size = 64;
    Bytes out;
    ByteWriter w(out);
    FrameHeader::management(ManagementSubtype::action, sta.address(), wdev.address(),
                            is_client(wdev) ? sta.address() : wdev.address())
        .append_to(w);
    w.u8(static_cast<std::uint8_t>(ActionCategory::block_ack));
    w.u8(addba_request);
    w.u8(static_cast<std::uint8_t>(tid + 1));  // dialog token
    w.u16le(static_cast<std::uint16_t>(immediate | tid << 2U | size << 6U));
    w.u16le(0);
    w.u16le(static_cast<std::uint16_t>(sta.next_sequence[tid] << 4U));
    wiphy_.driver().block_ack_changed(wdev, sta,
                                      {.step = BlockAckStep::tx_start,
                                       .tid = static_cast<std::uint8_t>(tid),
                                       .first_number = sta.next_sequence[tid],
                                       .window = size});
    send_management(wdev, &link, std::move(out), {});
}

void TxPath::set_multicast_to_unicast(const Wdev& wdev, bool on) {
    if (on)
        multicast_to_unicast_.insert(&wdev);
    else
        multicast_to_unicast_.erase(&wdev);
}

// cf. ieee80211_multicast_to_unicast()
bool TxPath::goes_to_each(const Wdev& wdev, const EthernetView& frame) const {
    constexpr std::uint16_t ipv4 = 0x0800;
    constexpr std::uint16_t arp = 0x0806;
    constexpr std::uint16_t vlan = 0x8100;
    constexpr std::uint16_t ipv6 = 0x86dd;
    if (!multicast_to_unicast_.contains(&wdev)) return false;
    std::uint16_t type = frame.ethertype();
    constexpr std::size_t inner_type = 16;  // behind two addresses, 0x8100 and the tag
    if (type == vlan && frame.octets().size() >= inner_type + 2)
        type = static_cast<std::uint16_t>((frame.octets()[inner_type] << 8U) | frame.octets()[inner_type + 1]);
    return type == ipv4 || type == arp || type == ipv6;
}

// cf. ieee80211_convert_to_unicast(): not back to whom it came from
bool TxPath::to_each(Wdev& wdev, const EthernetView& frame, const TxOptions& options) {
    bool sent = false;
    for (Sta* sta : wiphy_.stations().of(wdev)) {
        if (sta->address() == frame.source()) continue;
        Bytes copy(frame.octets().begin(), frame.octets().end());
        std::copy(sta->address().octets().begin(), sta->address().octets().end(), copy.begin());
        sent = to_station(wdev, *EthernetView::parse(copy), *sta, options) || sent;
    }
    return sent;
}

// cf. ieee80211_mlo_multicast_tx(): once on each link
bool TxPath::to_group(Wdev& wdev, const EthernetView& frame, const TxOptions& options) {
    if (!has_authorized_station(wdev)) return false;
    bool sent = false;
    TxOptions with = options;
    // An MLD must be able to see that it has heard it on another link already. 802.11be 35.3.15.1
    if (wdev.is_mld()) with.sequence_number = wdev.next_sequence().get(SequenceControl::number);
    for (const auto& link : wdev.links()) {
        if (link->ap() == nullptr) continue;
        Bytes mpdu = encapsulate(*link, nullptr, frame);
        if (!sent && wdev.netdev() != nullptr) {
            ++wdev.netdev()->counters().tx_packets;
            wdev.netdev()->counters().tx_bytes += mpdu.size();
        }
        sent = true;
        hand_over({wdev, link.get(), nullptr, std::move(mpdu), with});
    }
    return sent;
}

Bytes TxPath::encapsulate(const Link& link, const Sta* sta, const EthernetView& frame) const {
    const auto tid = sta != nullptr ? tid_of(link.vif(), *sta, frame) : std::nullopt;
    const bool qos = tid.has_value();
    const DataSubtype subtype = qos ? DataSubtype::qos_data : DataSubtype::data;
    const MacAddress receiver = sta != nullptr ? address_on(link, *sta) : frame.destination();
    FrameHeader header = is_client(link.vif())
                             ? FrameHeader::data_to_ds(subtype, receiver, link.address(), frame.destination())
                             : FrameHeader::data_from_ds(subtype, receiver, link.address(), frame.source());
    if (tid) header.qos.set(ieee80211::QosControl::tid, *tid);
    Bytes out;
    ByteWriter writer(out);
    header.append_to(writer);
    append_msdu(writer, frame);
    return out;
}

// cf. ieee80211_tx_control_port()
Result<std::uint64_t> TxPath::send_control_port(Wdev& wdev, const ControlPortFrame& request) {
    if (request.ethertype != ControlPort::of(wdev).ethertype && request.ethertype != ethertype_preauthentication)
        return fail(EINVAL);
    const MacAddress* source = &wdev.address();
    if (request.link) {
        const Link* link = wdev.link(*request.link);
        if (link == nullptr) return fail(ENOLINK);
        const Sta* sta = wiphy_.stations().find(wdev, request.destination);
        if (sta == nullptr || !sta->is_mld()) source = &link->address();
    }
    Bytes bytes;
    ByteWriter writer(bytes);
    append_ethernet_header(writer, request.destination, *source, request.ethertype);
    writer.bytes(request.payload);

    TxOptions options;
    options.no_encryption = request.no_encryption;
    if (request.wants_status) {
        options.report = TxOptions::Report::control_port;
        options.cookie = wiphy_.next_cookie();
    }
    send_ethernet(wdev, *EthernetView::parse(bytes), options);
    return options.cookie;
}

void TxPath::send_management(Wdev& wdev, Link* link, Bytes frame, const TxOptions& options) {
    const auto view = FrameView::parse(frame);
    if (!view || view->frame_control().type() != FrameType::management) return;
    Sta* sta = view->addr1().is_group() ? nullptr : wiphy_.stations().find(wdev, view->addr1());
    if (link == nullptr && sta != nullptr && !options.channel) link = link_of(wdev, *sta);
    hand_over({wdev, link, sta, std::move(frame), options});
}

// cf. ieee80211_send_nullfunc(), ieee80211_send_null_response()
void TxPath::send_null(Wdev& wdev, Sta& sta, bool power_management, bool qos, const TxOptions& options) {
    Link* link = options.link ? wdev.link(*options.link) : link_of(wdev, sta);
    if (link == nullptr) return;
    const DataSubtype subtype = qos ? DataSubtype::qos_null : DataSubtype::null;
    const MacAddress peer = address_on(*link, sta);
    FrameHeader header = is_client(wdev) ? FrameHeader::data_to_ds(subtype, peer, link->address(), peer)
                                         : FrameHeader::data_from_ds(subtype, peer, link->address(), link->address());
    header.power_management(power_management);
    if (qos) header.qos.set(ieee80211::QosControl::tid, control_port_priority);
    Bytes bytes;
    ByteWriter writer(bytes);
    header.append_to(writer);
    hand_over({wdev, link, &sta, std::move(bytes), options});
}

// cf. ieee80211_probe_client()
Result<std::uint64_t> TxPath::probe_client(Wdev& wdev, const MacAddress& station) {
    Sta* sta = wiphy_.stations().find(wdev, station);
    if (sta == nullptr) return fail(ENOLINK);
    TxOptions options;
    options.cookie = wiphy_.next_cookie();
    options.report = TxOptions::Report::probe;
    send_null(wdev, *sta, false, sta->flags.has(StaFlag::wme), options);
    return options.cookie;
}

void TxPath::release_held(Wdev& wdev, Link& link, Sta* sta, Bytes frame, const TxOptions& options, bool more_data) {
    if (frame.size() < FrameControl::size) return;
    FrameControl fc{frame};
    fc.set(FrameControl::more_data, more_data ? 1 : 0);
    std::copy(fc.octets().begin(), fc.octets().end(), frame.begin());
    finish({wdev, &link, sta, std::move(frame), options});
}

// What a sleeping receiver would miss waits. cf. ieee80211_tx_h_ps_buf()
void TxPath::hand_over(Outgoing out) {
    if (out.sta != nullptr && out.sta->power_save != nullptr && !out.options.no_power_save_buffering &&
        out.sta->power_save->hold(out.bytes, out.options))
        return;
    const bool to_group =
        out.sta == nullptr && out.bytes.size() > receiver_offset && (out.bytes[receiver_offset] & 1U) != 0;
    if (to_group && is_access_point(out.wdev) && out.wdev.power_save_buffer() != nullptr &&
        !out.options.no_power_save_buffering && !out.options.channel &&
        out.wdev.power_save_buffer()->hold(out.bytes, out.options,
                                           out.link != nullptr ? out.link->id() : ieee80211::LinkId{}))
        return;
    finish(std::move(out));
}

const TransmitSettings* TxPath::settings(const Wdev& wdev) const {
    const auto found = settings_.find(wdev.id());
    return found == settings_.end() ? nullptr : &found->second;
}

/// Traffic that nobody shall acknowledge says so. cf. ieee80211_set_qos_hdr()
void TxPath::set_acknowledgement(Outgoing& out) const {
    constexpr unsigned no_acknowledgement = 1;
    const TransmitSettings* set = settings(out.wdev);
    if (set == nullptr || set->no_acknowledgement.none()) return;
    const auto view = FrameView::parse(out.bytes);
    if (!view || !view->frame_control().is_qos_data()) return;
    auto qos = *view->qos();
    if (!set->no_acknowledgement.test(qos.get(ieee80211::QosControl::tid))) return;
    qos.set(ieee80211::QosControl::ack_policy, no_acknowledgement);
    const auto at = view->header().size() - qos_control_size;
    std::copy(qos.octets().begin(), qos.octets().end(), out.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    out.no_acknowledgement = true;
}

/// A rate that SET_TX_BITRATE_MASK leaves. cf. rate_control_get_rate()
std::optional<phy::Rate> TxPath::rate_for(const Outgoing& out, phy::Band on) const {
    if (out.options.rate) return out.options.rate;
    const TransmitSettings* set = settings(out.wdev);
    if (set == nullptr) return std::nullopt;
    const auto mask = set->rates.find(on);
    if (mask == set->rates.end()) return std::nullopt;
    const auto& bands = wiphy_.profile().bands;
    const auto band = std::find_if(bands.begin(), bands.end(), [&](const auto& known) { return known.band == on; });
    return band == bands.end() ? std::nullopt : mask->second.lowest(*band, out.sta);
}

// cf. invoke_tx_handlers_late()
void TxPath::finish(Outgoing out) {
    const bool elsewhere = out.options.channel.has_value();
    if (!elsewhere && (out.link == nullptr || !out.link->channel())) {
        lost(out);
        return;
    }
    if (out.options.sent_before != 0) {  // cf. IEEE80211_TX_INTFL_RETRANSMISSION
        if (!readdress(out)) return lost(out);
        reports_.sent_again(out.options.sent_before, out.link->id());
        TxFrame again;
        again.channel = out.link->channel()->control;
        again.cookie = out.options.sent_before;
        again.bytes = std::move(out.bytes);
        wiphy_.driver().transmit(&out.wdev, out.link, std::move(again));
        return;
    }
    Bytes shown = shown_of(out.bytes, out.options.report);
    use_link_addresses(out);
    set_sequence(out);
    set_acknowledgement(out);
    const auto view = FrameView::parse(out.bytes);
    if (!view) return;
    const FrameControl fc = view->frame_control();
    const MacAddress receiver = view->addr1();
    const auto qos = view->qos();
    const std::size_t size = out.bytes.size();
    if (!protect(out)) {
        lost(out);
        return;
    }
    if (out.sta != nullptr) {
        StaStatistics& s = out.sta->statistics_on(out.link != nullptr ? out.link->id() : ieee80211::LinkId{});
        ++s.tx_packets;
        s.tx_bytes += size;
    }

    TxFrame frame;
    frame.channel = elsewhere ? *out.options.channel : out.link->channel()->control;
    frame.no_acknowledgement = out.no_acknowledgement;
    frame.rate = rate_for(out, frame.channel.band);
    const auto chosen = frame.rate ? std::nullopt : choose_rate(out);
    if (chosen) frame.rate = chosen;
    frame.attempts = out.options.attempts;
    frame.stamp_tsf = is_timestamped(fc);
    frame.wants_status = out.options.report != TxOptions::Report::nobody;

    if (out.sta != nullptr || out.options.report != TxOptions::Report::nobody) {
        SentFrame sent;
        sent.wdev = &out.wdev;
        sent.report = out.options.report;
        sent.cookie = out.options.cookie;
        sent.shown = std::move(shown);
        sent.station = out.sta != nullptr ? out.sta->address() : receiver;
        if (qos) sent.tid = qos->get(ieee80211::QosControl::tid);
        sent.is_data = fc.type() == FrameType::data;
        sent.may_wait = !out.options.no_power_save_buffering;
        sent.wanted_acknowledgement = !out.no_acknowledgement && !receiver.is_group();
        if (out.link != nullptr) sent.link = out.link->id();
        sent.chosen_rate = chosen.has_value();
        sent.size = out.bytes.size();
        sent.band = frame.channel.band;
        const bool between_mlds = out.sta != nullptr && out.sta->is_mld() && out.link != nullptr;
        if (between_mlds && sent.is_data && fc.is_qos_data() && !fc.is_null_data()) {
            sent.on_air = out.bytes;
            sent.tried_links = out.link->id().bit();
        }
        frame.cookie = reports_.add(std::move(sent));
    }
    frame.bytes = std::move(out.bytes);
    wiphy_.driver().transmit(&out.wdev, out.link, std::move(frame));
}

/// A frame as it was on the air goes out once more, maybe on another link. False: it cannot go on this one.
bool TxPath::readdress(Outgoing& out) {
    constexpr std::size_t addr2_at = 10;
    const auto view = FrameView::parse(out.bytes);
    if (!view || out.sta == nullptr || !out.sta->is_mld() || view->addr2() == out.link->address())
        return view.has_value();
    // Only of data the addresses on the air are not protected. 802.11be 12.5.2.3.3
    if (view->frame_control().type() != FrameType::data || out.sta->link(out.link->id()) == nullptr) return false;
    const MacAddress to = address_on(*out.link, *out.sta);
    const MacAddress& from = out.link->address();
    std::copy(to.octets().begin(), to.octets().end(), out.bytes.begin() + receiver_offset);
    std::copy(from.octets().begin(), from.octets().end(), out.bytes.begin() + addr2_at);
    return true;
}

// Programs and the MLME know MLDs; on the air links speak. cf. mac80211_hwsim_tx()
void TxPath::use_link_addresses(Outgoing& out) {
    constexpr std::size_t addr2_at = 10;
    const auto view = FrameView::parse(out.bytes);
    if (!view || out.link == nullptr || out.sta == nullptr || !out.sta->is_mld()) return;
    if (view->frame_control().type() == FrameType::data && !view->addr1().is_group()) {
        // It may have waited, and goes out on another link than it was made for.
        const MacAddress to = address_on(*out.link, *out.sta);
        const MacAddress& from = out.link->address();
        std::copy(to.octets().begin(), to.octets().end(), out.bytes.begin() + receiver_offset);
        std::copy(from.octets().begin(), from.octets().end(), out.bytes.begin() + addr2_at);
        return;
    }
    if (view->frame_control().type() != FrameType::management) return;
    const Wdev& vif = out.wdev;
    const MacAddress peer = address_on(*out.link, *out.sta);
    const auto replace = [&](std::size_t at, const std::optional<MacAddress>& address) {
        const MacAddress* with = nullptr;
        if (address == out.sta->address()) with = &peer;
        if (address == vif.address()) with = &out.link->address();
        if (with == nullptr) return;
        std::copy(with->octets().begin(), with->octets().end(), out.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    };
    constexpr std::size_t addr2_offset = 10;
    constexpr std::size_t addr3_offset = 16;
    const auto second = view->addr2();
    const auto third = view->addr3();
    replace(receiver_offset, view->addr1());
    replace(addr2_offset, second);
    replace(addr3_offset, third);
}

// cf. ieee80211_tx_h_sequence()
void TxPath::set_sequence(Outgoing& out) const {
    const auto view = FrameView::parse(out.bytes);
    if (!view || view->frame_control().type() == FrameType::control) return;
    const FrameControl fc = view->frame_control();
    if (fc.is(DataSubtype::qos_null)) return;
    SequenceControl sequence;
    if (out.options.sequence_number) {
        sequence.set(SequenceControl::number, *out.options.sequence_number);
        std::copy(sequence.octets().begin(), sequence.octets().end(), out.bytes.begin() + sequence_offset);
        return;
    }
    if (!fc.is_qos_data() || view->addr1().is_group()) {
        sequence = out.wdev.next_sequence();
        if (out.sta != nullptr && out.link != nullptr) ++out.sta->statistics_on(out.link->id()).tx_msdu[without_tid];
    } else {
        if (out.sta == nullptr) return;
        const unsigned tid = view->qos()->get(ieee80211::QosControl::tid);
        std::uint16_t& next = out.sta->next_sequence[tid];
        sequence.set(SequenceControl::number, next);
        next = (next + 1U) & 0xfffU;
        if (out.link != nullptr) ++out.sta->statistics_on(out.link->id()).tx_msdu[tid];
    }
    std::copy(sequence.octets().begin(), sequence.octets().end(), out.bytes.begin() + sequence_offset);
}

// Data that is not the handshake's goes as fast as the peer hears it; everything else at the lowest rate.
// cf. ieee80211_tx_h_rate_ctrl(), rate_control_send_low()
std::optional<phy::Rate> TxPath::choose_rate(const Outgoing& out) const {
    if (out.sta == nullptr || out.link == nullptr || !out.link->channel() || out.options.channel) return std::nullopt;
    if (!out.sta->authorized() || out.options.report != TxOptions::Report::nobody) return std::nullopt;
    const FrameControl fc = FrameControl{out.bytes};
    if (fc.type() != FrameType::data || fc.is_null_data()) return std::nullopt;
    const BandCapabilities* band = wiphy_.profile().band(out.link->channel()->control.band);
    const LinkSta* on = out.sta->link(out.link->id());
    if (band == nullptr || on == nullptr) return std::nullopt;
    const TransmitSettings* set = settings(out.wdev);
    if (set != nullptr && set->rates.contains(band->band)) return std::nullopt;  // the mask decides
    const StaStatistics& s = on->statistics;
    const std::optional<double> heard = s.ack_signal_average_dbm ? s.ack_signal_average_dbm : s.signal_average_dbm;
    if (!heard) return std::nullopt;
    constexpr double narrowest_mhz = 20;
    const phy::Dbm noise = phy::noise_floor(narrowest_mhz, phy::default_noise_figure);
    const RateControl::Sender sender{*band, band->for_type(out.wdev.type()), *out.link->channel()};
    return reports_.rate_control(out.wdev, on->address).choose(sender, on->capabilities, phy::Dbm{*heard} - noise);
}

void TxPath::transmit_again(Wdev& wdev) {
    const auto found = blocked_.find(&wdev);
    if (found == blocked_.end()) return;
    const std::deque<Blocked> waiting = std::exchange(found->second, {});
    blocked_.erase(found);
    for (const Blocked& blocked : waiting)
        send_ethernet(wdev, *EthernetView::parse(blocked.frame), blocked.options);
}

void TxPath::lost(const Outgoing& out) {
    give_up(out.wdev, out.bytes, out.options);
}

void TxPath::give_up(Wdev& wdev, ByteView frame, const TxOptions& options) {
    if (options.sent_before != 0) return reports_.give_up(options.sent_before);
    const auto view = FrameView::parse(frame);
    if (view) reports_.dropped(wdev, options.report, options.cookie, shown_of(frame, options.report), view->addr1());
}

}  // namespace mlosim::mld::detail
