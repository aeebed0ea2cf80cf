// What a station does after it associated with a network that is not open: the handshakes, and the keys they bring.

#include <algorithm>

#include "agent/install_keys.h"
#include "agent/station_agent.h"
#include "mld/data_path.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using namespace std::chrono_literals;

constexpr std::uint16_t ethertype_eapol = 0x888e;
constexpr std::size_t ethernet_header = 14;
/// For the access point's tries, of which hostapd makes four.
constexpr sim::Duration handshake_limit = 10s;
constexpr std::uint16_t reason_handshake_timeout = 15;  // 802.11-2020 Table 9-49

ByteView octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Bytes StationAgent::pmk() {
    if (pmksa_) return pmksa_->pmk;
    if (owe_keys_) return owe_keys_->pmk;
    if (sae_) return sae_->pmk();
    if (psk_.empty()) psk_ = rsn::passphrase_to_psk(octets(settings_.password), settings_.ssid.octets());
    return psk_;
}

Bytes StationAgent::random_octets(std::size_t size) {
    Bytes out(size);
    for (std::uint8_t& octet : out)
        octet = static_cast<std::uint8_t>(random_.next_u64() >> 56U);
    return out;
}

rsn::Nonce StationAgent::nonce() {
    rsn::Nonce out{};
    const Bytes octets = random_octets(out.size());
    std::copy(octets.begin(), octets.end(), out.begin());
    return out;
}

std::vector<rsn::SupplicantLink> StationAgent::supplicant_links() const {
    std::vector<rsn::SupplicantLink> out;
    if (!target_->mld) return out;
    for (const auto& result : link_results_) {
        rsn::SupplicantLink link{result.link, result.address, result.bssid, {}, {}, result.status == 0};
        for (const CandidateLink& known : target_->links) {
            if (known.id != link.link) continue;
            link.rsne = known.rsne;
            link.rsnxe = known.rsnxe;
        }
        out.push_back(std::move(link));
    }
    return out;
}

void StationAgent::await_handshake() {
    const StationSecurity& security = target_->security;
    rsn::SupplicantSettings agreed;
    agreed.akm = security.akm;
    agreed.pmk = pmk();
    if (pmksa_) {
        agreed.pmkid = pmksa_->pmkid;
    } else if (owe_keys_) {
        agreed.pmkid = owe_keys_->pmkid;
    } else if (sae_) {
        agreed.pmkid = sae_->pmkid();
    }
    agreed.pairwise_cipher = security.pairwise;
    agreed.mfp = security.mfp;
    agreed.ends = {wdev_.mlme()->connection()->ap, wdev_.address()};
    agreed.own_rsne = security.own_rsne;
    agreed.own_rsnxe = security.own_rsnxe;
    agreed.access_point_rsne = security.access_point_rsne;
    agreed.access_point_rsnxe = security.access_point_rsnxe;
    agreed.links = supplicant_links();
    if (target_->mld) agreed.association_link = target_->main_link().id;
    supplicant_ = std::make_unique<rsn::Supplicant>(std::move(agreed), [this] { return nonce(); });
    become(StationState::handshake);
    timer_ = world().queue().after(handshake_limit, [this] { give_up("no handshake", reason_handshake_timeout); });
}

void StationAgent::control_port_frame(ByteView ethernet) {
    if (ethernet.size() < ethernet_header) return;
    ieee80211::ByteReader in(ethernet);
    (void)in.mac();
    const ieee80211::MacAddress from = in.mac();
    Bytes packet(ethernet.begin() + ethernet_header, ethernet.end());
    soon([this, from, packet = std::move(packet)] { handshake_packet(from, packet); });
}

void StationAgent::handshake_packet(const ieee80211::MacAddress& from, ByteView packet) {
    const mld::Connection* connection = wdev_.mlme() != nullptr ? wdev_.mlme()->connection() : nullptr;
    if (!supplicant_ || connection == nullptr || from != connection->ap) return;
    const rsn::SupplicantStep step = supplicant_->receive(packet);
    if (step.leave) return give_up("handshake refused", *step.leave);
    if (!follow(step)) return give_up("keys refused here");
    if (step.completed && state_ == StationState::handshake) connect_done();
}

/// The answer goes out under the old key, or none: then the new ones come into force.
bool StationAgent::follow(const rsn::SupplicantStep& step) {
    if (step.send) {
        mld::ControlPortFrame frame;
        frame.destination = wdev_.mlme()->connection()->ap;
        frame.ethertype = ethertype_eapol;
        frame.payload = *step.send;
        // A frame that is not sent is one that is lost: the access point asks again.
        (void)wdev_.wiphy().data_path().send_control_port(wdev_, frame);
    }
    return install(step);
}

bool StationAgent::install(const rsn::SupplicantStep& step) {
    const ieee80211::MacAddress ap = wdev_.mlme()->connection()->ap;
    if (step.install && !install_pairwise_key(wdev_, ap, target_->security.pairwise, *step.install)) return false;
    for (const rsn::GroupKey& key : step.group_keys) {
        const ieee80211::Suite cipher =
            key.kind == rsn::GroupKeyKind::gtk ? target_->security.group : target_->security.group_management;
        if (!install_group_key(wdev_, key, cipher)) return false;
    }
    if (!step.completed) return true;
    mld::StaParameters open;
    open.flags_mask |= mld::StaFlag::authorized;
    open.flags_set |= mld::StaFlag::authorized;
    return wdev_.wiphy().stations().change(wdev_, ap, open).has_value();
}

}  // namespace mlosim::agent
