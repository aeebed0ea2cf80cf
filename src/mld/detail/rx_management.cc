// Management frames that came in: to programs, to the station's MLME, or answered here.

#include "ieee80211/ht_elements.h"
#include "mld/detail/operating_mode.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/robust_frame.h"
#include "mld/detail/rx_path.h"
#include "mld/events.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

constexpr std::uint8_t extended_channel_switch = 4;
constexpr std::uint8_t channel_switch = 4;
constexpr std::uint8_t sa_query_request = 0;
constexpr std::uint8_t sa_query_response = 1;
constexpr std::uint8_t ht_channel_width = 0;
constexpr std::uint8_t ht_sm_power_save = 1;
constexpr std::uint8_t vht_operating_mode = 2;
constexpr std::uint8_t vht_group_id = 1;
/// The category of a frame that its receiver did not understand. 802.11-2020 10.30.4
constexpr std::uint8_t error_bit = 0x80;

/// How long those frames at least are that a station MLD's MAC reads itself; nothing for others.
std::optional<std::size_t> smallest_protected_eht(std::uint8_t action) {
    switch (static_cast<ProtectedEhtAction>(action)) {
        case ProtectedEhtAction::ttlm_request:
            return 3;
        case ProtectedEhtAction::ttlm_response:
        case ProtectedEhtAction::epcs_enable_response:
            return 5;
        case ProtectedEhtAction::ttlm_teardown:
        case ProtectedEhtAction::epcs_teardown:
            return 2;
        case ProtectedEhtAction::eml_operating_mode:
            return 4;
        case ProtectedEhtAction::link_reconfiguration_response:
            return 7;  // with the status of one link
        default:
            return std::nullopt;
    }
}

std::optional<std::uint8_t> action_code(const Incoming& in) {
    const auto body = in.frame.body();
    return body.size() < 2 ? std::nullopt : std::optional(body[1]);
}

}  // namespace

// cf. ieee80211_rx_h_mgmt_check()
Verdict RxPath::check_management(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() != FrameType::management) return Verdict::dropped;
    if (is_action(in.frame) && in.frame.body().empty()) return Verdict::dropped;
    if (fc.is(ManagementSubtype::beacon) && in.frame.addr1() != MacAddress::broadcast()) return Verdict::dropped;
    return Verdict::next;
}

// What the MAC does itself. cf. ieee80211_rx_h_action()
Verdict RxPath::action(Incoming& in) {
    const auto category = action_category(in.frame);
    if (!category) return Verdict::next;
    const auto is = [&](ActionCategory c) { return static_cast<std::uint8_t>(c) == *category; };
    if (in.sta == nullptr && !is(ActionCategory::public_action) && !is(ActionCategory::self_protected) &&
        !is(ActionCategory::spectrum_management))
        return Verdict::dropped;
    const auto code = action_code(in);
    const bool from_ap = in.sta != nullptr && is_client(in.wdev);
    if (is(ActionCategory::public_action) || is(ActionCategory::protected_dual)) {
        if (!code) {
            in.malformed_action = true;
        } else if (from_ap && code == extended_channel_switch) {
            return give_to_mlme(in);
        }
    } else if (is(ActionCategory::spectrum_management)) {
        if (from_ap && code == channel_switch) return give_to_mlme(in);
    } else if (is(ActionCategory::block_ack)) {
        return block_ack_action(in);
    } else if (is(ActionCategory::ht)) {
        return ht_action(in);
    } else if (is(ActionCategory::vht)) {
        return vht_action(in, from_ap);
    } else if (is(ActionCategory::protected_eht)) {
        const auto emlsr = static_cast<std::uint8_t>(ProtectedEhtAction::eml_operating_mode);
        if (code == emlsr && in.wdev.type() == InterfaceType::ap) return emlsr_action(in);
        if (const auto smallest = code && from_ap ? smallest_protected_eht(*code) : std::nullopt) {
            if (in.frame.body().size() >= *smallest) return give_to_mlme(in);
            in.malformed_action = true;
        }
    }
    return Verdict::next;
}

void RxPath::tell_mode(Incoming& in, const MacAddress& station, const std::optional<StationModeChange>& change) {
    if (change) wiphy_.world().tell([&](Events& e) { e.station_mode_changed(in.wdev, station, *change); });
}

// cf. ieee80211_rx_h_action(), WLAN_CATEGORY_HT
Verdict RxPath::ht_action(Incoming& in) {
    const auto invalid = [&] {
        in.malformed_action = true;
        return Verdict::next;
    };
    constexpr std::size_t least = 3;
    const auto body = in.frame.body();
    if (in.link_sta == nullptr || body.size() < least) return invalid();
    StaCapabilities& peer = in.link_sta->capabilities;
    if (peer.ht.empty() && peer.he.empty()) return invalid();
    const std::uint8_t value = body[2];
    if (body[1] == ht_sm_power_save) {
        if (!is_access_point(in.wdev)) return Verdict::taken;
        constexpr std::uint8_t disabled = 0, one_chain = 1, dynamic = 3;
        if (value != disabled && value != one_chain && value != dynamic) return invalid();
        const SmPowerSave mode = value == disabled    ? SmPowerSave::off
                                 : value == one_chain ? SmPowerSave::one_chain
                                                      : SmPowerSave::wakes_the_others;
        tell_mode(in, in.sta->address(), set_sm_power_save(peer, mode));
        return Verdict::taken;
    }
    if (body[1] != ht_channel_width) return invalid();
    constexpr std::uint8_t only_20 = 0, any = 1;
    if (value != only_20 && value != any) return invalid();
    const auto own = ieee80211::HtCapabilities::parse(peer.ht);
    if (own && own->info.has(ieee80211::HtCapabilityInfo::width_40) && in.link.channel())
        tell_mode(in, in.sta->address(), set_channel_width(peer, value == only_20, *in.link.channel()));
    return Verdict::taken;
}

// cf. ieee80211_rx_h_action(), WLAN_CATEGORY_VHT
Verdict RxPath::vht_action(Incoming& in, bool from_ap) {
    const auto body = in.frame.body();
    constexpr std::size_t with_mode = 3;
    if (body.size() < 2 || (body[1] == vht_operating_mode && body.size() < with_mode)) {
        in.malformed_action = true;
        return Verdict::next;
    }
    if (body[1] == vht_operating_mode) {
        if (in.link_sta != nullptr && in.link.channel())
            tell_mode(in, in.link_sta->address,
                      set_operating_mode(in.link_sta->capabilities, body[2], *in.link.channel()));
        return Verdict::taken;
    }
    if (body[1] == vht_group_id) return from_ap ? give_to_mlme(in) : Verdict::taken;
    return Verdict::next;
}

// cf. ieee80211_rx_h_userspace_mgmt()
Verdict RxPath::programs(Incoming& in) {
    if (in.malformed_action) return Verdict::next;
    if (!wiphy_.offer_to_listeners(in.wdev, in.frame, in.bytes, in.status)) return Verdict::next;
    return Verdict::taken;
}

// cf. ieee80211_rx_h_action_post_userspace()
Verdict RxPath::action_after_programs(Incoming& in) {
    const auto body = in.frame.body();
    constexpr std::size_t sa_query_size = 4;
    const bool asked = is_action(in.frame, ActionCategory::sa_query) && body.size() >= sa_query_size &&
                       body[1] == sa_query_request && is_client(in.wdev);
    if (!asked) return Verdict::next;
    // cf. ieee80211_process_sa_query_req()
    if (in.frame.addr1() != in.wdev.address() || in.sta == nullptr || in.frame.addr3() != in.sta->address())
        return Verdict::taken;
    Bytes answer = answer_header(in);
    ieee80211::ByteWriter w(answer);
    w.u8(static_cast<std::uint8_t>(ActionCategory::sa_query));
    w.u8(sa_query_response);
    w.bytes(body.subspan(2, 2));
    tx_.send_management(in.wdev, &in.link, std::move(answer), {});
    return Verdict::taken;
}

// What nobody understands goes back. cf. ieee80211_rx_h_action_return()
Verdict RxPath::return_action(Incoming& in) {
    if (!is_action(in.frame)) return Verdict::next;
    if (!in.malformed_action && is_access_point(in.wdev)) return Verdict::dropped;
    if (in.frame.addr1().is_group() || (in.frame.body().front() & error_bit) != 0) return Verdict::dropped;
    Bytes back = *in.bytes;
    back[in.frame.header().size()] |= error_bit;
    const auto put = [&](std::size_t at, const MacAddress& address) {
        std::copy(address.octets().begin(), address.octets().end(), back.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(4, *in.frame.addr2());
    put(10, in.wdev.address());
    TxOptions options;
    if (!in.link.channel() || in.link.channel()->control != in.status.channel) options.channel = in.status.channel;
    tx_.send_management(in.wdev, &in.link, std::move(back), options);
    return Verdict::dropped;
}

// cf. ieee80211_rx_h_mgmt()
Verdict RxPath::mlme(Incoming& in) {
    if (!is_client(in.wdev)) return Verdict::dropped;
    const FrameControl fc = in.frame.frame_control();
    const bool group = in.frame.addr1().is_group() && in.frame.addr1() != MacAddress::broadcast();
    switch (static_cast<ManagementSubtype>(fc.subtype())) {
        case ManagementSubtype::authentication:
        case ManagementSubtype::beacon:
        case ManagementSubtype::probe_response:
            break;
        case ManagementSubtype::deauthentication:
        case ManagementSubtype::disassociation:
        case ManagementSubtype::association_response:
        case ManagementSubtype::reassociation_response:
            if (group) return Verdict::dropped;
            break;
        default:
            return Verdict::dropped;
    }
    if (fc.is(ManagementSubtype::beacon) && in.sta != nullptr) power_save_.beacon(in.wdev, in.frame);
    return give_to_mlme(in);
}

Verdict RxPath::give_to_mlme(Incoming& in) {
    if (in.wdev.mlme() != nullptr) in.wdev.mlme()->receive(in.link, in.bytes, in.status);
    return Verdict::taken;
}

}  // namespace mlosim::mld::detail
