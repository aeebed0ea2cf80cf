#include "netlink/nl80211/wiphy_message.h"

#include <array>
#include <bit>

#include "netlink/nl80211/txq_message.h"
#include "sim/invariant.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::WiphyFlag;

/// What the steps write about.
struct Source {
    const Context& context;
    const mld::Wiphy& wiphy;
    const mld::RadioProfile& profile;
};

/// One step of the description: true when it is complete.
using Step = bool (*)(MessageBuilder&, const Source&, WiphyPosition&);

void put_selectors(MessageBuilder& out, std::uint16_t attribute, const std::vector<std::uint32_t>& suites) {
    out.put(attribute, {reinterpret_cast<const std::uint8_t*>(suites.data()), suites.size() * sizeof(std::uint32_t)});
}

bool put_limits(MessageBuilder& out, const Source& from, WiphyPosition&) {
    const mld::WiphySettings& settings = from.wiphy.settings();
    out.put_u8(NL80211_ATTR_WIPHY_RETRY_SHORT, settings.retry_short);
    out.put_u8(NL80211_ATTR_WIPHY_RETRY_LONG, settings.retry_long);
    out.put_u32(NL80211_ATTR_WIPHY_FRAG_THRESHOLD, settings.fragmentation_threshold);
    out.put_u32(NL80211_ATTR_WIPHY_RTS_THRESHOLD, settings.rts_threshold);
    out.put_u8(NL80211_ATTR_WIPHY_COVERAGE_CLASS, settings.coverage_class);
    out.put_u8(NL80211_ATTR_MAX_NUM_SCAN_SSIDS, from.profile.scan.max_ssids);
    out.put_u8(NL80211_ATTR_MAX_NUM_SCHED_SCAN_SSIDS, from.profile.scheduled_scan.max_ssids);
    out.put_u16(NL80211_ATTR_MAX_SCAN_IE_LEN, from.profile.scan.max_ie_length);
    out.put_u16(NL80211_ATTR_MAX_SCHED_SCAN_IE_LEN, from.profile.scheduled_scan.max_ie_length);
    out.put_u8(NL80211_ATTR_MAX_MATCH_SETS, from.profile.scheduled_scan.max_match_sets);
    constexpr struct {
        WiphyFlag flag;
        std::uint16_t attribute;
    } flags[] = {
        {WiphyFlag::ibss_rsn, NL80211_ATTR_SUPPORT_IBSS_RSN},
        {WiphyFlag::mesh_auth, NL80211_ATTR_SUPPORT_MESH_AUTH},
        {WiphyFlag::ap_uapsd, NL80211_ATTR_SUPPORT_AP_UAPSD},
        {WiphyFlag::roaming_in_firmware, NL80211_ATTR_ROAM_SUPPORT},
        {WiphyFlag::tdls, NL80211_ATTR_TDLS_SUPPORT},
        {WiphyFlag::tdls_external_setup, NL80211_ATTR_TDLS_EXTERNAL_SETUP},
    };
    for (const auto& f : flags)
        if (from.profile.has(f.flag)) out.put_flag(f.attribute);
    return true;
}

bool put_ciphers_and_antennas(MessageBuilder& out, const Source& from, WiphyPosition&) {
    put_selectors(out, NL80211_ATTR_CIPHER_SUITES, from.profile.ciphers);
    out.put_u8(NL80211_ATTR_MAX_NUM_PMKIDS, from.profile.max_pmkids);
    if (from.profile.has(WiphyFlag::control_port_protocol)) out.put_flag(NL80211_ATTR_CONTROL_PORT_ETHERTYPE);
    out.put_u32(NL80211_ATTR_WIPHY_ANTENNA_AVAIL_TX, from.profile.antennas_tx);
    out.put_u32(NL80211_ATTR_WIPHY_ANTENNA_AVAIL_RX, from.profile.antennas_rx);
    if (from.profile.antennas_tx != 0 || from.profile.antennas_rx != 0) {
        out.put_u32(NL80211_ATTR_WIPHY_ANTENNA_TX, from.wiphy.antennas_tx());
        out.put_u32(NL80211_ATTR_WIPHY_ANTENNA_RX, from.wiphy.antennas_rx());
    }
    return true;
}

bool put_types(MessageBuilder& out, const Source& from, WiphyPosition&) {
    std::uint32_t types = from.profile.interface_types.bits();
    if (from.context.shows_links() && from.profile.has(WiphyFlag::multi_link)) types |= 1U << rfc::iftype_mlo_link;
    put_interface_types(out, NL80211_ATTR_SUPPORTED_IFTYPES, types);
    return true;
}

bool put_all_bands(MessageBuilder& out, const Source& from, WiphyPosition& position) {
    return put_bands(out, from.context, from.wiphy, position);
}

/// Commands that only split descriptions tell.
bool is_newer_command(std::uint8_t command) {
    switch (command) {
        case NL80211_CMD_CRIT_PROTOCOL_START:
        case NL80211_CMD_CRIT_PROTOCOL_STOP:
        case NL80211_CMD_CHANNEL_SWITCH:
        case NL80211_CMD_SET_QOS_MAP:
        case NL80211_CMD_ADD_TX_TS:
        case NL80211_CMD_SET_MULTICAST_TO_UNICAST:
        case NL80211_CMD_UPDATE_CONNECT_PARAMS:
        case NL80211_CMD_UPDATE_FT_IES:
        case NL80211_CMD_SET_SAR_SPECS:
        case NL80211_CMD_ASSOC_MLO_RECONF:
            return true;
        default:
            return false;
    }
}

bool put_commands(MessageBuilder& out, const Source& from, WiphyPosition& position) {
    auto list = out.nest_noflag(NL80211_ATTR_SUPPORTED_COMMANDS);
    std::uint16_t number = 0;
    for (std::uint8_t command : from.profile.commands)
        if (position.split || !is_newer_command(command)) out.put_u32(++number, command);
    return true;
}

bool put_off_channel(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (from.profile.has(WiphyFlag::remain_on_channel))
        out.put_u32(NL80211_ATTR_MAX_REMAIN_ON_CHANNEL_DURATION, from.profile.max_remain_on_channel_ms);
    if (from.profile.has(WiphyFlag::offchannel_tx)) out.put_flag(NL80211_ATTR_OFFCHANNEL_TX_OK);
    return true;
}

nl80211_pattern_support pattern_support(const mld::PatternSupport& patterns) {
    return {patterns.max_patterns, patterns.min_length, patterns.max_length, patterns.max_offset};
}

// cf. nl80211_send_wowlan()
bool put_wowlan(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (!from.profile.wowlan) return true;
    const mld::WowlanSupport& wowlan = *from.profile.wowlan;
    auto nest = out.nest_noflag(NL80211_ATTR_WOWLAN_TRIGGERS_SUPPORTED);
    for (std::uint8_t trigger : wowlan.triggers)
        out.put_flag(trigger);
    if (wowlan.patterns.max_patterns != 0)
        out.put_struct(NL80211_WOWLAN_TRIG_PKT_PATTERN, pattern_support(wowlan.patterns));
    if (wowlan.net_detect_match_sets) out.put_u32(NL80211_WOWLAN_TRIG_NET_DETECT, *wowlan.net_detect_match_sets);
    return true;
}

bool put_software_types(MessageBuilder& out, const Source& from, WiphyPosition& position) {
    put_interface_types(out, NL80211_ATTR_SOFTWARE_IFTYPES, from.profile.software_interface_types.bits());
    const auto& radios = from.profile.radios;
    put_combinations(out, NL80211_ATTR_INTERFACE_COMBINATIONS,
                     radios.empty() ? from.profile.combinations : radios.front().combinations, position.split, 0);
    return true;
}

bool put_features(MessageBuilder& out, const Source& from, WiphyPosition& position) {
    std::uint32_t features = from.profile.features;
    if (position.split) features |= NL80211_FEATURE_ADVERTISE_CHAN_LIMITS;
    out.put_u32(NL80211_ATTR_FEATURE_FLAGS, features);
    if (!from.profile.ht_override_mask.empty()) out.put(NL80211_ATTR_HT_CAPABILITY_MASK, from.profile.ht_override_mask);
    return true;
}

void put_frame_types(MessageBuilder& out, std::uint16_t attribute, const mld::RadioProfile& profile,
                     std::uint16_t mld::ManagementFrames::*direction) {
    constexpr unsigned subtypes = 16;
    auto list = out.nest_noflag(attribute);
    for (std::uint16_t type = 0; type < mld::nl80211_interface_types; ++type) {
        auto nest = out.nest_noflag(type);
        for (std::uint16_t subtype = 0; subtype < subtypes; ++subtype)
            if (profile.management_frames[type].*direction >> subtype & 1U)
                out.put_u16(NL80211_ATTR_FRAME_TYPE, static_cast<std::uint16_t>(subtype << 4U));
    }
}

bool put_frames_and_addresses(MessageBuilder& out, const Source& from, WiphyPosition&) {
    // cf. nl80211_send_mgmt_stypes()
    put_frame_types(out, NL80211_ATTR_TX_FRAME_TYPES, from.profile, &mld::ManagementFrames::tx);
    put_frame_types(out, NL80211_ATTR_RX_FRAME_TYPES, from.profile, &mld::ManagementFrames::rx);
    out.put_u32(NL80211_ATTR_MAX_NUM_SCHED_SCAN_PLANS, from.profile.scheduled_scan.max_plans);
    out.put_u32(NL80211_ATTR_MAX_SCAN_PLAN_INTERVAL, from.profile.scheduled_scan.max_plan_interval);
    out.put_u32(NL80211_ATTR_MAX_SCAN_PLAN_ITERATIONS, from.profile.scheduled_scan.max_plan_iterations);
    if (!from.profile.extended_capabilities.value.empty()) {
        out.put(NL80211_ATTR_EXT_CAPA, from.profile.extended_capabilities.value);
        out.put(NL80211_ATTR_EXT_CAPA_MASK, from.profile.extended_capabilities.mask);
    }
    if (!from.profile.vht_override_mask.empty())
        out.put(NL80211_ATTR_VHT_CAPABILITY_MASK, from.profile.vht_override_mask);
    const auto& addresses = from.wiphy.addresses();
    MLOSIM_INVARIANT(!addresses.empty(), "every wiphy has a permanent address");
    out.put_mac(NL80211_ATTR_MAC, addresses.front());
    if (addresses.size() > 1) {
        auto list = out.nest(NL80211_ATTR_MAC_ADDRS);
        std::uint16_t number = 0;
        for (const ieee80211::MacAddress& address : addresses)
            out.put_mac(++number, address);
    }
    return true;
}

bool put_coalesce(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (const auto& coalesce = from.profile.coalesce) {
        const nl80211_coalesce_rule_support rule{coalesce->max_rules, pattern_support(coalesce->patterns),
                                                 coalesce->max_delay_ms};
        out.put_struct(NL80211_ATTR_COALESCE_RULE, rule);
    }
    if (from.profile.max_ap_stations != 0) out.put_u32(NL80211_ATTR_MAX_AP_ASSOC_STA, from.profile.max_ap_stations);
    return true;
}

void put_vendor(MessageBuilder& out, std::uint16_t attribute, const std::vector<mld::VendorCommand>& commands) {
    if (commands.empty()) return;
    auto list = out.nest_noflag(attribute);
    std::uint16_t number = 0;
    for (const mld::VendorCommand& command : commands)
        out.put_struct(++number, nl80211_vendor_cmd_info{command.oui, command.subcommand});
}

bool put_vendor_commands(MessageBuilder& out, const Source& from, WiphyPosition&) {
    put_vendor(out, NL80211_ATTR_VENDOR_DATA, from.profile.vendor_commands);
    put_vendor(out, NL80211_ATTR_VENDOR_EVENTS, from.profile.vendor_events);
    return true;
}

bool put_extended_features(MessageBuilder& out, const Source& from, WiphyPosition&) {
    const mld::RadioProfile& profile = from.profile;
    if (profile.has(WiphyFlag::channel_switch)) out.put_u8(NL80211_ATTR_MAX_CSA_COUNTERS, profile.max_csa_counters);
    if (profile.has(WiphyFlag::self_managed_regulatory)) out.put_flag(NL80211_ATTR_WIPHY_SELF_MANAGED_REG);
    if (profile.scheduled_scan.max_requests != 0)
        out.put_u32(NL80211_ATTR_SCHED_SCAN_MAX_REQS, profile.scheduled_scan.max_requests);

    std::array<std::uint8_t, (mld::ext_feature_count + 7) / 8> features{};
    for (std::size_t i = 0; i < mld::ext_feature_count; ++i)
        if (profile.ext_features.test(i)) features[i / 8] = static_cast<std::uint8_t>(features[i / 8] | 1U << i % 8);
    out.put(NL80211_ATTR_EXT_FEATURES, features);

    if (profile.bss_parameters != 0) {
        constexpr std::array<std::uint16_t, 8> attributes{
            NL80211_ATTR_BSS_CTS_PROT,    NL80211_ATTR_BSS_SHORT_PREAMBLE, NL80211_ATTR_BSS_SHORT_SLOT_TIME,
            NL80211_ATTR_BSS_BASIC_RATES, NL80211_ATTR_AP_ISOLATE,         NL80211_ATTR_BSS_HT_OPMODE,
            NL80211_ATTR_P2P_CTWINDOW,    NL80211_ATTR_P2P_OPPPS};
        auto list = out.nest(NL80211_ATTR_BSS_PARAM);
        for (std::size_t i = 0; i < attributes.size(); ++i)
            if (profile.bss_parameters >> i & 1U) out.put_flag(attributes[i]);
    }
    if (profile.bss_select != 0) {
        auto list = out.nest_noflag(NL80211_ATTR_BSS_SELECT);
        for (std::uint16_t i = 0; i < 32; ++i)
            if (profile.bss_select >> i & 1U) out.put_flag(i);
    }
    return true;
}

void put_extended(MessageBuilder& out, const mld::InterfaceExtendedCapabilities& item, bool multi_link) {
    out.put_u32(NL80211_ATTR_IFTYPE, static_cast<std::uint32_t>(item.type));
    out.put(NL80211_ATTR_EXT_CAPA, item.extended.value);
    out.put(NL80211_ATTR_EXT_CAPA_MASK, item.extended.mask);
    if (!multi_link) return;
    out.put_u16(NL80211_ATTR_EML_CAPABILITY, item.eml);
    out.put_u16(NL80211_ATTR_MLD_CAPA_AND_OPS, item.mld);
    if (item.ext_mld != 0) out.put_u16(NL80211_ATTR_EXT_MLD_CAPA_AND_OPS, item.ext_mld);
}

bool put_types_extended(MessageBuilder& out, const Source& from, WiphyPosition& position) {
    const auto& items = from.profile.interface_extended_capabilities;
    if (!items.empty()) {
        auto list = out.nest_noflag(NL80211_ATTR_IFTYPE_EXT_CAPA);
        if (position.extended < items.size()) {
            {
                auto nest = out.nest_noflag(static_cast<std::uint16_t>(position.extended));
                put_extended(out, items[position.extended], from.profile.has(WiphyFlag::multi_link));
            }
            // Never set back: of a dump of several wiphys only the first tells these, as in the kernel.
            ++position.extended;
            return false;
        }
    }
    out.put_u32(NL80211_ATTR_BANDS, 0);  // NAN's
    if (from.profile.ext_features.test(NL80211_EXT_FEATURE_TXQS)) {
        put_wiphy_txq_stats(out, from.profile.txq.max_flows);
        out.put_u32(NL80211_ATTR_TXQ_LIMIT, from.wiphy.settings().txq_limit);
        out.put_u32(NL80211_ATTR_TXQ_MEMORY_LIMIT, from.wiphy.settings().txq_memory_limit);
        out.put_u32(NL80211_ATTR_TXQ_QUANTUM, from.wiphy.settings().txq_quantum);
    }
    return true;
}

/// Peer measurements: no radio here makes any.
bool put_measurements(MessageBuilder&, const Source&, WiphyPosition&) {
    return true;
}

bool put_akms(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (!from.profile.akms.empty()) put_selectors(out, NL80211_ATTR_AKM_SUITES, from.profile.akms);
    return true;
}

bool put_sar_and_multi_link(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (const auto& sar = from.profile.sar) {
        auto nest = out.nest(NL80211_ATTR_SAR_SPEC);
        out.put_u32(NL80211_SAR_ATTR_TYPE, sar->type);
        auto list = out.nest(NL80211_SAR_ATTR_SPECS);
        std::uint16_t number = 0;
        for (const mld::SarSupport::Range& range : sar->ranges) {
            auto item = out.nest(++number);
            out.put_u32(NL80211_SAR_ATTR_SPECS_START_FREQ, range.from_mhz);
            out.put_u32(NL80211_SAR_ATTR_SPECS_END_FREQ, range.to_mhz);
        }
    }
    if (from.profile.mbssid.max_interfaces != 0) {
        auto nest = out.nest(NL80211_ATTR_MBSSID_CONFIG);
        out.put_u8(NL80211_MBSSID_CONFIG_ATTR_MAX_INTERFACES, from.profile.mbssid.max_interfaces);
        if (from.profile.mbssid.max_ema_periodicity != 0)
            out.put_u8(NL80211_MBSSID_CONFIG_ATTR_MAX_EMA_PROFILE_PERIODICITY, from.profile.mbssid.max_ema_periodicity);
    }
    out.put_u16(NL80211_ATTR_MAX_NUM_AKM_SUITES, from.profile.max_akms_per_connection);
    if (from.profile.has(WiphyFlag::multi_link)) out.put_flag(NL80211_ATTR_MLO_SUPPORT);
    return true;
}

bool put_inner_radios(MessageBuilder& out, const Source& from, WiphyPosition&) {
    if (!from.profile.radios.empty()) put_radios(out, from.wiphy);
    return true;
}

/// Nothing here can do NAN, which the kernel says with zeros.
bool put_nan(MessageBuilder& out, const Source&, WiphyPosition&) {
    auto nest = out.nest(NL80211_ATTR_NAN_CAPABILITIES);
    out.put_u8(NL80211_NAN_CAPA_OP_MODE, 0);
    out.put_u8(NL80211_NAN_CAPA_NUM_ANTENNAS, 0);
    out.put_u16(NL80211_NAN_CAPA_MAX_CHANNEL_SWITCH_TIME, 0);
    out.put_u8(NL80211_NAN_CAPA_CAPABILITIES, 0);
    return true;
}

constexpr std::array<Step, 19> steps{put_limits,
                                     put_ciphers_and_antennas,
                                     put_types,
                                     put_all_bands,
                                     put_commands,
                                     put_off_channel,
                                     put_wowlan,
                                     put_software_types,
                                     put_features,
                                     put_frames_and_addresses,
                                     put_coalesce,
                                     put_vendor_commands,
                                     put_extended_features,
                                     put_types_extended,
                                     put_measurements,
                                     put_akms,
                                     put_sar_and_multi_link,
                                     put_inner_radios,
                                     put_nan};
/// Those after this one only split descriptions have.
constexpr std::uint8_t last_unsplit_step = 8;

}  // namespace

void put_wiphy_name(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy) {
    out.put_u32(NL80211_ATTR_WIPHY, wiphy.index().value);
    out.put_string(NL80211_ATTR_WIPHY_NAME, wiphy.name());
    out.put_u32(NL80211_ATTR_GENERATION, context.world().wiphy_generation());
}

void put_wiphy(MessageBuilder& out, const Context& context, const mld::Wiphy& wiphy, WiphyPosition& position) {
    put_wiphy_name(out, context, wiphy);
    const Source from{context, wiphy, wiphy.profile()};
    if (position.split) {
        if (steps[position.step](out, from, position))
            position.step = static_cast<std::uint8_t>((position.step + 1) % steps.size());
        return;
    }
    for (std::uint8_t step = 0; step <= last_unsplit_step; ++step)
        (void)steps[step](out, from, position);
    position.step = 0;
}

void put_interface_types(MessageBuilder& out, std::uint16_t attribute, std::uint32_t types) {
    auto nest = out.nest_noflag(attribute);
    for (std::uint16_t type = 0; types >> type != 0; ++type)
        if (types >> type & 1U) out.put_flag(type);
}

}  // namespace mlosim::netlink::nl80211
