#pragma once

#include "mld/wdev.h"
#include "netlink/mlosim_family.h"
#include "netlink/request.h"

/// What family "mlosim" passes on to the built-in access points and stations.
namespace mlosim::netlink::detail {

/// The wdev that WDEV (or `by`) or IFINDEX names.
[[nodiscard]] Result<mld::Wdev*> named_wdev(MlosimFamily& family, const Request& request, Reply& reply,
                                            std::uint16_t by);

Result<void> rekey(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> send_away(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> remove_ap_link(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> rest_ap_link(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> switch_channel(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> change_color(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> request_transition(MlosimFamily& family, const Request& request, Reply& reply);
Result<void> roam(MlosimFamily& family, const Request& request, Reply& reply);

}  // namespace mlosim::netlink::detail
