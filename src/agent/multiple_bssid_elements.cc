#include "agent/multiple_bssid_elements.h"

#include "agent/bss_elements.h"
#include "agent/element_difference.h"
#include "agent/security_elements.h"
#include "ieee80211/multiple_bssid.h"
#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteWriter;

/// One profile in a Multiple BSSID element.
constexpr std::size_t element_capacity = 255;
constexpr std::size_t subelement_header = 2;

/// What the BSS would say where it differs from `frame`. Only its name, security and place in the set do.
Bytes profile_of(const Bss& bss, const NontransmittedBss& other, const ieee80211::ElementList& frame, bool in_beacon) {
    Bss alone = bss;
    alone.security = other.security;

    Bytes out;
    ByteWriter w(out);
    ieee80211::NontransmittedBssidCapability{capability_info(alone)}.append_to(w);
    other.ssid.append_to(w);
    ieee80211::MultipleBssidIndex index;
    index.index = other.index;
    // Every beacon is one of its DTIM beacons: its group traffic never waits.
    if (in_beacon) index.dtim = ieee80211::MultipleBssidIndex::Dtim{1, 0};
    index.append_to(w);

    ieee80211::ElementBuilder own;
    std::set<ieee80211::ElementType> not_security;
    for (const ieee80211::ElementView& e : frame)
        if (e.type() != ieee80211::element::rsn && e.type() != ieee80211::element::rsnx) not_security.insert(e.type());
    if (const auto rsn = rsn_of(other.security)) own.add(*rsn);
    if (const auto rsnx = rsnx_of(other.security)) own.add(*rsnx);
    const Bytes own_elements = own.build();
    w.bytes(profile_elements(frame, ieee80211::ElementList(own_elements), not_security));
    return out;
}

}  // namespace

Bytes multiple_bssid_elements(const Bss& bss, const ieee80211::ElementList& frame, bool in_beacon) {
    Bytes out;
    ByteWriter w(out);
    std::vector<Bytes> profiles;
    std::size_t filled = 1;  // the MaxBSSID Indicator
    const auto flush = [&] {
        if (profiles.empty()) return;
        const auto made = ieee80211::MultipleBssid::from(bss.max_bssid_indicator(), std::move(profiles));
        MLOSIM_INVARIANT(made.has_value(),
                         "a profile of a name and security is short, and there are at most 8 bits of BSSIDs");
        made->append_to(w);
        profiles.clear();
        filled = 1;
    };
    for (const NontransmittedBss& other : bss.nontransmitted) {
        Bytes profile = profile_of(bss, other, frame, in_beacon);
        if (filled + subelement_header + profile.size() > element_capacity) flush();
        filled += subelement_header + profile.size();
        profiles.push_back(std::move(profile));
    }
    flush();
    return out;
}

}  // namespace mlosim::agent
