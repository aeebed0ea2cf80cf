#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "mt7925/host/chip.h"
#include "mt7925/host/task.h"
#include "mt7925/roc_tlvs.h"
#include "sim/result.h"

namespace mlosim::mt7925::host {

/// The radio's time on a channel as the driver sees it: one owner at a time, a token that counts up, a grant that is
/// waited for with the mutex held, a timer that ends it. cf. struct mt792x_phy's roc_*
class Roc {
public:
    static constexpr sim::Duration patience = std::chrono::seconds(4);
    /// The request with a token in it.
    using Request = std::function<Bytes(std::uint8_t token)>;

    explicit Roc(Chip& chip);
    Roc(const Roc&) = delete;
    Roc& operator=(const Roc&) = delete;

    /// What happens when the granted time is over.
    void set_expired(std::function<void()> expired) { expired_ = std::move(expired); }

    /// Asks and waits. EBUSY: somebody has it; ETIMEDOUT: no grant in four seconds, it was given back; else what became
    /// of the command. The caller holds the mutex. cf. mt7925_set_roc(), mt7925_set_mlo_roc()
    [[nodiscard]] Task<Result<void>> acquire(Request request, std::uint8_t bss_index);
    /// ABORT for one BSS, whoever has it. The caller holds the mutex. cf. mt7925_mcu_abort_roc()
    [[nodiscard]] Task<void> abort(std::uint8_t bss_index);
    /// True once: the caller is the one that ends it. cf. test_and_clear_bit(MT76_STATE_ROC)
    [[nodiscard]] bool end();

    /// The event. cf. mt7925_mcu_roc_handle_grant()
    void granted(const RocGrant& grant);
    /// Somebody has it, or waits for it.
    [[nodiscard]] bool busy() const noexcept { return busy_; }
    [[nodiscard]] std::uint8_t token() const noexcept { return token_; }

private:
    Chip& chip_;
    std::function<void()> expired_;
    bool busy_ = false;
    bool granted_ = false;
    std::uint8_t token_ = 0;
    Signal grant_;
    sim::Timer timer_;
};

}  // namespace mlosim::mt7925::host
