#pragma once

#include <functional>
#include <map>
#include <optional>

#include "ieee80211/mac_address.h"
#include "sim/event_queue.h"

namespace mlosim::agent {

/// Stations of an access point that fall silent: each is asked with a null frame whether it is there, and sent away if
/// nobody answers. cf. hostapd's ap_handle_timer()
class Inactivity {
public:
    /// After the question, and between the two frames that send it away. cf. AP_DISASSOC_DELAY, AP_DEAUTH_DELAY
    static constexpr std::chrono::seconds answer_time{3};
    static constexpr std::chrono::seconds farewell_time{1};

    struct Outlets {
        /// When the MAC heard of it last; nothing: it does not know it.
        std::function<std::optional<sim::Time>(const ieee80211::MacAddress&)> last_heard;
        /// A null frame to it.
        std::function<void(const ieee80211::MacAddress&)> ask;
        /// It is no longer associated; gives what is done a little later.
        std::function<std::function<void()>(const ieee80211::MacAddress&)> disassociate;
    };

    /// A limit of 0: nobody is asked.
    Inactivity(sim::EventQueue& queue, sim::Duration limit, Outlets outlets)
        : queue_(queue), limit_(limit), outlets_(std::move(outlets)) {}

    void watch(const ieee80211::MacAddress& station);
    void answered(const ieee80211::MacAddress& station);
    void forget(const ieee80211::MacAddress& station) { watched_.erase(station); }
    void clear() { watched_.clear(); }

private:
    struct Watched {
        std::optional<sim::Time> asked;
        sim::Timer timer;
    };
    void look(const ieee80211::MacAddress& station);
    void send_away(const ieee80211::MacAddress& station);

    sim::EventQueue& queue_;
    const sim::Duration limit_;
    const Outlets outlets_;
    std::map<ieee80211::MacAddress, Watched> watched_;
};

}  // namespace mlosim::agent
