// What authentication and association have in common, and the class' face.

#include "mld/station_mlme.h"

#include <algorithm>

#include "ieee80211/supported_rates.h"
#include "ieee80211/tim.h"
#include "mld/data_path.h"
#include "mld/detail/station_impl.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/stations.h"
#include "sim/invariant.h"

namespace mlosim::mld {

using detail::CommonChannel;
using detail::ConnectionSettings;
using ieee80211::ManagementSubtype;
namespace element = ieee80211::element;

StationMlme::Impl::Impl(Wdev& owner)
    : wdev(owner),
      random(owner.wiphy().world().random().stream("mld/station-links/" + std::to_string(owner.id().value))) {}

Link& StationMlme::Impl::link() const {
    std::optional<ieee80211::LinkId> id;
    if (active) {
        const auto carries = [&](const ActiveLink& l) { return (wdev.active_links() & l.id.bit()) != 0; };
        const auto first = std::find_if(active->links.begin(), active->links.end(), carries);
        id = first != active->links.end() ? first->id : active->links.front().id;
    }
    if (auth && auth->link) id = auth->link;
    if (assoc) id = assoc->links[assoc->main].id;
    Link* found = id && wdev.is_mld() ? wdev.link(*id) : nullptr;
    return found != nullptr ? *found : *wdev.links().front();
}

Sta* StationMlme::Impl::access_point(const ieee80211::MacAddress& ap) const {
    return wiphy().stations().find(wdev, ap);
}

ieee80211::MacAddress StationMlme::Impl::random_address() {
    constexpr std::uint8_t group = 1U << 0;
    constexpr std::uint8_t local = 1U << 1;
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
    for (std::uint8_t& octet : octets)
        octet = static_cast<std::uint8_t>(random.below(256));
    octets[0] = static_cast<std::uint8_t>((octets[0] & ~group) | local);
    return ieee80211::MacAddress(octets);
}

const Bss* StationMlme::Impl::find_bss(phy::Frequency frequency, const ieee80211::MacAddress& bssid,
                                       const ieee80211::Ssid& ssid, std::uint32_t use_for) const {
    const phy::RadioChannel* channel = wiphy().channel(frequency);
    if (channel == nullptr) return nullptr;
    const Bss* found = wiphy().bss_table().find(channel->channel, bssid, &ssid, now());
    if (found == nullptr || (found->use_for & use_for) != use_for) return nullptr;
    return found;
}

Result<ieee80211::Bytes> StationMlme::Impl::common_rates(Link& on, const Bss& bss) {
    const BandCapabilities* band = wiphy().profile().band(bss.channel.band);
    if (band == nullptr) return fail(EINVAL);
    const ieee80211::ElementList elements(bss.elements->bytes);
    ieee80211::Bytes rates;
    ieee80211::Bytes basic;
    for (const auto type : {element::supported_rates, element::extended_supported_rates}) {
        const auto found = elements.find(type);
        if (!found) continue;
        for (const std::uint8_t octet : found->first_piece()) {
            const ieee80211::RateOctet rate(octet);
            if (rate.is_selector()) continue;
            const auto units = static_cast<std::uint8_t>(rate.units_of_500_kbps());
            const bool known = std::any_of(band->rates.begin(), band->rates.end(),
                                           [&](const BitRate& own) { return (own.hundred_kbps + 4U) / 5U == units; });
            if (!known) continue;
            rates.push_back(units);
            if (rate.basic()) basic.push_back(units);
        }
    }
    if (rates.empty()) return fail(EINVAL, "no rate that the radio knows");
    if (basic.empty()) basic.push_back(*std::min_element(rates.begin(), rates.end()));
    on.bss_config.basic_rates = std::move(basic);
    return rates;
}

Result<void> StationMlme::Impl::tune(Link& on, const Bss& bss, ConnectionSettings& wanted) {
    auto request = detail::common_channel(wiphy(), wdev, bss, wanted, selectors);
    if (!request) return fail(request.error());
    auto used = wiphy().use_channel(on, request->channel);
    // Another interface's channel may leave room for a narrower one.
    while (!used && detail::narrow(*request))
        used = wiphy().use_channel(on, request->channel);
    if (used) wanted = request->settings;
    return used;
}

Result<void> StationMlme::Impl::prepare(const Peer& peer, bool keep_station, bool override_settings,
                                        ConnectionSettings& wanted) {
    const Bss& bss = peer.bss;
    Sta* station = keep_station ? access_point(peer.ap) : nullptr;
    const bool is_new = station == nullptr;
    if (peer.link) {
        const Link* there = wdev.is_mld() ? wdev.link(*peer.link) : nullptr;
        const Wiphy::StationLink only{*peer.link, there != nullptr ? there->address() : random_address()};
        if (auto changed = wiphy().set_station_links(wdev, {only}); !changed) return changed;
    }
    Link& on = peer.link ? *wdev.link(*peer.link) : wdev.default_link();
    if (is_new) {
        on.bssid_ = bss.bssid;
        on.bss_config.beacon_interval = bss.beacon_interval;
    }
    if (is_new || override_settings) {
        if (auto tuned = tune(on, bss, wanted); !tuned) {
            if (is_new) on.bssid_ = {};
            return tuned;
        }
        settings = wanted;
    }
    if (is_new) {
        auto rates = common_rates(on, bss);
        if (rates) {
            wiphy().driver().link_changed(on,
                                          {LinkChange::bssid, LinkChange::basic_rates, LinkChange::beacon_interval});
            auto inserted = wiphy().stations().insert(wdev, peer.ap, peer.link, bss.bssid, std::move(*rates));
            if (!inserted) rates = fail(inserted.error());
        }
        if (!rates) {
            let_go(peer.ap);
            return fail(rates.error());
        }
    }
    // Nothing shall interfere with the connection.
    if (wiphy().scan() != nullptr) (void)wiphy().abort_scan(wdev);
    return {};
}

void StationMlme::Impl::let_go(const ieee80211::MacAddress& ap) {
    if (Sta* station = access_point(ap)) wiphy().stations().destroy(*station);
    activation.cancel();
    wdev.vif_config.power_save = false;  // the AID stays until there is another one
    for (const auto& own : wdev.links()) {
        wiphy().release_channel(*own);
        own->wanted_channel_.reset();
        own->bssid_ = {};
        own->bss_config = {};
    }
    const auto changed = wiphy().set_station_links(wdev, {});
    MLOSIM_INVARIANT(changed.has_value(), "a driver lets go of links");
}

std::uint64_t StationMlme::Impl::await(Awaited what) {
    awaited[++last_cookie] = what;
    return last_cookie;
}

void StationMlme::Impl::transmitted(std::uint64_t cookie, bool acknowledged) {
    const auto found = awaited.find(cookie);
    if (found == awaited.end()) return;
    const Awaited what = found->second;
    awaited.erase(found);
    if (what == Awaited::authentication) {
        authentication_status(acknowledged);
    } else if (what == Awaited::association) {
        association_status(acknowledged);
    } else if (what == Awaited::emlsr) {
        emlsr_status(acknowledged);
    } else {
        probe_status(acknowledged);
    }
}

void StationMlme::Impl::arm() {
    std::optional<sim::Time> due;
    const auto consider = [&](sim::Time time) { due = due ? std::min(*due, time) : time; };
    if (auth) consider(auth->timeout);
    if (assoc) consider(assoc->timeout);
    if (active && active->probing) consider(active->probe_timeout);
    if (!due) {
        timer.cancel();
        return;
    }
    timer = world().queue().at(std::max(*due, now()), [this] { work(); });
}

void StationMlme::Impl::work() {
    if (auth && now() >= auth->timeout) authentication_timeout();
    if (assoc && now() >= assoc->timeout) association_timeout();
    if (active && active->probing && now() >= active->probe_timeout) probe_work();
    arm();
}

void StationMlme::Impl::forget_bss(const Bss& bss) {
    wiphy().bss_table().forget(bss);
}

void StationMlme::Impl::tell(MlmeFrameKind kind, ieee80211::ByteView frame, bool reconnect) {
    MlmeFrame event;
    event.kind = kind;
    event.frame = frame;
    event.reconnect = reconnect;
    world().tell([&](Events& e) { e.mlme_frame(wdev, event); });
}

void StationMlme::Impl::trace(const char* what, const ieee80211::MacAddress& ap) {
    world().trace().record(now(), what, {{"wdev", wdev.id().value}, {"ap", ap.to_string()}});
}

// cf. ieee80211_iface_work()
void StationMlme::Impl::queue(Link& heard, const FrameBytes& frame, const RxStatus& status) {
    arrivals.push_back({frame, heard.id(), status});
    if (arriving.pending()) return;
    arriving = world().queue().after({}, [this] {
        for (std::deque<Arrival> now = std::exchange(arrivals, {}); !now.empty(); now.pop_front()) {
            Link* const link = wdev.link(now.front().link);
            const auto view = ieee80211::FrameView::parse(*now.front().frame);
            if (link != nullptr && view) receive(*link, *view, now.front().status);
        }
    });
}

void StationMlme::Impl::receive(Link& heard, const ieee80211::FrameView& frame, const RxStatus& status) {
    const auto fc = frame.frame_control();
    if (fc.is(ManagementSubtype::authentication)) return on_authentication(frame);
    if (fc.is(ManagementSubtype::association_response) || fc.is(ManagementSubtype::reassociation_response))
        return on_association_response(frame);
    if (fc.is(ManagementSubtype::deauthentication)) return on_deauthentication(frame);
    if (fc.is(ManagementSubtype::disassociation)) return on_disassociation(frame);
    if (fc.is(ManagementSubtype::beacon)) return on_beacon(heard, frame, status);
    if (fc.is(ManagementSubtype::action)) return on_action(heard, frame);
}

StationMlme::StationMlme(Wdev& wdev) : impl_(std::make_unique<Impl>(wdev)) {}
StationMlme::~StationMlme() = default;

Result<void> StationMlme::authenticate(const AuthenticateRequest& request) {
    return impl_->authenticate(request);
}
Result<void> StationMlme::associate(const AssociateRequest& request) {
    return impl_->associate(request);
}
Result<void> StationMlme::deauthenticate(const LeaveRequest& request) {
    return impl_->deauthenticate(request);
}
Result<void> StationMlme::disassociate(const LeaveRequest& request) {
    return impl_->disassociate(request);
}
Result<void> StationMlme::connect(const ConnectRequest& request) {
    return impl_->connect(request);
}
Result<void> StationMlme::update_connection(const ConnectRequest& request, std::uint32_t changed) {
    return impl_->update_connection(request, changed);
}
Result<void> StationMlme::disconnect(std::uint16_t reason) {
    return impl_->disconnect(reason);
}
Result<void> StationMlme::set_cqm_rssi(std::vector<std::int32_t> thresholds, std::uint32_t hysteresis) {
    return impl_->set_quality(std::move(thresholds), hysteresis);
}
Result<void> StationMlme::reconfigure_links(const LinkReconfiguration& request) {
    return impl_->reconfigure_links(request);
}
void StationMlme::give_back_links(std::uint16_t links) {
    impl_->give_back_links(links);
}
Result<void> StationMlme::set_link_mapping(const LinkMapping& mapping) {
    return impl_->set_link_mapping(mapping);
}
Result<void> StationMlme::set_epcs(bool enable) {
    return impl_->set_epcs(enable);
}
Result<void> StationMlme::set_emlsr(const EmlsrRequest& request) {
    return impl_->set_emlsr(request);
}
void StationMlme::activate_links(std::uint16_t links) {
    impl_->activate_links(links);
}

void StationMlme::connection_loss() {
    impl_->end_for_driver(true, false);
}

void StationMlme::disconnect_for_driver(bool reconnect) {
    impl_->end_for_driver(false, reconnect);
}
void StationMlme::say_dozing(std::uint16_t links) {
    impl_->say_dozing(links);
}
void StationMlme::say_awake(std::uint16_t links, bool all) {
    impl_->say_awake(links, all);
}
void StationMlme::leave() {
    constexpr std::uint16_t leaving = 3;
    (void)impl_->disconnect(leaving);
}
void StationMlme::off_channel(bool away) {
    impl_->off_channel(away);
}
void StationMlme::scan_done() {
    impl_->scan_done();
}
void StationMlme::stop() {
    impl_->stop();
}
void StationMlme::release(OwnerId owner) {
    impl_->release(owner);
}
void StationMlme::receive(Link& link, const FrameBytes& frame, const RxStatus& status) {
    impl_->queue(link, frame, status);
}
void StationMlme::transmitted(std::uint64_t cookie, bool acknowledged) {
    impl_->transmitted(cookie, acknowledged);
}
const Connection* StationMlme::connection() const noexcept {
    return impl_->active ? &impl_->active->connection : nullptr;
}
bool StationMlme::has_connection() const noexcept {
    return connection() != nullptr || impl_->sme;
}

Sta* StationMlme::access_point() const noexcept {
    const Impl& i = *impl_;
    std::optional<ieee80211::MacAddress> ap;
    if (i.active) ap = i.active->connection.ap;
    if (i.auth) ap = i.auth->ap;
    if (i.assoc) ap = i.assoc->ap;
    return ap ? i.wiphy().stations().find(i.wdev, *ap) : nullptr;
}
const Bss* StationMlme::bss(const Link& link) const noexcept {
    if (!impl_->active) return nullptr;
    for (const Impl::ActiveLink& active : impl_->active->links) {
        if (active.id != link.id()) continue;
        const auto ssid = active.bss.ssid();
        return impl_->wiphy().bss_table().find(active.bss.channel, active.bss.bssid, ssid ? &*ssid : nullptr,
                                               impl_->now());
    }
    return nullptr;
}

}  // namespace mlosim::mld
