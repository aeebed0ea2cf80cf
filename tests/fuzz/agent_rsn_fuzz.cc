// Any bytes as an EAPOL-Key frame, as its key data in the clear, and as SAE's commit: what is read is written and read
// the same. And as a frame that comes to a supplicant and to an authenticator in the middle of a handshake: neither
// gets a key from it.

#include "agent/rsn/authenticator.h"
#include "agent/rsn/sae.h"
#include "agent/rsn/supplicant.h"
#include "sim/invariant.h"

using namespace mlosim::agent::rsn;

namespace {

void round_trips(ByteView bytes) {
    if (const auto frame = EapolKey::parse(bytes)) {
        const auto again = EapolKey::parse(frame->packet());
        MLOSIM_INVARIANT(again && *again == *frame, "a frame that is written reads the same");
    }
    if (const auto data = KeyData::parse(bytes)) {
        const auto again = KeyData::parse(padded_for_wrap(data->octets()));
        MLOSIM_INVARIANT(again && *again == *data, "key data that are written read the same");
    }
}

void sae_round_trips(ByteView bytes) {
    for (const SaeMethod method : {SaeMethod::hunting_and_pecking, SaeMethod::hash_to_element}) {
        if (const auto commit = SaeCommit::parse(bytes, method)) {
            if (commit->token.size() > 254) continue;  // longer than a container's body can be
            const auto again = SaeCommit::parse(commit->body(method), method);
            MLOSIM_INVARIANT(again && *again == *commit, "a commit that is written reads the same");
        }
        const auto token = requested_sae_token(bytes, method);
        MLOSIM_INVARIANT(!token || !token->empty(), "a token has octets");
    }
}

void in_the_middle(ByteView bytes, mlosim::ieee80211::Suite suite) {
    SupplicantSettings station;
    station.akm = find_akm(suite);
    station.pmk = Bytes(32, 1);
    station.pairwise_cipher = mlosim::ieee80211::cipher::ccmp128;
    AuthenticatorSettings access_point;
    access_point.akm = station.akm;
    access_point.pmk = Bytes(32, 2);
    access_point.pairwise_cipher = station.pairwise_cipher;
    const auto nonces = [] { return Nonce{}; };
    Supplicant one(std::move(station), nonces);
    Authenticator other(std::move(access_point), nonces, [] { return std::vector<GroupKey>(); });
    const auto first = other.start();
    for (const ByteView packet : {bytes, ByteView(*first.send), bytes}) {
        const auto step = one.receive(packet);
        MLOSIM_INVARIANT(!step.install && !step.completed, "nobody gets a station's key by chance");
        MLOSIM_INVARIANT(!other.receive(packet).install, "nobody gets an access point's key by chance");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes{data, size};
    round_trips(bytes);
    sae_round_trips(bytes);
    in_the_middle(bytes, mlosim::ieee80211::akm::psk);
    in_the_middle(bytes, mlosim::ieee80211::akm::sae);
    return 0;
}
