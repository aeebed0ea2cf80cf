#pragma once

#include <map>
#include <memory>

#include "observe/pcapng.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::observe {

/// A medium that writes down every frame that goes on the air, once, as its sender sends it, and leaves all else to the
/// medium behind it. Each radio is an interface of the capture.
class AirCapture final : public phy::Medium {
public:
    /// `queue` must outlive it.
    AirCapture(std::unique_ptr<phy::Medium> medium, const sim::EventQueue& queue, PcapngWriter::Sink sink);

    phy::PortId attach(phy::RadioPort& port, phy::PortSettings settings) override;
    void detach(phy::PortId port) override;
    void move(phy::PortId port, phy::Position to) override { medium_->move(port, to); }
    void set_group(phy::PortId port, std::uint32_t group) override { medium_->set_group(port, group); }
    void listen(phy::PortId port, std::span<const phy::ChannelDefinition> channels) override {
        medium_->listen(port, channels);
    }
    sim::Time transmit(phy::PortId sender, phy::Transmission transmission) override;
    void sent_elsewhere(phy::PortId sender, const phy::Transmission& transmission) override;
    void show_in_air(phy::PortId at, const std::function<void(const InAir&)>& show) const override {
        medium_->show_in_air(at, show);
    }
    [[nodiscard]] phy::Position position(phy::PortId port) const override { return medium_->position(port); }
    [[nodiscard]] phy::Dbm rssi(phy::PortId from, phy::PortId at, const phy::ChannelDefinition& channel,
                                phy::Dbm power) override {
        return medium_->rssi(from, at, channel, power);
    }
    [[nodiscard]] bool loses_frames() const override { return medium_->loses_frames(); }
    [[nodiscard]] const phy::MediumCounters& counters() const override { return medium_->counters(); }

private:
    struct Radio {
        PcapngWriter::InterfaceId interface;
        phy::Db antenna_gain;
    };

    std::unique_ptr<phy::Medium> medium_;
    const sim::EventQueue& queue_;
    PcapngWriter file_;
    std::map<phy::PortId, Radio> radios_;
};

}  // namespace mlosim::observe
