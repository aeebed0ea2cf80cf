#pragma once

#include <cstdint>

namespace mlosim::mld::detail {

inline constexpr std::uint8_t category_protected_eht = 37;

/// Protected EHT Action field, 802.11be Table 9-623c.
enum class ProtectedEhtAction : std::uint8_t {
    ttlm_request = 0,
    ttlm_response = 1,
    ttlm_teardown = 2,
    epcs_enable_request = 3,
    epcs_enable_response = 4,
    epcs_teardown = 5,
    eml_operating_mode = 6,
    link_recommendation = 7,
    operation_update_request = 8,
    operation_update_response = 9,
    link_reconfiguration_notify = 10,
    link_reconfiguration_request = 11,
    link_reconfiguration_response = 12,
};

}  // namespace mlosim::mld::detail
