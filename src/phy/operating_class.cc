#include <cstdlib>

#include "phy/channel.h"

namespace mlosim::phy {

namespace {

// 802.11be Table E-4, the classes of 2.4, 5 and 6 GHz. `low` and `high` bound the primary channel.
struct Row {
    std::uint8_t number;
    Band band;
    ChannelWidth width;
    int secondary;  // 40 MHz classes that say where: +1 above, -1 below
    std::uint32_t low;
    std::uint32_t high;
};

constexpr Row table[] = {
    {81, Band::ghz2_4, ChannelWidth::w20, 0, 2412, 2472},   {82, Band::ghz2_4, ChannelWidth::w20_noht, 0, 2484, 2484},
    {83, Band::ghz2_4, ChannelWidth::w40, +1, 2412, 2452},  {84, Band::ghz2_4, ChannelWidth::w40, -1, 2432, 2472},
    {115, Band::ghz5, ChannelWidth::w20, 0, 5180, 5240},    {116, Band::ghz5, ChannelWidth::w40, +1, 5180, 5240},
    {117, Band::ghz5, ChannelWidth::w40, -1, 5180, 5240},   {118, Band::ghz5, ChannelWidth::w20, 0, 5260, 5320},
    {119, Band::ghz5, ChannelWidth::w40, +1, 5260, 5320},   {120, Band::ghz5, ChannelWidth::w40, -1, 5260, 5320},
    {121, Band::ghz5, ChannelWidth::w20, 0, 5500, 5720},    {122, Band::ghz5, ChannelWidth::w40, +1, 5500, 5720},
    {123, Band::ghz5, ChannelWidth::w40, -1, 5500, 5720},   {124, Band::ghz5, ChannelWidth::w20, 0, 5745, 5805},
    {125, Band::ghz5, ChannelWidth::w20, 0, 5745, 5885},    {126, Band::ghz5, ChannelWidth::w40, +1, 5745, 5885},
    {127, Band::ghz5, ChannelWidth::w40, -1, 5745, 5885},   {128, Band::ghz5, ChannelWidth::w80, 0, 5180, 5885},
    {129, Band::ghz5, ChannelWidth::w160, 0, 5180, 5885},   {130, Band::ghz5, ChannelWidth::w80p80, 0, 5180, 5885},
    {131, Band::ghz6, ChannelWidth::w20, 0, 5955, 7115},    {132, Band::ghz6, ChannelWidth::w40, 0, 5955, 7115},
    {133, Band::ghz6, ChannelWidth::w80, 0, 5955, 7115},    {134, Band::ghz6, ChannelWidth::w160, 0, 5955, 7115},
    {135, Band::ghz6, ChannelWidth::w80p80, 0, 5955, 7115}, {136, Band::ghz6, ChannelWidth::w20, 0, 5935, 5935},
    {137, Band::ghz6, ChannelWidth::w320, 0, 5955, 7115},
};

}  // namespace

std::optional<std::uint8_t> ChannelDefinition::operating_class() const {
    const std::uint32_t mhz = control.center.in_mhz();
    const ChannelWidth wanted = width == ChannelWidth::w20_noht && mhz != 2484 ? ChannelWidth::w20 : width;
    const int side =
        width == ChannelWidth::w40 && control.band != Band::ghz6 ? (center1 > control.center ? +1 : -1) : 0;
    for (const Row& row : table) {
        if (row.band == control.band && row.width == wanted && row.secondary == side && mhz >= row.low &&
            mhz <= row.high) {
            return row.number;
        }
    }
    return std::nullopt;
}

std::optional<Band> band_of_operating_class(std::uint8_t operating_class) {
    for (const Row& row : table) {
        if (row.number == operating_class) return row.band;
    }
    return std::nullopt;
}

std::optional<ChannelDefinition> definition_from_operating_class(std::uint8_t operating_class, Channel control) {
    const std::uint32_t mhz = control.center.in_mhz();
    for (const Row& row : table) {
        if (row.number != operating_class) continue;
        if (row.band != control.band || mhz < row.low || mhz > row.high) return std::nullopt;
        if (row.width == ChannelWidth::w80p80 || row.width == ChannelWidth::w320) return std::nullopt;
        if (row.secondary != 0) return ChannelDefinition::ht40(control, row.secondary > 0);
        return ChannelDefinition::around(control, row.width);
    }
    return std::nullopt;
}

}  // namespace mlosim::phy
