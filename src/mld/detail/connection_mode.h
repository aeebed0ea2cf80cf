#pragma once

#include <cstdint>
#include <optional>

#include "ieee80211/element.h"
#include "mld/bss.h"
#include "mld/mlme.h"
#include "mld/radio_profile.h"
#include "phy/channel.h"
#include "sim/result.h"

namespace mlosim::mld {
class Wdev;
class Wiphy;
}  // namespace mlosim::mld

/// How well a station and an access point can work together on one link: the newest PHY that both have, the widest
/// channel. cf. ieee80211_determine_chan_mode()
namespace mlosim::mld::detail {

/// enum ieee80211_conn_mode.
enum class ConnectionMode : std::uint8_t { legacy, ht, vht, he, eht };
/// enum ieee80211_conn_bw_limit.
enum class BandwidthLimit : std::uint8_t { mhz20, mhz40, mhz80, mhz160, mhz320 };

/// struct ieee80211_conn_settings; as it is made, without any limit.
struct ConnectionSettings {
    ConnectionMode mode = ConnectionMode::eht;
    BandwidthLimit limit = BandwidthLimit::mhz320;
    friend bool operator==(const ConnectionSettings&, const ConnectionSettings&) = default;
};

/// What is less of both.
[[nodiscard]] ConnectionSettings common(const ConnectionSettings& a, const ConnectionSettings& b);

/// The radio's HT and VHT capabilities in a band, less what the program overrides; nothing without any.
/// cf. ieee80211_apply_htcap_overrides(), ieee80211_apply_vhtcap_overrides()
[[nodiscard]] std::optional<HtCapabilities> own_ht(const Wiphy& wiphy, phy::Band band, const AssociateRequest* request);
[[nodiscard]] std::optional<VhtCapabilities> own_vht(const Wiphy& wiphy, phy::Band band,
                                                     const AssociateRequest* request);

/// What the station itself can and will do in a band. cf. ieee80211_determine_our_sta_mode()
[[nodiscard]] ConnectionSettings own_settings(const Wiphy& wiphy, const Wdev& wdev, phy::Band band,
                                              const AssociateRequest* request, bool wmm);

/// What an access point's elements say of its channel, read by a station that can do `limit`.
/// cf. ieee80211_determine_ap_chan()
struct AccessPointChannel {
    ConnectionMode mode = ConnectionMode::legacy;
    phy::ChannelDefinition channel;
};
/// `tracking`: the channel has been agreed on, and what HT Operation says of its primary no longer counts.
[[nodiscard]] AccessPointChannel access_point_channel(const Wiphy& wiphy, const phy::Channel& channel,
                                                      const ieee80211::ElementList& elements, ConnectionMode limit,
                                                      bool tracking);

/// The access point speaks WMM, without which there is neither HT nor anything newer.
[[nodiscard]] bool uses_wmm(const Bss& bss);

/// What both can do, and the channel to use. EINVAL: they cannot.
struct CommonChannel {
    ConnectionSettings settings;
    phy::ChannelDefinition channel;
};
[[nodiscard]] Result<CommonChannel> common_channel(const Wiphy& wiphy, const Wdev& wdev, const Bss& bss,
                                                   ConnectionSettings settings,
                                                   const std::optional<ieee80211::Bytes>& selectors);

/// The next narrower channel with the same primary; false: it is at its narrowest. cf. ieee80211_chandef_downgrade()
bool narrow(phy::ChannelDefinition& channel);
/// The same, and the settings with it. cf. ieee80211_chanreq_downgrade()
bool narrow(CommonChannel& request);
/// cf. ieee80211_min_bw_limit_from_chandef()
[[nodiscard]] BandwidthLimit limit_of(const phy::ChannelDefinition& channel);

}  // namespace mlosim::mld::detail
