#include "phy/channel.h"

#include <algorithm>

namespace mlosim::phy {

namespace {

template <std::size_t N>
constexpr std::array<Channel, N> evenly(Band band, std::uint32_t first_khz, std::uint32_t step_khz) {
    std::array<Channel, N> out{};
    for (std::size_t i = 0; i < N; ++i) {
        out[i] = {band, Frequency::khz(first_khz + static_cast<std::uint32_t>(i) * step_khz)};
    }
    return out;
}

// 802.11 15.4.4.3: channels 1–13 every 5 MHz, 14 apart.
constexpr auto channels_2_4 = [] {
    auto out = evenly<14>(Band::ghz2_4, 2412'000, 5'000);
    out[13].center = Frequency::mhz(2484);
    return out;
}();

// 802.11 Annex E: 36–64, 100–144, 149–177 in steps of 20 MHz.
constexpr auto channels_5 = [] {
    std::array<Channel, 8 + 12 + 8> out{};
    std::size_t n = 0;
    for (auto [first, last] : {std::pair{5180U, 5320U}, std::pair{5500U, 5720U}, std::pair{5745U, 5885U}}) {
        for (std::uint32_t mhz = first; mhz <= last; mhz += 20)
            out[n++] = {Band::ghz5, Frequency::mhz(mhz)};
    }
    return out;
}();

constexpr auto channels_6 = evenly<59>(Band::ghz6, 5955'000, 20'000);
constexpr auto channels_s1g = evenly<26>(Band::s1g, 902'500, 1'000);

struct WidthRow {
    ChannelWidth width;
    std::uint32_t mhz;
    std::string_view name;
};

constexpr WidthRow widths[] = {
    {ChannelWidth::w20_noht, 20, "20 MHz (no HT)"},
    {ChannelWidth::w20, 20, "20 MHz"},
    {ChannelWidth::w40, 40, "40 MHz"},
    {ChannelWidth::w80, 80, "80 MHz"},
    {ChannelWidth::w80p80, 80, "80+80 MHz"},
    {ChannelWidth::w160, 160, "160 MHz"},
    {ChannelWidth::w5, 5, "5 MHz"},
    {ChannelWidth::w10, 10, "10 MHz"},
    {ChannelWidth::w1, 1, "1 MHz"},
    {ChannelWidth::w2, 2, "2 MHz"},
    {ChannelWidth::w4, 4, "4 MHz"},
    {ChannelWidth::w8, 8, "8 MHz"},
    {ChannelWidth::w16, 16, "16 MHz"},
    {ChannelWidth::w320, 320, "320 MHz"},
};

}  // namespace

std::uint16_t Channel::number() const {
    if (band == Band::s1g) return static_cast<std::uint16_t>((center - Frequency::mhz(902)).in_khz() / 500U);
    return channel_number(center);
}

bool Channel::is_psc() const {
    if (band != Band::ghz6 || !find_channel(center)) return false;
    return (center - Frequency::mhz(5975)).in_mhz() % 80 == 0 && center >= Frequency::mhz(5975);
}

std::span<const Channel> channels(Band band) {
    switch (band) {
        case Band::ghz2_4:
            return channels_2_4;
        case Band::ghz5:
            return channels_5;
        case Band::ghz6:
            return channels_6;
        case Band::s1g:
            return channels_s1g;
    }
    return {};
}

std::optional<Channel> find_channel(Band band, std::uint16_t number) {
    for (const Channel& channel : channels(band)) {
        if (channel.number() == number) return channel;
    }
    return std::nullopt;
}

std::optional<Channel> find_channel(Frequency center) {
    const auto band = band_of(center);
    if (!band) return std::nullopt;
    const auto all = channels(*band);
    const auto it =
        std::lower_bound(all.begin(), all.end(), center, [](const Channel& c, Frequency f) { return c.center < f; });
    if (it == all.end() || it->center != center) return std::nullopt;
    return *it;
}

Frequency channel_frequency(Band band, std::uint16_t number) {
    if (number == 0) return {};
    switch (band) {
        case Band::ghz2_4:
            if (number == 14) return Frequency::mhz(2484);
            return number < 14 ? Frequency::mhz(2407U + number * 5U) : Frequency{};
        case Band::ghz5:
            return Frequency::mhz((number >= 182 && number <= 196 ? 4000U : 5000U) + number * 5U);
        case Band::ghz6:
            if (number == 2) return Frequency::mhz(5935);
            return number <= 253 ? Frequency::mhz(5950U + number * 5U) : Frequency{};
        case Band::s1g:
            return Frequency::khz(902'000U + number * 500U);
    }
    return {};
}

std::uint16_t channel_number(Frequency center) {
    const std::uint32_t mhz = center.in_mhz();
    if (mhz == 2484) return 14;
    if (mhz < 2407) return 0;
    if (mhz < 2484) return static_cast<std::uint16_t>((mhz - 2407) / 5);
    if (mhz >= 4910 && mhz <= 4980) return static_cast<std::uint16_t>((mhz - 4000) / 5);
    if (mhz < 5000) return 0;
    // The kernel's limit is 5925 too: mac80211_hwsim's channel 185 gets number 185 from iw, not from here.
    if (mhz < 5925) return static_cast<std::uint16_t>((mhz - 5000) / 5);
    if (mhz == 5935) return 2;
    if (mhz < 5950 || mhz > 45000) return 0;
    return static_cast<std::uint16_t>((mhz - 5950) / 5);
}

std::optional<Band> band_of(Frequency center) {
    const std::uint32_t mhz = center.in_mhz();
    if (mhz >= 750 && mhz < 1000) return Band::s1g;
    if (mhz >= 2400 && mhz <= 2500) return Band::ghz2_4;
    if (mhz >= 4900 && mhz <= 5925) return Band::ghz5;
    if (mhz > 5925 && mhz <= 7250) return Band::ghz6;
    return std::nullopt;
}

std::uint32_t width_mhz(ChannelWidth width) {
    for (const auto& row : widths) {
        if (row.width == width) return row.mhz;
    }
    return 0;
}

std::string_view to_string(ChannelWidth width) {
    for (const auto& row : widths) {
        if (row.width == width) return row.name;
    }
    return "unknown width";
}

std::optional<ChannelWidth> width_from_mhz(std::uint32_t mhz) {
    switch (mhz) {
        case 20:
            return ChannelWidth::w20;
        case 40:
            return ChannelWidth::w40;
        case 80:
            return ChannelWidth::w80;
        case 160:
            return ChannelWidth::w160;
        case 320:
            return ChannelWidth::w320;
        default:
            return std::nullopt;
    }
}

std::optional<ChannelWidth> width_from_nl80211(std::uint32_t number) {
    for (const auto& row : widths) {
        if (static_cast<std::uint32_t>(row.width) == number) return row.width;
    }
    return std::nullopt;
}

bool Subchannels::contains(Frequency f) const {
    return std::find(begin(), end(), f) != end();
}

}  // namespace mlosim::phy
