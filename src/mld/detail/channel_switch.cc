#include "mld/detail/channel_switch.h"

#include <algorithm>

#include "ieee80211/element.h"

namespace mlosim::mld::detail {

namespace {

namespace element = ieee80211::element;

// cf. ieee80211_mgd_csa_present()
bool announces(const BssElements& known, std::uint16_t current, bool ignore_long) {
    const ieee80211::ElementList elements(known.bytes);
    const auto leaves = [&](std::uint8_t mode, std::uint8_t channel, std::uint8_t count) {
        return count != 0 && (mode != 0 || channel != current);
    };
    const auto short_one = elements.find(element::channel_switch_announcement);
    if (short_one && short_one->first_piece().size() == 3) {
        const auto body = short_one->first_piece();
        if (leaves(body[0], body[1], body[2])) return true;
    }
    const auto long_one = elements.find(element::extended_channel_switch_announcement);
    if (ignore_long || !long_one || long_one->first_piece().size() != 4) return false;
    const auto body = long_one->first_piece();
    return leaves(body[0], body[2], body[3]);
}

}  // namespace

bool announces_channel_switch(const Bss& bss) {
    const std::uint16_t current = bss.channel.number();
    return (bss.beacon && announces(*bss.beacon, current, false)) ||
           (bss.probe_response && announces(*bss.probe_response, current, bss.probe_response_switch_stuck));
}

bool switch_is_stuck(const Bss& known, const BssElements& update) {
    constexpr std::uint64_t second_us = 1'000'000;
    const auto announcement = [](const BssElements& elements) {
        return ieee80211::ElementList(elements.bytes).find(element::extended_channel_switch_announcement);
    };
    if (update.tsf - known.probe_response->tsf < second_us) return false;
    const auto before = announcement(*known.probe_response);
    const auto now = announcement(update);
    if (!before || !now || (known.beacon && announcement(*known.beacon))) return false;
    const auto body = now->first_piece();
    const auto old = before->first_piece();
    if (body.size() < 4 || !std::equal(body.begin(), body.end(), old.begin(), old.end())) return false;
    return body[0] != 0 && body[2] == known.channel.number();
}

}  // namespace mlosim::mld::detail
