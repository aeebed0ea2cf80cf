#include "netlink/nlctrl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlink/generic.h"
#include "program.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// A family with one command of each kind.
struct Shop {
    int released_ports = 0;
    void released(std::uint32_t) { ++released_ports; }
};

constexpr auto shop_rules = policy_table<3>({{1, attr::u32()}, {2, attr::nul_string(7)}, {3, attr::nested()}});
constexpr Policy shop_policy{shop_rules};

constexpr Command<Shop> shop_commands[] = {
    {.cmd = 1, .doit = refuse<Shop>, .dump = refuse_dump<Shop>, .lenience = unchecked_dump},
    {.cmd = 2, .doit = refuse<Shop>, .permission = Permission::net_admin},
    {.cmd = 9, .dump = refuse_dump<Shop>},
};

class NlctrlTest : public testing::Test {
protected:
    Core core{0};
    GenericNetlink generic{core};
    Shop shop;
    TableFamily<Shop> family{
        {.name = "shop", .version = 3, .policy = &shop_policy, .groups = {"open", "closed"}}, shop_commands, shop};
    Program program{core, Protocol::generic};  // ends first: its end is told to the families

    static MessageBuilder get_family(std::string_view name, std::uint16_t flags = NLM_F_ACK) {
        MessageBuilder request = genl_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, flags);
        request.put_string(CTRL_ATTR_FAMILY_NAME, name);
        return request;
    }
};

TEST_F(NlctrlTest, TellsOfItselfAsTheKernelDoes) {
    const auto answers = program.ask(get_family("nlctrl"));
    ASSERT_THAT(answers, SizeIs(2));
    // What the oracle's kernel answers, from its capture of `genl ctrl list`-like requests, after the message header.
    const Bytes expected = from_hex(
        "010200000b0002006e6c6374726c000006000100100000000800030002000000080004000000000008000500000000002c000600140001"
        "00"
        "0800010003000000080002000e00000014000200080001000a000000080002000c0000001c000700180001000800020010000000"
        "0b0001006e6f746966790000");
    EXPECT_EQ(Bytes(answers[0].bytes.begin() + NLMSG_HDRLEN, answers[0].bytes.end()), expected);
    EXPECT_EQ(answers[1].type(), NLMSG_ERROR);
    EXPECT_EQ(answers[1].error(), 0);
    EXPECT_EQ(answers[1].flags(), NLM_F_CAPPED);
    EXPECT_EQ(answers[1].bytes.size(), 36U);
}

TEST_F(NlctrlTest, RefusesAFamilyThatIsNotThere) {
    const auto answers = program.ask(get_family("nl81"));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].error(), -ENOENT);
    EXPECT_EQ(answers[0].bytes.size(), 20U + NLMSG_ALIGN(16 + 4 + 4 + 5)) << "the request is echoed";
}

TEST_F(NlctrlTest, AnnouncesANewFamilyAndItsGroups) {
    ASSERT_TRUE(core.set_membership(program.socket(), GENL_ID_CTRL, true));
    ASSERT_TRUE(generic.add(family));
    const auto events = program.take();
    ASSERT_THAT(events, SizeIs(3));
    EXPECT_EQ(events[0].command(), CTRL_CMD_NEWFAMILY);
    EXPECT_EQ(events[1].command(), CTRL_CMD_NEWMCAST_GRP);
    EXPECT_EQ(events[2].command(), CTRL_CMD_NEWMCAST_GRP);
    EXPECT_EQ(events[0].group, std::uint32_t{GENL_ID_CTRL});
    EXPECT_EQ(events[0].header().nlmsg_seq, 0U);
}

TEST_F(NlctrlTest, GivesEachCommandTheFlagsThatItsTableImplies) {
    ASSERT_TRUE(generic.add(family));
    const auto answers = program.ask(get_family("shop"));
    std::vector<std::pair<std::uint32_t, std::uint32_t>> commands;
    for (const Attribute entry : AttributeRange(answers.at(0).find(CTRL_ATTR_OPS).value())) {
        std::uint32_t id = 0;
        std::uint32_t flags = 0;
        for (const Attribute field : AttributeRange(entry))
            (field.type() == CTRL_ATTR_OP_ID ? id : flags) = field.u32();
        commands.emplace_back(id, flags);
    }
    EXPECT_THAT(commands, ElementsAre(std::pair{1U, 0x0eU}, std::pair{2U, 0x1aU}, std::pair{9U, 0x0cU}));
    EXPECT_EQ(answers[0].find(CTRL_ATTR_MAXATTR)->u32(), 3U);
}

TEST_F(NlctrlTest, DumpsAllFamiliesWithDoneInTheSameDatagram) {
    ASSERT_TRUE(generic.add(family));
    const auto answers = program.ask(genl_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_DUMP));
    ASSERT_THAT(answers, SizeIs(3));
    EXPECT_EQ(answers[0].find(CTRL_ATTR_FAMILY_ID)->u16(), GENL_ID_CTRL);
    EXPECT_EQ(answers[1].find(CTRL_ATTR_FAMILY_ID)->u16(), 0x25);
    EXPECT_EQ(answers[2].type(), NLMSG_DONE);
    EXPECT_EQ(answers[2].flags(), NLM_F_MULTI);
    EXPECT_EQ(program.datagrams(), 1U);
}

TEST_F(NlctrlTest, DumpsPoliciesOfOneCommand) {
    ASSERT_TRUE(generic.add(family));
    MessageBuilder request = genl_request(GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
    request.put_u16(CTRL_ATTR_FAMILY_ID, 0x25);
    request.put_u32(CTRL_ATTR_OP, 2);
    const auto answers = program.ask(request);
    ASSERT_THAT(answers, SizeIs(5)) << "the command's policy number, three rules, DONE";
    EXPECT_TRUE(answers[0].find(CTRL_ATTR_OP_POLICY));
    for (int i = 1; i < 4; ++i)
        EXPECT_TRUE(answers[static_cast<std::size_t>(i)].find(CTRL_ATTR_POLICY));
    EXPECT_NE(answers[4].datagram, answers[3].datagram) << "DONE comes alone";
}

TEST_F(NlctrlTest, PointsAtTheCommandWhosePolicyIsUnknown) {
    core.set_option(program.socket(), SocketOption::ext_ack, true);
    MessageBuilder request = genl_request(GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
    request.put_u16(CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
    request.put_u32(CTRL_ATTR_OP, 77);
    const auto answers = program.ask(request);
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].error(), -ENOENT);
    EXPECT_EQ(answers[0].ack_attribute(NLMSGERR_ATTR_OFFS)->u32(), 28U);
}

}  // namespace
}  // namespace mlosim::netlink::test
