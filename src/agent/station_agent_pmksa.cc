// What a station keeps of one proof for the next time; OWE; and what an association request says of all that.

#include <algorithm>

#include "agent/station_agent.h"
#include "ieee80211/element.h"
#include "ieee80211/element_type.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ByteWriter;

/// Extended Capabilities, 802.11-2020 9.4.2.26.
constexpr std::size_t bss_transition_bit = 19;
/// RFC 8110 4.3.
constexpr auto diffie_hellman_parameter = ieee80211::ElementType::extended(32);

}  // namespace

std::optional<Pmksa> StationAgent::known_pmksa() const {
    const rsn::Akm* akm = target_->security.akm;
    if (akm == nullptr || rsn::is_psk(akm->suite)) return std::nullopt;
    const ieee80211::MacAddress& peer = target_->address();
    if (!settings_.pmk.empty())
        return Pmksa{peer, rsn::pmkid_of(*akm, settings_.pmk, {peer, wdev_.address()}), settings_.pmk, akm->suite};
    const Pmksa* kept = pmksas_.find(peer, akm->suite, world().now());
    return kept != nullptr ? std::optional(*kept) : std::nullopt;
}

void StationAgent::keep_pmksa() {
    if (!settings_.caches_pmksa || pmksa_) return;
    Pmksa fresh;
    fresh.peer = target_->address();
    if (owe_keys_) {
        fresh.pmk = owe_keys_->pmk;
        fresh.pmkid = owe_keys_->pmkid;
    } else if (sae_) {
        fresh.pmk = sae_->pmk();
        fresh.pmkid = sae_->pmkid();
    } else {
        return;
    }
    fresh.akm = target_->security.akm->suite;
    pmksas_.remember(std::move(fresh), world().now());
}

bool StationAgent::begins_anew() {
    if (!pmksa_ || !settings_.pmk.empty()) return false;
    record("agent/pmksa-refused", "a full authentication follows");
    pmksas_.forget(target_->address());
    authenticate();
    return true;
}

/// A PMKSA that it kept may be gone at the other end: then the exchange takes its place at once.
void StationAgent::begin_owe() {
    owe_.reset();
    owe_keys_.reset();
    const rsn::Akm* akm = target_->security.akm;
    if (akm == nullptr || akm->suite != ieee80211::akm::owe || !settings_.pmk.empty()) return;
    owe_ = std::make_unique<rsn::Owe>(rsn::Owe::Role::client, [this](std::size_t size) { return random_octets(size); });
}

bool StationAgent::finish_owe(ByteView response_elements) {
    const auto element = ieee80211::ElementList(response_elements).find(diffie_hellman_parameter);
    if (!element) return pmksa_.has_value();
    const ieee80211::ElementBody body(*element);
    owe_keys_ = owe_->agree(body.bytes());
    pmksa_.reset();
    return owe_keys_.has_value();
}

/// RSNE, what it can do (BSS transition among it), RSNXE, OWE: in the order of their numbers.
Bytes StationAgent::request_elements() const {
    const StationSecurity& security = target_->security;
    Bytes out = security.own_rsne;
    Bytes can = wdev_.wiphy().profile().extended_capabilities.value;
    can.resize(std::max<std::size_t>(can.size(), bss_transition_bit / 8 + 1));
    if (settings_.roaming.follow_requests)
        can[bss_transition_bit / 8] |= static_cast<std::uint8_t>(1U << (bss_transition_bit % 8));
    ByteWriter w(out);
    w.u8(ieee80211::element::extended_capabilities.id);
    w.u8(static_cast<std::uint8_t>(can.size()));
    w.bytes(can);
    w.bytes(security.own_rsnxe);
    if (owe_) w.bytes(owe_->element());
    return out;
}

}  // namespace mlosim::agent
