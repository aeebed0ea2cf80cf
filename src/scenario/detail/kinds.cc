#include "scenario/detail/kinds.h"

#include <algorithm>
#include <cmath>

#include "mld/emlsr.h"
#include "mld/netdev.h"
#include "scenario/detail/named_errors.h"
#include "scenario/duration_text.h"
#include "scenario/moment_text.h"

namespace mlosim::scenario::detail {

namespace {

/// A kind that is made of text: `parse` gives an optional.
template <class Parse>
auto from_text(std::string allowed, Parse parse) {
    using T = typename decltype(parse(std::string{}))::value_type;
    return Kind<T>{std::move(allowed), [parse](const Json& value) -> std::optional<T> {
                       return value.is_string() ? parse(value.get_ref<const std::string&>()) : std::nullopt;
                   }};
}

constexpr std::size_t longest_name = 32;
constexpr double far_away_m = 1e6;

bool is_name(const std::string& text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !text.empty() && text.size() <= longest_name && std::all_of(text.begin(), text.end(), allowed);
}

/// A netdev's name, or a pattern with one %d (which may get five digits).
bool is_interface_name(const std::string& text) {
    std::string plain = text;
    if (const std::size_t number = plain.find("%d"); number != std::string::npos) plain.replace(number, 2, "0");
    return plain.find('%') == std::string::npos && mld::valid_netdev_name(plain);
}

std::optional<double> finite(const Json& value) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string shown_number(double value) {
    return Json(value).dump();
}

/// A number of microseconds that `encode` knows.
template <class Encode>
Kind<std::chrono::microseconds> delay(const char* allowed, Encode encode) {
    return {allowed, [encode](const Json& value) -> std::optional<std::chrono::microseconds> {
                if (!value.is_number_unsigned() || value > 256) return std::nullopt;
                const std::chrono::microseconds taken{value.get<unsigned>()};
                return encode(taken) ? std::optional(taken) : std::nullopt;
            }};
}

}  // namespace

const Kind<bool>& yes_or_no() {
    static const Kind<bool> kind{"true, false", [](const Json& value) -> std::optional<bool> {
                                     return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
                                 }};
    return kind;
}

const Kind<std::string>& any_text() {
    static const auto kind = from_text("a text", [](const std::string& text) { return std::optional(text); });
    return kind;
}

const Kind<std::string>& name() {
    static const auto kind =
        from_text("a name of 1 to 32 letters, digits, '-', '_' and '.'",
                  [](const std::string& text) { return is_name(text) ? std::optional(text) : std::nullopt; });
    return kind;
}

const Kind<std::string>& interface_name() {
    static const auto kind =
        from_text("a network device's name of 1 to 15 characters without space, '/' and ':', maybe with one %d",
                  [](const std::string& text) { return is_interface_name(text) ? std::optional(text) : std::nullopt; });
    return kind;
}

const Kind<sim::Duration>& duration() {
    static const auto kind = from_text("a time with its unit, like \"1.5 s\" (ns, us, ms, s, min, h, TU)",
                                       [](const std::string& text) { return parse_duration(text); });
    return kind;
}

const Kind<sim::Duration>& moment() {
    static const auto kind =
        from_text("a moment like \"2026-01-01T00:00:00Z\"", [](const std::string& text) { return parse_moment(text); });
    return kind;
}

const Kind<phy::Position>& position() {
    static const Kind<phy::Position> kind{"[x, y] or [x, y, z] in metres, up to a million each",
                                          [](const Json& value) -> std::optional<phy::Position> {
                                              if (!value.is_array() || value.size() < 2 || value.size() > 3)
                                                  return std::nullopt;
                                              std::array<double, 3> xyz{};
                                              for (std::size_t i = 0; i < value.size(); ++i) {
                                                  const auto number = finite(value[i]);
                                                  if (!number || std::abs(*number) > far_away_m) return std::nullopt;
                                                  xyz[i] = *number;
                                              }
                                              return phy::Position{xyz[0], xyz[1], xyz[2]};
                                          }};
    return kind;
}

const Kind<ieee80211::MacAddress>& mac_address() {
    static const auto kind = from_text("an individual MAC address like \"02:00:00:00:01:00\"",
                                       [](const std::string& text) -> std::optional<ieee80211::MacAddress> {
                                           const auto address = ieee80211::MacAddress::parse(text);
                                           return address && address->is_valid_individual() ? address : std::nullopt;
                                       });
    return kind;
}

const Kind<ieee80211::Ssid>& ssid() {
    static const auto kind =
        from_text("a text of up to 32 bytes", [](const std::string& text) -> std::optional<ieee80211::Ssid> {
            auto taken = ieee80211::Ssid::from(text);
            return taken ? std::optional(*taken) : std::nullopt;
        });
    return kind;
}

const Kind<phy::Band>& band() {
    static const auto kind = word(std::array<std::pair<const char*, phy::Band>, 3>{
        {{"2.4 GHz", phy::Band::ghz2_4}, {"5 GHz", phy::Band::ghz5}, {"6 GHz", phy::Band::ghz6}}});
    return kind;
}

const Kind<std::chrono::microseconds>& emlsr_padding() {
    static const auto kind = delay("0, 32, 64, 128 or 256", mld::encoded_emlsr_padding);
    return kind;
}

const Kind<std::chrono::microseconds>& emlsr_transition() {
    static const auto kind = delay("0, 16, 32, 64, 128 or 256", mld::encoded_emlsr_transition);
    return kind;
}

const Kind<phy::Alpha2>& country() {
    static const auto kind = from_text(
        "a country's two letters, or \"00\" for the world", [](const std::string& text) -> std::optional<phy::Alpha2> {
            const auto alpha2 = phy::Alpha2::parse(text);
            if (!alpha2 || alpha2->is_world()) return alpha2;
            const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
            return capital((*alpha2)[0]) && capital((*alpha2)[1]) ? alpha2 : std::nullopt;
        });
    return kind;
}

const Kind<mld::InterfaceType>& interface_type() {
    using Type = mld::InterfaceType;
    static const auto kind = word(std::array<std::pair<const char*, Type>, 5>{{{"station", Type::station},
                                                                               {"ap", Type::ap},
                                                                               {"monitor", Type::monitor},
                                                                               {"p2p_device", Type::p2p_device},
                                                                               {"mlo_link", Type::mlo_link}}});
    return kind;
}

const Kind<int>& error_name() {
    static const auto kind = word(named_errors);
    return kind;
}

const Kind<Bounds>& bounds() {
    static const Kind<Bounds> kind{"a number, or {\"at_least\": …, \"at_most\": …} with one or both",
                                   [](const Json& value) -> std::optional<Bounds> {
                                       if (const auto exact = finite(value)) return Bounds::exactly(*exact);
                                       if (!value.is_object() || value.empty()) return std::nullopt;
                                       Bounds out;
                                       for (const auto& [key, limit] : value.items()) {
                                           const auto number = finite(limit);
                                           if (!number) return std::nullopt;
                                           if (key == "at_least")
                                               out.at_least = number;
                                           else if (key == "at_most")
                                               out.at_most = number;
                                           else
                                               return std::nullopt;
                                       }
                                       const bool empty = out.at_least && out.at_most && *out.at_least > *out.at_most;
                                       return empty ? std::nullopt : std::optional(out);
                                   }};
    return kind;
}

Kind<double> number(double least, double most) {
    return {"a number from " + shown_number(least) + " to " + shown_number(most),
            [least, most](const Json& value) -> std::optional<double> {
                const auto taken = finite(value);
                return taken && *taken >= least && *taken <= most ? taken : std::nullopt;
            }};
}

}  // namespace mlosim::scenario::detail
