#include "host/detail/kernel_links.h"

#include <cerrno>
#include <cstring>
#include <vector>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mlosim::host {

namespace {

constexpr std::size_t largest_message = std::size_t{64} * 1024;

struct FreeMessage {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
};

/// The namespace that a message comes from (with NETLINK_LISTEN_ALL_NSID).
NamespaceId origin(msghdr& header) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_NETLINK || c->cmsg_type != NETLINK_LISTEN_ALL_NSID) continue;
        std::int32_t id = -1;
        std::memcpy(&id, CMSG_DATA(c), sizeof id);
        if (id >= 0) return id;
    }
    return std::nullopt;
}

}  // namespace

void KernelLinks::Free::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

KernelLinks::KernelLinks(boost::asio::io_context&, User& user)
    : user_(user), events_(nl_socket_alloc()), requests_(nl_socket_alloc()) {}

KernelLinks::~KernelLinks() {
    if (watched_) (void)watched_->release();  // the socket closes it
}

Result<std::unique_ptr<KernelLinks>> KernelLinks::open(boost::asio::io_context& io, User& user) {
    auto links = std::make_unique<KernelLinks>(io, user);
    nl_socket_disable_seq_check(links->events_.get());
    int error = nl_connect(links->events_.get(), NETLINK_ROUTE);
    if (error == 0) error = nl_connect(links->requests_.get(), NETLINK_ROUTE);
    if (error == 0) error = nl_socket_add_memberships(links->events_.get(), RTNLGRP_LINK, 0);
    if (error == 0) error = nl_socket_set_nonblocking(links->events_.get());
    if (error != 0) return fail(EIO, std::string("rtnetlink: ") + nl_geterror(error));
    const int fd = nl_socket_get_fd(links->events_.get());
    const int yes = 1;
    // Without CAP_NET_BROADCAST only this namespace is heard.
    (void)::setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &yes, sizeof yes);
    links->watched_ = std::make_unique<boost::asio::posix::stream_descriptor>(io, fd);
    links->wait();
    return links;
}

void KernelLinks::wait() {
    watched_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (error) return;
                             while (read_one()) {
                             }
                             wait();
                         });
}

bool KernelLinks::read_one() {
    std::vector<std::uint8_t> bytes(largest_message);
    alignas(cmsghdr) std::array<std::uint8_t, 64> control{};
    iovec piece{bytes.data(), bytes.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t length = ::recvmsg(nl_socket_get_fd(events_.get()), &header, 0);
    if (length < 0) return errno == ENOBUFS || errno == EINTR;
    int left = static_cast<int>(length);
    for (auto* m = reinterpret_cast<nlmsghdr*>(bytes.data()); nlmsg_ok(m, left); m = nlmsg_next(m, &left))
        handle(*m, origin(header));
    return true;
}

void KernelLinks::handle(const nlmsghdr& message, NamespaceId in) {
    if (message.nlmsg_type != RTM_NEWLINK && message.nlmsg_type != RTM_DELLINK) return;
    auto* header = const_cast<nlmsghdr*>(&message);
    std::array<nlattr*, IFLA_MAX + 1> attributes{};
    if (nlmsg_parse(header, sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) != 0) return;
    const auto* info = static_cast<const ifinfomsg*>(nlmsg_data(header));
    if (info->ifi_family != AF_UNSPEC) return;  // a bridge's view of its ports
    KernelLink link;
    link.index = static_cast<std::uint32_t>(info->ifi_index);
    link.flags = info->ifi_flags;
    link.in = in;
    if (message.nlmsg_type == RTM_DELLINK) return user_.link_gone(link.index, in);
    if (const nlattr* name = attributes[IFLA_IFNAME]) link.name = nla_get_string(name);
    if (const nlattr* mtu = attributes[IFLA_MTU]) link.mtu = nla_get_u32(mtu);
    if (const nlattr* address = attributes[IFLA_ADDRESS];
        address != nullptr && nla_len(address) == ieee80211::MacAddress::size) {
        std::array<std::uint8_t, ieee80211::MacAddress::size> octets{};
        std::memcpy(octets.data(), nla_data(address), octets.size());
        link.address = ieee80211::MacAddress{octets};
    }
    user_.link_is(link);
}

template <class Fill>
void KernelLinks::change(std::uint32_t index, NamespaceId in, std::uint32_t flags, std::uint32_t mask, Fill&& fill) {
    std::unique_ptr<nl_msg, FreeMessage> message(nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK));
    ifinfomsg info{};
    info.ifi_index = static_cast<int>(index);
    info.ifi_flags = flags;
    info.ifi_change = mask;
    int error = nlmsg_append(message.get(), &info, sizeof info, NLMSG_ALIGNTO);
    if (error == 0 && in) error = nla_put_s32(message.get(), IFLA_TARGET_NETNSID, *in);
    if (error == 0) error = fill(message.get());
    if (error == 0) error = nl_send_sync(requests_.get(), message.release());
    if (error < 0) spdlog::warn("network device {}: {}", index, nl_geterror(error));
}

void KernelLinks::set_up(std::uint32_t index, NamespaceId in, bool up) {
    change(index, in, up ? IFF_UP : 0, IFF_UP, [](nl_msg*) { return 0; });
}

void KernelLinks::rename(std::uint32_t index, NamespaceId in, const std::string& name) {
    change(index, in, 0, 0, [&](nl_msg* message) { return nla_put_string(message, IFLA_IFNAME, name.c_str()); });
}

void KernelLinks::set_mtu(std::uint32_t index, NamespaceId in, std::uint32_t mtu) {
    change(index, in, 0, 0, [&](nl_msg* message) { return nla_put_u32(message, IFLA_MTU, mtu); });
}

}  // namespace mlosim::host
