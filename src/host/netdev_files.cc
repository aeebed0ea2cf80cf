#include "host/netdev_files.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <string>

#include <sys/stat.h>

#include "host/bridge_files.h"
#include "host/kernel_numbers.h"
#include "mld/veth.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::host {
namespace {

using mld::Netdev;
using mld::NetdevFlag;
using Show = Result<std::string> (*)(const Netdev&);
using Store = Result<void> (*)(Netdev&, std::string_view);

std::string hex(std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return "0x" + std::string(digits.data(), end);
}

std::string line(std::uint64_t number) {
    return std::to_string(number) + "\n";
}

/// Files that a device which is down cannot answer.
Result<std::string> while_up(const Netdev& netdev, bool value) {
    if (!netdev.is_up()) return fail(EINVAL);
    return line(value ? 1 : 0);
}

/// dev->flags, without what dev_get_flags() adds from the device's state.
std::uint32_t configured_flags(const Netdev& netdev) {
    auto flags = netdev.flags();
    flags.remove({NetdevFlag::running, NetdevFlag::lower_up, NetdevFlag::dormant});
    if (netdev.promiscuity() != 0) flags |= NetdevFlag::promisc;
    if (netdev.all_multicast() != 0) flags |= NetdevFlag::allmulti;
    return flags.bits();
}

Result<std::string> no_link_settings(const Netdev&) {
    return fail(EINVAL);
}
Result<void> not_supported(Netdev&, std::string_view) {
    return fail(EOPNOTSUPP);
}

/// A store of a number. cf. netdev_store()
template <auto set>
Result<void> store(Netdev& netdev, std::string_view text) {
    const auto number = parse_kernel_unsigned(text);
    if (!number) return fail(number.error());
    return set(netdev, *number);
}

Result<void> set_mtu(Netdev& netdev, std::uint64_t number) {
    const auto mtu = static_cast<std::int32_t>(number);
    if (mtu < 0) return fail(EINVAL);
    return netdev.set_mtu(static_cast<std::uint32_t>(mtu));
}

Result<void> set_flags(Netdev& netdev, std::uint64_t number) {
    return netdev.set_flags(mld::NetdevFlags::from_bits(static_cast<std::uint32_t>(number)));
}

// cf. dev_change_tx_queue_len()
Result<void> set_queue_length(Netdev& netdev, std::uint64_t number) {
    if (number > UINT32_MAX) return fail(ERANGE);
    netdev.set_tx_queue_length(static_cast<std::uint32_t>(number));
    return {};
}

Result<void> set_group(Netdev& netdev, std::uint64_t number) {
    netdev.set_group(static_cast<std::uint32_t>(number));
    return {};
}

Result<void> store_alias(Netdev& netdev, std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    return netdev.set_alias(text);
}

// cf. operstate_show()
Result<std::string> show_operstate(const Netdev& netdev) {
    constexpr std::array names{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"};
    const auto state = netdev.is_up() ? netdev.operational_state() : mld::OperationalState::down;
    return std::string(names.at(static_cast<std::size_t>(state))) + "\n";
}

Result<std::string> show_uevent(const Netdev& netdev) {
    const std::string type = netdev.wdev() != nullptr ? "wlan" : netdev.kind() == "bridge" ? "bridge" : "";
    return (type.empty() ? type : "DEVTYPE=" + type + "\n") + "INTERFACE=" + netdev.name() +
           "\nIFINDEX=" + line(netdev.index().value);
}

Result<std::string> show_name_origin(const Netdev& netdev) {
    if (netdev.name_origin() == mld::NameOrigin::unknown) return fail(EINVAL);
    return line(static_cast<std::uint64_t>(netdev.name_origin()));
}

/// 0: the device's own, 1: made up, 3: set by somebody (NET_ADDR_PERM, NET_ADDR_RANDOM, NET_ADDR_SET).
Result<std::string> show_address_origin(const Netdev& netdev) {
    if (!netdev.kind().empty()) return line(1);
    const bool own = netdev.wdev() == nullptr || netdev.address() == netdev.permanent_address();
    return line(own ? 0 : 3);
}

struct Attribute {
    const char* name;
    std::uint32_t permissions;
    Show show;
    Store write = nullptr;
};

// cf. net_class_attrs[] of net/core/net-sysfs.c
constexpr Attribute attributes[] = {
    {"addr_assign_type", 0444, show_address_origin},
    {"addr_len", 0444, [](const Netdev&) -> Result<std::string> { return line(6); }},
    {"address", 0444, [](const Netdev& n) -> Result<std::string> { return n.address().to_string() + "\n"; }},
    {"broadcast", 0444,
     [](const Netdev& n) -> Result<std::string> { return n.broadcast_address().to_string() + "\n"; }},
    {"carrier", 0644, [](const Netdev& n) { return while_up(n, n.carrier()); }, not_supported},
    {"carrier_changes", 0444,
     [](const Netdev& n) -> Result<std::string> {
         return line(std::uint64_t{n.carrier_up_count()} + n.carrier_down_count());
     }},
    {"carrier_down_count", 0444, [](const Netdev& n) -> Result<std::string> { return line(n.carrier_down_count()); }},
    {"carrier_up_count", 0444, [](const Netdev& n) -> Result<std::string> { return line(n.carrier_up_count()); }},
    {"dev_id", 0444, [](const Netdev&) -> Result<std::string> { return "0x0\n"; }},
    {"dev_port", 0444, [](const Netdev&) -> Result<std::string> { return line(0); }},
    {"dormant", 0444, [](const Netdev& n) { return while_up(n, n.flags().has(NetdevFlag::dormant)); }},
    {"duplex", 0444, no_link_settings},
    {"flags", 0644, [](const Netdev& n) -> Result<std::string> { return hex(configured_flags(n)) + "\n"; },
     store<set_flags>},
    {"ifalias", 0644,
     [](const Netdev& n) -> Result<std::string> { return n.alias().empty() ? std::string() : n.alias() + "\n"; },
     store_alias},
    {"ifindex", 0444, [](const Netdev& n) -> Result<std::string> { return line(n.index().value); }},
    {"iflink", 0444,
     [](const Netdev& n) -> Result<std::string> {
         const Netdev* peer = n.world().veth_pairs().peer_of(n);
         return line((peer == nullptr ? n : *peer).index().value);
     }},
    {"link_mode", 0444,
     [](const Netdev& n) -> Result<std::string> { return line(static_cast<std::uint64_t>(n.link_mode())); }},
    {"mtu", 0644, [](const Netdev& n) -> Result<std::string> { return line(n.mtu()); }, store<set_mtu>},
    {"name_assign_type", 0444, show_name_origin},
    {"netdev_group", 0644, [](const Netdev& n) -> Result<std::string> { return line(n.group()); }, store<set_group>},
    {"operstate", 0444, show_operstate},
    {"proto_down", 0644, [](const Netdev&) -> Result<std::string> { return line(0); }, not_supported},
    {"speed", 0444, no_link_settings},
    {"testing", 0444,
     [](const Netdev& n) { return while_up(n, n.operational_state() == mld::OperationalState::testing); }},
    {"threaded", 0644, [](const Netdev&) -> Result<std::string> { return line(0); }, not_supported},
    {"tx_queue_len", 0644, [](const Netdev& n) -> Result<std::string> { return line(n.tx_queue_length()); },
     store<set_queue_length>},
    {"type", 0444, [](const Netdev& n) -> Result<std::string> { return line(static_cast<std::uint64_t>(n.type())); }},
    {"uevent", 0644, show_uevent},
};

struct Statistic {
    const char* name;
    std::uint64_t mld::NetdevCounters::*counter;  ///< nullptr: nothing here ever counts
};

// cf. netstat_attrs[]
constexpr Statistic statistics[] = {
    {"collisions", nullptr},
    {"multicast", &mld::NetdevCounters::multicast},
    {"rx_bytes", &mld::NetdevCounters::rx_bytes},
    {"rx_compressed", nullptr},
    {"rx_crc_errors", nullptr},
    {"rx_dropped", &mld::NetdevCounters::rx_dropped},
    {"rx_errors", &mld::NetdevCounters::rx_errors},
    {"rx_fifo_errors", nullptr},
    {"rx_frame_errors", nullptr},
    {"rx_length_errors", nullptr},
    {"rx_missed_errors", nullptr},
    {"rx_nohandler", nullptr},
    {"rx_over_errors", nullptr},
    {"rx_packets", &mld::NetdevCounters::rx_packets},
    {"tx_aborted_errors", nullptr},
    {"tx_bytes", &mld::NetdevCounters::tx_bytes},
    {"tx_carrier_errors", nullptr},
    {"tx_compressed", nullptr},
    {"tx_dropped", &mld::NetdevCounters::tx_dropped},
    {"tx_errors", &mld::NetdevCounters::tx_errors},
    {"tx_fifo_errors", nullptr},
    {"tx_heartbeat_errors", nullptr},
    {"tx_packets", &mld::NetdevCounters::tx_packets},
    {"tx_window_errors", nullptr},
};

/// The device while it exists.
class Handle {
public:
    Handle(mld::World& world, mld::IfIndex index) : world_(&world), index_(index) {}
    template <class Action>
    auto with(Action&& action) const -> decltype(action(std::declval<Netdev&>())) {
        Netdev* netdev = world_->find_netdev(index_);
        if (netdev == nullptr) return fail(ENODEV);
        return action(*netdev);
    }

private:
    mld::World* world_;
    mld::IfIndex index_;
};

Node attribute_node(const Handle& handle, const Attribute& attribute) {
    return file_node(
        attribute.permissions, [=] { return handle.with(attribute.show); },
        attribute.write == nullptr
            ? std::function<Result<void>(std::string_view)>{}
            : [=](std::string_view text) { return handle.with([&](Netdev& n) { return attribute.write(n, text); }); });
}

/// A number that only the file holds.
Node setting_node(NetdevSettings& settings, mld::IfIndex index, const char* name, std::uint64_t highest) {
    return file_node(
        0644,
        [&settings, index, name]() -> Result<std::string> {
            return line(static_cast<std::uint64_t>(settings.get(index, name, 0)));
        },
        [&settings, index, name, highest](std::string_view text) -> Result<void> {
            const auto number = parse_kernel_unsigned(text);
            if (!number) return fail(number.error());
            if (*number > highest) return fail(ERANGE);
            settings.set(index, name, static_cast<std::int64_t>(*number));
            return {};
        });
}

Node statistics_directory(const Handle& handle) {
    NamedNodes files;
    for (const Statistic& statistic : statistics)
        files.emplace_back(statistic.name, file_node(0444, [=] {
                               return handle.with([&](Netdev& n) -> Result<std::string> {
                                   return line(statistic.counter == nullptr ? 0 : n.counters().*statistic.counter);
                               });
                           }));
    return directory_node(std::move(files));
}

Node queues_directory() {
    const auto unanswered = [] { return file_node(0444, []() -> Result<std::string> { return fail(ENOENT); }); };
    return directory_node(
        {{"rx-0", directory_node({{"rps_cpus", text_node("0\n")}, {"rps_flow_cnt", text_node("0\n")}})},
         {"tx-0", directory_node({{"traffic_class", unanswered()},
                                  {"tx_maxrate", text_node("0\n")},
                                  {"tx_timeout", text_node("0\n")},
                                  {"xps_cpus", unanswered()},
                                  {"xps_rxqs", text_node("0\n")}})}});
}

}  // namespace

std::string netdev_path(const Netdev& netdev) {
    if (netdev.parent_device().empty()) return "/sys/devices/virtual/net/" + netdev.name();
    return "/sys/devices/virtual/mac80211_hwsim/" + netdev.parent_device() + "/net/" + netdev.name();
}

Node power_directory(const char* async) {
    return directory_node({{"async", text_node(std::string(async) + "\n")},
                           {"autosuspend_delay_ms", file_node(0644, []() -> Result<std::string> { return fail(EIO); })},
                           {"control", text_node("auto\n")},
                           {"runtime_active_kids", text_node("0\n")},
                           {"runtime_active_time", text_node("0\n")},
                           {"runtime_enabled", text_node("disabled\n")},
                           {"runtime_status", text_node("unsupported\n")},
                           {"runtime_suspended_time", text_node("0\n")},
                           {"runtime_usage", text_node("0\n")}});
}

Node netdev_directory(mld::World& world, NetdevSettings& settings, Netdev& netdev) {
    const mld::IfIndex index = netdev.index();
    const Handle handle(world, index);
    NamedNodes entries;
    for (const Attribute& attribute : attributes)
        entries.emplace_back(attribute.name, attribute_node(handle, attribute));
    entries.emplace_back("gro_flush_timeout", setting_node(settings, index, "gro_flush_timeout", INT64_MAX));
    entries.emplace_back("napi_defer_hard_irqs", setting_node(settings, index, "napi_defer_hard_irqs", INT32_MAX));
    entries.emplace_back("power", power_directory("disabled"));
    entries.emplace_back("queues", queues_directory());
    entries.emplace_back("statistics", statistics_directory(handle));
    if (netdev.parent_device().empty()) {
        entries.emplace_back("subsystem", link_node("../../../../class/net"));
    } else {
        entries.emplace_back("device", link_node("../../../" + netdev.parent_device()));
        entries.emplace_back("subsystem", link_node("../../../../../../class/net"));
    }
    if (netdev.wdev() != nullptr) {
        entries.emplace_back("phy80211", link_node("../../ieee80211/" + netdev.wdev()->wiphy().name()));
        entries.emplace_back("wireless", directory_node(NamedNodes{}));
    }
    for (NamedNodes more : {bridge_entries(world, index), bridge_port_entries(world, index)})
        std::move(more.begin(), more.end(), std::back_inserter(entries));
    return directory_node(std::move(entries));
}

}  // namespace mlosim::host
