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
    challenge_failure = 15,
    too_many_stations = 17,
    denied_rates = 18,
    association_rejected_temporarily = 30,
    robust_management_policy = 31,
    invalid_element = 40,
    invalid_group_cipher = 41,
    invalid_pairwise_cipher = 42,
    invalid_akmp = 43,
    invalid_pmkid = 53,
    invalid_mobility_domain = 54,
    invalid_fast_transition = 55,
    anti_clogging_token_required = 76,
    unsupported_group = 77,
    denied_he_not_supported = 124,
    sae_hash_to_element = 126,
    denied_eht_not_supported = 135,
};

enum class ReasonCode : std::uint16_t {
    unspecified = 1,
    previous_authentication_invalid = 2,
    leaving = 3,
    disassociated_for_inactivity = 4,
    class2_frame_from_unauthenticated = 6,
    class3_frame_from_unassociated = 7,
    handshake_timeout = 15,
    group_handshake_timeout = 16,
};

}  // namespace mlosim::agent
