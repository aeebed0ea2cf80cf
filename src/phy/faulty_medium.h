#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "phy/frame_fault.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::phy {

/// A medium on which frames get lost, late, broken or doubled by rule; all else is left to the medium behind it.
/// Without a rule it changes nothing.
class FaultyMedium final : public Medium {
public:
    /// Told of each frame that a rule applied to, with the names of sender and receiver (empty: everybody).
    using Acted = std::function<void(const FrameRule& rule, const FrameSubject& subject)>;

    /// `queue` must outlive it.
    FaultyMedium(std::unique_ptr<Medium> medium, sim::EventQueue& queue, sim::RandomStream random);
    ~FaultyMedium() override;

    [[nodiscard]] FrameRules& rules() noexcept { return rules_; }
    void set_acted(Acted acted) { acted_ = std::move(acted); }

    PortId attach(RadioPort& port, PortSettings settings) override;
    void detach(PortId port) override;
    void move(PortId port, Position to) override { medium_->move(port, to); }
    void set_group(PortId port, std::uint32_t group) override { medium_->set_group(port, group); }
    void listen(PortId port, std::span<const ChannelDefinition> channels) override { medium_->listen(port, channels); }
    sim::Time transmit(PortId sender, Transmission transmission) override;
    void show_in_air(PortId at, const std::function<void(const InAir&)>& show) const override {
        medium_->show_in_air(at, show);
    }
    void sent_elsewhere(PortId sender, const Transmission& transmission) override {
        medium_->sent_elsewhere(sender, transmission);
    }
    [[nodiscard]] Position position(PortId port) const override { return medium_->position(port); }
    [[nodiscard]] Dbm rssi(PortId from, PortId at, const ChannelDefinition& channel, Dbm power) override {
        return medium_->rssi(from, at, channel, power);
    }
    /// Frames are sent anew as long as there are rules.
    [[nodiscard]] bool loses_frames() const override { return medium_->loses_frames() || !rules_.empty(); }
    [[nodiscard]] const MediumCounters& counters() const override { return medium_->counters(); }

private:
    class Port;
    /// A frame in the air that a rule without a receiver applies to.
    struct Marked {
        PortId sender;
        FrameRule rule;
        std::shared_ptr<const ieee80211::Bytes> payload;  ///< lives as long, so that no other frame is taken for it
        sim::Timer end;
    };
    [[nodiscard]] std::string_view name_of(PortId port) const;
    [[nodiscard]] std::optional<FrameRule> take(const FrameSubject& subject);
    /// What applies to a frame at one receiver.
    [[nodiscard]] std::optional<FrameRule> rule_for(const Reception& reception, const std::string& receiver);

    std::unique_ptr<Medium> medium_;
    sim::EventQueue& queue_;
    FrameRules rules_;
    Acted acted_;
    std::map<PortId, std::unique_ptr<Port>> ports_;
    std::map<const ieee80211::Bytes*, Marked> marked_;  // found by frame, never walked
    std::map<std::uint64_t, sim::Timer> late_;
    std::uint64_t next_late_ = 0;
};

}  // namespace mlosim::phy
