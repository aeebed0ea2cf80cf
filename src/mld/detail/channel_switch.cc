#include "mld/detail/channel_switch.h"

#include "ieee80211/element.h"

namespace mlosim::mld::detail {

namespace {

namespace element = ieee80211::element;

// cf. ieee80211_mgd_csa_present()
bool announces(const BssElements& known, std::uint16_t current) {
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
    if (!long_one || long_one->first_piece().size() != 4) return false;
    const auto body = long_one->first_piece();
    return leaves(body[0], body[2], body[3]);
}

}  // namespace

bool announces_channel_switch(const Bss& bss) {
    const std::uint16_t current = bss.channel.number();
    return (bss.beacon && announces(*bss.beacon, current)) ||
           (bss.probe_response && announces(*bss.probe_response, current));
}

}  // namespace mlosim::mld::detail
