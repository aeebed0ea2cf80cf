#include "mld/detail/operating_mode.h"

#include <algorithm>

#include "ieee80211/ht_elements.h"
#include "mld/rate_control.h"

namespace mlosim::mld::detail {

namespace {

constexpr std::uint8_t width_bits = 0x07;
constexpr std::uint8_t widest = 0x03;
constexpr std::uint8_t streams_bits = 0x70;
constexpr unsigned streams_at = 4;
/// The streams are those of beamforming: nothing is said of how many it receives otherwise.
constexpr std::uint8_t other_streams = 0x80;

// cf. ieee80211_sta_rx_bw_to_chan_width()
phy::ChannelWidth width_of(unsigned mhz, const StaCapabilities& peer) {
    switch (mhz) {
        case 320:
            return phy::ChannelWidth::w320;
        case 160:
            return phy::ChannelWidth::w160;
        case 80:
            return phy::ChannelWidth::w80;
        case 40:
            return phy::ChannelWidth::w40;
        default:
            return peer.ht.empty() && peer.he.empty() ? phy::ChannelWidth::w20_noht : phy::ChannelWidth::w20;
    }
}

ReceiveLimits on_channel(const StaCapabilities& peer, const phy::ChannelDefinition& channel) {
    ReceiveLimits out = receives_now(peer, channel.band());
    out.mhz = std::min(out.mhz, static_cast<unsigned>(phy::width_mhz(channel.width)));
    return out;
}

std::optional<StationModeChange> difference(const ReceiveLimits& before, const StaCapabilities& peer,
                                            const phy::ChannelDefinition& channel) {
    const ReceiveLimits now = on_channel(peer, channel);
    StationModeChange change;
    if (now.mhz != before.mhz) change.width = width_of(now.mhz, peer);
    if (now.streams != before.streams) change.streams = static_cast<std::uint8_t>(now.streams);
    if (!change.width && !change.streams) return std::nullopt;
    return change;
}

}  // namespace

std::optional<StationModeChange> set_operating_mode(StaCapabilities& peer, std::uint8_t mode,
                                                    const phy::ChannelDefinition& channel) {
    if ((mode & other_streams) != 0) return std::nullopt;
    const ReceiveLimits before = on_channel(peer, channel);
    const unsigned streams = ((mode & streams_bits) >> streams_at) + 1U;
    // More than it has: it said nothing of streams.
    if (streams > able_to_receive(peer, channel.band()).streams) {
        const std::uint8_t last = peer.operating_mode.value_or(other_streams);
        mode = static_cast<std::uint8_t>((mode & width_bits) | (last & (streams_bits | other_streams)));
    }
    peer.operating_mode = mode;
    return difference(before, peer, channel);
}

std::optional<StationModeChange> set_channel_width(StaCapabilities& peer, bool only_20_mhz,
                                                   const phy::ChannelDefinition& channel) {
    const ReceiveLimits before = on_channel(peer, channel);
    const std::uint8_t last = peer.operating_mode.value_or(other_streams);
    const std::uint8_t streams = last & (streams_bits | other_streams);
    if (only_20_mhz)
        peer.operating_mode = streams;
    else if (streams == other_streams)
        peer.operating_mode.reset();
    else
        peer.operating_mode = static_cast<std::uint8_t>(streams | widest);
    return difference(before, peer, channel);
}

std::optional<StationModeChange> set_sm_power_save(StaCapabilities& peer, SmPowerSave mode) {
    SmPowerSave before = SmPowerSave::off;
    if (peer.sm_power_save) {
        before = *peer.sm_power_save;
    } else if (const auto ht = ieee80211::HtCapabilities::parse(peer.ht)) {
        constexpr unsigned statically = 0, dynamically = 1;
        const unsigned said = ht->info.get(ieee80211::HtCapabilityInfo::sm_power_save);
        if (said == statically) before = SmPowerSave::one_chain;
        if (said == dynamically) before = SmPowerSave::wakes_the_others;
    }
    if (before == mode) return std::nullopt;
    peer.sm_power_save = mode;
    StationModeChange change;
    change.sm_power_save = mode;
    return change;
}

}  // namespace mlosim::mld::detail
