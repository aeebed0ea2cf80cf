#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "ieee80211/ssid.h"
#include "mld/identifiers.h"
#include "mld/key.h"
#include "phy/channel.h"

/// What programs ask of a station's MLME, and what it tells them: cfg80211's structures.
namespace mlosim::mld {

/// enum nl80211_auth_type.
enum class AuthenticationType : std::uint8_t {
    open_system = 0,
    shared_key = 1,
    ft = 2,
    network_eap = 3,
    sae = 4,
    fils_sk = 5,
    fils_sk_pfs = 6,
    fils_pk = 7,
    epp = 8,
    ieee8021x = 9,
    automatic = 10,
};

/// struct cfg80211_auth_request.
struct AuthenticateRequest {
    ieee80211::MacAddress bssid;
    phy::Frequency frequency;
    ieee80211::Ssid ssid;
    AuthenticationType type = AuthenticationType::open_system;
    ieee80211::Bytes elements;
    /// NL80211_ATTR_AUTH_DATA: transaction, status, then what the algorithm says.
    ieee80211::Bytes auth_data;
    /// BSS membership selectors that the program itself knows of. cf. ieee80211_parse_cfg_selectors()
    std::optional<ieee80211::Bytes> supported_selectors;
    /// Shared key authentication (WEP).
    std::optional<KeyName> key;
    std::optional<KeyParameters> key_parameters;
    /// To authenticate with an AP MLD: its address, and the link that is used.
    std::optional<ieee80211::MacAddress> ap_mld_addr;
    std::optional<ieee80211::LinkId> link;
};

/// What a connection's encryption shall be (struct cfg80211_crypto_settings).
struct CryptoSettings {
    std::uint32_t wpa_versions = 0;
    std::optional<ieee80211::Suite> group_cipher;
    std::vector<ieee80211::Suite> pairwise_ciphers;
    std::vector<ieee80211::Suite> akms;
    bool control_port = false;
    std::uint16_t control_port_ethertype = 0x888e;
    bool control_port_no_encrypt = false;
    bool control_port_over_nl80211 = false;
    bool control_port_no_preauth = false;
};

/// A link that an association with an AP MLD shall have (struct cfg80211_assoc_link).
struct AssociateLink {
    ieee80211::LinkId link;
    ieee80211::MacAddress bssid;
    phy::Frequency frequency;
    ieee80211::Bytes elements;
    bool disabled = false;
};

/// struct cfg80211_assoc_request.
struct AssociateRequest {
    ieee80211::MacAddress bssid;
    phy::Frequency frequency;
    ieee80211::Ssid ssid;
    ieee80211::Bytes elements;
    std::optional<ieee80211::MacAddress> previous_bssid;
    bool use_mfp = false;
    CryptoSettings crypto;
    bool disable_ht = false;
    bool disable_vht = false;
    bool disable_he = false;
    bool disable_eht = false;
    bool use_rrm = false;
    bool spp_amsdu = false;
    std::optional<ieee80211::Bytes> supported_selectors;  ///< as for the authentication
    /// struct ieee80211_ht_cap and its mask, where the program overrides them.
    std::optional<ieee80211::Bytes> ht_capabilities;
    std::optional<ieee80211::Bytes> ht_capabilities_mask;
    std::optional<ieee80211::Bytes> vht_capabilities;
    std::optional<ieee80211::Bytes> vht_capabilities_mask;
    std::optional<ieee80211::Bytes> fils_kek;
    std::optional<ieee80211::Bytes> fils_nonces;
    std::optional<ieee80211::MacAddress> ap_mld_addr;
    std::optional<ieee80211::LinkId> assoc_link;
    std::vector<AssociateLink> links;
    std::uint16_t ext_mld_capabilities = 0;
    /// Who the connection ends with, if it shall (SOCKET_OWNER); who gets control port frames.
    OwnerId owner;
    bool owner_ends_it = false;
};

/// Links that a connection with an AP MLD shall have more or less (struct cfg80211_ml_reconf_req).
struct LinkReconfiguration {
    std::vector<AssociateLink> add;
    std::uint16_t remove = 0;  ///< bit n: link n
    std::uint16_t ext_mld_capabilities = 0;
};

/// struct cfg80211_deauth_request, cfg80211_disassoc_request.
struct LeaveRequest {
    ieee80211::MacAddress bssid;
    std::uint16_t reason = 0;
    ieee80211::Bytes elements;
    bool local_state_change = false;
};

/// struct cfg80211_connect_params: the connection that the kernel's own SME makes.
struct ConnectRequest {
    ieee80211::Ssid ssid;
    std::optional<ieee80211::MacAddress> bssid;
    std::optional<ieee80211::MacAddress> bssid_hint;
    std::optional<phy::Frequency> frequency;
    std::optional<phy::Frequency> frequency_hint;
    AuthenticationType type = AuthenticationType::automatic;
    std::optional<ieee80211::MacAddress> previous_bssid;
    /// EOPNOTSUPP by cfg80211's own SME: secured networks' keys come through it only for WEP.
    std::optional<KeyName> key;
    std::optional<KeyParameters> key_parameters;
    bool privacy = false;
    AssociateRequest association;  ///< elements, crypto, capabilities, owner
};

/// Which frame of a station's MLME a program is told of.
enum class MlmeFrameKind : std::uint8_t {
    authentication,                ///< AUTHENTICATE
    association_response,          ///< ASSOCIATE
    deauthentication,              ///< DEAUTHENTICATE
    disassociation,                ///< DISASSOCIATE
    unprotected_deauthentication,  ///< UNPROT_DEAUTHENTICATE
    unprotected_disassociation,    ///< UNPROT_DISASSOCIATE
    unprotected_beacon,            ///< UNPROT_BEACON
    link_reconfiguration,          ///< ASSOC_MLO_RECONF
};

/// cf. nl80211_send_mlme_event()
struct MlmeFrame {
    MlmeFrameKind kind = MlmeFrameKind::authentication;
    ieee80211::ByteView frame;
    /// ASSOCIATE: queues with U-APSD, and the elements of the request.
    std::optional<std::uint8_t> uapsd_queues;
    ieee80211::ByteView request_elements;
    bool reconnect = false;
};

/// What timed out.
enum class MlmeTimeout : std::uint8_t { authentication, association };

/// enum nl80211_timeout_reason.
enum class TimeoutReason : std::uint8_t { unspecified = 0, scan = 1, authentication = 2, association = 3 };

/// struct cfg80211_connect_resp_params.
struct ConnectResult {
    /// Status code of the refusal, or nothing: a timeout.
    std::optional<std::uint16_t> status = 0;
    TimeoutReason timeout_reason = TimeoutReason::unspecified;
    struct LinkResult {
        ieee80211::LinkId link;
        ieee80211::MacAddress address;
        ieee80211::MacAddress bssid;
        std::uint16_t status = 0;
    };
    std::optional<ieee80211::MacAddress> bssid;
    std::optional<ieee80211::MacAddress> ap_mld_addr;
    std::vector<LinkResult> links;
    ieee80211::Bytes request_elements;
    ieee80211::Bytes response_elements;
};

/// cf. nl80211_send_disconnected()
struct DisconnectInfo {
    std::uint16_t reason = 0;
    ieee80211::Bytes elements;
    bool from_ap = false;
};

/// A threshold was crossed, or beacons or packets were lost. cf. cfg80211_cqm_rssi_notify() and its like
struct CqmEvent {
    enum class Kind : std::uint8_t { rssi_low, rssi_high, beacon_loss, packet_loss };
    Kind kind = Kind::rssi_low;
    std::optional<std::int32_t> rssi_dbm;
    std::optional<ieee80211::MacAddress> peer;
    std::uint32_t lost_packets = 0;
};

}  // namespace mlosim::mld
