/* Packet sockets, cf. packet(7). The daemon shows them the simulated devices; one that is bound to another device
 * becomes the kernel's at that moment. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#include "host/preload/gather.h"
#include "host/preload/shim.h"
#include "host/preload/turns.h"

static int kernels_socket(int type, int protocol) {
    int fd = real()->socket(AF_PACKET, type, protocol);
    descriptor_forget(fd);
    return fd;
}

int packet_socket(int type, int protocol) {
    int flags = type & (SOCK_CLOEXEC | SOCK_NONBLOCK);
    int base = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (base != SOCK_RAW && base != SOCK_DGRAM) return kernels_socket(type, protocol);
    int fd = daemon_connect(MLOSIM_ROLE_PACKET, flags, protocol, base, NULL);
    if (fd < 0 && errno == ECONNREFUSED) return kernels_socket(type, protocol);
    if (fd >= 0) descriptor_is_packet(fd);
    return fd;
}

static int ask(int fd, struct mlosim_answer* facts, struct mlosim_frame* name) {
    void* reply = NULL;
    int error = daemon_socket_call(fd, MLOSIM_OP_INFO, 0, 0, facts, &reply);
    if (!error && name && facts->length == sizeof *name) memcpy(name, reply, sizeof *name);
    free(reply);
    return error;
}

/* Puts a socket of the kernel's in place of ours. */
static int become_the_kernels(int fd, const struct sockaddr_ll* address) {
    struct mlosim_answer facts;
    int error = ask(fd, &facts, NULL);
    if (error) FAIL(error);
    int status = real()->fcntl(fd, F_GETFL);
    int closes = real()->fcntl(fd, F_GETFD);
    int type = (int)facts.value[MLOSIM_INFO_TYPE] | (status & O_NONBLOCK ? SOCK_NONBLOCK : 0);
    int other = kernels_socket(type, (int)facts.value[MLOSIM_INFO_PROTOCOL]);
    if (other < 0) return -1;
    int result = real()->bind(other, (const struct sockaddr*)address, sizeof *address);
    if (result == 0) {
        descriptor_forget(fd);
        result = real()->dup3(other, fd, closes & FD_CLOEXEC ? O_CLOEXEC : 0) == fd ? 0 : -1;
    }
    error = errno;
    real()->close(other);
    if (result != 0) FAIL(error);
    return 0;
}

int packet_bind(int fd, const struct sockaddr* address, socklen_t length) {
    struct sockaddr_ll local;
    if (length < sizeof local) FAIL(EINVAL);
    memcpy(&local, address, sizeof local);
    if (local.sll_family != AF_PACKET) FAIL(EINVAL);
    int error =
        daemon_socket_call(fd, MLOSIM_OP_PACKET_BIND, (uint32_t)local.sll_ifindex, local.sll_protocol, NULL, NULL);
    if (error == ENXIO) return become_the_kernels(fd, &local);
    if (error) FAIL(error);
    return 0;
}

static void fill_name(struct sockaddr_ll* name, const struct mlosim_frame* frame) {
    memset(name, 0, sizeof *name);
    name->sll_family = AF_PACKET;
    name->sll_protocol = frame->protocol;
    name->sll_ifindex = (int)frame->index;
    name->sll_hatype = frame->hardware;
    name->sll_pkttype = frame->kind;
    name->sll_halen = frame->address_length;
    memcpy(name->sll_addr, frame->address, sizeof name->sll_addr);
}

/* As long as the address in it, cf. packet_getname(). */
static socklen_t name_length(const struct sockaddr_ll* name) {
    return (socklen_t)(offsetof(struct sockaddr_ll, sll_addr) + (name->sll_halen > 8 ? 8 : name->sll_halen));
}

int packet_getname(int fd, struct sockaddr* address, socklen_t* length) {
    struct mlosim_answer facts;
    struct mlosim_frame frame;
    memset(&frame, 0, sizeof frame);
    int error = ask(fd, &facts, &frame);
    if (error) FAIL(error);
    struct sockaddr_ll name;
    fill_name(&name, &frame);
    socklen_t full = name_length(&name);
    memcpy(address, &name, *length < full ? *length : full);
    *length = full;
    return 0;
}

static int statistics(int fd, void* value, socklen_t* length) {
    struct mlosim_answer facts;
    int error = ask(fd, &facts, NULL);
    if (error) FAIL(error);
    struct tpacket_stats stats = {facts.value[MLOSIM_INFO_OPTIONS] + facts.value[MLOSIM_INFO_RCVBUF],
                                  facts.value[MLOSIM_INFO_RCVBUF]};
    if (*length > sizeof stats) *length = sizeof stats;
    memcpy(value, &stats, *length);
    return 0;
}

int packet_setsockopt(int fd, int level, int option, const void* value, socklen_t length) {
    if (level == SOL_SOCKET && option == SO_ATTACH_FILTER)
        return filter_attach(fd, value, length, sizeof(struct mlosim_frame), offsetof(struct mlosim_frame, kind),
                             offsetof(struct mlosim_frame, protocol));
    if (level == SOL_SOCKET && (option == SO_ATTACH_BPF || option == SO_BINDTODEVICE)) FAIL(ENOPROTOOPT);
    if (level == SOL_SOCKET) return real()->setsockopt(fd, level, option, value, length);
    if (level != SOL_PACKET) FAIL(ENOPROTOOPT);
    switch (option) {
        case PACKET_ADD_MEMBERSHIP:
        case PACKET_DROP_MEMBERSHIP: /* the simulated devices hear everything */
            if (length < sizeof(struct packet_mreq)) FAIL(EINVAL);
            return 0;
        default:
            FAIL(ENOPROTOOPT); /* no memory-mapped rings, no auxiliary data: programs do without */
    }
}

static int give_int(int number, void* value, socklen_t* length) {
    if (*length > sizeof number) *length = sizeof number;
    memcpy(value, &number, *length);
    return 0;
}

int packet_getsockopt(int fd, int level, int option, void* value, socklen_t* length) {
    if (level == SOL_PACKET) {
        if (option == PACKET_STATISTICS) return statistics(fd, value, length);
        FAIL(ENOPROTOOPT);
    }
    if (level != SOL_SOCKET) FAIL(ENOPROTOOPT);
    if (option == SO_DOMAIN) return give_int(AF_PACKET, value, length);
    if (option != SO_TYPE && option != SO_PROTOCOL) return real()->getsockopt(fd, level, option, value, length);
    struct mlosim_answer facts;
    int error = ask(fd, &facts, NULL);
    if (error) FAIL(error);
    return give_int((int)facts.value[option == SO_TYPE ? MLOSIM_INFO_TYPE : MLOSIM_INFO_PROTOCOL], value, length);
}

ssize_t packet_send(int fd, const struct msghdr* msg, int flags) {
    if (flags & MSG_OOB) FAIL(EOPNOTSUPP);
    struct mlosim_frame header;
    memset(&header, 0, sizeof header);
    if (msg->msg_name && msg->msg_namelen > 0) {
        struct sockaddr_ll to;
        memset(&to, 0, sizeof to);
        if (msg->msg_namelen < offsetof(struct sockaddr_ll, sll_addr)) FAIL(EINVAL);
        memcpy(&to, msg->msg_name, msg->msg_namelen < sizeof to ? msg->msg_namelen : sizeof to);
        if (to.sll_family != AF_PACKET) FAIL(EINVAL);
        header.protocol = to.sll_protocol;
        header.index = (uint32_t)to.sll_ifindex;
        header.address_length = to.sll_halen;
        memcpy(header.address, to.sll_addr, sizeof header.address);
    }
    size_t length = 0;
    for (size_t i = 0; i < msg->msg_iovlen; i++) {
        if (msg->msg_iov[i].iov_len > MLOSIM_WIRE_DATAGRAM_MAX / 2 - length) FAIL(EMSGSIZE);
        length += msg->msg_iov[i].iov_len;
    }
    /* The device's answer is waited for: a send tells the program what became of it. */
    char* frame = malloc(length + 1);
    if (!frame) FAIL(ENOBUFS);
    for (size_t i = 0, at = 0; i < msg->msg_iovlen; at += msg->msg_iov[i].iov_len, i++)
        if (msg->msg_iov[i].iov_len > 0) memcpy(frame + at, msg->msg_iov[i].iov_base, msg->msg_iov[i].iov_len);
    struct mlosim_call call = {
        .op = MLOSIM_OP_PACKET_SEND, .length = (uint32_t)(sizeof header + length), .target = descriptor_cookie(fd)};
    struct iovec all[2] = {{&header, sizeof header}, {frame, length}};
    struct mlosim_answer answer;
    int error = daemon_call(&call, all, 2, &answer, NULL);
    free(frame);
    if (error) FAIL(error);
    time_sync();
    return (ssize_t)length;
}

ssize_t packet_receive(int fd, struct msghdr* msg, int flags) {
    if (time_await(fd, POLLIN, SO_RCVTIMEO, flags) != 0) return -1;
    struct mlosim_frame header;
    struct pieces pieces;
    int error = put_behind(&pieces, &header, sizeof header, msg);
    if (error) FAIL(error);
    struct msghdr packet = {.msg_iov = pieces.all, .msg_iovlen = pieces.count};
    ssize_t got = real()->recvmsg(fd, &packet, flags & ~MSG_ERRQUEUE);
    error = errno;
    release(&pieces);
    if (got < 0) FAIL(daemon_gone(error));
    if (got < (ssize_t)sizeof header) { /* the daemon is gone, and its devices with it */
        daemon_end_met();
        FAIL(ENETDOWN);
    }
    if (header.error != 0) {
        if (flags & MSG_PEEK) (void)real()->recv(fd, &header, sizeof header, MSG_DONTWAIT);
        FAIL(header.error > 0 ? header.error : EIO);
    }
    msg->msg_flags = packet.msg_flags & MSG_TRUNC;
    msg->msg_controllen = 0;
    if (msg->msg_name) {
        struct sockaddr_ll name;
        fill_name(&name, &header);
        memcpy(msg->msg_name, &name, msg->msg_namelen < sizeof name ? msg->msg_namelen : sizeof name);
        msg->msg_namelen = sizeof name; /* at least that, cf. packet_recvmsg() */
    }
    return got - (ssize_t)sizeof header;
}
