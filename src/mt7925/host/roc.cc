#include "mt7925/host/roc.h"

#include <utility>

#include "mt7925/host/roc_message.h"

namespace mlosim::mt7925::host {

Roc::Roc(Chip& chip) : chip_(chip), grant_(chip.queue()) {}

Task<Result<void>> Roc::acquire(Request request, std::uint8_t bss_index) {
    if (std::exchange(busy_, true)) co_return Result<void>(fail(EBUSY, "the radio's time is somebody else's"));
    granted_ = false;
    ++token_;
    const McuResult sent = co_await chip_.command(Cid::roc, option::set_ack, request(token_));
    if (sent.error != 0) {
        busy_ = false;
        co_return Result<void>(fail(sent.error));
    }
    if (!granted_) {
        const bool came = co_await grant_.wait(patience);
        (void)came;
    }
    if (granted_) co_return Result<void>{};
    co_await abort(bss_index);
    busy_ = false;
    co_return Result<void>(fail(ETIMEDOUT, "the firmware grants no time"));
}

Task<void> Roc::abort(std::uint8_t bss_index) {
    const McuResult sent = co_await chip_.command(Cid::roc, option::set_ack, roc_abort_message(token_, bss_index));
    (void)sent;
}

bool Roc::end() {
    if (!std::exchange(busy_, false)) return false;
    timer_.cancel();
    return true;
}

// The token is not looked at, as in the real driver.
void Roc::granted(const RocGrant& grant) {
    granted_ = true;
    grant_.raise();
    timer_ = chip_.queue().after(std::chrono::milliseconds(grant.max_interval), [this] {
        if (expired_) expired_();
    });
}

}  // namespace mlosim::mt7925::host
