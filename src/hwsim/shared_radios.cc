#include "hwsim/shared_radios.h"

#include <algorithm>

#include "hwsim/initial_frame.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::hwsim {

namespace {

using ieee80211::FrameView;
using ieee80211::LinkId;
using ieee80211::MacAddress;
using std::chrono::microseconds;

/// A radio that was called listens so long for what follows: SIFS, a slot, and the time to notice a preamble.
constexpr microseconds patience{45};
constexpr microseconds slot{9};
constexpr std::size_t most_remembered = 256;
constexpr std::chrono::milliseconds longest_frame{20};

void later(std::optional<SharedRadios::Hold>& out, sim::Time until, const char* why) {
    if (!out || out->until < until) out = SharedRadios::Hold{until, why};
}

}  // namespace

/// What is so on one link of one of the two.
struct SharedRadios::Limits {
    const mld::Wdev* vif = nullptr;
    const mld::Sta* peer = nullptr;
    bool station = false;  ///< the interface's links are those that are limited
    mld::Emlsr emlsr;      ///< with this link in it, or none
    std::uint16_t nstr = 0;

    [[nodiscard]] bool any() const { return emlsr.links != 0 || nstr != 0; }
};

sim::Time SharedRadios::now() const {
    return wiphy_.world().now();
}

SharedRadios::Limits SharedRadios::limits(const LinkOfMld& way) const {
    Limits out;
    out.vif = wiphy_.world().find_wdev(way.vif);
    if (out.vif == nullptr || !out.vif->is_mld()) return {};
    out.peer = wiphy_.stations().find(*out.vif, way.peer);
    if (out.peer == nullptr || !out.peer->is_mld()) return {};
    out.station = out.vif->mlme() != nullptr;
    if (out.peer->emlsr.has(way.link.bit())) out.emlsr = out.peer->emlsr;
    if (!out.station) {
        out.nstr = out.peer->nstr_links[way.link.value()];
    } else if (const mld::Link* own = out.vif->link(way.link); own != nullptr && own->channel()) {
        for (const auto& other : out.vif->links())
            if (other.get() != own && other->channel() &&
                wiphy_.profile().is_nstr_pair(own->channel()->band(), other->channel()->band()))
                out.nstr = static_cast<std::uint16_t>(out.nstr | other->id().bit());
    }
    return out;
}

bool SharedRadios::is_limited(const LinkOfMld& way) const {
    return limits(way).any();
}

const SharedRadios::Use* SharedRadios::use(const LinkOfMld& way, LinkId link) const {
    const auto found = uses_.find({way.vif, link, way.peer});
    return found == uses_.end() ? nullptr : &found->second;
}

std::optional<SharedRadios::Hold> SharedRadios::hold(const LinkOfMld& way) const {
    const Limits limits = this->limits(way);
    if (!limits.any()) return std::nullopt;
    std::optional<Hold> out;
    if (const Use* own = use(way, way.link); own != nullptr && own->not_before > now())
        later(out, own->not_before, "emlsr");
    for (const auto& link : limits.vif->links()) {
        if (link->id() == way.link || !limits.emlsr.has(link->id().bit())) continue;
        if (const Use* other = use(way, link->id()); other != nullptr && other->free > now())
            later(out, other->free, "emlsr");
    }
    hold_for_the_air(way, limits, out);
    return out;
}

/// Whoever hears that the other one speaks on a link waits with the links that this touches.
void SharedRadios::hold_for_the_air(const LinkOfMld& way, const Limits& limits, std::optional<Hold>& out) const {
    medium_.show_in_air(port_, [&](const phy::Medium::InAir& air) {
        const auto frame = FrameView::parse(*air.sent.payload);
        if (!frame || !frame->addr2()) return;
        for (const auto& link : limits.vif->links()) {
            const mld::LinkSta* there = limits.peer->link(link->id());
            if (link->id() == way.link || there == nullptr) continue;
            if (frame->addr1() != link->address() || *frame->addr2() != there->address) continue;
            if (limits.emlsr.has(link->id().bit())) later(out, air.end + limits.emlsr.transition, "emlsr");
            if ((limits.nstr & link->id().bit()) != 0) later(out, air.end, "nstr");
        }
    });
    // What ends now is as good as over: its end comes next.
    if (out && out->until <= now()) out->until = now() + microseconds(1);
}

std::optional<SharedRadios::InitialFrame> SharedRadios::initial_frame(const LinkOfMld& way) const {
    const Limits limits = this->limits(way);
    if (limits.station || limits.emlsr.links == 0 || !limits.peer->aid) return std::nullopt;
    if (const Use* own = use(way, way.link); own != nullptr && own->goes_on == now()) return std::nullopt;
    const mld::LinkSta* to = limits.peer->link(way.link);
    const mld::Link* from = limits.vif->link(way.link);
    if (to == nullptr || from == nullptr) return std::nullopt;
    wiphy_.world().trace().record(now(), "hwsim/initial-frame",
                                  {{"wdev", way.vif.value},
                                   {"link", way.link.value()},
                                   {"station", way.peer.to_string()},
                                   {"padding_us", static_cast<std::int64_t>(limits.emlsr.padding.count())}});
    return InitialFrame{hwsim::initial_frame(to->address, from->address(), *limits.peer->aid, limits.emlsr.padding),
                        initial_frame_rate()};
}

void SharedRadios::began(const LinkOfMld& way, sim::Time end) {
    const Limits limits = this->limits(way);
    if (!limits.any()) return;
    forget_old();
    if (limits.emlsr.links != 0) {
        Use& own = uses_[way];
        if (own.goes_on != now()) own.since = now();
        own.goes_on.reset();
        own.until = end;
        // A station that leads the exchange knows when it is over; one that is called waits for more.
        own.free = end + limits.emlsr.transition + (limits.station ? microseconds(0) : patience);
        own.received = false;
    }
    if (limits.station && limits.nstr != 0) {
        auto& spans = sent_[way];
        while (!spans.empty() && spans.front().end + longest_frame < now())
            spans.pop_front();
        spans.push_back({now(), end});
    }
}

void SharedRadios::goes_on(const LinkOfMld& way) {
    const auto found = uses_.find(way);
    if (found != uses_.end()) found->second.goes_on = now();
}

void SharedRadios::try_later(const LinkOfMld& way, unsigned tries) {
    const auto found = uses_.find(way);
    if (found == uses_.end()) return;
    found->second.free = now();
    found->second.not_before = now() + patience + slot * (1U << std::min(tries, 8U));
}

void SharedRadios::forget_old() {
    if (uses_.size() < most_remembered) return;
    std::erase_if(uses_, [&](const auto& entry) { return entry.second.free + longest_frame < now(); });
}

bool SharedRadios::hears(const phy::Reception& reception, const FrameView& frame) {
    for (const auto& [id, vif] : wiphy_.wdevs()) {
        if (vif->mlme() == nullptr || !vif->is_mld()) continue;
        const mld::Sta* ap = vif->mlme()->access_point();
        if (ap == nullptr || (ap->emlsr.links == 0 && wiphy_.profile().nstr_bands.empty())) continue;
        for (const auto& link : vif->links()) {
            if (!link->channel() || link->channel()->control != reception.channel.control) continue;
            const LinkOfMld way{vif->id(), link->id(), ap->address()};
            if (const Limits limits = this->limits(way); limits.any() && !hears_on(way, limits, reception, frame))
                return false;
        }
    }
    return true;
}

bool SharedRadios::hears_on(const LinkOfMld& way, const Limits& limits, const phy::Reception& reception,
                            const FrameView& frame) {
    const bool own = frame.addr1() == limits.vif->link(way.link)->address();
    for (const auto& link : limits.vif->links()) {
        if (link->id() == way.link) continue;
        if ((limits.nstr & link->id().bit()) != 0) {
            const auto spans = sent_.find({way.vif, link->id(), way.peer});
            if (spans != sent_.end() && std::any_of(spans->second.begin(), spans->second.end(), [&](const Span& sent) {
                    return sent.begin < reception.end && reception.start < sent.end;
                }))
                return deaf(way, reception, own, "nstr");
        }
        if (!limits.emlsr.has(link->id().bit())) continue;
        const Use* other = use(way, link->id());
        if (other != nullptr && other->since < reception.end && reception.start < other->free)
            return deaf(way, reception, own, "emlsr");
    }
    if (!own || limits.emlsr.links == 0) return true;
    Use& use = uses_[way];
    if (is_initial_frame(frame)) {
        use.since = reception.start;
    } else if (!use.received || reception.start > use.until + patience) {
        return deaf(way, reception, own, "no initial frame");
    }
    use.received = true;
    use.until = reception.end;
    use.free = reception.end + patience + limits.emlsr.transition;
    return true;
}

bool SharedRadios::deaf(const LinkOfMld& way, const phy::Reception& reception, bool own, const char* why) const {
    if (own)
        wiphy_.world().trace().record(
            now(), "hwsim/link-deaf",
            {{"wdev", way.vif.value}, {"link", way.link.value()}, {"since", reception.start.ns()}, {"why", why}});
    return false;
}

}  // namespace mlosim::hwsim
