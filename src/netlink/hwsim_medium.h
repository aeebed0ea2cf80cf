#pragma once

#include <cstdint>

#include "mld/outside_medium.h"
#include "mld/world.h"
#include "netlink/generic.h"
#include "netlink/request.h"

namespace mlosim::netlink {

/// The program that is the medium (wmediumd): frames go to its socket, and come from there. One a world.
class HwsimMedium final : public mld::OutsideMedium {
public:
    explicit HwsimMedium(mld::World& world) : world_(world) {}
    HwsimMedium(const HwsimMedium&) = delete;
    HwsimMedium& operator=(const HwsimMedium&) = delete;
    ~HwsimMedium() { released(port_); }

    void set_handle(const FamilyHandle& handle) { handle_ = handle; }

    // The commands REGISTER, FRAME, TX_INFO_FRAME.
    Result<void> take_over(const Request& request);
    Result<void> frame(const Request& request);
    Result<void> tx_info(const Request& request);
    /// A socket is gone; if it was the medium's, radios hear each other by themselves again.
    void released(std::uint32_t port);

private:
    Result<void> transmit(const mld::Wiphy& radio, const mld::OutsideTransmission& transmission) override;
    void address_changed(const mld::Wiphy& radio, const ieee80211::MacAddress& address, bool added) override;
    [[nodiscard]] mld::Wiphy* radio_at(const ieee80211::MacAddress& address) const;

    mld::World& world_;
    FamilyHandle handle_;
    std::uint32_t port_ = 0;  ///< 0: nobody
};

}  // namespace mlosim::netlink
