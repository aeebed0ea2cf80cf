// A station authenticates: 802.11-2020 11.3.4. cf. ieee80211_mgd_auth(), ieee80211_rx_mgmt_auth()

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/detail/channel_switch.h"
#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/stations.h"

namespace mlosim::mld {

namespace {

using ieee80211::AuthenticationBody;
using ieee80211::BasicMultiLink;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::MultiLinkVariant;
using namespace std::chrono_literals;

constexpr unsigned max_tries = 3;
constexpr sim::Duration timeout_unacknowledged = 500ms;  // IEEE80211_AUTH_TIMEOUT_LONG
constexpr sim::Duration timeout_short = 100ms;           // IEEE80211_AUTH_TIMEOUT_SHORT
constexpr sim::Duration timeout_sae = 2s;
constexpr sim::Duration wait_for_association = 5s;
constexpr sim::Duration wait_for_sae_retry = 2s;

// Status codes, 802.11-2020 Table 9-50
constexpr std::uint16_t anti_clogging_token_required = 76;
constexpr std::uint16_t sae_hash_to_element = 126;
constexpr std::uint16_t sae_pk = 127;

/// The Authentication Algorithm Number; nothing for what the MAC does not do (shared key is WEP's).
std::optional<std::uint16_t> algorithm_of(AuthenticationType type) {
    constexpr std::uint16_t leap = 128;
    switch (type) {
        case AuthenticationType::open_system:
            return AuthenticationBody::open_system;
        case AuthenticationType::ft:
            return AuthenticationBody::fast_bss_transition;
        case AuthenticationType::network_eap:
            return leap;
        case AuthenticationType::sae:
            return AuthenticationBody::sae;
        case AuthenticationType::fils_sk:
            return 4;
        case AuthenticationType::fils_sk_pfs:
            return 5;
        case AuthenticationType::fils_pk:
            return 6;
        default:
            return std::nullopt;
    }
}

bool same_bss(const Bss& a, const Bss& b) {
    return a.bssid == b.bssid && a.channel == b.channel && a.ssid() == b.ssid();
}

}  // namespace

// cf. cfg80211_mlme_auth(), ieee80211_mgd_auth()
Result<void> StationMlme::Impl::authenticate(const AuthenticateRequest& request) {
    const Bss* found = find_bss(request.frequency, request.bssid, request.ssid, bss_use_for_normal);
    if (found == nullptr) return fail(ENOENT);
    const Bss bss = *found;
    if (connected_to(bss.bssid)) return fail(EALREADY);
    if (bss.bssid == wdev.address() || request.ap_mld_addr == wdev.address()) return fail(EINVAL);
    const auto algorithm = algorithm_of(request.type);
    if (!algorithm) return fail(EOPNOTSUPP);
    if (assoc) return fail(EBUSY);
    if (detail::announces_channel_switch(bss)) return fail(EINVAL, "the access point is about to switch its channel");

    Authentication next;
    next.bss = bss;
    next.ap = request.ap_mld_addr.value_or(bss.bssid);
    next.link = request.link;
    next.algorithm = *algorithm;
    constexpr std::size_t fixed = 4;  // transaction and status
    if (request.auth_data.size() >= fixed) {
        ieee80211::ByteReader data(request.auth_data);
        const std::uint16_t transaction = data.u16le();
        const std::uint16_t status = data.u16le();
        if (request.type == AuthenticationType::sae) {
            next.transaction = transaction;
            next.status = status;
        }
        next.data.assign(data.rest().begin(), data.rest().end());
    }
    next.data.insert(next.data.end(), request.elements.begin(), request.elements.end());

    const bool continues = auth && same_bss(auth->bss, bss) && auth->link == next.link;
    const bool is_sae = request.type == AuthenticationType::sae;
    if (continues && is_sae) next.peer_confirmed = auth->peer_confirmed;
    if (auth) end_authentication(continues);
    auth = std::move(next);
    auth->timeout = now() + timeout_unacknowledged;
    // The peer has confirmed, and its answer to this is not waited for.
    if (continues && is_sae && auth->peer_confirmed && auth->transaction == 2) authenticated();
    if (active) leave_for_another();

    const auto give_up = [&](Error error) {
        const ieee80211::MacAddress ap = auth->ap;
        auth.reset();
        let_go(ap);
        arm();
        return fail(std::move(error));
    };
    selectors = request.supported_selectors;
    auto wanted = detail::own_settings(wiphy(), wdev, bss.channel.band, nullptr, detail::uses_wmm(bss));
    if (auto prepared = prepare({bss, auth->ap, auth->link}, continues, false, wanted); !prepared)
        return give_up(prepared.error());
    if (auto sent = send_authentication(); !sent) return give_up(sent.error());
    return {};
}

// cf. ieee80211_auth(), ieee80211_send_auth()
Result<void> StationMlme::Impl::send_authentication() {
    if (++auth->tries > max_tries) {
        forget_bss(auth->bss);  // most likely it is out of reach
        return fail(ETIMEDOUT);
    }
    AuthenticationBody body;
    body.algorithm = auth->algorithm;
    body.transaction = 1;
    if (auth->algorithm == AuthenticationBody::sae) {
        body.transaction = auth->transaction;
        body.status = auth->status;
        auth->expected_transaction = auth->transaction;
    }
    Bytes rest = auth->data;
    if (auth->link && !ieee80211::find_multi_link(ieee80211::ElementList(auth->data), MultiLinkVariant::basic)) {
        BasicMultiLink own;
        own.mld_addr = wdev.address();
        ByteWriter more(rest);
        own.append_to(more);
    }
    body.rest = rest;
    Bytes frame;
    ByteWriter out(frame);
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::authentication, auth->ap, wdev.address(), auth->ap)
        .append_to(out);
    body.append_to(out);
    TxOptions options;
    options.report = TxOptions::Report::mlme;
    options.cookie = await(Awaited::authentication);
    options.no_encryption = true;
    if (!auth->done) auth->timeout = now() + timeout_unacknowledged;
    trace("mld/authentication-sent", auth->ap);
    ManagedTransmission exchange{ieee80211::ManagementSubtype::authentication, link().id()};
    if (auth->algorithm == AuthenticationBody::sae)
        exchange.duration = std::chrono::duration_cast<std::chrono::milliseconds>(timeout_sae);
    wiphy().driver().prepare_tx(wdev, exchange);
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), options);
    arm();
    return {};
}

// cf. ieee80211_sta_work()
void StationMlme::Impl::authentication_status(bool acknowledged) {
    if (!auth) return;
    if (acknowledged) {
        auth->timeout = now() + (auth->algorithm == AuthenticationBody::sae ? timeout_sae : timeout_short);
    } else {
        auth->timeout = now();
    }
    arm();
}

void StationMlme::Impl::authentication_timeout() {
    if (auth->done || auth->waiting) return end_authentication(false);
    if (send_authentication()) return;
    const ieee80211::MacAddress ap = auth->ap;
    end_authentication(false);
    trace("mld/authentication-timeout", ap);
    world().tell([&](Events& e) { e.mlme_timed_out(wdev, MlmeTimeout::authentication, ap); });
    if (sme) sme_next(Sme::State::authentication_timed_out);
}

// cf. ieee80211_mark_sta_auth()
void StationMlme::Impl::authenticated() {
    auth->done = true;
    auth->timeout = now() + wait_for_association;
    if (Sta* station = wiphy().stations().find(wdev, auth->ap))
        (void)wiphy().stations().set_flags(*station, station->flags | StaFlag::authenticated);
    trace("mld/authenticated", auth->ap);
    arm();
}

void StationMlme::Impl::on_authentication(const ieee80211::FrameView& frame) {
    const auto body = AuthenticationBody::parse(frame.body());
    if (!body || !auth || auth->done || frame.addr3() != auth->ap) return;
    const ManagedTransmission exchange{ieee80211::ManagementSubtype::authentication, link().id(), body->status == 0};
    if (answered(frame, *body)) wiphy().driver().complete_tx(wdev, exchange);
}

bool StationMlme::Impl::answered(const ieee80211::FrameView& frame, const AuthenticationBody& body) {
    const bool is_sae = body.algorithm == AuthenticationBody::sae;
    if (body.algorithm != auth->algorithm) return true;
    if (!is_sae && body.transaction != auth->expected_transaction) return true;
    if (is_sae && (body.transaction < auth->expected_transaction || body.transaction > 2)) return true;

    if (body.status != 0) {
        const ieee80211::MacAddress ap = auth->ap;
        tell(MlmeFrameKind::authentication, frame.octets());
        sme_authenticated(body.status, ap);
        const bool goes_on = body.status == anti_clogging_token_required ||
                             (body.transaction == 1 && (body.status == sae_hash_to_element || body.status == sae_pk));
        if (is_sae && goes_on) {
            auth->waiting = true;
            auth->timeout = now() + wait_for_sae_retry;
            arm();
            return body.transaction != 1;  // the confirm is still to come
        }
        end_authentication(false);
        return true;
    }
    const bool needs_confirm = is_sae && body.transaction == 1;
    if (!is_sae || (body.transaction == 2 && auth->expected_transaction == 2)) {
        authenticated();
    } else if (body.transaction == 2) {
        auth->peer_confirmed = true;
    }
    const ieee80211::MacAddress ap = auth->ap;
    tell(MlmeFrameKind::authentication, frame.octets());
    sme_authenticated(body.status, ap);
    return !needs_confirm;
}

// cf. ieee80211_destroy_auth_data()
void StationMlme::Impl::end_authentication(bool keep) {
    const ieee80211::MacAddress ap = auth->ap;
    auth.reset();
    if (!keep) let_go(ap);
    arm();
}

}  // namespace mlosim::mld
