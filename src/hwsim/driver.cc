#include "hwsim/driver.h"

#include <algorithm>

#include "ieee80211/frame_header.h"
#include "mld/ap_link.h"
#include "mld/jiffies.h"
#include "mld/link_mapping.h"
#include "mld/probe_request.h"
#include "mld/radiotap.h"
#include "mld/sta.h"
#include "mld/stations.h"
#include "sim/invariant.h"

namespace mlosim::hwsim {

namespace {

using ieee80211::Bytes;
using phy::ChannelFlag;

// cf. hw_scan_work()
constexpr std::chrono::milliseconds passive_dwell{120};
constexpr std::chrono::milliseconds active_dwell{30};
// cf. mac80211_hwsim_get_survey(): "magically conjured", as it says
constexpr int survey_noise_dbm = -92;
constexpr int survey_busy_part = 8;

constexpr int default_power_dbm = 20;

/// The lowest basic rate of a band, in 100 kb/s: what beacons and probes are sent with.
std::uint32_t lowest_rate(phy::Band band) {
    return band == phy::Band::ghz2_4 ? 10 : 60;
}

/// What a frame of that rate fills: the link's channel, or its primary part.
phy::ChannelDefinition occupied(const phy::Channel& channel, const phy::Rate& rate, const mld::Link* link) {
    if (rate.mhz() > 20 && link != nullptr && link->channel() && link->channel()->control == channel) {
        if (phy::width_mhz(link->channel()->width) == rate.mhz()) return *link->channel();
        const auto width = phy::width_from_mhz(rate.mhz());
        if (const auto part = width ? link->channel()->narrowed(*width) : std::nullopt) return *part;
    }
    return phy::ChannelDefinition::mhz20_noht(channel);
}

/// cf. mac80211_hwsim_tx_frame_no_nl(): a radio in one of debugfs' power save modes says so in all that it sends.
void set_power_management(Bytes& bytes) {
    constexpr std::uint8_t bit = 0x10;
    if (bytes.size() > 1) bytes[1] |= bit;
}

}  // namespace

Driver::Driver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium)
    : wiphy_(wiphy),
      mac_(mac),
      medium_(medium),
      queue_(wiphy.world().queue()),
      shared_radios_(wiphy, medium),
      transmitter_(
          medium, wiphy.world().queue(),
          [this](const Bytes& frame, const phy::Rate& rate, const phy::Channel& channel) {
              ++counters_.tx_packets;
              counters_.tx_bytes += frame.size();
              show_on_air(frame, rate, channel);
          },
          [this](const mld::TxStatus& status) { mac_.transmitted(status); },
          [this](const phy::Channel& channel, const ieee80211::MacAddress& transmitter) {
              show_acknowledgement(channel, transmitter);
          }),
      group_(radio.spec.placement.group) {
    port_ = medium_.attach(*this, radio.spec.placement);
    shared_radios_.set_port(port_);
    transmitter_.obey(shared_radios_);
    transmitter_.on_held([this](const mld::Outgoing& frame, const SharedRadios::Hold& hold) {
        wiphy_.world().trace().record(queue_.now(), "hwsim/frame-held",
                                      {{"wdev", frame.way->vif.value},
                                       {"link", frame.way->link.value()},
                                       {"peer", frame.way->peer.to_string()},
                                       {"until", hold.until.ns()},
                                       {"why", hold.why}});
    });
}

Driver::~Driver() {
    medium_.detach(port_);
}

Result<void> Driver::start() {
    started_ = true;
    tune();
    return {};
}

// cf. mac80211_hwsim_stop()
void Driver::stop() {
    started_ = false;
    transmitter_.stop();
    pending_.clear();
    arrivals_.clear();
    arriving_.cancel();
    scan_timer_.cancel();
    scan_.reset();
    for (auto& [link, timer] : beacons_)
        timer.cancel();
    tune();
}

Result<void> Driver::add_interface(mld::Wdev& vif) {
    vifs_.push_back(&vif);
    announce(vif, true);
    return {};
}

Result<void> Driver::change_interface(mld::Wdev&, mld::InterfaceType) {
    return {};
}

void Driver::remove_interface(mld::Wdev& vif) {
    std::erase(vifs_, &vif);
    announce(vif, false);
}

Result<void> Driver::change_vif_links(mld::Wdev&, std::uint16_t, std::uint16_t) {
    return {};
}

// cf. mac80211_hwsim_vif_info_changed()
void Driver::vif_changed(mld::Wdev& vif, mld::VifChanges changes) {
    if (!changes.has_any({mld::VifChange::links, mld::VifChange::mapping})) return;
    if (vif.type() == mld::InterfaceType::station && vif.active_links() != vif.usable_links())
        mac_.activate_links(vif, vif.usable_links());
}

// All links carry frames as soon as the keys are there. cf. mac80211_hwsim_sta_state()
Result<void> Driver::sta_state(mld::Wdev& vif, mld::Sta&, std::optional<mld::StaState> from,
                               std::optional<mld::StaState> to) {
    const bool authorized = to == mld::StaState::authorized && from < to;
    if (authorized && vif.type() == mld::InterfaceType::station && vif.is_mld())
        mac_.activate_links(vif, vif.usable_links());
    return {};
}

// It takes what maps all traffic to the same links. cf. mac80211_hwsim_can_neg_ttlm()
bool Driver::accepts_mapping(const mld::Wdev&, const mld::LinkMapping& mapping) const {
    return mapping.downlink == mapping.uplink &&
           std::all_of(mapping.downlink.begin(), mapping.downlink.end(),
                       [&](std::uint16_t links) { return links == mapping.downlink.front(); });
}

// mac80211_hwsim does not do it: an access point of a kernel with it answers nobody.
Result<void> Driver::set_emlsr(mld::Wdev&, const mld::Sta&, const mld::Emlsr&) {
    return {};
}

// cf. mac80211_hwsim_config()
void Driver::config(const mld::RadioConfig& config) {
    if (software_scan_ && config.channel) {
        // Each channel is listed once: with the time of its last visit that has ended. Where the radio stays, a visit
        // begins as well: mac80211 says so while it scans.
        if (Visit* left = config_.channel ? visit(config_.channel->control) : nullptr)
            left->time = std::chrono::duration_cast<std::chrono::milliseconds>(queue_.now() - left->entered);
        Visit* entered = visit(config.channel->control);
        if (entered == nullptr) entered = &visits_.emplace_back(Visit{config.channel->control, {}, {}});
        entered->entered = queue_.now();
    }
    config_ = config;
    tune();
}

Driver::Visit* Driver::visit(const phy::Channel& channel) {
    const auto found =
        std::find_if(visits_.begin(), visits_.end(), [&](const Visit& v) { return v.channel == channel; });
    return found == visits_.end() ? nullptr : &*found;
}

Result<void> Driver::assign_channel(mld::Link& link) {
    if (std::find(tuned_links_.begin(), tuned_links_.end(), &link) == tuned_links_.end()) tuned_links_.push_back(&link);
    tune();
    return {};
}

void Driver::unassign_channel(mld::Link& link) {
    std::erase(tuned_links_, &link);
    tune();
}

/// Tells the medium what is heard from now on. cf. the conditions of mac80211_hwsim_tx_frame_no_nl().
void Driver::tune() {
    medium_.listen(port_, channels());
}

std::vector<phy::ChannelDefinition> Driver::channels() const {
    std::vector<phy::ChannelDefinition> channels;
    const bool scanning = scan_ && scan_->channel;
    const bool staying = stay_ && stay_->begun;
    if (started_ && (!config_.idle || scanning || staying)) {
        if (config_.channel) channels.push_back(*config_.channel);
        for (const mld::Link* link : tuned_links_)
            if (link->channel()) channels.push_back(*link->channel());
        if (scanning) channels.push_back(phy::ChannelDefinition::mhz20_noht(*scan_->channel));
        if (staying) channels.push_back(phy::ChannelDefinition::mhz20_noht(stay_->channel));
    }
    return channels;
}

bool Driver::is_own(const ieee80211::MacAddress& address) const {
    if (scan_address_ == address) return true;
    return std::any_of(vifs_.begin(), vifs_.end(), [&](const mld::Wdev* vif) {
        if (vif->type() == mld::InterfaceType::monitor) return false;
        if (vif->address() == address) return true;
        return std::any_of(vif->links().begin(), vif->links().end(),
                           [&](const auto& link) { return link->address() == address; });
    });
}

bool Driver::receive(const phy::Reception& reception) {
    if (sleeps()) return false;  // cf. hwsim_ps_rx_ok()
    const auto frame = ieee80211::FrameView::parse(*reception.payload);
    if (frame && !shared_radios_.hears(reception, *frame)) return false;
    ++counters_.rx_packets;
    counters_.rx_bytes += reception.payload->size();
    const bool own = frame && !frame->addr1().is_group() && is_own(frame->addr1());
    mld::RxStatus status;
    status.channel = reception.channel.control;
    status.signal = reception.rssi;
    status.received = reception.end;
    status.rate = reception.rate;
    status.started = reception.start;
    mac_.receive(reception.payload, status);
    return own;
}

int Driver::power_on(const phy::Channel& channel, const mld::Link* link) const {
    if (link != nullptr && link->tx_power_dbm()) return *link->tx_power_dbm();
    const phy::RadioChannel* known = wiphy_.channel(channel);
    return known != nullptr && known->now.max_power_dbm > 0 ? known->now.max_power_dbm : default_power_dbm;
}

// cf. mac80211_hwsim_tx(), mac80211_hwsim_tx_frame_no_nl()
void Driver::send(mld::TxFrame frame, const mld::Link* link) {
    mld::Outgoing out;
    const phy::Rate lowest = phy::Rate::legacy(lowest_rate(frame.channel.band)).value_or(phy::Rate{});
    out.rate = frame.rate.value_or(lowest);
    out.channel = occupied(frame.channel, out.rate, link);
    out.power = phy::Dbm{static_cast<double>(power_on(frame.channel, link))};
    if (rx_rssi_) out.heard_with = phy::Dbm{static_cast<double>(*rx_rssi_)};
    out.cookie = frame.cookie;
    out.stamp_tsf = frame.stamp_tsf;
    out.attempts = frame.attempts;
    out.is_watched = wiphy_.has_monitors() && !frame.is_beacon;
    const auto view = ieee80211::FrameView::parse(frame.bytes);
    out.wants_acknowledgement = !frame.no_acknowledgement && view && !view->addr1().is_group();
    if (link != nullptr && view && link->vif().is_mld() && !view->addr1().is_group())
        if (const mld::Sta* peer = wiphy_.stations().find(link->vif(), view->addr1()))
            out.way = LinkOfMld{link->vif().id(), link->id(), peer->address()};
    // cf. ieee80211_tx_rate_control.max_rate_tries
    if (out.wants_acknowledgement && (medium_.loses_frames() || (out.way && shared_radios_.is_limited(*out.way))))
        out.attempts_left = std::max<unsigned>(frame.attempts.value_or(wiphy_.settings().retry_short), 1);
    // A rate that was too high is not insisted on. cf. minstrel_ht_update_rates(): the last rate of the chain
    if (out.attempts_left > 1 && !frame.attempts && out.rate != lowest)
        out.last_resort =
            mld::Outgoing::LastResort{out.attempts_left / 2, lowest, occupied(frame.channel, lowest, link)};
    out.bytes = std::move(frame.bytes);
    if (power_save_mode_ != 0) set_power_management(out.bytes);
    if (mld::OutsideMedium* outside = wiphy_.world().outside_medium())
        hand_out(*outside, std::move(out), frame.wants_status);
    else
        transmitter_.send(port_, std::move(out));
}

// cf. mac80211_hwsim_monitor_rx()
void Driver::show_on_air(const Bytes& frame, const phy::Rate& rate, const phy::Channel& channel) {
    mld::Netdev* monitor = wiphy_.world().hwsim_monitor();
    if (monitor == nullptr || !monitor->is_up()) return;
    Bytes with_header = mld::air_radiotap(queue_.now(), rate, channel);
    with_header.insert(with_header.end(), frame.begin(), frame.end());
    monitor->received(with_header);
}

// cf. mac80211_hwsim_monitor_ack()
void Driver::show_acknowledgement(const phy::Channel& channel, const ieee80211::MacAddress& transmitter) {
    mld::Netdev* monitor = wiphy_.world().hwsim_monitor();
    if (monitor != nullptr && monitor->is_up()) monitor->received(mld::air_acknowledgement(channel, transmitter));
}

void Driver::transmit(mld::Wdev*, mld::Link* link, mld::TxFrame frame) {
    if (started_) send(std::move(frame), link);
}

std::uint64_t Driver::tsf(const mld::Wdev&) const {
    return queue_.now().us();
}

// Beacons

void Driver::link_changed(mld::Link& link, mld::LinkChanges) {
    if (link.ap() == nullptr || !started_) {
        beacons_.erase(&link);
        return;
    }
    if (!beacons_[&link].pending()) arm_beacon(link);
}

/// The next multiple of the beacon interval in the TSF, later by the link's own offset. cf. mac80211_hwsim_beacon().
void Driver::arm_beacon(mld::Link& link) {
    const mld::AccessPointSettings& settings = link.ap()->settings();
    const std::int64_t interval = (settings.beacon_interval * sim::time_unit).count();
    const std::int64_t offset = settings.tbtt_offset.count() % interval;
    const std::int64_t now = queue_.now().ns();
    const std::int64_t tbtt = (now - offset + interval) / interval * interval + offset;
    beacons_[&link] = queue_.at(sim::Time{sim::Duration(std::max(tbtt, now))}, [this, &link] { beacon(link); });
}

void Driver::beacon(mld::Link& link) {
    const auto bytes = mac_.next_beacon(link);
    if (!bytes.empty() && link.channel()) {
        mld::TxFrame frame;
        frame.bytes.assign(bytes.begin(), bytes.end());
        frame.channel = link.channel()->control;
        frame.stamp_tsf = true;
        frame.is_beacon = true;
        send(std::move(frame), &link);
    }
    arm_beacon(link);
}

// Scans

Result<void> Driver::hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) {
    if (scan_) return fail(EBUSY);
    visits_.clear();
    scan_address_ = scan.sender;
    scan_.emplace(HardwareScan{&vif, scan, 0, std::nullopt});
    scan_timer_ = queue_.after({}, [this] { scan_work(); });
    return {};
}

// cf. mac80211_hwsim_roc(), hw_roc_start(), hw_roc_done()
Result<void> Driver::remain_on_channel(mld::Wdev&, const phy::Channel& channel, std::chrono::milliseconds duration) {
    using namespace std::chrono_literals;
    constexpr sim::Duration start_delay = 20ms;  // HZ / 50
    if (stay_ || scan_) return fail(EBUSY);
    stay_ = Stay{channel, duration};
    stay_timer_ = queue_.after(start_delay, [this] {
        stay_->begun = true;
        tune();
        stay_timer_ = queue_.after(mld::in_jiffies(stay_->duration), [this] {
            stay_.reset();
            tune();
            mac_.remain_on_channel_expired();
        });
        mac_.ready_on_channel();
    });
    return {};
}

void Driver::cancel_remain_on_channel(mld::Wdev&) {
    stay_timer_.cancel();
    stay_.reset();
    tune();
}

// cf. hw_scan_work()
void Driver::scan_work() {
    if (scan_->next >= scan_->request.channels.size()) {
        scan_.reset();
        scan_address_.reset();
        tune();
        mac_.scan_completed(false);
        return;
    }
    const phy::RadioChannel& channel = scan_->request.channels[scan_->next++];
    scan_->channel = channel.channel;
    tune();

    const bool passive =
        channel.now.flags.has_any({ChannelFlag::no_ir, ChannelFlag::radar}) || scan_->request.ssids.empty();
    if (!passive) {
        for (const ieee80211::Ssid& ssid : scan_->request.ssids) {
            mld::TxFrame frame;
            frame.bytes =
                mld::probe_request(scan_->request.sender, scan_->request.bssid, ssid,
                                   scan_->request.elements_of(channel.channel.band), scan_->vif->next_sequence());
            frame.channel = channel.channel;
            send(std::move(frame), nullptr);
        }
    }
    const sim::Duration dwell = mld::in_jiffies(passive ? passive_dwell : active_dwell);
    visits_.push_back({channel.channel, std::chrono::duration_cast<std::chrono::milliseconds>(dwell), queue_.now()});
    scan_timer_ = queue_.after(mld::work_delay(dwell), [this] { scan_work(); });
}

void Driver::cancel_hw_scan(mld::Wdev&) {
    if (!scan_) return;
    scan_timer_.cancel();
    scan_.reset();
    scan_address_.reset();
    tune();
    mac_.scan_completed(true);
}

void Driver::sw_scan_start(mld::Wdev&, const ieee80211::MacAddress& sender) {
    software_scan_ = true;
    scan_address_ = sender;
    visits_.clear();
}

void Driver::sw_scan_complete(mld::Wdev&) {
    software_scan_ = false;
    scan_address_.reset();
}

Result<mld::Survey> Driver::get_survey(std::size_t index) {
    if (index >= visits_.size()) return fail(ENOENT);
    mld::Survey survey;
    survey.channel = visits_[index].channel;
    survey.noise_dbm = survey_noise_dbm;
    survey.active = visits_[index].time;
    survey.busy = visits_[index].time / survey_busy_part;
    return survey;
}

std::vector<phy::Band> Driver::station_link_bands(const mld::Wdev& vif) const {
    std::vector<phy::Band> bands;
    for (const mld::BandCapabilities& band : wiphy_.profile().bands) {
        const mld::InterfaceCapabilities* own = band.for_type(vif.type());
        if (own != nullptr && own->eht) bands.push_back(band.band);
    }
    return bands;
}

void install(mld::World& world, phy::Medium& medium) {
    world.set_driver_factory("hwsim", [&medium](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
        return std::make_unique<Driver>(radio, wiphy, mac, medium);
    });
}

}  // namespace mlosim::hwsim
