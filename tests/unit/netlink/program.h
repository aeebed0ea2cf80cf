#pragma once

#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "netlink/attributes.h"
#include "netlink/core.h"
#include "netlink/message.h"

namespace mlosim::netlink::test {

using Bytes = std::vector<std::uint8_t>;

/// A message that a program received.
struct Received {
    Bytes bytes;
    std::uint32_t group = 0;
    std::size_t datagram = 0;  ///< which one it came in, counted from 0

    [[nodiscard]] const nlmsghdr& header() const { return *reinterpret_cast<const nlmsghdr*>(bytes.data()); }
    [[nodiscard]] std::uint16_t type() const { return header().nlmsg_type; }
    [[nodiscard]] std::uint16_t flags() const { return header().nlmsg_flags; }
    [[nodiscard]] std::uint8_t command() const { return bytes.at(NLMSG_HDRLEN); }
    /// Payload of NLMSG_ERROR and NLMSG_DONE.
    [[nodiscard]] int error() const {
        int value = 0;
        std::memcpy(&value, bytes.data() + NLMSG_HDRLEN, sizeof(value));
        return value;
    }
    /// Attributes after `skip` bytes of payload (4: those of a generic netlink message).
    [[nodiscard]] AttributeRange attributes(std::size_t skip = GENL_HDRLEN) const {
        const std::size_t start = NLMSG_HDRLEN + skip;
        if (bytes.size() < start) return {};
        return {std::span(bytes).subspan(start), static_cast<std::uint32_t>(start)};
    }
    [[nodiscard]] std::optional<Attribute> find(std::uint16_t type, std::size_t skip = GENL_HDRLEN) const {
        for (const Attribute attribute : attributes(skip))
            if (attribute.type() == type) return attribute;
        return std::nullopt;
    }
    /// Of an acknowledgement: its extended part.
    [[nodiscard]] std::optional<Attribute> ack_attribute(std::uint16_t type) const {
        if ((flags() & NLM_F_ACK_TLVS) == 0) return std::nullopt;
        std::size_t skip = sizeof(int);
        if (this->type() == NLMSG_ERROR) {
            skip = sizeof(nlmsgerr);
            if ((flags() & NLM_F_CAPPED) == 0) {
                nlmsgerr error{};
                std::memcpy(&error, bytes.data() + NLMSG_HDRLEN, sizeof(error));
                skip += NLMSG_ALIGN(error.msg.nlmsg_len) - NLMSG_HDRLEN;
            }
        }
        return find(type, skip);
    }
    [[nodiscard]] std::string ack_message() const {
        auto text = ack_attribute(NLMSGERR_ATTR_MSG);
        return text ? std::string(text->string()) : std::string();
    }
};

/// A program with one netlink socket.
class Program final : public Outlet {
public:
    Program(Core& core, Protocol protocol, Peer peer = {.pid = 4711, .uid = 0})
        : core_(core), socket_(core.open(protocol, peer, *this)) {}
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() override { close(); }

    void close() {
        if (std::exchange(open_, false)) core_.close(socket_);
    }
    [[nodiscard]] SocketId socket() const { return socket_; }

    void send(std::span<const std::uint8_t> bytes) { core_.receive(socket_, bytes); }
    void send(const MessageBuilder& message) { send(message.bytes()); }

    /// Makes writable() say that the program does not read, until read().
    void stop_reading() { reading_ = false; }
    void read() {
        reading_ = true;
        core_.drained(socket_);
    }
    void deliver(std::span<const std::uint8_t> datagram, std::uint32_t, std::uint32_t group) override {
        std::size_t at = 0;
        while (at + NLMSG_HDRLEN <= datagram.size()) {
            nlmsghdr header{};
            std::memcpy(&header, datagram.data() + at, sizeof(header));
            const auto piece = datagram.subspan(at, header.nlmsg_len);
            received_.push_back({Bytes(piece.begin(), piece.end()), group, datagrams_});
            at += NLMSG_ALIGN(header.nlmsg_len);
        }
        ++datagrams_;
    }
    [[nodiscard]] bool writable() const override { return reading_; }

    /// What came since the last call.
    std::vector<Received> take() { return std::exchange(received_, {}); }
    std::vector<Received> ask(const MessageBuilder& message) {
        (void)take();
        send(message);
        return take();
    }
    [[nodiscard]] std::size_t datagrams() const { return datagrams_; }

private:
    Core& core_;
    SocketId socket_;
    bool open_ = true;
    bool reading_ = true;
    std::size_t datagrams_ = 0;
    std::vector<Received> received_;
};

/// A generic netlink request.
inline MessageBuilder genl_request(std::uint16_t family, std::uint8_t command, std::uint16_t flags = NLM_F_ACK,
                                   std::uint32_t seq = 1) {
    MessageBuilder message({.type = family, .flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST), .seq = seq},
                           std::size_t{1} << 17U);
    message.put_header(genlmsghdr{.cmd = command, .version = 1, .reserved = 0});
    return message;
}

inline Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

}  // namespace mlosim::netlink::test
