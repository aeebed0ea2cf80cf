#include "agent/roaming_policy.h"

#include <algorithm>

namespace mlosim::agent {

namespace {

bool is_at(const Candidate& candidate, const ieee80211::MacAddress& address) {
    return candidate.address() == address || candidate.has(address);
}

}  // namespace

std::string_view to_string(RoamCause cause) {
    switch (cause) {
        case RoamCause::signal:
            return "signal";
        case RoamCause::request:
            return "request";
        case RoamCause::script:
            return "script";
    }
    return "";
}

bool RoamingPolicy::is_weak(double signal_dbm) const {
    return settings_.below_dbm && signal_dbm < *settings_.below_dbm;
}

const Candidate* RoamingPolicy::choose(const RoamWish& wish, const Candidate& current,
                                       std::optional<double> current_dbm, std::span<const Candidate> found) const {
    const auto is_other = [&](const Candidate& c) { return c.address() != current.address(); };
    if (!wish.targets.empty()) {
        for (const ieee80211::MacAddress& wanted : wish.targets)
            for (const Candidate& c : found)
                if (is_other(c) && is_at(c, wanted)) return &c;
        return nullptr;
    }
    const auto best = std::find_if(found.begin(), found.end(), is_other);
    if (best == found.end()) return nullptr;
    const bool compares = wish.cause == RoamCause::signal && current_dbm;
    if (compares && best->signal_mbm() / 100.0 < *current_dbm + settings_.hysteresis_db) return nullptr;
    return &*best;
}

}  // namespace mlosim::agent
