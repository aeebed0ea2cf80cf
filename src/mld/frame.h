#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "phy/channel.h"
#include "phy/rates.h"
#include "phy/units.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// Bytes of one MPDU, without FCS. Shared, not copied, between everybody who hears it.
using FrameBytes = std::shared_ptr<const ieee80211::Bytes>;

/// What the radio says of a frame it received (struct ieee80211_rx_status, as far as it is used).
struct RxStatus {
    phy::Channel channel;
    phy::Dbm signal;
    sim::Time received;  ///< what the kernel calls boottime
    std::optional<ieee80211::LinkId> link;
    phy::Rate rate{};
    sim::Time started{};  ///< when its first octet was on the air (mactime)
};

/// Which way a frame passes a network device.
enum class FrameDirection : std::uint8_t { incoming, outgoing };

/// A frame to send (what struct ieee80211_tx_info says of it).
struct TxFrame {
    ieee80211::Bytes bytes;
    phy::Channel channel;
    /// Not 0: the driver says what became of it, under this number.
    std::uint64_t cookie = 0;
    /// Nobody acknowledges it, though it has one receiver.
    bool no_acknowledgement = false;
    /// Somebody above asked what became of it (IEEE80211_TX_CTL_REQ_TX_STATUS).
    bool wants_status = false;
    /// Where the MAC wants another than the driver's own choice.
    std::optional<phy::Rate> rate;
    /// How often it is sent at most, where that is not the driver's own choice either.
    std::optional<unsigned> attempts;
    /// Write the sender's TSF over the Timestamp field when it goes out (beacons, probe responses).
    bool stamp_tsf = false;
    /// One of the driver's own beacons, of which the MAC is told nothing more.
    bool is_beacon = false;
};

/// What became of a frame (struct ieee80211_tx_status).
struct TxStatus {
    std::uint64_t cookie = 0;
    bool acknowledged = false;
    /// How often it was sent anew.
    unsigned retries = 0;
    phy::Rate rate{};
    std::optional<int> ack_signal_dbm;
    /// The frame as it was on the air, where the driver has it: monitors show it.
    FrameBytes frame;
};

}  // namespace mlosim::mld
