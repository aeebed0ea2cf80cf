#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mld/driver.h"
#include "mld/world.h"
#include "mt7925/host/air.h"
#include "mt7925/host/bring_up.h"
#include "mt7925/host/defects.h"
#include "mt7925/host/indexes.h"
#include "mt7925/host/inspection.h"
#include "mt7925/host/interface_messages.h"
#include "mt7925/host/operations.h"
#include "mt7925/host/power.h"
#include "mt7925/host/regulatory.h"
#include "mt7925/host/wcid_table.h"
#include "mt7925/in_process_front.h"

namespace mlosim::mt7925::host {

/// The MT7925's driver: what mt7925e is to mac80211. Its interface numbers and tables change at once; what it says to
/// the chip follows as operations, one after the other, each in its own time.
class Driver final : public mld::Driver {
public:
    Driver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium);
    ~Driver() override;

    Result<void> start() override;
    void stop() override;
    Result<void> add_interface(mld::Wdev& vif) override;
    Result<void> change_interface(mld::Wdev& vif, mld::InterfaceType type) override;
    void remove_interface(mld::Wdev& vif) override;
    Result<void> change_vif_links(mld::Wdev& vif, std::uint16_t old_links, std::uint16_t new_links) override;
    void config(const mld::RadioConfig& config) override;
    Result<void> assign_channel(mld::Link& link) override;
    void unassign_channel(mld::Link& link) override;
    void link_changed(mld::Link& link, mld::LinkChanges changes) override;
    Result<void> hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) override;
    void cancel_hw_scan(mld::Wdev& vif) override;
    void sw_scan_start(mld::Wdev&, const ieee80211::MacAddress&) override {}
    void sw_scan_complete(mld::Wdev&) override {}
    void transmit(mld::Wdev* vif, mld::Link* link, mld::TxFrame frame) override;
    [[nodiscard]] Result<mld::Survey> get_survey(std::size_t index) override;
    [[nodiscard]] std::uint64_t tsf(const mld::Wdev& vif) const override;
    [[nodiscard]] phy::PortId port() const override { return air_.port(); }
    [[nodiscard]] std::vector<phy::Band> station_link_bands(const mld::Wdev& vif) const override;
    [[nodiscard]] mld::ChipInspection* inspection() override { return &inspection_; }

    [[nodiscard]] InProcessFront& front() noexcept { return front_; }
    [[nodiscard]] const KernelLog& log() const noexcept { return log_; }
    [[nodiscard]] const std::optional<Capabilities>& capabilities() const noexcept { return capabilities_; }
    [[nodiscard]] const BssIndexes& bss_indexes() const noexcept { return bss_indexes_; }

private:
    /// An interface as the driver has it (struct mt792x_vif).
    struct Vif {
        LinkNumbers link;
        ConnectionType type = ConnectionType::station;
        std::uint8_t scan_sequence = 0;
    };
    [[nodiscard]] Domain domain() const;
    void event(const EventView& event);
    void scan_done(bool aborted);
    void sent(const RadioReport& report);

    Task<void> probe();
    Task<void> say(std::string who, Cid cid, Bytes payload);
    Task<void> say_all(std::string who, std::vector<std::pair<Cid, Bytes>> messages);

    mld::Wiphy& wiphy_;
    mld::DriverEvents& mac_;
    sim::EventQueue& queue_;
    Air air_;
    InProcessFront front_;
    KernelLog log_;
    Chip chip_;
    Power power_;
    Images images_;
    std::optional<Capabilities> capabilities_;
    BssIndexes bss_indexes_;
    WcidTable wcids_;
    Defects defects_;
    Inspection inspection_;
    std::map<mld::Wdev*, Vif> vifs_;  // found by interface, never walked
    mld::Wdev* scanning_ = nullptr;
    sim::Timer scan_end_;
    Operations operations_;
};

/// Makes radios of kind "mt7925" possible in `world`. `medium` must outlive it.
void install(mld::World& world, phy::Medium& medium);

}  // namespace mlosim::mt7925::host
