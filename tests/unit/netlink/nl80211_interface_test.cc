// Interfaces: each answer of the commands that make, change and delete them, and what is announced.

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// NEW_INTERFACE as a program asks for it; the fields that are empty are left out.
struct Wanted {
    const char* why;
    int error;
    const char* name = "new0";
    std::optional<std::uint32_t> type = NL80211_IFTYPE_STATION;
    std::optional<ieee80211::MacAddress> address{};
    std::optional<std::uint8_t> use_4addr{};
    std::vector<std::uint16_t> monitor_flags{};
    std::optional<std::uint32_t> radio_mask{};
    std::uint32_t wiphy = 0;
};

void put_monitor_flags(MessageBuilder& message, const std::vector<std::uint16_t>& flags) {
    if (flags.empty()) return;
    auto nest = message.nest_noflag(NL80211_ATTR_MNTR_FLAGS);
    for (std::uint16_t flag : flags)
        message.put_flag(flag);
}

class Interfaces : public OneRadio {
protected:
    MessageBuilder making(const Wanted& wanted) const {
        MessageBuilder message = request(NL80211_CMD_NEW_INTERFACE);
        message.put_u32(NL80211_ATTR_WIPHY, wanted.wiphy);
        if (wanted.name != nullptr) message.put_string(NL80211_ATTR_IFNAME, wanted.name);
        if (wanted.type) message.put_u32(NL80211_ATTR_IFTYPE, *wanted.type);
        if (wanted.address) message.put_mac(NL80211_ATTR_MAC, *wanted.address);
        if (wanted.use_4addr) message.put_u8(NL80211_ATTR_4ADDR, *wanted.use_4addr);
        if (wanted.radio_mask) message.put_u32(nl::NL80211_ATTR_VIF_RADIO_MASK, *wanted.radio_mask);
        put_monitor_flags(message, wanted.monitor_flags);
        return message;
    }
    int set_type(std::uint32_t type, std::string_view netdev = "wlan0") {
        MessageBuilder message = about(NL80211_CMD_SET_INTERFACE, netdev);
        message.put_u32(NL80211_ATTR_IFTYPE, type);
        return errno_of(message);
    }
};

TEST_F(Interfaces, AreMadeOrRefusedAsAKernelDoes) {
    const ieee80211::MacAddress group({0x01, 0, 0, 0, 0, 1});
    const ieee80211::MacAddress own({0x02, 0, 0, 0, 9, 1});
    const Wanted table[] = {
        {.why = "no name", .error = -EINVAL, .name = nullptr},
        {.why = "an empty name", .error = -EINVAL, .name = ""},
        {.why = "a name of sixteen letters", .error = -EINVAL, .name = "sixteen-letters0"},
        {.why = "a name with a slash", .error = -EINVAL, .name = "a/b"},
        {.why = "a name that is taken", .error = -ENFILE, .name = "wlan0"},
        {.why = "no wiphy of this number", .error = -ENODEV, .wiphy = 9},
        {.why = "no type: unspecified, which no radio has", .error = -EOPNOTSUPP, .type = std::nullopt},
        {.why = "no type has this number", .error = -ERANGE, .type = 99},
        {.why = "no radio has the old WDS", .error = -EOPNOTSUPP, .type = NL80211_IFTYPE_WDS},
        {.why = "this radio has no P2P device", .error = -EOPNOTSUPP, .type = NL80211_IFTYPE_P2P_DEVICE},
        {.why = "flags of monitors", .error = -EINVAL, .monitor_flags = {NL80211_MNTR_FLAG_CONTROL}},
        {.why = "cooked monitors are gone",
         .error = -EOPNOTSUPP,
         .type = NL80211_IFTYPE_MONITOR,
         .monitor_flags = {NL80211_MNTR_FLAG_COOK_FRAMES}},
        {.why = "a mask of radios that are not there", .error = -EINVAL, .radio_mask = 2},
        {.why = "a station", .error = 0, .name = "sta1"},
        {.why = "a name with a number to choose", .error = 0, .name = "wlan%d"},
        {.why = "a monitor with flags",
         .error = 0,
         .name = "mon0",
         .type = NL80211_IFTYPE_MONITOR,
         .monitor_flags = {NL80211_MNTR_FLAG_CONTROL, NL80211_MNTR_FLAG_OTHER_BSS}},
        {.why = "a station for a bridge", .error = 0, .name = "wds1", .use_4addr = 1},
        {.why = "an address of its own", .error = 0, .name = "mac1", .address = own},
        {.why = "an AP", .error = 0, .name = "ap1", .type = NL80211_IFTYPE_AP},
    };
    for (const Wanted& wanted : table)
        EXPECT_EQ(errno_of(making(wanted)), wanted.error) << wanted.why;
    EXPECT_NE(world.find_netdev("wlan1"), nullptr);
    Wanted with_group{.why = "a group address", .error = -EADDRNOTAVAIL, .address = group};
    const bool takes_address = (wdev().wiphy().profile().features & NL80211_FEATURE_MAC_ON_CREATE) != 0;
    EXPECT_EQ(errno_of(making(with_group)), takes_address ? with_group.error : 0);
}

TEST_F(Interfaces, ChangeTheirTypeOrSayWhyNot) {
    EXPECT_EQ(set_type(NL80211_IFTYPE_STATION), 0) << "the same again";
    EXPECT_THAT(announced(), IsEmpty()) << "of which nobody hears";
    EXPECT_EQ(set_type(NL80211_IFTYPE_AP), 0);
    EXPECT_EQ(set_type(NL80211_IFTYPE_MONITOR), 0);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_SET_INTERFACE, NL80211_CMD_SET_INTERFACE));
    EXPECT_EQ(set_type(99), -ERANGE);
    EXPECT_EQ(set_type(NL80211_IFTYPE_WDS), -EOPNOTSUPP);
    EXPECT_EQ(set_type(NL80211_IFTYPE_P2P_DEVICE), -EOPNOTSUPP);
    up();
    EXPECT_EQ(set_type(NL80211_IFTYPE_STATION), -EBUSY) << "a monitor that runs stays one";
    MessageBuilder mesh = about(NL80211_CMD_SET_INTERFACE);
    mesh.put(NL80211_ATTR_MESH_ID, std::vector<std::uint8_t>{'m'});
    EXPECT_EQ(errno_of(mesh), -EINVAL);
    MessageBuilder flags = about(NL80211_CMD_SET_INTERFACE);
    put_monitor_flags(flags, {NL80211_MNTR_FLAG_ACTIVE});
    EXPECT_NE(errno_of(flags), 0) << "it is none of those that acknowledge";
    MessageBuilder mask = about(NL80211_CMD_SET_INTERFACE);
    mask.put_u32(nl::NL80211_ATTR_VIF_RADIO_MASK, 0);
    EXPECT_EQ(errno_of(mask), wdev().wiphy().profile().radios.empty() ? -EBUSY : 0) << "not while it runs";
}

TEST_F(Interfaces, AreFoundByNumberOrByWdev) {
    EXPECT_EQ(errno_of(request(NL80211_CMD_GET_INTERFACE)), -EINVAL) << "neither";
    MessageBuilder unknown = request(NL80211_CMD_GET_INTERFACE);
    unknown.put_u32(NL80211_ATTR_IFINDEX, 99);
    EXPECT_EQ(errno_of(unknown), -ENODEV);
    MessageBuilder loopback = request(NL80211_CMD_GET_INTERFACE);
    loopback.put_u32(NL80211_ATTR_IFINDEX, 1);
    EXPECT_EQ(errno_of(loopback), -ENODEV) << "lo is not wireless";
    MessageBuilder no_wdev = request(NL80211_CMD_GET_INTERFACE);
    no_wdev.put_u64(NL80211_ATTR_WDEV, 0x700000001);
    EXPECT_EQ(errno_of(no_wdev), -ENODEV);
    const auto by_wdev = told(program.ask(about(NL80211_CMD_GET_INTERFACE, wdev())));
    const auto by_ifindex = told(program.ask(about(NL80211_CMD_GET_INTERFACE)));
    ASSERT_THAT(by_wdev, SizeIs(1));
    EXPECT_EQ(by_wdev[0].bytes, by_ifindex.at(0).bytes);
}

TEST_F(Interfaces, DeletionIsAnnouncedOnce) {
    EXPECT_EQ(errno_of(making({.why = "", .error = 0, .name = "x"})), 0);
    EXPECT_EQ(errno_of(about(NL80211_CMD_DEL_INTERFACE, "x")), 0);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_NEW_INTERFACE, NL80211_CMD_DEL_INTERFACE));
    EXPECT_EQ(world.find_netdev("x"), nullptr);
}

TEST_F(Interfaces, EndWithTheSocketThatOwnsThem) {
    {
        Program owner{core, Protocol::generic, {.pid = 99, .uid = 0}};
        MessageBuilder message = making({.why = "", .error = 0, .name = "owned"});
        message.put_flag(NL80211_ATTR_SOCKET_OWNER);
        EXPECT_EQ(error_of(owner.ask(message)), 0);
        EXPECT_EQ(error_of(owner.ask(making({.why = "", .error = 0, .name = "free"}))), 0);
        (void)listener.take();
    }
    EXPECT_EQ(world.find_netdev("owned"), nullptr);
    EXPECT_NE(world.find_netdev("free"), nullptr);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_DEL_INTERFACE));
}

TEST_F(Interfaces, AP2pDeviceStartsAndStops) {
    mld::RadioSpec spec;
    spec.profile = profiles.find("generic-be")->with({.p2p_device = true});
    mld::Wiphy& wiphy = *world.add_radio(std::move(spec)).value()->wiphy;
    const auto answers = told(program.ask(making(
        {.why = "", .error = 0, .name = "p2p0", .type = NL80211_IFTYPE_P2P_DEVICE, .wiphy = wiphy.index().value})));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_FALSE(answers[0].find(NL80211_ATTR_IFINDEX));
    const mld::Wdev& device = *world.find_wdev(mld::WdevId{answers[0].find(NL80211_ATTR_WDEV)->u64()});
    EXPECT_EQ(errno_of(about(NL80211_CMD_STOP_P2P_DEVICE, device)), -ENETDOWN);
    EXPECT_EQ(errno_of(about(NL80211_CMD_START_P2P_DEVICE, device)), 0);
    EXPECT_TRUE(device.running());
    EXPECT_EQ(errno_of(about(NL80211_CMD_START_P2P_DEVICE, device)), 0) << "twice is once";
    EXPECT_EQ(errno_of(about(NL80211_CMD_STOP_P2P_DEVICE, device)), 0);
    EXPECT_FALSE(device.running());
    EXPECT_EQ(errno_of(about(NL80211_CMD_START_P2P_DEVICE)), -EOPNOTSUPP) << "a station is none";
}

TEST_F(Interfaces, PowerSaveIsKeptByStations) {
    MessageBuilder on = about(NL80211_CMD_SET_POWER_SAVE);
    on.put_u32(NL80211_ATTR_PS_STATE, NL80211_PS_ENABLED);
    EXPECT_EQ(errno_of(about(NL80211_CMD_SET_POWER_SAVE)), -EINVAL);
    EXPECT_EQ(errno_of(on), 0);
    const auto answers = told(program.ask(about(NL80211_CMD_GET_POWER_SAVE)));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].find(NL80211_ATTR_PS_STATE)->u32(), std::uint32_t{NL80211_PS_ENABLED});
}

TEST_F(Interfaces, OnlyMonitorsAndAccessPointsAreGivenAChannel) {
    const auto channel = [&](std::uint32_t mhz) {
        MessageBuilder message = about(NL80211_CMD_SET_CHANNEL);
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, mhz);
        message.put_u32(NL80211_ATTR_CHANNEL_WIDTH, NL80211_CHAN_WIDTH_20);
        return errno_of(message);
    };
    EXPECT_EQ(channel(2437), -EOPNOTSUPP) << "a station goes where its AP is";
    ASSERT_EQ(set_type(NL80211_IFTYPE_MONITOR), 0);
    EXPECT_EQ(channel(2437), -EBUSY) << "nor a monitor that is down";
    EXPECT_EQ(channel(2438), -EINVAL) << "no channel is there";
    up();
    EXPECT_EQ(channel(2437), 0);
    const auto answers = told(program.ask(about(NL80211_CMD_GET_INTERFACE)));
    EXPECT_EQ(answers.at(0).find(NL80211_ATTR_WIPHY_FREQ)->u32(), 2437U);
}

}  // namespace
}  // namespace mlosim::netlink::test
