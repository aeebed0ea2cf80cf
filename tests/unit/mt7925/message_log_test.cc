#include "mt7925/message_log.h"

#include <gmock/gmock.h>

#include "chip_world.h"

namespace mlosim::mt7925 {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string fw_log = "00000000 0000 0800 01 000000";

TEST_F(RunningChip, LogsItsMessagesWithTheirTimes) {
    MessageLog log;
    log.attach(front.firmware(), queue);
    const sim::Time begun = queue.now();
    uni(Cid::wsys_config, fw_log);
    ASSERT_EQ(log.entries().size(), 2U);
    EXPECT_EQ(log.entries()[0].at, begun);
    EXPECT_THAT(to_text(MessageLog::decode(log.entries()[0])), StartsWith("cmd WSYS_CONFIG"));
    EXPECT_EQ(log.entries()[1].at - begun, std::chrono::microseconds(1500));
    EXPECT_THAT(to_text(MessageLog::decode(log.entries()[1])), HasSubstr("for WSYS_CONFIG status 0"));
}

TEST_F(RunningChip, KeepsTheLastMessagesAndCountsAll) {
    MessageLog log(3);
    log.attach(front.firmware(), queue);
    for (int i = 0; i < 4; ++i)
        uni(Cid::wsys_config, fw_log);
    EXPECT_EQ(log.entries().size(), 3U);
    EXPECT_EQ(log.total(), 8U);
    EXPECT_EQ(log.entries().front().number, 6U);
}

TEST_F(RunningChip, NamesTheLinkThatABssWasForThen) {
    MessageLog log;
    log.attach(front.firmware(), queue);
    add_interface(1);
    uni(Cid::bss_info, "01 00 0200" + basic(true, true, 1) + "1a00 1400 00 21 02792500aa01 ff 05 00 00 00 000000");
    uni(Cid::edca, "01 00 0000");
    const std::size_t edca = log.entries().size() - 2;
    uni(Cid::bss_info, "01000000" + basic(false, false, 1));
    EXPECT_EQ(MessageLog::decode(log.entries()[edca]).link, 5U);
}

TEST_F(RunningChip, IsFollowedUntilTheFollowerLeaves) {
    MessageLog log;
    log.attach(front.firmware(), queue);
    int seen = 0;
    const auto id = log.follow([&](const MessageLog::Entry&) { ++seen; });
    uni(Cid::wsys_config, fw_log);
    log.leave(id);
    uni(Cid::wsys_config, fw_log);
    EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace mlosim::mt7925
