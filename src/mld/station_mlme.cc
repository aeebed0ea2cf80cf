#include "mld/station_mlme.h"

namespace mlosim::mld {

class StationMlme::Impl {};

StationMlme::StationMlme(Wdev&) : impl_(std::make_unique<Impl>()) {}
StationMlme::~StationMlme() = default;

Result<void> StationMlme::authenticate(const AuthenticateRequest&) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::associate(const AssociateRequest&) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::deauthenticate(const LeaveRequest&) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::disassociate(const LeaveRequest&) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::connect(const ConnectRequest&) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::update_connection(const ConnectRequest&, std::uint32_t) {
    return fail(EOPNOTSUPP);
}
Result<void> StationMlme::disconnect(std::uint16_t) {
    return fail(ENOTCONN);
}
Result<void> StationMlme::set_cqm_rssi(std::vector<std::int32_t>, std::uint32_t) {
    return fail(EOPNOTSUPP);
}
void StationMlme::stop() {}
void StationMlme::release(OwnerId) {}
void StationMlme::receive(Link&, const ieee80211::FrameView&, const RxStatus&) {}
void StationMlme::transmitted(std::uint64_t, bool) {}
const Connection* StationMlme::connection() const noexcept {
    return nullptr;
}
Sta* StationMlme::access_point() const noexcept {
    return nullptr;
}
const Bss* StationMlme::bss(const Link&) const noexcept {
    return nullptr;
}

}  // namespace mlosim::mld
