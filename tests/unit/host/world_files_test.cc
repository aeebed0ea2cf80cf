#include <cerrno>

#include <sys/stat.h>

#include "hwsim/driver.h"
#include "world_services_fixture.h"

namespace mlosim::host {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using WorldFiles = ServicesTest;

const std::string wlan0 = "/sys/class/net/wlan0";
const std::string debug0 = "/sys/kernel/debug/ieee80211/phy0/hwsim";

TEST_F(WorldFiles, ClassesLinkToTheDevices) {
    EXPECT_THAT(names("/sys/class/ieee80211"), ElementsAre("phy0", "phy1", "phy2"));
    EXPECT_THAT(names("/sys/class/mac80211_hwsim"), ElementsAre("hwsim0", "hwsim1", "hwsim2"));
    EXPECT_THAT(names("/sys/class/net"),
                AllOf(Contains("wlan0"), Contains("wlan2"), Contains("hwsim0"), Contains("lo")));
    EXPECT_EQ(link("/sys/class/ieee80211/phy1"), "../../devices/virtual/mac80211_hwsim/hwsim1/ieee80211/phy1");
    EXPECT_EQ(link(wlan0), "../../devices/virtual/mac80211_hwsim/hwsim0/net/wlan0");
    EXPECT_EQ(link("/sys/class/net/hwsim0"), "../../devices/virtual/net/hwsim0");
    EXPECT_EQ(services->canonical(wlan0 + "/phy80211/device/subsystem").value_or(""), "/sys/class/mac80211_hwsim");
}

TEST_F(WorldFiles, EveryLinkLeadsSomewhereOrToTheKernel) {
    std::vector<std::string> directories{"/sys/devices/virtual/mac80211_hwsim/hwsim0",
                                         "/sys/devices/virtual/net/hwsim0"};
    std::size_t links = 0;
    while (!directories.empty()) {
        const std::string directory = std::move(directories.back());
        directories.pop_back();
        const auto entries = services->list(directory);
        ASSERT_TRUE(entries) << directory;
        for (const auto& entry : *entries) {
            const std::string path = directory + "/" + entry.name;
            if (S_ISDIR(entry.mode)) directories.push_back(path);
            if (!S_ISLNK(entry.mode)) continue;
            links++;
            const auto target = services->stat(path, true);
            EXPECT_TRUE(target || target.error().code == ENXIO) << path << ": " << entry.link_target;
        }
    }
    EXPECT_GE(links, 8U);
}

TEST_F(WorldFiles, ADeviceSaysWhatItIs) {
    EXPECT_EQ(read(wlan0 + "/address"), "02:00:00:00:00:00\n");
    EXPECT_EQ(read(wlan0 + "/type"), "1\n");
    EXPECT_EQ(read("/sys/class/net/hwsim0/type"), "803\n");
    EXPECT_EQ(read(wlan0 + "/phy80211/name"), "phy0\n");
    EXPECT_EQ(read(wlan0 + "/uevent"),
              "DEVTYPE=wlan\nINTERFACE=wlan0\nIFINDEX=" + std::to_string(netdev("wlan0").index().value) + "\n");
    EXPECT_EQ(read("/sys/class/ieee80211/phy0/addresses"), "02:00:00:00:00:00\n42:00:00:00:00:00\n52:00:00:00:00:00\n");
    EXPECT_EQ(read(wlan0 + "/nothing"), "error " + std::to_string(ENOENT));
    EXPECT_EQ(read("/sys/class/net/nodevice/address"), "error " + std::to_string(ENXIO)) << "maybe the kernel's";
}

TEST_F(WorldFiles, ADeviceThatIsDownCannotTellItsCarrier) {
    EXPECT_EQ(read(wlan0 + "/carrier"), "error " + std::to_string(EINVAL));
    ASSERT_TRUE(netdev("wlan0").set_up(true));
    EXPECT_EQ(read(wlan0 + "/carrier"), "0\n");
    run_for(0s);  // the link watch comes after
    EXPECT_EQ(read(wlan0 + "/operstate"), "down\n");
    EXPECT_EQ(read(wlan0 + "/flags"), "0x1003\n");
}

TEST_F(WorldFiles, WritingChangesTheDeviceAndTellsObservers) {
    log.clear();
    EXPECT_EQ(write(wlan0 + "/mtu", "1400\n"), 0);
    EXPECT_EQ(netdev("wlan0").mtu(), 1400U);
    EXPECT_EQ(write(wlan0 + "/flags", "0x1003"), 0);
    EXPECT_TRUE(netdev("wlan0").is_up());
    EXPECT_EQ(write(wlan0 + "/ifalias", "left one\n"), 0);
    EXPECT_EQ(read(wlan0 + "/ifalias"), "left one\n");
    EXPECT_THAT(log.lines(), AllOf(Contains("set-link wlan0"), Contains("link-up wlan0")));
}

struct BadWrite {
    const char* file;
    const char* text;
    int error;
    const char* why;
};

TEST_F(WorldFiles, BadWritesChangeNothing) {
    const BadWrite table[] = {
        {"mtu", "67", EINVAL, "smaller than any"},
        {"mtu", "", EINVAL, "no number"},
        {"mtu", "1400 ", EINVAL, "something behind it"},
        {"mtu", "99999999999999999999", ERANGE, "no 64 bits hold it"},
        {"mtu", "-1", EINVAL, "a sign"},
        {"tx_queue_len", "4294967296", ERANGE, "more than 32 bits"},
        {"address", "02:00:00:00:00:09", EACCES, "read only"},
        {"carrier", "1", EOPNOTSUPP, "the link decides"},
        {"none", "1", ENOENT, "no such file"},
        {"statistics", "1", EISDIR, "a directory"},
    };
    for (const BadWrite& row : table)
        EXPECT_EQ(write(wlan0 + "/" + row.file, row.text), row.error) << row.file << ": " << row.why;
    EXPECT_EQ(netdev("wlan0").mtu(), 1500U);
}

TEST_F(WorldFiles, FilesAreAsYoungAsTheWorld) {
    ASSERT_TRUE(netdev("wlan1").rename("other"));
    EXPECT_EQ(read("/sys/class/net/other/address"), "02:00:00:00:01:00\n");
    EXPECT_EQ(read("/sys/class/net/wlan1/address"), "error " + std::to_string(ENXIO));
    world.remove_radio(world.find_radio_by_name("phy0")->index);
    EXPECT_EQ(read(wlan0 + "/address"), "error " + std::to_string(ENXIO));
    EXPECT_THAT(names("/sys/class/ieee80211"), ElementsAre("phy1", "phy2"));
    EXPECT_THAT(names("/sys/kernel/debug/ieee80211"), ElementsAre("phy1", "phy2"));
}

TEST_F(WorldFiles, StatisticsCount) {
    netdev("wlan0").counters().rx_bytes = 4711;
    EXPECT_EQ(read(wlan0 + "/statistics/rx_bytes"), "4711\n");
    EXPECT_EQ(read(wlan0 + "/statistics/collisions"), "0\n");
}

TEST_F(WorldFiles, SettingsOfIpBelongToTheDevice) {
    const std::string file = "/proc/sys/net/ipv6/conf/wlan0/accept_ra";
    EXPECT_EQ(read(file), "1\n");
    EXPECT_EQ(write(file, " 0\n"), 0);
    EXPECT_EQ(read(file), "0\n");
    EXPECT_EQ(read("/proc/sys/net/ipv6/conf/wlan1/accept_ra"), "1\n");
    EXPECT_EQ(read("/proc/sys/net/ipv6/conf/all/accept_ra"), "error " + std::to_string(ENXIO));
    EXPECT_EQ(write(file, "zero"), EINVAL);
    ASSERT_TRUE(netdev("wlan0").rename("moved"));
    EXPECT_EQ(read("/proc/sys/net/ipv6/conf/moved/accept_ra"), "0\n");
}

TEST_F(WorldFiles, ProcNetDevListsEachDeviceOnce) {
    const std::string text = read("/proc/net/dev");
    EXPECT_THAT(text,
                AllOf(HasSubstr(" wlan0: "), HasSubstr(" wlan2: "), HasSubstr("hwsim0: "), HasSubstr("    lo: ")));
    EXPECT_EQ(text.find("wlan0:"), text.rfind("wlan0:"));
    EXPECT_EQ(read("/proc/net/tcp"), "error " + std::to_string(ENXIO));
}

TEST_F(WorldFiles, KeysAreThereAsLongAsTheyAreInstalled) {
    const std::string keys = "/sys/kernel/debug/ieee80211/phy0/keys";
    EXPECT_THAT(names(keys), ElementsAre());
    auto& slot = world.find_netdev("wlan0")->wdev()->links().front()->group_keys[6];
    slot = *mld::Key::make(6, false, {ieee80211::cipher::bip_cmac128, ieee80211::Bytes(16, 0xa5), {7, 1}});
    slot->next_packet_number();
    EXPECT_THAT(names(keys), ElementsAre("0"));
    EXPECT_EQ(read(keys + "/0/algorithm"), "00-0f-ac:6\n");
    EXPECT_EQ(read(keys + "/0/keyidx"), "6\n");
    EXPECT_EQ(read(keys + "/0/keylen"), "16\n");
    EXPECT_EQ(read(keys + "/0/key"), "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\n");
    EXPECT_EQ(read(keys + "/0/tx_spec"), "000000000001\n");
    EXPECT_EQ(read(keys + "/0/rx_spec"), "000000000107\n");
    EXPECT_EQ(read(keys + "/0/replays"), "0\n");
    EXPECT_FALSE(slot->is_new(16, 5));
    EXPECT_EQ(read(keys + "/0/replays"), "1\n");
    EXPECT_EQ(read(keys + "/0/ifindex"), "wlan0\n");
    EXPECT_EQ(read(keys + "/0/mic_failures"), "error " + std::to_string(EINVAL));
    slot.reset();
    EXPECT_THAT(names(keys), ElementsAre());
    EXPECT_EQ(read(keys + "/0/keyidx"), "error " + std::to_string(ENOENT));
}

TEST_F(WorldFiles, TheDriversDebugFilesAreThere) {
    EXPECT_THAT(names(debug0),
                ElementsAre("dfs_background_cac", "group", "ps", "rx_rssi", "simulate_incumbent_signal_interference"));
    EXPECT_EQ(read(debug0 + "/group"), "1\n");
    EXPECT_EQ(write(debug0 + "/group", "0x1f\n"), 0);
    EXPECT_EQ(read(debug0 + "/group"), "1f\n");
    EXPECT_EQ(write(debug0 + "/ps", "3"), EINVAL) << "nothing to poll for before power save is on";
    EXPECT_EQ(write(debug0 + "/ps", "1"), 0);
    EXPECT_EQ(write(debug0 + "/ps", "3"), 0);
    EXPECT_EQ(read(debug0 + "/ps"), "1\n");
    EXPECT_EQ(write(debug0 + "/ps", "4"), EINVAL);
    EXPECT_EQ(read(debug0 + "/rx_rssi"), "-50\n");
    EXPECT_EQ(write(debug0 + "/rx_rssi", "18446744073709551586\n"), 0);
    EXPECT_EQ(read(debug0 + "/rx_rssi"), "-30\n");
    for (const char* bad : {"0", "30", "-101", "x", ""})
        EXPECT_EQ(write(debug0 + "/rx_rssi", bad), EINVAL) << bad;
    EXPECT_EQ(write(debug0 + "/dfs_background_cac", "radar"), ENOENT) << "no background radar channel";
    EXPECT_EQ(write(debug0 + "/simulate_incumbent_signal_interference", "5955 1"), EINVAL);
    EXPECT_EQ(services->stat(debug0 + "/ps", true)->mode, S_IFREG | 0666U);
}

TEST_F(WorldFiles, NoRadioCanBeBlocked) {
    EXPECT_EQ(read("/sys/class/rfkill/rfkill2/name"), "phy2\n");
    EXPECT_EQ(write("/sys/class/rfkill/rfkill2/soft", "0"), 0);
    EXPECT_EQ(write("/sys/class/rfkill/rfkill2/soft", "1"), EPERM);
}

}  // namespace
}  // namespace mlosim::host
