#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "mt7925/host/kernel_log.h"
#include "mt7925/host/mutex.h"
#include "mt7925/host/task.h"
#include "mt7925/in_process_front.h"
#include "mt7925/message.h"
#include "sim/result.h"

namespace mlosim::mt7925::host {

/// Something that the driver may not do and did: the rule's name and what happened.
struct Violation {
    std::string rule;
    std::string what;
};

/// The device as the driver reaches it: its lock, its command ring, its power handshake. The rules of their use are
/// checked here, at every message.
class Chip {
public:
    using Violated = std::function<void(const Violation&)>;

    /// All must outlive it.
    Chip(sim::EventQueue& queue, InProcessFront& front, KernelLog& log);
    Chip(const Chip&) = delete;
    Chip& operator=(const Chip&) = delete;
    void set_violated(Violated violated) { violated_ = std::move(violated); }
    /// Told of each command that is not answered in time.
    void set_timed_out(std::function<void()> timed_out) { timed_out_ = std::move(timed_out); }
    /// The firmware refused or lost what it was told: until both agree again its tables are not the driver's.
    void set_diverged(bool diverged) noexcept { diverged_ = diverged; }
    [[nodiscard]] bool diverged() const noexcept { return diverged_; }
    /// While it is brought up again nobody else may speak to it.
    void set_resetting(bool resetting) noexcept { resetting_ = resetting; }

    [[nodiscard]] sim::EventQueue& queue() noexcept { return queue_; }
    [[nodiscard]] KernelLog& log() noexcept { return log_; }
    [[nodiscard]] const Firmware& firmware() const noexcept { return front_.firmware(); }
    /// Every user of the ring holds it (struct mt792x_dev's mutex).
    [[nodiscard]] Mutex& mutex() noexcept { return mutex_; }

    /// An answer that is waited for; goes on in an event of its own.
    class [[nodiscard]] Answer {
    public:
        ~Answer();
        Answer(Answer&&) = delete;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting);
        [[nodiscard]] McuResult await_resume();

    private:
        friend class Chip;
        struct State {
            std::coroutine_handle<> waiting;
            McuResult result;
            sim::Timer timer;
        };
        using Send = std::function<void(CommandQueue::Done)>;
        Answer(sim::EventQueue& queue, Send send) : queue_(queue), send_(std::move(send)) {}
        sim::EventQueue& queue_;
        Send send_;
        std::shared_ptr<State> state_ = std::make_shared<State>();
    };
    /// `const McuResult result = co_await chip.command(Cid::bss_info, option::set_ack, payload);`
    [[nodiscard]] Answer command(Cid cid, std::uint8_t options, Bytes payload);
    [[nodiscard]] Answer command(RomCid cid, Bytes payload);
    /// Nobody waits for what becomes of it.
    void post(Cid cid, std::uint8_t options, Bytes payload);
    void post(RomCid cid, Bytes payload);
    void scatter(Bytes piece);

    /// Takes the chip from its firmware: EIO if it does not let go within ten tries of 50 ms. cf.
    /// mt792xe_mcu_drv_pmctrl()
    [[nodiscard]] Task<Result<void>> take();
    /// Gives it to the firmware. EIO likewise. cf. mt792xe_mcu_fw_pmctrl()
    [[nodiscard]] Task<Result<void>> give();
    [[nodiscard]] bool taken() const noexcept { return taken_; }

    /// The Wi-Fi subsystem's reset line; whoever waits for an answer is told ECANCELED. cf. mt792x_wfsys_reset()
    [[nodiscard]] Task<Result<void>> reset_subsystem();
    /// CONN_ON_MISC until `ready`, looked at every ten milliseconds. False: not in that time.
    [[nodiscard]] Task<bool> wait_for_state(std::function<bool(std::uint8_t)> ready, sim::Duration limit);

    /// Says that a rule was broken.
    void violate(std::string rule, std::string what);

private:
    void check_use(const std::string& message);

    sim::EventQueue& queue_;
    InProcessFront& front_;
    KernelLog& log_;
    Violated violated_;
    std::function<void()> timed_out_;
    Mutex mutex_;
    bool taken_ = true;  ///< after power-on the driver has it
    bool resetting_ = false;
    bool diverged_ = false;
};

}  // namespace mlosim::mt7925::host
