#pragma once

#include <vector>

#include "mld/detail/profile_reader.h"

namespace mlosim::mld::detail {

/// The member "bands": each band named there replaces the whole band of that name; the order is the bands' numbers'.
void read_bands(ProfileReader& in, const Json& profile, std::vector<BandCapabilities>& out);

/// The member "without": what a profile leaves out of the one it starts from.
void read_without(ProfileReader& in, const Json& profile, RadioProfile& out);

}  // namespace mlosim::mld::detail
