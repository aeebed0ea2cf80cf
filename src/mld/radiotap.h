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
    /// Only fields that every reader knows: no TLVs, so no rate of 802.11be.
    Radiotap& without_tlvs();
    Radiotap& signal(phy::Dbm dbm);
    Radiotap& antenna(std::uint8_t number);
    Radiotap& rx_flags(std::uint16_t bits);
    /// The rate of a sent frame, without a channel: as Rate field, MCS, VHT or HE; nothing for what came after.
    Radiotap& sent_rate(const phy::Rate& rate);
    /// IEEE80211_RADIOTAP_F_TX_*, and how often the frame was sent anew.
    Radiotap& sent(std::uint16_t bits, std::uint8_t retries);

    [[nodiscard]] ieee80211::Bytes build() const;

private:
    struct Sent {
        phy::Rate rate;
        std::optional<phy::ChannelDefinition> channel;
    };
    struct Outcome {
        std::uint16_t flags;
        std::uint8_t retries;
    };
    [[nodiscard]] std::uint32_t present() const;

    std::optional<sim::Time> tsft_;
    std::optional<std::uint8_t> flags_;
    std::optional<Sent> sent_;
    std::optional<phy::Dbm> signal_;
    std::optional<std::uint8_t> antenna_;
    std::optional<std::uint16_t> rx_flags_;
    std::optional<Outcome> outcome_;
    bool tlvs_ = true;
};

/// The header that a monitor interface puts in front of a frame. cf. ieee80211_add_rx_radiotap_header()
[[nodiscard]] ieee80211::Bytes received_radiotap(const RxStatus& status);

/// The header that a monitor interface puts in front of a frame that its own radio sent.
/// cf. ieee80211_add_tx_radiotap_header()
[[nodiscard]] ieee80211::Bytes sent_radiotap(ieee80211::ByteView frame, const TxStatus& status);

/// The header and the acknowledgement that hwsim0 shows of a frame with this transmitter. cf.
/// mac80211_hwsim_monitor_ack()
[[nodiscard]] ieee80211::Bytes air_acknowledgement(const phy::Channel& channel,
                                                   const ieee80211::MacAddress& transmitter);

/// The header that hwsim0 puts in front of each frame sent by any radio. cf. mac80211_hwsim_monitor_rx()
[[nodiscard]] ieee80211::Bytes air_radiotap(sim::Time now, const phy::Rate& rate, const phy::Channel& channel);

/// Length of the header in front of a frame that a program sends; nothing if it has none. cf.
/// ieee80211_validate_radiotap_len()
[[nodiscard]] std::optional<std::size_t> radiotap_length(ieee80211::ByteView frame);

}  // namespace mlosim::mld
