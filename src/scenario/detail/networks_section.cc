#include <algorithm>
#include <array>
#include <charconv>

#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

constexpr std::array<std::pair<const char*, Hidden>, 3> hidden_ways{
    {{"no", Hidden::no}, {"empty", Hidden::empty}, {"zeroed", Hidden::zeroed}}};

std::string channel_numbers(phy::Band band) {
    std::string out;
    for (const phy::Channel& channel : phy::channels(band))
        out += (out.empty() ? "" : ", ") + std::to_string(channel.number());
    return out;
}

NetworkLinkPlan read_link(const Json& value, const Pointer& at, std::size_t index, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    NetworkLinkPlan out;
    out.pointer = at.text();
    if (const auto channel = read_channel(in, true)) out.channel = *channel;
    out.bssid = in.optional("bssid", mac_address());
    const auto number =
        in.get("link_id", integer<unsigned>(0, ieee80211::LinkId::max_links - 1), static_cast<unsigned>(index));
    if (const auto id = ieee80211::LinkId::from(number)) out.id = *id;
    return out;
}

NontransmittedPlan read_nontransmitted(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    NontransmittedPlan out;
    out.pointer = at.text();
    out.ssid = read_own_ssid(in);
    out.security = in.get("security", security(), out.security);
    return out;
}

/// Handshakes need a moment: keys live longer than that.
const Kind<sim::Duration>& rekey_interval() {
    static const Kind<sim::Duration> kind{"a time of 1 s or more", [](const Json& value) {
                                              const auto taken = duration().take(value);
                                              return taken && *taken >= std::chrono::seconds(1) ? taken : std::nullopt;
                                          }};
    return kind;
}

NetworkPlan read_network(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    NetworkPlan out;
    out.pointer = at.text();
    out.name = in.required("name", name());
    out.radio = in.required("radio", name());
    out.ssid = read_own_ssid(in);
    out.security = in.get("security", security(), out.security);
    out.password = read_password(in, out.security);
    out.pmk = read_pmk(in, out.security);
    out.max_inactivity = in.get("max_inactivity", duration(), out.max_inactivity);
    out.owe_transition = in.get("owe_transition", name(), out.owe_transition);
    if (in.has("owe_transition") && out.security != agent::Security::open && out.security != agent::Security::owe)
        in.mistake(at / "owe_transition", "OWE transition mode of a network with a password",
                   "no such member, or \"open\" or \"owe\" as \"security\"");
    out.mobility_domain = in.optional("mobility_domain", integer<std::uint16_t>(0, 65535));
    if (out.mobility_domain && !agent::needs_password(out.security))
        in.mistake(at / "mobility_domain", "a mobility domain without a password",
                   "no such member, or \"wpa2\", \"wpa3\" or \"wpa2-wpa3\" as \"security\"");
    out.group_rekey = in.get("group_rekey", rekey_interval(), out.group_rekey);
    out.pairwise_rekey = in.get("pairwise_rekey", rekey_interval(), out.pairwise_rekey);
    for (const char* member : {"group_rekey", "pairwise_rekey"})
        if (in.has(member) && !agent::is_private(out.security))
            in.mistake(at / member, "keys of an open network", "no such member, or \"security\" with keys");
    out.hidden = in.get("hidden", word(hidden_ways), out.hidden);
    in.each(
        "links",
        [&](const Json& item, const Pointer& place) {
            out.links.push_back(read_link(item, place, out.links.size(), mistakes));
        },
        1);
    out.mld = in.get("mld", yes_or_no(), out.links.size() > 1);
    out.mld_address = in.optional("mld_address", mac_address());
    if (out.links.size() > ieee80211::LinkId::max_links)
        in.mistake(at / "links", std::to_string(out.links.size()) + " links",
                   "up to " + std::to_string(ieee80211::LinkId::max_links));
    if (out.mld && out.mobility_domain)
        in.mistake(at / "mobility_domain", "a mobility domain of an AP MLD", "no such member, or \"mld\": false");
    if (!out.mld && out.links.size() > 1) in.mistake(at / "mld", "false with several links", "true, or one link");
    if (!out.mld && out.mld_address)
        in.mistake(at / "mld_address", "an address of an access point that is no MLD",
                   "no such member, or \"mld\": true");
    out.beacon_interval_tu = in.get("beacon_interval_tu", integer<std::uint16_t>(10, 10'000), out.beacon_interval_tu);
    out.dtim_period = in.get("dtim_period", integer<std::uint8_t>(1, 255), out.dtim_period);
    in.each("mbssid", [&](const Json& item, const Pointer& place) {
        out.nontransmitted.push_back(read_nontransmitted(item, place, mistakes));
    });
    return out;
}

}  // namespace

const Kind<Security>& security() {
    static constexpr std::array<std::pair<const char*, Security>, 5> words{{{"open", Security::open},
                                                                            {"owe", Security::owe},
                                                                            {"wpa2", Security::wpa2},
                                                                            {"wpa2-wpa3", Security::wpa2_wpa3},
                                                                            {"wpa3", Security::wpa3}}};
    static const Kind<Security> kind = word(words);
    return kind;
}

ieee80211::Ssid read_own_ssid(Fields& in) {
    if (const Json* value = in.find("ssid"); value != nullptr && *value == "")
        in.mistake(in.at() / "ssid", "an empty name", "1 to 32 bytes");
    return in.required("ssid", ssid());
}

std::optional<std::string> read_password(Fields& in, Security security) {
    static const Kind<std::string> passphrase{
        "8 to 63 printable ASCII characters", [](const Json& value) -> std::optional<std::string> {
            if (!value.is_string()) return std::nullopt;
            const auto& text = value.get_ref<const std::string&>();
            const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
            return printable && text.size() >= 8 && text.size() <= 63 ? std::optional(text) : std::nullopt;
        }};
    auto out = in.optional("password", passphrase);
    if (out && !agent::needs_password(security))
        in.mistake(in.at() / "password", "a password", "no such member, or \"security\" with one");
    return out;
}

ieee80211::Bytes read_pmk(Fields& in, Security security) {
    constexpr std::size_t octets = 32;
    static const Kind<ieee80211::Bytes> key{
        "64 hexadecimal digits", [](const Json& value) -> std::optional<ieee80211::Bytes> {
            if (!value.is_string()) return std::nullopt;
            const auto& text = value.get_ref<const std::string&>();
            ieee80211::Bytes out;
            for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
                std::uint8_t octet = 0;
                const auto [end, error] = std::from_chars(&text[at], &text[at] + 2, octet, 16);
                if (error != std::errc{} || end != &text[at] + 2) return std::nullopt;
                out.push_back(octet);
            }
            return text.size() == 2 * octets ? std::optional(std::move(out)) : std::nullopt;
        }};
    const auto out = in.optional("pmk", key);
    const bool is_used = security == Security::owe || security == Security::wpa3 || security == Security::wpa2_wpa3;
    if (out && !is_used)
        in.mistake(in.at() / "pmk", "a key", "no such member, or \"owe\", \"wpa3\" or \"wpa2-wpa3\" as \"security\"");
    return out.value_or(ieee80211::Bytes());
}

std::optional<phy::ChannelDefinition> read_channel(Fields& in, bool with_width) {
    const bool complete = in.has("band") && in.has("channel");
    const phy::Band which = in.required("band", band());
    const auto number = in.required("channel", integer<std::uint16_t>(1, 255));
    std::uint32_t mhz = 20;
    auto layout = phy::Channelization320::first;
    if (with_width) {
        static constexpr std::array<std::pair<const char*, phy::Channelization320>, 2> layouts{
            {{"320-1", phy::Channelization320::first}, {"320-2", phy::Channelization320::second}}};
        mhz = in.get("width_mhz", integer<std::uint32_t>(20, 320), mhz);
        layout = in.get("channelization", word(layouts), layout);
    }
    if (!complete || number == 0) return std::nullopt;
    const auto control = phy::find_channel(which, number);
    if (!control) {
        in.mistake(in.at() / "channel", std::to_string(number),
                   "a channel of " + std::string(phy::to_string(which)) + ": " + channel_numbers(which));
        return std::nullopt;
    }
    const auto width = phy::width_from_mhz(mhz);
    const auto definition = width ? phy::ChannelDefinition::around(*control, *width, layout) : std::nullopt;
    if (!definition) {
        std::string allowed;
        for (const std::uint32_t other : {20U, 40U, 80U, 160U, 320U})
            if (phy::ChannelDefinition::around(*control, *phy::width_from_mhz(other), layout))
                allowed += (allowed.empty() ? "" : ", ") + std::to_string(other);
        in.mistake(in.at() / "width_mhz", std::to_string(mhz),
                   allowed + " around channel " + std::to_string(number) + " of " + std::string(phy::to_string(which)));
    }
    return definition;
}

void read_networks(Fields& top, Scenario& out) {
    top.each("networks", [&](const Json& value, const Pointer& at) {
        out.networks.push_back(read_network(value, at, top.mistakes()));
    });
}

}  // namespace mlosim::scenario::detail
