#pragma once

#include <memory>

#include "mld/world.h"
#include "netlink/generic.h"
#include "netlink/nl80211/dialect.h"
#include "sim/result.h"

namespace mlosim::netlink {

/// The family nl80211: programs' requests become operations of the world, the world's events become notifications.
/// cf. net/wireless/nl80211.c
class Nl80211 {
public:
    /// Registers the family; `generic` and `world` must outlive it, and it the sockets that use it.
    Nl80211(GenericNetlink& generic, mld::World& world, Dialect dialect);
    Nl80211(const Nl80211&) = delete;
    Nl80211& operator=(const Nl80211&) = delete;
    ~Nl80211();

    [[nodiscard]] const FamilyHandle& handle() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::netlink
