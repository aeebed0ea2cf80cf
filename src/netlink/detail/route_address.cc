#include "netlink/detail/route_address.h"

#include <array>

#include <linux/if_addr.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

namespace mlosim::netlink::detail {

namespace {

constexpr ifa_cacheinfo for_ever{.ifa_prefered = ~0U, .ifa_valid = ~0U, .cstamp = 0, .tstamp = 0};

/// cf. inet_fill_ifaddr()
void put_ipv4_loopback(MessageBuilder& message, const mld::Netdev& netdev) {
    constexpr std::array<std::uint8_t, 4> address{127, 0, 0, 1};
    message.put_header(ifaddrmsg{.ifa_family = AF_INET,
                                 .ifa_prefixlen = 8,
                                 .ifa_flags = IFA_F_PERMANENT,
                                 .ifa_scope = RT_SCOPE_HOST,
                                 .ifa_index = netdev.index().value});
    message.put(IFA_ADDRESS, address);
    message.put(IFA_LOCAL, address);
    message.put_string(IFA_LABEL, netdev.name());
    message.put_u32(IFA_FLAGS, IFA_F_PERMANENT);
    message.put_struct(IFA_CACHEINFO, for_ever);
}

/// cf. inet6_fill_ifaddr()
void put_ipv6_loopback(MessageBuilder& message, const mld::Netdev& netdev) {
    constexpr std::array<std::uint8_t, 16> address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    message.put_header(ifaddrmsg{.ifa_family = AF_INET6,
                                 .ifa_prefixlen = 128,
                                 .ifa_flags = IFA_F_PERMANENT,
                                 .ifa_scope = RT_SCOPE_HOST,
                                 .ifa_index = netdev.index().value});
    message.put(IFA_ADDRESS, address);
    message.put_struct(IFA_CACHEINFO, for_ever);
    message.put_u32(IFA_FLAGS, IFA_F_PERMANENT);
    message.put_u8(IFA_PROTO, IFAPROT_KERNEL_LO);
}

std::uint8_t family_of(const nlmsghdr& message) {
    return *static_cast<const std::uint8_t*>(NLMSG_DATA(&message));
}

}  // namespace

Result<std::unique_ptr<Dump>> dump_addresses(RouteNetlink& route, const nlmsghdr& message, const Sender&, Reply&) {
    const std::uint8_t family = family_of(message);
    const bool ipv4 = family != AF_INET6;
    const bool ipv6 = family != AF_INET;
    return make_dump([&world = route.world(), ipv4, ipv6, done = false](DumpBuffer& out) mutable -> Result<Progress> {
        if (std::exchange(done, true)) return Progress::done;
        for (const auto& [index, netdev] : world.netdevs()) {
            if (netdev->type() != mld::LinkType::loopback || !netdev->is_up()) continue;
            if (ipv4) {
                put_ipv4_loopback(out.begin_raw(RTM_NEWADDR), *netdev);
                (void)out.commit();
            }
            if (ipv6) {
                put_ipv6_loopback(out.begin_raw(RTM_NEWADDR), *netdev);
                (void)out.commit();
            }
        }
        return Progress::more;
    });
}

Result<std::unique_ptr<Dump>> dump_nothing(RouteNetlink&, const nlmsghdr&, const Sender&, Reply&) {
    return make_dump([](DumpBuffer&) -> Result<Progress> { return Progress::done; });
}

Result<void> get_namespace_id(RouteNetlink&, const nlmsghdr& message, const Sender&, Reply& reply) {
    static constexpr auto rules = policy_table<NETNSA_TARGET_NSID>({
        {NETNSA_NSID, attr::s32()},
        {NETNSA_PID, attr::u32()},
        {NETNSA_FD, attr::u32()},
        {NETNSA_TARGET_NSID, attr::s32()},
    });
    static constexpr Policy policy{rules};
    constexpr std::size_t header = NLMSG_ALIGN(sizeof(rtgenmsg));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&message);
    std::span<const std::uint8_t> rest(bytes, message.nlmsg_len);
    rest = rest.subspan(std::min<std::size_t>(rest.size(), NLMSG_HDRLEN + header));
    auto attributes = Attributes::parse(rest, NLMSG_HDRLEN + header, policy, Strictness::liberal, reply.ack());
    if (!attributes) return fail(std::move(attributes.error()));
    if (attributes->has(NETNSA_NSID))
        return fail(ENOENT, "Peer netns reference is invalid", attributes->at(NETNSA_NSID));
    if (!attributes->has(NETNSA_PID) && !attributes->has(NETNSA_FD))
        return fail(EINVAL, "Peer netns reference is missing");

    MessageBuilder answer = reply.raw_message(RTM_NEWNSID);
    answer.put_header(rtgenmsg{.rtgen_family = AF_UNSPEC});
    answer.put_s32(NETNSA_NSID, NETNSA_NSID_NOT_ASSIGNED);
    return reply.send(answer);
}

}  // namespace mlosim::netlink::detail
