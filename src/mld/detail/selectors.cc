#include "mld/detail/selectors.h"

#include <algorithm>

#include "ieee80211/supported_rates.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

bool knows_selectors(const Wiphy& wiphy, const Bss& bss, ConnectionMode mode,
                     const std::optional<ieee80211::Bytes>& program) {
    namespace element = ieee80211::element;
    namespace selector = ieee80211::membership_selector;
    const BandCapabilities* band = wiphy.profile().band(bss.channel.band);
    if (band == nullptr) return false;
    const auto knows = [&](ieee80211::RateOctet rate) {
        if (program ? std::find(program->begin(), program->end(), rate.units_of_500_kbps()) != program->end()
                    : rate == selector::sae_h2e_only)
            return true;
        if (rate == selector::ht_phy) return mode >= ConnectionMode::ht;
        if (rate == selector::vht_phy) return mode >= ConnectionMode::vht;
        if (rate == selector::he_phy) return mode >= ConnectionMode::he;
        if (rate == selector::eht_phy) return mode >= ConnectionMode::eht;
        return std::any_of(band->rates.begin(), band->rates.end(), [&](const BitRate& own) {
            return (own.hundred_kbps + 4U) / 5U == rate.units_of_500_kbps();
        });
    };
    const ieee80211::ElementList elements(bss.elements->bytes);
    for (const auto type : {element::supported_rates, element::extended_supported_rates}) {
        const auto found = elements.find(type);
        if (!found) continue;
        for (const std::uint8_t octet : found->first_piece()) {
            const ieee80211::RateOctet rate(octet);
            if (rate.basic() && !knows(rate)) return false;
        }
    }
    return true;
}

}  // namespace mlosim::mld::detail
