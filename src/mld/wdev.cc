#include "mld/wdev.h"

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/netdev.h"
#include "mld/power_save.h"
#include "mld/station_mlme.h"
#include "mld/wiphy.h"
#include "sim/invariant.h"

namespace mlosim::mld {

Link::Link(Wdev& vif, ieee80211::LinkId id, ieee80211::MacAddress address) : vif_(vif), id_(id), address_(address) {}
Link::~Link() = default;

Wdev::Wdev(Wiphy& wiphy, std::uint32_t local_id, InterfaceType type, ieee80211::MacAddress address)
    : wiphy_(wiphy), id_(WdevId::make(wiphy.index(), local_id)), type_(type), address_(address) {}
Wdev::~Wdev() = default;

const std::string& Wdev::name() const {
    return netdev_ != nullptr ? netdev_->name() : name_;
}

Link* Wdev::link(ieee80211::LinkId id) const {
    const auto found = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l->id() == id; });
    return found == links_.end() ? nullptr : found->get();
}

Link& Wdev::default_link() const {
    MLOSIM_INVARIANT(!is_mld() && links_.size() == 1, "an interface that is no MLD has exactly one link");
    return *links_.front();
}

ieee80211::SequenceControl Wdev::next_sequence() noexcept {
    ieee80211::SequenceControl out;
    out.set(ieee80211::SequenceControl::number, next_sequence_);
    next_sequence_ = (next_sequence_ + 1U) & 0xfffU;
    return out;
}

Link* Wdev::affiliated_link() const {
    if (mld_wdev_ == nullptr || !affiliated_link_id_) return nullptr;
    return mld_wdev_->link(*affiliated_link_id_);
}

}  // namespace mlosim::mld
