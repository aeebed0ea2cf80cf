#include "mld/detail/association_request.h"

#include <algorithm>
#include <array>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/eht_capabilities.h"
#include "ieee80211/ht_elements.h"
#include "ieee80211/inheritance.h"
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
    const Wiphy& wiphy = subject.wdev.wiphy();
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
    info.set(ieee80211::HtCapabilityInfo::sm_power_save, sm_power_save(subject.wdev));
    ht->capabilities = static_cast<std::uint16_t>(info.raw());
    append_capabilities(out, *ht);
}

// cf. ieee80211_add_vht_ie() of a strict radio
void append_vht(ByteWriter& out, const AssociationSubject& subject, const AssociateRequest& request) {
    using Info = ieee80211::VhtCapabilityInfo;
    auto vht = own_vht(subject.wdev.wiphy(), subject.bss.channel.band, &request);
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
    const unsigned smps = sm_power_save(subject.wdev) << 9U;
    append_he_6ghz_capabilities(out, static_cast<std::uint16_t>((*own.he_6ghz & ~(3U << 9U)) | smps));
}

// cf. ieee80211_put_reg_conn()
void append_regulatory_connectivity(ByteWriter& out, phy::ChannelFlags flags) {
    std::uint8_t connectivity = 1U << 0 | 1U << 1 | 1U << 2;  // low power indoor: known and so; standard power: known
    if (!flags.has(ChannelFlag::no_6ghz_afc_client)) connectivity |= 1U << 3;
    ieee80211::write_element(out, element::non_ap_sta_regulatory_connectivity, ByteView(&connectivity, 1));
}

/// Elements that the MAC puts in, as far as a profile inside the frame must say that it lacks them.
/// cf. PRESENT_ELEM_EXT_OFFS
using PresentElements = std::vector<ElementType>;

/// cf. ieee80211_add_non_inheritance_elem()
void append_non_inheritance(ByteWriter& out, const PresentElements& outer, const PresentElements& inner) {
    ieee80211::Bytes ids;
    ieee80211::Bytes extensions;
    for (const ElementType type : outer) {
        if (std::find(inner.begin(), inner.end(), type) != inner.end()) continue;
        type.is_extended() ? extensions.push_back(type.extension) : ids.push_back(type.id);
    }
    if (ids.empty() && extensions.empty()) return;
    if (const auto listed = ieee80211::NonInheritance::from(ids, extensions)) listed->append_to(out);
}

/// What one link's part of the request is made of, in its order; between the two halves is the place of the Multi-Link
/// element. cf. ieee80211_add_link_elems()
class LinkElements {
public:
    LinkElements(const AssociationSubject& subject, const AssociateRequest& request)
        : subject_(subject),
          request_(request),
          band_(subject.bss.channel.band),
          capabilities_(*subject.wdev.wiphy().profile().band(band_)),
          own_(capabilities_.for_type(subject.wdev.type())),
          channel_(subject.wdev.wiphy().channel(subject.bss.channel)),
          custom_(subject.elements) {}

    /// ESS is reserved for stations, but some access points want it of those before EHT; a strict radio leaves it out.
    [[nodiscard]] CapabilityInfo capabilities(bool privacy) const {
        CapabilityInfo info;
        if (privacy) info.set(CapabilityInfo::privacy);
        if (request_.use_rrm) info.set(CapabilityInfo::radio_measurement);
        if (band_ == phy::Band::ghz2_4) info.set(CapabilityInfo::short_slot_time).set(CapabilityInfo::short_preamble);
        return info;
    }

    void put_first(ByteWriter& out);
    void put_eht(ByteWriter& out) const;
    CustomElements& custom() { return custom_; }
    [[nodiscard]] const PresentElements& present() const { return present_; }

private:
    const AssociationSubject& subject_;
    const AssociateRequest& request_;
    phy::Band band_;
    const BandCapabilities& capabilities_;
    const InterfaceCapabilities* own_;
    const phy::RadioChannel* channel_;
    CustomElements custom_;
    PresentElements present_;
};

void LinkElements::put_first(ByteWriter& out) {
    const ConnectionMode mode = subject_.settings.mode;
    append_rates(out, capabilities_);
    if (request_.use_rrm && channel_ != nullptr) {
        const std::array<std::uint8_t, 2> power{0, static_cast<std::uint8_t>(channel_->now.max_power_dbm)};
        ieee80211::write_element(out, element::power_capability, ByteView(power));
        present_.push_back(element::power_capability);
    }
    custom_.put_while(
        out,
        {element::ssid, element::supported_rates, element::extended_supported_rates, element::power_capability,
         element::supported_channels, element::rsn, element::qos_capability, element::rm_enabled_capabilities,
         element::mobility_domain, element::fast_bss_transition, ric_data, element::supported_operating_classes},
        {element::supported_operating_classes, element::ht_capabilities, element::coexistence_20_40,
         element::extended_capabilities, element::qos_traffic_capability, tim_broadcast_request, element::interworking,
         element::vht_capabilities, element::operating_mode_notification});
    if (band_ != phy::Band::ghz6 && mode >= ConnectionMode::ht) {
        append_ht(out, subject_, request_);
        present_.push_back(element::ht_capabilities);
    }
    custom_.put_while(out, {element::coexistence_20_40, element::extended_capabilities, element::qos_traffic_capability,
                            tim_broadcast_request, element::interworking});
    if (band_ != phy::Band::ghz6 && mode >= ConnectionMode::vht && own_vht(subject_.wdev.wiphy(), band_, &request_)) {
        append_vht(out, subject_, request_);
        present_.push_back(element::vht_capabilities);
    }
    custom_.put_while(out, {element::operating_mode_notification, future_channel_guidance, fils_session,
                            fils_public_key, fils_key_confirmation, fils_hlp_container, fils_ip_address});
    if (mode >= ConnectionMode::he) {
        if (own_ != nullptr) append_he(out, subject_, *own_);
        present_.push_back(element::he_capabilities);
    }
    custom_.put_while(out, {dh_parameter, known_sta_identification});
    if (band_ == phy::Band::ghz6 && channel_ != nullptr) append_regulatory_connectivity(out, channel_->now.flags);
    if (mode >= ConnectionMode::eht) present_.push_back(element::eht_capabilities);
}

void LinkElements::put_eht(ByteWriter& out) const {
    if (subject_.settings.mode < ConnectionMode::eht || own_ == nullptr || !own_->he || !own_->eht) return;
    const HeCapabilities he = adjusted(*own_->he, subject_.settings.limit);
    append_capabilities(out, adjusted(*own_->eht, *own_->he, he, subject_.settings.limit));
}

/// The links on which the station cannot receive while it sends on this one, nor the other way round; nothing if there
/// are none. 802.11be 35.3.16.4
std::optional<std::uint16_t> nstr_links_of(const AssociationSubject& of, const AssociationSubject& main,
                                           const std::vector<AssociationSubject>& others) {
    std::uint16_t out = 0;
    const auto consider = [&](const AssociationSubject& other) {
        const bool pair = of.wdev.wiphy().profile().is_nstr_pair(of.bss.channel.band, other.bss.channel.band);
        if (pair && other.link != of.link) out = static_cast<std::uint16_t>(out | other.link.bit());
    };
    consider(main);
    for (const AssociationSubject& other : others)
        consider(other);
    return out != 0 ? std::optional(out) : std::nullopt;
}

/// cf. ieee80211_assoc_add_ml_elem()
ieee80211::BasicMultiLink multi_link(const AssociationSubject& subject, const std::vector<AssociationSubject>& others,
                                     const AssociateRequest& request, bool privacy, const PresentElements& outer) {
    constexpr std::uint16_t emlsr_or_emlmr = 1U << 0 | 1U << 7;
    ieee80211::BasicMultiLink out;
    out.mld_addr = subject.wdev.address();
    const auto* own = subject.wdev.wiphy().profile().extended_for(subject.wdev.type());
    if (own != nullptr && (own->eml & emlsr_or_emlmr) != 0) out.eml = ieee80211::EmlCapabilities::from_raw(own->eml);
    out.mld_capabilities = ieee80211::MldCapabilities::from_raw(own != nullptr ? own->mld : 0);
    const auto extended =
        static_cast<std::uint16_t>(request.ext_mld_capabilities | (own != nullptr ? own->ext_mld : 0));
    if (extended != 0) out.extended_mld_capabilities = ieee80211::ExtendedMldCapabilities::from_raw(extended);
    std::uint32_t capabilities = 0;  // a 2.4 GHz link's slots stay in the profiles after it, as in the kernel
    for (const AssociationSubject& other : others) {
        ieee80211::BasicPerStaProfile profile;
        profile.link = other.link;
        profile.complete = true;
        profile.sta_addr = other.address;
        profile.nstr_links = nstr_links_of(other, subject, others);
        ByteWriter w(profile.profile);
        LinkElements link(other, request);
        capabilities |= static_cast<std::uint32_t>(link.capabilities(privacy).raw());
        w.u16le(static_cast<std::uint16_t>(capabilities));
        link.put_first(w);
        link.put_eht(w);
        link.custom().put_rest(w);
        append_non_inheritance(w, outer, link.present());
        out.profiles.push_back(std::move(profile));
    }
    return out;
}

bool has_privacy(const AssociationSubject& subject) {
    return CapabilityInfo::from_raw(subject.bss.capability).has(CapabilityInfo::privacy);
}

}  // namespace

AssociationElements association_elements(const AssociationSubject& subject,
                                         const std::vector<AssociationSubject>& others, const AssociateRequest& request,
                                         const ieee80211::Ssid& ssid, bool wmm) {
    AssociationElements result;
    ByteWriter out(result.elements);
    // There are no networks in a band that the radio lacks.
    if (subject.wdev.wiphy().profile().band(subject.bss.channel.band) == nullptr) return result;
    const bool privacy = has_privacy(subject) || std::any_of(others.begin(), others.end(), has_privacy);
    LinkElements link(subject, request);
    result.capabilities = static_cast<std::uint16_t>(link.capabilities(privacy).raw());
    ssid.append_to(out);
    link.put_first(out);
    if (request.ap_mld_addr) multi_link(subject, others, request, privacy, link.present()).append_to(out);
    link.put_eht(out);
    link.custom().put_until_vendor(out);
    if (wmm) ieee80211::WmmInformation{}.append_to(out);
    link.custom().put_rest(out);
    return result;
}

ieee80211::Bytes added_link_profile(const AssociationSubject& subject, bool use_rrm) {
    ieee80211::Bytes out;
    ByteWriter w(out);
    AssociateRequest request;
    request.use_rrm = use_rrm;
    LinkElements link(subject, request);
    w.u16le(static_cast<std::uint16_t>(link.capabilities(has_privacy(subject)).raw()));
    link.put_first(w);
    link.put_eht(w);
    link.custom().put_rest(w);
    ieee80211::WmmInformation{}.append_to(w);
    return out;
}

}  // namespace mlosim::mld::detail
