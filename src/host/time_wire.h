/*
 * How programs take part in virtual time: what threads under the shim and the daemon say to each other over connections
 * of role TIME (host/wire.h). Plain C, shared by both sides.
 *
 * Every thread of a program is a participant with a connection of its own. At any moment at most one of them runs: it
 * has the turn. It gives the turn back when it has nothing to do (IDLE), and says until when. The daemon then gives the
 * turn to the next one, in the order in which they joined. Whoever gets a turn looks at what it waits for: its
 * descriptors (polled once more, with a time-out of zero), its deadline, a lock, a signal. If there is nothing it says
 * IDLE at once; otherwise it goes on with its program. Who sleeps in poll() on all that it waits for needs not be
 * asked. Only when everyone in a row had nothing to do does time move on: to the next event of the world or to the
 * earliest deadline. So the order of all that programs do is fixed, and repeats.
 *
 *   program                                daemon
 *   (connects) hello, join
 *                                          welcome, facts + descriptor of the page     or an errno
 *   IDLE deadline, ran 0                                   joined: waits for its first turn
 *                                          TURN
 *   ... runs ... SYNC                                      after each send to the daemon: has it been handled?
 *                                          SYNCED
 *   ... runs ... IDLE deadline, ran 1
 *   WANT                                                   a descriptor became ready, or a signal came, between turns
 *
 * Welcome's error is ENOTSUP in a world whose clock is real: then the program stays in real time. Closing the
 * connection ends participation. A process that closes its last one without LEAVE and still lives has called exec():
 * the daemon waits for it to join again, and for a while only, as it may have become a program that no shim can be put
 * in front of.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum mlosim_join_kind {
    MLOSIM_JOIN_PROGRAM = 1, /* a program has begun (or begun anew, after exec) */
    MLOSIM_JOIN_THREAD = 2,  /* for a thread that the sender, who has the turn, is about to start */
    MLOSIM_JOIN_CHILD = 3, /* for a process that the sender, who has the turn, is about to fork; it says ADOPT first */
};

/* Follows the hello in one packet. */
struct mlosim_join {
    uint32_t kind;
    int32_t thread; /* gettid() of the sender */
    char name[16];  /* of the program, as /proc/PID/comm; NUL-terminated */
};

enum mlosim_time_flags {
    MLOSIM_TIME_ENTROPY = 1, /* random numbers come from the key below */
};

/* Follows the welcome in one packet. The page's descriptor comes with it (SCM_RIGHTS). */
struct mlosim_time_facts {
    uint32_t participant; /* number of this thread, from 1 in the order of joining */
    uint32_t flags;       /* enum mlosim_time_flags */
    int32_t virtual_pid;  /* the same in each run; a process keeps it over exec */
    uint32_t reserved;
    uint8_t key[32]; /* of this process, for its random numbers */
};

#define MLOSIM_TIME_PAGE_MAGIC 0x6d4c5431u /* "mLT1" */

/* The page that all participants map, read-only. Written by the daemon while nobody has the turn. */
struct mlosim_time_page {
    uint32_t magic;
    uint32_t reserved;
    int64_t now_ns;             /* CLOCK_MONOTONIC and CLOCK_BOOTTIME; more than zero at the beginning of the world */
    int64_t realtime_offset_ns; /* what CLOCK_REALTIME is ahead of that */
};

#define MLOSIM_TIME_NEVER INT64_MAX

enum mlosim_time_kind {
    /* From the program. */
    MLOSIM_TIME_IDLE = 1,   /* value: deadline as in the page's now_ns, or MLOSIM_TIME_NEVER; ran: mlosim_idle */
    MLOSIM_TIME_WANT = 2,   /* outside of a turn: please give me one */
    MLOSIM_TIME_SYNC = 3,   /* handle all that this process has sent so far, then answer */
    MLOSIM_TIME_EXPECT = 4, /* value: pid of a process that was started (posix_spawn) and will join by itself */
    MLOSIM_TIME_ADOPT = 5,  /* value: pid of the forked child whose connection this is now */
    MLOSIM_TIME_LEAVE = 6,  /* this thread ends, or this process does */
    /* From the daemon. */
    MLOSIM_TIME_TURN = 16,
    MLOSIM_TIME_SYNCED = 17,
};

enum mlosim_idle {
    MLOSIM_IDLE_RAN = 1,   /* the program did anything in its turn */
    MLOSIM_IDLE_LOOKS = 2, /* what it waits for does not wake it: ask it whenever somebody else has run */
};

struct mlosim_time_message {
    uint32_t kind;
    uint32_t ran; /* of IDLE: enum mlosim_idle */
    int64_t value;
};

#ifdef __cplusplus
} /* extern "C" */

static_assert(sizeof(mlosim_join) == 24 && sizeof(mlosim_time_facts) == 48);
static_assert(sizeof(mlosim_time_page) == 24 && sizeof(mlosim_time_message) == 16);
#endif
