#include "mld/detail/reorder_buffer.h"

#include <gmock/gmock.h>

namespace mlosim::mld::detail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Place = ReorderBuffer::Place;

EarlyFrame frame(std::uint8_t name) {
    return {.bytes = std::make_shared<const ieee80211::Bytes>(ieee80211::Bytes{name})};
}
std::vector<unsigned> names(const std::vector<EarlyFrame>& frames) {
    std::vector<unsigned> out;
    for (const EarlyFrame& f : frames)
        out.push_back(f.bytes->front());
    return out;
}

TEST(ReorderBuffer, LetsFramesPassInTheirOrder) {
    ReorderBuffer buffer(4095, 64);
    EXPECT_EQ(buffer.place_of(4095), Place::in_order);
    buffer.advance();
    EXPECT_EQ(buffer.place_of(0), Place::in_order);
    EXPECT_EQ(buffer.place_of(4095), Place::too_late);
}

TEST(ReorderBuffer, KeepsWhatComesBeforeItsTurn) {
    ReorderBuffer buffer(10, 64);
    EXPECT_EQ(buffer.place_of(11), Place::early);
    EXPECT_THAT(buffer.keep(11, frame(11)), IsEmpty());
    EXPECT_THAT(buffer.keep(12, frame(12)), IsEmpty());
    EXPECT_EQ(buffer.place_of(12), Place::duplicate);
    EXPECT_FALSE(buffer.next_ready());
    EXPECT_EQ(buffer.first_waiting(), 11U);
    buffer.advance();  // 10 came
    EXPECT_EQ(buffer.next_ready()->bytes->front(), 11);
    EXPECT_EQ(buffer.next_ready()->bytes->front(), 12);
    EXPECT_FALSE(buffer.next_ready());
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.place_of(13), Place::in_order);
}

TEST(ReorderBuffer, LeavesBehindWhatItsWindowHasNoRoomFor) {
    ReorderBuffer buffer(0, 4);
    EXPECT_THAT(names(buffer.keep(1, frame(1))), IsEmpty());
    EXPECT_THAT(names(buffer.keep(3, frame(3))), IsEmpty());
    EXPECT_THAT(names(buffer.keep(5, frame(5))), ElementsAre(1));
    EXPECT_EQ(buffer.place_of(1), Place::too_late);
    EXPECT_EQ(buffer.place_of(2), Place::in_order);
}

TEST(ReorderBuffer, SkipsWhatTheSenderHasGivenUp) {
    ReorderBuffer buffer(4090, 64);
    EXPECT_THAT(buffer.keep(4092, frame(1)), IsEmpty());
    EXPECT_THAT(buffer.keep(2, frame(2)), IsEmpty());
    EXPECT_THAT(names(buffer.skip_to(1)), ElementsAre(1));
    EXPECT_THAT(names(buffer.skip_to(4090)), IsEmpty()) << "that is long past";
    EXPECT_EQ(buffer.first_waiting(), 2U);
}

}  // namespace
}  // namespace mlosim::mld::detail
