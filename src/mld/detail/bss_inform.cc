#include "mld/detail/bss_inform.h"

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/inheritance.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/multiple_bssid.h"
#include "ieee80211/reduced_neighbor_report.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::ElementView;
using ieee80211::MacAddress;
using phy::ChannelFlag;
namespace element = ieee80211::element;

/// struct cfg80211_inform_single_bss_data
struct Single {
    const InformContext& context;
    const RxStatus& status;
    bool from_beacon = false;
    std::optional<phy::Channel> channel;
    MacAddress bssid;
    std::uint64_t tsf = 0;
    std::uint16_t beacon_interval = 0;
    std::uint16_t capability = 0;
    Bytes elements;
    BssSource source = BssSource::direct;
    const Bss* source_bss = nullptr;
    std::uint8_t bssid_index = 0;
    std::uint8_t max_bssid_indicator = 0;
    std::uint32_t use_for = bss_use_for_all;
    std::uint64_t cannot_use_reasons = 0;
};

/// The primary channel that a frame's elements state. cf. cfg80211_get_ies_channel_number().
std::optional<unsigned> stated_channel(const ElementList& elements, phy::Band band) {
    if (band == phy::Band::ghz6) {
        const auto operation = elements.get<ieee80211::HeOperation>();
        if (!operation || !operation->six_ghz) return std::nullopt;
        return operation->six_ghz->primary_channel;
    }
    if (const auto dsss = elements.find(element::dsss_parameter_set); dsss && dsss->first_piece().size() == 1)
        return dsss->first_piece()[0];
    if (const auto ht = elements.get<ieee80211::HtOperation>()) return ht->primary_channel;
    return std::nullopt;
}

/// cf. cfg80211_get_bss_channel(): a frame heard on a neighboring channel belongs to the channel that it states
const phy::RadioChannel* bss_channel(const Wiphy& wiphy, const ElementList& elements, const phy::Channel& heard) {
    const phy::RadioChannel* heard_channel = wiphy.channel(heard);
    const auto number = stated_channel(elements, heard.band);
    if (!number) return heard_channel;
    const phy::Frequency center = phy::channel_frequency(heard.band, static_cast<std::uint16_t>(*number));
    if (center == heard.center) return heard_channel;
    const phy::RadioChannel* stated = wiphy.channel(center);
    if (stated == nullptr)
        return heard.band == phy::Band::ghz2_4 || heard.band == phy::Band::ghz6 ? nullptr : heard_channel;
    if (stated->now.flags.has(ChannelFlag::disabled)) return nullptr;
    return stated;
}

/// Regulatory Info subfield, 802.11-2024 Table E-12: which kinds of access point there are in 6 GHz.
enum : unsigned {
    low_power_indoor = 0,
    standard_power = 1,
    very_low_power = 2,
    indoor_enabled_low_power = 3,
    indoor_standard_power_old = 4,
    role_not_relevant = 7,
    indoor_standard_power = 8
};

/// cf. cfg80211_6ghz_power_type_valid()
bool usable_power_type(const ElementList& elements, const phy::RadioChannel& channel) {
    const auto operation = elements.get<ieee80211::HeOperation>();
    if (!operation || !operation->six_ghz) return false;
    switch (operation->six_ghz->control.get(ieee80211::He6GhzControl::regulatory_info)) {
        case low_power_indoor:
        case indoor_enabled_low_power:
        case indoor_standard_power_old:
        case role_not_relevant:
        case indoor_standard_power:  // as low power where there is no automated frequency coordination
            return true;
        case standard_power:
            return !channel.now.flags.has(ChannelFlag::no_6ghz_afc_client);
        case very_low_power:
            return !channel.now.flags.has(ChannelFlag::no_6ghz_vlp_client);
        default:
            return false;
    }
}

/// cf. cfg80211_inform_single_bss_data()
const Bss* inform_single(Single&& in) {
    const ElementList elements(in.elements);
    Wiphy& wiphy = in.context.wiphy;
    const phy::RadioChannel* channel =
        in.channel ? wiphy.channel(*in.channel) : bss_channel(wiphy, elements, in.status.channel);
    if (channel == nullptr) return nullptr;
    if (channel->channel.band == phy::Band::ghz6 && !usable_power_type(elements, *channel)) {
        in.use_for = 0;
        in.cannot_use_reasons = bss_cannot_use_6ghz_power_mismatch;
    }

    Bss bss;
    bss.bssid = in.bssid;
    bss.channel = channel->channel;
    bss.signal_mbm = in.source == BssSource::sta_profile ? 0 : in.status.signal.mbm() / 100 * 100;
    bss.beacon_interval = in.beacon_interval;
    bss.capability = in.capability;
    bss.boottime = in.status.received;
    bss.parent_tsf = in.context.parent_tsf;
    bss.parent_bssid = in.context.parent_bssid;
    bss.use_for = in.use_for;
    bss.cannot_use_reasons = in.cannot_use_reasons;
    bss.source = in.source;
    if (in.source == BssSource::direct) {
        bss.last_seen = in.context.now;
        if (ieee80211::CapabilityInfo::from_raw(in.capability).has(ieee80211::CapabilityInfo::ess))
            wiphy.world().regulatory().beacon_found(wiphy, bss.channel);
    } else {
        bss.last_seen = in.source_bss->last_seen;
        bss.bssid_index = in.bssid_index;
        bss.max_bssid_indicator = in.max_bssid_indicator;
    }
    bss.elements = std::make_shared<const BssElements>(BssElements{std::move(in.elements), in.tsf, in.from_beacon});
    (in.from_beacon ? bss.beacon : bss.probe_response) = bss.elements;

    const bool signal_valid = in.status.channel == bss.channel;
    const Bss* known = in.context.table.update(std::move(bss), signal_valid);
    if (known == nullptr) return nullptr;
    if (in.source == BssSource::mbssid && !in.context.table.add_nontransmitted(*in.source_bss, *known)) return nullptr;
    return known;
}

struct ReceivedFrame {
    const InformContext& context;
    const RxStatus& status;
    bool from_beacon;
    MacAddress bssid;
    std::uint64_t tsf;
    std::uint16_t beacon_interval;
    ByteView elements;
};

/// cf. cfg80211_parse_mbssid_data()
void inform_mbssid(const ReceivedFrame& frame, const Bss& source) {
    for (ieee80211::NontransmittedBss& bss :
         ieee80211::nontransmitted_bsses(frame.bssid, ElementList(frame.elements))) {
        Single in{frame.context, frame.status};
        in.from_beacon = frame.from_beacon;
        in.bssid = bss.bssid;
        in.tsf = frame.tsf;
        in.beacon_interval = frame.beacon_interval;
        in.capability = static_cast<std::uint16_t>(bss.capabilities.raw());
        in.elements = std::move(bss.elements);
        in.source = BssSource::mbssid;
        in.source_bss = &source;
        in.bssid_index = bss.index;
        in.max_bssid_indicator = bss.max_bssid_indicator;
        in.use_for = source.use_for;
        in.cannot_use_reasons = source.cannot_use_reasons;
        if (inform_single(std::move(in)) == nullptr) break;
    }
}

/// What the frame's neighbor reports say of one link of an MLD. cf. cfg80211_rnr_info_for_mld_ap().
struct LinkReport {
    std::uint8_t operating_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t change_count = 0;
    bool nontransmitted = false;
    std::uint32_t use_for = 0;
};
std::optional<LinkReport> find_link(ByteView elements, unsigned mld_id, ieee80211::LinkId link) {
    using ieee80211::RnrBssParameters;
    using ieee80211::RnrMldParameters;
    for (const ElementView& e : ElementList(elements)) {
        if (e.type() != element::reduced_neighbor_report) continue;
        const ElementBody body(e);
        const auto report = ieee80211::ReducedNeighborReportView::parse(body);
        if (!report) return std::nullopt;
        for (const auto& neighbor : *report) {
            for (std::size_t i = 0; i < neighbor.count(); ++i) {
                const auto info = neighbor.tbtt(i);
                if (!info.mld || info.mld->get(RnrMldParameters::ap_mld_id) != mld_id || info.mld->link() != link)
                    continue;
                LinkReport out;
                out.operating_class = neighbor.operating_class();
                out.channel = neighbor.channel();
                out.change_count =
                    static_cast<std::uint8_t>(info.mld->get(RnrMldParameters::bss_parameters_change_count));
                out.nontransmitted = info.bss && info.bss->has(RnrBssParameters::multiple_bssid) &&
                                     !info.bss->has(RnrBssParameters::transmitted_bssid);
                out.use_for = info.bssid ? bss_use_for_all : bss_use_for_mld_link;
                return out;
            }
        }
    }
    return std::nullopt;
}

/// The way back from a derived entry to the AP whose frame it came in, so that its MLD can be looked up.
/// cf. cfg80211_gen_reporter_rnr().
std::optional<ieee80211::ReducedNeighborReport> reporter_report(const Bss& source, unsigned mld_id, bool in_mbssid_set,
                                                                ieee80211::LinkId link, std::uint8_t change_count) {
    using ieee80211::RnrBssParameters;
    using ieee80211::RnrMldParameters;
    const auto ssid = source.ssid();
    if (mld_id != 0 || !ssid) return std::nullopt;
    ieee80211::NeighborAp neighbor;
    neighbor.channel = static_cast<std::uint8_t>(source.channel.number());
    const auto classes = ElementList(source.elements->bytes).find(element::supported_operating_classes);
    if (classes && !classes->first_piece().empty()) {
        neighbor.operating_class = classes->first_piece()[0];
    } else if (const auto own = phy::ChannelDefinition::mhz20_noht(source.channel).operating_class()) {
        neighbor.operating_class = *own;
    } else {
        return std::nullopt;
    }
    ieee80211::TbttInfo info;
    info.tbtt_offset = 255;
    info.bssid = source.bssid;
    info.short_ssid = ssid->short_ssid();
    info.bss = RnrBssParameters{}.set(RnrBssParameters::same_ssid);
    if (in_mbssid_set) info.bss->set(RnrBssParameters::multiple_bssid).set(RnrBssParameters::transmitted_bssid);
    info.psd_20mhz = 127;
    info.mld = RnrMldParameters{}.set(RnrMldParameters::link_id, link.value());
    info.mld->set(RnrMldParameters::bss_parameters_change_count, change_count);
    neighbor.tbtts.push_back(info);
    auto report = ieee80211::ReducedNeighborReport::from({neighbor});
    if (!report) return std::nullopt;
    return *report;
}

/// One affiliated AP out of a complete per-STA profile. False: nothing more of this element is taken.
bool inform_profile(const ReceivedFrame& frame, const Bss& source, const ieee80211::BasicMultiLinkView& mld,
                    const ieee80211::BasicPerStaProfileView& profile) {
    if (!profile.complete() || !profile.beacon_interval() || !profile.tsf_offset() || !profile.sta_addr()) return true;
    const unsigned mld_id = mld.ap_mld_id().value_or(0);
    const auto report = find_link(frame.elements, mld_id, profile.link());
    if (!report || report->nontransmitted) return true;
    const auto band = phy::band_of_operating_class(report->operating_class);
    if (!band || profile.profile().size() < 2) return true;
    const phy::RadioChannel* channel = frame.context.wiphy.channel(phy::channel_frequency(*band, report->channel));
    if (channel == nullptr) return true;

    Single in{frame.context, frame.status};
    in.channel = channel->channel;
    in.bssid = *profile.sta_addr();
    in.beacon_interval = *profile.beacon_interval();
    in.tsf = frame.tsf + static_cast<std::uint64_t>(*profile.tsf_offset());
    ieee80211::ByteReader fixed(profile.profile());
    in.capability = fixed.u16le();
    in.source = BssSource::sta_profile;
    in.source_bss = &source;
    in.use_for = report->use_for;
    if (in.use_for == bss_use_for_mld_link) {
        in.use_for = 0;
        in.cannot_use_reasons = bss_cannot_use_nstr_nonprimary;
    }
    // What was heard of it directly counts more.
    const auto ssid = ElementList(frame.elements).get<ieee80211::Ssid>();
    const Bss* direct =
        frame.context.table.find(channel->channel, in.bssid, ssid ? &*ssid : nullptr, frame.context.now);
    if (direct != nullptr && direct->capability == in.capability && direct->source != BssSource::sta_profile)
        return true;

    in.elements = ieee80211::inherit(ElementList(frame.elements), ElementList(fixed.rest()));
    // The derived frame says itself which MLD and link it is, and where its reporter is.
    ieee80211::BasicMultiLink own;
    own.mld_addr = mld.mld_addr();
    own.link_id = profile.link();
    own.bss_parameters_change_count = report->change_count;
    own.medium_sync_delay = mld.medium_sync_delay();
    own.eml = mld.eml();
    own.mld_capabilities = mld.mld_capabilities();
    own.ap_mld_id = mld.ap_mld_id();
    own.extended_mld_capabilities = mld.extended_mld_capabilities();
    ieee80211::ByteWriter out(in.elements);
    own.append_to(out);
    if ((in.use_for & bss_use_for_normal) != 0) {
        if (const auto back = reporter_report(source, mld_id, mld.ap_mld_id().has_value(), *mld.link_id(),
                                              *mld.bss_parameters_change_count()))
            back->append_to(out);
    }
    return inform_single(std::move(in)) != nullptr;
}

/// cf. cfg80211_parse_ml_sta_data()
void inform_multi_link(const ReceivedFrame& frame, const Bss& source) {
    for (const ElementView& e : ElementList(frame.elements)) {
        if (e.type() != element::multi_link) continue;
        const ElementBody body(e);
        const auto mld = ieee80211::BasicMultiLinkView::parse(body);
        // An AP's element has these three (802.11be 9.4.2.322.2).
        if (!mld || !mld->link_id() || !mld->bss_parameters_change_count() || !mld->mld_capabilities()) continue;
        std::uint16_t seen = 0;
        for (const auto& profile : mld->profiles()) {
            if ((seen & profile.link().bit()) != 0) break;
            seen = static_cast<std::uint16_t>(seen | profile.link().bit());
            if (!inform_profile(frame, source, *mld, profile)) break;
        }
    }
}

}  // namespace

const Bss* inform_bss(const InformContext& context, const ieee80211::FrameView& frame, const RxStatus& status) {
    const auto body = ieee80211::BeaconBody::parse(frame.body());
    const auto bssid = frame.addr3();
    if (!body || !bssid) return nullptr;
    const bool from_beacon = frame.frame_control().is(ieee80211::ManagementSubtype::beacon);
    const ByteView elements = body->elements.bytes();

    Single direct{context, status};
    direct.from_beacon = from_beacon;
    direct.bssid = *bssid;
    direct.tsf = body->timestamp;
    direct.beacon_interval = body->beacon_interval;
    direct.capability = static_cast<std::uint16_t>(body->capabilities.raw());
    direct.elements.assign(elements.begin(), elements.end());
    const Bss* source = inform_single(std::move(direct));
    if (source == nullptr) return nullptr;

    // It stays while the others of the frame come in.
    const BssTable::Hold hold(context.table, *source);
    const ReceivedFrame received{context, status, from_beacon, *bssid, body->timestamp, body->beacon_interval,
                                 elements};
    if (ElementList(elements).find(element::multiple_bssid)) inform_mbssid(received, *source);
    if (!from_beacon) inform_multi_link(received, *source);
    return source;
}

}  // namespace mlosim::mld::detail
