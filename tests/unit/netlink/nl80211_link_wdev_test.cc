// The link wdev rules, asked through netlink in the dialect of the patch; and that mainline's shows none of it.

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::uint64_t> link_ids(const Received& interface) {
    std::vector<std::uint64_t> ids;
    const auto list = interface.find(nl::rfc::attr_mlo_link_info);
    if (!list) return ids;
    for (const Attribute link : AttributeRange(*list))
        for (const Attribute id : AttributeRange(link))
            if (id.type() == 1) ids.push_back(id.u64());
    return ids;
}

std::vector<std::uint64_t> ids_of(const std::vector<mld::Wdev*>& wdevs) {
    std::vector<std::uint64_t> ids;
    for (auto it = wdevs.rbegin(); it != wdevs.rend(); ++it)
        ids.push_back((*it)->id().value);
    return ids;
}

// Rule 1
TEST_F(RfcRadio, ARegisteredLinkWdevIsToldAsAChangeOfItsStation) {
    mld::LinkWdevSpec spec;
    spec.band = phy::Band::ghz5;
    ASSERT_TRUE(wdev().wiphy().register_sta_mlo_link(wdev(), spec));
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].command(), NL80211_CMD_SET_INTERFACE);
    EXPECT_EQ(events[0].find(NL80211_ATTR_WDEV)->u64(), wdev().id().value);
    EXPECT_EQ(link_ids(events[0]), ids_of(wdev().link_wdevs()));
}

// Rule 2
TEST_F(RfcRadio, LinkWdevsRunWithTheirStationAlone) {
    const mld::Wdev& link = *wdev().link_wdevs().front();
    auto frame = [&] {
        MessageBuilder message = about(NL80211_CMD_FRAME_WAIT_CANCEL, link);
        message.put_u64(NL80211_ATTR_COOKIE, 1);
        return message;
    };
    EXPECT_EQ(errno_of(frame()), -ENETDOWN);
    up();
    EXPECT_EQ(errno_of(frame()), -ENOENT) << "it runs: what it waits for is asked";
    EXPECT_EQ(wdev().wiphy().open_count(), 1 + wdev().link_wdevs().size());
}

// Rule 3
TEST_F(RfcRadio, DeletingAStationDeletesItsLinkWdevsFirst) {
    const std::size_t links = wdev().link_wdevs().size();
    ASSERT_GT(links, 0U);
    EXPECT_EQ(errno_of(about(NL80211_CMD_DEL_INTERFACE)), 0);
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(links + 1));
    for (std::size_t i = 0; i < links; ++i) {
        EXPECT_EQ(events[i].command(), NL80211_CMD_DEL_INTERFACE);
        EXPECT_EQ(events[i].find(NL80211_ATTR_IFTYPE)->u32(), nl::rfc::iftype_mlo_link);
    }
    EXPECT_EQ(events[links].find(NL80211_ATTR_IFTYPE)->u32(), std::uint32_t{NL80211_IFTYPE_STATION});
}

// Rule 4
TEST_F(RfcRadio, AStationTellsItsLinkWdevs) {
    const auto answers = told(program.ask(about(NL80211_CMD_GET_INTERFACE)));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(link_ids(answers[0]), ids_of(wdev().link_wdevs()));
    EXPECT_TRUE(answers[0].find(nl::rfc::attr_mlo_link_info)->raw()->nla_type & NLA_F_NESTED);
}

TEST_F(RfcRadio, ANewStationTellsItsLinkWdevsInTheEventsAfterItsBirth) {
    MessageBuilder message = request(NL80211_CMD_NEW_INTERFACE);
    message.put_u32(NL80211_ATTR_WIPHY, 0);
    message.put_string(NL80211_ATTR_IFNAME, "sta1");
    message.put_u32(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_STATION);
    const auto answers = told(program.ask(message));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(link_ids(answers[0]), ids_of(wdev("sta1").link_wdevs()));
    const auto events = announced();
    ASSERT_THAT(events, SizeIs(1 + wdev("sta1").link_wdevs().size()));
    EXPECT_EQ(events.front(), NL80211_CMD_NEW_INTERFACE);
    EXPECT_EQ(events.back(), NL80211_CMD_SET_INTERFACE);
}

TEST_F(RfcRadio, LinkWdevsAreListedAsInterfacesOfTheirOwn) {
    const auto interfaces = dump(request(NL80211_CMD_GET_INTERFACE, NLM_F_DUMP));
    ASSERT_THAT(interfaces, SizeIs(1 + wdev().link_wdevs().size()));
    const Received& link = interfaces.front();
    EXPECT_EQ(link.find(NL80211_ATTR_IFTYPE)->u32(), nl::rfc::iftype_mlo_link);
    EXPECT_FALSE(link.find(NL80211_ATTR_IFINDEX)) << "it has no netdev";
    EXPECT_FALSE(link.find(NL80211_ATTR_IFNAME));
}

// Rule 5
struct Refused {
    const char* what;
    std::uint8_t command;
    int error;
};

TEST_F(RfcRadio, ALinkWdevRefusesWhatIsItsMldsAlone) {
    up();
    const mld::Wdev& link = *wdev().link_wdevs().front();
    constexpr Refused table[] = {
        {"it is not deleted by itself", NL80211_CMD_DEL_INTERFACE, -EOPNOTSUPP},
        {"it stays one", NL80211_CMD_SET_INTERFACE, -EOPNOTSUPP},
        {"it does not scan", NL80211_CMD_TRIGGER_SCAN, -EOPNOTSUPP},
        {"nobody registers for its frames", NL80211_CMD_REGISTER_FRAME, -EOPNOTSUPP},
        {"it has no keys", NL80211_CMD_NEW_KEY, -EINVAL},
        {"it has no keys", NL80211_CMD_SET_KEY, -EINVAL},
        {"it has no keys", NL80211_CMD_DEL_KEY, -EINVAL},
        {"it has no keys", NL80211_CMD_GET_KEY, -EINVAL},
    };
    for (const Refused& row : table) {
        MessageBuilder message = about(row.command, link);
        message.put_u32(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_STATION);
        message.put(NL80211_ATTR_FRAME_MATCH, {});
        EXPECT_EQ(errno_of(message), row.error) << row.what;
    }
}

TEST_F(RfcRadio, NothingBecomesALinkWdev) {
    MessageBuilder set = about(NL80211_CMD_SET_INTERFACE);
    set.put_u32(NL80211_ATTR_IFTYPE, nl::rfc::iftype_mlo_link);
    EXPECT_EQ(errno_of(set), -EOPNOTSUPP);
    MessageBuilder made = request(NL80211_CMD_NEW_INTERFACE);
    made.put_u32(NL80211_ATTR_WIPHY, 0);
    made.put_string(NL80211_ATTR_IFNAME, "link0");
    made.put_u32(NL80211_ATTR_IFTYPE, nl::rfc::iftype_mlo_link);
    EXPECT_EQ(errno_of(made), -EOPNOTSUPP);
}

TEST_F(RfcRadio, FramesGoThroughALinkWdevOnceItStandsForALink) {
    up();
    mld::Wdev& link = *wdev().link_wdevs().front();
    MessageBuilder message = about(NL80211_CMD_FRAME, link);
    ieee80211::Bytes frame(24, 0);
    frame[0] = 0xb0;  // authentication
    const auto octets = link.address().octets();
    std::copy(octets.begin(), octets.end(), frame.begin() + 10);
    frame.resize(30);
    message.put(NL80211_ATTR_FRAME, frame);
    EXPECT_EQ(errno_of(message), -ENOLINK) << "allowed, but it stands for no link yet";
}

// Rule 6
TEST_F(RfcRadio, LinkWdevsAreAmongTheSupportedTypes) {
    MessageBuilder message = request(NL80211_CMD_GET_WIPHY, NLM_F_DUMP);
    message.put_flag(NL80211_ATTR_SPLIT_WIPHY_DUMP);
    bool found = false;
    for (const Received& part : dump(message))
        if (const auto types = part.find(NL80211_ATTR_SUPPORTED_IFTYPES))
            for (const Attribute type : AttributeRange(*types))
                found = found || type.type() == nl::rfc::iftype_mlo_link;
    EXPECT_TRUE(found);
}

// Rule 7
TEST_F(RfcRadio, AnApMldHasOneNetdevAndLinkWdevsForItsLinks) {
    MessageBuilder set = about(NL80211_CMD_SET_INTERFACE);
    set.put_u32(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_AP);
    ASSERT_EQ(errno_of(set), 0);
    const std::size_t netdevs = world.netdevs().size();
    mld::Wdev& ap = wdev();
    ASSERT_TRUE(ap.wiphy().add_ap_link(ap, *ieee80211::LinkId::from(0), ieee80211::MacAddress({2, 0, 0, 0, 9, 0})));
    ASSERT_TRUE(ap.wiphy().add_ap_link(ap, *ieee80211::LinkId::from(1), ieee80211::MacAddress({2, 0, 0, 0, 9, 1})));
    EXPECT_EQ(world.netdevs().size(), netdevs);
    const auto interfaces = dump(request(NL80211_CMD_GET_INTERFACE, NLM_F_DUMP));
    ASSERT_THAT(interfaces, SizeIs(3));
    EXPECT_EQ(link_ids(interfaces.back()), ids_of(ap.link_wdevs()));
    EXPECT_TRUE(interfaces.back().find(NL80211_ATTR_MLO_LINKS));
    EXPECT_EQ(interfaces.front().find(NL80211_ATTR_MLO_LINK_ID)->u8(), 1) << "the newest link wdev and its link";
    EXPECT_EQ(interfaces.front().find(NL80211_ATTR_MAC)->mac(), ieee80211::MacAddress({2, 0, 0, 0, 9, 1}));
}

TEST_F(OneRadio, MainlineShowsNoLinkWdev) {
    ASSERT_THAT(wdev().link_wdevs(), testing::Not(IsEmpty()));
    const mld::Wdev& link = *wdev().link_wdevs().front();
    EXPECT_EQ(errno_of(about(NL80211_CMD_GET_INTERFACE, link)), -ENODEV);
    EXPECT_THAT(dump(request(NL80211_CMD_GET_INTERFACE, NLM_F_DUMP)), SizeIs(1));
    const auto answers = told(program.ask(about(NL80211_CMD_GET_INTERFACE)));
    EXPECT_FALSE(answers.at(0).find(nl::rfc::attr_mlo_link_info));
    mld::LinkWdevSpec spec;
    ASSERT_TRUE(wdev().wiphy().register_sta_mlo_link(wdev(), spec));
    EXPECT_THAT(announced(), IsEmpty());
}

TEST_F(OneRadio, MainlinesThirteenIsNoLinkWdev) {
    MessageBuilder set = about(NL80211_CMD_SET_INTERFACE);
    set.put_u32(NL80211_ATTR_IFTYPE, nl::rfc::iftype_mlo_link);  // NAN_DATA
    EXPECT_EQ(errno_of(set), -EOPNOTSUPP);
}

}  // namespace
}  // namespace mlosim::netlink::test
