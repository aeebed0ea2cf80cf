// Frames that a radio received or shall send.

#include <algorithm>

#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/detail/bss_inform.h"
#include "mld/detail/malformed.h"
#include "mld/events.h"
#include "mld/frame_listener.h"
#include "mld/injection.h"
#include "mld/netdev.h"
#include "mld/off_channel.h"
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
constexpr std::size_t sequence_control_at = 22;

bool is_scan_result(FrameControl fc) {
    return fc.is(ManagementSubtype::beacon) || fc.is(ManagementSubtype::probe_response);
}

/// Whether `address` is the interface's, or one of its links'.
bool is_address_of(const Wdev& wdev, const ieee80211::MacAddress& address) {
    if (wdev.address() == address) return true;
    return std::any_of(wdev.links().begin(), wdev.links().end(),
                       [&](const auto& l) { return l->address() == address; });
}

/// The channel of all running interfaces that have one; nothing if they have several.
template <class Wdevs>
std::optional<phy::ChannelDefinition> shared_channel(const Wdevs& wdevs) {
    std::optional<phy::ChannelDefinition> only;
    for (const auto& [id, wdev] : wdevs) {
        for (const auto& link : wdev->links()) {
            if (!wdev->running() || !link->channel()) continue;
            if (only && *only != *link->channel()) return std::nullopt;
            only = link->channel();
        }
    }
    return only;
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
    const auto whole = FrameView::parse(frame_with_radiotap.subspan(*header));
    if (!whole) return;
    // A frame with the address of an interface is sent as if that had sent it.
    Wdev* as = nullptr;
    for (const auto& [id, wdev] : wdevs_) {
        if (as != nullptr || !wdev->running() || wdev->type() == InterfaceType::monitor) continue;
        if (whole->addr2() == wdev->address()) as = wdev.get();
    }
    std::optional<phy::ChannelDefinition> channel;
    if (as != nullptr) channel = as->default_link().channel();
    if (!channel) channel = virtual_monitor_ ? std::optional(monitor_channel_) : shared_channel(wdevs_);
    if (!channel) return;
    const phy::RadioChannel* const known = this->channel(channel->control);
    using phy::ChannelFlag;
    if (known == nullptr || known->now.flags.has_any({ChannelFlag::disabled, ChannelFlag::no_ir, ChannelFlag::radar}))
        return;
    const auto injection = Injection::parse(frame_with_radiotap, *channel);
    const auto frame = injection ? FrameView::parse(injection->frame) : Result<FrameView>(fail(injection.error()));
    if (!frame) return;

    Link* const link = as != nullptr ? &as->default_link() : nullptr;
    if (link != nullptr && frame->frame_control().type() == ieee80211::FrameType::management &&
        !injection->no_sequence_number) {
        TxOptions options;
        options.no_encryption = !injection->encrypt;
        options.no_acknowledgement = injection->no_acknowledgement;
        options.rate = injection->rate;
        options.attempts = injection->attempts();
        options.channel = channel->control;
        data_path_->send_management(*as, link, {injection->frame.begin(), injection->frame.end()}, options);
        return;
    }
    TxFrame out;
    out.bytes.assign(injection->frame.begin(), injection->frame.end());
    if (as != nullptr && !injection->no_sequence_number && frame->sequence()) {
        const auto sequence = as->next_sequence();
        std::copy(sequence.octets().begin(), sequence.octets().end(), out.bytes.begin() + sequence_control_at);
    }
    out.channel = channel->control;
    out.no_acknowledgement = injection->no_acknowledgement;
    out.rate = injection->rate;
    out.attempts = injection->attempts();
    driver_->transmit(as, link, std::move(out));
}

// cf. ieee80211_tx_monitor()
void Wiphy::show_sent_to_monitors(ieee80211::ByteView frame, const TxStatus& status) {
    ieee80211::Bytes with_header;
    for (const auto& [id, wdev] : wdevs_) {
        if (wdev->type() != InterfaceType::monitor || !wdev->running()) continue;
        if (wdev->monitor_flags().has(MonitorFlag::skip_tx)) continue;
        if (with_header.empty()) {
            with_header = sent_radiotap(frame, status);
            with_header.insert(with_header.end(), frame.begin(), frame.end());
        }
        wdev->netdev()->received(with_header);
    }
}

void Wiphy::transmitted(const TxStatus& status) {
    data_path_->transmitted(status);
    if (monitors_ > 0 && status.frame) show_sent_to_monitors(*status.frame, status);
}

void Wiphy::receive(const FrameBytes& bytes, const RxStatus& status) {
    if (monitors_ > 0) show_to_monitors(*bytes, status);
    const auto frame = FrameView::parse(*bytes);
    if (!frame) {
        ++malformed_frames_;
        return;
    }
    if (detail::is_malformed(*frame)) ++malformed_frames_;
    if (is_scan_result(frame->frame_control())) receive_for_scan(*frame, status);
    if (frame->frame_control().is(ManagementSubtype::beacon)) report_beacon(bytes, status);
    // In the order in which they were made, as mac80211 lists them.
    for (auto it = wdevs_.rbegin(); it != wdevs_.rend(); ++it) {
        Wdev& wdev = *it->second;
        if (!wdev.running() || wdev.type() == InterfaceType::monitor) continue;
        Link* link = hearing_link(wdev, status.channel);
        // Whose keys a group's data is decrypted with is what the driver says, right or wrong.
        // cf. ieee80211_rx_data_set_link()
        const bool group_data =
            frame->addr1().is_group() && frame->frame_control().type() == ieee80211::FrameType::data;
        if (link != nullptr && group_data && status.link && wdev.is_mld())
            if (Link* told = wdev.link(*status.link)) link = told;
        if (link != nullptr) data_path_->receive(wdev, *link, *frame, bytes, status);
    }
}

// An access point's radio shows the beacons that it hears to whoever asked for them. cf. ieee80211_rx_h_mgmt_check(),
// cfg80211_report_obss_beacon_khz()
void Wiphy::report_beacon(const FrameBytes& bytes, const RxStatus& status) {
    if (beacon_watchers_.empty()) return;
    const bool any = std::any_of(wdevs_.begin(), wdevs_.end(), [&](const auto& entry) {
        const Wdev& wdev = *entry.second;
        return wdev.type() == InterfaceType::ap && wdev.running() && hearing_link(wdev, status.channel) != nullptr;
    });
    if (any) world_.tell([&](Events& e) { e.beacon_heard(*this, *bytes, status); });
}

Link* Wiphy::hearing_link(const Wdev& wdev, const phy::Channel& channel) const {
    const auto& links = wdev.links();
    const auto found = std::find_if(links.begin(), links.end(), [&](const auto& link) {
        return link->channel() && link->channel()->control == channel;
    });
    if (found != links.end()) return found->get();
    const bool elsewhere = !links.empty() && off_channel_->listening(wdev) == channel;
    return elsewhere ? links.front().get() : nullptr;
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

bool Wiphy::offer_to_listeners(Wdev& wdev, const FrameView& frame, const FrameBytes& bytes, const RxStatus& status) {
    if (registrations_.empty()) return false;
    const auto frame_control = static_cast<std::uint16_t>(frame.frame_control().raw() & type_and_subtype);
    const unsigned subtype = frame.frame_control().subtype();
    if ((profile_->management_frames[static_cast<unsigned>(wdev.type())].rx >> subtype & 1U) == 0) return false;
    const ieee80211::ByteView body = frame.body();
    for (std::size_t i = 0; i < registrations_.size(); ++i) {
        const Registration& r = registrations_[i];
        if (r.wdev != &wdev || r.frame_control != frame_control || r.match.size() > body.size()) continue;
        if (!std::equal(r.match.begin(), r.match.end(), body.begin())) continue;
        if (r.listener->frame_received(wdev, bytes, status)) return true;
    }
    return false;
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
    data_path_->send_management(wdev, link, std::move(bytes), {});
    return {};
}

}  // namespace mlosim::mld
