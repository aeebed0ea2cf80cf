#include "netlink/message.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "sim/invariant.h"

namespace mlosim::netlink {

namespace {
/// Enough for most messages at once; larger ones grow by doubling.
constexpr std::size_t first_allocation = 512;
}  // namespace

void Nest::end() noexcept {
    if (message_ != nullptr) std::exchange(message_, nullptr)->close(start_);
}

void Nest::cancel() noexcept {
    if (message_ != nullptr) std::exchange(message_, nullptr)->truncate(start_);
}

void MessageBuilder::Free::operator()(nl_msg* message) const noexcept {
    nlmsg_free(message);
}

MessageBuilder::MessageBuilder(const MessageHead& head, std::size_t limit)
    : message_(nlmsg_alloc_size(std::min(first_allocation, std::max<std::size_t>(limit, NLMSG_HDRLEN)))),
      limit_(limit) {
    MLOSIM_INVARIANT(message_ != nullptr, "there is memory for a message");
    reset(head, limit);
}

void MessageBuilder::reset(const MessageHead& head, std::size_t limit) {
    limit_ = limit;
    overflowed_ = limit < NLMSG_HDRLEN;
    nlmsghdr* header = nlmsg_hdr(message_.get());
    header->nlmsg_len = NLMSG_HDRLEN;
    header->nlmsg_type = head.type;
    header->nlmsg_flags = head.flags;
    header->nlmsg_seq = head.seq;
    header->nlmsg_pid = head.port;
}

std::uint8_t* MessageBuilder::start() const noexcept {
    return reinterpret_cast<std::uint8_t*>(nlmsg_hdr(message_.get()));
}

std::size_t MessageBuilder::size() const noexcept {
    return nlmsg_hdr(message_.get())->nlmsg_len;
}

std::span<const std::uint8_t> MessageBuilder::bytes() const noexcept {
    return {start(), size()};
}

bool MessageBuilder::make_room(std::size_t more) {
    if (overflowed_ || NLMSG_ALIGN(size()) + more > limit_) {
        overflowed_ = true;
        return false;
    }
    const std::size_t needed = NLMSG_ALIGN(size()) + more;
    const std::size_t have = nlmsg_get_max_size(message_.get());
    if (needed <= have) return true;
    const std::size_t grown = std::min(std::max(needed, have * 2), std::max(limit_, needed));
    MLOSIM_INVARIANT(nlmsg_expand(message_.get(), grown) == 0, "there is memory for a message");
    return true;
}

void MessageBuilder::put_header(std::span<const std::uint8_t> header) {
    if (!make_room(NLMSG_ALIGN(header.size()))) return;
    void* room = nlmsg_reserve(message_.get(), header.size(), NLMSG_ALIGNTO);
    MLOSIM_INVARIANT(room != nullptr, "a header fits after make_room");
    if (!header.empty()) std::memcpy(room, header.data(), header.size());
}

void MessageBuilder::put(std::uint16_t type, std::span<const std::uint8_t> payload) {
    std::span<std::uint8_t> room = reserve(type, payload.size());
    if (!payload.empty() && !room.empty()) std::memcpy(room.data(), payload.data(), payload.size());
}

std::span<std::uint8_t> MessageBuilder::reserve(std::uint16_t type, std::size_t size) {
    if (size > std::numeric_limits<std::uint16_t>::max() - std::size_t{NLA_HDRLEN}) overflowed_ = true;
    if (!make_room(NLA_HDRLEN + NLA_ALIGN(size))) return {};
    nlattr* attribute = nla_reserve(message_.get(), type, static_cast<int>(size));
    MLOSIM_INVARIANT(attribute != nullptr, "an attribute fits after make_room");
    auto* data = static_cast<std::uint8_t*>(nla_data(attribute));
    std::memset(data, 0, size);
    return {data, size};
}

void MessageBuilder::put_string(std::uint16_t type, std::string_view text) {
    std::span<std::uint8_t> room = reserve(type, text.size() + 1);
    if (!room.empty()) std::copy(text.begin(), text.end(), room.begin());
}

Nest MessageBuilder::open(std::uint16_t type) {
    const std::size_t at = NLMSG_ALIGN(size());
    (void)reserve(type, 0);
    return overflowed_ ? Nest(nullptr, 0) : Nest(this, at);
}

void MessageBuilder::close(std::size_t at) noexcept {
    // By hand, not by libnl's nla_nest_end(): that removes empty nests, which the kernel keeps.
    const std::size_t length = size() - at;
    if (length > std::numeric_limits<std::uint16_t>::max()) {
        overflowed_ = true;
        return;
    }
    reinterpret_cast<nlattr*>(start() + at)->nla_len = static_cast<std::uint16_t>(length);
}

void MessageBuilder::truncate(std::size_t at) noexcept {
    nlmsg_hdr(message_.get())->nlmsg_len = static_cast<std::uint32_t>(at);
}

void MessageBuilder::add_flags(std::uint16_t flags) {
    nlmsg_hdr(message_.get())->nlmsg_flags |= flags;
}

}  // namespace mlosim::netlink
