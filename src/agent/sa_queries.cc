#include "agent/sa_queries.h"

#include "sim/virtual_time.h"

namespace mlosim::agent {

void SaQueries::begin(const ieee80211::MacAddress& station) {
    const auto [at, fresh] = queries_.try_emplace(station);
    if (!fresh) return;
    at->second.deadline = queue_.now() + limit_tu * sim::time_unit;
    ask(station);
}

void SaQueries::ask(const ieee80211::MacAddress& station) {
    Query& query = queries_.at(station);
    if (queue_.now() >= query.deadline) {
        query.failed = true;
        return;
    }
    query.transactions.insert(next_);
    query.timer = queue_.after(retry_tu * sim::time_unit, [this, station] { ask(station); });
    ask_(station, next_++);
}

void SaQueries::answered(const ieee80211::MacAddress& station, std::uint16_t transaction) {
    const auto at = queries_.find(station);
    if (at != queries_.end() && at->second.transactions.contains(transaction)) queries_.erase(at);
}

bool SaQueries::failed(const ieee80211::MacAddress& station) const {
    const auto at = queries_.find(station);
    return at != queries_.end() && at->second.failed;
}

}  // namespace mlosim::agent
