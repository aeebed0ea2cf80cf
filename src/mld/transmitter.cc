#include "mld/transmitter.h"

#include <algorithm>

#include "ieee80211/frame_control.h"
#include "ieee80211/frame_header.h"

namespace mlosim::mld {

namespace {

constexpr std::size_t timestamp_offset = 24;  // right after the MAC header

void set_retry(ieee80211::Bytes& bytes) {
    if (bytes.size() < ieee80211::FrameControl::size) return;
    ieee80211::FrameControl fc{bytes};
    fc.set(ieee80211::FrameControl::retry, 1);
    std::copy(fc.octets().begin(), fc.octets().end(), bytes.begin());
}

}  // namespace

/// The Timestamp is the time at which its own first octet is on the air. cf. mac80211_hwsim_write_tsf()
void stamp_tsf(ieee80211::Bytes& bytes, sim::Time now, const phy::Rate& rate) {
    if (bytes.size() < timestamp_offset + 8) return;
    std::uint64_t tsf =
        now.us() + static_cast<std::uint64_t>(static_cast<double>(timestamp_offset * 8) * 1e6 / rate.bits_per_second());
    for (std::size_t i = 0; i < 8; ++i, tsf >>= 8U)
        bytes[timestamp_offset + i] = static_cast<std::uint8_t>(tsf);
}

Transmitter::Transmitter(phy::Medium& medium, sim::EventQueue& queue, OnAir on_air, Report report,
                         Acknowledged acknowledged)
    : medium_(medium),
      queue_(queue),
      on_air_(std::move(on_air)),
      report_(std::move(report)),
      acknowledged_(std::move(acknowledged)) {}

void Transmitter::send(phy::PortId port, Outgoing frame) {
    Lane& lane = lanes_[frame.channel.control.center];
    if (lane.waiting.size() >= queue_length) {
        if (frame.cookie != 0) give_up(frame.cookie);
        return;
    }
    lane.waiting.push_back(std::move(frame));
    if (lane.in_air == 0) next(port, lane);
}

/// A driver speaks to the MAC from events of its own only.
void Transmitter::give_up(std::uint64_t cookie) {
    given_up_.push_back(cookie);
    if (giving_up_.pending()) return;
    giving_up_ = queue_.after({}, [this] {
        for (const std::uint64_t lost : std::exchange(given_up_, {}))
            report_({.cookie = lost});
    });
}

/// The first frame that may go now comes to the front. Frames of the same two MLDs keep their order.
bool Transmitter::choose(phy::PortId port, Lane& lane) {
    if (lane.waiting.empty()) return false;
    if (turns_ == nullptr) return true;
    std::optional<sim::Time> soonest;
    std::vector<LinkOfMld> held;
    for (auto it = lane.waiting.begin(); it != lane.waiting.end(); ++it) {
        if (it->way && std::find(held.begin(), held.end(), *it->way) != held.end()) continue;
        const auto hold = it->way ? turns_->hold(*it->way) : std::nullopt;
        if (!hold) {
            std::rotate(lane.waiting.begin(), it, it + 1);
            return true;
        }
        held.push_back(*it->way);
        soonest = soonest ? std::min(*soonest, hold->until) : hold->until;
        if (!std::exchange(it->was_held, true) && on_held_) on_held_(*it, *hold);
    }
    lane.held = queue_.at(*soonest, [this, port, &lane] {
        if (lane.in_air == 0) next(port, lane);
    });
    return false;
}

void Transmitter::next(phy::PortId port, Lane& lane) {
    if (!choose(port, lane)) return;
    const Outgoing& frame = lane.waiting.front();
    if (turns_ != nullptr && frame.way)
        if (auto initial = turns_->initial_frame(*frame.way)) return call(port, lane, std::move(*initial));
    start(port, lane);
}

/// The receiver's radio is called to this link first.
void Transmitter::call(phy::PortId port, Lane& lane, AirTurns::InitialFrame initial) {
    const Outgoing& frame = lane.waiting.front();
    lane.initial = true;
    lane.in_air = ++last_flight_;
    phy::Transmission out;
    out.payload = std::make_shared<const ieee80211::Bytes>(std::move(initial.bytes));
    lane.flying = out.payload;
    out.channel = phy::ChannelDefinition::mhz20_noht(frame.channel.control);
    out.power = frame.power;
    out.rate = initial.rate;
    out.cookie = lane.in_air;
    out.heard_with = frame.heard_with;
    on_air_(*out.payload, out.rate, out.channel.control);
    turns_->began(*frame.way, medium_.transmit(port, std::move(out)));
}

void Transmitter::answered(phy::PortId port, Lane& lane, bool acknowledged) {
    constexpr unsigned most_initial_frames = 7;
    lane.initial = false;
    lane.flying.reset();
    if (acknowledged) return start(port, lane);
    Outgoing& frame = lane.waiting.front();
    turns_->try_later(*frame.way, ++frame.initial_frames);
    if (frame.initial_frames < most_initial_frames) return next(port, lane);
    finish(port, lane, std::make_shared<const ieee80211::Bytes>(frame.bytes), {});
}

void Transmitter::start(phy::PortId port, Lane& lane) {
    Outgoing& frame = lane.waiting.front();
    if (frame.last_resort && frame.attempts_left <= frame.last_resort->attempts_left) {
        frame.rate = frame.last_resort->rate;
        frame.channel = frame.last_resort->channel;
    }
    if (frame.stamp_tsf) stamp_tsf(frame.bytes, queue_.now(), frame.rate);
    --frame.attempts_left;
    lane.in_air = ++last_flight_;
    phy::Transmission out;
    // Only a frame that may have to be sent anew is kept.
    out.payload = std::make_shared<const ieee80211::Bytes>(frame.attempts_left > 0 ? frame.bytes
                                                                                   : std::exchange(frame.bytes, {}));
    lane.flying = out.payload;
    out.channel = frame.channel;
    out.power = frame.power;
    out.rate = frame.rate;
    out.cookie = lane.in_air;
    out.heard_with = frame.heard_with;
    on_air_(*out.payload, out.rate, frame.channel.control);
    const sim::Time end = medium_.transmit(port, std::move(out));
    if (turns_ != nullptr && frame.way) turns_->began(*frame.way, end);
}

void Transmitter::landed(phy::PortId port, const phy::TransmitReport& report) {
    const auto found = std::find_if(lanes_.begin(), lanes_.end(),
                                    [&](const auto& lane) { return lane.second.in_air == report.cookie; });
    if (found == lanes_.end() || report.cookie == 0) return;
    Lane& lane = found->second;
    lane.in_air = 0;
    if (lane.initial) return answered(port, lane, report.acknowledged);
    Outgoing& frame = lane.waiting.front();
    const FrameBytes sent = std::move(lane.flying);
    if (const auto view = ieee80211::FrameView::parse(*sent); report.acknowledged && view && view->addr2())
        acknowledged_(frame.channel.control, *view->addr2());
    if (turns_ != nullptr && frame.way && report.acknowledged) turns_->goes_on(*frame.way);
    if (frame.wants_acknowledgement && !report.acknowledged && frame.attempts_left > 0) {
        ++frame.retries;
        set_retry(frame.bytes);
        next(port, lane);
        return;
    }
    finish(port, lane, sent, report);
}

void Transmitter::finish(phy::PortId port, Lane& lane, const FrameBytes& sent, const phy::TransmitReport& report) {
    const Outgoing& frame = lane.waiting.front();
    TxStatus status;
    status.cookie = frame.cookie;
    status.acknowledged = frame.wants_acknowledgement && report.acknowledged;
    status.retries = frame.retries;
    status.rate = frame.rate;
    if (status.acknowledged) status.ack_signal_dbm = static_cast<int>(report.ack_rssi.value);
    status.frame = sent;
    const bool is_reported = frame.cookie != 0 || frame.is_watched;
    lane.waiting.pop_front();
    next(port, lane);
    if (is_reported) report_(status);
}

void Transmitter::stop() {
    for (auto& [channel, lane] : lanes_)
        for (Outgoing& frame : lane.waiting) {
            frame.cookie = 0;
            frame.is_watched = false;
        }
    given_up_.clear();
    giving_up_.cancel();
}

}  // namespace mlosim::mld
