#pragma once

#include <chrono>
#include <string>

#include "mt7925/host/chip.h"

namespace mlosim::mt7925::host {

/// The chip in the driver's hands for a while: its mutex is held and it is awake. When nobody has wanted it for 83 ms
/// it goes back to its firmware. cf. mt792x_mutex_acquire(), mt792x_pm_power_save_work()
class Power {
public:
    static constexpr std::chrono::milliseconds idle_time{83};

    explicit Power(Chip& chip) : chip_(chip) {}
    Power(const Power&) = delete;
    Power& operator=(const Power&) = delete;

    /// `auto chip = co_await power.acquire("scan");`
    [[nodiscard]] Task<Mutex::Guard> acquire(std::string who);
    /// Saves power from now on: only when the firmware runs.
    void allow();
    /// Whether something, a scan say, keeps the chip awake.
    void keep_awake(bool awake);

private:
    void arm();
    Task<void> give();

    Chip& chip_;
    bool allowed_ = false;
    bool kept_ = false;
    sim::Timer idle_;
    TaskSet tasks_;
};

}  // namespace mlosim::mt7925::host
