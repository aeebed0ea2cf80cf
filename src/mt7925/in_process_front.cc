#include "mt7925/in_process_front.h"

#include <utility>

namespace mlosim::mt7925 {

InProcessFront::InProcessFront(sim::EventQueue& queue, const FirmwareConfig& config, Radio& radio)
    : queue_(queue),
      clock_(queue),
      firmware_(config, clock_, radio, faults_,
                [this](Bytes event) {
                    if (events_.size() >= event_ring_depth) {
                        ++lost_events_;
                        return;
                    }
                    events_.push_back(std::move(event));
                    if (!delivery_.pending()) delivery_ = queue_.after(sim::Duration{0}, [this] { deliver(); });
                }),
      commands_(
          queue, [this](ByteView packet) { return firmware_.receive_command(packet); },
          [this](ByteView piece) {
              firmware_.receive_scatter(piece);
              return true;
          }) {
    firmware_.set_data_sink([this](Bytes packet) { receive(std::move(packet)); });
}

void InProcessFront::deliver() {
    while (!events_.empty()) {
        const Bytes event = std::move(events_.front());
        events_.pop_front();
        commands_.receive(event);
    }
}

void InProcessFront::receive(Bytes packet) {
    if (packets_.size() >= data_ring_depth) {
        ++lost_packets_;
        return;
    }
    packets_.push_back(std::move(packet));
    if (interrupting_.pending() || faults_.take(FaultEffect::irq_lost, {})) return;
    interrupting_ = queue_.after(sim::Duration{0}, [this] {
        if (interrupt_) interrupt_();
    });
}

std::optional<Bytes> InProcessFront::take_packet() {
    if (packets_.empty()) return std::nullopt;
    Bytes packet = std::move(packets_.front());
    packets_.pop_front();
    return packet;
}

// Who is off the bus reads ones.

bool InProcessFront::own_sync() {
    return faults_.take(FaultEffect::bus_ff, {}) || firmware_.own_sync();
}

std::uint8_t InProcessFront::boot_state() {
    constexpr std::uint8_t all_ones = 7;
    return faults_.take(FaultEffect::bus_ff, {}) ? all_ones : firmware_.boot_state();
}

std::uint32_t InProcessFront::table_word(std::uint16_t wcid, unsigned word) {
    constexpr std::uint32_t all_ones = 0xffffffff;
    return faults_.take(FaultEffect::bus_ff, {}) ? all_ones : firmware_.data().register_word(wcid, word);
}

bool InProcessFront::rings_survived() {
    if (!faults_.take(FaultEffect::lose_wfdma, {})) return true;
    packets_.clear();
    events_.clear();
    return false;
}

void InProcessFront::reset() {
    events_.clear();
    delivery_.cancel();
    packets_.clear();
    interrupting_.cancel();
    firmware_.reset();
    commands_.reset();
}

}  // namespace mlosim::mt7925
