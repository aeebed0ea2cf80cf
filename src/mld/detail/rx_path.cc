#include "mld/detail/rx_path.h"

#include <algorithm>
#include <span>

#include "mld/detail/control_port.h"
#include "mld/detail/ewma.h"
#include "mld/detail/robust_frame.h"
#include "mld/events.h"
#include "mld/power_save.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ControlSubtype;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;
using ieee80211::SequenceControl;

constexpr unsigned without_tid = 16;

/// cf. ieee80211_get_bssid()
std::optional<MacAddress> bssid_of(const FrameView& frame, const Wdev& wdev) {
    if (frame.frame_control().type() != FrameType::control) return frame.bssid();
    if (frame.frame_control().is(ControlSubtype::ps_poll)) return frame.addr1();
    if (frame.frame_control().is(ControlSubtype::block_ack_request))
        return is_client(wdev) ? frame.addr2() : std::optional(frame.addr1());
    return std::nullopt;
}

bool is_scan_result(FrameControl fc) {
    return fc.is(ManagementSubtype::beacon) || fc.is(ManagementSubtype::probe_response);
}

/// The access point's half of the filter.
bool access_point_accepts(const Incoming& in, const std::optional<MacAddress>& bssid) {
    const FrameView& frame = in.frame;
    const FrameControl fc = frame.frame_control();
    const bool group = frame.addr1().is_group();
    if (!bssid) return is_own_address(in.wdev, frame.addr1());
    if (*bssid != MacAddress::broadcast() && !is_own_address(in.wdev, *bssid)) {
        if (!group && !is_own_address(in.wdev, frame.addr1())) return false;
        return is_action(frame, ActionCategory::public_action) || fc.is(ManagementSubtype::beacon);
    }
    if (!fc.has(FrameControl::to_ds)) {
        if (fc.type() == FrameType::data) return false;
        if (is_action(frame) && *bssid != MacAddress::broadcast() && *bssid != frame.addr1()) return false;
    }
    return fc.type() != FrameType::data || !group;
}

}  // namespace

// cf. ieee80211_prepare_and_rx_handle(), ieee80211_parse_qos()
void RxPath::receive(Wdev& wdev, Link& link, const FrameView& frame, const FrameBytes& bytes, const RxStatus& status) {
    Incoming in{.wdev = wdev, .link = link, .bytes = bytes, .frame = frame, .status = status};
    if (wdev.is_mld()) in.status.link = link.id();
    if (const auto sender = frame.addr2()) {
        in.sta = wiphy_.stations().find(wdev, *sender);
        if (in.sta != nullptr) {
            in.link_sta = wiphy_.stations().find_link(wdev, *sender);
            if (in.link_sta == nullptr) in.link_sta = &in.sta->default_link();
        }
    }
    if (!accepts(in)) return;
    if (in.sta != nullptr && in.sta->is_mld() && !frame.addr1().is_group() && !is_scan_result(frame.frame_control()))
        use_mld_addresses(in);
    if (const auto qos = frame.qos()) {
        in.sequence_index = in.security_index = qos->get(ieee80211::QosControl::tid);
    } else {
        in.sequence_index = without_tid;
        in.security_index = frame.frame_control().type() == FrameType::management ? without_tid : 0;
    }
    count_verdict(in, process(in));
}

void RxPath::count_verdict(const Incoming& in, Verdict verdict) {
    if (verdict != Verdict::dropped) return;
    wiphy_.count_dropped_frame();
    if (in.link_sta != nullptr) ++in.link_sta->statistics.rx_dropped;
}

// cf. ieee80211_accept_frame()
bool RxPath::accepts(const Incoming& in) const {
    const FrameView& frame = in.frame;
    const FrameControl fc = frame.frame_control();
    const auto bssid = bssid_of(frame, in.wdev);
    switch (in.wdev.type()) {
        case InterfaceType::station:
        case InterfaceType::p2p_client: {
            if (!bssid && !in.wdev.use_4addr()) return false;
            const bool first = !frame.sequence() || frame.sequence()->get(SequenceControl::fragment) == 0;
            if (first && is_robust(frame) && in.sta == nullptr) return false;
            return frame.addr1().is_group() || is_own_address(in.wdev, frame.addr1());
        }
        case InterfaceType::ap:
        case InterfaceType::p2p_go:
            return access_point_accepts(in, bssid);
        case InterfaceType::p2p_device:
            return is_action(frame, ActionCategory::public_action) || fc.is(ManagementSubtype::probe_request) ||
                   is_scan_result(fc) ||
                   (fc.is(ManagementSubtype::authentication) && frame.addr1() == in.wdev.address());
        default:
            return false;
    }
}

// Above the links a frame between MLDs has the MLDs' addresses. 802.11be 35.3.2
void RxPath::use_mld_addresses(Incoming& in) const {
    if (!in.frame.addr2() || !in.frame.addr3()) return;
    in.air_addresses = ieee80211::CipherAddresses{in.frame.addr1(), *in.frame.addr2(), *in.frame.addr3()};
    Bytes bytes = *in.bytes;
    const auto replace = [&](std::size_t at, const MacAddress& with) {
        std::copy(with.octets().begin(), with.octets().end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    };
    constexpr std::size_t addr1_at = 4;
    constexpr std::size_t addr2_at = 10;
    constexpr std::size_t addr3_at = 16;
    if (in.frame.addr1() == in.link.address()) replace(addr1_at, in.wdev.address());
    if (in.frame.addr2() == in.link_sta->address) replace(addr2_at, in.sta->address());
    const FrameControl fc = in.frame.frame_control();
    if (in.frame.addr3() && !fc.has(FrameControl::to_ds) && !fc.has(FrameControl::from_ds)) {
        if (in.frame.addr3() == in.link_sta->address) replace(addr3_at, in.sta->address());
        if (in.frame.addr3() == in.link.address()) replace(addr3_at, in.wdev.address());
    }
    in.bytes = std::make_shared<const Bytes>(std::move(bytes));
    in.frame = *FrameView::parse(*in.bytes);
}

// cf. ieee80211_invoke_rx_handlers(), ieee80211_rx_handlers()
Verdict RxPath::process(Incoming& in, bool in_order) {
    using Step = Verdict (RxPath::*)(Incoming&);
    static constexpr Step steps[] = {
        &RxPath::check_duplicate,
        &RxPath::reorder,
        &RxPath::check_class,
        &RxPath::sender_speaks,
        &RxPath::decrypt,
        &RxPath::defragment,
        &RxPath::amsdu,
        &RxPath::data,
        &RxPath::control,
        &RxPath::check_management,
        &RxPath::check_protection,
        &RxPath::action,
        &RxPath::programs,
        &RxPath::action_after_programs,
        &RxPath::return_action,
        &RxPath::mlme,
    };
    constexpr std::size_t after_reordering = 2;
    for (const Step step : std::span(steps).subspan(in_order ? after_reordering : 0))
        if (const Verdict verdict = (this->*step)(in); verdict != Verdict::next) return verdict;
    return Verdict::dropped;
}

// cf. ieee80211_rx_h_check_dup()
Verdict RxPath::check_duplicate(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() == FrameType::control || fc.is_null_data() || in.sta == nullptr) return Verdict::next;
    if (in.frame.addr1().is_group()) return check_group_duplicate(in);
    const auto number = static_cast<std::uint16_t>(in.frame.sequence()->raw());
    auto& last = in.sta->last_sequence[in.sequence_index];
    if (fc.has(FrameControl::retry) && last == number) {
        ++in.link_sta->statistics.rx_duplicates;
        return Verdict::dropped;
    }
    last = number;
    return Verdict::next;
}

// An AP MLD sends group data on each of its links with one number. 802.11be 35.3.15.1
Verdict RxPath::check_group_duplicate(Incoming& in) {
    if (!in.sta->is_mld() || !is_client(in.wdev) || in.frame.frame_control().type() != FrameType::data)
        return Verdict::next;
    constexpr unsigned numbers = 4096;
    const unsigned number = in.frame.sequence()->get(SequenceControl::number);
    const auto& last = in.sta->last_group_sequence;
    const unsigned ahead = (number + numbers - last.value_or(number)) % numbers;
    if (last && (ahead == 0 || ahead >= numbers / 2)) {
        ++in.link_sta->statistics.rx_duplicates;
        return Verdict::dropped;
    }
    return Verdict::next;
}

// cf. ieee80211_rx_h_check(), cfg80211_rx_spurious_frame()
Verdict RxPath::check_class(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() != FrameType::data && !fc.is(ControlSubtype::ps_poll)) return Verdict::next;
    if (in.sta != nullptr && in.sta->flags.has(StaFlag::associated)) return Verdict::next;
    if (in.sta != nullptr && is_client(in.wdev) && !fc.is_null_data()) {
        // The access point may be quicker with its first handshake frame than we with our flags.
        constexpr std::size_t ethertype_at = 6;
        const auto body = in.frame.body();
        if (body.size() < ethertype_at + 2) return Verdict::dropped;
        if ((body[ethertype_at] << 8U | body[ethertype_at + 1]) == ControlPort::of(in.wdev).ethertype)
            return Verdict::next;
    }
    if (is_access_point(in.wdev) && in.wdev.unexpected_frame_owner() && in.frame.addr2()) {
        wiphy_.world().tell([&](Events& e) { e.unexpected_frame(in.wdev, *in.frame.addr2(), false, in.status.link); });
    }
    return Verdict::dropped;
}

// cf. ieee80211_rx_h_uapsd_and_pspoll(), ieee80211_rx_h_sta_process()
Verdict RxPath::sender_speaks(Incoming& in) {
    if (in.sta == nullptr) return Verdict::next;
    const FrameControl fc = in.frame.frame_control();
    StaStatistics& s = in.link_sta->statistics;
    if (is_access_point(in.wdev) && in.sta->power_save != nullptr) in.sta->power_save->heard(in.link, in.frame);
    if (fc.is(ControlSubtype::ps_poll)) return Verdict::taken;
    if (!in.frame.addr1().is_group()) {
        s.last_heard = wiphy_.world().now();
        if (fc.type() == FrameType::data && !fc.is_null_data()) s.last_rx_rate = in.status.rate;
    }
    s.rx_bytes += in.bytes->size();
    s.rx_airtime_us += whole_microseconds(in.status.received - in.status.started);
    const auto dbm = static_cast<int>(in.status.signal.value);
    s.signal_dbm = dbm;
    s.signal_average_dbm = ewma(s.signal_average_dbm, dbm);
    if (fc.type() != FrameType::control) ++s.rx_packets;
    if (!fc.is_null_data()) return Verdict::next;

    const bool four_addresses = fc.has(FrameControl::to_ds) && fc.has(FrameControl::from_ds);
    if (!four_addresses || !is_access_point(in.wdev)) return Verdict::taken;
    if (!std::exchange(in.sta->reported_four_address_frame, true) && in.wdev.unexpected_frame_owner()) {
        wiphy_.world().tell([&](Events& e) { e.unexpected_frame(in.wdev, in.sta->address(), true, in.status.link); });
    }
    return Verdict::dropped;
}

// cf. ieee80211_rx_h_defragment()
Verdict RxPath::defragment(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() == FrameType::control) return Verdict::next;
    const bool first = in.frame.sequence()->get(SequenceControl::fragment) == 0;
    const bool last = !fc.has(FrameControl::more_fragments);
    if (first && last) return Verdict::next;
    if (in.frame.addr1().is_group()) return Verdict::dropped;
    const Fragment fragment{&in.wdev, in.frame, in.security_index, in.packet_number, in.decrypted ? in.key : nullptr};
    const sim::Time now = wiphy_.world().now();
    if (first) {
        fragments_.begin(fragment, now);
        return Verdict::taken;
    }
    bool fits = false;
    auto whole = fragments_.add(fragment, now, fits);
    if (!whole) return fits ? Verdict::taken : Verdict::dropped;
    in.bytes = std::make_shared<const Bytes>(std::move(*whole));
    in.frame = *FrameView::parse(*in.bytes);
    return Verdict::next;
}

Verdict RxPath::control(Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() != FrameType::control) return Verdict::next;
    // The radio has answered it.
    if (fc.is(ControlSubtype::trigger) && in.sta != nullptr) return Verdict::taken;
    return fc.is(ControlSubtype::block_ack_request) ? block_ack_request(in) : Verdict::dropped;
}

}  // namespace mlosim::mld::detail
