#include <algorithm>
#include <bit>
#include <initializer_list>

#include "phy/channel.h"

namespace mlosim::phy {

namespace {

constexpr std::uint32_t piece_mhz = 20;

bool is_s1g_width(ChannelWidth width) {
    return width == ChannelWidth::w1 || width == ChannelWidth::w2 || width == ChannelWidth::w4 ||
           width == ChannelWidth::w8 || width == ChannelWidth::w16;
}

// On 6 GHz channels are packed from 5945 MHz up; 320 MHz channels overlap by half. cf. cfg80211_valid_center_freq().
bool valid_center(std::uint32_t center_mhz, ChannelWidth width) {
    if (center_mhz < 5955 || center_mhz > 7215) return true;
    const std::uint32_t bandwidth = width_mhz(width);
    if (center_mhz - bandwidth / 2 < 5945 || center_mhz + bandwidth / 2 > 7225) return false;
    const std::uint32_t step = bandwidth == 320 ? 160 : bandwidth;
    return (center_mhz - bandwidth / 2 - 5945) % step == 0;
}

// The control channel is one of the 20 MHz pieces of the first segment. cf. cfg80211_chandef_valid_control_freq(),
// whose cases fall through from 320 MHz down and so amount to this.
bool valid_control_offset(std::uint32_t width, std::uint32_t center_mhz, std::uint32_t control_mhz) {
    const std::uint32_t offset = center_mhz > control_mhz ? center_mhz - control_mhz : control_mhz - center_mhz;
    return offset % piece_mhz == piece_mhz / 2 && offset < width / 2;
}

// 802.11be 36.3.12.11.3: what may be punctured: nothing else than these. cf. valid_puncturing_bitmap().
bool valid_puncturing(std::uint32_t width, std::uint16_t punctured) {
    constexpr std::uint16_t of_80[] = {0x8, 0x4, 0x2, 0x1};
    constexpr std::uint16_t of_160[] = {0x80, 0x40, 0x20, 0x10, 0x8, 0x4, 0x2, 0x1, 0xc0, 0x30, 0x0c, 0x03};
    constexpr std::uint16_t of_320[] = {0xc000, 0x3000, 0x0c00, 0x0300, 0x00c0, 0x0030, 0x000c, 0x0003,
                                        0xf000, 0x0f00, 0x00f0, 0x000f, 0xfc00, 0xf300, 0xf0c0, 0xf030,
                                        0xf00c, 0xf003, 0xc00f, 0x300f, 0x0c0f, 0x030f, 0x00cf, 0x003f};
    const auto has = [punctured](std::span<const std::uint16_t> patterns) {
        return std::find(patterns.begin(), patterns.end(), punctured) != patterns.end();
    };
    switch (width) {
        case 80:
            return has(of_80);
        case 160:
            return has(of_160);
        case 320:
            return has(of_320);
        default:
            return false;
    }
}

struct Edges {
    std::uint32_t low_khz;
    std::uint32_t high_khz;
};

Edges segment(Frequency center, ChannelWidth width) {
    const std::uint32_t half = width_mhz(width) * 500;
    return {center.in_khz() - half, center.in_khz() + half};
}

// Start of the grid on which a control channel's wide channels are laid out, in MHz.
std::optional<std::uint32_t> grid_start(Channel control) {
    const std::uint32_t mhz = control.center.in_mhz();
    if (control.band == Band::ghz6) return 5945;
    if (control.band == Band::ghz5) return mhz >= 5735 ? 5735 : 5170;
    return std::nullopt;
}

}  // namespace

ChannelDefinition ChannelDefinition::mhz20(Channel control) {
    return {control, ChannelWidth::w20, control.center, {}, 0};
}

ChannelDefinition ChannelDefinition::mhz20_noht(Channel control) {
    return {control, ChannelWidth::w20_noht, control.center, {}, 0};
}

std::optional<ChannelDefinition> ChannelDefinition::ht40(Channel control, bool secondary_above) {
    const Frequency step = Frequency::mhz(piece_mhz);
    const auto secondary = find_channel(secondary_above ? control.center + step : control.center - step);
    if (!secondary || secondary->band != control.band || secondary->number() == 14) return std::nullopt;
    const Frequency half = Frequency::mhz(piece_mhz / 2);
    ChannelDefinition out{
        control, ChannelWidth::w40, secondary_above ? control.center + half : control.center - half, {}, 0};
    if (!out.valid()) return std::nullopt;
    return out;
}

std::optional<ChannelDefinition> ChannelDefinition::around(Channel control, ChannelWidth width,
                                                           Channelization320 which) {
    if (width == ChannelWidth::w20) {
        if (control.center == Frequency::mhz(2484)) return std::nullopt;  // DSSS only
        return mhz20(control);
    }
    if (width == ChannelWidth::w20_noht) return mhz20_noht(control);
    if (control.band == Band::ghz2_4) {
        if (width != ChannelWidth::w40) return std::nullopt;
        const auto above = ht40(control, true);
        return above ? above : ht40(control, false);
    }
    const auto grid = grid_start(control);
    const std::uint32_t bandwidth = width_mhz(width);
    if (!grid || width == ChannelWidth::w80p80 || bandwidth < 40) return std::nullopt;
    if (width == ChannelWidth::w320 && control.band != Band::ghz6) return std::nullopt;

    const std::uint32_t start = *grid + (width == ChannelWidth::w320 && which == Channelization320::second ? 160 : 0);
    const std::uint32_t mhz = control.center.in_mhz();
    if (mhz < start) return std::nullopt;
    const std::uint32_t center = start + (mhz - start) / bandwidth * bandwidth + bandwidth / 2;
    ChannelDefinition out{control, width, Frequency::mhz(center), {}, 0};
    if (!out.valid()) return std::nullopt;
    for (Frequency piece : out.subchannels()) {
        if (!find_channel(piece)) return std::nullopt;
    }
    return out;
}

bool ChannelDefinition::valid() const {
    if (control.center.is_zero()) return false;
    const std::uint32_t control_mhz = control.center.in_mhz();
    const std::uint32_t center1_mhz = center1.in_mhz();
    if (control.band == Band::s1g || is_s1g_width(width)) {
        if (control.band != Band::s1g || !is_s1g_width(width) || !center2.is_zero() || punctured != 0) return false;
        const Edges edges = segment(center1, width);
        return control.center.in_khz() >= edges.low_khz + 500 && control.center.in_khz() <= edges.high_khz - 500;
    }

    switch (width) {
        case ChannelWidth::w20:
        case ChannelWidth::w20_noht:
            if (center1 != control.center || !center2.is_zero()) return false;
            break;
        case ChannelWidth::w80p80: {
            if (center2.is_zero()) return false;
            // adjacent segments would be a 160 MHz channel
            if (center1 + Frequency::mhz(80) == center2 || center2 + Frequency::mhz(80) == center1) return false;
            if (!valid_center(center2.in_mhz(), width)) return false;
            [[fallthrough]];
        }
        case ChannelWidth::w40:
        case ChannelWidth::w80:
        case ChannelWidth::w160:
        case ChannelWidth::w320:
            if (width != ChannelWidth::w80p80 && !center2.is_zero()) return false;
            if (!valid_control_offset(width_mhz(width), center1_mhz, control_mhz)) return false;
            break;
        default:
            return false;
    }
    if (!valid_center(center1_mhz, width)) return false;
    if (center1_mhz == 2484 && width != ChannelWidth::w20_noht) return false;  // channel 14 is for 802.11b alone
    if (punctured == 0) return true;
    const std::uint32_t bandwidth = width_mhz(width);
    if (width == ChannelWidth::w80p80 || !valid_puncturing(bandwidth, punctured)) return false;
    const std::uint32_t primary_piece = (control_mhz - (center1_mhz - bandwidth / 2)) / piece_mhz;
    return (punctured >> primary_piece & 1U) == 0;
}

std::optional<ChannelDefinition::Primary> ChannelDefinition::primary(ChannelWidth narrower) const {
    std::uint32_t bandwidth = width_mhz(width);
    const std::uint32_t wanted = width_mhz(narrower);
    if (wanted < piece_mhz || wanted > bandwidth) return std::nullopt;
    std::uint32_t center = center1.in_khz();
    std::uint32_t holes = punctured;
    while (bandwidth > wanted) {
        const std::uint32_t dropped = bandwidth / piece_mhz / 2;
        if (control.center.in_khz() > center) {
            center += bandwidth * 250;
            holes >>= dropped;
        } else {
            center -= bandwidth * 250;
            holes &= (1U << dropped) - 1U;
        }
        bandwidth /= 2;
    }
    return Primary{Frequency::khz(center), static_cast<std::uint16_t>(holes)};
}

std::optional<ChannelDefinition> ChannelDefinition::narrowed(ChannelWidth narrower) const {
    if (narrower == width) return *this;
    const auto part = primary(narrower);
    if (!part || narrower == ChannelWidth::w80p80) return std::nullopt;
    ChannelDefinition out{control, narrower, part->center, {}, part->punctured};
    if (width_mhz(narrower) == piece_mhz) out.punctured = 0;
    return out;
}

Subchannels ChannelDefinition::subchannels(bool with_punctured) const {
    Subchannels out;
    const std::uint32_t bandwidth = width_mhz(width);
    if (bandwidth <= piece_mhz) {
        out.center[out.count++] = center1;
        return out;
    }
    const auto add = [&](Frequency center, std::uint32_t holes) {
        const std::uint32_t first = center.in_khz() - bandwidth * 500 + piece_mhz * 500;
        for (std::uint32_t i = 0; i < bandwidth / piece_mhz; ++i) {
            if (!with_punctured && (holes >> i & 1U) != 0) continue;
            out.center[out.count++] = Frequency::khz(first + i * piece_mhz * 1000);
        }
    };
    add(center1, punctured);
    if (width == ChannelWidth::w80p80 && !center2.is_zero()) add(center2, 0);
    return out;
}

std::uint32_t ChannelDefinition::occupied_mhz() const {
    const std::uint32_t bandwidth = width_mhz(width);
    if (width == ChannelWidth::w80p80) return 160;
    return bandwidth - piece_mhz * static_cast<std::uint32_t>(std::popcount(punctured));
}

std::string ChannelDefinition::to_string() const {
    const auto mhz = [](Frequency f) {
        std::string out = std::to_string(f.in_mhz());
        if (f.offset_khz() != 0) {
            std::string kilo = std::to_string(f.offset_khz());
            out += '.' + std::string(3 - kilo.size(), '0') + kilo;
        }
        return out + " MHz";
    };
    std::string out = mhz(control.center) + ", width: " + std::string(phy::to_string(width));
    if (width_mhz(width) > piece_mhz) out += ", center1: " + mhz(center1);
    if (!center2.is_zero()) out += ", center2: " + mhz(center2);
    if (punctured != 0) {
        constexpr char digits[] = "0123456789abcdef";
        out += ", punctured: 0x";
        for (int shift = 12; shift >= 0; shift -= 4)
            out += digits[punctured >> shift & 0xf];
    }
    return out;
}

Frequency overlap(const ChannelDefinition& a, const ChannelDefinition& b) {
    std::uint32_t shared = 0;
    const auto piece_width = [](const ChannelDefinition& d) { return std::min(width_mhz(d.width), piece_mhz) * 500; };
    const std::uint32_t half_a = piece_width(a);
    const std::uint32_t half_b = piece_width(b);
    for (Frequency pa : a.subchannels()) {
        for (Frequency pb : b.subchannels()) {
            const std::uint32_t low = std::max(pa.in_khz() - half_a, pb.in_khz() - half_b);
            const std::uint32_t high = std::min(pa.in_khz() + half_a, pb.in_khz() + half_b);
            if (high > low) shared += high - low;
        }
    }
    return Frequency::khz(shared);
}

unsigned overlapping_pieces(const ChannelDefinition& a, const ChannelDefinition& b) {
    unsigned pieces = 0;
    const auto theirs = b.subchannels();
    const std::uint32_t reach =
        (std::min(width_mhz(a.width), piece_mhz) + std::min(width_mhz(b.width), piece_mhz)) * 500;
    for (Frequency pa : a.subchannels()) {
        pieces += std::any_of(theirs.begin(), theirs.end(), [&](Frequency pb) {
            const std::uint32_t distance = pa > pb ? (pa - pb).in_khz() : (pb - pa).in_khz();
            return distance < reach;
        });
    }
    return pieces;
}

std::optional<ChannelDefinition> compatible(const ChannelDefinition& a, const ChannelDefinition& b) {
    if (a == b) return a;
    if (a.control != b.control || a.width == b.width) return std::nullopt;
    if (is_s1g_width(a.width) || is_s1g_width(b.width)) return std::nullopt;
    // nl80211's numbers grow with the width for the widths that are left here
    const ChannelDefinition& narrow = a.width < b.width ? a : b;
    const ChannelDefinition& wide = a.width < b.width ? b : a;
    if (narrow.width <= ChannelWidth::w20) return wide;
    for (ChannelWidth part : {ChannelWidth::w40, ChannelWidth::w80, ChannelWidth::w160}) {
        const auto of_narrow = narrow.primary(part);
        const auto of_wide = wide.primary(part);
        if (!of_narrow || !of_wide) return std::nullopt;
        if (of_narrow->center != of_wide->center || of_narrow->punctured != of_wide->punctured) return std::nullopt;
        if (narrow.width == part) return wide;
        if (part == ChannelWidth::w80 && narrow.width == ChannelWidth::w80p80) return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace mlosim::phy
