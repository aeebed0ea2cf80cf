#include "mld/stations.h"

#include <algorithm>

#include "mld/events.h"
#include "mld/power_save.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

Stations::Stations(Wiphy& wiphy) : wiphy_(wiphy) {}
Stations::~Stations() = default;

Sta& Stations::insert(Wdev& wdev, const ieee80211::MacAddress& address, std::optional<ieee80211::LinkId> link,
                      const ieee80211::MacAddress& link_address) {
    MLOSIM_INVARIANT(find(wdev, address) == nullptr, "an interface has a peer once");
    auto sta = std::make_unique<Sta>(wdev, address, wiphy_.world().now());
    sta->is_mld_ = link.has_value();
    auto first = std::make_unique<LinkSta>();
    first->link = link.value_or(wdev.links().front()->id());
    first->address = link_address;
    sta->links_.push_back(std::move(first));
    Sta& out = *sta;
    by_address_[{&wdev, address}] = &out;
    if (link_address != address) by_address_[{&wdev, link_address}] = &out;
    stations_.push_back(std::move(sta));
    ++generation_;
    wiphy_.world().tell([&](Events& e) { e.station_added(out); });
    return out;
}

void Stations::destroy(Sta& sta) {
    const auto place = std::find_if(stations_.begin(), stations_.end(), [&](const auto& s) { return s.get() == &sta; });
    MLOSIM_INVARIANT(place != stations_.end(), "what is destroyed is there");
    const std::unique_ptr<Sta> last = std::move(*place);
    stations_.erase(place);
    std::erase_if(by_address_, [&](const auto& entry) { return entry.second == &sta; });
    ++generation_;
    wiphy_.world().tell([&](Events& e) { e.station_removed(sta); });
}

void Stations::flush(const Wdev& wdev) {
    for (Sta* sta : of(wdev))
        destroy(*sta);
}

void Stations::set_flags(Sta& sta, StaFlags flags) {
    sta.flags = flags;
}

Sta* Stations::find(const Wdev& wdev, const ieee80211::MacAddress& address) const {
    const auto found = by_address_.find({&wdev, address});
    return found == by_address_.end() ? nullptr : found->second;
}

LinkSta* Stations::find_link(const Wdev& wdev, const ieee80211::MacAddress& address) const {
    Sta* sta = find(wdev, address);
    if (sta == nullptr) return nullptr;
    for (const auto& link : sta->links())
        if (link->address == address) return link.get();
    return nullptr;
}

std::vector<Sta*> Stations::of(const Wdev& wdev) const {
    std::vector<Sta*> out;
    for (const auto& sta : stations_)
        if (&sta->wdev() == &wdev) out.push_back(sta.get());
    return out;
}

Result<Sta*> Stations::add(Wdev&, const ieee80211::MacAddress&, const StaParameters&) {
    return fail(EOPNOTSUPP);
}
Result<void> Stations::change(Wdev&, const ieee80211::MacAddress&, const StaParameters&) {
    return fail(EOPNOTSUPP);
}
Result<void> Stations::remove(Wdev&, const std::optional<ieee80211::MacAddress>&) {
    return fail(EOPNOTSUPP);
}
Result<void> Stations::add_link(Wdev&, const ieee80211::MacAddress&, const StaParameters&) {
    return fail(EOPNOTSUPP);
}
Result<void> Stations::change_link(Wdev&, const ieee80211::MacAddress&, const StaParameters&) {
    return fail(EOPNOTSUPP);
}
Result<void> Stations::remove_link(Wdev&, const ieee80211::MacAddress&, ieee80211::LinkId) {
    return fail(EOPNOTSUPP);
}

}  // namespace mlosim::mld
