// A station associates: 802.11-2020 11.3.5. cf. ieee80211_mgd_assoc(), ieee80211_rx_mgmt_assoc_resp()

#include <algorithm>

#include "ieee80211/frame_header.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/tim.h"
#include "ieee80211/vht_elements.h"
#include "ieee80211/wmm.h"
#include "mld/data_path.h"
#include "mld/detail/association_request.h"
#include "mld/detail/channel_switch.h"
#include "mld/detail/he_config.h"
#include "mld/detail/station_impl.h"
#include "mld/detail/vif_power_save.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/stations.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using detail::ConnectionMode;
using detail::ConnectionSettings;
using ieee80211::AssociationResponseBody;
using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::ManagementSubtype;
using namespace std::chrono_literals;
namespace element = ieee80211::element;

constexpr unsigned max_tries = 3;
constexpr sim::Duration timeout_unacknowledged = 500ms;  // IEEE80211_ASSOC_TIMEOUT_LONG
constexpr sim::Duration timeout_short = 100ms;           // IEEE80211_ASSOC_TIMEOUT_SHORT
constexpr std::uint16_t listen_interval = 5;             // max_listen_interval of mac80211's radios
constexpr std::uint16_t rejected_temporarily = 30;
constexpr std::uint16_t aid_bits = 0x7ff;
constexpr std::uint8_t comeback_time = 3;  // Timeout Interval element, 802.11-2020 Table 9-196

Bytes body_of(const ElementList& elements, ieee80211::ElementType type) {
    const auto found = elements.find(type);
    if (!found) return {};
    const ieee80211::ElementBody body(*found);
    return {body.bytes().begin(), body.bytes().end()};
}

std::optional<ieee80211::WmmParameters> wmm_parameters(const ElementList& elements) {
    for (const ieee80211::ElementView& e : elements) {
        if (e.type() != element::vendor_specific) continue;
        if (auto found = ieee80211::WmmParameters::parse(e.first_piece())) return *found;
    }
    return std::nullopt;
}

/// cf. _ieee80211_sta_wmm_params(); false: they make no sense.
bool take_queues(BssConfig& config, const ieee80211::WmmParameters& wmm) {
    using Category = ieee80211::WmmAcParameters;
    constexpr std::uint8_t nl80211_ac[] = {2, 3, 1, 0};  // best effort, background, video, voice
    std::array<TxQueueParameters, 4> queues;
    for (std::size_t i = 0; i < queues.size(); ++i) {
        const Category& category = wmm.categories[i];
        TxQueueParameters queue;
        queue.access_category = nl80211_ac[i];
        queue.aifs = static_cast<std::uint8_t>(std::max(category.get(Category::aifsn), 2U));
        queue.cw_min = static_cast<std::uint16_t>((1U << category.get(Category::ecw_min)) - 1);
        queue.cw_max = static_cast<std::uint16_t>((1U << category.get(Category::ecw_max)) - 1);
        queue.txop_32us = static_cast<std::uint16_t>(category.get(Category::txop_limit));
        if (queue.cw_min == 0 || queue.cw_min > queue.cw_max) return false;
        queues[queue.access_category] = queue;
    }
    config.tx_queues = queues;
    return true;
}

/// cf. ieee80211_get_dtim()
std::uint8_t dtim_period(const Bss& bss) {
    const auto& known = bss.beacon ? bss.beacon : bss.elements;
    const ElementList elements(known->bytes);
    if (const auto index = elements.find(element::multiple_bssid_index); index && index->first_piece().size() >= 3)
        return index->first_piece()[1];
    const auto tim = elements.find(element::tim);
    return tim && tim->first_piece().size() >= 2 ? tim->first_piece()[1] : 0;
}

/// What a link learns from the association. cf. ieee80211_link_set_associated(), ieee80211_assoc_config_link()
constexpr LinkChanges of_association{
    LinkChange::bssid,     LinkChange::beacon_interval, LinkChange::basic_rates, LinkChange::protection,
    LinkChange::slot_time, LinkChange::ht_operation,    LinkChange::queues,      LinkChange::dtim,
    LinkChange::bandwidth};

}  // namespace

void StationMlme::Impl::set_queues(BssConfig& config, const ElementList& elements) {
    const auto wmm = wmm_parameters(elements);
    if (!wmm || !take_queues(config, *wmm)) (void)take_queues(config, ieee80211::WmmParameters::defaults());
}

// cf. ieee80211_handle_bss_capability()
void StationMlme::Impl::set_protection(BssConfig& config, const ElementList& elements, phy::Band band,
                                       std::uint16_t capabilities) {
    using ieee80211::CapabilityInfo;
    const auto info = CapabilityInfo::from_raw(capabilities);
    const auto erp = elements.find(element::erp);
    constexpr std::uint8_t use_protection = 1U << 1;
    constexpr std::uint8_t barker_preamble = 1U << 2;
    config.use_cts_protection = false;
    config.use_short_preamble = info.has(CapabilityInfo::short_preamble);
    if (erp && !erp->first_piece().empty()) {
        config.use_cts_protection = (erp->first_piece()[0] & use_protection) != 0;
        config.use_short_preamble = (erp->first_piece()[0] & barker_preamble) == 0;
    }
    config.use_short_slot_time = info.has(CapabilityInfo::short_slot_time) || band != phy::Band::ghz2_4;
}

// cf. cfg80211_mlme_assoc(), ieee80211_mgd_assoc()
Result<void> StationMlme::Impl::associate(const AssociateRequest& request) {
    const std::uint32_t use = request.assoc_link ? bss_use_for_all : bss_use_for_normal;
    const Bss* found = find_bss(request.frequency, request.bssid, request.ssid, use);
    if (found == nullptr) return fail(ENOENT);
    const Bss bss = *found;
    if (active && (!request.previous_bssid || active->connection.ap != *request.previous_bssid)) return fail(EALREADY);
    if (bss.bssid == wdev.address()) return fail(EINVAL);
    if (detail::announces_channel_switch(bss)) return fail(EINVAL, "the access point is about to switch its channel");
    const auto ssid = bss.ssid();
    if (!ssid) return fail(EINVAL);
    const bool is_6ghz = bss.channel.band == phy::Band::ghz6;
    if (is_6ghz && (request.disable_ht || request.disable_vht || request.disable_he)) return fail(EINVAL);
    if (request.fils_kek) return fail(EOPNOTSUPP);
    if (active) leave_for_another();
    selectors = request.supported_selectors;

    Association next;
    next.request = request;
    next.ssid = *ssid;
    next.ap = request.ap_mld_addr.value_or(bss.bssid);
    next.wmm = next.is_mld() || detail::uses_wmm(bss);
    const bool matches = auth && auth->ap == next.ap && auth->link == request.assoc_link;
    auto links = next.is_mld() ? requested_links(request, matches) : requested_link(bss, request, next.wmm, matches);
    if (!links) return fail(std::move(links.error()));
    next.links = std::move(*links);
    for (std::size_t i = 0; i < next.links.size(); ++i)
        if (next.links[i].id == request.assoc_link) next.main = i;
    if (auth && !auth->done) return fail(EBUSY);
    if (assoc) return fail(EBUSY);
    if (auth && !matches) end_authentication(false);

    ConnectionSettings& wanted = next.main_link().settings;
    const bool changed = !(settings == wanted);
    settings = wanted;
    if (auto prepared = prepare({bss, next.ap, request.assoc_link}, true, changed, wanted); !prepared) {
        // The authentication stays, and with it the settings that were too few: one more with the same access point
        // goes on with them. cf. the end of ieee80211_mgd_assoc(), cont_auth of ieee80211_mgd_auth()
        if (auth && next.is_mld()) end_authentication(false);
        if (!auth) let_go(next.ap);
        return prepared;
    }
    AssociationLink& main = next.main_link();
    main.own_address = next.is_mld() ? wdev.link(main.id)->address() : wdev.address();
    for (AssociationLink& l : next.links)
        l.hold = std::make_unique<BssTable::Hold>(wiphy().bss_table(), l.bss);
    next.timeout = now() + jiffy;  // work of its own
    assoc = std::move(next);
    if (auth) end_authentication(true);
    // Without an authentication the program vouches for one. cf. sta_info_pre_move_state()
    if (Sta* station = access_point(assoc->ap); !station->flags.has(StaFlag::authenticated))
        (void)wiphy().stations().set_flags(*station, station->flags | StaFlag::authenticated);
    arm();
    return {};
}

// cf. ieee80211_mgd_get_ap_ht_vht_capa()
Result<void> StationMlme::Impl::check_capabilities(const Bss& bss, const ConnectionSettings& wanted) {
    const ElementList known(bss.elements->bytes);
    const bool needs_ht = bss.channel.band != phy::Band::ghz6 && wanted.mode >= ConnectionMode::ht;
    if (needs_ht && !known.get<ieee80211::HtOperation>()) return fail(EINVAL);
    const bool needs_vht = bss.channel.band == phy::Band::ghz5 && wanted.mode >= ConnectionMode::vht;
    if (needs_vht && !known.get<ieee80211::VhtCapabilities>()) return fail(EINVAL);
    return {};
}

/// The only link of a connection with an access point that is no MLD.
Result<std::vector<StationMlme::Impl::AssociationLink>> StationMlme::Impl::requested_link(
    const Bss& bss, const AssociateRequest& request, bool wmm, bool matches) {
    AssociationLink link;
    link.bss = bss;
    link.own_address = wdev.address();
    link.settings = detail::common(matches ? settings : ConnectionSettings{},
                                   detail::own_settings(wiphy(), wdev, bss.channel.band, &request, wmm));
    if (auto valid = check_capabilities(bss, link.settings); !valid) return fail(std::move(valid.error()));
    std::vector<AssociationLink> out;
    out.push_back(std::move(link));
    return out;
}

// cf. ieee80211_do_assoc(), ieee80211_send_assoc()
Result<void> StationMlme::Impl::send_association() {
    Association& a = *assoc;
    a.comeback = false;
    AssociationLink& main = a.main_link();
    if (++a.tries > max_tries) {
        forget_bss(main.bss);
        return fail(ETIMEDOUT);
    }
    std::vector<detail::AssociationSubject> others;
    if (a.is_mld())
        for (const AssociationLink& l : a.links)
            if (&l != &main) others.push_back({wdev, l.bss, l.settings, l.id, l.own_address, l.elements});
    const detail::AssociationSubject subject{wdev,    main.bss,         main.settings,
                                             main.id, main.own_address, a.request.elements};
    auto made = detail::association_elements(subject, others, a.request, a.ssid, a.wmm);
    Bytes frame;
    ByteWriter out(frame);
    const bool again = a.request.previous_bssid.has_value();
    ieee80211::FrameHeader::management(
        again ? ManagementSubtype::reassociation_request : ManagementSubtype::association_request, a.ap, wdev.address(),
        a.ap)
        .append_to(out);
    out.u16le(made.capabilities);
    out.u16le(listen_interval);
    if (again) out.mac(*a.request.previous_bssid);
    out.bytes(made.elements);
    a.request_elements = std::move(made.elements);
    a.timeout = now() + timeout_unacknowledged;
    TxOptions options;
    options.report = TxOptions::Report::mlme;
    options.cookie = await(Awaited::association);
    options.no_encryption = true;
    trace("mld/association-sent", a.ap);
    wiphy().driver().prepare_tx(wdev, {.subtype = ManagementSubtype::association_request, .link = link().id()});
    wiphy().data_path().send_management(wdev, &link(), std::move(frame), options);
    arm();
    return {};
}

// cf. ieee80211_sta_work()
void StationMlme::Impl::association_status(bool acknowledged) {
    if (!assoc || assoc->comeback) return;
    assoc->timeout = acknowledged ? now() + timeout_short : now();
    arm();
}

void StationMlme::Impl::association_timeout() {
    if (send_association()) return;
    end_association(AssociationEnd::timeout);
}

void StationMlme::Impl::on_association_response(const ieee80211::FrameView& frame) {
    if (!assoc || frame.addr3() != assoc->ap || frame.addr2() != assoc->ap) return;
    const auto response = AssociationResponseBody::parse(frame.body());
    if (!response) return;
    const ManagedTransmission exchange{ManagementSubtype::association_request, link().id(), response->status == 0};
    answered(frame, *response);
    wiphy().driver().complete_tx(wdev, exchange);
}

void StationMlme::Impl::answered(const ieee80211::FrameView& frame, const AssociationResponseBody& response) {
    if (response.status == rejected_temporarily) {
        const auto interval = response.elements.find(element::timeout_interval);
        if (interval && interval->first_piece().size() >= 5 && interval->first_piece()[0] == comeback_time) {
            ieee80211::ByteReader value(interval->first_piece().subspan(1));
            const std::uint32_t tu = value.u32le();
            const ieee80211::MacAddress ap = assoc->ap;
            world().tell([&](Events& e) { e.association_comeback(wdev, ap, tu); });
            if (!assoc) return;
            const std::chrono::milliseconds wait(std::uint64_t{tu} * 1024 / 1000);
            assoc->comeback = true;
            assoc->timeout = now() + wait;
            arm();
            return;
        }
    }
    if (response.status == 0 && !take_up(response)) return end_association(AssociationEnd::timeout);
    tell_association(frame, response);
}

// cf. ieee80211_assoc_success()
bool StationMlme::Impl::take_up(const AssociationResponseBody& response) {
    Association& a = *assoc;
    Sta* station = access_point(a.ap);
    if (station == nullptr) return false;
    AssociationLink& main = a.main_link();
    LinkSta* main_station = a.is_mld() ? station->link(main.id) : &station->default_link();
    if (main_station == nullptr || !take_up_link(link(), main, *main_station, response.elements,
                                                 static_cast<std::uint16_t>(response.capabilities.raw())))
        return false;
    if (a.is_mld() && !take_up_other_links(*station, response)) return false;
    wdev.vif_config.aid = response.aid_field & aid_bits;
    StaFlags flags = station->flags;
    flags.remove(StaFlags{StaFlag::mfp, StaFlag::wme});
    if (a.request.use_mfp) flags |= StaFlag::mfp;
    if (wmm_parameters(response.elements)) flags |= StaFlag::wme;
    flags |= StaFlag::associated;
    if (!a.request.crypto.control_port) flags |= StaFlag::authorized;
    station->capability = static_cast<std::uint16_t>(response.capabilities.raw());
    station->extended_capabilities = body_of(response.elements, element::extended_capabilities);
    return wiphy().stations().set_flags(*station, flags).has_value();
}

// cf. ieee80211_assoc_config_link()
bool StationMlme::Impl::take_up_link(Link& on, AssociationLink& with, LinkSta& station, const ElementList& elements,
                                     std::uint16_t capabilities) {
    BssConfig& config = on.bss_config;
    const phy::Band band = with.bss.channel.band;
    const ConnectionMode mode = with.settings.mode;
    if (!elements.find(element::supported_rates)) return false;
    const auto wmm = wmm_parameters(elements);
    const bool has_ht = elements.get<ieee80211::HtCapabilities>() && elements.get<ieee80211::HtOperation>();
    const bool has_vht = elements.get<ieee80211::VhtCapabilities>() && elements.get<ieee80211::VhtOperation>();
    if (band != phy::Band::ghz6 && mode >= ConnectionMode::ht && (!wmm || !has_ht)) return false;
    if (band == phy::Band::ghz5 && mode >= ConnectionMode::vht && !has_vht) return false;
    auto rates = common_rates(on, with.bss);
    if (!rates) return false;
    station.capabilities.supported_rates = std::move(*rates);
    if (!follow_bandwidth(on, with.settings, elements)) return false;

    StaCapabilities& peer = station.capabilities;
    if (mode >= ConnectionMode::ht) peer.ht = body_of(elements, element::ht_capabilities);
    if (mode >= ConnectionMode::vht) peer.vht = body_of(elements, element::vht_capabilities);
    // A strict radio takes no other VHT capabilities than the beacon's.
    if (!peer.vht.empty() && peer.vht != body_of(ElementList(with.bss.elements->bytes), element::vht_capabilities))
        return false;
    if (mode >= ConnectionMode::he) {
        peer.he = body_of(elements, element::he_capabilities);
        peer.he_6ghz = body_of(elements, element::he_6ghz_band_capabilities);
    }
    if (mode >= ConnectionMode::eht) peer.eht = body_of(elements, element::eht_capabilities);
    if (const auto omn = elements.find(element::operating_mode_notification); omn && !omn->first_piece().empty())
        peer.operating_mode = omn->first_piece()[0];

    set_queues(config, elements);
    config.qos = true;
    config.he = peer.he.empty() ? std::nullopt : detail::he_config(elements);
    config.bssid_index = with.bss.bssid_index;
    config.bssid_indicator = with.bss.max_bssid_indicator;
    config.beacon_interval = with.bss.beacon_interval;
    config.dtim_period = std::max<std::uint8_t>(dtim_period(with.bss), 1);
    // Of a link without a channel nothing is known yet. cf. the beginning of ieee80211_handle_bss_capability()
    if (on.channel()) set_protection(config, ElementList(with.bss.elements->bytes), band, capabilities);
    return true;
}

// cf. ieee80211_config_bw()
bool StationMlme::Impl::follow_bandwidth(Link& on, const detail::ConnectionSettings& agreed,
                                         const ElementList& elements) {
    if (agreed.mode == ConnectionMode::legacy || !on.channel()) return true;
    const auto ap = detail::access_point_channel(wiphy(), on.channel()->control, elements, agreed.mode, true);
    if (ap.mode != agreed.mode) return false;
    phy::ChannelDefinition channel = ap.channel;
    while (agreed.limit < detail::limit_of(channel))
        if (!detail::narrow(channel)) break;
    if (const auto ht = elements.find(element::ht_operation); ht && ht->first_piece().size() >= 4)
        on.bss_config.ht_operation_mode = static_cast<std::uint16_t>(ht->first_piece()[2] | ht->first_piece()[3] << 8U);
    if (channel == *on.channel()) return true;
    if (!channel.valid()) return false;
    return wiphy().use_channel(on, channel).has_value();
}

// cf. cfg80211_rx_assoc_resp(), __cfg80211_connect_result()
void StationMlme::Impl::tell_association(const ieee80211::FrameView& frame, const AssociationResponseBody& response) {
    Association& done = *assoc;
    const bool success = response.status == 0;
    const Bytes request_elements = done.request_elements;
    const ieee80211::MacAddress ap = done.ap;
    ConnectResult result;
    if (done.is_mld()) {
        result.ap_mld_addr = ap;
        for (const AssociationLink& l : done.links)
            result.links.push_back({l.id, l.own_address, l.bss.bssid, l.status});
        std::sort(result.links.begin(), result.links.end(),
                  [](const auto& x, const auto& y) { return x.link < y.link; });
    }
    if (success) {
        Active connected;
        Connection& c = connected.connection;
        c.ssid = done.ssid;
        c.ap = ap;
        c.associated = true;
        c.aid = wdev.vif_config.aid;
        c.use_mfp = done.request.use_mfp;
        const Sta* station = wiphy().stations().find(wdev, ap);
        c.wmm = station != nullptr && station->flags.has(StaFlag::wme);
        c.crypto = done.request.crypto;
        c.owner = done.request.owner;
        c.owner_ends_it = done.request.owner_ends_it;
        connected.use_rrm = done.request.use_rrm;
        connected.ap_mld_capabilities = done.ap_mld_capabilities;
        // The link that the frames took comes first.
        std::rotate(done.links.begin(), done.links.begin() + static_cast<std::ptrdiff_t>(done.main), done.links.end());
        done.main = 0;
        for (AssociationLink& l : done.links) {
            if (l.status != 0) continue;
            connected.links.push_back(
                {.id = l.id, .bss = std::move(l.bss), .hold = std::move(l.hold), .settings = l.settings});
            if (done.is_mld()) wiphy().affiliate(*wdev.link(l.id));
        }
        // Only a country element makes the kernel look for the network's name. cf. __cfg80211_connect_result()
        const auto& known = connected.links.front().bss.elements;
        if (!wdev.ssid_ && ElementList(known->bytes).find(element::country)) wdev.ssid_ = c.ssid;
        active = std::move(connected);
        // cf. ieee80211_set_associated(): the links' changes first, unless there is only the interface's own.
        if (!done.is_mld()) wiphy().driver().vif_changed(wdev, VifChange::association);
        for (const ActiveLink& l : active->links)
            wiphy().driver().link_changed(*(done.is_mld() ? wdev.link(l.id) : &wdev.default_link()), of_association);
        if (done.is_mld()) wiphy().driver().vif_changed(wdev, VifChange::association);
        detail::recalculate_power_save(wdev);
        wdev.netdev()->set_carrier(true);
        watch_connection();
        trace("mld/associated", ap);
    }
    end_association(success ? AssociationEnd::success : AssociationEnd::rejected);
    if (sme_associated(response.status)) return;

    MlmeFrame event;
    event.kind = MlmeFrameKind::association_response;
    event.frame = frame.octets();
    event.uapsd_queues = 0;
    event.request_elements = request_elements;
    world().tell([&](Events& e) { e.mlme_frame(wdev, event); });
    result.status = response.status;
    result.bssid = ap;
    result.request_elements = request_elements;
    result.response_elements.assign(response.elements.bytes().begin(), response.elements.bytes().end());
    world().tell([&](Events& e) { e.connected(wdev, result); });
    if (success) return update_quality();
    sme.reset();
    wdev.ssid_.reset();
}

// cf. ieee80211_destroy_assoc_data()
void StationMlme::Impl::end_association(AssociationEnd how) {
    const ieee80211::MacAddress ap = assoc->ap;
    assoc.reset();
    arm();
    if (how == AssociationEnd::success) return;
    let_go(ap);
    if (how == AssociationEnd::abandoned && sme) sme_next(Sme::State::abandon);
    if (how != AssociationEnd::timeout) return;
    trace("mld/association-timeout", ap);
    world().tell([&](Events& e) { e.mlme_timed_out(wdev, MlmeTimeout::association, ap); });
    if (sme) sme_next(Sme::State::association_timed_out);
}

}  // namespace mlosim::mld
