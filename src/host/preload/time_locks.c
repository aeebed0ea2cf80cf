/*
 * Mutexes, read-write locks, semaphores, barriers, once. A thread tries; what it cannot have now it looks for again in
 * each of its turns. Who comes first is decided by the order of turns, so it is the same in each run.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "host/preload/turns.h"

/* Something that is tried until it does not say EBUSY. */
struct attempt {
    int (*function)(void*);
    void* object;
    int error;
    struct attempt* next;
};

/* Those that wait. */
static struct attempt* waiting;

void locks_forget(void) {
    waiting = NULL;
}

static void stop_waiting(void* context) {
    const struct attempt* attempt = context;
    for (struct attempt** at = &waiting; *at; at = &(*at)->next) {
        if (*at != attempt) continue;
        *at = attempt->next;
        return;
    }
}

/* Where threads run side by side, one that waits has a chance each time that the lock is free; a thread that takes it
 * again and again, and never waits, must leave others that chance. So who frees what is waited for, or has woken a
 * thread, lets the others have their turns. */
static void give_chance(const void* object) {
    if (!time_takes_part()) return;
    bool wanted = time_self.owes_turn;
    for (const struct attempt* attempt = waiting; attempt && !wanted; attempt = attempt->next)
        wanted = attempt->object == object;
    if (!wanted) return;
    time_self.owes_turn = false;
    time_idle_until(time_now());
}

static bool try_again(void* context) {
    struct attempt* attempt = context;
    attempt->error = attempt->function(attempt->object);
    return attempt->error != EBUSY;
}

static int idle_for(struct attempt* attempt, int64_t deadline) {
    struct time_wait wait = {
        .deadline = deadline, .look = try_again, .context = attempt, .ignore_signals = true, .uncancellable = true};
    attempt->next = waiting;
    waiting = attempt;
    enum time_wake wake = time_idle(&wait);
    stop_waiting(attempt);
    return wake == TIME_WAKE_FOUND ? attempt->error : ETIMEDOUT;
}

static int have(int (*function)(void*), void* object, int64_t deadline) {
    struct attempt attempt = {.function = function, .object = object};
    if (try_again(&attempt)) return attempt.error;
    return idle_for(&attempt, deadline);
}

/* 0 or EINVAL. */
static int deadline_of(clockid_t clock, const struct timespec* until, int64_t* out) {
    if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000) return EINVAL;
    return time_of_clock(clock, until->tv_sec < 0 ? 0 : time_of_spec(until), out) ? 0 : EINVAL;
}

/* Tries first, even where the deadline is none. */
static int have_until(int (*function)(void*), void* object, clockid_t clock, const struct timespec* until) {
    struct attempt attempt = {.function = function, .object = object};
    if (try_again(&attempt)) return attempt.error;
    int64_t deadline;
    int error = deadline_of(clock, until, &deadline);
    return error ? error : idle_for(&attempt, deadline);
}

/* ---- mutexes ---- */

static int try_mutex(void* mutex) {
    return REAL(pthread_mutex_trylock)((pthread_mutex_t*)mutex);
}

/* One that its owner locks again: libc says so at once, where trying says that it is busy. */
static bool is_own_checked(const pthread_mutex_t* mutex) {
    return (mutex->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK && mutex->__data.__owner == (int)syscall(SYS_gettid);
}

EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) {
    if (!time_takes_part() || is_own_checked(mutex)) return REAL(pthread_mutex_lock)(mutex);
    return have(try_mutex, mutex, MLOSIM_TIME_NEVER);
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t* restrict mutex, const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_checked(mutex)) return REAL(pthread_mutex_timedlock)(mutex, until);
    return have_until(try_mutex, (void*)mutex, CLOCK_REALTIME, until);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t* restrict mutex, clockid_t clock,
                                   const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_checked(mutex)) return REAL(pthread_mutex_clocklock)(mutex, clock, until);
    return have_until(try_mutex, (void*)mutex, clock, until);
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) {
    int error = REAL(pthread_mutex_unlock)(mutex);
    give_chance(mutex);
    return error;
}

static int try_spin(void* lock) {
    return REAL(pthread_spin_trylock)((pthread_spinlock_t*)lock);
}

EXPORT int pthread_spin_lock(pthread_spinlock_t* lock) {
    if (!time_takes_part()) return REAL(pthread_spin_lock)(lock);
    return have(try_spin, (void*)lock, MLOSIM_TIME_NEVER);
}

/* ---- read-write locks ---- */

static int try_read(void* lock) {
    return REAL(pthread_rwlock_tryrdlock)((pthread_rwlock_t*)lock);
}
static int try_write(void* lock) {
    return REAL(pthread_rwlock_trywrlock)((pthread_rwlock_t*)lock);
}

static bool is_own_write(const pthread_rwlock_t* lock) {
    return lock->__data.__cur_writer == (int)syscall(SYS_gettid);
}

EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_rdlock)(lock);
    return have(try_read, lock, MLOSIM_TIME_NEVER);
}
EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_wrlock)(lock);
    return have(try_write, lock, MLOSIM_TIME_NEVER);
}
EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t* restrict lock, const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_timedrdlock)(lock, until);
    return have_until(try_read, lock, CLOCK_REALTIME, until);
}
EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t* restrict lock, const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_timedwrlock)(lock, until);
    return have_until(try_write, lock, CLOCK_REALTIME, until);
}
EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t* restrict lock, clockid_t clock,
                                      const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_clockrdlock)(lock, clock, until);
    return have_until(try_read, lock, clock, until);
}
EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t* restrict lock, clockid_t clock,
                                      const struct timespec* restrict until) {
    if (!time_takes_part() || is_own_write(lock)) return REAL(pthread_rwlock_clockwrlock)(lock, clock, until);
    return have_until(try_write, lock, clock, until);
}

EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
    int error = REAL(pthread_rwlock_unlock)(lock);
    give_chance(lock);
    return error;
}

/* ---- semaphores ---- */

static int try_semaphore(void* semaphore) {
    int saved = errno;
    if (REAL(sem_trywait)((sem_t*)semaphore) == 0) return 0;
    int error = errno;
    errno = saved;
    return error == EAGAIN ? EBUSY : error;
}

static int wait_semaphore(sem_t* semaphore, clockid_t clock, const struct timespec* until) {
    struct attempt attempt = {.function = try_semaphore, .object = semaphore};
    int64_t deadline = MLOSIM_TIME_NEVER;
    if (!try_again(&attempt)) {
        if (until && deadline_of(clock, until, &deadline)) FAIL(EINVAL);
        for (;;) {
            /* It may be shared with a program that takes no part. */
            struct time_wait wait = {.deadline = deadline,
                                     .look = try_again,
                                     .context = &attempt,
                                     .recheck_ms = 100,
                                     .on_cancel = stop_waiting};
            attempt.next = waiting;
            waiting = &attempt;
            enum time_wake wake = time_idle(&wait);
            stop_waiting(&attempt);
            if (wake == TIME_WAKE_DEADLINE) FAIL(ETIMEDOUT);
            if (wake == TIME_WAKE_FOUND) break;
            if (!wait.restart) FAIL(EINTR);
        }
    }
    if (attempt.error) FAIL(attempt.error);
    return 0;
}

EXPORT int sem_wait(sem_t* semaphore) {
    if (!time_takes_part()) return REAL(sem_wait)(semaphore);
    return wait_semaphore(semaphore, CLOCK_REALTIME, NULL);
}
EXPORT int sem_timedwait(sem_t* restrict semaphore, const struct timespec* restrict until) {
    if (!time_takes_part()) return REAL(sem_timedwait)(semaphore, until);
    return wait_semaphore(semaphore, CLOCK_REALTIME, until);
}
EXPORT int sem_clockwait(sem_t* restrict semaphore, clockid_t clock, const struct timespec* restrict until) {
    if (!time_takes_part()) return REAL(sem_clockwait)(semaphore, clock, until);
    return wait_semaphore(semaphore, clock, until);
}

EXPORT int sem_post(sem_t* semaphore) {
    int result = REAL(sem_post)(semaphore);
    give_chance(semaphore);
    return result;
}

/* ---- barriers ---- */

struct barrier {
    const void* address;
    unsigned wanted, here, round;
    struct barrier* next;
};
static struct barrier* barriers;

static struct barrier** find_barrier(const void* address) {
    struct barrier** at = &barriers;
    while (*at && (*at)->address != address)
        at = &(*at)->next;
    return at;
}

/* Those of one process are counted here. */
EXPORT int pthread_barrier_init(pthread_barrier_t* restrict barrier, const pthread_barrierattr_t* restrict attributes,
                                unsigned count) {
    int error = REAL(pthread_barrier_init)(barrier, attributes, count);
    int shared = PTHREAD_PROCESS_PRIVATE;
    if (attributes) REAL(pthread_barrierattr_getpshared)(attributes, &shared);
    if (error || !time_takes_part() || shared != PTHREAD_PROCESS_PRIVATE) return error;
    struct barrier** at = find_barrier(barrier);
    if (!*at) *at = calloc(1, sizeof **at);
    if (!*at) return ENOMEM;
    **at = (struct barrier){.address = barrier, .wanted = count, .next = (*at)->next};
    return 0;
}

EXPORT int pthread_barrier_destroy(pthread_barrier_t* barrier) {
    struct barrier** at = time_takes_part() ? find_barrier(barrier) : NULL;
    if (at && *at) {
        struct barrier* gone = *at;
        *at = gone->next;
        free(gone);
    }
    return REAL(pthread_barrier_destroy)(barrier);
}

struct barrier_look {
    const struct barrier* barrier;
    unsigned round;
};
static bool is_next_round(void* context) {
    const struct barrier_look* look = context;
    return look->barrier->round != look->round;
}

EXPORT int pthread_barrier_wait(pthread_barrier_t* barrier) {
    struct barrier* ours = time_takes_part() ? *find_barrier(barrier) : NULL;
    if (!ours) return REAL(pthread_barrier_wait)(barrier);
    if (++ours->here == ours->wanted) {
        ours->here = 0;
        ours->round++;
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    struct barrier_look look = {ours, ours->round};
    struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER,
                             .look = is_next_round,
                             .context = &look,
                             .ignore_signals = true,
                             .uncancellable = true};
    time_idle(&wait);
    return 0;
}

/* ---- once ---- */

/* glibc's: bit 0 while somebody is at it, bit 1 when it is done. */
static bool nobody_is_at_it(void* context) {
    return (__atomic_load_n((const int*)context, __ATOMIC_ACQUIRE) & 3) != 1;
}

EXPORT int pthread_once(pthread_once_t* once, void (*function)(void)) {
    if (time_takes_part() && !nobody_is_at_it(once)) {
        struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER,
                                 .look = nobody_is_at_it,
                                 .context = once,
                                 .ignore_signals = true,
                                 .uncancellable = true};
        time_idle(&wait);
    }
    return REAL(pthread_once)(once, function);
}
