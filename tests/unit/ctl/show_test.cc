#include "ctl/show.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <nlohmann/json.hpp>

#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

Reply arrived(const Request& request) {
    const nlmsghdr* header = nlmsg_hdr(request.get());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(header);
    return Reply({bytes, bytes + header->nlmsg_len});
}

Request message(std::uint8_t command) {
    return {0x22, command, MLOSIM_GENL_VERSION, 0};
}

/// A link wdev of a running station, on 6 GHz channel 37.
Reply link_message() {
    Request request = message(MLOSIM_CMD_NEW_LINK);
    request.number64(MLOSIM_ATTR_TIME, 1'500'000'000)
        .number64(MLOSIM_ATTR_WDEV, 0x3)
        .number64(MLOSIM_ATTR_MLD_WDEV, 0x1);
    const std::uint8_t address[6] = {2, 0, 0, 0, 0, 0x11};
    nla_put(request.get(), MLOSIM_ATTR_MAC, sizeof address, address);
    request.number32(MLOSIM_ATTR_STATE, MLOSIM_STATE_RUNNING).number32(MLOSIM_ATTR_BAND, 3);
    nla_put_u8(request.get(), MLOSIM_ATTR_LINK_ID, 2);
    request.number32(MLOSIM_ATTR_LINK_USE, MLOSIM_LINK_ACTIVE);
    request.number32(MLOSIM_ATTR_FREQ, 6'135'000).number32(MLOSIM_ATTR_WIDTH, 13);
    nlattr* counters = nla_nest_start(request.get(), MLOSIM_ATTR_COUNTERS);
    request.number64(MLOSIM_COUNTER_TX_FRAMES, 7).number64(MLOSIM_COUNTER_RX_FRAMES, 9);
    nla_nest_end(request.get(), counters);
    return arrived(request);
}

template <class Show, class... Replies>
std::string printed(Show show, Format format, Replies... replies) {
    std::vector<Reply> list;
    (list.push_back(std::move(replies)), ...);
    std::ostringstream out;
    show(list, format, out);
    return out.str();
}

TEST(Show, ALinkIsARowForPeople) {
    EXPECT_EQ(printed(show_links, Format::people, link_message()),
              "WDEV  MLD  LINK  BAND  STATE    ADDRESS            BSSID  MHZ   WIDTH  USE     TX  RX\n"
              "0x3   0x1  2     6     running  02:00:00:00:00:11  -      6135  320    active  7   9\n");
}

TEST(Show, ALinkIsAnObjectForScripts) {
    const auto json = nlohmann::json::parse(printed(show_links, Format::json, link_message()));
    ASSERT_EQ(json.size(), 1u);
    EXPECT_EQ(json[0]["wdev"], "0x3");
    EXPECT_EQ(json[0]["mld_wdev"], "0x1");
    EXPECT_EQ(json[0]["link_id"], 2);
    EXPECT_EQ(json[0]["band"], "6");
    EXPECT_EQ(json[0]["frequency_mhz"], 6135.0);
    EXPECT_EQ(json[0]["counters"]["rx_frames"], 9);
    EXPECT_FALSE(json[0].contains("bssid"));
}

TEST(Show, WithoutAnyThePeopleGetAHeadingAndScriptsAnEmptyList) {
    EXPECT_EQ(printed(show_radios, Format::people), "RADIO  NAME  PROFILE  CHIP  PHY  INDEX  BANDS  OPEN\n");
    EXPECT_EQ(printed(show_radios, Format::json), "[]\n");
}

TEST(Show, TheBandsOfARadioAreNamed) {
    Request request = message(MLOSIM_CMD_NEW_RADIO);
    request.number32(MLOSIM_ATTR_RADIO, 0).text(MLOSIM_ATTR_PROFILE, "mt7925").number32(MLOSIM_ATTR_BANDS, 0b1011);
    EXPECT_THAT(printed(show_radios, Format::people, arrived(request)), HasSubstr("2.4,5,6"));
}

TEST(Show, AnSsidThatIsNoTextIsEscapedAndStaysValidJson) {
    Request request = message(MLOSIM_CMD_NEW_WDEV);
    nla_put(request.get(), MLOSIM_ATTR_SSID, 4, "a\xff\n\\");
    EXPECT_THAT(printed(show_wdevs, Format::people, arrived(request)), HasSubstr("a\\xff\\x0a\\x5c"));
    EXPECT_EQ(nlohmann::json::parse(printed(show_wdevs, Format::json, arrived(request)))[0]["ssid"],
              "a\\xff\\x0a\\x5c");
}

TEST(Show, ANumberWithoutANameIsShownAsANumber) {
    Request request = message(MLOSIM_CMD_NEW_WDEV);
    request.number32(MLOSIM_ATTR_IFTYPE, 77);
    EXPECT_THAT(printed(show_wdevs, Format::people, arrived(request)), HasSubstr("77"));
}

TEST(Show, AnEventIsOneLine) {
    std::ostringstream people;
    show_event(link_message(), Format::people, people);
    const std::string line = people.str();
    EXPECT_THAT(line, testing::StartsWith("1.500000000  new link  wdev=0x3  mld_wdev=0x1"));
    EXPECT_EQ(line.find('\n'), line.size() - 1);

    std::ostringstream scripts;
    show_event(link_message(), Format::json, scripts);
    const auto json = nlohmann::json::parse(scripts.str());
    EXPECT_EQ(json["event"], "new link");
    EXPECT_EQ(json["time_ns"], 1'500'000'000);
}

TEST(Show, TheWorldSaysWhetherItIsPaused) {
    Request request = message(MLOSIM_CMD_NEW_WORLD);
    request.number64(MLOSIM_ATTR_TIME, 42)
        .number64(MLOSIM_ATTR_SEED, 7)
        .number32(MLOSIM_ATTR_CLOCK_MODE, MLOSIM_CLOCK_REAL);
    std::ostringstream running;
    show_world(arrived(request), Format::people, running);
    EXPECT_THAT(running.str(), HasSubstr("time     0.000000042 s\n"));
    EXPECT_THAT(running.str(), Not(HasSubstr("paused")));

    nla_put_flag(request.get(), MLOSIM_ATTR_PAUSED);
    std::ostringstream paused;
    show_world(arrived(request), Format::people, paused);
    EXPECT_THAT(paused.str(), HasSubstr("time     0.000000042 s, paused\n"));
}

}  // namespace
}  // namespace mlosim::ctl
