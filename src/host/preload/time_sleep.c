/* Sleeping, and waiting for signals. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "host/preload/turns.h"

/* True: slept to the end. */
static bool sleep_until(int64_t deadline) {
    if (deadline <= time_now()) time_creep(10);
    struct time_wait wait = {.deadline = deadline};
    return time_idle(&wait) == TIME_WAKE_DEADLINE;
}

static int64_t left_until(int64_t deadline) {
    int64_t now = time_now();
    return deadline > now ? deadline - now : 0;
}

/* 0 or an errno. */
static int sleep_for(const struct timespec* length, struct timespec* left) {
    if (!time_spec_valid(length)) return EINVAL;
    int64_t deadline = time_after(time_now(), time_of_spec(length));
    if (sleep_until(deadline)) return 0;
    if (left) *left = time_to_spec(left_until(deadline));
    return EINTR;
}

EXPORT int nanosleep(const struct timespec* length, struct timespec* left) {
    if (!time_takes_part()) return REAL(nanosleep)(length, left);
    int error = sleep_for(length, left);
    if (error) FAIL(error);
    return 0;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec* when, struct timespec* left) {
    int64_t deadline;
    if (!time_takes_part() || clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_MONOTONIC_RAW ||
        clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME_COARSE || !time_of_clock(clock, 0, &deadline))
        return REAL(clock_nanosleep)(clock, flags, when, left); /* which says why not */
    if (!(flags & TIMER_ABSTIME)) return sleep_for(when, left);
    if (!time_spec_valid(when)) return EINVAL;
    (void)time_of_clock(clock, time_of_spec(when), &deadline);
    return sleep_until(deadline) ? 0 : EINTR;
}

EXPORT int usleep(useconds_t length) {
    if (!time_takes_part()) return REAL(usleep)(length);
    struct timespec spec = {length / 1000000, (long)(length % 1000000) * 1000};
    return nanosleep(&spec, NULL);
}

EXPORT unsigned sleep(unsigned length) {
    if (!time_takes_part()) return REAL(sleep)(length);
    struct timespec left = {0, 0};
    if (sleep_for(&(struct timespec){length, 0}, &left) == 0) return 0;
    return (unsigned)left.tv_sec + (left.tv_nsec >= 500000000);
}

EXPORT int thrd_sleep(const struct timespec* length, struct timespec* left) {
    if (!time_takes_part()) {
        int (*real_sleep)(const struct timespec*, struct timespec*) = REAL(nanosleep);
        return real_sleep(length, left) == 0 ? 0 : errno == EINTR ? -1 : -2;
    }
    int error = sleep_for(length, left);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

/* Everybody else first. */
static void yield(void) {
    time_creep(10);
    time_idle_until(time_now());
}

EXPORT int sched_yield(void) {
    if (!time_takes_part()) return REAL(sched_yield)();
    yield();
    return 0;
}
EXPORT int pthread_yield(void) {
    return sched_yield();
}
EXPORT void thrd_yield(void) {
    (void)sched_yield();
}

/* ---- signals ---- */

EXPORT int pause(void) {
    if (!time_takes_part()) return REAL(pause)();
    struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER};
    while (time_idle(&wait) != TIME_WAKE_SIGNAL)
        ;
    FAIL(EINTR);
}

EXPORT int sigsuspend(const sigset_t* set) {
    if (!time_takes_part()) return REAL(sigsuspend)(set);
    uint64_t mask;
    memcpy(&mask, set, sizeof mask);
    /* What waits already comes first. */
    struct timespec none = {0, 0};
    if (syscall(SYS_ppoll, NULL, 0, &none, &mask, sizeof mask) < 0) FAIL(EINTR);
    struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER, .mask = &mask};
    while (time_idle(&wait) != TIME_WAKE_SIGNAL)
        ;
    FAIL(EINTR);
}

struct sigwait_state {
    uint64_t set;
    siginfo_t info;
    int signal;
};

static bool take_signal(void* context) {
    struct sigwait_state* state = context;
    struct timespec none = {0, 0};
    state->signal = (int)syscall(SYS_rt_sigtimedwait, &state->set, &state->info, &none, sizeof state->set);
    return state->signal > 0;
}

static int wait_for_signal(const sigset_t* set, siginfo_t* info, int64_t deadline) {
    struct sigwait_state state;
    memcpy(&state.set, set, sizeof state.set);
    enum time_wake wake = TIME_WAKE_FOUND;
    if (!take_signal(&state)) {
        struct time_wait wait = {.deadline = deadline, .look = take_signal, .context = &state, .also = state.set};
        wake = time_idle(&wait);
    }
    if (wake != TIME_WAKE_FOUND) FAIL(wake == TIME_WAKE_SIGNAL ? EINTR : EAGAIN);
    if (info) *info = state.info;
    return state.signal;
}

EXPORT int sigtimedwait(const sigset_t* restrict set, siginfo_t* restrict info, const struct timespec* restrict limit) {
    if (!time_takes_part()) return REAL(sigtimedwait)(set, info, limit);
    if (limit && !time_spec_valid(limit)) FAIL(EINVAL);
    return wait_for_signal(set, info, limit ? time_after(time_now(), time_of_spec(limit)) : MLOSIM_TIME_NEVER);
}

EXPORT int sigwaitinfo(const sigset_t* restrict set, siginfo_t* restrict info) {
    if (!time_takes_part()) return REAL(sigwaitinfo)(set, info);
    return wait_for_signal(set, info, MLOSIM_TIME_NEVER);
}

EXPORT int sigwait(const sigset_t* restrict set, int* restrict signal) {
    if (!time_takes_part()) return REAL(sigwait)(set, signal);
    int saved = errno, got;
    while ((got = wait_for_signal(set, NULL, MLOSIM_TIME_NEVER)) < 0 && errno == EINTR)
        ;
    int error = got < 0 ? errno : 0;
    errno = saved;
    if (got > 0) *signal = got;
    return error;
}
