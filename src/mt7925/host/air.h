#pragma once

#include <array>
#include <functional>
#include <optional>

#include "mld/frame.h"
#include "mld/transmitter.h"
#include "mt7925/firmware.h"
#include "mt7925/radio.h"
#include "phy/medium.h"

namespace mlosim::mt7925::host {

/// The chip's antenna: what the firmware wants of the air, done on a medium. One radio: while it visits a channel it
/// hears nothing of its homes.
class Air final : public Radio, private phy::RadioPort {
public:
    using Deliver = std::function<void(const ReceivedFrame&)>;
    /// An address that the chip acknowledges frames to.
    using IsOwn = std::function<bool(const ieee80211::MacAddress&)>;
    /// What the chip may send with on a channel.
    using Power = std::function<int(const phy::Channel&)>;

    /// What became of a frame that it sent.
    using Report = std::function<void(const RadioReport&)>;

    Air(phy::Medium& medium, sim::EventQueue& queue, const phy::PortSettings& placement);
    ~Air() override;
    void connect(Deliver deliver, IsOwn is_own, Power power, Report report);

    [[nodiscard]] phy::PortId port() const noexcept { return port_; }

    // Radio
    void set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) override;
    void visit(const RadioChannel& channel, Visit why) override;
    void rest(std::uint8_t bss_idx, bool resting) override;
    void return_home() override;
    void transmit(RadioFrame frame) override;

private:
    bool receive(const phy::Reception& reception) override;
    void transmitted(const phy::TransmitReport& report) override { transmitter_.landed(port_, report); }
    void tune();

    phy::Medium& medium_;
    phy::PortId port_;
    mld::Transmitter transmitter_;
    Deliver deliver_;
    IsOwn is_own_;
    Power power_;
    Report report_;
    std::array<std::optional<RadioChannel>, bss_count> homes_;
    std::array<bool, bss_count> resting_{};
    std::optional<RadioChannel> away_;
};

/// The chip's words for a channel, and back. Nothing: there is no such channel.
[[nodiscard]] std::optional<phy::ChannelDefinition> definition_of(const RadioChannel& channel);
[[nodiscard]] RadioChannel radio_channel_of(const phy::ChannelDefinition& channel);

}  // namespace mlosim::mt7925::host
