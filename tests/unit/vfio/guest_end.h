#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfio/descriptor.h"
#include "vfio/wire.h"

namespace mlosim::vfio::testing {

using Packet = std::vector<std::uint8_t>;

/// A body out of structs and other bytes, one behind the other.
template <class... Parts>
Packet body_of(const Parts&... parts) {
    Packet body;
    const auto add = [&body](const auto& part) {
        if constexpr (std::is_same_v<std::decay_t<decltype(part)>, Packet>)
            body.insert(body.end(), part.begin(), part.end());
        else
            wire::append(body, part);
    };
    (add(parts), ...);
    return body;
}

inline Packet message_of(wire::Command command, const Packet& body = {}, std::uint32_t flags = 0,
                         std::uint16_t id = 1) {
    const auto size = static_cast<std::uint32_t>(sizeof(wire::Header) + body.size());
    return body_of(wire::Header{id, static_cast<std::uint16_t>(command), size, flags, 0}, body);
}

struct Reply {
    wire::Header header;
    Packet body;

    [[nodiscard]] bool ok() const { return header.flags == wire::flag::reply; }
    /// 0: none.
    [[nodiscard]] int error() const {
        return (header.flags & wire::flag::error) != 0 ? static_cast<int>(header.error) : 0;
    }
    template <class T>
    [[nodiscard]] T as(std::size_t at = 0) const {
        T value{};
        if (body.size() >= at + sizeof value) std::memcpy(&value, body.data() + at, sizeof value);
        return value;
    }
};

/// The virtual machine's end of a connection. Never blocks: the test lets the server work in between.
class GuestEnd {
public:
    explicit GuestEnd(Descriptor socket) : socket_(std::move(socket)) {}

    [[nodiscard]] bool send(std::span<const std::uint8_t> bytes, std::initializer_list<int> descriptors = {}) const {
        return send(bytes, std::span(descriptors.begin(), descriptors.size()));
    }
    [[nodiscard]] bool send(std::span<const std::uint8_t> bytes, std::span<const int> descriptors) const {
        iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 64)> control{};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        if (!descriptors.empty()) {
            message.msg_control = control.data();
            message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
            cmsghdr* head = CMSG_FIRSTHDR(&message);
            head->cmsg_level = SOL_SOCKET;
            head->cmsg_type = SCM_RIGHTS;
            head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
            std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
        }
        return ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(bytes.size());
    }

    /// The next reply that is all there.
    [[nodiscard]] std::optional<Reply> reply() {
        std::array<std::uint8_t, 65536> buffer;
        for (ssize_t got; (got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
            received_.insert(received_.end(), buffer.begin(), buffer.begin() + got);
        Reply reply{};
        if (received_.size() < sizeof reply.header) return std::nullopt;
        std::memcpy(&reply.header, received_.data(), sizeof reply.header);
        if (received_.size() < reply.header.size) return std::nullopt;
        const auto end = received_.begin() + reply.header.size;
        reply.body.assign(received_.begin() + sizeof reply.header, end);
        received_.erase(received_.begin(), end);
        return reply;
    }

    /// The server has closed the connection.
    [[nodiscard]] bool at_end() const {
        char byte;
        const auto got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got == 0 || (got < 0 && errno == ECONNRESET);
    }
    void close() { socket_ = Descriptor(); }

private:
    Descriptor socket_;
    Packet received_;
};

/// Guest memory: a file in memory of that many octets, sealed as QEMU's.
inline Descriptor memory_file(std::size_t size, int seals = F_SEAL_SHRINK | F_SEAL_GROW) {
    Descriptor file(::memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return Descriptor();
    if (seals != 0 && ::fcntl(file.get(), F_ADD_SEALS, seals) != 0) return Descriptor();
    return file;
}

inline Descriptor event() {
    return Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

/// Edges since the last question.
inline std::uint64_t edges(const Descriptor& eventfd) {
    std::uint64_t count = 0;
    return ::read(eventfd.get(), &count, sizeof count) == sizeof count ? count : 0;
}

}  // namespace mlosim::vfio::testing
