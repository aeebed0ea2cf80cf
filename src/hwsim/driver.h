#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "hwsim/pending_frames.h"
#include "hwsim/shared_radios.h"
#include "mld/driver.h"
#include "mld/transmitter.h"
#include "mld/world.h"
#include "phy/medium.h"
#include "sim/event_queue.h"

namespace mlosim::hwsim {

/// The generic radio: what mac80211_hwsim is to mac80211. It hears every channel that it uses at the same time, beacons
/// at each target beacon transmission time, scans by itself where it has channel contexts, and has no limits of its
/// own.
class Driver : public mld::Driver, private phy::RadioPort {
public:
    Driver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium);
    ~Driver() override;

    Result<void> start() override;
    void stop() override;
    Result<void> add_interface(mld::Wdev& vif) override;
    Result<void> change_interface(mld::Wdev& vif, mld::InterfaceType type) override;
    void remove_interface(mld::Wdev& vif) override;
    Result<void> change_vif_links(mld::Wdev& vif, std::uint16_t old_links, std::uint16_t new_links) override;
    void vif_changed(mld::Wdev& vif, mld::VifChanges changes) override;
    Result<void> sta_state(mld::Wdev& vif, mld::Sta& peer, std::optional<mld::StaState> from,
                           std::optional<mld::StaState> to) override;
    [[nodiscard]] bool accepts_mapping(const mld::Wdev& vif, const mld::LinkMapping& mapping) const override;
    Result<void> set_emlsr(mld::Wdev& vif, const mld::Sta& peer, const mld::Emlsr& mode) override;
    void config(const mld::RadioConfig& config) override;
    Result<void> assign_channel(mld::Link& link) override;
    void unassign_channel(mld::Link& link) override;
    void link_changed(mld::Link& link, mld::LinkChanges changes) override;
    Result<void> hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) override;
    void cancel_hw_scan(mld::Wdev& vif) override;
    void sw_scan_start(mld::Wdev& vif, const ieee80211::MacAddress& sender) override;
    void sw_scan_complete(mld::Wdev& vif) override;
    Result<void> remain_on_channel(mld::Wdev& vif, const phy::Channel& channel,
                                   std::chrono::milliseconds duration) override;
    void cancel_remain_on_channel(mld::Wdev& vif) override;
    void transmit(mld::Wdev* vif, mld::Link* link, mld::TxFrame frame) override;
    [[nodiscard]] Result<mld::Survey> get_survey(std::size_t index) override;
    [[nodiscard]] std::uint64_t tsf(const mld::Wdev& vif) const override;
    [[nodiscard]] phy::PortId port() const override { return port_; }
    [[nodiscard]] std::vector<phy::Band> station_link_bands(const mld::Wdev& vif) const override;

    struct Counters {
        std::uint64_t rx_packets = 0;
        std::uint64_t rx_bytes = 0;
        std::uint64_t tx_packets = 0;
        std::uint64_t tx_bytes = 0;
        std::uint64_t tx_dropped = 0;  ///< the outside medium kept silent on too many
        std::uint64_t tx_failed = 0;   ///< the outside medium did not take it
    };
    /// What ethtool -S shows of a hwsim radio.
    [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
    /// Radios hear each other only if their groups have a bit in common.
    void set_group(std::uint32_t group);
    [[nodiscard]] std::uint32_t group() const noexcept { return group_; }
    /// From now on everybody hears this radio's frames with that strength; nothing: as the medium says.
    void set_rx_rssi(std::optional<int> dbm) { rx_rssi_ = dbm; }
    [[nodiscard]] std::optional<int> rx_rssi() const noexcept { return rx_rssi_; }

    [[nodiscard]] std::vector<mld::DebugFile> debug_files() override;
    Result<void> outside_frame(const mld::OutsideReception& reception) override;
    Result<void> outside_status(const mld::OutsideStatus& status) override;

private:
    struct HardwareScan {
        mld::Wdev* vif;
        mld::DriverScan request;
        std::size_t next = 0;
        std::optional<phy::Channel> channel;
    };
    /// Time that scans spent on a channel.
    struct Visit {
        phy::Channel channel;
        std::chrono::milliseconds time{0};
        sim::Time entered;
    };

    struct OutsideArrival {
        mld::FrameBytes bytes;
        mld::RxStatus status;
    };

    // RadioPort
    bool receive(const phy::Reception& reception) override;
    void transmitted(const phy::TransmitReport& report) override { transmitter_.landed(port_, report); }

    [[nodiscard]] Visit* visit(const phy::Channel& channel);
    [[nodiscard]] bool is_own(const ieee80211::MacAddress& address) const;
    /// Channels that it listens to now.
    [[nodiscard]] std::vector<phy::ChannelDefinition> channels() const;
    void tune();
    /// In the power save mode that debugfs set: deaf.
    [[nodiscard]] bool sleeps() const;
    /// The frame that `make` gives (of BSSID, own address, AID), from each associated station of the radio.
    template <class Make>
    void send_from_stations(Make make);
    void scan_work();
    void arm_beacon(mld::Link& link);
    void beacon(mld::Link& link);
    void send(mld::TxFrame frame, const mld::Link* link);
    /// The same through the outside medium.
    void hand_out(mld::OutsideMedium& outside, mld::Outgoing frame, bool wants_status);
    [[nodiscard]] const mld::BandCapabilities* capabilities(phy::Band band) const;
    void deliver_arrivals();
    /// Tells the outside medium of an address that came or went.
    void announce(const mld::Wdev& vif, bool added);
    void show_on_air(const ieee80211::Bytes& frame, const phy::Rate& rate, const phy::Channel& channel);
    void show_acknowledgement(const phy::Channel& channel, const ieee80211::MacAddress& transmitter);
    [[nodiscard]] int power_on(const phy::Channel& channel, const mld::Link* link) const;

    mld::Wiphy& wiphy_;
    mld::DriverEvents& mac_;
    phy::Medium& medium_;
    sim::EventQueue& queue_;
    phy::PortId port_;
    SharedRadios shared_radios_;
    mld::Transmitter transmitter_;
    bool started_ = false;
    mld::RadioConfig config_;
    std::vector<mld::Wdev*> vifs_;
    std::vector<mld::Link*> tuned_links_;
    std::map<mld::Link*, sim::Timer> beacons_;  // found by link, never walked
    std::optional<HardwareScan> scan_;
    sim::Timer scan_timer_;
    /// A stay on one more channel, and whether it is there already.
    struct Stay {
        phy::Channel channel;
        std::chrono::milliseconds duration{0};
        bool begun = false;
    };
    std::optional<Stay> stay_;
    sim::Timer stay_timer_;
    bool software_scan_ = false;
    std::optional<ieee80211::MacAddress> scan_address_;
    std::vector<Visit> visits_;
    Counters counters_;
    std::uint32_t group_;
    std::optional<int> rx_rssi_;
    std::uint64_t power_save_mode_ = 0;
    PendingFrames pending_;
    /// What the outside medium told, for an event of the driver's own.
    std::deque<std::variant<OutsideArrival, mld::TxStatus>> arrivals_;
    sim::Timer arriving_;
};

/// Makes radios of kind "hwsim" possible in `world`. `medium` must outlive it.
void install(mld::World& world, phy::Medium& medium);

}  // namespace mlosim::hwsim
