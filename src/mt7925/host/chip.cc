#include "mt7925/host/chip.h"

#include <utility>

#include "mt7925/catalogue.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;

constexpr unsigned own_tries = 10;
constexpr sim::Duration own_patience = 50ms;
constexpr sim::Duration own_poll = 1ms;
constexpr sim::Duration state_poll = 10ms;
constexpr sim::Duration reset_time = 50ms;       // the line is held low
constexpr sim::Duration reset_patience = 500ms;  // until INIT_DONE

}  // namespace

Chip::Chip(sim::EventQueue& queue, InProcessFront& front, KernelLog& log)
    : queue_(queue), front_(front), log_(log), mutex_(queue) {
    front_.commands().set_timeout([this](const std::string& line) {
        log_.print(KernelLog::Level::error, line);
        if (timed_out_) timed_out_();
    });
}

Chip::Answer::~Answer() {
    state_->waiting = {};
    state_->timer.cancel();
}

void Chip::Answer::await_suspend(std::coroutine_handle<> waiting) {
    state_->waiting = waiting;
    send_([&queue = queue_, state = state_](const McuResult& result) {
        if (!state->waiting) return;
        state->result = result;
        // Never from within the ring's own work.
        state->timer = queue.after({}, [state = state.get()] { state->waiting.resume(); });
    });
}

McuResult Chip::Answer::await_resume() {
    return std::move(state_->result);
}

// Rules I1 and I11 of docs/mt7925.md
void Chip::check_use(const std::string& message) {
    if (resetting_ && mutex_.holder() != "reset_work") violate("I11", message + " is sent while the chip is reset");
    if (!mutex_.held()) violate("I1", message + " is sent without the device's mutex");
    if (!taken_) violate("I1", message + " is sent while the firmware owns the chip");
}

void Chip::violate(std::string rule, std::string what) {
    if (violated_) violated_({std::move(rule), std::move(what)});
}

Chip::Answer Chip::command(Cid cid, std::uint8_t options, Bytes payload) {
    const MessageForm* form = find_command(static_cast<std::uint16_t>(cid));
    check_use(form != nullptr ? std::string(form->name) : "a command");
    return Answer(queue_, [this, cid, options, payload = std::move(payload)](CommandQueue::Done done) {
        front_.commands().send(cid, options, payload, CommandQueue::Wait::yes, std::move(done));
    });
}

Chip::Answer Chip::command(RomCid cid, Bytes payload) {
    check_use(std::string(rom_command_name(static_cast<std::uint16_t>(cid))));
    return Answer(queue_, [this, cid, payload = std::move(payload)](CommandQueue::Done done) {
        front_.commands().send(cid, payload, CommandQueue::Wait::yes, std::move(done));
    });
}

void Chip::post(Cid cid, std::uint8_t options, Bytes payload) {
    const MessageForm* form = find_command(static_cast<std::uint16_t>(cid));
    check_use(form != nullptr ? std::string(form->name) : "a command");
    front_.commands().send(cid, options, std::move(payload), CommandQueue::Wait::no);
}

void Chip::post(RomCid cid, Bytes payload) {
    check_use(std::string(rom_command_name(static_cast<std::uint16_t>(cid))));
    front_.commands().send(cid, std::move(payload), CommandQueue::Wait::no);
}

void Chip::scatter(Bytes piece) {
    check_use("FW_SCATTER");
    front_.commands().scatter(std::move(piece));
}

Task<Result<void>> Chip::take() {
    for (unsigned i = 0; i < own_tries; ++i) {
        front_.firmware().clear_own();
        for (sim::Duration waited{}; waited <= own_patience; waited += own_poll) {
            if (!front_.own_sync()) {
                taken_ = true;
                // cf. mt792x_wpdma_reinit_cond(): they are made anew
                if (!front_.rings_survived()) log_.print(KernelLog::Level::warning, "rings lost in low power state");
                co_return Result<void>{};
            }
            co_await Pause(queue_, own_poll);
        }
    }
    log_.print(KernelLog::Level::error, "driver own failed");
    co_return Result<void>(fail(EIO));
}

Task<Result<void>> Chip::give() {
    for (unsigned i = 0; i < own_tries; ++i) {
        front_.firmware().set_own();
        for (sim::Duration waited{}; waited <= own_patience; waited += own_poll) {
            if (front_.own_sync()) {
                taken_ = false;
                co_return Result<void>{};
            }
            co_await Pause(queue_, own_poll);
        }
    }
    log_.print(KernelLog::Level::error, "firmware own failed");
    co_return Result<void>(fail(EIO));
}

Task<Result<void>> Chip::reset_subsystem() {
    front_.reset();
    co_await Pause(queue_, reset_time);
    const bool done = co_await wait_for_state([](std::uint8_t state) { return state != 0; }, reset_patience);
    if (done) co_return Result<void>{};
    co_return Result<void>(fail(ETIMEDOUT));
}

Task<bool> Chip::wait_for_state(std::function<bool(std::uint8_t)> ready, sim::Duration limit) {
    for (sim::Duration waited{}; waited <= limit; waited += state_poll) {
        if (ready(front_.boot_state())) co_return true;
        co_await Pause(queue_, state_poll);
    }
    co_return false;
}

}  // namespace mlosim::mt7925::host
