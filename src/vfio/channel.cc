#include "vfio/channel.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace mlosim::vfio {
namespace {

std::vector<Descriptor> descriptors_of(msghdr& message) {
    std::vector<Descriptor> descriptors;
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; i++) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
            descriptors.emplace_back(fd);
        }
    }
    return descriptors;
}

}  // namespace

Result<std::optional<Channel::Arrival>> SocketChannel::receive(std::span<std::uint8_t> room) {
    iovec piece{room.data(), room.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * wire::max_descriptors)> control;
    msghdr arrived{};
    arrived.msg_iov = &piece;
    arrived.msg_iovlen = 1;
    arrived.msg_control = control.data();
    arrived.msg_controllen = control.size();
    // The kernel ends a read behind the segment that descriptors came with.
    const ssize_t got = ::recvmsg(socket_, &arrived, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) return std::nullopt;
        return fail(errno, "its connection broke");
    }
    Arrival arrival{static_cast<std::size_t>(got), descriptors_of(arrived)};
    if (got == 0) return fail(ECONNRESET, "it closed the connection");
    if ((arrived.msg_flags & MSG_CTRUNC) != 0)
        return fail(EMSGSIZE,
                    "it sent more descriptors than was agreed, or than this process may have (see ulimit -n)");
    return arrival;
}

Result<std::size_t> SocketChannel::send(wire::Bytes bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t taken = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken >= 0)
            sent += static_cast<std::size_t>(taken);
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return fail(errno, "it does not listen any more");
    }
    return sent;
}

}  // namespace mlosim::vfio
