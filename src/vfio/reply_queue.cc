#include "vfio/reply_queue.h"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace mlosim::vfio {
namespace {

/// How much the socket took.
Result<std::size_t> send_some(int socket, wire::Bytes bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t taken = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken >= 0)
            sent += static_cast<std::size_t>(taken);
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return fail(errno, "it does not listen any more");
    }
    return sent;
}

}  // namespace

Result<void> ReplyQueue::send(int socket, wire::Bytes message) {
    if (empty()) {
        const auto sent = send_some(socket, message);
        if (!sent) return fail(sent.error());
        message = message.subspan(*sent);
    }
    if (message.empty()) return {};
    if (message.size() > limit - (waiting_.size() - sent_)) return fail(ENOBUFS, "it does not read its replies");
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(sent_, 0)));
    waiting_.insert(waiting_.end(), message.begin(), message.end());
    return {};
}

Result<void> ReplyQueue::flush(int socket) {
    const auto sent = send_some(socket, wire::Bytes(waiting_).subspan(sent_));
    if (!sent) return fail(sent.error());
    sent_ += *sent;
    if (sent_ == waiting_.size()) {
        waiting_ = {};
        sent_ = 0;
    }
    return {};
}

}  // namespace mlosim::vfio
