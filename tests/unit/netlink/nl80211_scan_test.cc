// Scans that programs start and what is announced of them; whose regulation holds.

#include <initializer_list>

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Scans : public OneRadio {
protected:
    Scans() { up(); }
    MessageBuilder trigger(std::initializer_list<std::uint32_t> mhz) {
        MessageBuilder message = about(NL80211_CMD_TRIGGER_SCAN);
        auto list = message.nest(NL80211_ATTR_SCAN_FREQUENCIES);
        std::uint16_t number = 0;
        for (std::uint32_t frequency : mhz)
            message.put_u32(number++, frequency);
        return message;
    }
    /// A scan for networks of these names.
    MessageBuilder looking_for(const std::vector<Bytes>& ssids) {
        MessageBuilder message = about(NL80211_CMD_TRIGGER_SCAN);
        auto list = message.nest(NL80211_ATTR_SCAN_SSIDS);
        std::uint16_t number = 0;
        for (const Bytes& ssid : ssids)
            message.put(number++, ssid);
        return message;
    }
    MessageBuilder dump_of_wlan0(std::uint8_t command) {
        MessageBuilder message = request(command, NLM_F_DUMP);
        message.put_u32(NL80211_ATTR_IFINDEX, wdev().netdev()->index().value);
        return message;
    }
    /// The one announcement that there was since the last time.
    Received event() {
        auto events = listener.take();
        EXPECT_THAT(events, SizeIs(1));
        return events.empty() ? Received{Bytes(NLMSG_HDRLEN + GENL_HDRLEN), 0, 0} : events.front();
    }
    static std::vector<std::uint32_t> numbers_in(const Received& message, std::uint16_t list) {
        std::vector<std::uint32_t> out;
        if (const auto found = message.find(list))
            for (const Attribute a : AttributeRange(*found))
                out.push_back(a.u32());
        return out;
    }
    void run_for(sim::Duration time) { queue.run_until(queue.now() + time); }
};

TEST_F(Scans, AreAnnouncedWithWhatTheyLookFor) {
    MessageBuilder message = looking_for({{'n', 'e', 't'}, {}});
    {
        auto list = message.nest(NL80211_ATTR_SCAN_FREQUENCIES);
        message.put_u32(0, 2437);
        message.put_u32(1, 2412);
    }
    message.put(NL80211_ATTR_IE, Bytes{0xdd, 3, 1, 2, 3});
    message.put_u32(NL80211_ATTR_SCAN_FLAGS, NL80211_SCAN_FLAG_FLUSH);
    ASSERT_EQ(errno_of(message), 0);

    const Received started = event();
    EXPECT_EQ(started.command(), NL80211_CMD_TRIGGER_SCAN);
    EXPECT_EQ(started.header().nlmsg_seq, 0U);
    EXPECT_EQ(started.find(NL80211_ATTR_WDEV)->u64(), wdev().id().value);
    EXPECT_THAT(numbers_in(started, NL80211_ATTR_SCAN_FREQUENCIES), ElementsAre(2437U, 2412U));
    std::vector<std::size_t> lengths;
    for (const Attribute ssid : AttributeRange(*started.find(NL80211_ATTR_SCAN_SSIDS)))
        lengths.push_back(ssid.size());
    EXPECT_THAT(lengths, ElementsAre(3U, 0U));
    EXPECT_THAT(started.find(NL80211_ATTR_IE)->bytes(), SizeIs(5));
    EXPECT_EQ(started.find(NL80211_ATTR_SCAN_FLAGS)->u32(), std::uint32_t{NL80211_SCAN_FLAG_FLUSH});

    run_for(10s);
    const Received ended = event();
    EXPECT_EQ(ended.command(), NL80211_CMD_NEW_SCAN_RESULTS);
    EXPECT_THAT(numbers_in(ended, NL80211_ATTR_SCAN_FREQUENCIES), ElementsAre(2437U, 2412U));
}

TEST_F(Scans, OfTheEnabledChannelsAreWhatNoFrequenciesMean) {
    ASSERT_EQ(errno_of(about(NL80211_CMD_TRIGGER_SCAN)), 0);
    const auto mhz = numbers_in(event(), NL80211_ATTR_SCAN_FREQUENCIES);
    EXPECT_THAT(mhz, testing::IsSupersetOf({2412U, 5180U}));
    EXPECT_THAT(mhz, testing::Not(testing::Contains(5955U))) << "6 GHz is closed in the world's domain";
}

TEST_F(Scans, OfChannelsThatAreNoneOrTwiceAreRefused) {
    EXPECT_EQ(errno_of(trigger({2413})), -EINVAL) << "no channel";
    EXPECT_EQ(errno_of(trigger({2412, 2437, 2412})), -EINVAL) << "one twice";
    EXPECT_EQ(errno_of(trigger({})), -EINVAL) << "an empty list";
    EXPECT_EQ(errno_of(trigger({0xffffffff})), -EINVAL) << "more kHz than 32 bits hold";
    EXPECT_THAT(announced(), IsEmpty());
}

TEST_F(Scans, TakeNoMoreNamesThanTheRadioSays) {
    const std::size_t most = wdev().wiphy().profile().scan.max_ssids;
    EXPECT_EQ(errno_of(looking_for(std::vector<Bytes>(most + 1, Bytes{'x'}))), -EINVAL);
    EXPECT_EQ(errno_of(looking_for({Bytes(33, 'x')})), -EINVAL) << "no SSID is that long";
    EXPECT_EQ(errno_of(looking_for(std::vector<Bytes>(most, Bytes{'x'}))), 0);
}

TEST_F(Scans, FromARandomAddressNeedBothItsHalves) {
    MessageBuilder half = about(NL80211_CMD_TRIGGER_SCAN);
    half.put_u32(NL80211_ATTR_SCAN_FLAGS, NL80211_SCAN_FLAG_RANDOM_ADDR);
    half.put_mac(NL80211_ATTR_MAC, ieee80211::MacAddress({2, 0, 0, 0, 0, 1}));
    EXPECT_EQ(errno_of(half), -EINVAL);
}

TEST_F(Scans, FindNothingWhereNobodyIs) {
    ASSERT_EQ(errno_of(trigger({2412})), 0);
    run_for(10s);
    EXPECT_THAT(dump(dump_of_wlan0(NL80211_CMD_GET_SCAN)), IsEmpty());
}

TEST_F(Scans, SayWhenANetworkWasHeardByTheClockThatProgramsRead) {
    mld::Bss bss;
    bss.bssid = ieee80211::MacAddress({2, 0xbb, 0, 0, 0, 1});
    bss.channel = wdev().wiphy().bands().front().channels.front().channel;
    bss.beacon = bss.elements = std::make_shared<const mld::BssElements>(mld::BssElements{{0, 1, 'x'}, 7, true});
    run_for(2s);
    bss.last_seen = world.now();
    bss.boottime = world.now();
    wdev().wiphy().bss_table().update(bss, true);
    run_for(1s);
    const auto boottime = [&] {
        const auto found = dump(dump_of_wlan0(NL80211_CMD_GET_SCAN));
        EXPECT_THAT(found, SizeIs(1));
        for (const Attribute a : AttributeRange(*found.front().find(NL80211_ATTR_BSS)))
            if (a.type() == NL80211_BSS_LAST_SEEN_BOOTTIME) return std::chrono::nanoseconds(a.u64());
        return std::chrono::nanoseconds(-1);
    };
    EXPECT_EQ(boottime(), 2s);
    world.set_boottime_at_zero(1h);
    EXPECT_EQ(boottime(), 1h + 2s);
}

TEST_F(Scans, LeaveASurveyOfTheChannelsThatTheyVisited) {
    EXPECT_THAT(dump(dump_of_wlan0(NL80211_CMD_GET_SURVEY)), IsEmpty());
    ASSERT_EQ(errno_of(trigger({2412, 2437})), 0);
    run_for(10s);
    std::vector<std::uint32_t> mhz;
    for (const Received& message : dump(dump_of_wlan0(NL80211_CMD_GET_SURVEY)))
        for (const Attribute a : AttributeRange(*message.find(NL80211_ATTR_SURVEY_INFO)))
            if (a.type() == NL80211_SURVEY_INFO_FREQUENCY) mhz.push_back(a.u32());
    EXPECT_THAT(mhz, ElementsAre(2412U, 2437U));
}

TEST_F(Scans, EndWithTheirInterface) {
    ASSERT_EQ(errno_of(trigger({2412})), 0);
    (void)listener.take();
    ASSERT_EQ(errno_of(about(NL80211_CMD_DEL_INTERFACE)), 0);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_SCAN_ABORTED, NL80211_CMD_DEL_INTERFACE));
}

// Regulation

class Regulation : public Scans {
protected:
    MessageBuilder hint(std::string_view alpha2) {
        MessageBuilder message = request(NL80211_CMD_REQ_SET_REG);
        message.put_string(NL80211_ATTR_REG_ALPHA2, alpha2);
        return message;
    }
    Received domain_of(const mld::Wiphy* wiphy = nullptr) {
        MessageBuilder message = request(NL80211_CMD_GET_REG);
        if (wiphy != nullptr) message.put_u32(NL80211_ATTR_WIPHY, wiphy->index().value);
        const auto answers = told(program.ask(message));
        EXPECT_THAT(answers, SizeIs(1));
        return answers.front();
    }
};

TEST_F(Regulation, ThatAUserWishesIsAnnouncedAsHis) {
    ASSERT_EQ(errno_of(hint("DE")), 0);
    run_for(0s);
    const Received change = event();
    EXPECT_EQ(change.command(), NL80211_CMD_REG_CHANGE);
    EXPECT_EQ(change.find(NL80211_ATTR_REG_INITIATOR)->u8(), NL80211_REGDOM_SET_BY_USER);
    EXPECT_EQ(change.find(NL80211_ATTR_REG_TYPE)->u8(), NL80211_REGDOM_TYPE_COUNTRY);
    EXPECT_EQ(change.find(NL80211_ATTR_REG_ALPHA2)->string(), "DE");
    EXPECT_FALSE(change.find(NL80211_ATTR_WIPHY)) << "it holds for all";
    EXPECT_EQ(domain_of().find(NL80211_ATTR_REG_ALPHA2)->string(), "DE");
    EXPECT_EQ(domain_of().find(NL80211_ATTR_DFS_REGION)->u8(), NL80211_DFS_ETSI);
}

TEST_F(Regulation, OfTheWorldHasNoLetters) {
    ASSERT_EQ(errno_of(hint("DE")), 0);
    run_for(0s);
    (void)listener.take();
    ASSERT_EQ(errno_of(hint("00")), 0);
    run_for(0s);
    const Received change = event();
    EXPECT_EQ(change.find(NL80211_ATTR_REG_TYPE)->u8(), NL80211_REGDOM_TYPE_WORLD);
    EXPECT_FALSE(change.find(NL80211_ATTR_REG_ALPHA2));
}

TEST_F(Regulation, OfARadioWithACountryOfItsOwnIsToldByItself) {
    mld::RadioSpec spec;
    spec.profile = *profiles.find("generic-be");
    spec.regulatory_hint = phy::Alpha2('U', 'S');
    spec.strict_regulatory = true;
    const mld::Wiphy& own = *world.add_radio(std::move(spec)).value()->wiphy;
    run_for(0s);
    EXPECT_EQ(domain_of(&own).find(NL80211_ATTR_WIPHY)->u32(), own.index().value);
    EXPECT_EQ(domain_of(&own).find(NL80211_ATTR_REG_ALPHA2)->string(), "US");
    EXPECT_FALSE(domain_of(&wdev().wiphy()).find(NL80211_ATTR_WIPHY)) << "the other has everybody's";
    EXPECT_THAT(dump(request(NL80211_CMD_GET_REG, NLM_F_DUMP)), SizeIs(2));
}

TEST_F(Regulation, IsNotForWishesThatNobodyUnderstands) {
    EXPECT_EQ(errno_of(hint("1x")), -EINVAL);
    EXPECT_EQ(errno_of(hint("USA")), -ERANGE) << "three letters";
    MessageBuilder unknown = hint("DE");
    unknown.put_u32(NL80211_ATTR_USER_REG_HINT_TYPE, 77);
    EXPECT_EQ(errno_of(unknown), -EINVAL);
    MessageBuilder of_nobody = request(NL80211_CMD_GET_REG);
    of_nobody.put_u32(NL80211_ATTR_WIPHY, 4711);
    EXPECT_EQ(errno_of(of_nobody), -ENODEV);
    EXPECT_THAT(announced(), IsEmpty());
}

// Radios

TEST_F(OneRadio, ANewRadioIsAnnouncedBeforeTheRulesReachItsChannels) {
    add_radio();
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].command(), NL80211_CMD_NEW_WIPHY);
    EXPECT_EQ(events[1].command(), NL80211_CMD_NEW_INTERFACE);
    const auto bands = events[0].find(NL80211_ATTR_WIPHY_BANDS);
    ASSERT_TRUE(bands.has_value());
    unsigned channels = 0;
    for (const Attribute band : AttributeRange(*bands))
        for (const Attribute part : AttributeRange(band))
            if (part.type() == NL80211_BAND_ATTR_FREQS)
                for (const Attribute channel : AttributeRange(part))
                    for (const Attribute a : AttributeRange(channel))
                        if (a.type() == NL80211_FREQUENCY_ATTR_MAX_TX_POWER) {
                            ++channels;
                            EXPECT_EQ(a.u32(), 0U);
                        }
    EXPECT_GT(channels, 0U);
    // Whoever asks now is told what the rules leave.
    EXPECT_NE(wdev("wlan1").wiphy().channel(phy::Frequency::mhz(2412))->now.max_power_dbm, 0);
}

}  // namespace
}  // namespace mlosim::netlink::test
