// How a station proves that it knows the password, before it associates (802.11-2020 12.4).

#include "agent/station_agent.h"
#include "ieee80211/management_frames.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::AuthenticationBody;
using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using rsn::SaeMethod;

constexpr std::uint16_t commit = 1;
constexpr std::uint16_t confirm = 2;

// 802.11-2020 Table 9-50
constexpr std::uint16_t success = 0;
constexpr std::uint16_t anti_clogging_token_required = 76;
constexpr std::uint16_t sae_hash_to_element = 126;

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::uint16_t commit_status(SaeMethod method) {
    return method == SaeMethod::hash_to_element ? sae_hash_to_element : success;
}

Bytes message(std::uint16_t transaction, std::uint16_t status, ByteView body) {
    Bytes out;
    ByteWriter w(out);
    w.u16le(transaction);
    w.u16le(status);
    w.bytes(body);
    return out;
}

}  // namespace

Bytes StationAgent::sae_password_element() {
    const rsn::P256 curve;
    const ByteView password = octets(settings_.password);
    if (*target_->security.sae == SaeMethod::hunting_and_pecking)
        return rsn::sae_element_by_hunting(curve, password, wdev_.address(), target_->address());
    if (sae_token_.empty()) sae_token_ = rsn::sae_password_token(curve, settings_.ssid.octets(), password);
    return rsn::sae_element_from_token(curve, sae_token_, wdev_.address(), target_->address());
}

void StationAgent::begin_sae() {
    sae_ = std::make_unique<rsn::Sae>(sae_password_element(), [this](std::size_t size) { return random_octets(size); });
    send_sae_commit({});
}

void StationAgent::send_sae_commit(Bytes token) {
    rsn::SaeCommit own = sae_->commit();
    own.token = std::move(token);
    const Bytes data = message(commit, commit_status(*target_->security.sae), own.body(*target_->security.sae));
    if (!send_authentication(mld::AuthenticationType::sae, data)) give_up("authentication refused here");
}

void StationAgent::sae_answered(const AuthenticationBody& body) {
    if (body.algorithm != AuthenticationBody::sae) return;
    if (body.transaction == commit) return sae_committed(body);
    if (body.transaction == confirm) return sae_confirmed(body);
}

void StationAgent::sae_committed(const AuthenticationBody& body) {
    if (sae_->has_keys()) return;
    if (body.status == anti_clogging_token_required) {
        auto token = rsn::requested_sae_token(body.rest, *target_->security.sae);
        if (!token) return give_up("no token");
        return send_sae_commit(std::move(*token));
    }
    if (body.status != commit_status(*target_->security.sae))
        return give_up("authentication status " + std::to_string(body.status));
    const auto peer = rsn::SaeCommit::parse(body.rest, *target_->security.sae);
    if (!peer || !sae_->receive_commit(*peer)) return give_up("a commit that is not legal");
    const Bytes data = message(confirm, success, sae_->confirm());
    if (!send_authentication(mld::AuthenticationType::sae, data)) give_up("authentication refused here");
}

void StationAgent::sae_confirmed(const AuthenticationBody& body) {
    if (body.status != success) return give_up("authentication status " + std::to_string(body.status));
    if (!sae_->receive_confirm(body.rest)) return give_up("another password");
    associate();
}

}  // namespace mlosim::agent
