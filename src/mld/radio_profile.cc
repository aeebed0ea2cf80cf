#include "mld/radio_profile.h"

#include <algorithm>

#include "ieee80211/multi_link.h"
#include "mld/detail/profile_names.h"

namespace mlosim::mld {

namespace {

/// What a radio without channel contexts of its own says of remaining on a channel. cf. ieee80211_register_hw().
constexpr std::uint32_t software_remain_on_channel_ms = 5000;
/// Likewise of scans. cf. ieee80211_alloc_hw_nm().
constexpr std::uint8_t software_scan_ssids = 4;
constexpr std::uint8_t hardware_scan_ssids = 255;
constexpr std::uint32_t hardware_remain_on_channel_ms = 1000;

/// Frequencies on both sides of a band's outermost channels that still belong to its radio.
constexpr std::uint32_t radio_margin_khz = 10000;

/// 5, 10, 20 (no HT), 20, 40, 80 and 160 MHz, by enum nl80211_chan_width.
constexpr std::uint32_t hwsim_radar_widths = 0xef;

constexpr InterfaceTypes unlimited_types{InterfaceType::station, InterfaceType::ap, InterfaceType::p2p_client,
                                         InterfaceType::p2p_go, InterfaceType::mesh_point};
constexpr std::uint32_t unlimited = 2048;

std::optional<std::uint32_t> ext_feature(std::string_view name) {
    return detail::number_of(detail::ext_feature_names(), name);
}

/// One combination of all the types a radio has. cf. mac80211_hwsim_new_radio().
InterfaceCombination combination_of(InterfaceTypes types) {
    InterfaceCombination out;
    if (types.contains(InterfaceType::adhoc)) out.limits.push_back({1, {InterfaceType::adhoc}});
    if (!(types & unlimited_types).empty()) out.limits.push_back({unlimited, types & unlimited_types});
    if (types.contains(InterfaceType::p2p_device)) out.limits.push_back({1, {InterfaceType::p2p_device}});
    for (const InterfaceLimit& limit : out.limits)
        out.max_interfaces += limit.max;
    return out;
}

/// Who scans: with channel contexts the driver, else mac80211, which then can do a little more.
void set_scan_style(RadioProfile& profile, ScanStyle style) {
    const bool software = style == ScanStyle::software;
    profile.scan.style = style;
    profile.scan.max_ssids = software ? software_scan_ssids : hardware_scan_ssids;
    profile.max_remain_on_channel_ms = software ? software_remain_on_channel_ms : hardware_remain_on_channel_ms;
    const std::uint32_t low_priority = 1U << *detail::number_of(detail::feature_names(), "low_priority_scan");
    profile.features = software ? profile.features | low_priority : profile.features & ~low_priority;
    profile.ext_features.set(*ext_feature("scan_random_sn"), software);
}

}  // namespace

const InterfaceCapabilities* BandCapabilities::for_type(InterfaceType type) const {
    const auto it =
        std::find_if(interfaces.begin(), interfaces.end(), [&](const auto& i) { return i.types.contains(type); });
    return it != interfaces.end() ? &*it : nullptr;
}

const BandCapabilities* RadioProfile::band(phy::Band wanted) const {
    const auto it = std::find_if(bands.begin(), bands.end(), [&](const auto& b) { return b.band == wanted; });
    return it != bands.end() ? &*it : nullptr;
}

bool RadioProfile::supports_command(std::uint8_t command) const {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
}

const InterfaceExtendedCapabilities* RadioProfile::extended_for(InterfaceType type) const {
    const auto it = std::find_if(interface_extended_capabilities.begin(), interface_extended_capabilities.end(),
                                 [&](const auto& e) { return e.type == type; });
    return it != interface_extended_capabilities.end() ? &*it : nullptr;
}

RadioProfile RadioProfile::with_emlsr(std::uint8_t padding, std::uint8_t transition) const {
    using ieee80211::EmlCapabilities;
    RadioProfile out = *this;
    auto& all = out.interface_extended_capabilities;
    auto own = std::find_if(all.begin(), all.end(), [](const auto& e) { return e.type == InterfaceType::station; });
    if (own == all.end())
        own = all.insert(all.begin(), InterfaceExtendedCapabilities{InterfaceType::station, extended_capabilities});
    own->eml = static_cast<std::uint16_t>(EmlCapabilities::from_raw(own->eml)
                                              .set(EmlCapabilities::emlsr)
                                              .set(EmlCapabilities::padding_delay, padding)
                                              .set(EmlCapabilities::transition_delay, transition)
                                              .raw());
    return out;
}

bool RadioProfile::is_nstr_pair(phy::Band a, phy::Band b) const {
    return std::any_of(nstr_bands.begin(), nstr_bands.end(), [&](const auto& pair) {
        return (pair[0] == a && pair[1] == b) || (pair[0] == b && pair[1] == a);
    });
}

RadioProfile RadioProfile::with(const RadioOptions& options) const {
    RadioProfile out = *this;
    const bool channel_contexts_in_use =
        options.channel_contexts || options.channels > 1 || options.multi_link || options.multi_radio;
    if (!options.multi_link) {
        out.flags.remove(WiphyFlag::multi_link);
        out.interface_extended_capabilities.clear();
    }
    set_scan_style(out, channel_contexts_in_use ? ScanStyle::hardware : ScanStyle::software);
    out.channel_contexts = options.channels;

    if (options.interface_types) out.interface_types = *options.interface_types;
    if (options.p2p_device) out.interface_types.add(InterfaceType::p2p_device);
    if (options.ciphers) out.ciphers = *options.ciphers;

    InterfaceCombination combination = combination_of(out.interface_types);
    combination.channels = channel_contexts_in_use ? options.channels : 1;
    combination.radar_detect_widths = channel_contexts_in_use ? 0 : hwsim_radar_widths;
    out.combinations.clear();
    out.radios.clear();
    if (options.multi_radio) {
        // The inner radios keep the widths: they were copied before the whole gave them up.
        InterfaceCombination inner = combination;
        inner.radar_detect_widths = hwsim_radar_widths;
        for (const BandCapabilities& b : out.bands) {
            out.radios.push_back({phy::Frequency::khz(b.channels.front().channel.center.in_khz() - radio_margin_khz),
                                  phy::Frequency::khz(b.channels.back().channel.center.in_khz() + radio_margin_khz),
                                  {inner},
                                  0});
        }
        combination.channels *= static_cast<std::uint32_t>(out.radios.size());
    }
    if (combination.max_interfaces > 1) out.combinations.push_back(std::move(combination));
    if (const auto background_radar = ext_feature("radar_background"))
        out.ext_features.set(*background_radar, options.background_radar);
    return out;
}

}  // namespace mlosim::mld
