// Management frames from one program to another through two radios, and what FRAME and REGISTER_FRAME refuse.

#include "mld/access_point_settings.h"
#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint8_t probe_response = 0x50;
constexpr std::uint8_t authentication = 0xb0;
constexpr std::uint8_t action = 0xd0;

ieee80211::Bytes frame(std::uint8_t frame_control, const ieee80211::MacAddress& to, const ieee80211::MacAddress& from,
                       ieee80211::Bytes body) {
    ieee80211::Bytes out(24, 0);
    out[0] = frame_control;
    std::copy(to.octets().begin(), to.octets().end(), out.begin() + 4);
    std::copy(from.octets().begin(), from.octets().end(), out.begin() + 10);
    std::copy(to.octets().begin(), to.octets().end(), out.begin() + 16);
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

/// Two access points on channel 1, wlan0 and wlan1.
class TwoAccessPoints : public Nl80211World {
protected:
    TwoAccessPoints() {
        for (const char* name : {"wlan0", "wlan1"}) {
            add_radio();
            mld::Wdev& ap = wdev(name);
            EXPECT_TRUE(ap.wiphy().change_interface(ap, {.type = mld::InterfaceType::ap}));
            EXPECT_TRUE(ap.netdev()->set_up(true));
            mld::AccessPointSettings settings;
            settings.channel = phy::ChannelDefinition::mhz20_noht(*phy::find_channel(phy::Band::ghz2_4, 1));
            settings.ssid = *ieee80211::Ssid::from(std::string("net"));
            settings.beacon.head = frame(0x80, ieee80211::MacAddress::broadcast(), ap.address(),
                                         {0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 1, 0, 0, 3, 'n', 'e', 't'});
            EXPECT_TRUE(ap.wiphy().start_ap(ap, std::nullopt, settings));
        }
    }
    MessageBuilder registration(std::uint16_t type, const ieee80211::Bytes& match) const {
        MessageBuilder message = about(NL80211_CMD_REGISTER_FRAME);
        message.put_u16(NL80211_ATTR_FRAME_TYPE, type);
        message.put(NL80211_ATTR_FRAME_MATCH, match);
        return message;
    }
    MessageBuilder sending(const ieee80211::Bytes& bytes, std::string_view netdev = "wlan1") const {
        MessageBuilder message = about(NL80211_CMD_FRAME, netdev);
        message.put(NL80211_ATTR_FRAME, bytes);
        return message;
    }
    [[nodiscard]] ieee80211::Bytes to_wlan0(std::uint8_t type, ieee80211::Bytes body) const {
        return frame(type, wdev("wlan0").address(), wdev("wlan1").address(), std::move(body));
    }
    void run(sim::Duration time = std::chrono::milliseconds(20)) { queue.run_until(queue.now() + time); }
};

TEST_F(TwoAccessPoints, AFrameReachesWhoRegisteredForIt) {
    Program other{core, Protocol::generic, {.pid = 50, .uid = 0}};
    ASSERT_EQ(error_of(other.ask(registration(authentication, {0, 0}))), 0);
    (void)other.take();
    const auto sent = told(program.ask(sending(to_wlan0(authentication, {0, 0, 1, 0, 0, 0}))));
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].command(), NL80211_CMD_FRAME);
    EXPECT_NE(sent[0].find(NL80211_ATTR_COOKIE)->u64(), 0U);
    run();
    const auto heard = other.take();
    ASSERT_THAT(heard, SizeIs(1));
    EXPECT_EQ(heard[0].command(), NL80211_CMD_FRAME);
    EXPECT_EQ(heard[0].group, 0U) << "to one socket alone";
    EXPECT_EQ(heard[0].find(NL80211_ATTR_IFINDEX)->u32(), wdev("wlan0").netdev()->index().value);
    EXPECT_EQ(heard[0].find(NL80211_ATTR_WIPHY_FREQ)->u32(), 2412U);
    EXPECT_EQ(heard[0].find(NL80211_ATTR_FRAME)->bytes()[0], authentication);
    EXPECT_THAT(program.take(), IsEmpty()) << "nobody else";
}

TEST_F(TwoAccessPoints, OnlyWhatMatchesIsHeard) {
    ASSERT_EQ(errno_of(registration(authentication, {3, 0})), 0);
    ASSERT_EQ(errno_of(sending(to_wlan0(authentication, {0, 0, 1, 0, 0, 0}))), 0);
    run();
    EXPECT_THAT(program.take(), IsEmpty());
    ASSERT_EQ(errno_of(sending(to_wlan0(authentication, {3, 0, 1, 0, 0, 0}))), 0);
    run();
    EXPECT_THAT(program.take(), SizeIs(1));
}

TEST_F(TwoAccessPoints, ARegistrationEndsWithItsSocket) {
    {
        Program brief{core, Protocol::generic, {.pid = 51, .uid = 0}};
        ASSERT_EQ(error_of(brief.ask(registration(action, {4}))), 0);
        EXPECT_EQ(errno_of(registration(action, {4, 9})), -EALREADY) << "somebody has it";
    }
    EXPECT_EQ(errno_of(registration(action, {4, 9})), 0);
}

TEST_F(TwoAccessPoints, RegistrationsAreChecked) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_REGISTER_FRAME)), -EINVAL) << "nothing to match";
    EXPECT_EQ(errno_of(registration(0x08, {})), -EINVAL) << "a data frame";
    EXPECT_EQ(errno_of(registration(0x1d0, {})), -EINVAL) << "more than type and subtype";
    EXPECT_EQ(errno_of(registration(probe_response, {})), -EINVAL) << "APs have no use for them";
    EXPECT_EQ(errno_of(registration(action, {})), 0) << "any";
}

TEST_F(TwoAccessPoints, FramesAreChecked) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_FRAME)), -EINVAL) << "none";
    EXPECT_EQ(errno_of(sending({authentication, 0})), -EINVAL) << "half a header";
    EXPECT_EQ(errno_of(sending(to_wlan0(authentication, {}))), -EINVAL) << "no body";
    EXPECT_EQ(errno_of(sending(to_wlan0(0x08, {1}))), -EINVAL) << "a data frame";
    EXPECT_EQ(errno_of(sending(to_wlan0(authentication, {1}), "wlan0")), -EINVAL) << "from another's address";
    EXPECT_EQ(errno_of(sending(to_wlan0(action, {3, 0}))), -EINVAL) << "of another network";
    MessageBuilder link = sending(to_wlan0(authentication, {0}));
    link.put_u8(NL80211_ATTR_MLO_LINK_ID, 1);
    EXPECT_EQ(errno_of(link), -EINVAL) << "it has no links";
    MessageBuilder elsewhere = sending(to_wlan0(authentication, {0}));
    elsewhere.put_u32(NL80211_ATTR_WIPHY_FREQ, 2437);
    EXPECT_EQ(errno_of(elsewhere), -EBUSY) << "it may not leave its channel";
    MessageBuilder nowhere = sending(to_wlan0(authentication, {0}));
    nowhere.put_flag(NL80211_ATTR_OFFCHANNEL_TX_OK);
    EXPECT_EQ(errno_of(nowhere), -EINVAL) << "off the channel, but where to";
    MessageBuilder brief = sending(to_wlan0(authentication, {0}));
    brief.put_u32(NL80211_ATTR_DURATION, 9);
    EXPECT_EQ(errno_of(brief), -EINVAL) << "less than the shortest wait";
    MessageBuilder patient = sending(to_wlan0(authentication, {0}));
    patient.put_u32(NL80211_ATTR_DURATION, 5001);
    EXPECT_EQ(errno_of(patient), -EINVAL) << "more than the radio stays anywhere";
    MessageBuilder quiet = sending(to_wlan0(authentication, {0}));
    quiet.put_flag(NL80211_ATTR_DONT_WAIT_FOR_ACK);
    EXPECT_THAT(told(program.ask(quiet)), IsEmpty()) << "no cookie";
}

TEST_F(TwoAccessPoints, NothingWaitsOnAnotherChannel) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_FRAME_WAIT_CANCEL)), -EINVAL);
    MessageBuilder message = about(NL80211_CMD_FRAME_WAIT_CANCEL);
    message.put_u64(NL80211_ATTR_COOKIE, 1);
    EXPECT_EQ(errno_of(message), -ENOENT);
}

class StationFrames : public OneRadio {
protected:
    MessageBuilder probe(std::optional<std::uint32_t> mhz) const {
        ieee80211::Bytes bytes(30, 0);
        bytes[0] = 0x40;
        const auto octets = wdev().address().octets();
        std::copy(octets.begin(), octets.end(), bytes.begin() + 10);
        MessageBuilder message = about(NL80211_CMD_FRAME);
        message.put(NL80211_ATTR_FRAME, bytes);
        if (mhz) message.put_u32(NL80211_ATTR_WIPHY_FREQ, *mhz);
        return message;
    }
    MessageBuilder stay(std::optional<std::uint32_t> mhz, std::optional<std::uint32_t> duration) const {
        MessageBuilder message = about(NL80211_CMD_REMAIN_ON_CHANNEL);
        if (mhz) message.put_u32(NL80211_ATTR_WIPHY_FREQ, *mhz);
        if (duration) message.put_u32(NL80211_ATTR_DURATION, *duration);
        return message;
    }
};

TEST_F(StationFrames, NeedAChannelWhileThereIsNoConnection) {
    EXPECT_EQ(errno_of(probe(2412)), -ENETDOWN);
    up();
    EXPECT_EQ(errno_of(probe(std::nullopt)), -EINVAL);
    EXPECT_EQ(errno_of(probe(2412)), -EBUSY) << "it may not leave its channel";
    EXPECT_EQ(errno_of(probe(2411)), -EINVAL) << "no channel";
    MessageBuilder allowed = probe(2412);
    allowed.put_flag(NL80211_ATTR_OFFCHANNEL_TX_OK);
    EXPECT_THAT(told(program.ask(allowed)), SizeIs(1));
}

TEST_F(StationFrames, StaysElsewhereAreChecked) {
    EXPECT_EQ(errno_of(stay(2412, 100)), -ENETDOWN);
    up();
    EXPECT_EQ(errno_of(stay(std::nullopt, 100)), -EINVAL);
    EXPECT_EQ(errno_of(stay(2412, std::nullopt)), -EINVAL);
    EXPECT_EQ(errno_of(stay(2412, 9)), -EINVAL) << "less than the shortest stay";
    EXPECT_EQ(errno_of(stay(2412, 5001)), -EINVAL) << "more than the radio stays anywhere";
    EXPECT_EQ(errno_of(stay(2411, 100)), -EINVAL) << "no channel";
    const auto begun = told(program.ask(stay(2412, 100)));
    ASSERT_THAT(begun, SizeIs(1));
    const std::uint64_t cookie = begun[0].find(NL80211_ATTR_COOKIE)->u64();
    const auto cancel = [&](std::uint64_t which) {
        MessageBuilder message = about(NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL);
        message.put_u64(NL80211_ATTR_COOKIE, which);
        return errno_of(message);
    };
    EXPECT_EQ(errno_of(about(NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL)), -EINVAL);
    EXPECT_EQ(cancel(cookie + 1), -ENOENT);
    EXPECT_EQ(cancel(cookie), 0);
    EXPECT_EQ(cancel(cookie), -ENOENT) << "over";
}

}  // namespace
}  // namespace mlosim::netlink::test
