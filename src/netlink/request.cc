#include "netlink/request.h"

#include <linux/genetlink.h>

#include "netlink/core.h"
#include "sim/invariant.h"

namespace mlosim::netlink {

MessageBuilder Reply::message(std::uint8_t command, std::size_t limit, std::uint16_t flags) const {
    MessageBuilder message = raw_message(request_.nlmsg_type, limit, flags);
    message.put_header(genlmsghdr{.cmd = command, .version = version_, .reserved = 0});
    return message;
}

MessageBuilder Reply::raw_message(std::uint16_t type, std::size_t limit, std::uint16_t flags) const {
    return MessageBuilder({.type = type, .flags = flags, .seq = request_.nlmsg_seq, .port = sender_.port}, limit);
}

Result<void> Reply::send(const MessageBuilder& message) {
    if (message.overflowed()) return fail(ENOBUFS);
    return core_.unicast(protocol_, sender_.port, message.bytes());
}

bool Reply::dump_running() const {
    const Core::Socket* socket = core_.find(sender_.socket);
    return socket != nullptr && socket->dump != nullptr;
}

void Reply::start_dump(const DumpTarget& target, std::unique_ptr<Dump> dump) {
    Core::Socket* socket = core_.find(sender_.socket);
    MLOSIM_INVARIANT(socket != nullptr && socket->dump == nullptr, "a dump starts on an open socket that has none");
    socket->dump = std::make_unique<Core::RunningDump>();
    socket->dump->target = target;
    socket->dump->dump = std::move(dump);
    dump_started_ = true;
}

}  // namespace mlosim::netlink
