// Frames that a radio received or shall send.

#include <algorithm>

#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/detail/bss_inform.h"
#include "mld/frame_listener.h"
#include "mld/netdev.h"
#include "mld/radiotap.h"
#include "mld/scanner.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

using ieee80211::FrameControl;
using ieee80211::FrameView;
using ieee80211::ManagementSubtype;

constexpr std::uint16_t type_and_subtype = 0x00fc;

bool is_scan_result(FrameControl fc) {
    return fc.is(ManagementSubtype::beacon) || fc.is(ManagementSubtype::probe_response);
}

/// Whether `address` is the interface's, or one of its links'.
bool is_address_of(const Wdev& wdev, const ieee80211::MacAddress& address) {
    if (wdev.address() == address) return true;
    return std::any_of(wdev.links().begin(), wdev.links().end(),
                       [&](const auto& l) { return l->address() == address; });
}

}  // namespace

// cf. ieee80211_rx_monitor()
void Wiphy::show_to_monitors(const ieee80211::Bytes& frame, const RxStatus& status) {
    ieee80211::Bytes with_header;
    for (const auto& [id, wdev] : wdevs_) {
        if (wdev->type() != InterfaceType::monitor || !wdev->running()) continue;
        if (wdev->monitor_flags().has(MonitorFlag::cook_frames)) continue;
        if (with_header.empty()) {
            with_header = received_radiotap(status);
            with_header.insert(with_header.end(), frame.begin(), frame.end());
        }
        wdev->netdev()->received(with_header);
    }
}

// cf. ieee80211_monitor_start_xmit()
void Wiphy::inject(ieee80211::ByteView frame_with_radiotap) {
    const auto header = radiotap_length(frame_with_radiotap);
    if (!header) return;
    const ieee80211::ByteView frame = frame_with_radiotap.subspan(*header);
    if (!FrameView::parse(frame)) return;
    TxFrame out;
    out.bytes.assign(frame.begin(), frame.end());
    out.channel = monitor_channel_.control;
    driver_->transmit(nullptr, nullptr, std::move(out));
}

void Wiphy::transmitted(const TxStatus& status) {
    data_path_->transmitted(status);
}

void Wiphy::receive(const FrameBytes& bytes, const RxStatus& status) {
    if (monitors_ > 0) show_to_monitors(*bytes, status);
    const auto frame = FrameView::parse(*bytes);
    if (!frame) {
        ++malformed_frames_;
        return;
    }
    if (is_scan_result(frame->frame_control())) receive_for_scan(*frame, status);
    if (frame->frame_control().type() == ieee80211::FrameType::management) receive_for_listeners(*frame, bytes, status);
}

// cf. ieee80211_scan_rx()
void Wiphy::receive_for_scan(const FrameView& frame, const RxStatus& status) {
    scanner_->beacon_heard();
    const phy::RadioChannel* channel = this->channel(status.channel);
    if (channel == nullptr || channel->now.flags.has(phy::ChannelFlag::disabled)) return;

    const bool to_all = frame.addr1() == ieee80211::MacAddress::broadcast();
    if (frame.frame_control().is(ManagementSubtype::probe_response)) {
        const Scan* scan = scanner_->current();
        if (scan == nullptr) return;
        const bool broadcast_taken = status.channel.band == phy::Band::ghz6 ||
                                     scan->request.flags.has(ScanFlag::accept_broadcast_probe_response);
        const bool taken = (to_all && broadcast_taken) || scan->request.flags.has(ScanFlag::random_address) ||
                           is_address_of(*scan->wdev, frame.addr1());
        if (!taken) return;
    } else if (!to_all) {
        return;
    }
    if (mac_open_count_ == monitors_) return;  // monitors alone find no networks

    const std::size_t before = bss_table_.size();
    const Bss* bss = detail::inform_bss({*this, bss_table_, world_.now()}, frame, status);
    if (bss == nullptr || bss_table_.size() == before) return;
    const auto ssid = bss->ssid();
    world_.trace().record(world_.now(), "mld/bss-found",
                          {{"wiphy", index_.value},
                           {"bssid", bss->bssid.to_string()},
                           {"mhz", bss->channel.center.in_mhz()},
                           {"signal_mbm", static_cast<std::int64_t>(bss->signal_mbm)},
                           {"ssid", ssid ? ssid->octets() : ieee80211::ByteView{}}});
}

// cf. cfg80211_rx_mgmt_ext()
void Wiphy::receive_for_listeners(const FrameView& frame, const FrameBytes& bytes, const RxStatus& status) {
    if (registrations_.empty()) return;
    const auto frame_control = static_cast<std::uint16_t>(frame.frame_control().raw() & type_and_subtype);
    const unsigned subtype = frame.frame_control().subtype();
    const ieee80211::ByteView body = frame.body();
    const bool to_group = frame.addr1().is_group();
    std::vector<const Wdev*> served;
    for (std::size_t i = 0; i < registrations_.size(); ++i) {
        const Registration& r = registrations_[i];
        if (r.frame_control != frame_control || r.match.size() > body.size()) continue;
        if (std::find(served.begin(), served.end(), r.wdev) != served.end()) continue;
        if (!r.wdev->running() || (!to_group && !is_address_of(*r.wdev, frame.addr1()))) continue;
        if ((profile_->management_frames[static_cast<unsigned>(r.wdev->type())].rx >> subtype & 1U) == 0) continue;
        if (!std::equal(r.match.begin(), r.match.end(), body.begin())) continue;
        if (!on_channel(*r.wdev, status)) continue;
        if (r.listener->frame_received(*r.wdev, bytes, status)) served.push_back(r.wdev);
    }
}

// A frame belongs to the interfaces that have a link where it was heard.
bool Wiphy::on_channel(const Wdev& wdev, const RxStatus& status) const {
    return std::any_of(wdev.links().begin(), wdev.links().end(),
                       [&](const auto& link) { return link->channel() && link->channel()->control == status.channel; });
}

Result<void> Wiphy::register_frame(Wdev& wdev, FrameListener& listener, std::uint16_t frame_control,
                                   ieee80211::ByteView match) {
    if (wdev.is_link()) return fail(EOPNOTSUPP, "frames are registered for on the MLD");
    const FrameControl fc = FrameControl::from_raw(frame_control);
    if (fc.type() != ieee80211::FrameType::management) return fail(EINVAL, "frame type not management");
    if ((frame_control & ~type_and_subtype) != 0) return fail(EINVAL, "Invalid frame type");
    if (static_cast<unsigned>(wdev.type()) >= profile_->management_frames.size() ||
        (profile_->management_frames[static_cast<unsigned>(wdev.type())].rx >> fc.subtype() & 1U) == 0)
        return fail(EINVAL, "Registration to specific type not supported");
    if (wdev.type() == InterfaceType::station && fc.is(ManagementSubtype::authentication) && match.size() < 2)
        return fail(EINVAL, "Authentication algorithm number required");
    for (const Registration& r : registrations_) {
        if (r.wdev != &wdev || r.frame_control != frame_control) continue;
        const std::size_t common = std::min(match.size(), r.match.size());
        if (std::equal(match.begin(), match.begin() + static_cast<std::ptrdiff_t>(common), r.match.begin()))
            return fail(EALREADY, "Match already configured");
    }
    registrations_.push_back({&wdev, &listener, frame_control, {match.begin(), match.end()}});
    return {};
}

void Wiphy::unregister_frames(FrameListener& listener) {
    std::erase_if(registrations_, [&](const Registration& r) { return r.listener == &listener; });
}

// cf. ieee80211_mgmt_tx(), as far as it stays on the channel
Result<void> Wiphy::send_frame(Wdev& wdev, std::optional<ieee80211::LinkId> id, ieee80211::Bytes bytes) {
    if (wdev.is_link()) {
        Link* own = wdev.affiliated_link();
        if (own == nullptr) return fail(ENOLINK);
        return send_frame(*wdev.mld_wdev(), wdev.mld_wdev()->is_mld() ? wdev.affiliated_link_id() : std::nullopt,
                          std::move(bytes));
    }
    if (!wdev.running()) return fail(ENETDOWN);
    const auto frame = FrameView::parse(bytes);
    if (!frame || frame->frame_control().type() != ieee80211::FrameType::management) return fail(EINVAL);
    if (id.has_value() != wdev.is_mld()) return fail(EINVAL);
    Link* link = id ? wdev.link(*id) : &wdev.default_link();
    if (link == nullptr) return fail(ENOLINK);
    if (!link->channel()) return fail(ENOTCONN);
    TxFrame out;
    // cf. ieee80211_tx_h_sequence()
    constexpr std::size_t sequence_offset = 22;
    const auto sequence = wdev.next_sequence();
    std::copy(sequence.octets().begin(), sequence.octets().end(), bytes.begin() + sequence_offset);
    out.stamp_tsf = is_scan_result(frame->frame_control());
    out.bytes = std::move(bytes);
    out.channel = link->channel()->control;
    driver_->transmit(&wdev, link, std::move(out));
    return {};
}

}  // namespace mlosim::mld
