#include "vfio/message_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace mlosim::vfio {
namespace {

constexpr std::size_t usual_room = std::size_t{32} << 10;

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

MessageStream::MessageStream() : buffer_(usual_room) {}

Result<std::optional<Message>> MessageStream::next() {
    if (available() < sizeof(wire::Header)) return std::nullopt;
    const wire::Bytes bytes = wire::Bytes(buffer_).subspan(begin_, available());
    const auto header = wire::parse_header(bytes);
    if (!header) return fail(header.error());
    if (bytes.size() < header->size) return std::nullopt;

    Message message{*header, bytes.subspan(sizeof *header, header->size - sizeof *header), {}};
    begin_ += header->size;
    taken_ += header->size;
    while (!arrivals_.empty() && arrivals_.front().last_octet < taken_) {
        for (Descriptor& descriptor : arrivals_.front().descriptors)
            message.descriptors.push_back(std::move(descriptor));
        arrivals_.erase(arrivals_.begin());
    }
    if (message.descriptors.size() > wire::max_descriptors)
        return fail(EMSGSIZE, "it sent more descriptors with a message than was agreed");
    return message;
}

void MessageStream::make_room() {
    std::size_t needed = sizeof(wire::Header);
    if (available() >= sizeof(wire::Header)) {
        wire::Header header;
        std::memcpy(&header, buffer_.data() + begin_, sizeof header);
        needed = header.size;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, available());
        end_ = available();
        begin_ = 0;
    }
    const std::size_t room = std::max(needed, usual_room);
    if (buffer_.size() == room || (buffer_.size() > room && end_ > 0)) return;
    buffer_.resize(room);
    buffer_.shrink_to_fit();
}

Result<bool> MessageStream::receive(int socket) {
    make_room();
    iovec room{buffer_.data() + end_, buffer_.size() - end_};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * wire::max_descriptors)> control;
    msghdr arrived{};
    arrived.msg_iov = &room;
    arrived.msg_iovlen = 1;
    arrived.msg_control = control.data();
    arrived.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &arrived, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) return false;
        return fail(errno, "its connection broke");
    }
    auto descriptors = descriptors_of(arrived);
    if (got == 0) return fail(ECONNRESET, "it closed the connection");
    if ((arrived.msg_flags & MSG_CTRUNC) != 0)
        return fail(EMSGSIZE,
                    "it sent more descriptors than was agreed, or than this process may have (see ulimit -n)");
    end_ += static_cast<std::size_t>(got);
    if (!descriptors.empty()) {
        arrivals_.push_back({taken_ + available() - 1, std::move(descriptors)});
        std::size_t kept = 0;
        for (const Arrival& arrival : arrivals_)
            kept += arrival.descriptors.size();
        // Those of the message that is not all there yet, and those of one that begins behind it.
        if (kept > 2 * wire::max_descriptors) return fail(EMSGSIZE, "it sent more descriptors than was agreed");
    }
    return true;
}

}  // namespace mlosim::vfio
