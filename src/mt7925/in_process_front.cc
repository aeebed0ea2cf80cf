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
          }) {}

void InProcessFront::deliver() {
    while (!events_.empty()) {
        const Bytes event = std::move(events_.front());
        events_.pop_front();
        commands_.receive(event);
    }
}

void InProcessFront::reset() {
    events_.clear();
    delivery_.cancel();
    firmware_.reset();
    commands_.reset();
}

}  // namespace mlosim::mt7925
