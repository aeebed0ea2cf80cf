// The kernel's own connection manager: CONNECT, for programs that have none. cf. net/wireless/sme.c

#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/scan.h"

namespace mlosim::mld {

namespace {

constexpr std::uint16_t leaving = 3;
constexpr std::uint16_t algorithm_not_supported = 13;

}  // namespace

// cf. cfg80211_connect(), cfg80211_sme_connect()
Result<void> StationMlme::Impl::connect(const ConnectRequest& request) {
    if (request.key) return fail(EOPNOTSUPP);  // keys come with it for WEP alone
    if (wdev.ssid_ && *wdev.ssid_ != request.ssid) return fail(EALREADY);
    if (active) {
        if (!request.previous_bssid) return fail(EALREADY);
        if (active->connection.ap != *request.previous_bssid) return fail(ENOTCONN);
        sme.reset();
        active->given_up = true;
    }
    if (sme) return fail(EINPROGRESS);
    wdev.ssid_ = request.ssid;
    sme = Sme{};
    sme->request = request;
    sme->previous_bssid = request.previous_bssid;
    if (request.type == AuthenticationType::automatic) {
        sme->automatic = true;
        sme->request.type = AuthenticationType::open_system;
    }
    Result<void> begun;
    if (sme_choose()) {
        sme->state = Sme::State::authenticate_next;
        TimeoutReason unused{};
        begun = sme_step(unused);
    } else {
        begun = sme_scan();
        if (!begun && begun.error().code == EBUSY) {
            sme->state = Sme::State::scan_again;
            begun = {};
        }
    }
    if (!begun) {
        sme.reset();
        if (!active) wdev.ssid_.reset();
    }
    return begun;
}

// cf. nl80211_update_connect_params(): the MAC's connection manager takes no new ones
Result<void> StationMlme::Impl::update_connection(const ConnectRequest&, std::uint32_t) {
    return fail(EOPNOTSUPP);
}

// cf. cfg80211_disconnect(), cfg80211_sme_disconnect()
Result<void> StationMlme::Impl::disconnect(std::uint16_t reason) {
    if (sme) {
        const bool only_scans = sme->state == Sme::State::scanning || sme->state == Sme::State::scan_again;
        const auto bssid = sme->request.bssid;
        sme.reset();
        Result<void> left;
        if (!only_scans && bssid) {
            LeaveRequest request;
            request.bssid = *bssid;
            request.reason = reason;
            left = deauthenticate(request);
        }
        if (!active) wdev.ssid_.reset();
        return left;
    }
    leave(reason);
    if (!active) wdev.ssid_.reset();
    return {};
}

void StationMlme::Impl::sme_next(Sme::State state) {
    sme->state = state;
    sme->work = world().queue().after({}, [this] { sme_work(); });
}

// cf. cfg80211_conn_work()
void StationMlme::Impl::sme_work() {
    if (!sme || sme->state == Sme::State::connected) return;
    TimeoutReason reason = TimeoutReason::unspecified;
    if (!sme_step(reason)) sme_failed(std::nullopt, reason);
}

// cf. cfg80211_conn_do_work()
Result<void> StationMlme::Impl::sme_step(TimeoutReason& reason) {
    const ConnectRequest& wanted = sme->request;
    LeaveRequest goodbye;
    goodbye.bssid = wanted.bssid.value_or(ieee80211::MacAddress{});
    goodbye.reason = leaving;
    switch (sme->state) {
        case Sme::State::scanning:
            return fail(ENOENT);  // the scan did not find it
        case Sme::State::scan_again:
            return sme_scan();
        case Sme::State::authenticate_next: {
            sme->state = Sme::State::authenticating;
            AuthenticateRequest request;
            request.bssid = *wanted.bssid;
            request.frequency = *wanted.frequency;
            request.ssid = wanted.ssid;
            request.type = wanted.type;
            return authenticate(request);
        }
        case Sme::State::authentication_timed_out:
            reason = TimeoutReason::authentication;
            return fail(ENOTCONN);
        case Sme::State::associate_next: {
            sme->state = Sme::State::associating;
            AssociateRequest request = wanted.association;
            request.bssid = *wanted.bssid;
            request.frequency = *wanted.frequency;
            request.ssid = wanted.ssid;
            request.previous_bssid = sme->previous_bssid;
            auto associating = associate(request);
            if (!associating) (void)deauthenticate(goodbye);
            return associating;
        }
        case Sme::State::association_timed_out:
            reason = TimeoutReason::association;
            [[fallthrough]];
        case Sme::State::association_failed:
            (void)deauthenticate(goodbye);
            return fail(ENOTCONN);
        case Sme::State::deauthenticate:
            (void)deauthenticate(goodbye);
            [[fallthrough]];
        case Sme::State::abandon:
            sme.reset();
            return {};
        default:
            return {};
    }
}

// cf. cfg80211_conn_scan()
Result<void> StationMlme::Impl::sme_scan() {
    if (wiphy().scan() != nullptr) return fail(EBUSY);
    ScanRequest request;
    request.ssids.push_back(sme->request.ssid);
    if (sme->request.frequency) request.frequencies.push_back(*sme->request.frequency);
    if (auto started = wiphy().trigger_scan(wdev, std::move(request)); !started) return started;
    sme->state = Sme::State::scanning;
    return {};
}

// cf. cfg80211_get_conn_bss()
bool StationMlme::Impl::sme_choose() {
    using ieee80211::CapabilityInfo;
    std::optional<phy::Channel> channel;
    if (sme->request.frequency) {
        const phy::RadioChannel* known = wiphy().channel(*sme->request.frequency);
        if (known == nullptr) return false;
        channel = known->channel;
    }
    for (const Bss* bss : wiphy().bss_table().entries()) {
        if (channel && bss->channel != *channel) continue;
        if (sme->request.bssid && bss->bssid != *sme->request.bssid) continue;
        if (bss->ssid() != sme->request.ssid || (bss->use_for & bss_use_for_normal) == 0) continue;
        const bool privacy = CapabilityInfo::from_raw(bss->capability).has(CapabilityInfo::privacy);
        if (privacy != sme->request.privacy) continue;
        sme->request.bssid = bss->bssid;
        sme->request.frequency = bss->channel.center;
        return true;
    }
    return false;
}

void StationMlme::Impl::scan_done() {
    if (!sme || (sme->state != Sme::State::scanning && sme->state != Sme::State::scan_again)) return;
    sme_next(sme_choose() ? Sme::State::authenticate_next : sme->state);
}

// cf. __cfg80211_connect_result() of a failure
void StationMlme::Impl::sme_failed(std::optional<std::uint16_t> status, TimeoutReason reason) {
    ConnectResult result;
    result.status = status;
    result.timeout_reason = reason;
    if (sme) result.bssid = sme->request.bssid;
    sme.reset();
    wdev.ssid_.reset();
    world().tell([&](Events& e) { e.connected(wdev, result); });
}

void StationMlme::Impl::sme_authenticated(std::uint16_t status, const ieee80211::MacAddress&) {
    if (!sme || sme->state == Sme::State::connected) return;
    if (status == algorithm_not_supported && sme->automatic && sme->request.type != AuthenticationType::network_eap) {
        sme->request.type = AuthenticationType::network_eap;  // there is no key for shared key authentication
        return sme_next(Sme::State::authenticate_next);
    }
    if (status != 0) return sme_failed(status, TimeoutReason::unspecified);
    if (sme->state == Sme::State::authenticating) sme_next(Sme::State::associate_next);
}

bool StationMlme::Impl::sme_associated(std::uint16_t status) {
    if (!sme) return false;
    if (status == 0) {
        sme->state = Sme::State::connected;
        return false;
    }
    if (sme->previous_bssid) {
        // Some access points refuse reassociations: it asks again as one that comes anew.
        sme->previous_bssid.reset();
        sme_next(Sme::State::associate_next);
        return true;
    }
    sme_next(Sme::State::association_failed);
    return false;
}

}  // namespace mlosim::mld
