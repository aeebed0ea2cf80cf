#pragma once

#include <cstdint>

#include "mld/wiphy.h"
#include "netlink/message.h"
#include "netlink/nl80211/context.h"

/// What GET_WIPHY says of a wiphy, whole or in parts.
namespace mlosim::netlink::nl80211 {

/// Where a description stands. Split, each message carries one part and the description ends when `step` is 0 again.
/// cf. struct nl80211_dump_wiphy_state
struct WiphyPosition {
    bool split = false;
    std::uint8_t step = 0;
    std::uint8_t band = 0;     ///< next band to look at, by nl80211's number
    std::size_t channel = 0;   ///< 0: the band's rates come first; else 1 + the next channel
    std::size_t extended = 0;  ///< next of the types' extended capabilities

    [[nodiscard]] bool finished() const noexcept { return step == 0; }
};

/// Puts the attributes that every message of a wiphy has, then the next part (split) or all that unsplit messages may
/// carry, and moves `position` on. cf. nl80211_send_wiphy() with NEW_WIPHY
void put_wiphy(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, WiphyPosition& position);
/// Only the attributes that every message has: DEL_WIPHY. cf. the same with another command
void put_wiphy_name(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy);

/// One flag for each type, numbered by type. cf. nl80211_put_iftypes()
void put_interface_types(MessageBuilder& out, std::uint16_t attribute, std::uint32_t types);

/// The bands' part of the description; true: all bands have been told.
[[nodiscard]] bool put_bands(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy,
                             WiphyPosition& position);
/// One channel's attributes; none for channels that old programs must not see. cf. nl80211_msg_put_channel()
void put_channel(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, const phy::RadioChannel& channel,
                 bool large);

/// cf. nl80211_put_iface_combinations()
void put_combinations(MessageBuilder& out, std::uint16_t attribute,
                      const std::vector<mld::InterfaceCombination>& combinations, bool large,
                      std::uint16_t nested_flag);
/// cf. nl80211_put_radios()
void put_radios(MessageBuilder& out, const mld::Wiphy& wiphy);

}  // namespace mlosim::netlink::nl80211
