#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ieee80211/mac_address.h"
#include "mld/interface_type.h"
#include "mld/radio_profile.h"
#include "phy/band.h"
#include "phy/position.h"
#include "phy/units.h"

namespace mlosim::scenario {

/// An interface that a radio is to have.
struct InterfacePlan {
    std::string name;  ///< of the netdev; may hold one %d
    mld::InterfaceType type = mld::InterfaceType::station;
    bool up = false;
    std::string pointer;
};

/// How the radios of a group are laid out, from the group's position on: rows along x, row after row along y.
struct GridPlan {
    std::uint32_t columns = 1;
    double spacing_m = 1.0;
};

/// Where a chip's driver is.
enum class Front : std::uint8_t {
    in_process,  ///< in this world
    vfio_user,   ///< in a virtual machine, which finds the chip at a socket
};

/// A radio, or a group of like ones.
struct RadioPlan {
    std::string name;
    /// What makes it go: "mt7925" is the emulated chip with its driver, "generic" what mac80211_hwsim has.
    std::string chip = "generic";
    Front front = Front::in_process;
    /// Of Front::vfio_user: where the virtual machine finds it; nothing: beside the daemon's own.
    std::optional<std::string> socket;
    /// The same: the chip takes no keys, so the driver encrypts by itself; it can have links share one radio; it says
    /// that it can do multi-link as older drivers are told.
    bool refuses_keys = false;
    bool eml = false;
    bool mlo_event = false;
    std::string profile;
    /// 1: the radio is called `name`; more: `name`-1, `name`-2, ….
    std::uint32_t count = 1;
    bool group = false;  ///< `count` was given
    phy::Position position;
    GridPlan grid;
    /// Of the first; each further one counts up.
    std::optional<ieee80211::MacAddress> address;
    std::optional<std::string> wiphy_name;
    phy::Db antenna_gain{0.0};
    /// Limit for all interfaces, as `iw phy set txpower fixed`.
    std::optional<phy::Dbm> tx_power;
    /// Choices that MAC80211_HWSIM's NEW_RADIO offers, if one is made: the radio is then the profile's with all of
    /// them.
    std::optional<mld::RadioOptions> options;
    /// Its stations can have links share one radio, and need so long for it (as EML Capabilities encodes it).
    struct EmlsrPlan {
        std::uint8_t padding = 0;
        std::uint8_t transition = 0;
    };
    std::optional<EmlsrPlan> emlsr;
    /// It cannot send in one band of a pair while it receives in the other.
    std::vector<std::array<phy::Band, 2>> nstr_bands;
    /// The first takes the place of the station interface that a radio is born with. Nothing: that one, by its usual
    /// name.
    std::vector<InterfacePlan> interfaces;
    /// Link wdevs that its first station gets besides those that its driver registers.
    std::vector<phy::Band> extra_links;
    std::string pointer;  ///< place in the file, for what turns out to be impossible later

    /// `named`, which is the one that the plan names, with the choices that the plan makes.
    [[nodiscard]] mld::RadioProfile chosen(const mld::RadioProfile& named) const {
        mld::RadioProfile out = options ? named.with(*options) : named;
        if (emlsr) out = out.with_emlsr(emlsr->padding, emlsr->transition);
        out.nstr_bands.insert(out.nstr_bands.end(), nstr_bands.begin(), nstr_bands.end());
        return out;
    }
    /// Its driver is in a virtual machine: nothing of this world has a wiphy or an interface of it.
    [[nodiscard]] bool of_guest() const noexcept { return front == Front::vfio_user; }
    [[nodiscard]] std::string member_name(std::uint32_t index) const {
        return group ? name + "-" + std::to_string(index + 1) : name;
    }
    [[nodiscard]] phy::Position member_position(std::uint32_t index) const {
        return {position.x + grid.spacing_m * (index % grid.columns),
                position.y + grid.spacing_m * (index / grid.columns), position.z};
    }
};

}  // namespace mlosim::scenario
