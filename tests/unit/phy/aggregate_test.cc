// How long frames are on the air that share an A-MPDU.

#include "phy/detail/aggregate.h"

#include <gtest/gtest.h>

#include "ieee80211/frame_header.h"
#include "medium_fixture.h"

namespace mlosim::phy::detail {
namespace {

using namespace phy::test;
using ieee80211::DataSubtype;
using ieee80211::FrameHeader;
using ieee80211::MacAddress;

class AMpdu : public testing::Test {
protected:
    Transmission data(const MacAddress& to, DataSubtype subtype = DataSubtype::qos_data) const {
        ieee80211::Bytes bytes;
        ieee80211::ByteWriter w(bytes);
        FrameHeader::data_from_ds(subtype, to, from, from).append_to(w);
        w.zeros(1500);
        return {std::make_shared<const ieee80211::Bytes>(bytes), channel, {20.0}, rate, 0};
    }
    /// Frames that go out one right behind the other.
    sim::Duration together(Transmission frame, unsigned count) {
        const sim::Time begin = now;
        for (unsigned i = 0; i < count; ++i)
            now = now + aggregate.time_on_air(frame, now);
        return now - begin;
    }

    ChannelDefinition channel = on(Band::ghz5, 36, 80);
    Rate rate = *Rate::eht(13, 2, 80, GuardInterval::us0_8);
    MacAddress from = *MacAddress::parse("02:00:00:00:00:01");
    MacAddress one = *MacAddress::parse("02:00:00:00:00:02");
    MacAddress other = *MacAddress::parse("02:00:00:00:00:03");
    Aggregate aggregate;
    sim::Time now;
};

TEST_F(AMpdu, TakesAsLongAsItsOctetsAndOnePreamble) {
    const std::size_t subframe = (4 + data(one).payload->size() + 4 + 3) / 4 * 4;
    EXPECT_EQ(together(data(one), 10), airtime(rate, 10 * subframe, Band::ghz5));
}

TEST_F(AMpdu, EndsWithAPauseAnotherReceiverAndAnotherKindOfFrame) {
    const sim::Duration alone = together(data(one), 1);
    EXPECT_LT(aggregate.time_on_air(data(one), now), alone / 2);
    now = now + std::chrono::seconds(1);
    EXPECT_EQ(together(data(one), 1), alone) << "the air was free in between";
    EXPECT_EQ(together(data(other), 1), alone) << "somebody else";
    const auto null = data(other, DataSubtype::qos_null);
    EXPECT_EQ(together(null, 1), airtime(rate, null.payload->size() + 4, Band::ghz5)) << "not data";
    EXPECT_EQ(together(data(other), 1), alone) << "after it";
}

TEST_F(AMpdu, IsNotLongerThanAPpduMayBe) {
    rate = *Rate::ht(0, 20, GuardInterval::us0_8);
    const sim::Duration alone = together(data(one), 1);
    EXPECT_LT(aggregate.time_on_air(data(one), now), alone);
    now = now + std::chrono::seconds(1);
    EXPECT_EQ(together(data(one), 4), 2 * together(data(one), 2)) << "two of 1.9 ms fit into 5.484 ms";
}

TEST_F(AMpdu, OldRatesHaveNone) {
    rate = *Rate::legacy(540);
    const auto frame = data(one);
    EXPECT_EQ(together(frame, 3), 3 * airtime(rate, frame.payload->size() + 4, Band::ghz5));
}

}  // namespace
}  // namespace mlosim::phy::detail
