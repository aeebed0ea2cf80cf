#include "agent/access_point.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "agent/change_elements.h"
#include "agent/multi_link_elements.h"
#include "agent/neighbor_reports.h"
#include "agent/owner.h"
#include "agent/probe_match.h"
#include "agent/security_elements.h"
#include "ieee80211/management_frames.h"
#include "mld/ap_link.h"
#include "mld/netdev.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;
using ieee80211::FrameHeader;
using ieee80211::FrameView;
using ieee80211::MacAddress;
using ieee80211::ManagementSubtype;

/// From the end of a request to the answer: a daemon's work, and the channel.
constexpr sim::Duration answer_delay = std::chrono::microseconds(500);
constexpr std::size_t max_replies = 256;
constexpr unsigned colors = 63;
constexpr std::uint8_t sa_query_category = 8;  // 802.11-2020 Table 9-51

constexpr ManagementSubtype heard[] = {
    ManagementSubtype::probe_request,         ManagementSubtype::authentication, ManagementSubtype::association_request,
    ManagementSubtype::reassociation_request, ManagementSubtype::disassociation, ManagementSubtype::deauthentication,
};

constexpr std::uint16_t frame_control_of(ManagementSubtype subtype) {
    return static_cast<std::uint16_t>(static_cast<unsigned>(subtype) << 4U);
}

/// The address of a link that was given none: the MLD's, with the link in the upper half of the last octet (the lower
/// is for the BSSIDs that a link's beacons carry).
MacAddress link_address(const MacAddress& mld, ieee80211::LinkId link) {
    std::array<std::uint8_t, MacAddress::size> octets{};
    std::copy(mld.octets().begin(), mld.octets().end(), octets.begin());
    octets[5] = static_cast<std::uint8_t>(octets[5] ^ (link.value() + 1U) << 4U);
    return MacAddress{octets};
}

mld::CryptoSettings crypto_of(const Bss& bss) {
    mld::CryptoSettings out;
    const auto rsn = rsn_of(bss);
    if (!rsn) return out;
    constexpr std::uint32_t wpa_version_2 = 2;  // NL80211_WPA_VERSION_2
    out.wpa_versions = wpa_version_2;
    out.group_cipher = rsn->group_data_cipher;
    out.pairwise_ciphers = *rsn->pairwise_ciphers;
    out.akms = *rsn->akms;
    out.control_port = true;
    out.control_port_over_nl80211 = true;
    return out;
}

}  // namespace

AccessPoint::AccessPoint(mld::Wdev& wdev, NetworkSettings settings, rsn::TransitionKeys& transition_keys,
                         Colocated colocated, Joined joined, Others others)
    : wdev_(wdev),
      transition_keys_(transition_keys),
      settings_(std::move(settings)),
      colocated_(std::move(colocated)),
      joined_(std::move(joined)),
      others_(std::move(others)),
      random_(world().random().stream("agent/" + settings_.name + "/secrets")),
      sa_queries_(world().queue(),
                  [this](const MacAddress& station, std::uint16_t transaction) {
                      ask_whether_it_is_there(station, transaction);
                  }),
      inactivity_(world().queue(), settings_.max_inactivity, presence()) {
    auto random = world().random().stream("agent/" + settings_.name);
    const auto color = static_cast<unsigned>(random.below(colors));
    for (std::size_t i = 0; i < settings_.links.size(); ++i)
        places_.push_back({settings_.links[i].channel, static_cast<std::uint8_t>((color + i) % colors + 1),
                           std::nullopt, std::nullopt});
    tbtt_base_ = static_cast<unsigned>(random.below(settings_.beacon_interval));
    describe();
    secure();
    if (const unsigned indicator = bsses_.front().max_bssid_indicator(); indicator != 0)
        stations_ = Stations((1U << indicator) - 1U);
}

mld::World& AccessPoint::world() const {
    return wdev_.wiphy().world();
}

std::optional<ieee80211::LinkId> AccessPoint::link_id(const Bss& bss) const {
    return bss.mld ? std::optional(bss.mld->link) : std::nullopt;
}

bool AccessPoint::beacons() const {
    return std::any_of(wdev_.links().begin(), wdev_.links().end(), [](const auto& l) { return l->ap() != nullptr; });
}

/// What each link is, from the settings and what regulation says now.
void AccessPoint::describe() {
    const bool six_ghz =
        std::any_of(places_.begin(), places_.end(), [](const auto& p) { return p.channel.band() == phy::Band::ghz6; });
    const phy::RegulatoryDomain& domain = world().regulatory().domain();
    bsses_.clear();
    for (std::size_t i = 0; i < settings_.links.size(); ++i) {
        const LinkSettings& link = settings_.links[i];
        if (settings_.mld && (removed_ & link.id.bit()) != 0) continue;
        Bss bss;
        bss.radio = &wdev_.wiphy().profile();
        bss.bands = wdev_.wiphy().bands();
        const bool is_country = domain.alpha2[0] >= 'A' && domain.alpha2[0] <= 'Z';
        if (is_country) bss.country = domain.alpha2;
        bss.bssid = settings_.mld ? link.bssid.value_or(link_address(wdev_.address(), link.id)) : wdev_.address();
        bss.channel = places_[i].channel;
        bss.switching = places_[i].switching;
        bss.recoloring = places_[i].recoloring;
        bss.ssid = settings_.ssid;
        bss.hidden = settings_.hidden;
        bss.security = settings_.security;
        bss.plays_handshake =
            !needs_password(settings_.security) || !settings_.password.empty() || !settings_.pmk.empty();
        bss.hash_to_element_only = settings_.security == Security::wpa3 && (settings_.mld || six_ghz);
        bss.mobility_domain = settings_.mobility_domain;
        bss.owe_partner = owe_partner(bss);
        bss.beacon_interval = settings_.beacon_interval;
        bss.dtim_period = settings_.dtim_period;
        const auto share = static_cast<unsigned>(i * settings_.beacon_interval / settings_.links.size());
        bss.tbtt_offset = (tbtt_base_ + share) % settings_.beacon_interval;
        bss.color = places_[i].color;
        if (settings_.mld)
            bss.mld = Affiliation{
                wdev_.address(), link.id,
                static_cast<unsigned>(settings_.links.size()) - static_cast<unsigned>(std::popcount(removed_)), 0,
                rests(link.id)};
        for (std::size_t n = 0; n < settings_.nontransmitted.size(); ++n)
            bss.nontransmitted.push_back({static_cast<std::uint8_t>(n + 1), settings_.nontransmitted[n].ssid,
                                          settings_.nontransmitted[n].security});
        bsses_.push_back(std::move(bss));
    }
    count_updates();
}

/// Of the other network the BSS in the same band, or its first.
std::optional<OwePartner> AccessPoint::owe_partner(const Bss& bss) const {
    const AccessPoint* other =
        others_ && !settings_.owe_transition.empty() ? others_(settings_.owe_transition) : nullptr;
    if (other == nullptr || other->bsses().empty()) return std::nullopt;
    const auto near = std::find_if(other->bsses().begin(), other->bsses().end(),
                                   [&](const Bss& b) { return b.band() == bss.band(); });
    const Bss& partner = near != other->bsses().end() ? *near : other->bsses().front();
    return OwePartner{partner.bssid, partner.ssid, partner.channel};
}

Surroundings AccessPoint::surroundings(const Bss& bss) const {
    Surroundings out;
    const std::vector<const Bss*> beside = colocated_();
    out.neighbors = neighbor_reports(bss, bsses_, beside);
    if (bss.mld) out.multi_link = multi_link_of(bss);
    for (const Bss& other : bsses_) {  // 802.11be 35.3.11
        if (!bss.mld || other.bssid == bss.bssid || !other.switching) continue;
        ieee80211::BasicPerStaProfile profile;
        profile.link = other.mld->link;
        profile.profile = switch_elements(other);
        out.multi_link->profiles.push_back(std::move(profile));
    }
    out.dtim_count = dtim_count(bss);
    out.announcements = announcements();
    return out;
}

void AccessPoint::describe_probe_responses() {
    probe_elements_.clear();
    for (const Bss& bss : bsses_)
        probe_elements_.push_back(probe_response_elements(bss, surroundings(bss)));
}

const mld::ApLink* AccessPoint::ap_link(const Bss& bss) const {
    for (const auto& link : wdev_.links())
        if (link->address() == bss.bssid) return link->ap();
    return nullptr;
}

std::uint8_t AccessPoint::dtim_count(const Bss& bss) const {
    const mld::ApLink* ap = ap_link(bss);
    return ap != nullptr ? ap->dtim_count() : std::uint8_t{0};
}

mld::BeaconData AccessPoint::beacon(const Bss& bss) const {
    mld::BeaconData out;
    ByteWriter head(out.head);
    FrameHeader::management(ManagementSubtype::beacon, MacAddress::broadcast(), bss.bssid, bss.bssid).append_to(head);
    const Bytes elements = elements_before_tim(bss, true);
    ieee80211::BeaconBody body;
    body.beacon_interval = bss.beacon_interval;
    body.capabilities = capability_info(bss);
    body.capabilities.set(ieee80211::CapabilityInfo::critical_update, bss.critical_update ? 1 : 0);
    body.elements = ieee80211::ElementList(elements);
    body.append_to(head);
    out.tail = elements_after_tim(bss, surroundings(bss), true);
    return out;
}

Result<void> AccessPoint::register_frames() {
    if (registered_) return {};
    for (const ManagementSubtype subtype : heard)
        if (auto done = wdev_.wiphy().register_frame(wdev_, *this, frame_control_of(subtype), {}); !done) return done;
    const std::uint8_t category = sa_query_category;
    if (auto done =
            wdev_.wiphy().register_frame(wdev_, *this, frame_control_of(ManagementSubtype::action), {&category, 1});
        !done)
        return done;
    constexpr std::uint8_t answers[] = {category_wnm, wnm_transition_response};
    if (auto done = wdev_.wiphy().register_frame(wdev_, *this, frame_control_of(ManagementSubtype::action), answers);
        !done)
        return done;
    if (settings_.mld)
        if (auto done = mappings_.start(); !done) return done;
    registered_ = true;
    return {};
}

tl::expected<void, AccessPoint::StartError> AccessPoint::start() {
    mld::Wiphy& wiphy = wdev_.wiphy();
    const auto failed = [&](Error error, std::optional<std::size_t> link) {
        for (const Bss& bss : bsses_)
            (void)wiphy.stop_ap(wdev_, link_id(bss));  // ENOENT from those that had not begun
        return tl::unexpected(StartError{std::move(error), link});
    };
    if (auto up = wdev_.netdev()->set_up(true); !up) return failed(up.error(), std::nullopt);
    if (auto registered = register_frames(); !registered) return failed(registered.error(), std::nullopt);
    removed_ = forbidden_ = 0;
    updates_.clear();
    critical_until_ = {};
    describe();
    for (std::size_t i = 0; i < bsses_.size(); ++i) {
        const Bss& bss = bsses_[i];
        if (bss.mld && (wdev_.valid_links() & bss.mld->link.bit()) == 0)
            if (auto added = wiphy.add_ap_link(wdev_, bss.mld->link, bss.bssid); !added)
                return failed(added.error(), i);
    }
    for (std::size_t i = 0; i < bsses_.size(); ++i)
        if (auto started = begin(bsses_[i]); !started) return failed(started.error(), i);
    describe_probe_responses();
    if (gatekeeper_) {
        std::vector<ieee80211::LinkId> links;
        for (const Bss& bss : bsses_)
            if (bss.mld) links.push_back(bss.mld->link);
        if (auto keys = gatekeeper_->start(links); !keys) return failed(keys.error(), std::nullopt);
    }
    (void)wiphy.watch_unexpected_frames(wdev_, owner_of(wdev_.id()));  // EBUSY: it does so already
    running_ = true;
    if (std::exchange(started_before_, true)) greet_old_stations();
    world().trace().record(world().now(), "agent/network-started",
                           {{"network", settings_.name},
                            {"wdev", wdev_.id().value},
                            {"links", static_cast<std::uint64_t>(bsses_.size())}});
    return {};
}

Result<void> AccessPoint::begin(const Bss& bss) {
    mld::AccessPointSettings settings;
    settings.channel = bss.channel;
    settings.beacon = beacon(bss);
    settings.ssid = bss.ssid;
    settings.hidden_ssid = bss.hidden;
    settings.beacon_interval = bss.beacon_interval;
    settings.dtim_period = bss.dtim_period;
    settings.tbtt_offset = bss.tbtt_offset * sim::time_unit;
    settings.privacy = is_private(bss.security);
    settings.owner = owner_of(wdev_.id());
    settings.crypto = crypto_of(bss);
    return wdev_.wiphy().start_ap(wdev_, link_id(bss), settings);
}

/// Whoever is somebody's station here still is told that it is none. cf. hostapd_flush_old_stations()
void AccessPoint::greet_old_stations() {
    for (const Bss& bss : bsses_) {
        Bytes out;
        ByteWriter w(out);
        FrameHeader::management(ManagementSubtype::deauthentication, MacAddress::broadcast(), bss.bssid, bss.bssid)
            .append_to(w);
        ieee80211::DeauthenticationBody body;
        body.reason = static_cast<std::uint16_t>(ReasonCode::previous_authentication_invalid);
        body.append_to(w);
        (void)wdev_.wiphy().send_frame(wdev_, link_id(bss), std::move(out));  // it beacons
    }
}

void AccessPoint::refresh() {
    if (!running_) return;
    describe();
    for (std::size_t i = 0; i < bsses_.size(); ++i) {
        const Bss& bss = bsses_[i];
        mld::BeaconData now = beacon(bss);
        const mld::ApLink* ap = ap_link(bss);
        if (ap == nullptr || ap->settings().beacon == now) continue;
        probe_elements_[i] = probe_response_elements(bss, surroundings(bss));
        // Its beacons count down by themselves, and what they say afterwards the MAC has already.
        if (bss.switching || bss.recoloring) continue;
        (void)wdev_.wiphy().change_beacon(wdev_, link_id(bss), now);  // it beacons, and its head is whole
    }
}

void AccessPoint::stopped(const char* reason) {
    if (!running_) return;
    running_ = false;
    replies_.clear();
    removals_.clear();
    rests_.clear();
    for (Place& place : places_) {
        place.switching.reset();
        place.recoloring.reset();
    }
    announcement_.cancel();
    flag_.cancel();
    transitions_.clear();
    packets_.clear();
    reading_.cancel();
    stations_.clear();
    sa_queries_.clear();
    inactivity_.clear();
    if (gatekeeper_) gatekeeper_->stop();
    if (sae_) sae_->clear();
    world().trace().record(world().now(), "agent/network-stopped",
                           {{"network", settings_.name}, {"wdev", wdev_.id().value}, {"reason", reason}});
}

/// Everything but probe requests is for one BSS, and names it twice; what a station MLD of ours sends has the MLDs'
/// addresses by now.
bool AccessPoint::is_for(const Bss& bss, const FrameView& frame, const mld::RxStatus& status) const {
    if (frame.addr1() == bss.bssid) return frame.addr3() == bss.bssid;
    return bss.mld && status.link == bss.mld->link && frame.addr1() == wdev_.address() &&
           frame.addr3() == wdev_.address();
}

AccessPoint::Sender AccessPoint::sender(const Bss& bss, const MacAddress& address) const {
    const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, address);
    if (sta == nullptr || !sta->is_mld()) return {stations_.identity(address), address};
    const mld::LinkSta* there = bss.mld ? sta->link(bss.mld->link) : nullptr;
    return {sta->address(), there != nullptr ? there->address : address};
}

namespace {

/// What a station MLD of ours sent to one link, as it was on the air.
Bytes to_link(const Bytes& frame, const MacAddress& bssid) {
    constexpr std::size_t address1 = 4;
    constexpr std::size_t address3 = 16;
    Bytes out = frame;
    const auto octets = bssid.octets();
    std::copy(octets.begin(), octets.end(), out.begin() + address1);
    std::copy(octets.begin(), octets.end(), out.begin() + address3);
    return out;
}

}  // namespace

bool AccessPoint::frame_received(mld::Wdev&, const mld::FrameBytes& bytes, const mld::RxStatus& status) {
    const auto frame = FrameView::parse(*bytes);
    if (!frame || !running_ || !frame->addr2() || !frame->addr3()) return false;
    const ieee80211::FrameControl fc = frame->frame_control();
    for (std::size_t i = 0; i < bsses_.size(); ++i) {
        if (bsses_[i].channel.control != status.channel) continue;
        if (fc.is(ManagementSubtype::probe_request)) {
            if (bsses_[i].mld && frame->addr1() == wdev_.address()) {
                const Bytes on_air = to_link(*bytes, bsses_[i].bssid);
                if (status.link == bsses_[i].mld->link) probed(i, *FrameView::parse(on_air));
                continue;
            }
            probed(i, *frame);
            continue;
        }
        if (!is_for(bsses_[i], *frame, status) || !frame->addr2()->is_valid_individual()) continue;
        const Sender from = sender(bsses_[i], *frame->addr2());
        if (fc.is(ManagementSubtype::authentication)) authenticating(i, from, *frame);
        if (fc.is(ManagementSubtype::association_request) || fc.is(ManagementSubtype::reassociation_request))
            associating(i, from, *frame);
        if (fc.is(ManagementSubtype::deauthentication) || fc.is(ManagementSubtype::disassociation))
            leaving(from, *frame);
        if (fc.is(ManagementSubtype::action)) action(from, *frame);
    }
    return true;
}

void AccessPoint::probed(std::size_t link, const FrameView& request) {
    if (!answers_probe(bsses_[link], request)) return;
    reply(link, probe_response(link, request));
}

Bytes AccessPoint::probe_response(std::size_t link, const FrameView& request) {
    const Bss& bss = bsses_[link];
    // In 6 GHz all who scan may use one answer, unless it tells a hidden name (802.11ax 26.17.2.3.2).
    const bool to_all = bss.band() == phy::Band::ghz6 && bss.hidden == mld::HiddenSsid::not_hidden;
    Bytes out;
    ByteWriter w(out);
    FrameHeader::management(ManagementSubtype::probe_response, to_all ? MacAddress::broadcast() : *request.addr2(),
                            bss.bssid, bss.bssid)
        .append_to(w);

    ieee80211::BeaconBody body;
    body.beacon_interval = bss.beacon_interval;
    body.capabilities = capability_info(bss);
    body.capabilities.set(ieee80211::CapabilityInfo::critical_update, bss.critical_update ? 1 : 0);
    Bytes own;
    if (const auto asked = multi_link_probe(bss, request)) {
        Surroundings all = surroundings(bss);
        all.multi_link->profiles.clear();
        const Bytes& frame = probe_elements_[link];
        for (const Bss& other : bsses_) {
            if (other.bssid == bss.bssid) continue;
            const auto wanted = std::find_if(asked->profiles.begin(), asked->profiles.end(),
                                             [&](const auto& p) { return p.link == other.mld->link; });
            if (!asked->profiles.empty() && wanted == asked->profiles.end()) continue;
            const ieee80211::ProbeRequestPerStaProfile everything{other.mld->link, true, {}};
            all.multi_link->profiles.push_back(asked_profile(asked->profiles.empty() ? everything : *wanted, other,
                                                             surroundings(other), ieee80211::ElementList(frame)));
        }
        own = probe_response_elements(bss, all);
        body.elements = ieee80211::ElementList(own);
        ++counters_.multi_link_probe_responses;
    } else {
        body.elements = ieee80211::ElementList(probe_elements_[link]);
        ++counters_.probe_responses;
    }
    body.append_to(w);
    return out;
}

void AccessPoint::reply(std::size_t link, Bytes frame, std::function<void()> then) {
    if (replies_.size() >= max_replies) {
        ++counters_.overruns;
        return;
    }
    const auto at = replies_.insert(replies_.end(), Reply{link, std::move(frame), std::move(then), {}});
    at->timer = world().queue().after(answer_delay, [this, at] {
        // A link that has stopped meanwhile sends nothing.
        (void)wdev_.wiphy().send_frame(wdev_, link_id(bsses_[at->link]), std::move(at->frame));
        if (at->then) at->then();
        replies_.erase(at);
    });
}

}  // namespace mlosim::agent
