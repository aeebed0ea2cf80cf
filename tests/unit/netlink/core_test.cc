#include "netlink/core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlink/generic.h"
#include "program.h"

namespace mlosim::netlink::test {
namespace {

using testing::Each;
using testing::SizeIs;

enum : std::uint8_t { echo_cmd = 1, number_cmd = 2, list_cmd = 3, admin_cmd = 4, warn_cmd = 5 };
enum : std::uint16_t { attr_number = 1, attr_text = 2 };

/// A family to try the core with: echoes, counts, lists.
struct Toy {
    std::uint32_t count = 0;
    std::uint32_t generation = 1;
    std::vector<std::uint32_t> released_ports;
    void released(std::uint32_t port) { released_ports.push_back(port); }
};

Result<void> echo(Toy&, const Request& request, Reply& reply) {
    MessageBuilder message = reply.message(echo_cmd);
    if (auto number = request->u32(attr_number)) message.put_u32(attr_number, *number);
    return reply.send(message);
}

Result<void> number(Toy& toy, const Request&, Reply& reply) {
    reply.set_result(static_cast<int>(toy.count));
    return {};
}

Result<void> warn(Toy&, const Request&, Reply& reply) {
    reply.ack().message = "well";
    return {};
}

Result<std::unique_ptr<Dump>> list(Toy& toy, const Request&, Reply&) {
    return make_dump([&toy, next = 0U](DumpBuffer& out) mutable -> Result<Progress> {
        out.consistency().set_generation(toy.generation);
        for (; next < toy.count; ++next) {
            MessageBuilder& message = out.begin(list_cmd);
            out.check_consistent();
            message.put_u32(attr_number, next);
            if (!out.commit()) break;
        }
        return Progress::more;
    });
}

constexpr auto rules = policy_table<2>({{attr_number, attr::u32()}, {attr_text, attr::nul_string(4)}});
constexpr Policy policy{rules};
constexpr Command<Toy> commands[] = {
    {.cmd = echo_cmd, .doit = echo}, {.cmd = number_cmd, .doit = number},
    {.cmd = list_cmd, .dump = list}, {.cmd = admin_cmd, .doit = echo, .permission = Permission::admin},
    {.cmd = warn_cmd, .doit = warn},
};

class CoreTest : public testing::Test {
protected:
    Core core{1000};
    GenericNetlink generic{core};
    Toy toy;
    TableFamily<Toy> family{{.name = "toy", .policy = &policy, .groups = {"events"}}, commands, toy};
    FamilyHandle handle = generic.add(family).value();
    Program program{core, Protocol::generic, {.pid = 77, .uid = 1000}};

    MessageBuilder request(std::uint8_t command, std::uint16_t flags = NLM_F_ACK) const {
        return genl_request(handle.id(), command, flags, 9);
    }
};

TEST_F(CoreTest, AnswersThenAcknowledges) {
    MessageBuilder message = request(echo_cmd);
    message.put_u32(attr_number, 5);
    const auto answers = program.ask(message);
    ASSERT_THAT(answers, SizeIs(2));
    EXPECT_EQ(answers[0].find(attr_number)->u32(), 5U);
    EXPECT_EQ(answers[0].header().nlmsg_seq, 9U);
    EXPECT_EQ(answers[0].header().nlmsg_pid, 77U) << "the port chosen is the process's number";
    EXPECT_EQ(answers[1].error(), 0);
}

TEST_F(CoreTest, AcknowledgesSuccessOnlyIfAsked) {
    EXPECT_THAT(program.ask(request(echo_cmd, 0)), SizeIs(1));
    EXPECT_THAT(program.ask(genl_request(0x99, 1, 0)), SizeIs(1)) << "errors always";
}

TEST_F(CoreTest, HandlesSeveralMessagesInOneDatagram) {
    const MessageBuilder message = request(echo_cmd);
    Bytes twice(message.bytes().begin(), message.bytes().end());
    twice.insert(twice.end(), message.bytes().begin(), message.bytes().end());
    program.send(twice);
    EXPECT_THAT(program.take(), SizeIs(4));
}

TEST_F(CoreTest, ReturnsAPositiveResultInAnAcknowledgementThatNobodyAskedFor) {
    toy.count = 12;
    const auto answers = program.ask(request(number_cmd, 0));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ(answers[0].error(), 12);
    EXPECT_EQ(answers[0].bytes.size(), 16U + sizeof(nlmsgerr) + 4U) << "with the request, as an error";
}

TEST_F(CoreTest, SaysWhatIsWrongOnlyToThoseWhoAskedForIt) {
    MessageBuilder message = request(echo_cmd);
    message.put_string(attr_text, "too long");
    EXPECT_EQ(program.ask(message).at(0).flags(), 0);

    core.set_option(program.socket(), SocketOption::ext_ack, true);
    core.set_option(program.socket(), SocketOption::cap_ack, true);
    const auto answer = program.ask(message).at(0);
    EXPECT_EQ(answer.error(), -EINVAL);
    EXPECT_EQ(answer.flags(), NLM_F_CAPPED | NLM_F_ACK_TLVS);
    EXPECT_EQ(answer.ack_message(), "Attribute failed policy validation");
    EXPECT_EQ(answer.ack_attribute(NLMSGERR_ATTR_OFFS)->u32(), 20U);
    EXPECT_TRUE(answer.ack_attribute(NLMSGERR_ATTR_POLICY));
}

TEST_F(CoreTest, CarriesAWarningWithSuccess) {
    core.set_option(program.socket(), SocketOption::ext_ack, true);
    const auto answer = program.ask(request(warn_cmd)).at(0);
    EXPECT_EQ(answer.error(), 0);
    EXPECT_EQ(answer.ack_message(), "well");
}

TEST_F(CoreTest, RefusesUnknownFamiliesAndCommandsAndWrongUses) {
    EXPECT_EQ(program.ask(genl_request(0x99, 1)).at(0).error(), -ENOENT);
    EXPECT_EQ(program.ask(request(200)).at(0).error(), -EOPNOTSUPP);
    EXPECT_EQ(program.ask(request(echo_cmd, NLM_F_DUMP)).at(0).error(), -EOPNOTSUPP);
    EXPECT_EQ(program.ask(request(list_cmd)).at(0).error(), -EOPNOTSUPP);
}

TEST_F(CoreTest, LetsOnlyTheOwnerAndRootAdminister) {
    Program stranger{core, Protocol::generic, {.pid = 78, .uid = 1001}};
    Program root{core, Protocol::generic, {.pid = 79, .uid = 0}};
    EXPECT_EQ(stranger.ask(request(admin_cmd)).at(0).error(), -EPERM);
    EXPECT_THAT(program.ask(request(admin_cmd)), SizeIs(2));
    EXPECT_THAT(root.ask(request(admin_cmd)), SizeIs(2));
}

TEST_F(CoreTest, DumpsInPiecesThatWaitForTheReader) {
    toy.count = 1000;
    program.stop_reading();
    program.send(request(list_cmd, NLM_F_DUMP));
    auto first = program.take();
    EXPECT_EQ(first.size(), 3776U / 28U);
    EXPECT_THAT(first, Each(testing::Property(&Received::flags, NLM_F_MULTI)));
    EXPECT_THAT(program.take(), SizeIs(0));
    program.read();
    const auto rest = program.take();
    EXPECT_EQ(first.size() + rest.size(), 1001U);
    EXPECT_EQ(rest.back().type(), NLMSG_DONE);
    EXPECT_EQ(rest.back().error(), 0);
}

TEST_F(CoreTest, UsesTheBufferThatTheProgramOffers) {
    toy.count = 1000;
    core.note_receive_size(program.socket(), 16384);
    program.send(request(list_cmd, NLM_F_DUMP));
    EXPECT_EQ(program.datagrams(), 3U) << "28,000 bytes in two, then DONE";
}

TEST_F(CoreTest, RefusesASecondDumpWhileOneRuns) {
    toy.count = 1000;
    program.stop_reading();
    program.send(request(list_cmd, NLM_F_DUMP));
    EXPECT_EQ(program.ask(request(list_cmd, NLM_F_DUMP)).at(0).error(), -EBUSY);
}

TEST_F(CoreTest, MarksADumpThatTheWorldChangedUnder) {
    toy.count = 200;
    program.stop_reading();
    program.send(request(list_cmd, NLM_F_DUMP));
    (void)program.take();
    toy.generation = 2;
    program.read();
    const auto rest = program.take();
    EXPECT_EQ(rest.front().flags(), NLM_F_MULTI | NLM_F_DUMP_INTR);
    EXPECT_EQ(rest[1].flags(), NLM_F_MULTI);
}

TEST_F(CoreTest, SendsEventsToMembersOnly) {
    Program listener{core, Protocol::generic, {.pid = 80, .uid = 0}};
    ASSERT_TRUE(core.set_membership(listener.socket(), 0x13, true));
    EXPECT_TRUE(handle.has_listeners(0));
    handle.notify(0, handle.message(echo_cmd));
    EXPECT_THAT(listener.take(), SizeIs(1));
    EXPECT_THAT(program.take(), SizeIs(0));
    ASSERT_TRUE(core.set_membership(listener.socket(), 0x13, false));
    EXPECT_FALSE(handle.has_listeners(0));
    EXPECT_FALSE(core.set_membership(listener.socket(), 64 + 1, true));
}

TEST_F(CoreTest, TellsFamiliesOfPortsThatDie) {
    ASSERT_EQ(core.bind(program.socket(), 1234, 0).value(), 1234U);
    program.close();
    EXPECT_THAT(toy.released_ports, testing::ElementsAre(1234U));
    EXPECT_EQ(core.socket_count(), 0U);
    EXPECT_FALSE(core.has_port(Protocol::generic, 1234));
}

TEST_F(CoreTest, GivesEverySocketAPortOfItsOwn) {
    Program second{core, Protocol::generic, {.pid = 77, .uid = 0}};
    EXPECT_EQ(core.bind(program.socket(), 0, 0).value(), 77U);
    EXPECT_EQ(core.bind(second.socket(), 0, 0).value(), static_cast<std::uint32_t>(-4097));
    Program third{core, Protocol::generic, {.pid = 81, .uid = 0}};
    EXPECT_EQ(core.bind(third.socket(), 77, 0).error().code, EADDRINUSE);
    EXPECT_EQ(core.bind(second.socket(), 5, 0).error().code, EINVAL);
}

TEST_F(CoreTest, IgnoresWhatIsNoRequest) {
    MessageBuilder message({.type = handle.id(), .flags = NLM_F_ACK, .seq = 3});
    message.put_header(genlmsghdr{.cmd = echo_cmd});
    const auto answers = program.ask(message);
    ASSERT_THAT(answers, SizeIs(1)) << "acknowledged, not handled";
    EXPECT_EQ(answers[0].error(), 0);
    program.send(Bytes{1, 2, 3});
    program.send(Bytes(15, 0xff));
    program.send(Bytes(64, 0));
    EXPECT_THAT(program.take(), SizeIs(0));
}

}  // namespace
}  // namespace mlosim::netlink::test
