#pragma once

#include "ieee80211/byte_io.h"
#include "ieee80211/supported_rates.h"
#include "mld/radio_profile.h"

/// A radio's capabilities, as its profile has them, written as the elements that announce them.
namespace mlosim::mld {

void append_capabilities(ieee80211::ByteWriter& out, const HtCapabilities& capabilities);
void append_capabilities(ieee80211::ByteWriter& out, const VhtCapabilities& capabilities);
/// Only the MCS maps and thresholds that the PHY capabilities announce are written. cf. ieee80211_put_he_cap().
void append_capabilities(ieee80211::ByteWriter& out, const HeCapabilities& capabilities);
void append_capabilities(ieee80211::ByteWriter& out, const EhtCapabilities& capabilities);
void append_capabilities(ieee80211::ByteWriter& out, const UhrCapabilities& capabilities);
/// 802.11ax 9.4.2.263.
void append_he_6ghz_capabilities(ieee80211::ByteWriter& out, std::uint16_t capabilities);

}  // namespace mlosim::mld
