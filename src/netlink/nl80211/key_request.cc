#include "netlink/nl80211/key_request.h"

#include <algorithm>

#include "netlink/nl80211/crypto_settings.h"
#include "netlink/nl80211/nl80211_numbers.h"
#include "netlink/nl80211/request_values.h"

namespace mlosim::netlink::nl80211 {

namespace {

using ieee80211::Suite;
namespace cipher = ieee80211::cipher;

/// cf. nl80211_key_default_policy
constexpr auto default_type_rules = policy_table<NL80211_KEY_DEFAULT_TYPE_MULTICAST>({
    {NL80211_KEY_DEFAULT_TYPE_UNICAST, attr::flag()},
    {NL80211_KEY_DEFAULT_TYPE_MULTICAST, attr::flag()},
});
constexpr Policy default_type_policy{default_type_rules};

/// cf. nl80211_key_policy
constexpr auto key_rules = policy_table<NL80211_KEY_LTF_SEED>({
    {NL80211_KEY_DATA, attr::binary(32)},
    {NL80211_KEY_IDX, attr::u8()},
    {NL80211_KEY_CIPHER, attr::u32()},
    {NL80211_KEY_SEQ, attr::binary(16)},
    {NL80211_KEY_DEFAULT, attr::flag()},
    {NL80211_KEY_DEFAULT_MGMT, attr::flag()},
    {NL80211_KEY_TYPE, attr::max(AttributeType::u32, 3)},
    {NL80211_KEY_DEFAULT_TYPES, attr::nested()},
    {NL80211_KEY_MODE, attr::range(AttributeType::u8, 0, 2)},
    {NL80211_KEY_DEFAULT_BEACON, attr::flag()},
    {NL80211_KEY_LTF_SEED, attr::binary(48)},
});
constexpr Policy key_policy{key_rules};

/// The numbers of one of both forms.
struct Form {
    std::uint16_t data, sequence, index, cipher, is_default, is_default_management, type, default_types;
};
constexpr Form nested_form{NL80211_KEY_DATA,    NL80211_KEY_SEQ,          NL80211_KEY_IDX,  NL80211_KEY_CIPHER,
                           NL80211_KEY_DEFAULT, NL80211_KEY_DEFAULT_MGMT, NL80211_KEY_TYPE, NL80211_KEY_DEFAULT_TYPES};
constexpr Form flat_form{NL80211_ATTR_KEY_DATA,   NL80211_ATTR_KEY_SEQ,          NL80211_ATTR_KEY_IDX,
                         NL80211_ATTR_KEY_CIPHER, NL80211_ATTR_KEY_DEFAULT,      NL80211_ATTR_KEY_DEFAULT_MGMT,
                         NL80211_ATTR_KEY_TYPE,   NL80211_ATTR_KEY_DEFAULT_TYPES};

Result<void> parse_default_types(const Attributes& from, const Form& form, KeyRequest& key, ExtAck& ack) {
    if (!from.has(form.default_types)) return {};
    auto types = from.nested(form.default_types, default_type_policy, Strictness::liberal, ack);
    if (!types) return fail(std::move(types.error()));
    key.for_unicast = types->flag(NL80211_KEY_DEFAULT_TYPE_UNICAST);
    key.for_multicast = types->flag(NL80211_KEY_DEFAULT_TYPE_MULTICAST);
    return {};
}

Result<KeyRequest> parse_form(const Attributes& from, const Form& form, ExtAck& ack) {
    KeyRequest key;
    key.index = from.u8(form.index);
    key.type = from.u32(form.type);
    key.is_default = from.flag(form.is_default);
    key.is_default_management = from.flag(form.is_default_management);
    if (&form == &nested_form) {
        key.is_default_beacon = from.flag(NL80211_KEY_DEFAULT_BEACON);
        key.mode = static_cast<mld::KeyMode>(from.u8(NL80211_KEY_MODE).value_or(0));
        key.has_ltf_seed = from.has(NL80211_KEY_LTF_SEED);
    }
    key.for_unicast = key.is_default;
    key.for_multicast = key.chooses_default();
    if (from.has(form.data) || key.mode == mld::KeyMode::set_tx)
        key.parameters = mld::KeyParameters{.cipher = Suite(from.u32(form.cipher).value_or(0)),
                                            .data = bytes_of(from, form.data),
                                            .sequence = bytes_of(from, form.sequence),
                                            .mode = key.mode};
    if (auto parsed = parse_default_types(from, form, key, ack); !parsed) return fail(std::move(parsed.error()));
    return key;
}

/// Of ciphers whose keys have one length.
std::optional<std::size_t> key_length(Suite suite) {
    constexpr struct {
        Suite suite;
        std::size_t octets;
    } lengths[] = {{cipher::wep40, 5},        {cipher::wep104, 13},      {cipher::tkip, 32},
                   {cipher::ccmp128, 16},     {cipher::ccmp256, 32},     {cipher::gcmp128, 16},
                   {cipher::gcmp256, 32},     {cipher::bip_cmac128, 16}, {cipher::bip_cmac256, 32},
                   {cipher::bip_gmac128, 16}, {cipher::bip_gmac256, 32}};
    for (const auto& length : lengths)
        if (length.suite == suite) return length.octets;
    return std::nullopt;
}

bool is_one_of(Suite suite, std::initializer_list<Suite> suites) {
    return std::find(suites.begin(), suites.end(), suite) != suites.end();
}

bool valid_use(const mld::Wiphy& wiphy, const KeyRequest& key, bool pairwise) {
    using mld::KeyMode;
    const Suite suite = key.parameters->cipher;
    const unsigned index = *key.index;
    if (suite == cipher::tkip) return !(pairwise && index != 0) && key.mode == KeyMode::rx_tx;
    if (is_one_of(suite, {cipher::ccmp128, cipher::ccmp256, cipher::gcmp128, cipher::gcmp256})) {
        if ((key.mode == KeyMode::no_tx && !pairwise) || key.mode == KeyMode::set_tx) return false;
        const bool two_keys = wiphy.profile().ext_features.test(NL80211_EXT_FEATURE_EXT_KEY_ID);
        return !pairwise || index <= (two_keys ? 1U : 0U);
    }
    if (is_one_of(suite, {cipher::bip_cmac128, cipher::bip_cmac256, cipher::bip_gmac128, cipher::bip_gmac256}))
        return !pairwise && index >= 4;
    if (is_one_of(suite, {cipher::wep40, cipher::wep104})) return index <= 3;
    return true;
}

bool valid_sequence(const mld::KeyParameters& key) {
    constexpr std::size_t counter = 6;
    if (key.sequence.empty()) return true;
    if (is_one_of(key.cipher, {cipher::wep40, cipher::wep104})) return false;
    return !key_length(key.cipher) || key.sequence.size() == counter;
}

}  // namespace

std::optional<bool> KeyRequest::pairwise(bool has_address) const {
    if (!type) return has_address;
    if (*type == NL80211_KEYTYPE_PAIRWISE) return true;
    if (*type == NL80211_KEYTYPE_GROUP) return false;
    return std::nullopt;
}

Result<KeyRequest> parse_key(const Request& request, ExtAck& ack) {
    Result<KeyRequest> key = fail(EINVAL);
    if (request->has(NL80211_ATTR_KEY)) {
        auto nested = request->nested(NL80211_ATTR_KEY, key_policy, Strictness::liberal, ack);
        if (!nested) return fail(std::move(nested.error()));
        key = parse_form(*nested, nested_form, ack);
    } else {
        key = parse_form(request.attributes(), flat_form, ack);
    }
    if (!key) return key;
    if (int{key->is_default} + int{key->is_default_management} + int{key->is_default_beacon} > 1)
        return fail(EINVAL, "key with multiple default flags is invalid");
    if ((key->is_default_management || key->is_default_beacon) && (key->for_unicast || !key->for_multicast))
        return fail(EINVAL, "defmgmt/defbeacon key must be mcast");
    if (!key->index) return key;
    const unsigned index = *key->index;
    if (key->is_default_management && (index < 4 || index > 5)) return fail(EINVAL, "defmgmt key idx not 4 or 5");
    if (key->is_default_beacon && (index < 6 || index > 7)) return fail(EINVAL, "defbeacon key idx not 6 or 7");
    if (key->is_default && index > 3) return fail(EINVAL, "def key idx not 0-3");
    if (index > 7) return fail(EINVAL, "key idx not 0-7");
    return key;
}

bool valid_key_index(const mld::Wiphy& wiphy, std::optional<std::uint8_t> index, bool pairwise) {
    const auto& features = wiphy.profile().ext_features;
    // cf. cfg80211_igtk_cipher_supported()
    const bool management_frames = supports_cipher(wiphy, cipher::bip_cmac128.selector()) ||
                                   supports_cipher(wiphy, cipher::bip_cmac256.selector()) ||
                                   supports_cipher(wiphy, cipher::bip_gmac128.selector()) ||
                                   supports_cipher(wiphy, cipher::bip_gmac256.selector());
    unsigned highest = 3;
    if (!pairwise && management_frames) highest = 5;
    if (!pairwise && (features.test(NL80211_EXT_FEATURE_BEACON_PROTECTION) ||
                      features.test(NL80211_EXT_FEATURE_BEACON_PROTECTION_CLIENT)))
        highest = 7;
    return index && *index <= highest;
}

bool valid_key(const mld::Wiphy& wiphy, const KeyRequest& key, bool pairwise, bool has_address) {
    if (!valid_key_index(wiphy, key.index, pairwise)) return false;
    if (!pairwise && has_address && !wiphy.profile().has(mld::WiphyFlag::ibss_rsn)) return false;
    if (pairwise && !has_address) return false;
    if (!valid_use(wiphy, key, pairwise)) return false;
    const auto length = key_length(key.parameters->cipher);
    if (length && key.parameters->data.size() != *length) return false;
    if (!valid_sequence(*key.parameters)) return false;
    if (!supports_cipher(wiphy, key.parameters->cipher.selector())) return false;
    return !key.has_ltf_seed;  // no radio here measures distances securely
}

}  // namespace mlosim::netlink::nl80211
