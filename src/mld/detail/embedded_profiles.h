#pragma once

#include <span>
#include <string_view>

namespace mlosim::mld::detail {

struct EmbeddedProfile {
    std::string_view file;
    std::string_view json;
};

/// The files of src/mld/profiles, put into the program when it is built, each after the one it starts from.
[[nodiscard]] std::span<const EmbeddedProfile> embedded_profiles();

}  // namespace mlosim::mld::detail
