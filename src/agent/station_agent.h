#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/candidate.h"
#include "agent/rsn/sae.h"
#include "agent/rsn/supplicant.h"
#include "agent/station_settings.h"
#include "agent/station_state.h"
#include "mld/mlme.h"
#include "mld/scan.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "sim/event_queue.h"
#include "sim/random.h"

namespace mlosim::ieee80211 {
struct AuthenticationBody;
}

namespace mlosim::agent {

struct StationCounters {
    std::uint64_t connections = 0;     ///< times that it came to be connected
    std::uint64_t disconnections = 0;  ///< connections that ended
    std::uint64_t failures = 0;        ///< attempts that came to nothing
};

/// A built-in station: what wpa_supplicant is to a real radio. It lives above mld's upper face, on one interface of
/// type station: scans for its network, chooses an access point, connects, and does so again after a while when the
/// connection ends.
class StationAgent {
public:
    StationAgent(mld::Wdev& wdev, StationSettings settings);
    StationAgent(const StationAgent&) = delete;
    StationAgent& operator=(const StationAgent&) = delete;

    [[nodiscard]] mld::Wdev& wdev() const noexcept { return wdev_; }
    [[nodiscard]] const StationSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] StationState state() const noexcept { return state_; }
    [[nodiscard]] const StationCounters& counters() const noexcept { return counters_; }
    /// The access point that it is connected to, or connects to, with the links that it has there or wants. nullptr:
    /// none.
    [[nodiscard]] const Candidate* access_point() const noexcept { return target_ ? &*target_ : nullptr; }

    // What happens to its interface. An observer may not change the world from inside a call, so what follows comes
    // after it, within the same moment.

    void scan_finished(bool aborted);
    void mlme_frame(const mld::MlmeFrame& frame);
    void timed_out();
    void connection_result(const mld::ConnectResult& result);
    /// An Ethernet frame with a packet of the port's protocol (EAPOL).
    void control_port_frame(ieee80211::ByteView ethernet);
    void disconnected(std::uint16_t reason);
    /// The interface went up or down.
    void interface_changed();

private:
    static constexpr std::uint16_t reason_leaving = 3;  // 802.11-2020 Table 9-49
    using Work = std::function<void()>;
    void soon(Work work);
    void work();

    [[nodiscard]] mld::World& world() const;
    void become(StationState state);
    void record(const char* event, std::string_view detail);
    void begin();
    void scan();
    void choose();
    void authenticate();
    void authentication_answered(ieee80211::Bytes frame);
    [[nodiscard]] Result<void> send_authentication(mld::AuthenticationType type, ieee80211::Bytes data);
    // SAE: commit and confirm, each answered by the same of the access point.
    [[nodiscard]] ieee80211::Bytes sae_password_element();
    void begin_sae();
    void send_sae_commit(ieee80211::Bytes token);
    void sae_answered(const ieee80211::AuthenticationBody& body);
    void sae_committed(const ieee80211::AuthenticationBody& body);
    void sae_confirmed(const ieee80211::AuthenticationBody& body);
    [[nodiscard]] ieee80211::Bytes random_octets(std::size_t size);
    void associate();
    void associated();
    /// The 4-way handshake begins: the access point speaks first.
    void await_handshake();
    void handshake_packet(const ieee80211::MacAddress& from, ieee80211::ByteView packet);
    [[nodiscard]] bool follow(const rsn::SupplicantStep& step);
    [[nodiscard]] bool install(const rsn::SupplicantStep& step);
    [[nodiscard]] std::vector<rsn::SupplicantLink> supplicant_links() const;
    [[nodiscard]] ieee80211::Bytes pmk();
    [[nodiscard]] rsn::Nonce nonce();
    void connect_done();
    /// The attempt came to nothing: later again.
    void give_up(std::string_view why, std::uint16_t reason = reason_leaving);
    /// Leaves an access point that it has something to do with.
    void leave(std::uint16_t reason);

    mld::Wdev& wdev_;
    const StationSettings settings_;
    sim::RandomStream random_;
    StationState state_ = StationState::idle;
    StationCounters counters_;
    std::optional<Candidate> target_;
    /// What became of the links that it asked an AP MLD for.
    std::vector<mld::ConnectResult::LinkResult> link_results_;
    std::unique_ptr<rsn::Sae> sae_;
    std::unique_ptr<rsn::Supplicant> supplicant_;
    // Of the password, once they were needed.
    ieee80211::Bytes psk_;
    ieee80211::Bytes sae_token_;
    unsigned attempts_ = 0;
    std::deque<Work> inbox_;
    sim::Timer work_;
    /// Of the state at hand: the next attempt, or its end.
    sim::Timer timer_;
};

}  // namespace mlosim::agent
