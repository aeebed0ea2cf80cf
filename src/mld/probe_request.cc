#include "mld/probe_request.h"

#include <algorithm>

#include "ieee80211/element.h"
#include "ieee80211/frame_header.h"
#include "mld/capability_elements.h"
#include "mld/detail/custom_elements.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"

namespace mlosim::mld {

namespace {

using ieee80211::ByteView;
using ieee80211::ByteWriter;
using ieee80211::ElementType;
using phy::ChannelFlag;
namespace element = ieee80211::element;

constexpr ElementType channel_usage{97};
constexpr ElementType ap_csn{86};
constexpr ElementType fils_request_parameters = ElementType::extended(2);
constexpr std::size_t rates_in_first_element = 8;

bool any_channel_without(const BandChannels& band, phy::ChannelFlags flags) {
    return std::any_of(band.channels.begin(), band.channels.end(),
                       [&](const phy::RadioChannel& c) { return !c.now.flags.has_any(flags); });
}

/// The rates to announce, in units of 500 kb/s: the band's, or those of them that the request names.
ieee80211::Bytes rates_for(const BandCapabilities& band, const ScanRequest& request) {
    const auto asked = std::find_if(request.rates.begin(), request.rates.end(),
                                    [&](const ScanRequest::Rates& r) { return r.band == band.band; });
    ieee80211::Bytes out;
    for (const BitRate& rate : band.rates) {
        const auto units = static_cast<std::uint8_t>((rate.hundred_kbps + 4) / 5);
        if (asked != request.rates.end() &&
            std::none_of(asked->units_of_500_kbps.begin(), asked->units_of_500_kbps.end(),
                         [&](std::uint8_t a) { return (a & 0x7fU) == units; }))
            continue;
        out.push_back(units);
    }
    return out;
}

/// What it can do in 6 GHz is told in every band. cf. ieee80211_put_he_6ghz_cap()
void append_6ghz(ByteWriter& out, const Wiphy& wiphy, const Wdev& wdev) {
    constexpr std::uint16_t sm_power_save = 3U << 9;  // 3: disabled
    const BandCapabilities* capabilities = wiphy.profile().band(phy::Band::ghz6);
    const BandChannels* channels = wiphy.band(phy::Band::ghz6);
    if (capabilities == nullptr || channels == nullptr) return;
    if (!any_channel_without(*channels, {ChannelFlag::disabled, ChannelFlag::no_he})) return;
    const InterfaceCapabilities* own = capabilities->for_type(wdev.type());
    if (own == nullptr || !own->he_6ghz || *own->he_6ghz == 0) return;
    append_he_6ghz_capabilities(out, static_cast<std::uint16_t>(*own->he_6ghz | sm_power_save));
}

}  // namespace

ieee80211::Bytes probe_request_elements(const Wiphy& wiphy, const Wdev& wdev, const ScanRequest& request,
                                        phy::Band band, std::optional<phy::Channel> channel) {
    ieee80211::Bytes bytes;
    ByteWriter out(bytes);
    detail::CustomElements custom(request.elements);
    const BandCapabilities* capabilities = wiphy.profile().band(band);
    const BandChannels* channels = wiphy.band(band);
    if (capabilities == nullptr || channels == nullptr || band == phy::Band::s1g) {
        custom.put_rest(out);  // S1G probe requests carry none of what follows
        return bytes;
    }

    const ieee80211::Bytes rates = rates_for(*capabilities, request);
    const std::size_t first = std::min(rates.size(), rates_in_first_element);
    if (first > 0) ieee80211::write_element(out, element::supported_rates, ByteView(rates).first(first));
    custom.put_while(out, {element::ssid, element::supported_rates, element::request});
    if (rates.size() > first)
        ieee80211::write_element(out, element::extended_supported_rates, ByteView(rates).subspan(first));
    if (channel && band == phy::Band::ghz2_4) {
        const auto number = static_cast<std::uint8_t>(channel->number());
        ieee80211::write_element(out, element::dsss_parameter_set, ByteView(&number, 1));
    }
    if (request.flags.has(ScanFlag::min_probe_content)) {
        custom.put_rest(out);
        return bytes;
    }
    custom.put_while(out, {element::dsss_parameter_set, element::supported_operating_classes});
    if (capabilities->ht) append_capabilities(out, *capabilities->ht);
    custom.put_while(out, {element::coexistence_20_40, element::extended_capabilities, element::ssid_list,
                           channel_usage, element::interworking, element::mesh_id});
    if (capabilities->vht && any_channel_without(*channels, {ChannelFlag::disabled, ChannelFlag::no_80mhz}))
        append_capabilities(out, *capabilities->vht);
    custom.put_while(out, {fils_request_parameters, ap_csn});

    if (const InterfaceCapabilities* own = capabilities->for_type(wdev.type())) {
        if (own->he && any_channel_without(*channels, {ChannelFlag::disabled, ChannelFlag::no_he}))
            append_capabilities(out, *own->he);
        if (own->eht &&
            any_channel_without(*channels, {ChannelFlag::disabled, ChannelFlag::no_he, ChannelFlag::no_eht}))
            append_capabilities(out, *own->eht);
        append_6ghz(out, wiphy, wdev);
        if (own->uhr && any_channel_without(*channels, {ChannelFlag::disabled, ChannelFlag::no_uhr}))
            append_capabilities(out, *own->uhr);
    }
    custom.put_rest(out);
    return bytes;
}

ieee80211::Bytes probe_request(const ieee80211::MacAddress& sender, const ieee80211::MacAddress& bssid,
                               const ieee80211::Ssid& ssid, ByteView elements, ieee80211::SequenceControl sequence) {
    ieee80211::Bytes bytes;
    bytes.reserve(64 + elements.size());
    ByteWriter out(bytes);
    auto header = ieee80211::FrameHeader::management(ieee80211::ManagementSubtype::probe_request, bssid, sender, bssid);
    header.sequence = sequence;
    header.append_to(out);
    ssid.append_to(out);
    out.bytes(elements);
    return bytes;
}

}  // namespace mlosim::mld
