// Any bytes as the key data of a peer that has the keys, of MLDs: behind message 2's, 3's and the group handshake's MIC
// lies what only KDEs decide. Nobody falls over it, and keys are only installed for links that there are.

#include <algorithm>

#include "agent/rsn/authenticator.h"
#include "agent/rsn/supplicant.h"
#include "sim/invariant.h"

using namespace mlosim::agent::rsn;

namespace {

using mlosim::ieee80211::LinkId;
using mlosim::ieee80211::MacAddress;

constexpr std::array<std::uint8_t, 3> link_ids{0, 1, 2};

MacAddress address(std::uint8_t last) {
    return MacAddress{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0, last}};
}
Bytes rsne() {
    return {0x30, 20, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 8, 0xc0, 0};
}
Nonce nonce(std::uint8_t fill) {
    Nonce out{};
    out.fill(fill);
    return out;
}

SupplicantSettings station() {
    SupplicantSettings out;
    out.akm = find_akm(mlosim::ieee80211::akm::sae);
    out.pmk = Bytes(32, 0xaa);
    out.pairwise_cipher = mlosim::ieee80211::cipher::ccmp128;
    out.mfp = true;
    out.ends = {address(1), address(2)};
    out.own_rsne = out.access_point_rsne = rsne();
    for (const std::uint8_t id : link_ids)
        out.links.push_back({*LinkId::from(id),
                             address(static_cast<std::uint8_t>(0x20 + id)),
                             address(static_cast<std::uint8_t>(0x10 + id)),
                             rsne(),
                             {}});
    return out;
}
AuthenticatorSettings access_point() {
    const SupplicantSettings peer = station();
    AuthenticatorSettings out;
    out.akm = peer.akm;
    out.pmk = peer.pmk;
    out.pairwise_cipher = peer.pairwise_cipher;
    out.mfp = true;
    out.ends = peer.ends;
    out.own_rsne = out.station_rsne = rsne();
    for (const SupplicantLink& link : peer.links)
        out.links.push_back({link.link, link.access_point, link.rsne, link.rsnxe});
    return out;
}
std::vector<GroupKey> group_keys() {
    std::vector<GroupKey> out;
    for (const std::uint8_t id : link_ids)
        for (const auto& [kind, key_id] :
             {std::pair{GroupKeyKind::gtk, 1}, {GroupKeyKind::igtk, 4}, {GroupKeyKind::bigtk, 6}})
            out.push_back({kind, *LinkId::from(id), static_cast<std::uint8_t>(key_id), false, 7, Bytes(16, id)});
    return out;
}

/// A frame of a handshake with other key data, by somebody who has the keys.
Bytes with_key_data(ByteView packet, ByteView data, const PairwiseKey& ptk) {
    auto frame = EapolKey::parse(packet);
    MLOSIM_INVARIANT(frame.has_value(), "the handshake's own frames are whole");
    frame->key_data.assign(data.begin(), data.end());
    if (frame->has(key_info::encrypted)) frame->key_data = aes_wrap(ptk.kek, padded_for_wrap(frame->key_data));
    return frame->signed_packet(*find_akm(mlosim::ieee80211::akm::sae), ptk.kck);
}

void check_keys(const std::vector<GroupKey>& keys) {
    for (const GroupKey& key : keys) {
        const bool known = key.link && std::any_of(link_ids.begin(), link_ids.end(),
                                                   [&](std::uint8_t id) { return *LinkId::from(id) == *key.link; });
        MLOSIM_INVARIANT(known, "a key is of a link that there is");
        MLOSIM_INVARIANT(!key.key.empty(), "a key has octets");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t longest = 1024;
    if (size == 0 || size > longest) return 0;
    const ByteView key_data{data + 1, size - 1};
    Supplicant supplicant(station(), [] { return nonce(2); });
    Authenticator authenticator(
        access_point(), [] { return nonce(1); }, group_keys);
    const PairwiseKey ptk =
        PairwiseKey::derive(*find_akm(mlosim::ieee80211::akm::sae), mlosim::ieee80211::cipher::ccmp128, Bytes(32, 0xaa),
                            station().ends, nonce(1), nonce(2));

    const auto first = authenticator.start();
    const auto second = supplicant.receive(*first.send);
    if ((data[0] & 1U) != 0) (void)authenticator.receive(with_key_data(*second.send, key_data, ptk));
    const auto third = authenticator.receive(*second.send);
    if (!third.send) return 0;  // what came before ended it
    if ((data[0] & 2U) != 0) {
        const auto step = supplicant.receive(with_key_data(*third.send, key_data, ptk));
        check_keys(step.group_keys);
        if (step.leave || step.completed) return 0;
    }
    const auto fourth = supplicant.receive(*third.send);
    check_keys(fourth.group_keys);
    if (!fourth.send) return 0;
    (void)authenticator.receive(*fourth.send);
    const auto rekey = authenticator.rekey_group();
    if (rekey.send && (data[0] & 4U) != 0)
        check_keys(supplicant.receive(with_key_data(*rekey.send, key_data, ptk)).group_keys);
    return 0;
}
