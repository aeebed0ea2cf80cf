#include "mld/guest_radios.h"

#include <algorithm>
#include <utility>

#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

/// Of the kind that mac80211_hwsim gives, with the radio's number.
ieee80211::MacAddress automatic_address(RadioIndex index) {
    return ieee80211::MacAddress{
        {0x02, 0, 0, static_cast<std::uint8_t>(index.value >> 8U), static_cast<std::uint8_t>(index.value), 0}};
}

}  // namespace

GuestRadio& GuestRadios::add(RadioSpec spec, const Factory& make) {
    const RadioIndex index{all_.empty() ? first.value : all_.rbegin()->first.value + 1};
    GuestRadio made{index, spec.address.value_or(automatic_address(index)), std::move(spec.profile),
                    std::move(spec.placement), nullptr};
    GuestRadio& radio = all_.emplace(index, std::move(made)).first->second;
    radio.device = make(radio);
    MLOSIM_INVARIANT(radio.device != nullptr, "a radio is something");
    return radio;
}

const GuestRadio* GuestRadios::find(RadioIndex index) const {
    const auto found = all_.find(index);
    return found == all_.end() ? nullptr : &found->second;
}

const GuestRadio* GuestRadios::find(std::string_view placement) const {
    const auto found =
        std::ranges::find_if(all_, [&](const auto& one) { return one.second.placement.name == placement; });
    return found == all_.end() ? nullptr : &found->second;
}

}  // namespace mlosim::mld
