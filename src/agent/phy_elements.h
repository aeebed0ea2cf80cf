#pragma once

#include "agent/bss.h"
#include "ieee80211/eht_operation.h"
#include "ieee80211/element_builder.h"
#include "ieee80211/supported_rates.h"

/// What the elements of the PHYs say: rates, capabilities and operation from HT to EHT, for the BSS's band and width.
namespace mlosim::agent {

/// The band's legacy rates, the ones that every member must have marked, and the membership selectors.
[[nodiscard]] ieee80211::RateElements rates(const Bss& bss);

/// HT, VHT, HE, 6 GHz band and EHT Capabilities and Operation, as far as the radio and the band have them.
void add_phy_elements(ieee80211::ElementBuilder& out, const Bss& bss);

/// What EHT Operation says of a channel that is wider than HE can say, or punctured (802.11be 9.4.2.321).
[[nodiscard]] ieee80211::EhtOperationInfo eht_operation_info(const phy::ChannelDefinition& channel);

/// Number of the center of the channel's primary part of `width` (of the whole, where that is not wider).
[[nodiscard]] std::uint8_t center_of_primary(const phy::ChannelDefinition& channel, phy::ChannelWidth width);

}  // namespace mlosim::agent
