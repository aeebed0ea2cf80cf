/*
 * poll, select and epoll. Each first asks the kernel with a time-out of zero, under the program's signal mask, so what
 * is there, and what a signal interrupts, is as ever; only when there is nothing does the thread give its turn back.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "host/preload/turns.h"

static int64_t deadline_of_ms(int timeout) {
    return timeout < 0 ? MLOSIM_TIME_NEVER : time_after(time_now(), (int64_t)timeout * 1000000);
}

static int64_t deadline_of(const struct timespec* timeout) {
    return timeout ? time_after(time_now(), time_of_spec(timeout)) : MLOSIM_TIME_NEVER;
}

static void watch(struct pollfd* entry, int fd, short events) {
    *entry = (struct pollfd){.fd = fd, .events = events};
}

/* ---- poll ---- */

struct polled {
    struct pollfd* fds;
    nfds_t count;
    const sigset_t* mask;
    long result;
    int error;
};

static bool poll_once(void* context) {
    struct polled* polled = context;
    struct timespec none = {0, 0};
    polled->result = syscall(SYS_ppoll, polled->fds, polled->count, &none, polled->mask, 8);
    polled->error = polled->result < 0 ? errno : 0;
    return polled->result != 0;
}

/* The deadline is counted from before anything is asked. */
static int poll_until(struct pollfd* fds, nfds_t count, bool waits, int64_t deadline, const sigset_t* set) {
    struct polled polled = {.fds = fds, .count = count, .mask = set};
    if (poll_once(&polled)) goto found;
    if (!waits) {
        time_creep(1);
        return 0;
    }
    struct poll_room room;
    if (!poll_room_open(&room, count)) FAIL(ENOMEM);
    for (nfds_t i = 0; i < count; i++)
        watch(&room.fds[2 + i], fds[i].fd, fds[i].events);
    uint64_t mask = 0;
    if (set) memcpy(&mask, set, sizeof mask);
    /* Under a mask of the thread's own, all signals are blocked while we look: they are let through afterwards. */
    struct time_wait wait = {.deadline = deadline,
                             .fds = room.fds,
                             .count = count,
                             .mask = set ? &mask : NULL,
                             .look = count > 0 ? poll_once : NULL,
                             .context = &polled};
    enum time_wake wake = time_idle(&wait);
    poll_room_close(&room);
    if (wake == TIME_WAKE_SIGNAL) FAIL(EINTR);
    if (wake == TIME_WAKE_DEADLINE) {
        for (nfds_t i = 0; i < count; i++)
            fds[i].revents = 0;
        return 0;
    }
found:
    if (polled.result < 0) FAIL(polled.error);
    return (int)polled.result;
}

EXPORT int poll(struct pollfd* fds, nfds_t count, int timeout) {
    if (!time_takes_part()) return REAL(poll)(fds, count, timeout);
    return poll_until(fds, count, timeout != 0, deadline_of_ms(timeout), NULL);
}

EXPORT int ppoll(struct pollfd* fds, nfds_t count, const struct timespec* timeout, const sigset_t* mask) {
    if (!time_takes_part()) return REAL(ppoll)(fds, count, timeout, mask);
    if (timeout && !time_spec_valid(timeout)) FAIL(EINVAL);
    bool waits = !timeout || timeout->tv_sec != 0 || timeout->tv_nsec != 0;
    return poll_until(fds, count, waits, deadline_of(timeout), mask);
}

static void check_room(size_t size, size_t room) {
    if (size > room) abort();
}

EXPORT int __poll_chk(struct pollfd* fds, nfds_t count, int timeout, size_t room) {
    check_room(count * sizeof *fds, room);
    return poll(fds, count, timeout);
}

EXPORT int __ppoll_chk(struct pollfd* fds, nfds_t count, const struct timespec* timeout, const sigset_t* mask,
                       size_t room) {
    check_room(count * sizeof *fds, room);
    return ppoll(fds, count, timeout, mask);
}

/* ---- select ---- */

/* Programs with more descriptors than an fd_set holds give larger ones; these are as large as ours. */
enum { SELECT_MAX = 65536, SELECT_WORDS = SELECT_MAX / 64 };

struct selected {
    int count;
    fd_set* sets[3]; /* the program's: read, write, except */
    uint64_t* wanted[3];
    const sigset_t* mask;
    long result;
    int error;
};

static size_t set_bytes(int count) {
    return (size_t)(count + 63) / 64 * 8;
}

static bool select_once(void* context) {
    struct selected* selected = context;
    size_t bytes = set_bytes(selected->count);
    for (int i = 0; i < 3; i++)
        if (selected->sets[i]) memcpy(selected->sets[i], selected->wanted[i], bytes);
    struct timespec none = {0, 0};
    struct {
        const void* mask;
        size_t size;
    } signals = {selected->mask, 8};
    selected->result = syscall(SYS_pselect6, selected->count, selected->sets[0], selected->sets[1], selected->sets[2],
                               &none, selected->mask ? &signals : NULL);
    selected->error = selected->result < 0 ? errno : 0;
    return selected->result != 0;
}

static bool in_set(const uint64_t* set, int fd) {
    return (set[fd / 64] >> (fd % 64)) & 1;
}

/* One entry for each descriptor in any of the sets. */
static size_t watch_sets(const struct selected* selected, struct pollfd* out) {
    static const short events[3] = {POLLIN | POLLRDNORM | POLLRDBAND, POLLOUT | POLLWRNORM | POLLWRBAND, POLLPRI};
    size_t count = 0;
    for (int fd = 0; fd < selected->count; fd++) {
        short asked = 0;
        for (int i = 0; i < 3; i++)
            if (selected->sets[i] && in_set(selected->wanted[i], fd)) asked |= events[i];
        if (!asked) continue;
        if (out) watch(&out[count], fd, asked);
        count++;
    }
    return count;
}

static int select_until(int count, fd_set* sets[3], bool waits, int64_t deadline, const sigset_t* set) {
    if (count < 0 || count > SELECT_MAX) FAIL(EINVAL);
    uint64_t wanted[3][set_bytes(count) / 8 + 1];
    struct selected selected = {.count = count, .mask = set};
    for (int i = 0; i < 3; i++) {
        selected.sets[i] = sets[i];
        selected.wanted[i] = wanted[i];
        if (sets[i]) memcpy(wanted[i], sets[i], set_bytes(count));
    }
    enum time_wake wake = TIME_WAKE_FOUND;
    if (!select_once(&selected)) {
        if (!waits) {
            time_creep(1);
            return 0;
        }
        struct poll_room room;
        size_t watched = watch_sets(&selected, NULL);
        if (!poll_room_open(&room, watched)) FAIL(ENOMEM);
        watch_sets(&selected, room.fds + 2);
        uint64_t mask = 0;
        if (set) memcpy(&mask, set, sizeof mask);
        struct time_wait wait = {.deadline = deadline,
                                 .fds = room.fds,
                                 .count = watched,
                                 .mask = set ? &mask : NULL,
                                 .look = watched > 0 ? select_once : NULL,
                                 .context = &selected};
        wake = time_idle(&wait);
        poll_room_close(&room);
    }
    if (wake == TIME_WAKE_SIGNAL || (wake == TIME_WAKE_FOUND && selected.result < 0)) {
        /* The sets stay as they were. */
        for (int i = 0; i < 3; i++)
            if (sets[i]) memcpy(sets[i], wanted[i], set_bytes(count));
        FAIL(wake == TIME_WAKE_SIGNAL ? EINTR : selected.error);
    }
    if (wake == TIME_WAKE_FOUND) return (int)selected.result;
    for (int i = 0; i < 3; i++)
        if (sets[i]) memset(sets[i], 0, set_bytes(count));
    return 0;
}

EXPORT int select(int count, fd_set* restrict in, fd_set* restrict out, fd_set* restrict except,
                  struct timeval* restrict timeout) {
    if (!time_takes_part()) return REAL(select)(count, in, out, except, timeout);
    int64_t deadline = MLOSIM_TIME_NEVER;
    if (timeout) {
        if (timeout->tv_sec < 0 || timeout->tv_usec < 0) FAIL(EINVAL);
        struct timespec length = {timeout->tv_sec + timeout->tv_usec / 1000000, timeout->tv_usec % 1000000 * 1000};
        deadline = deadline_of(&length);
    }
    bool waits = !timeout || timeout->tv_sec != 0 || timeout->tv_usec != 0;
    int result = select_until(count, (fd_set* [3]){in, out, except}, waits, deadline, NULL);
    if (timeout && waits) {
        int64_t left = deadline - time_now(); /* Linux tells how long it would have waited still */
        struct timespec spec = time_to_spec(left);
        *timeout = (struct timeval){spec.tv_sec, spec.tv_nsec / 1000};
    }
    return result;
}

EXPORT int pselect(int count, fd_set* restrict in, fd_set* restrict out, fd_set* restrict except,
                   const struct timespec* restrict timeout, const sigset_t* restrict mask) {
    if (!time_takes_part()) return REAL(pselect)(count, in, out, except, timeout, mask);
    if (timeout && !time_spec_valid(timeout)) FAIL(EINVAL);
    bool waits = !timeout || timeout->tv_sec != 0 || timeout->tv_nsec != 0;
    return select_until(count, (fd_set* [3]){in, out, except}, waits, deadline_of(timeout), mask);
}

/* ---- epoll ---- */

struct epolled {
    int fd;
    struct epoll_event* events;
    int most;
    const sigset_t* mask;
    long result;
    int error;
};

static bool epoll_once(void* context) {
    struct epolled* polled = context;
    polled->result = syscall(SYS_epoll_pwait, polled->fd, polled->events, polled->most, 0, polled->mask, 8);
    polled->error = polled->result < 0 ? errno : 0;
    return polled->result != 0;
}

static int epoll_until(int fd, struct epoll_event* events, int most, bool waits, int64_t deadline,
                       const sigset_t* set) {
    struct epolled polled = {.fd = fd, .events = events, .most = most, .mask = set};
    if (!epoll_once(&polled)) {
        if (!waits) {
            time_creep(1);
            return 0;
        }
        struct pollfd fds[3];
        watch(&fds[2], fd, POLLIN);
        uint64_t mask = 0;
        if (set) memcpy(&mask, set, sizeof mask);
        struct time_wait wait = {.deadline = deadline,
                                 .fds = fds,
                                 .count = 1,
                                 .mask = set ? &mask : NULL,
                                 .look = epoll_once,
                                 .context = &polled};
        enum time_wake wake = time_idle(&wait);
        if (wake == TIME_WAKE_SIGNAL) FAIL(EINTR);
        if (wake == TIME_WAKE_DEADLINE) return 0;
    }
    if (polled.result < 0) FAIL(polled.error);
    return (int)polled.result;
}

EXPORT int epoll_pwait(int fd, struct epoll_event* events, int most, int timeout, const sigset_t* mask) {
    if (!time_takes_part()) return REAL(epoll_pwait)(fd, events, most, timeout, mask);
    return epoll_until(fd, events, most, timeout != 0, deadline_of_ms(timeout), mask);
}

EXPORT int epoll_wait(int fd, struct epoll_event* events, int most, int timeout) {
    if (!time_takes_part()) return REAL(epoll_wait)(fd, events, most, timeout);
    return epoll_until(fd, events, most, timeout != 0, deadline_of_ms(timeout), NULL);
}

/* Since 2.35. */
EXPORT int epoll_pwait2(int fd, struct epoll_event* events, int most, const struct timespec* timeout,
                        const sigset_t* mask) {
    if (!time_takes_part()) {
        int (*function)(int, struct epoll_event*, int, const struct timespec*, const sigset_t*);
        *(void**)&function = real_optional("epoll_pwait2");
        if (!function) FAIL(ENOSYS);
        return function(fd, events, most, timeout, mask);
    }
    if (timeout && !time_spec_valid(timeout)) FAIL(EINVAL);
    bool waits = !timeout || timeout->tv_sec != 0 || timeout->tv_nsec != 0;
    return epoll_until(fd, events, most, waits, deadline_of(timeout), mask);
}
