#include "mld/detail/association_request.h"

#include <algorithm>
#include <array>

#include "ieee80211/eht_capabilities.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/management_frames.h"
#include "ieee80211/vht_elements.h"
#include "ieee80211/wmm.h"
#include "mld/capability_elements.h"
#include "mld/detail/custom_elements.h"
#include "mld/wiphy.h"

namespace mlosim::mld::detail {

namespace {

using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::CapabilityInfo;
using ieee80211::ElementType;
using phy::ChannelFlag;
namespace element = ieee80211::element;

constexpr ElementType ric_data{57};
constexpr ElementType tim_broadcast_request{94};
constexpr ElementType fils_session = ElementType::extended(4);
constexpr ElementType fils_hlp_container = ElementType::extended(5);
constexpr ElementType fils_ip_address = ElementType::extended(6);
constexpr ElementType fils_key_confirmation = ElementType::extended(3);
constexpr ElementType fils_public_key = ElementType::extended(12);
constexpr ElementType future_channel_guidance = ElementType::extended(14);
constexpr ElementType dh_parameter = ElementType::extended(32);
constexpr ElementType known_sta_identification = ElementType::extended(136);

void append_rates(ByteWriter& out, const BandCapabilities& band) {
    constexpr std::size_t in_first_element = 8;
    ieee80211::Bytes rates;
    for (const BitRate& rate : band.rates)
        rates.push_back(static_cast<std::uint8_t>((rate.hundred_kbps + 4U) / 5U));
    const ByteView all(rates);
    const std::size_t first = std::min(all.size(), in_first_element);
    if (first > 0) ieee80211::write_element(out, element::supported_rates, all.first(first));
    if (all.size() > first) ieee80211::write_element(out, element::extended_supported_rates, all.subspan(first));
}

/// How it receives with one antenna to save power: static, dynamic or (3) not at all.
unsigned sm_power_save(const Wdev& wdev) {
    return wdev.power_save() ? 1 : 3;
}

// cf. ieee80211_add_ht_ie()
void append_ht(ByteWriter& out, const AssociationSubject& subject, const AssociateRequest& request) {
    const Wiphy& wiphy = subject.link.vif().wiphy();
    auto ht = own_ht(wiphy, subject.bss.channel.band, &request);
    if (!ht) return;
    ieee80211::HtCapabilityInfo info = ieee80211::HtCapabilityInfo::from_raw(ht->capabilities);
    bool narrow = subject.settings.limit == BandwidthLimit::mhz20;
    const phy::RadioChannel* channel = wiphy.channel(subject.bss.channel);
    const auto operation = ieee80211::ElementList(subject.bss.elements->bytes).get<ieee80211::HtOperation>();
    if (channel != nullptr && operation) {
        const auto secondary = operation->secondary_channel();
        if (secondary == ieee80211::SecondaryChannel::above)
            narrow |= channel->now.flags.has(ChannelFlag::no_ht40_plus);
        if (secondary == ieee80211::SecondaryChannel::below)
            narrow |= channel->now.flags.has(ChannelFlag::no_ht40_minus);
    }
    if (narrow) info.set(ieee80211::HtCapabilityInfo::width_40, 0).set(ieee80211::HtCapabilityInfo::short_gi_40, 0);
    info.set(ieee80211::HtCapabilityInfo::sm_power_save, sm_power_save(subject.link.vif()));
    ht->capabilities = static_cast<std::uint16_t>(info.raw());
    append_capabilities(out, *ht);
}

// cf. ieee80211_add_vht_ie() of a strict radio
void append_vht(ByteWriter& out, const AssociationSubject& subject, const AssociateRequest& request) {
    using Info = ieee80211::VhtCapabilityInfo;
    auto vht = own_vht(subject.link.vif().wiphy(), subject.bss.channel.band, &request);
    if (!vht) return;
    Info info = Info::from_raw(vht->capabilities);
    if (subject.settings.limit <= BandwidthLimit::mhz80)
        info.set(Info::short_gi_160, 0).set(Info::channel_width_set, 0);
    const auto ap = ieee80211::ElementList(subject.bss.elements->bytes).get<ieee80211::VhtCapabilities>();
    const unsigned ap_sts = ap ? ap->info.get(Info::beamformee_sts) : 0;
    info.set(Info::beamformee_sts, std::min(ap_sts, info.get(Info::beamformee_sts)));
    vht->capabilities = static_cast<std::uint32_t>(info.raw());
    append_capabilities(out, *vht);
}

// What a narrower connection leaves of HE. cf. ieee80211_get_adjusted_he_cap()
HeCapabilities adjusted(HeCapabilities he, BandwidthLimit limit) {
    constexpr std::uint8_t dcm_max_ru = 0xc0;
    const auto ru_limit = static_cast<std::uint8_t>(std::min<unsigned>(static_cast<unsigned>(limit), 3) << 6U);
    const std::uint8_t ru = std::min<std::uint8_t>(he.phy[8] & dcm_max_ru, ru_limit);
    he.phy[8] = static_cast<std::uint8_t>((he.phy[8] & ~dcm_max_ru) | ru);
    const auto clear = [&](std::size_t octet, std::uint8_t bits) {
        he.phy[octet] = static_cast<std::uint8_t>(he.phy[octet] & ~bits);
    };
    if (limit < BandwidthLimit::mhz40) {
        clear(0, 1U << 1 | 1U << 2);  // 40 MHz in 2.4 GHz; 40 and 80 MHz in the others
        clear(9, 1U << 0);            // longer than 16 HE-SIG-B symbols
    }
    if (limit < BandwidthLimit::mhz160) {
        clear(0, 1U << 3 | 1U << 4);
        clear(5, 7U << 3);            // sounding dimensions above 80 MHz
        clear(7, 1U << 6 | 1U << 7);  // STBC above 80 MHz
    }
    return he;
}

std::size_t eht_mcs_size(const HeCapabilities& he, const EhtCapabilities& eht) {
    constexpr std::uint8_t any_width = 0x1e;
    constexpr std::uint8_t wider_than_80 = 0x18;
    constexpr std::uint8_t width_320 = 1U << 1;
    if ((he.phy[0] & any_width) == 0) return 4;
    std::size_t size = 3;
    if ((he.phy[0] & wider_than_80) != 0) size += 3;
    if ((eht.phy[0] & width_320) != 0) size += 3;
    return size;
}

// cf. ieee80211_put_eht_cap()
EhtCapabilities adjusted(EhtCapabilities eht, const HeCapabilities& full_he, const HeCapabilities& he,
                         BandwidthLimit limit) {
    const std::size_t before = eht_mcs_size(full_he, eht);
    using Phy = ieee80211::EhtPhyCapabilities;
    Phy phy(eht.phy);
    constexpr std::uint8_t mcs15_80 = 1U << 4;
    constexpr std::uint8_t mcs15_160 = 1U << 5;
    constexpr std::uint8_t mcs15_320 = 1U << 6;
    std::uint8_t no_mcs15 = 0;
    if (limit < BandwidthLimit::mhz80) no_mcs15 |= mcs15_80;
    if (limit < BandwidthLimit::mhz160) {
        phy.set(Phy::beamformee_ss_160, 0).set(Phy::sounding_dimensions_160, 0);
        no_mcs15 |= mcs15_160;
    }
    if (limit < BandwidthLimit::mhz320) {
        phy.set(Phy::width_320_in_6ghz, 0).set(Phy::beamformee_ss_320, 0).set(Phy::sounding_dimensions_320, 0);
        no_mcs15 |= mcs15_320;
    }
    if (limit == BandwidthLimit::mhz20) phy.set(Phy::ru_242_wider_than_20, 0);
    std::copy(phy.octets().begin(), phy.octets().end(), eht.phy.begin());
    eht.phy[6] = static_cast<std::uint8_t>(eht.phy[6] & ~no_mcs15);

    const std::size_t after = eht_mcs_size(he, eht);
    // A station that became one of 20 MHz alone tells MCS 0–7 and 8–9 apart.
    if (after == 4 && before != 4 && eht.mcs.size() >= 3)
        eht.mcs = {eht.mcs[0], eht.mcs[0], eht.mcs[1], eht.mcs[2]};
    else if (eht.mcs.size() > after)
        eht.mcs.resize(after);
    return eht;
}

void append_he(ByteWriter& out, const AssociationSubject& subject, const InterfaceCapabilities& own) {
    if (!own.he) return;
    append_capabilities(out, adjusted(*own.he, subject.settings.limit));
    if (subject.bss.channel.band != phy::Band::ghz6 || !own.he_6ghz) return;
    const unsigned smps = sm_power_save(subject.link.vif()) << 9U;
    append_he_6ghz_capabilities(out, static_cast<std::uint16_t>((*own.he_6ghz & ~(3U << 9U)) | smps));
}

// cf. ieee80211_put_reg_conn()
void append_regulatory_connectivity(ByteWriter& out, phy::ChannelFlags flags) {
    std::uint8_t connectivity = 1U << 0 | 1U << 1 | 1U << 2;  // low power indoor: known and so; standard power: known
    if (!flags.has(ChannelFlag::no_6ghz_afc_client)) connectivity |= 1U << 3;
    ieee80211::write_element(out, element::non_ap_sta_regulatory_connectivity, ByteView(&connectivity, 1));
}

}  // namespace

AssociationElements association_elements(const AssociationSubject& subject, const AssociateRequest& request,
                                         const ieee80211::Ssid& ssid, bool wmm) {
    AssociationElements result;
    ByteWriter out(result.elements);
    const Wdev& wdev = subject.link.vif();
    const phy::Band band = subject.bss.channel.band;
    const BandCapabilities* capabilities = wdev.wiphy().profile().band(band);
    if (capabilities == nullptr) return result;  // there are no networks in a band that the radio lacks
    const InterfaceCapabilities* own = capabilities->for_type(wdev.type());
    const ConnectionMode mode = subject.settings.mode;

    CapabilityInfo info;
    const auto ap = CapabilityInfo::from_raw(subject.bss.capability);
    if (ap.has(CapabilityInfo::privacy)) info.set(CapabilityInfo::privacy);
    if (request.use_rrm) info.set(CapabilityInfo::radio_measurement);
    // Reserved for stations, but some access points want it of those before EHT; a strict radio leaves it out.
    if (band == phy::Band::ghz2_4) info.set(CapabilityInfo::short_slot_time).set(CapabilityInfo::short_preamble);
    result.capabilities = static_cast<std::uint16_t>(info.raw());

    ssid.append_to(out);
    append_rates(out, *capabilities);
    const phy::RadioChannel* channel = wdev.wiphy().channel(subject.bss.channel);
    if (request.use_rrm && channel != nullptr) {
        const std::array<std::uint8_t, 2> power{0, static_cast<std::uint8_t>(channel->now.max_power_dbm)};
        ieee80211::write_element(out, element::power_capability, ByteView(power));
    }
    CustomElements custom(request.elements);
    custom.put_while(
        out,
        {element::ssid, element::supported_rates, element::extended_supported_rates, element::power_capability,
         element::supported_channels, element::rsn, element::qos_capability, element::rm_enabled_capabilities,
         element::mobility_domain, element::fast_bss_transition, ric_data, element::supported_operating_classes},
        {element::supported_operating_classes, element::ht_capabilities, element::coexistence_20_40,
         element::extended_capabilities, element::qos_traffic_capability, tim_broadcast_request, element::interworking,
         element::vht_capabilities, element::operating_mode_notification});
    if (band != phy::Band::ghz6 && mode >= ConnectionMode::ht) append_ht(out, subject, request);
    custom.put_while(out, {element::coexistence_20_40, element::extended_capabilities, element::qos_traffic_capability,
                           tim_broadcast_request, element::interworking});
    if (band != phy::Band::ghz6 && mode >= ConnectionMode::vht) append_vht(out, subject, request);
    custom.put_while(out, {element::operating_mode_notification, future_channel_guidance, fils_session, fils_public_key,
                           fils_key_confirmation, fils_hlp_container, fils_ip_address});
    if (mode >= ConnectionMode::he && own != nullptr) append_he(out, subject, *own);
    custom.put_while(out, {dh_parameter, known_sta_identification});
    if (band == phy::Band::ghz6 && channel != nullptr) append_regulatory_connectivity(out, channel->now.flags);
    if (mode >= ConnectionMode::eht && own != nullptr && own->he && own->eht) {
        const HeCapabilities he = adjusted(*own->he, subject.settings.limit);
        append_capabilities(out, adjusted(*own->eht, *own->he, he, subject.settings.limit));
    }
    custom.put_until_vendor(out);
    if (wmm) ieee80211::WmmInformation{}.append_to(out);
    custom.put_rest(out);
    return result;
}

}  // namespace mlosim::mld::detail
