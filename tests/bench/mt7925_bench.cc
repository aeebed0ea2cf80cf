#include <benchmark/benchmark.h>

#include "mt7925/bss_tlvs.h"
#include "mt7925/decoded_message.h"
#include "mt7925/in_process_front.h"
#include "mt7925/roc_tlvs.h"
#include "mt7925/station_tlvs.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace {

using namespace mlosim;
using namespace mlosim::mt7925;

class SilentRadio final : public Radio {
public:
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame frame) override { last = frame.number; }
    std::uint64_t last = 0;
};

Bytes words(std::initializer_list<std::uint32_t> values) {
    Bytes out;
    ieee80211::ByteWriter writer(out);
    for (const std::uint32_t value : values)
        writer.u32le(value);
    return out;
}

/// A booted chip with one BSS.
struct Chip {
    Chip() : front(queue, FirmwareConfig{}, radio) {
        front.commands().send(RomCid::target_address_len, words({0x90d000, 4, 0x80000000}), CommandQueue::Wait::yes);
        front.commands().scatter(Bytes(4));
        front.commands().send(RomCid::fw_start, words({1, 0x90d000}), CommandQueue::Wait::yes);
        queue.run_until(sim::Time(std::chrono::milliseconds(5)));
        run(Cid::dev_info, PayloadBuilder(DeviceHeader{}).add(DeviceActive{1, 0, {}}).bytes());
        run(Cid::bss_info, full_bss());
    }

    static Bytes full_bss() {
        BssBasic basic;
        basic.active = 1;
        basic.conn_type = ConnectionType::station;
        return PayloadBuilder(BssHeader{0, 8})
            .add(basic)
            .add(BssSecurity{})
            .add(BssRate{})
            .add(BssQos{})
            .add(BssMld{})
            .add(BssSlotTime{})
            .add(BssRlm{})
            .add(BssMbssid{})
            .bytes();
    }

    /// True: answered.
    bool run(Cid cid, const Bytes& payload) {
        bool answered = false;
        front.commands().send(cid, option::set_ack, payload, CommandQueue::Wait::yes,
                              [&](const McuResult& result) { answered = result.error == 0; });
        while (front.commands().waiting() && queue.step()) {
        }
        return answered;
    }

    sim::EventQueue queue;
    SilentRadio radio;
    InProcessFront front;
};

void commands(benchmark::State& state, Cid cid, const Bytes& payload) {
    Chip chip;
    for (auto _ : state) {
        if (!chip.run(cid, payload)) return state.SkipWithError("not answered");
    }
    state.SetItemsProcessed(state.iterations());
}

void full_bss_info(benchmark::State& state) {
    commands(state, Cid::bss_info, Chip::full_bss());
}
BENCHMARK(full_bss_info);

void station_record(benchmark::State& state) {
    StaBasic basic;
    basic.conn_type = ConnectionType::access_point;
    commands(state, Cid::sta_rec,
             PayloadBuilder(StationHeader{0, 1, 4, 1, 0, 0})
                 .add(basic)
                 .add(StaPhy{})
                 .add(StaRateAdaptation{})
                 .add(StaState{})
                 .bytes());
}
BENCHMARK(station_record);

void log_line(benchmark::State& state) {
    const Bytes packet = build_command(Cid::bss_info, 1, option::set_ack, Chip::full_bss());
    for (auto _ : state)
        benchmark::DoNotOptimize(to_json(decode_command(packet), sim::Time{}));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(log_line);

/// A data frame from the ring to the air, its report, and the token back.
void frame_out(benchmark::State& state) {
    Chip chip;
    BssBasic basic;
    basic.active = 1;
    basic.conn_type = ConnectionType::station;
    BssRlm rlm;
    rlm.control_ch = rlm.center_ch = 36;
    rlm.band = 2;
    chip.run(Cid::bss_info, PayloadBuilder(BssHeader{0, 2}).add(basic).add(rlm).bytes());
    StaBasic peer;
    peer.peer_addr = MacAddress{std::array<std::uint8_t, 6>{2, 0, 0, 0, 0, 1}};
    StaState associated;
    associated.state = 2;
    StationHeader header;
    header.wlan_idx_lo = 1;
    chip.run(Cid::sta_rec, PayloadBuilder(header).add(peer).add(associated).bytes());
    TxDescriptor descriptor;
    descriptor.wlan_idx = 1;
    descriptor.header_size = 26;
    descriptor.frame_type = 2;
    descriptor.frame_subtype = 8;
    descriptor.fixed_rate = true;
    descriptor.rate_index = 15;
    Bytes frame(1500);
    frame[0] = 0x88;
    frame[1] = 0x01;
    descriptor.frame_bytes = static_cast<std::uint16_t>(frame.size());
    for (auto _ : state) {
        descriptor.token = static_cast<std::uint16_t>((descriptor.token + 1U) % 8192U);
        chip.front.send_frame(build_tx_descriptor(descriptor), frame);
        chip.front.firmware().transmitted({.number = chip.radio.last, .acknowledged = true, .attempts = 1});
        const auto packet = chip.front.take_packet();
        if (!packet || parse_tx_free(*packet)->front().failed) return state.SkipWithError("not sent");
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(frame_out);

}  // namespace

BENCHMARK_MAIN();
