// What mlosimctl tells built-in access points and stations.

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "ctl/commands.h"
#include "ctl/time_text.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

constexpr unsigned last_link = 14;

/// enum nl80211_chan_width
std::optional<std::uint32_t> width_number(unsigned mhz) {
    constexpr std::array<std::pair<unsigned, std::uint32_t>, 5> widths{
        {{20, 1}, {40, 2}, {80, 3}, {160, 5}, {320, 13}}};
    for (const auto& [wide, number] : widths)
        if (wide == mhz) return number;
    return std::nullopt;
}

Result<std::vector<std::uint8_t>> parse_address(std::string_view text) {
    constexpr std::size_t octets = 6;
    std::vector<std::uint8_t> out;
    for (std::size_t at = 0; at + 2 <= text.size(); at += 3) {
        std::uint8_t octet = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, octet, 16);
        if (error != std::errc{} || end != text.data() + at + 2) break;
        out.push_back(octet);
        if (at + 2 < text.size() && text[at + 2] != ':') break;
    }
    if (out.size() == octets && text.size() == 3 * octets - 1) return out;
    return fail(usage_mistake, "'" + std::string(text) + "' is no address: expected one as 02:00:00:00:01:00");
}

Result<void> put_client(Request& request, const std::string& client) {
    if (client.empty()) return {};
    const auto address = parse_address(client);
    if (!address) return fail(address.error());
    request.octets(MLOSIM_ATTR_MAC, *address);
    return {};
}

Result<void> put_targets(Request& request, const std::vector<std::string>& targets) {
    std::vector<std::vector<std::uint8_t>> out;
    for (const std::string& target : targets) {
        auto address = parse_address(target);
        if (!address) return fail(address.error());
        out.push_back(std::move(*address));
    }
    if (!out.empty()) request.list(MLOSIM_ATTR_TARGETS, out);
    return {};
}

Result<void> put_link(Request& request, std::optional<unsigned> link) {
    if (!link) return {};
    if (*link > last_link) return fail(usage_mistake, std::to_string(*link) + " is no link: expected 0 to 14");
    request.number8(MLOSIM_ATTR_LINK_ID, static_cast<std::uint8_t>(*link));
    return {};
}

}  // namespace

Result<Request> Commands::about(std::uint8_t command, const std::string& interface) {
    Request request = client_.request(command);
    if (auto named = name_wdev(request, MLOSIM_ATTR_WDEV, interface); !named) return fail(named.error());
    return request;
}

Result<void> Commands::done(const Request& request) {
    const auto answered = client_.ask(request);
    if (!answered) return fail(answered.error());
    return {};
}

Result<void> Commands::rekey(const std::string& ap, const std::string& client) {
    auto request = about(MLOSIM_CMD_REKEY, ap);
    if (!request) return fail(request.error());
    if (auto put = put_client(*request, client); !put) return put;
    return done(*request);
}

Result<void> Commands::send_away(const std::string& ap, const std::string& client, unsigned reason,
                                 bool disassociates) {
    auto request = about(MLOSIM_CMD_SEND_AWAY, ap);
    if (!request) return fail(request.error());
    if (auto put = put_client(*request, client); !put) return put;
    request->number32(MLOSIM_ATTR_REASON_CODE, reason);
    if (disassociates) request->flag(MLOSIM_ATTR_DISASSOCIATE);
    return done(*request);
}

Result<void> Commands::remove_ap_link(const std::string& ap, unsigned link, unsigned beacons) {
    auto request = about(MLOSIM_CMD_REMOVE_AP_LINK, ap);
    if (!request) return fail(request.error());
    if (auto put = put_link(*request, link); !put) return put;
    return done(request->number32(MLOSIM_ATTR_BEACONS, beacons));
}

Result<void> Commands::rest_ap_link(const std::string& ap, unsigned link, const std::string& duration) {
    const auto span = parse_time(duration);
    if (!span || span->relative) return fail(usage_mistake, "'" + duration + "' is no duration: expected one as 2s");
    auto request = about(MLOSIM_CMD_REST_AP_LINK, ap);
    if (!request) return fail(request.error());
    if (auto put = put_link(*request, link); !put) return put;
    return done(request->number64(MLOSIM_ATTR_DURATION, span->nanoseconds));
}

Result<void> Commands::switch_channel(const std::string& ap, std::optional<unsigned> link, const NewChannel& channel) {
    constexpr double khz_in_mhz = 1000;
    const auto width = width_number(channel.width_mhz);
    if (!width)
        return fail(usage_mistake,
                    std::to_string(channel.width_mhz) + " is no width: expected 20, 40, 80, 160 or 320 (MHz)");
    auto request = about(MLOSIM_CMD_SWITCH_CHANNEL, ap);
    if (!request) return fail(request.error());
    if (auto put = put_link(*request, link); !put) return put;
    request->number32(MLOSIM_ATTR_FREQ, static_cast<std::uint32_t>(std::lround(channel.mhz * khz_in_mhz)))
        .number32(MLOSIM_ATTR_WIDTH, *width)
        .number32(MLOSIM_ATTR_BEACONS, channel.beacons);
    if (channel.punctured != 0) request->number32(MLOSIM_ATTR_PUNCTURED, channel.punctured);
    if (channel.quiet) request->flag(MLOSIM_ATTR_QUIET);
    return done(*request);
}

Result<void> Commands::change_color(const std::string& ap, std::optional<unsigned> link, unsigned color,
                                    unsigned beacons) {
    auto request = about(MLOSIM_CMD_CHANGE_COLOR, ap);
    if (!request) return fail(request.error());
    if (auto put = put_link(*request, link); !put) return put;
    return done(request->number32(MLOSIM_ATTR_COLOR, color).number32(MLOSIM_ATTR_BEACONS, beacons));
}

Result<void> Commands::request_transition(const std::string& ap, const std::string& client,
                                          const std::vector<std::string>& targets, unsigned beacons) {
    auto request = about(MLOSIM_CMD_REQUEST_TRANSITION, ap);
    if (!request) return fail(request.error());
    if (auto put = put_client(*request, client); !put) return put;
    if (auto put = put_targets(*request, targets); !put) return put;
    return done(request->number32(MLOSIM_ATTR_BEACONS, beacons));
}

Result<void> Commands::roam(const std::string& station, const std::vector<std::string>& targets) {
    auto request = about(MLOSIM_CMD_ROAM, station);
    if (!request) return fail(request.error());
    if (auto put = put_targets(*request, targets); !put) return put;
    return done(*request);
}

}  // namespace mlosim::ctl
