#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The words that radio profiles use for nl80211's numbers.
namespace mlosim::mld::detail {

/// Index = number; an empty word is a number that nobody uses.
[[nodiscard]] std::span<const std::string_view> command_names();
[[nodiscard]] std::span<const std::string_view> feature_names();
[[nodiscard]] std::span<const std::string_view> ext_feature_names();
[[nodiscard]] std::span<const std::string_view> frame_subtype_names();
[[nodiscard]] std::span<const std::string_view> bss_parameter_names();
[[nodiscard]] std::span<const std::string_view> wowlan_trigger_names();
[[nodiscard]] std::span<const std::string_view> wiphy_flag_names();
[[nodiscard]] std::span<const std::string_view> channel_flag_names();
[[nodiscard]] std::span<const std::string_view> channel_width_names();
/// The types that nl80211 numbers.
[[nodiscard]] std::span<const std::string_view> interface_type_names();

[[nodiscard]] std::optional<std::uint32_t> number_of(std::span<const std::string_view> names, std::string_view word);

/// "CCMP-128", or any suite as "00-0f-ac:4".
[[nodiscard]] std::optional<std::uint32_t> parse_cipher(std::string_view word);
/// "SAE", or any suite as "00-0f-ac:8".
[[nodiscard]] std::optional<std::uint32_t> parse_akm(std::string_view word);

}  // namespace mlosim::mld::detail
