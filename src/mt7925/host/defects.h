#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mlosim::mt7925::host {

/// Known mistakes of MT7925 drivers and firmware, each a switch. Off, the driver does what the repaired one does; on,
/// the mistake's own symptom comes back. docs/mt7925.md tells each one's story.
enum class Defect : std::uint8_t {
    link_gone,                ///< B1: walks over links that the MAC has already taken away
    tx_race,                  ///< B2: sends on a link that goes between the queue and the chip
    missing_mutex,            ///< B3: reset, suspend and power save talk to the MCU without the device mutex
    roc_deadlock,             ///< B4: waits, with the mutex, for work that wants the mutex
    roc_unconfigured,         ///< B5: asks for a channel for a link that has none yet
    key_removal,              ///< B6: a key's removal after its link's is an error
    wcid_reinit,              ///< B7: an entry is initialised again after it was published
    partial_link_add,         ///< B8: a station's second link that failed leaves its traces
    bss_index_leak,           ///< B9: a link that could not be added keeps its BSS index
    firmware_stall,           ///< B10: the firmware stops taking commands when an MLD comes to 6 GHz
    band_transition,          ///< B11: a BSS that goes to 6 GHz is not told its new band
    semaphore_stuck,          ///< B12: the patch semaphore is not released by a reset
    roc_busy,                 ///< B13: asks for the second link's channel while the first one's grant lasts
    block_ack_default_link,   ///< B14: block ack agreements reach the default link alone
    late_link_key,            ///< B15: a link that comes after the handshake gets no pairwise key
    group_wcid,               ///< B16: group frames of a second link arrive as the first one's
    ampdu_stop,               ///< B17: a block ack agreement that the MCU could not end is never ended
    set_key_uninitialised,    ///< B18: removing a pairwise key of no link answers at random
    tri_band_lockup,          ///< B19: three links hang the firmware when the links change
    wcid_out_of_range,        ///< an event names an entry that no table has
    no_320mhz,                ///< a BSS of 320 MHz is told to the firmware as one of 160
    false_simultaneous_links  ///< announces simultaneous links that the firmware grants only once
};

struct DefectName {
    Defect defect;
    std::string_view number;  ///< "B6"; empty for those without
    std::string_view name;    ///< "key_removal"
};
[[nodiscard]] std::span<const DefectName> all_defects();
/// By number or name.
[[nodiscard]] std::optional<Defect> find_defect(std::string_view text);
[[nodiscard]] std::string_view name_of(Defect defect);

/// The switches of one radio, all off at first.
class Defects {
public:
    [[nodiscard]] bool on(Defect defect) const noexcept { return (on_ & bit(defect)) != 0; }
    void set(Defect defect, bool on) noexcept { on_ = on ? on_ | bit(defect) : on_ & ~bit(defect); }

private:
    static constexpr std::uint32_t bit(Defect defect) { return 1U << static_cast<unsigned>(defect); }
    std::uint32_t on_ = 0;
};

}  // namespace mlosim::mt7925::host
