// Any bytes as an EAPOL-Key frame, as its key data in the clear, and as SAE's commit: what is read is written and read
// the same. And as a frame that comes to a supplicant and to an authenticator in the middle of a handshake: neither
// gets a key from it. And as what a stranger sends to an access point that speaks SAE and OWE.

#include "agent/rsn/authenticator.h"
#include "agent/rsn/owe.h"
#include "agent/rsn/sae.h"
#include "agent/rsn/supplicant.h"
#include "agent/sae_responder.h"
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

/// An access point's half of SAE and OWE with somebody who does not know the password.
void as_a_peer(ByteView bytes) {
    const auto random = [](std::size_t count) { return Bytes(count, 7); };
    static const Owe owe(Owe::Role::access_point, random);
    if (const auto keys = owe.agree(bytes)) MLOSIM_INVARIANT(keys->pmk.size() == 32, "a key has 32 octets");
    if (bytes.size() < 3) return;
    mlosim::agent::SaeResponder::Settings settings;
    settings.password = "a password";
    static mlosim::agent::SaeResponder responder(settings, random);
    mlosim::ieee80211::AuthenticationBody frame;
    frame.algorithm = mlosim::ieee80211::AuthenticationBody::sae;
    frame.transaction = bytes[0] % 4;
    frame.status = bytes[1];
    frame.rest = bytes.subspan(2);
    if (const auto elements = mlosim::agent::sae_elements(frame))
        for (const auto& element : *elements)
            MLOSIM_INVARIANT(element.encoded().size() <= bytes.size(), "an element lies in its frame");
    const auto out = responder.receive({{}, {}, (bytes[2] & 1U) != 0}, frame, {});
    MLOSIM_INVARIANT(!out.accepted, "nobody is accepted by chance");
    responder.clear();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes{data, size};
    round_trips(bytes);
    sae_round_trips(bytes);
    as_a_peer(bytes);
    in_the_middle(bytes, mlosim::ieee80211::akm::psk);
    in_the_middle(bytes, mlosim::ieee80211::akm::sae);
    return 0;
}
