#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ieee80211/mac_address.h"
#include "ieee80211/ssid.h"
#include "mld/interface_type.h"
#include "phy/band.h"
#include "phy/channel.h"
#include "phy/position.h"
#include "phy/regulatory.h"
#include "phy/units.h"
#include "scenario/bounds.h"
#include "scenario/detail/fields.h"
#include "sim/virtual_time.h"

namespace mlosim::scenario::detail {

// The sorts of values that a scenario is made of.

[[nodiscard]] const Kind<bool>& yes_or_no();
[[nodiscard]] const Kind<std::string>& any_text();
/// What radios, networks and interfaces are called: letters, digits, '-', '_', '.', up to 32.
[[nodiscard]] const Kind<std::string>& name();
/// Of a netdev: may hold one %d.
[[nodiscard]] const Kind<std::string>& interface_name();
[[nodiscard]] const Kind<sim::Duration>& duration();
/// In ISO 8601, since 1970.
[[nodiscard]] const Kind<sim::Duration>& moment();
[[nodiscard]] const Kind<phy::Position>& position();
[[nodiscard]] const Kind<ieee80211::MacAddress>& mac_address();
[[nodiscard]] const Kind<ieee80211::Ssid>& ssid();
[[nodiscard]] const Kind<phy::Band>& band();
[[nodiscard]] const Kind<phy::Alpha2>& country();
[[nodiscard]] const Kind<mld::InterfaceType>& interface_type();
/// "EBUSY" and the like, as a number.
[[nodiscard]] const Kind<int>& error_name();
/// A number (exactly that), or an object with "at_least" and "at_most". Counts are never negative.
[[nodiscard]] const Kind<Bounds>& bounds();
/// Delays of EMLSR, in microseconds, as EML Capabilities can say them.
[[nodiscard]] const Kind<std::chrono::microseconds>& emlsr_padding();
[[nodiscard]] const Kind<std::chrono::microseconds>& emlsr_transition();
/// A number from `least` to `most`.
[[nodiscard]] Kind<double> number(double least, double most);

[[nodiscard]] inline Kind<phy::Db> decibels(double least, double most) {
    const Kind<double> plain = number(least, most);
    return {plain.allowed, [plain](const Json& value) -> std::optional<phy::Db> {
                const auto taken = plain.take(value);
                return taken ? std::optional(phy::Db{*taken}) : std::nullopt;
            }};
}

[[nodiscard]] inline Kind<phy::Dbm> power(double least, double most) {
    const Kind<double> plain = number(least, most);
    return {plain.allowed, [plain](const Json& value) -> std::optional<phy::Dbm> {
                const auto taken = plain.take(value);
                return taken ? std::optional(phy::Dbm{*taken}) : std::nullopt;
            }};
}

/// A whole number from `least` to `most`.
template <class T>
[[nodiscard]] Kind<T> integer(T least, T most) {
    return {"a whole number from " + std::to_string(least) + " to " + std::to_string(most),
            [least, most](const Json& value) -> std::optional<T> {
                if (value.is_number_unsigned()) {
                    const auto number = value.get<std::uint64_t>();
                    return std::cmp_less_equal(number, most) && std::cmp_greater_equal(number, least)
                               ? std::optional(static_cast<T>(number))
                               : std::nullopt;
                }
                if (!value.is_number_integer()) return std::nullopt;
                const auto number = value.get<std::int64_t>();
                return std::cmp_less_equal(number, most) && std::cmp_greater_equal(number, least)
                           ? std::optional(static_cast<T>(number))
                           : std::nullopt;
            }};
}

/// One of some words.
template <class T, std::size_t N>
[[nodiscard]] Kind<T> word(const std::array<std::pair<const char*, T>, N>& words) {
    std::vector<std::string> names;
    for (const auto& [text, meaning] : words)
        names.emplace_back(text);
    return {listed(names), [words](const Json& value) -> std::optional<T> {
                if (!value.is_string()) return std::nullopt;
                for (const auto& [text, meaning] : words)
                    if (value.get_ref<const std::string&>() == text) return meaning;
                return std::nullopt;
            }};
}

}  // namespace mlosim::scenario::detail
