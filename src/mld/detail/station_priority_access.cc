// Emergency preparedness communications service: the AP MLD gives the station other EDCA parameters.
// 802.11be 35.16. cf. ieee80211_mgd_set_epcs()

#include <algorithm>

#include "ieee80211/eht_capabilities.h"
#include "ieee80211/priority_access_multi_link.h"
#include "mld/data_path.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/stations.h"

namespace mlosim::mld {

using detail::ProtectedEhtAction;
using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementBody;
using ieee80211::ElementList;

// cf. ieee80211_mgd_epcs_supp()
bool StationMlme::Impl::supports_epcs() const {
    using ieee80211::EhtMacCapabilities;
    const Sta* ap = wdev.is_mld() && active ? access_point(active->connection.ap) : nullptr;
    if (ap == nullptr) return false;
    return std::all_of(wdev.links().begin(), wdev.links().end(), [&](const auto& link) {
        const LinkSta* there = ap->link(link->id());
        if (there == nullptr || there->capabilities.eht.size() < EhtMacCapabilities::size) return false;
        ByteReader mac(there->capabilities.eht);
        return EhtMacCapabilities::from_raw(mac.u16le()).has(EhtMacCapabilities::epcs_priority_access);
    });
}

Result<void> StationMlme::Impl::set_epcs(bool enable) {
    if (!supports_epcs()) return fail(EINVAL);
    Active::PriorityAccess& epcs = active->priority_access;
    if (epcs.enabled == enable && epcs.token == 0) return {};
    if (epcs.token != 0 && enable) return fail(EALREADY);
    Bytes frame = action_frame(enable ? ProtectedEhtAction::epcs_enable_request : ProtectedEhtAction::epcs_teardown);
    if (enable) {
        epcs.token = ++active->last_dialog_token;
        ByteWriter(frame).u8(epcs.token);
    } else {
        end_priority_access();
    }
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), {});
    return {};
}

// cf. ieee80211_epcs_teardown(), ieee80211_epcs_changed()
void StationMlme::Impl::end_priority_access() {
    Active::PriorityAccess& epcs = active->priority_access;
    epcs.token = 0;
    if (!std::exchange(epcs.enabled, false)) return;
    for (const ActiveLink& l : active->links) {
        const auto& known = l.bss.beacon ? l.bss.beacon : l.bss.elements;
        if (Link* on = wdev.link(l.id)) set_queues(on->bss_config, ElementList(known->bytes));
    }
    world().tell([&](Events& e) { e.epcs_changed(wdev, false); });
}

// cf. ieee80211_process_epcs_ena_resp(), ieee80211_ml_epcs()
void StationMlme::Impl::on_epcs_response(const ieee80211::FrameView& frame) {
    ByteReader in(frame.body());
    in.skip(2);
    const std::uint8_t token = in.u8();
    const std::uint16_t status = in.u16le();
    if (!in.ok() || !supports_epcs()) return;
    Active::PriorityAccess& epcs = active->priority_access;
    // Without a token the access point changes what it has granted.
    if (token == 0 && (!epcs.enabled || status != 0)) return;
    if (epcs.token != token) return;
    epcs.token = 0;
    if (status != 0) return;
    const ElementList elements(in.rest());
    if (const auto element = ieee80211::find_multi_link(elements, ieee80211::MultiLinkVariant::priority_access)) {
        const ElementBody body(*element);
        if (const auto granted = ieee80211::PriorityAccessMultiLink::parse(body))
            for (const auto& profile : granted->profiles)
                if (Link* on = wdev.link(profile.link)) set_queues(on->bss_config, ElementList(profile.profile));
    }
    if (std::exchange(epcs.enabled, true)) return;
    world().tell([&](Events& e) { e.epcs_changed(wdev, true); });
}

}  // namespace mlosim::mld
