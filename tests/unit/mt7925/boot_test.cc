#include "chip_world.h"
#include "mt7925/event_tlvs.h"
#include "mt7925/fault_rule_text.h"
#include "mt7925/firmware_image.h"

namespace mlosim::mt7925 {
namespace {

using std::chrono::milliseconds;

TEST_F(ChipWorld, BootsByTheDownloadSteps) {
    EXPECT_EQ(front.firmware().boot_state(), 1);
    boot();
    EXPECT_EQ(counts().boots, 1U);
}

TEST_F(ChipWorld, BootsTheSyntheticFiles) {
    const PatchImage patch = parse_patch(write_patch(synthetic_patch())).value();
    const RamImage ram = parse_ram(write_ram(synthetic_ram())).value();
    const auto announce = [](std::uint32_t address, std::size_t length) {
        Bytes payload;
        ieee80211::ByteWriter out(payload);
        out.u32le(address);
        out.u32le(static_cast<std::uint32_t>(length));
        out.u32le(0x80000000);
        return payload;
    };
    CommandQueue& commands = front.commands();
    commands.send(RomCid::patch_sem_control, octets("01000000"), CommandQueue::Wait::yes);
    for (const PatchSection& section : patch.sections) {
        commands.send(RomCid::patch_start, announce(section.address, section.data.size()), CommandQueue::Wait::yes);
        commands.scatter(section.data);
    }
    commands.send(RomCid::patch_finish, octets("00000000"), CommandQueue::Wait::yes);
    for (const RamRegion& region : ram.regions) {
        commands.send(RomCid::target_address_len, announce(region.address, region.data.size()),
                      CommandQueue::Wait::yes);
        commands.scatter(region.data);
    }
    commands.send(RomCid::fw_start, octets("01000000 00d09000"), CommandQueue::Wait::yes);
    run(milliseconds(5));
    EXPECT_TRUE(front.firmware().running());
    EXPECT_EQ(front.firmware().rom().downloaded(), 64U);
}

TEST_F(ChipWorld, DoesNotStartWhatCameOnlyInPart) {
    rom(RomCid::target_address_len, "00d09000 40000000 00000080");
    front.commands().scatter(Bytes(63));
    rom(RomCid::fw_start, "01000000 00d09000");
    run(std::chrono::seconds(2));
    EXPECT_EQ(front.firmware().boot_state(), 1);
}

TEST_F(ChipWorld, KeepsThePatchSemaphoreThroughAResetAndReleasesItWithThePower) {
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 2);
    front.reset();
    run(std::chrono::milliseconds(20));
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 0) << "still held";
    front.commands().send(RomCid::nic_power_ctrl, octets("01000000"), CommandQueue::Wait::no);
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 2);
}

TEST_F(ChipWorld, GivesThePatchSemaphoreToOneWhoDoesNotHearOfIt) {
    front.faults().add(parse_fault_rule("drop_ack cid=PATCH_SEM_CONTROL times=1").value());
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").error, ETIMEDOUT);
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 0) << "held by nobody";
    front.commands().send(RomCid::nic_power_ctrl, octets("01000000"), CommandQueue::Wait::no);
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 2);
}

TEST_F(ChipWorld, SaysThatItIsPatchedAlready) {
    rom(RomCid::patch_sem_control, "01000000");
    rom(RomCid::patch_start, "00009000 10000000 00000080");
    front.commands().scatter(Bytes(16));
    rom(RomCid::patch_finish, "00000000");
    rom(RomCid::patch_sem_control, "00000000");
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 1);
}

TEST_F(ChipWorld, IgnoresUniCommandsBeforeTheFirmwareRuns) {
    EXPECT_EQ(uni(Cid::wsys_config, "00000000 0000 0800 01 000000").error, ETIMEDOUT);
    EXPECT_EQ(counts().dropped_commands, 1U);
}

TEST_F(RunningChip, TellsItsCapabilities) {
    const McuResult result = uni(Cid::chip_config, "00000000 0300 0400", option::set_silent);
    EXPECT_EQ(result.eid, 0x43);
    EXPECT_EQ(result.payload, octets("0500 0000"
                                     "0700 0a00 000000000000"
                                     "0800 1100 01 01 01 03 02 01 01 01 01 01 03 01 01"
                                     "1800 0800 01 000000"
                                     "2000 0c00 02010000 00000000"
                                     "2200 1000 00000000 0000 000000000000"));
}

TEST_F(RunningChip, AnswersAnEfuseBlockAtOctet48) {
    const McuResult result =
        uni(Cid::efuse_ctrl, "00000000 0100 1c00 700a0000 00000000" + zeros(16), option::query_ack);
    EXPECT_EQ(result.eid, 0x2d);
    ASSERT_EQ(result.payload.size(), 80U);
    EXPECT_EQ(result.payload[12], 0x70);
    EXPECT_EQ(result.payload[16], 1) << "valid";
}

TEST_F(RunningChip, TellsItsTemperatureAtOctet12) {
    const McuResult result = uni(Cid::thermal, "00000000 0000 0800 00000000", option::query_ack);
    EXPECT_EQ(result.payload[12], 45);
}

TEST_F(RunningChip, TellsThatTheRadioIsOnAtOctet8) {
    const McuResult result = uni(Cid::radio_status, "0000 0800 00000000", option::query_ack);
    EXPECT_EQ(result.payload[8], 1);
}

TEST_F(RunningChip, ForgetsEverythingInAReset) {
    connect();
    EXPECT_TRUE(radio.homes[0].has_value());
    front.reset();
    EXPECT_EQ(front.firmware().boot_state(), 0);
    run(std::chrono::milliseconds(10));
    EXPECT_EQ(front.firmware().boot_state(), 1);
    EXPECT_FALSE(tables().bss[0].active);
    EXPECT_FALSE(tables().wtbl[1].valid);
    EXPECT_FALSE(radio.homes[0].has_value());
    boot();
}

TEST_F(RunningChip, TakesNoCommandInFirmwareOwn) {
    front.firmware().set_own();
    EXPECT_TRUE(front.firmware().own_sync());
    EXPECT_EQ(uni(Cid::wsys_config, "00000000 0000 0800 01 000000").error, ETIMEDOUT);
    EXPECT_EQ(counts().commands_while_asleep, 1U);
    front.firmware().clear_own();
    EXPECT_TRUE(front.firmware().own_sync()) << "waking takes a while";
    run(std::chrono::milliseconds(2));
    EXPECT_FALSE(front.firmware().own_sync());
    EXPECT_EQ(uni(Cid::wsys_config, "00000000 0000 0800 01 000000").error, 0);
}

TEST_F(RunningChip, KeepsTheRegulatoryTables) {
    EXPECT_EQ(uni(Cid::set_domain_info,
                  "55530000 00 03 03 00 0200 2000 01 01 01 00 0100 0000 00000000 2400 0000 02000000 "
                  "0500 0000 00000000")
                  .error,
              0);
    EXPECT_EQ(tables().regulatory.alpha2, "US");
    EXPECT_FALSE(tables().regulatory.no_ir(1, 1));
    EXPECT_TRUE(tables().regulatory.no_ir(2, 36));
    EXPECT_FALSE(tables().regulatory.no_ir(3, 5));
    EXPECT_TRUE(tables().regulatory.no_ir(3, 37)) << "not in the list";
    uni(Cid::set_power_limit,
        "00000000 0100 f201 00 000000 01 02 01 00 55530000" + zeros(32) + "24 7f 28" + zeros(447));
    EXPECT_EQ(tables().regulatory.power_limits.at({2, 36}), 0x28);
    EXPECT_TRUE(tables().regulatory.limits_complete[2]);
}

TEST_F(RunningChip, AnswersTheHostsSleepByAnEventOfItsOwn) {
    front.commands().send(Cid::hif_ctrl, option::set_silent, octets("02000000 0000 0c00 01 00000000000000"),
                          CommandQueue::Wait::no);
    run(std::chrono::milliseconds(10));
    ASSERT_EQ(count_events(Eid::hif_ctrl), 1U);
    EXPECT_EQ(events[0].payload, octets("00000000 0000 1400 07 000000 00000000 02 02 02 01 00000000"));
    EXPECT_TRUE(tables().chip.suspended);
}

TEST_F(RunningChip, DumpsItsCoreWhenTheHostAsserts) {
    front.commands().send(Cid::chip_config, option::set_silent,
                          octets("00000000 0200 4c01 0000 00 00 0600 0000 617373657274" + zeros(314)),
                          CommandQueue::Wait::no);
    run(std::chrono::milliseconds(10));
    EXPECT_EQ(count_events(Eid::coredump), 3U);
    EXPECT_TRUE(front.firmware().dead());
}

}  // namespace
}  // namespace mlosim::mt7925
