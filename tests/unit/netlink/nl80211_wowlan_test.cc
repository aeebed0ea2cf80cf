// SET_WOWLAN, GET_WOWLAN. cf. nl80211_set_wowlan()

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using Octets = std::vector<std::uint8_t>;

class Wowlan : public OneRadio {
protected:
    Wowlan() : chip(add_radio("mt7925")) {}

    template <class Fill>
    int set(Fill&& fill) {
        MessageBuilder message = request(NL80211_CMD_SET_WOWLAN);
        message.put_u32(NL80211_ATTR_WIPHY, chip.index().value);
        {
            auto nest = message.nest(NL80211_ATTR_WOWLAN_TRIGGERS);
            fill(message);
        }
        return errno_of(message);
    }
    int flag(std::uint16_t type) {
        return set([&](MessageBuilder& m) { m.put_flag(type); });
    }
    int pattern(const Octets& mask, const Octets& octets, std::uint32_t offset, unsigned times = 1) {
        return set([&](MessageBuilder& m) {
            auto all = m.nest(NL80211_WOWLAN_TRIG_PKT_PATTERN);
            for (std::uint16_t i = 1; i <= times; ++i) {
                auto one = m.nest(i);
                m.put(NL80211_PKTPAT_MASK, mask);
                m.put(NL80211_PKTPAT_PATTERN, octets);
                m.put_u32(NL80211_PKTPAT_OFFSET, offset);
            }
        });
    }
    mld::Wiphy& chip;
};

TEST_F(Wowlan, IsOfRadiosThatCan) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_SET_WOWLAN)), -EOPNOTSUPP);
    EXPECT_EQ(errno_of(about(NL80211_CMD_GET_WOWLAN)), -EOPNOTSUPP);
}

TEST_F(Wowlan, TakesTheTriggersThatTheRadioHas) {
    EXPECT_EQ(flag(NL80211_WOWLAN_TRIG_DISCONNECT), 0);
    ASSERT_TRUE(chip.wake_on().has_value());
    EXPECT_EQ(*chip.wake_on(), mld::WakeOn{.disconnect = true});
    EXPECT_EQ(flag(NL80211_WOWLAN_TRIG_MAGIC_PKT), 0);
    EXPECT_EQ(*chip.wake_on(), mld::WakeOn{.magic_packet = true});
    EXPECT_EQ(flag(NL80211_WOWLAN_TRIG_ANY), -EINVAL) << "it cannot";
    EXPECT_EQ(flag(NL80211_WOWLAN_TRIG_RFKILL_RELEASE), -EINVAL);
    EXPECT_EQ(flag(NL80211_WOWLAN_TRIG_GTK_REKEY_SUPPORTED), -EINVAL) << "a word of the radio's";
    EXPECT_EQ(*chip.wake_on(), mld::WakeOn{.magic_packet = true}) << "what is refused changes nothing";
    MessageBuilder none = request(NL80211_CMD_SET_WOWLAN);
    none.put_u32(NL80211_ATTR_WIPHY, chip.index().value);
    EXPECT_EQ(errno_of(none), 0);
    EXPECT_FALSE(chip.wake_on().has_value());
}

TEST_F(Wowlan, APatternIsChecked) {
    EXPECT_EQ(pattern({3}, {1, 2}, 0), 0);
    ASSERT_EQ(chip.wake_on()->patterns.size(), 1U);
    EXPECT_EQ(chip.wake_on()->patterns[0].pattern, (Octets{1, 2}));
    EXPECT_EQ(pattern({3, 0}, {1, 2}, 0), -EINVAL) << "a mask has a bit an octet";
    EXPECT_EQ(pattern(Octets(17, 0xff), Octets(129, 1), 0), -EINVAL) << "128 octets at most";
    EXPECT_EQ(pattern({3}, {1, 2}, 1), -EINVAL) << "from the first octet on";
    EXPECT_EQ(pattern({3}, {1, 2}, 0, 2), -EINVAL) << "one at most";
    EXPECT_EQ(set([](MessageBuilder& m) {
                  auto all = m.nest(NL80211_WOWLAN_TRIG_PKT_PATTERN);
                  auto one = m.nest(1);
                  m.put(NL80211_PKTPAT_MASK, Octets{3});
              }),
              -EINVAL);
}

TEST_F(Wowlan, IsTold) {
    const auto ask = [&] {
        MessageBuilder message = request(NL80211_CMD_GET_WOWLAN);
        message.put_u32(NL80211_ATTR_WIPHY, chip.index().value);
        return program.ask(message);
    };
    EXPECT_FALSE(ask().at(0).find(NL80211_ATTR_WOWLAN_TRIGGERS).has_value());
    EXPECT_EQ(pattern({3}, {1, 2}, 0), 0);
    const auto answers = ask();
    const auto triggers = answers.at(0).find(NL80211_ATTR_WOWLAN_TRIGGERS);
    ASSERT_TRUE(triggers.has_value());
    std::vector<std::uint16_t> types;
    for (const Attribute trigger : AttributeRange(*triggers))
        types.push_back(trigger.type());
    EXPECT_THAT(types, testing::ElementsAre(NL80211_WOWLAN_TRIG_PKT_PATTERN));
}

}  // namespace
}  // namespace mlosim::netlink::test
