#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/rsn/p256.h"
#include "agent/rsn/sae.h"
#include "agent/status_code.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/ssid.h"
#include "sim/virtual_time.h"

namespace mlosim::agent {

/// An access point's half of simultaneous authentication of equals, with all who come: 802.11-2020 12.4.8 as
/// infrastructure plays it (the station's commit comes first). Peers are known by their MLD address if they have one.
/// Pure: frames in, answers out.
class SaeResponder {
public:
    struct Settings {
        std::string password;
        ieee80211::Ssid ssid;
        bool hash_to_element_only = false;
        /// As many peers that have sent a commit and no confirm: who comes now has to show that it hears (12.4.6).
        std::size_t anti_clogging_threshold = 5;
        /// As many peers may be under way.
        std::size_t most_peers = 2007;
    };
    struct Outcome {
        struct Answer {
            std::uint16_t transaction = 0;
            StatusCode status = StatusCode::success;
            ieee80211::Bytes body;  ///< behind the status code
        };
        std::optional<Answer> answer;  ///< nothing: the frame is not worth one
        /// The peer has proved that it knows the password.
        bool accepted = false;
    };
    struct Agreement {
        ieee80211::Bytes pmk;
        ieee80211::Pmkid pmkid{};
    };

    SaeResponder(Settings settings, rsn::RandomOctets random);

    /// Who speaks, and to whom: an MLD to the MLD.
    struct Peer {
        ieee80211::MacAddress address;
        ieee80211::MacAddress own;
        bool is_mld = false;  ///< it may only use hash-to-element (802.11be 35.3.5.1)
    };
    [[nodiscard]] Outcome receive(const Peer& peer, const ieee80211::AuthenticationBody& frame, sim::Time now);
    /// What an accepted peer and this end agreed on.
    [[nodiscard]] std::optional<Agreement> agreement(const ieee80211::MacAddress& peer) const;
    void forget(const ieee80211::MacAddress& peer) { peers_.erase(peer); }
    void clear() { peers_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return peers_.size(); }

private:
    struct Exchange {
        std::unique_ptr<rsn::Sae> sae;
        ieee80211::MacAddress own;
        rsn::SaeMethod method = rsn::SaeMethod::hash_to_element;
        bool accepted = false;
        std::uint16_t last_confirm = 0;
        sim::Time since;
    };

    [[nodiscard]] Outcome commit(const Peer& peer, const ieee80211::AuthenticationBody& frame, sim::Time now);
    [[nodiscard]] Outcome confirm(const Peer& peer, const ieee80211::AuthenticationBody& frame);
    [[nodiscard]] ieee80211::Bytes password_element(const Peer& peer, rsn::SaeMethod method);
    [[nodiscard]] ieee80211::Bytes token_for(const ieee80211::MacAddress& peer) const;
    [[nodiscard]] std::size_t open_exchanges() const;
    void expire(sim::Time now);

    const Settings settings_;
    const rsn::RandomOctets random_;
    const rsn::P256 curve_;
    ieee80211::Bytes token_key_;
    ieee80211::Bytes password_token_;  ///< once it was needed
    std::map<ieee80211::MacAddress, Exchange> peers_;
};

/// The elements behind the fields that SAE puts into an authentication frame; nothing: it is not whole, or a commit of
/// another group or without hash-to-element, where nobody can tell where they begin.
[[nodiscard]] std::optional<ieee80211::ElementList> sae_elements(const ieee80211::AuthenticationBody& frame);

}  // namespace mlosim::agent
