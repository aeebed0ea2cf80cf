// Multi-Link Traffic Indication elements, and the TIM beside which they are read: 802.11be 9.4.2.315.

#include "ieee80211/multi_link_traffic_indication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_frames.h"

namespace mlosim::ieee80211::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Bytes written(const MultiLinkTrafficIndication& element) {
    Bytes out;
    ByteWriter w(out);
    element.append_to(w);
    return out;
}

/// A TIM's body with these AIDs.
Bytes tim_of(std::initializer_list<unsigned> aids) {
    auto tim = *Tim::from(0, 2);
    for (const unsigned aid : aids)
        tim.set_traffic_for(*Aid::from(aid), true);
    Bytes out;
    ByteWriter w(out);
    tim.append_to(w);
    return {out.begin() + 2, out.end()};
}

TEST(MultiLinkTrafficIndication, PacksOneBitmapAfterTheOther) {
    auto element = *MultiLinkTrafficIndication::from(3, 5);
    element.add(0b001);
    element.add(0b110);
    element.add(0b101);
    EXPECT_EQ(written(element), from_hex("ff 05 6e 5200 7101"));
    const auto read = MultiLinkTrafficIndication::parse(from_hex("5200 7101"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->links(), 3U);
    EXPECT_EQ(read->first_aid(), 5);
    ASSERT_THAT(read->bitmaps(), SizeIs(5)) << "two of zeros fill the last octet";
    EXPECT_EQ(read->bitmaps()[1], 0b110);
    EXPECT_EQ(written(*read), written(element));
}

TEST(MultiLinkTrafficIndication, GoesByThePlaceInTheTim) {
    auto element = *MultiLinkTrafficIndication::from(2, 4);
    element.add(0b01);
    element.add(0b00);
    element.add(0b10);
    const Bytes body = tim_of({1, 4, 9, 200});
    const auto tim = *TimView::parse(body);
    EXPECT_EQ(element.links_of(*Aid::from(1), tim), 0) << "before the first";
    EXPECT_EQ(element.links_of(*Aid::from(4), tim), 1);
    EXPECT_EQ(element.links_of(*Aid::from(5), tim), 0) << "nothing waits for it";
    EXPECT_EQ(element.links_of(*Aid::from(9), tim), 0) << "any link will do";
    EXPECT_EQ(element.links_of(*Aid::from(200), tim), 2);
}

TEST(MultiLinkTrafficIndication, CutsOffLinksThatItHasNoBitFor) {
    auto element = *MultiLinkTrafficIndication::from(2, 1);
    element.add(0xffff);
    EXPECT_THAT(element.bitmaps(), ElementsAre(3));
}

TEST(MultiLinkTrafficIndication, RefusesWhatCannotBe) {
    EXPECT_EQ(MultiLinkTrafficIndication::from(0, 1).error().code, EINVAL);
    EXPECT_EQ(MultiLinkTrafficIndication::from(17, 1).error().code, EINVAL);
    EXPECT_EQ(MultiLinkTrafficIndication::from(1, 2048).error().code, EINVAL);
    struct Bad {
        Bytes body;
        const char* error;
        const char* why;
    };
    for (const Bad& bad : {
             Bad{{}, "Multi-Link Traffic Indication: no control field", "nothing"},
             Bad{from_hex("52"), "Multi-Link Traffic Indication: no control field", "half a control field"},
             Bad{Bytes(2 + 252), "Multi-Link Traffic Indication: more bitmaps than AIDs", "2016 bitmaps of one bit"},
         }) {
        const auto read = MultiLinkTrafficIndication::parse(bad.body);
        ASSERT_FALSE(read) << bad.why;
        EXPECT_EQ(read.error().message, bad.error) << bad.why;
    }
    EXPECT_TRUE(MultiLinkTrafficIndication::parse(from_hex("0000"))) << "no bitmap at all";
}

}  // namespace
}  // namespace mlosim::ieee80211::testing
