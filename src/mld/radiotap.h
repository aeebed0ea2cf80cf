#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "mld/frame.h"
#include "phy/channel.h"

namespace mlosim::mld {

/// A radiotap header (radiotap.org): what is known is stated, in any order; build() puts it in radiotap's order.
class Radiotap {
public:
    /// When the frame's first octet was on the air, in microseconds.
    Radiotap& tsft(sim::Time start);
    /// IEEE80211_RADIOTAP_F_*. Ours have no FCS.
    Radiotap& flags(std::uint8_t bits);
    /// The rate of a frame on `channel`: as Rate field up to 802.11g, as MCS, VHT, HE, or U-SIG and EHT after that.
    Radiotap& rate(const phy::Rate& rate, const phy::ChannelDefinition& channel);
    Radiotap& signal(phy::Dbm dbm);
    Radiotap& antenna(std::uint8_t number);
    Radiotap& rx_flags(std::uint16_t bits);

    [[nodiscard]] ieee80211::Bytes build() const;

private:
    struct Sent {
        phy::Rate rate;
        phy::ChannelDefinition channel;
    };
    [[nodiscard]] std::uint32_t present() const;

    std::optional<sim::Time> tsft_;
    std::optional<std::uint8_t> flags_;
    std::optional<Sent> sent_;
    std::optional<phy::Dbm> signal_;
    std::optional<std::uint8_t> antenna_;
    std::optional<std::uint16_t> rx_flags_;
};

/// The header that a monitor interface puts in front of a frame. cf. ieee80211_add_rx_radiotap_header()
[[nodiscard]] ieee80211::Bytes received_radiotap(const RxStatus& status);

/// The header that hwsim0 puts in front of each frame sent by any radio. cf. mac80211_hwsim_monitor_rx()
[[nodiscard]] ieee80211::Bytes air_radiotap(sim::Time now, const phy::Rate& rate, const phy::Channel& channel);

/// Length of the header in front of a frame that a program sends; nothing if it has none. cf.
/// ieee80211_validate_radiotap_len()
[[nodiscard]] std::optional<std::size_t> radiotap_length(ieee80211::ByteView frame);

}  // namespace mlosim::mld
