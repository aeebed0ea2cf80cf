#include "host/bridge_files.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>

#include "host/netdev_files.h"
#include "mld/netdev.h"
#include "mld/world.h"

namespace mlosim::host {
namespace {

using mld::Bridge;
using mld::BridgePort;
using std::chrono::milliseconds;

/// Times in files of bridges are in hundredths of a second. cf. clock_t_to_jiffies()
constexpr milliseconds clock_tick{10};

std::string line(std::int64_t number) {
    return std::to_string(number) + "\n";
}

std::string hex_line(unsigned number) {
    std::array<char, 16> text{};
    const int length = std::snprintf(text.data(), text.size(), "0x%x\n", number);
    return {text.data(), static_cast<std::size_t>(length)};
}

/// What stands behind the number does not matter. cf. simple_strtoul()
Result<std::uint32_t> parse_number(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (hexadecimal) text.remove_prefix(2);
    std::uint32_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
    if (read.ec == std::errc::result_out_of_range) return fail(ERANGE);
    if (read.ec != std::errc{}) return fail(EINVAL);
    return number;
}

/// "8000.020000000300": priority and address. cf. show_bridge_id()
std::string identity(const Bridge& bridge) {
    std::array<char, 24> text{};
    const auto& a = bridge.device().address().octets();
    const int length = std::snprintf(text.data(), text.size(), "%04x.%02x%02x%02x%02x%02x%02x\n", bridge.priority, a[0],
                                     a[1], a[2], a[3], a[4], a[5]);
    return {text.data(), static_cast<std::size_t>(length)};
}

struct BridgeFile {
    const char* name;
    std::string (*show)(const Bridge&);
    Result<void> (*store)(Bridge&, std::uint32_t) = nullptr;
};

/// Only `what it is` can be asked for; another value is not simulated.
template <std::uint32_t value>
std::string show_constant(const Bridge&) {
    return line(value);
}
template <std::uint32_t value>
Result<void> keep_constant(Bridge&, std::uint32_t asked) {
    if (asked != value) return fail(EOPNOTSUPP);
    return {};
}

// cf. bridge_attrs[] of net/bridge/br_sysfs_br.c
constexpr BridgeFile bridge_files[] = {
    {"ageing_time", [](const Bridge& b) { return line(b.table().ageing_time() / clock_tick); },
     [](Bridge& b, std::uint32_t ticks) -> Result<void> {
         b.table().set_ageing_time(clock_tick * ticks);
         return {};
     }},
    {"bridge_id", identity},
    {"default_pvid", show_constant<1>, keep_constant<1>},
    {"forward_delay", [](const Bridge& b) { return line(b.times.forward_delay / clock_tick); },
     [](Bridge& b, std::uint32_t ticks) -> Result<void> {
         b.times.forward_delay = clock_tick * ticks;
         return {};
     }},
    {"gc_timer", show_constant<0>},
    {"group_addr", [](const Bridge&) { return std::string("01:80:c2:00:00:00\n"); }},
    {"group_fwd_mask", [](const Bridge&) { return hex_line(0); }, keep_constant<0>},
    {"hash_elasticity", show_constant<16>, [](Bridge&, std::uint32_t) -> Result<void> { return {}; }},
    {"hash_max", show_constant<4096>, keep_constant<4096>},
    {"hello_time", [](const Bridge& b) { return line(b.times.hello_time / clock_tick); },
     [](Bridge& b, std::uint32_t ticks) { return b.set_hello_time(clock_tick * ticks); }},
    {"hello_timer", show_constant<0>},
    {"max_age", [](const Bridge& b) { return line(b.times.max_age / clock_tick); },
     [](Bridge& b, std::uint32_t ticks) { return b.set_max_age(clock_tick * ticks); }},
    {"multicast_querier", show_constant<0>, keep_constant<0>},
    {"no_linklocal_learn", show_constant<0>, keep_constant<0>},
    {"priority", [](const Bridge& b) { return line(b.priority); },
     [](Bridge& b, std::uint32_t priority) -> Result<void> {
         b.priority = static_cast<std::uint16_t>(priority);
         return {};
     }},
    {"root_id", identity},
    {"root_path_cost", show_constant<0>},
    {"root_port", show_constant<0>},
    {"stp_state", show_constant<0>, keep_constant<0>},
    {"tcn_timer", show_constant<0>},
    {"topology_change", show_constant<0>},
    {"topology_change_detected", show_constant<0>},
    {"topology_change_timer", show_constant<0>},
    {"vlan_filtering", show_constant<0>, keep_constant<0>},
};

struct PortFile {
    const char* name;
    std::string (*show)(const Bridge&, const BridgePort&);
    Result<void> (*store)(BridgePort&, std::uint32_t) = nullptr;
};

template <bool BridgePort::*flag>
constexpr PortFile port_flag(const char* name) {
    return {name, [](const Bridge&, const BridgePort& p) { return line(p.*flag ? 1 : 0); },
            [](BridgePort& p, std::uint32_t value) -> Result<void> {
                p.*flag = value != 0;
                return {};
            }};
}

/// What is not simulated and so stays off.
constexpr PortFile always_off(const char* name) {
    return {name, [](const Bridge&, const BridgePort&) { return line(0); },
            [](BridgePort&, std::uint32_t value) -> Result<void> {
                if (value != 0) return fail(EOPNOTSUPP);
                return {};
            }};
}

unsigned port_id(const BridgePort& port) {
    return (static_cast<unsigned>(port.priority) << 10U) | port.number;
}

// cf. brport_attrs[] of net/bridge/br_sysfs_if.c
constexpr PortFile port_files[] = {
    always_off("bpdu_guard"),
    port_flag<&BridgePort::broadcast_flood>("broadcast_flood"),
    {"change_ack", [](const Bridge&, const BridgePort&) { return line(0); }},
    {"config_pending", [](const Bridge&, const BridgePort&) { return line(0); }},
    {"designated_bridge", [](const Bridge& b, const BridgePort&) { return identity(b); }},
    {"designated_cost", [](const Bridge&, const BridgePort&) { return line(0); }},
    {"designated_port", [](const Bridge&, const BridgePort& p) { return line(port_id(p)); }},
    {"designated_root", [](const Bridge& b, const BridgePort&) { return identity(b); }},
    {"forward_delay_timer", [](const Bridge&, const BridgePort&) { return line(0); }},
    port_flag<&BridgePort::hairpin>("hairpin_mode"),
    {"hold_timer", [](const Bridge&, const BridgePort&) { return line(0); }},
    port_flag<&BridgePort::isolated>("isolated"),
    port_flag<&BridgePort::learning>("learning"),
    {"message_age_timer", [](const Bridge&, const BridgePort&) { return line(0); }},
    always_off("multicast_fast_leave"),
    port_flag<&BridgePort::multicast_flood>("multicast_flood"),
    always_off("multicast_to_unicast"),
    always_off("neigh_suppress"),
    {"path_cost", [](const Bridge&, const BridgePort& p) { return line(p.path_cost); },
     [](BridgePort& p, std::uint32_t cost) -> Result<void> {
         p.path_cost = cost;
         return {};
     }},
    {"port_id", [](const Bridge&, const BridgePort& p) { return hex_line(port_id(p)); }},
    {"port_no", [](const Bridge&, const BridgePort& p) { return hex_line(p.number); }},
    {"priority", [](const Bridge&, const BridgePort& p) { return line(p.priority); },
     [](BridgePort& p, std::uint32_t priority) -> Result<void> {
         if (priority > UINT16_MAX) return fail(ERANGE);
         p.priority = static_cast<std::uint16_t>(priority);
         return {};
     }},
    always_off("proxyarp"),
    always_off("proxyarp_wifi"),
    always_off("root_block"),
    {"state", [](const Bridge&, const BridgePort& p) { return line(static_cast<int>(p.state)); }},
    port_flag<&BridgePort::unicast_flood>("unicast_flood"),
};

/// A bridge while it exists.
struct BridgeHandle {
    mld::World* world;
    mld::IfIndex index;

    [[nodiscard]] Bridge* get() const {
        const mld::Netdev* netdev = world->find_netdev(index);
        return netdev == nullptr ? nullptr : world->bridges().find(*netdev);
    }
};

/// A port while it is one.
struct PortHandle {
    mld::World* world;
    mld::IfIndex index;

    [[nodiscard]] Bridge* master() const {
        const mld::Netdev* netdev = world->find_netdev(index);
        return netdev == nullptr ? nullptr : world->bridges().master_of(*netdev);
    }
};

Node bridge_node(const BridgeHandle& handle, const BridgeFile& file) {
    std::function<Result<void>(std::string_view)> store;
    if (file.store != nullptr)
        store = [=](std::string_view text) -> Result<void> {
            Bridge* bridge = handle.get();
            if (bridge == nullptr) return fail(ENODEV);
            const auto number = parse_number(text);
            if (!number) return fail(number.error());
            return file.store(*bridge, *number);
        };
    return file_node(
        file.store == nullptr ? 0444 : 0644,
        [=]() -> Result<std::string> {
            const Bridge* bridge = handle.get();
            if (bridge == nullptr) return fail(ENODEV);
            return file.show(*bridge);
        },
        std::move(store));
}

Node port_node(const PortHandle& handle, const PortFile& file) {
    std::function<Result<void>(std::string_view)> store;
    if (file.store != nullptr)
        store = [=](std::string_view text) -> Result<void> {
            Bridge* bridge = handle.master();
            if (bridge == nullptr) return fail(ENODEV);
            const auto number = parse_number(text);
            if (!number) return fail(number.error());
            BridgePort port = *bridge->find_port(handle.index);
            if (auto stored = file.store(port, *number); !stored) return stored;
            return bridge->set_port(port);
        };
    return file_node(
        file.store == nullptr ? 0444 : 0644,
        [=]() -> Result<std::string> {
            const Bridge* bridge = handle.master();
            if (bridge == nullptr) return fail(ENODEV);
            return file.show(*bridge, *bridge->find_port(handle.index));
        },
        std::move(store));
}

Node flush_node(std::function<Result<void>()> flush) {
    return file_node(0200, {}, [flush = std::move(flush)](std::string_view text) -> Result<void> {
        if (const auto number = parse_number(text); !number) return fail(number.error());
        return flush();
    });
}

/// cf. struct __fdb_entry: what brctl reads. The bridge's own address is none of a port's.
Result<std::string> forwarding_database(const BridgeHandle& handle) {
    const Bridge* bridge = handle.get();
    if (bridge == nullptr) return fail(ENODEV);
    std::string out;
    for (const auto& [address, entry] : bridge->table().entries()) {
        const BridgePort* port = bridge->find_port(entry.device);
        if (port == nullptr || bridge->table().expired(entry)) continue;
        const bool stays = entry.kind != mld::BridgeEntryKind::learnt;
        const auto age = stays ? sim::Duration{} : handle.world->now() - entry.updated;
        const auto ticks = static_cast<std::uint32_t>(age / clock_tick);
        std::array<char, 16> bytes{};
        std::copy(address.octets().begin(), address.octets().end(), bytes.begin());
        bytes[6] = static_cast<char>(port->number & 0xffU);
        bytes[7] = entry.kind == mld::BridgeEntryKind::local ? 1 : 0;
        for (unsigned i = 0; i < 4; ++i)
            bytes[8 + i] = static_cast<char>((ticks >> (8 * i)) & 0xffU);
        bytes[12] = static_cast<char>(port->number >> 8U);
        out.append(bytes.data(), bytes.size());
    }
    return out;
}

/// From a device's directory to the top of all devices: "../../.." for "/sys/devices/virtual/net/br0".
std::string up_from(const std::string& path) {
    std::string up;
    for (std::size_t at = path.find('/', std::string_view("/sys/devices/").size()); at != std::string::npos;
         at = path.find('/', at + 1))
        up += "../";
    return up;
}

std::string below_devices(const mld::Netdev& netdev) {
    return netdev_path(netdev).substr(std::string_view("/sys/devices/virtual/").size());
}

}  // namespace

NamedNodes bridge_entries(mld::World& world, mld::IfIndex index) {
    const BridgeHandle handle{&world, index};
    const Bridge* bridge = handle.get();
    if (bridge == nullptr) return {};
    const std::string up = up_from(netdev_path(bridge->device()));
    NamedNodes settings;
    for (const BridgeFile& file : bridge_files)
        settings.emplace_back(file.name, bridge_node(handle, file));
    // Without a querier all is flooded anyway: that it is on or off makes no difference.
    settings.emplace_back("multicast_snooping", file_node(
                                                    0644, []() -> Result<std::string> { return line(1); },
                                                    [](std::string_view text) -> Result<void> {
                                                        if (const auto number = parse_number(text); !number)
                                                            return fail(number.error());
                                                        return {};
                                                    }));
    settings.emplace_back("flush", flush_node([handle]() -> Result<void> {
                              Bridge* flushed = handle.get();
                              if (flushed == nullptr) return fail(ENODEV);
                              flushed->table().flush();
                              return {};
                          }));
    NamedNodes entries{{"brforward", file_node(0444, [handle] { return forwarding_database(handle); })},
                       {"bridge", directory_node(std::move(settings))}};
    NamedNodes ports;
    for (const BridgePort& port : bridge->ports()) {
        const mld::Netdev* netdev = world.find_netdev(port.device);
        if (netdev == nullptr) continue;
        ports.emplace_back(netdev->name(), link_node("../" + up + below_devices(*netdev) + "/brport"));
        entries.emplace_back("lower_" + netdev->name(), link_node(up + below_devices(*netdev)));
    }
    entries.emplace_back("brif", directory_node(std::move(ports)));
    return entries;
}

NamedNodes bridge_port_entries(mld::World& world, mld::IfIndex index) {
    const PortHandle handle{&world, index};
    const Bridge* master = handle.master();
    if (master == nullptr) return {};
    const std::string up = up_from(netdev_path(*world.find_netdev(index)));
    const std::string bridge = below_devices(master->device());
    NamedNodes files;
    for (const PortFile& file : port_files)
        files.emplace_back(file.name, port_node(handle, file));
    files.emplace_back("bridge", link_node("../" + up + bridge));
    files.emplace_back("flush", flush_node([handle]() -> Result<void> {
                           Bridge* of = handle.master();
                           if (of == nullptr) return fail(ENODEV);
                           of->table().forget(handle.index, false);
                           return {};
                       }));
    return {{"brport", directory_node(std::move(files))},
            {"master", link_node(up + bridge)},
            {"upper_" + master->device().name(), link_node(up + bridge)}};
}

}  // namespace mlosim::host
