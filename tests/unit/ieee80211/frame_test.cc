#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"
#include "ieee80211/beacon_template.h"
#include "ieee80211/frame_header.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/ssid.h"

namespace mlosim::ieee80211::testing {
namespace {

const MacAddress ap = *MacAddress::parse("02:00:00:00:01:00");
const MacAddress sta = *MacAddress::parse("02:00:00:00:00:00");
const MacAddress far = *MacAddress::parse("02:00:00:00:09:09");
const MacAddress relay = *MacAddress::parse("02:00:00:00:08:08");

Bytes encode(const FrameHeader& header) {
    Bytes bytes;
    ByteWriter out{bytes};
    header.append_to(out);
    return bytes;
}

struct BadFrame {
    const char* bytes;
    const char* error;
    const char* why;
};
constexpr BadFrame bad_frames[] = {
    {"", "frame: shorter than its Frame Control field", "empty"},
    {"80", "frame: shorter than its Frame Control field", "one octet"},
    {"8100", "frame: protocol version other than 0", "version 1"},
    {"8c00000000000000000000000000000000000000000000000000", "frame: type extension", "DMG beacon"},
    {"d400000002000000 00", "frame: shorter than its header", "an Ack of 9 octets"},
    {"80000000ffffffffffff020000000100020000000100 00", "frame: shorter than its header", "23 octets of 24"},
    {"88010000020000000100020000000000020000000909 0000 00", "frame: shorter than its header", "half of QoS Control"},
    {"08030000020000000100020000000000020000000909 0000 0200000008", "frame: shorter than its header",
     "part of address 4"},
    {"80800000ffffffffffff020000000100020000000100 0000 112233", "frame: shorter than its header",
     "part of HT Control"},
};

TEST(FrameHeader, BadFramesAreRefusedWithTheirReason) {
    for (const BadFrame& bad : bad_frames) {
        const auto frame = FrameView::parse(from_hex(bad.bytes));
        ASSERT_FALSE(frame) << bad.why;
        EXPECT_EQ(frame.error().message, bad.error) << bad.why;
        EXPECT_EQ(FrameHeader::parse(from_hex(bad.bytes)).error(), frame.error()) << bad.why;
    }
}

TEST(FrameHeader, ManagementFramesHaveThreeAddresses) {
    FrameHeader header = FrameHeader::management(ManagementSubtype::probe_request, MacAddress::broadcast(), sta,
                                                 MacAddress::broadcast());
    header.sequence.set(SequenceControl::number, 0x123);
    EXPECT_EQ(encode(header), from_hex("4000 0000 ffffffffffff 020000000000 ffffffffffff 3012"));
    header.ht_control(0x11223344);
    const Bytes bytes = encode(header);
    EXPECT_EQ(bytes.size(), 28U);
    EXPECT_EQ(FrameView::parse(bytes)->ht_control(), 0x11223344U);
    EXPECT_EQ(header.ht_control({}).ht_control(), std::nullopt);
}

TEST(FrameHeader, AddressesFollowTheDsBits) {
    struct Case {
        FrameHeader header;
        std::optional<MacAddress> bssid;
    };
    const Case cases[] = {
        {FrameHeader::management(ManagementSubtype::action, far, sta, ap), ap},
        {FrameHeader::data_to_ds(DataSubtype::qos_data, ap, sta, far), ap},
        {FrameHeader::data_from_ds(DataSubtype::data, far, ap, sta), ap},
        {FrameHeader::data_wds(DataSubtype::qos_data, ap, relay, far, sta), std::nullopt},
    };
    for (const Case& c : cases) {
        const Bytes bytes = encode(c.header);
        const auto frame = FrameView::parse(bytes);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->destination(), far);
        EXPECT_EQ(frame->source(), sta);
        EXPECT_EQ(frame->bssid(), c.bssid);
        EXPECT_TRUE(frame->body().empty());
        EXPECT_EQ(*FrameHeader::parse(bytes), c.header);
    }
}

TEST(FrameHeader, QosControlFollowsTheFourthAddress) {
    FrameHeader header = FrameHeader::data_wds(DataSubtype::qos_data, ap, relay, far, sta);
    header.qos.set(QosControl::tid, 5).set(QosControl::ack_policy, 1);
    header.ht_control(1).retry().protect();
    Bytes bytes = encode(header);
    EXPECT_EQ(bytes.size(), 36U);
    bytes.push_back(0xaa);
    const auto frame = FrameView::parse(bytes);
    EXPECT_EQ(frame->addr4(), sta);
    EXPECT_EQ(frame->qos()->get(QosControl::tid), 5U);
    EXPECT_EQ(frame->ht_control(), 1U);
    EXPECT_TRUE(frame->frame_control().has(FrameControl::retry));
    EXPECT_THAT(frame->body(), ::testing::ElementsAre(0xaa));
}

TEST(FrameHeader, ControlFramesHaveOneOrTwoAddresses) {
    EXPECT_EQ(encode(FrameHeader::control(ControlSubtype::ack, sta)), from_hex("d400 0000 020000000000"));
    EXPECT_EQ(encode(FrameHeader::control(ControlSubtype::rts, ap, sta)),
              from_hex("b400 0000 020000000100 020000000000"));
    const Bytes ack = encode(FrameHeader::control(ControlSubtype::ack, sta));
    const auto frame = FrameView::parse(ack);
    EXPECT_FALSE(frame->addr2());
    EXPECT_FALSE(frame->destination());
    EXPECT_FALSE(frame->sequence());
}

TEST(FrameHeader, TheOrderBitMeansHtControlInSomeFramesOnly) {
    EXPECT_EQ(header_size(FrameControl::of(FrameType::data, 0).set(FrameControl::htc)), 24U);
    EXPECT_EQ(header_size(FrameControl::of(FrameType::data, 8).set(FrameControl::htc)), 30U);
    EXPECT_EQ(header_size(FrameControl::of(FrameType::control, 11).set(FrameControl::htc)), 16U);
}

template <class Body>
void expect_minimum(std::size_t fixed) {
    const Bytes bytes(fixed);
    EXPECT_TRUE(Body::parse(bytes));
    EXPECT_EQ(Body::parse(ByteView(bytes).first(fixed - 1)).error().code, EINVAL);
}

TEST(ManagementBodies, NeedTheirFixedFields) {
    expect_minimum<BeaconBody>(12);
    expect_minimum<AuthenticationBody>(6);
    expect_minimum<AssociationRequestBody>(4);
    expect_minimum<ReassociationRequestBody>(10);
    expect_minimum<AssociationResponseBody>(6);
    expect_minimum<DeauthenticationBody>(2);
    expect_minimum<ActionBody>(1);
}

TEST(ManagementBodies, AreWrittenAsTheyAreRead) {
    const Bytes bytes = from_hex("0100000000000000 6400 1104 000161");
    const auto body = BeaconBody::parse(bytes);
    EXPECT_EQ(body->timestamp, 1U);
    EXPECT_EQ(body->beacon_interval, 100);
    EXPECT_TRUE(body->capabilities.has(CapabilityInfo::privacy));
    EXPECT_EQ(body->elements.get<Ssid>()->text(), "a");
    Bytes written;
    ByteWriter out{written};
    body->append_to(out);
    EXPECT_EQ(written, bytes);
}

TEST(BeaconTemplate, ReproducesHostapdsBeacons) {
    unsigned beacons = 0;
    for (const CapturedFrame& captured : captured_frames()) {
        const auto frame = FrameView::parse(captured.octets);
        if (!frame->frame_control().is(ManagementSubtype::beacon)) continue;
        const auto body = BeaconBody::parse(frame->body());
        const auto beacon = BeaconTemplate::parse(captured.octets);
        ASSERT_TRUE(beacon) << captured.where;
        Bytes written;
        ByteWriter out{written};
        beacon->append_to(out, static_cast<std::uint16_t>(frame->sequence()->get(SequenceControl::number)),
                          body->timestamp, *body->elements.get<Tim>());
        EXPECT_EQ(written, captured.octets) << captured.where;
        ++beacons;
    }
    EXPECT_GT(beacons, 20U);
}

TEST(BeaconTemplate, FindsThePlaceOfAMissingTim) {
    const Bytes frame = from_hex(
        "80000000 ffffffffffff 020000000100 020000000100 0000"
        "0000000000000000 6400 0104 000161 010182 030106 30020100");
    auto beacon = BeaconTemplate::parse(frame);
    ASSERT_TRUE(beacon);
    EXPECT_THAT(beacon->tail(), ::testing::ElementsAre(0x30, 2, 1, 0));
    beacon->set_beacon_interval(200);
    beacon->set_capabilities(CapabilityInfo::from_raw(0x1234));
    beacon->set_tail(from_hex("2a0100"));
    Bytes written = from_hex("ee");  // what is already there stays
    ByteWriter out{written};
    beacon->append_to(out, 0x1001, 0x0102030405060708, *Tim::from(0, 2));
    EXPECT_EQ(written, from_hex("ee 80000000 ffffffffffff 020000000100 020000000100 1000"
                                "0807060504030201 c800 3412 000161 010182 030106 050400020000 2a0100"));
}

TEST(BeaconTemplate, RefusesWhatIsNoBeacon) {
    const Bytes probe = from_hex("50000000 ffffffffffff 020000000100 020000000100 0000 0000000000000000 6400 0104");
    EXPECT_EQ(BeaconTemplate::parse(probe).error().message, "beacon: another kind of frame");
    Bytes head = probe;
    head[0] = 0x80;
    EXPECT_TRUE(BeaconTemplate::from(head, {}));
    EXPECT_EQ(BeaconTemplate::from(head, from_hex("0002")).error().message,
              "beacon: an element of head or tail is cut off");
    EXPECT_EQ(BeaconTemplate::from(ByteView(head).first(30), {}).error().code, EINVAL);
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
