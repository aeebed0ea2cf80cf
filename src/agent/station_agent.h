#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/candidate.h"
#include "agent/pmksa_cache.h"
#include "agent/roaming_policy.h"
#include "agent/rsn/owe.h"
#include "agent/rsn/sae.h"
#include "agent/rsn/supplicant.h"
#include "agent/station_settings.h"
#include "agent/station_state.h"
#include "agent/transition_request.h"
#include "mld/frame_listener.h"
#include "mld/mlme.h"
#include "mld/scan.h"
#include "mld/wdev.h"
#include "mld/world.h"
#include "sim/event_queue.h"
#include "sim/random.h"

namespace mlosim::ieee80211 {
struct AuthenticationBody;
}
namespace mlosim::mld {
struct StaStatistics;
}

namespace mlosim::agent {

/// How well an access point is heard on one link: its beacons.
[[nodiscard]] std::optional<double> heard_dbm(const mld::StaStatistics& heard);

struct StationCounters {
    std::uint64_t connections = 0;     ///< times that it came to be connected
    std::uint64_t disconnections = 0;  ///< connections that ended
    std::uint64_t failures = 0;        ///< attempts that came to nothing
    std::uint64_t roams = 0;           ///< connections that followed another without a failure between
};

/// A built-in station: what wpa_supplicant is to a real radio. It lives above mld's upper face, on one interface of
/// type station: scans for its network, chooses an access point, connects, and does so again after a while when the
/// connection ends. While connected it may roam: leave for another access point of the network.
class StationAgent final : public mld::FrameListener {
public:
    StationAgent(mld::Wdev& wdev, StationSettings settings);
    ~StationAgent();
    StationAgent(const StationAgent&) = delete;
    StationAgent& operator=(const StationAgent&) = delete;

    [[nodiscard]] mld::Wdev& wdev() const noexcept { return wdev_; }
    [[nodiscard]] const StationSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] StationState state() const noexcept { return state_; }
    [[nodiscard]] const StationCounters& counters() const noexcept { return counters_; }
    /// The longest time that it was not connected, since it first was; a gap that lasts counts.
    [[nodiscard]] sim::Duration longest_gap() const;
    /// The access point that it is connected to, or connects to, with the links that it has there or wants. nullptr:
    /// none.
    [[nodiscard]] const Candidate* access_point() const noexcept { return target_ ? &*target_ : nullptr; }

    /// How well it hears its access point: the beacons, of an MLD on its loudest link. Nothing: it heard none.
    [[nodiscard]] std::optional<double> signal_dbm() const;
    /// Why its last connection or attempt ended; empty: none has.
    [[nodiscard]] const std::string& last_reason() const noexcept { return last_reason_; }
    [[nodiscard]] const PmksaCache& pmksas() const noexcept { return pmksas_; }
    /// Whether it came in by a PMKSA that it had already.
    [[nodiscard]] bool used_pmksa() const noexcept { return pmksa_.has_value(); }

    /// Goes to another access point of its network: the first that is heard of these (BSSIDs or addresses of AP MLDs),
    /// or the loudest. ENOTCONN: it is not connected. EBUSY: it is about to go somewhere already.
    Result<void> roam(std::vector<ieee80211::MacAddress> targets);

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
    bool frame_received(mld::Wdev& wdev, const mld::FrameBytes& frame, const mld::RxStatus& status) override;

private:
    static constexpr std::uint16_t reason_leaving = 3;  // 802.11-2020 Table 9-49
    using Work = std::function<void()>;
    void soon(Work work);
    void work();

    [[nodiscard]] mld::World& world() const;
    void become(StationState state);
    void enter(StationState state);
    void record(const char* event, std::string_view detail);
    void begin();
    void scan();
    void choose();
    /// The access points that it can hear: with what was heard since then.
    [[nodiscard]] std::vector<Candidate> candidates(sim::Time since = {}) const;
    Result<void> begin_scan();
    Result<void> trigger(mld::ScanRequest request);
    // What it wants to know of an AP MLD's links: 802.11be 35.3.4.2, 35.3.10.
    /// True: it asks for links that it has not heard, and chooses when it has the answer.
    [[nodiscard]] bool asks_for_links(const Candidate& candidate);
    Result<void> probe_links(const Candidate& of, const std::vector<ieee80211::LinkId>& links);
    void watch_links();
    [[nodiscard]] std::vector<std::pair<ieee80211::LinkId, std::uint8_t>> heard_counts() const;
    void compare_links();
    void links_changed(ieee80211::LinkId link, std::uint8_t count);
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
    void associated(ieee80211::ByteView response_elements);
    /// The 4-way handshake begins: the access point speaks first.
    void await_handshake();
    void handshake_packet(const ieee80211::MacAddress& from, ieee80211::ByteView packet);
    [[nodiscard]] bool follow(const rsn::SupplicantStep& step);
    [[nodiscard]] bool install(const rsn::SupplicantStep& step);
    [[nodiscard]] std::vector<rsn::SupplicantLink> supplicant_links() const;
    [[nodiscard]] ieee80211::Bytes pmk();
    [[nodiscard]] rsn::Nonce nonce();
    void connect_done();
    // Roaming.
    void watch_signal();
    Result<void> look_around(RoamWish wish);
    void looked_around(bool aborted);
    void roam_to(Candidate next, RoamCause cause);
    void listen_for_transitions();
    void transition_requested(ieee80211::Bytes frame);
    void answer_transition(TransitionStatus status, const ieee80211::MacAddress& target);
    void record_links(const char* event);

    // PMKSAs.
    [[nodiscard]] std::optional<Pmksa> known_pmksa() const;
    void keep_pmksa();
    /// After a refusal. True: it named a PMKSA that it had kept, and a full authentication has begun.
    [[nodiscard]] bool begins_anew();
    void begin_owe();
    /// False: no key came of it.
    [[nodiscard]] bool finish_owe(ieee80211::ByteView response_elements);
    [[nodiscard]] ieee80211::Bytes request_elements() const;

    /// The attempt came to nothing: later again.
    void give_up(std::string_view why, std::uint16_t reason = reason_leaving);
    void forget_access_point();
    /// Leaves an access point that it has something to do with.
    void leave(std::uint16_t reason);

    mld::Wdev& wdev_;
    const StationSettings settings_;
    sim::RandomStream random_;
    StationState state_ = StationState::idle;
    std::optional<sim::Time> unconnected_since_;  ///< if it was connected before
    sim::Duration longest_gap_{0};
    StationCounters counters_;
    std::optional<Candidate> target_;
    /// What became of the links that it asked an AP MLD for.
    std::vector<mld::ConnectResult::LinkResult> link_results_;
    std::unique_ptr<rsn::Sae> sae_;
    std::unique_ptr<rsn::Supplicant> supplicant_;
    // Of the password, once they were needed.
    ieee80211::Bytes psk_;
    ieee80211::Bytes sae_token_;
    PmksaCache pmksas_;
    /// What this association is made with in place of a proof.
    std::optional<Pmksa> pmksa_;
    std::unique_ptr<rsn::Owe> owe_;
    std::optional<rsn::OweKeys> owe_keys_;
    const RoamingPolicy policy_;
    /// A scan while connected, and what it is for.
    std::optional<RoamWish> wish_;
    std::optional<std::uint8_t> transition_token_;  ///< of the request that is behind it
    sim::Time looked_around_at_;
    /// The access point that it comes from, until it is connected to the next.
    std::optional<ieee80211::MacAddress> previous_;
    sim::Timer watch_;
    /// The AP MLD that it has asked for its links before it connects.
    std::optional<ieee80211::MacAddress> asked_;
    /// The BSS Parameters Change Counts of its AP MLD's links, as it last heard them.
    std::map<ieee80211::LinkId, std::uint8_t> change_counts_;
    sim::Timer links_watch_;
    std::string last_reason_;
    unsigned attempts_ = 0;
    std::deque<Work> inbox_;
    sim::Timer work_;
    /// Of the state at hand: the next attempt, or its end.
    sim::Timer timer_;
    sim::Timer scan_limit_;
};

}  // namespace mlosim::agent
