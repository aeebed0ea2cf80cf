/*
 * Calls that wait for bytes. Before one that would block, the thread waits in virtual time until it would not; or, for
 * sockets, tries without blocking first. A call that a signal interrupts begins again if the handler says SA_RESTART.
 */
#include "host/preload/time_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "host/preload/turns.h"

bool descriptor_blocks(int fd) {
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    return flags >= 0 && !(flags & O_NONBLOCK);
}

/* What poll() calls writable takes as much without blocking. */
enum { PIECE = 4096 };

/* SO_RCVTIMEO and SO_SNDTIMEO. */
static int64_t deadline_of_socket(int fd, int option) {
    struct timeval limit = {0, 0};
    socklen_t length = sizeof limit;
    if (option == 0 || syscall(SYS_getsockopt, fd, SOL_SOCKET, option, &limit, &length) != 0) return MLOSIM_TIME_NEVER;
    if (limit.tv_sec == 0 && limit.tv_usec == 0) return MLOSIM_TIME_NEVER;
    return time_after(time_now(), (int64_t)limit.tv_sec * 1000000000 + (int64_t)limit.tv_usec * 1000);
}

static bool is_ready(int fd, short events) {
    struct pollfd entry = {.fd = fd, .events = events};
    struct timespec none = {0, 0};
    /* An error is the real call's to report. */
    return syscall(SYS_ppoll, &entry, 1, &none, NULL, 0) != 0;
}

struct ready_look {
    int fd;
    short events;
};
static bool look_ready(void* context) {
    const struct ready_look* look = context;
    return is_ready(look->fd, look->events);
}

/* Before it writes so much; 0 or EINTR. Who writes without end to somebody who takes it all at once gets forward in
 * time, too. What counts are octets: how often it has to wait is a matter of real time. */
static int give_way(size_t size) {
    enum { at_once = 16 << 20, each_step = 1 << 16, step_ns = 1000000 };
    if (time_self.wrote_at != time_now()) {
        time_self.wrote_at = time_now();
        time_self.wrote = 0;
    }
    time_self.wrote += size;
    if (time_self.wrote <= at_once) return 0;
    struct time_wait wait = {.deadline = time_after(time_now(), step_ns)};
    enum time_wake wake = time_idle(&wait);
    time_self.wrote_at = time_now(); /* as if it had begun here, until it does something else for a while */
    time_self.wrote = at_once - each_step;
    return wake == TIME_WAKE_SIGNAL && !wait.restart ? EINTR : 0;
}

/* 0: it is ready now, or may be tried again; else an errno. */
static int wait_ready(int fd, short events, int64_t deadline) {
    struct pollfd fds[3] = {[2] = {.fd = fd, .events = events}};
    for (;;) {
        struct ready_look look = {fd, events};
        struct time_wait wait = {.deadline = deadline, .fds = fds, .count = 1, .look = look_ready, .context = &look};
        switch (time_idle(&wait)) {
            case TIME_WAKE_FOUND:
                return 0;
            case TIME_WAKE_DEADLINE:
                return EAGAIN;
            default:
                /* With a time-out a call is not restarted, cf. sock_intr_errno(). */
                if (!wait.restart || deadline != MLOSIM_TIME_NEVER) return EINTR;
        }
    }
}

int time_await(int fd, short events, int option, int flags) {
    if (!time_takes_part()) return 0;
    int saved = errno;
    if (events & POLLOUT) (void)give_way(PIECE);
    bool ready = is_ready(fd, events);
    if (ready || (flags & MSG_DONTWAIT) || !descriptor_blocks(fd)) {
        if (!ready) time_creep(1);
        errno = saved;
        return 0;
    }
    int error = wait_ready(fd, events, deadline_of_socket(fd, option));
    if (error) FAIL(error);
    errno = saved;
    return 0;
}

/* ---- sending on sockets ---- */

/* Drops what has been sent, or filled, from the front of the pieces. */
static void advance(struct msghdr* msg, size_t done) {
    while (msg->msg_iovlen > 0 && done >= msg->msg_iov->iov_len) {
        done -= msg->msg_iov->iov_len;
        msg->msg_iov++;
        msg->msg_iovlen--;
    }
    if (msg->msg_iovlen == 0) return;
    msg->msg_iov->iov_base = (char*)msg->msg_iov->iov_base + done;
    msg->msg_iov->iov_len -= done;
}

/* A full queue of an unconnected socket's receiver is something that poll() does not tell. */
static int wait_to_send(int fd, int64_t deadline) {
    if (!is_ready(fd, POLLOUT)) return wait_ready(fd, POLLOUT, deadline);
    struct time_wait wait = {.deadline = time_after(time_now(), 1000000), .recheck_ms = 10};
    if (time_idle(&wait) == TIME_WAKE_SIGNAL && !wait.restart) return EINTR;
    return time_now() >= deadline ? EAGAIN : 0;
}

ssize_t time_sendmsg(int fd, const struct msghdr* given, int flags) {
    size_t whole = 0;
    for (size_t i = 0; i < given->msg_iovlen; i++)
        whole += given->msg_iov[i].iov_len;
    if (give_way(whole) != 0 && !(flags & MSG_DONTWAIT) && descriptor_blocks(fd)) FAIL(EINTR);
    ssize_t sent = syscall(SYS_sendmsg, fd, given, flags | MSG_DONTWAIT);
    bool finished = sent >= 0 ? (size_t)sent >= whole : errno != EAGAIN;
    if (finished || (flags & MSG_DONTWAIT)) return sent;
    int saved = sent < 0 ? errno : 0;
    if (!descriptor_blocks(fd)) {
        if (sent < 0) FAIL(saved);
        return sent;
    }
    struct iovec pieces[given->msg_iovlen + 1];
    memcpy(pieces, given->msg_iov, given->msg_iovlen * sizeof *pieces);
    struct msghdr msg = *given;
    msg.msg_iov = pieces;
    size_t done = 0;
    int64_t deadline = deadline_of_socket(fd, SO_SNDTIMEO);
    for (;;) {
        if (sent > 0) {
            done += (size_t)sent;
            advance(&msg, (size_t)sent);
            msg.msg_control = NULL; /* has gone with the first octets */
            msg.msg_controllen = 0;
            if (done >= whole) return (ssize_t)done;
        } else if (sent < 0 && errno != EAGAIN) {
            return done > 0 ? (ssize_t)done : -1;
        }
        int error = wait_to_send(fd, deadline);
        if (error && done > 0) return (ssize_t)done;
        if (error) FAIL(error);
        sent = syscall(SYS_sendmsg, fd, &msg, flags | MSG_DONTWAIT);
    }
}

/* ---- writing ---- */

static ssize_t write_pipe(int fd, const char* data, size_t size) {
    size_t done = 0;
    while (done < size) {
        size_t piece = size - done < PIECE ? size - done : PIECE;
        int interrupted = give_way(piece);
        if (interrupted && done > 0) return (ssize_t)done;
        if (interrupted) FAIL(interrupted);
        while (!is_ready(fd, POLLOUT)) { /* somebody else may have filled it again */
            int error = wait_ready(fd, POLLOUT, MLOSIM_TIME_NEVER);
            if (error && done > 0) return (ssize_t)done;
            if (error) FAIL(error);
        }
        ssize_t written = syscall(SYS_write, fd, data + done, piece);
        if (written < 0) return done > 0 ? (ssize_t)done : -1;
        done += (size_t)written;
    }
    return (ssize_t)done;
}

ssize_t time_write(int fd, const void* data, size_t size) {
    struct stat status;
    int saved = errno;
    bool known = syscall(SYS_fstat, fd, &status) == 0;
    errno = saved;
    if (known && S_ISSOCK(status.st_mode)) {
        struct iovec piece = {(void*)data, size};
        struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1};
        return time_sendmsg(fd, &msg, 0);
    }
    if (known && S_ISFIFO(status.st_mode) && descriptor_blocks(fd)) return write_pipe(fd, data, size);
    return REAL(write)(fd, data, size);
}

ssize_t time_writev(int fd, const struct iovec* pieces, int count) {
    struct stat status;
    if (count < 0 || count > IOV_MAX || syscall(SYS_fstat, fd, &status) != 0 ||
        (!S_ISSOCK(status.st_mode) && !S_ISFIFO(status.st_mode)))
        return REAL(writev)(fd, pieces, count);
    if (S_ISSOCK(status.st_mode)) {
        struct msghdr msg = {.msg_iov = (struct iovec*)pieces, .msg_iovlen = (size_t)count};
        return time_sendmsg(fd, &msg, 0);
    }
    if (!descriptor_blocks(fd)) return REAL(writev)(fd, pieces, count);
    size_t whole = 0, at = 0;
    for (int i = 0; i < count; i++)
        whole += pieces[i].iov_len;
    char* all = malloc(whole + 1); /* in one piece: what is not longer than PIPE_BUF is written at once */
    if (!all) FAIL(ENOMEM);
    for (int i = 0; i < count; at += pieces[i].iov_len, i++)
        if (pieces[i].iov_len > 0) memcpy(all + at, pieces[i].iov_base, pieces[i].iov_len);
    ssize_t written = write_pipe(fd, all, whole);
    int error = errno;
    free(all);
    errno = error;
    return written;
}

/* ---- receiving ---- */

static bool is_stream(int fd) {
    int type = 0;
    socklen_t length = sizeof type;
    return syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

ssize_t time_recvmsg(int fd, struct msghdr* msg, int flags) {
    if (!(flags & MSG_WAITALL) || (flags & (MSG_DONTWAIT | MSG_PEEK | MSG_ERRQUEUE)) || msg->msg_iovlen == 0 ||
        msg->msg_iovlen > IOV_MAX || !descriptor_blocks(fd) || !is_stream(fd)) {
        if (time_await(fd, flags & MSG_ERRQUEUE ? POLLERR : POLLIN, SO_RCVTIMEO,
                       flags | (flags & MSG_ERRQUEUE ? MSG_DONTWAIT : 0)) != 0)
            return -1;
        return REAL(recvmsg)(fd, msg, flags & ~MSG_WAITALL);
    }
    struct iovec left[msg->msg_iovlen];
    memcpy(left, msg->msg_iov, msg->msg_iovlen * sizeof *left);
    struct msghdr part = *msg;
    part.msg_iov = left;
    const size_t room = msg->msg_controllen;
    size_t done = 0;
    do {
        if (time_await(fd, POLLIN, SO_RCVTIMEO, flags) != 0) return done > 0 ? (ssize_t)done : -1;
        ssize_t got = REAL(recvmsg)(fd, &part, flags & ~MSG_WAITALL);
        if (got < 0) return done > 0 ? (ssize_t)done : -1;
        if (done == 0) {
            msg->msg_namelen = part.msg_namelen;
            msg->msg_controllen = 0;
            msg->msg_flags = 0;
            part.msg_name = NULL;
            part.msg_namelen = 0;
        }
        msg->msg_flags |= part.msg_flags;
        if (part.msg_controllen > 0) { /* the room for it is taken */
            msg->msg_controllen = part.msg_controllen;
            part.msg_control = NULL;
        }
        part.msg_controllen = part.msg_control ? room : 0;
        done += (size_t)got;
        advance(&part, (size_t)got);
        if (got == 0) break;
    } while (part.msg_iovlen > 0);
    return (ssize_t)done;
}

/* ---- connections ---- */

EXPORT int accept4(int fd, __SOCKADDR_ARG address, socklen_t* restrict length, int flags) {
    if (time_await(fd, POLLIN, SO_RCVTIMEO, 0) != 0) return -1;
    int connection = REAL(accept4)(fd, address, length, flags);
    descriptor_forget(connection);
    return connection;
}

EXPORT int accept(int fd, __SOCKADDR_ARG address, socklen_t* restrict length) {
    if (time_await(fd, POLLIN, SO_RCVTIMEO, 0) != 0) return -1;
    int connection = REAL(accept)(fd, address, length);
    descriptor_forget(connection);
    return connection;
}

/* Blocking sockets try without blocking; the flag is put back before anybody else has a turn. */
int time_connect_socket(int fd, const struct sockaddr* address, socklen_t length) {
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK) || length < sizeof(sa_family_t)) return real()->connect(fd, address, length);
    int64_t deadline = deadline_of_socket(fd, SO_SNDTIMEO);
    for (;;) {
        syscall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
        int result = real()->connect(fd, address, length);
        int error = result == 0 ? 0 : errno;
        syscall(SYS_fcntl, fd, F_SETFL, flags);
        if (error != EINPROGRESS && error != EAGAIN) {
            if (error) FAIL(error);
            return 0;
        }
        if (error == EAGAIN) { /* a Unix listener whose queue is full */
            struct time_wait wait = {.deadline = time_after(time_now(), 1000000), .recheck_ms = 10};
            if (time_idle(&wait) == TIME_WAKE_SIGNAL && !wait.restart) FAIL(EINTR);
            if (time_now() >= deadline) FAIL(EAGAIN);
            continue;
        }
        error = is_ready(fd, POLLOUT) ? 0 : wait_ready(fd, POLLOUT, deadline);
        if (error) FAIL(error == EAGAIN ? EINPROGRESS : error);
        socklen_t size = sizeof error;
        syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) FAIL(error);
        return 0;
    }
}

/* ---- locks on files ---- */

struct file_lock {
    int fd, operation;
    struct flock* lock;
    int result, error;
};

static bool try_flock(void* context) {
    struct file_lock* state = context;
    state->result = (int)syscall(SYS_flock, state->fd, state->operation | LOCK_NB);
    state->error = errno;
    return state->result == 0 || state->error != EWOULDBLOCK;
}

static bool try_fcntl_lock(void* context) {
    struct file_lock* state = context;
    state->result = (int)syscall(SYS_fcntl, state->fd, state->operation, state->lock);
    state->error = errno;
    return state->result == 0 || (state->error != EAGAIN && state->error != EACCES);
}

static int lock_file(struct file_lock* state, bool (*attempt)(void*)) {
    while (!attempt(state)) {
        /* Who holds it may be no part of virtual time. */
        struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER, .look = attempt, .context = state, .recheck_ms = 20};
        if (time_idle(&wait) == TIME_WAKE_FOUND) break;
        if (!wait.restart) FAIL(EINTR);
    }
    if (state->result != 0) FAIL(state->error);
    return 0;
}

EXPORT int flock(int fd, int operation) {
    if (!time_takes_part() || (operation & (LOCK_NB | LOCK_UN))) return REAL(flock)(fd, operation);
    struct file_lock state = {.fd = fd, .operation = operation};
    return lock_file(&state, try_flock);
}

int time_fcntl_lock(int fd, int command, struct flock* lock) {
    struct file_lock state = {.fd = fd, .operation = command == F_SETLKW ? F_SETLK : F_OFD_SETLK, .lock = lock};
    return lock_file(&state, try_fcntl_lock);
}

EXPORT int lockf(int fd, int command, off_t length) {
    if (!time_takes_part() || command != F_LOCK) return REAL(lockf)(fd, command, length);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length};
    return time_fcntl_lock(fd, F_SETLKW, &lock);
}
EXPORT int lockf64(int fd, int command, off64_t length) {
    return lockf(fd, command, length);
}
