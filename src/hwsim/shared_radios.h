#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>

#include "ieee80211/frame_header.h"
#include "mld/air_turns.h"
#include "phy/medium.h"
#include "sim/virtual_time.h"

namespace mlosim::mld {
class Link;
class Sta;
class Wdev;
class Wiphy;
}  // namespace mlosim::mld

namespace mlosim::hwsim {

using mld::LinkOfMld;

/// Links of a station MLD that cannot do everything at once: because they share one radio (EMLSR, 802.11be 35.3.17), or
/// because one deafens the other while it sends (NSTR, 35.3.16.4). It says when a frame has to wait, and what a radio
/// did not hear; of an access point's radio for all its stations, of a station's for its own links.
class SharedRadios final : public mld::AirTurns {
public:
    SharedRadios(const mld::Wiphy& wiphy, const phy::Medium& medium) : wiphy_(wiphy), medium_(medium) {}

    void set_port(phy::PortId port) { port_ = port; }

    [[nodiscard]] std::optional<Hold> hold(const LinkOfMld& way) const override;
    [[nodiscard]] std::optional<InitialFrame> initial_frame(const LinkOfMld& way) const override;
    void began(const LinkOfMld& way, sim::Time end) override;
    void goes_on(const LinkOfMld& way) override;
    void try_later(const LinkOfMld& way, unsigned tries) override;
    /// Whether it may have to be sent anew.
    [[nodiscard]] bool is_limited(const LinkOfMld& way) const;
    /// Whether a station's radio was there to hear it.
    [[nodiscard]] bool hears(const phy::Reception& reception, const ieee80211::FrameView& frame);

private:
    struct Use {
        sim::Time since;
        sim::Time until;
        sim::Time free;        ///< when the radio listens on all links again
        sim::Time not_before;  ///< after an initial frame in vain
        std::optional<sim::Time> goes_on;
        bool received = false;  ///< an exchange that the other side leads
    };
    struct Span {
        sim::Time begin;
        sim::Time end;
    };
    struct Limits;

    [[nodiscard]] Limits limits(const LinkOfMld& way) const;
    [[nodiscard]] const Use* use(const LinkOfMld& way, ieee80211::LinkId link) const;
    void hold_for_the_air(const LinkOfMld& way, const Limits& limits, std::optional<Hold>& out) const;
    [[nodiscard]] bool hears_on(const LinkOfMld& way, const Limits& limits, const phy::Reception& reception,
                                const ieee80211::FrameView& frame);
    [[nodiscard]] bool deaf(const LinkOfMld& way, const phy::Reception& reception, bool own, const char* why) const;
    [[nodiscard]] sim::Time now() const;
    void forget_old();

    const mld::Wiphy& wiphy_;
    const phy::Medium& medium_;
    phy::PortId port_;
    std::map<LinkOfMld, Use> uses_;
    std::map<LinkOfMld, std::deque<Span>> sent_;  ///< by a station with NSTR links
};

}  // namespace mlosim::hwsim
