/* Sending and receiving on a netlink socket, cf. netlink_sendmsg() and netlink_recvmsg(). */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/preload/gather.h"
#include "host/preload/shim.h"
#include "host/preload/turns.h"

/* What the kernel says before it looks at the bytes. */
static int check_destination(const struct msghdr* msg) {
    if (msg->msg_namelen == 0 || !msg->msg_name) return 0;
    const struct sockaddr_nl* to = msg->msg_name;
    if (msg->msg_namelen < sizeof *to || to->nl_family != AF_NETLINK) return EINVAL;
    if (to->nl_groups != 0) return EPERM;
    if (to->nl_pid != 0) return ECONNREFUSED; /* there are no other programs' ports here */
    return 0;
}

ssize_t netlink_send(int fd, const struct msghdr* msg, int flags) {
    if (flags & MSG_OOB) FAIL(EOPNOTSUPP);
    int error = check_destination(msg);
    if (error) FAIL(error);
    size_t length = 0;
    for (size_t i = 0; i < msg->msg_iovlen; i++) {
        if (msg->msg_iov[i].iov_len > MLOSIM_WIRE_DATAGRAM_MAX - length) FAIL(EMSGSIZE);
        length += msg->msg_iov[i].iov_len;
    }
    if (length == 0) FAIL(ENODATA);

    struct mlosim_datagram header = {.kind = MLOSIM_DATAGRAM, .receive_size = descriptor_note_receive(fd, 0)};
    struct pieces pieces;
    error = put_behind(&pieces, &header, sizeof header, msg);
    if (error) FAIL(error);
    struct msghdr packet = {.msg_iov = pieces.all, .msg_iovlen = pieces.count};
    ssize_t sent;
    /* The kernel takes a request whatever the socket's mode: a full pipe to the daemon is ours to wait for. */
    while ((sent = real()->sendmsg(fd, &packet, MSG_NOSIGNAL)) < 0 && errno == EAGAIN) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (poll(&wait, 1, -1) < 0) break;
    }
    error = errno;
    release(&pieces);
    if (sent < 0) FAIL(daemon_gone(error));
    if (time_takes_part())
        time_sync();
    else
        descriptor_set_unsynced(fd, true);
    return (ssize_t)length;
}

/* Appends a control message if it fits, cf. put_cmsg(). */
static void put_control(struct msghdr* msg, size_t room, int level, int type, const void* data, size_t size) {
    size_t left = room - msg->msg_controllen;
    if (!msg->msg_control || left < CMSG_LEN(size)) {
        msg->msg_flags |= MSG_CTRUNC;
        return;
    }
    struct cmsghdr* control = (struct cmsghdr*)((char*)msg->msg_control + msg->msg_controllen);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(control), data, size);
    msg->msg_controllen += CMSG_SPACE(size) <= left ? CMSG_SPACE(size) : left;
}

static void put_sender(struct msghdr* msg, const struct mlosim_datagram* header) {
    if (!msg->msg_name) return;
    struct sockaddr_nl sender = {.nl_family = AF_NETLINK, .nl_pid = header->port};
    if (header->group >= 1 && header->group <= 32) sender.nl_groups = 1u << (header->group - 1);
    memcpy(msg->msg_name, &sender, msg->msg_namelen < sizeof sender ? msg->msg_namelen : sizeof sender);
    msg->msg_namelen = sizeof sender;
}

static void put_controls(struct msghdr* msg, const struct mlosim_datagram* header) {
    size_t room = msg->msg_controllen;
    msg->msg_controllen = 0;
    if (header->flags & MLOSIM_WITH_PACKET_INFO) {
        struct nl_pktinfo info = {.group = header->group};
        put_control(msg, room, SOL_NETLINK, NETLINK_PKTINFO, &info, sizeof info);
    }
    if (header->flags & MLOSIM_WITH_CREDENTIALS) {
        struct ucred kernel = {0, 0, 0};
        put_control(msg, room, SOL_SOCKET, SCM_CREDENTIALS, &kernel, sizeof kernel);
    }
}

/* One packet behind its header; waits or not as `flags` and the descriptor say, except that the answers to what this
 * process sent before are there for a receive that does not wait, as the kernel has them there. */
static ssize_t receive_packet(int fd, struct msghdr* packet, int flags) {
    ssize_t got = real()->recvmsg(fd, packet, flags);
    if (got >= 0 || errno != EAGAIN || !descriptor_unsynced(fd)) return got;
    descriptor_set_unsynced(fd, false);
    if (daemon_socket_call(fd, MLOSIM_OP_SYNC, 0, 0, NULL, NULL) != 0) return got;
    return real()->recvmsg(fd, packet, flags | MSG_DONTWAIT);
}

ssize_t netlink_receive(int fd, struct msghdr* msg, int flags) {
    if (flags & MSG_OOB) FAIL(EOPNOTSUPP);
    if (time_await(fd, POLLIN, SO_RCVTIMEO, flags) != 0) return -1;
    struct mlosim_datagram header;
    struct pieces pieces;
    int error = put_behind(&pieces, &header, sizeof header, msg);
    if (error) FAIL(error);
    struct msghdr packet = {.msg_iov = pieces.all, .msg_iovlen = pieces.count};
    size_t room = 0;
    for (size_t i = 0; i < msg->msg_iovlen; i++)
        room += msg->msg_iov[i].iov_len;
    descriptor_note_receive(fd, room);
    ssize_t got = receive_packet(fd, &packet, flags & ~MSG_ERRQUEUE);
    error = errno;
    release(&pieces);
    if (got < 0) FAIL(daemon_gone(error));
    if (got < (ssize_t)sizeof header) { /* the end of the connection, or no daemon of ours */
        daemon_end_met();
        FAIL(ECONNREFUSED);
    }
    if (header.kind == MLOSIM_OVERRUN) {
        /* As sk_err: reported once, even to one who only peeks. */
        if (flags & MSG_PEEK) (void)real()->recv(fd, &header, sizeof header, MSG_DONTWAIT);
        FAIL(ENOBUFS);
    }
    msg->msg_flags = packet.msg_flags & MSG_TRUNC;
    put_sender(msg, &header);
    put_controls(msg, &header);
    return got - (ssize_t)sizeof header;
}
