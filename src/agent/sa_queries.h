#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>

#include "ieee80211/mac_address.h"
#include "sim/event_queue.h"

namespace mlosim::agent {

/// SA Query, an access point's half: 802.11-2020 11.13. Whoever asks to associate again while it has an association
/// with management frame protection is asked over that one first; only its silence makes room for the new one.
class SaQueries {
public:
    using Ask = std::function<void(const ieee80211::MacAddress& station, std::uint16_t transaction)>;

    /// cf. hostapd's assoc_sa_query_max_timeout and assoc_sa_query_retry_timeout
    static constexpr std::uint32_t limit_tu = 1000;
    static constexpr std::uint32_t retry_tu = 201;

    SaQueries(sim::EventQueue& queue, Ask ask) : queue_(queue), ask_(std::move(ask)) {}

    /// Asks until there is an answer or the time is up. Nothing new for a station that is being asked.
    void begin(const ieee80211::MacAddress& station);
    /// An answer over the association that there is.
    void answered(const ieee80211::MacAddress& station, std::uint16_t transaction);
    /// Whether the station did not answer in time.
    [[nodiscard]] bool failed(const ieee80211::MacAddress& station) const;
    void forget(const ieee80211::MacAddress& station) { queries_.erase(station); }
    void clear() { queries_.clear(); }

private:
    struct Query {
        sim::Time deadline;
        std::set<std::uint16_t> transactions;
        bool failed = false;
        sim::Timer timer;
    };
    void ask(const ieee80211::MacAddress& station);

    sim::EventQueue& queue_;
    const Ask ask_;
    std::uint16_t next_ = 1;
    std::map<ieee80211::MacAddress, Query> queries_;
};

}  // namespace mlosim::agent
