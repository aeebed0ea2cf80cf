#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "mld/radio_profile.h"
#include "phy/medium.h"
#include "phy/units.h"

namespace mlosim::mld {

class ChipInspection;
struct RadioSpec;

/// A chip whose driver is not of this world: the kernel of a virtual machine has it.
class GuestDevice {
public:
    GuestDevice() = default;
    GuestDevice(const GuestDevice&) = delete;
    GuestDevice& operator=(const GuestDevice&) = delete;
    virtual ~GuestDevice() = default;

    /// Its place on the medium.
    [[nodiscard]] virtual phy::PortId port() const = 0;
    [[nodiscard]] virtual ChipInspection& inspection() = 0;
    /// It never sends with more than that, whatever its driver says. Nothing: as the driver says.
    virtual void limit_power(std::optional<phy::Dbm> limit) = 0;
};

/// A radio without a wiphy: programs of this world see nothing of it but what it does on the air.
struct GuestRadio {
    RadioIndex index;
    ieee80211::MacAddress address;
    RadioProfile profile;
    phy::PortSettings placement;
    std::unique_ptr<GuestDevice> device;
};

/// The world's radios of that sort. Their numbers begin where those of others never come.
class GuestRadios {
public:
    static constexpr RadioIndex first{0x8000};

    /// Makes the device of a radio of which the rest is known.
    using Factory = std::function<std::unique_ptr<GuestDevice>(const GuestRadio&)>;
    using All = std::map<RadioIndex, GuestRadio>;

    /// 02:00:00:80:NN:00 is the address of one that has none of its own.
    GuestRadio& add(RadioSpec spec, const Factory& make);
    [[nodiscard]] const All& all() const noexcept { return all_; }
    /// nullptr: there is none of that number, or name.
    [[nodiscard]] const GuestRadio* find(RadioIndex index) const;
    [[nodiscard]] const GuestRadio* find(std::string_view placement) const;

private:
    All all_;
};

}  // namespace mlosim::mld
