#include "agent/neighbor_reports.h"

#include <algorithm>

#include "agent/regulatory_elements.h"
#include "sim/invariant.h"

namespace mlosim::agent {

namespace {

using ieee80211::NeighborAp;
using ieee80211::ReducedNeighborReport;
using ieee80211::RnrBssParameters;
using ieee80211::RnrMldParameters;
using ieee80211::TbttInfo;

constexpr std::uint8_t unknown_offset = 255;
constexpr unsigned largest_offset = 254;  // "254 or more"
constexpr unsigned other_mld = 255;
constexpr unsigned no_link = 15;
constexpr unsigned no_count = 255;
constexpr std::size_t neighbors_per_element = 12;  // of 20 octets each
/// A beacon has other things to say too.
constexpr std::size_t max_neighbors = 24;

/// From the reporter's TBTT to the next one of the other, where they stay in step.
std::uint8_t offset_between(const Bss& reporter, const Bss& other) {
    if (reporter.beacon_interval != other.beacon_interval) return unknown_offset;
    const unsigned interval = reporter.beacon_interval;
    return static_cast<std::uint8_t>(
        std::min((other.tbtt_offset + interval - reporter.tbtt_offset) % interval, largest_offset));
}

bool same_mld(const Bss& a, const Bss& b) {
    return a.mld && b.mld && a.mld->mld_addr == b.mld->mld_addr;
}

RnrMldParameters mld_parameters(const Bss& reporter, const Bss& other) {
    RnrMldParameters out;
    if (same_mld(reporter, other)) {
        // What a link's channel switch changes is in its profile in the same frame.
        if (other.switching) out.set(RnrMldParameters::all_updates_included);
        if (other.mld->disabled) out.set(RnrMldParameters::disabled_link);
        return out.set(RnrMldParameters::link_id, other.mld->link.value())
            .set(RnrMldParameters::bss_parameters_change_count, other.mld->change_count);
    }
    return out.set(RnrMldParameters::ap_mld_id, other_mld)
        .set(RnrMldParameters::link_id, no_link)
        .set(RnrMldParameters::bss_parameters_change_count, no_count);
}

NeighborAp describe(const Bss& reporter, const Bss& other, std::uint8_t operating_class) {
    TbttInfo info;
    info.tbtt_offset = offset_between(reporter, other);
    info.bssid = other.bssid;
    info.short_ssid = other.ssid.short_ssid();
    RnrBssParameters parameters;
    parameters.set(RnrBssParameters::colocated_ap);
    if (other.ssid == reporter.ssid) parameters.set(RnrBssParameters::same_ssid);
    if (!other.nontransmitted.empty())
        parameters.set(RnrBssParameters::multiple_bssid).set(RnrBssParameters::transmitted_bssid);
    info.bss = parameters;
    info.psd_20mhz = density_limit(other);
    if (reporter.mld || other.mld) info.mld = mld_parameters(reporter, other);

    NeighborAp out;
    out.operating_class = operating_class;
    out.channel = static_cast<std::uint8_t>(other.channel.control.number());
    out.tbtts = {info};
    return out;
}

}  // namespace

std::vector<ReducedNeighborReport> neighbor_reports(const Bss& reporter, std::span<const Bss> own_links,
                                                    std::span<const Bss* const> colocated) {
    std::vector<NeighborAp> all;
    const auto add = [&](const Bss& other) {
        const auto operating_class = other.channel.operating_class();
        if (operating_class && all.size() < max_neighbors) all.push_back(describe(reporter, other, *operating_class));
    };
    for (const Bss& link : own_links)
        if (link.bssid != reporter.bssid) add(link);
    if (reporter.band() != phy::Band::ghz6)
        for (const Bss* other : colocated)
            if (other->band() == phy::Band::ghz6 && !same_mld(reporter, *other)) add(*other);

    std::vector<ReducedNeighborReport> out;
    for (std::size_t at = 0; at < all.size(); at += neighbors_per_element) {
        const std::size_t end = std::min(at + neighbors_per_element, all.size());
        auto report = ReducedNeighborReport::from(
            {all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end)});
        MLOSIM_INVARIANT(report.has_value(), "each neighbor has one BSS, in a form of its own");
        out.push_back(std::move(*report));
    }
    return out;
}

}  // namespace mlosim::agent
