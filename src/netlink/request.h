#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <linux/netlink.h>

#include "netlink/attributes.h"
#include "netlink/dump.h"
#include "netlink/ext_ack.h"
#include "netlink/message.h"
#include "netlink/server.h"

namespace mlosim::netlink {

class Core;

/// Who sent a request, and how.
struct Sender {
    SocketId socket{};
    std::uint32_t port = 0;
    Peer peer;
    bool privileged = false;    ///< stands for CAP_NET_ADMIN: the peer runs as the daemon's user or as root
    bool strict_check = false;  ///< NETLINK_GET_STRICT_CHK
};

/// One request that has passed its family's checks. A view: in a dump it lives as long as the dump.
class Request {
public:
    Request(const nlmsghdr& header, const Sender& sender, Attributes attributes)
        : header_(&header), sender_(sender), attributes_(std::move(attributes)) {}

    [[nodiscard]] const Sender& sender() const noexcept { return sender_; }
    [[nodiscard]] std::uint32_t port() const noexcept { return sender_.port; }
    [[nodiscard]] std::uint32_t seq() const noexcept { return header_->nlmsg_seq; }
    [[nodiscard]] std::uint16_t flags() const noexcept { return header_->nlmsg_flags; }
    [[nodiscard]] const nlmsghdr& header() const noexcept { return *header_; }
    /// All bytes after nlmsghdr.
    [[nodiscard]] std::span<const std::uint8_t> payload() const noexcept {
        return {reinterpret_cast<const std::uint8_t*>(header_) + NLMSG_HDRLEN,
                header_->nlmsg_len - std::size_t{NLMSG_HDRLEN}};
    }
    /// Of generic netlink requests.
    [[nodiscard]] std::uint8_t command() const noexcept { return payload().empty() ? std::uint8_t{0} : payload()[0]; }

    [[nodiscard]] const Attributes& attributes() const noexcept { return attributes_; }
    /// `request->u32(NL80211_ATTR_WIPHY)`
    const Attributes* operator->() const noexcept { return &attributes_; }

private:
    const nlmsghdr* header_;
    Sender sender_;
    Attributes attributes_;
};

/// Where a handler puts what it answers. The acknowledgement follows by itself when the handler has returned.
class Reply {
public:
    Reply(Core& core, Protocol protocol, const nlmsghdr& request, const Sender& sender)
        : core_(core), protocol_(protocol), request_(request), sender_(sender) {}
    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    /// The version that message() writes: generic netlink sets the family's before the handler runs.
    void set_version(std::uint8_t version) noexcept { version_ = version; }
    /// A generic netlink answer to the request. cf. genlmsg_put_reply()
    [[nodiscard]] MessageBuilder message(std::uint8_t command, std::size_t limit = good_size,
                                         std::uint16_t flags = 0) const;
    /// An answer of any type.
    [[nodiscard]] MessageBuilder raw_message(std::uint16_t type, std::size_t limit = good_size,
                                             std::uint16_t flags = 0) const;
    /// Sends it to the requester now, as a datagram of its own. ENOBUFS if it overflowed its limit. cf. genlmsg_reply()
    Result<void> send(const MessageBuilder& message);

    /// The acknowledgement carries this positive number in place of 0, and is sent even if not asked for
    /// (MAC80211_HWSIM's NEW_RADIO returns the new radio's number so).
    void set_result(int positive) noexcept { result_ = positive; }
    [[nodiscard]] int result() const noexcept { return result_; }
    [[nodiscard]] ExtAck& ack() noexcept { return ack_; }

    /// True while a dump of this socket runs: a second one gets EBUSY.
    [[nodiscard]] bool dump_running() const;
    /// Makes `dump` this socket's running dump; its pieces follow, and no acknowledgement.
    void start_dump(const DumpTarget& target, std::unique_ptr<Dump> dump);
    [[nodiscard]] bool dump_started() const noexcept { return dump_started_; }

private:
    Core& core_;
    Protocol protocol_;
    const nlmsghdr& request_;
    const Sender& sender_;
    std::uint8_t version_ = 0;
    int result_ = 0;
    bool dump_started_ = false;
    ExtAck ack_;
};

}  // namespace mlosim::netlink
