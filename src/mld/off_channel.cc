#include "mld/off_channel.h"

#include <algorithm>
#include <list>

#include "ieee80211/frame_header.h"
#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/driver.h"
#include "mld/events.h"
#include "mld/jiffies.h"
#include "mld/scanner.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

using ieee80211::FrameView;
using ieee80211::ManagementSubtype;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds shortest = 10ms;
constexpr sim::Duration between_stays = 500ms;  // of a radio whose MAC leaves the channel by itself

/// One stay (struct ieee80211_roc_work).
struct Stay {
    Wdev* wdev;
    phy::Channel channel;
    std::chrono::milliseconds asked{0};
    std::chrono::milliseconds duration{0};
    std::uint64_t cookie = 0;
    /// A frame to send there; what waits after a frame is told otherwise than a stay for its own sake.
    bool for_frame = false;
    std::optional<ieee80211::Bytes> frame;
    TxOptions options;
    bool started = false;   ///< given to the driver, or the MAC is there
    bool notified = false;  ///< the program knows, the frame is out
    bool abort = false;
    sim::Time began;
};

/// Action frames that need no station to go to. cf. ieee80211_mgmt_tx()
bool needs_station(const FrameView& frame) {
    constexpr std::uint8_t spectrum_management = 0;
    constexpr std::uint8_t public_action = 4;
    constexpr std::uint8_t self_protected = 15;
    if (!frame.frame_control().is(ManagementSubtype::action) || frame.body().empty()) return false;
    const std::uint8_t category = frame.body()[0];
    return category != public_action && category != self_protected && category != spectrum_management;
}

}  // namespace

class OffChannel::Impl {
public:
    explicit Impl(Wiphy& owner) : wiphy(owner) {}

    Wiphy& wiphy;
    std::list<Stay> stays;
    sim::Timer timer;
    /// The MAC itself sees to a stay: the radio is not idle, even where it had the right channel already.
    bool staying = false;
    /// Where the MAC itself has tuned the radio to.
    std::optional<phy::Channel> away;

    [[nodiscard]] bool by_driver() const { return wiphy.profile().scan.style == ScanStyle::hardware; }
    [[nodiscard]] World& world() const { return wiphy.world(); }

    Result<void> add(Stay stay);
    bool join(Stay& stay);
    Result<void> start_first();
    void begin(Stay& stay);
    void end(std::list<Stay>::iterator stay);
    void end_started();
    void next();
    void work();
    void software_start();
    void software_return();
    void ready();
    void expired();
    Result<void> cancel(std::uint64_t cookie, bool for_frame);
};

// cf. ieee80211_start_roc_work()
Result<void> OffChannel::Impl::add(Stay stay) {
    if (stay.duration < shortest) stay.duration = shortest;
    if (stays.empty() && wiphy.scan() == nullptr) {
        stays.push_back(std::move(stay));
        if (by_driver()) {
            if (auto started = start_first(); !started) {
                stays.clear();
                return started;
            }
            return {};
        }
        timer = world().queue().after({}, [this] { work(); });
        return {};
    }
    if (!join(stay)) stays.push_back(std::move(stay));
    return {};
}

// A stay on the same channel that has room for another. cf. ieee80211_coalesce_hw_started_roc()
bool OffChannel::Impl::join(Stay& stay) {
    for (auto it = stays.begin(); it != stays.end(); ++it) {
        if (it->wdev != stay.wdev || it->channel != stay.channel || it->abort) continue;
        if (!it->started) {
            stays.insert(std::next(it), std::move(stay));
            return true;
        }
        if (!it->notified) return false;
        const sim::Time until = it->began + it->duration;
        if (world().now() + stay.duration > until) return false;
        stay.started = true;
        const auto added = stays.insert(std::next(it), std::move(stay));
        begin(*added);
        // It ends with the one that it joined, or earlier where the MAC sees to it.
        if (!by_driver()) work();
        return true;
    }
    return false;
}

// cf. _ieee80211_start_next_roc()
Result<void> OffChannel::Impl::start_first() {
    const Stay& first = stays.front();
    std::chrono::milliseconds longest = first.duration;
    const auto together = [&](const Stay& s) { return s.wdev == first.wdev && s.channel == first.channel; };
    for (auto it = stays.begin(); it != stays.end() && together(*it); ++it)
        longest = std::max(longest, it->duration);
    if (auto started = wiphy.driver().remain_on_channel(*first.wdev, first.channel, longest); !started) return started;
    for (auto it = stays.begin(); it != stays.end() && together(*it); ++it)
        it->started = true;
    return {};
}

// cf. ieee80211_handle_roc_started()
void OffChannel::Impl::begin(Stay& stay) {
    stay.began = world().now();
    stay.notified = true;
    if (stay.for_frame) {
        ieee80211::Bytes frame = std::move(*stay.frame);
        stay.frame.reset();
        wiphy.data_path().send_management(*stay.wdev,
                                          stay.wdev->links().empty() ? nullptr : stay.wdev->links().front().get(),
                                          std::move(frame), stay.options);
        return;
    }
    world().trace().record(world().now(), "mld/remain-on-channel",
                           {{"wdev", stay.wdev->id().value}, {"mhz", stay.channel.center.in_mhz()}});
    world().tell([&](Events& e) { e.remain_on_channel_started(*stay.wdev, stay.cookie, stay.channel, stay.asked); });
}

// cf. ieee80211_roc_notify_destroy()
void OffChannel::Impl::end(std::list<Stay>::iterator place) {
    const Stay stay = std::move(*place);
    stays.erase(place);
    if (stay.frame && stay.options.report == TxOptions::Report::management_frame)
        world().tell([&](Events& e) { e.frame_sent(*stay.wdev, stay.cookie, *stay.frame, false); });
    if (stay.for_frame) {
        world().tell([&](Events& e) { e.frame_wait_ended(*stay.wdev, stay.cookie, stay.channel); });
    } else {
        world().tell([&](Events& e) { e.remain_on_channel_ended(*stay.wdev, stay.cookie, stay.channel); });
    }
}

void OffChannel::Impl::end_started() {
    while (!stays.empty() && stays.front().started)
        end(stays.begin());
}

// cf. ieee80211_start_next_roc()
void OffChannel::Impl::next() {
    if (stays.empty()) {
        wiphy.scanner_->run_deferred();
        return;
    }
    if (!by_driver()) {
        timer = world().queue().after(between_stays, [this] { work(); });
        return;
    }
    if (start_first()) return;
    // What the driver refuses ends as if it had been there.
    stays.front().started = true;
    timer = world().queue().after({}, [this] { expired(); });
}

void OffChannel::Impl::ready() {
    for (Stay& stay : stays) {
        if (!stay.started) break;
        if (!stay.notified) begin(stay);
    }
}

void OffChannel::Impl::expired() {
    end_started();
    next();
}

// cf. __ieee80211_roc_work(): the MAC leaves the channel by itself
void OffChannel::Impl::work() {
    timer.cancel();
    if (stays.empty()) return;
    if (!stays.front().started) {
        if (wiphy.scan() == nullptr) software_start();  // a scan's end calls again
        return;
    }
    std::optional<sim::Time> due;
    for (auto it = stays.begin(); it != stays.end() && it->started;) {
        const auto current = it++;
        const sim::Time until = current->began + in_jiffies(current->duration);
        if (current->abort || until <= world().now()) {
            end(current);
        } else {
            due = due ? std::min(*due, until) : until;
        }
    }
    if (due) {
        timer = world().queue().at(*due, [this] { work(); });
        return;
    }
    software_return();
    next();
}

void OffChannel::Impl::software_start() {
    const Wdev* wdev = stays.front().wdev;
    const phy::Channel channel = stays.front().channel;
    const auto& operating = wiphy.radio_config_.channel;
    staying = true;
    if (!operating || operating->control != channel) {
        wiphy.leave_operating_channel();
        away = channel;
    }
    wiphy.configure_radio();
    for (auto it = stays.begin(); it != stays.end(); ++it) {
        if (it->wdev != wdev || it->channel != channel) break;
        it->started = true;
        begin(*it);
    }
    work();
}

void OffChannel::Impl::software_return() {
    const bool was_away = away.has_value();
    staying = false;
    away.reset();
    wiphy.configure_radio();
    if (was_away) wiphy.return_to_operating_channel();
}

// cf. ieee80211_cancel_roc()
Result<void> OffChannel::Impl::cancel(std::uint64_t cookie, bool for_frame) {
    const auto found = std::find_if(stays.begin(), stays.end(),
                                    [&](const Stay& s) { return s.cookie == cookie && s.for_frame == for_frame; });
    if (cookie == 0 || found == stays.end()) return fail(ENOENT);
    if (!found->started) {
        end(found);
    } else if (by_driver()) {
        wiphy.driver().cancel_remain_on_channel(*found->wdev);
        expired();
    } else {
        found->abort = true;
        timer = world().queue().after({}, [this] { work(); });
    }
    return {};
}

OffChannel::OffChannel(Wiphy& wiphy) : impl_(std::make_unique<Impl>(wiphy)) {}
OffChannel::~OffChannel() = default;

// cf. nl80211_remain_on_channel(), ieee80211_remain_on_channel()
Result<std::uint64_t> OffChannel::remain(Wdev& wdev, std::optional<ieee80211::LinkId>, const phy::Channel& channel,
                                         std::chrono::milliseconds duration, OwnerId) {
    if (!impl_->wiphy.profile().has(WiphyFlag::remain_on_channel)) return fail(EOPNOTSUPP);
    Stay stay{&wdev, channel};
    stay.asked = stay.duration = duration;
    stay.cookie = impl_->wiphy.next_cookie();
    const std::uint64_t cookie = stay.cookie;
    if (auto added = impl_->add(std::move(stay)); !added) return fail(added.error());
    return cookie;
}

Result<void> OffChannel::cancel(Wdev&, std::uint64_t cookie) {
    return impl_->cancel(cookie, false);
}

namespace {

/// The link that a frame goes out on, if on one of the interface's. cf. the search of ieee80211_mgmt_tx() through links
Link* link_for(const Wdev& wdev, const ManagementTx& request, const FrameView& frame) {
    if (!wdev.is_mld()) return wdev.links().empty() ? nullptr : wdev.links().front().get();
    if (request.link) return wdev.link(*request.link);
    const Sta* peer = wdev.wiphy().stations().find(wdev, frame.addr1());
    const bool between_mlds = peer != nullptr && peer->is_mld() && frame.addr2() == wdev.address();
    if (between_mlds && !request.channel) return wdev.link(peer->default_link().link);
    for (const auto& link : wdev.links()) {
        if (!link->channel()) continue;
        if (between_mlds && *request.channel == link->channel()->control) return link.get();
        if (link->address() == frame.addr2()) return link.get();
    }
    return nullptr;
}

}  // namespace

Result<std::uint64_t> OffChannel::send(Wdev& requested, ManagementTx request) {
    Wdev& wdev = requested.is_link() ? *requested.mld_wdev() : requested;
    if (!wdev.running()) return fail(ENETDOWN);
    const auto frame = FrameView::parse(request.frame);
    if (!frame || frame->frame_control().type() != ieee80211::FrameType::management) return fail(EINVAL);
    Wiphy& wiphy = impl_->wiphy;
    if (requested.is_link() && !request.link) request.link = requested.affiliated_link_id();
    Link* link = link_for(wdev, request, *frame);
    if (link == nullptr && request.link && wdev.is_mld()) return fail(ENOLINK);

    bool elsewhere = false;
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::p2p_go:
            elsewhere = std::none_of(wdev.links().begin(), wdev.links().end(),
                                     [](const auto& l) { return l->ap() != nullptr; });
            if (needs_station(*frame) && wiphy.stations().find(wdev, frame->addr1()) == nullptr) return fail(ENOLINK);
            break;
        case InterfaceType::station:
        case InterfaceType::p2p_client: {
            const Connection* connection = wdev.mlme() != nullptr ? wdev.mlme()->connection() : nullptr;
            elsewhere = connection == nullptr || (request.off_channel && request.wait && impl_->by_driver() &&
                                                  connection->ap != *frame->addr3());
            break;
        }
        case InterfaceType::p2p_device:
            elsewhere = true;
            break;
        default:
            return fail(EOPNOTSUPP);
    }
    if (elsewhere && !request.channel) return fail(EINVAL);
    if (!elsewhere) {
        if (link == nullptr || !link->channel()) {
            elsewhere = true;
        } else {
            elsewhere = request.channel && *request.channel != link->channel()->control;
        }
    }
    if (elsewhere && !request.off_channel) return fail(EBUSY);
    if (elsewhere && !request.channel) return fail(EINVAL);

    // A frame that counts down shows what the beacons show.
    if (link != nullptr && link->ap() != nullptr && !request.counter_offsets.empty()) {
        if (const auto count = link->ap()->countdown())
            for (const std::uint16_t offset : request.counter_offsets)
                if (offset < request.frame.size()) request.frame[offset] = *count;
    }
    TxOptions options;
    const std::uint64_t cookie = wiphy.next_cookie();
    if (request.no_acknowledgement) {
        options.no_acknowledgement = true;
    } else {
        options.cookie = cookie;
        options.report = TxOptions::Report::management_frame;
    }
    if (!elsewhere) {
        wiphy.data_path().send_management(wdev, link, std::move(request.frame), options);
        return request.no_acknowledgement ? 0 : cookie;
    }
    options.channel = request.channel;
    Stay stay{&wdev, *request.channel};
    stay.asked = stay.duration = request.wait.value_or(0ms);
    stay.cookie = cookie;
    stay.for_frame = true;
    stay.frame = std::move(request.frame);
    stay.options = options;
    if (auto added = impl_->add(std::move(stay)); !added) return fail(added.error());
    return request.no_acknowledgement ? 0 : cookie;
}

Result<void> OffChannel::cancel_wait(Wdev&, std::uint64_t cookie) {
    return impl_->cancel(cookie, true);
}

// cf. ieee80211_roc_purge()
void OffChannel::purge(const Wdev& wdev) {
    bool return_now = false;
    bool was_driver = false;
    for (auto it = impl_->stays.begin(); it != impl_->stays.end();) {
        const auto current = it++;
        if (current->wdev != &wdev) continue;
        if (current->started) {
            if (impl_->by_driver() && !was_driver) impl_->wiphy.driver().cancel_remain_on_channel(*current->wdev);
            (impl_->by_driver() ? was_driver : return_now) = true;
        }
        impl_->end(current);
    }
    if (return_now) impl_->software_return();
    if (return_now || was_driver) impl_->next();
}

std::optional<phy::Channel> OffChannel::listening(const Wdev& wdev) const {
    for (const Stay& stay : impl_->stays)
        if (stay.notified && stay.wdev == &wdev) return stay.channel;
    return std::nullopt;
}

std::optional<phy::Channel> OffChannel::tuned_channel() const {
    return impl_->away;
}

bool OffChannel::staying() const noexcept {
    return impl_->staying;
}

bool OffChannel::idle() const noexcept {
    return impl_->stays.empty();
}

void OffChannel::ready_on_channel() {
    impl_->ready();
}
void OffChannel::expired() {
    impl_->expired();
}
void OffChannel::scan_ended() {
    if (impl_->stays.empty() || impl_->stays.front().started) return;
    if (impl_->by_driver()) {
        impl_->next();
    } else {
        impl_->timer = impl_->world().queue().after({}, [this] { impl_->work(); });
    }
}

}  // namespace mlosim::mld
