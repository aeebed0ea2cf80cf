#pragma once

#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "phy/detail/aggregate.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::phy::detail {

/// What all media have in common: the ports, who is tuned where, and the frames in the air. One event a frame; a frame
/// touches only the ports that are tuned to one of its 20 MHz pieces. What is left to the media is physics: who can
/// hear, and how well.
class Air : public Medium {
public:
    explicit Air(sim::EventQueue& queue) : queue_(queue) {}
    Air(const Air&) = delete;
    Air& operator=(const Air&) = delete;

    PortId attach(RadioPort& port, PortSettings settings) override;
    void detach(PortId port) override;
    void move(PortId port, Position to) override;
    void set_group(PortId port, std::uint32_t group) override;
    void listen(PortId port, std::span<const ChannelDefinition> channels) override;
    sim::Time transmit(PortId sender, Transmission transmission) override;
    void show_in_air(PortId at, const std::function<void(const InAir&)>& show) const override;
    [[nodiscard]] Position position(PortId port) const override;
    [[nodiscard]] Dbm rssi(PortId from, PortId at, const ChannelDefinition& channel, Dbm power) override;
    [[nodiscard]] const MediumCounters& counters() const override { return counters_; }

protected:
    struct Tuned {
        ChannelDefinition channel;
        sim::Time since;
    };
    struct Port {
        PortId id;
        RadioPort* radio = nullptr;  // null: detached, only frames in the air still know it
        PortSettings settings;
        std::uint64_t moves = 0;  // how often it has moved: stamps what was worked out for its place
        std::vector<Tuned> tuned;
        Aggregate sending;
    };
    struct Flight {
        Transmission transmission;
        std::shared_ptr<Port> sender;
        sim::Time start;
        sim::Time end;
        Db first_metre;  // path loss that depends on the channel alone
        Dbm noise;       // over the channel
        sim::Timer timer;
    };
    enum class Fate { delivered, below_sensitivity, lost_to_errors };
    struct Signal {
        Dbm rssi;
        Db snr;
    };

    /// Whether a port tuned to `tuned` can make sense of a PPDU on `sent`.
    [[nodiscard]] virtual bool hears(const ChannelDefinition& tuned, const ChannelDefinition& sent) const = 0;
    /// How strong the frame is at `receiver`.
    [[nodiscard]] virtual Dbm strength(const Port& sender, const Port& receiver, Band band, Db first_metre,
                                       Dbm power) = 0;
    /// Whether the receiver gets it.
    [[nodiscard]] virtual Fate fate(const Flight& flight, const Port& receiver, const Signal& signal) = 0;
    /// Frees what is remembered of a port.
    virtual void forget(PortId port) = 0;
    [[nodiscard]] virtual Db noise_figure() const = 0;

    [[nodiscard]] const Port* find(PortId port) const;

private:
    struct Listener {
        Port* port;
        ChannelDefinition channel;
        sim::Time since;
    };
    struct Candidate {
        PortId id;
        Port* port;
    };

    Port& port_at(PortId port);
    void untune(Port& port);
    void collect(const Flight& flight);
    void collect_from(const Flight& flight, Frequency piece);
    void land(std::uint32_t slot);
    bool deliver(const Flight& flight, const Port& receiver, TransmitReport& report);

    sim::EventQueue& queue_;
    std::map<PortId, std::shared_ptr<Port>> ports_;
    std::unordered_map<std::uint32_t, std::vector<Listener>> by_control_khz_;  // each in order of port; never iterated
    std::deque<Flight> flights_;                                               // slots are reused; addresses stay
    std::vector<std::uint32_t> free_flights_;
    std::vector<Candidate> candidates_;  // of the frame being landed
    std::uint64_t last_port_ = 0;
    std::uint64_t departures_ = 0;
    MediumCounters counters_;
};

}  // namespace mlosim::phy::detail
