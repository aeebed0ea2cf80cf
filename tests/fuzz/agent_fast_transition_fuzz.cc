// Fast BSS Transition elements: what is understood is written as it came, as far as it was understood.

#include <cstdint>
#include <cstdlib>

#include "agent/rsn/fast_transition.h"

using namespace mlosim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ieee80211::ByteView body(data, size);
    const auto parsed = agent::rsn::FastTransition::parse(body);
    if (!parsed) return 0;
    const ieee80211::Bytes kek(agent::rsn::kek_size, 1);
    bool writable = true;
    std::size_t octets = 0;
    for (const auto& key : parsed->wrapped_keys) {
        (void)agent::rsn::unwrapped_in_transition(key, kek);
        writable = writable && key.key.size() >= 24;
        octets += key.key.size() + 14;
    }
    constexpr std::size_t room = 100;
    if (!writable || octets > room) return 0;
    const ieee80211::Bytes whole = parsed->element();
    const auto again = agent::rsn::FastTransition::parse(ieee80211::ByteView(whole).subspan(2));
    if (!again || again->element() != whole) std::abort();
    (void)agent::rsn::transition_mic(kek, {}, whole);
    return 0;
}
