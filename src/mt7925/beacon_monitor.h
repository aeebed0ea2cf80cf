#pragma once

#include <array>
#include <functional>

#include "mt7925/clock.h"
#include "mt7925/radio.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// Listens to the APs of the connected BSSs: misses beacons, measures signals, keeps unchanged beacons from the host.
class BeaconMonitor {
public:
    using Lost = std::function<void(std::uint8_t bss_idx)>;
    using Rssi = std::function<void(std::uint8_t bss_idx, int rssi_dbm)>;

    /// Since when the AP of a BSS could be heard without a break. Nothing: the radio is elsewhere.
    using Listening = std::function<std::optional<sim::Time>(std::uint8_t bss_idx)>;

    /// `limit`: beacons missed in a row until the AP counts as lost; 0: never. `whole_mld`: BCNFT for an MLD's first
    /// link speaks of all of them, as the real driver means it.
    BeaconMonitor(const FirmwareTables& tables, Clock& clock, unsigned limit, bool whole_mld, Listening listening,
                  Lost lost, Rssi rssi);

    /// After every change of the BSS table: starts or ends what must be watched.
    void update();
    /// Whether the host sees this frame. Frames that are no beacon: always.
    [[nodiscard]] bool receive(const ReceivedFrame& frame);
    void reset();

    [[nodiscard]] bool watching(std::uint8_t bss_idx) const { return watches_[bss_idx].on; }

private:
    enum class Level : std::uint8_t { unknown, low, middle, high };
    struct Watch {
        bool on = false;
        sim::Timer timer;
        Bytes last_body;  ///< the last beacon that the host saw, without what changes in every one
        Level level = Level::unknown;
    };

    /// Nothing: its beacons are not filtered.
    [[nodiscard]] const std::optional<BssBeaconFilter>& filter(std::uint8_t bss_idx) const;
    void arm(std::uint8_t bss_idx);
    [[nodiscard]] sim::Duration patience(std::uint8_t bss_idx) const;
    void measure(std::uint8_t bss_idx, int rssi_dbm);

    const FirmwareTables& tables_;
    Clock& clock_;
    unsigned limit_;
    bool whole_mld_;
    Listening listening_;
    Lost lost_;
    Rssi rssi_;
    std::array<Watch, bss_count> watches_;
};

}  // namespace mlosim::mt7925
