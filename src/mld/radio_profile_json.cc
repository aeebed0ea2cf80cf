#include <array>

#include <nlohmann/json.hpp>

#include "mld/detail/profile_bands.h"
#include "mld/detail/profile_names.h"
#include "mld/detail/profile_reader.h"
#include "mld/radio_profiles.h"

namespace mlosim::mld {

namespace {

using detail::Json;
using detail::ProfileReader;
using Scope = ProfileReader::Scope;

constexpr std::array<std::string_view, 2> scan_styles{"hardware", "software"};
constexpr std::array<std::string_view, 3> survey_styles{"none", "scanned_channels", "all_channels"};

/// One word out of a list, as the enumerator of the same index.
template <class Enum, std::size_t N>
void choice(ProfileReader& in, const Json& parent, std::string_view key, const std::array<std::string_view, N>& names,
            Enum& out) {
    std::string word;
    in.text(parent, key, word);
    if (word.empty()) return;
    const Scope scope(in, key);
    if (const auto n = detail::number_of(names, word))
        out = static_cast<Enum>(*n);
    else
        in.mistake(word, detail::listed(names));
}

void read_scan(ProfileReader& in, const Json& profile, RadioProfile& out) {
    if (const Json* scan = in.object(profile, "scan")) {
        const Scope scope(in, "scan");
        in.only(*scan, {"style", "max_ssids", "max_ie_length", "split_6ghz", "all_bands_at_once"});
        choice(in, *scan, "style", scan_styles, out.scan.style);
        in.number(*scan, "max_ssids", out.scan.max_ssids);
        in.number(*scan, "max_ie_length", out.scan.max_ie_length);
        in.boolean(*scan, "split_6ghz", out.scan.split_6ghz);
        in.boolean(*scan, "all_bands_at_once", out.scan.all_bands_at_once);
    }
    if (const Json* sched = in.object(profile, "scheduled_scan")) {
        const Scope scope(in, "scheduled_scan");
        in.only(*sched, {"max_requests", "max_ssids", "max_ie_length", "max_match_sets", "max_plans",
                         "max_plan_interval_s", "max_plan_iterations"});
        in.number(*sched, "max_requests", out.scheduled_scan.max_requests);
        in.number(*sched, "max_ssids", out.scheduled_scan.max_ssids);
        in.number(*sched, "max_ie_length", out.scheduled_scan.max_ie_length);
        in.number(*sched, "max_match_sets", out.scheduled_scan.max_match_sets);
        in.number(*sched, "max_plans", out.scheduled_scan.max_plans);
        in.number(*sched, "max_plan_interval_s", out.scheduled_scan.max_plan_interval);
        in.number(*sched, "max_plan_iterations", out.scheduled_scan.max_plan_iterations);
    }
}

void read_limits(ProfileReader& in, const Json& profile, RadioProfile& out) {
    if (const Json* retry = in.object(profile, "retry")) {
        const Scope scope(in, "retry");
        in.only(*retry, {"short", "long"});
        in.number(*retry, "short", out.retry_short);
        in.number(*retry, "long", out.retry_long);
    }
    in.optional_number(profile, "fragmentation_threshold", out.fragmentation_threshold);
    in.optional_number(profile, "rts_threshold", out.rts_threshold);
    in.number(profile, "max_pmkids", out.max_pmkids);
    in.number(profile, "max_akms_per_connection", out.max_akms_per_connection);
    in.number(profile, "max_remain_on_channel_ms", out.max_remain_on_channel_ms);
    in.number(profile, "max_csa_counters", out.max_csa_counters);
    in.number(profile, "max_ap_stations", out.max_ap_stations);
    in.number(profile, "channel_contexts", out.channel_contexts, 16);
    if (const Json* antennas = in.object(profile, "antennas")) {
        const Scope scope(in, "antennas");
        in.only(*antennas, {"tx", "rx"});
        in.hex_number(*antennas, "tx", out.antennas_tx);
        in.hex_number(*antennas, "rx", out.antennas_rx);
    }
    if (const Json* txq = in.object(profile, "transmit_queues")) {
        const Scope scope(in, "transmit_queues");
        in.only(*txq, {"packets", "memory_bytes", "quantum_bytes", "max_flows"});
        in.number(*txq, "packets", out.txq.packets);
        in.number(*txq, "memory_bytes", out.txq.memory_bytes);
        in.number(*txq, "quantum_bytes", out.txq.quantum_bytes);
        in.number(*txq, "max_flows", out.txq.max_flows);
    }
    if (const Json* mbssid = in.object(profile, "mbssid")) {
        const Scope scope(in, "mbssid");
        in.only(*mbssid, {"max_interfaces", "max_ema_periodicity"});
        in.number(*mbssid, "max_interfaces", out.mbssid.max_interfaces);
        in.number(*mbssid, "max_ema_periodicity", out.mbssid.max_ema_periodicity);
    }
    if (profile.contains("addresses")) {
        out.addresses.clear();
        if (const Json* list = in.array(profile, "addresses")) {
            const Scope scope(in, "addresses");
            Json holder = Json::object();
            for (std::size_t i = 0; i < list->size(); ++i) {
                std::uint8_t change = 0;
                const std::string key = std::to_string(i);
                holder[key] = (*list)[i];
                in.hex_number(holder, key, change);
                out.addresses.push_back(change);
            }
            if (out.addresses.empty()) in.mistake_text("nothing", "at least one address");
        }
    }
}

void read_suites(ProfileReader& in, const Json& profile, std::string_view key,
                 std::optional<std::uint32_t> (*parse)(std::string_view), std::vector<std::uint32_t>& out) {
    const Json* list = in.array(profile, key);
    if (list == nullptr) return;
    out.clear();
    const Scope scope(in, key);
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Json& word = (*list)[i];
        const Scope item(in, i);
        const auto suite = word.is_string() ? parse(word.get_ref<const std::string&>()) : std::nullopt;
        if (suite)
            out.push_back(*suite);
        else
            in.mistake(word, "a suite by name (CCMP-128, SAE …) or as 00-0f-ac:4");
    }
}

std::vector<InterfaceCombination> read_combinations(ProfileReader& in, const Json& list) {
    std::vector<InterfaceCombination> out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Scope scope(in, i);
        const Json& item = list[i];
        if (!item.is_object()) {
            in.mistake(item, "an object");
            continue;
        }
        in.only(item, {"limits", "channels", "max_interfaces", "beacon_interval_must_match", "radar_detect_widths_mhz",
                       "radar_detect_regions", "beacon_interval_min_gcd"});
        InterfaceCombination c;
        if (const Json* limits = in.array(item, "limits")) {
            const Scope limits_scope(in, "limits");
            for (std::size_t j = 0; j < limits->size(); ++j) {
                const Scope limit_scope(in, j);
                const Json& l = (*limits)[j];
                if (!l.is_object()) {
                    in.mistake(l, "an object");
                    continue;
                }
                in.only(l, {"max", "types"});
                InterfaceLimit limit;
                in.number(l, "max", limit.max);
                in.types(l, "types", limit.types);
                c.limits.push_back(limit);
            }
        }
        in.number(item, "channels", c.channels);
        in.number(item, "max_interfaces", c.max_interfaces);
        in.boolean(item, "beacon_interval_must_match", c.beacon_interval_must_match);
        in.bits(item, "radar_detect_widths_mhz", detail::channel_width_names(), c.radar_detect_widths);
        in.hex_number(item, "radar_detect_regions", c.radar_detect_regions);
        in.number(item, "beacon_interval_min_gcd", c.beacon_interval_min_gcd);
        out.push_back(std::move(c));
    }
    return out;
}

void read_interfaces(ProfileReader& in, const Json& profile, RadioProfile& out) {
    in.types(profile, "interface_types", out.interface_types);
    in.types(profile, "software_interface_types", out.software_interface_types);
    if (const Json* list = in.array(profile, "interface_combinations")) {
        const Scope scope(in, "interface_combinations");
        out.combinations = read_combinations(in, *list);
    }
    if (const Json* list = in.array(profile, "radios")) {
        const Scope scope(in, "radios");
        out.radios.clear();
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Scope item_scope(in, i);
            const Json& item = (*list)[i];
            if (!item.is_object()) {
                in.mistake(item, "an object");
                continue;
            }
            in.only(item, {"from_khz", "to_khz", "antenna_mask", "interface_combinations"});
            WiphyRadio radio;
            std::uint32_t from = 0;
            std::uint32_t to = 0;
            in.number(item, "from_khz", from);
            in.number(item, "to_khz", to);
            radio.from = phy::Frequency::khz(from);
            radio.to = phy::Frequency::khz(to);
            in.hex_number(item, "antenna_mask", radio.antenna_mask);
            if (const Json* combinations = in.array(item, "interface_combinations")) {
                const Scope combinations_scope(in, "interface_combinations");
                radio.combinations = read_combinations(in, *combinations);
            }
            out.radios.push_back(std::move(radio));
        }
    }
    if (const Json* frames = in.object(profile, "management_frames")) {
        const Scope scope(in, "management_frames");
        for (const auto& [name, item] : frames->items()) {
            const Scope type_scope(in, name);
            const auto type = parse_interface_type(name);
            if (!type || *type == InterfaceType::mlo_link) {
                in.mistake_text("an unknown type", detail::listed(detail::interface_type_names()));
                continue;
            }
            if (!item.is_object()) {
                in.mistake(item, "an object");
                continue;
            }
            in.only(item, {"tx", "rx"});
            ManagementFrames& m = out.management_frames[static_cast<std::size_t>(*type)];
            if (item.contains("tx") && item["tx"] == "all")
                m.tx = 0xffff;
            else
                in.bits(item, "tx", detail::frame_subtype_names(), m.tx);
            in.bits(item, "rx", detail::frame_subtype_names(), m.rx);
        }
    }
}

void read_extended(ProfileReader& in, const Json& parent, ExtendedCapabilities& out) {
    in.bytes(parent, "value", out.value);
    in.bytes(parent, "mask", out.mask);
    if (out.value.size() != out.mask.size()) in.mistake_text("value and mask of different lengths", "equal lengths");
}

void read_capabilities(ProfileReader& in, const Json& profile, RadioProfile& out) {
    std::uint32_t flags = out.flags.bits();
    in.bits(profile, "flags", detail::wiphy_flag_names(), flags);
    out.flags = WiphyFlags::from_bits(flags);
    in.bits(profile, "features", detail::feature_names(), out.features);
    if (profile.contains("commands")) {
        out.commands.clear();
        for (std::uint32_t n : in.words(profile, "commands", detail::command_names()))
            out.commands.push_back(static_cast<std::uint8_t>(n));
    }
    if (profile.contains("ext_features")) {
        out.ext_features.reset();
        for (std::uint32_t n : in.words(profile, "ext_features", detail::ext_feature_names()))
            out.ext_features.set(n);
    }
    in.bits(profile, "bss_parameters", detail::bss_parameter_names(), out.bss_parameters);
    in.hex_number(profile, "bss_select", out.bss_select);
    in.bytes(profile, "ht_override_mask", out.ht_override_mask);
    in.bytes(profile, "vht_override_mask", out.vht_override_mask);
    if (const Json* extended = in.object(profile, "extended_capabilities")) {
        const Scope scope(in, "extended_capabilities");
        in.only(*extended, {"value", "mask"});
        read_extended(in, *extended, out.extended_capabilities);
    }
    if (const Json* list = in.array(profile, "interface_extended_capabilities")) {
        const Scope scope(in, "interface_extended_capabilities");
        out.interface_extended_capabilities.clear();
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Scope item_scope(in, i);
            const Json& item = (*list)[i];
            if (!item.is_object()) {
                in.mistake(item, "an object");
                continue;
            }
            in.only(item, {"type", "value", "mask", "eml", "mld", "ext_mld"});
            InterfaceExtendedCapabilities c;
            if (const auto type = in.type(item, "type")) c.type = *type;
            read_extended(in, item, c.extended);
            in.hex_number(item, "eml", c.eml);
            in.hex_number(item, "mld", c.mld);
            in.hex_number(item, "ext_mld", c.ext_mld);
            out.interface_extended_capabilities.push_back(std::move(c));
        }
    }
}

void read_patterns(ProfileReader& in, const Json& parent, PatternSupport& out) {
    const Json* patterns = in.object(parent, "patterns");
    if (patterns == nullptr) return;
    const Scope scope(in, "patterns");
    in.only(*patterns, {"max", "min_length", "max_length", "max_offset"});
    in.number(*patterns, "max", out.max_patterns);
    in.number(*patterns, "min_length", out.min_length);
    in.number(*patterns, "max_length", out.max_length);
    in.number(*patterns, "max_offset", out.max_offset);
}

std::vector<VendorCommand> read_vendor(ProfileReader& in, const Json& profile, std::string_view key) {
    std::vector<VendorCommand> out;
    const Json* list = in.array(profile, key);
    if (list == nullptr) return out;
    const Scope scope(in, key);
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Scope item_scope(in, i);
        const Json& item = (*list)[i];
        if (!item.is_object()) {
            in.mistake(item, "an object");
            continue;
        }
        in.only(item, {"oui", "subcommand"});
        VendorCommand c;
        in.hex_number(item, "oui", c.oui);
        in.number(item, "subcommand", c.subcommand);
        out.push_back(c);
    }
    return out;
}

void read_extras(ProfileReader& in, const Json& profile, RadioProfile& out) {
    if (const Json* wowlan = in.object(profile, "wowlan")) {
        const Scope scope(in, "wowlan");
        in.only(*wowlan, {"triggers", "patterns", "net_detect_match_sets"});
        WowlanSupport w;
        for (std::uint32_t n : in.words(*wowlan, "triggers", detail::wowlan_trigger_names()))
            w.triggers.push_back(static_cast<std::uint8_t>(n));
        read_patterns(in, *wowlan, w.patterns);
        in.optional_number(*wowlan, "net_detect_match_sets", w.net_detect_match_sets);
        out.wowlan = std::move(w);
    }
    if (const Json* coalesce = in.object(profile, "coalesce")) {
        const Scope scope(in, "coalesce");
        in.only(*coalesce, {"max_rules", "max_delay_ms", "patterns"});
        CoalesceSupport c;
        in.number(*coalesce, "max_rules", c.max_rules);
        in.number(*coalesce, "max_delay_ms", c.max_delay_ms);
        read_patterns(in, *coalesce, c.patterns);
        out.coalesce = c;
    }
    if (const Json* sar = in.object(profile, "sar")) {
        const Scope scope(in, "sar");
        in.only(*sar, {"type", "ranges"});
        SarSupport s;
        in.number(*sar, "type", s.type);
        if (const Json* ranges = in.array(*sar, "ranges")) {
            const Scope ranges_scope(in, "ranges");
            for (std::size_t i = 0; i < ranges->size(); ++i) {
                const Scope item_scope(in, i);
                const Json& item = (*ranges)[i];
                if (!item.is_object()) {
                    in.mistake(item, "an object");
                    continue;
                }
                in.only(item, {"from_mhz", "to_mhz"});
                SarSupport::Range range;
                in.number(item, "from_mhz", range.from_mhz);
                in.number(item, "to_mhz", range.to_mhz);
                s.ranges.push_back(range);
            }
        }
        out.sar = std::move(s);
    }
    if (profile.contains("vendor_commands")) out.vendor_commands = read_vendor(in, profile, "vendor_commands");
    if (profile.contains("vendor_events")) out.vendor_events = read_vendor(in, profile, "vendor_events");
}

}  // namespace

ProfileResult parse_radio_profile(std::string_view json, const ProfileLookup& base) {
    std::vector<ProfileMistake> mistakes;
    ProfileReader in(mistakes);
    Json profile;
    try {
        profile = Json::parse(json, nullptr, true, true);
    } catch (const Json::exception& e) {
        return tl::unexpected(std::vector<ProfileMistake>{{"", e.what(), "JSON"}});
    }
    if (!profile.is_object()) {
        in.mistake(profile, "an object");
        return tl::unexpected(std::move(mistakes));
    }
    in.only(profile, {"$schema",
                      "name",
                      "description",
                      "base",
                      "without",
                      "flags",
                      "scan",
                      "scheduled_scan",
                      "survey",
                      "retry",
                      "fragmentation_threshold",
                      "rts_threshold",
                      "max_pmkids",
                      "max_akms_per_connection",
                      "max_remain_on_channel_ms",
                      "max_csa_counters",
                      "max_ap_stations",
                      "antennas",
                      "channel_contexts",
                      "ciphers",
                      "akms",
                      "interface_types",
                      "software_interface_types",
                      "interface_combinations",
                      "radios",
                      "bands",
                      "commands",
                      "features",
                      "ext_features",
                      "bss_parameters",
                      "bss_select",
                      "ht_override_mask",
                      "vht_override_mask",
                      "extended_capabilities",
                      "interface_extended_capabilities",
                      "management_frames",
                      "wowlan",
                      "coalesce",
                      "sar",
                      "vendor_commands",
                      "vendor_events",
                      "transmit_queues",
                      "mbssid",
                      "addresses"});

    RadioProfile out;
    std::string base_name;
    in.text(profile, "base", base_name);
    if (!base_name.empty()) {
        const RadioProfile* found = base ? base(base_name) : nullptr;
        if (found != nullptr) {
            out = *found;
        } else {
            const Scope scope(in, "base");
            in.mistake(base_name, "the name of a profile that is already known");
        }
    }
    out.name.clear();
    in.text(profile, "name", out.name);
    if (out.name.empty()) {
        const Scope scope(in, "name");
        in.mistake_text("nothing", "a name");
    }
    in.text(profile, "description", out.description);
    detail::read_without(in, profile, out);
    read_scan(in, profile, out);
    read_limits(in, profile, out);
    choice(in, profile, "survey", survey_styles, out.survey);
    read_suites(in, profile, "ciphers", detail::parse_cipher, out.ciphers);
    read_suites(in, profile, "akms", detail::parse_akm, out.akms);
    read_interfaces(in, profile, out);
    read_capabilities(in, profile, out);
    read_extras(in, profile, out);
    detail::read_bands(in, profile, out.bands);
    if (mistakes.empty() && out.bands.empty()) in.mistake_text("no bands", "at least one band");
    if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
    return out;
}

}  // namespace mlosim::mld
