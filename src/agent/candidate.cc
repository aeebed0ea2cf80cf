#include "agent/candidate.h"

#include <algorithm>
#include <map>
#include <utility>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/element.h"
#include "ieee80211/reduced_neighbor_report.h"

namespace mlosim::agent {

namespace {

using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::LinkId;
using ieee80211::MacAddress;

/// A link below this is taken only for want of another.
constexpr std::int32_t faint_mbm = -7500;

struct Membership {
    MacAddress mld;
    LinkId link;
};

/// What a BSS says of the AP MLD that it is a link of, if it is of one.
std::optional<Membership> membership(const mld::Bss& bss) {
    const auto element =
        ieee80211::find_multi_link(ElementList(bss.elements->bytes), ieee80211::MultiLinkVariant::basic);
    if (!element) return std::nullopt;
    const ElementBody body(*element);
    const auto view = ieee80211::BasicMultiLinkView::parse(body);
    if (!view || !view->link_id()) return std::nullopt;
    return Membership{view->mld_addr(), *view->link_id()};
}

bool can_be_mld(const StationSettings& settings, const mld::RadioProfile& radio) {
    return settings.multi_link && radio.flags.has(mld::WiphyFlag::multi_link);
}

/// A network that is not open needs protected management frames, and more than a passphrase that an onlooker can try
/// out; and hunting and pecking was not made for the addresses of MLDs.
bool allows_multi_link(const StationSecurity& security) {
    if (security.akm == nullptr) return true;
    if (rsn::is_psk(security.akm->suite) || !security.mfp) return false;
    return security.sae != rsn::SaeMethod::hunting_and_pecking;
}

/// Links of one association have one AKM and one set of ciphers.
bool alike(const StationSecurity& a, const StationSecurity& b) {
    return a.akm == b.akm && a.pairwise == b.pairwise && a.group == b.group &&
           a.group_management == b.group_management && a.mfp == b.mfp && a.sae == b.sae;
}

std::size_t links_at_once(const StationSettings& settings, const mld::RadioProfile& radio) {
    std::size_t channels = radio.channel_contexts;
    for (const mld::InterfaceCombination& combination : radio.combinations)
        channels = std::max<std::size_t>(channels, combination.channels);
    return std::min<std::size_t>(channels, settings.max_links);
}

struct Suitable {
    const mld::Bss* bss = nullptr;
    std::optional<Membership> of;
    StationSecurity security;
};

/// Of whom nothing was heard but what another said is the last to talk to.
bool is_louder(const Suitable& a, const Suitable& b) {
    const auto hearsay = [](const Suitable& s) { return s.bss->source == mld::BssSource::sta_profile; };
    if (hearsay(a) != hearsay(b)) return hearsay(b);
    return a.bss->signal_mbm > b.bss->signal_mbm;
}

/// The links to ask for come first.
bool is_better_link(const Suitable& a, const Suitable& b) {
    const bool a_faint = a.bss->signal_mbm < faint_mbm;
    const bool b_faint = b.bss->signal_mbm < faint_mbm;
    if (a_faint != b_faint) return b_faint;
    if (!a_faint && a.bss->channel.band != b.bss->channel.band) return a.bss->channel.band > b.bss->channel.band;
    return is_louder(a, b);
}

CandidateLink link_with(const Suitable& from, LinkId id) {
    return {id, *from.bss, from.security.access_point_rsne, from.security.access_point_rsnxe};
}

Candidate single(const Suitable& from) {
    Candidate out;
    out.links.push_back(link_with(from, LinkId()));
    out.security = from.security;
    return out;
}

/// `of_mld`: of one AP MLD, loudest first.
Candidate multi_link(const std::vector<Suitable>& of_mld, std::size_t most) {
    const Suitable& main = of_mld.front();
    std::vector<Suitable> others;
    for (std::size_t i = 1; i < of_mld.size(); ++i)
        if (of_mld[i].of->link != main.of->link && alike(of_mld[i].security, main.security))
            others.push_back(of_mld[i]);
    std::stable_sort(others.begin(), others.end(), is_better_link);
    Candidate out;
    out.mld = main.of->mld;
    out.security = main.security;
    std::map<LinkId, const Suitable*> taken{{main.of->link, &main}};
    for (const Suitable& other : others)
        if (taken.size() < most) taken.try_emplace(other.of->link, &other);
    for (const auto& [id, suitable] : taken) {
        if (id == main.of->link) out.main = out.links.size();
        out.links.push_back(link_with(*suitable, id));
    }
    return out;
}

}  // namespace

bool Candidate::has(const MacAddress& bssid) const {
    return std::any_of(links.begin(), links.end(), [&](const CandidateLink& l) { return l.bss.bssid == bssid; });
}

void Candidate::keep_links(std::uint16_t bits) {
    const LinkId kept_main = main_link().id;
    std::erase_if(links, [&](const CandidateLink& l) { return l.id != kept_main && (bits & l.id.bit()) == 0; });
    const auto at = std::find_if(links.begin(), links.end(), [&](const CandidateLink& l) { return l.id == kept_main; });
    main = static_cast<std::size_t>(at - links.begin());
}

std::vector<ReportedLink> reported_links(ieee80211::ByteView elements) {
    using ieee80211::RnrMldParameters;
    std::vector<ReportedLink> out;
    for (const ieee80211::ElementView& e : ElementList(elements)) {
        if (e.type() != ieee80211::element::reduced_neighbor_report) continue;
        const auto report = ieee80211::ReducedNeighborReport::parse(e.first_piece());
        if (!report) continue;
        for (const ieee80211::NeighborAp& neighbor : report->neighbors())
            for (const ieee80211::TbttInfo& tbtt : neighbor.tbtts) {
                const auto link = tbtt.mld ? tbtt.mld->link() : std::nullopt;
                const auto band = phy::band_of_operating_class(neighbor.operating_class);
                if (!link || !band || tbtt.mld->get(RnrMldParameters::ap_mld_id) != 0) continue;
                ReportedLink one;
                one.id = *link;
                one.frequency = phy::channel_frequency(*band, neighbor.channel);
                one.change_count =
                    static_cast<std::uint8_t>(tbtt.mld->get(RnrMldParameters::bss_parameters_change_count));
                one.disabled = tbtt.mld->get(RnrMldParameters::disabled_link) != 0;
                out.push_back(one);
            }
    }
    return out;
}

std::vector<LinkId> unheard_links(const StationSettings& settings, const mld::RadioProfile& radio,
                                  const Candidate& candidate) {
    std::vector<LinkId> out;
    if (!candidate.mld) return out;
    std::size_t room = links_at_once(settings, radio);
    room -= std::min(room, candidate.links.size());
    for (const ReportedLink& link : reported_links(candidate.bss().elements->bytes)) {
        const auto channel = phy::find_channel(link.frequency);
        const bool known = std::any_of(candidate.links.begin(), candidate.links.end(),
                                       [&](const CandidateLink& l) { return l.id == link.id; });
        if (known || !channel || radio.band(channel->band) == nullptr || out.size() == room) continue;
        out.push_back(link.id);
    }
    return out;
}

std::vector<Candidate> find_candidates(const StationSettings& settings, const mld::RadioProfile& radio,
                                       const std::vector<const mld::Bss*>& known) {
    std::vector<Candidate> out;
    std::map<MacAddress, std::vector<Suitable>> mlds;
    std::vector<Suitable> suitable;
    for (const mld::Bss* bss : known) {
        if (bss->ssid() != settings.ssid || bss->elements == nullptr) continue;
        auto security = choose_security(settings.security, radio, *bss);
        if (!security) continue;
        Suitable one{bss, std::nullopt, std::move(*security)};
        if (can_be_mld(settings, radio) && allows_multi_link(one.security)) one.of = membership(*bss);
        suitable.push_back(std::move(one));
    }
    std::stable_sort(suitable.begin(), suitable.end(), is_louder);
    const auto normal = [](const Suitable& s) { return (s.bss->use_for & mld::bss_use_for_normal) != 0; };
    for (const Suitable& one : suitable) {
        if (!one.of) {
            if (normal(one)) out.push_back(single(one));
            continue;
        }
        // The first that is known of an MLD must be one to talk with alone.
        auto& of_mld = mlds[one.of->mld];
        if (of_mld.empty() && !normal(one)) continue;
        if ((one.bss->use_for & mld::bss_use_for_mld_link) != 0 || of_mld.empty()) of_mld.push_back(one);
    }
    for (const auto& [address, of_mld] : mlds)
        if (!of_mld.empty()) out.push_back(multi_link(of_mld, links_at_once(settings, radio)));
    std::stable_sort(out.begin(), out.end(),
                     [](const Candidate& a, const Candidate& b) { return a.signal_mbm() > b.signal_mbm(); });
    return out;
}

}  // namespace mlosim::agent
