#include "netlink/hwsim_family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlink/hwsim_numbers.h"
#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using namespace hwsim;
using testing::SizeIs;

class HwsimFamilyTest : public testing::Test {
protected:
    SmallWorld small;
    Program program{small.core, Protocol::generic};
    Program listener{small.core, Protocol::generic, {.pid = 99, .uid = 0}};
    void SetUp() override {
        ASSERT_TRUE(small.core.set_membership(listener.socket(), SmallWorld::hwsim_group, true));
        small.core.set_option(program.socket(), SocketOption::ext_ack, true);
    }
    static MessageBuilder request(std::uint8_t command, std::uint16_t flags = NLM_F_ACK) {
        return genl_request(SmallWorld::hwsim_id, command, flags);
    }
    static void put_name(MessageBuilder& message, std::string_view name) {
        message.put(attr_radio_name, std::span(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
    }
};

TEST_F(HwsimFamilyTest, ReturnsTheRadiosNumberAsAPositiveError) {
    EXPECT_EQ(program.ask(request(cmd_new_radio)).at(0).error(), 0);
    EXPECT_EQ(program.ask(request(cmd_new_radio)).at(0).error(), 1);
    const auto third = program.ask(request(cmd_new_radio, 0));
    ASSERT_THAT(third, SizeIs(1)) << "even if nobody asked for an acknowledgement";
    EXPECT_EQ(third[0].error(), 2);
    EXPECT_EQ(third[0].bytes.size(), 40U) << "as in the oracle's capture";
    EXPECT_THAT(small.world.radios(), SizeIs(3));
}

TEST_F(HwsimFamilyTest, TellsTheListenersWhatItMade) {
    MessageBuilder make = request(cmd_new_radio);
    make.put_u32(attr_channels, 3);
    make.put_flag(attr_support_p2p_device);
    put_name(make, "left");
    ASSERT_EQ(program.ask(make).at(0).error(), 0);
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].command(), cmd_new_radio);
    EXPECT_EQ(events[0].find(attr_radio_id)->u32(), 0U);
    EXPECT_EQ(events[0].find(attr_channels)->u32(), 3U);
    EXPECT_TRUE(events[0].find(attr_support_p2p_device));
    EXPECT_TRUE(events[0].find(attr_use_chanctx));
    EXPECT_EQ(events[0].find(attr_radio_name)->size(), 4U) << "no terminating NUL";
    EXPECT_EQ(events[0].find(attr_radio_name)->string(), "left");
}

TEST_F(HwsimFamilyTest, EchoesItsEventToARequesterWhoAsksForIt) {
    const auto answers = program.ask(request(cmd_new_radio, NLM_F_ACK | NLM_F_ECHO));
    ASSERT_THAT(answers, SizeIs(2));
    EXPECT_EQ(answers[0].command(), cmd_new_radio);
    EXPECT_EQ(answers[1].type(), NLMSG_ERROR);
}

TEST_F(HwsimFamilyTest, MakesRadiosWithoutInterfaces) {
    MessageBuilder make = request(cmd_new_radio);
    make.put_flag(attr_no_vif);
    ASSERT_EQ(program.ask(make).at(0).error(), 0);
    EXPECT_TRUE(small.world.radios().begin()->second.wiphy->wdevs().empty());
}

TEST_F(HwsimFamilyTest, GetsOneRadioAndAll) {
    for (int i = 0; i < 3; ++i)
        (void)program.ask(request(cmd_new_radio));
    MessageBuilder one = request(cmd_get_radio);
    one.put_u32(attr_radio_id, 1);
    const auto found = program.ask(one);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].find(attr_radio_id)->u32(), 1U);
    const auto all = program.ask(request(cmd_get_radio, NLM_F_DUMP));
    ASSERT_THAT(all, SizeIs(4));
    EXPECT_EQ(all[2].find(attr_radio_id)->u32(), 2U);
    EXPECT_EQ(all[3].type(), NLMSG_DONE);
}

TEST_F(HwsimFamilyTest, MarksADumpThatLostItsLastRadio) {
    for (int i = 0; i < 200; ++i)
        (void)program.ask(request(cmd_new_radio));
    program.stop_reading();
    program.send(request(cmd_get_radio, NLM_F_DUMP));
    ASSERT_FALSE(program.take().empty());
    while (!small.world.radios().empty())
        small.world.remove_radio(small.world.radios().rbegin()->first);
    program.read();
    const auto rest = program.take();
    ASSERT_FALSE(rest.empty());
    EXPECT_TRUE(rest.front().flags() & NLM_F_DUMP_INTR);
    EXPECT_EQ(rest.back().type(), NLMSG_DONE);
}

TEST_F(HwsimFamilyTest, RemovesByNumberAndByName) {
    (void)program.ask(request(cmd_new_radio));
    MessageBuilder make = request(cmd_new_radio);
    put_name(make, "left");
    (void)program.ask(make);
    (void)listener.take();

    MessageBuilder by_name = request(cmd_del_radio);
    put_name(by_name, "left");
    EXPECT_EQ(program.ask(by_name).at(0).error(), 0);
    MessageBuilder by_number = request(cmd_del_radio);
    by_number.put_u32(attr_radio_id, 0);
    EXPECT_EQ(program.ask(by_number).at(0).error(), 0);
    EXPECT_EQ(program.ask(by_number).at(0).error(), -ENODEV);
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].command(), cmd_del_radio);
    EXPECT_EQ(events[0].find(attr_radio_name)->string(), "left");
    EXPECT_TRUE(small.world.radios().empty());
}

TEST_F(HwsimFamilyTest, EndsARadioWithTheSocketThatMadeIt) {
    {
        Program owner{small.core, Protocol::generic, {.pid = 55, .uid = 0}};
        MessageBuilder make = request(cmd_new_radio);
        make.put_flag(attr_destroy_radio_on_close);
        (void)owner.ask(make);
        (void)owner.ask(request(cmd_new_radio));
        EXPECT_THAT(small.world.radios(), SizeIs(2));
    }
    EXPECT_THAT(small.world.radios(), SizeIs(1));
}

struct Refusal {
    const char* why;
    std::function<void(MessageBuilder&)> fill;
    int error;
    const char* message;
};

TEST_F(HwsimFamilyTest, RefusesWhatMac80211HwsimRefuses) {
    const Refusal refusals[] = {
        {"no channel", [](MessageBuilder& m) { m.put_u32(attr_channels, 0); }, EINVAL,
         "must have at least one channel"},
        {"group address", [](MessageBuilder& m) { m.put_mac(attr_perm_addr, ieee80211::MacAddress::broadcast()); },
         EINVAL, "MAC is no valid source addr"},
        {"unknown type", [](MessageBuilder& m) { m.put_u32(attr_iftype_support, 1U << 6U); }, EINVAL,
         "cannot support more iftypes than kernel"},
        {"cut cipher", [](MessageBuilder& m) { m.put(attr_cipher_support, std::array<std::uint8_t, 3>{}); }, EINVAL,
         "bad cipher list length"},
        {"unknown cipher", [](MessageBuilder& m) { m.put_u32(attr_cipher_support, 0x000facff); }, EINVAL,
         "unsupported ciphers specified"},
        {"too many ciphers", [](MessageBuilder& m) { m.put(attr_cipher_support, std::array<std::uint8_t, 48>{}); },
         EINVAL, "too many ciphers specified"},
        {"unknown domain", [](MessageBuilder& m) { m.put_u32(attr_reg_custom_reg, 4); }, EINVAL, ""},
        {"peer measurement", [](MessageBuilder& m) { auto nest = m.nest(attr_pmsr_support); }, EOPNOTSUPP,
         "peer measurement is not simulated"},
        {"three letters",
         [](MessageBuilder& m) {
             m.put(attr_reg_hint_alpha2, std::array<std::uint8_t, 3>{'D', 'E', 'U'});
         },
         ERANGE, "Attribute failed policy validation"},
    };
    for (const Refusal& refusal : refusals) {
        MessageBuilder make = request(cmd_new_radio);
        refusal.fill(make);
        const auto answers = program.ask(make);
        ASSERT_THAT(answers, SizeIs(1)) << refusal.why;
        EXPECT_EQ(answers[0].error(), -refusal.error) << refusal.why;
        EXPECT_EQ(answers[0].ack_message(), refusal.message) << refusal.why;
    }
    EXPECT_TRUE(small.world.radios().empty());
}

TEST_F(HwsimFamilyTest, TakesAnAddressTwice) {
    MessageBuilder make = request(cmd_new_radio);
    make.put_mac(attr_perm_addr, *ieee80211::MacAddress::parse("02:11:22:33:44:55"));
    EXPECT_EQ(program.ask(make).at(0).error(), 0);
    EXPECT_EQ(program.ask(make).at(0).error(), 1) << "as the recorded kernel: the second radio's number";
}

}  // namespace
}  // namespace mlosim::netlink::test
