#include "netlink/nl80211/context.h"

#include "mld/station_mlme.h"
#include "netlink/owner.h"
#include "sim/invariant.h"

namespace mlosim::netlink::nl80211 {

Result<void> Context::before(const CommandInfo& command, const Request& request, Reply&) {
    wiphy_ = nullptr;
    wdev_ = nullptr;
    const std::uint32_t needs = command.needs;
    if (needs & need_wiphy) {
        auto wiphy = find_wiphy(request.attributes());
        if (!wiphy) return fail(std::move(wiphy.error()));
        wiphy_ = *wiphy;
    } else if (needs & (need_netdev | need_wdev)) {
        auto wdev = find_wdev(request.attributes());
        if (!wdev) return fail(std::move(wdev.error()));
        if (needs & need_netdev && (*wdev)->netdev() == nullptr) return fail(EINVAL);
        if (needs & need_up && !(*wdev)->running()) return fail(ENETDOWN);
        wdev_ = *wdev;
        wiphy_ = &wdev_->wiphy();
    }
    const auto link = link_id(request.attributes());
    if (needs & need_valid_link) {
        if (wdev_ == nullptr) return fail(EINVAL);
        if (wdev_->is_mld() ? !link || (wdev_->valid_links() & link->bit()) == 0
                            : request->has(NL80211_ATTR_MLO_LINK_ID))
            return fail(EINVAL);
    }
    if (needs & refuse_mld && (request->has(NL80211_ATTR_MLO_LINK_ID) || (wdev_ != nullptr && wdev_->is_mld())))
        return fail(EINVAL);
    return {};
}

void Context::released(std::uint32_t port) {
    frame_sockets_.remove(port);
    world_.release(owner_of(port));
}

mld::Wiphy& Context::wiphy() const {
    MLOSIM_INVARIANT(wiphy_ != nullptr, "the command's row says that it needs a wiphy or wdev");
    return *wiphy_;
}

mld::Wdev& Context::wdev() const {
    MLOSIM_INVARIANT(wdev_ != nullptr, "the command's row says that it needs a wdev or netdev");
    return *wdev_;
}

mld::Netdev& Context::netdev() const {
    mld::Netdev* netdev = wdev().netdev();
    MLOSIM_INVARIANT(netdev != nullptr, "the command's row says that it needs a netdev");
    return *netdev;
}

mld::Wdev* Context::visible(mld::Wdev* wdev) const {
    return wdev != nullptr && wdev->is_link() && !shows_links() ? nullptr : wdev;
}

Result<mld::Wdev*> Context::find_wdev(const Attributes& attributes) const {
    const auto ifindex = attributes.u32(NL80211_ATTR_IFINDEX);
    const auto id = attributes.u64(NL80211_ATTR_WDEV);
    if (!ifindex && !id) return fail(EINVAL);
    // With both, the kernel takes the first wdev of the wiphy that WDEV names which matches either.
    if (ifindex) {
        const mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{*ifindex});
        mld::Wdev* wdev = netdev != nullptr ? netdev->wdev() : nullptr;
        if (wdev != nullptr && (!id || wdev->wiphy().index() == mld::WdevId{*id}.wiphy())) return wdev;
    }
    if (id)
        if (mld::Wdev* wdev = visible(world_.find_wdev(mld::WdevId{*id}))) return wdev;
    return fail(ENODEV);
}

Result<mld::Wiphy*> Context::find_wiphy(const Attributes& attributes) const {
    const auto index = attributes.u32(NL80211_ATTR_WIPHY);
    const auto ifindex = attributes.u32(NL80211_ATTR_IFINDEX);
    const auto id = attributes.u64(NL80211_ATTR_WDEV);
    if (!index && !ifindex && !id) return fail(EINVAL);

    mld::Wiphy* found = index ? world_.find_wiphy(mld::WiphyIndex{*index}) : nullptr;
    if (id) {
        mld::Wdev* wdev = visible(world_.find_wdev(mld::WdevId{*id}));
        mld::Wiphy* of_wdev = wdev != nullptr ? &wdev->wiphy() : nullptr;
        // An unknown wiphy index with a known wdev is forgiven, as is the reverse only if no wiphy was found.
        if (world_.find_wiphy(mld::WdevId{*id}.wiphy()) != nullptr) {
            if (found != nullptr && of_wdev != found) return fail(EINVAL);
            found = of_wdev;
        }
    }
    if (ifindex) {
        if (const mld::Netdev* netdev = world_.find_netdev(mld::IfIndex{*ifindex})) {
            if (netdev->wdev() == nullptr) return fail(EINVAL);
            mld::Wiphy& of_netdev = netdev->wdev()->wiphy();
            if (found != nullptr && found != &of_netdev) return fail(EINVAL);
            found = &of_netdev;
        }
    }
    if (found == nullptr) return fail(ENODEV);
    return found;
}

sim::Time Context::channels_since(const mld::Wiphy& wiphy) const {
    const auto it = channels_since_.find(wiphy.index());
    return it != channels_since_.end() ? it->second : sim::Time{};
}

bool is_connected(const mld::Wdev& wdev) {
    const mld::Connection* connection = wdev.mlme() != nullptr ? wdev.mlme()->connection() : nullptr;
    return connection != nullptr && connection->associated;
}

std::optional<ieee80211::LinkId> link_id(const Attributes& attributes) {
    const auto value = attributes.u8(NL80211_ATTR_MLO_LINK_ID);
    return value ? ieee80211::LinkId::from(*value) : std::nullopt;
}

}  // namespace mlosim::netlink::nl80211
