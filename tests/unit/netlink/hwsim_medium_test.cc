// A program is the medium between the radios: REGISTER, FRAME, TX_INFO_FRAME.

#include "netlink/hwsim_medium.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "netlink/hwsim_numbers.h"
#include "program.h"
#include "small_world.h"

namespace mlosim::netlink::test {
namespace {

using namespace hwsim;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class HwsimMediumTest : public testing::Test {
protected:
    SmallWorld small;
    mld::Radio& radio = small.add_radio();
    Program medium{small.core, Protocol::generic};
    Program somebody{small.core, Protocol::generic, {.pid = 99, .uid = 0}};

    static MessageBuilder request(std::uint8_t command) {
        return genl_request(SmallWorld::hwsim_id, command, NLM_F_ACK);
    }
    static int outcome(Program& program, const MessageBuilder& message) { return program.ask(message).at(0).error(); }
    int take_over(Program& program) { return outcome(program, request(cmd_register)); }
    QuietDriver& driver() { return static_cast<QuietDriver&>(radio.wiphy->driver()); }
    /// The radio's second address, by which the medium knows it.
    ieee80211::MacAddress address() const { return radio.wiphy->addresses().at(1); }

    /// FRAME to the radio, without the attribute `without`.
    MessageBuilder frame(std::uint16_t without = 0) {
        MessageBuilder m = request(cmd_frame);
        if (without != attr_addr_receiver) m.put_mac(attr_addr_receiver, address());
        if (without != attr_frame) m.put(attr_frame, std::array<std::uint8_t, 30>{});
        if (without != attr_rx_rate) m.put_u32(attr_rx_rate, 1);
        if (without != attr_signal) m.put_u32(attr_signal, static_cast<std::uint32_t>(-61));
        if (without != attr_freq) m.put_u32(attr_freq, 2412);
        return m;
    }
    MessageBuilder tx_info(std::uint16_t without = 0) {
        MessageBuilder m = request(cmd_tx_info_frame);
        if (without != attr_addr_transmitter) m.put_mac(attr_addr_transmitter, address());
        if (without != attr_flags) m.put_u32(attr_flags, tx_ctl_req_tx_status | tx_stat_ack);
        if (without != attr_cookie) m.put_u64(attr_cookie, 5);
        if (without != attr_signal) m.put_u32(attr_signal, static_cast<std::uint32_t>(-50));
        if (without != attr_tx_info) m.put(attr_tx_info, std::array<std::uint8_t, 8>{0, 7, 3, 2, 0xff, 0xff, 0xff, 0});
        return m;
    }
    mld::OutsideTransmission transmission(ieee80211::ByteView bytes) {
        mld::OutsideTransmission out;
        out.cookie = 0x1122334455;
        out.frame = bytes;
        out.channel = *phy::find_channel(phy::Band::ghz5, 36);
        out.wants_status = true;
        out.attempts[0] = {.index = 3, .count = 11, .flags = mld::RateAttempt::ht | mld::RateAttempt::mhz40};
        return out;
    }
};

TEST_F(HwsimMediumTest, OneProgramIsTheMediumUntilItEnds) {
    EXPECT_EQ(small.world.outside_medium(), nullptr);
    EXPECT_EQ(take_over(medium), 0);
    EXPECT_NE(small.world.outside_medium(), nullptr);
    EXPECT_EQ(take_over(somebody), -EBUSY);
    EXPECT_EQ(take_over(medium), -EBUSY) << "even itself";
    somebody.close();
    EXPECT_NE(small.world.outside_medium(), nullptr);
    medium.close();
    EXPECT_EQ(small.world.outside_medium(), nullptr);
    Program next{small.core, Protocol::generic, {.pid = 7, .uid = 0}};
    EXPECT_EQ(take_over(next), 0);
}

TEST_F(HwsimMediumTest, NoMediumForRadiosOfSeveralChannels) {
    mld::RadioSpec spec;
    spec.options.channels = 2;
    spec.profile = small.profiles.find("generic-be")->with(spec.options);
    auto two = small.world.add_radio(std::move(spec));
    ASSERT_TRUE(two.has_value());
    EXPECT_EQ(take_over(medium), -EOPNOTSUPP);
    small.world.remove_radio((*two)->index);
    EXPECT_EQ(take_over(medium), 0);
}

TEST_F(HwsimMediumTest, OnlyAnAdministratorMayBeTheMedium) {
    Program user{small.core, Protocol::generic, {.pid = 8, .uid = 1000}};
    small.core.set_option(user.socket(), SocketOption::ext_ack, true);
    EXPECT_EQ(take_over(user), -EPERM);
}

TEST_F(HwsimMediumTest, GetsFramesAsTheKernelSendsThem) {
    ASSERT_EQ(take_over(medium), 0);
    (void)medium.take();
    const std::array<std::uint8_t, 26> bytes{0x80, 0, 1};
    ASSERT_TRUE(small.world.outside_medium()->transmit(*radio.wiphy, transmission(bytes)));
    const auto got = medium.take();
    ASSERT_THAT(got, SizeIs(1));
    const Received& m = got[0];
    EXPECT_EQ(m.type(), SmallWorld::hwsim_id);
    EXPECT_EQ(m.command(), cmd_frame);
    EXPECT_EQ(m.group, 0U) << "unicast";
    std::vector<std::uint16_t> order;
    for (const Attribute attribute : m.attributes())
        if (attribute.type() != attr_pad) order.push_back(attribute.type());
    EXPECT_THAT(order, ElementsAre(attr_addr_transmitter, attr_frame, attr_flags, attr_freq, attr_tx_info,
                                   attr_tx_info_flags, attr_cookie));
    EXPECT_EQ(m.find(attr_addr_transmitter)->mac(), address());
    EXPECT_EQ(m.find(attr_frame)->size(), bytes.size());
    EXPECT_EQ(m.find(attr_flags)->u32(), tx_ctl_req_tx_status);
    EXPECT_EQ(m.find(attr_freq)->u32(), 5180U);
    EXPECT_EQ(m.find(attr_cookie)->u64(), 0x1122334455U);
    const auto info = m.find(attr_tx_info)->bytes();
    EXPECT_THAT(std::vector(info.begin(), info.end()), ElementsAre(3, 11, 0xff, 0, 0xff, 0, 0xff, 0));
    const auto flags = m.find(attr_tx_info_flags)->bytes();
    EXPECT_THAT(std::vector(flags.begin(), flags.end()), ElementsAre(3, 0x28, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0));
    EXPECT_THAT(somebody.take(), IsEmpty());
}

TEST_F(HwsimMediumTest, BringsFrames) {
    EXPECT_EQ(outcome(medium, frame()), -EINVAL) << "nobody is the medium yet";
    ASSERT_EQ(take_over(medium), 0);
    EXPECT_EQ(outcome(medium, frame()), 0);
    EXPECT_EQ(outcome(medium, frame(attr_freq)), 0);
    EXPECT_EQ(outcome(somebody, frame()), -EINVAL) << "not the medium";
    for (const std::uint16_t missing : {attr_addr_receiver, attr_frame, attr_rx_rate, attr_signal})
        EXPECT_EQ(outcome(medium, frame(missing)), -EINVAL) << missing;
    ASSERT_THAT(driver().brought, SizeIs(2));
    EXPECT_EQ(driver().brought[0].signal_dbm, -61);
    EXPECT_EQ(driver().brought[0].rate_index, 1U);
    EXPECT_EQ(driver().brought[0].center, phy::Frequency::mhz(2412));
    EXPECT_EQ(driver().brought[1].center, std::nullopt);
}

TEST_F(HwsimMediumTest, KnowsARadioByItsSecondAddressOnly) {
    ASSERT_EQ(take_over(medium), 0);
    MessageBuilder m = request(cmd_frame);
    m.put_mac(attr_addr_receiver, radio.wiphy->addresses().at(0));
    m.put(attr_frame, std::array<std::uint8_t, 30>{});
    m.put_u32(attr_rx_rate, 1);
    m.put_u32(attr_signal, 0);
    EXPECT_EQ(outcome(medium, m), -EINVAL);
}

TEST_F(HwsimMediumTest, TellsWhatBecameOfFrames) {
    EXPECT_EQ(outcome(medium, tx_info()), -EINVAL);
    ASSERT_EQ(take_over(medium), 0);
    EXPECT_EQ(outcome(medium, tx_info()), 0);
    EXPECT_EQ(outcome(somebody, tx_info()), -EINVAL);
    for (const std::uint16_t missing : {attr_addr_transmitter, attr_flags, attr_cookie, attr_signal, attr_tx_info})
        EXPECT_EQ(outcome(medium, tx_info(missing)), -EINVAL) << missing;
    ASSERT_THAT(driver().told, SizeIs(1));
    const mld::OutsideStatus& told = driver().told[0];
    EXPECT_EQ(told.cookie, 5U);
    EXPECT_TRUE(told.acknowledged);
    EXPECT_FALSE(told.no_acknowledgement);
    EXPECT_EQ(told.signal_dbm, -50);
    EXPECT_EQ(told.attempts[0].count, 7);
    EXPECT_EQ(told.attempts[1].index, 3);
    EXPECT_EQ(told.attempts[2].index, -1);
}

TEST_F(HwsimMediumTest, RefusesAttributesOfTheWrongSize) {
    ASSERT_EQ(take_over(medium), 0);
    MessageBuilder long_frame = frame(attr_frame);
    long_frame.put(attr_frame, std::array<std::uint8_t, 2305>{});
    EXPECT_EQ(outcome(medium, long_frame), -ERANGE);
    for (const std::size_t size : {7, 9}) {
        MessageBuilder info = tx_info(attr_tx_info);
        info.put(attr_tx_info, std::vector<std::uint8_t>(size));
        EXPECT_EQ(outcome(medium, info), -ERANGE) << size;
    }
    EXPECT_THAT(driver().brought, IsEmpty());
    EXPECT_THAT(driver().told, IsEmpty());
}

TEST_F(HwsimMediumTest, IsToldOfAddressesThatComeAndGo) {
    ASSERT_EQ(take_over(medium), 0);
    (void)medium.take();
    const ieee80211::MacAddress which{{2, 0, 0, 0, 9, 0}};
    small.world.outside_medium()->address_changed(*radio.wiphy, which, true);
    small.world.outside_medium()->address_changed(*radio.wiphy, which, false);
    const auto got = medium.take();
    ASSERT_THAT(got, SizeIs(2));
    EXPECT_EQ(got[0].command(), cmd_add_mac_addr);
    EXPECT_EQ(got[0].find(attr_addr_transmitter)->mac(), address());
    EXPECT_EQ(got[0].find(attr_addr_receiver)->mac(), which);
    EXPECT_EQ(got[1].command(), cmd_del_mac_addr);
}

TEST_F(HwsimMediumTest, AFrameForAMediumThatIsGoneFails) {
    ASSERT_EQ(take_over(medium), 0);
    mld::OutsideMedium* outside = small.world.outside_medium();
    medium.close();
    EXPECT_FALSE(outside->transmit(*radio.wiphy, transmission({})));
}

}  // namespace
}  // namespace mlosim::netlink::test
