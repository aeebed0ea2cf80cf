#pragma once

#include "netlink/family.h"
#include "netlink/generic.h"

namespace mlosim::netlink {

/// The family that tells of the families. cf. genl_ctrl
class Nlctrl {
public:
    explicit Nlctrl(const GenericNetlink& generic);

    [[nodiscard]] Family& family() noexcept { return family_; }
    /// Sends NEWFAMILY and NEWMCAST_GRP events with this from now on.
    void set_handle(FamilyHandle handle) noexcept { handle_ = handle; }
    /// cf. genl_register_family()'s events
    void announce(const GenericNetlink::Registered& registered) const;

    [[nodiscard]] const GenericNetlink& generic() const noexcept { return generic_; }

private:
    const GenericNetlink& generic_;
    FamilyHandle handle_;
    TableFamily<Nlctrl> family_;
};

}  // namespace mlosim::netlink
