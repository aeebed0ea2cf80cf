// Access points.

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "netlink/nl80211/beacon_attributes.h"
#include "netlink/nl80211/channel_attributes.h"
#include "netlink/nl80211/crypto_settings.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/request_values.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::InterfaceType;

bool is_access_point(const mld::Wdev& wdev) {
    return wdev.type() == InterfaceType::ap || wdev.type() == InterfaceType::p2p_go;
}

/// The link that a request is about; the command's row has checked MLO_LINK_ID.
mld::Link& link_of(const mld::Wdev& wdev, const Request& request) {
    return wdev.is_mld() ? *wdev.link(*link_id(request.attributes())) : wdev.default_link();
}

/// Where another access point of the wiphy is. cf. nl80211_get_ap_channel()
std::optional<phy::ChannelDefinition> other_access_point(const mld::Wiphy& wiphy) {
    for (const auto& [id, wdev] : wiphy.wdevs()) {
        if (!is_access_point(*wdev)) continue;
        for (const auto& link : wdev->links())
            if (link->ap() != nullptr) return link->ap()->settings().channel;
    }
    return std::nullopt;
}

Result<phy::ChannelDefinition> channel_for(const mld::Wdev& wdev, const Request& request) {
    if (request->has(NL80211_ATTR_WIPHY_FREQ))
        return parse_channel_definition(wdev.wiphy(), request.attributes(), false);
    if (wdev.is_mld()) return fail(EINVAL);
    if (wdev.preset_channel()) return *wdev.preset_channel();
    if (const auto other = other_access_point(wdev.wiphy())) return *other;
    return fail(EINVAL);
}

Result<ieee80211::Ssid> ssid_for(const mld::Wdev& wdev, const Request& request) {
    const auto octets = request->bytes(NL80211_ATTR_SSID);
    if (!octets) {
        if (wdev.is_mld()) return fail(EINVAL);
        return ieee80211::Ssid{};
    }
    if (octets->empty()) return fail(EINVAL);
    auto ssid = ieee80211::Ssid::from(*octets);
    if (!ssid || (wdev.ssid() && *wdev.ssid() != *ssid)) return fail(EINVAL);  // the links of an MLD share one
    return *ssid;
}

/// What only P2P group owners have: noise in the periods when clients may sleep.
Result<void> check_p2p(const mld::Wdev& wdev, const Request& request) {
    const std::uint32_t features = wdev.wiphy().profile().features;
    const struct {
        std::uint16_t attribute;
        std::uint32_t feature;
    } settings[] = {{NL80211_ATTR_P2P_CTWINDOW, NL80211_FEATURE_P2P_GO_CTWIN},
                    {NL80211_ATTR_P2P_OPPPS, NL80211_FEATURE_P2P_GO_OPPPS}};
    for (const auto& setting : settings) {
        const auto value = request->u8(setting.attribute);
        if (!value) continue;
        if (wdev.type() != InterfaceType::p2p_go) return fail(EINVAL);
        if (*value != 0 && (features & setting.feature) == 0) return fail(EINVAL);
    }
    return {};
}

/// Settings of START_AP that concern the network and who may join.
Result<void> parse_network(const mld::Wdev& wdev, const Request& request, mld::AccessPointSettings& settings) {
    const mld::Wiphy& wiphy = wdev.wiphy();
    auto ssid = ssid_for(wdev, request);
    if (!ssid) return fail(std::move(ssid.error()));
    settings.ssid = *ssid;
    settings.hidden_ssid = static_cast<mld::HiddenSsid>(request->u32(NL80211_ATTR_HIDDEN_SSID).value_or(0));
    settings.privacy = request->flag(NL80211_ATTR_PRIVACY);
    if (const auto type = request->u32(NL80211_ATTR_AUTH_TYPE)) {
        if (!valid_authentication_type(wiphy, *type, NL80211_CMD_START_AP)) return fail(EINVAL);
        settings.authentication = static_cast<mld::AuthenticationType>(*type);
    }
    auto crypto = parse_crypto_settings(wiphy, request, NL80211_MAX_NR_CIPHER_SUITES);
    if (!crypto) return fail(std::move(crypto.error()));
    settings.crypto = std::move(*crypto);
    if (const auto timeout = request->u16(NL80211_ATTR_INACTIVITY_TIMEOUT)) {
        if ((wiphy.profile().features & NL80211_FEATURE_INACTIVITY_TIMER) == 0) return fail(EOPNOTSUPP);
        settings.inactivity_timeout_s = *timeout;
    }
    return check_p2p(wdev, request);
}

/// Settings of START_AP that concern what is sent.
Result<void> parse_transmissions(const mld::Wdev& wdev, const Request& request, mld::AccessPointSettings& settings) {
    const mld::Wiphy& wiphy = wdev.wiphy();
    auto channel = channel_for(wdev, request);
    if (!channel) return fail(std::move(channel.error()));
    settings.channel = *channel;
    auto beacon = parse_beacon(wiphy, request.attributes(), settings.channel.control);
    if (!beacon) return fail(std::move(beacon.error()));
    settings.beacon = std::move(*beacon);
    if (request->flag(NL80211_ATTR_PBSS)) return fail(EOPNOTSUPP);       // 60 GHz alone
    if (request->has(NL80211_ATTR_ACL_POLICY)) return fail(EOPNOTSUPP);  // no radio here filters by address
    settings.twt_responder = request->flag(NL80211_ATTR_TWT_RESPONDER);
    auto fils = parse_fils_discovery(wiphy, request.attributes());
    if (!fils) return fail(std::move(fils.error()));
    settings.fils_discovery = std::move(*fils);
    auto unsolicited = parse_unsolicited_probe_response(wiphy, request.attributes());
    if (!unsolicited) return fail(std::move(unsolicited.error()));
    settings.unsolicited_probe_response = std::move(*unsolicited);
    if (auto parsed = parse_multiple_bssid(wdev, request.attributes(), settings); !parsed) return parsed;
    return check_announced_capabilities(settings.beacon);
}

// cf. cfg80211_validate_beacon_int()
Result<void> check_beacon_interval(std::uint32_t interval) {
    if (interval < 10 || interval > 10000) return fail(EINVAL);
    return {};
}

}  // namespace

// cf. nl80211_start_ap()
Result<void> start_ap(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (!is_access_point(wdev)) return fail(EOPNOTSUPP);
    if (link_of(wdev, request).ap() != nullptr) return fail(EALREADY);
    const auto interval = request->u32(NL80211_ATTR_BEACON_INTERVAL);
    const auto dtim_period = request->u32(NL80211_ATTR_DTIM_PERIOD);
    if (!interval || !dtim_period || !request->has(NL80211_ATTR_BEACON_HEAD)) return fail(EINVAL);
    if (request->u8(NL80211_ATTR_SMPS_MODE).value_or(NL80211_SMPS_OFF) != NL80211_SMPS_OFF) return fail(EOPNOTSUPP);

    if (auto valid = check_beacon_interval(*interval); !valid) return valid;
    mld::AccessPointSettings settings;
    settings.beacon_interval = static_cast<std::uint16_t>(*interval);
    settings.dtim_period = static_cast<std::uint8_t>(*dtim_period);
    if (auto parsed = parse_network(wdev, request, settings); !parsed) return parsed;
    if (auto parsed = parse_transmissions(wdev, request, settings); !parsed) return parsed;
    settings.owner = owner_of(request.port());
    settings.owner_ends_it = request->flag(NL80211_ATTR_SOCKET_OWNER);
    for (const auto& link : wdev.links()) {
        const mld::AccessPointSettings* other = link->ap() != nullptr ? &link->ap()->settings() : nullptr;
        if (other != nullptr && other->owner_ends_it && settings.owner_ends_it && other->owner != settings.owner)
            return fail(EINVAL);
    }
    return context.wiphy().start_ap(wdev, link_id(request.attributes()), settings);
}

// cf. nl80211_set_beacon()
Result<void> set_beacon(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    if (!is_access_point(wdev)) return fail(EOPNOTSUPP);
    const mld::Link& link = link_of(wdev, request);
    if (link.ap() == nullptr) return fail(EINVAL);
    auto beacon = parse_beacon(wdev.wiphy(), request.attributes(), link.ap()->settings().channel.control);
    if (!beacon) return fail(std::move(beacon.error()));
    if (auto fils = parse_fils_discovery(wdev.wiphy(), request.attributes()); !fils)
        return fail(std::move(fils.error()));
    if (auto unsolicited = parse_unsolicited_probe_response(wdev.wiphy(), request.attributes()); !unsolicited)
        return fail(std::move(unsolicited.error()));
    return context.wiphy().change_beacon(wdev, link_id(request.attributes()), *beacon);
}

// cf. nl80211_stop_ap()
Result<void> stop_ap(Context& context, const Request& request, Reply&) {
    return context.wiphy().stop_ap(context.wdev(), link_id(request.attributes()));
}

// cf. nl80211_set_multicast_to_unicast()
Result<void> set_multicast_to_unicast(Context& context, const Request& request, Reply&) {
    if (!is_access_point(context.wdev())) return fail(EOPNOTSUPP);
    context.wiphy().data_path().set_multicast_to_unicast(context.wdev(),
                                                         request->flag(NL80211_ATTR_MULTICAST_TO_UNICAST_ENABLED));
    return {};
}

// cf. nl80211_set_bss()
Result<void> set_bss(Context& context, const Request& request, Reply&) {
    constexpr std::uint16_t attributes[] = {NL80211_ATTR_BSS_CTS_PROT,        NL80211_ATTR_BSS_SHORT_PREAMBLE,
                                            NL80211_ATTR_BSS_SHORT_SLOT_TIME, NL80211_ATTR_BSS_BASIC_RATES,
                                            NL80211_ATTR_AP_ISOLATE,          NL80211_ATTR_BSS_HT_OPMODE,
                                            NL80211_ATTR_P2P_CTWINDOW,        NL80211_ATTR_P2P_OPPPS};
    constexpr unsigned first_of_p2p = 6;
    const mld::Wdev& wdev = context.wdev();
    const std::uint32_t known = context.wiphy().profile().bss_parameters;
    const bool strict = request->flag(NL80211_ATTR_BSS_PARAM);
    bool changes = false;
    for (unsigned bit = 0; bit < std::size(attributes); ++bit) {
        if (!request->has(attributes[bit])) continue;
        const bool supported = (known >> bit & 1U) != 0;
        if (bit < first_of_p2p) {
            if (strict && !supported) return fail(EINVAL);
        } else {
            if (wdev.type() != InterfaceType::p2p_go) return fail(EINVAL);
            if (request->u8(attributes[bit]) != 0 && !supported) return fail(EINVAL);
        }
        changes |= supported;
    }
    if (!is_access_point(wdev)) return fail(EOPNOTSUPP);
    if (!changes) return {};

    const auto flag = [&](std::uint16_t attribute) {
        const auto value = request->u8(attribute);
        return value ? std::optional(*value != 0) : std::nullopt;
    };
    const mld::BssParameters parameters{
        .use_cts_protection = flag(NL80211_ATTR_BSS_CTS_PROT),
        .use_short_preamble = flag(NL80211_ATTR_BSS_SHORT_PREAMBLE),
        .use_short_slot_time = flag(NL80211_ATTR_BSS_SHORT_SLOT_TIME),
        .basic_rates = optional_bytes(request.attributes(), NL80211_ATTR_BSS_BASIC_RATES),
        .ap_isolate = flag(NL80211_ATTR_AP_ISOLATE),
        .ht_operation_mode = request->u16(NL80211_ATTR_BSS_HT_OPMODE)};
    return context.wiphy().set_bss(context.wdev(), link_id(request.attributes()), parameters);
}

}  // namespace mlosim::netlink::nl80211
