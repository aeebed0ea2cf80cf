// The rules I2, I3, I4 and I6 of docs/mt7925.md, and those of the firmware's tables: looked at whenever the driver has
// done what it was asked.

#include <algorithm>
#include <bit>

#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/driver.h"
#include "mt7925/table_check.h"

namespace mlosim::mt7925::host {

namespace {

std::string number(std::string_view what, unsigned value) {
    return std::string(what) + " " + std::to_string(value);
}

}  // namespace

/// What the driver has itself.
void Driver::check_own_state() {
    unsigned bss = 0;
    std::uint32_t peers = 1U << WcidTable::global;
    std::uint32_t own = 0;
    for (const auto& vif : interfaces_.all()) {
        for (const VifLink* link : vif->added_links()) {
            ++bss;
            own |= 1U << link->own_wcid();
            if (!bss_indexes_.taken(link->numbers.bss_idx))
                chip_.violate("I2", number("BSS index", link->numbers.bss_idx) + " of a live link is free");
        }
        for (const Peer& peer : vif->peers)
            for (const PeerLink& link : peer.links) {
                if ((peers >> link.wcid & 1U) != 0)
                    chip_.violate("I4", number("WCID", link.wcid) + " belongs to two links");
                peers |= 1U << link.wcid;
            }
    }
    if (bss_indexes_.in_use() != bss)
        chip_.violate("I2", number("links", bss) + " are live and " + number("BSS indexes", bss_indexes_.in_use()) +
                                " are taken");
    if (wcids_.mask() != peers) chip_.violate("I4", "WCIDs are taken that no peer's link has, or the other way round");
    for (unsigned index = 1; index < WcidTable::size; ++index) {
        const bool belongs = ((peers | own) >> index & 1U) != 0;
        const bool published = wcids_.find(static_cast<std::uint8_t>(index)) != nullptr;
        if (published && !belongs) chip_.violate("I3", number("WCID", index) + " is published and belongs to no link");
        if (!published && belongs) chip_.violate("I3", number("WCID", index) + " of a live link is not published");
    }
}

/// What the firmware has in comparison, once it has heard everything.
void Driver::check_firmware_state() {
    const Firmware& firmware = front_.firmware();
    if (!firmware.running() || firmware.dead() || firmware.stalled() || resetting_ || reset_queued_) return;
    std::uint32_t bss = 0;
    std::uint32_t peers = 0;
    for (const auto& vif : interfaces_.all()) {
        for (const VifLink* link : vif->added_links())
            bss |= 1U << link->numbers.bss_idx;
        for (const Peer& peer : vif->peers)
            for (const PeerLink& link : peer.links)
                peers |= 1U << link.wcid;
    }
    const FirmwareTables& tables = firmware.tables();
    for (unsigned index = 0; index < tables.bss.size(); ++index)
        if (tables.bss[index].active != ((bss >> index & 1U) != 0))
            chip_.violate("I6", number("BSS", index) + (tables.bss[index].active ? " is active in the firmware only"
                                                                                 : " is not active in the firmware"));
    for (unsigned index = 0; index < tables.wtbl.size(); ++index) {
        const WtblEntry& entry = tables.wtbl[index];
        const bool is_peers = entry.valid && !entry.self;
        if (is_peers != ((peers >> index & 1U) != 0))
            chip_.violate("I6", number("WCID", index) +
                                    (is_peers ? " is valid in the firmware only" : " is not valid in the firmware"));
    }
    for (const TableFault& fault : table_faults(tables))
        chip_.violate(fault.rule, fault.what);
}

// What the MAC was told to do meanwhile comes first.
void Driver::check_when_idle() {
    check_ = queue_.after({}, [this] {
        if (!operations_.idle() || chip_.mutex().held()) return;
        check_own_state();
        check_firmware_state();
    });
}

}  // namespace mlosim::mt7925::host
