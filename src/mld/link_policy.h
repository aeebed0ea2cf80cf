#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "ieee80211/link_id.h"

namespace mlosim::mld {

class Sta;

/// Which of the links that may carry it a data frame between two MLDs takes.
class LinkPolicy {
public:
    LinkPolicy() = default;
    LinkPolicy(const LinkPolicy&) = delete;
    LinkPolicy& operator=(const LinkPolicy&) = delete;
    virtual ~LinkPolicy() = default;

    /// One of `links` (a bit for each, at least one), to `peer`. `tid`: absent for frames without.
    [[nodiscard]] virtual ieee80211::LinkId choose(const Sta& peer, std::uint16_t links,
                                                   std::optional<unsigned> tid) = 0;
    [[nodiscard]] virtual std::string_view name() const = 0;
};

enum class LinkPolicyKind : std::uint8_t {
    round_robin,  ///< each frame on the next link, as mac80211_hwsim does it
    strongest,    ///< the link on which the peer is heard best
    by_tid,       ///< each traffic identifier stays on one link, so that its frames come in order
};

[[nodiscard]] std::unique_ptr<LinkPolicy> link_policy(LinkPolicyKind kind);
[[nodiscard]] std::optional<LinkPolicyKind> link_policy_kind(std::string_view name);

}  // namespace mlosim::mld
