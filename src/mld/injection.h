#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "phy/channel.h"
#include "phy/rates.h"
#include "sim/result.h"

namespace mlosim::mld {

/// A frame that a program sends through a monitor interface, and what the radiotap header in front of it asks for.
struct Injection {
    ieee80211::ByteView frame;  ///< without header and FCS; lies in the bytes that were parsed
    bool encrypt = false;       ///< with the key of the interface that is its transmitter
    bool may_fragment = false;
    bool no_acknowledgement = false;
    bool no_sequence_number = false;  ///< keep the frame's
    std::optional<phy::Rate> rate;    ///< nothing: as the radio likes
    unsigned retries = 0;             ///< counted only where a rate is given

    /// How often it is sent at most; nothing: as the radio likes.
    [[nodiscard]] std::optional<unsigned> attempts() const;

    /// `channel` is what the frame will be sent on. EINVAL: no radiotap header, one that is not whole, no whole FCS
    /// where there should be one, or a rate wider than the channel. cf. ieee80211_parse_tx_radiotap()
    [[nodiscard]] static Result<Injection> parse(ieee80211::ByteView bytes, const phy::ChannelDefinition& channel);
};

}  // namespace mlosim::mld
