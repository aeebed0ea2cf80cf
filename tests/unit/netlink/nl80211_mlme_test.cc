// Connections: requests that are wrong, and what listeners are told.

#include "mld/events.h"
#include "mld/sta.h"
#include "netlink/owner.h"
#include "nl80211_fixture.h"

namespace mlosim::netlink::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const ieee80211::MacAddress access_point({0x02, 0, 0, 0, 0x11, 0});

class Connections : public OneRadio {
protected:
    Connections() {
        up();
        (void)listener.take();
    }
    static std::vector<std::uint16_t> types(const Received& message) {
        std::vector<std::uint16_t> out;
        for (const Attribute& attribute : message.attributes())
            out.push_back(attribute.type());
        return out;
    }
    /// What the listener hears of one event.
    template <class F>
    Received heard(F&& event) {
        (void)listener.take();
        world.tell(event);
        auto messages = listener.take();
        EXPECT_THAT(messages, SizeIs(1));
        return messages.empty() ? Received{} : messages.front();
    }
    MessageBuilder authenticate(std::uint32_t type, bool data) const {
        MessageBuilder message = about(NL80211_CMD_AUTHENTICATE);
        message.put_mac(NL80211_ATTR_MAC, access_point);
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, 2412);
        message.put(NL80211_ATTR_SSID, Bytes{'n', 'e', 't'});
        message.put_u32(NL80211_ATTR_AUTH_TYPE, type);
        if (data) message.put(NL80211_ATTR_AUTH_DATA, Bytes(8, 0));
        return message;
    }
};

TEST_F(Connections, BeginWithABssThatIsKnown) {
    EXPECT_EQ(errno_of(about(NL80211_CMD_AUTHENTICATE)), -EINVAL);
    EXPECT_EQ(errno_of(authenticate(NL80211_AUTHTYPE_OPEN_SYSTEM, true)), -EINVAL) << "open system says nothing more";
    EXPECT_EQ(errno_of(authenticate(NL80211_AUTHTYPE_SAE, false)), -EINVAL) << "SAE does";
    EXPECT_EQ(errno_of(authenticate(99, false)), -EINVAL);
    EXPECT_EQ(errno_of(authenticate(NL80211_AUTHTYPE_OPEN_SYSTEM, false)), -ENOENT);
    MessageBuilder link = authenticate(NL80211_AUTHTYPE_OPEN_SYSTEM, false);
    link.put_u8(NL80211_ATTR_MLO_LINK_ID, 0);
    EXPECT_EQ(errno_of(link), -EINVAL) << "a link of which MLD";
}

TEST_F(Connections, HaveLinksToChangeOnceThereAre) {
    EXPECT_EQ(errno_of(about(nl80211::NL80211_CMD_SET_TID_TO_LINK_MAPPING)), -ENOLINK);
    EXPECT_EQ(errno_of(about(nl80211::NL80211_CMD_EPCS_CFG)), -ENOLINK);
    EXPECT_EQ(errno_of(about(nl80211::NL80211_CMD_ASSOC_MLO_RECONF)), -EINVAL);
}

TEST_F(Connections, TellWhichLinksWent) {
    const Received message = heard([&](mld::Events& e) { e.links_removed(wdev(), 5); });
    EXPECT_EQ(message.command(), nl80211::NL80211_CMD_LINKS_REMOVED);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_MLO_LINKS));
    const Received on = heard([&](mld::Events& e) { e.epcs_changed(wdev(), true); });
    EXPECT_EQ(on.command(), nl80211::NL80211_CMD_EPCS_CFG);
    EXPECT_THAT(types(on), ElementsAre(nl80211::NL80211_ATTR_EPCS));
}

TEST_F(Connections, NeedSoundRequestsForAssociation) {
    struct Row {
        const char* why;
        int error;
        std::function<void(MessageBuilder&)> add;
    };
    const Row rows[] = {
        {"MFP is no or required", -EINVAL, [](auto& m) { m.put_u32(NL80211_ATTR_USE_MFP, NL80211_MFP_OPTIONAL); }},
        {"capabilities without a mask", -EINVAL, [](auto& m) { m.put(NL80211_ATTR_HT_CAPABILITY, Bytes(26, 0)); }},
        {"FILS without nonces", -EINVAL, [](auto& m) { m.put(NL80211_ATTR_FILS_KEK, Bytes(32, 0)); }},
        {"non-inheritance in a request", -EINVAL,
         [](auto& m) {
             m.put(NL80211_ATTR_IE, Bytes{255, 2, 56, 0});
         }},
        {"two pairwise ciphers", -EINVAL, [](auto& m) { m.put(NL80211_ATTR_CIPHER_SUITES_PAIRWISE, Bytes(8, 0)); }},
        {"a link of no MLD", -EINVAL, [](auto& m) { m.put_u8(NL80211_ATTR_MLO_LINK_ID, 1); }},
        {"nobody there", -ENOENT, [](auto&) {}},
    };
    for (const Row& row : rows) {
        MessageBuilder message = about(NL80211_CMD_ASSOCIATE);
        message.put_mac(NL80211_ATTR_MAC, access_point);
        message.put_u32(NL80211_ATTR_WIPHY_FREQ, 2412);
        message.put(NL80211_ATTR_SSID, Bytes{'n', 'e', 't'});
        row.add(message);
        EXPECT_EQ(errno_of(message), row.error) << row.why;
    }
}

TEST_F(Connections, CannotEndForNoReason) {
    for (const std::uint8_t command : {NL80211_CMD_DEAUTHENTICATE, NL80211_CMD_DISASSOCIATE}) {
        MessageBuilder message = about(command);
        message.put_mac(NL80211_ATTR_MAC, access_point);
        EXPECT_EQ(errno_of(message), -EINVAL);
        message.put_u16(NL80211_ATTR_REASON_CODE, 0);
        EXPECT_EQ(errno_of(message), -EINVAL) << "0 is reserved";
    }
}

TEST_F(Connections, HaveThresholdsInAscendingOrder) {
    const auto set = [&](const std::vector<std::int32_t>& levels) {
        MessageBuilder message = about(NL80211_CMD_SET_CQM);
        auto nest = message.nest(NL80211_ATTR_CQM);
        message.put(NL80211_ATTR_CQM_RSSI_THOLD,
                    {reinterpret_cast<const std::uint8_t*>(levels.data()), levels.size() * sizeof(levels[0])});
        message.put_u32(NL80211_ATTR_CQM_RSSI_HYST, 2);
        nest.end();
        return errno_of(message);
    };
    EXPECT_EQ(errno_of(about(NL80211_CMD_SET_CQM)), -EINVAL);
    EXPECT_EQ(set({-50, -70}), -EINVAL);
    EXPECT_EQ(set({5}), -EINVAL);
}

TEST_F(Connections, AreToldOfWithTheKernelsAttributes) {
    const Bytes frame(26, 0xb0);
    Received message = heard([&](mld::Events& e) {
        e.mlme_frame(wdev(), {.kind = mld::MlmeFrameKind::association_response,
                              .frame = frame,
                              .uapsd_queues = 0,
                              .request_elements = frame});
    });
    EXPECT_EQ(message.command(), NL80211_CMD_ASSOCIATE);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_FRAME,
                                            NL80211_ATTR_REQ_IE, NL80211_ATTR_STA_WME));
    EXPECT_EQ(message.group, first_group() + static_cast<std::uint32_t>(nl::Group::mlme));

    message = heard([&](mld::Events& e) { e.mlme_timed_out(wdev(), mld::MlmeTimeout::authentication, access_point); });
    EXPECT_EQ(message.command(), NL80211_CMD_AUTHENTICATE);
    EXPECT_THAT(types(message),
                ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_TIMED_OUT, NL80211_ATTR_MAC));

    message = heard([&](mld::Events& e) {
        e.connected(wdev(),
                    {.status = 0, .bssid = access_point, .request_elements = frame, .response_elements = frame});
    });
    EXPECT_EQ(message.command(), NL80211_CMD_CONNECT);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_MAC,
                                            NL80211_ATTR_STATUS_CODE, NL80211_ATTR_REQ_IE, NL80211_ATTR_RESP_IE));

    message = heard([&](mld::Events& e) {
        e.station_mode_changed(wdev(), access_point,
                               {.sm_power_save = {}, .width = phy::ChannelWidth::w40, .streams = std::uint8_t{1}});
    });
    EXPECT_EQ(message.command(), NL80211_CMD_STA_OPMODE_CHANGED);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_MAC,
                                            NL80211_ATTR_CHANNEL_WIDTH, NL80211_ATTR_NSS));

    message = heard([&](mld::Events& e) { e.disconnected(wdev(), {.reason = 3, .from_ap = true}); });
    EXPECT_EQ(message.command(), NL80211_CMD_DISCONNECT);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_REASON_CODE,
                                            NL80211_ATTR_DISCONNECTED_BY_AP));

    message = heard([&](mld::Events& e) { e.frame_sent(wdev(), 7, frame, true); });
    EXPECT_EQ(message.command(), NL80211_CMD_FRAME_TX_STATUS);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_WDEV,
                                            NL80211_ATTR_FRAME, NL80211_ATTR_COOKIE, NL80211_ATTR_ACK));

    message = heard([&](mld::Events& e) {
        e.remain_on_channel_started(wdev(), 7, *phy::find_channel(phy::Band::ghz2_4, 1), std::chrono::milliseconds(50));
    });
    EXPECT_THAT(types(message),
                ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_WDEV, NL80211_ATTR_WIPHY_FREQ,
                            NL80211_ATTR_WIPHY_CHANNEL_TYPE, NL80211_ATTR_COOKIE, NL80211_ATTR_DURATION));

    message =
        heard([&](mld::Events& e) { e.cqm_event(wdev(), {.kind = mld::CqmEvent::Kind::rssi_low, .rssi_dbm = -70}); });
    EXPECT_EQ(message.command(), NL80211_CMD_NOTIFY_CQM);
    EXPECT_THAT(types(message), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_CQM));
}

TEST_F(Connections, ControlPortFramesGoToTheirOwnerAlone) {
    (void)program.ask(about(NL80211_CMD_GET_INTERFACE));  // so that it has a port
    const mld::OwnerId owner = owner_of(core.port(program.socket()));
    Bytes ethernet{1, 2, 3, 4, 5, 6, 2, 0, 0, 0, 0x11, 0, 0x88, 0x8e, 2, 3, 0, 0};
    world.tell([&](mld::Events& e) { e.control_port_received(wdev(), owner, ethernet, true, std::nullopt); });
    EXPECT_THAT(listener.take(), IsEmpty());
    const auto got = program.take();
    ASSERT_THAT(got, SizeIs(1));
    EXPECT_EQ(got[0].command(), NL80211_CMD_CONTROL_PORT_FRAME);
    EXPECT_THAT(types(got[0]), ElementsAre(NL80211_ATTR_WIPHY, NL80211_ATTR_IFINDEX, NL80211_ATTR_WDEV,
                                           NL80211_ATTR_MAC, NL80211_ATTR_CONTROL_PORT_ETHERTYPE,
                                           NL80211_ATTR_CONTROL_PORT_NO_ENCRYPT, NL80211_ATTR_FRAME));
    EXPECT_EQ(got[0].find(NL80211_ATTR_MAC)->mac(), access_point);
    EXPECT_EQ(got[0].find(NL80211_ATTR_FRAME)->size(), 4U) << "without the Ethernet header";
    world.tell([&](mld::Events& e) { e.control_port_received(wdev(), {5}, ethernet, true, std::nullopt); });
    EXPECT_THAT(program.take(), IsEmpty()) << "that owner is no socket";
}

TEST_F(Connections, TheVendorCommandForTestsCounts) {
    MessageBuilder message = about(NL80211_CMD_VENDOR);
    message.put_u32(NL80211_ATTR_VENDOR_ID, 0x001374);
    message.put_u32(NL80211_ATTR_VENDOR_SUBCMD, 2);
    EXPECT_EQ(errno_of(message), -EOPNOTSUPP);
    message = about(NL80211_CMD_VENDOR);
    message.put_u32(NL80211_ATTR_VENDOR_ID, 0x001374);
    message.put_u32(NL80211_ATTR_VENDOR_SUBCMD, 1);
    EXPECT_EQ(errno_of(message), -EINVAL);
    const auto with_data = [&](bool marked) {
        MessageBuilder out = about(NL80211_CMD_VENDOR);
        out.put_u32(NL80211_ATTR_VENDOR_ID, 0x001374);
        out.put_u32(NL80211_ATTR_VENDOR_SUBCMD, 1);
        auto data = marked ? out.nest(NL80211_ATTR_VENDOR_DATA) : out.nest_noflag(NL80211_ATTR_VENDOR_DATA);
        out.put_u32(8, 40);
        return out;
    };
    EXPECT_EQ(errno_of(with_data(false)), -EINVAL) << "not marked as nested";
    message = with_data(true);
    const auto answers = told(program.ask(message));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_EQ((*AttributeRange(*answers[0].find(NL80211_ATTR_VENDOR_DATA)).begin()).u32(), 42U);
    const auto events = listener.take();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ((*AttributeRange(*events[0].find(NL80211_ATTR_VENDOR_DATA)).begin()).u32(), 41U);
    EXPECT_EQ(events[0].group, first_group() + static_cast<std::uint32_t>(nl::Group::vendor));
}

}  // namespace
}  // namespace mlosim::netlink::test
