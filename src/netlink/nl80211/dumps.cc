#include "netlink/nl80211/dumps.h"

#include <linux/genetlink.h>

#include "netlink/nl80211/attribute_policy.h"

namespace mlosim::netlink::nl80211 {

Result<Attributes> dump_attributes(const Request& request, ExtAck& ack) {
    const auto payload = request.payload();
    if (payload.size() < GENL_HDRLEN) return fail(EINVAL);
    return Attributes::parse(payload.subspan(GENL_HDRLEN), NLMSG_HDRLEN + GENL_HDRLEN, attribute_policy,
                             Strictness::liberal, ack);
}

Result<WiphyFilter> wiphy_filter(const Context& context, const Request& request) {
    WiphyFilter filter;
    ExtAck unused;
    const auto attributes = dump_attributes(request, unused);
    if (!attributes) return filter;
    filter.split = attributes->flag(NL80211_ATTR_SPLIT_WIPHY_DUMP);
    if (const auto wiphy = attributes->u32(NL80211_ATTR_WIPHY)) filter.only = *wiphy;
    if (const auto wdev = attributes->u64(NL80211_ATTR_WDEV)) filter.only = mld::WdevId{*wdev}.wiphy().value;
    if (const auto ifindex = attributes->u32(NL80211_ATTR_IFINDEX)) {
        const mld::Netdev* netdev = context.world().find_netdev(mld::IfIndex{*ifindex});
        if (netdev == nullptr) return fail(ENODEV);
        if (netdev->wdev() != nullptr) filter.only = netdev->wdev()->wiphy().index().value;
    }
    return filter;
}

Result<mld::WdevId> wdev_to_dump(const Context& context, const Attributes& attributes) {
    auto wdev = context.find_wdev(attributes);
    if (!wdev) return fail(std::move(wdev.error()));
    return (*wdev)->id();
}

Result<mld::Wdev*> dumped_wdev(const Context& context, mld::WdevId id) {
    mld::Wdev* wdev = context.visible(context.world().find_wdev(id));
    if (wdev == nullptr) return fail(ENODEV);
    return wdev;
}

std::unique_ptr<Dump> failing_dump(Error error) {
    return make_dump([error = std::move(error)](DumpBuffer&) -> Result<Progress> { return fail(error); });
}

}  // namespace mlosim::netlink::nl80211
