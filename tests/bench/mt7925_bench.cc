#include <benchmark/benchmark.h>

#include "mt7925/bss_tlvs.h"
#include "mt7925/decoded_message.h"
#include "mt7925/in_process_front.h"
#include "mt7925/roc_tlvs.h"
#include "mt7925/station_tlvs.h"

namespace {

using namespace mlosim;
using namespace mlosim::mt7925;

class SilentRadio final : public Radio {
public:
    void set_home(std::uint8_t, std::optional<RadioChannel>) override {}
    void visit(const RadioChannel&, Visit) override {}
    void return_home() override {}
    void rest(std::uint8_t, bool) override {}
    void transmit(RadioFrame) override {}
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

}  // namespace

BENCHMARK_MAIN();
