#pragma once

#include <chrono>
#include <functional>
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

    /// It was used, without its mutex: for frames.
    void used();
    /// While it holds frames it is not given away. cf. mt76_connac_skip_fw_pmctrl()
    void set_busy(std::function<bool()> busy) { busy_ = std::move(busy); }
    /// Called whenever it has been taken back from its firmware.
    void set_awake(std::function<void()> awake) { awake_ = std::move(awake); }

private:
    void arm();
    Task<void> give();

    Chip& chip_;
    bool allowed_ = false;
    bool kept_ = false;
    std::function<bool()> busy_;
    std::function<void()> awake_;
    sim::Timer idle_;
    sim::Time last_used_;
    TaskSet tasks_;
};

}  // namespace mlosim::mt7925::host
