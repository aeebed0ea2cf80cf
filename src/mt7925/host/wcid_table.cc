#include "mt7925/host/wcid_table.h"

#include "sim/invariant.h"

namespace mlosim::mt7925::host {

Result<std::uint8_t> WcidTable::allocate() {
    for (std::uint8_t index = 1; index < peers_end; ++index) {
        if ((mask_ >> index & 1U) != 0) continue;
        mask_ |= 1U << index;
        entries_[index] = {State::allocated, {}, {}};
        return index;
    }
    return fail(ENOSPC, "all thirteen WCIDs of peers are in use");
}

void WcidTable::initialise(const Wcid& wcid) {
    MLOSIM_INVARIANT(wcid.index < size, "the table has that entry");
    Entry& entry = entries_[wcid.index];
    const bool is_peers = wcid.index != global && wcid.index < peers_end;
    if (is_peers && entry.state == State::free)
        violate("I4", wcid.index, "is initialised without having been allocated");
    if (entry.state == State::published) violate("I3", wcid.index, "is initialised while others may be looking at it");
    entry.wcid = wcid;
    if (entry.state != State::published) entry.state = State::initialised;
}

void WcidTable::publish(std::uint8_t index) {
    Entry& entry = entries_.at(index);
    if (entry.state != State::initialised)
        return violate(
            "I3", index,
            entry.state == State::published ? "is published twice" : "is published before its initialisation");
    entry.state = State::published;
}

void WcidTable::withdraw(std::uint8_t index) {
    Entry& entry = entries_.at(index);
    if (entry.state != State::published) return violate("I3", index, "is withdrawn and was not published");
    entry.state = State::withdrawn;
    entry.withdrawn = queue_.now();
}

void WcidTable::release(std::uint8_t index) {
    Entry& entry = entries_.at(index);
    if (entry.state == State::free) return violate("I4", index, "is freed twice");
    if (entry.state == State::published) violate("I3", index, "is freed while others may be looking at it");
    entry.state = State::free;
    if (index != global && index < peers_end) mask_ &= ~(1U << index);
}

const Wcid* WcidTable::find(std::uint8_t index) const {
    if (index >= size || entries_[index].state != State::published) return nullptr;
    return &entries_[index].wcid;
}

void WcidTable::use(std::uint8_t index, const std::string& by) {
    const Entry& entry = entries_.at(index);
    const bool gone = entry.state == State::free ||
                      (entry.state == State::withdrawn && queue_.now() - entry.withdrawn > grace_period);
    if (gone) violate("I3", index, "is used by " + by + " after its grace period");
}

Wcid* WcidTable::change(std::uint8_t index) {
    if (index >= size) return nullptr;
    Entry& entry = entries_[index];
    const bool filled = entry.state == State::initialised || entry.state == State::published;
    return filled ? &entry.wcid : nullptr;
}

void WcidTable::violate(const char* rule, std::uint8_t index, const std::string& what) {
    if (violated_) violated_({rule, "WCID " + std::to_string(index) + " " + what});
}

}  // namespace mlosim::mt7925::host
