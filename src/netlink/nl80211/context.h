#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "mld/world.h"
#include "netlink/family.h"
#include "netlink/generic.h"
#include "netlink/nl80211/dialect.h"
#include "netlink/nl80211/frame_sockets.h"
#include "netlink/nl80211/nl80211_numbers.h"

namespace mlosim::netlink::nl80211 {

/// What a command wants looked up before its handler runs. cf. enum nl80211_internal_flags_selector
enum Need : std::uint32_t {
    need_nothing = 0,
    need_wiphy = 1,
    need_netdev = 2,
    need_wdev = 4,
    need_up = 8,
    need_netdev_up = need_netdev | need_up,
    need_wdev_up = need_wdev | need_up,
    need_valid_link = 16,  ///< MLO_LINK_ID of an MLD's link; absent for others
    refuse_mld = 32,
};

/// What the handlers work on: the world, and what the request at hand names in it.
class Context {
public:
    /// `family` may be set later, before the first request.
    Context(mld::World& world, Dialect dialect, const FamilyHandle& family)
        : world_(world), dialect_(dialect), family_(family), frame_sockets_(world, family) {}

    [[nodiscard]] mld::World& world() const noexcept { return world_; }
    [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }
    [[nodiscard]] bool shows_links() const noexcept { return dialect_ == Dialect::rfc; }

    /// Looks up what the command needs, for the accessors below. cf. nl80211_pre_doit()
    Result<void> before(const CommandInfo& command, const Request& request, Reply& reply);
    /// A program closed its socket. cf. nl80211_netlink_notify()
    void released(std::uint32_t port);

    /// Of the request at hand; which of them may be asked follows from the command's needs.
    [[nodiscard]] mld::Wiphy& wiphy() const;
    [[nodiscard]] mld::Wdev& wdev() const;
    [[nodiscard]] mld::Netdev& netdev() const;

    /// By IFINDEX or WDEV. EINVAL: neither given; ENODEV. cf. __cfg80211_wdev_from_attrs()
    [[nodiscard]] Result<mld::Wdev*> find_wdev(const Attributes& attributes) const;
    /// By WIPHY, WDEV and IFINDEX, which must agree. EINVAL: none given, or they do not; ENODEV. cf.
    /// __cfg80211_rdev_from_attrs()
    [[nodiscard]] Result<mld::Wiphy*> find_wiphy(const Attributes& attributes) const;
    /// The link wdevs that this dialect shows, else nothing.
    [[nodiscard]] mld::Wdev* visible(mld::Wdev* wdev) const;

    [[nodiscard]] const FamilyHandle& family() const noexcept { return family_; }
    [[nodiscard]] FrameSockets& frame_sockets() noexcept { return frame_sockets_; }

    /// Since when the wiphy's channels are as regulation made them.
    [[nodiscard]] sim::Time channels_since(const mld::Wiphy& wiphy) const;
    void set_channels_since(const mld::Wiphy& wiphy, sim::Time since) { channels_since_[wiphy.index()] = since; }
    void forget(const mld::Wiphy& wiphy) { channels_since_.erase(wiphy.index()); }

private:
    mld::World& world_;
    Dialect dialect_;
    const FamilyHandle& family_;
    FrameSockets frame_sockets_;
    mld::Wiphy* wiphy_ = nullptr;
    mld::Wdev* wdev_ = nullptr;
    std::map<mld::WiphyIndex, sim::Time> channels_since_;
};

/// A station with an access point. cf. wdev->connected
[[nodiscard]] bool is_connected(const mld::Wdev& wdev);

/// NL80211_ATTR_MLO_LINK_ID, if given.
[[nodiscard]] std::optional<ieee80211::LinkId> link_id(const Attributes& attributes);

}  // namespace mlosim::netlink::nl80211
