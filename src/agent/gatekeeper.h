#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/rsn/authenticator.h"
#include "ieee80211/mac_address.h"
#include "mld/wdev.h"
#include "sim/event_queue.h"
#include "sim/random.h"

namespace mlosim::agent {

/// The secured half of a built-in access point: its group keys, one set for each link of an MLD, and a handshake with
/// each station before its port opens. Stations are known by their MLD address if they have one.
class Gatekeeper {
public:
    struct Settings {
        std::string name;
        ieee80211::Suite group_cipher;
        ieee80211::Suite management_cipher;
        bool mfp = false;                 ///< somebody may ask for protected management frames
        sim::Duration group_rekey{0};     ///< every how long; 0: never
        sim::Duration pairwise_rekey{0};  ///< of each station
    };
    /// What the access point does where a handshake decides it.
    struct Outlets {
        /// Deauthenticates a station, with this reason.
        std::function<void(const ieee80211::MacAddress& station, std::uint16_t reason)> send_away;
        /// A station's first handshake is done: its port is open.
        std::function<void(const ieee80211::MacAddress& station)> let_in;
    };

    Gatekeeper(mld::Wdev& wdev, Settings settings, Outlets outlets);
    Gatekeeper(const Gatekeeper&) = delete;
    Gatekeeper& operator=(const Gatekeeper&) = delete;

    /// The access point beacons: fresh group keys for these links (or for the only one there is), which its frames to
    /// many are sent with.
    Result<void> start(const std::vector<ieee80211::LinkId>& links);
    /// It is silent, and its stations are forgotten.
    void stop();

    /// A station associated; it is told nothing yet. `only_link`: of a station that is no MLD, with an AP MLD.
    void associated(rsn::AuthenticatorSettings agreed, std::optional<ieee80211::LinkId> only_link);
    /// A station whose key is there already, by a fast transition: its port opens. False: the MAC does not take the
    /// key.
    [[nodiscard]] bool transitioned(rsn::AuthenticatorSettings agreed, std::optional<ieee80211::LinkId> only_link);
    /// The group keys in use now, with their packet numbers.
    [[nodiscard]] std::vector<rsn::GroupKey> keys_in_use(std::optional<ieee80211::LinkId> only_link) const {
        return group_keys(only_link);
    }
    /// It has its answer: the handshake begins.
    void greet(const ieee80211::MacAddress& station);
    void left(const ieee80211::MacAddress& station);
    /// A packet of the port's protocol.
    void receive(const ieee80211::MacAddress& station, ieee80211::ByteView packet);
    [[nodiscard]] bool has_let_in(const ieee80211::MacAddress& station) const;

    /// A link's keys go with it.
    void link_gone(ieee80211::LinkId link);
    /// One more link beacons: it gets keys of its own.
    [[nodiscard]] bool link_came(ieee80211::LinkId link);
    /// New group keys, told to everybody; they are sent with once everybody has them (802.11-2020 12.7.7).
    void rekey_group();
    /// A new 4-way handshake. False: no such station, or its first one is not over.
    bool rekey_pairwise(const ieee80211::MacAddress& station);
    [[nodiscard]] std::uint64_t group_rekeys() const noexcept { return group_rekeys_; }

private:
    struct Visitor {
        std::unique_ptr<rsn::Authenticator> authenticator;
        ieee80211::Suite cipher;
        std::optional<ieee80211::LinkId> only_link;
        sim::Timer timer;
        sim::Timer rekey;
        bool let_in = false;
        /// It could not be told of the new group keys, because its 4-way handshake had sent the old ones.
        bool missed_rekey = false;
    };

    void follow(const ieee80211::MacAddress& station, const rsn::AuthenticatorStep& step);
    [[nodiscard]] bool open(const ieee80211::MacAddress& station, const Visitor& visitor,
                            const rsn::AuthenticatorStep& step);
    void opened(const ieee80211::MacAddress& station);
    [[nodiscard]] std::vector<rsn::GroupKey> fresh_group_keys(
        const std::vector<std::optional<ieee80211::LinkId>>& links, unsigned generation);
    Result<void> install(const std::vector<rsn::GroupKey>& keys);
    Result<void> send_with(const std::vector<rsn::GroupKey>& keys);
    void has_group_keys(const ieee80211::MacAddress& station);
    void switch_group_keys();
    [[nodiscard]] ieee80211::Suite cipher_of(const rsn::GroupKey& key) const;
    /// Those of all links, or of the one that a station knows: to that they are an access point's, not a link's.
    [[nodiscard]] std::vector<rsn::GroupKey> group_keys(std::optional<ieee80211::LinkId> only_link) const;
    [[nodiscard]] ieee80211::Bytes random_octets(std::size_t size);
    [[nodiscard]] sim::EventQueue& queue() const;

    mld::Wdev& wdev_;
    const Settings settings_;
    const Outlets outlets_;
    sim::RandomStream random_;
    std::vector<std::optional<ieee80211::LinkId>> links_;
    unsigned generation_ = 0;
    std::vector<rsn::GroupKey> group_keys_;
    /// Those that everybody is being told of, and who has not said yet that it has them.
    std::vector<rsn::GroupKey> next_group_keys_;
    std::set<ieee80211::MacAddress> without_next_;
    std::uint64_t group_rekeys_ = 0;
    std::map<ieee80211::MacAddress, Visitor> visitors_;
    sim::Timer group_timer_;
};

}  // namespace mlosim::agent
