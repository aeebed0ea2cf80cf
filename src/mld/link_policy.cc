#include "mld/link_policy.h"

#include <array>
#include <bit>
#include <limits>

#include "mld/sta.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

using ieee80211::LinkId;

/// The first of `links` from `from` on, round the corner.
LinkId next_of(std::uint16_t links, unsigned from) {
    for (unsigned i = 0; i < 16; ++i) {
        const auto id = LinkId::from((from + i) % 16);
        if (id && (links & id->bit()) != 0) return *id;
    }
    MLOSIM_INVARIANT(false, "there is a link to choose");
    return LinkId{};
}

// cf. mac80211_hwsim_select_tx_link()
class RoundRobin final : public LinkPolicy {
public:
    LinkId choose(const Sta& peer, std::uint16_t links, std::optional<unsigned>) override {
        return next_of(links, peer.last_link ? peer.last_link->value() + 1U : 0U);
    }
    [[nodiscard]] std::string_view name() const override { return "round_robin"; }
};

class Strongest final : public LinkPolicy {
public:
    LinkId choose(const Sta& peer, std::uint16_t links, std::optional<unsigned>) override {
        std::optional<LinkId> best;
        double best_dbm = -std::numeric_limits<double>::infinity();
        for (const auto& link : peer.links()) {
            if ((links & link->link.bit()) == 0) continue;
            const auto& s = link->statistics;
            const auto heard = s.signal_average_dbm ? s.signal_average_dbm : s.beacon_signal_average_dbm;
            if (best && (!heard || *heard <= best_dbm)) continue;
            best = link->link;
            if (heard) best_dbm = *heard;
        }
        return best.value_or(next_of(links, 0));
    }
    [[nodiscard]] std::string_view name() const override { return "strongest"; }
};

class ByTid final : public LinkPolicy {
public:
    LinkId choose(const Sta&, std::uint16_t links, std::optional<unsigned> tid) override {
        unsigned skip = tid.value_or(0) % static_cast<unsigned>(std::popcount(links));
        LinkId link = next_of(links, 0);
        for (; skip > 0; --skip)
            link = next_of(links, link.value() + 1U);
        return link;
    }
    [[nodiscard]] std::string_view name() const override { return "by_tid"; }
};

constexpr std::array kinds{LinkPolicyKind::round_robin, LinkPolicyKind::strongest, LinkPolicyKind::by_tid};

}  // namespace

std::unique_ptr<LinkPolicy> link_policy(LinkPolicyKind kind) {
    switch (kind) {
        case LinkPolicyKind::round_robin:
            return std::make_unique<RoundRobin>();
        case LinkPolicyKind::strongest:
            return std::make_unique<Strongest>();
        case LinkPolicyKind::by_tid:
            return std::make_unique<ByTid>();
    }
    return std::make_unique<RoundRobin>();
}

std::optional<LinkPolicyKind> link_policy_kind(std::string_view name) {
    for (const LinkPolicyKind kind : kinds)
        if (link_policy(kind)->name() == name) return kind;
    return std::nullopt;
}

}  // namespace mlosim::mld
