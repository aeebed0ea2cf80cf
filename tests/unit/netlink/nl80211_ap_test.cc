// Access points and their stations, as hostapd asks for them.

#include "mld/stations.h"
#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

const ieee80211::MacAddress client({0x02, 0, 0, 0, 0x77, 1});

/// wlan0 as an access point to be; requests of hostapd with everything that they need.
class AccessPoints : public Nl80211World {
protected:
    AccessPoints() {
        mld::RadioSpec spec;
        spec.profile = profiles.find("generic-be")->with({.channels = 2});
        EXPECT_TRUE(world.add_radio(std::move(spec)).has_value());
        EXPECT_TRUE(world.regulatory().hint_user(phy::Alpha2('D', 'E')));
        queue.run_until(queue.now());
        EXPECT_TRUE(ap().wiphy().change_interface(ap(), {.type = mld::InterfaceType::ap}));
        up();
        core.set_option(program.socket(), SocketOption::ext_ack, true);
        (void)listener.take();
    }
    [[nodiscard]] mld::Wdev& ap() const { return wdev(); }
    [[nodiscard]] static Bytes head(const ieee80211::MacAddress& from) {
        Bytes out(24, 0);
        out[0] = 0x80;
        std::fill_n(out.begin() + 4, 6, std::uint8_t{0xff});
        std::copy(from.octets().begin(), from.octets().end(), out.begin() + 10);
        std::copy(from.octets().begin(), from.octets().end(), out.begin() + 16);
        const Bytes body{0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0x21, 0x04, 0, 3, 'n', 'e', 't', 1, 1, 0x82};
        out.insert(out.end(), body.begin(), body.end());
        return out;
    }
    static Bytes text(std::string_view what) { return {what.begin(), what.end()}; }

    /// START_AP without the attributes of `without`.
    MessageBuilder start_ap(const ieee80211::MacAddress& from, std::uint32_t mhz = 2412,
                            std::initializer_list<std::uint16_t> without = {}) const {
        MessageBuilder message = about(NL80211_CMD_START_AP);
        const auto wanted = [&](std::uint16_t type) {
            return std::find(without.begin(), without.end(), type) == without.end();
        };
        if (wanted(NL80211_ATTR_BEACON_HEAD)) message.put(NL80211_ATTR_BEACON_HEAD, head(from));
        if (wanted(NL80211_ATTR_BEACON_INTERVAL)) message.put_u32(NL80211_ATTR_BEACON_INTERVAL, 100);
        if (wanted(NL80211_ATTR_DTIM_PERIOD)) message.put_u32(NL80211_ATTR_DTIM_PERIOD, 2);
        if (wanted(NL80211_ATTR_SSID)) message.put(NL80211_ATTR_SSID, text("net"));
        if (wanted(NL80211_ATTR_WIPHY_FREQ)) message.put_u32(NL80211_ATTR_WIPHY_FREQ, mhz);
        return message;
    }
    void start() { ASSERT_EQ(errno_of(start_ap(ap().address())), 0); }

    MessageBuilder new_station(std::initializer_list<std::uint16_t> without = {}) const {
        MessageBuilder message = about(NL80211_CMD_NEW_STATION);
        const auto wanted = [&](std::uint16_t type) {
            return std::find(without.begin(), without.end(), type) == without.end();
        };
        if (wanted(NL80211_ATTR_MAC)) message.put_mac(NL80211_ATTR_MAC, client);
        if (wanted(NL80211_ATTR_STA_SUPPORTED_RATES))
            message.put(NL80211_ATTR_STA_SUPPORTED_RATES, Bytes{0x82, 0x84, 0x8b, 0x96});
        if (wanted(NL80211_ATTR_STA_AID)) message.put_u16(NL80211_ATTR_STA_AID, 1);
        if (wanted(NL80211_ATTR_STA_LISTEN_INTERVAL)) message.put_u16(NL80211_ATTR_STA_LISTEN_INTERVAL, 10);
        if (wanted(NL80211_ATTR_STA_CAPABILITY)) message.put_u16(NL80211_ATTR_STA_CAPABILITY, 0x421);
        return message;
    }
    static nl80211_sta_flag_update flags(std::uint32_t mask, std::uint32_t set) { return {.mask = mask, .set = set}; }
};

TEST_F(AccessPoints, StartWithABeaconAndAreAnnounced) {
    start();
    const auto heard = listener.take();
    ASSERT_THAT(heard, Contains(testing::Property(&Received::command, NL80211_CMD_START_AP)));
    EXPECT_EQ(errno_of(start_ap(ap().address())), -EALREADY);
    const auto shown = dump(about(NL80211_CMD_GET_INTERFACE));
    ASSERT_THAT(shown, SizeIs(1));
    EXPECT_EQ(shown[0].find(NL80211_ATTR_SSID)->string(), "net");
    EXPECT_EQ(errno_of(about(NL80211_CMD_STOP_AP)), 0);
    EXPECT_EQ(errno_of(about(NL80211_CMD_STOP_AP)), -ENOENT);
}

TEST_F(AccessPoints, NeedWhatTheKernelNeeds) {
    for (const std::uint16_t needed :
         {NL80211_ATTR_BEACON_HEAD, NL80211_ATTR_BEACON_INTERVAL, NL80211_ATTR_DTIM_PERIOD, NL80211_ATTR_WIPHY_FREQ})
        EXPECT_EQ(errno_of(start_ap(ap().address(), 2412, {needed})), -EINVAL) << needed;
    struct Row {
        const char* why;
        int error;
        std::function<void(MessageBuilder&)> add;
    };
    const Row rows[] = {
        {"no SMPS at an access point", -EOPNOTSUPP, [](auto& m) { m.put_u8(NL80211_ATTR_SMPS_MODE, 2); }},
        {"SAE is the program's work", -EINVAL, [](auto& m) { m.put_u32(NL80211_ATTR_AUTH_TYPE, 4); }},
        {"a cipher that nobody has", -EINVAL, [](auto& m) { m.put_u32(NL80211_ATTR_CIPHER_SUITE_GROUP, 0x12345678); }},
        {"half a suite", -EINVAL, [](auto& m) { m.put(NL80211_ATTR_AKM_SUITES, Bytes(6, 0)); }},
        {"too many AKMs", -EINVAL, [](auto& m) { m.put(NL80211_ATTR_AKM_SUITES, Bytes(12, 1)); }},
        {"the control port is nobody's", -EINVAL, [](auto& m) { m.put_flag(NL80211_ATTR_CONTROL_PORT_OVER_NL80211); }},
        {"no timer for the inactive", -EOPNOTSUPP, [](auto& m) { m.put_u16(NL80211_ATTR_INACTIVITY_TIMEOUT, 300); }},
        {"no P2P group owner", -EINVAL, [](auto& m) { m.put_u8(NL80211_ATTR_P2P_CTWINDOW, 10); }},
        {"HT operation cut off", -EINVAL,
         [](auto& m) {
             m.put(NL80211_ATTR_BEACON_TAIL, Bytes{61, 2, 1, 0});
         }},
        {"HE capabilities without operation", -EINVAL,
         [](auto& m) {
             Bytes tail{255, 18, 35};
             tail.resize(20);
             m.put(NL80211_ATTR_BEACON_TAIL, tail);
         }},
        {"FILS discovery is not there", -EINVAL, [](auto& m) { (void)m.nest(NL80211_ATTR_FILS_DISCOVERY); }},
    };
    for (const Row& row : rows) {
        MessageBuilder message = start_ap(ap().address());
        row.add(message);
        EXPECT_EQ(errno_of(message), row.error) << row.why;
    }
    EXPECT_EQ(errno_of(start_ap(ap().address())), 0) << "with none of it, it works";
}

TEST_F(AccessPoints, ChangeTheirBeaconsOnlyWhileTheyBeacon) {
    MessageBuilder beacon = about(NL80211_CMD_SET_BEACON);
    beacon.put(NL80211_ATTR_BEACON_HEAD, head(ap().address()));
    EXPECT_EQ(errno_of(beacon), -EINVAL);
    start();
    EXPECT_EQ(errno_of(beacon), 0);
    EXPECT_EQ(errno_of(about(NL80211_CMD_SET_BEACON)), -EINVAL) << "nothing to change";
}

TEST_F(AccessPoints, KeepStationsThatProgramsAdd) {
    start();
    (void)listener.take();
    for (const std::uint16_t needed :
         {NL80211_ATTR_MAC, NL80211_ATTR_STA_SUPPORTED_RATES, NL80211_ATTR_STA_AID, NL80211_ATTR_STA_LISTEN_INTERVAL})
        EXPECT_EQ(errno_of(new_station({needed})), -EINVAL) << needed;
    ASSERT_EQ(errno_of(new_station()), 0);
    EXPECT_EQ(errno_of(new_station()), -EEXIST);
    const auto heard = listener.take();
    ASSERT_THAT(heard, SizeIs(1));
    EXPECT_EQ(heard[0].command(), NL80211_CMD_NEW_STATION);
    EXPECT_EQ(heard[0].find(NL80211_ATTR_MAC)->mac(), client);
    EXPECT_EQ(heard[0].find(NL80211_ATTR_STA_INFO)->size(), 0U) << "nothing has been counted yet";

    MessageBuilder get = about(NL80211_CMD_GET_STATION);
    get.put_mac(NL80211_ATTR_MAC, client);
    const auto answers = told(program.ask(get));
    ASSERT_THAT(answers, SizeIs(1));
    std::vector<std::uint16_t> told_of;
    for (const Attribute& attribute : AttributeRange(*answers[0].find(NL80211_ATTR_STA_INFO)))
        told_of.push_back(attribute.type());
    EXPECT_THAT(told_of,
                ElementsAre(NL80211_STA_INFO_CONNECTED_TIME, NL80211_STA_INFO_INACTIVE_TIME,
                            NL80211_STA_INFO_ASSOC_AT_BOOTTIME, NL80211_STA_INFO_RX_BYTES, NL80211_STA_INFO_TX_BYTES,
                            NL80211_STA_INFO_RX_BYTES64, NL80211_STA_INFO_TX_BYTES64, NL80211_STA_INFO_RX_DURATION,
                            NL80211_STA_INFO_TX_DURATION, NL80211_STA_INFO_SIGNAL, NL80211_STA_INFO_SIGNAL_AVG,
                            NL80211_STA_INFO_RX_PACKETS, NL80211_STA_INFO_TX_PACKETS, NL80211_STA_INFO_TX_RETRIES,
                            NL80211_STA_INFO_TX_FAILED, NL80211_STA_INFO_BSS_PARAM, NL80211_STA_INFO_STA_FLAGS,
                            NL80211_STA_INFO_RX_DROP_MISC, NL80211_STA_INFO_TID_STATS))
        << "the kernel's, in its order";

    MessageBuilder remove = about(NL80211_CMD_DEL_STATION);
    remove.put_mac(NL80211_ATTR_MAC, client);
    EXPECT_EQ(errno_of(remove), 0);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_DEL_STATION));
    EXPECT_EQ(errno_of(remove), -ENOENT);
    EXPECT_EQ(errno_of(get), -ENOENT);
}

TEST_F(AccessPoints, AuthorizeStationsByTheirFlags) {
    constexpr std::uint32_t authorized = 1U << NL80211_STA_FLAG_AUTHORIZED;
    start();
    ASSERT_EQ(errno_of(new_station()), 0);
    MessageBuilder change = about(NL80211_CMD_SET_STATION);
    change.put_mac(NL80211_ATTR_MAC, client);
    change.put_struct(NL80211_ATTR_STA_FLAGS2, flags(authorized, authorized));
    EXPECT_EQ(errno_of(change), 0);
    EXPECT_TRUE(ap().wiphy().stations().find(ap(), client)->authorized());
    MessageBuilder invalid = about(NL80211_CMD_SET_STATION);
    invalid.put_mac(NL80211_ATTR_MAC, client);
    invalid.put_struct(NL80211_ATTR_STA_FLAGS2, flags(1, 1));
    EXPECT_EQ(errno_of(invalid), -EINVAL) << "flag 0 is none";
}

TEST_F(AccessPoints, TakeNoHighThroughputWithoutQoS) {
    start();
    MessageBuilder message = new_station();
    message.put(NL80211_ATTR_HE_CAPABILITY, Bytes(21, 0));
    EXPECT_EQ(errno_of(message), -EINVAL);
    MessageBuilder uapsd = new_station();
    {
        auto nest = uapsd.nest(NL80211_ATTR_STA_WME);
        uapsd.put_u8(NL80211_STA_WME_UAPSD_QUEUES, 0x10);
    }
    EXPECT_EQ(errno_of(uapsd), -EINVAL) << "there are four queues";
}

TEST_F(AccessPoints, SwitchChannelsWithTwoBeacons) {
    MessageBuilder early = about(NL80211_CMD_CHANNEL_SWITCH);
    EXPECT_EQ(errno_of(early), -ENOTCONN);
    start();
    EXPECT_EQ(errno_of(early), -EINVAL) << "where to, and when";
    const auto to = [&](std::uint32_t count, std::uint8_t counter) {
        MessageBuilder message = about(NL80211_CMD_CHANNEL_SWITCH);
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, 2437);
        message.put_u32(NL80211_ATTR_CH_SWITCH_COUNT, count);
        message.put(NL80211_ATTR_BEACON_HEAD, head(ap().address()));
        auto during = message.nest(NL80211_ATTR_CSA_IES);
        message.put(NL80211_ATTR_BEACON_HEAD, head(ap().address()));
        message.put(NL80211_ATTR_BEACON_TAIL, Bytes{37, 3, 1, 6, counter});
        message.put_u16(NL80211_ATTR_CNTDWN_OFFS_BEACON, 4);
        during.end();
        return errno_of(message);
    };
    EXPECT_EQ(to(256, 5), -EINVAL) << "an octet counts";
    EXPECT_EQ(to(5, 4), -EINVAL) << "the counter says something else";
    EXPECT_EQ(to(5, 5), 0);
}

TEST_F(AccessPoints, ChangeTheirColorWithTwoBeacons) {
    const auto to = [&](std::uint8_t count, std::uint8_t counter, bool elements = true) {
        MessageBuilder message = about(NL80211_CMD_COLOR_CHANGE_REQUEST);
        message.put_u8(NL80211_ATTR_COLOR_CHANGE_COUNT, count);
        message.put_u8(NL80211_ATTR_COLOR_CHANGE_COLOR, 9);
        message.put(NL80211_ATTR_BEACON_HEAD, head(ap().address()));
        if (!elements) return errno_of(message);
        auto during = message.nest(NL80211_ATTR_COLOR_CHANGE_ELEMS);
        message.put(NL80211_ATTR_BEACON_HEAD, head(ap().address()));
        message.put(NL80211_ATTR_BEACON_TAIL, Bytes{255, 3, 42, counter, 9});
        message.put_u16(NL80211_ATTR_CNTDWN_OFFS_BEACON, 3);
        during.end();
        return errno_of(message);
    };
    EXPECT_EQ(to(5, 5), -EINVAL) << "it does not beacon";
    start();
    EXPECT_EQ(to(5, 5, false), -EINVAL);
    EXPECT_EQ(to(5, 4), -EINVAL) << "the counter says something else";
    (void)listener.take();
    EXPECT_EQ(to(5, 5), 0);
    const auto started = listener.take();
    ASSERT_THAT(started, SizeIs(1));
    EXPECT_EQ(started[0].command(), NL80211_CMD_COLOR_CHANGE_STARTED);
    EXPECT_EQ(to(5, 5), -EBUSY);
    queue.run_until(queue.now() + std::chrono::seconds(1));
    const auto done = listener.take();
    ASSERT_THAT(done, SizeIs(1));
    EXPECT_EQ(done[0].command(), NL80211_CMD_COLOR_CHANGE_COMPLETED);
}

TEST_F(AccessPoints, HaveNoLinksAsStationsHaveThem) {
    MessageBuilder mapping = about(nl80211::NL80211_CMD_SET_TID_TO_LINK_MAPPING);
    EXPECT_EQ(errno_of(mapping), -EOPNOTSUPP);
    EXPECT_EQ(errno_of(about(nl80211::NL80211_CMD_EPCS_CFG)), -EOPNOTSUPP);
    EXPECT_EQ(errno_of(about(nl80211::NL80211_CMD_ASSOC_MLO_RECONF)), -EINVAL) << "no MLD";
}

TEST_F(AccessPoints, AreToldHowTheirQueuesContend) {
    start();
    const auto set = [&](std::uint8_t category) {
        MessageBuilder message = about(NL80211_CMD_SET_WIPHY);
        auto list = message.nest(NL80211_ATTR_WIPHY_TXQ_PARAMS);
        auto one = message.nest(1);
        message.put_u8(NL80211_TXQ_ATTR_QUEUE, category);
        message.put_u16(NL80211_TXQ_ATTR_TXOP, 0);
        message.put_u16(NL80211_TXQ_ATTR_CWMIN, 15);
        message.put_u16(NL80211_TXQ_ATTR_CWMAX, 1023);
        message.put_u8(NL80211_TXQ_ATTR_AIFS, 3);
        one.end();
        list.end();
        return errno_of(message);
    };
    EXPECT_EQ(set(0), 0);
    EXPECT_EQ(set(4), -EINVAL);
}

TEST_F(AccessPoints, AreToldWhetherGroupFramesGoToEachStation) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_SET_MULTICAST_TO_UNICAST)), 0) << "hostapd says so at every start";
    MessageBuilder enabled = about(NL80211_CMD_SET_MULTICAST_TO_UNICAST);
    enabled.put_flag(NL80211_ATTR_MULTICAST_TO_UNICAST_ENABLED);
    EXPECT_EQ(errno_of(enabled), 0);
}

/// An AP MLD with link 0, as hostapd makes it.
class ApMld : public AccessPoints {
protected:
    ApMld() {
        MessageBuilder link = about(NL80211_CMD_ADD_LINK);
        link.put_u8(NL80211_ATTR_MLO_LINK_ID, 0);
        link.put_mac(NL80211_ATTR_MAC, link_address);
        EXPECT_EQ(errno_of(link), 0);
        MessageBuilder start = start_ap(link_address);
        start.put_u8(NL80211_ATTR_MLO_LINK_ID, 0);
        EXPECT_EQ(errno_of(start), 0);
    }
    const ieee80211::MacAddress link_address{{2, 0, 0, 0, 9, 0}};
};

TEST_F(ApMld, TakesAStationWithoutMultiLinkElementOnOneLink) {
    EXPECT_EQ(errno_of(new_station()), -EINVAL) << "on which link";
    MessageBuilder elsewhere = new_station();
    elsewhere.put_u8(NL80211_ATTR_MLO_LINK_ID, 3);
    EXPECT_EQ(errno_of(elsewhere), -ENOLINK);
    MessageBuilder single = new_station();
    single.put_u8(NL80211_ATTR_MLO_LINK_ID, 0);
    ASSERT_EQ(errno_of(single), 0);
    const mld::Sta* sta = ap().wiphy().stations().find(ap(), client);
    ASSERT_NE(sta, nullptr);
    EXPECT_FALSE(sta->is_mld());
    EXPECT_THAT(sta->links(), SizeIs(1));
}

TEST_F(ApMld, HasGroupKeysForEachLink) {
    const auto key = [&](std::optional<std::uint8_t> link, bool pairwise) {
        MessageBuilder message = about(NL80211_CMD_NEW_KEY);
        if (link) message.put_u8(NL80211_ATTR_MLO_LINK_ID, *link);
        if (pairwise) message.put_mac(NL80211_ATTR_MAC, client);
        message.put(NL80211_ATTR_KEY_DATA, Bytes(16, 1));
        message.put_u32(NL80211_ATTR_KEY_CIPHER, ieee80211::cipher::ccmp128.selector());
        message.put_u8(NL80211_ATTR_KEY_IDX, pairwise ? 0 : 1);
        const auto answers = program.ask(message);
        return std::pair(error_of(answers), answers.back().ack_message());
    };
    EXPECT_EQ(key(std::nullopt, false), std::pair(-EINVAL, std::string("link ID must be set for MLO group key")));
    EXPECT_EQ(key(5, false), std::pair(-EINVAL, std::string("invalid link ID for MLO group key")));
    EXPECT_EQ(key(0, true), std::pair(-EINVAL, std::string("link ID not allowed for pairwise key")));
}

}  // namespace
}  // namespace mlosim::netlink::test
