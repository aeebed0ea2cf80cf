#include "agent/rsn/supplicant.h"

#include <algorithm>

namespace mlosim::agent::rsn {

namespace {

constexpr std::uint16_t reason_element_differs = 17;  // 802.11-2020 Table 9-49

}  // namespace

Supplicant::Supplicant(SupplicantSettings settings, NonceSource nonces)
    : settings_(std::move(settings)), nonces_(std::move(nonces)) {}

SupplicantStep Supplicant::drop() {
    ++dropped_;
    return {};
}

SupplicantStep Supplicant::receive(ByteView packet) {
    const auto frame = EapolKey::parse(packet);
    if (!frame) return drop();
    const bool asks = frame->has(key_info::ack) && !frame->has(key_info::request) && !frame->has(key_info::error);
    const unsigned version = frame->information & key_info::descriptor_version;
    if (!asks || version != settings_.akm->descriptor_version) return drop();
    if (last_counter_ && frame->replay_counter <= *last_counter_) return drop();
    if (!frame->has(key_info::pairwise)) return group_message1(*frame, packet);
    return frame->has(key_info::mic) ? message3(*frame, packet) : message1(*frame);
}

// 12.7.6.2, 12.7.6.3
SupplicantStep Supplicant::message1(const EapolKey& frame) {
    const auto data = KeyData::parse(frame.key_data);
    if (!data) return drop();
    if (data->pmkid && settings_.pmkid && *data->pmkid != *settings_.pmkid) return drop();
    // One nonce for all tries of one handshake; the access point's changes with each handshake.
    if (!snonce_) snonce_ = nonces_();
    anonce_ = frame.nonce;
    next_ = PairwiseKey::derive(*settings_.akm, settings_.pairwise_cipher, settings_.pmk, settings_.ends, *anonce_,
                                *snonce_);
    Bytes own = settings_.own_rsne;
    own.insert(own.end(), settings_.own_rsnxe.begin(), settings_.own_rsnxe.end());
    const Bytes mld = own_mld_data();
    own.insert(own.end(), mld.begin(), mld.end());
    SupplicantStep out;
    out.send = answer(key_info::pairwise | key_info::mic, frame.replay_counter, *next_, *snonce_, std::move(own));
    return out;
}

/// What a station MLD says of itself in message 2, 802.11be 12.7.6.3. cf. wpa_mlo_link_kde()
Bytes Supplicant::own_mld_data() const {
    if (settings_.links.empty()) return {};
    KeyData data;
    data.mac = settings_.ends.supplicant;
    for (const SupplicantLink& link : settings_.links)
        if (link.link != settings_.association_link) data.mlo_links.push_back({link.link, link.own, {}, {}});
    return data.octets();
}

// 12.7.6.4, 12.7.6.5
SupplicantStep Supplicant::message3(const EapolKey& frame, ByteView packet) {
    const std::uint16_t needed = key_info::install | key_info::secure | key_info::encrypted;
    if (!anonce_ || frame.nonce != *anonce_ || (frame.information & needed) != needed) return drop();
    // A message 3 that comes again, because message 4 was lost, is of the key that is in use by now.
    const std::optional<PairwiseKey>& ptk = next_ ? next_ : ptk_;
    if (!ptk || !is_genuine(packet, *settings_.akm, ptk->kck)) return drop();
    const auto data = key_data(frame, *ptk);
    if (!data || !has_needed_keys(*data)) return drop();
    last_counter_ = frame.replay_counter;
    SupplicantStep out;
    if (!elements_agree(*data)) {
        out.leave = reason_element_differs;
        return out;
    }
    const PairwiseKey key = *ptk;
    KeyData own;
    if (!settings_.links.empty()) own.mac = settings_.ends.supplicant;
    out.send =
        answer(key_info::pairwise | key_info::mic | key_info::secure, frame.replay_counter, key, {}, own.octets());
    if (!ptk_ || !(*ptk_ == key)) out.install = key.tk;
    out.group_keys = fresh(*data, frame.rsc);
    out.completed = true;
    ptk_ = key;
    next_.reset();
    snonce_.reset();
    return out;
}

// 12.7.7.2, 12.7.7.3
SupplicantStep Supplicant::group_message1(const EapolKey& frame, ByteView packet) {
    const std::uint16_t needed = key_info::mic | key_info::secure | key_info::encrypted;
    if (!ptk_ || (frame.information & needed) != needed) return drop();
    if (!is_genuine(packet, *settings_.akm, ptk_->kck)) return drop();
    const auto data = key_data(frame, *ptk_);
    if (!data) return drop();
    last_counter_ = frame.replay_counter;
    SupplicantStep out;
    out.send = answer(key_info::mic | key_info::secure, frame.replay_counter, *ptk_, {}, {});
    out.group_keys = fresh(*data, frame.rsc);
    return out;
}

std::optional<KeyData> Supplicant::key_data(const EapolKey& frame, const PairwiseKey& ptk) const {
    const auto plain = aes_unwrap(ptk.kek, frame.key_data);
    if (!plain) return std::nullopt;
    auto data = KeyData::parse(*plain);
    if (!data) return std::nullopt;
    // The keys of an MLD's links name them; those of a single link do not.
    for (const GroupKey& key : data->group_keys)
        if (key.link.has_value() == settings_.links.empty()) return std::nullopt;
    return std::move(*data);
}

bool Supplicant::has_needed_keys(const KeyData& data) const {
    const auto has = [&](GroupKeyKind kind, std::optional<ieee80211::LinkId> link) {
        return std::any_of(data.group_keys.begin(), data.group_keys.end(),
                           [&](const GroupKey& k) { return k.kind == kind && k.link == link; });
    };
    const auto complete = [&](std::optional<ieee80211::LinkId> link) {
        return has(GroupKeyKind::gtk, link) && (!settings_.mfp || has(GroupKeyKind::igtk, link));
    };
    if (settings_.links.empty()) return complete(std::nullopt);
    return std::all_of(settings_.links.begin(), settings_.links.end(),
                       [&](const SupplicantLink& l) { return !l.accepted || complete(l.link); });
}

/// Nobody changed what the access point says of its security while it went through the air.
bool Supplicant::elements_agree(const KeyData& data) const {
    if (settings_.links.empty())
        return data.rsne == settings_.access_point_rsne && data.rsnxe == settings_.access_point_rsnxe;
    return std::all_of(settings_.links.begin(), settings_.links.end(), [&](const SupplicantLink& own) {
        if (!own.accepted) return true;
        const auto said = std::find_if(data.mlo_links.begin(), data.mlo_links.end(),
                                       [&](const MloLink& l) { return l.link == own.link; });
        return said != data.mlo_links.end() && said->address == own.access_point && said->rsne == own.rsne &&
               said->rsnxe == own.rsnxe;
    });
}

std::vector<GroupKey> Supplicant::fresh(const KeyData& data, std::uint64_t rsc) {
    std::vector<GroupKey> out;
    for (GroupKey key : data.group_keys) {
        if (key.kind == GroupKeyKind::gtk && !key.link) key.packet_number = rsc;
        if (key.kind != GroupKeyKind::gtk && !settings_.mfp) continue;
        const auto known = std::find_if(installed_.begin(), installed_.end(), [&](const GroupKey& k) {
            return k.kind == key.kind && k.link == key.link && k.key_id == key.key_id;
        });
        if (known != installed_.end()) {
            if (known->key == key.key) continue;
            installed_.erase(known);
        }
        installed_.push_back(key);
        out.push_back(std::move(key));
    }
    return out;
}

Bytes Supplicant::answer(std::uint16_t information, std::uint64_t counter, const PairwiseKey& ptk, const Nonce& nonce,
                         Bytes data) const {
    EapolKey frame;
    frame.information = static_cast<std::uint16_t>(information | settings_.akm->descriptor_version);
    frame.replay_counter = counter;
    frame.nonce = nonce;
    frame.key_data = std::move(data);
    return frame.signed_packet(*settings_.akm, ptk.kck);
}

}  // namespace mlosim::agent::rsn
