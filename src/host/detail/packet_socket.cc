#include "host/detail/packet_socket.h"

#include <cerrno>
#include <cstring>

#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mlosim::host {

void PacketSocket::start(User& user) {
    user_ = &user;
    wait_readable();
}

void PacketSocket::close() {
    user_ = nullptr;
    room_.reset();
    boost::system::error_code ignored;
    fd_.close(ignored);
}

void PacketSocket::set_reading(bool on) {
    reading_ = on;
    if (on && !waiting_) wait_readable();
}

void PacketSocket::wait_readable() {
    if (!user_ || waiting_) return;
    waiting_ = true;
    fd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const boost::system::error_code& error) {
                       self->waiting_ = false;
                       if (error || !self->user_ || !self->reading_) return;
                       self->read_some(self->buffers_);
                       if (self->user_ && self->reading_) self->wait_readable();
                   });
}

void PacketSocket::read_now(PacketBuffers& buffers) {
    const auto self = shared_from_this();
    while (user_ && reading_ && read_some(buffers) > 0) {
    }
}

std::size_t PacketSocket::read_some(PacketBuffers& buffers) {
    std::array<mmsghdr, PacketBuffers::packets> messages{};
    std::array<iovec, PacketBuffers::packets> pieces{};
    for (std::size_t i = 0; i < messages.size(); i++) {
        pieces[i] = {buffers.slot(i), MLOSIM_WIRE_PACKET_MAX};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int got = ::recvmmsg(fd(), messages.data(), messages.size(), MSG_DONTWAIT, nullptr);
    if (got < 0) {
        if (errno != EAGAIN && errno != EINTR) give_up();
        return 0;
    }
    for (int i = 0; i < got && user_; i++) {
        const mmsghdr& message = messages[static_cast<std::size_t>(i)];
        // An empty packet is how the end of the connection looks, and nobody sends one otherwise.
        if (message.msg_len == 0 || (message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
            give_up();
            return 0;
        }
        user_->on_packet({buffers.slot(static_cast<std::size_t>(i)), message.msg_len});
    }
    return static_cast<std::size_t>(got);
}

void PacketSocket::give_up() {
    if (lost_) return;
    lost_ = true;
    reading_ = false;
    boost::asio::post(fd_.get_executor(), [self = shared_from_this()] {
        if (self->user_) self->user_->on_gone();
    });
}

std::size_t PacketSocket::send(std::span<const iovec> packets) {
    constexpr std::size_t at_once = 32;
    std::size_t done = 0;
    while (done < packets.size() && !lost_) {
        const std::size_t count = std::min(packets.size() - done, at_once);
        std::array<mmsghdr, at_once> messages;
        for (std::size_t i = 0; i < count; i++) {
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = const_cast<iovec*>(&packets[done + i]);
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const int sent = ::sendmmsg(fd(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno == EMSGSIZE && make_room_for(packets[done].iov_len)) continue;
            if (errno != EAGAIN) give_up();
            return done;
        }
        done += static_cast<std::size_t>(sent);
        if (sent_) sent_();
        if (static_cast<std::size_t>(sent) < count) return done;
    }
    return done;
}

bool PacketSocket::send_with_descriptor(iovec packet, int descriptor) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> control{};
    msghdr message{};
    message.msg_iov = &packet;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    return ::sendmsg(fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void PacketSocket::watch_room() {
    if (room_ || !user_ || lost_) return;
    const int copy = ::fcntl(fd(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return give_up();  // out of descriptors: this peer, which does not read, is the one to go
    room_.emplace(fd_.get_executor(), copy);
    room_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || !self->user_) return;
                          self->room_.reset();
                          self->user_->on_room();
                      });
}

/// The kernel refuses a packet that is longer than the whole buffer. True if it will take this one now.
bool PacketSocket::make_room_for(std::size_t length) {
    if (send_buffer_ > length + 32) return false;
    set_send_buffer(length * 2);
    return send_buffer_ > length + 32;
}

void PacketSocket::set_send_buffer(std::size_t bytes) {
    // The kernel doubles what it is told.
    int size = static_cast<int>(bytes / 2);
    if (::setsockopt(fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
        (void)::setsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    socklen_t length = sizeof size;
    if (::getsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &size, &length) == 0) send_buffer_ = static_cast<std::size_t>(size);
}

std::size_t PacketSocket::outstanding() const {
    int bytes = 0;
    const int fd = const_cast<boost::asio::posix::stream_descriptor&>(fd_).native_handle();
    if (::ioctl(fd, SIOCOUTQ, &bytes) != 0) return 0;
    return static_cast<std::size_t>(bytes);
}

}  // namespace mlosim::host
