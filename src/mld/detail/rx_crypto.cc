// Decryption of frames that came in, and what becomes of those that should have been encrypted.

#include "mld/detail/robust_frame.h"
#include "mld/detail/rx_path.h"
#include "mld/events.h"
#include "mld/key.h"
#include "mld/sta.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::CipherHeader;
using ieee80211::FrameControl;
using ieee80211::FrameType;
using ieee80211::FrameView;
using ieee80211::ManagementSubtype;

constexpr std::uint8_t management_mic_element = 76;
constexpr std::size_t element_size_128 = 18;
constexpr std::size_t element_size_256 = 26;
constexpr unsigned first_beacon_key = Key::data_keys + Key::management_keys;
constexpr unsigned all_keys = first_beacon_key + Key::beacon_keys;
/// Beacons that should have been protected are told of that often. cf. cfg80211_rx_unprot_mlme_mgmt()
constexpr std::chrono::seconds unprotected_beacon_interval{10};

/// The key that the Management MIC element at the end names, if there is such an element.
/// cf. ieee80211_get_mmie_keyidx()
std::optional<unsigned> named_management_key(const FrameView& frame) {
    const FrameControl fc = frame.frame_control();
    const bool covered = fc.is(ManagementSubtype::beacon) || (frame.addr1().is_group() && is_robust(frame));
    if (fc.type() != FrameType::management || fc.has(FrameControl::protected_frame) || !covered) return std::nullopt;
    for (const std::size_t size : {element_size_128, element_size_256}) {
        if (frame.body().size() < size) continue;
        const ByteView element = frame.body().last(size);
        if (element[0] == management_mic_element && element[1] == size - 2) return element[2] | element[3] << 8U;
    }
    return std::nullopt;
}

template <class Keys>
std::shared_ptr<Key> any_data_key(const Keys& keys) {
    for (unsigned i = 0; i < Key::data_keys; ++i)
        if (keys[i] != nullptr) return keys[i];
    return nullptr;
}

/// The key that beacons are protected with, if they are. cf. ieee80211_rx_get_bigtk()
std::shared_ptr<Key> beacon_key(const Incoming& in, std::optional<unsigned> index) {
    const auto find = [&](const auto& keys) -> std::shared_ptr<Key> {
        if (index) return keys[*index];
        for (unsigned i = first_beacon_key; i < all_keys; ++i)
            if (keys[i] != nullptr) return keys[i];
        return nullptr;
    };
    if (in.sta != nullptr)
        if (auto key = find(in.sta->group_keys)) return key;
    // Of the access point's own beacons only it has the key for sending.
    return is_client(in.wdev) && in.sta != nullptr ? find(in.link.group_keys) : nullptr;
}

}  // namespace

void RxPath::report_unprotected(const Incoming& in) {
    const FrameControl fc = in.frame.frame_control();
    MlmeFrame told;
    told.frame = *in.bytes;
    if (fc.is(ManagementSubtype::deauthentication)) {
        told.kind = MlmeFrameKind::unprotected_deauthentication;
    } else if (fc.is(ManagementSubtype::disassociation)) {
        told.kind = MlmeFrameKind::unprotected_disassociation;
    } else if (fc.is(ManagementSubtype::beacon)) {
        told.kind = MlmeFrameKind::unprotected_beacon;
        const sim::Time now = wiphy_.world().now();
        const auto [last, first] = beacon_reports_.try_emplace(&in.wdev, now);
        if (!first && now - last->second < unprotected_beacon_interval) return;
        last->second = now;
    } else {
        return;
    }
    wiphy_.world().tell([&](Events& e) { e.mlme_frame(in.wdev, told); });
}

// cf. the key selection in ieee80211_rx_h_decrypt()
Verdict RxPath::choose_key(Incoming& in, bool& decrypts) {
    const FrameControl fc = in.frame.frame_control();
    const bool is_protected = fc.has(FrameControl::protected_frame);
    const bool group = in.frame.addr1().is_group();
    decrypts = false;
    std::optional<unsigned> named;
    if (is_protected) {
        const auto header = CipherHeader::parse(*in.bytes);
        if (!header) return Verdict::dropped;
        named = header->key_id;
    }
    const auto named_mic = named_management_key(in.frame);

    std::shared_ptr<Key> pairwise;
    if (in.sta != nullptr && !group) {
        pairwise = in.sta->pairwise_keys[in.sta->tx_key_index.value_or(0)];
        if (pairwise != nullptr && named && in.sta->pairwise_keys[*named] != nullptr)
            pairwise = in.sta->pairwise_keys[*named];
    }
    if (pairwise != nullptr) {
        in.key = pairwise;
        decrypts = is_protected;
        return Verdict::next;
    }
    if (named_mic && fc.is(ManagementSubtype::beacon)) {
        if (*named_mic < first_beacon_key || *named_mic >= all_keys) {
            report_unprotected(in);
            return Verdict::dropped;
        }
        in.key = beacon_key(in, named_mic);
        decrypts = in.key != nullptr;
        return Verdict::next;
    }
    if (named_mic) {
        if (*named_mic < Key::data_keys || *named_mic >= first_beacon_key) return Verdict::dropped;
        if (in.sta != nullptr) in.key = in.sta->group_keys[*named_mic];
        if (in.key == nullptr) in.key = in.link.group_keys[*named_mic];
        decrypts = true;
        return in.key != nullptr ? Verdict::next : Verdict::dropped;
    }
    if (!is_protected) {
        // The key that could have been used, for those who ask why it was not.
        if (fc.is(ManagementSubtype::beacon)) {
            in.key = beacon_key(in, std::nullopt);
        } else if (fc.type() == FrameType::management && group) {
            if (in.link.default_management_key) in.key = in.link.group_keys[*in.link.default_management_key];
        } else {
            if (in.sta != nullptr) in.key = any_data_key(in.sta->group_keys);
            if (in.key == nullptr) in.key = any_data_key(in.link.group_keys);
        }
        return Verdict::next;
    }
    if (group) {
        if (in.sta != nullptr) in.key = in.sta->group_keys[*named];
        if (in.key == nullptr) in.key = in.link.group_keys[*named];
    }
    decrypts = true;
    return in.key != nullptr ? Verdict::next : Verdict::dropped;
}

// cf. ieee80211_rx_h_decrypt()
Verdict RxPath::decrypt(Incoming& in) {
    if (in.frame.frame_control().type() == FrameType::control) return Verdict::next;
    bool decrypts = false;
    if (const Verdict chosen = choose_key(in, decrypts); chosen != Verdict::next || !decrypts) return chosen;
    const bool is_beacon = in.frame.frame_control().is(ManagementSubtype::beacon);
    const Verdict verdict = in.key->bip_cipher() != nullptr ? verify_mic(in) : decipher(in);
    if (verdict != Verdict::next && is_beacon) report_unprotected(in);
    in.decrypted = true;
    return verdict;
}

// cf. ieee80211_crypto_aes_cmac_decrypt(), ieee80211_crypto_aes_gmac_decrypt()
Verdict RxPath::verify_mic(Incoming& in) {
    constexpr unsigned counter = 16;
    const ieee80211::BipCipher& mic = *in.key->bip_cipher();
    const auto header = mic.read(*in.bytes);
    if (!header || !in.key->is_new(counter, header->packet_number)) return Verdict::dropped;
    if (!mic.verify(*in.bytes)) {
        in.key->wrong_mic();
        return Verdict::dropped;
    }
    in.key->received(counter, header->packet_number);
    Bytes rest(in.bytes->begin(), in.bytes->end() - static_cast<std::ptrdiff_t>(mic.element_size()));
    in.bytes = std::make_shared<const Bytes>(std::move(rest));
    in.frame = *FrameView::parse(*in.bytes);
    return Verdict::next;
}

// cf. ieee80211_crypto_ccmp_decrypt(), ieee80211_crypto_gcmp_decrypt()
Verdict RxPath::decipher(Incoming& in) {
    if (in.key->frame_cipher() == nullptr || in.sta == nullptr) return Verdict::dropped;
    const FrameControl fc = in.frame.frame_control();
    if (fc.type() != FrameType::data && !is_robust(in.frame)) return Verdict::next;
    const auto header = CipherHeader::parse(*in.bytes);
    if (!header || !in.key->is_new(in.security_index, header->packet_number)) return Verdict::dropped;
    // Management frames count with the addresses that are on the air, data frames with the MLDs'. 802.11be 12.5.2.3.3
    std::optional<ieee80211::CipherAddresses> addresses;
    if (in.air_addresses && fc.type() == FrameType::management) addresses = in.air_addresses;
    auto clear = in.key->frame_cipher()->unprotect(*in.bytes, addresses);
    if (!clear) {
        if (clear.error().code == EBADMSG) in.key->wrong_mic();
        return Verdict::dropped;
    }
    in.key->received(in.security_index, header->packet_number);
    in.packet_number = header->packet_number;
    // Whoever gets it sees that it was protected.
    FrameControl restored{*clear};
    restored.set(FrameControl::protected_frame, 1);
    std::copy(restored.octets().begin(), restored.octets().end(), clear->begin());
    in.bytes = std::make_shared<const Bytes>(std::move(*clear));
    in.frame = *FrameView::parse(*in.bytes);
    return Verdict::next;
}

// cf. ieee80211_drop_unencrypted_mgmt()
Verdict RxPath::check_protection(Incoming& in) {
    if (in.decrypted) return Verdict::next;
    const FrameView& frame = in.frame;
    const FrameControl fc = frame.frame_control();
    const bool leaves = fc.is(ManagementSubtype::deauthentication) || fc.is(ManagementSubtype::disassociation);
    const bool robust = is_robust(frame);
    const bool group = frame.addr1().is_group();
    if (is_action(frame, ActionCategory::protected_dual)) return Verdict::dropped;
    if (in.sta != nullptr && in.sta->flags.has(StaFlag::mfp)) {
        if (robust && !group && !fc.has(FrameControl::protected_frame)) {
            // During the handshake, before there are keys, it may leave in the clear.
            if (leaves && in.key == nullptr) return Verdict::next;
            if (leaves) report_unprotected(in);
            return Verdict::dropped;
        }
        if (robust && group && !named_management_key(frame)) {
            if (leaves) report_unprotected(in);
            return Verdict::dropped;
        }
        if (fc.is(ManagementSubtype::beacon) && in.key != nullptr && !named_management_key(frame)) {
            report_unprotected(in);
            return Verdict::dropped;
        }
        if (is_action(frame) && robust && in.key == nullptr) return Verdict::dropped;
    }
    const bool associated = in.sta != nullptr && in.sta->flags.has(StaFlag::associated);
    if (is_action(frame) && robust && !associated) return Verdict::dropped;
    return Verdict::next;
}

}  // namespace mlosim::mld::detail
