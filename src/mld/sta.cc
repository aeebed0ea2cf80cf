#include "mld/sta.h"

#include <algorithm>

#include "mld/detail/reorder_buffer.h"
#include "mld/power_save.h"

namespace mlosim::mld {

Sta::Sta(Wdev& wdev, const ieee80211::MacAddress& address, sim::Time now)
    : created(now), wdev_(wdev), address_(address) {}
Sta::~Sta() = default;

LinkSta* Sta::link(ieee80211::LinkId id) const {
    const auto found = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->link == id; });
    return found == links_.end() ? nullptr : found->get();
}

StaStatistics& Sta::statistics_on(ieee80211::LinkId id) const {
    LinkSta* there = is_mld_ ? link(id) : nullptr;
    return there != nullptr ? there->statistics : default_link().statistics;
}

StaState Sta::state() const noexcept {
    if (flags.has(StaFlag::authorized)) return StaState::authorized;
    if (flags.has(StaFlag::associated)) return StaState::associated;
    if (flags.has(StaFlag::authenticated)) return StaState::authenticated;
    return StaState::none;
}

}  // namespace mlosim::mld
