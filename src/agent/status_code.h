#pragma once

#include <cstdint>

/// Status and reason codes, 802.11-2020 Tables 9-50 and 9-49, with ax and be.
namespace mlosim::agent {

enum class StatusCode : std::uint16_t {
    success = 0,
    unspecified_failure = 1,
    denied_other_reason = 12,
    unsupported_authentication_algorithm = 13,
    transaction_out_of_sequence = 14,
    too_many_stations = 17,
    denied_rates = 18,
    robust_management_policy = 31,
    invalid_element = 40,
    invalid_group_cipher = 41,
    invalid_pairwise_cipher = 42,
    invalid_akmp = 43,
    denied_he_not_supported = 124,
    denied_eht_not_supported = 135,
};

enum class ReasonCode : std::uint16_t {
    class2_frame_from_unauthenticated = 6,
};

}  // namespace mlosim::agent
