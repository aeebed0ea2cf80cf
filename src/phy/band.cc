#include "phy/band.h"

namespace mlosim::phy {

namespace {

struct BandName {
    Band band;
    std::string_view name;
    std::string_view number;
};

constexpr BandName names[] = {
    {Band::ghz2_4, "2.4 GHz", "2.4"},
    {Band::ghz5, "5 GHz", "5"},
    {Band::ghz6, "6 GHz", "6"},
    {Band::s1g, "S1G", "s1g"},
};

}  // namespace

std::string_view to_string(Band band) {
    for (const auto& entry : names) {
        if (entry.band == band) return entry.name;
    }
    return "unknown band";
}

std::optional<Band> parse_band(std::string_view text) {
    for (std::string_view unit : {" GHz", "GHz"}) {
        if (text.size() > unit.size() && text.substr(text.size() - unit.size()) == unit) {
            text.remove_suffix(unit.size());
            break;
        }
    }
    for (const auto& entry : names) {
        if (text == entry.number || text == entry.name) return entry.band;
    }
    return std::nullopt;
}

std::optional<Band> band_from_nl80211(std::uint32_t number) {
    for (const auto& entry : names) {
        if (static_cast<std::uint32_t>(entry.band) == number) return entry.band;
    }
    return std::nullopt;
}

}  // namespace mlosim::phy
