/* Joining virtual time, giving the turn back, waiting for it. Bare system calls: libc's own are cancellation points. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/un.h>

#include "host/preload/turns.h"

/* As in real.c. */
#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

int time_state = TIME_UNDECIDED;
__thread struct time_self time_self = {.fd = -1, .signals = -1};

static const struct mlosim_time_page* page;
static struct mlosim_time_facts own_facts;
/* Set when the daemon has ended: time goes on as the machine's. */
static int64_t left_behind;

void* real_address(void** slot, const char* name) {
    (void)real();
    void* found = dlsym(RTLD_NEXT, name);
    if (!found) {
        static const char message[] = "mlosim: the C library lacks a function that was called: ";
        syscall(SYS_write, STDERR_FILENO, message, sizeof message - 1);
        syscall(SYS_write, STDERR_FILENO, name, strlen(name));
        syscall(SYS_write, STDERR_FILENO, "\n", 1);
        abort();
    }
    __atomic_store_n(slot, found, __ATOMIC_RELAXED);
    return found;
}

void* real_optional(const char* name) {
    return dlsym(RTLD_NEXT, name);
}

/* ---- descriptors of ours ---- */

/* Out of the way of programs that number their own, and of select(), if the limit allows. */
#define LEAST_DESCRIPTOR 900
#define OWN_MAX 65536
static unsigned char owned[OWN_MAX / 8];

bool time_owns(int fd) {
    if (__atomic_load_n(&time_state, __ATOMIC_RELAXED) < TIME_JOINING || fd < 0 || fd >= OWN_MAX) return false;
    return (owned[fd / 8] >> (fd % 8)) & 1;
}
void time_own(int fd) {
    if (fd >= 0 && fd < OWN_MAX) __atomic_fetch_or(&owned[fd / 8], (unsigned char)(1 << (fd % 8)), __ATOMIC_RELAXED);
}
void time_disown(int fd) {
    if (fd >= 0 && fd < OWN_MAX) __atomic_fetch_and(&owned[fd / 8], (unsigned char)~(1 << (fd % 8)), __ATOMIC_RELAXED);
}

static int move_up(int fd) {
    static const int least[] = {LEAST_DESCRIPTOR, 200, 20};
    for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
        long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, least[i]);
        if (moved < 0) continue;
        syscall(SYS_close, fd);
        fd = (int)moved;
        break;
    }
    descriptor_forget(fd);
    time_own(fd);
    return fd;
}

static void close_own(int fd) {
    if (fd < 0) return;
    time_disown(fd);
    descriptor_forget(fd);
    syscall(SYS_close, fd);
}

/* ---- joining ---- */

static int open_connection(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(shim_socket_path());
    if (length >= sizeof address.sun_path) return -1;
    memcpy(address.sun_path, shim_socket_path(), length);
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    long result;
    do
        result = syscall(SYS_connect, fd, &address, sizeof address);
    while (result != 0 && errno == EINTR);
    if (result == 0) return fd;
    syscall(SYS_close, fd);
    return -1;
}

static bool greet(int fd, enum mlosim_join_kind kind) {
    struct mlosim_hello hello = {.magic = MLOSIM_WIRE_MAGIC, .version = MLOSIM_WIRE_VERSION, .role = MLOSIM_ROLE_TIME};
    hello.pid = (int32_t)syscall(SYS_getpid);
    struct mlosim_join join = {.kind = kind, .thread = (int32_t)syscall(SYS_gettid)};
    syscall(SYS_prctl, PR_GET_NAME, join.name, 0, 0, 0);
    struct iovec pieces[2] = {{&hello, sizeof hello}, {&join, sizeof join}};
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2};
    long sent;
    do
        sent = syscall(SYS_sendmsg, fd, &msg, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == sizeof hello + sizeof join;
}

/* The descriptor of the page, or -1. */
static int passed_descriptor(struct msghdr* msg) {
    int fd = -1;
    for (struct cmsghdr* control = CMSG_FIRSTHDR(msg); control; control = CMSG_NXTHDR(msg, control))
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(control), sizeof fd);
    return fd;
}

static bool take_welcome(int fd, struct mlosim_time_facts* facts) {
    struct mlosim_welcome welcome;
    struct iovec pieces[2] = {{&welcome, sizeof welcome}, {facts, sizeof *facts}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
    long got;
    do
        got = syscall(SYS_recvmsg, fd, &msg, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    int page_fd = got > 0 ? passed_descriptor(&msg) : -1;
    bool good = got == sizeof welcome + sizeof *facts && welcome.magic == MLOSIM_WIRE_MAGIC && welcome.error == 0;
    if (good && !page && page_fd >= 0) {
        void* mapped = mmap(NULL, sizeof *page, PROT_READ, MAP_SHARED, page_fd, 0);
        if (mapped != MAP_FAILED) page = mapped;
    }
    if (page_fd >= 0) syscall(SYS_close, page_fd);
    return good && page && page->magic == MLOSIM_TIME_PAGE_MAGIC;
}

int time_connect(enum mlosim_join_kind kind, struct mlosim_time_facts* facts) {
    int saved = errno;
    int fd = open_connection();
    if (fd >= 0 && (!greet(fd, kind) || !take_welcome(fd, facts))) {
        syscall(SYS_close, fd);
        fd = -1;
    }
    if (fd >= 0) fd = move_up(fd);
    errno = saved;
    return fd;
}

static void set_state(int state) {
    __atomic_store_n(&time_state, state, __ATOMIC_RELEASE);
}

int time_decide(void) {
    if (!shim_enabled()) {
        set_state(TIME_REAL);
        return TIME_REAL;
    }
    int undecided = TIME_UNDECIDED;
    if (!__atomic_compare_exchange_n(&time_state, &undecided, TIME_JOINING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return undecided;
    struct mlosim_time_facts facts;
    int fd = time_connect(MLOSIM_JOIN_PROGRAM, &facts);
    if (fd < 0) {
        set_state(TIME_REAL);
        return TIME_REAL;
    }
    if (facts.flags & MLOSIM_TIME_ENTROPY) addresses_settle();
    set_state(TIME_VIRTUAL);
    time_adopt(fd, &facts, false);
    threads_join_main();
    processes_start();
    return TIME_VIRTUAL;
}

void time_start(void) {
    if (__atomic_load_n(&time_state, __ATOMIC_RELAXED) == TIME_UNDECIDED) time_decide();
}

int64_t time_now(void) {
    if (__builtin_expect(left_behind != 0, 0)) {
        struct timespec machine;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &machine);
        return time_of_spec(&machine) + left_behind;
    }
    return __atomic_load_n(&page->now_ns, __ATOMIC_RELAXED);
}

int64_t time_realtime_offset(void) {
    return __atomic_load_n(&page->realtime_offset_ns, __ATOMIC_RELAXED);
}

bool time_has_entropy(void) {
    return time_is_virtual() && (own_facts.flags & MLOSIM_TIME_ENTROPY);
}

void time_copy_key(uint8_t key[32]) {
    memcpy(key, own_facts.key, sizeof own_facts.key);
}

int32_t time_virtual_pid(void) {
    return time_is_virtual() ? own_facts.virtual_pid : (int32_t)syscall(SYS_getpid);
}

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
    if (time_self.signals < 0) time_self.signals = move_up((int)fd);
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

static void daemon_has_ended(void) {
    struct timespec machine;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &machine);
    left_behind = time_now() - time_of_spec(&machine);
    if (left_behind == 0) left_behind = 1;
    /* Threads that wait find out by themselves; clocks go on from where they are. */
    time_self.has_turn = false;
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

/* Until the turn comes. False: the daemon has ended. */
static bool await_turn(struct time_wait* wait, uint64_t mask, struct outside* seen) {
    bool asked = false;
    wait->fds[0] = (struct pollfd){.fd = time_self.fd, .events = POLLIN};
    wait->fds[1] = (struct pollfd){.fd = time_self.signals, .events = POLLIN};
    *seen = (struct outside){false, false, false};
    struct timespec recheck = {wait->recheck_ms / 1000, wait->recheck_ms % 1000 * 1000000L};
    for (;;) {
        struct timespec limit = asked ? patience : recheck;
        bool limited = asked ? seen->signals : wait->recheck_ms > 0;
        size_t watched = asked ? 1 : 2 + wait->count;
        long ready = syscall(SYS_ppoll, wait->fds, watched, limited ? &limit : NULL, NULL, 0);
        if (ready < 0) continue;
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
        long ready = syscall(SYS_ppoll, wait->fds + 2, wait->count, &slice, &mask, sizeof mask);
        if (ready < 0 && errno == EINTR && !wait->ignore_signals) return TIME_WAKE_SIGNAL;
        timers_fire();
        if (wait->look && wait->look(wait->context)) return TIME_WAKE_FOUND;
    }
}

static void notice_cancel(const struct time_wait* wait, uint64_t mask) {
    if (!time_self.cancelled) return;
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
    uint32_t ran = 1;
    for (;;) {
        struct outside seen;
        int64_t timers = timers_next();
        int64_t deadline = timers < wait->deadline ? timers : wait->deadline;
        time_self.has_turn = false;
        if (left_behind || !say(MLOSIM_TIME_IDLE, ran, deadline) || !await_turn(wait, mask, &seen)) {
            if (!left_behind) daemon_has_ended();
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
        if (wait->look && (seen.descriptors || wait->count == 0 || wait->look_always) && wait->look(wait->context))
            return TIME_WAKE_FOUND;
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
    uint64_t own_mask = set_mask(can_wait());
    uint64_t mask = wait->mask ? *wait->mask : own_mask;
    watch_signals(~mask | wait->also);
    enum time_wake wake = idle(wait, mask, own_mask);
    set_mask(own_mask);
    errno = saved;
    return wake;
}

void time_idle_until(int64_t deadline) {
    struct time_wait wait = {.deadline = deadline, .ignore_signals = true};
    time_idle(&wait);
}

void time_creep(unsigned weight) {
    enum { looks_in_a_turn = 1000, step_ns = 1000000 };
    if (!time_self.has_turn || time_self.busy) return;
    time_self.looks += weight;
    if (time_self.looks < looks_in_a_turn) return;
    time_self.looks = 0;
    time_idle_until(time_now() + step_ns);
}

void time_adopt(int fd, const struct mlosim_time_facts* facts, bool child) {
    uint64_t mask = set_mask(can_wait());
    own_facts = *facts;
    time_self = (struct time_self){.fd = fd, .signals = time_self.signals, .watched = time_self.watched};
    time_self.number = facts->participant;
    struct pollfd only[2];
    struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER, .fds = only};
    struct outside seen;
    bool good = !child || say(MLOSIM_TIME_ADOPT, 0, syscall(SYS_getpid));
    watch_signals(~mask);
    good = good && say(MLOSIM_TIME_IDLE, 0, time_now()) && await_turn(&wait, mask, &seen);
    if (!good) daemon_has_ended();
    time_self.has_turn = true;
    set_mask(mask);
}

void time_leave(bool process) {
    if (!time_self.has_turn) return;
    int saved = errno;
    set_mask(can_wait());
    if (process) {
        /* Closed by the kernel: what comes after is still in this turn. */
        if (!left_behind) say(MLOSIM_TIME_LEAVE, 0, 1);
        errno = saved;
        return;
    }
    if (!left_behind) say(MLOSIM_TIME_LEAVE, 0, 0);
    time_self.has_turn = false;
    close_own(time_self.fd);
    close_own(time_self.signals);
    time_self.fd = time_self.signals = -1;
    errno = saved;
}

void time_expect(int32_t pid) {
    int saved = errno;
    if (time_takes_part() && !left_behind) say(MLOSIM_TIME_EXPECT, 0, pid);
    errno = saved;
}

void time_sync(void) {
    if (!time_takes_part() || left_behind) return;
    int saved = errno;
    uint64_t mask = set_mask(can_wait());
    if (!say(MLOSIM_TIME_SYNC, 0, 0) || !hear(MLOSIM_TIME_SYNCED)) daemon_has_ended();
    time_self.has_turn = true;
    set_mask(mask);
    errno = saved;
}

/* In a forked child: what is the parent's is closed. (A signalfd that is shared has one set of signals for both.) */
void time_forget_parent(void) {
    for (int fd = 0; fd < OWN_MAX; fd++) {
        if (owned[fd / 8] == 0)
            fd |= 7;
        else if ((owned[fd / 8] >> (fd % 8)) & 1)
            close_own(fd);
    }
    time_self = (struct time_self){.fd = -1, .signals = -1};
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
