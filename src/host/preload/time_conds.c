/* Condition variables. Their waiters stand in one line for the whole process, in the order in which they came. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include "host/preload/turns.h"

struct waiter {
    const void* cond;
    bool woken;
    struct waiter* next;
};
static struct waiter* first;

static void leave_line(struct waiter* waiter) {
    for (struct waiter** at = &first; *at; at = &(*at)->next) {
        if (*at != waiter) continue;
        *at = waiter->next;
        return;
    }
}

/* After fork() only one thread is left, and it does not wait. */
void conds_forget(void) {
    first = NULL;
}

struct waiting {
    struct waiter waiter;
    pthread_mutex_t* mutex;
};

static bool is_woken(void* context) {
    const struct waiting* waiting = context;
    return waiting->waiter.woken;
}

/* Of a thread that is cancelled while it waits. */
static void clean_up(void* context) {
    struct waiting* waiting = context;
    leave_line(&waiting->waiter);
    pthread_mutex_lock(waiting->mutex);
}

/* As glibc keeps them since 2.25: bit 0, shared between processes; bit 1, the clock is the monotonic one. */
static bool is_shared(const pthread_cond_t* cond) {
    return (cond->__data.__wrefs & 1) != 0;
}
static clockid_t clock_of(const pthread_cond_t* cond) {
    return cond->__data.__wrefs & 2 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static int wait_in_line(pthread_cond_t* cond, pthread_mutex_t* mutex, int64_t deadline) {
    REAL(pthread_testcancel)();
    struct waiting waiting = {{.cond = cond}, mutex};
    struct waiter** end = &first;
    while (*end)
        end = &(*end)->next;
    *end = &waiting.waiter;
    int error = REAL(pthread_mutex_unlock)(mutex);
    if (error) {
        leave_line(&waiting.waiter);
        return error;
    }
    struct time_wait wait = {
        .deadline = deadline, .look = is_woken, .context = &waiting, .ignore_signals = true, .on_cancel = clean_up};
    /* A waiter of another process is not in the line: look again soon; to wake for no reason is allowed. */
    int64_t soon = is_shared(cond) ? time_after(time_now(), 1000000) : MLOSIM_TIME_NEVER;
    if (soon < deadline) wait.deadline = soon;
    enum time_wake wake = time_idle(&wait);
    leave_line(&waiting.waiter);
    error = pthread_mutex_lock(mutex);
    if (error) return error;
    return wake == TIME_WAKE_DEADLINE && wait.deadline == deadline ? ETIMEDOUT : 0;
}

static int wake_up(const pthread_cond_t* cond, bool all) {
    for (struct waiter* waiter = first; waiter; waiter = waiter->next) {
        if (waiter->cond != cond || waiter->woken) continue;
        waiter->woken = true;
        time_self.owes_turn = true;
        if (!all) break;
    }
    return 0;
}

EXPORT int pthread_cond_wait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex) {
    if (!time_takes_part()) return REAL(pthread_cond_wait)(cond, mutex);
    return wait_in_line(cond, mutex, MLOSIM_TIME_NEVER);
}

static int wait_by_clock(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until) {
    int64_t deadline;
    if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000) return EINVAL;
    if (!time_of_clock(clock, until->tv_sec < 0 ? 0 : time_of_spec(until), &deadline)) return EINVAL;
    return wait_in_line(cond, mutex, deadline);
}

EXPORT int pthread_cond_timedwait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex,
                                  const struct timespec* restrict until) {
    if (!time_takes_part()) return REAL(pthread_cond_timedwait)(cond, mutex, until);
    return wait_by_clock(cond, mutex, clock_of(cond), until);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex, clockid_t clock,
                                  const struct timespec* restrict until) {
    if (!time_takes_part()) return REAL(pthread_cond_clockwait)(cond, mutex, clock, until);
    return wait_by_clock(cond, mutex, clock, until);
}

/* Threads that take no part wait in libc. */
EXPORT int pthread_cond_signal(pthread_cond_t* cond) {
    if (time_takes_part()) wake_up(cond, false);
    return REAL(pthread_cond_signal)(cond);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t* cond) {
    if (time_takes_part()) wake_up(cond, true);
    return REAL(pthread_cond_broadcast)(cond);
}

/* ---- the names of C11; the types are the same behind them ---- */

static int c11_result(int error) {
    switch (error) {
        case 0:
            return thrd_success;
        case EBUSY:
            return thrd_busy;
        case ENOMEM:
            return thrd_nomem;
        case ETIMEDOUT:
            return thrd_timedout;
        default:
            return thrd_error;
    }
}

EXPORT int cnd_wait(cnd_t* cond, mtx_t* mutex) {
    return c11_result(pthread_cond_wait((pthread_cond_t*)cond, (pthread_mutex_t*)mutex));
}
EXPORT int cnd_timedwait(cnd_t* restrict cond, mtx_t* restrict mutex, const struct timespec* restrict until) {
    return c11_result(pthread_cond_timedwait((pthread_cond_t*)cond, (pthread_mutex_t*)mutex, until));
}
EXPORT int cnd_signal(cnd_t* cond) {
    return c11_result(pthread_cond_signal((pthread_cond_t*)cond));
}
EXPORT int cnd_broadcast(cnd_t* cond) {
    return c11_result(pthread_cond_broadcast((pthread_cond_t*)cond));
}
EXPORT int mtx_lock(mtx_t* mutex) {
    return c11_result(pthread_mutex_lock((pthread_mutex_t*)mutex));
}
EXPORT int mtx_unlock(mtx_t* mutex) {
    return c11_result(pthread_mutex_unlock((pthread_mutex_t*)mutex));
}
EXPORT int mtx_timedlock(mtx_t* restrict mutex, const struct timespec* restrict until) {
    return c11_result(pthread_mutex_timedlock((pthread_mutex_t*)mutex, until));
}
