#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "mt7925/clock.h"
#include "mt7925/command_outcome.h"
#include "mt7925/fault_rules.h"
#include "mt7925/firmware_config.h"
#include "mt7925/radio.h"
#include "mt7925/scan_tlvs.h"

namespace mlosim::mt7925 {

/// A scan as it was asked for.
struct ScanJob {
    ScanHeader header;
    ScanRequest request;
    std::vector<ScanChannel> channels;
    std::vector<Bytes> ssids;          ///< an empty one is the wildcard
    std::vector<ScanBssid> neighbors;  ///< on 6 GHz: access points to ask by name
    std::vector<ScanElements> elements;
    std::vector<SchedScanMatch> matches;  ///< none: every round of a schedule is worth reporting
    std::optional<MacAddress> random_mac;
};

/// SCAN_REQ: goes through the channels, sends probe requests where that is allowed, says when it is done. ROC goes
/// before: a scan waits for it between two channels. A scheduled scan repeats its round and reports those in which
/// somebody matched.
class ScanEngine {
public:
    using Send = std::function<void(const ScanHeader&, const Bytes& tlvs)>;
    using RadioTaken = std::function<bool()>;
    using LeftChannel = std::function<void()>;

    ScanEngine(const FirmwareTables& tables, Clock& clock, Radio& radio, FaultRules& faults,
               const FirmwareTiming& timing, Send send, RadioTaken radio_taken, LeftChannel left_channel);

    CommandOutcome command(ByteView payload);
    /// A frame from the air: may match what a schedule looks for.
    void hear(const ReceivedFrame& frame);
    /// The radio is free again.
    void resume();
    void reset();

    [[nodiscard]] bool scanning() const noexcept { return job_.has_value(); }
    [[nodiscard]] bool dwelling() const noexcept { return dwelling_; }
    [[nodiscard]] bool scheduled() const noexcept { return sched_running_; }
    /// Whose address its probe requests have. Nothing: it does not scan.
    [[nodiscard]] std::optional<MacAddress> sender() const;
    [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }

private:
    struct Schedule {
        ScanJob job;
        SchedScanRequest request;
    };

    void begin(const ScanJob& job, bool of_schedule);
    void next_channel();
    void leave_channel();
    void pause_at_home();
    void probe(const ScanChannel& channel);
    void send_probe(const ScanChannel& channel, const MacAddress& to, const Bytes& ssid);
    void finish();
    void begin_round();
    void control_schedule(const SchedScanEnable& enable);
    [[nodiscard]] MacAddress source_address(const ScanJob& job) const;

    const FirmwareTables& tables_;
    Clock& clock_;
    Radio& radio_;
    FaultRules& faults_;
    const FirmwareTiming& timing_;
    Send send_;
    RadioTaken radio_taken_;
    LeftChannel left_channel_;

    std::optional<ScanJob> job_;
    bool job_of_schedule_ = false;
    bool matched_ = false;
    std::size_t next_ = 0;
    bool dwelling_ = false;
    bool waiting_for_radio_ = false;
    sim::Timer timer_;
    std::optional<Schedule> schedule_;
    bool sched_running_ = false;
    sim::Timer round_timer_;
    std::uint16_t sequence_number_ = 0;
    std::uint64_t completed_ = 0;
};

}  // namespace mlosim::mt7925
