#include "mld/detail/he_config.h"

#include "ieee80211/he_operation.h"

namespace mlosim::mld::detail {

std::optional<HeBssConfig> he_config(const ieee80211::ElementList& elements) {
    const auto operation = elements.get<ieee80211::HeOperation>();
    if (!operation) return std::nullopt;
    using Parameters = ieee80211::HeOperationParameters;
    HeBssConfig out;
    out.color = static_cast<std::uint8_t>(operation->color.get(ieee80211::BssColor::color));
    out.color_enabled = !operation->color.has(ieee80211::BssColor::disabled);
    out.packet_extension = static_cast<std::uint8_t>(operation->parameters.get(Parameters::default_pe_duration));
    out.rts_threshold = static_cast<std::uint16_t>(operation->parameters.get(Parameters::txop_duration_rts_threshold));
    return out;
}

}  // namespace mlosim::mld::detail
