// The radio when a program is the medium: frames leave through mld::OutsideMedium and come back from it.

#include <algorithm>

#include "hwsim/driver.h"
#include "ieee80211/frame_header.h"
#include "mld/world.h"

namespace mlosim::hwsim {

namespace {

/// How often a frame that is to be acknowledged is tried. cf. mac80211_hwsim_new_radio() max_rate_tries,
/// rate_control_send_low()
constexpr std::uint8_t most_tries = 11;
constexpr std::size_t least_frame = 24;  // sizeof(struct ieee80211_hdr_3addr)

}  // namespace

const mld::BandCapabilities* Driver::capabilities(phy::Band band) const {
    const auto& bands = wiphy_.profile().bands;
    const auto found = std::find_if(bands.begin(), bands.end(), [&](const auto& known) { return known.band == band; });
    return found == bands.end() ? nullptr : &*found;
}

// cf. mac80211_hwsim_config_mac_nl()
void Driver::announce(const mld::Wdev& vif, bool added) {
    mld::OutsideMedium* outside = wiphy_.world().outside_medium();
    if (outside != nullptr && vif.type() != mld::InterfaceType::monitor)
        outside->address_changed(wiphy_, vif.address(), added);
}

// cf. mac80211_hwsim_tx_frame_nl()
void Driver::hand_out(mld::OutsideMedium& outside, mld::Outgoing frame, bool wants_status) {
    const mld::BandCapabilities* band = capabilities(frame.channel.control.band);
    if (channels().empty() || band == nullptr) {  // "Trying to TX when idle - reject"
        if (frame.cookie != 0) transmitter_.give_up(frame.cookie);
        return;
    }
    for (const PendingFrames::Frame& dropped : pending_.make_room()) {
        ++counters_.tx_dropped;
        if (dropped.cookie != 0) transmitter_.give_up(dropped.cookie);
    }
    if (frame.stamp_tsf) mld::stamp_tsf(frame.bytes, queue_.now(), frame.rate);

    mld::OutsideTransmission out;
    out.cookie = pending_.next_number();
    out.frame = frame.bytes;
    out.channel = frame.channel.control;
    out.wants_status = wants_status;
    out.no_acknowledgement = !frame.wants_acknowledgement;
    out.attempts[0] = mld::RateAttempt::of(frame.rate, *band);
    if (frame.wants_acknowledgement)
        out.attempts[0].count = static_cast<std::uint8_t>(frame.attempts.value_or(most_tries));
    if (!outside.transmit(wiphy_, out)) {
        ++counters_.tx_failed;
        if (frame.cookie != 0) transmitter_.give_up(frame.cookie);
        return;
    }
    ++counters_.tx_packets;
    counters_.tx_bytes += frame.bytes.size();
    phy::Transmission seen;
    seen.payload = std::make_shared<const ieee80211::Bytes>(frame.bytes);
    seen.channel = frame.channel;
    seen.power = frame.power;
    seen.rate = frame.rate;
    medium_.sent_elsewhere(port_, seen);
    pending_.add(
        {out.cookie, frame.cookie, std::move(frame.bytes), out.channel, frame.rate, out.attempts, frame.is_watched});
}

// cf. hwsim_tx_info_frame_received_nl()
Result<void> Driver::outside_status(const mld::OutsideStatus& told) {
    const auto sent = pending_.take(told.cookie);
    if (!sent) return fail(EINVAL);
    show_on_air(sent->bytes, sent->rate, sent->channel);
    const auto view = ieee80211::FrameView::parse(sent->bytes);
    if (told.acknowledged && !told.no_acknowledgement && view && view->addr2())
        show_acknowledgement(sent->channel, *view->addr2());
    if (sent->cookie == 0 && !sent->is_watched) return {};
    mld::TxStatus status;
    status.cookie = sent->cookie;
    status.acknowledged = told.acknowledged && !told.no_acknowledgement;
    status.rate = sent->rate;
    const mld::BandCapabilities* band = capabilities(sent->channel.band);
    unsigned tries = 0;
    for (std::size_t i = 0; i < told.attempts.size() && told.attempts[i].index >= 0; ++i) {
        mld::RateAttempt attempt = told.attempts[i];
        attempt.flags = sent->attempts[i].flags;
        tries += attempt.count;
        if (const auto rate = band != nullptr ? attempt.rate(*band) : std::nullopt) {
            // A rate that the outside cannot name is the one that the frame was sent with.
            if (attempt.index != sent->attempts[i].index) status.rate = *rate;
        }
    }
    status.retries = tries > 0 ? tries - 1 : 0;
    if (status.acknowledged) status.ack_signal_dbm = told.signal_dbm;
    status.frame = std::make_shared<const ieee80211::Bytes>(sent->bytes);
    arrivals_.emplace_back(status);
    if (!arriving_.pending()) arriving_ = queue_.after({}, [this] { deliver_arrivals(); });
    return {};
}

// cf. hwsim_cloned_frame_received_nl()
Result<void> Driver::outside_frame(const mld::OutsideReception& reception) {
    const std::vector<phy::ChannelDefinition> heard = channels();
    if (reception.frame.size() < least_frame || heard.empty()) return fail(EINVAL);
    const phy::RadioChannel* channel = nullptr;
    if (reception.center) {
        channel = wiphy_.channel(*reception.center);
        const auto here = [&](const phy::ChannelDefinition& c) { return c.control.center == *reception.center; };
        if (channel == nullptr || std::none_of(heard.begin(), heard.end(), here)) return fail(EINVAL);
    } else {
        // Of channel contexts, only a scan's or a stay's channel counts.
        const bool elsewhere = (scan_ && scan_->channel) || (stay_ && stay_->begun);
        if (!elsewhere && !config_.channel) return fail(EINVAL);
        channel = wiphy_.channel(elsewhere ? heard.back().control : config_.channel->control);
        if (channel == nullptr) return fail(EINVAL);
    }
    const mld::BandCapabilities* band = capabilities(channel->channel.band);
    if (band == nullptr || reception.rate_index >= band->rates.size()) return fail(EINVAL);

    OutsideArrival arrival;
    arrival.bytes = std::make_shared<const ieee80211::Bytes>(reception.frame.begin(), reception.frame.end());
    arrival.status.channel = channel->channel;
    arrival.status.signal = phy::Dbm{static_cast<double>(reception.signal_dbm)};
    arrival.status.received = queue_.now();
    arrival.status.started = queue_.now();
    const mld::BitRate& rate = band->rates[reception.rate_index];
    if (const auto known = phy::Rate::legacy(rate.hundred_kbps)) arrival.status.rate = *known;
    ++counters_.rx_packets;
    counters_.rx_bytes += reception.frame.size();
    arrivals_.emplace_back(std::move(arrival));
    if (!arriving_.pending()) arriving_ = queue_.after({}, [this] { deliver_arrivals(); });
    return {};
}

void Driver::deliver_arrivals() {
    for (auto& arrival : std::exchange(arrivals_, {})) {
        if (!started_) return;  // what came before may have switched it off
        if (const auto* frame = std::get_if<OutsideArrival>(&arrival))
            mac_.receive(frame->bytes, frame->status);
        else
            mac_.transmitted(std::get<mld::TxStatus>(arrival));
    }
}

}  // namespace mlosim::hwsim
