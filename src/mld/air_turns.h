#pragma once

#include <compare>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/link_id.h"
#include "ieee80211/mac_address.h"
#include "mld/identifiers.h"
#include "phy/rates.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {

/// Which link of an MLD a frame takes, and to which other MLD.
struct LinkOfMld {
    WdevId vif;
    ieee80211::LinkId link;
    ieee80211::MacAddress peer;
    friend auto operator<=>(const LinkOfMld&, const LinkOfMld&) = default;
};

/// Who has to wait: links of MLDs that cannot do everything at once. A transmitter asks before each frame between MLDs,
/// and tells what became of it.
class AirTurns {
public:
    struct Hold {
        sim::Time until;
        const char* why;
    };
    struct InitialFrame {
        ieee80211::Bytes bytes;
        phy::Rate rate;
    };

    /// Nothing: it may go now.
    [[nodiscard]] virtual std::optional<Hold> hold(const LinkOfMld& way) const = 0;
    /// What has to be sent before it. Nothing: the peer listens already.
    [[nodiscard]] virtual std::optional<InitialFrame> initial_frame(const LinkOfMld& way) const = 0;
    /// It, or its initial frame, is on the air until then.
    virtual void began(const LinkOfMld& way, sim::Time end) = 0;
    /// It has been acknowledged: the peer listens on this link for one more.
    virtual void goes_on(const LinkOfMld& way) = 0;
    /// Nobody answered the initial frame.
    virtual void try_later(const LinkOfMld& way, unsigned tries) = 0;

protected:
    ~AirTurns() = default;
};

}  // namespace mlosim::mld
