// Which peers there are, and how far they have come.

#include "mld/stations.h"

#include <algorithm>
#include <bit>

#include "mld/detail/layer2_update.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/power_save.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

const char* to_string(StaState state) {
    switch (state) {
        case StaState::none:
            return "none";
        case StaState::authenticated:
            return "authenticated";
        case StaState::associated:
            return "associated";
        case StaState::authorized:
            return "authorized";
    }
    return "";
}

bool is_access_point(InterfaceType type) {
    return type == InterfaceType::ap || type == InterfaceType::p2p_go;
}

constexpr StaFlags state_flags{StaFlag::authenticated, StaFlag::associated, StaFlag::authorized};

StaState state_of(StaFlags flags) {
    if (flags.has(StaFlag::authorized)) return StaState::authorized;
    if (flags.has(StaFlag::associated)) return StaState::associated;
    return flags.has(StaFlag::authenticated) ? StaState::authenticated : StaState::none;
}

}  // namespace

Stations::Stations(Wiphy& wiphy) : wiphy_(wiphy) {}
Stations::~Stations() = default;

// cf. sta_info_alloc()
std::unique_ptr<Sta> Stations::make(Wdev& wdev, const ieee80211::MacAddress& address,
                                    std::optional<ieee80211::LinkId> link,
                                    const ieee80211::MacAddress& link_address) const {
    auto sta = std::make_unique<Sta>(wdev, address, wiphy_.world().now());
    sta->is_mld_ = link.has_value();
    auto first = std::make_unique<LinkSta>();
    first->link = link.value_or(wdev.links().front()->id());
    first->address = link_address;
    first->statistics.last_heard = wiphy_.world().now();
    // On other links it has to be heard first. cf. mac80211_hwsim_sta_add()
    if (link && is_access_point(wdev.type())) sta->awake_links = link->bit();
    sta->links_.push_back(std::move(first));
    if (is_access_point(wdev.type())) sta->power_save = std::make_unique<StaPowerSave>(*sta);
    return sta;
}

void Stations::index(Sta& sta, const LinkSta& link) {
    by_address_[{&sta.wdev(), link.address}] = &sta;
}

// cf. sta_info_insert_finish()
Result<Sta*> Stations::keep(std::unique_ptr<Sta> owned) {
    Sta& sta = *owned;
    if (auto taken = tell_driver(sta); !taken) return fail(taken.error());
    by_address_[{&sta.wdev(), sta.address()}] = &sta;
    for (const auto& link : sta.links())
        index(sta, *link);
    stations_.push_back(std::move(owned));
    ++generation_;
    wiphy_.world().trace().record(
        wiphy_.world().now(), "mld/station-added",
        {{"wdev", sta.wdev().id().value}, {"address", sta.address().to_string()}, {"state", to_string(sta.state())}});
    wiphy_.world().tell([&](Events& e) { e.station_added(sta); });
    return &sta;
}

Result<void> Stations::tell_driver(Sta& sta) {
    std::optional<StaState> from;
    for (int step = 0; step <= static_cast<int>(sta.state()); ++step) {
        const auto to = static_cast<StaState>(step);
        if (auto moved = wiphy_.driver().sta_state(sta.wdev(), sta, from, to); !moved) {
            leave_driver(sta, from);
            return moved;
        }
        from = to;
    }
    sta.in_driver_ = true;
    return {};
}

void Stations::leave_driver(Sta& sta, std::optional<StaState> from) {
    while (from) {
        const auto to =
            from == StaState::none ? std::nullopt : std::optional(static_cast<StaState>(static_cast<int>(*from) - 1));
        (void)wiphy_.driver().sta_state(sta.wdev(), sta, from, to);  // what goes down may not be refused
        from = to;
    }
    sta.in_driver_ = false;
}

Result<Sta*> Stations::insert(Wdev& wdev, const ieee80211::MacAddress& address, std::optional<ieee80211::LinkId> link,
                              const ieee80211::MacAddress& link_address, ieee80211::Bytes supported_rates) {
    MLOSIM_INVARIANT(find(wdev, address) == nullptr, "an interface has a peer once");
    auto sta = make(wdev, address, link, link_address);
    sta->default_link().capabilities.supported_rates = std::move(supported_rates);
    return keep(std::move(sta));
}

LinkSta& Stations::insert_link(Sta& sta, ieee80211::LinkId id, const ieee80211::MacAddress& address) {
    MLOSIM_INVARIANT(sta.is_mld() && sta.link(id) == nullptr, "a link of an MLD is there once");
    auto owned = std::make_unique<LinkSta>();
    LinkSta& link = *owned;
    link.link = id;
    link.address = address;
    link.statistics.last_heard = wiphy_.world().now();
    sta.links_.push_back(std::move(owned));
    index(sta, link);
    return link;
}

void Stations::destroy_link(Sta& sta, ieee80211::LinkId id) {
    const LinkSta* link = sta.link(id);
    MLOSIM_INVARIANT(link != nullptr && sta.links_.size() > 1, "a link that is not the last one goes");
    if (link->address != sta.address()) by_address_.erase({&sta.wdev(), link->address});
    std::erase_if(sta.links_, [&](const auto& l) { return l.get() == link; });
    // A link that is gone shares no radio; one alone has it to itself.
    sta.emlsr.links = static_cast<std::uint16_t>(sta.emlsr.links & ~id.bit());
    if (std::popcount(sta.emlsr.links) < 2) sta.emlsr = {};
}

// cf. ieee80211_sta_tear_down_BA_sessions()
void Stations::end_block_acks(Sta& sta) {
    for (std::uint8_t tid = 0; tid < 16; ++tid) {
        const auto bit = static_cast<std::uint16_t>(1U << tid);
        if ((sta.block_ack_tids & bit) != 0)
            wiphy_.driver().block_ack_changed(sta.wdev(), sta, {.step = BlockAckStep::rx_stop, .tid = tid});
        if (((sta.asked_block_ack_tids | sta.granted_block_ack_tids) & bit) != 0)
            wiphy_.driver().block_ack_changed(sta.wdev(), sta, {.step = BlockAckStep::tx_stop, .tid = tid});
    }
}

void Stations::destroy(Sta& sta) {
    const auto place = std::find_if(stations_.begin(), stations_.end(), [&](const auto& s) { return s.get() == &sta; });
    MLOSIM_INVARIANT(place != stations_.end(), "what is destroyed is there");
    const std::unique_ptr<Sta> last = std::move(*place);
    stations_.erase(place);
    by_address_.erase({&sta.wdev(), sta.address()});
    for (const auto& link : sta.links())
        by_address_.erase({&sta.wdev(), link->address});
    sta.power_save.reset();
    end_block_acks(sta);
    if (sta.authorized()) (void)move_state(sta, StaState::associated);
    forget_keys(sta);
    ++generation_;
    // The states go down before anybody is told, so what is told shows none.
    const auto down = set_flags(sta, StaFlags(sta.flags).remove(state_flags));
    MLOSIM_INVARIANT(down.has_value(), "a driver lets go of a peer");
    leave_driver(sta, StaState::none);
    wiphy_.world().trace().record(wiphy_.world().now(), "mld/station-removed",
                                  {{"wdev", sta.wdev().id().value}, {"address", sta.address().to_string()}});
    wiphy_.world().tell([&](Events& e) { e.station_removed(sta); });
}

void Stations::flush(const Wdev& wdev, std::optional<ieee80211::LinkId> link) {
    std::vector<Sta*> all = of(wdev);
    for (auto it = all.rbegin(); it != all.rend(); ++it) {
        const bool elsewhere = link && (*it)->link(*link) == nullptr;
        if (!elsewhere) destroy(**it);
    }
}

Result<void> Stations::move_state(Sta& sta, StaState to) {
    const StaState from = sta.state();
    if (from == to) return {};
    const int step = static_cast<int>(to) - static_cast<int>(from);
    if (step != 1 && step != -1) return fail(EINVAL);
    if (sta.in_driver_) {
        const auto moved = wiphy_.driver().sta_state(sta.wdev(), sta, from, to);
        if (!moved && step > 0) return moved;
    }
    switch (std::max(from, to)) {
        case StaState::authenticated:
            step > 0 ? sta.flags |= StaFlag::authenticated : sta.flags.remove(StaFlag::authenticated);
            break;
        case StaState::associated:
            step > 0 ? sta.flags |= StaFlag::associated : sta.flags.remove(StaFlag::associated);
            if (step > 0) sta.associated_at = wiphy_.world().now();
            break;
        case StaState::authorized:
            step > 0 ? sta.flags |= StaFlag::authorized : sta.flags.remove(StaFlag::authorized);
            break;
        case StaState::none:
            break;
    }
    sta.reported_unexpected_frame = false;
    wiphy_.world().trace().record(
        wiphy_.world().now(), "mld/station-state",
        {{"wdev", sta.wdev().id().value}, {"address", sta.address().to_string()}, {"state", to_string(to)}});
    if (to == StaState::authorized && sta.wdev().type() == InterfaceType::ap && sta.wdev().netdev() != nullptr)
        sta.wdev().netdev()->received(detail::layer2_update(sta.address()));
    return {};
}

Result<void> Stations::set_flags(Sta& sta, StaFlags flags) {
    sta.flags =
        StaFlags(sta.flags).remove(StaFlags::from_bits(~state_flags.bits())) | StaFlags(flags).remove(state_flags);
    const StaState to = state_of(flags);
    while (sta.state() != to) {
        const int step = to > sta.state() ? 1 : -1;
        const auto next = static_cast<StaState>(static_cast<int>(sta.state()) + step);
        if (auto moved = move_state(sta, next); !moved) return moved;
    }
    return {};
}

// cf. ieee80211_free_sta_keys()
void Stations::forget_keys(Sta& sta) {
    const auto disable = [&](auto& keys, bool pairwise) {
        for (std::size_t index = 0; index < keys.size(); ++index) {
            if (keys[index] == nullptr) continue;
            const KeyName name{static_cast<std::uint8_t>(index), pairwise, sta.address(), std::nullopt};
            (void)wiphy_.driver().set_key(KeyCommand::disable, sta.wdev(), &sta, name, *keys[index]);
            keys[index].reset();
        }
    };
    disable(sta.group_keys, false);
    disable(sta.pairwise_keys, true);
    sta.tx_key_index.reset();
}

Sta* Stations::find(const Wdev& wdev, const ieee80211::MacAddress& address) const {
    const auto found = by_address_.find({&wdev, address});
    return found == by_address_.end() ? nullptr : found->second;
}

LinkSta* Stations::find_link(const Wdev& wdev, const ieee80211::MacAddress& address) const {
    Sta* sta = find(wdev, address);
    if (sta == nullptr) return nullptr;
    for (const auto& link : sta->links())
        if (link->address == address) return link.get();
    return nullptr;
}

std::vector<Sta*> Stations::of(const Wdev& wdev) const {
    std::vector<Sta*> out;
    for (const auto& sta : stations_)
        if (&sta->wdev() == &wdev) out.push_back(sta.get());
    return out;
}

}  // namespace mlosim::mld
