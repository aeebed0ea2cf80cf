#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bytes_text.h"
#include "mt7925/decoded_message.h"
#include "mt7925/in_process_front.h"

namespace mlosim::mt7925 {

/// Notes what the firmware does to the air.
class RecordingRadio final : public Radio {
public:
    void set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) override { homes[bss_idx] = channel; }
    void visit(const RadioChannel& channel, Visit why) override {
        visits.push_back({channel, why});
        away = channel;
    }
    void return_home() override { away.reset(); }
    void rest(std::uint8_t bss_idx, bool on) override { resting[bss_idx] = on; }
    void transmit(RadioFrame frame) override {
        if (frame.number != 0) numbers.push_back(frame.number);
        frames.push_back({frame.channel, std::move(frame.bytes)});
    }

    struct Went {
        RadioChannel channel;
        Visit why;
    };
    struct Sent {
        RadioChannel channel;
        Bytes frame;
    };
    std::array<std::optional<RadioChannel>, bss_count> homes;
    std::optional<RadioChannel> away;
    std::array<bool, bss_count> resting{};
    std::vector<Went> visits;
    std::vector<Sent> frames;
    std::vector<std::uint64_t> numbers;  ///< of frames that are still in the air
};

/// A chip behind its command queue, in virtual time. Payloads are written by hand.
class ChipWorld : public testing::Test {
protected:
    explicit ChipWorld(const FirmwareConfig& config = {}) : front(queue, config, radio) {
        front.commands().set_unsolicited([this](const EventView& event) {
            events.push_back({queue.now(), event.eid, Bytes(event.payload.begin(), event.payload.end())});
        });
        front.commands().set_timeout([this](const std::string& line) { timeouts.push_back(line); });
    }

    struct Came {
        sim::Time at;
        std::uint8_t eid;
        Bytes payload;
    };

    void run(sim::Duration time) { queue.run_until(queue.now() + time); }

    McuResult rom(RomCid cid, std::string_view hex) {
        std::optional<McuResult> result;
        front.commands().send(cid, octets(hex), CommandQueue::Wait::yes, [&](const McuResult& r) { result = r; });
        while (!result && queue.step()) {
        }
        return *result;
    }
    McuResult uni(Cid cid, std::string_view hex, std::uint8_t option_bits = option::set_ack) {
        std::optional<McuResult> result;
        front.commands().send(cid, option_bits, octets(hex), CommandQueue::Wait::yes,
                              [&](const McuResult& r) { result = r; });
        while (!result && queue.step()) {
        }
        return *result;
    }

    void boot() {
        front.commands().send(RomCid::nic_power_ctrl, octets("01000000"), CommandQueue::Wait::no);
        EXPECT_EQ(rom(RomCid::patch_sem_control, "01000000").ext_eid, 2);
        rom(RomCid::patch_start, "00009000 10000000 00000080");
        front.commands().scatter(Bytes(16));
        EXPECT_EQ(rom(RomCid::patch_finish, "00000000").ext_eid, 0);
        EXPECT_EQ(rom(RomCid::patch_sem_control, "00000000").ext_eid, 3);
        rom(RomCid::target_address_len, "00d09000 40000000 00000080");
        front.commands().scatter(Bytes(64));
        rom(RomCid::fw_start, "01000000 00d09000");
        run(std::chrono::milliseconds(2));
        EXPECT_EQ(front.firmware().boot_state(), 3);
    }

    // A station interface on BSS `idx`, its AP 02:aa:00:00:00:36 on channel 36.
    std::string idx_hex(unsigned idx) const { return "0" + std::to_string(idx); }
    void add_interface(unsigned idx = 0) {
        EXPECT_EQ(
            uni(Cid::dev_info, "00ff0000 0000 0c00 01 0" + std::to_string(idx) + " 02792500aa0" + std::to_string(idx))
                .status,
            0U);
        EXPECT_EQ(uni(Cid::bss_info, idx_hex(idx) + "000000" + basic(true, false, idx)).status, 0U);
    }
    static std::string basic(bool active, bool connected, unsigned idx = 0) {
        const std::string self = idx == 0 ? "1300" : (idx == 1 ? "1200" : "1100");
        return std::string("0000 2000 ") + (active ? "01" : "00") + " 00 00 ff 01000100 " + (connected ? "00" : "01") +
               " 00 02aa00000036 " + self + " 6400 02 31 0100 0300 00 0" + std::to_string(idx == 0 ? 0 : 1);
    }
    static std::string rlm() { return "0200 1000 24 24 00 00 02 02 00 00 02 000000"; }
    static std::string sta_basic(std::string_view conn = "01") {
        return "0000 1400 02000100 " + std::string(conn) + " 01 0100 02aa00000036 0300";
    }
    void add_peer() { EXPECT_EQ(uni(Cid::sta_rec, "00 01 0100 01 00 00 00" + sta_basic()).status, 0U); }
    void connect() {
        add_interface();
        EXPECT_EQ(uni(Cid::bss_info, "00 00 0200" + basic(true, true) + rlm()).status, 0U);
        add_peer();
        EXPECT_EQ(uni(Cid::bss_info, "00000000 1600 0c00 6400 02 00 00 000000").status, 0U);
    }

    [[nodiscard]] const FirmwareTables& tables() const { return front.firmware().tables(); }
    [[nodiscard]] const FirmwareCounts& counts() const { return front.firmware().counts(); }
    [[nodiscard]] std::size_t count_events(Eid eid) const {
        return static_cast<std::size_t>(
            std::ranges::count(events, static_cast<std::uint8_t>(eid), [](const Came& came) { return came.eid; }));
    }

    sim::EventQueue queue;
    RecordingRadio radio;
    InProcessFront front;
    std::vector<Came> events;
    std::vector<std::string> timeouts;
};

class RunningChip : public ChipWorld {
protected:
    explicit RunningChip(const FirmwareConfig& config = {}) : ChipWorld(config) { boot(); }
};

}  // namespace mlosim::mt7925
