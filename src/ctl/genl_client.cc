#include "ctl/genl_client.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

namespace mlosim::ctl {
namespace {

constexpr std::uint32_t first_sequence = 1;

/// The errno of an error message, with the daemon's sentence if it carries one (NLMSGERR_ATTR_MSG).
Error error_of(const nlmsghdr* header) {
    const auto* body = static_cast<const nlmsgerr*>(nlmsg_data(header));
    Error error{-body->error, {}, {}};
    if (header->nlmsg_flags & NLM_F_ACK_TLVS) {
        std::size_t skip = sizeof(nlmsgerr);
        if (!(header->nlmsg_flags & NLM_F_CAPPED)) skip += body->msg.nlmsg_len - sizeof(nlmsghdr);
        const auto* first = reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(body) + NLMSG_ALIGN(skip));
        const int left = nlmsg_datalen(header) - static_cast<int>(NLMSG_ALIGN(skip));
        if (left > 0) error.message = Attributes(first, left).text(NLMSGERR_ATTR_MSG).value_or("");
    }
    if (error.message.empty()) error.message = std::strerror(error.code);
    return error;
}

Reply copy_of(const nlmsghdr* header) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(header);
    return Reply({bytes, bytes + header->nlmsg_len});
}

}  // namespace

Attributes::Attributes(const nlattr* first, int length) {
    const nlattr* attribute = first;
    for (int left = length; nla_ok(attribute, left); attribute = nla_next(attribute, &left))
        by_type_[nla_type(attribute)] = attribute;
}

const nlattr* Attributes::find(int type) const {
    const auto found = by_type_.find(type);
    return found == by_type_.end() ? nullptr : found->second;
}

std::optional<std::uint64_t> Attributes::number(int type) const {
    const nlattr* attribute = find(type);
    if (!attribute) return {};
    switch (nla_len(attribute)) {
        case 1:
            return nla_get_u8(attribute);
        case 2:
            return nla_get_u16(attribute);
        case 4:
            return nla_get_u32(attribute);
        case 8:
            return nla_get_u64(attribute);
        default:
            return {};
    }
}

std::optional<std::int64_t> Attributes::signed_number(int type) const {
    const nlattr* attribute = find(type);
    if (!attribute) return {};
    switch (nla_len(attribute)) {
        case 1:
            return nla_get_s8(attribute);
        case 2:
            return nla_get_s16(attribute);
        case 4:
            return nla_get_s32(attribute);
        case 8:
            return nla_get_s64(attribute);
        default:
            return {};
    }
}

std::optional<std::string> Attributes::text(int type) const {
    const nlattr* attribute = find(type);
    if (!attribute) return {};
    const auto* data = static_cast<const char*>(nla_data(attribute));
    return std::string(data, strnlen(data, static_cast<std::size_t>(nla_len(attribute))));
}

std::optional<std::string> Attributes::address(int type) const {
    const nlattr* attribute = find(type);
    if (!attribute) return {};
    const auto* data = static_cast<const std::uint8_t*>(nla_data(attribute));
    std::string out;
    for (int i = 0; i < nla_len(attribute); ++i) {
        char pair[4];
        std::snprintf(pair, sizeof pair, "%s%02x", i == 0 ? "" : ":", data[i]);
        out += pair;
    }
    return out;
}

Attributes Attributes::nest(int type) const {
    const nlattr* attribute = find(type);
    return attribute ? Attributes(attribute) : Attributes();
}

std::vector<Attributes> Attributes::list(int type) const {
    std::vector<Attributes> out;
    const nlattr* outer = find(type);
    if (!outer) return out;
    const auto* inner = static_cast<const nlattr*>(nla_data(outer));
    for (int left = nla_len(outer); nla_ok(inner, left); inner = nla_next(inner, &left))
        out.emplace_back(inner);
    return out;
}

std::vector<std::uint64_t> Attributes::numbers(int type) const {
    std::vector<std::uint64_t> out;
    const nlattr* outer = find(type);
    if (!outer) return out;
    const auto* inner = static_cast<const nlattr*>(nla_data(outer));
    for (int left = nla_len(outer); nla_ok(inner, left); inner = nla_next(inner, &left)) {
        const int whole = nla_total_size(nla_len(inner));
        const Attributes one(inner, whole <= left ? whole : left);
        if (const auto number = one.number(nla_type(inner))) out.push_back(*number);
    }
    return out;
}

Reply::Reply(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {
    const auto* header = reinterpret_cast<nlmsghdr*>(bytes_.data());
    if (!genlmsg_valid_hdr(const_cast<nlmsghdr*>(header), 0)) return;
    const auto* genl = static_cast<const genlmsghdr*>(nlmsg_data(header));
    attributes_ = Attributes(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0));
}

std::uint8_t Reply::command() const {
    const auto* header = reinterpret_cast<const nlmsghdr*>(bytes_.data());
    return bytes_.size() < NLMSG_HDRLEN + GENL_HDRLEN ? 0 : static_cast<const genlmsghdr*>(nlmsg_data(header))->cmd;
}

Request::Request(std::uint16_t family, std::uint8_t command, std::uint8_t version, int flags)
    : message_(nlmsg_alloc_size(16384)) {
    genlmsg_put(message_.get(), 0, 0, family, 0, flags, command, version);
}

void Request::Free::operator()(nl_msg* message) const {
    nlmsg_free(message);
}

Request& Request::number32(int type, std::uint32_t value) {
    nla_put_u32(get(), type, value);
    return *this;
}

Request& Request::number64(int type, std::uint64_t value) {
    nla_put_u64(get(), type, value);
    return *this;
}

Request& Request::number8(int type, std::uint8_t value) {
    nla_put_u8(message_.get(), type, value);
    return *this;
}

Request& Request::flag(int type) {
    nla_put_flag(message_.get(), type);
    return *this;
}

Request& Request::octets(int type, std::span<const std::uint8_t> value) {
    nla_put(message_.get(), type, static_cast<int>(value.size()), value.data());
    return *this;
}

Request& Request::list(int type, const std::vector<std::vector<std::uint8_t>>& values) {
    nlattr* nest = nla_nest_start(message_.get(), type);
    int index = 0;
    for (const auto& value : values)
        octets(++index, value);
    nla_nest_end(message_.get(), nest);
    return *this;
}

Request& Request::text(int type, const std::string& value) {
    nla_put_string(get(), type, value.c_str());
    return *this;
}

Result<GenlClient> GenlClient::open(const std::string& socket_path, const std::string& family) {
    auto connection = DaemonConnection::open(socket_path);
    if (!connection) return fail(connection.error());
    GenlClient client(std::move(*connection));
    client.sequence_ = first_sequence;
    const auto resolved = client.resolve(family);
    if (!resolved) return fail(resolved.error());
    return client;
}

Result<void> GenlClient::resolve(const std::string& family) {
    Request request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    request.text(CTRL_ATTR_FAMILY_NAME, family);
    const auto replies = ask(request);
    if (!replies) return fail(replies.error());
    if (replies->empty()) return fail(ENOENT, "mlosimd has no family " + family);
    const Attributes& attributes = replies->front().attributes();
    id_ = static_cast<std::uint16_t>(attributes.number(CTRL_ATTR_FAMILY_ID).value_or(0));
    version_ = static_cast<std::uint8_t>(attributes.number(CTRL_ATTR_VERSION).value_or(1));
    for (const Attributes& group : attributes.list(CTRL_ATTR_MCAST_GROUPS)) {
        const auto name = group.text(CTRL_ATTR_MCAST_GRP_NAME);
        const auto id = group.number(CTRL_ATTR_MCAST_GRP_ID);
        if (name && id) groups_[*name] = static_cast<std::uint32_t>(*id);
    }
    return {};
}

Request GenlClient::request(std::uint8_t command, int flags) const {
    return {id_, command, version_, flags};
}

Result<std::vector<Reply>> GenlClient::ask(const Request& request) {
    nlmsghdr* header = nlmsg_hdr(request.get());
    header->nlmsg_seq = sequence_++;
    header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    const bool dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    const auto sent = connection_.send({reinterpret_cast<const std::uint8_t*>(header), header->nlmsg_len});
    if (!sent) return fail(sent.error());

    std::vector<Reply> replies;
    for (;;) {
        const auto datagram = connection_.receive();
        if (!datagram) return fail(datagram.error());
        auto* answer = reinterpret_cast<nlmsghdr*>(const_cast<std::uint8_t*>(datagram->data()));
        for (int left = static_cast<int>(datagram->size()); nlmsg_ok(answer, left);
             answer = nlmsg_next(answer, &left)) {
            if (answer->nlmsg_seq != header->nlmsg_seq) continue;  // an event between request and answer
            if (answer->nlmsg_type == NLMSG_DONE) {
                std::int32_t code = 0;
                if (nlmsg_datalen(answer) >= static_cast<int>(sizeof code))
                    std::memcpy(&code, nlmsg_data(answer), sizeof code);
                if (code < 0) return fail(-code, std::strerror(-code));
                return replies;
            }
            if (answer->nlmsg_type == NLMSG_ERROR) {
                const auto* body = static_cast<const nlmsgerr*>(nlmsg_data(answer));
                if (body->error < 0) return fail(error_of(answer));
                if (!dump) return replies;
                continue;
            }
            replies.push_back(copy_of(answer));
        }
    }
}

Result<void> GenlClient::subscribe(const std::string& group) {
    const auto found = groups_.find(group);
    if (found == groups_.end()) return fail(ENOENT, "mlosimd has no group " + group);
    return connection_.join(found->second);
}

Result<std::vector<Reply>> GenlClient::next_events() {
    const auto datagram = connection_.receive();
    if (!datagram) return fail(datagram.error());
    std::vector<Reply> events;
    auto* header = reinterpret_cast<nlmsghdr*>(const_cast<std::uint8_t*>(datagram->data()));
    for (int left = static_cast<int>(datagram->size()); nlmsg_ok(header, left); header = nlmsg_next(header, &left))
        if (header->nlmsg_type == id_) events.push_back(copy_of(header));
    return events;
}

}  // namespace mlosim::ctl
