#include "mld/power_save.h"

#include <algorithm>
#include <bit>

#include "mld/ap_link.h"
#include "mld/detail/tx_path.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using ieee80211::DataSubtype;
using ieee80211::FrameControl;
using ieee80211::FrameHeader;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::ManagementSubtype;

// cf. STA_MAX_TX_BUFFER, AP_MAX_BC_BUFFER, TOTAL_MAX_TX_BUFFER
constexpr std::size_t max_held_for_station = 64;
constexpr std::size_t max_held_for_group = 128;
constexpr std::size_t max_held = 512;
constexpr std::chrono::seconds min_expiry{10};

enum AccessCategory : std::uint8_t { voice = 0, video = 1, best_effort = 2, background = 3 };
/// By user priority. cf. ieee802_1d_to_ac[]
constexpr std::uint8_t category_of_tid[] = {best_effort, background, background, best_effort,
                                            video,       video,      voice,      voice};
/// The bit of each category in a QoS Info field, 802.11-2020 9.4.1.17. cf. ieee80211_ac_to_qos_mask[]
constexpr std::uint8_t queue_bit[] = {1U << 0, 1U << 1, 1U << 3, 1U << 2};
constexpr std::uint8_t all_queues = 0x0f;

// cf. ieee80211_select_queue(): management frames are voice, data without QoS best effort
std::uint8_t category_of(const FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    if (fc.type() == FrameType::management) return voice;
    const auto qos = frame.qos();
    return fc.is_qos_data() && qos ? category_of_tid[qos->octets()[0] & 7U] : std::uint8_t{best_effort};
}

// cf. ieee80211_is_bufferable_mmpdu(); 802.11-2020 11.2.2
bool may_wait(FrameControl fc) {
    if (fc.type() != FrameType::management) return true;
    return fc.is(ManagementSubtype::action) || fc.is(ManagementSubtype::deauthentication) ||
           fc.is(ManagementSubtype::disassociation);
}

}  // namespace

// Groups

ApPowerSave::ApPowerSave(Wdev& wdev) : wdev_(wdev) {}

ApPowerSave::~ApPowerSave() {
    wdev_.wiphy().stations().held(-static_cast<int>(frames_.size()));
}

bool ApPowerSave::hold(ieee80211::Bytes& frame, const TxOptions& options, ieee80211::LinkId link) {
    if (options.no_power_save_buffering) return false;
    const auto view = FrameView::parse(frame);
    if (!view || !may_wait(view->frame_control())) return false;  // 6 GHz: probe responses to all go at once
    const bool behind_others =
        std::any_of(frames_.begin(), frames_.end(), [&](const HeldFrame& held) { return held.options.link == link; });
    if (dozing_[link.value()] == 0 && !behind_others) return false;
    Stations& stations = wdev_.wiphy().stations();
    if (stations.held_frames() >= max_held) stations.purge_held();
    if (frames_.size() >= max_held_for_group) drop_oldest();
    frames_.push_back({std::move(frame), options, wdev_.wiphy().world().now()});
    frames_.back().options.link = link;
    stations.held(+1);
    return true;
}

void ApPowerSave::drop_oldest() {
    if (frames_.empty()) return;
    const HeldFrame oldest = std::move(frames_.front());
    frames_.pop_front();
    wdev_.wiphy().stations().held(-1);
    wdev_.wiphy().data_path().give_up_held(wdev_, oldest.bytes, oldest.options);
}

ieee80211::Tim ApPowerSave::tim(std::uint8_t dtim_count, std::uint8_t dtim_period, ieee80211::LinkId link) const {
    auto tim = ieee80211::Tim::from(dtim_count, dtim_period);
    MLOSIM_INVARIANT(tim.has_value(), "a DTIM count is below its period");
    for (const auto& [aid, waiting] : announced_)
        if ((waiting.links & link.bit()) != 0) tim->set_traffic_for(aid, true);
    const bool group =
        std::any_of(frames_.begin(), frames_.end(), [&](const HeldFrame& frame) { return frame.options.link == link; });
    tim->set_group_traffic(dtim_count == 0 && group);
    return *tim;
}

std::optional<ieee80211::MultiLinkTrafficIndication> ApPowerSave::traffic_indication(ieee80211::LinkId link) const {
    std::uint16_t all = 0;
    std::optional<ieee80211::Aid> first;
    for (const auto& [aid, waiting] : announced_) {
        if ((waiting.links & link.bit()) == 0 || waiting.mapped == 0) continue;
        if (!first) first = aid;
        all = static_cast<std::uint16_t>(all | waiting.mapped);
    }
    if (!first) return std::nullopt;
    auto out = ieee80211::MultiLinkTrafficIndication::from(static_cast<unsigned>(std::bit_width(all)), first->value());
    MLOSIM_INVARIANT(out.has_value(), "links and AIDs are in their ranges");
    for (auto at = announced_.find(*first); at != announced_.end(); ++at)
        if ((at->second.links & link.bit()) != 0) out->add(at->second.mapped);
    return *out;
}

void ApPowerSave::release_after_beacon(Link& link) {
    // The beacon is not on the air yet when the driver asks for it; it is by the next event.
    release_[link.id()] = wdev_.wiphy().world().queue().after({}, [this, &link] {
        std::deque<HeldFrame> frames;
        for (std::deque<HeldFrame> all = std::exchange(frames_, {}); !all.empty(); all.pop_front())
            (all.front().options.link == link.id() ? frames : frames_).push_back(std::move(all.front()));
        wdev_.wiphy().stations().held(-static_cast<int>(frames.size()));
        while (!frames.empty()) {
            HeldFrame frame = std::move(frames.front());
            frames.pop_front();
            frame.options.no_power_save_buffering = true;
            wdev_.wiphy().data_path().release_held(wdev_, link, nullptr, std::move(frame.bytes), frame.options,
                                                   !frames.empty());
        }
    });
}

// One station

StaPowerSave::StaPowerSave(Sta& sta) : sta_(sta) {}

StaPowerSave::~StaPowerSave() {
    sta_.wdev().wiphy().stations().held(-static_cast<int>(held()));
    for (const auto& frames : frames_)
        for (const HeldFrame& frame : frames)
            if (frame.options.sent_before != 0)
                sta_.wdev().wiphy().data_path().give_up_held(sta_.wdev(), frame.bytes, frame.options);
    ApPowerSave* group = this->group();
    if (group == nullptr) return;
    if (asleep_) --group->sleepers_;
    for (unsigned i = 0; i < group->dozing_.size(); ++i)
        if ((dozing_ >> i & 1U) != 0) --group->dozing_[i];
    if (sta_.aid) group->announced_.erase(*sta_.aid);
}

ApPowerSave* StaPowerSave::group() const {
    return sta_.wdev().power_save_buffer();
}

std::size_t StaPowerSave::held() const noexcept {
    std::size_t all = 0;
    for (const auto& frames : frames_)
        all += frames.size();
    return all;
}

// cf. __sta_info_recalc_tim(): what a trigger delivers need not be announced, unless triggers deliver everything
bool StaPowerSave::announces() const noexcept {
    const std::uint8_t ignored = sta_.uapsd_queues == all_queues ? 0 : sta_.uapsd_queues;
    for (std::size_t ac = 0; ac < frames_.size(); ++ac)
        if ((ignored & queue_bit[ac]) == 0 && !frames_[ac].empty()) return true;
    return false;
}

void StaPowerSave::announce() {
    ApPowerSave* group = this->group();
    if (group == nullptr || !sta_.aid) return;
    if (!announces()) {
        group->announced_.erase(*sta_.aid);
        return;
    }
    // Of a station MLD all its links' beacons say so. 802.11be 35.3.12.4
    std::uint16_t links = 0;
    for (const auto& link : sta_.links())
        links = static_cast<std::uint16_t>(links | link->link.bit());
    group->announced_[*sta_.aid] = {links, mapped_links()};
}

/// The links of what waits, where an agreement says which those are.
std::uint16_t StaPowerSave::mapped_links() const {
    if (!sta_.is_mld() || !sta_.link_mapping) return 0;
    std::uint16_t out = 0;
    for (const auto& frames : frames_)
        for (const HeldFrame& frame : frames)
            out = static_cast<std::uint16_t>(out | links_for(frame.bytes));
    return out;
}

/// The links that a frame may take to a station MLD, whether it listens there or not.
std::uint16_t StaPowerSave::links_for(const ieee80211::Bytes& frame) const {
    std::uint16_t out = 0;
    for (const auto& link : sta_.links())
        out = static_cast<std::uint16_t>(out | link->link.bit());
    const auto view = FrameView::parse(frame);
    const auto qos = view && view->frame_control().is_qos_data() ? view->qos() : std::nullopt;
    const unsigned tid = qos ? qos->get(ieee80211::QosControl::tid) : LinkMapping::tids;
    if (!sta_.link_mapping || tid >= LinkMapping::tids) return out;
    return static_cast<std::uint16_t>(out & sta_.link_mapping->downlink[tid]);
}

bool StaPowerSave::must_wait(std::optional<unsigned> tid) const {
    if (asleep_) return true;
    return sta_.is_mld() && sta_.link_mapping && tid && *tid < LinkMapping::tids &&
           detail::links_to(sta_.wdev(), sta_, tid) == 0;
}

namespace {

std::optional<unsigned> tid_of(const FrameView& frame) {
    const auto qos = frame.frame_control().is_qos_data() ? frame.qos() : std::nullopt;
    return qos ? std::optional<unsigned>(qos->get(ieee80211::QosControl::tid)) : std::nullopt;
}

}  // namespace

bool StaPowerSave::hold(ieee80211::Bytes& frame, const TxOptions& options) {
    if (options.no_power_save_buffering) return false;
    const auto view = FrameView::parse(frame);
    if (!view || !must_wait(tid_of(*view)) || !may_wait(view->frame_control())) return false;
    Stations& stations = sta_.wdev().wiphy().stations();
    if (stations.held_frames() >= max_held) stations.purge_held();
    auto& frames = frames_[category_of(*view)];
    if (frames.size() >= max_held_for_station) drop_oldest(frames);
    frames.push_back({std::move(frame), options, sta_.wdev().wiphy().world().now()});
    stations.held(+1);
    stations.watch_expiry();
    announce();
    return true;
}

bool StaPowerSave::hold_again(ieee80211::ByteView bytes, std::uint64_t number) {
    const auto view = FrameView::parse(bytes);
    if (!view || !must_wait(tid_of(*view))) return false;
    auto& frames = frames_[view->frame_control().is_qos_data() ? category_of(*view) : std::uint8_t{best_effort}];
    const auto first_new = std::find_if(frames.begin(), frames.end(),
                                        [](const HeldFrame& frame) { return frame.options.sent_before == 0; });
    if (first_new - frames.begin() >= static_cast<std::ptrdiff_t>(max_held_for_station)) return false;
    HeldFrame again{{bytes.begin(), bytes.end()}, {}, sta_.wdev().wiphy().world().now()};
    again.options.sent_before = number;
    if (const auto qos = view->qos()) {
        constexpr std::uint8_t end_of_service_period = 1U << 4;
        again.bytes[view->header().size() - 2] &= static_cast<std::uint8_t>(~end_of_service_period);
    }
    frames.insert(first_new, std::move(again));
    Stations& stations = sta_.wdev().wiphy().stations();
    stations.held(+1);
    stations.watch_expiry();
    announce();
    return true;
}

void StaPowerSave::heard(Link& link, const FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    const bool power_management = fc.get(FrameControl::power_management) != 0;
    const bool last_fragment = fc.get(FrameControl::more_fragments) == 0;
    if (asleep_) {
        if (fc.is(ieee80211::ControlSubtype::ps_poll)) {
            deliver_one(link);
            return;
        }
        if (last_fragment && power_management && fc.is_qos_data()) {
            const auto qos = frame.qos();
            const std::uint8_t ac = category_of_tid[qos ? qos->octets()[0] & 7U : 0U];
            if ((sta_.uapsd_queues & queue_bit[ac]) != 0) deliver_service_period(link);
        }
    }
    // 802.11-2020 11.2.3.2: the mode changes at the end of an exchange that a data or management frame began
    if (!last_fragment || frame.addr1().is_group() || fc.type() == FrameType::control) return;
    bool sleeps = power_management;
    if (sta_.is_mld()) {
        // Each of its links has a mode of its own. 802.11be 35.3.12.2; cf. mac80211_hwsim_rx()
        const std::uint16_t bit = link.id().bit();
        sta_.awake_links =
            static_cast<std::uint16_t>(power_management ? sta_.awake_links & ~bit : sta_.awake_links | bit);
        sleeps = std::none_of(sta_.links().begin(), sta_.links().end(),
                              [&](const auto& l) { return (sta_.awake_links & l->link.bit()) != 0; });
    }
    if (sleeps && !asleep_)
        fall_asleep();
    else if (!sleeps && asleep_)
        wake_up(link);
    else if (!sleeps && held() != 0)
        release(link);  // one more of its links is awake
    count_dozing();
}

/// On which links groups wait for it.
void StaPowerSave::count_dozing() {
    ApPowerSave* group = this->group();
    if (group == nullptr) return;
    std::uint16_t now = 0;
    for (const auto& link : sta_.links()) {
        const bool dozes = asleep_ || (sta_.is_mld() && (sta_.awake_links & link->link.bit()) == 0);
        if (dozes) now = static_cast<std::uint16_t>(now | link->link.bit());
    }
    for (unsigned i = 0; i < group->dozing_.size(); ++i) {
        if ((now >> i & 1U) != 0 && (dozing_ >> i & 1U) == 0) ++group->dozing_[i];
        if ((now >> i & 1U) == 0 && (dozing_ >> i & 1U) != 0) --group->dozing_[i];
    }
    dozing_ = now;
}

// cf. sta_ps_start()
void StaPowerSave::fall_asleep() {
    asleep_ = true;
    if (ApPowerSave* group = this->group()) ++group->sleepers_;
    announce();
}

// cf. sta_ps_end(), ieee80211_sta_ps_deliver_wakeup()
void StaPowerSave::wake_up(Link& link) {
    asleep_ = false;
    if (ApPowerSave* group = this->group()) --group->sleepers_;
    release(link);
}

/// What has a link to go out on does: this one, or the first that it listens on and that the frame may take.
void StaPowerSave::release(Link& link) {
    struct Ready {
        Link* on;
        HeldFrame frame;
    };
    std::vector<Ready> out;
    for (auto& frames : frames_) {
        std::deque<HeldFrame> waiting;
        for (HeldFrame& frame : frames) {
            Link* on = &link;
            if (sta_.is_mld()) {
                const auto open = static_cast<std::uint16_t>(links_for(frame.bytes) & sta_.awake_links);
                if ((open & link.id().bit()) == 0) {
                    const auto& all = sta_.wdev().links();
                    const auto other = std::find_if(all.begin(), all.end(), [&](const auto& l) {
                        return (open & l->id().bit()) != 0 && l->channel();
                    });
                    on = other != all.end() ? other->get() : nullptr;
                }
            }
            if (on != nullptr)
                out.push_back({on, std::move(frame)});
            else
                waiting.push_back(std::move(frame));
        }
        frames = std::move(waiting);
    }
    Wiphy& wiphy = sta_.wdev().wiphy();
    wiphy.stations().held(-static_cast<int>(out.size()));
    announce();
    for (Ready& ready : out)
        wiphy.data_path().release_held(sta_.wdev(), *ready.on, &sta_, std::move(ready.frame.bytes), ready.frame.options,
                                       false);
}

// cf. ieee80211_sta_ps_deliver_poll_response()
void StaPowerSave::deliver_one(Link& link) {
    const std::uint8_t ignored = sta_.uapsd_queues == all_queues ? 0 : sta_.uapsd_queues;
    deliver(link, 1, ignored, Reason::poll);
}

// cf. ieee80211_sta_ps_deliver_uapsd()
void StaPowerSave::deliver_service_period(Link& link) {
    constexpr std::size_t frames[] = {128, 2, 4, 6};
    deliver(link, frames[sta_.max_service_period & 3U], static_cast<std::uint8_t>(~sta_.uapsd_queues & all_queues),
            Reason::trigger);
}

// cf. ieee80211_sta_ps_deliver_response()
void StaPowerSave::deliver(Link& link, std::size_t max_frames, std::uint8_t ignored, Reason reason) {
    std::vector<HeldFrame> out;
    bool more_data = false;
    unsigned first = access_categories;
    for (unsigned ac = 0; ac < access_categories; ++ac) {
        if ((ignored & queue_bit[ac]) != 0) continue;
        first = std::min(first, ac);
        auto& frames = frames_[ac];
        // Only what may take this link.
        for (auto at = frames.begin(); out.size() < max_frames && at != frames.end();) {
            if (sta_.is_mld() && (links_for(at->bytes) & link.id().bit()) == 0) {
                ++at;
                continue;
            }
            out.push_back(std::move(*at));
            at = frames.erase(at);
        }
        more_data = more_data || !frames.empty();
    }
    Wiphy& wiphy = sta_.wdev().wiphy();
    wiphy.stations().held(-static_cast<int>(out.size()));
    announce();
    if (out.empty()) {
        send_null(link, 7 - 2 * std::min(first, 3U), reason, false);
        return;
    }
    bool needs_null = false;
    unsigned tid = 7;
    for (std::size_t i = 0; i < out.size(); ++i) {
        HeldFrame& frame = out[i];
        const bool last = i + 1 == out.size();
        bool more = more_data || !last;
        if (last && reason == Reason::trigger) {
            // The period ends with a QoS frame that says so; after a management frame one is made.
            const FrameControl fc{frame.bytes};
            constexpr std::size_t qos_at = 24;
            constexpr std::uint8_t end_of_service_period = 1U << 4;
            if (fc.is_qos_data() && frame.bytes.size() > qos_at) {
                tid = frame.bytes[qos_at] & 7U;
                frame.bytes[qos_at] |= end_of_service_period;
            } else {
                more = needs_null = true;
            }
        }
        frame.options.no_power_save_buffering = true;
        wiphy.data_path().release_held(sta_.wdev(), link, &sta_, std::move(frame.bytes), frame.options, more);
    }
    if (needs_null) send_null(link, tid, reason, false);
}

// cf. ieee80211_send_null_response()
void StaPowerSave::send_null(Link& link, unsigned tid, Reason reason, bool more_data) {
    const bool qos = sta_.flags.has(StaFlag::wme);
    const LinkSta* own = sta_.link(link.id());
    FrameHeader header =
        FrameHeader::data_from_ds(qos ? DataSubtype::qos_null : DataSubtype::null,
                                  own != nullptr ? own->address : sta_.address(), link.address(), link.address());
    if (qos) {
        header.qos.set(ieee80211::QosControl::tid, tid);
        if (reason == Reason::trigger) header.qos.set(ieee80211::QosControl::eosp, 1);
    }
    ieee80211::Bytes bytes;
    ieee80211::ByteWriter out(bytes);
    header.append_to(out);
    TxOptions options;
    options.no_power_save_buffering = true;
    sta_.wdev().wiphy().data_path().release_held(sta_.wdev(), link, &sta_, std::move(bytes), options, more_data);
}

// cf. ieee80211_free_txskb()
void StaPowerSave::drop_oldest(std::deque<HeldFrame>& frames) {
    const HeldFrame oldest = std::move(frames.front());
    frames.pop_front();
    Wiphy& wiphy = sta_.wdev().wiphy();
    wiphy.stations().held(-1);
    wiphy.data_path().give_up_held(sta_.wdev(), oldest.bytes, oldest.options);
}

void StaPowerSave::drop_oldest_of_the_least() {
    for (auto frames = frames_.rbegin(); frames != frames_.rend(); ++frames) {
        if (frames->empty()) continue;
        drop_oldest(*frames);
        announce();
        return;
    }
}

bool StaPowerSave::drop_expired(sim::Time now) {
    // cf. sta_info_buffer_expired(): two listen intervals, in whole seconds
    const std::int64_t interval = sta_.wdev().links().front()->bss_config.beacon_interval;
    const sim::Duration limit =
        std::max<sim::Duration>(min_expiry, std::chrono::seconds(sta_.listen_interval * interval * 32 / 15625));
    for (auto& frames : frames_) {
        while (!frames.empty() && now - frames.front().since > limit)
            drop_oldest(frames);
    }
    announce();
    return held() != 0;
}

// All of them

// cf. sta_info_cleanup()
void Stations::watch_expiry() {
    if (expiry_.pending()) return;
    constexpr std::chrono::seconds interval{10};
    expiry_ = wiphy_.world().queue().after(interval, [this] {
        bool waits = false;
        for (const auto& sta : stations_)
            if (sta->power_save) waits = sta->power_save->drop_expired(wiphy_.world().now()) || waits;
        if (waits) watch_expiry();
    });
}

void Stations::purge_held() {
    for (const auto& [id, wdev] : wiphy_.wdevs())
        if (ApPowerSave* group = wdev->power_save_buffer()) group->drop_oldest();
    for (const auto& sta : stations_)
        if (sta->power_save) sta->power_save->drop_oldest_of_the_least();
}

}  // namespace mlosim::mld
