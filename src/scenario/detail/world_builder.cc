#include "scenario/detail/world_builder.h"

#include <array>

#include "mld/netdev.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/guest/guest_chip.h"
#include "scenario/detail/fields.h"
#include "scenario/error_name.h"

namespace mlosim::scenario::detail {

namespace {

// Where wireless-regdb installs its database.
constexpr std::array database_places{"/lib/firmware/regulatory.db", "/usr/lib/firmware/regulatory.db"};

/// The address of a group's `index`-th radio: the first one, counted up in its fifth and fourth octet (the sixth
/// belongs to the radio's interfaces).
ieee80211::MacAddress counted_up(const ieee80211::MacAddress& first, std::uint32_t index) {
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
    std::copy(first.octets().begin(), first.octets().end(), octets.begin());
    std::uint32_t number = (static_cast<std::uint32_t>(octets[3]) << 8U | octets[4]) + index;
    octets[4] = static_cast<std::uint8_t>(number);
    octets[3] = static_cast<std::uint8_t>(number >> 8U);
    return ieee80211::MacAddress{octets};
}

void set_up(mld::Wdev& wdev, const InterfacePlan& plan, Mistakes& mistakes) {
    if (!plan.up) return;
    const auto result = wdev.netdev() != nullptr ? wdev.netdev()->set_up(true) : wdev.wiphy().start_p2p_device(wdev);
    if (!result) refused(plan.pointer + "/up", "an interface that cannot be up", result.error(), mistakes);
}

/// The radio's first interface is there already, as a station; the plan says what else it is to be.
void build_interfaces(const RadioPlan& plan, mld::Wiphy& wiphy, Mistakes& mistakes) {
    for (std::size_t i = 0; i < plan.interfaces.size(); ++i) {
        const InterfacePlan& interface = plan.interfaces[i];
        mld::Wdev* wdev = nullptr;
        if (i == 0) {
            if (wiphy.wdevs().empty()) {
                refused(interface.pointer + "/name", in_quotes(interface.name), Error{EEXIST, {}, {}}, mistakes);
                return;
            }
            wdev = wiphy.wdevs().begin()->second.get();
            mld::InterfaceChange change;
            change.type = interface.type;
            if (interface.type == mld::InterfaceType::station) {
                set_up(*wdev, interface, mistakes);
                continue;
            }
            if (const auto changed = wiphy.change_interface(*wdev, change); !changed) {
                refused(interface.pointer + "/type", in_quotes(to_string(interface.type)), changed.error(), mistakes);
                continue;
            }
        } else {
            mld::InterfaceSpec spec;
            spec.name = interface.name;
            spec.type = interface.type;
            auto added = wiphy.add_interface(spec);
            if (!added) {
                refused(interface.pointer, "an interface " + in_quotes(interface.name), added.error(), mistakes);
                continue;
            }
            wdev = *added;
        }
        set_up(*wdev, interface, mistakes);
    }
}

/// What the scenario chooses of a chip that a virtual machine drives.
mt7925::FirmwareConfig firmware_of(const RadioPlan& plan) {
    mt7925::FirmwareConfig out;
    out.refuse_keys = plan.refuses_keys;
    if (plan.mlo_event) out.chip.bits |= mt7925::CapabilityChip::mlo_event;
    if (plan.eml) {
        out.chip.bits |= mt7925::CapabilityChip::mlo_eml;
        out.eml.eml_cap = 1;
    }
    return out;
}

mld::RadioSpec spec_of(const RadioPlan& plan, std::uint32_t index, const mld::RadioProfile& profile) {
    mld::RadioSpec spec;
    spec.options = plan.options.value_or(mld::RadioOptions{});
    spec.profile = profile;
    if (plan.chip != "generic") spec.driver = plan.chip;
    spec.placement.name = plan.member_name(index);
    spec.placement.position = plan.member_position(index);
    spec.placement.antenna_gain = plan.antenna_gain;
    spec.wiphy_name = plan.wiphy_name;
    if (plan.address) spec.address = counted_up(*plan.address, index);
    if (!plan.interfaces.empty()) spec.interface_name = plan.interfaces.front().name;
    return spec;
}

void enter(Cast& cast, const RadioPlan& plan, std::uint32_t index, mld::RadioIndex radio) {
    cast.add_radio(plan.member_name(index), radio);
    if (plan.group) cast.add_radio(plan.name, radio);
}

GuestChipPlug build_guest_radio(const RadioPlan& plan, std::uint32_t index, mld::RadioSpec spec, mld::World& world,
                                mld::GuestRadios& guests, phy::Medium& medium, Cast& cast) {
    mt7925::guest::GuestChip& chip =
        mt7925::guest::add_guest_chip(guests, world.queue(), world.trace(), medium, std::move(spec), firmware_of(plan));
    chip.limit_power(plan.tx_power);
    enter(cast, plan, index, guests.all().rbegin()->first);
    return {plan.member_name(index), plan.socket, &chip.device()};
}

void build_radio(const RadioPlan& plan, std::uint32_t index, mld::RadioSpec spec, mld::World& world, Cast& cast,
                 Mistakes& mistakes) {
    const auto radio = world.add_radio(std::move(spec));
    if (!radio) return refused(plan.pointer, "a radio " + in_quotes(plan.member_name(index)), radio.error(), mistakes);
    mld::Wiphy& wiphy = *(*radio)->wiphy;
    enter(cast, plan, index, (*radio)->index);

    if (plan.tx_power)
        if (const auto set = wiphy.set_tx_power(nullptr, mld::TxPowerSetting::fixed, plan.tx_power->mbm()); !set)
            refused(plan.pointer + "/tx_power_dbm", "a power that cannot be set", set.error(), mistakes);
    for (const phy::Band band : plan.extra_links) {
        mld::LinkWdevSpec link;
        link.band = band;
        mld::Wdev* station = wiphy.wdevs().empty() ? nullptr : wiphy.wdevs().rbegin()->second.get();
        const auto added = station ? wiphy.register_sta_mlo_link(*station, link) : fail(ENODEV);
        if (!added)
            refused(plan.pointer + "/extra_links", "a link wdev of " + std::string(phy::to_string(band)), added.error(),
                    mistakes);
    }
    build_interfaces(plan, wiphy, mistakes);
}

}  // namespace

void refused(const std::string& pointer, const std::string& what, const Error& error, Mistakes& mistakes) {
    mistakes.push_back({pointer, what + ": " + error_text(error), "what the world can have"});
}

phy::RegulatoryDatabase regulatory_database(const RegulatoryPlan& plan, Mistakes& mistakes) {
    if (plan.source == RegulatorySource::embedded) return phy::RegulatoryDatabase::embedded();
    if (plan.source == RegulatorySource::file) {
        auto loaded = phy::RegulatoryDatabase::load(plan.path);
        if (loaded) return std::move(*loaded);
        mistakes.push_back({"/regulatory/database", in_quotes(plan.path) + ": " + error_text(loaded.error()),
                            "a file of wireless-regdb"});
        return phy::RegulatoryDatabase::embedded();
    }
    for (const char* place : database_places)
        if (auto loaded = phy::RegulatoryDatabase::load(place)) return std::move(*loaded);
    return phy::RegulatoryDatabase::embedded();
}

Result<phy::RegulatoryDatabase> reload_regulatory_database(const RegulatoryPlan& plan) {
    if (plan.source == RegulatorySource::file) {
        auto loaded = phy::RegulatoryDatabase::load(plan.path);
        if (!loaded && loaded.error().code == EINVAL) return fail(ENODATA, loaded.error().message);
        return loaded;
    }
    Mistakes none;
    return regulatory_database(plan, none);
}

void build_radios(const Scenario& scenario, mld::World& world, mld::GuestRadios& guests, phy::Medium& medium,
                  Cast& cast, std::vector<GuestChipPlug>& plugs, Mistakes& mistakes) {
    if (scenario.regulatory.country) {
        if (const auto hint = world.regulatory().hint_user(*scenario.regulatory.country); !hint)
            refused("/regulatory", in_quotes(scenario.regulatory.country->to_string()), hint.error(), mistakes);
    }
    for (const RadioPlan& plan : scenario.radios) {
        const mld::RadioProfile* profile = scenario.profiles.find(plan.profile);
        const mld::RadioProfile chosen = plan.chosen(*profile);
        for (std::uint32_t i = 0; i < plan.count; ++i) {
            mld::RadioSpec spec = spec_of(plan, i, chosen);
            if (plan.of_guest())
                plugs.push_back(build_guest_radio(plan, i, std::move(spec), world, guests, medium, cast));
            else
                build_radio(plan, i, std::move(spec), world, cast, mistakes);
        }
    }
    world.add_hwsim_monitor();
}

}  // namespace mlosim::scenario::detail
