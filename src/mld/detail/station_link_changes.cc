// Links of a connection with an AP MLD come and go: at the station's wish by Link Reconfiguration frames, and when the
// access point's beacons count down to the end of one. 802.11be 35.3.6. cf. ieee80211_mgd_assoc_ml_reconf(),
// ieee80211_process_ml_reconf_resp(), ieee80211_ml_reconfiguration()

#include <algorithm>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/reconfiguration_multi_link.h"
#include "mld/data_path.h"
#include "mld/detail/association_request.h"
#include "mld/detail/protected_eht.h"
#include "mld/detail/station_impl.h"
#include "mld/driver.h"
#include "mld/events.h"
#include "mld/stations.h"

namespace mlosim::mld {

namespace {

using detail::ConnectionMode;
using detail::ProtectedEhtAction;
using ieee80211::BasicMultiLinkView;
using ieee80211::ByteReader;
using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::LinkId;
using ieee80211::MultiLinkVariant;
using ieee80211::ReconfigurationMultiLink;
using ieee80211::ReconfigurationOperation;
using ieee80211::ReconfigurationPerStaProfile;
using namespace std::chrono_literals;

constexpr sim::Duration response_timeout = 100ms;  // IEEE80211_ASSOC_TIMEOUT_SHORT
constexpr std::uint16_t reason_inactivity = 4;

/// Of a Reconfiguration Status Duple, 802.11be 9.6.35.13.
constexpr std::size_t status_size = 3;
constexpr std::uint8_t link_id_bits = 0xf;

}  // namespace

// The links that are left are in place, one of them is active, the access point is known on them only.
Result<void> StationMlme::Impl::drop_links(std::uint16_t links) {
    const auto valid = static_cast<std::uint16_t>(wdev.valid_links() & ~links);
    const auto usable = static_cast<std::uint16_t>(valid & ~wdev.dormant_links());
    if (usable == 0) return fail(EINVAL, "no link is left");
    auto stay_active = static_cast<std::uint16_t>(wdev.active_links() & ~links);
    if (stay_active == 0) stay_active = static_cast<std::uint16_t>(usable & (0U - usable));
    if (auto switched = wiphy().set_active_links(wdev, stay_active); !switched) return switched;
    std::vector<Wiphy::StationLink> rest;
    for (const auto& link : wdev.links())
        if ((links & link->id().bit()) == 0) rest.push_back({link->id(), link->address()});
    if (auto changed = wiphy().set_station_links(wdev, rest); !changed) return changed;
    if (Sta* ap = access_point(active->connection.ap)) {
        for (unsigned i = 0; i < LinkId::max_links; ++i) {
            const LinkId id = *LinkId::from(i);
            if ((links & id.bit()) != 0 && ap->link(id) != nullptr && ap->links().size() > 1)
                wiphy().stations().destroy_link(*ap, id);
        }
    }
    std::erase_if(active->links, [&](const ActiveLink& l) { return (links & l.id.bit()) != 0; });
    wiphy().driver().vif_changed(wdev, VifChange::links);
    return {};
}

// What the access point's beacons say of its own links. cf. ieee80211_ml_reconfiguration()
void StationMlme::Impl::consider_removal(const ElementList& elements) {
    if (!wdev.is_mld()) return;
    const auto element = ieee80211::find_multi_link(elements, MultiLinkVariant::reconfiguration);
    if (!element) return;
    const ElementBody body(*element);
    const auto announced = ReconfigurationMultiLink::parse(body);
    if (!announced) return;
    std::uint16_t removed = 0;
    std::optional<std::uint32_t> delay_tu;
    for (const ReconfigurationPerStaProfile& profile : announced->profiles) {
        const Link* link = wdev.link(profile.link);
        if (link == nullptr) continue;
        removed = static_cast<std::uint16_t>(removed | profile.link.bit());
        const std::uint16_t beacons = profile.ap_removal_timer.value_or(0);
        const std::uint32_t tu = beacons < 1 ? 0U : link->bss_config.beacon_interval * (beacons - 1U);
        // The first of several decides; a delay of 0 is as good as none said yet.
        delay_tu = delay_tu.value_or(0) == 0 ? tu : std::min(*delay_tu, tu);
    }
    if (removed == 0) {
        active->removed_by_ap = 0;
        active->removal.cancel();
        return;
    }
    if (active->removed_by_ap != removed) trace("mld/link-removal-heard", active->connection.ap);
    active->removed_by_ap = removed;
    active->removal = world().queue().after(*delay_tu * std::chrono::microseconds(1024), [this] { removal_is_due(); });
}

// cf. ieee80211_ml_reconf_work()
void StationMlme::Impl::removal_is_due() {
    const auto removed = static_cast<std::uint16_t>(std::exchange(active->removed_by_ap, 0) & wdev.valid_links());
    if (removed == 0) return;
    if (!drop_links(removed)) return connection_lost(reason_inactivity, true);
    trace("mld/links-removed", active->connection.ap);
    world().tell([&](Events& e) { e.links_removed(wdev, removed); });
}

/// The links to add, each with the BSS it is with. cf. the checks of ieee80211_mgd_assoc_ml_reconf()
Result<std::vector<StationMlme::Impl::AssociationLink>> StationMlme::Impl::links_to_add(
    const LinkReconfiguration& request) {
    std::vector<AssociationLink> out;
    for (const AssociateLink& asked : request.add) {
        const phy::RadioChannel* channel = wiphy().channel(asked.frequency);
        const Bss* bss =
            channel != nullptr ? wiphy().bss_table().find(channel->channel, asked.bssid, nullptr, now()) : nullptr;
        if (bss == nullptr || (bss->use_for & bss_use_for_mld_link) == 0)
            return fail(ENOENT, "Error fetching BSS for link");
        if (!detail::uses_wmm(*bss)) return fail(EINVAL);
        AssociationLink link;
        link.id = asked.link;
        link.bss = *bss;
        link.elements = asked.elements;
        link.own_address = random_address();
        link.settings = detail::own_settings(wiphy(), wdev, bss->channel.band, nullptr, true);
        if (link.settings.mode < ConnectionMode::eht) return fail(EINVAL);
        if (!check_capabilities(*bss, link.settings)) return fail(EINVAL);
        const auto common = detail::common_channel(wiphy(), wdev, *bss, link.settings, selectors);
        if (!common) return fail(common.error());
        link.settings = common->settings;
        out.push_back(std::move(link));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return out;
}

// cf. nl80211_assoc_ml_reconf(), ieee80211_mgd_assoc_ml_reconf()
Result<void> StationMlme::Impl::reconfigure_links(const LinkReconfiguration& request) {
    using ieee80211::MldCapabilities;
    if (!wdev.is_mld() || !active) return fail(EINVAL);
    std::uint16_t added = 0;
    for (const AssociateLink& link : request.add)
        added = static_cast<std::uint16_t>(added | link.link.bit());
    if ((added & request.remove) != 0 || (added | request.remove) == 0 || (wdev.valid_links() & added) != 0 ||
        (request.remove & ~wdev.valid_links()) != 0)
        return fail(EINVAL);
    if (!MldCapabilities::from_raw(active->ap_mld_capabilities).has(MldCapabilities::link_reconfiguration))
        return fail(EINVAL);
    if (active->reconfiguration) return fail(EBUSY);
    auto links = links_to_add(request);
    if (!links) return fail(std::move(links.error()));
    const auto left = static_cast<std::uint16_t>(wdev.usable_links() & ~request.remove);
    if (left == 0) return fail(EINVAL);

    Reconfiguration next;
    next.links = std::move(*links);
    next.added = added;
    next.removed = request.remove;
    next.token = ++active->last_dialog_token;
    for (AssociationLink& link : next.links)
        link.hold = std::make_unique<BssTable::Hold>(wiphy().bss_table(), link.bss);
    // Made while the links that go still have addresses.
    Bytes frame = reconfiguration_request(request, next);
    if (request.remove != 0) {
        // They go before the access point is asked, which cannot refuse it. 802.11be 35.3.6.4
        if (auto dropped = drop_links(request.remove); !dropped) return dropped;
        world().tell([&](Events& e) { e.links_removed(wdev, request.remove); });
    }
    trace("mld/link-reconfiguration-sent", active->connection.ap);
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), {});
    next.timeout = world().queue().after(response_timeout, [this] {
        trace("mld/link-reconfiguration-timeout", active->connection.ap);
        connection_lost(reason_inactivity, true);
    });
    active->reconfiguration = std::move(next);
    return {};
}

void StationMlme::Impl::give_back_links(std::uint16_t links) {
    LinkReconfiguration request;
    request.remove = links;
    if (!active || reconfigure_links(request)) return;
    // An access point that cannot be asked finds out by itself.
    if (!drop_links(links)) return connection_lost(reason_inactivity, true);
    trace("mld/links-removed", active->connection.ap);
    world().tell([&](Events& e) { e.links_removed(wdev, links); });
}

// cf. ieee80211_build_ml_reconf_req()
Bytes StationMlme::Impl::reconfiguration_request(const LinkReconfiguration& request, const Reconfiguration& next) {
    ReconfigurationMultiLink element;
    element.mld_addr = wdev.address();
    const auto* own = wiphy().profile().extended_for(wdev.type());
    if (!next.links.empty()) {
        constexpr std::uint16_t emlsr_or_emlmr = 1U << 0 | 1U << 7;
        if (own != nullptr && (own->eml & emlsr_or_emlmr) != 0)
            element.eml = ieee80211::EmlCapabilities::from_raw(own->eml);
        element.mld_capabilities = ieee80211::MldCapabilities::from_raw(own != nullptr ? own->mld : 0);
    }
    const auto extended =
        static_cast<std::uint16_t>(request.ext_mld_capabilities | (own != nullptr ? own->ext_mld : 0));
    if (extended != 0) element.extended_mld_capabilities = ieee80211::ExtendedMldCapabilities::from_raw(extended);
    for (unsigned i = 0; i < LinkId::max_links; ++i) {
        const LinkId id = *LinkId::from(i);
        ReconfigurationPerStaProfile profile;
        profile.link = id;
        const auto joining =
            std::find_if(next.links.begin(), next.links.end(), [&](const AssociationLink& l) { return l.id == id; });
        if ((next.removed & id.bit()) != 0) {
            profile.operation = ReconfigurationOperation::delete_link;
            profile.sta_addr = wdev.link(id)->address();
        } else if (joining != next.links.end()) {
            profile.operation = ReconfigurationOperation::add_link;
            profile.complete = true;
            profile.sta_addr = joining->own_address;
            profile.profile = detail::added_link_profile(
                {wdev, joining->bss, joining->settings, id, joining->own_address, joining->elements}, active->use_rrm);
        } else {
            continue;
        }
        element.profiles.push_back(std::move(profile));
    }
    Bytes frame = action_frame(ProtectedEhtAction::link_reconfiguration_request);
    ByteWriter out(frame);
    out.u8(next.token);
    element.append_to(out);
    return frame;
}

Bytes StationMlme::Impl::action_frame(ProtectedEhtAction action) const {
    Bytes frame;
    ByteWriter out(frame);
    const ieee80211::MacAddress& ap = active->connection.ap;
    ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::action, ap, wdev.address(), ap).append_to(out);
    out.u8(detail::category_protected_eht);
    out.u8(static_cast<std::uint8_t>(action));
    return frame;
}

// cf. ieee80211_process_ml_reconf_resp()
void StationMlme::Impl::on_reconfiguration_response(const ieee80211::FrameView& frame) {
    ByteReader in(frame.body());
    in.skip(2);
    const std::uint8_t token = in.u8();
    if (!in.ok() || !active->reconfiguration || active->reconfiguration->token != token) return;
    if (!take_reconfiguration(in)) return connection_lost(reason_inactivity, true);
    const bool added = active->reconfiguration->added != 0;
    active->reconfiguration.reset();
    trace("mld/links-reconfigured", active->connection.ap);
    if (!added) return;
    wiphy().driver().vif_changed(wdev, VifChange::links);
    tell(MlmeFrameKind::link_reconfiguration, frame.octets());
}

bool StationMlme::Impl::take_reconfiguration(ByteReader& in) {
    Reconfiguration& asked = *active->reconfiguration;
    auto open = static_cast<std::uint16_t>(asked.added | asked.removed);
    const std::size_t count = in.u8();
    if (!in.ok() || in.remaining() < count * status_size) return false;
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = LinkId::from(in.u8() & link_id_bits);
        const std::uint16_t status = in.u16le();
        if (!id || (open & id->bit()) == 0) return false;
        open = static_cast<std::uint16_t>(open & ~id->bit());
        if (status == 0) continue;
        if ((asked.removed & id->bit()) != 0) return false;  // what went cannot come back
        asked.added = static_cast<std::uint16_t>(asked.added & ~id->bit());
    }
    if (open != 0) return false;
    if (asked.added == 0) return true;
    // Group keys for the new links: programs read them.
    const std::size_t keys = in.u8();
    if (!in.ok() || in.remaining() < keys) return false;
    in.skip(keys);
    return take_added_links(ElementList(in.rest()));
}

bool StationMlme::Impl::take_added_links(const ElementList& elements) {
    Reconfiguration& asked = *active->reconfiguration;
    Sta* ap = access_point(active->connection.ap);
    const auto element = ieee80211::find_multi_link(elements, MultiLinkVariant::basic);
    if (ap == nullptr || !element) return false;
    const ElementBody body(*element);
    const auto mld = BasicMultiLinkView::parse(body);
    if (!mld) return false;
    for (AssociationLink& l : asked.links) {
        if ((asked.added & l.id.bit()) == 0) continue;
        if (!take_up_profile(*ap, l, *mld, elements) || l.status != 0) return false;
        wiphy().affiliate(*wdev.link(l.id));
        active->links.push_back(
            {.id = l.id, .bss = std::move(l.bss), .hold = std::move(l.hold), .settings = l.settings});
    }
    return true;
}

}  // namespace mlosim::mld
