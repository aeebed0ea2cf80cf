// A machine that does anything to the chip on its bus: any access to configuration space and registers, any memory
// behind the rings, frames from the air between them, faults, resets, machines that go and come.
//
// An input is one octet (bit 0: the driver's own steps up to a running firmware first; bit 1: the chip leaves to its
// host what it leaves to ours) and a series of records: one octet of kind (below), two of length, the content.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "mt7925/pcie/pcie_front.h"
#include "mt7925/tx_descriptor.h"

namespace {

using namespace mlosim;
using namespace mlosim::mt7925;
using ieee80211::ByteReader;
using ieee80211::ByteWriter;

enum Kind : std::uint8_t {
    writes,
    reads,
    any_write,
    any_read,
    config,
    memory,
    wait,
    air,
    command,
    frame,
    fault,
    machine,
    kinds
};

void must(bool held, const char* belief) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", belief);
    std::abort();
}

class SilentRadio final : public Radio {
public:
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame out) override {
        if (out.number != 0) sent.push_back(out.number);
    }
    std::vector<std::uint64_t> sent;
};

/// 64 KiB, at 0x10000; writable but for its last page.
class Ram final : public vfio::GuestMemory {
public:
    static constexpr std::uint64_t base = 0x10000;
    static constexpr std::uint64_t size = 0x10000;
    static constexpr std::uint64_t writable = 0xf000;

    bool read(std::uint64_t address, std::span<std::uint8_t> out) override {
        if (!within(address, out.size(), size)) return false;
        std::copy_n(octets_.begin() + static_cast<std::ptrdiff_t>(address - base), out.size(), out.begin());
        return true;
    }
    bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) override {
        if (!within(address, bytes.size(), writable)) return false;
        std::ranges::copy(bytes, octets_.begin() + static_cast<std::ptrdiff_t>(address - base));
        return true;
    }

private:
    static bool within(std::uint64_t address, std::size_t length, std::uint64_t end) {
        return address >= base && address <= base + end && length <= base + end - address;
    }
    ieee80211::Bytes octets_ = ieee80211::Bytes(size);
};

class Lines final : public vfio::InterruptLines {
public:
    void raise(std::uint32_t index, std::uint32_t vector) override {
        must((index == vfio::interrupt::intx || index == vfio::interrupt::msi) && vector == 0, "it has two lines");
    }
};

/// Registers that do something, and some that do not.
constexpr std::uint32_t registers[] = {
    0xe0010, 0xe00f0, 0xf0140, 0xd4200, 0xd4204, 0xd4208, 0xd420c, 0xd4280, 0x10188,  0x2120,   0x34370,  0x34380,
    0x242a8, 0x242ac, 0x24280, 0x24284, 0x38118, 0x38150, 0xd41f0, 0xd41f4, 0x155024, 0x130200, 0x130010, 0x120,
    0xd4300, 0xd4304, 0xd4308, 0xd430c, 0xd43f0, 0xd43f4, 0xd43f8, 0xd43fc, 0xd4400,  0xd4404,  0xd4408,  0xd440c,
    0xd4500, 0xd4504, 0xd4508, 0xd450c, 0xd4520, 0xd4524, 0xd4528, 0xd452c, 0x8000,
};

constexpr std::uint32_t tx_frames = 0xd4300;
constexpr std::uint32_t tx_commands = 0xd43f0;
constexpr std::uint32_t tx_pieces = 0xd4400;
constexpr std::uint32_t rx_events = 0xd4500;
constexpr std::uint32_t rx_packets = 0xd4520;
constexpr std::uint32_t entries = 32;
constexpr std::uint32_t rings_at = 0x10000;    // 0x200 octets each
constexpr std::uint32_t buffers_at = 0x11000;  // of the host, 1 KiB each
constexpr std::uint32_t scratch = 0x1c000;     // what is sent

class Guest {
public:
    explicit Guest(bool chip_crypto) : front_(queue_, config_of(chip_crypto), radio_) { front_.attached(ram_, lines_); }

    void boot() {
        start();
        send(tx_commands,
             build_command(RomCid::target_address_len, 1, Bytes{0, 0xd0, 0x90, 0, 4, 0, 0, 0, 0, 0, 0, 0x80}));
        pass(1);
        send(tx_pieces, Bytes(4));
        send(tx_commands, build_command(RomCid::fw_start, 1, Bytes(8)));
        pass(3);
        must(front_.firmware().running(), "what was downloaded whole runs");
    }

    void record(std::uint8_t kind, ByteView content) {
        ByteReader in(content);
        switch (kind % kinds) {
            case writes:
                while (in.remaining() >= 5) {
                    const std::uint32_t offset = registers[in.u8() % std::size(registers)];
                    write(offset, in.u32le());
                }
                break;
            case reads:
                while (in.remaining() > 0)
                    (void)read(registers[in.u8() % std::size(registers)]);
                break;
            case any_write:
            case any_read:
                anywhere((kind % kinds) == any_write, in);
                break;
            case config: {
                const std::size_t offset = in.u8();
                const ByteView rest = in.rest();
                front_.write(vfio::region::config, offset, rest.first(std::min(rest.size(), 256 - offset)));
                Bytes all(256);
                front_.read(vfio::region::config, 0, all);
                must(all[0] == 0xc3 && all[1] == 0x14, "it stays what it is");
                break;
            }
            case memory: {
                const std::uint64_t address = Ram::base + in.u16le();
                (void)ram_.write(address, in.rest());
                break;
            }
            case wait:
                pass(in.u8());
                break;
            case air:
                (void)front_.firmware().receive_frame({{2, 36, 36, 0, 0}, content, -50});
                break;
            case command:
                if (content.size() >= 2)
                    send(tx_commands,
                         build_command(static_cast<Cid>(content[0]), 1,
                                       static_cast<std::uint8_t>(content[1] | option::uni), content.subspan(2)));
                pass(4);
                break;
            case frame:
                send_frame(content);
                break;
            case fault:
                add_fault(in);
                break;
            default:
                machine_does(in.u8());
                break;
        }
        check();
    }

private:
    static FirmwareConfig config_of(bool chip_crypto) {
        FirmwareConfig out;
        out.chip_crypto = chip_crypto;
        return out;
    }
    void write(std::uint32_t offset, std::uint32_t value) {
        Bytes bytes;
        ByteWriter(bytes).u32le(value);
        front_.write(vfio::region::bar0, offset, bytes);
    }
    std::uint32_t read(std::uint32_t offset) {
        Bytes bytes(4);
        front_.read(vfio::region::bar0, offset, bytes);
        return ByteReader(bytes).u32le();
    }
    void anywhere(bool write_it, ByteReader& in) {
        while (in.remaining() >= 5) {
            const std::uint32_t place = in.u32le() % 0x200000;
            const std::size_t length = std::min<std::size_t>({1U + in.u8() % 16U, 0x200000 - place});
            if (write_it) {
                const ByteView bytes = in.take(std::min(length, in.remaining()));
                front_.write(vfio::region::bar0, place, bytes);
            } else {
                Bytes out(length);
                front_.read(vfio::region::bar0, place, out);
            }
        }
    }

    void start() {
        Bytes on = {0x06, 0x04};
        front_.write(vfio::region::config, 4, on);
        on = {0x81, 0x00};
        front_.write(vfio::region::config, 0x42, on);
        write(0xd4208, 0);
        std::uint32_t at = rings_at;
        for (const std::uint32_t ring : {tx_frames, tx_commands, tx_pieces, rx_events, rx_packets}) {
            write(ring + 8, 0);
            write(ring + 12, 0);
            write(ring + 4, entries);
            write(ring, at);
            at += 16 * entries;
        }
        for (const std::uint32_t ring : {rx_events, rx_packets}) {
            const std::uint32_t descriptors = read(ring);
            for (std::uint32_t i = 0; i < entries; ++i)
                describe(descriptors + 16 * i, buffers_at + 0x400 * (i % 16), 0x400 - i);
            write(ring + 8, entries - 1);
        }
        write(0x10188, 0xff);
        write(0xd4204, 0x2e07fff5);
        write(0xd4208, 5);
        write(0x2120, 2);
    }
    void describe(std::uint32_t at, std::uint32_t buffer, std::uint32_t length) {
        Bytes descriptor;
        ByteWriter out(descriptor);
        out.u32le(buffer);
        out.u32le(length << 16U | 1U << 30U);
        (void)ram_.write(at, descriptor);
    }
    void send(std::uint32_t ring, ByteView packet) {
        const std::uint32_t cpu = read(ring + 8) % entries;
        (void)ram_.write(scratch, packet.first(std::min<std::size_t>(packet.size(), 0x2000)));
        describe(read(ring) + 16 * cpu, scratch,
                 static_cast<std::uint32_t>(std::min<std::size_t>(packet.size(), 0x2000)));
        write(ring + 8, (cpu + 1) % entries);
        // The host has seen what came.
        for (const std::uint32_t rx : {rx_events, rx_packets})
            write(rx + 8, (read(rx + 12) + entries - 1) % entries);
    }
    void send_frame(ByteView content) {
        if (content.size() < TxDescriptor::size) return;
        Bytes descriptor(content.begin(), content.begin() + TxDescriptor::size);
        const ByteView bytes = content.subspan(TxDescriptor::size);
        if ((content[0] & 1U) != 0) {
            TxDescriptor proper = parse_tx_descriptor(descriptor).value_or(TxDescriptor{});
            proper.frame_bytes = static_cast<std::uint16_t>(std::min<std::size_t>(bytes.size(), 0xfff));
            proper.wlan_idx = content[1] % 24;
            proper.token = content[2];
            proper.buffers = {TxBuffer{scratch + 0x1000, proper.frame_bytes}};
            descriptor = build_tx_descriptor(proper);
        }
        (void)ram_.write(scratch + 0x1000, bytes.first(std::min<std::size_t>(bytes.size(), 0x1000)));
        send(tx_frames, descriptor);
        for (const std::uint64_t number : std::exchange(radio_.sent, {}))
            front_.firmware().transmitted({.number = number, .acknowledged = (number & 1U) != 0});
    }
    void add_fault(ByteReader& in) {
        FaultRule rule;
        rule.effect = static_cast<FaultEffect>(in.u8() % (static_cast<unsigned>(FaultEffect::regd_flip) + 1));
        rule.value = in.u16le();
        rule.times = in.u8();
        rule.skip = in.u8() % 4U;
        if (front_.faults().size() < 8) front_.faults().add(rule);
    }
    void machine_does(std::uint8_t what) {
        switch (what % 5) {
            case 0:
                front_.reset();
                break;
            case 1:
                front_.detached();
                front_.attached(ram_, lines_);
                break;
            case 2:
                front_.unmasked(what >> 4U);
                break;
            case 3:
                front_.faults().clear();
                start();
                break;
            default:
                front_.firmware().crash();
                break;
        }
    }
    void pass(unsigned ms) {
        const sim::Duration time = std::min<sim::Duration>(std::chrono::milliseconds(ms), time_left_);
        time_left_ -= time;
        queue_.run_until(queue_.now() + time);
    }
    void check() {
        must(queue_.size() < 4096, "the agenda does not grow without bound");
        const auto& counts = front_.counts();
        must(counts.bad_frames + counts.lost_frames <= counts.frames, "of a frame there is one fate");
    }

    sim::EventQueue queue_;
    SilentRadio radio_;
    Ram ram_;
    Lines lines_;
    pcie::PcieFront front_;
    sim::Duration time_left_ = std::chrono::seconds(20);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in(ByteView(data, size));
    const std::uint8_t choices = in.u8();
    Guest guest((choices & 2U) == 0);
    if ((choices & 1U) != 0) guest.boot();
    while (in.ok() && in.remaining() >= 3) {
        const std::uint8_t kind = in.u8();
        const std::size_t length = std::min<std::size_t>(in.u16le(), in.remaining());
        guest.record(kind, in.take(length));
    }
    return 0;
}
