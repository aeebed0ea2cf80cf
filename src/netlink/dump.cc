#include "netlink/dump.h"

#include <linux/genetlink.h>

#include "sim/invariant.h"

namespace mlosim::netlink {

DumpBuffer::DumpBuffer(const DumpTarget& target, Consistency& consistency, ExtAck& ack, std::size_t limit)
    : target_(target), consistency_(consistency), ack_(ack), limit_(limit), message_(MessageHead{}, limit) {}

MessageBuilder& DumpBuffer::begin(std::uint8_t command, std::uint16_t flags) {
    MessageBuilder& message = begin_raw(target_.type, flags);
    message.put_header(genlmsghdr{.cmd = command, .version = target_.version, .reserved = 0});
    return message;
}

MessageBuilder& DumpBuffer::begin_raw(std::uint16_t type, std::uint16_t flags) {
    message_.reset({.type = type,
                    .flags = static_cast<std::uint16_t>(flags | NLM_F_MULTI),
                    .seq = target_.seq,
                    .port = target_.port},
                   room());
    return message_;
}

bool DumpBuffer::commit() {
    if (message_.overflowed()) {
        refused_ = true;
        return false;
    }
    const auto message = message_.bytes();
    bytes_.insert(bytes_.end(), message.begin(), message.end());
    return true;
}

void DumpBuffer::check_consistent() {
    if (consistency_.interrupted()) message_.add_flags(NLM_F_DUMP_INTR);
}

}  // namespace mlosim::netlink
