#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "mld/detail/profile_bands.h"
#include "mld/detail/profile_names.h"

namespace mlosim::mld::detail {

namespace {

using Scope = ProfileReader::Scope;

/// Channel centers of the bands that are simulated, and of S1G, lie below this.
constexpr double highest_mhz = 7125.0;

/// A channel's center as people write it: 2412, 902.5. Zero if it is none.
phy::Frequency frequency(const Json& value) {
    if (!value.is_number()) return {};
    const double mhz = value.get<double>();
    if (!(mhz >= 1.0) || mhz > highest_mhz) return {};
    return phy::Frequency::khz(static_cast<std::uint32_t>(std::lround(mhz * 1000.0)));
}

void read_channels(ProfileReader& in, const Json& band, BandCapabilities& out) {
    if (const Json* list = in.array(band, "channels_mhz")) {
        const Scope scope(in, "channels_mhz");
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Scope item(in, i);
            const phy::Frequency center = frequency((*list)[i]);
            if (center == phy::Frequency{} || phy::band_of(center) != out.band) {
                in.mistake((*list)[i], "the center of a channel of this band in MHz");
                continue;
            }
            out.channels.push_back({phy::Channel{out.band, center}, {}});
        }
    }
    const Json* limits = in.array(band, "channel_limits");
    if (limits == nullptr) return;
    const Scope scope(in, "channel_limits");
    for (std::size_t i = 0; i < limits->size(); ++i) {
        const Scope item_scope(in, i);
        const Json& item = (*limits)[i];
        if (!item.is_object()) {
            in.mistake(item, "an object");
            continue;
        }
        in.only(item, {"channels_mhz", "max_power_dbm", "flags"});
        std::uint8_t power = 0;
        std::uint32_t flags = 0;
        in.number(item, "max_power_dbm", power, 60);
        in.bits(item, "flags", channel_flag_names(), flags);
        std::vector<phy::Frequency> where;
        if (const Json* list = in.array(item, "channels_mhz"))
            for (const Json& value : *list)
                where.push_back(frequency(value));
        for (ProfileChannel& c : out.channels) {
            if (!where.empty() && std::find(where.begin(), where.end(), c.channel.center) == where.end()) continue;
            if (power != 0) c.limits.max_power_dbm = power;
            c.limits.flags |= phy::ChannelFlags::from_bits(flags);
        }
    }
}

void read_rates(ProfileReader& in, const Json& band, BandCapabilities& out) {
    const Json* list = in.array(band, "rates_kbps");
    if (list == nullptr) return;
    const Scope scope(in, "rates_kbps");
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Scope item(in, i);
        const Json& rate = (*list)[i];
        const bool legal = rate.is_number_unsigned() && rate.get<std::uint64_t>() % 100 == 0 &&
                           rate.get<std::uint64_t>() / 100 <= 0xffff && rate.get<std::uint64_t>() > 0;
        if (!legal) {
            in.mistake(rate, "a rate in kbit/s, in whole hundreds");
            continue;
        }
        out.rates.push_back({static_cast<std::uint16_t>(rate.get<std::uint64_t>() / 100), false});
    }
    const Json* shorts = in.array(band, "short_preamble_rates_kbps");
    if (shorts == nullptr) return;
    const Scope short_scope(in, "short_preamble_rates_kbps");
    for (std::size_t i = 0; i < shorts->size(); ++i) {
        const Scope item(in, i);
        const Json& rate = (*shorts)[i];
        const auto it = std::find_if(out.rates.begin(), out.rates.end(), [&](const BitRate& r) {
            return rate.is_number_unsigned() && rate.get<std::uint64_t>() == r.hundred_kbps * 100U;
        });
        if (it == out.rates.end())
            in.mistake(rate, "one of rates_kbps");
        else
            it->short_preamble = true;
    }
}

void read_interface(ProfileReader& in, const Json& item, InterfaceCapabilities& out) {
    in.only(item, {"types", "he", "he_6ghz", "eht", "uhr"});
    in.types(item, "types", out.types);
    if (const Json* he = in.object(item, "he")) {
        const Scope scope(in, "he");
        in.only(*he, {"mac", "phy", "mcs", "ppe"});
        out.he.emplace();
        in.bytes(*he, "mac", out.he->mac);
        in.bytes(*he, "phy", out.he->phy);
        in.bytes(*he, "mcs", out.he->mcs);
        in.bytes(*he, "ppe", out.he->ppe);
    }
    if (item.contains("he_6ghz")) in.hex_number(item, "he_6ghz", out.he_6ghz.emplace());
    if (const Json* eht = in.object(item, "eht")) {
        const Scope scope(in, "eht");
        in.only(*eht, {"mac", "phy", "mcs", "ppe"});
        out.eht.emplace();
        in.bytes(*eht, "mac", out.eht->mac);
        in.bytes(*eht, "phy", out.eht->phy);
        in.bytes(*eht, "mcs", out.eht->mcs);
        in.bytes(*eht, "ppe", out.eht->ppe);
    }
    if (const Json* uhr = in.object(item, "uhr")) {
        const Scope scope(in, "uhr");
        in.only(*uhr, {"mac", "phy"});
        out.uhr.emplace();
        in.bytes(*uhr, "mac", out.uhr->mac);
        in.bytes(*uhr, "phy", out.uhr->phy);
    }
}

BandCapabilities read_band(ProfileReader& in, const Json& band, phy::Band number) {
    BandCapabilities out;
    out.band = number;
    in.only(band, {"channels_mhz", "channel_limits", "rates_kbps", "short_preamble_rates_kbps", "ht", "vht",
                   "interfaces", "s1g"});
    read_channels(in, band, out);
    read_rates(in, band, out);
    if (const Json* ht = in.object(band, "ht")) {
        const Scope scope(in, "ht");
        in.only(*ht, {"capabilities", "ampdu_factor", "ampdu_density", "mcs"});
        out.ht.emplace();
        in.hex_number(*ht, "capabilities", out.ht->capabilities);
        in.number(*ht, "ampdu_factor", out.ht->ampdu_factor, 3);
        in.number(*ht, "ampdu_density", out.ht->ampdu_density, 7);
        in.bytes(*ht, "mcs", out.ht->mcs);
    }
    if (const Json* vht = in.object(band, "vht")) {
        const Scope scope(in, "vht");
        in.only(*vht, {"capabilities", "mcs"});
        out.vht.emplace();
        in.hex_number(*vht, "capabilities", out.vht->capabilities);
        in.bytes(*vht, "mcs", out.vht->mcs);
    }
    if (const Json* s1g = in.object(band, "s1g")) {
        const Scope scope(in, "s1g");
        in.only(*s1g, {"capabilities", "mcs"});
        out.s1g.emplace();
        in.bytes(*s1g, "capabilities", out.s1g->capabilities);
        in.bytes(*s1g, "mcs", out.s1g->mcs);
    }
    if (const Json* list = in.array(band, "interfaces")) {
        const Scope scope(in, "interfaces");
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Scope item(in, i);
            if (!(*list)[i].is_object()) {
                in.mistake((*list)[i], "an object");
                continue;
            }
            read_interface(in, (*list)[i], out.interfaces.emplace_back());
        }
    }
    return out;
}

void remove_band(RadioProfile& profile, phy::Band band) {
    std::erase_if(profile.bands, [&](const BandCapabilities& b) { return b.band == band; });
}

void remove_ext_features(RadioProfile& profile, std::initializer_list<std::string_view> names) {
    for (std::string_view name : names)
        if (const auto n = number_of(ext_feature_names(), name)) profile.ext_features.reset(*n);
}

void remove_command(RadioProfile& profile, std::string_view name) {
    const auto n = number_of(command_names(), name);
    std::erase_if(profile.commands, [&](std::uint8_t c) { return n && c == *n; });
}

template <class Member>
void remove_from_interfaces(RadioProfile& profile, Member InterfaceCapabilities::*member) {
    for (BandCapabilities& band : profile.bands) {
        for (InterfaceCapabilities& item : band.interfaces)
            (item.*member).reset();
        std::erase_if(band.interfaces, [](const InterfaceCapabilities& i) { return !i.he && !i.eht && !i.uhr; });
    }
}

void remove_uhr(RadioProfile& profile) {
    remove_from_interfaces(profile, &InterfaceCapabilities::uhr);
}

void remove_multi_link(RadioProfile& profile) {
    profile.flags.remove(WiphyFlag::multi_link);
    profile.interface_extended_capabilities.clear();
    remove_command(profile, "assoc_mlo_reconf");
}

/// A generation builds on the one before it, so what is newer goes too.
void remove_eht(RadioProfile& profile) {
    remove_uhr(profile);
    remove_multi_link(profile);
    remove_from_interfaces(profile, &InterfaceCapabilities::eht);
    remove_ext_features(profile, {"punct", "beacon_rate_eht", "eppke", "assoc_frame_encryption"});
}

/// 6 GHz exists for HE and later only.
void remove_he(RadioProfile& profile) {
    remove_eht(profile);
    remove_band(profile, phy::Band::ghz6);
    remove_from_interfaces(profile, &InterfaceCapabilities::he);
    profile.mbssid = {};
    remove_ext_features(profile,
                        {"bss_color", "beacon_rate_he", "protected_twt", "fils_discovery", "unsol_bcast_probe_resp"});
}

void remove_vht(RadioProfile& profile) {
    remove_he(profile);
    for (BandCapabilities& band : profile.bands)
        band.vht.reset();
    profile.vht_override_mask.clear();
    remove_ext_features(profile, {"vht_ibss", "beacon_rate_vht", "mu_mimo_air_sniffer"});
}

struct Removal {
    std::string_view word;
    void (*apply)(RadioProfile&);
};

constexpr std::array removals{
    Removal{"multi_link", remove_multi_link},
    Removal{"uhr", remove_uhr},
    Removal{"eht", remove_eht},
    Removal{"he", remove_he},
    Removal{"vht", remove_vht},
    Removal{"2.4 GHz", [](RadioProfile& p) { remove_band(p, phy::Band::ghz2_4); }},
    Removal{"5 GHz", [](RadioProfile& p) { remove_band(p, phy::Band::ghz5); }},
    Removal{"6 GHz", [](RadioProfile& p) { remove_band(p, phy::Band::ghz6); }},
    Removal{"S1G", [](RadioProfile& p) { remove_band(p, phy::Band::s1g); }},
};

}  // namespace

void read_bands(ProfileReader& in, const Json& profile, std::vector<BandCapabilities>& out) {
    const Json* bands = in.object(profile, "bands");
    if (bands == nullptr) return;
    const Scope scope(in, "bands");
    for (const auto& [name, value] : bands->items()) {
        const Scope band_scope(in, name);
        const auto number = phy::parse_band(name);
        if (!number) {
            in.mistake_text("an unknown band", "2.4 GHz, 5 GHz, 6 GHz, S1G");
            continue;
        }
        if (!value.is_object()) {
            in.mistake(value, "an object");
            continue;
        }
        BandCapabilities read = read_band(in, value, *number);
        if (read.channels.empty()) in.mistake_text("no channels", "at least one channel in channels_mhz");
        std::erase_if(out, [&](const BandCapabilities& b) { return b.band == read.band; });
        out.push_back(std::move(read));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.band < b.band; });
}

void read_without(ProfileReader& in, const Json& profile, RadioProfile& out) {
    const Json* list = in.array(profile, "without");
    if (list == nullptr) return;
    const Scope scope(in, "without");
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Scope item(in, i);
        const Json& word = (*list)[i];
        const auto it =
            std::find_if(removals.begin(), removals.end(), [&](const Removal& r) { return word == r.word; });
        if (it != removals.end()) {
            it->apply(out);
            continue;
        }
        std::string allowed;
        for (const Removal& r : removals)
            allowed += (allowed.empty() ? "" : ", ") + std::string(r.word);
        in.mistake(word, allowed);
    }
}

}  // namespace mlosim::mld::detail
