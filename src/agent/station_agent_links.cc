// What a station wants to know of the links of an AP MLD: those that it has not heard before it connects, and while it
// is connected those whose parameters have changed.

#include <algorithm>

#include "agent/station_agent.h"
#include "ieee80211/basic_multi_link.h"
#include "ieee80211/element.h"
#include "ieee80211/probe_request_multi_link.h"
#include "mld/scanner.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::agent {

namespace {

using ieee80211::LinkId;
using namespace std::chrono_literals;

constexpr sim::Duration check_interval = 500ms;

}  // namespace

/// One channel, one BSS, and in the probe request the links whose complete profiles it wants.
Result<void> StationAgent::probe_links(const Candidate& of, const std::vector<LinkId>& links) {
    ieee80211::ProbeRequestMultiLink question;
    question.ap_mld_id = 0;
    for (const LinkId link : links)
        question.profiles.push_back({link, true, {}});
    mld::ScanRequest request;
    request.ssids = {settings_.ssid};
    request.frequencies = {of.bss().channel.center};
    request.bssid = of.bss().bssid;
    ieee80211::ByteWriter w(request.elements);
    question.append_to(w);
    auto begun = trigger(std::move(request));
    if (begun)
        world().trace().record(world().now(), "agent/links-probed",
                               {{"station", settings_.name},
                                {"ap", of.address().to_string()},
                                {"links", static_cast<std::uint64_t>(links.size())}});
    return begun;
}

bool StationAgent::asks_for_links(const Candidate& candidate) {
    if (!settings_.asks_for_links || asked_ == candidate.mld) return false;
    const std::vector<LinkId> unheard = unheard_links(settings_, wdev_.wiphy().profile(), candidate);
    if (unheard.empty() || !probe_links(candidate, unheard)) return false;
    asked_ = candidate.mld;
    return true;
}

void StationAgent::watch_links() {
    if (!target_->mld) return;
    links_watch_ = world().queue().after(check_interval, [this] {
        if (state_ != StationState::connected) return;
        compare_links();
        watch_links();
    });
}

/// The counts that the beacons of its links show, the newest last.
std::vector<std::pair<LinkId, std::uint8_t>> StationAgent::heard_counts() const {
    auto known = wdev_.wiphy().bss_table().entries();
    std::erase_if(known, [this](const mld::Bss* bss) {
        return !target_->has(bss->bssid) || bss->beacon == nullptr || bss->source == mld::BssSource::sta_profile;
    });
    std::stable_sort(known.begin(), known.end(),
                     [](const mld::Bss* a, const mld::Bss* b) { return a->last_seen < b->last_seen; });
    std::vector<std::pair<LinkId, std::uint8_t>> out;
    for (const mld::Bss* bss : known) {
        const auto element =
            ieee80211::find_multi_link(ieee80211::ElementList(bss->beacon->bytes), ieee80211::MultiLinkVariant::basic);
        if (element) {
            const ieee80211::ElementBody body(*element);
            const auto own = ieee80211::BasicMultiLinkView::parse(body);
            if (own && own->link_id() && own->bss_parameters_change_count())
                out.emplace_back(*own->link_id(), *own->bss_parameters_change_count());
        }
        for (const ReportedLink& link : reported_links(bss->beacon->bytes))
            out.emplace_back(link.id, link.change_count);
    }
    return out;
}

/// What changed on a link that it hears, its beacons told already. For the others it asks.
void StationAgent::compare_links() {
    std::map<LinkId, std::uint8_t> now;
    for (const auto& [link, count] : heard_counts())
        now[link] = count;
    std::map<LinkId, std::uint8_t> unheard;
    for (const auto& [link, count] : now) {
        const auto [at, fresh] = change_counts_.try_emplace(link, count);
        if (fresh || at->second == count) continue;
        const bool own = std::any_of(target_->links.begin(), target_->links.end(),
                                     [id = link](const CandidateLink& l) { return l.id == id; });
        if (own && (wdev_.active_links() & link.bit()) == 0) {
            unheard.emplace(link, count);
            continue;
        }
        at->second = count;
        links_changed(link, count);
    }
    std::vector<LinkId> asked;
    for (const auto& [link, count] : unheard)
        asked.push_back(link);
    if (asked.empty() || wish_ || !probe_links(*target_, asked)) return;  // a radio that is busy: at the next look
    for (const auto& [link, count] : unheard) {
        change_counts_[link] = count;
        links_changed(link, count);
    }
}

void StationAgent::links_changed(LinkId link, std::uint8_t count) {
    world().trace().record(world().now(), "agent/link-parameters-changed",
                           {{"station", settings_.name},
                            {"ap", target_->address().to_string()},
                            {"link", std::uint64_t{link.value()}},
                            {"change_count", std::uint64_t{count}}});
}

}  // namespace mlosim::agent
