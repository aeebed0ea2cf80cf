#include "phy/detail/air.h"

#include <algorithm>

#include "phy/propagation.h"
#include "sim/invariant.h"

namespace mlosim::phy::detail {

const Air::Port* Air::find(PortId port) const {
    const auto it = ports_.find(port);
    return it == ports_.end() ? nullptr : it->second.get();
}

Air::Port& Air::port_at(PortId port) {
    const auto it = ports_.find(port);
    MLOSIM_INVARIANT(it != ports_.end(), "only attached ports use the medium");
    return *it->second;
}

PortId Air::attach(RadioPort& radio, PortSettings settings) {
    auto port = std::make_shared<Port>();
    port->id = PortId(++last_port_);
    port->radio = &radio;
    port->settings = std::move(settings);
    if (port->settings.name.empty()) port->settings.name = "port" + std::to_string(last_port_);
    const PortId id = port->id;
    ports_.emplace(id, std::move(port));
    return id;
}

void Air::detach(PortId id) {
    Port& port = port_at(id);
    untune(port);
    port.radio = nullptr;
    forget(id);
    ports_.erase(id);
    ++departures_;
}

void Air::move(PortId id, Position to) {
    Port& port = port_at(id);
    if (port.settings.position == to) return;
    port.settings.position = to;
    ++port.moves;
}

void Air::set_group(PortId id, std::uint32_t group) {
    port_at(id).settings.group = group;
}

Position Air::position(PortId id) const {
    const Port* port = find(id);
    MLOSIM_INVARIANT(port != nullptr, "only attached ports have a position");
    return port->settings.position;
}

void Air::untune(Port& port) {
    for (const Tuned& tuned : port.tuned) {
        const auto bucket = by_control_khz_.find(tuned.channel.control.center.in_khz());
        if (bucket == by_control_khz_.end()) continue;  // two of its channels shared it
        std::erase_if(bucket->second, [&](const Listener& l) { return l.port == &port; });
        if (bucket->second.empty()) by_control_khz_.erase(bucket);
    }
    port.tuned.clear();
}

void Air::listen(PortId id, std::span<const ChannelDefinition> channels) {
    Port& port = port_at(id);
    std::vector<Tuned> next;
    for (const ChannelDefinition& channel : channels) {
        const auto same = [&](const Tuned& t) { return t.channel == channel; };
        if (std::any_of(next.begin(), next.end(), same)) continue;
        const auto before = std::find_if(port.tuned.begin(), port.tuned.end(), same);
        next.push_back({channel, before == port.tuned.end() ? queue_.now() : before->since});
    }
    untune(port);
    port.tuned = std::move(next);
    for (const Tuned& tuned : port.tuned) {
        auto& bucket = by_control_khz_[tuned.channel.control.center.in_khz()];
        const auto place = std::upper_bound(bucket.begin(), bucket.end(), id,
                                            [](PortId a, const Listener& b) { return a < b.port->id; });
        bucket.insert(place, Listener{&port, tuned.channel, tuned.since});
    }
}

sim::Time Air::transmit(PortId sender, Transmission transmission) {
    MLOSIM_INVARIANT(transmission.payload != nullptr, "a frame has bytes");
    MLOSIM_INVARIANT(!transmission.channel.center1.is_zero(), "a frame is sent on a channel");
    MLOSIM_INVARIANT(ports_.contains(sender), "only attached ports send");
    std::uint32_t slot = 0;
    if (free_flights_.empty()) {
        slot = static_cast<std::uint32_t>(flights_.size());
        flights_.emplace_back();
    } else {
        slot = free_flights_.back();
        free_flights_.pop_back();
    }
    Flight& flight = flights_[slot];
    flight.sender = ports_.at(sender);
    flight.transmission = std::move(transmission);
    const ChannelDefinition& channel = flight.transmission.channel;
    flight.start = queue_.now();
    flight.end = flight.start + flight.sender->sending.time_on_air(flight.transmission, flight.start);
    flight.first_metre = PathLoss::first_metre(channel.center1);
    flight.noise = noise_floor(channel.occupied_mhz(), noise_figure());
    flight.timer = queue_.at(flight.end, [this, slot] { land(slot); });
    ++counters_.transmitted;
    return flight.end;
}

void Air::show_in_air(PortId at, const std::function<void(const InAir&)>& show) const {
    const Port* port = find(at);
    if (port == nullptr) return;
    for (const Flight& flight : flights_) {
        if (flight.sender == nullptr || flight.sender.get() == port) continue;
        if ((port->settings.group & flight.sender->settings.group) == 0) continue;
        const bool heard = std::any_of(port->tuned.begin(), port->tuned.end(), [&](const Tuned& tuned) {
            return hears(tuned.channel, flight.transmission.channel);
        });
        if (heard) show({flight.transmission, flight.start, flight.end});
    }
}

void Air::collect_from(const Flight& flight, Frequency piece) {
    const auto bucket = by_control_khz_.find(piece.in_khz());
    if (bucket == by_control_khz_.end()) return;
    for (const Listener& listener : bucket->second) {
        if (listener.port == flight.sender.get() || listener.since > flight.start) continue;
        if ((listener.port->settings.group & flight.sender->settings.group) == 0) continue;
        if (!hears(listener.channel, flight.transmission.channel)) continue;
        candidates_.push_back({listener.port->id, listener.port});
    }
}

// Each port once, in order of attachment.
void Air::collect(const Flight& flight) {
    candidates_.clear();
    const auto pieces = flight.transmission.channel.subchannels();
    for (Frequency piece : pieces)
        collect_from(flight, piece);
    if (pieces.size() > 1) {
        std::sort(candidates_.begin(), candidates_.end(),
                  [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
    }
    const auto last = std::unique(candidates_.begin(), candidates_.end(),
                                  [](const Candidate& a, const Candidate& b) { return a.id == b.id; });
    candidates_.erase(last, candidates_.end());
}

bool Air::deliver(const Flight& flight, const Port& receiver, TransmitReport& report) {
    const Transmission& sent = flight.transmission;
    Signal signal;
    signal.rssi = sent.heard_with.value_or(
        strength(*flight.sender, receiver, sent.channel.band(), flight.first_metre, sent.power));
    signal.snr = signal.rssi - flight.noise;
    switch (fate(flight, receiver, signal)) {
        case Fate::below_sensitivity:
            ++counters_.below_sensitivity;
            return false;
        case Fate::lost_to_errors:
            ++counters_.lost_to_errors;
            return false;
        case Fate::delivered:
            break;
    }
    ++counters_.delivered;
    ++report.receivers;
    if (!receiver.radio->receive({sent.payload, sent.channel, sent.rate, signal.rssi, signal.snr, flight.start,
                                  flight.end, flight.sender->id})) {
        return false;
    }
    if (!report.acknowledged) {
        report.acknowledged = true;
        report.ack_rssi = signal.rssi;  // the path is the same in both directions
    }
    return true;
}

void Air::land(std::uint32_t slot) {
    Flight& flight = flights_[slot];
    collect(flight);
    const bool sender_here = flight.sender->radio != nullptr;
    counters_.off_channel += ports_.size() - (sender_here ? 1 : 0) - candidates_.size();

    TransmitReport report;
    report.cookie = flight.transmission.cookie;
    report.start = flight.start;
    report.end = flight.end;
    const std::uint64_t departures = departures_;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const Port* receiver = candidates_[i].port;
        if (departures != departures_) receiver = find(candidates_[i].id);  // one may have gone since this frame landed
        if (receiver != nullptr) deliver(flight, *receiver, report);
    }
    if (flight.sender->radio != nullptr) flight.sender->radio->transmitted(report);

    flight.sender.reset();
    flight.transmission.payload.reset();
    free_flights_.push_back(slot);
}

Dbm Air::rssi(PortId from, PortId at, const ChannelDefinition& channel, Dbm power) {
    return strength(port_at(from), port_at(at), channel.band(), PathLoss::first_metre(channel.center1), power);
}

}  // namespace mlosim::phy::detail
