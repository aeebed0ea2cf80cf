#include "netlink/nl80211/station_parameters.h"

#include <cstring>

#include "mld/netdev.h"
#include "mld/world.h"
#include "netlink/nl80211/context.h"
#include "netlink/nl80211/element_sizes.h"
#include "netlink/nl80211/nested_policies.h"
#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/request_values.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;
using mld::StaFlag;
using mld::StaFlags;
using mld::StaParameters;

bool is_access_point(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::ap_vlan || type == InterfaceType::p2p_go;
}
bool is_client(InterfaceType type) {
    return type == InterfaceType::station || type == InterfaceType::p2p_client;
}

constexpr auto flag_rules = policy_table<NL80211_STA_FLAG_SPP_AMSDU>({
    {NL80211_STA_FLAG_AUTHORIZED, attr::flag()},
    {NL80211_STA_FLAG_SHORT_PREAMBLE, attr::flag()},
    {NL80211_STA_FLAG_WME, attr::flag()},
    {NL80211_STA_FLAG_MFP, attr::flag()},
    {NL80211_STA_FLAG_AUTHENTICATED, attr::flag()},
    {NL80211_STA_FLAG_TDLS_PEER, attr::flag()},
});
constexpr Policy flag_policy{flag_rules};

/// The flags that the older STA_FLAGS may change, for each kind of interface.
Result<StaFlags> old_flags_of(InterfaceType type) {
    if (is_access_point(type))
        return StaFlags{StaFlag::authorized, StaFlag::short_preamble, StaFlag::wme, StaFlag::mfp};
    if (is_client(type)) return StaFlags{StaFlag::authorized, StaFlag::tdls_peer};
    if (type == InterfaceType::mesh_point) return StaFlags{StaFlag::authenticated, StaFlag::mfp, StaFlag::authorized};
    return fail(EINVAL);
}

// cf. parse_station_flags()
Result<void> parse_flags(InterfaceType type, const Request& request, StaParameters& out) {
    if (const auto update = request->bytes(NL80211_ATTR_STA_FLAGS2)) {
        nl80211_sta_flag_update flags{};
        std::memcpy(&flags, update->data(), std::min(update->size(), sizeof(flags)));
        constexpr std::uint32_t invalid = 1;
        if (flags.mask & invalid) return fail(EINVAL);
        out.flags_mask = StaFlags::from_bits(flags.mask);
        out.flags_set = StaFlags::from_bits(flags.set & flags.mask);
        return {};
    }
    if (!request->has(NL80211_ATTR_STA_FLAGS)) return {};
    ExtAck unused;
    auto flags = request->nested(NL80211_ATTR_STA_FLAGS, flag_policy, Strictness::liberal, unused);
    if (!flags) return fail(EINVAL);
    auto mask = old_flags_of(type);
    if (!mask) return fail(std::move(mask.error()));
    out.flags_mask = *mask;
    for (std::uint16_t flag = NL80211_STA_FLAG_AUTHORIZED; flag <= NL80211_STA_FLAG_SPP_AMSDU; ++flag) {
        if (!flags->flag(flag)) continue;
        if (flag > NL80211_STA_FLAG_MAX_OLD_API) return fail(EINVAL);
        out.flags_set |= StaFlags::from_bits(1U << flag);
    }
    return {};
}

// cf. nl80211_parse_sta_wme()
Result<void> parse_wme(const Request& request, StaParameters& out) {
    constexpr std::uint8_t queue_bits = 0x0f;
    constexpr std::uint8_t period_bits = 0x03;
    if (!request->has(NL80211_ATTR_STA_WME)) return {};
    ExtAck unused;
    auto wme = request->nested(NL80211_ATTR_STA_WME, station_wme_policy, Strictness::liberal, unused);
    if (!wme) return fail(std::move(wme.error()));
    out.uapsd_queues = wme->u8(NL80211_STA_WME_UAPSD_QUEUES).value_or(0);
    out.max_service_period = wme->u8(NL80211_STA_WME_MAX_SP).value_or(0);
    if ((*out.uapsd_queues & ~queue_bits) != 0 || (*out.max_service_period & ~period_bits) != 0) return fail(EINVAL);
    return {};
}

/// Capabilities of the link at hand; nothing if the request has none. EINVAL where EHT's are not whole.
Result<void> parse_capabilities(const Request& request, StaParameters& out) {
    const Attributes& all = request.attributes();
    mld::StaCapabilities capabilities;
    capabilities.supported_rates = bytes_of(all, NL80211_ATTR_STA_SUPPORTED_RATES);
    capabilities.ht = bytes_of(all, NL80211_ATTR_HT_CAPABILITY);
    capabilities.vht = bytes_of(all, NL80211_ATTR_VHT_CAPABILITY);
    capabilities.he = bytes_of(all, NL80211_ATTR_HE_CAPABILITY);
    capabilities.he_6ghz = bytes_of(all, NL80211_ATTR_HE_6GHZ_CAPABILITY);
    capabilities.operating_mode = all.u8(NL80211_ATTR_OPMODE_NOTIF);
    if (!capabilities.he.empty() && all.has(NL80211_ATTR_EHT_CAPABILITY)) {
        capabilities.eht = bytes_of(all, NL80211_ATTR_EHT_CAPABILITY);
        if (!whole_eht_capabilities(capabilities.he, capabilities.eht, false)) return fail(EINVAL);
    }
    if (all.has(NL80211_ATTR_UHR_CAPABILITY) && capabilities.eht.empty()) return fail(EINVAL);
    const bool any = all.has(NL80211_ATTR_STA_SUPPORTED_RATES) || !capabilities.ht.empty() ||
                     !capabilities.vht.empty() || !capabilities.he.empty() || !capabilities.he_6ghz.empty() ||
                     capabilities.operating_mode;
    if (any) out.capabilities = std::move(capabilities);
    return {};
}

/// What NEW_STATION and SET_STATION have in common.
Result<void> parse_common(const mld::Wdev& wdev, const Request& request, StaParameters& out) {
    const Attributes& all = request.attributes();
    out.listen_interval = all.u16(NL80211_ATTR_STA_LISTEN_INTERVAL);
    out.capability = all.u16(NL80211_ATTR_STA_CAPABILITY);
    out.extended_capabilities = optional_bytes(all, NL80211_ATTR_STA_EXT_CAPABILITY);
    out.eml_capabilities = all.u16(NL80211_ATTR_EML_CAPABILITY);
    out.airtime_weight = all.u16(NL80211_ATTR_AIRTIME_WEIGHT);
    const auto& features = wdev.wiphy().profile().ext_features;
    if (out.airtime_weight && !features.test(NL80211_EXT_FEATURE_AIRTIME_FAIRNESS)) return fail(EOPNOTSUPP);
    // cf. nl80211_parse_sta_txpower_setting(): no radio here has powers for single stations.
    if (all.has(NL80211_ATTR_STA_TX_POWER_SETTING)) return fail(EOPNOTSUPP);
    // cf. nl80211_parse_sta_channel_info()
    out.supported_channels = optional_bytes(all, NL80211_ATTR_STA_SUPPORTED_CHANNELS);
    if (out.supported_channels && out.supported_channels->size() % 2 != 0) return fail(EINVAL);
    out.supported_operating_classes = optional_bytes(all, NL80211_ATTR_STA_SUPPORTED_OPER_CLASSES);
    if (auto parsed = parse_capabilities(request, out); !parsed) return parsed;
    if (auto parsed = parse_wme(request, out); !parsed) return parsed;
    return parse_flags(wdev.type(), request, out);
}

/// Which link of which MLD a peer is met on.
Result<void> parse_link(const Request& request, StaParameters& out) {
    out.link = link_id(request.attributes());
    if (!request->has(NL80211_ATTR_MLD_ADDR)) return {};
    out.link_address = request->mac(NL80211_ATTR_MAC);
    if (!out.link_address || !out.link_address->is_valid_individual()) return fail(EINVAL);
    return {};
}

/// The interface that the station shall be moved to: its own, for stations in VLANs are not simulated. cf. get_vlan()
Result<void> check_vlan(const mld::Wdev& wdev, const Request& request) {
    const auto ifindex = request->u32(NL80211_ATTR_STA_VLAN);
    if (!ifindex) return {};
    const mld::Netdev* netdev = wdev.wiphy().world().find_netdev(mld::IfIndex{*ifindex});
    if (netdev == nullptr) return fail(ENODEV);
    const mld::Wdev* vlan = netdev->wdev();
    if (vlan == nullptr || &vlan->wiphy() != &wdev.wiphy() || !is_access_point(vlan->type())) return fail(EINVAL);
    if (!vlan->running()) return fail(ENETDOWN);
    if (vlan != &wdev) return fail(EOPNOTSUPP);
    return {};
}

/// What may be said of a new station of an access point. cf. nl80211_new_station()
Result<void> check_client(const mld::Wdev& wdev, const Request& request, StaParameters& out) {
    const mld::RadioProfile& profile = wdev.wiphy().profile();
    const StaFlags joined{StaFlag::authenticated, StaFlag::associated};
    if (!profile.has(mld::WiphyFlag::ap_uapsd) || !out.flags_set.has(StaFlag::wme)) {
        out.uapsd_queues.reset();
        out.max_service_period.reset();
    }
    if (out.flags_set.has(StaFlag::tdls_peer) || request->has(NL80211_ATTR_PEER_AID)) return fail(EINVAL);
    out.flags_mask.remove(StaFlag::tdls_peer);
    if ((profile.features & NL80211_FEATURE_FULL_AP_CLIENT_STATE) == 0 && out.flags_mask.has_any(joined))
        return fail(EINVAL);
    if (!profile.ext_features.test(NL80211_EXT_FEATURE_SPP_AMSDU_SUPPORT) && out.flags_mask.has(StaFlag::spp_amsdu))
        return fail(EINVAL);
    // Older programs mean a station that has joined, and say nothing of it.
    if (!out.flags_mask.has_any(joined)) {
        out.flags_mask |= joined;
        out.flags_set |= joined;
    }
    return check_vlan(wdev, request);
}

/// Only peers of direct links could be added to a station, and direct links are not simulated.
Result<void> check_direct_link(const StaParameters& out) {
    if (out.flags_mask.has_any({StaFlag::associated, StaFlag::authenticated})) return fail(EINVAL);
    if (!out.flags_set.has(StaFlag::tdls_peer)) return fail(EINVAL);
    return fail(EOPNOTSUPP);
}

Result<void> check_by_type(const mld::Wdev& wdev, const Request& request, StaParameters& out) {
    if (is_access_point(wdev.type())) return check_client(wdev, request, out);
    if (is_client(wdev.type())) return check_direct_link(out);
    return fail(EOPNOTSUPP);
}

/// HT and VHT need QoS and are left out without it; HE and EHT are an error then, and HT and VHT have no place in
/// 6 GHz.
Result<void> check_capabilities(StaParameters& out) {
    if (!out.capabilities) return {};
    mld::StaCapabilities& capabilities = *out.capabilities;
    if (!out.flags_set.has(StaFlag::wme)) {
        capabilities.ht.clear();
        capabilities.vht.clear();
        if (!capabilities.he.empty() || !capabilities.he_6ghz.empty() || !capabilities.eht.empty()) return fail(EINVAL);
    }
    if (!capabilities.he_6ghz.empty() && (!capabilities.ht.empty() || !capabilities.vht.empty())) return fail(EINVAL);
    return {};
}

}  // namespace

std::optional<ieee80211::MacAddress> station_address(const Attributes& request) {
    const auto mld = request.mac(NL80211_ATTR_MLD_ADDR);
    return mld ? mld : request.mac(NL80211_ATTR_MAC);
}

Result<StaParameters> parse_new_station(const mld::Wdev& wdev, const Request& request) {
    StaParameters out;
    if (!request->has(NL80211_ATTR_MAC) || !request->has(NL80211_ATTR_STA_LISTEN_INTERVAL) ||
        !request->has(NL80211_ATTR_STA_SUPPORTED_RATES))
        return fail(EINVAL);
    const auto peer_aid = request->u16(NL80211_ATTR_PEER_AID);
    const auto aid = peer_aid ? peer_aid : request->u16(NL80211_ATTR_STA_AID);
    if (!aid) return fail(EINVAL);
    out.aid = ieee80211::Aid::from(*aid);
    if (auto parsed = parse_link(request, out); !parsed) return fail(std::move(parsed.error()));
    const auto power_save = request->u8(NL80211_ATTR_STA_SUPPORT_P2P_PS);
    out.support_p2p_ps = power_save ? *power_save != 0 : wdev.type() == InterfaceType::p2p_go;
    if (auto parsed = parse_common(wdev, request, out); !parsed) return fail(std::move(parsed.error()));
    if (auto valid = check_capabilities(out); !valid) return fail(std::move(valid.error()));
    if (auto valid = check_by_type(wdev, request, out); !valid) return fail(std::move(valid.error()));
    if (wdev.is_mld() != out.link.has_value()) return fail(EINVAL);
    if (out.link && wdev.link(*out.link) == nullptr) return fail(ENOLINK);
    return out;
}

Result<StaParameters> parse_station_change(const mld::Wdev& wdev, const Request& request) {
    StaParameters out;
    const auto peer_aid = request->u16(NL80211_ATTR_PEER_AID);
    const auto aid = peer_aid ? peer_aid : request->u16(NL80211_ATTR_STA_AID);
    if (aid) out.aid = ieee80211::Aid::from(*aid);
    if (const auto power_save = request->u8(NL80211_ATTR_STA_SUPPORT_P2P_PS)) out.support_p2p_ps = *power_save != 0;
    if (!request->has(NL80211_ATTR_MAC)) return fail(EINVAL);
    if (request->has(NL80211_ATTR_MLD_ADDR) && !request->has(NL80211_ATTR_MLO_LINK_ID)) return fail(EINVAL);
    if (auto parsed = parse_link(request, out); !parsed) return fail(std::move(parsed.error()));
    if (auto parsed = parse_common(wdev, request, out); !parsed) return fail(std::move(parsed.error()));
    if (auto valid = check_vlan(wdev, request); !valid) return fail(std::move(valid.error()));
    const InterfaceType type = wdev.type();
    if (!is_access_point(type) && !is_client(type) && type != InterfaceType::adhoc && type != InterfaceType::mesh_point)
        return fail(EOPNOTSUPP);
    return out;
}

Result<StaParameters> parse_link_station(const mld::Wdev&, const Request& request) {
    StaParameters out;
    const bool add = request.command() == NL80211_CMD_ADD_LINK_STA;
    if (add && !request->has(NL80211_ATTR_MAC)) return fail(EINVAL);
    if (!request->has(NL80211_ATTR_MLD_ADDR)) return fail(EINVAL);
    if (add && !request->has(NL80211_ATTR_STA_SUPPORTED_RATES)) return fail(EINVAL);
    out.link_address = request->mac(NL80211_ATTR_MAC);
    if (out.link_address && !out.link_address->is_valid_individual()) return fail(EINVAL);
    out.link = link_id(request.attributes());
    if (!out.link) return fail(EINVAL);
    if (auto parsed = parse_capabilities(request, out); !parsed) return fail(std::move(parsed.error()));
    if (request->has(NL80211_ATTR_STA_TX_POWER_SETTING)) return fail(EOPNOTSUPP);
    return out;
}

}  // namespace mlosim::netlink::nl80211
