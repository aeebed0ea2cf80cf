// What every command of the table has in common: who may send it, what it must name, and what it answers if it is not
// served; and requests that are wrong.

#include <set>

#include "netlink/nl80211/command_table.h"
#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Requests : public OneRadio {
protected:
    [[nodiscard]] std::span<const CommandInfo> commands() const { return generic.find("nl80211")->family->commands(); }
    Program stranger{core, Protocol::generic, {.pid = 4713, .uid = 4242}};
};

TEST_F(Requests, CommandsOfAdministratorsAreNobodyElses) {
    for (const CommandInfo& command : commands()) {
        if (!command.can_do) continue;
        const int error = error_of(stranger.ask(request(command.cmd)));
        if (command.permission == Permission::anyone)
            EXPECT_NE(error, -EPERM) << int{command.cmd};
        else
            EXPECT_EQ(error, -EPERM) << int{command.cmd};
    }
}

TEST_F(Requests, NamingNothingIsAnErrorWhereSomethingIsNeeded) {
    for (const CommandInfo& command : commands()) {
        if (command.can_do && command.needs != nl::need_nothing) {
            EXPECT_EQ(errno_of(request(command.cmd)), -EINVAL) << int{command.cmd};
        }
    }
}

TEST_F(Requests, NamingWhatIsNotThereIsNoDevice) {
    for (const CommandInfo& command : commands()) {
        if (!command.can_do || command.needs == nl::need_nothing) continue;
        MessageBuilder message = request(command.cmd);
        message.put_u32(NL80211_ATTR_IFINDEX, 99);
        EXPECT_EQ(errno_of(message), -ENODEV) << int{command.cmd};
    }
}

TEST_F(Requests, WhatNeedsAnInterfaceThatRunsSaysThatItIsDown) {
    for (const CommandInfo& command : commands()) {
        if (command.can_do && (command.needs & nl::need_up) != 0) {
            EXPECT_EQ(errno_of(about(command.cmd)), -ENETDOWN) << int{command.cmd};
        }
    }
}

TEST_F(Requests, CommandsThatAreNotServedAnswerAsFromADriverWithoutThem) {
    up();
    const std::set<int> served = {NL80211_CMD_GET_WIPHY,
                                  NL80211_CMD_SET_WIPHY,
                                  NL80211_CMD_GET_INTERFACE,
                                  NL80211_CMD_SET_INTERFACE,
                                  NL80211_CMD_NEW_INTERFACE,
                                  NL80211_CMD_DEL_INTERFACE,
                                  NL80211_CMD_GET_STATION,
                                  NL80211_CMD_GET_REG,
                                  NL80211_CMD_SET_REG,
                                  NL80211_CMD_REQ_SET_REG,
                                  NL80211_CMD_RELOAD_REGDB,
                                  NL80211_CMD_TRIGGER_SCAN,
                                  NL80211_CMD_ABORT_SCAN,
                                  NL80211_CMD_DISCONNECT,
                                  NL80211_CMD_REGISTER_FRAME,
                                  NL80211_CMD_FRAME,
                                  NL80211_CMD_SET_POWER_SAVE,
                                  NL80211_CMD_GET_POWER_SAVE,
                                  NL80211_CMD_SET_CHANNEL,
                                  NL80211_CMD_START_P2P_DEVICE,
                                  NL80211_CMD_STOP_P2P_DEVICE,
                                  NL80211_CMD_GET_PROTOCOL_FEATURES,
                                  nl80211::NL80211_CMD_SET_TID_TO_LINK_MAPPING,
                                  nl80211::NL80211_CMD_ASSOC_MLO_RECONF,
                                  nl80211::NL80211_CMD_EPCS_CFG,
                                  NL80211_CMD_FRAME_WAIT_CANCEL,
                                  NL80211_CMD_GET_KEY,
                                  NL80211_CMD_SET_KEY,
                                  NL80211_CMD_NEW_KEY,
                                  NL80211_CMD_DEL_KEY,
                                  NL80211_CMD_SET_BEACON,
                                  NL80211_CMD_START_AP,
                                  NL80211_CMD_STOP_AP,
                                  NL80211_CMD_NEW_STATION,
                                  NL80211_CMD_SET_STATION,
                                  NL80211_CMD_DEL_STATION,
                                  NL80211_CMD_SET_BSS,
                                  NL80211_CMD_AUTHENTICATE,
                                  NL80211_CMD_ASSOCIATE,
                                  NL80211_CMD_DEAUTHENTICATE,
                                  NL80211_CMD_DISASSOCIATE,
                                  NL80211_CMD_CONNECT,
                                  NL80211_CMD_REMAIN_ON_CHANNEL,
                                  NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL,
                                  NL80211_CMD_UNEXPECTED_FRAME,
                                  NL80211_CMD_PROBE_CLIENT,
                                  NL80211_CMD_REGISTER_BEACONS,
                                  NL80211_CMD_CONTROL_PORT_FRAME,
                                  NL80211_CMD_ADD_LINK,
                                  NL80211_CMD_REMOVE_LINK,
                                  NL80211_CMD_ADD_LINK_STA,
                                  NL80211_CMD_MODIFY_LINK_STA,
                                  NL80211_CMD_REMOVE_LINK_STA,
                                  NL80211_CMD_CHANNEL_SWITCH,
                                  NL80211_CMD_SET_CQM,
                                  NL80211_CMD_SET_PMKSA,
                                  NL80211_CMD_DEL_PMKSA,
                                  NL80211_CMD_SET_REKEY_OFFLOAD,
                                  NL80211_CMD_SET_NOACK_MAP,
                                  NL80211_CMD_SET_QOS_MAP,
                                  NL80211_CMD_SET_TX_BITRATE_MASK,
                                  NL80211_CMD_VENDOR};
    for (const CommandInfo& command : commands()) {
        if (command.can_do && !served.contains(command.cmd)) {
            EXPECT_EQ(errno_of(about(command.cmd)), -EOPNOTSUPP) << int{command.cmd};
        }
    }
}

TEST_F(Requests, TheRegulatoryDatabaseIsReadAnewWhereItCameFromSomewhere) {
    EXPECT_EQ(errno_of(request(NL80211_CMD_RELOAD_REGDB)), -ENOENT);
    world.regulatory().set_source(
        []() -> Result<phy::RegulatoryDatabase> { return phy::RegulatoryDatabase::embedded(); });
    EXPECT_EQ(errno_of(request(NL80211_CMD_RELOAD_REGDB)), 0);
}

TEST_F(Requests, UnknownCommandsAreNotSupported) {
    EXPECT_EQ(errno_of(request(250)), -EOPNOTSUPP);
    EXPECT_EQ(errno_of(request(NL80211_CMD_NEW_SCAN_RESULTS)), -EOPNOTSUPP) << "only the kernel says it";
}

TEST_F(Requests, AnInterfaceThatIsNoMldHasNoLinks) {
    up();
    MessageBuilder message = about(NL80211_CMD_SET_CHANNEL);
    message.put_u8(NL80211_ATTR_MLO_LINK_ID, 0);
    EXPECT_EQ(errno_of(message), -EINVAL);
    MessageBuilder high = about(NL80211_CMD_SET_CHANNEL);
    high.put_u8(NL80211_ATTR_MLO_LINK_ID, 15);
    EXPECT_EQ(errno_of(high), -ERANGE) << "links are 0 to 14";
}

/// One attribute of a request that its rule refuses.
struct Bad {
    const char* why;
    std::uint8_t command;
    std::uint16_t type;
    std::vector<std::uint8_t> value;
    int error;
};

TEST_F(Requests, AttributesAreCheckedBeforeAnybodyLooks) {
    const Bad table[] = {
        {"a number of three octets", NL80211_CMD_GET_INTERFACE, NL80211_ATTR_IFINDEX, {1, 0, 0}, -ERANGE},
        {"a wdev of four", NL80211_CMD_GET_INTERFACE, NL80211_ATTR_WDEV, {1, 0, 0, 0}, -ERANGE},
        {"an address of five", NL80211_CMD_GET_STATION, NL80211_ATTR_MAC, {2, 0, 0, 0, 0}, -ERANGE},
        {"a name without an end", NL80211_CMD_NEW_INTERFACE, NL80211_ATTR_IFNAME, std::vector<std::uint8_t>(16, 'a'),
         -EINVAL},
        {"a country of one letter", NL80211_CMD_REQ_SET_REG, NL80211_ATTR_REG_ALPHA2, {'U'}, -ERANGE},
        {"elements that are not whole", NL80211_CMD_TRIGGER_SCAN, NL80211_ATTR_IE, {0, 5, 1}, -EINVAL},
        {"a power setting of one octet", NL80211_CMD_SET_WIPHY, NL80211_ATTR_WIPHY_TX_POWER_SETTING, {1}, -ERANGE},
        {"a state of power saving that is none",
         NL80211_CMD_SET_POWER_SAVE,
         NL80211_ATTR_PS_STATE,
         {7, 0, 0, 0},
         -ERANGE},
    };
    for (const Bad& bad : table) {
        MessageBuilder message = request(bad.command);
        message.put(bad.type, bad.value);
        EXPECT_EQ(errno_of(message), bad.error) << bad.why;
    }
}

TEST_F(Requests, AnExtendedAckPointsAtTheAttribute) {
    core.set_option(program.socket(), SocketOption::ext_ack, true);
    MessageBuilder message = about(NL80211_CMD_TRIGGER_SCAN);
    const std::size_t at = message.size();
    message.put(NL80211_ATTR_IE, std::vector<std::uint8_t>{0, 5, 1});
    const auto answers = program.ask(message);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].error(), -EINVAL);
    EXPECT_EQ(answers[0].ack_attribute(NLMSGERR_ATTR_OFFS)->u32(), at);
    EXPECT_EQ(answers[0].ack_message(), "malformed information elements");
}

TEST_F(Requests, DumpsThatNeedAnInterfaceEndWithTheError) {
    for (const std::uint8_t command : {NL80211_CMD_GET_SCAN, NL80211_CMD_GET_SURVEY, NL80211_CMD_GET_STATION}) {
        EXPECT_EQ(errno_of(request(command, NLM_F_DUMP)), -EINVAL) << int{command};
        MessageBuilder unknown = request(command, NLM_F_DUMP);
        unknown.put_u32(NL80211_ATTR_IFINDEX, 99);
        EXPECT_EQ(errno_of(unknown), -ENODEV) << int{command};
        MessageBuilder known = request(command, NLM_F_DUMP);
        known.put_u32(NL80211_ATTR_IFINDEX, world.find_netdev("wlan0")->index().value);
        EXPECT_EQ(errno_of(known), 0) << int{command};
    }
}

TEST_F(Requests, ScansAnswerAsTheyCan) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_TRIGGER_SCAN)), -ENETDOWN);
    up();
    EXPECT_EQ(errno_of(about(NL80211_CMD_ABORT_SCAN)), -ENOENT);
    MessageBuilder twice = about(NL80211_CMD_TRIGGER_SCAN);
    {
        auto nest = twice.nest_noflag(NL80211_ATTR_SCAN_FREQUENCIES);
        twice.put_u32(1, 2412);
        twice.put_u32(2, 2412);
    }
    EXPECT_EQ(errno_of(twice), -EINVAL) << "a frequency twice";
    (void)listener.take();
    EXPECT_EQ(errno_of(about(NL80211_CMD_TRIGGER_SCAN)), 0);
    EXPECT_EQ(errno_of(about(NL80211_CMD_TRIGGER_SCAN)), -EBUSY);
    EXPECT_EQ(errno_of(about(NL80211_CMD_ABORT_SCAN)), 0);
    queue.run_until(queue.now() + std::chrono::seconds(1));
    EXPECT_THAT(announced(), testing::ElementsAre(NL80211_CMD_TRIGGER_SCAN, NL80211_CMD_SCAN_ABORTED));
}

TEST_F(Requests, RegulationIsRequestedAndTold) {
    const auto hint = [&](std::string_view alpha2) {
        MessageBuilder message = request(NL80211_CMD_REQ_SET_REG);
        message.put_string(NL80211_ATTR_REG_ALPHA2, alpha2);
        return errno_of(message);
    };
    EXPECT_EQ(errno_of(request(NL80211_CMD_REQ_SET_REG)), -EINVAL);
    EXPECT_EQ(hint("US"), 0);
    queue.run_until(queue.now() + std::chrono::seconds(1));
    const auto events = announced();
    ASSERT_THAT(events, testing::Not(IsEmpty()));
    EXPECT_EQ(events.front(), NL80211_CMD_REG_CHANGE);
    const auto answers = told(program.ask(request(NL80211_CMD_GET_REG)));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].find(NL80211_ATTR_REG_ALPHA2)->string(), "US");
    EXPECT_EQ(errno_of(request(NL80211_CMD_SET_REG)), -EINVAL) << "nobody was asked";
}

}  // namespace
}  // namespace mlosim::netlink::test
