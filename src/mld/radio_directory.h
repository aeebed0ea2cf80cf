#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mld/guest_radios.h"
#include "mld/identifiers.h"
#include "phy/medium.h"

namespace mlosim::mld {

class ChipInspection;
class World;

/// The radios of a world wherever their drivers are: in it, or in virtual machines. For who asks of them what both
/// have.
class RadioDirectory {
public:
    /// Both must outlive it; without `guests` there are none.
    explicit RadioDirectory(World& world, const GuestRadios* guests = nullptr) : world_(&world), guests_(guests) {}

    [[nodiscard]] bool has(RadioIndex index) const;
    [[nodiscard]] std::optional<RadioIndex> called(std::string_view placement) const;
    /// By which the medium and a scenario know it; empty: there is no such radio.
    [[nodiscard]] std::string name(RadioIndex index) const;
    [[nodiscard]] std::optional<phy::PortId> port(RadioIndex index) const;
    /// nullptr: there is no such radio, or its chip shows nothing.
    [[nodiscard]] ChipInspection* chip(RadioIndex index) const;
    /// Those that have a chip to be looked at, in the order of their numbers.
    [[nodiscard]] std::vector<RadioIndex> with_chip() const;
    /// nullptr: none, or one whose driver is of this world.
    [[nodiscard]] const GuestRadio* guest(RadioIndex index) const;
    [[nodiscard]] const GuestRadios::All& guests() const;

private:
    World* world_;
    const GuestRadios* guests_;
};

}  // namespace mlosim::mld
