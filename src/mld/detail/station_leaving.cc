// A connection ends, by either side. cf. ieee80211_mgd_deauth(), ieee80211_rx_mgmt_deauth(), ieee80211_set_disassoc()

#include "ieee80211/frame_header.h"
#include "mld/data_path.h"
#include "mld/detail/station_impl.h"
#include "mld/detail/vif_power_save.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/stations.h"
#include "mld/transmit_settings.h"

namespace mlosim::mld {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::DeauthenticationBody;
using ieee80211::ManagementSubtype;

constexpr std::uint16_t reason_unspecified = 1;
constexpr std::uint16_t reason_leaving = 3;

}  // namespace

Bytes StationMlme::Impl::say_goodbye(ManagementSubtype how, const ieee80211::MacAddress& ap, std::uint16_t reason,
                                     bool send) {
    Bytes frame;
    ByteWriter out(frame);
    ieee80211::FrameHeader::management(how, ap, wdev.address(), ap).append_to(out);
    out.u16le(reason);
    if (send) {
        const bool protect = (active && active->connection.use_mfp) || (assoc && assoc->request.use_mfp);
        TxOptions options;
        options.no_encryption = !protect;
        wiphy().data_path().send_management(wdev, &link(), frame, options);
    }
    return frame;
}

// cf. cfg80211_mlme_deauth()
Result<void> StationMlme::Impl::deauthenticate(const LeaveRequest& request) {
    if (request.local_state_change && !connected_to(request.bssid)) return {};
    const bool send = !request.local_state_change;
    const auto how = ManagementSubtype::deauthentication;
    if (auth && auth->ap == request.bssid) {
        const Bytes frame = say_goodbye(how, request.bssid, request.reason, send);
        end_authentication(false);
        report_goodbye(frame);
        return {};
    }
    if (assoc && assoc->ap == request.bssid) {
        const Bytes frame = say_goodbye(how, request.bssid, request.reason, send);
        end_association(AssociationEnd::abandoned);
        report_goodbye(frame);
        return {};
    }
    if (!connected_to(request.bssid)) return fail(ENOTCONN);
    const Bytes frame = set_disassociated(how, request.reason, send);
    report_goodbye(frame);
    return {};
}

Result<void> StationMlme::Impl::disassociate(const LeaveRequest& request) {
    if (!connected_to(request.bssid)) return fail(ENOTCONN);
    const Bytes frame =
        set_disassociated(ManagementSubtype::disassociation, request.reason, !request.local_state_change);
    report_goodbye(frame);
    return {};
}

Bytes StationMlme::Impl::set_disassociated(ManagementSubtype how, std::uint16_t reason, bool send) {
    const ieee80211::MacAddress ap = active->connection.ap;
    stop_probing();
    wdev.netdev()->set_carrier(false);
    detail::end_power_save(wdev);
    wiphy().driver().flush(wdev, true);
    const ManagedTransmission goodbye{how, link().id(), false};
    if (send) wiphy().driver().prepare_tx(wdev, goodbye);
    Bytes frame = say_goodbye(how, ap, reason, send);
    if (send) {
        wiphy().driver().flush(wdev, false);
        wiphy().driver().complete_tx(wdev, goodbye);
    }
    const bool given_up = active->given_up;
    if (!given_up) connected_address_ = ap;
    active.reset();
    trace("mld/disassociated", ap);
    if (!wdev.is_mld()) wdev.default_link().bssid_ = {};
    wiphy().stations().flush(wdev);
    wiphy().driver().vif_changed(wdev, VifChange::association);
    forget_protection();
    wiphy().data_path().forget_keys(wdev);
    let_go(ap);
    if (!given_up) wdev.ssid_.reset();
    settings = {};
    arm();
    return frame;
}

/// The links of an MLD are gone anyway. cf. ieee80211_reset_erp_info(), the middle of ieee80211_set_disassoc()
void StationMlme::Impl::forget_protection() {
    if (wdev.is_mld()) return;
    Link& only = wdev.default_link();
    only.bss_config.use_cts_protection = false;
    only.bss_config.use_short_preamble = false;
    only.bss_config.use_short_slot_time = false;
    only.bss_config.qos = false;
    wiphy().driver().link_changed(only, {LinkChange::protection, LinkChange::slot_time, LinkChange::queues,
                                         LinkChange::bssid, LinkChange::ht_operation});
}

void StationMlme::Impl::report_goodbye(ieee80211::ByteView bytes, bool reconnect) {
    const auto frame = ieee80211::FrameView::parse(bytes);
    if (!frame) return;
    const auto body = DeauthenticationBody::parse(frame->body());
    if (!body) return;
    const bool deauthentication = frame->frame_control().is(ManagementSubtype::deauthentication);
    const auto was_connected = std::exchange(connected_address_, std::nullopt);
    tell(deauthentication ? MlmeFrameKind::deauthentication : MlmeFrameKind::disassociation, bytes, reconnect);
    if (!was_connected || frame->addr3() != *was_connected) return;
    DisconnectInfo info;
    info.reason = body->reason;
    info.from_ap = frame->addr2() != wdev.address();
    wiphy().data_path().settings(wdev).qos_map.reset();  // cf. __cfg80211_disconnected()
    world().tell([&](Events& e) { e.disconnected(wdev, info); });
    world().regulatory().hint_disconnect();
    if (sme) sme_next(deauthentication ? Sme::State::abandon : Sme::State::deauthenticate);
}

void StationMlme::Impl::leave_for_another() {
    report_goodbye(set_disassociated(ManagementSubtype::deauthentication, reason_unspecified, false));
}

void StationMlme::Impl::on_deauthentication(const ieee80211::FrameView& frame) {
    const auto body = DeauthenticationBody::parse(frame.body());
    if (!body || frame.addr3() != frame.addr2()) return;
    const Bytes bytes(frame.octets().begin(), frame.octets().end());
    if (connected_to(*frame.addr3())) {
        (void)set_disassociated(ManagementSubtype::deauthentication, body->reason, false);
        return report_goodbye(bytes);
    }
    if (assoc && assoc->ap == *frame.addr3()) {
        end_association(AssociationEnd::abandoned);
        report_goodbye(bytes);
    }
}

void StationMlme::Impl::on_disassociation(const ieee80211::FrameView& frame) {
    const auto body = DeauthenticationBody::parse(frame.body());
    if (!body || frame.addr3() != frame.addr2() || !connected_to(*frame.addr3())) return;
    const Bytes bytes(frame.octets().begin(), frame.octets().end());
    (void)set_disassociated(ManagementSubtype::disassociation, body->reason, false);
    report_goodbye(bytes);
}

void StationMlme::Impl::leave(std::uint16_t reason) {
    if (!active) return;
    LeaveRequest request;
    request.bssid = active->connection.ap;
    request.reason = reason;
    (void)deauthenticate(request);  // it is connected to that one
}

void StationMlme::Impl::stop() {
    if (auth) end_authentication(false);
    if (assoc) end_association(AssociationEnd::timeout);
    sme.reset();
    wdev.ssid_.reset();
    timer.cancel();
    arrivals.clear();
    awaited.clear();
}

// cf. cfg80211_autodisconnect_wk()
void StationMlme::Impl::release(OwnerId owner) {
    const auto owned = [&](OwnerId who, bool ends_it) { return ends_it && who == owner; };
    if (active && owned(active->connection.owner, active->connection.owner_ends_it)) {
        (void)disconnect(reason_leaving);
        return;
    }
    if (sme && owned(sme->request.association.owner, sme->request.association.owner_ends_it)) {
        (void)disconnect(reason_leaving);
        return;
    }
    if (!assoc || !owned(assoc->request.owner, assoc->request.owner_ends_it)) return;
    LeaveRequest request;
    request.bssid = assoc->ap;
    request.reason = reason_leaving;
    (void)deauthenticate(request);
}

}  // namespace mlosim::mld
