#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlosim::mt7925 {

/// What a fault does. `value` is the rule's number.
enum class FaultEffect : std::uint8_t {
    drop_ack,        ///< the command takes effect, its answer is lost
    delay,           ///< the answer comes `value` ms later
    wrong_seq,       ///< the answer carries the next sequence number
    wrong_cid,       ///< the answer names command `value`
    status,          ///< the answer's status is `value` and the command has no effect
    stall_ring15,    ///< no command is taken from the ring any more, until a reset
    coredump,        ///< instead of working on the command the firmware dumps its core and is dead until a reset
    beacon_loss,     ///< after the command: BEACON_LOSS of BSS `value`
    drop_event,      ///< an unsolicited event is lost
    delay_event,     ///< an unsolicited event comes `value` ms later
    no_grant,        ///< ROC: never granted
    late_grant,      ///< ROC: granted after `value` ms
    grant_interval,  ///< ROC: the grant's max_interval is `value` ms
    dup_grant,       ///< ROC: granted twice
    sem_stuck,       ///< the boot ROM does not give the patch semaphore
    misc_not_ready,  ///< after the download the firmware never reports that it runs
    own_stuck,       ///< the driver asks for ownership in vain
    lost_tx_free,    ///< the chip does not say that it needs a frame's buffer no longer
    drop_txs,        ///< a frame's status report is lost
    event_wcid,      ///< a frame's reports name WCID `value`
    rx_wrong_wcid,   ///< a received frame's descriptor names WCID `value`
    irq_lost,        ///< a packet on the data ring comes without an interrupt
    bus_ff,          ///< a register reads 0xffffffff
    lose_wfdma,      ///< the rings are gone after the chip has slept
    regd_flip,       ///< a scan's end reports country `value` (two letters, the first in the low octet)
};

struct FaultName {
    FaultEffect effect;
    std::string_view name;
};
[[nodiscard]] std::string_view name_of(FaultEffect effect);
[[nodiscard]] std::optional<FaultEffect> fault_effect(std::string_view name);

/// What a rule applies to: only what is given must agree.
struct FaultMatch {
    std::optional<std::uint16_t> cid;
    std::optional<std::uint8_t> eid;
    std::optional<std::uint8_t> bss_idx;
    std::optional<std::uint16_t> wcid;
    std::optional<std::uint8_t> roc_type;
    std::optional<std::uint16_t> token;  ///< of a frame
};

struct FaultRule {
    FaultMatch match;
    FaultEffect effect = FaultEffect::drop_ack;
    std::int64_t value = 0;
    int priority = 0;        ///< the highest that matches acts, of equals the oldest
    std::uint32_t skip = 0;  ///< lets so many pass first
    std::uint32_t times = std::numeric_limits<std::uint32_t>::max();  ///< then acts so many times
};

/// What there is to fail: the facts that a rule's match is held against.
struct FaultSubject {
    std::optional<std::uint16_t> cid;
    std::optional<std::uint8_t> eid;
    std::optional<std::uint8_t> bss_idx;
    std::optional<std::uint16_t> wcid;
    std::optional<std::uint8_t> roc_type;
    std::optional<std::uint16_t> token;
};

/// The faults in force, in the form match + effect + priority + times.
class FaultRules {
public:
    using Id = std::uint32_t;

    struct Entry {
        Id id;
        FaultRule rule;  ///< with the times that are left
        std::uint64_t acted = 0;
    };

    Id add(FaultRule rule);
    /// False: no such rule, or it is used up.
    bool remove(Id id);
    void clear() { rules_.clear(); }

    /// The rule that makes `effect` happen to `subject` now, if there is one; counts it.
    [[nodiscard]] std::optional<FaultRule> take(FaultEffect effect, const FaultSubject& subject);
    [[nodiscard]] std::size_t size() const noexcept { return rules_.size(); }
    /// Those that are not used up, the oldest first.
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return rules_; }
    /// How often any rule acted.
    [[nodiscard]] std::uint64_t acted() const noexcept { return acted_; }

private:
    std::vector<Entry> rules_;
    Id next_id_ = 1;
    std::uint64_t acted_ = 0;
};

}  // namespace mlosim::mt7925
