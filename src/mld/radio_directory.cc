#include "mld/radio_directory.h"

#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld {

const GuestRadio* RadioDirectory::guest(RadioIndex index) const {
    return guests_ != nullptr ? guests_->find(index) : nullptr;
}

const GuestRadios::All& RadioDirectory::guests() const {
    static const GuestRadios::All none;
    return guests_ != nullptr ? guests_->all() : none;
}

bool RadioDirectory::has(RadioIndex index) const {
    return guest(index) != nullptr || world_->find_radio(index) != nullptr;
}

std::optional<RadioIndex> RadioDirectory::called(std::string_view placement) const {
    if (const Radio* radio = world_->find_radio_by_placement(placement)) return radio->index;
    const GuestRadio* guest = guests_ != nullptr ? guests_->find(placement) : nullptr;
    return guest != nullptr ? std::optional(guest->index) : std::nullopt;
}

std::string RadioDirectory::name(RadioIndex index) const {
    if (const GuestRadio* known = guest(index)) return known->placement.name;
    const Radio* radio = world_->find_radio(index);
    return radio != nullptr ? radio->spec.placement.name : std::string();
}

std::optional<phy::PortId> RadioDirectory::port(RadioIndex index) const {
    if (const GuestRadio* known = guest(index)) return known->device->port();
    const Radio* radio = world_->find_radio(index);
    return radio != nullptr ? std::optional(radio->wiphy->driver().port()) : std::nullopt;
}

ChipInspection* RadioDirectory::chip(RadioIndex index) const {
    if (const GuestRadio* known = guest(index)) return &known->device->inspection();
    const Radio* radio = world_->find_radio(index);
    return radio != nullptr ? radio->wiphy->driver().inspection() : nullptr;
}

std::vector<RadioIndex> RadioDirectory::with_chip() const {
    std::vector<RadioIndex> out;
    for (const auto& [index, radio] : world_->radios())
        if (radio.wiphy->driver().inspection() != nullptr) out.push_back(index);
    for (const auto& [index, radio] : guests())  // numbered behind all others
        out.push_back(index);
    return out;
}

}  // namespace mlosim::mld
