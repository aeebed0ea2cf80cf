#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "ctl/genl_client.h"

namespace mlosim::ctl {

/// For whom the output is: aligned columns for people, or JSON for scripts (an array of objects, an object, or for
/// events one object a line).
enum class Format { people, json };

/// The world's one NEW_WORLD.
void show_world(const Reply& world, Format format, std::ostream& out);
/// NEW_RADIO, NEW_WDEV or NEW_LINK messages.
void show_radios(std::span<const Reply> radios, Format format, std::ostream& out);
void show_wdevs(std::span<const Reply> wdevs, Format format, std::ostream& out);
void show_links(std::span<const Reply> links, Format format, std::ostream& out);
void show_stations(std::span<const Reply> stations, Format format, std::ostream& out);
/// One line.
void show_event(const Reply& event, Format format, std::ostream& out);

/// "12.345000000": seconds of virtual time with all nine digits.
[[nodiscard]] std::string seconds_text(std::uint64_t nanoseconds);

}  // namespace mlosim::ctl
