/* Giving the turn back, and waiting for it. Bare system calls: libc's own are cancellation points. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "host/preload/turns.h"

__thread struct time_self time_self = {.fd = -1, .signals = -1};

/* ---- signals ---- */

static uint64_t bit(int signal) {
    return (uint64_t)1 << (signal - 1);
}

/* Faults come at once, and so do libc's own (32: cancel, 33: change of credentials, which a thread may wait for). */
static uint64_t can_wait(void) {
    return ~(bit(SIGKILL) | bit(SIGSTOP) | bit(SIGSEGV) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGILL) | bit(SIGTRAP) |
             bit(SIGSYS) | bit(SIGABRT) | bit(32) | bit(33));
}

static uint64_t set_mask(uint64_t mask) {
    uint64_t before = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof before);
    return before;
}

/* A signal that would be delivered is not, while the thread has no turn: it asks for one first. */
static void watch_signals(uint64_t signals) {
    signals &= can_wait();
    if (time_self.signals >= 0 && time_self.watched == signals) return;
    long fd = syscall(SYS_signalfd4, time_self.signals, &signals, sizeof signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) return;
    if (time_self.signals < 0) time_self.signals = time_keep((int)fd);
    time_self.watched = signals;
}

struct kernel_sigaction {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
};

/* Of the waiting signals that `mask` lets through, all that have a handler have SA_RESTART. */
static bool would_restart(uint64_t mask) {
    uint64_t waiting = 0;
    syscall(SYS_rt_sigpending, &waiting, sizeof waiting);
    waiting &= ~mask;
    for (int signal = 1; waiting != 0; signal++, waiting >>= 1) {
        if (!(waiting & 1)) continue;
        struct sigaction action;
        if (sigaction(signal, NULL, &action) != 0) continue;
        if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
        if (!(action.sa_flags & SA_RESTART)) return false;
    }
    return true;
}

/* Lets waiting signals through: true if a handler ran. */
static bool let_signals_through(uint64_t mask) {
    struct timespec none = {0, 0};
    return syscall(SYS_ppoll, NULL, 0, &none, &mask, sizeof mask) < 0 && errno == EINTR;
}

/* ---- turns ---- */

/* Without a daemon the threads of a process still take turns with each other, and clocks go on from where they are. */
static int local_turn;

static void take_local_turn(void) {
    while (__atomic_exchange_n(&local_turn, 1, __ATOMIC_ACQUIRE)) {
        struct timespec moment = {0, 100000};
        syscall(SYS_ppoll, NULL, 0, &moment, NULL, 0);
    }
}
static void give_local_turn(void) {
    __atomic_store_n(&local_turn, 0, __ATOMIC_RELEASE);
}

static void daemon_has_ended(void) {
    if (!time_left_behind) {
        struct timespec machine;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &machine);
        int64_t ahead = time_now() - time_of_spec(&machine);
        time_left_behind = ahead ? ahead : 1;
    }
    take_local_turn();
}

static void lose_daemon_unless(bool good) {
    if (good) return;
    daemon_has_ended();
    time_self.alone = true;
}

static bool say(enum mlosim_time_kind kind, uint32_t ran, int64_t value) {
    struct mlosim_time_message message = {.kind = kind, .ran = ran, .value = value};
    long sent;
    do
        sent = syscall(SYS_sendto, time_self.fd, &message, sizeof message, MSG_NOSIGNAL, NULL, 0);
    while (sent < 0 && errno == EINTR);
    return sent == sizeof message;
}

/* False: the daemon has ended. */
static bool hear(enum mlosim_time_kind kind) {
    struct mlosim_time_message message;
    for (;;) {
        long got = syscall(SYS_recvfrom, time_self.fd, &message, sizeof message, 0, NULL, NULL);
        if (got < 0 && errno == EINTR) continue;
        if (got != sizeof message) return false;
        if (message.kind == (uint32_t)kind) return true;
    }
}

/* How long, in real time, somebody else may have the turn before a signal is delivered without it: so that Ctrl-C works
 * while another program stands in a debugger. */
static const struct timespec patience = {3, 0};

struct outside {
    bool descriptors, signals; /* what was ready in the same look that saw the turn come, or before */
    bool interrupted;
};

/* The thread looks by itself, now and then and whenever it is asked, at what it cannot sleep on. */
static void watch_no_descriptors(struct time_wait* wait) {
    wait->count = 0;
    if (wait->recheck_ms == 0) wait->recheck_ms = 20;
}

/* Programs may poll as many descriptors as they may have, and two of ours are added. */
static bool too_many_to_watch(size_t count) {
    enum { nearly_everybody_may = 32 };
    if (count <= nearly_everybody_may) return false;
    struct rlimit limit;
    return syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0 && count + 2 > limit.rlim_cur;
}

/* Until the turn comes. False: the daemon has ended. */
static bool await_turn(struct time_wait* wait, uint64_t mask, struct outside* seen) {
    bool asked = false;
    wait->fds[0] = (struct pollfd){.fd = time_self.fd, .events = POLLIN};
    wait->fds[1] = (struct pollfd){.fd = time_self.signals, .events = POLLIN};
    *seen = (struct outside){false, false, false};
    for (;;) {
        struct timespec recheck = {wait->recheck_ms / 1000, wait->recheck_ms % 1000 * 1000000L};
        struct timespec limit = asked ? patience : recheck;
        bool limited = asked ? seen->signals : wait->recheck_ms > 0;
        size_t watched = asked ? 1 : 2 + wait->count;
        long ready = syscall(SYS_ppoll, wait->fds, watched, limited ? &limit : NULL, NULL, 0);
        if (ready < 0 && errno != EINTR) { /* more than RLIMIT_NOFILE, or no memory */
            if (watched > 2) {
                watch_no_descriptors(wait);
                continue;
            }
            seen->descriptors = seen->signals = true; /* not looked at */
            return hear(MLOSIM_TIME_TURN);
        }
        if (ready < 0) { /* by a signal of libc's own */
            if (!time_self.cancelled || asked) continue;
            if (!say(MLOSIM_TIME_WANT, 0, 0)) return false;
            asked = true;
            continue;
        }
        if (watched > 1) {
            seen->signals = wait->fds[1].revents != 0;
            for (size_t i = 2; i < watched && !seen->descriptors; i++)
                seen->descriptors = wait->fds[i].revents != 0;
        }
        if (wait->fds[0].revents) {
            if (asked) seen->descriptors = seen->signals = true; /* not looked at since */
            return hear(MLOSIM_TIME_TURN);
        }
        if (asked && ready == 0) {
            if (let_signals_through(mask)) seen->interrupted = true;
            seen->signals = false;
            continue;
        }
        if (!asked) {
            if (ready == 0) seen->descriptors = true;
            if (!say(MLOSIM_TIME_WANT, 0, 0)) return false;
            asked = true;
        }
    }
}

/* What timers did may be what is waited for. */
static void look_around(struct time_wait* wait, struct outside* seen) {
    struct timespec none = {0, 0};
    if (syscall(SYS_ppoll, wait->fds, 2 + wait->count, &none, NULL, 0) <= 0) return;
    if (wait->fds[1].revents) seen->signals = true;
    for (size_t i = 0; i < wait->count; i++)
        if (wait->fds[2 + i].revents) seen->descriptors = true;
}

/* Without a daemon: waits as the machine does. */
static enum time_wake wait_really(struct time_wait* wait, uint64_t mask) {
    for (;;) {
        int64_t left = wait->deadline == MLOSIM_TIME_NEVER ? 10000000 : wait->deadline - time_now();
        if (left <= 0) return TIME_WAKE_DEADLINE;
        struct timespec slice = time_to_spec(left < 10000000 ? left : 10000000);
        give_local_turn();
        long ready = syscall(SYS_ppoll, wait->fds + 2, wait->count, &slice, &mask, sizeof mask);
        bool interrupted = ready < 0 && errno == EINTR;
        take_local_turn();
        if (interrupted && !wait->ignore_signals) return TIME_WAKE_SIGNAL;
        timers_fire();
        if (wait->look && wait->look(wait->context)) return TIME_WAKE_FOUND;
    }
}

static void notice_cancel(const struct time_wait* wait, uint64_t mask) {
    if (!time_self.cancelled || wait->uncancellable) return;
    int state;
    REAL(pthread_setcancelstate)(PTHREAD_CANCEL_DISABLE, &state);
    REAL(pthread_setcancelstate)(state, NULL);
    if (state != PTHREAD_CANCEL_ENABLE) return;
    time_self.cancelled = false;
    set_mask(mask);
    if (wait->on_cancel) wait->on_cancel(wait->context);
    REAL(pthread_testcancel)(); /* does not return */
    set_mask(can_wait());
}

static enum time_wake idle(struct time_wait* wait, uint64_t mask, uint64_t own_mask) {
    uint32_t ran = MLOSIM_IDLE_RAN;
    for (;;) {
        struct outside seen;
        const bool unseen = wait->look && wait->count == 0;
        const uint32_t looks = unseen || wait->recheck_ms > 0 ? MLOSIM_IDLE_LOOKS : 0;
        int64_t timers = timers_next();
        int64_t deadline = timers < wait->deadline ? timers : wait->deadline;
        time_self.has_turn = false;
        if (time_self.alone || !say(MLOSIM_TIME_IDLE, ran | looks, deadline) || !await_turn(wait, mask, &seen)) {
            if (!time_self.alone) daemon_has_ended();
            time_self.alone = true;
            time_self.has_turn = true;
            return wait_really(wait, mask);
        }
        time_self.has_turn = true;
        time_self.looks = 0;
        ran = 0;
        if (timers_fire()) {
            ran = 1;
            look_around(wait, &seen);
        }
        notice_cancel(wait, own_mask);
        if (wait->look && (seen.descriptors || wait->count == 0) && wait->look(wait->context)) return TIME_WAKE_FOUND;
        if (seen.signals) {
            wait->restart = would_restart(mask);
            if (let_signals_through(mask)) seen.interrupted = true;
            /* What the program has blocked and nobody takes would wake us for ever. */
            if (wait->also) {
                watch_signals(~mask);
                wait->also = 0;
            }
        }
        if (seen.interrupted) {
            if (!wait->ignore_signals) return TIME_WAKE_SIGNAL;
            ran = 1;
        }
        if (time_now() >= wait->deadline) return TIME_WAKE_DEADLINE;
    }
}

enum time_wake time_idle(struct time_wait* wait) {
    int saved = errno;
    struct pollfd only_ours[2];
    if (!wait->fds) wait->fds = only_ours;
    wait->restart = false;
    if (too_many_to_watch(wait->count)) watch_no_descriptors(wait);
    uint64_t own_mask = set_mask(can_wait());
    uint64_t mask = wait->mask ? *wait->mask : own_mask;
    watch_signals(~mask | wait->also);
    enum time_wake wake = idle(wait, mask, own_mask);
    set_mask(own_mask);
    errno = saved;
    return wake;
}

void time_idle_until(int64_t deadline) {
    struct time_wait wait = {.deadline = deadline, .ignore_signals = true, .uncancellable = true};
    time_idle(&wait);
}

void time_creep(unsigned weight) {
    enum { looks_in_a_turn = 1000, step_ns = 1000000 };
    if (!time_self.has_turn || time_self.alone) return;
    time_self.looks += weight;
    if (time_self.looks < looks_in_a_turn) return;
    time_self.looks = 0;
    time_idle_until(time_now() + step_ns);
}

void time_adopt(int fd, const struct mlosim_time_facts* facts, bool child) {
    uint64_t mask = set_mask(can_wait());
    time_note_facts(facts);
    time_self = (struct time_self){.fd = fd, .signals = time_self.signals, .watched = time_self.watched};
    struct pollfd only[2];
    struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER, .fds = only};
    struct outside seen;
    bool good = !child || say(MLOSIM_TIME_ADOPT, 0, syscall(SYS_getpid));
    watch_signals(~mask);
    good = good && say(MLOSIM_TIME_IDLE, 0, time_now()) && await_turn(&wait, mask, &seen);
    lose_daemon_unless(good);
    time_self.has_turn = true;
    set_mask(mask);
}

void time_leave(bool process) {
    if (!time_self.has_turn) return;
    int saved = errno;
    set_mask(can_wait());
    if (time_self.alone)
        give_local_turn();
    else
        say(MLOSIM_TIME_LEAVE, 0, process);
    time_self.has_turn = false;
    if (process) { /* The rest of it is still in this turn; the kernel closes. */
        errno = saved;
        return;
    }
    time_close(time_self.fd);
    time_close(time_self.signals);
    time_self.fd = time_self.signals = -1;
    errno = saved;
}

void time_expect(int32_t pid) {
    int saved = errno;
    if (time_takes_part() && !time_self.alone) say(MLOSIM_TIME_EXPECT, 0, pid);
    errno = saved;
}

void time_sync(void) {
    if (!time_takes_part() || time_self.alone) return;
    int saved = errno;
    uint64_t mask = set_mask(can_wait());
    lose_daemon_unless(say(MLOSIM_TIME_SYNC, 0, 0) && hear(MLOSIM_TIME_SYNCED));
    set_mask(mask);
    errno = saved;
}

/* ---- room ---- */

bool poll_room_open(struct poll_room* room, size_t count) {
    size_t few = sizeof room->few / sizeof *room->few;
    room->mapped = 0;
    room->fds = room->few;
    if (count + 2 <= few) return true;
    if (count > 1 << 20) return false;
    size_t size = (count + 2) * sizeof *room->fds;
    void* mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    room->fds = mapped;
    room->mapped = size;
    return true;
}

void poll_room_close(struct poll_room* room) {
    if (room->mapped) munmap(room->fds, room->mapped);
}
