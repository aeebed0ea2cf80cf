// Any bytes on the command ring, the download ring and the air of a chip's firmware half, in any order with any time
// between; and the same bytes read as events and as firmware files.
//
// An input is one octet (bit 0: boot the firmware first) and a series of records: one octet of kind (below), two of
// length, the content.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "mt7925/catalogue.h"
#include "mt7925/firmware.h"
#include "mt7925/firmware_image.h"
#include "mt7925/tx_descriptor.h"

namespace {

using namespace mlosim;
using namespace mlosim::mt7925;
using ieee80211::ByteReader;

enum Kind : std::uint8_t { uni, packet, rom, scatter, wait, frame, fault, file, data, kinds };

void must(bool held, const char* belief) {
    if (held) return;
    std::fprintf(stderr, "broken: %s\n", belief);
    std::abort();
}

class SilentRadio final : public Radio {
public:
    void set_home(std::uint8_t bss_idx, std::optional<RadioChannel>) override {
        must(bss_idx < bss_count, "a home is a BSS's");
    }
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame frame) override {
        const ByteView bytes = frame.bytes;
        must(bytes.size() >= 10, "what it sends has a header");
        if (frame.number != 0) sent.push_back(frame.number);
    }
    std::vector<std::uint64_t> sent;
};

class Chip {
public:
    /// `guest`: the host leaves encryption, numbers and beacons to the chip.
    explicit Chip(bool guest)
        : clock_(queue_),
          firmware_({.chip_crypto = guest}, clock_, radio_, faults_, [](Bytes event) { check(event); }) {}

    void boot() {
        rom_command(RomCid::target_address_len, {0, 0xd0, 0x90, 0, 4, 0, 0, 0, 0, 0, 0, 0x80});
        firmware_.receive_scatter(Bytes(4));
        rom_command(RomCid::fw_start, Bytes(8));
        queue_.run_until(queue_.now() + std::chrono::milliseconds(2));
        must(firmware_.running(), "what was downloaded whole runs");
    }

    void record(std::uint8_t kind, ByteView content) {
        switch (kind % kinds) {
            case uni:
                if (content.size() >= 2) command(content);
                break;
            case packet:
                firmware_.receive_command(content);
                (void)to_json(firmware_.describe(Direction::command, content), queue_.now());
                break;
            case rom:
                if (!content.empty())
                    firmware_.receive_command(build_command(static_cast<RomCid>(content[0]), 1, content.subspan(1)));
                break;
            case scatter:
                firmware_.receive_scatter(content);
                break;
            case wait:
                pass_time(content);
                break;
            case frame:
                (void)firmware_.receive_frame({{2, 36, 36, 0, 0}, content, -50});
                break;
            case data:
                send_data(content);
                break;
            case fault:
                add_fault(content);
                break;
            default:
                (void)parse_patch(content);
                (void)parse_ram(content);
                log(content);
                break;
        }
        check_tables();
    }

private:
    static void check(ByteView event) { must(parse_event(event).has_value(), "what the firmware sends is an event"); }
    static void log(ByteView event) {
        const DecodedMessage message = decode_event(event);
        (void)to_text(message);
        (void)to_json(message, sim::Time{});
    }

    void rom_command(RomCid cid, const Bytes& payload) {
        firmware_.receive_command(build_command(cid, 1, payload));
        queue_.run_until(queue_.now() + std::chrono::milliseconds(1));
    }

    /// A descriptor and its frame: as they are, and with a descriptor that fits the frame. The air reports at once.
    void send_data(ByteView content) {
        constexpr std::size_t size = TxDescriptor::size;
        if (content.size() < size) return;
        const ByteView bytes = content.subspan(size);
        firmware_.receive_data(content.first(size), bytes);
        auto descriptor = parse_tx_descriptor(content.first(size)).value_or(TxDescriptor{});
        descriptor.frame_bytes = static_cast<std::uint16_t>(std::min<std::size_t>(bytes.size(), 0xfff));
        descriptor.wlan_idx = content[1] % 24;
        descriptor.buffers = {};
        firmware_.receive_data(build_tx_descriptor(descriptor), bytes.first(descriptor.frame_bytes));
        for (const std::uint64_t number : std::exchange(radio_.sent, {}))
            firmware_.transmitted({.number = number, .acknowledged = (number & 1U) != 0});
    }

    /// Number and option octet, then the payload.
    void command(ByteView content) {
        const Bytes packet_bytes = build_command(
            static_cast<Cid>(content[0]), 1, static_cast<std::uint8_t>(content[1] | option::uni), content.subspan(2));
        // Logging costs more than the firmware's work: now and then.
        if ((content[1] & 0x80U) != 0)
            (void)to_json(firmware_.describe(Direction::command, packet_bytes), queue_.now());
        firmware_.receive_command(packet_bytes);
        queue_.run_until(queue_.now() + std::chrono::milliseconds(4));
    }

    void pass_time(ByteView content) {
        ByteReader in(content);
        // All waits of an input together: no more than what a scheduled scan does in two minutes.
        const sim::Duration time = std::min<sim::Duration>(std::chrono::milliseconds(in.u16le()), time_left_);
        time_left_ -= time;
        queue_.run_until(queue_.now() + time);
        if (!content.empty() && (content[0] & 0x80U) != 0) firmware_.reset();
        if (!content.empty() && (content[0] & 0x40U) != 0) firmware_.set_own();
        if (!content.empty() && (content[0] & 0x20U) != 0) firmware_.clear_own();
        if (!content.empty() && (content[0] & 0x10U) != 0) firmware_.crash();
    }

    void add_fault(ByteView content) {
        ByteReader in(content);
        FaultRule rule;
        rule.effect = static_cast<FaultEffect>(in.u8() % (static_cast<unsigned>(FaultEffect::regd_flip) + 1));
        rule.value = in.u16le();
        rule.times = in.u8();
        rule.skip = in.u8() % 4U;
        if (in.remaining() > 0) rule.match.cid = in.u8();
        if (faults_.size() < 8) faults_.add(rule);
    }

    void check_tables() {
        const FirmwareTables& tables = firmware_.tables();
        for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
            must(tables.wtbl[self_wcid(idx)].self == tables.bss[idx].active, "an active BSS has its own entry");
            must(!tables.bss[idx].active || tables.bss[idx].basic.active != 0, "a BSS is active because BASIC said so");
        }
        for (const WtblEntry& entry : tables.wtbl) {
            must(entry.keys.size() <= 1024, "keys do not grow without bound");
            must(!entry.self || entry.valid, "an own entry is valid");
        }
        must(tables.chip.texts.size() <= 16, "texts do not grow without bound");
        must(queue_.size() < 4096, "the agenda does not grow without bound");
        (void)tables.mld_groups();
    }

    sim::EventQueue queue_;
    EventQueueClock clock_;
    SilentRadio radio_;
    FaultRules faults_;
    Firmware firmware_;
    sim::Duration time_left_ = std::chrono::minutes(2);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in(ByteView(data, size));
    const std::uint8_t how = in.u8();
    Chip chip((how & 2U) != 0);
    if ((how & 1U) != 0) chip.boot();
    while (in.ok() && in.remaining() >= 3) {
        const std::uint8_t kind = in.u8();
        const std::size_t length = std::min<std::size_t>(in.u16le(), in.remaining());
        chip.record(kind, in.take(length));
    }
    return 0;
}
