#include "agent/rsn/authenticator.h"

#include <algorithm>

namespace mlosim::agent::rsn {

namespace {

using namespace std::chrono_literals;

// As hostapd waits: a short while for the first answer, then a second each, four tries. cf. wpa_pairwise_update_count
constexpr sim::Duration first_wait = 100ms;
constexpr sim::Duration further_wait = 1s;
constexpr unsigned most_tries = 4;

// 802.11-2020 Table 9-49
constexpr std::uint16_t reason_authentication_invalid = 2;
constexpr std::uint16_t reason_4way_timeout = 15;
constexpr std::uint16_t reason_group_timeout = 16;
constexpr std::uint16_t reason_element_differs = 17;

}  // namespace

Authenticator::Authenticator(AuthenticatorSettings settings, NonceSource nonces, GroupKeys group_keys)
    : settings_(std::move(settings)),
      nonces_(std::move(nonces)),
      group_keys_(std::move(group_keys)),
      ptk_(settings_.key) {}

AuthenticatorStep Authenticator::drop() {
    ++dropped_;
    return {};
}

AuthenticatorStep Authenticator::start() {
    anonce_ = nonces_();
    next_.reset();
    return expect(Expecting::message2);
}

AuthenticatorStep Authenticator::rekey_group() {
    if (!ptk_ || expecting_ == Expecting::message2 || expecting_ == Expecting::message4) return {};
    return expect(Expecting::group_message2);
}

AuthenticatorStep Authenticator::expect(Expecting what) {
    expecting_ = what;
    tries_ = 0;
    outstanding_.clear();
    return send();
}

AuthenticatorStep Authenticator::send() {
    AuthenticatorStep out;
    out.wait = tries_++ == 0 ? first_wait : further_wait;
    switch (expecting_) {
        case Expecting::message2:
            out.send = message1();
            break;
        case Expecting::message4:
            out.send = message3();
            break;
        case Expecting::group_message2:
            out.send = group_message1();
            break;
        case Expecting::nothing:
            return {};
    }
    return out;
}

AuthenticatorStep Authenticator::timeout() {
    if (expecting_ == Expecting::nothing) return {};
    if (tries_ < most_tries) return send();
    AuthenticatorStep out;
    out.disconnect = expecting_ == Expecting::group_message2 ? reason_group_timeout : reason_4way_timeout;
    expecting_ = Expecting::nothing;
    return out;
}

EapolKey Authenticator::next_frame(std::uint16_t information) {
    EapolKey frame;
    frame.information = static_cast<std::uint16_t>(information | settings_.akm->descriptor_version);
    frame.replay_counter = ++counter_;
    outstanding_.insert(counter_);
    return frame;
}

// 12.7.6.2
Bytes Authenticator::message1() {
    EapolKey frame = next_frame(key_info::pairwise | key_info::ack);
    frame.key_length = static_cast<std::uint16_t>(key_size(settings_.pairwise_cipher));
    frame.nonce = anonce_;
    KeyData data;
    data.pmkid = settings_.pmkid;
    if (!settings_.links.empty()) data.mac = settings_.ends.authenticator;
    frame.key_data = data.octets();
    return frame.packet();
}

/// Gives the packet number of a GTK that does not name its link.
std::uint64_t Authenticator::put_group_keys(KeyData& data) const {
    std::uint64_t rsc = 0;
    for (GroupKey& key : group_keys_()) {
        if (key.kind != GroupKeyKind::gtk && !settings_.mfp) continue;
        const bool has_link =
            settings_.links.empty() || std::any_of(settings_.links.begin(), settings_.links.end(),
                                                   [&](const MloLink& l) { return l.link == key.link; });
        if (!has_link) continue;
        if (key.kind == GroupKeyKind::gtk && !key.link) rsc = std::exchange(key.packet_number, 0);
        data.group_keys.push_back(std::move(key));
    }
    return rsc;
}

// 12.7.6.4
Bytes Authenticator::message3() {
    EapolKey frame = next_frame(key_info::pairwise | key_info::ack | key_info::install | key_info::mic |
                                key_info::secure | key_info::encrypted);
    frame.key_length = static_cast<std::uint16_t>(key_size(settings_.pairwise_cipher));
    frame.nonce = anonce_;
    KeyData data;
    if (settings_.links.empty()) {
        data.rsne = settings_.own_rsne;
        data.rsnxe = settings_.own_rsnxe;
    } else {
        data.mac = settings_.ends.authenticator;
        data.mlo_links = settings_.links;
    }
    data.mobility_domain = settings_.mobility_domain;
    data.fast_transition = settings_.fast_transition;
    frame.rsc = put_group_keys(data);
    frame.key_data = aes_wrap(next_->kek, padded_for_wrap(data.octets()));
    return frame.signed_packet(*settings_.akm, next_->kck);
}

// 12.7.7.2
Bytes Authenticator::group_message1() {
    EapolKey frame = next_frame(key_info::ack | key_info::mic | key_info::secure | key_info::encrypted);
    KeyData data;
    frame.rsc = put_group_keys(data);
    frame.key_data = aes_wrap(ptk_->kek, padded_for_wrap(data.octets()));
    return frame.signed_packet(*settings_.akm, ptk_->kck);
}

AuthenticatorStep Authenticator::receive(ByteView packet) {
    const auto frame = EapolKey::parse(packet);
    if (!frame || frame->has(key_info::ack) || frame->has(key_info::request) || !frame->has(key_info::mic))
        return drop();
    const unsigned version = frame->information & key_info::descriptor_version;
    if (version != settings_.akm->descriptor_version || !outstanding_.contains(frame->replay_counter)) return drop();
    const bool pairwise = frame->has(key_info::pairwise);
    switch (expecting_) {
        case Expecting::message2:
            // Under a key that is in use already, message 2 has the Secure bit too: only message 4 has no key data.
            return pairwise && !frame->key_data.empty() ? message2(*frame, packet) : drop();
        case Expecting::message4:
            return pairwise ? message4(packet) : drop();
        case Expecting::group_message2:
            return pairwise ? drop() : group_message2(packet);
        case Expecting::nothing:
            break;
    }
    return drop();
}

// 12.7.6.3
AuthenticatorStep Authenticator::message2(const EapolKey& frame, ByteView packet) {
    const PairwiseKey key = PairwiseKey::derive(*settings_.akm, settings_.pairwise_cipher, settings_.pmk,
                                                settings_.ends, anonce_, frame.nonce);
    // Another passphrase, most likely: the station tries again until its time is up.
    if (!is_genuine(packet, *settings_.akm, key.kck)) return drop();
    const auto data = KeyData::parse(frame.key_data);
    if (!data) return drop();
    if (data->rsne != settings_.station_rsne || data->rsnxe != settings_.station_rsnxe ||
        data->mobility_domain != settings_.mobility_domain || data->fast_transition != settings_.fast_transition) {
        AuthenticatorStep out;
        out.disconnect = reason_element_differs;
        expecting_ = Expecting::nothing;
        return out;
    }
    if (!is_same_mld(*data)) {
        AuthenticatorStep out;
        out.disconnect = reason_authentication_invalid;
        expecting_ = Expecting::nothing;
        return out;
    }
    next_ = key;
    return expect(Expecting::message4);
}

/// The MLD says with its key what its unprotected association request said. 802.11be 12.7.6.3;
/// cf. hostapd's wpa_auth_validate_ml_kdes_m2()
bool Authenticator::is_same_mld(const KeyData& data) const {
    if (settings_.links.empty()) return true;
    if (data.mac != settings_.ends.supplicant) return false;
    const auto is_known = [&](const MloLink& said) {
        return std::any_of(settings_.station_links.begin(), settings_.station_links.end(),
                           [&](const StationLink& l) { return l.link == said.link && l.address == said.address; });
    };
    const auto is_said = [&](const StationLink& known) {
        return known.asked_here || std::any_of(data.mlo_links.begin(), data.mlo_links.end(),
                                               [&](const MloLink& l) { return l.link == known.link; });
    };
    return std::all_of(data.mlo_links.begin(), data.mlo_links.end(), is_known) &&
           std::all_of(settings_.station_links.begin(), settings_.station_links.end(), is_said);
}

// 12.7.6.5
AuthenticatorStep Authenticator::message4(ByteView packet) {
    if (!is_genuine(packet, *settings_.akm, next_->kck)) return drop();
    expecting_ = Expecting::nothing;
    outstanding_.clear();
    ptk_ = std::move(next_);
    next_.reset();
    AuthenticatorStep out;
    out.install = ptk_->tk;
    out.authorized = true;
    return out;
}

// 12.7.7.3
AuthenticatorStep Authenticator::group_message2(ByteView packet) {
    if (!is_genuine(packet, *settings_.akm, ptk_->kck)) return drop();
    expecting_ = Expecting::nothing;
    outstanding_.clear();
    AuthenticatorStep out;
    out.group_done = true;
    return out;
}

}  // namespace mlosim::agent::rsn
