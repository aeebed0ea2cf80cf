#include "ctl/commands.h"

#include <array>
#include <charconv>
#include <ostream>
#include <string_view>

#include <linux/netlink.h>

#include "ctl/time_text.h"
#include "netlink/mlosim_uapi.h"

namespace mlosim::ctl {
namespace {

struct BandName {
    std::string_view name;
    std::uint32_t number;  // enum nl80211_band
};
constexpr std::array<BandName, 3> link_bands{{{"2.4", 0}, {"5", 1}, {"6", 3}}};

std::optional<std::uint64_t> parse_number(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal) text.remove_prefix(2);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

/// A bit for each.
Result<std::uint32_t> mask_of(const std::vector<unsigned>& links) {
    std::uint32_t mask = 0;
    for (const unsigned link : links) {
        if (link > 14) return fail(usage_mistake, std::to_string(link) + " is no link: expected 0 to 14");
        mask |= 1U << link;
    }
    return mask;
}

std::uint64_t time_of(const Reply& reply) {
    return reply.attributes().number(MLOSIM_ATTR_TIME).value_or(0);
}

}  // namespace

Result<Reply> Commands::one(const Request& request) {
    auto replies = client_.ask(request);
    if (!replies) return fail(replies.error());
    if (replies->empty()) return fail(EPROTO, "mlosimd acknowledged but did not answer");
    return std::move(replies->front());
}

Result<void> Commands::command(std::uint8_t command) {
    const auto replies = client_.ask(client_.request(command));
    if (!replies) return fail(replies.error());
    return {};
}

Result<void> Commands::dump(std::uint8_t command, Show show) {
    const auto replies = client_.ask(client_.request(command, NLM_F_DUMP));
    if (!replies) return fail(replies.error());
    show(*replies, format_, out_);
    return {};
}

Result<void> Commands::world() {
    const auto reply = one(client_.request(MLOSIM_CMD_GET_WORLD));
    if (!reply) return fail(reply.error());
    show_world(*reply, format_, out_);
    return {};
}

Result<void> Commands::time() {
    const auto reply = one(client_.request(MLOSIM_CMD_GET_WORLD));
    if (!reply) return fail(reply.error());
    if (format_ == Format::json)
        show_world(*reply, format_, out_);
    else
        out_ << seconds_text(time_of(*reply)) << '\n';
    return {};
}

Result<void> Commands::radios() {
    return dump(MLOSIM_CMD_GET_RADIO, show_radios);
}
Result<void> Commands::wdevs() {
    return dump(MLOSIM_CMD_GET_WDEV, show_wdevs);
}
Result<void> Commands::links() {
    return dump(MLOSIM_CMD_GET_LINK, show_links);
}
Result<void> Commands::stations() {
    return dump(MLOSIM_CMD_GET_STATION, show_stations);
}
Result<void> Commands::pause() {
    return command(MLOSIM_CMD_PAUSE);
}
Result<void> Commands::resume() {
    return command(MLOSIM_CMD_RESUME);
}

Result<void> Commands::step(std::uint32_t events) {
    const auto reply = one(client_.request(MLOSIM_CMD_STEP).number32(MLOSIM_ATTR_EVENTS, events));
    if (!reply) return fail(reply.error());
    if (format_ == Format::json)
        show_world(*reply, format_, out_);
    else
        out_ << reply->attributes().number(MLOSIM_ATTR_EVENTS).value_or(0) << " events fired, now "
             << seconds_text(time_of(*reply)) << " s\n";
    return {};
}

Result<void> Commands::run_to(const std::string& when) {
    const auto parsed = parse_time(when);
    if (!parsed) return fail(usage_mistake, parsed.error().message);
    std::uint64_t target = parsed->nanoseconds;
    if (parsed->relative) {
        const auto now = one(client_.request(MLOSIM_CMD_GET_WORLD));
        if (!now) return fail(now.error());
        target += time_of(*now);
    }

    // Everybody is told when the world stops; so are we, even if somebody else pauses it before our time.
    const auto subscribed = client_.subscribe(MLOSIM_GENL_GROUP_EVENTS);
    if (!subscribed) return subscribed;
    const auto accepted = client_.ask(client_.request(MLOSIM_CMD_RUN_TO).number64(MLOSIM_ATTR_TIME, target));
    if (!accepted) return fail(accepted.error());
    std::vector<Reply> news = {};
    for (;;) {
        for (const Reply& reply : news) {
            const bool of_the_world =
                reply.command() == MLOSIM_CMD_SET_WORLD || reply.command() == MLOSIM_CMD_NEW_WORLD;
            if (!of_the_world || !reply.attributes().has(MLOSIM_ATTR_PAUSED)) continue;
            if (time_of(reply) < target)
                return fail(EINTR, "somebody paused the world at " + seconds_text(time_of(reply)) + " s");
            if (format_ == Format::json)
                show_world(reply, format_, out_);
            else
                out_ << "now " << seconds_text(time_of(reply)) << " s, paused\n";
            return {};
        }
        auto next = client_.next_events();
        // A slow reader may lose events, but not its own answer: that comes by unicast.
        if (!next && next.error().code != ENOBUFS) return fail(next.error());
        news = next ? std::move(*next) : std::vector<Reply>{};
    }
}

// Names a wdev in a request: by its name or index, or its number (0x1) in attribute `by`.
Result<void> Commands::name_wdev(Request& request, int by, const std::string& station) {
    if (const auto number = parse_number(station); number && station.starts_with("0x")) {
        request.number64(by, *number);
    } else if (number) {
        request.number32(MLOSIM_ATTR_IFINDEX, static_cast<std::uint32_t>(*number));
    } else {
        const auto wdevs = client_.ask(client_.request(MLOSIM_CMD_GET_WDEV, NLM_F_DUMP));
        if (!wdevs) return fail(wdevs.error());
        std::optional<std::uint64_t> found;
        for (const Reply& wdev : *wdevs)
            if (wdev.attributes().text(MLOSIM_ATTR_IFNAME) == station)
                found = wdev.attributes().number(MLOSIM_ATTR_WDEV);
        if (!found) return fail(ENODEV, "no interface " + station);
        request.number64(by, *found);
    }
    return {};
}

Result<void> Commands::activate_links(const std::string& station, const std::vector<unsigned>& links) {
    Request request = client_.request(MLOSIM_CMD_SET_ACTIVE_LINKS);
    if (auto named = name_wdev(request, MLOSIM_ATTR_WDEV, station); !named) return named;
    const auto mask = mask_of(links);
    if (!mask) return fail(mask.error());
    const auto done = client_.ask(request.number32(MLOSIM_ATTR_ACTIVE_LINKS, *mask));
    if (!done) return fail(done.error());
    return {};
}

Result<void> Commands::share_radio(const std::string& station, const std::vector<unsigned>& links,
                                   std::optional<unsigned> padding, std::optional<unsigned> transition) {
    Request request = client_.request(MLOSIM_CMD_SET_EMLSR);
    if (auto named = name_wdev(request, MLOSIM_ATTR_WDEV, station); !named) return named;
    const auto mask = mask_of(links);
    if (!mask) return fail(mask.error());
    request.number32(MLOSIM_ATTR_EMLSR_LINKS, *mask);
    if (padding) request.number32(MLOSIM_ATTR_EMLSR_PADDING, *padding);
    if (transition) request.number32(MLOSIM_ATTR_EMLSR_TRANSITION, *transition);
    const auto done = client_.ask(request);
    if (!done) return fail(done.error());
    return {};
}

Result<void> Commands::share_links(const std::string& station, const std::string& policy) {
    Request request = client_.request(MLOSIM_CMD_SET_LINK_POLICY);
    if (auto named = name_wdev(request, MLOSIM_ATTR_WDEV, station); !named) return named;
    const auto done = client_.ask(request.text(MLOSIM_ATTR_LINK_POLICY, policy));
    if (!done) return fail(done.error());
    return {};
}

Result<void> Commands::add_link(const std::string& station, const std::string& band) {
    Request request = client_.request(MLOSIM_CMD_REGISTER_LINK);
    if (auto named = name_wdev(request, MLOSIM_ATTR_MLD_WDEV, station); !named) return named;
    bool known = false;
    for (const BandName& candidate : link_bands) {
        if (candidate.name != band) continue;
        request.number32(MLOSIM_ATTR_BAND, candidate.number);
        known = true;
    }
    if (!known) return fail(usage_mistake, "'" + band + "' is no band: expected 2.4, 5 or 6");
    const auto link = one(request);
    if (!link) return fail(link.error());
    show_links({&*link, 1}, format_, out_);
    return {};
}

Result<void> Commands::delete_link(const std::string& wdev) {
    const auto number = parse_number(wdev);
    if (!number) return fail(usage_mistake, "'" + wdev + "' is no wdev: expected a number as mlosimctl links shows it");
    const auto deleted = client_.ask(client_.request(MLOSIM_CMD_UNREGISTER_LINK).number64(MLOSIM_ATTR_WDEV, *number));
    if (!deleted) return fail(deleted.error());
    return {};
}

Result<void> Commands::events(std::uint64_t count) {
    const auto subscribed = client_.subscribe(MLOSIM_GENL_GROUP_EVENTS);
    if (!subscribed) return subscribed;
    for (std::uint64_t seen = 0;;) {
        const auto news = client_.next_events();
        if (!news && news.error().code == ENOBUFS) {
            out_ << "(some events were lost)" << std::endl;
            continue;
        }
        if (!news) return fail(news.error());
        for (const Reply& event : *news) {
            show_event(event, format_, out_);
            if (++seen == count) return {};
        }
    }
}

}  // namespace mlosim::ctl
