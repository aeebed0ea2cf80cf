#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "mt7925/clock.h"
#include "mt7925/command_outcome.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware_config.h"
#include "mt7925/radio.h"
#include "mt7925/roc_tlvs.h"

namespace mlosim::mt7925 {

/// One holder of the radio's time.
struct RocHolder {
    RocAcquire request;
    std::vector<RocSubLink> sub_links;
    bool granted = false;
    sim::Time granted_at;
};

/// ROC: one holder at a time; the others wait in order. A grant comes some time after the holder before let go; the
/// time ends with an ABORT of the same BSS and token, or by itself when the interval is over (the host's own timer ends
/// it too).
class RocScheduler {
public:
    /// Sends a grant's event.
    using Send = std::function<void(const RocGrant&)>;
    /// Asked before a grant: true while a scan listens somewhere. The scheduler is told when that ends.
    using ScanDwells = std::function<bool()>;
    /// The radio is free for a scan again.
    using Released = std::function<void()>;

    RocScheduler(const FirmwareTables& tables, Clock& clock, Radio& radio, FaultRules& faults,
                 const FirmwareTiming& timing, Send send, ScanDwells scan_dwells, Released released);

    CommandOutcome command(ByteView payload);
    /// A scan left its channel: a grant that waited for that may come.
    void scan_left_channel();
    void reset();

    /// The radio is away from its homes for a holder.
    [[nodiscard]] bool holds_radio() const noexcept { return current_ && current_->granted; }
    [[nodiscard]] const std::optional<RocHolder>& current() const noexcept { return current_; }
    [[nodiscard]] const std::deque<RocHolder>& waiting() const noexcept { return waiting_; }
    [[nodiscard]] std::uint64_t granted() const noexcept { return granted_; }
    [[nodiscard]] std::uint64_t expired() const noexcept { return expired_; }

private:
    void begin_next();
    void grant();
    void release();
    void abort(const RocAbort& abort);
    [[nodiscard]] FaultSubject subject() const;

    const FirmwareTables& tables_;
    Clock& clock_;
    Radio& radio_;
    FaultRules& faults_;
    const FirmwareTiming& timing_;
    Send send_;
    ScanDwells scan_dwells_;
    Released released_;
    std::optional<RocHolder> current_;
    std::deque<RocHolder> waiting_;
    bool grant_waits_for_scan_ = false;
    sim::Timer timer_;
    std::uint64_t granted_ = 0;
    std::uint64_t expired_ = 0;
};

}  // namespace mlosim::mt7925
