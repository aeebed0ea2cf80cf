// Lists of radios: split and whole, filtered, and of many radios.

#include <ctime>

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Wiphys : public Nl80211World {
protected:
    [[nodiscard]] MessageBuilder list(bool split = false) const {
        MessageBuilder message = request(NL80211_CMD_GET_WIPHY, NLM_F_DUMP);
        if (split) message.put_flag(NL80211_ATTR_SPLIT_WIPHY_DUMP);
        return message;
    }
    /// The numbers of the radios told, each once, in their order.
    static std::vector<std::uint32_t> wiphys(const std::vector<Received>& messages) {
        std::vector<std::uint32_t> out;
        for (const Received& message : messages) {
            const std::uint32_t wiphy = message.find(NL80211_ATTR_WIPHY)->u32();
            if (out.empty() || out.back() != wiphy) out.push_back(wiphy);
        }
        return out;
    }
};

TEST_F(Wiphys, AreListedNewestFirst) {
    for (int i = 0; i < 3; ++i)
        add_radio();
    EXPECT_THAT(wiphys(dump(list())), ElementsAre(2, 1, 0));
    EXPECT_THAT(wiphys(dump(list(true))), ElementsAre(2, 1, 0));
}

TEST_F(Wiphys, FiltersChooseOne) {
    for (int i = 0; i < 3; ++i)
        add_radio();
    MessageBuilder by_wiphy = list();
    by_wiphy.put_u32(NL80211_ATTR_WIPHY, 1);
    EXPECT_THAT(wiphys(dump(by_wiphy)), ElementsAre(1));
    MessageBuilder by_netdev = list();
    by_netdev.put_u32(NL80211_ATTR_IFINDEX, world.find_netdev("wlan2")->index().value);
    EXPECT_THAT(wiphys(dump(by_netdev)), ElementsAre(2));
    MessageBuilder by_wdev = list();
    by_wdev.put_u64(NL80211_ATTR_WDEV, wdev("wlan0").id().value);
    EXPECT_THAT(wiphys(dump(by_wdev)), ElementsAre(0));

    MessageBuilder unknown = list();
    unknown.put_u32(NL80211_ATTR_WIPHY, 9);
    const auto nothing = program.ask(unknown);
    EXPECT_THAT(told(nothing), IsEmpty());
    EXPECT_EQ(error_of(nothing), 0) << "no such radio is an empty list";
    MessageBuilder no_netdev = list();
    no_netdev.put_u32(NL80211_ATTR_IFINDEX, 99);
    EXPECT_EQ(errno_of(no_netdev), -ENODEV);
}

TEST_F(Wiphys, TheSameFiltersChooseInterfaces) {
    for (int i = 0; i < 3; ++i)
        add_radio();
    MessageBuilder filtered = request(NL80211_CMD_GET_INTERFACE, NLM_F_DUMP);
    filtered.put_u32(NL80211_ATTR_WIPHY, 1);
    EXPECT_THAT(wiphys(dump(filtered)), ElementsAre(1));
}

/// Programs from before split lists read one message a radio, of a size that they know.
TEST_F(Wiphys, AWholeDescriptionIsOneMessageThatFits) {
    for (std::string_view name : profiles.names())
        add_radio(std::string(name));
    const auto whole = dump(list());
    ASSERT_THAT(whole, SizeIs(profiles.names().size()));
    constexpr std::size_t largest = 8192;
    for (const Received& message : whole) {
        EXPECT_LE(message.bytes.size(), largest);
        EXPECT_TRUE(message.find(NL80211_ATTR_WIPHY_BANDS));
        EXPECT_FALSE(message.find(NL80211_ATTR_EXT_FEATURES)) << "which came with split lists";
    }
}

TEST_F(Wiphys, SplitListsSayMore) {
    add_radio();
    std::size_t bands = 0;
    bool features = false;
    for (const Received& part : dump(list(true))) {
        EXPECT_TRUE(part.find(NL80211_ATTR_WIPHY_NAME)) << "each part says whose it is";
        EXPECT_EQ(part.find(NL80211_ATTR_GENERATION)->u32(), world.wiphy_generation());
        EXPECT_NE(part.flags() & NLM_F_MULTI, 0);
        bands += part.find(NL80211_ATTR_WIPHY_BANDS) ? 1 : 0;
        features = features || part.find(NL80211_ATTR_EXT_FEATURES).has_value();
    }
    EXPECT_GT(bands, 10U) << "channels come one by one";
    EXPECT_TRUE(features);
}

TEST_F(Wiphys, ARadioThatGoesInTheMiddleOfAListIsLeftOut) {
    for (int i = 0; i < 4; ++i)
        add_radio();
    program.stop_reading();
    program.send(list(true));
    world.remove_radio(mld::RadioIndex{1});
    for (int i = 0; i < 1000; ++i)
        program.read();
    const auto messages = program.take();
    EXPECT_THAT(wiphys(told(messages)), ElementsAre(3, 2, 0));
    EXPECT_EQ(messages.back().type(), NLMSG_DONE);
}

TEST_F(Wiphys, ARadioThatGoesTakesItsInterfacesFirst) {
    add_radio();
    (void)listener.take();
    world.remove_radio(mld::RadioIndex{0});
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].command(), NL80211_CMD_DEL_INTERFACE);
    EXPECT_EQ(events[1].command(), NL80211_CMD_DEL_WIPHY);
    EXPECT_EQ(events[1].find(NL80211_ATTR_WIPHY_NAME)->string(), "phy0");
    EXPECT_FALSE(events[1].find(NL80211_ATTR_WIPHY_BANDS)) << "only which one it was";
}

TEST_F(Wiphys, AListenerOfOneGroupHearsNothingOfAnother) {
    add_radio();
    Program scans{core, Protocol::generic, {.pid = 60, .uid = 0}};
    constexpr std::uint32_t scan_group = 1;  // the second of the family
    ASSERT_TRUE(core.set_membership(scans.socket(), first_group() + scan_group, true));
    up();
    EXPECT_EQ(errno_of(about(NL80211_CMD_TRIGGER_SCAN)), 0);
    world.remove_radio(mld::RadioIndex{0});
    for (const Received& event : scans.take()) {
        EXPECT_EQ(event.group, first_group() + scan_group);
        EXPECT_THAT(event.command(), testing::AnyOf(NL80211_CMD_TRIGGER_SCAN, NL80211_CMD_SCAN_ABORTED));
    }
    EXPECT_THAT(announced(), testing::Contains(NL80211_CMD_DEL_WIPHY));
}

TEST_F(Wiphys, OneIsAskedForWithoutADump) {
    add_radio();
    MessageBuilder message = request(NL80211_CMD_GET_WIPHY);
    message.put_u32(NL80211_ATTR_WIPHY, 0);
    const auto answers = told(program.ask(message));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].command(), NL80211_CMD_NEW_WIPHY);
    MessageBuilder unknown = request(NL80211_CMD_GET_WIPHY);
    unknown.put_u32(NL80211_ATTR_WIPHY, 9);
    EXPECT_EQ(errno_of(unknown), -ENODEV);
    MessageBuilder quarrel = about(NL80211_CMD_GET_WIPHY);
    add_radio();
    quarrel.put_u32(NL80211_ATTR_WIPHY, 1);
    EXPECT_EQ(errno_of(quarrel), -EINVAL) << "wlan0 is another radio's";
}

TEST_F(Wiphys, NamesAndSettingsAreAnnounced) {
    add_radio();
    (void)listener.take();
    const auto set = [&](auto&& put) {
        MessageBuilder message = request(NL80211_CMD_SET_WIPHY);
        message.put_u32(NL80211_ATTR_WIPHY, 0);
        put(message);
        return errno_of(message);
    };
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_string(NL80211_ATTR_WIPHY_NAME, "radio"); }), 0);
    EXPECT_THAT(announced(), ElementsAre(NL80211_CMD_NEW_WIPHY));
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_string(NL80211_ATTR_WIPHY_NAME, "phy7"); }), -EINVAL)
        << "another radio's name";
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_u32(NL80211_ATTR_WIPHY_RTS_THRESHOLD, 500); }), 0);
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_u32(NL80211_ATTR_WIPHY_FRAG_THRESHOLD, 255); }), -EINVAL);
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_u8(NL80211_ATTR_WIPHY_RETRY_SHORT, 0); }), -ERANGE);
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_u32(NL80211_ATTR_WIPHY_TX_POWER_SETTING, 9); }), -EINVAL);
    EXPECT_EQ(set([](MessageBuilder& m) { m.put_u32(NL80211_ATTR_WIPHY_TX_POWER_SETTING, NL80211_TX_POWER_FIXED); }),
              -EINVAL)
        << "no level";
    EXPECT_EQ(world.find_wiphy(mld::WiphyIndex{0})->settings().rts_threshold, 500U);
}

/// In time of the processor, which a busy machine does not stretch. The factor leaves room for caches and is far below
/// the 25 times of a quadratic walk.
TEST(ManyRadios, ListsGrowNoWorseThanLinearly) {
    class Crowd : public Wiphys {
    public:
        using Wiphys::list;
        void TestBody() override {}
        /// For the radios' split list and the interfaces'.
        double seconds_for(std::size_t count) {
            for (std::size_t i = world.radios().size(); i < count; ++i)
                add_radio();
            (void)listener.take();
            double best = 1e9;
            for (int round = 0; round < 3; ++round) {
                const std::clock_t start = std::clock();
                EXPECT_THAT(Wiphys::wiphys(dump(list(true))), SizeIs(count));
                EXPECT_THAT(dump(request(NL80211_CMD_GET_INTERFACE, NLM_F_DUMP)), SizeIs(count));
                best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
            }
            return best;
        }
    };
    Crowd crowd;
    const double ten = crowd.seconds_for(10);
    const double hundred = crowd.seconds_for(100);
    const double five_hundred = crowd.seconds_for(500);
    for (const auto& [what, seconds] : {std::pair{"10", ten}, {"100", hundred}, {"500", five_hundred}})
        testing::Test::RecordProperty(what, std::to_string(seconds * 1000) + " ms");
    std::printf("radios and interfaces of 10, 100, 500 radios: %.1f, %.1f, %.1f ms\n", ten * 1000, hundred * 1000,
                five_hundred * 1000);
    EXPECT_LT(five_hundred, hundred * 5 * 3);
}

}  // namespace
}  // namespace mlosim::netlink::test
