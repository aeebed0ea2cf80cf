#include "mld/power_save.h"

namespace mlosim::mld {

class StaPowerSave::Impl {};

StaPowerSave::StaPowerSave(Sta&) : impl_(std::make_unique<Impl>()) {}
StaPowerSave::~StaPowerSave() = default;

bool StaPowerSave::asleep() const noexcept {
    return false;
}
bool StaPowerSave::announces() const noexcept {
    return false;
}
bool StaPowerSave::hold(ieee80211::Bytes&, const TxOptions&) {
    return false;
}
void StaPowerSave::heard(Link&, const ieee80211::FrameView&) {}

}  // namespace mlosim::mld
