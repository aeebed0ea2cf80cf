#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mld/access_point_settings.h"
#include "mld/bss_table.h"
#include "mld/driver.h"
#include "mld/identifiers.h"
#include "mld/netdev.h"
#include "mld/radio_profile.h"
#include "mld/wake_on.h"
#include "mld/wdev.h"
#include "phy/channel_constraints.h"
#include "sim/event_queue.h"

namespace mlosim::ieee80211 {
class FrameView;
}

namespace mlosim::mld {

class DataPath;
class FrameListener;
class OffChannel;
class Scanner;
class Stations;
class World;

/// What SET_WIPHY can change and GET_WIPHY tells back.
struct WiphySettings {
    static constexpr std::uint32_t off = 0xffffffff;  ///< of both thresholds

    std::uint8_t retry_short = 7;
    std::uint8_t retry_long = 4;
    std::uint32_t fragmentation_threshold = off;
    std::uint32_t rts_threshold = off;
    std::uint8_t coverage_class = 0;
    std::uint32_t txq_limit = 0;
    std::uint32_t txq_memory_limit = 0;
    std::uint32_t txq_quantum = 0;
    friend bool operator==(const WiphySettings&, const WiphySettings&) = default;
};

/// The part of a SET_WIPHY that is all or nothing.
struct WiphySettingsChange {
    std::optional<std::uint8_t> retry_short;
    std::optional<std::uint8_t> retry_long;
    std::optional<std::uint32_t> fragmentation_threshold;
    std::optional<std::uint32_t> rts_threshold;
    std::optional<std::uint8_t> coverage_class;
    bool dynamic_ack = false;
    std::optional<std::uint32_t> txq_limit;
    std::optional<std::uint32_t> txq_memory_limit;
    std::optional<std::uint32_t> txq_quantum;
};

/// enum nl80211_tx_power_setting.
enum class TxPowerSetting : std::uint8_t { automatic = 0, limited = 1, fixed = 2 };

/// One band's channels with what regulation leaves of them now.
struct BandChannels {
    phy::Band band = phy::Band::ghz2_4;
    std::vector<phy::RadioChannel> channels;
};

/// What NEW_INTERFACE asks for.
struct InterfaceSpec {
    std::string name;  ///< may hold one %d
    InterfaceType type = InterfaceType::station;
    NameOrigin name_origin = NameOrigin::user;
    std::optional<bool> use_4addr;
    std::optional<ieee80211::MacAddress> address;
    MonitorFlags monitor_flags;
    std::optional<std::uint32_t> radio_mask;
    OwnerId owner;
};

/// What SET_INTERFACE asks for.
struct InterfaceChange {
    std::optional<InterfaceType> type;
    std::optional<bool> use_4addr;
    /// Given (with MonitorFlag::changed) for monitors.
    MonitorFlags monitor_flags;
    std::optional<std::uint32_t> radio_mask;
};

/// A link wdev to come.
struct LinkWdevSpec {
    InterfaceType type = InterfaceType::mlo_link;
    std::optional<phy::Band> band;
    std::optional<ieee80211::MacAddress> address;
};

/// A wiphy (struct wiphy, cfg80211_registered_device and ieee80211_local): one radio or several inside one device, its
/// interfaces, its scan and what it knows of the networks around. The upper face's operations are here; errors are the
/// kernel's.
class Wiphy final : private DriverEvents {
public:
    using DriverFactory = std::function<std::unique_ptr<Driver>(Wiphy&, DriverEvents&)>;
    using Wdevs = std::map<std::uint32_t, std::unique_ptr<Wdev>, std::greater<>>;

    Wiphy(World& world, WiphyIndex index, std::string name, std::shared_ptr<const RadioProfile> profile,
          std::vector<ieee80211::MacAddress> addresses, std::string parent_device);
    ~Wiphy();
    Wiphy(const Wiphy&) = delete;
    Wiphy& operator=(const Wiphy&) = delete;

    [[nodiscard]] World& world() const noexcept { return world_; }
    [[nodiscard]] WiphyIndex index() const noexcept { return index_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const RadioProfile& profile() const noexcept { return *profile_; }
    [[nodiscard]] Driver& driver() const noexcept { return *driver_; }
    /// Device of the driver model that it hangs on ("hwsim0").
    [[nodiscard]] const std::string& parent_device() const noexcept { return parent_device_; }
    /// The first is the permanent address.
    [[nodiscard]] const std::vector<ieee80211::MacAddress>& addresses() const noexcept { return addresses_; }

    // Channels and settings.

    /// In nl80211's order of bands.
    [[nodiscard]] const std::vector<BandChannels>& bands() const noexcept { return bands_; }
    [[nodiscard]] const BandChannels* band(phy::Band band) const;
    /// cf. ieee80211_get_channel_khz().
    [[nodiscard]] const phy::RadioChannel* channel(phy::Frequency center) const;
    [[nodiscard]] const phy::RadioChannel* channel(const phy::Channel& channel) const;
    /// The domain of its own, where its driver asked for one.
    [[nodiscard]] const std::optional<phy::RegulatoryDomain>& own_domain() const noexcept { return own_domain_; }
    /// Its domain is its driver's alone (REGULATORY_STRICT_REG); the driver gave one of its own making
    /// (REGULATORY_CUSTOM_REG).
    [[nodiscard]] bool strict_regulatory() const noexcept { return strict_regulatory_; }
    [[nodiscard]] bool custom_regulatory() const noexcept { return custom_regulatory_; }
    [[nodiscard]] const WiphySettings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::uint32_t antennas_tx() const noexcept { return antennas_tx_; }
    [[nodiscard]] std::uint32_t antennas_rx() const noexcept { return antennas_rx_; }

    /// EINVAL: longer than 64, another wiphy's default name, or taken. The same name again does nothing. cf.
    /// cfg80211_dev_rename().
    Result<void> rename(std::string_view name);
    /// cf. nl80211_set_wiphy() from "changed" on.
    Result<void> change_settings(const WiphySettingsChange& change);
    /// Of the whole wiphy, or of one interface where it has VIF_TXPOWER. cf. ieee80211_set_tx_power().
    Result<void> set_tx_power(Wdev* wdev, TxPowerSetting setting, std::int32_t mbm);
    /// In dBm. EINVAL: none set yet; ENOLINK. cf. ieee80211_get_tx_power().
    [[nodiscard]] Result<int> tx_power(const Wdev& wdev, ieee80211::LinkId link) const;
    Result<void> set_antenna(std::uint32_t tx, std::uint32_t rx);
    /// What the radio may answer a rekeying with by itself. EOPNOTSUPP: it cannot. cf. ieee80211_set_rekey_data()
    Result<void> set_rekey_data(Wdev& wdev, const RekeyData& data);

    // The host's sleep.

    /// What wakes it; without that its connections end when it goes to sleep (wiphy->wowlan_config).
    [[nodiscard]] const std::optional<WakeOn>& wake_on() const noexcept { return wake_on_; }
    void set_wake_on(std::optional<WakeOn> triggers) { wake_on_ = std::move(triggers); }
    /// EALREADY. cf. wiphy_suspend(), __ieee80211_suspend()
    Result<void> suspend();
    /// EALREADY. cf. wiphy_resume(), ieee80211_reconfig()
    Result<void> resume();
    [[nodiscard]] bool suspended() const noexcept { return suspended_; }
    /// For an AP to come, or for all monitors (`wdev` may be nullptr then): EOPNOTSUPP, EINVAL, EBUSY.
    /// cf. __nl80211_set_channel() after the definition is parsed.
    Result<void> set_channel(Wdev* wdev, const phy::ChannelDefinition& channel, std::optional<ieee80211::LinkId> link);
    /// ENODATA: none; ENOLINK. cf. ieee80211_cfg_get_channel().
    [[nodiscard]] Result<phy::ChannelDefinition> channel_of(const Wdev& wdev, ieee80211::LinkId link) const;

    // Interfaces.

    /// Registered wdevs, newest first; link wdevs are in a list of their own.
    [[nodiscard]] const Wdevs& wdevs() const noexcept { return wdevs_; }
    [[nodiscard]] const Wdevs& link_wdevs() const noexcept { return link_wdevs_; }
    /// By its number within the wiphy, link wdevs too.
    [[nodiscard]] Wdev* find(std::uint32_t local_id) const;
    /// Changes with each interface that comes or goes (rdev->devlist_generation); link wdevs have their own count.
    [[nodiscard]] std::uint32_t interface_generation() const noexcept { return interface_generation_; }
    [[nodiscard]] std::uint32_t link_generation() const noexcept { return link_generation_; }
    /// Interfaces and link wdevs that run (rdev->opencount).
    [[nodiscard]] unsigned open_count() const noexcept { return open_count_; }

    /// EOPNOTSUPP, EADDRNOTAVAIL, EINVAL (name), ENFILE (name taken). cf. _nl80211_new_interface(), ieee80211_if_add().
    Result<Wdev*> add_interface(const InterfaceSpec& spec);
    /// Takes it down first. EOPNOTSUPP for link wdevs. cf. nl80211_del_interface().
    Result<void> remove_interface(Wdev& wdev);
    /// cf. nl80211_set_interface(), cfg80211_change_iface(), ieee80211_change_iface().
    Result<void> change_interface(Wdev& wdev, const InterfaceChange& change);
    /// EOPNOTSUPP, EBUSY by the interface combinations. Twice is once. cf. nl80211_start_p2p_device().
    Result<void> start_p2p_device(Wdev& wdev);
    Result<void> stop_p2p_device(Wdev& wdev);
    /// cf. nl80211_set_power_save().
    Result<void> set_power_save(Wdev& wdev, bool on);
    /// Ends what `owner` owns. cf. cfg80211_destroy_ifaces().
    void release(OwnerId owner);

    // Link wdevs.

    /// Makes a link wdev of `sta`, on this wiphy: EINVAL unless spec.type is MLO_LINK, `sta` a station of this wiphy;
    /// ENODEV if `sta` is no longer registered; EBUSY if it runs. cf. cfg80211_register_sta_mlo_link() of the RFC.
    Result<Wdev*> register_sta_mlo_link(Wdev& sta, const LinkWdevSpec& spec);
    /// EINVAL unless `link` is a link wdev of this wiphy; EBUSY for one of an AP MLD: its links end with REMOVE_LINK.
    Result<void> unregister_mlo_link(Wdev& link);
    /// Adds a link to an AP MLD, and the link wdev that stands for it. EINVAL, EALREADY. cf. nl80211_add_link().
    Result<Link*> add_ap_link(Wdev& ap, ieee80211::LinkId id, const ieee80211::MacAddress& address);
    /// EINVAL: no such link. Stops its access point. cf. nl80211_remove_link().
    Result<void> remove_ap_link(Wdev& ap, ieee80211::LinkId id);
    /// A station's links become these; none: it is no MLD any more. Those that stay keep what they have, the others
    /// give their channel and their link wdev back. cf. ieee80211_vif_set_links()
    struct StationLink {
        ieee80211::LinkId id;
        ieee80211::MacAddress address;
    };
    Result<void> set_station_links(Wdev& station, const std::vector<StationLink>& links);
    /// Which links of a station MLD carry frames: EINVAL for none or for such as may not, ENETDOWN.
    /// cf. ieee80211_set_active_links()
    Result<void> set_active_links(Wdev& station, std::uint16_t links);
    /// A link wdev of the station for that band stands for the link from now on, if there is one.
    void affiliate(Link& link);

    // Scanning.

    /// ENETDOWN, EOPNOTSUPP, EBUSY, EINVAL. cf. nl80211_trigger_scan(), ieee80211_scan().
    Result<void> trigger_scan(Wdev& wdev, ScanRequest request);
    /// ENOENT: none runs. cf. nl80211_abort_scan().
    Result<void> abort_scan(Wdev& wdev);
    /// The scan that runs.
    [[nodiscard]] const Scan* scan() const noexcept;
    /// With entries that have expired removed.
    [[nodiscard]] BssTable& bss_table();
    /// EOPNOTSUPP: the radio makes no surveys; ENOENT: `index` is behind the last one. cf. ieee80211_dump_survey().
    [[nodiscard]] Result<Survey> survey(const Wdev& wdev, std::size_t index);

    // Access points.

    /// EALREADY, EINVAL, EBUSY, ENETDOWN, EOPNOTSUPP. `link` is needed for an AP MLD and must be absent otherwise.
    /// cf. nl80211_start_ap(), ieee80211_start_ap().
    Result<void> start_ap(Wdev& wdev, std::optional<ieee80211::LinkId> link, const AccessPointSettings& settings);
    /// cf. ieee80211_change_beacon().
    Result<void> change_beacon(Wdev& wdev, std::optional<ieee80211::LinkId> link, const BeaconData& beacon);
    Result<void> stop_ap(Wdev& wdev, std::optional<ieee80211::LinkId> link);

    /// cf. nl80211_set_bss(), ieee80211_change_bss()
    Result<void> set_bss(Wdev& wdev, std::optional<ieee80211::LinkId> link, const BssParameters& parameters);
    /// cf. ieee80211_set_txq_params()
    Result<void> set_tx_queue(Wdev& wdev, std::optional<ieee80211::LinkId> link, const TxQueueParameters& parameters);
    /// cf. nl80211_channel_switch(), ieee80211_channel_switch()
    Result<void> switch_channel(Wdev& wdev, std::optional<ieee80211::LinkId> link, const ChannelSwitch& request);
    /// cf. nl80211_color_change(), ieee80211_color_change()
    Result<void> change_color(Wdev& wdev, std::optional<ieee80211::LinkId> link, const ColorChange& request);
    /// Who is told of unexpected frames: EBUSY where somebody is already. cf. nl80211_register_unexpected_frame()
    Result<void> watch_unexpected_frames(Wdev& wdev, OwnerId owner);
    /// A program that is told of every beacon. cf. nl80211_register_beacons()
    Result<void> watch_beacons(OwnerId owner);
    [[nodiscard]] const std::vector<OwnerId>& beacon_watchers() const noexcept { return beacon_watchers_; }

    // Peers, their frames and keys; other channels.

    [[nodiscard]] Stations& stations() const noexcept { return *stations_; }
    [[nodiscard]] DataPath& data_path() const noexcept { return *data_path_; }
    [[nodiscard]] OffChannel& off_channel() const noexcept { return *off_channel_; }
    /// What a program knows a frame or a stay on a channel by; never 0. cf. cfg80211_assign_cookie()
    [[nodiscard]] std::uint64_t next_cookie() noexcept { return ++last_cookie_; }

    // Management frames.

    /// Wants frames of `frame_control`'s type and subtype whose body begins with `match`. EINVAL, EALREADY.
    /// cf. cfg80211_mlme_register_mgmt(). EOPNOTSUPP for link wdevs.
    Result<void> register_frame(Wdev& wdev, FrameListener& listener, std::uint16_t frame_control,
                                ieee80211::ByteView match);
    void unregister_frames(FrameListener& listener);
    /// A frame for the interface: true if somebody who registered for it took it. cf. cfg80211_rx_mgmt_ext()
    bool offer_to_listeners(Wdev& wdev, const ieee80211::FrameView& frame, const FrameBytes& bytes,
                            const RxStatus& status);
    /// Frames whose header, fixed fields or elements were not whole.
    [[nodiscard]] std::uint64_t malformed_frames() const noexcept { return malformed_frames_; }
    /// Frames for an interface that its receive path dropped: nobody's business, not from one who may, not whole.
    [[nodiscard]] std::uint64_t dropped_frames() const noexcept { return dropped_frames_; }
    void count_dropped_frame() noexcept { ++dropped_frames_; }
    /// Sends a management frame on the link's channel. EINVAL, ENETDOWN, ENOTCONN (no channel). cf.
    /// ieee80211_mgmt_tx().
    Result<void> send_frame(Wdev& wdev, std::optional<ieee80211::LinkId> link, ieee80211::Bytes frame);
    /// Whether a monitor runs, which shows what the radio sends too.
    [[nodiscard]] bool has_monitors() const noexcept { return monitors_ > 0; }
    /// A program sends a frame through a monitor: whatever is no frame behind a radiotap header is dropped.
    void inject(ieee80211::ByteView frame_with_radiotap);

private:
    friend class Netdev;
    friend class OffChannel;
    friend class RegulatoryCore;
    friend class Scanner;
    friend class StationMlme;
    friend class World;

    struct Registration {
        Wdev* wdev;
        FrameListener* listener;
        std::uint16_t frame_control;
        ieee80211::Bytes match;
    };

    // DriverEvents
    void receive(const FrameBytes& frame, const RxStatus& status) override;
    void transmitted(const TxStatus& status) override;
    void scan_completed(bool aborted) override;
    void ready_on_channel() override;
    void remain_on_channel_expired() override;
    std::span<const std::uint8_t> next_beacon(Link& link) override;
    void activate_links(Wdev& vif, std::uint16_t links) override;
    void connection_loss(Wdev& vif) override;
    void disconnect(Wdev& vif, bool reconnect) override;
    void wake_up() override;

    // Netdev's calls, in the order of the kernel's notifiers.
    Result<void> open(Wdev& wdev);
    void opened(Wdev& wdev);
    void going_down(Wdev& wdev);
    void stop(Wdev& wdev);
    void closed(Wdev& wdev);
    Result<void> change_address(Wdev& wdev, const ieee80211::MacAddress& address);

    void set_driver(std::unique_ptr<Driver> driver) { driver_ = std::move(driver); }
    void set_custom_domain(const phy::RegulatoryDomain& domain);
    /// Removes all interfaces, then itself from the radio. cf. ieee80211_unregister_hw().
    void tear_down();

    Result<Wdev*> add_netdev_interface(const InterfaceSpec& spec);
    Wdev& register_wdev(std::unique_ptr<Wdev> wdev);
    void unregister_wdev(Wdev& wdev);
    void register_station_links(Wdev& station);
    Wdev& register_link(std::unique_ptr<Wdev> link, Wdev& mld);
    void unregister_link(Wdev& link);
    void start_link(Wdev& link);
    void stop_link(Wdev& link);
    void link_event(const char* what, Wdev& link);
    void drop_link(Wdev& ap, ieee80211::LinkId id);
    [[nodiscard]] ieee80211::MacAddress free_address(InterfaceType type) const;
    [[nodiscard]] std::uint32_t all_radios() const;
    Result<void> check_4addr(InterfaceType type, bool use_4addr) const;
    [[nodiscard]] bool type_allowed(InterfaceType type, bool use_4addr) const;
    [[nodiscard]] bool is_software_type(InterfaceType type) const;
    Result<void> check_concurrent(const Wdev& wdev, InterfaceType type) const;
    Result<void> check_combinations(const Wdev& wdev, InterfaceType type, const phy::ChannelDefinition* channel) const;
    Result<void> do_open(Wdev& wdev, bool coming_up);
    void do_stop(Wdev& wdev, bool going_down);
    Result<void> change_type(Wdev& wdev, InterfaceType type);
    Result<void> set_monitor_options(Wdev& wdev, MonitorFlags flags);
    void reset_type(Wdev& wdev, InterfaceType type);
    void leave(Wdev& wdev);
    void reset_links(Wdev& wdev);
    Result<void> add_virtual_monitor();
    void remove_virtual_monitor();
    [[nodiscard]] bool monitors_only() const;
    Result<void> use_channel(Link& link, const phy::ChannelDefinition& channel);
    /// To another channel, or to its first, without asking whether there is room.
    Result<void> tune_link(Link& link, const phy::ChannelDefinition& channel);
    [[nodiscard]] bool may_reserve(const Link& link, const phy::ChannelDefinition& channel) const;
    void countdown_ended(Link& link);
    void finish_channel_switch(Link& link);
    void finish_color_change(Link& link);
    void abort_color_change(Link& link);
    Result<void> switch_active_links(Wdev& station, std::uint16_t links);
    void change_peer_links(Wdev& station, std::uint16_t old_links, std::uint16_t new_links);
    void release_channel(Link& link);
    bool recalculate_power(Link& link);
    [[nodiscard]] bool uses_channel_contexts() const;
    /// cf. cfg80211_reg_can_beacon().
    [[nodiscard]] bool can_beacon(const phy::ChannelDefinition& channel) const;
    void show_to_monitors(const ieee80211::Bytes& frame, const RxStatus& status);
    void show_sent_to_monitors(ieee80211::ByteView frame, const TxStatus& status);
    void receive_for_scan(const ieee80211::FrameView& frame, const RxStatus& status);
    void report_beacon(const FrameBytes& bytes, const RxStatus& status);
    /// The link through which an interface hears what was sent on that channel; nullptr: it does not.
    [[nodiscard]] Link* hearing_link(const Wdev& wdev, const phy::Channel& channel) const;
    /// cf. cfg80211_wdev_channel_allowed().
    [[nodiscard]] bool radio_allows(const Wdev& wdev, const phy::Channel& channel) const;
    void configure_radio();
    /// The MAC leaves the channel of its connections for another, and comes back: stations say so to their access
    /// points. cf. ieee80211_offchannel_stop_vifs(), ieee80211_offchannel_return()
    void leave_operating_channel();
    void return_to_operating_channel();
    [[nodiscard]] Result<Link*> ap_link(Wdev& wdev, std::optional<ieee80211::LinkId> id) const;
    void stop_ap_link(Link& link);
    /// Those that `owner` started as to end with it.
    void stop_aps_of(OwnerId owner);
    /// The powers that follow from the channels' limits. cf. ieee80211_hw_conf_chan() through the regulatory notifier.
    void regulatory_updated();
    /// What the channels no longer allow ends. cf. reg_leave_invalid_chans().
    void leave_invalid_channels();
    void wdev_event(const char* what, const Wdev& wdev);

    World& world_;
    WiphyIndex index_;
    std::string name_;
    std::shared_ptr<const RadioProfile> profile_;
    std::vector<ieee80211::MacAddress> addresses_;
    std::string parent_device_;
    std::unique_ptr<Driver> driver_;
    bool registered_ = false;

    std::vector<BandChannels> bands_;
    std::optional<phy::RegulatoryDomain> own_domain_;
    bool strict_regulatory_ = false;
    bool custom_regulatory_ = false;
    WiphySettings settings_;
    std::uint32_t antennas_tx_ = 0;
    std::uint32_t antennas_rx_ = 0;
    std::optional<int> user_power_dbm_;

    Wdevs wdevs_;
    Wdevs link_wdevs_;
    std::uint32_t last_wdev_ = 0;
    std::uint32_t last_link_wdev_ = first_link_wdev - 1;
    std::uint32_t interface_generation_ = 0;
    std::uint32_t link_generation_ = 0;
    unsigned open_count_ = 0;

    // mac80211's half
    unsigned mac_open_count_ = 0;
    unsigned monitors_ = 0;
    unsigned virtual_monitors_ = 0;
    std::unique_ptr<Wdev> virtual_monitor_;
    phy::ChannelDefinition monitor_channel_;
    RadioConfig radio_config_;
    std::optional<WakeOn> wake_on_;
    bool suspended_ = false;
    bool keeps_connections_ = false;  ///< while suspended
    sim::Timer waking_;

    std::unique_ptr<Scanner> scanner_;
    BssTable bss_table_;
    std::vector<Registration> registrations_;
    std::vector<OwnerId> beacon_watchers_;
    std::uint64_t last_cookie_ = 0;
    std::unique_ptr<Stations> stations_;
    std::unique_ptr<DataPath> data_path_;
    std::unique_ptr<OffChannel> off_channel_;
    std::uint64_t malformed_frames_ = 0;
    std::uint64_t dropped_frames_ = 0;
};

}  // namespace mlosim::mld
