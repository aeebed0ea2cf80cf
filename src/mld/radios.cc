// How radios come into the world and leave it.

#include <algorithm>

#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

/// mac80211_hwsim's automatic addresses: 02:00:00:NN:NN:00 with the radio's number.
ieee80211::MacAddress automatic_address(RadioIndex index) {
    return ieee80211::MacAddress{
        {0x02, 0, 0, static_cast<std::uint8_t>(index.value >> 8U), static_cast<std::uint8_t>(index.value), 0}};
}

/// The addresses that a radio owns. cf. mac80211_hwsim_new_radio(): with an address given, all of them are that one.
std::vector<ieee80211::MacAddress> addresses_of(const RadioSpec& spec, RadioIndex index) {
    std::vector<ieee80211::MacAddress> out;
    const ieee80211::MacAddress first = spec.address.value_or(automatic_address(index));
    for (std::uint8_t change : spec.profile.addresses) {
        std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
        std::copy(first.octets().begin(), first.octets().end(), octets.begin());
        if (!spec.address) octets[0] ^= change;
        out.emplace_back(octets);
    }
    if (out.empty()) out.push_back(first);
    return out;
}

}  // namespace

std::shared_ptr<const RadioProfile> World::shared(RadioProfile&& profile) {
    std::erase_if(profiles_, [](const auto& known) { return known.expired(); });
    for (const auto& known : profiles_)
        if (auto same = known.lock(); same && *same == profile) return same;
    auto made = std::make_shared<const RadioProfile>(std::move(profile));
    profiles_.push_back(made);
    return made;
}

Result<Radio*> World::add_radio(RadioSpec spec) {
    const auto factory = driver_factories_.find(spec.driver);
    if (factory == driver_factories_.end()) return fail(EINVAL, "no driver called " + spec.driver);

    // A radio that cannot be registered has used up its numbers. Addresses may be there twice: nothing looks for them.
    const RadioIndex index{next_radio_++};
    const WiphyIndex wiphy_index{next_wiphy_++};
    if (spec.profile.interface_types.empty()) return fail(EINVAL);
    auto addresses = addresses_of(spec, index);

    auto owned = std::make_unique<Wiphy>(*this, wiphy_index, free_wiphy_name(wiphy_index, spec.wiphy_name),
                                         shared(std::move(spec.profile)), std::move(addresses),
                                         "hwsim" + std::to_string(index.value));
    Wiphy& wiphy = *owned;
    Radio& radio = radios_.emplace(index, Radio{index, &wiphy, std::move(spec)}).first->second;
    wiphy.strict_regulatory_ = radio.spec.strict_regulatory;
    if (radio.spec.custom_domain) wiphy.set_custom_domain(*radio.spec.custom_domain);
    wiphy.set_driver(factory->second(radio, wiphy, wiphy));

    // cf. wiphy_register()
    ++wiphy_generation_;
    wiphys_.emplace(wiphy_index, std::move(owned));
    wiphy_names_.emplace(wiphy.name(), &wiphy);
    wiphy.registered_ = true;
    trace_.record(now(), "mld/wiphy-added",
                  {{"wiphy", wiphy_index.value},
                   {"name", wiphy.name()},
                   {"profile", wiphy.profile().name},
                   {"radio", radio.spec.placement.name}});
    // Programs hear of it before the rules have reached its channels.
    tell([&](Events& e) { e.wiphy_added(wiphy); });
    regulatory_->wiphy_added(wiphy);

    // cf. ieee80211_register_hw(): a wiphy is born with a station interface
    if (!radio.spec.interface_name.empty() && wiphy.profile().interface_types.contains(InterfaceType::station)) {
        InterfaceSpec station;
        station.name = radio.spec.interface_name;
        station.name_origin = NameOrigin::enumerated;
        // A name that cannot be had leaves the wiphy without an interface, as a kernel does.
        if (auto added = wiphy.add_interface(station); !added)
            trace_.record(now(), "mld/no-default-interface",
                          {{"wiphy", wiphy_index.value}, {"error", added.error().code}});
    }
    if (radio.spec.regulatory_hint) regulatory_->hint_driver(wiphy, *radio.spec.regulatory_hint);

    ++radio_generation_;
    tell([&](Events& e) { e.radio_added(radio); });
    return &radio;
}

void World::remove_radio(RadioIndex index) {
    const auto found = radios_.find(index);
    if (found == radios_.end()) return;
    Radio& radio = found->second;
    Wiphy& wiphy = *radio.wiphy;
    tell([&](Events& e) { e.radio_removed(radio); });

    wiphy.tear_down();
    tell([&](Events& e) { e.wiphy_removed(wiphy); });
    trace_.record(now(), "mld/wiphy-removed", {{"wiphy", wiphy.index().value}, {"name", wiphy.name()}});
    auto gone = wiphys_.extract(wiphy.index());
    wiphy_names_.erase(wiphy.name());
    regulatory_->wiphy_removed(wiphy);
    ++wiphy_generation_;

    radios_.erase(found);
    ++radio_generation_;
}

Radio* World::find_radio(RadioIndex index) {
    const auto found = radios_.find(index);
    return found == radios_.end() ? nullptr : &found->second;
}

Radio* World::find_radio_by_name(std::string_view wiphy_name) {
    const Wiphy* wiphy = find_wiphy(wiphy_name);
    if (wiphy == nullptr) return nullptr;
    const auto owner =
        std::find_if(radios_.begin(), radios_.end(), [&](const auto& entry) { return entry.second.wiphy == wiphy; });
    MLOSIM_INVARIANT(owner != radios_.end(), "every wiphy is a radio's");
    return &owner->second;
}

Radio* World::find_radio_by_placement(std::string_view name) {
    for (auto& [index, radio] : radios_)
        if (radio.spec.placement.name == name) return &radio;
    return nullptr;
}

}  // namespace mlosim::mld
