#include "mt7925/pcie/interrupts.h"

namespace mlosim::mt7925::pcie {

void Interrupts::raise(std::uint32_t sources) {
    status_ |= sources;
    evaluate();
}

void Interrupts::acknowledge(std::uint32_t sources) {
    status_ &= ~sources;
    evaluate();
}

void Interrupts::enable(std::uint32_t sources) {
    enabled_ = sources;
    evaluate();
}

void Interrupts::open(std::uint32_t gate) {
    gate_ = gate;
    evaluate();
}

void Interrupts::reset() {
    status_ = 0;
    enabled_ = 0;
    gate_ = 0;
    up_ = false;
}

void Interrupts::evaluate() {
    const bool was_up = up_;
    up_ = (status_ & enabled_) != 0 && gate_ != 0;
    if (up_ && !was_up) edge_();
}

}  // namespace mlosim::mt7925::pcie
