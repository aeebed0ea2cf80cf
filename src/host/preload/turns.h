/*
 * Virtual time inside a program (host/time_wire.h). Each thread has a connection to the daemon and runs only while it
 * has the turn; whatever would block gives the turn back instead.
 *
 * As only one thread of all that take part runs at a time, what is kept here (conditions, timers) needs no locks.
 */
#pragma once

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host/preload/shim.h"
#include "host/time_wire.h"

/* ---- the C library's own functions, looked up at their first use ---- */

void* real_address(void** slot, const char* name);
/* NULL where the C library is too old. */
void* real_optional(const char* name);
#define REAL(name)                                                       \
    ({                                                                   \
        static void* slot;                                               \
        void* found = __atomic_load_n(&slot, __ATOMIC_RELAXED);          \
        (__typeof__(name)*)(found ? found : real_address(&slot, #name)); \
    })

/* ---- time_join.c, time_turns.c ---- */

enum { TIME_UNDECIDED, TIME_REAL, TIME_JOINING, TIME_VIRTUAL };
extern int time_state;

/* One thread's part. */
struct time_self {
    int fd;           /* its connection; -1: it takes no part */
    int signals;      /* tells of signals that wait while they are blocked; -1: not made yet */
    uint64_t watched; /* by `signals` */
    unsigned looks;   /* at the clock, and others that did not wait, in this turn */
    size_t wrote;     /* octets, to others, at `wrote_at` */
    int64_t wrote_at;
    bool has_turn;
    bool owes_turn; /* has woken a thread, which goes on as soon as the lock is free */
    bool alone;     /* the daemon has ended */
    bool cancelled; /* pthread_cancel() has been called for it */
};
extern __thread struct time_self time_self;

/* Decides at the first call. */
int time_decide(void);
static inline bool time_is_virtual(void) {
    int state = __atomic_load_n(&time_state, __ATOMIC_RELAXED);
    if (__builtin_expect(state == TIME_REAL, 1)) return false;
    if (state == TIME_UNDECIDED) state = time_decide();
    return state == TIME_VIRTUAL;
}
/* The calling thread takes part and has the turn: it must not block. */
static inline bool time_takes_part(void) {
    return time_is_virtual() && time_self.has_turn;
}

/* Keeps a descriptor of ours where programs do not look; its new number. */
int time_keep(int fd);
void time_close(int fd);
void time_note_facts(const struct mlosim_time_facts* facts);
/* What the clocks are ahead of the machine's since the daemon has ended; 0: it has not. */
extern int64_t time_left_behind;

/* Called when the library is loaded. */
void time_start(void);
int64_t time_now(void);
int64_t time_realtime_offset(void);
bool time_has_entropy(void);
void time_copy_key(uint8_t key[32]);
/* What getpid() is on the wire. */
int32_t time_virtual_pid(void);

/* All that this process has sent to the daemon has been handled when it returns. Nothing in real time. */
void time_sync(void);
/* Descriptors of ours, which the program must not close. */
bool time_owns(int fd);
void time_own(int fd);
void time_disown(int fd);

/* What a thread waits for. */
struct time_wait {
    int64_t deadline;
    /* The first two are this function's own; what the program waits for follows. */
    struct pollfd* fds;
    size_t count;         /* of what follows */
    const uint64_t* mask; /* of signals during the wait; NULL: the thread's own */
    uint64_t also;        /* signals to be told of though they are blocked */
    /* With the turn: is it there? Asked when one of the descriptors is ready or, if there are none,
     * in each turn. NULL: only the deadline and signals count. */
    bool (*look)(void* context);
    void* context;
    void (*on_cancel)(void* context); /* before a cancelled thread ends here */
    bool uncancellable;               /* pthread_cancel() waits for another call */
    bool ignore_signals;              /* handlers run, but the wait goes on */
    int recheck_ms;                   /* of real time, for what nobody tells us of; 0: never */
    bool restart;                     /* out: all handlers that ran had SA_RESTART */
};
enum time_wake { TIME_WAKE_FOUND, TIME_WAKE_DEADLINE, TIME_WAKE_SIGNAL };

/* Gives the turn back until there is something. Only for who has it; has it again on return. Keeps errno. */
enum time_wake time_idle(struct time_wait* wait);
/* Until then and no longer. */
void time_idle_until(int64_t deadline);
/* Something was asked that does not wait: a program that does nothing else still gets forward, by one virtual
 * millisecond for each thousand times. */
void time_creep(unsigned weight);

/* Connections of threads and children, made by who has the turn. -1: there is none. */
int time_connect(enum mlosim_join_kind kind, struct mlosim_time_facts* facts);
/* The calling thread takes part over this connection from its next turn on, which it waits for. */
void time_adopt(int fd, const struct mlosim_time_facts* facts, bool child);
/* `process`: all of it ends, else this thread. */
void time_leave(bool process);
void time_expect(int32_t pid);
void time_forget_parent(void);

/* Room for descriptors that are waited for. */
struct poll_room {
    struct pollfd few[34];
    struct pollfd* fds;
    size_t mapped;
};
bool poll_room_open(struct poll_room* room, size_t count);
void poll_room_close(struct poll_room* room);

/* ---- time_clock.c ---- */

/* What a time of that clock is on the page's; false: no such clock to wait by. */
bool time_of_clock(clockid_t clock, int64_t value, int64_t* out);
static inline int64_t time_of_spec(const struct timespec* spec) {
    if (spec->tv_sec > INT64_MAX / 1000000000 - 2) return MLOSIM_TIME_NEVER;
    return (int64_t)spec->tv_sec * 1000000000 + spec->tv_nsec;
}
static inline struct timespec time_to_spec(int64_t ns) {
    if (ns < 0) ns = 0;
    return (struct timespec){ns / 1000000000, ns % 1000000000};
}
static inline bool time_spec_valid(const struct timespec* spec) {
    return spec->tv_sec >= 0 && spec->tv_nsec >= 0 && spec->tv_nsec < 1000000000;
}
/* Sum without overflow. */
static inline int64_t time_after(int64_t start, int64_t length) {
    return length >= MLOSIM_TIME_NEVER - start ? MLOSIM_TIME_NEVER : start + length;
}

/* ---- time_timers.c ---- */

/* The next thing that this process's timers do. */
int64_t timers_next(void);
/* Does what is due: true if there was anything. */
bool timers_fire(void);
void timers_copy(int from, int to);
void timers_forget(int fd);
void timers_forget_range(unsigned first, unsigned last);
void timers_forked(void);

/* ---- time_io.c ---- */

/* Before a call that waits for `events` on a descriptor: waits in virtual time if the call would. 0: go on; -1 and
 * errno. `option`: SO_RCVTIMEO or SO_SNDTIMEO, 0 for what is no socket. */
int time_await(int fd, short events, int option, int flags);
bool descriptor_blocks(int fd);

/* ---- time_addresses.c ---- */

/* Does not return if the program has to begin anew. */
void addresses_settle(void);

/* ---- time_threads.c ---- */

void conds_forget(void);
void locks_forget(void);
void threads_start(void);
void threads_join_main(void);

/* ---- time_processes.c ---- */

void processes_start(void);

/* ---- time_entropy.c ---- */

bool entropy_wanted(void);
void entropy_fill(void* out, size_t size);
void entropy_renew(void);
bool entropy_is(int fd);
void entropy_copy(int from, int to);
void entropy_forget(int fd);
/* A descriptor for a path of random numbers; -2: it is none. */
int entropy_open(const char* path, int flags);
FILE* entropy_fopen(const char* path);
