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
std::vector<Violation> Driver::own_state_faults() const {
    std::vector<Violation> out;
    unsigned bss = 0;
    std::uint32_t peers = 1U << WcidTable::global;
    std::uint32_t own = 0;
    for (const auto& vif : interfaces_.all()) {
        for (const VifLink* link : vif->added_links()) {
            ++bss;
            own |= 1U << link->own_wcid();
            if (!bss_indexes_.taken(link->numbers.bss_idx))
                out.push_back({"I2", number("BSS index", link->numbers.bss_idx) + " of a live link is free"});
        }
        for (const Peer& peer : vif->peers)
            for (const PeerLink& link : peer.links) {
                if ((peers >> link.wcid & 1U) != 0)
                    out.push_back({"I4", number("WCID", link.wcid) + " belongs to two links"});
                peers |= 1U << link.wcid;
            }
    }
    if (bss_indexes_.in_use() != bss)
        out.push_back({"I2", number("links", bss) + " are live and " + number("BSS indexes", bss_indexes_.in_use()) +
                                 " are taken"});
    if (wcids_.mask() != peers)
        out.push_back({"I4", "WCIDs are taken that no peer's link has, or the other way round"});
    for (unsigned index = 1; index < WcidTable::size; ++index) {
        const bool belongs = ((peers | own) >> index & 1U) != 0;
        const bool published = wcids_.find(static_cast<std::uint8_t>(index)) != nullptr;
        if (published && !belongs)
            out.push_back({"I3", number("WCID", index) + " is published and belongs to no link"});
        if (!published && belongs) out.push_back({"I3", number("WCID", index) + " of a live link is not published"});
    }
    return out;
}

/// What the firmware has in comparison, once it has heard everything.
std::vector<Violation> Driver::firmware_state_faults() const {
    std::vector<Violation> out;
    const Firmware& firmware = front_.firmware();
    if (!firmware.running() || firmware.dead() || firmware.stalled() || resetting_ || reset_queued_) return out;
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
            out.push_back({"I6", number("BSS", index) + (tables.bss[index].active ? " is active in the firmware only"
                                                                                  : " is not active in the firmware")});
    for (unsigned index = 0; index < tables.wtbl.size(); ++index) {
        const WtblEntry& entry = tables.wtbl[index];
        const bool is_peers = entry.valid && !entry.self;
        if (is_peers != ((peers >> index & 1U) != 0))
            out.push_back({"I6", number("WCID", index) +
                                     (is_peers ? " is valid in the firmware only" : " is not valid in the firmware")});
    }
    for (const TableFault& fault : table_faults(tables))
        out.push_back({fault.rule, fault.what});
    return out;
}

// What the MAC was told to do meanwhile comes first. What stays wrong is told once.
void Driver::check_when_idle() {
    check_ = queue_.after({}, [this] {
        if (!operations_.idle() || chip_.mutex().held()) return;
        std::vector<Violation> now = own_state_faults();
        std::vector<Violation> apart = firmware_state_faults();
        if (apart.empty()) chip_.set_diverged(false);
        // What the firmware refused the driver knows; but when all has come down both have nothing.
        if (!chip_.diverged() || interfaces_.all().empty())
            for (Violation& fault : apart)
                now.push_back(std::move(fault));
        for (const Violation& fault : now) {
            const auto same = [&](const Violation& old) { return old.rule == fault.rule && old.what == fault.what; };
            if (std::none_of(standing_.begin(), standing_.end(), same)) chip_.violate(fault.rule, fault.what);
        }
        standing_ = std::move(now);
    });
}

}  // namespace mlosim::mt7925::host
