#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "pcie_guest.h"
#include "test_data.h"

namespace mlosim::mt7925::pcie {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// The configuration space

TEST_F(PcieGuest, IsAnMt7925OnTheBus) {
    EXPECT_EQ(config_read(0x00), 0x792514c3U);
    EXPECT_EQ(config_read(0x08), 0x02800000U) << "a network controller, revision 0";
    EXPECT_EQ(config_read(0x0e, 1), 0U) << "an endpoint";
    EXPECT_EQ(config_read(0x3d, 1), 1U) << "INTA";
    EXPECT_EQ(front.region_size(vfio::region::bar0), 0x200000U);
    EXPECT_EQ(front.region_size(vfio::region::config), 256U);
    EXPECT_EQ(front.region_size(1), 0U);
    EXPECT_EQ(front.interrupts(vfio::interrupt::msi), 1U);
    EXPECT_EQ(front.interrupts(vfio::interrupt::intx), 1U);
    EXPECT_EQ(front.interrupts(2), 0U);
}

TEST_F(PcieGuest, TellsTheSizeOfItsBar) {
    EXPECT_EQ(config_read(0x10), 0x0cU) << "memory, 64 bits, prefetchable";
    config_write(0x10, 0xffffffff);
    config_write(0x14, 0xffffffff);
    EXPECT_EQ(config_read(0x10), 0xffe0000cU);
    EXPECT_EQ(config_read(0x14), 0xffffffffU);
    config_write(0x10, 0xfe200000);
    config_write(0x14, 1);
    EXPECT_EQ(config_read(0x10), 0xfe20000cU);
    config_write(0x18, 0xffffffff);
    EXPECT_EQ(config_read(0x18), 0U) << "no second BAR";
    config_write(0x30, 0xffffffff);
    EXPECT_EQ(config_read(0x30), 0U) << "no ROM";
}

TEST_F(PcieGuest, HasMsiAndPowerManagementAndIsNoPciExpressEndpoint) {
    std::vector<std::uint32_t> ids;
    for (std::uint32_t at = config_read(0x34, 1); at != 0; at = config_read(at + 1, 1))
        ids.push_back(config_read(at, 1));
    EXPECT_THAT(ids, ElementsAre(0x05, 0x01));
    EXPECT_EQ(config_read(0x42, 2), 0x0080U) << "64-bit addresses, one vector";
    config_write(0x42, 0xffff, 2);
    EXPECT_EQ(config_read(0x42, 2), 0x00f1U);
}

TEST_F(PcieGuest, KeepsWhatIsReadOnly) {
    for (std::size_t at = 0; at < 256; at += 4)
        config_write(at, 0xffffffff);
    EXPECT_EQ(config_read(0x00), 0x792514c3U);
    EXPECT_EQ(config_read(0x04), 0x00100546U);
    EXPECT_EQ(config_read(0x2c), 0x792514c3U);
    EXPECT_EQ(config_read(0x50), 0x00030001U);
    front.reset();
    EXPECT_EQ(config_read(0x04), 0x00100000U);
    EXPECT_EQ(config_read(0x10), 0x0cU);
}

TEST_F(PcieGuest, AnswersOnlyWhileCommandAndPowerStateLetIt) {
    wr(0x1000, 5);
    EXPECT_EQ(rr(0x1000), 0xffffffffU);
    config_write(0x04, 0x0002, 2);
    EXPECT_EQ(rr(0x1000), 0U) << "the write got lost";
    wr(0x1000, 5);
    config_write(0x54, 3, 2);
    EXPECT_EQ(rr(0x1000), 0xffffffffU) << "D3";
    config_write(0x54, 0, 2);
    EXPECT_EQ(rr(0x1000), 5U);
    EXPECT_EQ(front.counts().odd_accesses, 3U);
}

// The address map

TEST_F(PcieGuest, ShowsTheRestOfTheBusThroughAWindow) {
    enable_bus();
    wr(0x155024, 0x70010000);
    EXPECT_EQ(rr(0x155024), 0x70010000U);
    EXPECT_EQ(rr(0x130200), 0x7925U);
    EXPECT_EQ(rr(0x130204), 0U);
    wr(0x155024, 0x18010000);
    wr(0x131100, 2);
    EXPECT_EQ(rr(0x131100), 2U);
    wr(0x155024, 0x18020000);
    EXPECT_EQ(rr(0x131100), 0U) << "another place";
}

TEST_F(PcieGuest, ARegisterIsTheSameHoweverItIsReached) {
    enable_bus();
    wr(dummy_cr, 2);
    wr(0x155024, 0x54000000);
    EXPECT_EQ(rr(0x130120), 2U);
    wr(0x155024, 0x7c060000);
    wr(0x130010, 1);
    EXPECT_EQ(rr(lpctl), 4U);
    wr(0x155024, 0x18500000);  // the second window
    wr(0x000120, 0x7c060010);
    EXPECT_EQ(rr(0x130000), 4U);
    wr(0x000120, 0x70010200);
    EXPECT_EQ(rr(0x130000), 0x7925U);
}

// Registers with behaviour

TEST_F(PcieGuest, IsHandedOverAndTakenBack) {
    enable_bus();
    give_to_firmware();
    EXPECT_EQ(rr(lpctl), 4U);
    wr(lpctl, 2);
    EXPECT_EQ(rr(lpctl), 4U) << "it takes a while";
    run(2ms);
    EXPECT_EQ(rr(lpctl), 0U);
    EXPECT_EQ(front.counts().given, 1U);
    EXPECT_EQ(front.counts().taken, 1U);
}

TEST_F(PcieGuest, AStuckHandshakeLeavesTheDriverWaiting) {
    enable_bus();
    front.faults().add({.effect = FaultEffect::own_stuck, .times = 1});
    give_to_firmware();
    EXPECT_FALSE(take_own());
    EXPECT_TRUE(take_own());
}

TEST_F(PcieGuest, AResetIsAnEdgeAndTakesItsTime) {
    enable_bus();
    EXPECT_EQ(rr(wfsys_rst), 0x11U);
    wr(wfsys_rst, 0x10);
    EXPECT_EQ(rr(wfsys_rst), 0U);
    EXPECT_EQ(rr(misc), 0U);
    run(50ms);
    EXPECT_EQ(rr(wfsys_rst), 0U) << "as long as it is held";
    wr(wfsys_rst, 1);
    EXPECT_EQ(rr(wfsys_rst), 1U);
    wr(wfsys_rst, 1);
    run(10ms);
    EXPECT_EQ(rr(wfsys_rst), 0x11U);
    EXPECT_EQ(rr(misc), 1U);
    EXPECT_EQ(front.counts().wfsys_resets, 1U);
}

TEST_F(PcieGuest, BusyBitsAreNeverSeen) {
    enable_bus();
    wr(glo_cfg, 0xffffffff);
    EXPECT_EQ(rr(glo_cfg), 0xfffffff5U);
    wr(0x34380, 0x80004003);
    EXPECT_EQ(rr(0x34380), 0x4003U);
}

TEST_F(PcieGuest, TellsTheTimeOfItsMacs) {
    enable_bus();
    run(3s);
    set(0x242a8, 3);
    EXPECT_EQ(rr(0x24280), 3000000U);
    EXPECT_EQ(rr(0x24284), 0U);
    wr(0x24280, 7);
    wr(0x24284, 2);
    set(0x242a8 + 4, 1);
    run(5us);
    set(0x242a8 + 4, 3);
    EXPECT_EQ(rr(0x24280), 12U);
    EXPECT_EQ(rr(0x24284), 2U);
    set(0x242a8, 3);
    EXPECT_EQ(rr(0x24280), 3000005U) << "another MAC's time is its own";
}

TEST_F(PcieGuest, RemembersTheRestAndNotWithoutEnd) {
    enable_bus();
    for (std::uint32_t at = 0x40000; at < 0x60000; at += 4)
        wr(at, at);
    EXPECT_EQ(rr(0x40000), 0x40000U);
    EXPECT_EQ(rr(0x5fffc), 0U);
    EXPECT_GT(front.counts().registers_full, 0U);
    wr(0x40000, 9);
    EXPECT_EQ(rr(0x40000), 9U) << "what is known may still change";
    front.reset();
    enable_bus();
    EXPECT_EQ(rr(0x40000), 0U);
    wr(0x5fffc, 1);
    EXPECT_EQ(rr(0x5fffc), 1U);
}

TEST_F(PcieGuest, TakesAccessesOfAnySize) {
    enable_bus();
    front.write(vfio::region::bar0, 0x1000, octets("01020304 05060708"));
    EXPECT_EQ(rr(0x1000), 0x04030201U);
    EXPECT_EQ(rr(0x1004), 0x08070605U);
    Bytes read(6);
    front.read(vfio::region::bar0, 0x1001, read);
    EXPECT_EQ(read, octets("020304 050607"));
    front.write(vfio::region::bar0, 0x1001, octets("ff"));
    front.write(vfio::region::bar0, 0x1000, octets("ffff"));
    EXPECT_EQ(rr(0x1000), 0x04030201U) << "a part of a register cannot be written";
    front.read(vfio::region::bar0, 0x1ffffe, std::span(read).first(2));
    EXPECT_EQ(front.counts().odd_accesses, 4U);
}

TEST_F(PcieGuest, WhoIsOffTheBusReadsOnes) {
    enable_bus();
    front.faults().add({.effect = FaultEffect::bus_ff, .times = 2});
    EXPECT_EQ(rr(lpctl), 0xffffffffU);
    EXPECT_EQ(rr(misc), 0xffffffffU);
    EXPECT_EQ(rr(misc), 1U);
}

TEST_F(PcieGuest, AnObserverSeesEveryAccess) {
    enable_bus();
    std::vector<std::string> seen;
    front.set_register_observer([&](const RegisterAccess& access) {
        seen.push_back((access.write ? "w " : "r ") + std::to_string(access.offset) + " " +
                       std::to_string(access.value));
    });
    wr(16, 5);
    (void)rr(16);
    EXPECT_THAT(seen, ElementsAre("w 16 5", "r 16 5"));
}

// Interrupts

TEST_F(BootedGuest, OneEdgeForEachTimeThatThereBeginsToBeNews) {
    (void)take_interrupts();
    EXPECT_EQ(rr(int_sta), 0U);
    lines.edges.clear();
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 1U) << "the command's end; its answer finds the level up";
    EXPECT_EQ(rr(int_sta), 1U << 25U | 1U);
    wr(int_sta, 1U << 25U);
    EXPECT_EQ(rr(int_sta), 1U) << "written ones are seen";
    wr(int_ena, 0);
    wr(int_ena, driver_mask);
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 2U) << "what is left is news again";
    wr(int_sta, 1);
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 3U);
    EXPECT_EQ(lines.edges[vfio::interrupt::intx], 0U);
}

TEST_F(BootedGuest, WhatNobodyWantsToHearOfMakesNoEdge) {
    wr(int_ena, 0);
    lines.edges.clear();
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    EXPECT_EQ(rr(int_sta) & 1U, 1U);
    EXPECT_TRUE(lines.edges.empty());
    wr(mac_int, 0);
    wr(int_ena, driver_mask);
    EXPECT_TRUE(lines.edges.empty());
    wr(mac_int, 0xff);
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 1U);
}

TEST_F(BootedGuest, WithoutMsiTheLineIsIntx) {
    config_write(0x42, 0x0080, 2);
    config_write(0x04, 0x0006, 2);
    (void)take_interrupts();
    lines.edges.clear();
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    EXPECT_EQ(lines.edges[vfio::interrupt::intx], 1U);
    std::uint64_t masked = 0;
    (void)take_interrupts();
    front.unmasked(vfio::interrupt::intx);
    EXPECT_EQ(lines.edges[vfio::interrupt::intx], 1U) << "all is seen";
    config_write(0x04, 0x0006, 2);
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    front.unmasked(vfio::interrupt::intx);
    EXPECT_EQ(lines.edges[vfio::interrupt::intx], 3U) << "the line is still up";
    (void)take_interrupts();
    config_write(0x04, 0x0406, 2);
    masked = front.counts().masked_interrupts;
    (void)uni(Cid::wsys_config, "00000000 0000 0800 01 000000");
    EXPECT_EQ(lines.edges[vfio::interrupt::intx], 3U) << "COMMAND forbids it";
    EXPECT_EQ(front.counts().masked_interrupts, masked + 1);
}

// What the real driver did, access by access (see tests/data/mt7925/registers.txt): it reads what it read then.
TEST_F(PcieGuest, ServesTheRealDriversAccesses) {
    enable_bus();
    std::ifstream file(MLOSIM_TEST_DATA "/mt7925/registers.txt");
    ASSERT_TRUE(file);
    unsigned reads = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream in(line);
        std::uint32_t offset = 0;
        char kind = 0;
        std::uint32_t value = 0;
        in >> std::hex >> offset >> kind >> value;
        ASSERT_TRUE(in) << line;
        if (kind == 'w') {
            wr(offset, value);
            run(3ms);
            if (offset == wfsys_rst) run(10ms);
            continue;
        }
        ++reads;
        EXPECT_EQ(rr(offset), value) << line;
    }
    EXPECT_GT(reads, 80U);
    EXPECT_EQ(front.counts().registers_full, 0U);
    EXPECT_EQ(front.counts().odd_accesses, 0U);
    EXPECT_EQ(front.counts().bad_indexes, 0U);
}

}  // namespace
}  // namespace mlosim::mt7925::pcie
