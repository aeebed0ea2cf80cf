// Stations that an access point lets associate: what it shares with them, the MAC's knowledge of them, and what opens
// their ports.

#include <algorithm>

#include "agent/access_point.h"
#include "agent/rsn/owe.h"
#include "agent/security_elements.h"
#include "ieee80211/element_type.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/wmm.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::ElementList;
using ieee80211::MacAddress;
using ieee80211::Rsn;
using ieee80211::RsnCapabilities;
namespace element = ieee80211::element;

constexpr std::size_t ethernet_header = 14;
constexpr ieee80211::ElementType dh_parameter = ieee80211::ElementType::extended(32);  // RFC 8110 4.3

constexpr std::uint8_t sa_query_category = 8;
constexpr std::uint8_t sa_query_request = 0;
constexpr std::uint8_t sa_query_response = 1;

Bytes body_of(const ElementList& elements, ieee80211::ElementType type) {
    const auto found = elements.find(type);
    if (!found) return {};
    const ieee80211::ElementBody body(*found);
    return {body.bytes().begin(), body.bytes().end()};
}

Bytes whole(const ElementList& elements, ieee80211::ElementType type) {
    const auto found = elements.find(type);
    if (!found) return {};
    return {found->encoded().begin(), found->encoded().end()};
}

template <class Element>
Bytes written(const std::optional<Element>& element) {
    Bytes out;
    ByteWriter w(out);
    if (element) element->append_to(w);
    return out;
}

bool protects_management(const Bss& bss, const Rsn& station) {
    const auto own = rsn_of(bss);
    const auto can = [](const Rsn& rsn) {
        return rsn.capabilities && rsn.capabilities->has(RsnCapabilities::mfp_capable);
    };
    return own && can(*own) && can(station);
}

/// What a station can do on a link, from what it says there.
mld::StaCapabilities capabilities_on(const Bss& bss, const ElementList& request) {
    mld::StaCapabilities can;
    can.supported_rates = body_of(request, element::supported_rates);
    const Bytes more = body_of(request, element::extended_supported_rates);
    can.supported_rates.insert(can.supported_rates.end(), more.begin(), more.end());
    if (!request.find_vendor(ieee80211::wmm_vendor_prefix)) return can;
    const bool six_ghz = bss.band() == phy::Band::ghz6;
    if (!six_ghz) can.ht = body_of(request, element::ht_capabilities);
    if (bss.band() == phy::Band::ghz5) can.vht = body_of(request, element::vht_capabilities);
    can.he = body_of(request, element::he_capabilities);
    if (six_ghz) can.he_6ghz = body_of(request, element::he_6ghz_band_capabilities);
    can.eht = body_of(request, element::eht_capabilities);
    return can;
}

}  // namespace

void AccessPoint::secure() {
    const auto rsn = rsn_of(settings_.security);
    if (!rsn || !bsses_.front().plays_handshake) return;
    Gatekeeper::Settings keys;
    keys.name = settings_.name;
    keys.group_cipher = *rsn->group_data_cipher;
    keys.management_cipher = ieee80211::cipher::bip_cmac128;
    keys.mfp = rsn->capabilities->has(RsnCapabilities::mfp_capable);
    keys.group_rekey = settings_.group_rekey;
    keys.pairwise_rekey = settings_.pairwise_rekey;
    Gatekeeper::Outlets outlets;
    outlets.send_away = [this](const MacAddress& station, std::uint16_t reason) { (void)send_away(station, reason); };
    outlets.let_in = [this](const MacAddress& station) {
        world().trace().record(world().now(), "agent/station-authorized",
                               {{"network", settings_.name}, {"station", station.to_string()}});
        if (joined_) joined_(station);
    };
    gatekeeper_ = std::make_unique<Gatekeeper>(wdev_, std::move(keys), std::move(outlets));
    const bool has_sae = settings_.security == Security::wpa3 || settings_.security == Security::wpa2_wpa3;
    if (!has_sae || settings_.password.empty()) return;
    SaeResponder::Settings sae;
    sae.password = settings_.password;
    sae.ssid = settings_.ssid;
    sae.hash_to_element_only = bsses_.front().hash_to_element_only;
    sae_ = std::make_unique<SaeResponder>(std::move(sae), [this](std::size_t size) { return random_octets(size); });
}

Bytes AccessPoint::random_octets(std::size_t size) {
    Bytes out(size);
    for (std::uint8_t& octet : out)
        octet = static_cast<std::uint8_t>(random_.next_u64() >> 56U);
    return out;
}

/// Who this end of a security association is: to an MLD an MLD.
MacAddress AccessPoint::own_address(const Bss& bss, bool to_mld) const {
    return to_mld ? wdev_.address() : bss.bssid;
}

const Bytes& AccessPoint::psk() {
    const ByteView password(reinterpret_cast<const std::uint8_t*>(settings_.password.data()),
                            settings_.password.size());
    if (psk_.empty()) psk_ = rsn::passphrase_to_psk(password, settings_.ssid.octets());
    return psk_;
}

AccessPoint::Agreement AccessPoint::agree(const Bss& bss, const MacAddress& station, const ElementList& request) {
    Agreement out;
    if (!is_private(bss.security)) return out;
    const auto rsn = request.get<Rsn>();  // association checked that it is there, and what it chose
    const ieee80211::Suite akm = rsn->akms->front();
    const std::vector<ieee80211::Pmkid> offered = rsn->pmkids.value_or(std::vector<ieee80211::Pmkid>());
    out.akm = rsn::find_akm(akm);
    const bool in_domain = rsn::is_fast_transition(akm);
    if (in_domain && stations_.find(station)->proof == Stations::Proof::transition) {
        out.status = finish_transition(bss, station, request, out);
        return out;
    }
    if (rsn::is_psk(akm)) {
        if (settings_.password.empty())
            out.status = StatusCode::invalid_akmp;
        else
            out.pmk = psk();
        if (in_domain && out.status == StatusCode::success) out.status = enter_domain(bss, station, request, out);
        return out;
    }
    const bool proved = stations_.find(station)->proof == Stations::Proof::password;
    const auto fresh = proved && sae_ ? sae_->agreement(station) : std::nullopt;
    if (fresh) {
        out.pmk = fresh->pmk;
        out.pmkid = fresh->pmkid;
        if (in_domain) out.status = enter_domain(bss, station, request, out);
    } else if (const auto known = known_key(bss, station, *out.akm, offered)) {
        out.pmk = known->pmk;
        out.pmkid = known->pmkid;
        if (akm == ieee80211::akm::owe) {  // RFC 8110 4.5: the answer names the key instead of a new one
            Rsn named = *rsn_of(bss);
            named.pmkids = std::vector{known->pmkid};
            out.elements = written(std::optional(named));
        }
    } else if (akm == ieee80211::akm::owe) {
        out.status = agree_on_owe(station, request, out);
    } else {
        out.status = StatusCode::invalid_pmkid;
    }
    return out;
}

/// The key that one of `offered` names: one that was remembered, or given.
std::optional<Pmksa> AccessPoint::known_key(const Bss& bss, const MacAddress& station, const rsn::Akm& akm,
                                            const std::vector<ieee80211::Pmkid>& offered) const {
    if (offered.empty()) return std::nullopt;
    if (const Pmksa* known = pmksas_.find(station, akm.suite, offered, world().now())) return *known;
    if (settings_.pmk.empty()) return std::nullopt;
    const bool as_mld = stations_.find(station)->is_mld;
    const ieee80211::Pmkid given = rsn::pmkid_of(akm, settings_.pmk, {own_address(bss, as_mld), station});
    if (std::find(offered.begin(), offered.end(), given) == offered.end()) return std::nullopt;
    return Pmksa{station, given, settings_.pmk, akm.suite};
}

StatusCode AccessPoint::agree_on_owe(const MacAddress& station, const ElementList& request, Agreement& out) {
    const auto found = request.find(dh_parameter);
    if (!found) return StatusCode::invalid_element;
    const ieee80211::ElementBody body(*found);
    const auto group = rsn::owe_group(body.bytes());
    if (!group) return StatusCode::invalid_element;
    if (group != rsn::P256::group) return StatusCode::unsupported_group;
    const rsn::Owe own(rsn::Owe::Role::access_point, [this](std::size_t size) { return random_octets(size); });
    const auto keys = own.agree(body.bytes());
    if (!keys) return StatusCode::unspecified_failure;
    out.pmk = keys->pmk;
    out.pmkid = keys->pmkid;
    out.elements = own.element();
    pmksas_.remember({station, keys->pmkid, keys->pmk, ieee80211::akm::owe}, world().now());
    return StatusCode::success;
}

void AccessPoint::prepare_handshake(const Bss& bss, const Sender& from, const AssociationAnswer& answer,
                                    const Request& request, const Agreement& agreement) {
    const auto rsn = request.elements.get<Rsn>();
    rsn::AuthenticatorSettings agreed;
    agreed.akm = agreement.akm;
    agreed.pmk = agreement.pmk;
    agreed.pmkid = agreement.pmkid;
    agreed.pairwise_cipher = rsn->pairwise_ciphers->front();
    agreed.mfp = protects_management(bss, *rsn);
    agreed.own_rsne = written(rsn_of(bss));
    agreed.own_rsnxe = written(rsnx_of(bss.security));
    if (agreement.r1_name) {
        Rsn own = *rsn_of(bss);
        own.pmkids = std::vector{*agreement.r1_name};
        agreed.own_rsne = written(std::optional(own));
        agreed.mobility_domain = rsn::mobility_domain_element(*bss.mobility_domain);
        agreed.fast_transition = agreement.fast_transition;
        agreed.key = agreement.key;
    }
    agreed.station_rsne = whole(request.elements, element::rsn);
    if (agreement.r1_name) {
        Rsn named = *rsn;
        named.pmkids = std::vector{*agreement.r1_name};
        agreed.station_rsne = written(std::optional(named));
    }
    agreed.station_rsnxe = whole(request.elements, element::rsnx);
    if (answer.mld_addr) {
        const auto add = [&](const Bss& of, const MacAddress& station) {
            agreed.links.push_back({of.mld->link, of.bssid, agreed.own_rsne, agreed.own_rsnxe});
            agreed.station_links.push_back({of.mld->link, station, of.bssid == bss.bssid});
        };
        for (const Bss& of : bsses_) {
            if (of.bssid == bss.bssid) add(of, from.air);
            for (const LinkGrant& grant : answer.links)
                if (grant.link == of.mld->link && grant.status == StatusCode::success) add(of, grant.station);
        }
    }
    agreed.ends = {own_address(bss, answer.mld_addr.has_value()), from.id};
    const bool one_of_many = bss.mld && !answer.mld_addr;
    const auto only_link = one_of_many ? link_id(bss) : std::nullopt;
    if (!agreed.key)
        gatekeeper_->associated(std::move(agreed), only_link);
    else if (!gatekeeper_->transitioned(std::move(agreed), only_link))
        world().trace().record(world().now(), "agent/transition-failed", {{"station", from.id.to_string()}});
}

/// Each pair is one in both directions; the link that was asked on has no profile of its own. 802.11be 35.3.16.4
static void remember_nstr_links(mld::Sta& station, const AssociationAnswer& answer) {
    for (const LinkGrant& grant : answer.links)
        for (const auto& other : station.links()) {
            if ((grant.nstr_links & other->link.bit()) == 0 || station.link(grant.link) == nullptr) continue;
            auto& there = station.nstr_links[other->link.value()];
            auto& here = station.nstr_links[grant.link.value()];
            there = static_cast<std::uint16_t>(there | grant.link.bit());
            here = static_cast<std::uint16_t>(here | other->link.bit());
        }
}

// cf. hostapd's add_associated_sta() and add_associated_sta_links()
bool AccessPoint::admit(std::size_t link, const Sender& from, ieee80211::Aid aid, AssociationAnswer& answer,
                        const Request& request) {
    const Bss& bss = bsses_[link];
    mld::StaParameters sta;
    sta.aid = aid;
    sta.capability = request.capability;
    sta.listen_interval = request.listen_interval;
    sta.eml_capabilities = answer.eml_capabilities;
    if (const Bytes extended = body_of(request.elements, element::extended_capabilities); !extended.empty())
        sta.extended_capabilities = extended;
    sta.flags_set = {mld::StaFlag::authenticated, mld::StaFlag::associated};
    if (request.elements.find_vendor(ieee80211::wmm_vendor_prefix)) sta.flags_set |= mld::StaFlag::wme;
    if (!is_private(bss.security)) sta.flags_set |= mld::StaFlag::authorized;
    if (const auto rsn = request.elements.get<Rsn>(); rsn && protects_management(bss, *rsn))
        sta.flags_set |= mld::StaFlag::mfp;
    sta.flags_mask = sta.flags_set;
    sta.capabilities = capabilities_on(bss, request.elements);
    if (bss.mld) sta.link = bss.mld->link;
    if (answer.mld_addr) sta.link_address = from.air;
    mld::Stations& stations = wdev_.wiphy().stations();
    if (!stations.add(wdev_, from.id, sta)) return false;

    auto links = static_cast<std::uint16_t>(bss.mld ? bss.mld->link.bit() : 0);
    for (LinkGrant& grant : answer.links) {
        if (grant.status != StatusCode::success) continue;
        const auto there =
            std::find_if(bsses_.begin(), bsses_.end(), [&](const Bss& b) { return b.mld->link == grant.link; });
        mld::StaParameters more;
        more.link = grant.link;
        more.link_address = grant.station;
        more.capabilities = capabilities_on(*there, ElementList(grant.elements));
        if (stations.add_link(wdev_, from.id, more))
            links = static_cast<std::uint16_t>(links | grant.link.bit());
        else
            grant.status = StatusCode::unspecified_failure;
    }
    if (mld::Sta* known = stations.find(wdev_, from.id)) remember_nstr_links(*known, answer);
    (void)stations_.associate(from.id, answer.mld_addr, links);  // it has its identifier
    inactivity_.watch(from.id);
    return true;
}

void AccessPoint::forget(const MacAddress& station) {
    transitions_.erase(station);
    if (gatekeeper_) gatekeeper_->left(station);
    sa_queries_.forget(station);
    inactivity_.forget(station);
    (void)wdev_.wiphy().stations().remove(wdev_, station);  // ENOENT: the MAC did not know it
}

void AccessPoint::expel(const MacAddress& station) {
    stations_.remove(station);
    if (sae_) sae_->forget(station);
    forget(station);
}

void AccessPoint::moved_away(const MacAddress& station) {
    if (stations_.find(station) == nullptr) return;
    expel(station);
    world().trace().record(world().now(), "agent/station-moved",
                           {{"network", settings_.name}, {"station", station.to_string()}});
}

bool AccessPoint::is_protected(const MacAddress& station) const {
    const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, station);
    return sta != nullptr && sta->authorized() && sta->flags.has(mld::StaFlag::mfp);
}

/// A management frame to a station that the MAC knows, on a link that it has.
void AccessPoint::send_to(const MacAddress& station, ieee80211::ManagementSubtype subtype, const Bytes& body) {
    const mld::Sta* sta = wdev_.wiphy().stations().find(wdev_, station);
    if (sta == nullptr) return;
    const mld::LinkSta& there = sta->default_link();
    for (const Bss& bss : bsses_) {
        if (bss.mld && bss.mld->link != there.link) continue;
        Bytes out;
        ByteWriter w(out);
        ieee80211::FrameHeader::management(subtype, there.address, bss.bssid, bss.bssid).append_to(w);
        w.bytes(body);
        (void)wdev_.wiphy().send_frame(wdev_, link_id(bss), std::move(out));
        return;
    }
}

bool AccessPoint::send_away(const MacAddress& station, std::uint16_t reason, bool disassociates) {
    const MacAddress id = stations_.identity(station);
    const Stations::Station* known = stations_.find(id);
    if (known == nullptr || (disassociates && !known->aid)) return false;
    Bytes body;
    ByteWriter w(body);
    ieee80211::DeauthenticationBody why;
    why.reason = reason;
    why.append_to(w);
    if (disassociates) {
        send_to(id, ieee80211::ManagementSubtype::disassociation, body);
        stations_.disassociate(id);
        forget(id);
    } else {
        send_to(id, ieee80211::ManagementSubtype::deauthentication, body);
        expel(id);
    }
    world().trace().record(
        world().now(), "agent/station-sent-away",
        {{"network", settings_.name}, {"station", id.to_string()}, {"reason", std::uint64_t{reason}}});
    return true;
}

void AccessPoint::send_all_away(std::uint16_t reason, bool disassociates) {
    for (const MacAddress& station : stations_.all())
        (void)send_away(station, reason, disassociates);
}

bool AccessPoint::rekey_group() {
    if (!gatekeeper_ || !running_) return false;
    gatekeeper_->rekey_group();
    return true;
}

bool AccessPoint::rekey_pairwise(const MacAddress& station) {
    return gatekeeper_ != nullptr && gatekeeper_->rekey_pairwise(stations_.identity(station));
}

void AccessPoint::ask_whether_it_is_there(const MacAddress& station, std::uint16_t transaction) {
    Bytes body{sa_query_category, sa_query_request};
    ByteWriter w(body);
    w.u16le(transaction);
    send_to(station, ieee80211::ManagementSubtype::action, body);
}

// SA Query, 802.11-2020 9.6.9, of which the MAC let none pass that is not protected; answers to transition requests.
void AccessPoint::action(const Sender& from, const ieee80211::FrameView& frame) {
    constexpr std::size_t size = 4;
    const ByteView body = frame.body();
    if (body.size() > 2 && body[0] == category_wnm) return transition_answered(from.id, body.subspan(2));
    if (body.size() < size || body[0] != sa_query_category || !is_protected(from.id)) return;
    const auto transaction = static_cast<std::uint16_t>(body[2] | body[3] << 8U);
    if (body[1] == sa_query_response) sa_queries_.answered(from.id, transaction);
    if (body[1] != sa_query_request) return;
    send_to(from.id, ieee80211::ManagementSubtype::action,
            Bytes{sa_query_category, sa_query_response, body[2], body[3]});
}

void AccessPoint::control_port_frame(ByteView ethernet) {
    if (!gatekeeper_ || ethernet.size() < ethernet_header) return;
    ieee80211::ByteReader in(ethernet);
    (void)in.mac();
    const MacAddress from = in.mac();
    packets_.push_back({from, Bytes(ethernet.begin() + ethernet_header, ethernet.end())});
    if (!reading_.pending()) reading_ = world().queue().after({}, [this] { read_packets(); });
}

void AccessPoint::read_packets() {
    std::deque<Packet> now;
    now.swap(packets_);
    for (const Packet& packet : now)
        gatekeeper_->receive(packet.from, packet.octets);
}

}  // namespace mlosim::agent
