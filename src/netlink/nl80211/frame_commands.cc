// Management frames that programs send and ask for.

#include <cstring>

#include "ieee80211/frame_header.h"
#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/handlers.h"

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

/// Action frames other than public ones need a peer. cf. cfg80211_mlme_mgmt_tx()
Result<void> check_action(const mld::Wdev& sender, const FrameView& frame) {
    switch (sender.type()) {
        case InterfaceType::station:
        case InterfaceType::p2p_client:
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
const mld::Wdev& sender_of(const mld::Wdev& wdev) {
    return wdev.is_link() ? *wdev.mld_wdev() : wdev;
}

// cf. cfg80211_mlme_mgmt_tx()
Result<void> check_frame(const mld::Wdev& wdev, ieee80211::ByteView bytes) {
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

/// May be sent on another channel than the interface's, if it has one at all.
struct OffChannel {
    bool allowed = false;
    std::optional<phy::ChannelDefinition> channel;
};

// cf. nl80211_tx_mgmt()
Result<OffChannel> off_channel(const mld::Wdev& wdev, const Request& request) {
    const mld::RadioProfile& profile = wdev.wiphy().profile();
    const bool capable = profile.has(WiphyFlag::offchannel_tx);
    if (const auto wait = request->u32(NL80211_ATTR_DURATION)) {
        if (!capable) return fail(EINVAL);
        if (*wait < min_wait_ms || *wait > profile.max_remain_on_channel_ms) return fail(EINVAL);
    }
    OffChannel out;
    out.allowed = request->flag(NL80211_ATTR_OFFCHANNEL_TX_OK);
    if (out.allowed && !capable) return fail(EINVAL);
    if (request->has(NL80211_ATTR_WIPHY_FREQ)) {
        auto channel = parse_channel_definition(wdev.wiphy(), request.attributes(), false);
        if (!channel) return fail(std::move(channel.error()));
        out.channel = *channel;
    }
    if (out.allowed && !out.channel) return fail(EINVAL);
    return out;
}

/// Where counters of a channel switch lie in the frame. cf. nl80211_parse_counter_offsets()
Result<void> check_counter_offsets(const mld::Wiphy& wiphy, const Request& request, std::size_t frame_size) {
    const auto offsets = request->bytes(NL80211_ATTR_CSA_C_OFFSETS_TX);
    if (!offsets) return {};
    const std::size_t count = offsets->size() / sizeof(std::uint16_t);
    const unsigned most = wiphy.profile().max_csa_counters;
    if (offsets->empty() || offsets->size() % sizeof(std::uint16_t) != 0 || (most != 0 && count > most))
        return fail(EINVAL);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t offset = 0;
        std::memcpy(&offset, offsets->data() + i * sizeof(offset), sizeof(offset));
        if (offset >= frame_size) return fail(EINVAL);
    }
    return {};
}

/// The link that a frame goes out on: of an AP MLD, where the program names none, the one whose address sends.
std::optional<ieee80211::LinkId> link_to_send_on(const mld::Wdev& wdev, ieee80211::ByteView frame,
                                                 std::optional<ieee80211::LinkId> named) {
    if (named || !wdev.is_mld()) return named;
    const auto sender = FrameView::parse(frame)->addr2();
    for (const auto& link : wdev.links())
        if (sender == link->address()) return link->id();
    return std::nullopt;
}

/// Whether the frame can go out where the interface is. A link wdev is where its link is. cf. ieee80211_mgmt_tx()
Result<void> check_channel(const mld::Wdev& wdev, std::optional<ieee80211::LinkId> id, const OffChannel& wanted) {
    const mld::Link* link = wdev.is_link() ? wdev.affiliated_link() : nullptr;
    if (!wdev.is_link()) link = id ? wdev.link(*id) : wdev.is_mld() ? nullptr : &wdev.default_link();
    const bool stays =
        link != nullptr && link->channel() && (!wanted.channel || wanted.channel->control == link->channel()->control);
    if (stays) return {};
    if (!wanted.channel && !wdev.is_link()) return fail(EINVAL);
    if (!wanted.allowed) return fail(link == nullptr && wdev.is_link() ? ENOLINK : EBUSY);
    return fail(EOPNOTSUPP, "frames on another channel than the interface's are not simulated");
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
    const auto wanted = off_channel(wdev, request);
    if (!wanted) return fail(wanted.error());
    const auto named = link_id(request.attributes());
    if (named && (wdev.valid_links() & named->bit()) == 0) return fail(EINVAL);
    if (auto valid = check_counter_offsets(wdev.wiphy(), request, frame->size()); !valid) return valid;
    if (auto valid = check_frame(wdev, *frame); !valid) return valid;
    const auto link = link_to_send_on(wdev, *frame, named);
    if (auto valid = check_channel(wdev, link, *wanted); !valid) return valid;

    if (auto sent = wdev.wiphy().send_frame(wdev, link, ieee80211::Bytes(frame->begin(), frame->end())); !sent)
        return sent;
    const std::uint64_t cookie = context.next_cookie();
    if (request->flag(NL80211_ATTR_DONT_WAIT_FOR_ACK)) return {};
    MessageBuilder message = reply.message(NL80211_CMD_FRAME);
    message.put_u64(NL80211_ATTR_COOKIE, cookie);
    return reply.send(message);
}

/// Nothing waits on another channel, so there is nothing to end. cf. nl80211_tx_mgmt_cancel_wait(),
/// ieee80211_cancel_roc()
Result<void> cancel_frame_wait(Context& context, const Request& request, Reply&) {
    const mld::Wdev& wdev = context.wdev();
    if (!request->has(NL80211_ATTR_COOKIE)) return fail(EINVAL);
    const bool may_wait = has_frames(wdev.type()) && wdev.type() != InterfaceType::mesh_point;
    if (!may_wait && !wdev.is_link()) return fail(EOPNOTSUPP);
    return fail(ENOENT);
}

}  // namespace mlosim::netlink::nl80211
