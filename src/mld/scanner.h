#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mld/scan.h"
#include "phy/channel.h"
#include "sim/event_queue.h"
#include "sim/random.h"
#include "sim/result.h"

namespace mlosim::mld {

class Wdev;
class Wiphy;
struct BandChannels;

/// Runs the one scan that a wiphy can have at a time: what cfg80211 (net/wireless/scan.c) and mac80211
/// (net/mac80211/scan.c) do between TRIGGER_SCAN and its last event. A radio of ScanStyle::hardware sweeps over one
/// band after the other by itself; on another the MAC tunes the radio and sends the probe requests.
class Scanner {
public:
    explicit Scanner(Wiphy& wiphy);
    ~Scanner();
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;

    Result<void> trigger(Wdev& wdev, ScanRequest request);
    Result<void> abort();
    /// The interface goes down: mac80211 ends its scan, then cfg80211 tells of it when the interface is down.
    void interface_stops(const Wdev& wdev);
    void interface_down(const Wdev& wdev);

    [[nodiscard]] const Scan* current() const noexcept { return scan_.get(); }
    /// The MAC itself is scanning; the channel it is on.
    [[nodiscard]] bool software_scanning() const noexcept { return software_.has_value(); }
    [[nodiscard]] std::optional<phy::ChannelDefinition> tuned_channel() const;

    /// A scan that waited for the radio's stay on another channel begins. cf. ieee80211_run_deferred_scan()
    void run_deferred();
    /// The driver is through with its band.
    void driver_completed(bool aborted);
    /// A beacon or probe response came in: a passive wait may become an active one. cf. SCAN_BEACON_WAIT.
    void beacon_heard();

private:
    enum class Step { decision, send_probe, resume, finished };
    struct SoftwareScan {
        std::size_t next_channel = 0;
        Step step = Step::decision;
        bool beacon_wait = false;
        std::optional<phy::Channel> channel;
        /// Since when it has been away from the channel of its connections.
        std::optional<sim::Time> away_since;
    };

    [[nodiscard]] Result<std::vector<phy::Channel>> resolve_channels(const Wdev& wdev,
                                                                     const ScanRequest& request) const;
    [[nodiscard]] Result<void> check_flags(const ScanRequest& request) const;
    [[nodiscard]] Result<void> check_rates(const ScanRequest& request) const;
    [[nodiscard]] Result<void> check_role(const Wdev& wdev, const ScanRequest& request) const;

    Result<void> begin();
    /// One driver or software sweep over `channels`; a scan has two of them where 6 GHz comes after the other bands.
    Result<void> start_part(std::vector<phy::Channel> channels, std::vector<Colocated6GHz> colocated);
    Result<void> start_6ghz();
    /// False: no band is left.
    Result<bool> start_next_sweep();
    void add_band(DriverScan& sweep, const BandChannels& band) const;
    void software_work();
    void software_set_channel();
    void software_on_channel();
    /// The connections get their channel back for a while. cf. ieee80211_scan_state_decision()
    [[nodiscard]] bool away_too_long() const;
    void software_suspend();
    void software_resume();
    void software_send_probe();
    void software_probe(const phy::Channel& channel);
    void part_completed(bool aborted);
    void finish(bool aborted);
    [[nodiscard]] ieee80211::Bytes probe_elements(phy::Band band, std::optional<phy::Channel> channel) const;
    [[nodiscard]] ieee80211::MacAddress sender_address();
    [[nodiscard]] bool passive(const phy::Channel& channel) const;

    Wiphy& wiphy_;
    sim::RandomStream random_;
    std::unique_ptr<Scan> scan_;

    // the part that runs
    std::vector<phy::Channel> part_channels_;
    std::vector<Colocated6GHz> part_colocated_;
    std::size_t next_band_ = 0;
    bool hardware_running_ = false;
    bool cancelled_ = false;
    bool second_part_ = false;
    bool deferred_ = false;
    ieee80211::MacAddress sender_;
    std::optional<SoftwareScan> software_;
    sim::Timer work_;
};

}  // namespace mlosim::mld
