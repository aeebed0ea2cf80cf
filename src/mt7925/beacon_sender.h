#pragma once

#include <array>
#include <functional>

#include "mt7925/clock.h"
#include "mt7925/radio.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// Beacons of a guest's access points, from the content that the host has left (BCN_CONTENT). Of its TIM the DTIM count
/// goes on; nobody sleeps behind it, and countdowns stay where they are.
class BeaconSender {
public:
    using Send = std::function<void(std::uint8_t bss_idx, RadioFrame frame)>;
    BeaconSender(const FirmwareTables& tables, Clock& clock, Send send)
        : tables_(tables), clock_(clock), send_(std::move(send)) {}

    /// After every change of the tables.
    void update();
    void reset();

private:
    [[nodiscard]] bool wanted(std::uint8_t bss_idx) const;
    void arm(std::uint8_t bss_idx);
    [[nodiscard]] std::optional<RadioFrame> build(std::uint8_t bss_idx);

    struct Source {
        sim::Timer next;
        std::uint16_t sequence = 0;
        std::uint8_t dtim_count = 0;
    };
    const FirmwareTables& tables_;
    Clock& clock_;
    Send send_;
    std::array<Source, bss_count> sources_;
};

}  // namespace mlosim::mt7925
