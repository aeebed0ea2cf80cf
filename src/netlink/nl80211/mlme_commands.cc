// A station's connection: what wpa_supplicant asks for where it has the SME, and where the kernel has it.

#include <cstring>
#include <limits>

#include "ieee80211/element.h"
#include "mld/station_mlme.h"
#include "netlink/nl80211/association_links.h"
#include "netlink/nl80211/attribute_policy.h"
#include "netlink/nl80211/crypto_settings.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/key_request.h"
#include "netlink/nl80211/request_values.h"
#include "netlink/owner.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::AuthenticationType;
using mld::InterfaceType;

bool is_client(const mld::Wdev& wdev) {
    return wdev.type() == InterfaceType::station || wdev.type() == InterfaceType::p2p_client;
}

/// A connection that belongs to another socket is not this one's to change. cf. wdev->conn_owner_nlportid
Result<void> check_owner(const mld::Wdev& wdev, const Request& request) {
    const mld::Connection* connection = wdev.mlme() != nullptr ? wdev.mlme()->connection() : nullptr;
    if (connection != nullptr && connection->owner_ends_it && connection->owner != owner_of(request.port()))
        return fail(EPERM);
    return {};
}

bool carries_data(AuthenticationType type) {
    switch (type) {
        case AuthenticationType::sae:
        case AuthenticationType::fils_sk:
        case AuthenticationType::fils_sk_pfs:
        case AuthenticationType::fils_pk:
        case AuthenticationType::epp:
        case AuthenticationType::ieee8021x:
            return true;
        default:
            return false;
    }
}

/// The key of a shared key authentication: WEP, or none.
Result<void> check_shared_key(const mld::Wiphy& wiphy, const KeyRequest& key) {
    namespace cipher = ieee80211::cipher;
    if (!key.index) return {};
    if (key.type && *key.type != NL80211_KEYTYPE_GROUP) return fail(EINVAL);
    if (!key.parameters || key.parameters->data.empty()) return fail(EINVAL);
    const ieee80211::Suite suite = key.parameters->cipher;
    const std::size_t length = key.parameters->data.size();
    if (!(suite == cipher::wep40 && length == 5) && !(suite == cipher::wep104 && length == 13)) return fail(EINVAL);
    if (*key.index > 3 || !supports_cipher(wiphy, suite.selector())) return fail(EINVAL);
    return {};
}

/// Which link of which AP MLD an authentication is with.
Result<void> parse_mld(const mld::Wiphy& wiphy, const Request& request, mld::AuthenticateRequest& out) {
    out.link = link_id(request.attributes());
    if (!out.link) return {};
    if (!wiphy.profile().has(mld::WiphyFlag::multi_link)) return fail(EINVAL);
    out.ap_mld_addr = request->mac(NL80211_ATTR_MLD_ADDR);
    if (!out.ap_mld_addr || !out.ap_mld_addr->is_valid_individual()) return fail(EINVAL);
    return {};
}

/// Capabilities that the program overrides, each with the mask of what it overrides.
Result<void> parse_overrides(const Request& request, mld::AssociateRequest& out) {
    const Attributes& all = request.attributes();
    constexpr std::size_t ht_size = 26;
    constexpr std::size_t vht_size = 12;
    const auto fixed = [&](std::uint16_t attribute, std::size_t size) {
        auto bytes = optional_bytes(all, attribute);
        if (bytes) bytes->resize(size);
        return bytes;
    };
    out.ht_capabilities_mask = fixed(NL80211_ATTR_HT_CAPABILITY_MASK, ht_size);
    out.ht_capabilities = fixed(NL80211_ATTR_HT_CAPABILITY, ht_size);
    out.vht_capabilities_mask = fixed(NL80211_ATTR_VHT_CAPABILITY_MASK, vht_size);
    out.vht_capabilities = fixed(NL80211_ATTR_VHT_CAPABILITY, vht_size);
    if (out.ht_capabilities && !out.ht_capabilities_mask) return fail(EINVAL);
    if (out.vht_capabilities && !out.vht_capabilities_mask) return fail(EINVAL);
    return {};
}

Result<void> parse_radio_measurement(const mld::RadioProfile& profile, const Request& request,
                                     mld::AssociateRequest& out) {
    out.use_rrm = request->flag(NL80211_ATTR_USE_RRM);
    if (!out.use_rrm) return {};
    const std::uint32_t needed = NL80211_FEATURE_DS_PARAM_SET_IE_IN_PROBES | NL80211_FEATURE_QUIET;
    if ((profile.features & needed) != needed && !profile.ext_features.test(NL80211_EXT_FEATURE_RRM))
        return fail(EINVAL);
    return {};
}

/// What ASSOCIATE and CONNECT have in common.
Result<void> parse_association(const mld::Wiphy& wiphy, const Request& request, mld::AssociateRequest& out) {
    const Attributes& all = request.attributes();
    out.elements = bytes_of(all, NL80211_ATTR_IE);
    out.previous_bssid = all.mac(NL80211_ATTR_PREV_BSSID);
    out.disable_ht = all.flag(NL80211_ATTR_DISABLE_HT);
    out.disable_vht = all.flag(NL80211_ATTR_DISABLE_VHT);
    out.disable_he = all.flag(NL80211_ATTR_DISABLE_HE);
    out.disable_eht = all.flag(NL80211_ATTR_DISABLE_EHT);
    if (auto parsed = parse_overrides(request, out); !parsed) return parsed;
    if (auto parsed = parse_radio_measurement(wiphy.profile(), request, out); !parsed) return parsed;
    out.owner = owner_of(request.port());
    out.owner_ends_it = all.flag(NL80211_ATTR_SOCKET_OWNER);
    return {};
}

Result<void> parse_fils(const Request& request, mld::AssociateRequest& out) {
    out.fils_kek = optional_bytes(request.attributes(), NL80211_ATTR_FILS_KEK);
    if (!out.fils_kek) return {};
    out.fils_nonces = optional_bytes(request.attributes(), NL80211_ATTR_FILS_NONCES);
    if (!out.fils_nonces) return fail(EINVAL);
    return {};
}

Result<void> parse_aggregation(const mld::RadioProfile& profile, const Request& request, mld::AssociateRequest& out) {
    out.spp_amsdu = request->flag(NL80211_ATTR_ASSOC_SPP_AMSDU);
    if (out.spp_amsdu && !profile.ext_features.test(NL80211_EXT_FEATURE_SPP_AMSDU_SUPPORT))
        return fail(EINVAL, "SPP A-MSDUs not supported");
    return {};
}

Result<void> parse_links(const mld::Wiphy& wiphy, const Request& request, mld::AssociateRequest& out) {
    if (!out.assoc_link || !wiphy.profile().has(mld::WiphyFlag::multi_link)) return fail(EINVAL);
    out.ap_mld_addr = request->mac(NL80211_ATTR_MLD_ADDR);
    if (request->has(NL80211_ATTR_MAC) || request->has(NL80211_ATTR_WIPHY_FREQ) || !out.ap_mld_addr)
        return fail(EINVAL);
    const mld::AssociateLink* first = nullptr;
    auto links = parse_association_links(wiphy, request);
    if (!links) return fail(std::move(links.error()));
    out.links = std::move(*links);
    for (const mld::AssociateLink& link : out.links)
        if (link.link == out.assoc_link) first = &link;
    if (first == nullptr) return fail(EINVAL);
    if (!first->elements.empty()) return fail(EINVAL, "cannot have per-link elems on assoc link");
    out.bssid = first->bssid;
    out.frequency = first->frequency;
    out.ext_mld_capabilities = request->u16(NL80211_ATTR_EXT_MLD_CAPA_AND_OPS).value_or(0);
    return {};
}

Result<void> parse_access_point(const mld::Wiphy& wiphy, const Request& request, mld::AssociateRequest& out) {
    out.assoc_link = link_id(request.attributes());
    if (request->has(NL80211_ATTR_MLO_LINKS)) return parse_links(wiphy, request, out);
    if (out.assoc_link) return fail(EINVAL);
    const auto bssid = request->mac(NL80211_ATTR_MAC);
    if (!bssid || !request->has(NL80211_ATTR_WIPHY_FREQ)) return fail(EINVAL);
    out.bssid = *bssid;
    auto frequency = usable_frequency(wiphy, frequency_of(request.attributes()));
    if (!frequency) return fail(std::move(frequency.error()));
    out.frequency = *frequency;
    if (request->has(NL80211_ATTR_EXT_MLD_CAPA_AND_OPS)) return fail(EINVAL);
    return {};
}

Result<mld::LeaveRequest> parse_leave(const mld::Wdev& wdev, const Request& request) {
    if (auto owned = check_owner(wdev, request); !owned) return fail(std::move(owned.error()));
    const auto bssid = request->mac(NL80211_ATTR_MAC);
    const auto reason = request->u16(NL80211_ATTR_REASON_CODE);
    if (!bssid || !reason) return fail(EINVAL);
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    if (*reason == 0) return fail(EINVAL);
    return mld::LeaveRequest{.bssid = *bssid,
                             .reason = *reason,
                             .elements = bytes_of(request.attributes(), NL80211_ATTR_IE),
                             .local_state_change = request->flag(NL80211_ATTR_LOCAL_STATE_CHANGE)};
}

Result<ieee80211::Ssid> parse_ssid(const Request& request) {
    auto ssid = ieee80211::Ssid::from(*request->bytes(NL80211_ATTR_SSID));
    if (!ssid) return fail(EINVAL);
    return *ssid;
}

/// Where the connection shall be made, as far as the program says.
Result<void> parse_place(const mld::Wiphy& wiphy, const Request& request, mld::ConnectRequest& out) {
    out.bssid = request->mac(NL80211_ATTR_MAC);
    if (!out.bssid) out.bssid_hint = request->mac(NL80211_ATTR_MAC_HINT);
    out.previous_bssid = request->mac(NL80211_ATTR_PREV_BSSID);
    if (request->u32(NL80211_ATTR_WIPHY_FREQ).value_or(0) != 0) {
        auto frequency = usable_frequency(wiphy, frequency_of(request.attributes()));
        if (!frequency) return fail(std::move(frequency.error()));
        out.frequency = *frequency;
    } else if (const auto hint = request->u32(NL80211_ATTR_WIPHY_FREQ_HINT)) {
        constexpr std::uint32_t highest = 4'000'000;
        if (*hint > highest) return fail(EINVAL);
        auto frequency = usable_frequency(wiphy, phy::Frequency::mhz(*hint));
        if (!frequency) return fail(std::move(frequency.error()));
        out.frequency_hint = *frequency;
    }
    return {};
}

/// What only radios with an SME of their own can do, and what is not simulated.
Result<void> check_offloads(const mld::Wiphy& wiphy, const Request& request) {
    if (request->flag(NL80211_ATTR_WANT_1X_4WAY_HS) &&
        !wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_1X))
        return fail(EINVAL);
    if (request->flag(NL80211_ATTR_PBSS)) return fail(EOPNOTSUPP);
    if (request->has(NL80211_ATTR_FILS_ERP_USERNAME) || request->has(NL80211_ATTR_FILS_ERP_REALM) ||
        request->has(NL80211_ATTR_FILS_ERP_NEXT_SEQ_NUM) || request->has(NL80211_ATTR_FILS_ERP_RRK))
        return fail(EINVAL);
    if (request->flag(NL80211_ATTR_EXTERNAL_AUTH_SUPPORT) && !request->flag(NL80211_ATTR_SOCKET_OWNER))
        return fail(EINVAL, "external auth requires connection ownership");
    if (request->flag(NL80211_ATTR_PRIVACY) && request->has(NL80211_ATTR_KEYS))
        return fail(EOPNOTSUPP, "WEP is not simulated");
    return {};
}

/// cf. nl80211_attr_cqm_policy
constexpr auto monitor_rules = policy_table<NL80211_ATTR_CQM_RSSI_LEVEL>({
    {NL80211_ATTR_CQM_RSSI_THOLD, attr::binary()},
    {NL80211_ATTR_CQM_RSSI_HYST, attr::u32()},
    {NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT, attr::u32()},
    {NL80211_ATTR_CQM_TXE_RATE, attr::u32()},
    {NL80211_ATTR_CQM_TXE_PKTS, attr::u32()},
    {NL80211_ATTR_CQM_TXE_INTVL, attr::u32()},
    {NL80211_ATTR_CQM_RSSI_LEVEL, attr::s32()},
});
constexpr Policy monitor_policy{monitor_rules};

/// Levels in dBm: whole numbers, ascending, none above 0.
Result<std::vector<std::int32_t>> parse_thresholds(ieee80211::ByteView bytes) {
    std::vector<std::int32_t> out;
    if (bytes.size() % sizeof(std::int32_t) != 0) return fail(EINVAL);
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::int32_t)) {
        std::int32_t level = 0;
        std::memcpy(&level, bytes.data() + i, sizeof(level));
        const std::int32_t before = out.empty() ? std::numeric_limits<std::int32_t>::min() : out.back();
        if (level > 0 || level <= before) return fail(EINVAL);
        out.push_back(level);
    }
    return out;
}

}  // namespace

std::optional<phy::Frequency> frequency_of(const Attributes& request) {
    constexpr std::uint32_t highest = 4'000'000;
    const auto mhz = request.u32(NL80211_ATTR_WIPHY_FREQ);
    if (!mhz || *mhz > highest) return std::nullopt;
    return phy::Frequency::khz(*mhz * 1000 + request.u32(NL80211_ATTR_WIPHY_FREQ_OFFSET).value_or(0));
}

// cf. nl80211_authenticate()
Result<void> authenticate(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    if (!request->has(NL80211_ATTR_MAC) || !request->has(NL80211_ATTR_AUTH_TYPE) || !request->has(NL80211_ATTR_SSID) ||
        !request->has(NL80211_ATTR_WIPHY_FREQ))
        return fail(EINVAL);
    auto key = parse_key(request, reply.ack());
    if (!key) return fail(std::move(key.error()));
    if (auto valid = check_shared_key(wdev.wiphy(), *key); !valid) return valid;
    if (!is_client(wdev)) return fail(EOPNOTSUPP);

    mld::AuthenticateRequest out;
    out.bssid = *request->mac(NL80211_ATTR_MAC);
    auto frequency = usable_frequency(wdev.wiphy(), frequency_of(request.attributes()));
    if (!frequency) return fail(std::move(frequency.error()));
    out.frequency = *frequency;
    auto ssid = parse_ssid(request);
    if (!ssid) return fail(std::move(ssid.error()));
    out.ssid = *ssid;
    out.elements = bytes_of(request.attributes(), NL80211_ATTR_IE);
    if (const auto selectors = request->bytes(NL80211_ATTR_SUPPORTED_SELECTORS))
        out.supported_selectors.emplace(selectors->begin(), selectors->end());
    const std::uint32_t type = *request->u32(NL80211_ATTR_AUTH_TYPE);
    if (!valid_authentication_type(wdev.wiphy(), type, NL80211_CMD_AUTHENTICATE)) return fail(EINVAL);
    out.type = static_cast<AuthenticationType>(type);
    if (carries_data(out.type) != request->has(NL80211_ATTR_AUTH_DATA)) return fail(EINVAL);
    out.auth_data = bytes_of(request.attributes(), NL80211_ATTR_AUTH_DATA);
    // The kernel no longer keeps the state that this would change.
    if (request->flag(NL80211_ATTR_LOCAL_STATE_CHANGE)) return {};
    if (key->index) {
        out.key = mld::KeyName{.index = *key->index};
        out.key_parameters = key->parameters;
    }
    if (auto parsed = parse_mld(wdev.wiphy(), request, out); !parsed) return parsed;
    return wdev.mlme()->authenticate(out);
}

// cf. nl80211_associate()
Result<void> associate(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    const mld::Wiphy& wiphy = wdev.wiphy();
    if (auto owned = check_owner(wdev, request); !owned) return owned;
    if (!request->has(NL80211_ATTR_SSID)) return fail(EINVAL);
    if (!is_client(wdev)) return fail(EOPNOTSUPP);

    mld::AssociateRequest out;
    auto ssid = parse_ssid(request);
    if (!ssid) return fail(std::move(ssid.error()));
    out.ssid = *ssid;
    if (const auto elements = request->bytes(NL80211_ATTR_IE);
        elements && ieee80211::ElementList(*elements).find(ieee80211::element::non_inheritance))
        return fail(EINVAL, "non-inheritance makes no sense", request->at(NL80211_ATTR_IE));
    if (const auto selectors = request->bytes(NL80211_ATTR_SUPPORTED_SELECTORS))
        out.supported_selectors.emplace(selectors->begin(), selectors->end());
    const std::uint32_t protection = request->u32(NL80211_ATTR_USE_MFP).value_or(NL80211_MFP_NO);
    if (protection != NL80211_MFP_NO && protection != NL80211_MFP_REQUIRED) return fail(EINVAL);
    out.use_mfp = protection == NL80211_MFP_REQUIRED;
    if (auto parsed = parse_association(wiphy, request, out); !parsed) return parsed;
    if (auto parsed = parse_fils(request, out); !parsed) return parsed;
    if (auto parsed = parse_aggregation(wiphy.profile(), request, out); !parsed) return parsed;
    if (auto parsed = parse_access_point(wiphy, request, out); !parsed) return parsed;
    auto crypto = parse_crypto_settings(wiphy, request, 1);
    if (!crypto) return fail(std::move(crypto.error()));
    out.crypto = std::move(*crypto);
    return wdev.mlme()->associate(out);
}

// cf. nl80211_deauthenticate()
Result<void> deauthenticate(Context& context, const Request& request, Reply&) {
    auto leave = parse_leave(context.wdev(), request);
    if (!leave) return fail(std::move(leave.error()));
    return context.wdev().mlme()->deauthenticate(*leave);
}

// cf. nl80211_disassociate()
Result<void> disassociate(Context& context, const Request& request, Reply&) {
    auto leave = parse_leave(context.wdev(), request);
    if (!leave) return fail(std::move(leave.error()));
    return context.wdev().mlme()->disassociate(*leave);
}

// cf. nl80211_connect()
Result<void> connect(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    const mld::Wiphy& wiphy = wdev.wiphy();
    const auto octets = request->bytes(NL80211_ATTR_SSID);
    if (!octets || octets->empty()) return fail(EINVAL);
    mld::ConnectRequest out;
    if (const auto type = request->u32(NL80211_ATTR_AUTH_TYPE)) {
        if (!valid_authentication_type(wiphy, *type, NL80211_CMD_CONNECT)) return fail(EINVAL);
        out.type = static_cast<AuthenticationType>(*type);
    }
    out.privacy = request->flag(NL80211_ATTR_PRIVACY);
    auto crypto = parse_crypto_settings(wiphy, request, NL80211_MAX_NR_CIPHER_SUITES);
    if (!crypto) return fail(std::move(crypto.error()));
    out.association.crypto = std::move(*crypto);
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    auto ssid = parse_ssid(request);
    if (!ssid) return fail(std::move(ssid.error()));
    out.ssid = *ssid;
    const std::uint32_t protection = request->u32(NL80211_ATTR_USE_MFP).value_or(NL80211_MFP_NO);
    if (protection == NL80211_MFP_OPTIONAL && !wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_MFP_OPTIONAL))
        return fail(EOPNOTSUPP);
    out.association.use_mfp = protection != NL80211_MFP_NO;
    if (auto parsed = parse_place(wiphy, request, out); !parsed) return parsed;
    if (auto parsed = parse_association(wiphy, request, out.association); !parsed) return parsed;
    if (auto valid = check_offloads(wiphy, request); !valid) return valid;
    out.association.ssid = out.ssid;
    return wdev.mlme()->connect(out);
}

// cf. nl80211_set_cqm(), nl80211_set_cqm_rssi(). Of lost packets (TXE) no radio here tells.
Result<void> set_connection_monitor(Context& context, const Request& request, Reply& reply) {
    mld::Wdev& wdev = context.wdev();
    if (!request->has(NL80211_ATTR_CQM)) return fail(EINVAL);
    auto cqm = request->nested(NL80211_ATTR_CQM, monitor_policy, Strictness::liberal, reply.ack());
    if (!cqm) return fail(std::move(cqm.error()));
    const auto levels = cqm->bytes(NL80211_ATTR_CQM_RSSI_THOLD);
    const auto hysteresis = cqm->u32(NL80211_ATTR_CQM_RSSI_HYST);
    if (!levels || !hysteresis) {
        const bool lost_packets = cqm->has(NL80211_ATTR_CQM_TXE_RATE) && cqm->has(NL80211_ATTR_CQM_TXE_PKTS) &&
                                  cqm->has(NL80211_ATTR_CQM_TXE_INTVL);
        return fail(lost_packets ? EOPNOTSUPP : EINVAL);
    }
    auto thresholds = parse_thresholds(*levels);
    if (!thresholds) return fail(std::move(thresholds.error()));
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    if (thresholds->size() > 1 && !wdev.wiphy().profile().ext_features.test(NL80211_EXT_FEATURE_CQM_RSSI_LIST))
        return fail(EOPNOTSUPP);
    if (thresholds->size() == 1 && thresholds->front() == 0) thresholds->clear();  // an old way to say: none
    return wdev.mlme()->set_cqm_rssi(std::move(*thresholds), *hysteresis);
}

// cf. nl80211_disconnect()
Result<void> disconnect(Context& context, const Request& request, Reply&) {
    constexpr std::uint16_t leaving = 3;
    mld::Wdev& wdev = context.wdev();
    if (auto owned = check_owner(wdev, request); !owned) return owned;
    const std::uint16_t reason = request->u16(NL80211_ATTR_REASON_CODE).value_or(leaving);
    if (reason == 0) return fail(EINVAL);
    if (!is_client(wdev)) return fail(EOPNOTSUPP);
    return wdev.mlme()->disconnect(reason);
}

}  // namespace mlosim::netlink::nl80211
