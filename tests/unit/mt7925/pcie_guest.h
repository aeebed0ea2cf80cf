#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "bytes_text.h"
#include "mt7925/pcie/pcie_front.h"
#include "mt7925/rx_descriptor.h"

namespace mlosim::mt7925::pcie {

/// A stretch of memory at a bus address; nothing is mapped around it.
class GuestRam final : public vfio::GuestMemory {
public:
    static constexpr std::uint64_t base = 0x10000;
    static constexpr std::size_t size = 0x600000;

    bool read(std::uint64_t address, std::span<std::uint8_t> out) override {
        if (!there(address, out.size())) return false;
        std::memcpy(out.data(), octets_.data() + (address - base), out.size());
        return true;
    }
    bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) override {
        if (!there(address, bytes.size())) return false;
        std::memcpy(octets_.data() + (address - base), bytes.data(), bytes.size());
        return true;
    }
    [[nodiscard]] std::uint32_t u32(std::uint64_t address) {
        std::uint32_t value = 0;
        std::memcpy(&value, octets_.data() + (address - base), sizeof value);
        return value;
    }
    void put_u32(std::uint64_t address, std::uint32_t value) {
        std::memcpy(octets_.data() + (address - base), &value, sizeof value);
    }
    void put(std::uint64_t address, ByteView bytes) { EXPECT_TRUE(write(address, bytes)); }
    [[nodiscard]] Bytes get(std::uint64_t address, std::size_t length) {
        Bytes out(length);
        EXPECT_TRUE(read(address, out));
        return out;
    }

private:
    static bool there(std::uint64_t address, std::size_t length) {
        return address >= base && address <= base + size && length <= base + size - address;
    }
    Bytes octets_ = Bytes(size);
};

class CountedLines final : public vfio::InterruptLines {
public:
    void raise(std::uint32_t index, std::uint32_t vector) override {
        EXPECT_EQ(vector, 0U);
        ++edges[index];
    }
    std::map<std::uint32_t, unsigned> edges;
};

/// Takes what the firmware does to the air and keeps the frames.
class FrameRadio final : public Radio {
public:
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void rest(std::uint8_t, bool) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void transmit(RadioFrame frame) override {
        numbers.push_back(frame.number);
        frames.push_back(std::move(frame.bytes));
    }
    std::vector<Bytes> frames;
    std::vector<std::uint64_t> numbers;
};

/// A machine with the chip on its bus, and the steps of the real driver.
class PcieGuest : public testing::Test {
protected:
    explicit PcieGuest(const FirmwareConfig& config = {}) : front(queue, config, radio) { front.attached(ram, lines); }

    // Places of the registers that the tests touch.
    static constexpr std::uint32_t lpctl = 0xe0010;
    static constexpr std::uint32_t misc = 0xe00f0;
    static constexpr std::uint32_t wfsys_rst = 0xf0140;
    static constexpr std::uint32_t int_sta = 0xd4200;
    static constexpr std::uint32_t int_ena = 0xd4204;
    static constexpr std::uint32_t glo_cfg = 0xd4208;
    static constexpr std::uint32_t mac_int = 0x10188;
    static constexpr std::uint32_t dummy_cr = 0x2120;
    static constexpr std::uint32_t tx(unsigned ring) { return 0xd4300 + 16 * ring; }
    static constexpr std::uint32_t rx(unsigned ring) { return 0xd4500 + 16 * ring; }
    static constexpr std::uint32_t base_at = 0;
    static constexpr std::uint32_t size_at = 4;
    static constexpr std::uint32_t cpu_at = 8;
    static constexpr std::uint32_t dma_at = 12;
    static constexpr std::uint32_t driver_mask = 0x2e07fff5;

    void run(sim::Duration time) { queue.run_until(queue.now() + time); }

    std::uint32_t rr(std::uint32_t offset) {
        std::array<std::uint8_t, 4> octets{};
        front.read(vfio::region::bar0, offset, octets);
        return ieee80211::ByteReader(octets).u32le();
    }
    void wr(std::uint32_t offset, std::uint32_t value) { front.write(vfio::region::bar0, offset, word(value)); }
    void set(std::uint32_t offset, std::uint32_t bits) { wr(offset, rr(offset) | bits); }
    std::uint32_t config_read(std::size_t offset, std::size_t octets = 4) {
        Bytes out(octets);
        front.read(vfio::region::config, offset, out);
        out.resize(4);
        return ieee80211::ByteReader(out).u32le();
    }
    void config_write(std::size_t offset, std::uint32_t value, std::size_t octets = 4) {
        Bytes bytes = word(value);
        bytes.resize(octets);
        front.write(vfio::region::config, offset, bytes);
    }
    static Bytes word(std::uint32_t value) {
        Bytes out;
        ieee80211::ByteWriter(out).u32le(value);
        return out;
    }

    void enable_bus() {
        config_write(0x04, 0x0406, 2);
        config_write(0x44, 0xfee00000);
        config_write(0x4c, 0x4021, 2);
        config_write(0x42, 0x0081, 2);
    }
    /// cf. mt792xe_mcu_fw_pmctrl(), __mt792xe_mcu_drv_pmctrl()
    void give_to_firmware() { wr(lpctl, 1); }
    bool take_own() {
        wr(lpctl, 2);
        for (int ms = 0; ms < 500; ++ms) {
            if ((rr(lpctl) & 4U) == 0) return true;
            run(std::chrono::milliseconds(1));
        }
        return false;
    }
    /// cf. mt792x_wfsys_reset()
    bool reset_wfsys() {
        wr(wfsys_rst, rr(wfsys_rst) & ~1U);
        run(std::chrono::milliseconds(50));
        set(wfsys_rst, 1);
        for (int ms = 0; ms < 500; ++ms) {
            if ((rr(wfsys_rst) & 0x10U) != 0) return true;
            run(std::chrono::milliseconds(1));
        }
        return false;
    }

    struct Ring {
        unsigned index;
        std::uint32_t entries;
        std::uint32_t descriptors;
        std::uint32_t buffers;
        std::uint32_t buffer_size;
        std::uint32_t head = 0;  ///< of RX: the next that the host looks at
        std::uint32_t cpu = 0;
    };
    Ring frames{0, 2048, 0x20000, 0x100000, 128};
    Ring commands{15, 256, 0x30000, 0x180000, 2048};
    Ring pieces{16, 128, 0x32000, 0x200000, 4096};
    Ring events{0, 512, 0x34000, 0x280000, 1728};
    Ring packets{2, 1536, 0x38000, 0x360000, 1728};

    void set_up(std::uint32_t at, const Ring& ring) {
        wr(at + cpu_at, 0);
        wr(at + dma_at, 0);
        wr(at + size_at, ring.entries);
        wr(at + base_at, ring.descriptors);
    }
    void post(Ring& ring, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) {
            ram.put_u32(ring.descriptors + 16 * ring.cpu, ring.buffers + ring.buffer_size * ring.cpu);
            ram.put_u32(ring.descriptors + 16 * ring.cpu + 4, ring.buffer_size << 16U);
            ring.cpu = (ring.cpu + 1) % ring.entries;
        }
        wr(rx(ring.index) + cpu_at, ring.cpu);
    }
    /// cf. mt792x_dma_alloc_queues(), mt792x_dma_enable()
    void init_dma() {
        wr(int_ena, 0);
        wr(mac_int, 0xff);
        for (Ring* ring : {&frames, &commands, &pieces, &events, &packets})
            ring->cpu = ring->head = 0;
        for (const Ring* ring : {&frames, &commands, &pieces})
            set_up(tx(ring->index), *ring);
        for (Ring* ring : {&events, &packets}) {
            set_up(rx(ring->index), *ring);
            post(*ring, ring->entries - 1);
        }
        wr(0xd420c, ~0U);
        wr(0xd4280, ~0U);
        wr(glo_cfg, 0x5020b875);
        set(dummy_cr, 2);
        wr(int_ena, driver_mask);
    }
    void probe() {
        enable_bus();
        give_to_firmware();
        ASSERT_TRUE(take_own());
        ASSERT_TRUE(reset_wfsys());
        init_dma();
    }

    /// A packet in one buffer on one of the chip's rings. Its descriptor's number.
    std::uint32_t send(Ring& ring, ByteView packet) {
        const std::uint32_t slot = ring.cpu;
        const std::uint32_t buffer = ring.buffers + ring.buffer_size * slot;
        ram.put(buffer, packet);
        put_descriptor(ring, slot, buffer, static_cast<std::uint32_t>(packet.size()));
        ring.cpu = (ring.cpu + 1) % ring.entries;
        wr(tx(ring.index) + cpu_at, ring.cpu);
        return slot;
    }
    void put_descriptor(const Ring& ring, std::uint32_t slot, std::uint32_t buffer, std::uint32_t length) {
        ram.put_u32(ring.descriptors + 16 * slot, buffer);
        ram.put_u32(ring.descriptors + 16 * slot + 4, length << 16U | 1U << 30U);
        ram.put_u32(ring.descriptors + 16 * slot + 8, 0);
    }
    std::uint32_t chip_index(const Ring& ring, bool host = false) {
        return rr((host ? rx(ring.index) : tx(ring.index)) + dma_at);
    }
    /// What the chip has put on one of the host's rings since, pieces joined; the buffers go back.
    std::vector<Bytes> collect(Ring& ring) {
        std::vector<Bytes> out;
        Bytes packet;
        const std::uint32_t end = chip_index(ring, true);
        while (ring.head != end) {
            const std::uint32_t at = ring.descriptors + 16 * ring.head;
            const std::uint32_t control = ram.u32(at + 4);
            EXPECT_NE(control & 1U << 31U, 0U) << "done";
            EXPECT_EQ(control & 0xffffU, 0U);
            const Bytes piece = ram.get(ram.u32(at), control >> 16U & 0x3fffU);
            packet.insert(packet.end(), piece.begin(), piece.end());
            if ((control & 1U << 30U) != 0) out.push_back(std::exchange(packet, {}));
            ring.head = (ring.head + 1) % ring.entries;
            post(ring, 1);
        }
        EXPECT_TRUE(packet.empty()) << "a packet without an end";
        return out;
    }

    /// A command of the boot ROM and its answer's status octet; nothing: none came.
    std::optional<std::uint8_t> rom(RomCid cid, std::string_view hex) {
        seq = static_cast<std::uint8_t>(seq % 15 + 1);
        send(commands, build_command(cid, seq, octets(hex)));
        run(std::chrono::milliseconds(1));
        std::optional<std::uint8_t> status;
        for (const Bytes& event : collect(events))
            if (const auto view = parse_event(event); view && view->seq == seq) status = view->ext_eid;
        return status;
    }
    /// cf. mt792x_load_firmware()
    void download() {
        send(commands, build_command(RomCid::nic_power_ctrl, 1, octets("01000000")));
        run(std::chrono::milliseconds(1));
        EXPECT_EQ(rr(misc), 1U);
        EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000"), 2);
        EXPECT_TRUE(rom(RomCid::patch_start, "00009000 10000000 00000080"));
        send(pieces, Bytes(16));
        EXPECT_EQ(rom(RomCid::patch_finish, "00000000"), 0);
        EXPECT_EQ(rom(RomCid::patch_sem_control, "00000000"), 3);
        EXPECT_TRUE(rom(RomCid::target_address_len, "00d09000 40000000 00000080"));
        send(pieces, Bytes(64));
        EXPECT_TRUE(rom(RomCid::fw_start, "01000000 00d09000"));
        run(std::chrono::milliseconds(2));
    }
    void boot() {
        probe();
        download();
        ASSERT_EQ(rr(misc), 3U);
    }
    /// A command of the firmware and its answer.
    std::optional<Bytes> uni(Cid cid, std::string_view hex, std::uint8_t option_bits = option::set_ack) {
        seq = static_cast<std::uint8_t>(seq % 15 + 1);
        send(commands, build_command(cid, seq, option_bits, octets(hex)));
        run(std::chrono::milliseconds(5));
        std::optional<Bytes> answer;
        for (const Bytes& event : collect(events))
            if (const auto view = parse_event(event); view && view->seq == seq)
                answer = Bytes(view->payload.begin(), view->payload.end());
        return answer;
    }
    /// What the driver's interrupt does before it looks at its rings. cf. mt792x_irq_tasklet()
    std::uint32_t take_interrupts() {
        wr(int_ena, 0);
        const std::uint32_t sources = rr(int_sta) & driver_mask;
        wr(int_sta, sources);
        wr(int_ena, driver_mask);
        return sources;
    }

    sim::EventQueue queue;
    FrameRadio radio;
    GuestRam ram;
    CountedLines lines;
    PcieFront front;
    std::uint8_t seq = 0;
};

class BootedGuest : public PcieGuest {
protected:
    explicit BootedGuest(const FirmwareConfig& config = {}) : PcieGuest(config) { boot(); }
};

}  // namespace mlosim::mt7925::pcie
