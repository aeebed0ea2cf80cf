#include "mld/detail/colocated.h"

#include <algorithm>

#include "ieee80211/reduced_neighbor_report.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::RnrBssParameters;

constexpr std::int8_t psd_unknown = 127;

/// struct cfg80211_colocated_ap
struct Candidate {
    ieee80211::MacAddress bssid;
    phy::Frequency center;
    std::optional<ieee80211::Ssid> ssid;
    std::optional<std::uint32_t> short_ssid;
    RnrBssParameters bss;
    std::int8_t psd_20 = psd_unknown;
};

/// cf. cfg80211_parse_ap_info(), cfg80211_parse_colocated_ap_iter()
std::optional<Candidate> candidate(const ieee80211::NeighborApView& neighbor, const ieee80211::TbttInfo& info,
                                   const ieee80211::Ssid& reporter) {
    if (!info.bss || !info.bssid || !info.bssid->is_valid_individual()) return std::nullopt;
    if (!info.bss->has(RnrBssParameters::colocated_ap)) return std::nullopt;
    if (info.mld && info.mld->has(ieee80211::RnrMldParameters::disabled_link)) return std::nullopt;
    Candidate out;
    out.bssid = *info.bssid;
    out.center = phy::channel_frequency(phy::Band::ghz6, neighbor.channel());
    out.bss = *info.bss;
    out.short_ssid = info.short_ssid;
    out.psd_20 = info.psd_20mhz.value_or(psd_unknown);
    if (info.bss->has(RnrBssParameters::same_ssid)) {
        out.ssid = reporter;
        out.short_ssid = reporter.short_ssid();
    }
    return out;
}

/// cf. cfg80211_parse_colocated_ap(): each BSSID of a reporter's once; nothing of one whose reports are malformed
void add_reported(std::vector<Candidate>& out, const Bss& bss) {
    const ieee80211::ElementList elements(bss.elements->bytes);
    const auto ssid = elements.get<ieee80211::Ssid>();
    if (!ssid) return;
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    for (const auto& element : elements) {
        if (element.type() != ieee80211::element::reduced_neighbor_report) continue;
        const ieee80211::ElementBody body(element);
        const auto report = ieee80211::ReducedNeighborReportView::parse(body);
        if (!report) {
            out.erase(out.begin() + first, out.end());
            return;
        }
        for (const auto& neighbor : *report) {
            if (phy::band_of_operating_class(neighbor.operating_class()) != phy::Band::ghz6) continue;
            for (std::size_t i = 0; i < neighbor.count(); ++i) {
                auto found = candidate(neighbor, neighbor.tbtt(i), *ssid);
                if (!found) continue;
                const bool known = std::any_of(out.begin() + first, out.end(), [&](const Candidate& c) {
                    return c.bssid == found->bssid && c.center == found->center;
                });
                if (!known) out.push_back(std::move(*found));
            }
        }
    }
}

/// cf. cfg80211_find_ssid_match()
bool matches(const Candidate& ap, const ScanRequest& request) {
    const bool nontransmitted =
        ap.bss.has(RnrBssParameters::multiple_bssid) && !ap.bss.has(RnrBssParameters::transmitted_bssid);
    return std::any_of(request.ssids.begin(), request.ssids.end(), [&](const ieee80211::Ssid& wanted) {
        if (wanted.is_wildcard()) return !nontransmitted;
        if (ap.ssid && ap.ssid->octets().size() == wanted.octets().size()) return *ap.ssid == wanted;
        return ap.short_ssid && *ap.short_ssid == wanted.short_ssid();
    });
}

}  // namespace

Result<SixGhzPlan> plan_6ghz(Wiphy& wiphy, const Scan& scan) {
    const BandCapabilities* band = wiphy.profile().band(phy::Band::ghz6);
    if (band == nullptr) return fail(EOPNOTSUPP);
    const InterfaceCapabilities* own = band->for_type(scan.wdev->type());
    if (own == nullptr || !own->he) return fail(EOPNOTSUPP);

    const ScanRequest& request = scan.request;
    const bool colocated_only = request.flags.has(ScanFlag::colocated_6ghz);
    const bool any_bssid = request.bssid == ieee80211::MacAddress::broadcast();
    std::vector<Candidate> candidates;
    if (colocated_only) {
        for (const Bss* bss : wiphy.bss_table().entries()) {
            add_reported(candidates, *bss);
            // A BSSID that was asked for and is known in 6 GHz is worth a visit of its own.
            if (any_bssid || bss->bssid != request.bssid || bss->channel.band != phy::Band::ghz6) continue;
            const auto ssid = bss->ssid();
            if (!ssid) continue;
            candidates.push_back({bss->bssid, bss->channel.center, *ssid, ssid->short_ssid(), {}, psd_unknown});
        }
    }

    // Preferred scanning channels are left out where one network was asked for that says it is all in reports.
    const bool directed = request.ssids.size() == 1 && !request.ssids.front().is_wildcard();
    const bool need_psc = !directed || std::none_of(candidates.begin(), candidates.end(), [&](const Candidate& ap) {
        return ap.bss.has(RnrBssParameters::colocated_6ghz_ess) && matches(ap, request);
    });

    SixGhzPlan plan;
    const auto add = [&](const phy::Channel& channel) {
        if (std::find(plan.channels.begin(), plan.channels.end(), channel) == plan.channels.end())
            plan.channels.push_back(channel);
    };
    for (const phy::Channel& channel : scan.channels)
        if (channel.band == phy::Band::ghz6 && (!colocated_only || (need_psc && channel.is_psc()))) add(channel);

    for (const Candidate& ap : candidates) {
        const auto asked = std::find_if(scan.channels.begin(), scan.channels.end(),
                                        [&](const phy::Channel& c) { return c.center == ap.center; });
        if (asked == scan.channels.end()) continue;
        if (!request.ssids.empty() && !matches(ap, request)) continue;
        if (!any_bssid && request.bssid != ap.bssid) continue;
        const bool nontransmitted =
            ap.bss.has(RnrBssParameters::multiple_bssid) && !ap.bss.has(RnrBssParameters::transmitted_bssid);
        if (request.ssids.empty() && nontransmitted) continue;
        add(*asked);
        Colocated6GHz target;
        target.channel = *asked;
        target.bssid = ap.bssid;
        target.short_ssid = ap.short_ssid;
        target.unsolicited_probe_responses = ap.bss.has(RnrBssParameters::unsolicited_probe_responses);
        target.psc_no_listen = asked->is_psc() && !need_psc;
        target.psd_20 = ap.psd_20;
        plan.colocated.push_back(target);
    }
    if (plan.channels.empty()) return fail(EINVAL);
    return plan;
}

}  // namespace mlosim::mld::detail
