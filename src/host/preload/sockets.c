/*
 * The socket calls that a program makes, each sent to the real function or to ours by what its descriptor is. libc
 * declares socket addresses as a transparent union of all their types; `__sockaddr__` is the plain one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "host/preload/shim.h"
#include "host/preload/time_io.h"
#include "host/preload/turns.h"

typedef ssize_t (*receive_function)(int, struct msghdr*, int);
typedef ssize_t (*send_function)(int, const struct msghdr*, int);

/* Of the kind that the descriptor is; NULL: the real one, as nobody may have to wait. */
static receive_function receiver(int fd) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_receive;
        case DESCRIPTOR_PACKET:
            return packet_receive;
        default:
            return time_takes_part() ? time_recvmsg : NULL;
    }
}

static send_function sender(int fd) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_send;
        case DESCRIPTOR_PACKET:
            return packet_send;
        default:
            return time_takes_part() ? time_sendmsg : NULL;
    }
}

static ssize_t receive_into(receive_function receive, int fd, void* buffer, size_t size, int flags,
                            struct sockaddr* from, socklen_t* from_length) {
    struct iovec piece = {buffer, size};
    struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1, .msg_name = from, .msg_namelen = from ? *from_length : 0};
    ssize_t got = receive(fd, &msg, flags);
    if (got >= 0 && from) *from_length = msg.msg_namelen;
    return got;
}

static ssize_t send_from(send_function function, int fd, const void* data, size_t size, int flags,
                         const struct sockaddr* to, socklen_t to_length) {
    struct iovec piece = {(void*)data, size};
    struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1, .msg_name = (void*)to, .msg_namelen = to ? to_length : 0};
    return function(fd, &msg, flags);
}

EXPORT int socket(int domain, int type, int protocol) {
    if (shim_enabled() && domain == AF_NETLINK && protocol == NETLINK_GENERIC) return netlink_socket(type, protocol);
    if (shim_has_devices() && domain == AF_NETLINK && protocol == NETLINK_ROUTE) return netlink_socket(type, protocol);
    if (shim_has_devices() && domain == AF_PACKET) return packet_socket(type, protocol);
    int fd = real()->socket(domain, type, protocol);
    descriptor_forget(fd);
    return fd;
}

EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_bind(fd, address.__sockaddr__, length);
        case DESCRIPTOR_PACKET:
            return packet_bind(fd, address.__sockaddr__, length);
        default:
            return real()->bind(fd, address.__sockaddr__, length);
    }
}

EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_connect(fd, address.__sockaddr__, length);
        case DESCRIPTOR_PACKET:
            FAIL(EOPNOTSUPP);
        default:
            break;
    }
    int result = time_takes_part() ? time_connect_socket(fd, address.__sockaddr__, length)
                                   : real()->connect(fd, address.__sockaddr__, length);
    descriptor_was_connected(fd);
    return result;
}

EXPORT int getsockname(int fd, __SOCKADDR_ARG address, socklen_t* restrict length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_getname(fd, address.__sockaddr__, length, false);
        case DESCRIPTOR_PACKET:
            return packet_getname(fd, address.__sockaddr__, length);
        default:
            return real()->getsockname(fd, address.__sockaddr__, length);
    }
}

EXPORT int getpeername(int fd, __SOCKADDR_ARG address, socklen_t* restrict length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_getname(fd, address.__sockaddr__, length, true);
        case DESCRIPTOR_PACKET:
            FAIL(EOPNOTSUPP);
        default:
            return real()->getpeername(fd, address.__sockaddr__, length);
    }
}

EXPORT int setsockopt(int fd, int level, int option, const void* value, socklen_t length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_setsockopt(fd, level, option, value, length);
        case DESCRIPTOR_PACKET:
            return packet_setsockopt(fd, level, option, value, length);
        default:
            return real()->setsockopt(fd, level, option, value, length);
    }
}

EXPORT int getsockopt(int fd, int level, int option, void* restrict value, socklen_t* restrict length) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return netlink_getsockopt(fd, level, option, value, length);
        case DESCRIPTOR_PACKET:
            return packet_getsockopt(fd, level, option, value, length);
        default:
            return real()->getsockopt(fd, level, option, value, length);
    }
}

EXPORT ssize_t send(int fd, const void* data, size_t size, int flags) {
    send_function ours = sender(fd);
    return ours ? send_from(ours, fd, data, size, flags, NULL, 0) : real()->send(fd, data, size, flags);
}

EXPORT ssize_t sendto(int fd, const void* data, size_t size, int flags, __CONST_SOCKADDR_ARG to, socklen_t length) {
    send_function ours = sender(fd);
    return ours ? send_from(ours, fd, data, size, flags, to.__sockaddr__, length)
                : real()->sendto(fd, data, size, flags, to.__sockaddr__, length);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr* msg, int flags) {
    send_function ours = sender(fd);
    return ours ? ours(fd, msg, flags) : real()->sendmsg(fd, msg, flags);
}

EXPORT int sendmmsg(int fd, struct mmsghdr* msgs, unsigned count, int flags) {
    send_function ours = sender(fd);
    if (!ours) return real()->sendmmsg(fd, msgs, count, flags);
    unsigned done = 0;
    for (; done < count; done++) {
        ssize_t sent = ours(fd, &msgs[done].msg_hdr, flags);
        if (sent < 0) break;
        msgs[done].msg_len = (unsigned)sent;
    }
    return done > 0 || count == 0 ? (int)done : -1;
}

EXPORT ssize_t recv(int fd, void* buffer, size_t size, int flags) {
    receive_function ours = receiver(fd);
    return ours ? receive_into(ours, fd, buffer, size, flags, NULL, NULL) : real()->recv(fd, buffer, size, flags);
}

EXPORT ssize_t recvfrom(int fd, void* restrict buffer, size_t size, int flags, __SOCKADDR_ARG from,
                        socklen_t* restrict length) {
    receive_function ours = receiver(fd);
    return ours ? receive_into(ours, fd, buffer, size, flags, from.__sockaddr__, length)
                : real()->recvfrom(fd, buffer, size, flags, from.__sockaddr__, length);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr* msg, int flags) {
    receive_function ours = receiver(fd);
    return ours ? ours(fd, msg, flags) : real()->recvmsg(fd, msg, flags);
}

/* The time-out is looked at after each datagram, as the kernel does. */
EXPORT int recvmmsg(int fd, struct mmsghdr* msgs, unsigned count, int flags, struct timespec* timeout) {
    receive_function ours = receiver(fd);
    if (!ours) return real()->recvmmsg(fd, msgs, count, flags, timeout);
    struct timespec start, now;
    if (timeout) clock_gettime(CLOCK_MONOTONIC, &start);
    unsigned done = 0;
    while (done < count) {
        ssize_t got = ours(fd, &msgs[done].msg_hdr, flags & ~MSG_WAITFORONE);
        if (got < 0) break;
        msgs[done++].msg_len = (unsigned)got;
        if (flags & MSG_WAITFORONE) flags |= MSG_DONTWAIT;
        if (!timeout) continue;
        clock_gettime(CLOCK_MONOTONIC, &now);
        long long passed = (now.tv_sec - start.tv_sec) * 1000000000LL + (now.tv_nsec - start.tv_nsec);
        if (passed >= timeout->tv_sec * 1000000000LL + timeout->tv_nsec) break;
    }
    return done > 0 || count == 0 ? (int)done : -1;
}

EXPORT ssize_t read(int fd, void* buffer, size_t size) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return receive_into(netlink_receive, fd, buffer, size, 0, NULL, NULL);
        case DESCRIPTOR_PACKET:
            return receive_into(packet_receive, fd, buffer, size, 0, NULL, NULL);
        case DESCRIPTOR_FILE:
            FAIL(EBADF); /* is open to be written */
        default:
            break;
    }
    if (entropy_is(fd)) {
        entropy_fill(buffer, size);
        return (ssize_t)size;
    }
    if (time_await(fd, POLLIN, SO_RCVTIMEO, 0) != 0) return -1;
    return real()->read(fd, buffer, size);
}

EXPORT ssize_t readv(int fd, const struct iovec* pieces, int count) {
    receive_function ours = receiver(fd);
    if (ours == time_recvmsg) {
        if (time_await(fd, POLLIN, SO_RCVTIMEO, 0) != 0) return -1;
        ours = NULL;
    }
    if (!ours) return real()->readv(fd, pieces, count);
    if (count < 0) FAIL(EINVAL);
    struct msghdr msg = {.msg_iov = (struct iovec*)pieces, .msg_iovlen = (size_t)count};
    return ours(fd, &msg, 0);
}

EXPORT ssize_t write(int fd, const void* data, size_t size) {
    switch (descriptor_kind(fd)) {
        case DESCRIPTOR_NETLINK:
            return send_from(netlink_send, fd, data, size, 0, NULL, 0);
        case DESCRIPTOR_PACKET:
            return send_from(packet_send, fd, data, size, 0, NULL, 0);
        case DESCRIPTOR_FILE:
            return served_write(fd, data, size);
        case DESCRIPTOR_SILENT:
            return rfkill_write(data, size);
        default:
            return time_takes_part() ? time_write(fd, data, size) : real()->write(fd, data, size);
    }
}

EXPORT ssize_t writev(int fd, const struct iovec* pieces, int count) {
    send_function ours = sender(fd);
    if (ours == time_sendmsg) return time_writev(fd, pieces, count);
    if (!ours) return real()->writev(fd, pieces, count);
    if (count < 0) FAIL(EINVAL);
    struct msghdr msg = {.msg_iov = (struct iovec*)pieces, .msg_iovlen = (size_t)count};
    return ours(fd, &msg, 0);
}

/* What a program built with _FORTIFY_SOURCE calls; the check is the caller's, made again here. */
static void check_room(size_t size, size_t room) {
    if (size > room) abort();
}

EXPORT ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags) {
    check_room(size, room);
    return recv(fd, buffer, size, flags);
}

EXPORT ssize_t __recvfrom_chk(int fd, void* restrict buffer, size_t size, size_t room, int flags,
                              struct sockaddr* restrict from, socklen_t* restrict length) {
    check_room(size, room);
    return recvfrom(fd, buffer, size, flags, from, length);
}

EXPORT ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
    check_room(size, room);
    return read(fd, buffer, size);
}

/* ---- descriptors ---- */

/* The number is free, or means something else now. */
static void forget(int fd) {
    descriptor_forget(fd);
    timers_forget(fd);
    entropy_forget(fd);
}

EXPORT int close(int fd) {
    if (time_owns(fd)) FAIL(EBADF);
    /* What the end of a socket means to the world happens now, not when the daemon hears of it. */
    bool daemons = time_takes_part() && descriptor_kind(fd) != DESCRIPTOR_FOREIGN;
    forget(fd);
    int result = real()->close(fd);
    if (daemons) time_sync();
    return result;
}

/* What lies between descriptors of ours, piece by piece. */
static int close_around(unsigned first, unsigned last, int flags) {
    int result = 0;
    while (first <= last) {
        unsigned end = first;
        while (end < 65536 && end <= last && !time_owns((int)end))
            end++;
        unsigned to = end <= last && end < 65536 ? end - 1 : last;
        if (end > first || end >= 65536) result = (int)syscall(SYS_close_range, first, to, flags);
        if (result != 0 || to == last) break;
        first = end + 1;
    }
    if (time_takes_part()) time_sync();
    return result;
}

EXPORT int close_range(unsigned first, unsigned last, int flags) {
    if (!real()->close_range) FAIL(ENOSYS);
    if (!time_is_virtual() || (flags & 4 /* CLOSE_RANGE_CLOEXEC */)) {
        descriptor_forget_range(first, last);
        return real()->close_range(first, last, flags);
    }
    if (first > last) FAIL(EINVAL);
    for (unsigned fd = first; fd <= last && fd < 65536; fd++)
        if (!time_owns((int)fd)) forget((int)fd);
    return close_around(first, last, flags);
}

EXPORT void closefrom(int first) {
    if (time_is_virtual()) {
        (void)close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
        return;
    }
    descriptor_forget_range(first < 0 ? 0 : (unsigned)first, ~0u);
    if (real()->closefrom) real()->closefrom(first);
}

static void copied(int from, int to) {
    if (to < 0 || from == to) return;
    descriptor_forget(to);
    timers_copy(from, to);
    entropy_copy(from, to);
}

EXPORT int dup(int fd) {
    if (time_owns(fd)) FAIL(EBADF);
    int copy = real()->dup(fd);
    copied(fd, copy);
    return copy;
}

EXPORT int dup2(int fd, int wanted) {
    if (time_owns(fd) || time_owns(wanted)) FAIL(EBADF);
    if (fd != wanted) descriptor_forget(wanted);
    int copy = real()->dup2(fd, wanted);
    copied(fd, copy);
    return copy;
}

EXPORT int dup3(int fd, int wanted, int flags) {
    if (time_owns(fd) || time_owns(wanted)) FAIL(EBADF);
    descriptor_forget(wanted);
    int copy = real()->dup3(fd, wanted, flags);
    copied(fd, copy);
    return copy;
}

/* Every command takes at most one word. */
static int any_fcntl(int (*function)(int, int, ...), int fd, int command, long argument) {
    if (time_owns(fd)) FAIL(EBADF);
    if ((command == F_SETLKW || command == F_OFD_SETLKW) && time_takes_part())
        return time_fcntl_lock(fd, command, (struct flock*)argument);
    int result = function(fd, command, argument);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) copied(fd, result);
    return result;
}

EXPORT int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return any_fcntl(real()->fcntl, fd, command, argument);
}

EXPORT int fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return any_fcntl(real()->fcntl64 ? real()->fcntl64 : real()->fcntl, fd, command, argument);
}
