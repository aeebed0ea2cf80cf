#include <cerrno>
#include <cstring>
#include <string>

#include <linux/ethtool.h>
#include <sys/utsname.h>

#include "host/interface_ioctl.h"
#include "mld/netdev.h"
#include "mld/wdev.h"

namespace mlosim::host {
namespace {

constexpr int too_small = 525;  // the kernel's ETOOSMALL, which no C library knows

template <class T>
Result<T> take(std::span<const std::uint8_t> structure) {
    if (structure.size() < sizeof(T)) return fail(EFAULT);
    T value;
    std::memcpy(&value, structure.data(), sizeof value);
    return value;
}

template <std::size_t size>
void put(char (&field)[size], const std::string& text) {
    text.copy(field, size - 1);
}

// cf. cfg80211_get_drvinfo()
Result<void> driver_info(const mld::Netdev& netdev, std::span<std::uint8_t> structure) {
    if (netdev.wdev() == nullptr) return fail(EOPNOTSUPP);
    const auto given = take<ethtool_drvinfo>(structure);
    if (!given) return fail(given.error());
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    put(info.driver, "mac80211_hwsim");
    utsname kernel{};
    if (::uname(&kernel) == 0) put(info.version, kernel.release);
    put(info.fw_version, "N/A");
    put(info.bus_info, netdev.parent_device());
    std::memcpy(structure.data(), &info, sizeof info);
    return {};
}

// cf. ethtool_get_link()
Result<void> link(const mld::Netdev& netdev, std::span<std::uint8_t> structure) {
    auto value = take<ethtool_value>(structure);
    if (!value) return fail(value.error());
    value->data = netdev.is_up() && netdev.carrier() ? 1 : 0;
    std::memcpy(structure.data(), &*value, sizeof *value);
    return {};
}

// cf. ethtool_get_perm_addr()
Result<void> permanent_address(const mld::Netdev& netdev, std::span<std::uint8_t> structure) {
    // struct ethtool_perm_addr is a command and a size, as a value is, and then the octets.
    const auto head = take<ethtool_value>(structure);
    if (!head) return fail(head.error());
    const auto& octets = netdev.permanent_address().octets();
    if (head->data < octets.size()) return fail(too_small);
    if (structure.size() < sizeof *head + octets.size()) return fail(EFAULT);
    const ethtool_value answer{ETHTOOL_GPERMADDR, static_cast<std::uint32_t>(octets.size())};
    std::memcpy(structure.data(), &answer, sizeof answer);
    std::memcpy(structure.data() + sizeof answer, octets.data(), octets.size());
    return {};
}

}  // namespace

Result<void> interface_ethtool(mld::World& world, std::string_view name, std::span<std::uint8_t> structure) {
    const mld::Netdev* netdev = world.find_netdev(name);
    if (netdev == nullptr) return fail(ENXIO);
    const auto command = take<std::uint32_t>(structure);
    if (!command) return fail(command.error());
    switch (*command) {
        case ETHTOOL_GDRVINFO:
            return driver_info(*netdev, structure);
        case ETHTOOL_GLINK:
            return link(*netdev, structure);
        case ETHTOOL_GPERMADDR:
            return permanent_address(*netdev, structure);
        default:
            return fail(EOPNOTSUPP);
    }
}

}  // namespace mlosim::host
