#include "mld/detail/connection_mode.h"

#include <algorithm>
#include <cstdlib>

#include "ieee80211/eht_operation.h"
#include "ieee80211/he_capabilities.h"
#include "ieee80211/he_operation.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/vht_elements.h"
#include "ieee80211/wmm.h"
#include "mld/detail/selectors.h"
#include "mld/usable_channel.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::EhtOperation;
using ieee80211::EhtOperationInfo;
using ieee80211::ElementList;
using ieee80211::He6GhzControl;
using ieee80211::HeOperation;
using ieee80211::HtOperation;
using ieee80211::HtOperationInfo;
using ieee80211::McsMap;
using ieee80211::VhtCapabilityInfo;
using ieee80211::VhtOperation;
using ieee80211::VhtOperationInfo;
using phy::ChannelDefinition;
using phy::ChannelFlag;
using phy::ChannelWidth;
namespace element = ieee80211::element;

// HE PHY capabilities, 802.11ax 9.4.2.248.3
constexpr std::uint8_t he_40_in_2ghz = 1U << 1;
constexpr std::uint8_t he_40_80_in_5ghz = 1U << 2;
constexpr std::uint8_t he_160 = 1U << 3;
constexpr std::uint8_t eht_320 = 1U << 1;
constexpr std::uint32_t vht_width_set = 3U << 2;
constexpr std::uint32_t vht_extended_nss = 3U << 30;

std::span<const phy::RadioChannel> channels_of(const Wiphy& wiphy, phy::Band band) {
    const BandChannels* found = wiphy.band(band);
    if (found == nullptr) return {};
    return found->channels;
}

bool usable(const Wiphy& wiphy, const ChannelDefinition& channel, phy::ChannelFlags prohibited) {
    return usable_channel(wiphy.profile(), channel, channels_of(wiphy, channel.band()), prohibited);
}

// cf. ieee80211_chandef_ht_oper()
ChannelDefinition ht_channel(const phy::Channel& control, const HtOperation& operation) {
    const auto secondary = operation.secondary_channel();
    if (secondary == ieee80211::SecondaryChannel::none) return ChannelDefinition::mhz20(control);
    const auto wide = ChannelDefinition::ht40(control, secondary == ieee80211::SecondaryChannel::above);
    return wide.value_or(ChannelDefinition::mhz20(control));
}

// cf. ieee80211_chandef_vht_oper() of a radio without extended NSS bandwidth support
bool vht_channel(std::uint32_t own_capabilities, unsigned ap_widths, const VhtOperationInfo& operation,
                 ChannelDefinition& channel) {
    const bool reads_second = ap_widths == 1 || ap_widths == 2;
    const bool own_160 = reads_second && (own_capabilities & (vht_width_set | vht_extended_nss)) != 0;
    const bool own_80p80 =
        reads_second && VhtCapabilityInfo::from_raw(own_capabilities).get(VhtCapabilityInfo::channel_width_set) == 2;
    const std::uint8_t first = operation.ccfs0;
    const std::uint8_t second = reads_second ? operation.ccfs1 : 0;
    const auto center = [&](std::uint8_t number) { return phy::channel_frequency(channel.band(), number); };
    ChannelDefinition wider = channel;
    switch (operation.channel_width) {
        case 0:  // as HT Operation says
            break;
        case 1: {
            wider.width = ChannelWidth::w80;
            wider.center1 = center(first);
            const int apart = std::abs(static_cast<int>(second) - static_cast<int>(first));
            if (second != 0 && apart == 8 && own_160) {
                wider.width = ChannelWidth::w160;
                wider.center1 = center(second);
            } else if (second != 0 && apart > 8 && own_80p80) {
                wider.width = ChannelWidth::w80p80;
                wider.center2 = center(second);
            }
            break;
        }
        case 2:  // deprecated
            wider.width = ChannelWidth::w160;
            wider.center1 = center(first);
            break;
        case 3:  // deprecated
            wider.width = ChannelWidth::w80p80;
            wider.center1 = center(first);
            wider.center2 = center(second);
            break;
        default:
            return false;
    }
    if (!wider.valid()) return false;
    channel = wider;
    return true;
}

// cf. ieee80211_chandef_eht_oper()
void eht_channel(const EhtOperationInfo& info, ChannelDefinition& channel) {
    constexpr ChannelWidth widths[] = {ChannelWidth::w20, ChannelWidth::w40, ChannelWidth::w80, ChannelWidth::w160,
                                       ChannelWidth::w320};
    const unsigned width = info.control.get(EhtOperationInfo::Control::channel_width);
    channel.center1 = phy::channel_frequency(channel.band(), width >= 3 ? info.ccfs1 : info.ccfs0);
    if (width < std::size(widths)) channel.width = widths[width];
    channel.punctured = info.disabled_subchannels.value_or(0);
}

// cf. ieee80211_chandef_he_6ghz_oper()
std::optional<ChannelDefinition> he_6ghz_channel(const Wiphy& wiphy, const HeOperation& he, const EhtOperation* eht) {
    if (!he.six_ghz) return std::nullopt;
    const auto center = [](std::uint8_t number) { return phy::channel_frequency(phy::Band::ghz6, number); };
    const phy::RadioChannel* control = wiphy.channel(center(he.six_ghz->primary_channel));
    if (control == nullptr) return std::nullopt;
    ChannelDefinition out = ChannelDefinition::mhz20(control->channel);
    if (eht != nullptr && eht->info) {
        eht_channel(*eht->info, out);
    } else {
        const std::uint8_t first = he.six_ghz->ccfs0;
        const std::uint8_t second = he.six_ghz->ccfs1;
        constexpr ChannelWidth widths[] = {ChannelWidth::w20, ChannelWidth::w40, ChannelWidth::w80, ChannelWidth::w80};
        const unsigned width = he.six_ghz->control.get(He6GhzControl::channel_width);
        out.width = widths[width];
        out.center1 = center(first);
        if (width == 3 && second != 0) {
            const bool is_160 = std::abs(static_cast<int>(second) - static_cast<int>(first)) == 8;
            out.width = is_160 ? ChannelWidth::w160 : ChannelWidth::w80p80;
            (is_160 ? out.center1 : out.center2) = center(second);
        }
    }
    if (!out.valid()) return std::nullopt;
    return out;
}

AccessPointChannel access_point_6ghz(const Wiphy& wiphy, const phy::Channel& channel, const ElementList& elements,
                                     ConnectionMode limit) {
    const AccessPointChannel bad{ConnectionMode::legacy, ChannelDefinition::mhz20_noht(channel)};
    if (limit < ConnectionMode::he) return bad;
    const auto he = elements.get<HeOperation>();
    if (!elements.find(element::he_6ghz_band_capabilities) || !elements.find(element::he_capabilities) || !he)
        return bad;
    const auto eht = elements.get<EhtOperation>();
    const bool has_eht = limit >= ConnectionMode::eht && eht && elements.find(element::eht_capabilities);
    const auto found = he_6ghz_channel(wiphy, *he, has_eht ? &*eht : nullptr);
    if (!found) return bad;
    if (has_eht) {  // an AP that contradicts itself is not believed
        const auto as_he = he_6ghz_channel(wiphy, *he, nullptr);
        if (!as_he || !phy::compatible(*found, *as_he)) return bad;
    }
    return {has_eht ? ConnectionMode::eht : ConnectionMode::he, *found};
}

/// Each stream that `required` names is supported as well by `has`.
bool covers(McsMap has, McsMap required) {
    for (unsigned nss = McsMap::max_streams; nss > 0; --nss) {
        const unsigned needed = required.support(nss);
        if (needed == McsMap::not_supported) continue;
        if (has.support(nss) == McsMap::not_supported || has.support(nss) < needed) return false;
    }
    return true;
}

McsMap map_at(ieee80211::ByteView octets, std::size_t at) {
    return McsMap{static_cast<std::uint16_t>(octets[at] | octets[at + 1] << 8U)};
}

// cf. ieee80211_verify_sta_ht_mcs_support(), ieee80211_verify_sta_vht_mcs_support() of a strict radio
bool has_basic_ht(const Wiphy& wiphy, phy::Band band, const ElementList& elements) {
    if (band == phy::Band::ghz6) return true;
    const auto operation = elements.get<HtOperation>();
    const auto own = own_ht(wiphy, band, nullptr);
    if (!operation || !own) return false;
    const ieee80211::HtMcsSet& basic = operation->basic_mcs;
    for (std::size_t i = 0; i < 10; ++i)
        if ((basic.octets()[i] & ~own->mcs[i]) != 0) return false;
    return true;
}
bool has_basic_vht(const Wiphy& wiphy, phy::Band band, const ElementList& elements) {
    if (band != phy::Band::ghz5) return true;
    const auto operation = elements.get<VhtOperation>();
    const auto own = own_vht(wiphy, band, nullptr);
    if (!operation || !own) return false;
    return covers(map_at(own->mcs, 0), operation->basic_mcs) && covers(map_at(own->mcs, 4), operation->basic_mcs);
}

// cf. ieee80211_verify_peer_he_mcs_support(), ieee80211_verify_sta_he_mcs_support()
bool has_basic_he(const Wiphy& wiphy, const Wdev& wdev, phy::Band band, const ElementList& elements) {
    const auto peer = elements.get<ieee80211::HeCapabilities>();
    const auto operation = elements.get<HeOperation>();
    const BandCapabilities* own = wiphy.profile().band(band);
    const InterfaceCapabilities* own_he = own != nullptr ? own->for_type(wdev.type()) : nullptr;
    if (!peer || !operation || own_he == nullptr || !own_he->he) return false;
    const McsMap basic = operation->basic_mcs;
    const auto& peer_mcs = peer->mcs().up_to_80;
    if (peer_mcs.rx.support(1) == McsMap::not_supported || peer_mcs.tx.support(1) == McsMap::not_supported)
        return false;
    if (!covers(peer_mcs.rx, basic) || !covers(peer_mcs.tx, basic)) return false;
    const auto& mcs = own_he->he->mcs;
    for (std::size_t width = 0; width < 3; ++width)
        if (covers(map_at(mcs, 4 * width), basic) && covers(map_at(mcs, 4 * width + 2), basic)) return true;
    return false;
}

BandwidthLimit widest(ConnectionMode mode) {
    switch (mode) {
        case ConnectionMode::legacy:
            return BandwidthLimit::mhz20;
        case ConnectionMode::ht:
            return BandwidthLimit::mhz40;
        case ConnectionMode::vht:
        case ConnectionMode::he:
            return BandwidthLimit::mhz160;
        case ConnectionMode::eht:
            return BandwidthLimit::mhz320;
    }
    return BandwidthLimit::mhz20;
}

void lower(ConnectionSettings& settings, ConnectionMode to) {
    settings.mode = to;
    settings.limit = std::min(settings.limit, widest(to));
}

/// What regulation and the basic rates leave. cf. the second half of ieee80211_determine_chan_mode()
void lower_as_needed(const Wiphy& wiphy, const Wdev& wdev, const Bss& bss, const ElementList& elements,
                     CommonChannel& request) {
    ConnectionSettings& settings = request.settings;
    const phy::Band band = bss.channel.band;
    if (settings.mode >= ConnectionMode::he && !usable(wiphy, request.channel, ChannelFlag::no_he))
        lower(settings, ConnectionMode::vht);
    if (settings.mode >= ConnectionMode::eht && !usable(wiphy, request.channel, ChannelFlag::no_eht))
        lower(settings, ConnectionMode::he);
    if (settings.mode >= ConnectionMode::ht && !has_basic_ht(wiphy, band, elements))
        lower(settings, ConnectionMode::legacy);
    if (settings.mode >= ConnectionMode::vht && !has_basic_vht(wiphy, band, elements))
        lower(settings, ConnectionMode::ht);
    if (settings.mode >= ConnectionMode::he && !has_basic_he(wiphy, wdev, band, elements))
        lower(settings, ConnectionMode::vht);
    if (settings.mode >= ConnectionMode::eht && band != phy::Band::ghz2_4 && settings.limit == BandwidthLimit::mhz40)
        settings.mode = ConnectionMode::he;
}

}  // namespace

ConnectionSettings common(const ConnectionSettings& a, const ConnectionSettings& b) {
    return {std::min(a.mode, b.mode), std::min(a.limit, b.limit)};
}

std::optional<HtCapabilities> own_ht(const Wiphy& wiphy, phy::Band band, const AssociateRequest* request) {
    const BandCapabilities* capabilities = wiphy.profile().band(band);
    if (capabilities == nullptr || !capabilities->ht) return std::nullopt;
    HtCapabilities out = *capabilities->ht;
    if (request == nullptr || !request->ht_capabilities || !request->ht_capabilities_mask) return out;
    const ieee80211::Bytes& wanted = *request->ht_capabilities;
    const ieee80211::Bytes& mask = *request->ht_capabilities_mask;
    if (wanted.size() < 13 || mask.size() < 13) return out;
    constexpr std::size_t mcs_at = 3;
    for (std::size_t i = 0; i < 10; ++i)
        out.mcs[i] =
            static_cast<std::uint8_t>((out.mcs[i] & ~mask[mcs_at + i]) | (mask[mcs_at + i] & wanted[mcs_at + i]));
    const auto given = static_cast<std::uint16_t>(wanted[0] | wanted[1] << 8U);
    const auto asked = static_cast<std::uint16_t>(mask[0] | mask[1] << 8U);
    // LDPC, 40 MHz, both short guard intervals and long A-MSDUs can be taken away; STBC and "40 MHz intolerant" added.
    constexpr std::uint16_t removable = 1U << 0 | 1U << 1 | 1U << 5 | 1U << 6 | 1U << 11;
    constexpr std::uint16_t addable = 1U << 7 | 3U << 8 | 1U << 14;
    out.capabilities = static_cast<std::uint16_t>(out.capabilities & ~(removable & asked & ~given));
    out.capabilities = static_cast<std::uint16_t>(out.capabilities | (addable & asked & given));
    if ((mask[2] & 3U) != 0) out.ampdu_factor = std::min<std::uint8_t>(out.ampdu_factor, wanted[2] & 3U);
    if ((mask[2] >> 2U & 7U) != 0) out.ampdu_density = std::max<std::uint8_t>(out.ampdu_density, wanted[2] >> 2U & 7U);
    return out;
}

std::optional<VhtCapabilities> own_vht(const Wiphy& wiphy, phy::Band band, const AssociateRequest* request) {
    const BandCapabilities* capabilities = wiphy.profile().band(band);
    if (capabilities == nullptr || !capabilities->vht) return std::nullopt;
    VhtCapabilities out = *capabilities->vht;
    if (request == nullptr || !request->vht_capabilities || !request->vht_capabilities_mask) return out;
    if (request->vht_capabilities->size() < 12 || request->vht_capabilities_mask->size() < 12) return out;
    ieee80211::ByteReader wanted(*request->vht_capabilities);
    ieee80211::ByteReader mask(*request->vht_capabilities_mask);
    const std::uint32_t given = wanted.u32le();
    const std::uint32_t asked = mask.u32le();
    // LDPC, short guard intervals, STBC, single user beamforming and antenna patterns
    constexpr std::uint32_t removable =
        1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 | 1U << 11 | 1U << 12 | 1U << 28 | 1U << 29;
    constexpr std::uint32_t exponent = 7U << 23;
    out.capabilities &= ~(removable & asked & ~given);
    if ((asked & exponent) != 0 && (given & exponent) < (out.capabilities & exponent))
        out.capabilities = (out.capabilities & ~exponent) | (given & exponent);
    for (const std::size_t at : {std::size_t{0}, std::size_t{4}}) {
        McsMap map = map_at(out.mcs, at);
        const McsMap wanted_map = map_at(*request->vht_capabilities, 4 + at);
        const McsMap mask_map = map_at(*request->vht_capabilities_mask, 4 + at);
        for (unsigned nss = 1; nss <= McsMap::max_streams; ++nss) {
            const unsigned m = mask_map.support(nss);
            const unsigned n = wanted_map.support(nss) & m;
            const unsigned c = map.support(nss);
            if (m != 0 && ((c != McsMap::not_supported && n < c) || n == McsMap::not_supported)) map.set(nss, n);
        }
        out.mcs[at] = static_cast<std::uint8_t>(map.raw());
        out.mcs[at + 1] = static_cast<std::uint8_t>(map.raw() >> 8U);
    }
    return out;
}

ConnectionSettings own_settings(const Wiphy& wiphy, const Wdev& wdev, phy::Band band, const AssociateRequest* request,
                                bool wmm) {
    ConnectionSettings out{ConnectionMode::legacy, BandwidthLimit::mhz20};
    const BandCapabilities* capabilities = wiphy.profile().band(band);
    const bool is_5ghz = band == phy::Band::ghz5;
    const bool is_6ghz = band == phy::Band::ghz6;
    if (capabilities == nullptr || !wmm || (request != nullptr && request->disable_ht)) return out;
    if (request != nullptr) {
        namespace cipher = ieee80211::cipher;
        for (const ieee80211::Suite& suite : request->crypto.pairwise_ciphers)
            if (suite == cipher::wep40 || suite == cipher::wep104 || suite == cipher::tkip) return out;
    }
    const auto ht = own_ht(wiphy, band, request);
    if (!ht && !is_6ghz) return out;
    constexpr std::uint16_t ht_width_40 = 1U << 1;
    out.mode = ConnectionMode::ht;
    if (ht && (ht->capabilities & ht_width_40) != 0) out.limit = BandwidthLimit::mhz40;

    if (request != nullptr && request->disable_vht) return out;
    const auto vht = own_vht(wiphy, band, request);
    if (is_5ghz) {
        if (!vht || out.limit == BandwidthLimit::mhz20) return out;
        const auto channels = channels_of(wiphy, band);
        const bool any_80 = std::any_of(channels.begin(), channels.end(), [](const phy::RadioChannel& c) {
            return !c.now.flags.has_any({ChannelFlag::disabled, ChannelFlag::no_80mhz});
        });
        if (!any_80) return out;
    }
    if (band != phy::Band::ghz2_4) out = {ConnectionMode::vht, BandwidthLimit::mhz160};
    if (is_5ghz && (vht->capabilities & (vht_width_set | vht_extended_nss)) == 0) out.limit = BandwidthLimit::mhz80;

    if (request != nullptr && request->disable_he) return out;
    const InterfaceCapabilities* own = capabilities->for_type(wdev.type());
    if (own == nullptr || !own->he) return out;
    out.mode = ConnectionMode::he;
    const std::uint8_t he = own->he->phy[0];
    if (band == phy::Band::ghz2_4) {
        if ((he & he_40_in_2ghz) == 0) out.limit = BandwidthLimit::mhz20;
    } else if (is_5ghz && (he & he_40_80_in_5ghz) == 0) {
        out.limit = BandwidthLimit::mhz20;
    } else if ((he & he_160) == 0) {
        out.limit = std::min(out.limit, BandwidthLimit::mhz80);
    }

    if ((request != nullptr && request->disable_eht) || !own->eht) return out;
    out.mode = ConnectionMode::eht;
    if (is_6ghz && (own->eht->phy[0] & eht_320) != 0) out.limit = BandwidthLimit::mhz320;
    return out;
}

AccessPointChannel access_point_channel(const Wiphy& wiphy, const phy::Channel& channel, const ElementList& elements,
                                        ConnectionMode limit, bool tracking) {
    if (channel.band == phy::Band::ghz6) return access_point_6ghz(wiphy, channel, elements, limit);
    AccessPointChannel out{ConnectionMode::legacy, ChannelDefinition::mhz20_noht(channel)};
    const auto ht = elements.get<HtOperation>();
    if (limit < ConnectionMode::ht || !ht || !elements.find(element::ht_capabilities)) return out;
    out.channel = ChannelDefinition::mhz20(channel);
    if (!tracking && phy::channel_frequency(channel.band, ht->primary_channel) != channel.center) return out;
    out.channel = ht_channel(channel, *ht);
    out.mode = ConnectionMode::ht;
    if (limit < ConnectionMode::vht) return out;

    const BandCapabilities* own = wiphy.profile().band(channel.band);
    const std::uint32_t own_vht_capabilities = own != nullptr && own->vht ? own->vht->capabilities : 0;
    const auto ap_vht = elements.get<ieee80211::VhtCapabilities>();
    const unsigned ap_widths = ap_vht ? ap_vht->info.get(VhtCapabilityInfo::channel_width_set) : 0;
    const auto vht = elements.get<VhtOperation>();
    const auto he = elements.get<HeOperation>();
    const bool has_he = limit >= ConnectionMode::he && he && elements.find(element::he_capabilities);
    ChannelDefinition wide = out.channel;
    bool no_vht = false;
    if (has_he && he->vht) {
        if (!vht_channel(own_vht_capabilities, ap_widths, *he->vht, wide)) {
            out.mode = ConnectionMode::vht;
            return out;
        }
    } else if (!vht || !ap_vht) {
        if (channel.band == phy::Band::ghz5) return out;
        no_vht = true;
    } else if (channel.band == phy::Band::ghz2_4) {
        no_vht = true;
    } else if (!vht_channel(own_vht_capabilities, ap_widths, vht->info, wide)) {
        return out;
    }
    if (!phy::compatible(out.channel, wide)) return out;
    out.channel = wide;
    out.mode = no_vht ? ConnectionMode::ht : ConnectionMode::vht;
    if (!has_he) return out;

    out.mode = ConnectionMode::he;
    const auto eht = elements.get<EhtOperation>();
    if (limit < ConnectionMode::eht || !eht || !elements.find(element::eht_capabilities)) return out;
    if (eht->info) {
        ChannelDefinition as_eht = out.channel;
        eht_channel(*eht->info, as_eht);
        if (!as_eht.valid() || !phy::compatible(out.channel, as_eht)) return out;
        out.channel = as_eht;
    }
    out.mode = ConnectionMode::eht;
    return out;
}

bool uses_wmm(const Bss& bss) {
    return ElementList(bss.elements->bytes).find_vendor(ieee80211::wmm_vendor_prefix).has_value();
}

Result<CommonChannel> common_channel(const Wiphy& wiphy, const Wdev& wdev, const Bss& bss, ConnectionSettings settings,
                                     const std::optional<ieee80211::Bytes>& selectors) {
    const ElementList elements(bss.elements->bytes);
    // Each round can only lower the mode, so there are few.
    while (true) {
        AccessPointChannel ap = access_point_channel(wiphy, bss.channel, elements, settings.mode, false);
        while (ap.mode != settings.mode) {
            settings.mode = ap.mode;
            ap = access_point_channel(wiphy, bss.channel, elements, settings.mode, false);
        }
        if (bss.channel.band == phy::Band::ghz6 && ap.mode < ConnectionMode::he)
            return fail(EINVAL, "an access point in 6 GHz has HE");
        settings.limit = std::min(settings.limit, widest(settings.mode));
        if (!knows_selectors(wiphy, bss, settings.mode, selectors))
            return fail(EINVAL, "a required rate or feature is missing");
        CommonChannel out{settings, ap.channel};
        while (!usable(wiphy, out.channel, ChannelFlag::disabled))
            if (!narrow(out)) return fail(EINVAL, "the channel may not be used");
        lower_as_needed(wiphy, wdev, bss, elements, out);
        if (out.settings.mode == ap.mode) return out;
        settings = out.settings;
    }
}

BandwidthLimit limit_of(const ChannelDefinition& channel) {
    switch (channel.width) {
        case ChannelWidth::w40:
            return BandwidthLimit::mhz40;
        case ChannelWidth::w80:
            return BandwidthLimit::mhz80;
        case ChannelWidth::w80p80:
        case ChannelWidth::w160:
            return BandwidthLimit::mhz160;
        case ChannelWidth::w320:
            return BandwidthLimit::mhz320;
        default:
            return BandwidthLimit::mhz20;
    }
}

bool narrow(ChannelDefinition& channel) {
    const auto to = [&](ChannelWidth width) {
        const auto narrower = channel.narrowed(width);
        channel = narrower.value_or(ChannelDefinition::mhz20(channel.control));
        return true;
    };
    switch (channel.width) {
        case ChannelWidth::w320:
            return to(ChannelWidth::w160);
        case ChannelWidth::w160:
            return to(ChannelWidth::w80);
        case ChannelWidth::w80p80:
            channel.center2 = {};
            channel.width = ChannelWidth::w80;
            return true;
        case ChannelWidth::w80:
            return to(ChannelWidth::w40);
        case ChannelWidth::w40:
            channel = ChannelDefinition::mhz20(channel.control);
            return true;
        case ChannelWidth::w20:
            channel = ChannelDefinition::mhz20_noht(channel.control);
            return true;
        default:
            return false;
    }
}

bool narrow(CommonChannel& request) {
    if (!narrow(request.channel)) return false;
    request.settings.limit = std::min(request.settings.limit, limit_of(request.channel));
    if (request.channel.width == ChannelWidth::w20_noht)
        request.settings = {ConnectionMode::legacy, BandwidthLimit::mhz20};
    return true;
}

}  // namespace mlosim::mld::detail
