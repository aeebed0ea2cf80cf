#include "vfio/reply_queue.h"

#include <cerrno>
#include <utility>

namespace mlosim::vfio {
Result<void> ReplyQueue::send(Channel& channel, wire::Bytes message) {
    if (empty()) {
        const auto sent = channel.send(message);
        if (!sent) return fail(sent.error());
        message = message.subspan(*sent);
    }
    if (message.empty()) return {};
    if (message.size() > limit - (waiting_.size() - sent_)) return fail(ENOBUFS, "it does not read its replies");
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(std::exchange(sent_, 0)));
    waiting_.insert(waiting_.end(), message.begin(), message.end());
    return {};
}

Result<void> ReplyQueue::flush(Channel& channel) {
    const auto sent = channel.send(wire::Bytes(waiting_).subspan(sent_));
    if (!sent) return fail(sent.error());
    sent_ += *sent;
    if (sent_ == waiting_.size()) {
        waiting_ = {};
        sent_ = 0;
    }
    return {};
}

}  // namespace mlosim::vfio
