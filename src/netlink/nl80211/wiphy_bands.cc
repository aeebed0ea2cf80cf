#include <algorithm>

#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/wiphy_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

using phy::ChannelFlag;

/// enum nl80211_band has six.
constexpr std::uint8_t band_count = 6;
/// Old programs know no band above.
constexpr std::uint8_t highest_unsplit_band = NL80211_BAND_5GHZ;

/// Flags that only split descriptions tell, in their order.
struct FlagAttribute {
    ChannelFlag flag;
    std::uint16_t attribute;
};
constexpr FlagAttribute large_flags[] = {
    {ChannelFlag::no_ht40_minus, NL80211_FREQUENCY_ATTR_NO_HT40_MINUS},
    {ChannelFlag::no_ht40_plus, NL80211_FREQUENCY_ATTR_NO_HT40_PLUS},
    {ChannelFlag::no_80mhz, NL80211_FREQUENCY_ATTR_NO_80MHZ},
    {ChannelFlag::no_160mhz, NL80211_FREQUENCY_ATTR_NO_160MHZ},
    {ChannelFlag::indoor_only, NL80211_FREQUENCY_ATTR_INDOOR_ONLY},
    {ChannelFlag::ir_concurrent, NL80211_FREQUENCY_ATTR_IR_CONCURRENT},
    {ChannelFlag::no_20mhz, NL80211_FREQUENCY_ATTR_NO_20MHZ},
    {ChannelFlag::no_10mhz, NL80211_FREQUENCY_ATTR_NO_10MHZ},
    {ChannelFlag::no_he, NL80211_FREQUENCY_ATTR_NO_HE},
    {ChannelFlag::no_320mhz, NL80211_FREQUENCY_ATTR_NO_320MHZ},
    {ChannelFlag::no_eht, NL80211_FREQUENCY_ATTR_NO_EHT},
    {ChannelFlag::dfs_concurrent, NL80211_FREQUENCY_ATTR_DFS_CONCURRENT},
    {ChannelFlag::no_6ghz_vlp_client, NL80211_FREQUENCY_ATTR_NO_6GHZ_VLP_CLIENT},
    {ChannelFlag::no_6ghz_afc_client, NL80211_FREQUENCY_ATTR_NO_6GHZ_AFC_CLIENT},
    {ChannelFlag::can_monitor, NL80211_FREQUENCY_ATTR_CAN_MONITOR},
    {ChannelFlag::allow_6ghz_vlp_ap, NL80211_FREQUENCY_ATTR_ALLOW_6GHZ_VLP_AP},
    {ChannelFlag::allow_20mhz_activity, NL80211_FREQUENCY_ATTR_ALLOW_20MHZ_ACTIVITY},
    {ChannelFlag::no_4mhz, NL80211_FREQUENCY_ATTR_NO_4MHZ},
    {ChannelFlag::no_8mhz, NL80211_FREQUENCY_ATTR_NO_8MHZ},
    {ChannelFlag::no_16mhz, NL80211_FREQUENCY_ATTR_NO_16MHZ},
    {ChannelFlag::s1g_no_primary, NL80211_FREQUENCY_ATTR_S1G_NO_PRIMARY},
    {ChannelFlag::no_uhr, NL80211_FREQUENCY_ATTR_NO_UHR},
};

// cf. nl80211_msg_put_wmm_rules()
void put_wmm(MessageBuilder& out, const phy::WmmRule& rule) {
    auto rules = out.nest_noflag(NL80211_FREQUENCY_ATTR_WMM);
    std::uint16_t category = 0;
    for (const phy::WmmLimits& limits : rule.client) {
        auto nest = out.nest_noflag(category++);
        out.put_u16(NL80211_WMMR_CW_MIN, limits.cw_min);
        out.put_u16(NL80211_WMMR_CW_MAX, limits.cw_max);
        out.put_u8(NL80211_WMMR_AIFSN, limits.aifsn);
        out.put_u16(NL80211_WMMR_TXOP, limits.channel_occupancy_us);
    }
}

// cf. nl80211_send_iftype_data()
void put_interface_capabilities(MessageBuilder& out, const mld::InterfaceCapabilities& item, phy::Band band) {
    put_interface_types(out, NL80211_BAND_IFTYPE_ATTR_IFTYPES, item.types.bits());
    if (item.he) {
        out.put(NL80211_BAND_IFTYPE_ATTR_HE_CAP_MAC, item.he->mac);
        out.put(NL80211_BAND_IFTYPE_ATTR_HE_CAP_PHY, item.he->phy);
        out.put(NL80211_BAND_IFTYPE_ATTR_HE_CAP_MCS_SET, item.he->mcs);
        out.put(NL80211_BAND_IFTYPE_ATTR_HE_CAP_PPE, item.he->ppe);
    }
    if (item.eht && item.he) {
        out.put(NL80211_BAND_IFTYPE_ATTR_EHT_CAP_MAC, item.eht->mac);
        out.put(NL80211_BAND_IFTYPE_ATTR_EHT_CAP_PHY, item.eht->phy);
        out.put(NL80211_BAND_IFTYPE_ATTR_EHT_CAP_MCS_SET, item.eht->mcs);
        out.put(NL80211_BAND_IFTYPE_ATTR_EHT_CAP_PPE, item.eht->ppe);
    }
    if (item.uhr) {
        out.put(NL80211_BAND_IFTYPE_ATTR_UHR_CAP_MAC, item.uhr->mac);
        out.put(NL80211_BAND_IFTYPE_ATTR_UHR_CAP_PHY, item.uhr->phy);
    }
    if (band == phy::Band::ghz6) out.put_u16(NL80211_BAND_IFTYPE_ATTR_HE_6GHZ_CAPA, item.he_6ghz.value_or(0));
}

// cf. nl80211_send_band_rateinfo()
void put_rates(MessageBuilder& out, const mld::BandCapabilities& band, bool large) {
    if (band.ht) {
        out.put(NL80211_BAND_ATTR_HT_MCS_SET, band.ht->mcs);
        out.put_u16(NL80211_BAND_ATTR_HT_CAPA, band.ht->capabilities);
        out.put_u8(NL80211_BAND_ATTR_HT_AMPDU_FACTOR, band.ht->ampdu_factor);
        out.put_u8(NL80211_BAND_ATTR_HT_AMPDU_DENSITY, band.ht->ampdu_density);
    }
    if (band.vht) {
        out.put(NL80211_BAND_ATTR_VHT_MCS_SET, band.vht->mcs);
        out.put_u32(NL80211_BAND_ATTR_VHT_CAPA, band.vht->capabilities);
    }
    if (large && !band.interfaces.empty()) {
        auto list = out.nest_noflag(NL80211_BAND_ATTR_IFTYPE_DATA);
        std::uint16_t number = 0;
        for (const mld::InterfaceCapabilities& item : band.interfaces) {
            auto nest = out.nest_noflag(++number);
            put_interface_capabilities(out, item, band.band);
        }
    }
    {
        auto list = out.nest_noflag(NL80211_BAND_ATTR_RATES);
        std::uint16_t number = 0;
        for (const mld::BitRate& rate : band.rates) {
            auto nest = out.nest_noflag(number++);
            out.put_u32(NL80211_BITRATE_ATTR_RATE, rate.hundred_kbps);
            if (rate.short_preamble) out.put_flag(NL80211_BITRATE_ATTR_2GHZ_SHORTPREAMBLE);
        }
    }
    if (band.s1g) {
        out.put(NL80211_BAND_ATTR_S1G_CAPA, band.s1g->capabilities);
        out.put(NL80211_BAND_ATTR_S1G_MCS_NSS_SET, band.s1g->mcs);
    }
}

/// The band's next part, or all of it; false: there is more.
bool put_band(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, const mld::BandChannels& band,
              WiphyPosition& position) {
    if (position.channel == 0) {
        if (const mld::BandCapabilities* capabilities = wiphy.profile().band(band.band))
            put_rates(out, *capabilities, position.split);
        position.channel = 1;
        if (position.split) return false;
    }
    std::size_t i = position.channel - 1;
    auto list = out.nest_noflag(NL80211_BAND_ATTR_FREQS);
    for (; i < band.channels.size(); ++i) {
        auto nest = out.nest_noflag(static_cast<std::uint16_t>(i));
        put_channel(out, context, wiphy, band.channels[i], position.split);
        if (position.split) break;
    }
    // Split, the part after the last channel has an empty list.
    position.channel = i < band.channels.size() ? i + 2 : 0;
    return position.channel == 0;
}

}  // namespace

void put_channel(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, const phy::RadioChannel& channel,
                 bool large) {
    const phy::ChannelConstraints& now = channel.now;
    const std::uint32_t offset_khz = channel.channel.center.in_khz() % 1000;
    if (!large && (now.flags.has_any({ChannelFlag::no_10mhz, ChannelFlag::no_20mhz}) || offset_khz != 0)) return;
    out.put_u32(NL80211_FREQUENCY_ATTR_FREQ, channel.channel.center.in_mhz());
    out.put_u32(NL80211_FREQUENCY_ATTR_OFFSET, offset_khz);
    if (now.flags.has(ChannelFlag::psd)) out.put_s8(NL80211_FREQUENCY_ATTR_PSD, now.psd);
    if (now.flags.has(ChannelFlag::disabled)) out.put_flag(NL80211_FREQUENCY_ATTR_DISABLED);
    if (now.flags.has(ChannelFlag::no_ir)) {
        out.put_flag(NL80211_FREQUENCY_ATTR_NO_IR);
        out.put_flag(__NL80211_FREQUENCY_ATTR_NO_IBSS);
    }
    if (now.flags.has(ChannelFlag::radar)) {
        out.put_flag(NL80211_FREQUENCY_ATTR_RADAR);
        if (large) {
            // No radar detection runs in this world: every such channel waits to be checked since it was allowed.
            out.put_u32(NL80211_FREQUENCY_ATTR_DFS_STATE, NL80211_DFS_USABLE);
            const auto waiting = context.world().now() - context.channels_since(wiphy);
            out.put_u32(
                NL80211_FREQUENCY_ATTR_DFS_TIME,
                static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(waiting).count()));
            out.put_u32(NL80211_FREQUENCY_ATTR_DFS_CAC_TIME, now.dfs_cac_ms);
        }
    }
    if (large)
        for (const FlagAttribute& f : large_flags)
            if (now.flags.has(f.flag)) out.put_flag(f.attribute);
    out.put_u32(NL80211_FREQUENCY_ATTR_MAX_TX_POWER, static_cast<std::uint32_t>(now.max_power_dbm * 100));
    if (!large) return;
    const auto& domain = wiphy.own_domain() ? *wiphy.own_domain() : wiphy.world().regulatory().domain();
    const phy::RegulatoryRule* rule = domain.find_rule(phy::Frequency::mhz(channel.channel.center.in_mhz()));
    if (rule != nullptr && rule->wmm) put_wmm(out, *rule->wmm);
}

bool put_bands(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, WiphyPosition& position) {
    auto bands = out.nest_noflag(NL80211_ATTR_WIPHY_BANDS);
    while (position.band < band_count) {
        const auto& all = wiphy.bands();
        const auto it = std::find_if(all.begin(), all.end(), [&](const mld::BandChannels& b) {
            return static_cast<std::uint8_t>(b.band) >= position.band;
        });
        if (it == all.end() || (!position.split && static_cast<std::uint8_t>(it->band) > highest_unsplit_band)) break;
        position.band = static_cast<std::uint8_t>(it->band);
        bool told = false;
        {
            auto nest = out.nest_noflag(position.band);
            told = put_band(out, context, wiphy, *it, position);
        }
        if (told) ++position.band;
        if (position.split) return false;
    }
    // Split, the part after the last band has an empty list.
    position.band = 0;
    return true;
}

}  // namespace mlosim::netlink::nl80211
