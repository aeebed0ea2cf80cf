#include "mld/scanner.h"

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/detail/colocated.h"
#include "mld/detail/features.h"
#include "mld/events.h"
#include "mld/jiffies.h"
#include "mld/netdev.h"
#include "mld/off_channel.h"
#include "mld/probe_request.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using phy::ChannelFlag;

// net/mac80211/scan.c, in jiffies of its HZ
constexpr sim::Duration probe_delay = jiffies_per_second / 33 * jiffy;
constexpr sim::Duration active_time = jiffies_per_second / 33 * jiffy;
constexpr sim::Duration passive_time = jiffies_per_second / 9 * jiffy;

constexpr phy::ChannelFlags no_initiation{ChannelFlag::no_ir, ChannelFlag::radar};

struct FlagFeature {
    ScanFlag flag;
    std::size_t ext_feature;
};
// cf. nl80211_check_scan_flags()
constexpr FlagFeature flag_features[] = {
    {ScanFlag::low_span, feature::low_span_scan},
    {ScanFlag::low_power, feature::low_power_scan},
    {ScanFlag::high_accuracy, feature::high_accuracy_scan},
    {ScanFlag::fils_max_channel_time, feature::fils_max_channel_time},
    {ScanFlag::accept_broadcast_probe_response, feature::accept_broadcast_probe_response},
    {ScanFlag::oce_deferral_suppression, feature::oce_deferral_suppression},
    {ScanFlag::oce_high_tx_rate, feature::oce_high_tx_rate},
    {ScanFlag::random_sequence, feature::scan_random_sequence},
    {ScanFlag::min_probe_content, feature::scan_min_probe_content},
};

}  // namespace

Scanner::Scanner(Wiphy& wiphy)
    : wiphy_(wiphy), random_(wiphy.world().random().stream("mld/scan/wiphy" + std::to_string(wiphy.index().value))) {}
Scanner::~Scanner() = default;

// cf. nl80211_trigger_scan(): the channels, in the order asked for or in the bands' order
Result<std::vector<phy::Channel>> Scanner::resolve_channels(const Wdev& wdev, const ScanRequest& request) const {
    const auto allowed = [&](const phy::RadioChannel& c) {
        if (c.now.flags.has_any({ChannelFlag::disabled, ChannelFlag::s1g_no_primary})) return false;
        return wiphy_.radio_allows(wdev, c.channel);
    };
    std::vector<phy::Channel> out;
    if (!request.frequencies.empty()) {
        for (phy::Frequency f : request.frequencies) {
            const phy::RadioChannel* channel = wiphy_.channel(f);
            if (channel == nullptr) return fail(EINVAL);
            if (allowed(*channel)) out.push_back(channel->channel);
        }
    } else {
        for (const BandChannels& band : wiphy_.bands())
            for (const phy::RadioChannel& channel : band.channels)
                if (allowed(channel)) out.push_back(channel.channel);
    }
    if (out.empty()) return fail(EINVAL);
    return out;
}

Result<void> Scanner::check_flags(const ScanRequest& request) const {
    const RadioProfile& profile = wiphy_.profile();
    if (request.flags.has(ScanFlag::low_priority) && (profile.features & feature::low_priority_scan) == 0)
        return fail(EOPNOTSUPP);
    for (const FlagFeature& f : flag_features)
        if (request.flags.has(f.flag) && !profile.ext_features.test(f.ext_feature)) return fail(EOPNOTSUPP);
    if (request.flags.has(ScanFlag::random_address)) {
        if ((profile.features & feature::scan_random_mac_address) == 0) return fail(EOPNOTSUPP);
        // cf. nl80211_parse_random_mac(): the group bit is always the user's, and he must leave it clear
        if ((request.random_mask[0] & 1U) == 0 || (request.random_address[0] & 1U) != 0) return fail(EINVAL);
    }
    return {};
}

// cf. ieee80211_get_ratemask()
Result<void> Scanner::check_rates(const ScanRequest& request) const {
    constexpr std::size_t max_rates = 32;
    for (const ScanRequest::Rates& asked : request.rates) {
        const BandCapabilities* band = wiphy_.profile().band(asked.band);
        if (band == nullptr) continue;
        if (asked.units_of_500_kbps.empty() || asked.units_of_500_kbps.size() > max_rates) return fail(EINVAL);
        for (std::uint8_t units : asked.units_of_500_kbps) {
            const unsigned hundreds = (units & 0x7fU) * 5;
            const bool known = std::any_of(band->rates.begin(), band->rates.end(),
                                           [&](const BitRate& rate) { return rate.hundred_kbps == hundreds; });
            if (!known) return fail(EINVAL);
        }
    }
    return {};
}

// cf. ieee80211_scan()
Result<void> Scanner::check_role(const Wdev& wdev, const ScanRequest& request) const {
    switch (wdev.type()) {
        case InterfaceType::station:
        case InterfaceType::adhoc:
        case InterfaceType::mesh_point:
        case InterfaceType::p2p_client:
        case InterfaceType::p2p_device:
            return {};
        case InterfaceType::p2p_go:
            if (wiphy_.profile().scan.style == ScanStyle::hardware) return {};
            [[fallthrough]];
        case InterfaceType::ap: {
            const bool beacons = std::any_of(wdev.links().begin(), wdev.links().end(),
                                             [](const auto& link) { return link->ap() != nullptr; });
            const bool forced = (wiphy_.profile().features & feature::ap_scan) != 0 && request.flags.has(ScanFlag::ap);
            if (beacons && !forced) return fail(EOPNOTSUPP);
            return {};
        }
        default:
            return fail(EOPNOTSUPP);
    }
}

Result<void> Scanner::trigger(Wdev& wdev, ScanRequest request) {
    if (wdev.is_link()) return fail(EOPNOTSUPP, "a link wdev does not scan: its MLD does");
    if (!wdev.running()) return fail(ENETDOWN);
    if (scan_ != nullptr) return fail(EBUSY);
    if (request.ssids.size() > wiphy_.profile().scan.max_ssids) return fail(EINVAL);
    if (request.elements.size() > wiphy_.profile().scan.max_ie_length) return fail(EINVAL);
    auto channels = resolve_channels(wdev, request);
    if (!channels) return fail(channels.error());
    if (auto valid = check_rates(request); !valid) return valid;
    if (auto valid = check_flags(request); !valid) return valid;
    const bool connected = wdev.mlme() != nullptr && wdev.mlme()->connection() != nullptr;
    if (connected && request.flags.has(ScanFlag::random_address)) return fail(EOPNOTSUPP);
    if (auto valid = check_role(wdev, request); !valid) return valid;

    scan_ = std::make_unique<Scan>();
    scan_->wdev = &wdev;
    scan_->request = std::move(request);
    scan_->channels = std::move(*channels);
    scan_->started = wiphy_.world().now();
    sender_ = sender_address();
    second_part_ = false;
    cancelled_ = false;

    // cf. ieee80211_can_scan()
    deferred_ = !wiphy_.off_channel().idle();
    if (!deferred_) {
        if (auto started = begin(); !started) {
            scan_.reset();
            return started;
        }
    }
    wiphy_.world().trace().record(wiphy_.world().now(), "mld/scan-started",
                                  {{"wdev", wdev.id().value},
                                   {"channels", static_cast<std::uint64_t>(scan_->channels.size())},
                                   {"ssids", static_cast<std::uint64_t>(scan_->request.ssids.size())}});
    wiphy_.world().tell([&](Events& e) { e.scan_started(wdev, *scan_); });
    return {};
}

void Scanner::run_deferred() {
    if (!deferred_) return;
    deferred_ = false;
    if (!begin()) finish(true);
}

Result<void> Scanner::begin() {
    // cf. cfg80211_scan(): where the driver asks for it, 6 GHz comes after what the other bands have told of it.
    std::vector<phy::Channel> first = scan_->channels;
    if (wiphy_.profile().scan.split_6ghz) {
        std::erase_if(first, [](const phy::Channel& c) { return c.band == phy::Band::ghz6; });
        return first.empty() ? start_6ghz() : start_part(std::move(first), {});
    }
    second_part_ = true;  // there is only one
    return start_part(std::move(first), {});
}

// cf. cfg80211_scan_6ghz()
Result<void> Scanner::start_6ghz() {
    second_part_ = true;
    auto part = detail::plan_6ghz(wiphy_, *scan_);
    if (!part) return fail(part.error());
    return start_part(std::move(part->channels), std::move(part->colocated));
}

// cf. __ieee80211_start_scan()
Result<void> Scanner::start_part(std::vector<phy::Channel> channels, std::vector<Colocated6GHz> colocated) {
    part_channels_ = std::move(channels);
    part_colocated_ = std::move(colocated);
    if (wiphy_.profile().scan.style == ScanStyle::hardware) {
        next_band_ = 0;
        auto started = start_next_sweep();
        if (!started) return fail(started.error());
        MLOSIM_INVARIANT(*started, "a part has channels in some band");
        return {};
    }
    software_ = SoftwareScan{};
    wiphy_.configure_radio();
    wiphy_.driver().sw_scan_start(*scan_->wdev, sender_);
    const auto& operating = wiphy_.radio_config_.channel;
    if (part_channels_.size() == 1 && operating && operating->control == part_channels_.front()) {
        software_on_channel();
        return {};
    }
    wiphy_.leave_operating_channel();
    software_->away_since = wiphy_.world().now();
    work_ = wiphy_.world().queue().after({}, [this] { software_work(); });
    return {};
}

const ieee80211::Bytes& DriverScan::elements_of(phy::Band band) const {
    const auto found = std::find_if(probe_elements.begin(), probe_elements.end(),
                                    [&](const Elements& elements) { return elements.band == band; });
    MLOSIM_INVARIANT(found != probe_elements.end(), "a band that is swept has its elements");
    return found->bytes;
}

// cf. ieee80211_prep_hw_scan(): the driver gets one band at a time, unless it wants all of them
Result<bool> Scanner::start_next_sweep() {
    DriverScan sweep;
    const bool all = wiphy_.profile().scan.all_bands_at_once;
    while (next_band_ < wiphy_.bands().size() && (all || sweep.channels.empty()))
        add_band(sweep, wiphy_.bands()[next_band_++]);
    if (sweep.channels.empty()) return false;
    sweep.ssids = scan_->request.ssids;
    sweep.sender = sender_;
    sweep.bssid = scan_->request.bssid;
    sweep.duration_tu = scan_->request.duration_tu;
    sweep.duration_mandatory = scan_->request.duration_mandatory;
    hardware_running_ = true;
    if (auto started = wiphy_.driver().hw_scan(*scan_->wdev, sweep); !started) {
        hardware_running_ = false;
        return fail(started.error());
    }
    return true;
}

void Scanner::add_band(DriverScan& sweep, const BandChannels& band) const {
    const std::size_t before = sweep.channels.size();
    for (const phy::Channel& c : part_channels_)
        if (c.band == band.band) sweep.channels.push_back(*wiphy_.channel(c));
    if (sweep.channels.size() == before) return;
    sweep.probe_elements.push_back({band.band, probe_elements(band.band, std::nullopt)});
    if (band.band == phy::Band::ghz6) sweep.colocated = part_colocated_;
}

void Scanner::driver_completed(bool aborted) {
    if (!hardware_running_) return;
    hardware_running_ = false;
    // scan_work is work of its own
    work_ = wiphy_.world().queue().after({}, [this, aborted] {
        if (!aborted && !cancelled_) {
            const auto next = start_next_sweep();
            if (next && *next) return;
            if (!next) return part_completed(true);
        }
        part_completed(aborted || cancelled_);
    });
}

// cf. nl80211_abort_scan(), ieee80211_scan_cancel()
Result<void> Scanner::abort() {
    if (scan_ == nullptr) return fail(ENOENT);
    cancelled_ = true;
    if (deferred_) {
        deferred_ = false;
        finish(true);
        return {};
    }
    if (hardware_running_) {
        wiphy_.driver().cancel_hw_scan(*scan_->wdev);
        return {};
    }
    if (software_) {
        work_ = wiphy_.world().queue().after({}, [this] { part_completed(true); });
    }
    return {};
}

void Scanner::interface_stops(const Wdev& wdev) {
    if (scan_ == nullptr || scan_->wdev != &wdev) return;
    cancelled_ = true;
    deferred_ = false;
    if (hardware_running_) wiphy_.driver().cancel_hw_scan(*scan_->wdev);
    if (software_) {
        software_.reset();
        wiphy_.driver().sw_scan_complete(*scan_->wdev);
    }
    hardware_running_ = false;
    work_.cancel();
}

void Scanner::interface_down(const Wdev& wdev) {
    if (scan_ == nullptr || scan_->wdev != &wdev) return;
    finish(true);
}

// cf. __ieee80211_scan_completed(), then ___cfg80211_scan_done()
void Scanner::part_completed(bool aborted) {
    if (software_) {
        const bool away = software_->away_since.has_value();
        software_.reset();
        wiphy_.configure_radio();
        wiphy_.driver().sw_scan_complete(*scan_->wdev);
        if (away) wiphy_.return_to_operating_channel();
    }
    if (!aborted && !second_part_) {
        const bool wants_6ghz = std::any_of(scan_->channels.begin(), scan_->channels.end(),
                                            [](const phy::Channel& c) { return c.band == phy::Band::ghz6; });
        if (wants_6ghz && start_6ghz()) return;
    }
    finish(aborted);
}

void Scanner::finish(bool aborted) {
    work_.cancel();
    auto done = std::move(scan_);
    done->aborted = aborted;
    // cf. ___cfg80211_scan_done(): what this scan has not heard again is gone
    if (!aborted && done->request.flags.has(ScanFlag::flush)) wiphy_.bss_table_.forget_before(done->started);
    wiphy_.world().trace().record(
        wiphy_.world().now(), aborted ? "mld/scan-aborted" : "mld/scan-done",
        {{"wdev", done->wdev->id().value}, {"bss", static_cast<std::uint64_t>(wiphy_.bss_table_.size())}});
    wiphy_.world().tell([&](Events& e) { e.scan_finished(*done->wdev, *done); });
    for (const auto& [id, wdev] : wiphy_.wdevs())
        if (wdev->mlme() != nullptr) wdev->mlme()->scan_done();
    wiphy_.off_channel().scan_ended();
}

bool Scanner::passive(const phy::Channel& channel) const {
    return scan_->request.ssids.empty() || wiphy_.channel(channel)->now.flags.has_any(no_initiation);
}

std::optional<phy::ChannelDefinition> Scanner::tuned_channel() const {
    if (!software_ || !software_->channel) return std::nullopt;
    return phy::ChannelDefinition::mhz20_noht(*software_->channel);
}

// cf. ieee80211_scan_work()
void Scanner::software_work() {
    software_->beacon_wait = false;
    switch (software_->step) {
        case Step::decision:
            if (software_->next_channel >= part_channels_.size()) return part_completed(false);
            return away_too_long() ? software_suspend() : software_set_channel();
        case Step::send_probe:
            return software_send_probe();
        case Step::resume:
            return software_resume();
        case Step::finished:
            return part_completed(false);
    }
}

bool Scanner::away_too_long() const {
    constexpr sim::Duration longest = jiffies_per_second / 8 * jiffy;
    const bool connected = std::any_of(wiphy_.wdevs().begin(), wiphy_.wdevs().end(), [](const auto& entry) {
        return entry.second->mlme() != nullptr && entry.second->mlme()->connection() != nullptr;
    });
    const sim::Duration next =
        passive(part_channels_[software_->next_channel]) ? passive_time : probe_delay + active_time;
    return connected && software_->away_since && wiphy_.world().now() + next > *software_->away_since + longest;
}

// cf. ieee80211_scan_state_suspend(), ieee80211_scan_state_resume()
void Scanner::software_suspend() {
    constexpr sim::Duration rest = jiffies_per_second / 5 * jiffy;
    software_->channel.reset();
    software_->away_since.reset();
    software_->step = Step::resume;
    wiphy_.configure_radio();
    wiphy_.return_to_operating_channel();
    work_ = wiphy_.world().queue().after(work_delay(rest), [this] { software_work(); });
}

void Scanner::software_resume() {
    wiphy_.leave_operating_channel();
    software_->away_since = wiphy_.world().now();
    software_set_channel();
}

// cf. ieee80211_scan_state_set_channel()
void Scanner::software_set_channel() {
    const phy::Channel channel = part_channels_[software_->next_channel++];
    software_->channel = channel;
    wiphy_.configure_radio();
    sim::Duration wait{};
    if (passive(channel)) {
        wait = std::max(in_jiffies(std::chrono::milliseconds(scan_->request.duration_tu)), passive_time);
        software_->step = Step::decision;
        software_->beacon_wait = !scan_->request.ssids.empty();
    } else {
        wait = probe_delay;
        software_->step = Step::send_probe;
    }
    work_ = wiphy_.world().queue().after(work_delay(wait), [this] { software_work(); });
}

// A scan of the operating channel alone leaves it at no time: probe requests go out at once, and one wait is all.
void Scanner::software_on_channel() {
    const phy::Channel channel = part_channels_.front();
    software_->channel = channel;
    software_->step = Step::finished;
    if (!passive(channel)) {
        software_probe(channel);
    } else {
        software_->beacon_wait = !scan_->request.ssids.empty();
    }
    const sim::Duration wait = passive(channel) ? passive_time : active_time;
    work_ = wiphy_.world().queue().after(work_delay(wait), [this] { software_work(); });
}

void Scanner::beacon_heard() {
    if (!software_ || !software_->beacon_wait) return;
    software_->beacon_wait = false;
    if (software_->step == Step::decision) software_->step = Step::send_probe;
    work_ = wiphy_.world().queue().after({}, [this] { software_work(); });
}

// cf. ieee80211_scan_state_send_probe()
void Scanner::software_send_probe() {
    software_probe(*software_->channel);
    const sim::Duration asked = in_jiffies(std::chrono::milliseconds(scan_->request.duration_tu));
    const sim::Duration wait = asked > probe_delay + active_time ? asked - probe_delay : active_time;
    software_->step = Step::decision;
    work_ = wiphy_.world().queue().after(work_delay(wait), [this] { software_work(); });
}

void Scanner::software_probe(const phy::Channel& channel) {
    const auto elements = probe_elements(channel.band, channel);
    for (const ieee80211::Ssid& ssid : scan_->request.ssids) {
        TxFrame frame;
        frame.bytes = probe_request(sender_, scan_->request.bssid, ssid, elements, scan_->wdev->next_sequence());
        frame.channel = channel;
        wiphy_.driver().transmit(scan_->wdev, nullptr, std::move(frame));
    }
}

ieee80211::Bytes Scanner::probe_elements(phy::Band band, std::optional<phy::Channel> channel) const {
    return probe_request_elements(wiphy_, *scan_->wdev, scan_->request, band, channel);
}

// cf. get_random_mask_addr()
ieee80211::MacAddress Scanner::sender_address() {
    if (!scan_->request.flags.has(ScanFlag::random_address)) return scan_->wdev->address();
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::uint8_t mask = scan_->request.random_mask[i];
        const auto random = static_cast<std::uint8_t>(random_.below(256));
        octets[i] = static_cast<std::uint8_t>((scan_->request.random_address[i] & mask) | (random & ~mask));
    }
    return ieee80211::MacAddress{octets};
}

}  // namespace mlosim::mld
