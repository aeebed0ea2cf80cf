#include "host/interface_ioctl.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <linux/sockios.h>
#include <net/if.h>

#include "mld/bridge.h"
#include "mld/netdev.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::host {
namespace {

// Of <linux/wireless.h>, which does not go together with <net/if.h>.
constexpr std::uint32_t SIOCIWFIRST = 0x8B00;
constexpr std::uint32_t SIOCGIWNAME = 0x8B01;
constexpr std::uint32_t SIOCIWLAST = 0x8BFF;

using mld::Netdev;
using Operation = Result<void> (*)(Netdev&, ifreq&);

// cf. netif_get_mac_address()
Result<void> get_address(Netdev& netdev, ifreq& request) {
    std::memset(&request.ifr_hwaddr, 0, sizeof request.ifr_hwaddr);
    request.ifr_hwaddr.sa_family = static_cast<sa_family_t>(netdev.type());
    std::copy(netdev.address().octets().begin(), netdev.address().octets().end(), request.ifr_hwaddr.sa_data);
    return {};
}

// cf. dev_set_mac_address_user()
Result<void> set_address(Netdev& netdev, ifreq& request) {
    if (request.ifr_hwaddr.sa_family != static_cast<sa_family_t>(netdev.type())) return fail(EINVAL);
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets;
    std::memcpy(octets.data(), request.ifr_hwaddr.sa_data, octets.size());
    return netdev.set_address(ieee80211::MacAddress(octets));
}

Result<void> set_mtu(Netdev& netdev, ifreq& request) {
    if (request.ifr_mtu < 0) return fail(EINVAL);
    return netdev.set_mtu(static_cast<std::uint32_t>(request.ifr_mtu));
}

Result<void> set_queue_length(Netdev& netdev, ifreq& request) {
    if (request.ifr_qlen < 0) return fail(EINVAL);
    netdev.set_tx_queue_length(static_cast<std::uint32_t>(request.ifr_qlen));
    return {};
}

Result<void> rename(Netdev& netdev, ifreq& request) {
    request.ifr_newname[IFNAMSIZ - 1] = '\0';
    return netdev.rename(request.ifr_newname);
}

Result<void> set_flags(Netdev& netdev, ifreq& request) {
    // A short, which the kernel widens with its sign.
    const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(request.ifr_flags));
    return netdev.set_flags(mld::NetdevFlags::from_bits(bits));
}

Result<void> get_map(Netdev&, ifreq& request) {
    std::memset(&request.ifr_map, 0, sizeof request.ifr_map);
    return {};
}

/// lo has its address in the kernel, where programs use it; the others have none.
Result<void> no_ip_address(Netdev& netdev, ifreq&) {
    return fail(netdev.type() == mld::LinkType::loopback ? ENXIO : EADDRNOTAVAIL);
}

struct Entry {
    std::uint32_t number;
    Operation operation;
};

// cf. dev_ifsioc_locked(), dev_ifsioc(), devinet_ioctl()
constexpr Entry entries[] = {
    {SIOCGIFFLAGS,
     [](Netdev& n, ifreq& r) -> Result<void> {
         r.ifr_flags = static_cast<short>(n.flags().bits());
         return {};
     }},
    {SIOCSIFFLAGS, set_flags},
    {SIOCGIFMETRIC,
     [](Netdev&, ifreq& r) -> Result<void> {
         r.ifr_metric = 0;
         return {};
     }},
    {SIOCSIFMETRIC, [](Netdev&, ifreq&) -> Result<void> { return fail(EOPNOTSUPP); }},
    {SIOCGIFMTU,
     [](Netdev& n, ifreq& r) -> Result<void> {
         r.ifr_mtu = static_cast<int>(n.mtu());
         return {};
     }},
    {SIOCSIFMTU, set_mtu},
    {SIOCSIFNAME, rename},
    {SIOCGIFHWADDR, get_address},
    {SIOCSIFHWADDR, set_address},
    {SIOCGIFSLAVE, [](Netdev&, ifreq&) -> Result<void> { return fail(EINVAL); }},
    {SIOCGIFINDEX,
     [](Netdev& n, ifreq& r) -> Result<void> {
         r.ifr_ifindex = static_cast<int>(n.index().value);
         return {};
     }},
    {SIOCGIFTXQLEN,
     [](Netdev& n, ifreq& r) -> Result<void> {
         r.ifr_qlen = static_cast<int>(n.tx_queue_length());
         return {};
     }},
    {SIOCSIFTXQLEN, set_queue_length},
    {SIOCGIFMAP, get_map},
    {SIOCGIFADDR, no_ip_address},
    {SIOCGIFDSTADDR, no_ip_address},
    {SIOCGIFBRDADDR, no_ip_address},
    {SIOCGIFNETMASK, no_ip_address},
};

bool is_wireless_extension(std::uint32_t number) {
    return number >= SIOCIWFIRST && number <= SIOCIWLAST;
}

/// Wireless extensions: refused for every device that can do multi-link, cf. get_handler() of wext-core.c; for others
/// the name, by which programs find out whether a device is a wireless one.
Result<void> wireless_extension(const Netdev& netdev, std::uint32_t number, ifreq& request) {
    if (netdev.wdev() == nullptr || netdev.wdev()->wiphy().profile().flags.has(mld::WiphyFlag::multi_link))
        return fail(EOPNOTSUPP);
    if (number != SIOCGIWNAME) return fail(EOPNOTSUPP);
    constexpr std::string_view name = "IEEE 802.11";  // cf. cfg80211_wext_giwname()
    std::memset(&request.ifr_ifru, 0, IFNAMSIZ);
    std::memcpy(&request.ifr_ifru, name.data(), name.size());
    return {};
}

// cf. br_ioctl_stub(): the bridge's name is all that there is
Result<void> make_or_remove_bridge(mld::World& world, std::uint32_t number, ifreq& request) {
    mld::Bridges& bridges = world.bridges();
    if (number == SIOCBRADDBR) {
        if (auto made = bridges.add(request.ifr_name); !made) return fail(std::move(made.error()));
        return {};
    }
    const Netdev* netdev = world.find_netdev(request.ifr_name);
    if (netdev == nullptr) return fail(ENXIO);
    mld::Bridge* const bridge = bridges.find(*netdev);
    if (bridge == nullptr) return fail(EPERM);
    if (netdev->is_up()) return fail(EBUSY);  // cf. br_del_bridge()
    bridges.remove(*bridge);
    return {};
}

// cf. add_del_if()
Result<void> change_ports(Netdev& netdev, std::uint32_t number, const ifreq& request) {
    mld::World& world = netdev.world();
    mld::Bridge* const bridge = world.bridges().find(netdev);
    if (bridge == nullptr) return fail(EOPNOTSUPP);
    Netdev* const port = world.find_netdev(mld::IfIndex{static_cast<std::uint32_t>(request.ifr_ifindex)});
    if (port == nullptr) return fail(EINVAL);
    return number == SIOCBRADDIF ? bridge->add_port(*port) : bridge->remove_port(*port);
}

// cf. dev_ifname()
Result<void> name_of_index(mld::World& world, ifreq& request) {
    if (request.ifr_ifindex <= 0) return fail(ENXIO);
    const Netdev* netdev = world.find_netdev(mld::IfIndex{static_cast<std::uint32_t>(request.ifr_ifindex)});
    // A number of ours never means one of the machine's own devices, even when our device is gone.
    if (netdev == nullptr)
        return fail(world.has_given(mld::IfIndex{static_cast<std::uint32_t>(request.ifr_ifindex)}) ? ENODEV : ENXIO);
    std::memset(request.ifr_name, 0, sizeof request.ifr_name);
    netdev->name().copy(request.ifr_name, sizeof request.ifr_name - 1);
    return {};
}

}  // namespace

Result<void> interface_ioctl(mld::World& world, std::uint32_t number, InterfaceRequest& bytes) {
    ifreq request{};
    static_assert(sizeof request == sizeof bytes);
    std::memcpy(&request, bytes.data(), sizeof request);
    Result<void> done;
    if (number == SIOCGIFNAME) {
        done = name_of_index(world, request);
    } else if (number == SIOCBRADDBR || number == SIOCBRDELBR) {
        request.ifr_name[IFNAMSIZ - 1] = '\0';
        done = make_or_remove_bridge(world, number, request);
    } else {
        request.ifr_name[IFNAMSIZ - 1] = '\0';
        // "wlan0:1" is wlan0, from the time of IP aliases.
        std::string_view name = request.ifr_name;
        name = name.substr(0, name.find(':'));
        Netdev* netdev = world.find_netdev(name);
        const auto* entry =
            std::find_if(std::begin(entries), std::end(entries), [&](const Entry& e) { return e.number == number; });
        if (netdev == nullptr) return fail(ENXIO);
        if (is_wireless_extension(number))
            done = wireless_extension(*netdev, number, request);
        else if (number == SIOCBRADDIF || number == SIOCBRDELIF)
            done = change_ports(*netdev, number, request);
        else if (entry != std::end(entries))
            done = entry->operation(*netdev, request);
        else
            return fail(ENXIO);
    }
    if (done) std::memcpy(bytes.data(), &request, sizeof request);
    return done;
}

}  // namespace mlosim::host
