// From power-on to a firmware that has told what it can do: the driver's half against the firmware's.

#include "mt7925/host/bring_up.h"

#include <gmock/gmock.h>

#include "chip_world.h"
#include "recording.h"

namespace mlosim::mt7925::host {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class BringUp : public ChipWorld {
protected:
    BringUp() : log(queue), chip(queue, front, log) {
        front.firmware().set_observer([this](Direction direction, ByteView packet) {
            if (direction == Direction::command) sent.emplace_back(packet.begin(), packet.end());
        });
        chip.set_violated(
            [this](const Violation& violation) { violations.push_back(violation.rule + ": " + violation.what); });
    }

    Task<void> probe() {
        auto lock = co_await chip.mutex().lock("probe");
        Result<Capabilities> told = co_await bring_up(chip, images);
        result.emplace(std::move(told));
    }
    Result<Capabilities>& probed() {
        tasks.start("probe", probe());
        run(1min);
        EXPECT_TRUE(result.has_value());
        return *result;
    }
    std::vector<std::string> dmesg() const {
        std::vector<std::string> lines;
        for (const KernelLog::Line& line : log.lines())
            lines.push_back(line.text);
        return lines;
    }

    KernelLog log;
    Chip chip;
    Images images{synthetic_patch(), synthetic_ram()};
    std::vector<Bytes> sent;
    std::vector<std::string> violations;
    std::optional<Result<Capabilities>> result;
    TaskSet tasks;
};

TEST_F(BringUp, SendsByteForByteWhatTheRealDriverSends) {
    ASSERT_TRUE(probed()) << result->error().message;
    const auto recorded = recorded_commands("probe", 11);
    EXPECT_EQ(sent, recorded);
    EXPECT_THAT(violations, IsEmpty());
}

TEST_F(BringUp, LearnsWhatTheFirmwareCanDo) {
    const auto& capabilities = probed();
    ASSERT_TRUE(capabilities);
    EXPECT_TRUE(capabilities->has_mlo());
    EXPECT_TRUE(capabilities->has_6ghz);
    EXPECT_EQ(capabilities->phy.nss, 2);
    EXPECT_EQ(capabilities->eml, 0);
    EXPECT_THAT(dmesg(), ElementsAre("HW/SW Version: 0x8a108a10, Build Time: 20260101000000a",
                                     "WM Firmware Version: ____000000, Build Time: 20260101000000"));
}

TEST_F(BringUp, DownloadsInPiecesOfFourKilobytes) {
    images.patch.sections.front().data = Bytes(10000, 1);
    images.ram.regions.front().data = Bytes(4096, 2);
    ASSERT_TRUE(probed());
    EXPECT_EQ(front.firmware().rom().downloaded(), 4096U) << "of the last announcement";
    EXPECT_EQ(front.commands().counts().sent, 11U + 3U + 1U);
}

TEST_F(BringUp, TriesAgainAfterACommandWithoutAnAnswer) {
    FaultRule rule;
    rule.effect = FaultEffect::drop_ack;
    rule.match.cid = static_cast<std::uint16_t>(Cid::wsys_config);
    rule.times = 1;
    front.faults().add(rule);
    EXPECT_TRUE(probed());
    EXPECT_THAT(dmesg(), Contains("Message 0002000b (seq 12) timeout"));
    EXPECT_EQ(front.firmware().counts().boots, 2U);
}

TEST_F(BringUp, GivesUpAfterTenTriesWithoutTheSemaphore) {
    FaultRule rule;
    rule.effect = FaultEffect::sem_stuck;
    front.faults().add(rule);
    const auto& capabilities = probed();
    ASSERT_FALSE(capabilities);
    EXPECT_EQ(capabilities.error().code, EAGAIN);
    auto lines = dmesg();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "Failed to get patch semaphore"), 10);
    EXPECT_EQ(lines.back(), "hardware init failed");
}

TEST_F(BringUp, WithoutTheMutexBreaksARule) {
    const auto careless = [](Chip& c) -> Task<void> {
        (void)co_await c.command(RomCid::patch_sem_control, octets("01000000"));
    };
    tasks.start("careless", careless(chip));
    run(10ms);
    EXPECT_THAT(violations, ElementsAre("I1: PATCH_SEM_CONTROL is sent without the device's mutex"));
}

TEST_F(BringUp, WhileTheFirmwareOwnsTheChipBreaksARule) {
    ASSERT_TRUE(probed());
    const auto careless = [](Chip& c) -> Task<void> {
        auto lock = co_await c.mutex().lock("careless");
        (void)co_await c.give();
        c.post(Cid::wsys_config, option::set_ack, octets("00000000 0000 0800 01000000"));
    };
    tasks.start("careless", careless(chip));
    run(100ms);
    EXPECT_THAT(violations, ElementsAre("I1: WSYS_CONFIG is sent while the firmware owns the chip"));
}

TEST(CapabilityAnswer, OfAWrongFormIsRefused) {
    struct Bad {
        const char* what;
        const char* payload;
    };
    constexpr Bad table[] = {
        {"nothing", ""},
        {"half a header", "0500"},
        {"a record that is longer than the answer", "01000000 0700 0b00 02792500aa01"},
        {"a record shorter than its own header", "01000000 0700 0300 02792500aa01"},
        {"an address of five octets", "01000000 0700 0900 02792500aa"},
        {"a PHY of too many octets", "01000000 0800 1300 010101030201010101010301 01 0000 0000"},
    };
    for (const Bad& bad : table)
        EXPECT_FALSE(read_capabilities(octets(bad.payload))) << bad.what;
    EXPECT_TRUE(read_capabilities(octets("00000000"))) << "no record is no mistake";
}

}  // namespace
}  // namespace mlosim::mt7925::host
