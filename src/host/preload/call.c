/*
 * Connections and calls to the daemon. Each call has a connection of its own: nothing to lock, to lose over fork or
 * exec, or to be closed by a program that sweeps its descriptors. Made of bare system calls, so that no call is a
 * cancellation point.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/preload/shim.h"
#include "host/preload/turns.h"

static void close_quietly(int fd) {
    int saved = errno;
    syscall(SYS_close, fd);
    descriptor_forget(fd);
    errno = saved;
}

void daemon_end_met(void) {
    static atomic_uint times;
    enum { patience = 1000, last_patience = 100000 };
    static const char message[] = "mlosim: the daemon has ended, and so does this program\n";
    const unsigned before = atomic_fetch_add(&times, 1);
    if (before == patience) {
        syscall(SYS_write, STDERR_FILENO, message, sizeof message - 1);
        kill(getpid(), SIGTERM);
    }
    if (before >= last_patience) _exit(EXIT_FAILURE);
}

/* What a program is told when the daemon is away. */
static int gone(int error) {
    switch (error) {
        case ENOENT:
        case EPIPE:
        case ECONNRESET:
        case ENOTCONN:
            return ECONNREFUSED;
        default:
            return error;
    }
}

static int open_connection(int type_flags) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(shim_socket_path());
    if (length >= sizeof address.sun_path) FAIL(ENAMETOOLONG);
    memcpy(address.sun_path, shim_socket_path(), length);
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_SEQPACKET | type_flags, 0);
    if (fd < 0) return -1;
    long result;
    do
        result = syscall(SYS_connect, fd, &address, sizeof address);
    while (result != 0 && errno == EINTR);
    if (result != 0) {
        int error = gone(errno);
        close_quietly(fd);
        FAIL(error);
    }
    return fd;
}

static int send_pieces(int fd, struct iovec* pieces, size_t count) {
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = count};
    long sent;
    do
        sent = syscall(SYS_sendmsg, fd, &msg, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) FAIL(gone(errno));
    return 0;
}

/* One packet; 0 bytes mean that the daemon closed. */
static long receive_packet(int fd, void* buffer, size_t size) {
    long got;
    do
        got = syscall(SYS_recvfrom, fd, buffer, size, 0, NULL, NULL);
    while (got < 0 && errno == EINTR);
    if (got < 0) FAIL(gone(errno));
    return got;
}

static struct mlosim_hello hello_of(enum mlosim_role role) {
    struct mlosim_hello hello = {.magic = MLOSIM_WIRE_MAGIC, .version = MLOSIM_WIRE_VERSION, .role = (uint16_t)role};
    hello.pid = role == MLOSIM_ROLE_NETLINK ? time_virtual_pid() : (int32_t)syscall(SYS_getpid);
    return hello;
}

int daemon_connect(enum mlosim_role role, int type_flags, int protocol, int type, const char* path) {
    /* Blocking while we greet; what the program asked for is switched on at the end. */
    int fd = open_connection(type_flags & SOCK_CLOEXEC);
    if (fd < 0) return -1;
    struct mlosim_hello hello = hello_of(role);
    hello.cookie = descriptor_cookie(fd);
    hello.protocol = protocol;
    hello.type = type;
    struct mlosim_call call = {.op = MLOSIM_OP_WRITE};
    struct iovec pieces[3] = {{&hello, sizeof hello}, {&call, sizeof call}, {NULL, 0}};
    if (path) {
        call.length = call.arg[0] = (uint32_t)strlen(path);
        pieces[2] = (struct iovec){(void*)path, call.length};
    }
    struct mlosim_welcome welcome;
    int error = 0;
    if (send_pieces(fd, pieces, path ? 3 : 1) != 0) {
        error = errno;
    } else {
        long got = receive_packet(fd, &welcome, sizeof welcome);
        if (got < 0)
            error = errno;
        else if (got != sizeof welcome || welcome.magic != MLOSIM_WIRE_MAGIC)
            error = ECONNREFUSED;
        else
            error = welcome.error;
    }
    if (error == 0 && (type_flags & SOCK_NONBLOCK) && real()->fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) != 0)
        error = errno;
    if (error != 0) {
        close_quietly(fd);
        FAIL(error);
    }
    return fd;
}

/* The answer's header, then its payload, in as many packets as the daemon likes. */
static int receive_answer(int fd, struct mlosim_answer* answer, void** reply) {
    long got = receive_packet(fd, answer, sizeof *answer);
    if (got < 0) return errno;
    if (got != sizeof *answer || answer->length > MLOSIM_WIRE_ANSWER_MAX) return ECONNREFUSED;
    if (answer->error != 0) return answer->error > 0 ? answer->error : EIO;
    if (!reply) return 0;
    char* payload = malloc((size_t)answer->length + 1);
    if (!payload) return ENOMEM;
    for (size_t have = 0; have < answer->length;) {
        got = receive_packet(fd, payload + have, answer->length - have);
        if (got <= 0) {
            free(payload);
            return got < 0 ? errno : ECONNREFUSED;
        }
        have += (size_t)got;
    }
    payload[answer->length] = 0;
    *reply = payload;
    return 0;
}

int daemon_call(const struct mlosim_call* call, const struct iovec* payload, int pieces, struct mlosim_answer* answer,
                void** reply) {
    int saved = errno;
    int fd = open_connection(SOCK_CLOEXEC);
    if (fd < 0) {
        int error = errno;
        errno = saved;
        return error;
    }
    struct mlosim_hello hello = hello_of(MLOSIM_ROLE_CALL);
    struct iovec all[5] = {{&hello, sizeof hello}, {(void*)call, sizeof *call}};
    for (int i = 0; i < pieces; i++)
        all[2 + i] = payload[i];
    int error = send_pieces(fd, all, (size_t)pieces + 2) != 0 ? errno : receive_answer(fd, answer, reply);
    close_quietly(fd);
    errno = saved;
    return error;
}

int daemon_socket_call(int fd, enum mlosim_op op, uint32_t arg0, uint32_t arg1, struct mlosim_answer* answer,
                       void** reply) {
    struct mlosim_call call = {.op = op, .target = descriptor_cookie(fd), .arg = {arg0, arg1}};
    struct mlosim_answer own;
    return daemon_call(&call, NULL, 0, answer ? answer : &own, reply);
}
