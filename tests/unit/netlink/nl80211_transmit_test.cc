// SET_QOS_MAP, SET_NOACK_MAP, SET_TX_BITRATE_MASK, and what is left to radios that do not take it.

#include "mld/data_path.h"
#include "mld/transmit_settings.h"
#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using mld::InterfaceType;
using Octets = std::vector<std::uint8_t>;

class TransmitCommands : public OneRadio {
protected:
    const mld::TransmitSettings& settings() { return wdev().wiphy().data_path().settings(wdev()); }
    void become(InterfaceType type) { ASSERT_TRUE(wdev().wiphy().change_interface(wdev(), {.type = type})); }
    template <class Fill>
    int outcome(std::uint8_t command, Fill&& fill) {
        MessageBuilder message = about(command);
        fill(message);
        return errno_of(message);
    }
    int qos_map(const Octets& map) {
        return outcome(NL80211_CMD_SET_QOS_MAP, [&](MessageBuilder& m) { m.put(NL80211_ATTR_QOS_MAP, map); });
    }
    /// SET_TX_BITRATE_MASK with one attribute in one band.
    int rates(std::uint16_t band, std::uint16_t attribute, const Octets& value) {
        return outcome(NL80211_CMD_SET_TX_BITRATE_MASK, [&](MessageBuilder& m) {
            auto nest = m.nest(NL80211_ATTR_TX_RATES);
            auto inner = m.nest(band);
            m.put(attribute, value);
        });
    }
    static constexpr std::uint16_t ghz2_4 = 0, ghz5 = 1, ghz60 = 2;
};

TEST_F(TransmitCommands, AQosMapIsOfInterfacesThatCanHaveKeys) {
    const Octets ranges(16, 255);
    EXPECT_EQ(qos_map(ranges), -ENETDOWN);
    become(InterfaceType::monitor);
    up();
    EXPECT_EQ(qos_map(ranges), -EINVAL);
    ASSERT_TRUE(wdev().netdev()->set_up(false));
    become(InterfaceType::ap);
    up();
    EXPECT_EQ(qos_map(ranges), 0);
    ASSERT_TRUE(settings().qos_map);
    EXPECT_EQ(settings().qos_map->exceptions.size(), 0U);
}

TEST_F(TransmitCommands, AQosMapIsChecked) {
    become(InterfaceType::ap);
    up();
    EXPECT_EQ(qos_map(Octets(17, 1)), -EINVAL) << "no whole pair";
    EXPECT_EQ(qos_map(Octets(14, 1)), -ERANGE);
    EXPECT_EQ(qos_map(Octets(60, 1)), -ERANGE);
    Octets map(18, 255);
    map[0] = 46;
    map[1] = 8;
    EXPECT_EQ(qos_map(map), -EINVAL) << "there is no priority 8";
    map[1] = 5;
    EXPECT_EQ(qos_map(map), 0);
    EXPECT_EQ(settings().qos_map->priority_of(46), 5U);
    EXPECT_EQ(outcome(NL80211_CMD_SET_QOS_MAP, [](MessageBuilder&) {}), 0);
    EXPECT_FALSE(settings().qos_map) << "without one the map ends";
}

TEST_F(TransmitCommands, ANoAckMapIsKept) {
    EXPECT_EQ(outcome(NL80211_CMD_SET_NOACK_MAP, [](MessageBuilder&) {}), -EINVAL);
    const auto set = [&](std::uint16_t map) {
        return outcome(NL80211_CMD_SET_NOACK_MAP, [&](MessageBuilder& m) { m.put_u16(NL80211_ATTR_NOACK_MAP, map); });
    };
    EXPECT_EQ(set(0x0041), 0) << "of an interface that is down, too";
    EXPECT_EQ(settings().no_acknowledgement, 0x0041U);
}

TEST_F(TransmitCommands, ARateMaskNamesRatesThatTheRadioHas) {
    up();
    EXPECT_EQ(rates(ghz2_4, NL80211_TXRATE_LEGACY, {11, 22}), 0);
    EXPECT_EQ(settings().rates.at(phy::Band::ghz2_4).legacy, 1U << 2U | 1U << 3U);
    EXPECT_EQ(rates(ghz2_4, NL80211_TXRATE_LEGACY, {13}), -EINVAL) << "6.5 Mb/s";
    EXPECT_EQ(rates(ghz60, NL80211_TXRATE_LEGACY, {12}), -EINVAL) << "no such band";
    EXPECT_EQ(rates(6, NL80211_TXRATE_LEGACY, {12}), -EINVAL);
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_LEGACY, {2}), -EINVAL) << "1 Mb/s";
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_HT, {7}), 0);
    EXPECT_EQ(settings().rates.at(phy::Band::ghz5).ht[0], 0x80);
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_HT, {76}), -EINVAL);
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_GI, {3}), -EINVAL);
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_GI, {1}), 0);
    EXPECT_TRUE(settings().rates.at(phy::Band::ghz5).short_guard);
    EXPECT_EQ(rates(ghz2_4, NL80211_TXRATE_VHT, Octets(15)), -ERANGE);
    Octets vht(16);
    vht[1] = 0x04;  // MCS 10
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_VHT, vht), -EINVAL);
    vht = Octets(16);
    vht[0] = 0x03;
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_VHT, vht), 0);
    EXPECT_EQ(settings().rates.at(phy::Band::ghz5).vht[0], 0x0003);
    Octets he(16);
    he[1] = 0x10;  // MCS 12
    EXPECT_EQ(rates(ghz5, NL80211_TXRATE_HE, he), -EINVAL);
    EXPECT_EQ(outcome(NL80211_CMD_SET_TX_BITRATE_MASK, [](MessageBuilder&) {}), 0);
    EXPECT_TRUE(settings().rates.empty()) << "without rates all may be used again";
}

TEST_F(TransmitCommands, ABandKeepsSomeRate) {
    become(InterfaceType::ap);  // a station may not choose EHT rates of 20 to 80 MHz
    up();
    const auto nothing = [&](bool with_mcs) {
        return outcome(NL80211_CMD_SET_TX_BITRATE_MASK, [&](MessageBuilder& m) {
            auto nest = m.nest(NL80211_ATTR_TX_RATES);
            auto inner = m.nest(ghz2_4);
            m.put(NL80211_TXRATE_LEGACY, Octets{});
            if (with_mcs) return;
            m.put(NL80211_TXRATE_HT, Octets{});
            m.put(NL80211_TXRATE_HE, Octets(16));
            if (wdev().wiphy().profile().bands.front().vht) m.put(NL80211_TXRATE_VHT, Octets(16));
            m.put(nl::NL80211_TXRATE_EHT, Octets(32));
        });
    };
    EXPECT_EQ(nothing(true), 0) << "MCS rates alone will do";
    EXPECT_EQ(nothing(false), -EINVAL);
}

TEST_F(TransmitCommands, RatesNeedAnInterfaceThatIsUp) {
    EXPECT_EQ(rates(ghz2_4, NL80211_TXRATE_LEGACY, {11}), -ENETDOWN);
    EXPECT_EQ(rates(ghz2_4, NL80211_TXRATE_LEGACY, {13}), -EINVAL) << "read first";
}

// What no radio takes

TEST_F(TransmitCommands, KeyCachesAreAskedForWhatTheyLack) {
    up();
    const Octets id(16), mac{2, 0, 0, 0, 0, 9}, pmk(32), ssid{'n', 'e', 't'}, cache(2);
    EXPECT_EQ(outcome(NL80211_CMD_SET_PMKSA, [](MessageBuilder&) {}), -EINVAL);
    EXPECT_EQ(outcome(NL80211_CMD_SET_PMKSA, [&](MessageBuilder& m) { m.put(NL80211_ATTR_PMKID, id); }), -EINVAL);
    EXPECT_EQ(outcome(NL80211_CMD_SET_PMKSA,
                      [&](MessageBuilder& m) {
                          m.put(NL80211_ATTR_PMKID, id);
                          m.put(NL80211_ATTR_MAC, mac);
                      }),
              -EOPNOTSUPP);
    EXPECT_EQ(outcome(NL80211_CMD_SET_PMKSA,
                      [&](MessageBuilder& m) {
                          m.put(NL80211_ATTR_PMKID, id);
                          m.put(NL80211_ATTR_SSID, ssid);
                          m.put(NL80211_ATTR_PMK, pmk);
                          m.put(NL80211_ATTR_FILS_CACHE_ID, cache);
                      }),
              -EOPNOTSUPP);
    EXPECT_EQ(outcome(NL80211_CMD_DEL_PMKSA, [](MessageBuilder&) {}), -EINVAL);
    EXPECT_EQ(outcome(NL80211_CMD_DEL_PMKSA, [&](MessageBuilder& m) { m.put(NL80211_ATTR_SSID, ssid); }), -EINVAL);
    EXPECT_EQ(outcome(NL80211_CMD_DEL_PMKSA, [&](MessageBuilder& m) { m.put(NL80211_ATTR_MAC, mac); }), -EOPNOTSUPP);
    EXPECT_EQ(outcome(NL80211_CMD_FLUSH_PMKSA, [](MessageBuilder&) {}), -EOPNOTSUPP);
}

TEST_F(TransmitCommands, RekeyingIsCheckedBeforeItIsRefused) {
    up();
    const auto rekey = [&](std::size_t kek, std::size_t kck, std::size_t counter) {
        return outcome(NL80211_CMD_SET_REKEY_OFFLOAD, [&](MessageBuilder& m) {
            auto nest = m.nest(NL80211_ATTR_REKEY_DATA);
            m.put(NL80211_REKEY_DATA_KEK, Octets(kek));
            if (kck != 0) m.put(NL80211_REKEY_DATA_KCK, Octets(kck));
            m.put(NL80211_REKEY_DATA_REPLAY_CTR, Octets(counter));
        });
    };
    EXPECT_EQ(outcome(NL80211_CMD_SET_REKEY_OFFLOAD, [](MessageBuilder&) {}), -EINVAL);
    EXPECT_EQ(rekey(16, 0, 8), -EINVAL);
    EXPECT_EQ(rekey(16, 16, 7), -ERANGE);
    EXPECT_EQ(rekey(33, 16, 8), -ERANGE);
    EXPECT_EQ(rekey(24, 16, 8), -ERANGE);
    EXPECT_EQ(rekey(16, 24, 8), -ERANGE);
    EXPECT_EQ(rekey(16, 16, 8), -ENOTCONN);
}

TEST_F(TransmitCommands, AccessListsAreOfAccessPointsThatRun) {
    EXPECT_EQ(outcome(NL80211_CMD_SET_MAC_ACL, [](MessageBuilder&) {}), -EOPNOTSUPP);
    become(InterfaceType::ap);
    EXPECT_EQ(outcome(NL80211_CMD_SET_MAC_ACL, [](MessageBuilder&) {}), -EINVAL);
}

TEST_F(TransmitCommands, WhatMac80211DoesNotHaveIsRefusedUnread) {
    up();
    for (const std::uint8_t command :
         {NL80211_CMD_UPDATE_CONNECT_PARAMS, NL80211_CMD_EXTERNAL_AUTH, NL80211_CMD_UPDATE_OWE_INFO,
          NL80211_CMD_CRIT_PROTOCOL_START, NL80211_CMD_CRIT_PROTOCOL_STOP, NL80211_CMD_GET_COALESCE,
          NL80211_CMD_SET_COALESCE, NL80211_CMD_GET_WOWLAN, NL80211_CMD_SET_WOWLAN, NL80211_CMD_START_SCHED_SCAN,
          NL80211_CMD_STOP_SCHED_SCAN})
        EXPECT_EQ(outcome(command, [](MessageBuilder&) {}), -EOPNOTSUPP) << int{command};
}

TEST_F(TransmitCommands, VendorDataIsNested) {
    const auto vendor = [&](std::uint32_t oui, bool nested, std::uint32_t ifindex) {
        MessageBuilder m = request(NL80211_CMD_VENDOR);
        m.put_u32(NL80211_ATTR_WIPHY, 0);
        if (ifindex != 0) m.put_u32(NL80211_ATTR_IFINDEX, ifindex);
        m.put_u32(NL80211_ATTR_VENDOR_ID, oui);
        m.put_u32(NL80211_ATTR_VENDOR_SUBCMD, 1);
        if (nested) {
            auto nest = m.nest(NL80211_ATTR_VENDOR_DATA);
            m.put_u32(8, 123);
        } else {
            auto nest = m.nest_noflag(NL80211_ATTR_VENDOR_DATA);
            m.put_u32(8, 123);
        }
        return program.ask(m);
    };
    core.set_option(program.socket(), SocketOption::ext_ack, true);
    const std::uint32_t wlan0 = wdev().netdev()->index().value;
    EXPECT_EQ(error_of(vendor(0x001374, true, wlan0)), 0);
    const auto refused = vendor(0x001374, false, wlan0);
    EXPECT_EQ(error_of(refused), -EINVAL);
    EXPECT_EQ(refused.back().ack_message(), "expected nested data");
    EXPECT_EQ(error_of(vendor(0x001375, true, wlan0)), -EOPNOTSUPP);
    EXPECT_EQ(error_of(vendor(0x001374, true, 0)), -EINVAL) << "needs a netdev";
    EXPECT_EQ(error_of(vendor(0x001374, true, 99)), -ENODEV);
}

}  // namespace
}  // namespace mlosim::netlink::test
