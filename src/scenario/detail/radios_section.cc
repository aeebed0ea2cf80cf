#include "mld/emlsr.h"
#include "scenario/detail/kinds.h"
#include "scenario/detail/sections.h"

namespace mlosim::scenario::detail {

namespace {

constexpr std::uint32_t most_radios = 10'000;
constexpr std::uint32_t most_channels = 16;

InterfacePlan read_interface(const Json& value, const Pointer& at, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    InterfacePlan out;
    out.pointer = at.text();
    out.name = in.get("name", interface_name(), std::string("wlan%d"));
    out.type = in.get("type", interface_type(), out.type);
    out.up = in.get("up", yes_or_no(), out.up);
    if (out.type == mld::InterfaceType::mlo_link)
        in.mistake(at / "type", "\"mlo_link\"",
                   "a type with an interface of its own; \"extra_links\" gives a station more link wdevs");
    return out;
}

void read_grid(Fields& radio, RadioPlan& out) {
    const Json* value = radio.find("grid");
    if (value == nullptr) return;
    Fields in(*value, radio.at() / "grid", radio.mistakes());
    out.grid.columns = in.get("columns", integer<std::uint32_t>(1, most_radios), out.grid.columns);
    out.grid.spacing_m = in.get("spacing_m", number(0.0, 1000.0), out.grid.spacing_m);
}

void read_options(Fields& in, RadioPlan& out) {
    const auto multi_link = in.optional("multi_link", yes_or_no());
    const auto channels = in.optional("channels", integer<std::uint32_t>(1, most_channels));
    const auto p2p_device = in.optional("p2p_device", yes_or_no());
    const auto multi_radio = in.optional("multi_radio", yes_or_no());
    if (!multi_link && !channels && !p2p_device && !multi_radio) return;
    mld::RadioOptions options;
    options.multi_link = multi_link.value_or(options.multi_link);
    options.channels = channels.value_or(options.channels);
    options.p2p_device = p2p_device.value_or(options.p2p_device);
    options.multi_radio = multi_radio.value_or(options.multi_radio);
    out.options = options;
}

void read_emlsr(Fields& radio, RadioPlan& out) {
    const Json* value = radio.find("emlsr");
    if (value == nullptr) return;
    Fields in(*value, radio.at() / "emlsr", radio.mistakes());
    const auto padding = in.get("padding_us", emlsr_padding(), {});
    const auto transition = in.get("transition_us", emlsr_transition(), {});
    out.emlsr = RadioPlan::EmlsrPlan{mld::encoded_emlsr_padding(padding).value_or(0),
                                     mld::encoded_emlsr_transition(transition).value_or(0)};
}

void read_nstr(Fields& radio, RadioPlan& out) {
    radio.each("nstr", [&](const Json& item, const Pointer& place) {
        constexpr const char* allowed = "two different bands";
        const auto one = item.is_array() && item.size() == 2 ? band().take(item[0]) : std::nullopt;
        const auto other = item.is_array() && item.size() == 2 ? band().take(item[1]) : std::nullopt;
        if (!one || !other || one == other)
            radio.mistake(place, shown(item), allowed);
        else
            out.nstr_bands.push_back({*one, *other});
    });
}

/// What a radio can be made of: the driver in the world, and the sort of radio that it is without another word.
struct ChipKind {
    const char* name;
    const char* driver;
    const char* profile;
};
constexpr ChipKind chips[] = {
    {"generic", "generic", "generic-be"}, {"generic-be", "generic", "generic-be"}, {"mt7925", "mt7925", "mt7925"}};

/// What of a radio is a generic one's to choose, a chip has as it has it.
void check_chip_options(Fields& in, const RadioPlan& radio) {
    if (radio.chip == "generic") return;
    for (const char* option : {"multi_link", "channels", "p2p_device", "multi_radio", "emlsr", "nstr"})
        if (in.has(option))
            in.mistake(in.at() / option, "a choice that chip " + in_quotes(radio.chip) + " does not leave",
                       "no such member, or \"chip\": \"generic\"");
}

/// A Unix socket's: that is how long its address may be.
const Kind<std::string>& socket_path() {
    static const Kind<std::string> kind{
        "a path of up to 107 characters", [](const Json& value) -> std::optional<std::string> {
            if (!value.is_string()) return std::nullopt;
            const auto& text = value.get_ref<const std::string&>();
            const bool good = !text.empty() && text.size() < 108 && text.find('\0') == std::string::npos;
            return good ? std::optional(text) : std::nullopt;
        }};
    return kind;
}

/// Where the driver is, and what only matters if it is in a virtual machine. Such a radio has nothing that this world's
/// kernel would know.
void read_front(Fields& in, RadioPlan& out) {
    static constexpr std::array<std::pair<const char*, Front>, 2> fronts{
        {{"in-process", Front::in_process}, {"vfio-user", Front::vfio_user}}};
    out.front = in.get("front", word(fronts), out.front);
    out.socket = in.optional("socket", socket_path());
    out.refuses_keys = in.get("refuse_keys", yes_or_no(), out.refuses_keys);
    out.eml = in.get("eml", yes_or_no(), out.eml);
    out.mlo_event = in.get("mlo_event", yes_or_no(), out.mlo_event);
    if (!out.of_guest()) {
        for (const char* member : {"socket", "refuse_keys", "eml", "mlo_event"})
            if (in.has(member))
                in.mistake(in.at() / member, "a member of radios whose driver is in a virtual machine",
                           "no such member, or \"front\": \"vfio-user\"");
        return;
    }
    if (out.chip != "mt7925")
        in.mistake(in.at() / "front", "\"vfio-user\" of a " + in_quotes(out.chip) + " radio",
                   "\"in-process\", or \"chip\": \"mt7925\"");
    if (out.socket && out.group)
        in.mistake(in.at() / "socket", in_quotes(*out.socket), "no socket for the radios of a group");
    for (const char* member : {"wiphy", "interfaces", "extra_links"})
        if (in.has(member))
            in.mistake(in.at() / member, "a choice that is the virtual machine's",
                       "no such member, or \"front\": \"in-process\"");
}

RadioPlan read_radio(const Json& value, const Pointer& at, const mld::RadioProfiles& profiles, Mistakes& mistakes) {
    Fields in(value, at, mistakes);
    RadioPlan out;
    out.pointer = at.text();
    out.name = in.required("name", name());
    const auto profile = in.optional("profile", any_text());
    static constexpr std::array<std::pair<const char*, const ChipKind*>, std::size(chips)> chip_words{
        {{chips[0].name, &chips[0]}, {chips[1].name, &chips[1]}, {chips[2].name, &chips[2]}}};
    const ChipKind& chip = *in.get("chip", word(chip_words), &chips[0]);
    out.chip = chip.driver;
    out.profile = profile.value_or(chip.profile);
    if (profiles.find(out.profile) == nullptr) {
        std::vector<std::string> names;
        for (const std::string_view known : profiles.names())
            names.emplace_back(known);
        in.mistake(at / "profile", in_quotes(out.profile), listed(names));
    }
    if (const auto count = in.optional("count", integer<std::uint32_t>(1, most_radios))) {
        out.count = *count;
        out.group = true;
    }
    out.position = in.get("position_m", position(), out.position);
    read_grid(in, out);
    out.address = in.optional("address", mac_address());
    out.wiphy_name = in.optional("wiphy", name());
    if (out.wiphy_name && out.group)
        in.mistake(at / "wiphy", in_quotes(*out.wiphy_name), "no name for the wiphys of a group");
    out.antenna_gain = in.get("antenna_gain_dbi", decibels(-50.0, 50.0), out.antenna_gain);
    out.tx_power = in.optional("tx_power_dbm", power(0.0, 36.0));
    read_front(in, out);
    check_chip_options(in, out);
    read_options(in, out);
    read_emlsr(in, out);
    read_nstr(in, out);
    in.each("interfaces", [&](const Json& item, const Pointer& place) {
        out.interfaces.push_back(read_interface(item, place, mistakes));
    });
    out.extra_links = in.list("extra_links", band());
    return out;
}

}  // namespace

void read_profiles(Fields& top, Scenario& out) {
    top.each("profiles", [&](const Json& value, const Pointer& at) {
        // The profiles' own reader takes text, and says itself what is wrong where.
        const auto profile = mld::parse_radio_profile(value.dump(-1, ' ', true, Json::error_handler_t::replace),
                                                      [&](std::string_view base) { return out.profiles.find(base); });
        if (profile) {
            out.profiles.add(*profile);
            return;
        }
        for (const mld::ProfileMistake& mistake : profile.error())
            top.mistake(Pointer(at.text() + mistake.pointer), mistake.found, mistake.allowed);
    });
}

void read_radios(Fields& top, Scenario& out) {
    std::uint64_t total = 0;
    top.each(
        "radios",
        [&](const Json& value, const Pointer& at) {
            out.radios.push_back(read_radio(value, at, out.profiles, top.mistakes()));
            total += out.radios.back().count;
        },
        1);
    if (total > most_radios)
        top.mistake(top.at() / "radios", std::to_string(total) + " radios", "up to " + std::to_string(most_radios));
}

Target read_target(Fields& in) {
    Target out;
    out.radio = in.required("radio", name());
    out.interface = in.optional("interface", interface_name());
    out.pointer = in.at().text();
    return out;
}

}  // namespace mlosim::scenario::detail
