#include "netlink/mlosim_family.h"

#include <limits>
#include <vector>

#include "mld/data_path.h"
#include "mld/emlsr.h"
#include "mld/link_policy.h"
#include "mld/station_mlme.h"
#include "mld/transmit_settings.h"
#include "netlink/detail/mlosim_chips.h"
#include "netlink/detail/mlosim_messages.h"
#include "netlink/detail/mlosim_orders.h"
#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {

constexpr std::uint32_t events_group = 0;
constexpr std::uint32_t records_group = 1;
using detail::largest_mlosim_message;

constexpr auto rules = policy_table<MLOSIM_ATTR_MAX>({
    {MLOSIM_ATTR_TIME, attr::range(AttributeType::u64, 0, std::numeric_limits<std::int64_t>::max())},
    {MLOSIM_ATTR_EVENTS, attr::range(AttributeType::u32, 1, MLOSIM_STEP_MAX)},
    {MLOSIM_ATTR_RADIO, attr::u32()},
    {MLOSIM_ATTR_WIPHY, attr::u32()},
    {MLOSIM_ATTR_WDEV, attr::u64()},
    {MLOSIM_ATTR_IFINDEX, attr::u32()},
    {MLOSIM_ATTR_MLD_WDEV, attr::u64()},
    {MLOSIM_ATTR_BAND, attr::u32()},
    {MLOSIM_ATTR_ACTIVE_LINKS, attr::u32()},
    {MLOSIM_ATTR_LINK_POLICY, attr::string()},
    {MLOSIM_ATTR_EMLSR_LINKS, attr::range(AttributeType::u32, 0, 0xffff)},
    {MLOSIM_ATTR_EMLSR_PADDING, attr::range(AttributeType::u32, 0, 256)},
    {MLOSIM_ATTR_EMLSR_TRANSITION, attr::range(AttributeType::u32, 0, 256)},
    {MLOSIM_ATTR_COUNTERS, attr::reject("counters cannot be set")},
    {MLOSIM_ATTR_MAC, attr::exact_len(ieee80211::MacAddress::size)},
    {MLOSIM_ATTR_LINK_ID, attr::range(AttributeType::u8, 0, ieee80211::LinkId::max_links - 1)},
    {MLOSIM_ATTR_FREQ, attr::u32()},
    {MLOSIM_ATTR_WIDTH, attr::u32()},
    {MLOSIM_ATTR_CENTER_FREQ1, attr::u32()},
    {MLOSIM_ATTR_BEACONS, attr::range(AttributeType::u32, 0, 65535)},
    {MLOSIM_ATTR_DURATION, attr::range(AttributeType::u64, 0, std::numeric_limits<std::int64_t>::max())},
    {MLOSIM_ATTR_REASON_CODE, attr::range(AttributeType::u32, 1, 65535)},
    {MLOSIM_ATTR_DISASSOCIATE, attr::flag()},
    {MLOSIM_ATTR_PUNCTURED, attr::range(AttributeType::u32, 0, 65535)},
    {MLOSIM_ATTR_QUIET, attr::flag()},
    {MLOSIM_ATTR_COLOR, attr::range(AttributeType::u32, 1, 63)},
    {MLOSIM_ATTR_TARGETS, attr::nested()},
    {MLOSIM_ATTR_TABLE, attr::string()},
    {MLOSIM_ATTR_RECORD, attr::string()},
    {MLOSIM_ATTR_NUMBER, attr::range(AttributeType::u64, 1, std::numeric_limits<std::uint64_t>::max())},
    {MLOSIM_ATTR_TEXT, attr::string()},
    {MLOSIM_ATTR_FAULT, attr::u32()},
    {MLOSIM_ATTR_OR_TURN, attr::flag()},
    {MLOSIM_ATTR_PID, attr::range(AttributeType::u32, 1, std::numeric_limits<std::int32_t>::max())},
});
constexpr Policy policy{rules, 1};

/// The attribute that a command cannot do without.
Result<void> missing(Reply& reply, std::uint32_t type) {
    reply.ack().missing_type = type;
    return fail(EINVAL);
}

// The world and its clock.

Result<void> send_world(MlosimFamily& family, Reply& reply, std::optional<std::uint32_t> stepped = std::nullopt) {
    MessageBuilder message = reply.message(MLOSIM_CMD_NEW_WORLD);
    family.put_world(message);
    if (stepped) message.put_u32(MLOSIM_ATTR_EVENTS, *stepped);
    return reply.send(message);
}

Result<void> get_world(MlosimFamily& family, const Request&, Reply& reply) {
    return send_world(family, reply);
}

Result<void> pause(MlosimFamily& family, const Request&, Reply&) {
    const bool before = family.time().paused();
    auto done = family.time().pause();
    if (!done) return done;
    family.forget_arrival();
    if (!before) family.announce_world();
    return {};
}

Result<void> resume(MlosimFamily& family, const Request&, Reply&) {
    const bool before = family.time().paused();
    auto done = family.time().resume();
    if (done && before) family.announce_world();
    return done;
}

Result<void> step(MlosimFamily& family, const Request& request, Reply& reply) {
    auto fired = family.time().step(request->u32(MLOSIM_ATTR_EVENTS).value_or(1));
    if (!fired) return fail(std::move(fired.error()));
    return send_world(family, reply, static_cast<std::uint32_t>(*fired));
}

Result<void> run_to(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto when = request->u64(MLOSIM_ATTR_TIME);
    if (!when) return missing(reply, MLOSIM_ATTR_TIME);
    const bool before = family.time().paused();
    const sim::Time until{sim::Duration{static_cast<std::int64_t>(*when)}};
    auto started = family.time().run_to(
        until, [&family] { family.arrived(); }, request->flag(MLOSIM_ATTR_OR_TURN));
    if (!started) return fail(started.error().code, started.error().message, request->at(MLOSIM_ATTR_TIME));
    family.expect_arrival(request.port(), request.seq());
    if (before) family.announce_world();
    return {};
}

Result<void> settle(MlosimFamily& family, const Request& request, Reply&) {
    std::optional<std::int32_t> pid;
    if (const auto number = request->u32(MLOSIM_ATTR_PID)) pid = static_cast<std::int32_t>(*number);
    const std::uint64_t number = family.expect_settling(request.port(), request.seq());
    auto begun = family.time().settle(pid, [&family, number](bool takes_part) { family.settled(number, takes_part); });
    if (!begun) family.forget_settling(number);
    return begun;
}

// Radios.

Result<void> get_radio(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto id = request->u32(MLOSIM_ATTR_RADIO);
    if (!id) return missing(reply, MLOSIM_ATTR_RADIO);
    const mld::Radio* radio = family.world().find_radio(mld::RadioIndex{*id});
    const mld::GuestRadio* guest = family.directory().guest(mld::RadioIndex{*id});
    if (radio == nullptr && guest == nullptr) return fail(ENODEV, "no such radio", request->at(MLOSIM_ATTR_RADIO));
    MessageBuilder message = reply.message(MLOSIM_CMD_NEW_RADIO, largest_mlosim_message);
    if (radio != nullptr)
        detail::put_radio(message, *radio);
    else
        detail::put_guest_radio(message, *guest);
    return reply.send(message);
}

Result<mld::Wiphy*> named_wiphy(MlosimFamily& family, const Request& request, Reply& reply) {
    const auto id = request->u32(MLOSIM_ATTR_RADIO);
    if (!id) return fail(missing(reply, MLOSIM_ATTR_RADIO).error());
    const mld::Radio* radio = family.world().find_radio(mld::RadioIndex{*id});
    if (radio == nullptr && family.directory().has(mld::RadioIndex{*id}))
        return fail(EOPNOTSUPP, "its host is a virtual machine", request->at(MLOSIM_ATTR_RADIO));
    if (radio == nullptr) return fail(ENODEV, "no such radio", request->at(MLOSIM_ATTR_RADIO));
    return radio->wiphy;
}

Result<void> suspend_host(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wiphy = named_wiphy(family, request, reply);
    return wiphy ? (*wiphy)->suspend() : fail(std::move(wiphy.error()));
}

Result<void> wake_host(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wiphy = named_wiphy(family, request, reply);
    return wiphy ? (*wiphy)->resume() : fail(std::move(wiphy.error()));
}

Result<std::unique_ptr<Dump>> dump_radios(MlosimFamily& family, const Request&, Reply&) {
    return make_dump([&family, next = mld::RadioIndex{}](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(family.generation());
        const auto& radios = family.world().radios();
        const auto& guests = family.directory().guests();
        auto radio = radios.lower_bound(next);
        auto guest = guests.lower_bound(next);
        // Both in the order of their numbers.
        while (radio != radios.end() || guest != guests.end()) {
            const bool is_guest = radio == radios.end() || (guest != guests.end() && guest->first < radio->first);
            next = is_guest ? guest->first : radio->first;
            MessageBuilder& message = out.begin(MLOSIM_CMD_NEW_RADIO);
            out.check_consistent();
            if (is_guest)
                detail::put_guest_radio(message, (guest++)->second);
            else
                detail::put_radio(message, (radio++)->second);
            if (!out.commit()) return Progress::more;
        }
        return Progress::done;
    });
}

// Wdevs and link wdevs.

using PutWdev = void (*)(MessageBuilder&, const mld::Wdev&);

/// Those of `ids` that still exist, each as one message.
std::unique_ptr<Dump> dump_list(MlosimFamily& family, std::vector<mld::WdevId> ids, std::uint8_t command, PutWdev put) {
    return make_dump([&family, ids = std::move(ids), command, put,
                      next = std::size_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(family.generation());
        for (; next < ids.size(); ++next) {
            const mld::Wdev* wdev = family.world().find_wdev(ids[next]);
            if (wdev == nullptr) continue;
            MessageBuilder& message = out.begin(command);
            out.check_consistent();
            put(message, *wdev);
            if (!out.commit()) return Progress::more;
        }
        return Progress::done;
    });
}

using detail::named_wdev;

Result<void> send_wdev(Reply& reply, std::uint8_t command, PutWdev put, const mld::Wdev& wdev) {
    MessageBuilder message = reply.message(command, largest_mlosim_message);
    put(message, wdev);
    return reply.send(message);
}

Result<void> get_wdev(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wdev = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!wdev) return fail(std::move(wdev.error()));
    if ((*wdev)->is_link()) return fail(EINVAL, "this is a link wdev", request->at(MLOSIM_ATTR_WDEV));
    return send_wdev(reply, MLOSIM_CMD_NEW_WDEV, detail::put_wdev, **wdev);
}

Result<void> get_link(MlosimFamily& family, const Request& request, Reply& reply) {
    if (!request->has(MLOSIM_ATTR_WDEV)) return missing(reply, MLOSIM_ATTR_WDEV);
    auto wdev = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!wdev) return fail(std::move(wdev.error()));
    if (!(*wdev)->is_link()) return fail(EINVAL, "this is no link wdev", request->at(MLOSIM_ATTR_WDEV));
    return send_wdev(reply, MLOSIM_CMD_NEW_LINK, detail::put_link_wdev, **wdev);
}

/// The wdevs (or link wdevs) of one wiphy or of all, wiphys and wdevs by number.
Result<std::vector<mld::WdevId>> list_wdevs(MlosimFamily& family, const Request& request, bool links) {
    std::vector<mld::WdevId> ids;
    const auto wiphy = request->u32(MLOSIM_ATTR_WIPHY);
    if (wiphy && family.world().find_wiphy(mld::WiphyIndex{*wiphy}) == nullptr)
        return fail(ENODEV, "no such wiphy", request->at(MLOSIM_ATTR_WIPHY));
    const auto& wiphys = family.world().wiphys();
    for (auto it = wiphys.rbegin(); it != wiphys.rend(); ++it) {
        if (wiphy && it->first.value != *wiphy) continue;
        const auto& wdevs = links ? it->second->link_wdevs() : it->second->wdevs();
        for (auto wdev = wdevs.rbegin(); wdev != wdevs.rend(); ++wdev)
            ids.push_back(wdev->second->id());
    }
    return ids;
}

Result<std::unique_ptr<Dump>> dump_wdevs(MlosimFamily& family, const Request& request, Reply&) {
    auto ids = list_wdevs(family, request, false);
    if (!ids) return fail(std::move(ids.error()));
    return dump_list(family, std::move(*ids), MLOSIM_CMD_NEW_WDEV, detail::put_wdev);
}

Result<std::unique_ptr<Dump>> dump_links(MlosimFamily& family, const Request& request, Reply& reply) {
    if (!request->has(MLOSIM_ATTR_MLD_WDEV) && !request->has(MLOSIM_ATTR_IFINDEX)) {
        auto ids = list_wdevs(family, request, true);
        if (!ids) return fail(std::move(ids.error()));
        return dump_list(family, std::move(*ids), MLOSIM_CMD_NEW_LINK, detail::put_link_wdev);
    }
    auto mld = named_wdev(family, request, reply, MLOSIM_ATTR_MLD_WDEV);
    if (!mld) return fail(std::move(mld.error()));
    std::vector<mld::WdevId> ids;
    for (const mld::Wdev* link : (*mld)->link_wdevs())
        ids.push_back(link->id());
    return dump_list(family, std::move(ids), MLOSIM_CMD_NEW_LINK, detail::put_link_wdev);
}

// cf. register_sta_mlo_link() of the link wdev patches
Result<void> register_link(MlosimFamily& family, const Request& request, Reply& reply) {
    auto station = named_wdev(family, request, reply, MLOSIM_ATTR_MLD_WDEV);
    if (!station) return fail(std::move(station.error()));
    const auto number = request->u32(MLOSIM_ATTR_BAND);
    if (!number) return missing(reply, MLOSIM_ATTR_BAND);
    const auto band = phy::band_from_nl80211(*number);
    if (!band) return fail(EINVAL, "no such band", request->at(MLOSIM_ATTR_BAND));
    if ((*station)->link_wdevs().size() >= ieee80211::LinkId::max_links)
        return fail(ENOSPC, "a multi-link device has no more links", request->at(MLOSIM_ATTR_MLD_WDEV));
    auto link = (*station)->wiphy().register_sta_mlo_link(**station, {.band = *band});
    if (!link) return fail(std::move(link.error()));
    return send_wdev(reply, MLOSIM_CMD_NEW_LINK, detail::put_link_wdev, **link);
}

Result<void> unregister_link(MlosimFamily& family, const Request& request, Reply& reply) {
    if (!request->has(MLOSIM_ATTR_WDEV)) return missing(reply, MLOSIM_ATTR_WDEV);
    auto link = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!link) return fail(std::move(link.error()));
    return (*link)->wiphy().unregister_mlo_link(**link);
}

Result<void> set_active_links(MlosimFamily& family, const Request& request, Reply& reply) {
    auto station = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!station) return fail(std::move(station.error()));
    const auto links = request->u32(MLOSIM_ATTR_ACTIVE_LINKS);
    if (!links) return missing(reply, MLOSIM_ATTR_ACTIVE_LINKS);
    if (*links > 0xffff) return fail(EINVAL, "no such link", request->at(MLOSIM_ATTR_ACTIVE_LINKS));
    auto set = (*station)->wiphy().set_active_links(**station, static_cast<std::uint16_t>(*links));
    if (!set) return fail(set.error().code, set.error().message, request->at(MLOSIM_ATTR_ACTIVE_LINKS));
    return {};
}

Result<void> set_emlsr(MlosimFamily& family, const Request& request, Reply& reply) {
    auto station = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!station) return fail(std::move(station.error()));
    const auto links = request->u32(MLOSIM_ATTR_EMLSR_LINKS);
    if (!links) return missing(reply, MLOSIM_ATTR_EMLSR_LINKS);
    if ((*station)->mlme() == nullptr) return fail(EINVAL, "this is no station", request->at(MLOSIM_ATTR_WDEV));
    mld::EmlsrRequest wanted;
    wanted.links = static_cast<std::uint16_t>(*links);
    if (const auto us = request->u32(MLOSIM_ATTR_EMLSR_PADDING)) wanted.padding = std::chrono::microseconds(*us);
    if (const auto us = request->u32(MLOSIM_ATTR_EMLSR_TRANSITION)) wanted.transition = std::chrono::microseconds(*us);
    return (*station)->mlme()->set_emlsr(wanted);
}

Result<void> set_link_policy(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wdev = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!wdev) return fail(std::move(wdev.error()));
    const auto name = request->string(MLOSIM_ATTR_LINK_POLICY);
    if (!name) return missing(reply, MLOSIM_ATTR_LINK_POLICY);
    const auto kind = mld::link_policy_kind(*name);
    if (!kind) return fail(EINVAL, "no such policy", request->at(MLOSIM_ATTR_LINK_POLICY));
    (*wdev)->wiphy().data_path().settings(**wdev).link_policy = mld::link_policy(*kind);
    return {};
}

// Built-in stations.

Result<void> get_station(MlosimFamily& family, const Request& request, Reply& reply) {
    auto wdev = named_wdev(family, request, reply, MLOSIM_ATTR_WDEV);
    if (!wdev) return fail(std::move(wdev.error()));
    const auto station = family.stations() != nullptr ? family.stations()->find((*wdev)->id()) : std::nullopt;
    if (!station) return fail(ENOENT, "no built-in station is there", request->at(MLOSIM_ATTR_WDEV));
    MessageBuilder message = reply.message(MLOSIM_CMD_NEW_STATION, largest_mlosim_message);
    detail::put_station(message, **wdev, *station);
    return reply.send(message);
}

Result<std::unique_ptr<Dump>> dump_stations(MlosimFamily& family, const Request&, Reply&) {
    auto ids = family.stations() != nullptr ? family.stations()->stations() : std::vector<mld::WdevId>();
    return make_dump(
        [&family, ids = std::move(ids), next = std::size_t{0}](DumpBuffer& out) mutable -> Result<Progress> {
            out.consistency().set_generation(family.generation());
            for (; next < ids.size(); ++next) {
                const mld::Wdev* wdev = family.world().find_wdev(ids[next]);
                const auto station = wdev != nullptr ? family.stations()->find(ids[next]) : std::nullopt;
                if (!station) continue;
                MessageBuilder& message = out.begin(MLOSIM_CMD_NEW_STATION);
                out.check_consistent();
                detail::put_station(message, *wdev, *station);
                if (!out.commit()) return Progress::more;
            }
            return Progress::done;
        });
}

constexpr Command<MlosimFamily> commands[] = {
    {.cmd = MLOSIM_CMD_GET_WORLD, .doit = get_world},
    {.cmd = MLOSIM_CMD_PAUSE, .doit = pause, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_RESUME, .doit = resume, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_STEP, .doit = step, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_RUN_TO, .doit = run_to, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_GET_RADIO, .doit = get_radio, .dump = dump_radios},
    {.cmd = MLOSIM_CMD_GET_WDEV, .doit = get_wdev, .dump = dump_wdevs},
    {.cmd = MLOSIM_CMD_GET_LINK, .doit = get_link, .dump = dump_links},
    {.cmd = MLOSIM_CMD_GET_STATION, .doit = get_station, .dump = dump_stations},
    {.cmd = MLOSIM_CMD_REGISTER_LINK, .doit = register_link, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_UNREGISTER_LINK, .doit = unregister_link, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SET_ACTIVE_LINKS, .doit = set_active_links, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SET_LINK_POLICY, .doit = set_link_policy, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_REKEY, .doit = detail::rekey, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SEND_AWAY, .doit = detail::send_away, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_REMOVE_AP_LINK, .doit = detail::remove_ap_link, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_REST_AP_LINK, .doit = detail::rest_ap_link, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SWITCH_CHANNEL, .doit = detail::switch_channel, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_CHANGE_COLOR, .doit = detail::change_color, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_REQUEST_TRANSITION, .doit = detail::request_transition, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_ROAM, .doit = detail::roam, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SET_EMLSR, .doit = set_emlsr, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_GET_TABLE, .dump = detail::dump_table},
    {.cmd = MLOSIM_CMD_GET_RECORD, .dump = detail::dump_record},
    {.cmd = MLOSIM_CMD_GET_FAULT, .dump = detail::dump_faults},
    {.cmd = MLOSIM_CMD_ADD_FAULT, .doit = detail::add_fault, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_REMOVE_FAULT, .doit = detail::remove_fault, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SUSPEND_HOST, .doit = suspend_host, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_WAKE_HOST, .doit = wake_host, .permission = Permission::net_admin},
    {.cmd = MLOSIM_CMD_SETTLE, .doit = settle, .permission = Permission::net_admin},
};

}  // namespace

MlosimFamily::MlosimFamily(GenericNetlink& generic, mld::World& world, TimeControl& time, mlosim_dialect dialect,
                           mlosim_netdev_backend netdevs, const StationDirectory* stations, AgentOrders* orders)
    : world_(world),
      time_(time),
      dialect_(dialect),
      netdevs_(netdevs),
      stations_(stations),
      orders_(orders),
      directory_(world),
      family_({.name = MLOSIM_GENL_NAME,
               .version = MLOSIM_GENL_VERSION,
               .policy = &policy,
               .groups = {MLOSIM_GENL_GROUP_EVENTS, MLOSIM_GENL_GROUP_RECORDS}},
              commands, *this) {
    auto handle = generic.add(family_);
    MLOSIM_INVARIANT(handle.has_value(), "a family is registered once");
    handle_ = *handle;
    world_.subscribe(*this);
    for (const mld::RadioIndex radio : directory_.with_chip())
        follow(radio);
}

MlosimFamily::~MlosimFamily() {
    world_.unsubscribe(*this);
    for (const auto& [index, follower] : followed_)
        directory_.chip(index)->leave(follower);
}

void MlosimFamily::set_guest_radios(const mld::GuestRadios& guests) {
    directory_ = mld::RadioDirectory(world_, &guests);
    for (const auto& [index, radio] : guests.all())
        follow(index);
}

void MlosimFamily::follow(mld::RadioIndex radio) {
    mld::ChipInspection* chip = directory_.chip(radio);
    if (chip == nullptr) return;
    followed_[radio] = chip->follow(
        [this, radio](std::string_view record, std::uint64_t number) { tell_entry(radio, record, number); });
}

void MlosimFamily::tell_entry(mld::RadioIndex index, std::string_view record, std::uint64_t number) {
    if (!handle_.has_listeners(records_group)) return;
    const mld::ChipInspection* chip = directory_.chip(index);
    if (chip == nullptr) return;
    const auto lines = chip->lines(record, number, 1);
    if (!lines || lines->empty()) return;
    std::size_t offset = 0;
    do {
        MessageBuilder message = handle_.message(MLOSIM_CMD_NEW_ENTRY, detail::largest_entry);
        offset = detail::put_entry(message, index, record, lines->front(), offset);
        handle_.notify(records_group, message);
    } while (offset != 0);
}

void MlosimFamily::released(std::uint32_t port) {
    if (waiting_ && waiting_->port == port) waiting_.reset();
    std::erase_if(settling_, [port](const auto& one) { return one.second.port == port; });
}

bool MlosimFamily::somebody_listens() const {
    return handle_.has_listeners(events_group);
}

MessageBuilder MlosimFamily::event(std::uint8_t command) const {
    return handle_.message(command, largest_mlosim_message);
}

void MlosimFamily::put_world(MessageBuilder& message) const {
    detail::put_world(message, time_, dialect_);
    message.put_u32(MLOSIM_ATTR_NETDEV_BACKEND, netdevs_);
}

void MlosimFamily::announce_world() {
    if (!somebody_listens()) return;
    MessageBuilder message = event(MLOSIM_CMD_SET_WORLD);
    put_world(message);
    handle_.notify(events_group, message);
}

void MlosimFamily::arrived() {
    if (const auto waiting = std::exchange(waiting_, std::nullopt)) {
        MessageBuilder message = handle_.answer(MLOSIM_CMD_NEW_WORLD, waiting->port, waiting->seq);
        put_world(message);
        (void)handle_.unicast(waiting->port, message);
    }
    announce_world();
}

std::uint64_t MlosimFamily::expect_settling(std::uint32_t port, std::uint32_t seq) {
    settling_.emplace(next_settling_, Waiting{port, seq});
    return next_settling_++;
}

void MlosimFamily::settled(std::uint64_t number, bool takes_part) {
    const auto found = settling_.find(number);
    if (found == settling_.end()) return;  // whoever asked has gone
    const Waiting waiting = found->second;
    settling_.erase(found);
    MessageBuilder message = handle_.answer(MLOSIM_CMD_NEW_WORLD, waiting.port, waiting.seq);
    put_world(message);
    if (takes_part) message.put_flag(MLOSIM_ATTR_TAKES_PART);
    (void)handle_.unicast(waiting.port, message);
}

void MlosimFamily::tell_radio(std::uint8_t command, const mld::Radio& radio) {
    if (!somebody_listens()) return;
    MessageBuilder message = event(command);
    message.put_u64(MLOSIM_ATTR_TIME, static_cast<std::uint64_t>(time_.now().ns()));
    detail::put_radio(message, radio);
    handle_.notify(events_group, message);
}

void MlosimFamily::tell_wdev(std::uint8_t command, const mld::Wdev& wdev) {
    if (!somebody_listens()) return;
    MessageBuilder message = event(command);
    message.put_u64(MLOSIM_ATTR_TIME, static_cast<std::uint64_t>(time_.now().ns()));
    detail::put_wdev(message, wdev);
    handle_.notify(events_group, message);
}

void MlosimFamily::tell_link(std::uint8_t command, const mld::Wdev& link) {
    if (!somebody_listens()) return;
    MessageBuilder message = event(command);
    message.put_u64(MLOSIM_ATTR_TIME, static_cast<std::uint64_t>(time_.now().ns()));
    detail::put_link_wdev(message, link);
    handle_.notify(events_group, message);
}

void MlosimFamily::radio_added(mld::Radio& radio) {
    ++generation_;
    follow(radio.index);
    tell_radio(MLOSIM_CMD_NEW_RADIO, radio);
}

void MlosimFamily::radio_removed(mld::Radio& radio) {
    ++generation_;
    followed_.erase(radio.index);
    tell_radio(MLOSIM_CMD_DEL_RADIO, radio);
}

void MlosimFamily::interface_added(mld::Wdev& wdev) {
    ++generation_;
    tell_wdev(MLOSIM_CMD_NEW_WDEV, wdev);
}

void MlosimFamily::interface_changed(mld::Wdev& wdev) {
    tell_wdev(MLOSIM_CMD_SET_WDEV, wdev);
}

void MlosimFamily::interface_removed(mld::Wdev& wdev) {
    ++generation_;
    tell_wdev(MLOSIM_CMD_DEL_WDEV, wdev);
}

void MlosimFamily::link_registered(mld::Wdev& link) {
    ++generation_;
    tell_link(MLOSIM_CMD_NEW_LINK, link);
}

void MlosimFamily::link_removed(mld::Wdev& link) {
    ++generation_;
    tell_link(MLOSIM_CMD_DEL_LINK, link);
}

void MlosimFamily::link_changed(mld::Wdev& link) {
    tell_link(MLOSIM_CMD_SET_LINK, link);
}

void MlosimFamily::active_links_changed(mld::Wdev& station) {
    tell_wdev(MLOSIM_CMD_SET_WDEV, station);
}

void MlosimFamily::netdev_changed(mld::Netdev& netdev, mld::NetdevCause cause, mld::NetdevFlags) {
    if (netdev.wdev() == nullptr || cause == mld::NetdevCause::state || cause == mld::NetdevCause::other) return;
    tell_wdev(MLOSIM_CMD_SET_WDEV, *netdev.wdev());
}

}  // namespace mlosim::netlink
