#include "agent/bss.h"

#include <algorithm>

#include "sim/invariant.h"

namespace mlosim::agent {

const mld::BandCapabilities& Bss::capabilities() const {
    const mld::BandCapabilities* found = radio->band(band());
    MLOSIM_INVARIANT(found != nullptr, "a BSS is on a band that its radio has");
    return *found;
}

const mld::InterfaceCapabilities* Bss::ap_capabilities() const {
    return capabilities().for_type(mld::InterfaceType::ap);
}

std::span<const phy::RadioChannel> Bss::band_channels() const {
    const auto found = std::find_if(bands.begin(), bands.end(), [this](const auto& b) { return b.band == band(); });
    MLOSIM_INVARIANT(found != bands.end(), "a BSS is on a band that its radio has");
    return found->channels;
}

const phy::ChannelConstraints& Bss::constraints() const {
    const auto channels = band_channels();
    const auto found =
        std::find_if(channels.begin(), channels.end(), [this](const auto& c) { return c.channel == channel.control; });
    MLOSIM_INVARIANT(found != channels.end(), "a BSS is on a channel that its radio has");
    return found->now;
}

std::uint8_t Bss::max_bssid_indicator() const {
    unsigned highest = 0;
    for (const NontransmittedBss& other : nontransmitted)
        highest = std::max<unsigned>(highest, other.index);
    std::uint8_t indicator = 0;
    while (highest >> indicator != 0)
        ++indicator;
    return indicator;
}

}  // namespace mlosim::agent
