#pragma once

#include <memory>
#include <optional>

#include "netlink/dump.h"
#include "netlink/nl80211/context.h"

/// What nl80211's dumps have in common. A dump lives on while the world changes: it keeps numbers, not pointers, and
/// looks them up for each piece.
namespace mlosim::netlink::nl80211 {

/// A dump request's attributes: genl leaves them alone in nl80211's dumps, which look themselves. cf.
/// nlmsg_parse_deprecated()
[[nodiscard]] Result<Attributes> dump_attributes(const Request& request, ExtAck& ack);

/// Which wiphys a dump is about. `split`: the program can put a description's parts together.
struct WiphyFilter {
    std::optional<std::uint32_t> only;
    bool split = false;

    [[nodiscard]] bool lets_pass(const mld::Wiphy& wiphy) const { return !only || *only == wiphy.index().value; }
};
/// By WIPHY, WDEV or IFINDEX; a request with errors in it means all. ENODEV: no such netdev. cf.
/// nl80211_dump_wiphy_parse()
[[nodiscard]] Result<WiphyFilter> wiphy_filter(const Context& context, const Request& request);

/// The interface that a dump is about. cf. nl80211_prepare_wdev_dump()
[[nodiscard]] Result<mld::WdevId> wdev_to_dump(const Context& context, const Attributes& attributes);
/// The same for the dump's next piece; ENODEV once it is gone.
[[nodiscard]] Result<mld::Wdev*> dumped_wdev(const Context& context, mld::WdevId id);

/// A dump that tells `error` in its NLMSG_DONE: the kernel's dumps find errors only when they run.
[[nodiscard]] std::unique_ptr<Dump> failing_dump(Error error);

}  // namespace mlosim::netlink::nl80211
