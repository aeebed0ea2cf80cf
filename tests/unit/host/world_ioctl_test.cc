#include <cerrno>
#include <cstring>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>

#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "world_services_fixture.h"

namespace mlosim::host {
namespace {

class WorldIoctls : public ServicesTest {
protected:
    static ifreq named(const char* name) {
        ifreq request{};
        std::strcpy(request.ifr_name, name);
        return request;
    }
    /// The errno, 0 for success; `request` holds the answer then.
    int ask(std::uint32_t number, ifreq& request) {
        InterfaceRequest bytes;
        std::memcpy(bytes.data(), &request, bytes.size());
        const auto done = services->ioctl(number, bytes);
        std::memcpy(&request, bytes.data(), bytes.size());
        return mld::error_of(done);
    }
    int ask_about(std::uint32_t number, const char* name) {
        ifreq request = named(name);
        return ask(number, request);
    }
};

TEST_F(WorldIoctls, ReadTheDevice) {
    ifreq request = named("wlan0");
    ASSERT_EQ(ask(SIOCGIFINDEX, request), 0);
    const int index = request.ifr_ifindex;
    EXPECT_EQ(index, static_cast<int>(netdev("wlan0").index().value));
    request = {};
    request.ifr_ifindex = index;
    ASSERT_EQ(ask(SIOCGIFNAME, request), 0);
    EXPECT_STREQ(request.ifr_name, "wlan0");
    request = named("wlan0");
    ASSERT_EQ(ask(SIOCGIFFLAGS, request), 0);
    EXPECT_EQ(request.ifr_flags, 0x1002);
    ASSERT_EQ(ask(SIOCGIFMTU, request), 0);
    EXPECT_EQ(request.ifr_mtu, 1500);
    ASSERT_EQ(ask(SIOCGIFHWADDR, request), 0);
    EXPECT_EQ(request.ifr_hwaddr.sa_family, 1);
    EXPECT_EQ(std::memcmp(request.ifr_hwaddr.sa_data, netdev("wlan0").address().octets().data(), 6), 0);
    ASSERT_EQ(ask(SIOCGIFTXQLEN, request), 0);
    EXPECT_EQ(request.ifr_qlen, 1000);
}

TEST_F(WorldIoctls, MakeAndEndBridges) {
    ASSERT_EQ(ask_about(SIOCBRADDBR, "br0"), 0);
    EXPECT_EQ(ask_about(SIOCBRADDBR, "br0"), EEXIST);
    EXPECT_EQ(ask_about(SIOCBRADDBR, "a b"), EINVAL);
    EXPECT_EQ(ask_about(SIOCBRDELBR, "nix"), ENXIO);
    EXPECT_EQ(ask_about(SIOCBRDELBR, "wlan0"), EPERM);
    ASSERT_TRUE(netdev("br0").set_up(true));
    EXPECT_EQ(ask_about(SIOCBRDELBR, "br0"), EBUSY);
    ASSERT_TRUE(netdev("br0").set_up(false));
    EXPECT_EQ(ask_about(SIOCBRDELBR, "br0"), 0);
    EXPECT_EQ(world.find_netdev("br0"), nullptr);
}

TEST_F(WorldIoctls, ChangeABridgesPorts) {
    ASSERT_EQ(ask_about(SIOCBRADDBR, "br0"), 0);
    mld::Netdev& port = netdev("wlan0");
    ifreq request = named("br0");
    request.ifr_ifindex = static_cast<int>(port.index().value);
    EXPECT_EQ(ask(SIOCBRADDIF, request), EOPNOTSUPP) << "a station";
    ASSERT_TRUE(port.wdev()->wiphy().change_interface(*port.wdev(), {.type = mld::InterfaceType::ap}));
    EXPECT_EQ(ask(SIOCBRDELIF, request), EINVAL);
    EXPECT_EQ(ask(SIOCBRADDIF, request), 0);
    EXPECT_EQ(ask(SIOCBRADDIF, request), EBUSY);
    EXPECT_EQ(link("/sys/class/net/wlan0/brport/bridge"), "../../../../../net/br0");
    EXPECT_EQ(ask(SIOCBRDELIF, request), 0);
    request = named("wlan1");
    EXPECT_EQ(ask(SIOCBRADDIF, request), EOPNOTSUPP) << "no bridge";
    request = named("br0");
    request.ifr_ifindex = 4711;
    EXPECT_EQ(ask(SIOCBRADDIF, request), EINVAL);
}

TEST_F(WorldIoctls, ChangeTheDevice) {
    ifreq request = named("wlan0");
    request.ifr_flags = 0x1003;
    ASSERT_EQ(ask(SIOCSIFFLAGS, request), 0);
    EXPECT_TRUE(netdev("wlan0").is_up());
    request = named("wlan1");
    std::strcpy(request.ifr_newname, "renamed");
    ASSERT_EQ(ask(SIOCSIFNAME, request), 0);
    EXPECT_EQ(ask_about(SIOCGIFINDEX, "renamed"), 0);
    request = named("renamed");
    request.ifr_mtu = 1280;
    ASSERT_EQ(ask(SIOCSIFMTU, request), 0);
    EXPECT_EQ(netdev("renamed").mtu(), 1280U);
}

TEST_F(WorldIoctls, ErrorsAreTheKernels) {
    ifreq request = named("wlan0");
    request.ifr_mtu = 67;
    EXPECT_EQ(ask(SIOCSIFMTU, request), EINVAL);
    request.ifr_mtu = -1;
    EXPECT_EQ(ask(SIOCSIFMTU, request), EINVAL);
    request = named("wlan0");
    request.ifr_hwaddr.sa_family = 803;
    EXPECT_EQ(ask(SIOCSIFHWADDR, request), EINVAL);
    request.ifr_hwaddr.sa_family = 1;
    request.ifr_hwaddr.sa_data[0] = 1;
    EXPECT_EQ(ask(SIOCSIFHWADDR, request), EADDRNOTAVAIL);
    EXPECT_EQ(ask_about(SIOCGIFADDR, "wlan0"), EADDRNOTAVAIL);
    request = named("wlan0");
    std::strcpy(request.ifr_newname, "wlan1");
    EXPECT_EQ(ask(SIOCSIFNAME, request), EEXIST);
}

TEST_F(WorldIoctls, WhatIsNotOursIsTheKernels) {
    EXPECT_EQ(ask_about(SIOCGIFFLAGS, "eth0"), ENXIO);
    EXPECT_EQ(ask_about(SIOCGIFFLAGS, ""), ENXIO);
    EXPECT_EQ(ask_about(SIOCGIFADDR, "lo"), ENXIO);
    ifreq request{};
    request.ifr_ifindex = 4711;
    EXPECT_EQ(ask(SIOCGIFNAME, request), ENXIO);
    request = named("wlan0");
    std::memset(request.ifr_name, 'x', sizeof request.ifr_name);  // no terminating zero
    EXPECT_EQ(ask(SIOCGIFFLAGS, request), ENXIO);
}

TEST_F(WorldIoctls, WirelessExtensionsAreRefusedForMultiLinkRadios) {
    constexpr std::uint32_t get_name = 0x8B01;
    constexpr std::uint32_t get_essid = 0x8B1B;
    EXPECT_EQ(ask_about(get_name, "wlan0"), EOPNOTSUPP);
    EXPECT_EQ(ask_about(get_name, "hwsim0"), EOPNOTSUPP);
    EXPECT_EQ(ask_about(get_name, "eth0"), ENXIO);
    add_radio("ax");
    ifreq request = named("wlan3");
    ASSERT_EQ(ask(get_name, request), 0);
    EXPECT_STREQ(request.ifr_newname, "IEEE 802.11");
    EXPECT_EQ(ask_about(get_essid, "wlan3"), EOPNOTSUPP);
}

TEST_F(WorldIoctls, EthtoolIsToldTheDriver) {
    std::vector<std::uint8_t> bytes(sizeof(ethtool_drvinfo));
    const std::uint32_t command = ETHTOOL_GDRVINFO;
    std::memcpy(bytes.data(), &command, sizeof command);
    ASSERT_TRUE(services->ethtool("wlan1", bytes));
    ethtool_drvinfo info{};
    std::memcpy(&info, bytes.data(), sizeof info);
    EXPECT_STREQ(info.driver, "mac80211_hwsim");
    EXPECT_STREQ(info.bus_info, "hwsim1");
    EXPECT_STREQ(info.fw_version, "N/A");
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{4}, bytes.size() - 1}) {
        std::vector<std::uint8_t> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(mld::error_of(services->ethtool("wlan1", part)), EFAULT) << size;
    }
    EXPECT_EQ(mld::error_of(services->ethtool("eth0", bytes)), ENXIO);
    bytes[0] = 0xff;
    EXPECT_EQ(mld::error_of(services->ethtool("wlan1", bytes)), EOPNOTSUPP);
}

TEST_F(WorldIoctls, EthtoolIsToldThePermanentAddress) {
    ASSERT_TRUE(netdev("wlan1").set_address(*ieee80211::MacAddress::parse("02:00:00:00:00:77")));
    const ethtool_value head{ETHTOOL_GPERMADDR, 6};  // as struct ethtool_perm_addr begins
    std::vector<std::uint8_t> bytes(sizeof head + 6);
    std::memcpy(bytes.data(), &head, sizeof head);
    ASSERT_TRUE(services->ethtool("wlan1", bytes));
    EXPECT_EQ(std::memcmp(bytes.data() + sizeof head, netdev("wlan1").permanent_address().octets().data(), 6), 0);
    bytes[4] = 5;
    EXPECT_EQ(mld::error_of(services->ethtool("wlan1", bytes)), 525) << "ETOOSMALL";
}

TEST_F(WorldIoctls, AllDevicesAreListedWithTheirFacts) {
    ASSERT_TRUE(netdev("wlan2").set_up(true));
    std::vector<std::string> lines;
    for (const NetdevFacts& facts : services->netdevs())
        lines.push_back(facts.name + " " + std::to_string(facts.type) + ((facts.flags & IFF_UP) != 0 ? " up" : ""));
    EXPECT_THAT(lines, testing::IsSupersetOf({"wlan0 1", "wlan1 1", "wlan2 1 up", "hwsim0 803"}));
}

}  // namespace
}  // namespace mlosim::host
