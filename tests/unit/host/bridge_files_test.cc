// What /sys/class/net tells of bridges and their ports, as the kernel does.

#include "mld/bridge.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "world_services_fixture.h"

namespace mlosim::host {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

class BridgeFiles : public ServicesTest {
protected:
    BridgeFiles() {
        EXPECT_TRUE(port.wdev()->wiphy().change_interface(*port.wdev(), {.type = mld::InterfaceType::ap}));
        EXPECT_TRUE(port.set_up(true));
        port.set_carrier(true);
        EXPECT_TRUE(bridge.add_port(port));
        EXPECT_TRUE(bridge.device().set_up(true));
    }
    mld::Bridge& bridge = **world.bridges().add("br0");
    mld::Netdev& port = netdev("wlan1");
};

TEST_F(BridgeFiles, ShowTheBridge) {
    EXPECT_EQ(read("/sys/class/net/br0/bridge/bridge_id"), "8000.020000000100\n");
    EXPECT_EQ(read("/sys/class/net/br0/bridge/ageing_time"), "30000\n");
    EXPECT_EQ(read("/sys/class/net/br0/bridge/forward_delay"), "1500\n");
    EXPECT_EQ(read("/sys/class/net/br0/bridge/stp_state"), "0\n");
    EXPECT_THAT(names("/sys/class/net/br0/brif"), ElementsAre("wlan1"));
    EXPECT_EQ(link("/sys/class/net/br0/brif/wlan1"), "../../../mac80211_hwsim/hwsim1/net/wlan1/brport");
    EXPECT_EQ(link("/sys/class/net/br0/lower_wlan1"), "../../mac80211_hwsim/hwsim1/net/wlan1");
    EXPECT_EQ(read("/sys/class/net/br0/uevent").substr(0, 15), "DEVTYPE=bridge\n");
}

TEST_F(BridgeFiles, ShowThePort) {
    EXPECT_EQ(link("/sys/class/net/wlan1/brport/bridge"), "../../../../../net/br0");
    EXPECT_EQ(link("/sys/class/net/wlan1/master"), "../../../../net/br0");
    EXPECT_EQ(link("/sys/class/net/wlan1/upper_br0"), "../../../../net/br0");
    EXPECT_EQ(read("/sys/class/net/wlan1/brport/port_no"), "0x1\n");
    EXPECT_EQ(read("/sys/class/net/wlan1/brport/port_id"), "0x8001\n");
    EXPECT_EQ(read("/sys/class/net/wlan1/brport/designated_port"), "32769\n");
    EXPECT_EQ(read("/sys/class/net/wlan1/brport/state"), "3\n");
    EXPECT_EQ(read("/sys/class/net/br0/brif/wlan1/path_cost"), "100\n");
    EXPECT_EQ(read("/sys/class/net/wlan0/brport/state"), "error 2") << "no port";
}

TEST_F(BridgeFiles, ListWhoIsBehindWhichPort) {
    ieee80211::Bytes frame(60, 0xff);
    const auto alice = *ieee80211::MacAddress::parse("02:aa:00:00:00:01");
    std::copy(alice.octets().begin(), alice.octets().end(), frame.begin() + 6);
    port.received(frame);
    run_for(2500ms);
    using namespace std::string_literals;
    const std::string own = "\x02\0\0\0\x01\0\x01\x01\0\0\0\0\0\0\0\0"s;
    const std::string learnt = "\x02\xaa\0\0\0\x01\x01\0\xfa\0\0\0\0\0\0\0"s;
    EXPECT_EQ(read("/sys/class/net/br0/brforward"), own + learnt);
}

TEST_F(BridgeFiles, TakeWhatTheKernelTakes) {
    struct Case {
        const char* file;
        const char* text;
        int error;
    };
    const Case cases[] = {
        {"br0/bridge/ageing_time", "100\n", 0},
        {"br0/bridge/ageing_time", "x", EINVAL},
        {"br0/bridge/forward_delay", "0", 0},
        {"br0/bridge/max_age", "5000", ERANGE},
        {"br0/bridge/hello_time", "400", 0},
        {"br0/bridge/priority", "5", 0},
        {"br0/bridge/stp_state", "0", 0},
        {"br0/bridge/stp_state", "1", EOPNOTSUPP},
        {"br0/bridge/multicast_snooping", "0", 0},
        {"br0/bridge/bridge_id", "1", EACCES},
        {"wlan1/brport/hairpin_mode", "1", 0},
        {"wlan1/brport/hairpin_mode", "x", EINVAL},
        {"wlan1/brport/path_cost", "0", ERANGE},
        {"wlan1/brport/priority", "64", ERANGE},
        {"wlan1/brport/proxyarp_wifi", "1", EOPNOTSUPP},
        {"wlan1/brport/isolated", "1", 0},
    };
    for (const Case& c : cases) {
        const int error = write("/sys/class/net/" + std::string(c.file), c.text);
        if (c.error == EACCES)
            EXPECT_NE(error, 0) << c.file;
        else
            EXPECT_EQ(error, c.error) << c.file << " " << c.text;
    }
    EXPECT_EQ(bridge.table().ageing_time(), 1s);
    EXPECT_TRUE(bridge.find_port(port.index())->hairpin);
    EXPECT_TRUE(bridge.find_port(port.index())->isolated);
    EXPECT_EQ(read("/sys/class/net/br0/bridge/bridge_id"), "0005.020000000100\n");
}

}  // namespace
}  // namespace mlosim::host
