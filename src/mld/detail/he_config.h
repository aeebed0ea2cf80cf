#pragma once

#include <optional>

#include "ieee80211/element.h"
#include "mld/bss_config.h"

namespace mlosim::mld::detail {

/// What a BSS's HE Operation says; nothing: it is none of HE. cf. the end of ieee80211_assoc_config_link()
[[nodiscard]] std::optional<HeBssConfig> he_config(const ieee80211::ElementList& elements);

}  // namespace mlosim::mld::detail
