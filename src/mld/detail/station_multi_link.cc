// A station MLD asks an AP MLD for several links, and takes up those that it gets: 802.11be 35.3.5.
// cf. cfg80211_mlme_check_mlo(), ieee80211_mgd_assoc(), ieee80211_assoc_success()

#include <algorithm>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/tid_to_link_mapping.h"
#include "mld/data_path.h"
#include "mld/detail/station_impl.h"
#include "mld/stations.h"

namespace mlosim::mld {

namespace {

using detail::ConnectionMode;
using ieee80211::BasicMultiLinkView;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::MultiLinkVariant;
using ieee80211::TidToLinkMapping;

/// What must be alike in what all links of an AP MLD say of it.
struct MldDescription {
    ieee80211::MacAddress address;
    std::uint16_t eml = 0;
    std::uint16_t capabilities = 0;
};

/// cf. cfg80211_mlme_check_mlo()
Result<MldDescription> describe(const Bss& bss, ieee80211::LinkId link) {
    const auto element = ieee80211::find_multi_link(ElementList(bss.elements->bytes), MultiLinkVariant::basic);
    if (!element) return fail(EINVAL, "MLO BSS must have multi-link element");
    const ElementBody body(*element);
    const auto mld = BasicMultiLinkView::parse(body);
    if (!mld) return fail(EINVAL, "MLO BSS must have multi-link element");
    if (mld->link_id() != link) return fail(EINVAL, "link ID mismatch in MLO BSS");
    MldDescription out;
    out.address = mld->mld_addr();
    if (const auto eml = mld->eml()) out.eml = static_cast<std::uint16_t>(eml->raw());
    if (const auto mld_capabilities = mld->mld_capabilities())
        out.capabilities = static_cast<std::uint16_t>(mld_capabilities->raw());
    return out;
}

/// The links that an association response says are disabled now: those without any TID. EINVAL: it contradicts itself.
/// cf. ieee80211_parse_adv_t2l()
Result<std::uint16_t> disabled_links(const ElementList& elements, std::uint16_t links) {
    std::optional<TidToLinkMapping> mapping;
    for (const auto& element : elements) {
        if (element.type() != TidToLinkMapping::type) continue;
        const ElementBody body(element);
        auto parsed = TidToLinkMapping::parse(body);
        if (mapping || !parsed || parsed->switch_time) return fail(EINVAL, "one mapping, and in force");
        mapping = *parsed;
    }
    if (!mapping || mapping->is_default()) return std::uint16_t{0};
    const auto enabled = advertised_links(*mapping);
    if (!enabled) return enabled;
    if ((links & *enabled) == 0) return fail(EINVAL, "no link is left");
    return static_cast<std::uint16_t>(links & ~*enabled);
}

}  // namespace

Result<std::vector<StationMlme::Impl::AssociationLink>> StationMlme::Impl::requested_links(
    const AssociateRequest& request, bool matches) {
    if (request.disable_ht || request.disable_vht || request.disable_he || request.disable_eht) return fail(EINVAL);
    std::vector<AssociationLink> out;
    std::optional<MldDescription> common;
    for (const AssociateLink& asked : request.links) {
        const bool is_main = asked.link == request.assoc_link;
        const Bss* bss =
            find_bss(asked.frequency, asked.bssid, request.ssid, is_main ? bss_use_for_all : bss_use_for_mld_link);
        if (bss == nullptr) return fail(ENOENT, "Error fetching BSS for link");
        if (bss->bssid == wdev.address()) return fail(EINVAL);
        const auto described = describe(*bss, asked.link);
        if (!described) return fail(described.error());
        if (described->address != *request.ap_mld_addr) return fail(EINVAL, "AP MLD address mismatch");
        if (common && common->eml != described->eml) return fail(EINVAL, "link EML capabilities mismatch");
        if (common && common->capabilities != described->capabilities)
            return fail(EINVAL, "link MLD capabilities/ops mismatch");
        common = *described;
        if (!detail::uses_wmm(*bss)) return fail(EINVAL);

        const Link* there = wdev.is_mld() ? wdev.link(asked.link) : nullptr;
        AssociationLink link;
        link.id = asked.link;
        link.bss = *bss;
        link.elements = asked.elements;
        link.own_address = there != nullptr ? there->address() : random_address();
        link.settings = detail::common(matches && is_main ? settings : detail::ConnectionSettings{},
                                       detail::own_settings(wiphy(), wdev, bss->channel.band, &request, true));
        if (link.settings.mode < ConnectionMode::eht) return fail(EINVAL);
        if (auto valid = check_capabilities(*bss, link.settings); !valid) return fail(std::move(valid.error()));
        if (!is_main) {
            const auto channel = detail::common_channel(wiphy(), wdev, *bss, link.settings, selectors);
            if (!channel) return fail(channel.error());
            link.settings = channel->settings;
        }
        out.push_back(std::move(link));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return out;
}

bool StationMlme::Impl::take_up_other_links(Sta& station, const ieee80211::AssociationResponseBody& response) {
    const auto element = ieee80211::find_multi_link(response.elements, MultiLinkVariant::basic);
    if (!element) return false;
    const ElementBody body(*element);
    const auto mld = BasicMultiLinkView::parse(body);
    if (!mld || mld->mld_addr() != assoc->ap) return false;
    if (const auto eml = mld->eml()) station.eml_capabilities = static_cast<std::uint16_t>(eml->raw());
    if (const auto own = mld->mld_capabilities()) assoc->ap_mld_capabilities = static_cast<std::uint16_t>(own->raw());

    for (AssociationLink& l : assoc->links)
        if (&l != &assoc->main_link() && !take_up_profile(station, l, *mld, response.elements)) return false;
    const auto dormant = disabled_links(response.elements, wdev.valid_links());
    if (dormant) wdev.dormant_links_ = *dormant;
    return dormant.has_value();
}

bool StationMlme::Impl::take_up_profile(Sta& station, AssociationLink& l, const BasicMultiLinkView& mld,
                                        const ElementList& outer) {
    const auto profile = mld.profile(l.id);
    constexpr std::size_t fixed_size = 4;
    if (!profile || !profile->bss_parameters_change_count() || profile->profile().size() < fixed_size) return false;
    ieee80211::ByteReader fixed(profile->profile());
    const std::uint16_t capabilities = fixed.u16le();
    l.status = fixed.u16le();
    if (l.status != 0) return true;

    if (!wiphy().set_station_links(wdev, links_with(l))) return false;
    Link& on = *wdev.link(l.id);
    on.bssid_ = l.bss.bssid;
    LinkSta& peer = wiphy().stations().insert_link(station, l.id, l.bss.bssid);
    if (!tune(on, l.bss, l.settings)) return false;
    const ieee80211::Bytes elements = ieee80211::inherit(outer, ElementList(fixed.rest()));
    return take_up_link(on, l, peer, ElementList(elements), capabilities);
}

std::vector<Wiphy::StationLink> StationMlme::Impl::links_with(const AssociationLink& next) const {
    std::vector<Wiphy::StationLink> out{{next.id, next.own_address}};
    for (const auto& link : wdev.links())
        out.push_back({link->id(), link->address()});
    return out;
}

// cf. ieee80211_set_active_links_async()
void StationMlme::Impl::activate_links(std::uint16_t links) {
    activation =
        world().queue().after({}, [this, links] { (void)wiphy().set_active_links(wdev, links & wdev.usable_links()); });
}

// Each link of an MLD has a power management mode of its own. 802.11be 35.3.12.2
void StationMlme::Impl::say_power_management(std::uint16_t links, bool dozing, bool again) {
    Sta* ap = active ? access_point(active->connection.ap) : nullptr;
    if (ap == nullptr || !ap->authorized()) return;
    for (const auto& link : wdev.links()) {
        const std::uint16_t bit = link->id().bit();
        const bool told = (ap->awake_links & bit) == 0;
        if ((links & bit) == 0 || !link->channel() || (told == dozing && !again)) continue;
        TxOptions options;
        options.no_encryption = true;
        options.link = link->id();
        wiphy().data_path().send_null(wdev, *ap, dozing, ap->flags.has(StaFlag::wme), options);
        ap->awake_links = static_cast<std::uint16_t>(dozing ? ap->awake_links & ~bit : ap->awake_links | bit);
    }
}

void StationMlme::Impl::say_dozing(std::uint16_t links) {
    say_power_management(links, true, false);
}

void StationMlme::Impl::say_awake(std::uint16_t links, bool all) {
    say_power_management(links, false, all);
}

}  // namespace mlosim::mld
