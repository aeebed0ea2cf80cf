#include "mt7925/host/defects.h"

#include <algorithm>

namespace mlosim::mt7925::host {
namespace {

constexpr DefectName names[] = {
    {Defect::link_gone, "B1", "link_gone"},
    {Defect::tx_race, "B2", "tx_race"},
    {Defect::missing_mutex, "B3", "missing_mutex"},
    {Defect::roc_deadlock, "B4", "roc_deadlock"},
    {Defect::roc_unconfigured, "B5", "roc_unconfigured"},
    {Defect::key_removal, "B6", "key_removal"},
    {Defect::wcid_reinit, "B7", "wcid_reinit"},
    {Defect::partial_link_add, "B8", "partial_link_add"},
    {Defect::bss_index_leak, "B9", "bss_index_leak"},
    {Defect::firmware_stall, "B10", "firmware_stall"},
    {Defect::band_transition, "B11", "band_transition"},
    {Defect::semaphore_stuck, "B12", "semaphore_stuck"},
    {Defect::roc_busy, "B13", "roc_busy"},
    {Defect::block_ack_default_link, "B14", "block_ack_default_link"},
    {Defect::late_link_key, "B15", "late_link_key"},
    {Defect::group_wcid, "B16", "group_wcid"},
    {Defect::ampdu_stop, "B17", "ampdu_stop"},
    {Defect::set_key_uninitialised, "B18", "set_key_uninitialised"},
    {Defect::tri_band_lockup, "B19", "tri_band_lockup"},
    {Defect::wcid_out_of_range, "", "wcid_out_of_range"},
    {Defect::no_320mhz, "", "no_320mhz"},
    {Defect::false_simultaneous_links, "", "false_simultaneous_links"},
};

}  // namespace

std::span<const DefectName> all_defects() {
    return names;
}

std::optional<Defect> find_defect(std::string_view text) {
    if (text.empty()) return std::nullopt;
    for (const DefectName& entry : names)
        if (entry.name == text || entry.number == text) return entry.defect;
    return std::nullopt;
}

std::string_view name_of(Defect defect) {
    return std::ranges::find(names, defect, &DefectName::defect)->name;
}

}  // namespace mlosim::mt7925::host
