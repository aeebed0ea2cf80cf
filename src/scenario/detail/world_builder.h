#pragma once

#include "mld/guest_radios.h"
#include "mld/world.h"
#include "phy/regulatory_db.h"
#include "scenario/cast.h"
#include "scenario/guest_chip_plug.h"
#include "scenario/mistake.h"
#include "scenario/scenario.h"

namespace mlosim::scenario::detail {

/// Where `plan` says the rules of countries come from.
[[nodiscard]] phy::RegulatoryDatabase regulatory_database(const RegulatoryPlan& plan, Mistakes& mistakes);

/// The same once more, as it is now: errno of the file, ENODATA if it is none of wireless-regdb's.
/// cf. reg_reload_regdb()
[[nodiscard]] Result<phy::RegulatoryDatabase> reload_regulatory_database(const RegulatoryPlan& plan);

/// Makes the radios, their interfaces and link wdevs, and sets the country. What virtual machines are to drive goes
/// into `plugs`.
void build_radios(const Scenario& scenario, mld::World& world, mld::GuestRadios& guests, phy::Medium& medium,
                  Cast& cast, std::vector<GuestChipPlug>& plugs, Mistakes& mistakes);

/// What the world said no to, as a mistake at `pointer`.
void refused(const std::string& pointer, const std::string& what, const Error& error, Mistakes& mistakes);

}  // namespace mlosim::scenario::detail
