#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "ieee80211/frame_header.h"
#include "mt7925/chip_crypto.h"
#include "mt7925/clock.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware_config.h"
#include "mt7925/radio_time.h"
#include "mt7925/rate_adaptation.h"
#include "mt7925/rate_code.h"
#include "mt7925/rx_descriptor.h"
#include "mt7925/tables.h"
#include "mt7925/tx_descriptor.h"
#include "mt7925/tx_status.h"

namespace mlosim::mt7925 {

/// What the chip counts of one entry of its table.
struct WcidCounters {
    std::uint64_t tx_frames = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_retries = 0;
    std::uint64_t tx_failed = 0;
    std::uint64_t tx_without_key = 0;  ///< protected frames on a link without the key for them: never sent
    std::uint64_t rx_frames = 0;
    std::uint64_t rx_bytes = 0;
    /// By the chip's access categories (background, best effort, video, voice).
    std::array<std::uint32_t, 4> tx_airtime_us{};
    std::array<std::uint32_t, 4> rx_airtime_us{};
    std::optional<RateCode> tx_rate;
    std::optional<RateCode> rx_rate;
    std::optional<std::uint8_t> ack_rcpi;
};

struct DataPathCounts {
    std::uint64_t taken = 0;      ///< frames of the host
    std::uint64_t malformed = 0;  ///< descriptors
    std::uint64_t without_entry = 0;
    std::uint64_t freed = 0;
    std::uint64_t to_host = 0;
    std::uint64_t filtered = 0;
    /// Block ack requests behind frames of an agreement that the link's entry does not know (B14).
    std::uint64_t block_ack_requests = 0;
};

/// Frames through the chip: from the data ring to the air, with what the tables say of their receivers, and back.
class DataPath final : private RadioTime::Source {
public:
    /// Takes a packet for the data ring (2) off the firmware's hands.
    using Send = std::function<void(Bytes packet)>;

    /// All must outlive it.
    DataPath(const FirmwareTables& tables, Clock& clock, RadioTime& radio, FaultRules& faults,
             const FirmwareConfig& config, Send send);
    DataPath(const DataPath&) = delete;
    DataPath& operator=(const DataPath&) = delete;

    /// A frame on the data ring (0): its descriptor, and what the descriptor points at.
    void accept(ByteView descriptor, ByteView frame);
    /// A frame from the air. `news`: the beacon monitor does not keep it from the host; `asked_for`: it is for the
    /// address that a scan asks from. True: the host gets it.
    bool receive(const ReceivedFrame& frame, bool news, bool asked_for = false);
    /// After every change of the tables.
    void update();
    /// Forgets the frames without a word, as a reset does.
    void reset();

    /// Frames that the chip has and has not given back.
    [[nodiscard]] std::size_t frames() const noexcept { return jobs_.size(); }
    [[nodiscard]] const WcidCounters& counters(std::uint16_t wcid) const { return counters_.at(wcid); }
    [[nodiscard]] const DataPathCounts& counts() const noexcept { return counts_; }
    /// A word of the table's part that the host reads in registers: air times, guard intervals, RCPI.
    [[nodiscard]] std::uint32_t register_word(std::uint16_t wcid, unsigned word) const;
    void clear_airtime(std::uint16_t wcid);
    /// An address that it acknowledges frames to.
    [[nodiscard]] bool is_own(const MacAddress& address) const;

private:
    struct Job {
        TxDescriptor descriptor;
        Bytes frame;
        std::uint16_t sent_as = 0;  ///< the entry of the link that it took
        std::size_t size = 0;
        std::uint16_t sequence = 0;
    };

    // RadioTime::Source
    [[nodiscard]] std::optional<RadioFrame> build(std::uint64_t id, std::optional<std::uint8_t> bss_idx) override;
    void sent(std::uint64_t id, std::optional<std::uint8_t> bss_idx, const RadioReport& report) override;
    void lost(std::uint64_t id) override { give_back(id, {.attempts = 0}); }
    [[nodiscard]] double expected_rate(std::uint8_t bss_idx) const override;

    [[nodiscard]] RadioTime::Way way_of(const TxDescriptor& descriptor) const;
    /// The entry of the same peer on that BSS.
    [[nodiscard]] std::optional<std::uint16_t> entry_on(std::uint16_t wcid, std::uint8_t bss_idx) const;
    [[nodiscard]] bool has_key(std::uint16_t wcid, bool group) const;
    void set_addresses(Bytes& frame, const TxDescriptor& descriptor, std::uint16_t wcid) const;
    void number(Job& job, Bytes& frame, std::uint16_t wcid);
    [[nodiscard]] Bytes from_ethernet(ByteView frame, const Job& job, std::uint16_t wcid) const;
    [[nodiscard]] bool encrypt(Bytes& frame, const TxDescriptor& descriptor, std::uint16_t wcid);
    [[nodiscard]] std::optional<MacAddress> own_address(std::uint8_t bss_idx) const;
    [[nodiscard]] std::optional<phy::Rate> rate_for(const TxDescriptor& descriptor, std::uint16_t wcid) const;
    void ask_for_block_ack(const Job& job, std::uint8_t bss_idx);
    [[nodiscard]] RateAdaptation& rates(std::uint16_t wcid) const;
    void give_back(std::uint64_t id, const RadioReport& report);
    void tell_freed();
    [[nodiscard]] std::optional<std::uint16_t> sender_of(const ReceivedFrame& frame,
                                                         const ieee80211::FrameView& view) const;
    void count_received(const ReceivedFrame& frame, std::uint16_t sender);
    [[nodiscard]] std::optional<Bytes> decrypted(const ieee80211::FrameView& view, std::uint16_t sender,
                                                 RxDescriptor& descriptor) const;
    [[nodiscard]] bool passes(const ieee80211::FrameView& view, bool known_sender) const;

    const FirmwareTables& tables_;
    Clock& clock_;
    RadioTime& radio_;
    FaultRules& faults_;
    const FirmwareConfig& config_;
    Send send_;
    ChipCrypto crypto_;
    std::vector<FreedFrame> freed_;  ///< of which the host does not know yet
    sim::Timer free_timer_;
    std::map<std::uint64_t, Job> jobs_;  // by token
    /// Next sequence numbers of a peer (of an MLD: at its primary entry) by TID; the last ones of data without QoS.
    std::array<std::array<std::uint16_t, 9>, wtbl_size> sequences_{};
    std::array<WcidCounters, wtbl_size> counters_{};
    mutable std::array<RateAdaptation, wtbl_size> rates_;
    mutable std::uint32_t stale_rates_ = 0;  ///< by WCID: the tables changed since
    std::array<std::optional<int>, wtbl_size> rssi_;
    DataPathCounts counts_;
};

}  // namespace mlosim::mt7925
