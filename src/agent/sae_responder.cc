#include "agent/sae_responder.h"

#include <algorithm>
#include <string_view>

namespace mlosim::agent {

namespace {

using ieee80211::AuthenticationBody;
using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::MacAddress;
using rsn::SaeMethod;

constexpr std::uint16_t commit_transaction = 1;
constexpr std::uint16_t confirm_transaction = 2;
constexpr std::size_t group_octets = 2;
constexpr std::size_t commit_octets = group_octets + rsn::P256::number_size + rsn::P256::point_size;
constexpr std::size_t confirm_octets = 2 + 32;
/// An exchange that has not ended by then never will: its station has gone.
constexpr sim::Duration patience = std::chrono::seconds(60);

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

SaeResponder::Outcome refuse(std::uint16_t transaction, StatusCode status, Bytes body = {}) {
    SaeResponder::Outcome out;
    out.answer = {transaction, status, std::move(body)};
    return out;
}

}  // namespace

std::optional<ieee80211::ElementList> sae_elements(const AuthenticationBody& frame) {
    const bool is_commit = frame.transaction == commit_transaction;
    const bool fields_are_known =
        !is_commit || (rsn::SaeCommit::group_of(frame.rest) == rsn::P256::group &&
                       frame.status == static_cast<std::uint16_t>(StatusCode::sae_hash_to_element));
    if (!fields_are_known) return std::nullopt;
    const std::size_t fields = is_commit ? commit_octets : confirm_octets;
    if (frame.rest.size() < fields) return std::nullopt;
    return ieee80211::ElementList(frame.rest.subspan(fields));
}

SaeResponder::SaeResponder(Settings settings, rsn::RandomOctets random)
    : settings_(std::move(settings)), random_(std::move(random)) {
    constexpr std::size_t key_octets = 32;
    token_key_ = random_(key_octets);
}

// cf. handle_auth_sae() of hostapd for the answers
SaeResponder::Outcome SaeResponder::receive(const Peer& peer, const AuthenticationBody& frame, sim::Time now) {
    expire(now);
    if (frame.transaction == commit_transaction) return commit(peer, frame, now);
    if (frame.transaction == confirm_transaction) return confirm(peer, frame);
    return refuse(frame.transaction, StatusCode::transaction_out_of_sequence);
}

// 802.11-2020 12.4.8.6.3 and 12.4.8.6.4
SaeResponder::Outcome SaeResponder::commit(const Peer& peer, const AuthenticationBody& frame, sim::Time now) {
    const bool hash = frame.status == static_cast<std::uint16_t>(StatusCode::sae_hash_to_element);
    const bool hunting = frame.status == static_cast<std::uint16_t>(StatusCode::success);
    if (!hash && (!hunting || settings_.hash_to_element_only || peer.is_mld))
        return refuse(commit_transaction, StatusCode::unspecified_failure);
    const SaeMethod method = hash ? SaeMethod::hash_to_element : SaeMethod::hunting_and_pecking;
    const auto group = rsn::SaeCommit::group_of(frame.rest);
    if (!group) return refuse(commit_transaction, StatusCode::unspecified_failure);
    if (group != rsn::P256::group)
        return refuse(commit_transaction, StatusCode::unsupported_group,
                      Bytes(frame.rest.begin(), frame.rest.begin() + group_octets));
    const auto offer = rsn::SaeCommit::parse(frame.rest, method);
    if (!offer) return refuse(commit_transaction, StatusCode::unspecified_failure);

    const auto known = peers_.find(peer.address);
    if (!offer->token.empty() && !rsn::same_secret(offer->token, token_for(peer.address))) return {};
    if (offer->token.empty() && known == peers_.end() && open_exchanges() >= settings_.anti_clogging_threshold)
        return refuse(commit_transaction, StatusCode::anti_clogging_token_required,
                      rsn::sae_token_request(token_for(peer.address), method));
    // A commit that comes again is answered with what it was answered with.
    const bool again = known != peers_.end() && !known->second.accepted && known->second.method == method &&
                       known->second.own == peer.own && known->second.sae->peer().scalar == offer->scalar &&
                       known->second.sae->peer().element == offer->element;
    if (!again) {
        if (known == peers_.end() && peers_.size() >= settings_.most_peers)
            return refuse(commit_transaction, StatusCode::too_many_stations);
        Exchange fresh;
        fresh.own = peer.own;
        fresh.sae = std::make_unique<rsn::Sae>(password_element(peer, method), random_);
        fresh.method = method;
        fresh.since = now;
        if (!fresh.sae->receive_commit(*offer)) return refuse(commit_transaction, StatusCode::unspecified_failure);
        peers_[peer.address] = std::move(fresh);
    }
    Outcome out;
    out.answer = {commit_transaction, hash ? StatusCode::sae_hash_to_element : StatusCode::success,
                  peers_.at(peer.address).sae->commit().body(method)};
    return out;
}

// 802.11-2020 12.4.8.6.5
SaeResponder::Outcome SaeResponder::confirm(const Peer& peer, const AuthenticationBody& frame) {
    const auto known = peers_.find(peer.address);
    if (frame.status != static_cast<std::uint16_t>(StatusCode::success)) return {};
    if (known == peers_.end() || known->second.own != peer.own || frame.rest.size() < 2)
        return refuse(confirm_transaction, StatusCode::unspecified_failure);
    Exchange& at = known->second;
    const auto count = static_cast<std::uint16_t>(frame.rest[0] | frame.rest[1] << 8U);
    constexpr std::uint16_t last_count = 0xffff;
    if (at.accepted && (count <= at.last_confirm || count == last_count)) return {};
    if (!at.sae->receive_confirm(frame.rest)) return refuse(confirm_transaction, StatusCode::challenge_failure);
    at.last_confirm = count;
    Outcome out;
    out.answer = {confirm_transaction, StatusCode::success, at.sae->confirm()};
    out.accepted = true;
    at.accepted = true;
    return out;
}

std::optional<SaeResponder::Agreement> SaeResponder::agreement(const MacAddress& peer) const {
    const auto known = peers_.find(peer);
    if (known == peers_.end() || !known->second.accepted) return std::nullopt;
    return Agreement{known->second.sae->pmk(), known->second.sae->pmkid()};
}

Bytes SaeResponder::password_element(const Peer& peer, SaeMethod method) {
    const ByteView password = octets(settings_.password);
    if (method == SaeMethod::hunting_and_pecking)
        return rsn::sae_element_by_hunting(curve_, password, peer.own, peer.address);
    if (password_token_.empty()) password_token_ = rsn::sae_password_token(curve_, settings_.ssid.octets(), password);
    return rsn::sae_element_from_token(curve_, password_token_, peer.own, peer.address);
}

/// No state is kept for who was asked for one.
Bytes SaeResponder::token_for(const MacAddress& peer) const {
    return rsn::hmac(rsn::Hash::sha256, token_key_, {peer.octets()});
}

std::size_t SaeResponder::open_exchanges() const {
    return static_cast<std::size_t>(
        std::count_if(peers_.begin(), peers_.end(), [](const auto& p) { return !p.second.accepted; }));
}

void SaeResponder::expire(sim::Time now) {
    std::erase_if(peers_, [&](const auto& p) { return now - p.second.since > patience; });
}

}  // namespace mlosim::agent
