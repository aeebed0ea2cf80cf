#pragma once

#include <cstdint>
#include <optional>

#include "mld/events.h"
#include "mld/radio_profile.h"
#include "mld/world.h"
#include "netlink/family.h"
#include "netlink/generic.h"
#include "netlink/hwsim_medium.h"

namespace mlosim::netlink {

/// What a radio is that NEW_RADIO asks for without saying otherwise: the parameters that mac80211_hwsim is loaded with.
struct HwsimDefaults {
    mld::RadioProfile profile;
    unsigned channels = 1;
    /// Where radios made at run time are in the air.
    phy::PortSettings placement;
};

/// Generic netlink family MAC80211_HWSIM: programs make, list and remove radios, and one can be the medium between them
/// (what wmediumd does). cf. mac80211_hwsim_main.c hwsim_ops[]
class HwsimFamily final : private mld::Events {
public:
    HwsimFamily(GenericNetlink& generic, mld::World& world, HwsimDefaults defaults);
    HwsimFamily(const HwsimFamily&) = delete;
    HwsimFamily& operator=(const HwsimFamily&) = delete;
    ~HwsimFamily() override;

    [[nodiscard]] mld::World& world() const noexcept { return world_; }
    [[nodiscard]] const HwsimDefaults& defaults() const noexcept { return defaults_; }

    [[nodiscard]] HwsimMedium& medium() noexcept { return medium_; }

    // For TableFamily.
    void released(std::uint32_t port);

    /// While a request runs, its sender: events that it causes go to it even if it is no member, if it asked with
    /// NLM_F_ECHO. cf. genl_notify(). Ends with the scope.
    class [[nodiscard]] CausedBy {
    public:
        CausedBy(HwsimFamily& family, const Request& request) : family_(family) { family_.cause_ = &request; }
        CausedBy(const CausedBy&) = delete;
        CausedBy& operator=(const CausedBy&) = delete;
        ~CausedBy() { family_.cause_ = nullptr; }

    private:
        HwsimFamily& family_;
    };

private:
    void radio_added(mld::Radio& radio) override;
    void radio_removed(mld::Radio& radio) override;
    void notify(const MessageBuilder& message);

    mld::World& world_;
    HwsimDefaults defaults_;
    HwsimMedium medium_;
    TableFamily<HwsimFamily> family_;
    FamilyHandle handle_;
    const Request* cause_ = nullptr;
};

}  // namespace mlosim::netlink
