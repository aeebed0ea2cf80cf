#include "mt7925/table_check.h"

namespace mlosim::mt7925 {
namespace {

std::string named(std::string_view what, unsigned number) {
    return std::string(what) + " " + std::to_string(number);
}

void check_mld(const FirmwareTables& tables, std::uint16_t wcid, std::vector<TableFault>& out) {
    const WtblEntry& entry = tables.wtbl[wcid];
    const std::uint16_t primary = entry.mld->primary_id;
    if (primary == wcid) return;
    if (primary >= wtbl_size || !tables.wtbl[primary].valid) {
        out.push_back(
            {"I8", named("WCID", wcid) + " names " + named("WCID", primary) + " as its primary, which is not valid"});
        return;
    }
    const std::optional<BssMld>& mld = tables.bss[entry.bss_idx].mld;
    const std::uint8_t primary_bss = tables.wtbl[primary].bss_idx;
    if (!mld || mld->group_mld_id != primary_bss)
        out.push_back({"I8", named("WCID", wcid) + " is in " + named("BSS", entry.bss_idx) +
                                 ", which is not of the group of its primary's " + named("BSS", primary_bss)});
}

}  // namespace

std::vector<TableFault> table_faults(const FirmwareTables& tables) {
    std::vector<TableFault> out;
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = tables.wtbl[wcid];
        if (!entry.valid) continue;
        if (!tables.bss[entry.bss_idx].active) {
            const std::string where = named("WCID", wcid) + " belongs to " + named("BSS", entry.bss_idx);
            out.push_back({"I3", where + ", which is not active"});
            if (!entry.keys.empty()) out.push_back({"I10", where + ", which is not active, and has keys"});
        }
        if (entry.mld) check_mld(tables, wcid, out);
    }
    return out;
}

}  // namespace mlosim::mt7925
