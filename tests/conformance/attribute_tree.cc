#include "attribute_tree.h"

#include <cstring>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "mld/detail/profile_names.h"

namespace mlosim::conformance {

namespace {

constexpr std::uint16_t nl80211 = 0x25;
constexpr std::uint16_t hwsim = 0x26;

/// Attributes that hold others, as paths below the message: `*` is any number.
constexpr std::string_view nests[] = {
    // nl80211: bands, rates, channels, WMM, types' capabilities
    "n/22", "n/22/*", "n/22/*/1", "n/22/*/1/*", "n/22/*/1/*/18", "n/22/*/1/*/18/*", "n/22/*/2", "n/22/*/2/*",
    "n/22/*/9", "n/22/*/9/*", "n/22/*/9/*/1",
    // types, commands, wake-up, combinations, frame types, addresses, vendor commands
    "n/32", "n/50", "n/118", "n/121", "n/120", "n/120/*", "n/120/*/1", "n/120/*/1/*", "n/120/*/1/*/2", "n/99", "n/99/*",
    "n/100", "n/100/*", "n/166", "n/197", "n/198", "n/341", "n/230", "n/230/*", "n/265", "n/300", "n/300/2",
    "n/300/2/*", "n/306", "n/344",
    // radios
    "n/331", "n/331/*", "n/331/*/2", "n/331/*/3", "n/331/*/3/1", "n/331/*/3/1/*", "n/331/*/3/1/*/2", "n/332", "n/332/*",
    "n/332/*/1", "n/332/*/1/*", "n/332/*/1/*/2",
    // rules, scans, results, surveys, links
    "n/34", "n/34/*", "n/44", "n/45", "n/292", "n/47", "n/84", "n/313", "n/313/*",
    // stations: what is counted, rates, the BSS, traffic identifiers with their queues; U-APSD; connection monitors
    "n/21", "n/21/8", "n/21/14", "n/21/15", "n/21/31", "n/21/31/*", "n/21/31/*/6", "n/129", "n/94",
    // nlctrl: commands and groups
    "c/6", "c/6/*", "c/7", "c/7/*"};

bool matches(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const std::string_view p = pattern.substr(0, pattern.find('/'));
        const std::string_view s = path.substr(0, path.find('/'));
        if (p != "*" && p != s) return false;
        pattern.remove_prefix(std::min(pattern.size(), p.size() + 1));
        path.remove_prefix(std::min(path.size(), s.size() + 1));
    }
    return pattern.empty() && path.empty();
}

bool is_nest(const std::string& path) {
    for (std::string_view nest : nests)
        if (matches(nest, path)) return true;
    return false;
}

/// `kind` is the table's name of the message's family, `shown` what a reader sees.
void attributes(std::span<const std::uint8_t> bytes, const std::string& kind, const std::string& shown,
                std::vector<Item>& out) {
    while (bytes.size() >= NLA_HDRLEN) {
        nlattr header{};
        std::memcpy(&header, bytes.data(), sizeof(header));
        if (header.nla_len < NLA_HDRLEN || header.nla_len > bytes.size()) break;
        const auto payload = bytes.subspan(NLA_HDRLEN, header.nla_len - NLA_HDRLEN);
        const std::string number = "/" + std::to_string(header.nla_type & NLA_TYPE_MASK);
        Item item{shown + number, is_nest(kind + number), (header.nla_type & NLA_F_NESTED) != 0, {}};
        if (!item.nest) item.value.assign(payload.begin(), payload.end());
        out.push_back(std::move(item));
        if (out.back().nest) attributes(payload, kind + number, shown + number, out);
        bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), NLA_ALIGN(header.nla_len)));
    }
    if (!bytes.empty()) out.push_back({shown + "/rest", false, false, {bytes.begin(), bytes.end()}});
}

std::size_t header_size(const Recorded& message) {
    if (message.type == NLMSG_ERROR) return sizeof(std::int32_t);
    if (message.type < NLMSG_MIN_TYPE) return message.body.size();
    if (message.protocol == netlink::Protocol::generic) return GENL_HDRLEN;
    return message.type <= RTM_SETLINK ? sizeof(ifinfomsg) : message.body.size();
}

}  // namespace

std::string message_name(const Recorded& message) {
    if (message.type == NLMSG_ERROR) return "ERROR";
    if (message.type == NLMSG_DONE) return "DONE";
    if (message.protocol == netlink::Protocol::route) return "RTM " + std::to_string(message.type);
    const unsigned command = message.body.empty() ? 0 : message.body[0];
    if (message.type == GENL_ID_CTRL) return "nlctrl " + std::to_string(command);
    if (message.type == hwsim) return "hwsim " + std::to_string(command);
    const auto names = mld::detail::command_names();
    if (message.type != nl80211 || command >= names.size()) return "family " + std::to_string(message.type);
    return std::string(names[command]);
}

std::vector<Item> take_apart(const Recorded& message) {
    const std::string name = message_name(message);
    const auto u16 = [](std::uint16_t v) {
        return ieee80211::Bytes{static_cast<std::uint8_t>(v), static_cast<std::uint8_t>(v >> 8U)};
    };
    std::vector<Item> out;
    out.push_back({name + "/type", false, false, u16(message.type)});
    out.push_back({name + "/flags", false, false, u16(message.flags)});
    const std::size_t head = std::min(header_size(message), message.body.size());
    const std::span body(message.body);
    out.push_back({name + "/head", false, false, {body.begin(), body.begin() + static_cast<std::ptrdiff_t>(head)}});
    if (message.type == NLMSG_ERROR) {
        // The request that it is about, whole or its header; then what the extended ack says.
        std::size_t request = NLMSG_HDRLEN;
        if ((message.flags & NLM_F_CAPPED) == 0 && body.size() >= head + NLMSG_HDRLEN) {
            std::uint32_t length = 0;
            std::memcpy(&length, body.data() + head, sizeof(length));
            request = NLMSG_ALIGN(length);
        }
        request = std::min(request, body.size() - head);
        const auto at = body.begin() + static_cast<std::ptrdiff_t>(head);
        out.push_back({name + "/request", false, false, {at, at + static_cast<std::ptrdiff_t>(request)}});
        attributes(body.subspan(head + request), "e", name, out);
        return out;
    }
    const std::string kind = message.protocol == netlink::Protocol::route ? "r"
                             : message.type == GENL_ID_CTRL               ? "c"
                             : message.type == nl80211                    ? "n"
                                                                          : "h";
    attributes(body.subspan(head), kind, name, out);
    return out;
}

}  // namespace mlosim::conformance
