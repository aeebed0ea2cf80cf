#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mt7925/host/chip.h"
#include "mt7925/rate_code.h"
#include "sim/event_queue.h"
#include "sim/result.h"

namespace mlosim::mt7925::host {

/// What the driver counts of an entry (struct mt76_sta_stats), and what it reads of the chip's table now and then.
struct WcidStatistics {
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_retries = 0;
    std::uint64_t tx_failed = 0;
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::optional<RateCode> tx_rate;
    std::optional<RateCode> rx_rate;
    std::optional<int> signal_dbm;
    std::optional<int> ack_signal_dbm;
    /// By the chip's queues: background, best effort, video, voice.
    std::array<std::uint64_t, 4> tx_airtime_us{};
    std::array<std::uint64_t, 4> rx_airtime_us{};
    /// What the chip's counters read when they were read last.
    std::array<std::uint32_t, 4> last_tx_word{};
    std::array<std::uint32_t, 4> last_rx_word{};
};

/// What one entry of the driver's WCID table says (struct mt76_wcid).
struct Wcid {
    std::uint8_t index = 0;
    std::uint8_t bss_index = 0;
    ieee80211::MacAddress peer;  ///< the link address; of a self entry the link's own
    std::optional<ieee80211::LinkId> link;
    /// The entry of the same peer's first link, which stands for its aggregation state and the frames to the MLD.
    std::optional<std::uint8_t> primary;
    std::optional<std::uint8_t> key_index;
    std::optional<std::uint8_t> management_key_index;  ///< BIP
    WcidStatistics statistics{};
};

/// The driver's WCID table. Whoever receives frames looks entries up without a lock, so they are published when they
/// are whole and, once withdrawn, live on until nobody can be looking any more (a grace period of read-copy-update).
/// Its rules are checked: nothing is published before its initialisation or twice, freed twice, or used after its
/// grace period.
class WcidTable {
public:
    static constexpr unsigned size = 20;
    static constexpr std::uint8_t global = 0;  ///< of frames that belong to no peer
    static constexpr unsigned peers_end = 14;  ///< peers have 1 to 13
    static constexpr sim::Duration grace_period = std::chrono::milliseconds(1);
    using Violated = std::function<void(const Violation&)>;

    explicit WcidTable(const sim::EventQueue& queue) : queue_(queue) {}
    void set_violated(Violated violated) { violated_ = std::move(violated); }

    /// The lowest number that is free for a peer's link. ENOSPC. cf. mt76_wcid_alloc()
    Result<std::uint8_t> allocate();
    /// Fills an entry that was allocated, or one of the driver's own (0, 15 to 19).
    void initialise(const Wcid& wcid);
    /// From now on find() has it.
    void publish(std::uint8_t index);
    void withdraw(std::uint8_t index);
    /// After withdraw(): the number is free for others.
    void release(std::uint8_t index);

    /// Nothing: nobody has that number now.
    [[nodiscard]] const Wcid* find(std::uint8_t index) const;
    /// For who found it earlier and uses it still: right until its grace period has passed.
    void use(std::uint8_t index, const std::string& by);
    /// To change what it says. nullptr: not initialised.
    [[nodiscard]] Wcid* change(std::uint8_t index);

    /// Bit n: number n is given to a peer's link.
    [[nodiscard]] std::uint32_t mask() const noexcept { return mask_; }

private:
    enum class State : std::uint8_t { free, allocated, initialised, published, withdrawn };
    struct Entry {
        State state = State::free;
        Wcid wcid;
        sim::Time withdrawn;
    };
    void violate(const char* rule, std::uint8_t index, const std::string& what);

    const sim::EventQueue& queue_;
    Violated violated_;
    std::array<Entry, size> entries_{};
    std::uint32_t mask_ = 1U << global;
};

}  // namespace mlosim::mt7925::host
