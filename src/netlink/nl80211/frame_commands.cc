// Management frames that programs send and ask for.

#include <chrono>
#include <cstring>

#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/off_channel.h"
#include "mld/station_mlme.h"
#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

using ieee80211::FrameView;
using ieee80211::ManagementSubtype;
using mld::InterfaceType;
using mld::WiphyFlag;

constexpr std::uint32_t min_wait_ms = 10;  // NL80211_MIN_REMAIN_ON_CHANNEL_TIME
constexpr std::uint8_t public_action = 4;

/// Types of interfaces that have management frames of their own.
bool has_frames(InterfaceType type) {
    switch (type) {
        case InterfaceType::station:
        case InterfaceType::adhoc:
        case InterfaceType::p2p_client:
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::mesh_point:
        case InterfaceType::p2p_go:
        case InterfaceType::p2p_device:
            return true;
        default:
            return false;
    }
}

/// The address is the interface's, or that of one of its links. cf. cfg80211_allowed_address()
bool owns_address(const mld::Wdev& wdev, const ieee80211::MacAddress& address) {
    if (wdev.address() == address) return true;
    if (const mld::Link* link = wdev.affiliated_link()) return link->address() == address;
    for (const auto& link : wdev.links())
        if (link->address() == address) return true;
    return false;
}

/// A station's peer is its access point. cf. cfg80211_mlme_mgmt_tx()
Result<void> check_client_action(const mld::Wdev& sender, const FrameView& frame) {
    if (!is_connected(sender)) return fail(ENOTCONN);
    const ieee80211::MacAddress& ap = sender.mlme()->connection()->ap;
    if (frame.addr3() != ap || frame.addr1() != ap) return fail(ENOTCONN);
    return {};
}

/// Action frames other than public ones need a peer. cf. cfg80211_mlme_mgmt_tx()
Result<void> check_action(const mld::Wdev& sender, const FrameView& frame) {
    switch (sender.type()) {
        case InterfaceType::station:
        case InterfaceType::p2p_client:
            return check_client_action(sender, frame);
        case InterfaceType::adhoc:
            return fail(ENOTCONN);
        case InterfaceType::ap:
        case InterfaceType::p2p_go:
        case InterfaceType::ap_vlan:
            if (!owns_address(sender, *frame.addr3())) return fail(EINVAL);
            return {};
        case InterfaceType::mesh_point:
            if (frame.addr2() != frame.addr3()) return fail(EINVAL);
            return {};
        default:
            return fail(EOPNOTSUPP);
    }
}

/// What a link wdev sends, its MLD sends.
mld::Wdev& sender_of(mld::Wdev& wdev) {
    return wdev.is_link() ? *wdev.mld_wdev() : wdev;
}

// cf. cfg80211_mlme_mgmt_tx()
Result<void> check_frame(mld::Wdev& wdev, ieee80211::ByteView bytes) {
    constexpr std::size_t shortest = 24 + 1;
    constexpr std::uint16_t order_bit = 0x8000;
    const auto frame = FrameView::parse(bytes);
    if (bytes.size() < shortest || !frame) return fail(EINVAL);
    const auto control = frame->frame_control();
    if (control.type() != ieee80211::FrameType::management || (control.raw() & order_bit) != 0) return fail(EINVAL);
    const mld::Wdev& sender = sender_of(wdev);
    const auto& allowed = wdev.wiphy().profile().management_frames[static_cast<unsigned>(sender.type())];
    if ((allowed.tx >> control.subtype() & 1U) == 0) return fail(EINVAL);
    if (control.is(ManagementSubtype::action) && frame->body()[0] != public_action)
        if (auto valid = check_action(sender, *frame); !valid) return valid;
    if (!owns_address(wdev, *frame->addr2())) return fail(EINVAL);
    return {};
}

// Where the frame shall go. cf. nl80211_tx_mgmt()
Result<void> parse_place(const mld::Wdev& wdev, const Request& request, mld::ManagementTx& out) {
    const mld::RadioProfile& profile = wdev.wiphy().profile();
    const bool capable = profile.has(WiphyFlag::offchannel_tx);
    if (const auto wait = request->u32(NL80211_ATTR_DURATION)) {
        if (!capable) return fail(EINVAL);
        if (*wait < min_wait_ms || *wait > profile.max_remain_on_channel_ms) return fail(EINVAL);
        out.wait = std::chrono::milliseconds(*wait);
    }
    out.off_channel = request->flag(NL80211_ATTR_OFFCHANNEL_TX_OK);
    if (out.off_channel && !capable) return fail(EINVAL);
    if (request->has(NL80211_ATTR_WIPHY_FREQ)) {
        auto channel = parse_channel_definition(wdev.wiphy(), request.attributes(), false);
        if (!channel) return fail(std::move(channel.error()));
        out.channel = channel->control;
    }
    if (out.off_channel && !out.channel) return fail(EINVAL);
    out.no_cck = request->flag(NL80211_ATTR_TX_NO_CCK_RATE);
    out.no_acknowledgement = request->flag(NL80211_ATTR_DONT_WAIT_FOR_ACK);
    return {};
}

/// Where counters of a channel switch lie in the frame. cf. nl80211_parse_counter_offsets()
Result<std::vector<std::uint16_t>> counter_offsets(const mld::Wiphy& wiphy, const Request& request,
                                                   std::size_t frame_size) {
    std::vector<std::uint16_t> out;
    const auto offsets = request->bytes(NL80211_ATTR_CSA_C_OFFSETS_TX);
    if (!offsets) return out;
    const std::size_t count = offsets->size() / sizeof(std::uint16_t);
    const unsigned most = wiphy.profile().max_csa_counters;
    if (offsets->empty() || offsets->size() % sizeof(std::uint16_t) != 0 || (most != 0 && count > most))
        return fail(EINVAL);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t offset = 0;
        std::memcpy(&offset, offsets->data() + i * sizeof(offset), sizeof(offset));
        if (offset >= frame_size) return fail(EINVAL);
        out.push_back(offset);
    }
    return out;
}

/// Only a station that is connected has a peer to send to. cf. nl80211_tx_control_port()
Result<void> may_use_control_port(const mld::Wdev& wdev) {
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::p2p_go:
        case InterfaceType::mesh_point:
            return {};
        case InterfaceType::station:
        case InterfaceType::p2p_client:
            if (is_connected(wdev)) return {};
            return fail(ENOTCONN);
        case InterfaceType::adhoc:
            return fail(ENOTCONN);
        default:
            return fail(EOPNOTSUPP);
    }
}

Result<void> send_cookie(Reply& reply, std::uint8_t command, std::uint64_t cookie) {
    MessageBuilder message = reply.message(command);
    message.put_u64(NL80211_ATTR_COOKIE, cookie);
    return reply.send(message);
}

/// The link that a frame goes out on: of an AP MLD, where the program names none, the one whose address sends.
std::optional<ieee80211::LinkId> link_to_send_on(const mld::Wdev& wdev, ieee80211::ByteView frame,
                                                 std::optional<ieee80211::LinkId> named) {
    if (wdev.is_link()) return wdev.affiliated_link_id();
    if (named || !wdev.is_mld()) return named;
    const auto sender = FrameView::parse(frame)->addr2();
    for (const auto& link : wdev.links())
        if (sender == link->address()) return link->id();
    return std::nullopt;
}

}  // namespace

// cf. nl80211_register_mgmt()
Result<void> register_frame(Context& context, const Request& request, Reply&) {
    constexpr std::uint16_t action = 0x00d0;
    mld::Wdev& wdev = context.wdev();
    const auto match = request->bytes(NL80211_ATTR_FRAME_MATCH);
    if (!match) return fail(EINVAL);
    if (!has_frames(wdev.type())) return fail(EOPNOTSUPP);
    if (request->has(NL80211_ATTR_RECEIVE_MULTICAST) &&
        !wdev.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_MULTICAST_REGISTRATIONS))
        return fail(EOPNOTSUPP, "multicast RX registrations are not supported");
    return context.frame_sockets().add(request.port(), wdev, request->u16(NL80211_ATTR_FRAME_TYPE).value_or(action),
                                       *match);
}

// cf. nl80211_tx_mgmt()
Result<void> send_frame(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    const auto frame = request->bytes(NL80211_ATTR_FRAME);
    if (!frame) return fail(EINVAL);
    if (wdev.type() == InterfaceType::p2p_device && !request->has(NL80211_ATTR_WIPHY_FREQ)) return fail(EINVAL);
    if (!has_frames(wdev.type()) && !wdev.is_link()) return fail(EOPNOTSUPP);
    mld::ManagementTx out;
    if (auto parsed = parse_place(wdev, request, out); !parsed) return parsed;
    const auto named = link_id(request.attributes());
    if (named && (wdev.valid_links() & named->bit()) == 0) return fail(EINVAL);
    auto offsets = counter_offsets(wdev.wiphy(), request, frame->size());
    if (!offsets) return fail(std::move(offsets.error()));
    out.counter_offsets = std::move(*offsets);
    if (auto valid = check_frame(wdev, *frame); !valid) return valid;
    out.link = link_to_send_on(wdev, *frame, named);
    if (wdev.is_link() && !out.link) return fail(ENOLINK);
    out.frame.assign(frame->begin(), frame->end());
    out.owner = owner_of(request.port());

    const bool answered = !out.no_acknowledgement;
    auto cookie = wdev.wiphy().off_channel().send(sender_of(wdev), std::move(out));
    if (!cookie) return fail(std::move(cookie.error()));
    if (!answered) return {};
    return send_cookie(reply, NL80211_CMD_FRAME, *cookie);
}

// cf. nl80211_tx_mgmt_cancel_wait()
Result<void> cancel_frame_wait(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    const auto cookie = request->u64(NL80211_ATTR_COOKIE);
    if (!cookie) return fail(EINVAL);
    const bool may_wait = has_frames(wdev.type()) && wdev.type() != InterfaceType::mesh_point;
    if (!may_wait && !wdev.is_link()) return fail(EOPNOTSUPP);
    return wdev.wiphy().off_channel().cancel_wait(sender_of(wdev), *cookie);
}

// cf. nl80211_remain_on_channel()
Result<void> remain_on_channel(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    const mld::RadioProfile& profile = wdev.wiphy().profile();
    const auto duration = request->u32(NL80211_ATTR_DURATION);
    if (!request->has(NL80211_ATTR_WIPHY_FREQ) || !duration) return fail(EINVAL);
    if (request->has(NL80211_ATTR_MAC) && !profile.ext_features.test(NL80211_EXT_FEATURE_ROC_ADDR_FILTER))
        return fail(EOPNOTSUPP);
    if (!profile.has(WiphyFlag::remain_on_channel)) return fail(EOPNOTSUPP);
    if (*duration < min_wait_ms || *duration > profile.max_remain_on_channel_ms) return fail(EINVAL);
    auto channel = parse_channel_definition(wdev.wiphy(), request.attributes(), false);
    if (!channel) return fail(std::move(channel.error()));
    auto cookie = wdev.wiphy().off_channel().remain(wdev, link_id(request.attributes()), channel->control,
                                                    std::chrono::milliseconds(*duration), owner_of(request.port()));
    if (!cookie) return fail(std::move(cookie.error()));
    return send_cookie(reply, NL80211_CMD_REMAIN_ON_CHANNEL, *cookie);
}

// cf. nl80211_cancel_remain_on_channel()
Result<void> cancel_remain_on_channel(Context& context, const Request& request, Reply&) {
    const auto cookie = request->u64(NL80211_ATTR_COOKIE);
    if (!cookie) return fail(EINVAL);
    return context.wiphy().off_channel().cancel(context.wdev(), *cookie);
}

// cf. nl80211_register_unexpected_frame()
Result<void> register_unexpected_frames(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.type() != InterfaceType::ap && wdev.type() != InterfaceType::p2p_go) return fail(EINVAL);
    return wdev.wiphy().watch_unexpected_frames(wdev, owner_of(request.port()));
}

// cf. nl80211_register_beacons()
Result<void> register_beacons(Context& context, const Request& request, Reply&) {
    return context.wiphy().watch_beacons(owner_of(request.port()));
}

// cf. nl80211_probe_client()
Result<void> probe_client(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    if (wdev.type() != InterfaceType::ap && wdev.type() != InterfaceType::p2p_go) return fail(EOPNOTSUPP);
    const auto station = request->mac(NL80211_ATTR_MAC);
    if (!station) return fail(EINVAL);
    auto cookie = wdev.wiphy().data_path().probe_client(wdev, *station);
    if (!cookie) return fail(std::move(cookie.error()));
    return send_cookie(reply, NL80211_CMD_PROBE_CLIENT, *cookie);
}

// cf. nl80211_tx_control_port(): the cookie comes in the acknowledgement
Result<void> send_control_port(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    if (!wdev.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_CONTROL_PORT_OVER_NL80211))
        return fail(EOPNOTSUPP);
    const auto payload = request->bytes(NL80211_ATTR_FRAME);
    const auto destination = request->mac(NL80211_ATTR_MAC);
    const auto ethertype = request->u16(NL80211_ATTR_CONTROL_PORT_ETHERTYPE);
    if (!payload || !destination || !ethertype) return fail(EINVAL, "Frame, MAC or ethertype missing");
    if (auto allowed = may_use_control_port(wdev); !allowed) return allowed;
    const bool wants_status = !request->flag(NL80211_ATTR_DONT_WAIT_FOR_ACK);
    auto cookie = wdev.wiphy().data_path().send_control_port(
        wdev, {.destination = *destination,
               .ethertype = *ethertype,
               .payload = *payload,
               .no_encryption = request->flag(NL80211_ATTR_CONTROL_PORT_NO_ENCRYPT),
               .link = link_id(request.attributes()),
               .wants_status = wants_status});
    if (!cookie) return fail(std::move(cookie.error()));
    if (wants_status) {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(&*cookie);
        reply.ack().cookie.assign(octets, octets + sizeof(*cookie));
    }
    return {};
}

}  // namespace mlosim::netlink::nl80211
