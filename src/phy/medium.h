#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ieee80211/byte_io.h"
#include "phy/channel.h"
#include "phy/position.h"
#include "phy/rates.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::phy {

/// Which radio port on a medium. Given out by attach(), never used twice.
class PortId {
public:
    constexpr PortId() = default;
    constexpr explicit PortId(std::uint64_t value) : value_(value) {}
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }
    friend constexpr auto operator<=>(PortId, PortId) = default;

private:
    std::uint64_t value_ = 0;  // 0: none
};

/// A frame on its way into the air.
struct Transmission {
    std::shared_ptr<const ieee80211::Bytes> payload;  ///< MPDU (or A-MPDU) without FCS; shared by all receivers
    ChannelDefinition channel;                        ///< what the PPDU occupies: not wider than the BSS's channel
    Dbm power;                                        ///< at the antenna connector
    Rate rate;
    std::uint64_t cookie = 0;  ///< the sender's own, comes back in TransmitReport
    /// Where everybody hears it with the same strength, whatever lies between (mac80211_hwsim's debugfs file
    /// "rx_rssi").
    std::optional<Dbm> heard_with;
};

/// A frame as it arrives at one port. Lives only during the call that carries it.
struct Reception {
    const std::shared_ptr<const ieee80211::Bytes>& payload;
    const ChannelDefinition& channel;
    Rate rate;
    Dbm rssi;
    Db snr;
    sim::Time start;
    sim::Time end;  ///< now
    PortId sender;
};

/// What became of a frame.
struct TransmitReport {
    std::uint64_t cookie = 0;
    std::uint32_t receivers = 0;  ///< ports that got it
    bool acknowledged = false;    ///< one of them said it was its own
    Dbm ack_rssi;                 ///< what the sender would hear of the acknowledgement, if there is one
    sim::Time start;
    sim::Time end;
};

/// The radio side of a driver. It decides nothing about physics: what arrives here has been received.
class RadioPort {
public:
    /// Called at the end of the frame. True: the frame is addressed to this port, which acknowledges it. May call the
    /// medium.
    virtual bool receive(const Reception& reception) = 0;
    /// Called at the end of each frame this port sent, after its receivers.
    virtual void transmitted(const TransmitReport& /*report*/) {}

protected:
    ~RadioPort() = default;
};

struct PortSettings {
    /// Names the port's random streams ("phy/shadowing/<name>/<name>"); empty: "port<number>".
    std::string name;
    Position position;
    Db antenna_gain{0.0};
    /// Ports hear each other only if they have a bit in common (mac80211_hwsim's debugfs file "group").
    std::uint32_t group = 1;
};

struct MediumCounters {
    std::uint64_t transmitted = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost_to_errors = 0;     ///< loud enough, but the packet-error table said no
    std::uint64_t below_sensitivity = 0;  ///< on the channel, but too faint to be noticed as a frame
    std::uint64_t off_channel = 0;        ///< ports that did not listen there, or not for the whole frame
    friend bool operator==(const MediumCounters&, const MediumCounters&) = default;
};

/// The air. Frames go in with transmit() and come out, at the end of their airtime, at every port that hears them.
/// Equal calls at equal times give equal results; ports are served in the order in which they were attached.
class Medium {
public:
    virtual ~Medium() = default;

    /// `port` must live until detach().
    virtual PortId attach(RadioPort& port, PortSettings settings) = 0;
    /// Frames still in the air reach neither this port nor, if it is their sender, its transmitted(). Other ports still
    /// get them.
    virtual void detach(PortId port) = 0;
    virtual void move(PortId port, Position to) = 0;
    virtual void set_group(PortId port, std::uint32_t group) = 0;

    /// All channels that the port is tuned to from now on (none: deaf). A frame is heard only by a port that is tuned
    /// to its channel from its start to its end; a channel that stays in the list is not interrupted.
    virtual void listen(PortId port, std::span<const ChannelDefinition> channels) = 0;

    /// Puts a frame on the air now; returns when it ends. The channel must be valid().
    virtual sim::Time transmit(PortId sender, Transmission transmission) = 0;

    /// A frame that is in the air now.
    struct InAir {
        const Transmission& sent;
        sim::Time start;
        sim::Time end;
    };
    /// Shows each that others send where the port listens, in no order that matters.
    virtual void show_in_air(PortId /*at*/, const std::function<void(const InAir&)>& /*show*/) const {}

    /// A port sends a frame that another medium than this one carries: for those who write down what is sent.
    virtual void sent_elsewhere(PortId /*sender*/, const Transmission& /*transmission*/) {}

    [[nodiscard]] virtual Position position(PortId port) const = 0;
    /// What `at` would hear of `power` sent by `from` on `channel` now.
    [[nodiscard]] virtual Dbm rssi(PortId from, PortId at, const ChannelDefinition& channel, Dbm power) = 0;
    /// Whether a frame can be lost by chance, so that sending it anew makes sense.
    [[nodiscard]] virtual bool loses_frames() const { return false; }
    /// Of the whole medium since its start.
    [[nodiscard]] virtual const MediumCounters& counters() const = 0;
};

}  // namespace mlosim::phy
