#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "phy/band.h"
#include "phy/units.h"

namespace mlosim::phy {

/// A 20 MHz channel of 2.4, 5 or 6 GHz (or a 1 MHz channel of S1G): the unit of which all wider channels are made.
struct Channel {
    Band band = Band::ghz2_4;
    Frequency center;

    /// The number people call it by. cf. ieee80211_freq_khz_to_channel(), and 802.11 Annex E for S1G.
    [[nodiscard]] std::uint16_t number() const;
    /// 6 GHz preferred scanning channel: 5, 21, 37 … 229. 802.11ax 27.17.2.3.
    [[nodiscard]] bool is_psc() const;

    friend constexpr auto operator<=>(const Channel&, const Channel&) = default;
};

/// All 20 MHz channels of a band, lowest first: 1–14; 36–64, 100–144, 149–177; 1–233. S1G: 1–51.
[[nodiscard]] std::span<const Channel> channels(Band band);
/// The channel of `channels(band)` with this number, or with this center in any band.
[[nodiscard]] std::optional<Channel> find_channel(Band band, std::uint16_t number);
[[nodiscard]] std::optional<Channel> find_channel(Frequency center);

/// Center of channel `number`, which need not be in `channels()`: also wide channels' centers, 4.9 GHz, 6 GHz
/// channel 2. Zero if the band has no such number. cf. ieee80211_channel_to_freq_khz().
[[nodiscard]] Frequency channel_frequency(Band band, std::uint16_t number);
/// cf. ieee80211_freq_khz_to_channel().
[[nodiscard]] std::uint16_t channel_number(Frequency center);
/// The band a frequency lies in, if it is one that is simulated.
[[nodiscard]] std::optional<Band> band_of(Frequency center);

/// nl80211's channel widths (enum nl80211_chan_width).
enum class ChannelWidth : std::uint8_t {
    w20_noht = 0,
    w20 = 1,
    w40 = 2,
    w80 = 3,
    w80p80 = 4,
    w160 = 5,
    w5 = 6,
    w10 = 7,
    w1 = 8,
    w2 = 9,
    w4 = 10,
    w8 = 11,
    w16 = 12,
    w320 = 13,
};

/// The widths of one segment (80+80 MHz: 80). cf. nl80211_chan_width_to_mhz().
[[nodiscard]] std::uint32_t width_mhz(ChannelWidth width);
/// "20 MHz (no HT)", "20 MHz", … "320 MHz", as iw writes them.
[[nodiscard]] std::string_view to_string(ChannelWidth width);
/// The width for 20, 40, 80, 160, 320 MHz.
[[nodiscard]] std::optional<ChannelWidth> width_from_mhz(std::uint32_t mhz);
[[nodiscard]] std::optional<ChannelWidth> width_from_nl80211(std::uint32_t number);

/// Which of the two overlapping sets of 320 MHz channels. 802.11be 36.3.24.2: 320-1 has centers 31, 95, 159; 320-2 63,
/// 127, 191.
enum class Channelization320 : std::uint8_t { first, second };

/// The centers of the pieces that a channel definition occupies, lowest first.
struct Subchannels {
    using value_type = Frequency;
    using const_iterator = const Frequency*;

    std::array<Frequency, 16> center{};
    std::uint8_t count = 0;

    [[nodiscard]] const_iterator begin() const { return center.data(); }
    [[nodiscard]] const_iterator end() const { return center.data() + count; }
    [[nodiscard]] std::size_t size() const { return count; }
    [[nodiscard]] bool contains(Frequency f) const;
};

/// What a radio is tuned to: the primary 20 MHz channel and the wider one around it (struct cfg80211_chan_def).
struct ChannelDefinition {
    Channel control;
    ChannelWidth width = ChannelWidth::w20;
    Frequency center1;
    Frequency center2;            ///< of the second segment of 80+80 MHz, else zero
    std::uint16_t punctured = 0;  ///< bit n: the n-th 20 MHz piece from below is left out

    static ChannelDefinition mhz20(Channel control);
    static ChannelDefinition mhz20_noht(Channel control);
    /// 20, 40, 80, 160 or 320 MHz around `control` as the standard lays the channels out. Nothing where there is no
    /// such channel. In 2.4 GHz, 40 MHz extends upwards where it can (HT40+).
    static std::optional<ChannelDefinition> around(Channel control, ChannelWidth width,
                                                   Channelization320 which = Channelization320::first);
    /// A 40 MHz channel with the secondary above or below. Nothing if the secondary is no channel.
    static std::optional<ChannelDefinition> ht40(Channel control, bool secondary_above);

    /// cf. cfg80211_chandef_valid() of Linux 7.2 (which no longer knows 5 and 10 MHz). Says nothing of regulation.
    [[nodiscard]] bool valid() const;

    [[nodiscard]] Band band() const noexcept { return control.band; }
    /// Center of the primary 40, 80 or 160 MHz channel within this one, with its part of `punctured`. Nothing if this
    /// one is narrower. cf. cfg80211_chandef_primary().
    struct Primary {
        Frequency center;
        std::uint16_t punctured = 0;
    };
    [[nodiscard]] std::optional<Primary> primary(ChannelWidth narrower) const;
    /// The primary channel of `narrower` width as a definition of its own (what a PPDU narrower than the BSS uses).
    [[nodiscard]] std::optional<ChannelDefinition> narrowed(ChannelWidth narrower) const;
    /// All pieces, or only those not punctured. cf. for_each_subchan().
    [[nodiscard]] Subchannels subchannels(bool with_punctured = false) const;
    /// Bandwidth that carries energy: width of all unpunctured pieces.
    [[nodiscard]] std::uint32_t occupied_mhz() const;
    /// Global operating class, 802.11be Table E-4. For 2.4 and 5 GHz cf. ieee80211_chandef_to_operating_class();
    /// 6 GHz: 131–137. Nothing where there is none.
    [[nodiscard]] std::optional<std::uint8_t> operating_class() const;

    /// "5180 MHz, width: 80 MHz, center1: 5210 MHz".
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const ChannelDefinition&, const ChannelDefinition&) = default;
};

/// How much spectrum two channels have in common, punctured pieces left out.
[[nodiscard]] Frequency overlap(const ChannelDefinition& a, const ChannelDefinition& b);
/// How many of `a`'s unpunctured 20 MHz pieces share spectrum with `b`.
[[nodiscard]] unsigned overlapping_pieces(const ChannelDefinition& a, const ChannelDefinition& b);
/// The wider of two channels of which one is the other's primary part; nothing if they cannot share a radio.
/// cf. cfg80211_chandef_compatible().
[[nodiscard]] std::optional<ChannelDefinition> compatible(const ChannelDefinition& a, const ChannelDefinition& b);

/// The band of a global operating class. cf. ieee80211_operating_class_to_band().
[[nodiscard]] std::optional<Band> band_of_operating_class(std::uint8_t operating_class);
/// The channel that a class means with `control` as primary. Nothing where the class leaves it open (80+80 MHz, 320
/// MHz) or does not contain `control`. cf. ieee80211_operating_class_to_chandef().
[[nodiscard]] std::optional<ChannelDefinition> definition_from_operating_class(std::uint8_t operating_class,
                                                                               Channel control);

}  // namespace mlosim::phy
