#include "agent/inactivity.h"

#include <algorithm>

namespace mlosim::agent {

using ieee80211::MacAddress;

void Inactivity::watch(const MacAddress& station) {
    if (limit_ == sim::Duration::zero()) return;
    Watched& watched = watched_[station];
    watched.asked.reset();
    watched.timer = queue_.after(limit_, [this, station] { look(station); });
}

void Inactivity::answered(const MacAddress& station) {
    const auto found = watched_.find(station);
    if (found != watched_.end() && found->second.asked) watch(station);
}

void Inactivity::look(const MacAddress& station) {
    Watched& watched = watched_.at(station);
    const auto heard = outlets_.last_heard(station);
    if (!heard) return forget(station);
    const bool silent = *heard <= watched.asked.value_or(queue_.now() - limit_);
    if (watched.asked) return silent ? send_away(station) : watch(station);
    if (!silent) {
        watched.timer = queue_.at(std::max(*heard + limit_, queue_.now()), [this, station] { look(station); });
        return;
    }
    watched.asked = queue_.now();
    watched.timer = queue_.after(answer_time, [this, station] { look(station); });
    outlets_.ask(station);
}

void Inactivity::send_away(const MacAddress& station) {
    auto then = outlets_.disassociate(station);
    Watched& watched = watched_[station];  // what ends an association forgets it here
    watched.asked.reset();
    watched.timer = queue_.after(farewell_time, [this, station, then = std::move(then)] {
        then();
        forget(station);
    });
}

}  // namespace mlosim::agent
