#pragma once

#include "mld/guest_radios.h"
#include "mld/world.h"
#include "netlink/message.h"
#include "netlink/mlosim_uapi.h"
#include "netlink/station_directory.h"
#include "netlink/time_control.h"

namespace mlosim::netlink::detail {

/// Most that a message about a wdev takes: a station with a link wdev for every link id, names, counters.
inline constexpr std::size_t largest_mlosim_message = 2048;

void put_world(MessageBuilder& message, const TimeControl& time, mlosim_dialect dialect);
void put_radio(MessageBuilder& message, const mld::Radio& radio);
void put_guest_radio(MessageBuilder& message, const mld::GuestRadio& radio);
/// An interface or P2P device.
void put_wdev(MessageBuilder& message, const mld::Wdev& wdev);
/// A link wdev.
void put_link_wdev(MessageBuilder& message, const mld::Wdev& link);
/// A built-in station, on `wdev`.
void put_station(MessageBuilder& message, const mld::Wdev& wdev, const BuiltInStation& station);

}  // namespace mlosim::netlink::detail
