#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/wiphy_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

Nest open(MessageBuilder& out, std::uint16_t type, std::uint16_t nested_flag) {
    return nested_flag != 0 ? out.nest(type) : out.nest_noflag(type);
}

// cf. nl80211_put_ifcomb_data(): only the outer nests get the flag where it is asked for
void put_combination(MessageBuilder& out, std::uint16_t type, const mld::InterfaceCombination& c, bool large,
                     std::uint16_t nested_flag) {
    auto nest = open(out, type, nested_flag);
    {
        auto limits = open(out, NL80211_IFACE_COMB_LIMITS, nested_flag);
        std::uint16_t number = 0;
        for (const mld::InterfaceLimit& limit : c.limits) {
            auto item = out.nest_noflag(++number);
            out.put_u32(NL80211_IFACE_LIMIT_MAX, limit.max);
            put_interface_types(out, NL80211_IFACE_LIMIT_TYPES, limit.types.bits());
        }
    }
    if (c.beacon_interval_must_match) out.put_flag(NL80211_IFACE_COMB_STA_AP_BI_MATCH);
    out.put_u32(NL80211_IFACE_COMB_NUM_CHANNELS, c.channels);
    out.put_u32(NL80211_IFACE_COMB_MAXNUM, c.max_interfaces);
    if (large) {
        out.put_u32(NL80211_IFACE_COMB_RADAR_DETECT_WIDTHS, c.radar_detect_widths);
        out.put_u32(NL80211_IFACE_COMB_RADAR_DETECT_REGIONS, c.radar_detect_regions);
    }
    if (c.beacon_interval_min_gcd != 0) out.put_u32(NL80211_IFACE_COMB_BI_MIN_GCD, c.beacon_interval_min_gcd);
}

// cf. nl80211_put_radio()
void put_radio(MessageBuilder& out, std::uint16_t number, const mld::WiphyRadio& radio, std::uint32_t rts_threshold) {
    auto nest = out.nest(number);
    out.put_u32(NL80211_WIPHY_RADIO_ATTR_INDEX, number);
    if (rts_threshold != 0) out.put_u32(NL80211_WIPHY_RADIO_ATTR_RTS_THRESHOLD, rts_threshold);
    if (radio.antenna_mask != 0) out.put_u32(NL80211_WIPHY_RADIO_ATTR_ANTENNA_MASK, radio.antenna_mask);
    {
        auto range = out.nest(NL80211_WIPHY_RADIO_ATTR_FREQ_RANGE);
        out.put_u32(NL80211_WIPHY_RADIO_FREQ_ATTR_START, radio.from.in_khz());
        out.put_u32(NL80211_WIPHY_RADIO_FREQ_ATTR_END, radio.to.in_khz());
    }
    for (const mld::InterfaceCombination& c : radio.combinations)
        put_combination(out, NL80211_WIPHY_RADIO_ATTR_INTERFACE_COMBINATION, c, true, NLA_F_NESTED);
}

}  // namespace

void put_combinations(MessageBuilder& out, std::uint16_t attribute,
                      const std::vector<mld::InterfaceCombination>& combinations, bool large,
                      std::uint16_t nested_flag) {
    auto list = open(out, attribute, nested_flag);
    std::uint16_t number = 0;
    for (const mld::InterfaceCombination& c : combinations)
        put_combination(out, ++number, c, large, nested_flag);
}

void put_radios(MessageBuilder& out, const mld::Wiphy& wiphy) {
    const mld::RadioProfile& profile = wiphy.profile();
    {
        auto list = out.nest(NL80211_ATTR_WIPHY_RADIOS);
        std::uint16_t number = 0;
        for (const mld::WiphyRadio& radio : profile.radios)
            put_radio(out, number++, radio, wiphy.settings().rts_threshold);
    }
    put_combinations(out, NL80211_ATTR_WIPHY_INTERFACE_COMBINATIONS, profile.combinations, true, NLA_F_NESTED);
}

}  // namespace mlosim::netlink::nl80211
