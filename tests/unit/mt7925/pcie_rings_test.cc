#include <gmock/gmock.h>

#include "mt7925/event_tlvs.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"
#include "pcie_guest.h"

namespace mlosim::mt7925::pcie {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view log_on = "00000000 0000 0800 01 000000";

// The boot

TEST_F(PcieGuest, BootsByItsRings) {
    boot();
    EXPECT_EQ(front.firmware().counts().boots, 1U);
    EXPECT_EQ(front.counts().pieces, 2U);
    EXPECT_EQ(front.counts().dma_errors, 0U);
    EXPECT_EQ(front.counts().bad_indexes, 0U);
}

TEST_F(PcieGuest, EveryPieceOfARealImageIsGoneWhenTheDriverLooks) {
    probe();
    constexpr std::uint32_t chunks = 370;
    constexpr std::uint32_t chunk = 4096;
    EXPECT_TRUE(rom(RomCid::target_address_len, "00d09000 00201700 00000080"));
    static_assert(chunks * chunk == 0x172000);
    for (std::uint32_t i = 0; i < chunks; ++i) {
        send(pieces, Bytes(chunk));
        ASSERT_EQ(chip_index(pieces), pieces.cpu) << "piece " << i;
    }
    EXPECT_TRUE(rom(RomCid::fw_start, "01000000 00d09000"));
    run(2ms);
    EXPECT_EQ(rr(misc), 3U);
    EXPECT_EQ(front.firmware().rom().downloaded(), chunks * chunk);
    EXPECT_NE(rr(int_sta) & 1U << 26U, 0U);
}

TEST_F(PcieGuest, AFirmwareThatNeverReportsIsSeenInItsState) {
    front.faults().add({.effect = FaultEffect::misc_not_ready, .times = 1});
    probe();
    download();
    EXPECT_EQ(rr(misc), 1U);
    ASSERT_TRUE(reset_wfsys());
    init_dma();
    download();
    EXPECT_EQ(rr(misc), 3U);
}

TEST_F(PcieGuest, AStuckSemaphoreIsRefused) {
    front.faults().add({.effect = FaultEffect::sem_stuck, .times = 1});
    probe();
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000"), 0);
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000"), 2);
}

// Commands and events

TEST_F(BootedGuest, AnswersACommand) {
    const auto answer = uni(Cid::wsys_config, log_on);
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, octets("0b000000 00000000"));
    const auto capabilities = uni(Cid::chip_config, "00000000 0300 0400", option::set_silent);
    ASSERT_TRUE(capabilities);
    EXPECT_GT(capabilities->size(), 60U);
}

TEST_F(BootedGuest, TheIndexTellsThatACommandIsTakenAtOnce) {
    const std::uint32_t slot = send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_EQ(chip_index(commands), commands.cpu);
    EXPECT_NE(ram.u32(commands.descriptors + 16 * slot + 4) & 1U << 31U, 0U) << "done";
    EXPECT_THAT(collect(events), IsEmpty()) << "its answer takes a while";
    run(2ms);
    EXPECT_THAT(collect(events), SizeIs(1));
}

TEST_F(BootedGuest, GoesRoundItsRings) {
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(uni(Cid::wsys_config, log_on)) << i;
    EXPECT_EQ(front.counts().dropped_events, 0U);
}

TEST_F(BootedGuest, WhoSleepsTakesACommandWhenHeWakes) {
    give_to_firmware();
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    run(1s);
    EXPECT_NE(chip_index(commands), commands.cpu);
    EXPECT_TRUE(take_own());
    run(3ms);
    EXPECT_EQ(chip_index(commands), commands.cpu);
    EXPECT_THAT(collect(events), SizeIs(1));
}

TEST_F(BootedGuest, AStalledRingStaysStalledUntilAReset) {
    front.faults().add({.effect = FaultEffect::stall_ring15, .times = 1});
    EXPECT_FALSE(uni(Cid::wsys_config, log_on));
    const std::uint32_t taken = chip_index(commands);
    EXPECT_FALSE(uni(Cid::wsys_config, log_on));
    EXPECT_EQ(chip_index(commands), taken) << "nobody looks at it";
    ASSERT_TRUE(reset_wfsys());
    init_dma();
    download();
    EXPECT_TRUE(uni(Cid::wsys_config, log_on));
}

TEST_F(BootedGuest, MoreCommandsThanItTakesAtOnceWaitOnTheRing) {
    const std::uint64_t before = front.firmware().counts().dropped_commands;
    std::size_t answers = 0;
    for (int i = 0; i < 255; ++i)
        send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    for (int i = 0; i < 50; ++i)
        send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu);
    run(1s);
    answers += collect(events).size();
    EXPECT_EQ(chip_index(commands), commands.cpu);
    EXPECT_EQ(answers, 305U);
    EXPECT_EQ(front.firmware().counts().dropped_commands, before);
}

TEST_F(BootedGuest, APacketMayLieInTwoBuffersAndInTwoDescriptors) {
    const Bytes packet = build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on));
    ram.put(commands.buffers, packet);
    const auto length = static_cast<std::uint32_t>(packet.size());
    const auto put = [&](std::uint32_t control, std::uint32_t first, std::uint32_t second) {
        const std::uint32_t at = commands.descriptors + 16 * commands.cpu;
        ram.put_u32(at, first);
        ram.put_u32(at + 4, control);
        ram.put_u32(at + 8, second);
        commands.cpu = (commands.cpu + 1) % commands.entries;
        wr(tx(15) + cpu_at, commands.cpu);
        run(3ms);
    };
    (void)collect(events);
    put(40U << 16U | (length - 40) | 1U << 14U, commands.buffers, commands.buffers + 40);
    EXPECT_THAT(collect(events), SizeIs(1));
    put(16U << 16U | 16U, commands.buffers, commands.buffers + 16);
    EXPECT_THAT(collect(events), IsEmpty());
    put((length - 32) << 16U | 1U << 30U, commands.buffers + 32, 0);
    EXPECT_THAT(collect(events), SizeIs(1));
}

// The ways of the data

Bytes beacon() {
    return octets("8000 0000 ffffffffffff 02aa00000036 02aa00000036 0000 0000000000000000 6400 0000 0003616263");
}

class Scanning : public BootedGuest {
protected:
    Scanning() {
        EXPECT_TRUE(uni(Cid::dev_info, "00ff0000 0000 0c00 01 00 02792500aa00"));
        EXPECT_TRUE(uni(Cid::sniffer, "00000000 0000 0800 01 000000"));
    }
    bool hear(const Bytes& frame) { return front.firmware().receive_frame({{2, 36, 36, 0, 0}, frame, -50}); }
    static Bytes long_frame(std::size_t size) {
        Bytes frame = octets("8801 0000 02792500aa00 02aa00000036 02aa00000036 0000 0000");
        for (std::size_t i = frame.size(); i < size; ++i)
            frame.push_back(static_cast<std::uint8_t>(i));
        return frame;
    }
};

TEST_F(Scanning, AFrameFromTheAirLiesOnTheDataRing) {
    (void)take_interrupts();
    ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(rr(int_sta), 1U << 2U);
    const auto got = collect(packets);
    ASSERT_THAT(got, SizeIs(1));
    EXPECT_EQ(Bytes(got[0].end() - static_cast<std::ptrdiff_t>(beacon().size()), got[0].end()), beacon());
    EXPECT_EQ(front.counts().packets, 1U);
}

TEST_F(Scanning, AFrameThatIsLongerThanABufferIsSplit) {
    const Bytes frame = long_frame(4000);
    ASSERT_TRUE(hear(frame));
    EXPECT_EQ(chip_index(packets, true), 3U);
    const auto got = collect(packets);
    ASSERT_THAT(got, SizeIs(1));
    EXPECT_EQ(Bytes(got[0].end() - static_cast<std::ptrdiff_t>(frame.size()), got[0].end()), frame);
    EXPECT_EQ(front.counts().split_packets, 1U);
}

TEST_F(Scanning, WhatFindsNoBufferWaitsForOne) {
    for (std::uint32_t i = 0; i < packets.entries + 10; ++i)
        ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(chip_index(packets, true), packets.entries - 1) << "full";
    (void)take_interrupts();
    std::size_t got = collect(packets).size();
    EXPECT_NE(rr(int_sta) & 1U << 2U, 0U) << "those that waited are news";
    got += collect(packets).size();
    EXPECT_EQ(got, packets.entries + 10);
    EXPECT_EQ(front.counts().dropped_packets, 0U);
}

TEST_F(Scanning, ASplitFrameGoesOnWhenThereIsABuffer) {
    for (std::uint32_t i = 0; i < packets.entries - 2; ++i)
        ASSERT_TRUE(hear(beacon()));
    const Bytes frame = long_frame(4000);
    ASSERT_TRUE(hear(frame));
    EXPECT_EQ(chip_index(packets, true), packets.entries - 1);
    const std::uint32_t first = packets.descriptors + 16 * (packets.entries - 2);
    EXPECT_EQ(ram.u32(first + 4), 1U << 31U | 1728U << 16U) << "to be continued";
    post(packets, 2);
    packets.cpu = (packets.cpu + packets.entries - 2) % packets.entries;  // collect() counts them itself
    EXPECT_EQ(chip_index(packets, true), 1U);
    const std::uint32_t last = packets.descriptors;
    EXPECT_EQ(ram.u32(last + 4) >> 30U, 3U);
}

TEST_F(Scanning, TooManyThatWaitAreDropped) {
    for (std::size_t i = 0; i < packets.entries + DmaEngine::waiting_limit + 5; ++i)
        (void)hear(beacon());
    EXPECT_EQ(front.counts().dropped_packets, 6U);
}

TEST_F(Scanning, ALostInterruptLeavesThePacketToTheNext) {
    (void)take_interrupts();
    lines.edges.clear();
    front.faults().add({.effect = FaultEffect::irq_lost, .times = 1});
    ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(rr(int_sta), 0U);
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 0U);
    ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(lines.edges[vfio::interrupt::msi], 1U);
    EXPECT_THAT(collect(packets), SizeIs(2));
}

class Sending : public Scanning {
protected:
    Bytes frame = octets("d000 0000 02aa00000036 02792500aa00 02aa00000036 0000 04 08 01 02 03 04 05 06");
    static constexpr std::uint32_t place = 0x500000;

    Bytes descriptor(std::uint16_t token) {
        TxDescriptor d;
        d.token = token;
        d.header_size = 24;
        d.frame_subtype = 13;
        d.fixed_rate = true;
        d.rate_index = 15;
        d.fixed_link = true;
        d.buffers[0] = {place, static_cast<std::uint16_t>(frame.size())};
        d.frame_bytes = static_cast<std::uint16_t>(frame.size());
        return build_tx_descriptor(d);
    }
    /// The same with the frame in pieces of the given sizes, each 0x100 octets from the one before.
    Bytes descriptor_of_pieces(std::uint16_t token, const std::vector<std::uint16_t>& sizes) {
        Bytes out = descriptor(token);
        out.resize(40);
        ieee80211::ByteWriter writer(out);
        std::size_t offset = 0;
        for (std::size_t pair = 0; pair < 2; ++pair) {
            std::uint32_t address[2] = {};
            std::uint16_t length[2] = {};
            for (std::size_t i = 0; i < 2; ++i) {
                const std::size_t piece = 2 * pair + i;
                if (piece >= sizes.size()) continue;
                address[i] = place + 0x100 * static_cast<std::uint32_t>(piece);
                length[i] = static_cast<std::uint16_t>(sizes[piece] | (piece + 1 == sizes.size() ? 0x8000 : 0));
                ram.put(address[i], ByteView(frame).subspan(offset, sizes[piece]));
                offset += sizes[piece];
            }
            writer.u32le(address[0]);
            writer.u16le(length[0]);
            writer.u16le(length[1]);
            writer.u32le(address[1]);
        }
        return out;
    }
};

TEST_F(Sending, AFrameOfTheHostGoesOnTheAir) {
    ram.put(place, frame);
    send(frames, descriptor(7));
    EXPECT_EQ(chip_index(frames), frames.cpu);
    EXPECT_NE(rr(int_sta) & 1U << 4U, 0U);
    ASSERT_THAT(radio.frames, SizeIs(1));
    EXPECT_EQ(radio.frames[0], frame);
}

TEST_F(Sending, AFrameMayLieInFourPieces) {
    for (const std::vector<std::uint16_t>& sizes :
         {std::vector<std::uint16_t>{24, 8}, {24, 4, 4}, {24, 2, 2, 4}, {32}}) {
        const auto token = static_cast<std::uint16_t>(sizes.size());
        send(frames, descriptor_of_pieces(token, sizes));
        front.firmware().transmitted({.number = radio.numbers.back(), .acknowledged = true});
    }
    ASSERT_THAT(radio.frames, SizeIs(4));
    EXPECT_THAT(radio.frames, testing::Each(frame));
    EXPECT_EQ(front.counts().bad_frames, 0U);
}

TEST_F(Sending, DescriptorsThatMakeNoFrameAreCounted) {
    ram.put(place, frame);
    Bytes endless = descriptor(1);
    endless[45] = 0;  // no piece is the last
    send(frames, endless);
    Bytes nowhere = descriptor(2);
    nowhere[43] = 0xff;  // 0xff500000
    send(frames, nowhere);
    send(frames, octets("00112233"));
    EXPECT_EQ(chip_index(frames), frames.cpu) << "done with";
    EXPECT_EQ(front.counts().frames, 3U);
    EXPECT_EQ(front.counts().bad_frames, 3U);
    EXPECT_EQ(front.counts().dma_errors, 1U);
    EXPECT_THAT(radio.frames, IsEmpty());
    send(frames, descriptor(3));
    EXPECT_THAT(radio.frames, SizeIs(1));
}

TEST_F(Sending, TheDeadLetFramesPass) {
    front.firmware().crash();
    ram.put(place, frame);
    send(frames, descriptor(1));
    EXPECT_EQ(chip_index(frames), frames.cpu);
    EXPECT_EQ(front.counts().lost_frames, 1U);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu);
}

// A table's air times, as the driver polls them.
TEST_F(Sending, CountsAirTimeInTheTablesWindow) {
    EXPECT_TRUE(uni(Cid::bss_info,
                    "00000000 0000 2000 01 00 00 ff 01000100 00 00 02aa00000036 1300 6400 02 31 0100 "
                    "0300 00 00 0200 1000 24 24 00 00 02 02 00 00 02 000000"));
    EXPECT_TRUE(uni(Cid::sta_rec,
                    "00 01 0100 01 00 00 00 0000 1400 02000100 01 01 0100 02aa00000036 0300 0700 1000 02 000000 "
                    "00000000 00 00 0000"));
    EXPECT_TRUE(front.firmware().receive_frame({{2, 36, 36, 0, 0}, beacon(), -50, *phy::Rate::legacy(60)}));
    constexpr std::uint32_t best_effort_rx = 0x38000 + (1U << 8U) + (23U << 2U);
    const std::uint32_t spent = rr(best_effort_rx);
    EXPECT_GT(spent, 0U);
    EXPECT_EQ(rr(0x38000 + (2U << 8U) + (23U << 2U)), 0U);
    EXPECT_EQ(rr(0x38000 + (100U << 8U) + (23U << 2U)), 0U) << "there is no such entry";
    wr(0x34370, 1);
    EXPECT_EQ(rr(best_effort_rx), 0U) << "another group of entries";
    wr(0x34370, 0);
    wr(best_effort_rx, 3);
    EXPECT_EQ(rr(best_effort_rx), spent) << "it is the chip's";
    wr(0x34380, 1U << 14U | 1U);
    EXPECT_EQ(rr(best_effort_rx), 0U);
    wr(0x34380, 1U << 14U | 0xfffU);
}

// Resets and what a guest may do wrong

TEST_F(Scanning, AResetInTheMiddleForgetsWhatWaited) {
    for (std::uint32_t i = 0; i < packets.entries + 10; ++i)
        (void)hear(beacon());
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    ASSERT_TRUE(reset_wfsys());
    EXPECT_EQ(rr(glo_cfg) & 5U, 0U) << "the rings stand still";
    EXPECT_EQ(rr(misc), 1U);
    init_dma();
    EXPECT_THAT(collect(packets), IsEmpty());
    EXPECT_THAT(collect(events), IsEmpty());
    download();
    EXPECT_TRUE(uni(Cid::wsys_config, log_on));
}

TEST_F(BootedGuest, NothingIsTakenWhileTheResetIsHeld) {
    wr(wfsys_rst, 0);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu);
}

TEST_F(BootedGuest, WithoutTheBusOrTheSwitchNothingMoves) {
    config_write(0x04, 0x0402, 2);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu) << "no bus master";
    config_write(0x04, 0x0406, 2);
    EXPECT_EQ(chip_index(commands), commands.cpu);
    run(2ms);
    wr(glo_cfg, 0x5020b870);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu) << "TX_DMA_EN";
    wr(glo_cfg, 0x5020b871);
    run(2ms);
    EXPECT_THAT(collect(events), SizeIs(1)) << "of the first; the second's waits for RX_DMA_EN";
    wr(glo_cfg, 0x5020b875);
    EXPECT_THAT(collect(events), SizeIs(1));
}

TEST_F(BootedGuest, IndexesBeyondTheRingStopIt) {
    const std::uint32_t good = commands.cpu;
    wr(tx(15) + cpu_at, 256);
    wr(tx(15) + cpu_at, 0xffffffff);
    wr(tx(15) + dma_at, 4095);
    EXPECT_EQ(front.counts().bad_indexes, 3U);
    wr(tx(15) + dma_at, good);
    wr(tx(15) + cpu_at, good);
    EXPECT_TRUE(uni(Cid::wsys_config, log_on)) << "good ones set it going again";
    wr(rx(0) + cpu_at, 0xffff);
    EXPECT_FALSE(uni(Cid::wsys_config, log_on));
    wr(rx(0) + cpu_at, events.cpu);
    EXPECT_THAT(collect(events), SizeIs(1));
}

TEST_F(BootedGuest, ARingThatIsNotThereStopsUntilItIs) {
    wr(tx(15) + base_at, 0xfffffff0);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu);
    EXPECT_EQ(front.counts().dma_errors, 1U);
    wr(tx(15) + cpu_at, commands.cpu);
    EXPECT_EQ(front.counts().dma_errors, 1U) << "it does not try again and again";
    wr(tx(15) + base_at, commands.descriptors);
    EXPECT_EQ(chip_index(commands), commands.cpu);
}

// Each turn is one small message on the bus, and copies 32 MiB.
TEST_F(Sending, AGuestThatTurnsItsRingMovesNoMoreThanABusCarries) {
    constexpr std::uint16_t piece = 0xfff;
    ram.put(place, Bytes(piece));
    TxDescriptor long_one;
    long_one.buffers.fill({place, piece});
    long_one.frame_bytes = 4 * piece;
    ram.put(frames.buffers, build_tx_descriptor(long_one));
    for (std::uint32_t slot = 0; slot < frames.entries; ++slot)
        put_descriptor(frames, slot, frames.buffers, TxDescriptor::size);
    const auto turn = [&] {
        wr(tx(0) + cpu_at, (chip_index(frames) + frames.entries - 1) % frames.entries);
        return front.counts().frames * 4 * piece;
    };
    constexpr std::uint64_t mega = 1U << 20U;
    for (unsigned times = 0; times < 20; ++times)
        EXPECT_LE(turn(), 5 * mega);
    const std::uint64_t at_once = turn();
    run(1ms);
    EXPECT_GT(turn(), at_once) << "the rest comes by and by";
    EXPECT_LE(turn(), at_once + 2 * mega);
    run(1s);
    EXPECT_EQ(chip_index(frames), rr(tx(0) + cpu_at));
}

TEST_F(BootedGuest, ABufferThatIsNotThereCostsThatPacket) {
    const std::uint32_t slot = commands.cpu;
    put_descriptor(commands, slot, 0xf0000000, 48);
    commands.cpu = (slot + 1) % commands.entries;
    wr(tx(15) + cpu_at, commands.cpu);
    EXPECT_EQ(chip_index(commands), commands.cpu);
    EXPECT_EQ(front.counts().dma_errors, 1U);
    EXPECT_TRUE(uni(Cid::wsys_config, log_on));
}

TEST_F(Scanning, AHostsBufferThatIsNotThereStopsTheRing) {
    ram.put_u32(packets.descriptors, 0xf0000000);
    ASSERT_TRUE(hear(beacon()));
    ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(chip_index(packets, true), 0U);
    EXPECT_EQ(front.counts().dma_errors, 1U);
    EXPECT_EQ(front.counts().dropped_packets, 2U);
    ram.put_u32(packets.descriptors, packets.buffers);
    wr(0xd4280, 1U << 2U);
    ASSERT_TRUE(hear(beacon()));
    EXPECT_THAT(collect(packets), SizeIs(1));
}

TEST_F(Scanning, AHostsBufferWithoutRoomStopsTheRing) {
    ram.put_u32(packets.descriptors + 4, 0);
    ASSERT_TRUE(hear(beacon()));
    EXPECT_EQ(chip_index(packets, true), 0U);
    EXPECT_EQ(front.counts().dma_errors, 1U);
}

TEST_F(BootedGuest, AChipThatSleptMayHaveLostItsRings) {
    front.faults().add({.effect = FaultEffect::lose_wfdma, .times = 1});
    give_to_firmware();
    ASSERT_TRUE(take_own());
    EXPECT_EQ(rr(dummy_cr), 0U);
    EXPECT_EQ(rr(tx(15) + size_at), 0U);
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    EXPECT_NE(chip_index(commands), commands.cpu);
    init_dma();
    EXPECT_TRUE(uni(Cid::wsys_config, log_on)) << "the firmware has lived on";
    give_to_firmware();
    ASSERT_TRUE(take_own());
    EXPECT_EQ(rr(dummy_cr), 2U);
}

TEST_F(Scanning, AMachineThatGoesLeavesAChipWithoutPast) {
    for (std::uint32_t i = 0; i < packets.entries + 10; ++i)
        (void)hear(beacon());
    send(commands, build_command(Cid::wsys_config, 1, option::set_ack, octets(log_on)));
    front.detached();
    EXPECT_FALSE(front.in_use());
    run(1s);
    EXPECT_FALSE(front.firmware().running());
    EXPECT_FALSE(hear(beacon()));
    front.attached(ram, lines);
    EXPECT_EQ(config_read(0x04), 0x00100000U);
    boot();
    EXPECT_TRUE(uni(Cid::wsys_config, log_on));
}

TEST_F(PcieGuest, ABusResetReleasesWhatAnAbandonedDownloadHeld) {
    probe();
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000"), 2);
    front.reset();
    probe();
    EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000"), 2);
    EXPECT_EQ(front.counts().bus_resets, 1U);
}

}  // namespace
}  // namespace mlosim::mt7925::pcie
