#include "netlink/nl80211/channel_attributes.h"

#include "mld/usable_channel.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

namespace {

using phy::ChannelDefinition;
using phy::ChannelWidth;

// cf. cfg80211_get_chandef_type()
std::uint32_t channel_type(const ChannelDefinition& channel) {
    switch (channel.width) {
        case ChannelWidth::w20_noht:
            return NL80211_CHAN_NO_HT;
        case ChannelWidth::w20:
            return NL80211_CHAN_HT20;
        default:
            return channel.center1 > channel.control.center ? NL80211_CHAN_HT40PLUS : NL80211_CHAN_HT40MINUS;
    }
}

/// By the older WIPHY_CHANNEL_TYPE: without HT, 20 MHz, 40 MHz up or down. cf. cfg80211_chandef_create()
Result<ChannelDefinition> by_type(const phy::Channel& control, const Attributes& request) {
    constexpr std::uint32_t half_offset_khz = 10000;
    if (control.band == phy::Band::s1g) return fail(EINVAL);
    ChannelDefinition channel = ChannelDefinition::mhz20_noht(control);
    switch (*request.u32(NL80211_ATTR_WIPHY_CHANNEL_TYPE)) {
        case NL80211_CHAN_NO_HT:
            break;
        case NL80211_CHAN_HT20:
            channel.width = ChannelWidth::w20;
            break;
        case NL80211_CHAN_HT40PLUS:
            channel.width = ChannelWidth::w40;
            channel.center1 = phy::Frequency::khz(control.center.in_khz() + half_offset_khz);
            break;
        case NL80211_CHAN_HT40MINUS:
            channel.width = ChannelWidth::w40;
            channel.center1 = phy::Frequency::khz(control.center.in_khz() - half_offset_khz);
            break;
        default:
            return fail(EINVAL, "invalid channel type", request.at(NL80211_ATTR_WIPHY_CHANNEL_TYPE));
    }
    const auto center1 = request.u32(NL80211_ATTR_CENTER_FREQ1);
    if (center1 && *center1 != channel.center1.in_mhz())
        return fail(EINVAL, "bad center frequency 1", request.at(NL80211_ATTR_CENTER_FREQ1));
    if (request.u32(NL80211_ATTR_CENTER_FREQ2).value_or(0) != 0)
        return fail(EINVAL, "center frequency 2 can't be used", request.at(NL80211_ATTR_CENTER_FREQ2));
    return channel;
}

/// Frequencies in requests are any 32-bit number of MHz; those above all that exists become one that does not.
phy::Frequency megahertz(std::uint32_t mhz, std::uint32_t khz = 0) {
    constexpr std::uint32_t highest = 4'000'000;
    return mhz > highest ? phy::Frequency::khz(~0U) : phy::Frequency::khz(mhz * 1000 + khz);
}

Result<ChannelDefinition> by_width(const phy::Channel& control, const Attributes& request) {
    ChannelDefinition channel = ChannelDefinition::mhz20_noht(control);
    const auto width = phy::width_from_nl80211(*request.u32(NL80211_ATTR_CHANNEL_WIDTH));
    if (!width) return fail(EINVAL, "invalid channel definition", request.at(NL80211_ATTR_WIPHY_FREQ));
    channel.width = *width;
    if (const auto center1 = request.u32(NL80211_ATTR_CENTER_FREQ1))
        channel.center1 = megahertz(*center1, request.u32(NL80211_ATTR_CENTER_FREQ1_OFFSET).value_or(0));
    if (const auto center2 = request.u32(NL80211_ATTR_CENTER_FREQ2)) channel.center2 = megahertz(*center2);
    return channel;
}

}  // namespace

void put_channel_definition(MessageBuilder& out, const ChannelDefinition& channel) {
    out.put_u32(NL80211_ATTR_WIPHY_FREQ, channel.control.center.in_mhz());
    out.put_u32(NL80211_ATTR_WIPHY_FREQ_OFFSET, channel.control.center.in_khz() % 1000);
    if (channel.width == ChannelWidth::w20_noht || channel.width == ChannelWidth::w20 ||
        channel.width == ChannelWidth::w40)
        out.put_u32(NL80211_ATTR_WIPHY_CHANNEL_TYPE, channel_type(channel));
    out.put_u32(NL80211_ATTR_CHANNEL_WIDTH, static_cast<std::uint32_t>(channel.width));
    out.put_u32(NL80211_ATTR_CENTER_FREQ1, channel.center1.in_mhz());
    if (channel.center2.in_khz() != 0) out.put_u32(NL80211_ATTR_CENTER_FREQ2, channel.center2.in_mhz());
    if (channel.punctured != 0) out.put_u32(NL80211_ATTR_PUNCT_BITMAP, channel.punctured);
}

Result<ChannelDefinition> parse_channel_definition(const mld::Wiphy& wiphy, const Attributes& request, bool monitor) {
    const auto at_frequency = request.at(NL80211_ATTR_WIPHY_FREQ);
    const auto frequency = request.u32(NL80211_ATTR_WIPHY_FREQ);
    if (!frequency) return fail(EINVAL, "Frequency is missing");
    const phy::RadioChannel* control =
        wiphy.channel(megahertz(*frequency, request.u32(NL80211_ATTR_WIPHY_FREQ_OFFSET).value_or(0)));
    if (control == nullptr) return fail(EINVAL, "Unknown channel", at_frequency);

    ChannelDefinition channel = ChannelDefinition::mhz20_noht(control->channel);
    if (control->channel.band == phy::Band::s1g) channel.width = ChannelWidth::w1;
    if (request.has(NL80211_ATTR_WIPHY_CHANNEL_TYPE)) {
        auto by = by_type(control->channel, request);
        if (!by) return by;
        channel = *by;
    } else if (request.has(NL80211_ATTR_CHANNEL_WIDTH)) {
        auto by = by_width(control->channel, request);
        if (!by) return by;
        channel = *by;
    }
    if (const auto punctured = request.u32(NL80211_ATTR_PUNCT_BITMAP)) {
        channel.punctured = static_cast<std::uint16_t>(*punctured);
        if (*punctured != 0 && !wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_PUNCT))
            return fail(EINVAL, "driver doesn't support puncturing", at_frequency);
    }
    if (request.has(NL80211_ATTR_NPCA_PRIMARY_FREQ))
        return fail(EINVAL, "NPCA not supported", request.at(NL80211_ATTR_NPCA_PRIMARY_FREQ));
    if (request.has(NL80211_ATTR_NPCA_PUNCT_BITMAP))
        return fail(EINVAL, "NPCA puncturing only valid with NPCA", request.at(NL80211_ATTR_NPCA_PUNCT_BITMAP));
    if (!channel.valid()) return fail(EINVAL, "invalid channel definition", at_frequency);

    const mld::BandChannels* band = wiphy.band(channel.band());
    const phy::ChannelFlags permitting =
        monitor ? phy::ChannelFlags(phy::ChannelFlag::can_monitor) : phy::ChannelFlags();
    if (band == nullptr ||
        !mld::usable_channel(wiphy.profile(), channel, band->channels, phy::ChannelFlag::disabled, permitting))
        return fail(EINVAL, "(extension) channel is disabled", at_frequency);
    if (channel.width == ChannelWidth::w5 || channel.width == ChannelWidth::w10)
        return fail(EINVAL, "5/10 MHz not supported any more");
    return channel;
}

}  // namespace mlosim::netlink::nl80211
