#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mld/driver.h"
#include "mld/events.h"
#include "mld/wake_on.h"
#include "mld/world.h"
#include "mt7925/host/air.h"
#include "mt7925/host/bring_up.h"
#include "mt7925/host/bss_message.h"
#include "mt7925/host/conversation.h"
#include "mt7925/host/defects.h"
#include "mt7925/host/frames.h"
#include "mt7925/host/indexes.h"
#include "mt7925/host/inspection.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/interfaces.h"
#include "mt7925/host/operations.h"
#include "mt7925/host/power.h"
#include "mt7925/host/regulatory.h"
#include "mt7925/host/roc.h"
#include "mt7925/host/roc_message.h"
#include "mt7925/host/station_message.h"
#include "mt7925/host/wcid_table.h"
#include "mt7925/in_process_front.h"

namespace mlosim::mt7925::host {

/// The MT7925's driver: what mt7925e is to mac80211. Its interface numbers and tables change at once; what it says to
/// the chip follows as operations, one after the other, each in its own time. What fails there is told to the MAC
/// above.
class Driver final : public mld::Driver {
public:
    Driver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium);
    ~Driver() override;

    // driver.cc
    Result<void> start() override;
    void stop() override;
    void config(const mld::RadioConfig& config) override;
    Result<void> hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) override;
    void cancel_hw_scan(mld::Wdev& vif) override;
    void sw_scan_start(mld::Wdev&, const ieee80211::MacAddress&) override {}
    void sw_scan_complete(mld::Wdev&) override {}
    [[nodiscard]] Result<mld::Survey> get_survey(std::size_t index) override;
    [[nodiscard]] std::uint64_t tsf(const mld::Wdev& vif) const override;
    [[nodiscard]] phy::PortId port() const override { return air_.port(); }
    [[nodiscard]] mld::ChipInspection* inspection() override { return &inspection_; }

    // driver_interfaces.cc
    Result<void> add_interface(mld::Wdev& vif) override;
    Result<void> change_interface(mld::Wdev& vif, mld::InterfaceType type) override;
    void remove_interface(mld::Wdev& vif) override;

    // driver_links.cc
    Result<void> change_vif_links(mld::Wdev& vif, std::uint16_t old_links, std::uint16_t new_links) override;
    Result<void> assign_channel(mld::Link& link) override;
    void unassign_channel(mld::Link& link) override;
    [[nodiscard]] bool can_activate_links(const mld::Wdev& vif, std::uint16_t links) const override;
    [[nodiscard]] std::vector<phy::Band> station_link_bands(const mld::Wdev& vif) const override;

    // driver_stations.cc
    Result<void> sta_state(mld::Wdev& vif, mld::Sta& peer, std::optional<mld::StaState> from,
                           std::optional<mld::StaState> to) override;
    Result<void> change_sta_links(mld::Wdev& vif, mld::Sta& peer, std::uint16_t old_links,
                                  std::uint16_t new_links) override;
    void block_ack_changed(mld::Wdev& vif, mld::Sta& peer, const mld::BlockAckChange& change) override;

    // driver_keys.cc
    Result<void> set_key(mld::KeyCommand command, mld::Wdev& vif, mld::Sta* peer, const mld::KeyName& name,
                         const mld::Key& key) override;

    // driver_settings.cc
    void vif_changed(mld::Wdev& vif, mld::VifChanges changes) override;
    void link_changed(mld::Link& link, mld::LinkChanges changes) override;
    [[nodiscard]] bool watches_connection(const mld::Wdev& vif) const override;
    Result<void> set_rts_threshold(std::uint32_t octets) override;
    Result<void> set_rekey_data(mld::Wdev& vif, const mld::RekeyData& data) override;

    // driver_roc.cc
    void prepare_tx(mld::Wdev& vif, const mld::ManagedTransmission& about) override;
    void complete_tx(mld::Wdev& vif, const mld::ManagedTransmission& about) override;
    Result<void> remain_on_channel(mld::Wdev& vif, const phy::Channel& channel,
                                   std::chrono::milliseconds duration) override;
    void cancel_remain_on_channel(mld::Wdev& vif) override;

    // driver_sleep.cc
    Result<void> suspend(const mld::WakeOn& wake_on) override;
    void resume() override;
    void power_down() override;
    void power_up() override;

    // transmit.cc
    void transmit(mld::Wdev* vif, mld::Link* link, mld::TxFrame frame) override;

    [[nodiscard]] InProcessFront& front() noexcept { return front_; }
    [[nodiscard]] const KernelLog& log() const noexcept { return log_; }
    [[nodiscard]] const std::optional<Capabilities>& capabilities() const noexcept { return capabilities_; }
    [[nodiscard]] const Frames& frames() const noexcept { return frames_; }
    [[nodiscard]] const BssIndexes& bss_indexes() const noexcept { return bss_indexes_; }
    [[nodiscard]] const WcidTable& wcids() const noexcept { return wcids_; }
    [[nodiscard]] const Interfaces& interfaces() const noexcept { return interfaces_; }
    [[nodiscard]] const Roc& roc() const noexcept { return roc_; }
    /// Nothing is being done, nothing waits.
    [[nodiscard]] bool idle() const noexcept { return operations_.idle(); }
    [[nodiscard]] Defects& defects() noexcept { return defects_; }

private:
    [[nodiscard]] Domain domain() const;
    void event(const EventView& event);
    Task<void> scan_begins(Conversation what);
    void scan_done(bool aborted);
    void roc_event(const EventView& event);
    void roc_granted(const RocGrant& grant);
    void beacon_loss(const EventView& event);
    void hung(const std::string& task, const std::string& holder);
    Task<void> probe();
    /// Regulation changed while the radio is used. cf. mt7925_regd_notifier()
    void regulation_changed();
    Task<void> regulate();

    /// As an operation of its own. What fails is said in the log.
    void enqueue(std::string name, Conversation what, OnFailure on_failure = OnFailure::stop);
    Task<void> converse(std::string who, Conversation what, OnFailure on_failure);

    // driver_defects.cc
    [[nodiscard]] bool has(Defect defect) const noexcept { return defects_.on(defect); }
    /// The kernel meets an address that is none: it says so, and the task that did it is gone with what it holds.
    void oops(const std::string& where);
    void warn(const std::string& where);
    /// What a task does after that.
    struct Forever {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}
    };
    Task<void> hold_forever();
    /// Defects of the firmware that an association wakes.
    void refuse_more_time();
    void provoke_firmware(Vif& vif, std::uint16_t links);
    /// The channel that the firmware is told of a link.
    [[nodiscard]] phy::ChannelDefinition told_channel(Vif& vif, const VifLink& link,
                                                      const phy::ChannelDefinition& channel) const;

    // driver_interfaces.cc
    /// Gives the link a BSS index and its own WCID: ENOSPC; what the firmware is to be told.
    Result<Conversation> add_link(Vif& vif, VifLink& link, const ieee80211::MacAddress& address);
    /// Takes them back. `wcid`: the entry that the message names (the link's own, or the peer's).
    Conversation remove_link(Vif& vif, VifLink& link, std::uint16_t wcid);
    Task<void> introduce_interface(Conversation what);
    /// The message alone.
    [[nodiscard]] static Conversation deactivation(const Vif& vif, const VifLink& link, std::uint16_t wcid);
    [[nodiscard]] static Conversation activation(const Vif& vif, const VifLink& link);

    // driver_links.cc
    Result<void> add_first_link(Vif& vif, ieee80211::LinkId id);
    Result<void> add_more_links(Vif& vif, std::uint16_t added);
    void remove_links(Vif& vif, std::uint16_t removed);
    void restore_legacy(Vif& vif);
    void forget_link(Vif& vif, ieee80211::LinkId id);
    [[nodiscard]] std::uint16_t select_links(const Vif& vif) const;
    void link_failed(const Vif& vif, ieee80211::LinkId link, const Error& error);
    Task<void> prepare_second_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId second);
    Task<void> second_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId second,
                           bool asked_by_mac);

    /// What a key's coming or going makes the driver say, and which entries have it when that is said.
    struct KeyWork {
        struct Entry {
            std::uint8_t wcid = 0;
            ieee80211::MacAddress address;
            bool management = false;
            std::uint8_t index = 0;
        };
        Conversation what;
        std::vector<Entry> gets;
    };

    // driver_stations.cc
    Result<void> add_peer(Vif& vif, mld::Sta& sta);
    Result<Conversation> add_peer_link(Vif& vif, Peer& peer, const mld::Sta& sta, const mld::LinkSta& link);
    void associate(Vif& vif, mld::Sta& sta);
    void authorize(Vif& vif, const mld::Sta& sta);
    void remove_peer(Vif& vif, const mld::Sta& sta);
    /// What is said of links that go: before the radio's time is given back, and then.
    struct Farewell {
        Conversation before;
        Conversation then;
    };
    Farewell remove_peer_links(Vif& vif, Peer& peer, const mld::Sta& sta, std::uint16_t links);
    void free_wcid(std::uint8_t wcid);
    Task<void> introduce(std::uint64_t incarnation, ieee80211::MacAddress address, Conversation what);
    Task<void> introduce_link(std::uint64_t incarnation, std::uint64_t connection, ieee80211::LinkId link,
                              KeyWork work);
    Task<void> associate_first(std::uint64_t incarnation, Conversation then, std::optional<RocType> first_roc);
    Task<void> let_go(Farewell what);
    Task<void> change_block_ack(Conversation what, bool start);

    // driver_keys.cc
    /// EOPNOTSUPP: the chip has no such cipher.
    Result<void> key_on_link(mld::KeyCommand command, Vif& vif, Peer* peer, const mld::Sta* sta,
                             std::optional<ieee80211::LinkId> link, const mld::Key& key, KeyWork& work);
    /// The keys that a peer's new link is to have.
    KeyWork pairwise_keys_on(Vif& vif, Peer& peer, const mld::Sta& sta, std::optional<ieee80211::LinkId> link);
    Task<void> install(mld::KeyCommand command, unsigned index, std::string peer, KeyWork work);
    void use_keys(const KeyWork& work);
    void key_failed(mld::KeyCommand command, unsigned index, const std::string& peer, int error);

    // driver_settings.cc
    /// Nothing: one of them is not there, and somebody asked for what it has.
    [[nodiscard]] std::optional<Conversation> power_save_of_links(Vif& vif, std::uint16_t links) const;
    [[nodiscard]] Conversation channels_of(Vif& vif) const;
    Task<void> mlo_power_save_work();

    [[nodiscard]] static Conversation queues_again(const mld::Link& link, const VifLink& own);

    // driver_ap.cc
    Conversation access_point_changed(Vif& vif, VifLink& own, mld::Link& link, mld::LinkChanges changes);
    Conversation serving(Vif& vif, VifLink& own, const mld::Link& link);
    Conversation beacon_content(const VifLink& own, mld::Link& link);
    Conversation beaconing_again(Vif& vif);
    void arm_beacon(std::uint64_t incarnation, ieee80211::LinkId id);
    void send_beacon(std::uint64_t incarnation, ieee80211::LinkId id);

    // driver_reset.cc
    /// The chip is brought up again.
    void reset();
    Task<void> reset_work();
    /// An interface's links before the reset began.
    struct Before {
        std::uint64_t incarnation = 0;
        std::vector<std::optional<ieee80211::LinkId>> links;
    };
    [[nodiscard]] std::vector<Before> links_before() const;
    /// Nothing: one of them is not there any more, and somebody asked for what it has.
    std::optional<Conversation> interfaces_again(const std::vector<Before>& before);

    // invariants.cc
    [[nodiscard]] std::vector<Violation> own_state_faults() const;
    [[nodiscard]] std::vector<Violation> firmware_state_faults() const;
    void check_when_idle();

    // driver_roc.cc
    Task<void> join(RocLink link, bool is_mld, std::chrono::milliseconds time);
    Task<void> end_roc(std::uint64_t incarnation);
    Task<void> stay(std::uint64_t incarnation, phy::Channel channel, std::chrono::milliseconds time);
    Task<void> roc_work();
    Task<void> abort_everywhere();

    // driver_sleep.cc
    Conversation sleep_of_interfaces(bool sleeps);
    Task<void> bus(bool sleeps);

    // driver_views.cc
    /// Nothing: the MAC has no such link (any more).
    [[nodiscard]] std::optional<BssUpdate> bss_update(Vif& vif, VifLink& link, const PeerLink* peer,
                                                      const mld::Sta* sta, bool enable) const;
    [[nodiscard]] StationRecord station_record(Vif& vif, const VifLink& link, const Peer& peer, const PeerLink& entry,
                                               const mld::Sta& sta, EntryState state) const;

    // transmit.cc
    Task<void> send_in_turn(FrameToSend frame);
    [[nodiscard]] int power_on(const phy::Channel& channel) const;

    /// Hears of regulation.
    class Listener final : public mld::Events {
    public:
        explicit Listener(Driver& driver) : driver_(driver) {}
        void regulatory_changed(const mld::RegulatoryRequest&) override { driver_.regulation_changed(); }

    private:
        Driver& driver_;
    };

    mld::Wiphy& wiphy_;
    mld::DriverEvents& mac_;
    Listener listener_{*this};
    /// What the firmware was told of regulation last.
    decltype(Domain::alpha2) told_country_{};  ///< whose rules the firmware has
    sim::EventQueue& queue_;
    Air air_;
    InProcessFront front_;
    KernelLog log_;
    Chip chip_;
    Power power_;
    Images images_;
    std::optional<Capabilities> capabilities_;
    Defects defects_;
    BssIndexes bss_indexes_;
    WcidTable wcids_;
    Inspection inspection_;
    Interfaces interfaces_;
    Roc roc_;
    /// Whose band the firmware chooses with the next grant. cf. mt7925_mcu_roc_iter()
    std::optional<std::uint8_t> chosen_band_of_;
    std::uint16_t slot_us_ = 9;
    bool resetting_ = false;
    /// It hangs and says nothing of it.
    bool silent_ = false;
    bool roc_work_waits_ = false;
    bool associated_since_boot_ = false;
    std::vector<Violation> standing_;
    bool reset_queued_ = false;
    sim::Timer core_dump_;
    sim::Timer check_;
    Frames frames_;
    mld::Wdev* scanning_ = nullptr;
    sim::Timer scan_end_;
    mld::WakeOn wake_on_;
    Signal bus_answer_{queue_};
    sim::Timer mlo_power_save_;
    Operations operations_;
    TaskSet works_;
};

/// Makes radios of kind "mt7925" possible in `world`. `medium` must outlive it.
void install(mld::World& world, phy::Medium& medium);

}  // namespace mlosim::mt7925::host
