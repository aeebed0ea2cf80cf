// Stations that are not what they think they are, and such as are no longer there.

#include <algorithm>

#include "agent/access_point.h"
#include "ieee80211/management_frames.h"
#include "mld/data_path.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::FrameHeader;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

/// Both kinds of goodbye have a reason, and nothing else.
Bytes goodbye(ManagementSubtype how, const MacAddress& to, const MacAddress& bssid, ReasonCode reason) {
    Bytes out;
    ByteWriter w(out);
    FrameHeader::management(how, to, bssid, bssid).append_to(w);
    ieee80211::DeauthenticationBody body;
    body.reason = static_cast<std::uint16_t>(reason);
    body.append_to(w);
    return out;
}

}  // namespace

// 802.11-2020 11.3.4, 11.3.5. cf. hostapd's ieee802_11_rx_from_unknown()
void AccessPoint::class3_frame(const MacAddress& sender, std::optional<ieee80211::LinkId> link) {
    if (!running_) return;
    const auto bss = std::find_if(bsses_.begin(), bsses_.end(),
                                  [&](const Bss& b) { return !b.mld || !link || b.mld->link == *link; });
    if (bss == bsses_.end() || !sender.is_valid_individual()) return;
    const Sender from = this->sender(*bss, sender);
    const Stations::Station* known = stations_.find(from.id);
    if (known != nullptr && known->aid) return;  // it is about to be let in
    const auto how = known != nullptr ? ManagementSubtype::disassociation : ManagementSubtype::deauthentication;
    world().trace().record(
        world().now(), "agent/class3-frame",
        {{"network", settings_.name}, {"station", from.id.to_string()}, {"authenticated", known != nullptr}});
    reply(static_cast<std::size_t>(bss - bsses_.begin()),
          goodbye(how, from.air, bss->bssid, ReasonCode::class3_frame_from_unassociated));
}

void AccessPoint::station_probed(const MacAddress& station, bool acknowledged) {
    if (acknowledged) inactivity_.answered(station);
}

Inactivity::Outlets AccessPoint::presence() {
    Inactivity::Outlets out;
    out.last_heard = [this](const MacAddress& station) -> std::optional<sim::Time> {
        const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, station);
        if (sta == nullptr) return std::nullopt;
        sim::Time last;
        for (const auto& link : sta->links())
            last = std::max(last, link->statistics.last_heard);
        return last;
    };
    out.ask = [this](const MacAddress& station) {
        (void)wdev_.wiphy().data_path().probe_client(wdev_, station);  // ENOLINK: gone meanwhile
    };
    out.disassociate = [this](const MacAddress& station) { return give_up_on(station); };
    return out;
}

/// Disassociated now; what is returned deauthenticates it, if it has not come back. cf. hostapd's ap_handle_timer()
std::function<void()> AccessPoint::give_up_on(const MacAddress& station) {
    const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, station);
    if (sta == nullptr) return [] {};
    const mld::LinkSta& there = sta->default_link();
    const auto bss =
        std::find_if(bsses_.begin(), bsses_.end(), [&](const Bss& b) { return !b.mld || b.mld->link == there.link; });
    if (bss == bsses_.end()) return [] {};
    const std::optional<ieee80211::LinkId> link = link_id(*bss);
    const Bytes later = goodbye(ManagementSubtype::deauthentication, there.address, bss->bssid,
                                ReasonCode::previous_authentication_invalid);
    (void)wdev_.wiphy().send_frame(wdev_, link,
                                   goodbye(ManagementSubtype::disassociation, there.address, bss->bssid,
                                           ReasonCode::disassociated_for_inactivity));
    stations_.disassociate(station);
    forget(station);
    world().trace().record(world().now(), "agent/station-inactive",
                           {{"network", settings_.name}, {"station", station.to_string()}});
    return [this, station, link, later] {
        const Stations::Station* known = stations_.find(station);
        if (known == nullptr || known->aid) return;
        (void)wdev_.wiphy().send_frame(wdev_, link, later);  // its link may have gone
        stations_.remove(station);
        if (sae_) sae_->forget(station);
    };
}

}  // namespace mlosim::agent
