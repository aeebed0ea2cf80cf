// What programs ask of an interface's peers: the checks of cfg80211 that are about what is there, and mac80211's work.

#include <algorithm>

#include "mld/detail/bit_rates.h"
#include "mld/detail/vif_power_save.h"
#include "mld/events.h"
#include "mld/power_save.h"
#include "mld/stations.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

namespace {

constexpr StaFlags authenticated_or_associated{StaFlag::authenticated, StaFlag::associated};
constexpr StaFlags changeable_by_ap =
    authenticated_or_associated |
    StaFlags{StaFlag::authorized, StaFlag::short_preamble, StaFlag::wme, StaFlag::mfp, StaFlag::spp_amsdu};

/// Whose peer it is, and how far it has come (enum cfg80211_station_type, as far as the roles are played).
enum class PeerKind : std::uint8_t { access_point, client, unassociated_client };

bool is_ap(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::p2p_go;
}

bool tells_capabilities(const StaParameters& parameters) {
    if (!parameters.capabilities) return false;
    const StaCapabilities& c = *parameters.capabilities;
    return !c.supported_rates.empty() || !c.ht.empty() || !c.vht.empty() || !c.he.empty() || !c.eht.empty();
}

StaFlags only(StaFlags flags, StaFlags mask) {
    return StaFlags::from_bits(flags.bits() & mask.bits());
}

bool subset(StaFlags flags, StaFlags of) {
    return only(flags, of) == flags;
}

// cf. nl80211_new_station() from its switch over interface types on
Result<StaFlags> check_new(const Wdev& wdev, const StaParameters& p) {
    StaFlags mask = p.flags_mask;
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::p2p_go:
            if (p.flags_set.has(StaFlag::tdls_peer)) return fail(EINVAL);
            mask.remove(StaFlag::tdls_peer);
            if (mask.has(StaFlag::spp_amsdu)) return fail(EINVAL);  // no radio here has A-MSDU protection
            break;
        case InterfaceType::station:
        case InterfaceType::p2p_client:
            if (mask.has_any(authenticated_or_associated)) return fail(EINVAL);
            if (!p.flags_set.has(StaFlag::tdls_peer)) return fail(EINVAL);
            return fail(EOPNOTSUPP, "no TDLS");
        default:
            return fail(EOPNOTSUPP);
    }
    if (wdev.is_mld()) {
        if (!p.link) return fail(EINVAL);
        if (wdev.link(*p.link) == nullptr) return fail(ENOLINK);
    } else if (p.link) {
        return fail(EINVAL);
    }
    return mask;
}

// cf. cfg80211_check_station_change()
Result<StaFlags> check_change(PeerKind kind, const StaParameters& p) {
    StaFlags mask = p.flags_mask;
    const bool unassociated = kind == PeerKind::unassociated_client;
    if ((p.listen_interval || p.support_p2p_ps || p.aid) && !unassociated) return fail(EINVAL);
    if (p.flags_set.has(StaFlag::tdls_peer)) return fail(EINVAL);
    mask.remove(StaFlag::tdls_peer);  // daemons name it always
    if (!unassociated) {
        if (p.uapsd_queues || p.capability || p.extended_capabilities || tells_capabilities(p)) return fail(EINVAL);
        if (mask.has(StaFlag::spp_amsdu) || p.eml_capabilities) return fail(EINVAL);
    }
    if (!subset(mask, kind == PeerKind::access_point ? StaFlags{StaFlag::authorized} : changeable_by_ap))
        return fail(EINVAL);
    return mask;
}

}  // namespace

Result<Sta*> Stations::add(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& given) {
    StaParameters parameters = given;
    // HT and VHT need QoS: without it they are as good as not there; what is newer is a mistake.
    if (!parameters.flags_set.has(StaFlag::wme) && parameters.capabilities) {
        StaCapabilities& c = *parameters.capabilities;
        c.ht.clear();
        c.vht.clear();
        if (!c.he.empty() || !c.he_6ghz.empty() || !c.eht.empty()) return fail(EINVAL);
    }
    if (parameters.capabilities && !parameters.capabilities->he_6ghz.empty() &&
        (!parameters.capabilities->ht.empty() || !parameters.capabilities->vht.empty()))
        return fail(EINVAL);
    auto mask = check_new(wdev, parameters);
    if (!mask) return fail(mask.error());
    if (!wiphy_.profile().has(WiphyFlag::ap_uapsd) || !parameters.flags_set.has(StaFlag::wme)) {
        parameters.uapsd_queues.reset();
        parameters.max_service_period.reset();
    }
    // A program that does not name these flags wants what drivers did before there were any.
    if (!mask->has_any(authenticated_or_associated)) {
        *mask |= authenticated_or_associated;
        parameters.flags_set |= authenticated_or_associated;
    }

    // cf. ieee80211_add_station(), sta_info_insert_check()
    if (address == wdev.address() || !address.is_valid_individual()) return fail(EINVAL);
    auto sta = make(wdev, address, parameters.link, parameters.link_address.value_or(address));
    sta->is_mld_ = parameters.link_address.has_value();
    if (auto applied = apply(*sta, parameters, *mask); !applied) return fail(applied.error());
    if (!wdev.running()) return fail(ENETDOWN);
    if (find(wdev, address) != nullptr) return fail(EEXIST);
    return keep(std::move(sta));
}

// cf. ieee80211_change_station()
Result<void> Stations::change(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters) {
    PeerKind kind = PeerKind::access_point;
    switch (wdev.type()) {
        case InterfaceType::ap:
        case InterfaceType::ap_vlan:
        case InterfaceType::p2p_go:
        case InterfaceType::p2p_client:
        case InterfaceType::station:
            break;
        default:
            return fail(EOPNOTSUPP);
    }
    Sta* sta = find(wdev, address);
    if (sta == nullptr || sta->address() != address) return fail(ENOENT);
    if (is_ap(wdev.type()))
        kind = sta->flags.has(StaFlag::associated) ? PeerKind::client : PeerKind::unassociated_client;
    const auto mask = check_change(kind, parameters);
    if (!mask) return fail(mask.error());
    StaParameters taken = parameters;
    // Older kernels ignored it: for a station that has joined it is no mistake, and without effect.
    if (kind != PeerKind::unassociated_client && taken.capabilities) taken.capabilities->operating_mode.reset();
    auto applied = apply(*sta, taken, *mask);
    if (applied && mask->has(StaFlag::authorized)) detail::recalculate_power_save(wdev);
    return applied;
}

// cf. nl80211_del_station(), ieee80211_del_station()
Result<void> Stations::remove(Wdev& wdev, const std::optional<ieee80211::MacAddress>& address,
                              std::optional<ieee80211::LinkId> link) {
    if (!is_ap(wdev.type()) && wdev.type() != InterfaceType::ap_vlan) return fail(EINVAL);
    if (link && wdev.link(*link) == nullptr) return fail(EINVAL);
    if (!address) {
        flush(wdev, link);
        return {};
    }
    Sta* sta = find(wdev, *address);
    if (sta == nullptr || sta->address() != *address) return fail(ENOENT);
    destroy(*sta);
    return {};
}

// cf. sta_apply_parameters()
Result<void> Stations::apply(Sta& sta, const StaParameters& p, StaFlags mask) {
    const StaFlags set = only(p.flags_set, mask);
    const auto take_over = [&](StaFlag flag) {
        if (!mask.has(flag)) return;
        set.has(flag) ? sta.flags |= flag : sta.flags.remove(flag);
    };
    take_over(StaFlag::wme);
    // Whoever becomes associated does so when everything else about it is known.
    const bool associates = set.has(StaFlag::associated);
    if (!associates)
        if (auto moved = apply_state_flags(sta, mask, set); !moved) return moved;
    take_over(StaFlag::short_preamble);
    take_over(StaFlag::mfp);

    if (p.uapsd_queues) sta.uapsd_queues = *p.uapsd_queues;
    if (p.max_service_period) sta.max_service_period = *p.max_service_period;
    if (p.extended_capabilities) sta.extended_capabilities = *p.extended_capabilities;
    if (p.capability) sta.capability = *p.capability;
    if (p.aid) sta.aid = p.aid;
    if (p.listen_interval) sta.listen_interval = *p.listen_interval;
    if (p.eml_capabilities) sta.eml_capabilities = p.eml_capabilities;
    if (auto applied = apply_link(sta, p, LinkChange::of_station); !applied) return applied;
    if (p.support_p2p_ps) sta.support_p2p_ps = *p.support_p2p_ps;
    if (p.airtime_weight && *p.airtime_weight != 0) sta.airtime_weight = p.airtime_weight;
    return associates ? apply_state_flags(sta, mask, set) : Result<void>{};
}

// cf. sta_apply_auth_flags()
Result<void> Stations::apply_state_flags(Sta& sta, StaFlags mask, StaFlags set) {
    struct Step {
        StaFlag flag;
        StaState to;
    };
    constexpr Step up[] = {{StaFlag::authenticated, StaState::authenticated},
                           {StaFlag::associated, StaState::associated}};
    for (const Step& step : up)
        if (set.has(step.flag) && !sta.flags.has(step.flag))
            if (auto moved = move_state(sta, step.to); !moved) return moved;
    if (mask.has(StaFlag::authorized)) {
        if (set.has(StaFlag::authorized)) {
            if (auto moved = move_state(sta, StaState::authorized); !moved) return moved;
        } else if (sta.authorized()) {
            if (auto moved = move_state(sta, StaState::associated); !moved) return moved;
        }
    }
    constexpr Step down[] = {{StaFlag::associated, StaState::authenticated}, {StaFlag::authenticated, StaState::none}};
    for (const Step& step : down)
        if (mask.has(step.flag) && !set.has(step.flag) && sta.flags.has(step.flag))
            if (auto moved = move_state(sta, step.to); !moved) return moved;
    return {};
}

// cf. sta_link_apply_parameters()
Result<void> Stations::apply_link(Sta& sta, const StaParameters& p, LinkChange change) {
    if (change == LinkChange::new_link && !p.link_address) return fail(EINVAL);
    const bool changes = p.link_address || tells_capabilities(p) || (p.capabilities && p.capabilities->operating_mode);
    if (change == LinkChange::of_station && !p.link && !changes) return {};
    Link* link = p.link ? sta.wdev().link(*p.link) : sta.wdev().links().front().get();
    LinkSta* own = p.link ? sta.link(*p.link) : &sta.default_link();
    if (link == nullptr || own == nullptr || !link->channel()) return fail(EINVAL);
    if (p.link_address && own->address != *p.link_address) return fail(EINVAL);
    if (!p.capabilities) return {};
    const StaCapabilities& c = *p.capabilities;
    if (!c.supported_rates.empty()) {
        const auto& bands = wiphy_.profile().bands;
        const auto band =
            std::find_if(bands.begin(), bands.end(), [&](const auto& b) { return b.band == link->channel()->band(); });
        if (band == bands.end() || !detail::knows_a_rate(*band, c.supported_rates)) return fail(EINVAL);
        own->capabilities.supported_rates = c.supported_rates;
    }
    if (!c.ht.empty()) own->capabilities.ht = c.ht;
    if (!c.vht.empty()) own->capabilities.vht = c.vht;
    if (!c.he.empty()) {
        own->capabilities.he = c.he;
        own->capabilities.he_6ghz = c.he_6ghz;
        if (!c.eht.empty()) own->capabilities.eht = c.eht;
    }
    if (c.operating_mode) {
        const phy::ChannelWidth width = link->channel()->width;
        if (width == phy::ChannelWidth::w20_noht) return fail(EINVAL);
        own->capabilities.operating_mode = c.operating_mode;
    }
    return {};
}

// cf. nl80211_add_mod_link_station(), ieee80211_add_link_station()
Result<void> Stations::add_link(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters) {
    if (!parameters.link || !parameters.link_address || !parameters.link_address->is_valid_individual())
        return fail(EINVAL);
    Sta* sta = find(wdev, address);
    if (sta == nullptr || sta->address() != address) return fail(ENOENT);
    if (!sta->is_mld()) return fail(EINVAL);
    if (sta->link(*parameters.link) != nullptr) return fail(EALREADY);
    if (find(wdev, *parameters.link_address) != nullptr) return fail(EEXIST);

    (void)insert_link(*sta, *parameters.link, *parameters.link_address);
    auto applied = apply_link(*sta, parameters, LinkChange::new_link);
    if (!applied) destroy_link(*sta, *parameters.link);
    return applied;
}

// cf. ieee80211_mod_link_station()
Result<void> Stations::change_link(Wdev& wdev, const ieee80211::MacAddress& address, const StaParameters& parameters) {
    if (!parameters.link) return fail(EINVAL);
    if (parameters.link_address && !parameters.link_address->is_valid_individual()) return fail(EINVAL);
    Sta* sta = find(wdev, address);
    if (sta == nullptr || sta->address() != address) return fail(ENOENT);
    if (!sta->is_mld() || sta->link(*parameters.link) == nullptr) return fail(EINVAL);
    return apply_link(*sta, parameters, LinkChange::of_link);
}

// cf. ieee80211_del_link_station()
Result<void> Stations::remove_link(Wdev& wdev, const ieee80211::MacAddress& address, ieee80211::LinkId id) {
    Sta* sta = find(wdev, address);
    if (sta == nullptr || sta->address() != address) return fail(ENOENT);
    if (!sta->is_mld() || sta->link(id) == nullptr || sta->links_.size() == 1) return fail(EINVAL);
    destroy_link(*sta, id);
    return {};
}

}  // namespace mlosim::mld
