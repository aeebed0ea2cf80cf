// Management frames of an access point with several links.

#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::SizeIs;

/// An AP MLD with link 0 on channel 1 and link 1 on channel 36.
class ApMldFrames : public Nl80211World {
protected:
    ApMldFrames() {
        mld::RadioSpec spec;
        spec.profile = profiles.find("generic-be")->with({.channels = 2});
        EXPECT_TRUE(world.add_radio(std::move(spec)).has_value());
        EXPECT_TRUE(world.regulatory().hint_user(phy::Alpha2('D', 'E')));
        queue.run_until(queue.now());
        mld::Wdev& ap = wdev();
        EXPECT_TRUE(ap.wiphy().change_interface(ap, {.type = mld::InterfaceType::ap}));
        EXPECT_TRUE(ap.netdev()->set_up(true));
        for (std::uint8_t id : {0, 1}) {
            EXPECT_TRUE(ap.wiphy().add_ap_link(ap, *ieee80211::LinkId::from(id), address_of(id)));
            start(id);
        }
    }
    static ieee80211::MacAddress address_of(std::uint8_t link) { return ieee80211::MacAddress({2, 0, 0, 0, 9, link}); }
    static phy::Channel channel_of(std::uint8_t link) {
        return link == 0 ? *phy::find_channel(phy::Band::ghz2_4, 1) : *phy::find_channel(phy::Band::ghz5, 36);
    }
    /// A frame from one of the access point's addresses to everybody.
    static ieee80211::Bytes frame(std::uint8_t type, const ieee80211::MacAddress& from, const ieee80211::Bytes& body) {
        ieee80211::Bytes out(24, 0);
        out[0] = type;
        std::fill_n(out.begin() + 4, 6, std::uint8_t{0xff});
        std::copy(from.octets().begin(), from.octets().end(), out.begin() + 10);
        std::copy(from.octets().begin(), from.octets().end(), out.begin() + 16);
        out.insert(out.end(), body.begin(), body.end());
        return out;
    }
    void start(std::uint8_t id) {
        mld::AccessPointSettings settings;
        settings.channel = phy::ChannelDefinition::mhz20_noht(channel_of(id));
        settings.ssid = *ieee80211::Ssid::from(std::string("net"));
        settings.beacon.head = frame(0x80, address_of(id), {0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 1, 0, 0, 3, 'n', 'e', 't'});
        EXPECT_TRUE(wdev().wiphy().start_ap(wdev(), ieee80211::LinkId::from(id), settings));
    }
    MessageBuilder sending(const ieee80211::MacAddress& from) const {
        MessageBuilder message = about(NL80211_CMD_FRAME);
        message.put(NL80211_ATTR_FRAME, frame(0xc0, from, {3, 0}));  // deauthentication
        return message;
    }
};

TEST_F(ApMldFrames, GoOutOnTheLinkThatIsNamed) {
    MessageBuilder message = sending(address_of(1));
    message.put_u8(NL80211_ATTR_MLO_LINK_ID, 1);
    EXPECT_THAT(told(program.ask(message)), SizeIs(1));
    MessageBuilder elsewhere = sending(address_of(1));
    elsewhere.put_u8(NL80211_ATTR_MLO_LINK_ID, 1);
    elsewhere.put_u32(NL80211_ATTR_WIPHY_FREQ, channel_of(0).center.in_mhz());
    EXPECT_EQ(errno_of(elsewhere), -EBUSY) << "that is the other link's channel";
    MessageBuilder none = sending(address_of(1));
    none.put_u8(NL80211_ATTR_MLO_LINK_ID, 2);
    EXPECT_EQ(errno_of(none), -EINVAL) << "there is no such link";
}

TEST_F(ApMldFrames, GoOutOnTheLinkWhoseAddressSendsWhereNoneIsNamed) {
    for (std::uint8_t id : {0, 1}) {
        MessageBuilder message = sending(address_of(id));
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, channel_of(id).center.in_mhz());
        EXPECT_EQ(errno_of(message), 0) << int{id};
        MessageBuilder other = sending(address_of(id));
        other.put_u32(NL80211_ATTR_WIPHY_FREQ, channel_of(id ^ 1U).center.in_mhz());
        EXPECT_EQ(errno_of(other), -EBUSY) << int{id};
    }
}

TEST_F(ApMldFrames, HaveTheirCountersInside) {
    const auto with_offsets = [&](const ieee80211::Bytes& offsets) {
        MessageBuilder message = sending(address_of(0));
        message.put(NL80211_ATTR_CSA_C_OFFSETS_TX, offsets);
        return errno_of(message);
    };
    EXPECT_EQ(with_offsets({25, 0}), 0);
    EXPECT_EQ(with_offsets({26, 0}), -EINVAL) << "behind the frame's end";
    EXPECT_EQ(with_offsets({25}), -EINVAL) << "half an offset";
    EXPECT_EQ(with_offsets({1, 0, 2, 0, 3, 0}), -EINVAL) << "more than the radio has counters";
}

}  // namespace
}  // namespace mlosim::netlink::test
