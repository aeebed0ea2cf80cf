/* Threads: each takes part by a connection that its creator makes, from before its first to after its last function. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#include "host/preload/turns.h"

/* What others ask about a thread: whether it has ended. Lives until it has been joined. */
struct thread_record {
    pthread_t thread;
    struct time_self* self;
    int tid;
    bool ended, detached;
    struct thread_record* next;
};
static struct thread_record* records;
static __thread struct thread_record* own_record;

static struct thread_record* find_record(pthread_t thread) {
    for (struct thread_record* record = records; record; record = record->next)
        if (record->thread == thread) return record;
    return NULL;
}

static void drop_record(struct thread_record* record) {
    for (struct thread_record** at = &records; *at; at = &(*at)->next) {
        if (*at != record) continue;
        *at = record->next;
        free(record);
        return;
    }
}

/* ---- the end of a thread ---- */

/* A thread may end by returning, pthread_exit() or cancellation. Each runs the destructors of its keys; ours asks to be
 * called again until the program's own have had their turns. */
static pthread_key_t end_key;
static bool have_end_key;

enum { rounds = 3 };

static void at_end(void* value) {
    intptr_t round = (intptr_t)value;
    if (round < rounds) {
        REAL(pthread_setspecific)(end_key, (void*)(round + 1));
        return;
    }
    struct thread_record* record = own_record;
    own_record = NULL;
    if (record) {
        record->ended = true;
        record->self = NULL;
        if (record->detached) drop_record(record);
    }
    time_leave(false);
}

static void note_end(void) {
    if (!have_end_key) {
        if (REAL(pthread_key_create)(&end_key, at_end) != 0) return;
        have_end_key = true;
    }
    REAL(pthread_setspecific)(end_key, (void*)1);
}

void threads_join_main(void) {
    note_end();
}

/* ---- the beginning ---- */

struct beginning {
    void* (*function)(void*);
    void* argument;
    int fd;
    struct mlosim_time_facts facts;
    struct thread_record* record;
};

static void* begin(void* context) {
    struct beginning given = *(struct beginning*)context;
    free(context);
    time_adopt(given.fd, &given.facts, false);
    own_record = given.record;
    given.record->self = &time_self;
    given.record->tid = (int)syscall(SYS_gettid);
    note_end();
    return given.function(given.argument);
}

EXPORT int pthread_create(pthread_t* restrict thread, const pthread_attr_t* restrict attributes,
                          void* (*function)(void*), void* restrict argument) {
    if (!time_takes_part()) return REAL(pthread_create)(thread, attributes, function, argument);
    struct beginning* given = malloc(sizeof *given);
    struct thread_record* record = calloc(1, sizeof *record);
    if (!given || !record) {
        free(given);
        free(record);
        return EAGAIN;
    }
    *given = (struct beginning){.function = function, .argument = argument, .record = record};
    int detached = PTHREAD_CREATE_JOINABLE;
    if (attributes) REAL(pthread_attr_getdetachstate)(attributes, &detached);
    given->fd = time_connect(MLOSIM_JOIN_THREAD, &given->facts);
    int error = given->fd < 0 ? EAGAIN : REAL(pthread_create)(thread, attributes, begin, given);
    if (error) {
        if (given->fd >= 0) {
            time_disown(given->fd);
            syscall(SYS_close, given->fd);
        }
        free(given);
        free(record);
        return error;
    }
    /* The new thread waits for its turn before it looks at the record. */
    record->thread = *thread;
    record->detached = detached == PTHREAD_CREATE_DETACHED;
    record->next = records;
    records = record;
    return 0;
}

EXPORT int pthread_detach(pthread_t thread) {
    struct thread_record* record = time_takes_part() ? find_record(thread) : NULL;
    if (record && record->ended)
        drop_record(record);
    else if (record)
        record->detached = true;
    return REAL(pthread_detach)(thread);
}

enum { cancel_signal = 32 };

EXPORT int pthread_cancel(pthread_t thread) {
    struct thread_record* record = time_takes_part() ? find_record(thread) : NULL;
    struct time_self* self = record ? record->self : NULL;
    if (self) self->cancelled = true;
    int error = REAL(pthread_cancel)(thread);
    /* libc's signal for this: it tells one that waits to ask for a turn. */
    if (self && !error) syscall(SYS_tgkill, syscall(SYS_getpid), record->tid, cancel_signal);
    return error;
}

/* ---- joining ---- */

static bool has_ended(void* context) {
    const struct thread_record* record = context;
    return record->ended;
}

/* 0, or ETIMEDOUT. */
static int await_end(pthread_t thread, int64_t deadline) {
    struct thread_record* record = find_record(thread);
    if (!record) return 0;
    if (!record->ended) {
        if (thread == REAL(pthread_self)()) return 0; /* libc says EDEADLK */
        struct time_wait wait = {.deadline = deadline, .look = has_ended, .context = record, .ignore_signals = true};
        if (time_idle(&wait) == TIME_WAKE_DEADLINE) return ETIMEDOUT;
    }
    drop_record(record);
    return 0;
}

EXPORT int pthread_join(pthread_t thread, void** result) {
    if (time_takes_part()) await_end(thread, MLOSIM_TIME_NEVER);
    return REAL(pthread_join)(thread, result);
}

EXPORT int pthread_tryjoin_np(pthread_t thread, void** result) {
    if (!time_takes_part()) return REAL(pthread_tryjoin_np)(thread, result);
    struct thread_record* record = find_record(thread);
    if (record && !record->ended) {
        time_creep(1);
        return EBUSY;
    }
    if (record) drop_record(record);
    return REAL(pthread_join)(thread, result);
}

EXPORT int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock, const struct timespec* until) {
    if (!time_takes_part()) {
        int (*function)(pthread_t, void**, clockid_t, const struct timespec*);
        *(void**)&function = real_optional("pthread_clockjoin_np");
        return function ? function(thread, result, clock, until) : ENOSYS;
    }
    int64_t deadline = MLOSIM_TIME_NEVER;
    if (until && (!time_spec_valid(until) || !time_of_clock(clock, time_of_spec(until), &deadline))) return EINVAL;
    int error = await_end(thread, deadline);
    return error ? error : REAL(pthread_join)(thread, result);
}

EXPORT int pthread_timedjoin_np(pthread_t thread, void** result, const struct timespec* until) {
    if (!time_takes_part()) return REAL(pthread_timedjoin_np)(thread, result, until);
    return pthread_clockjoin_np(thread, result, CLOCK_REALTIME, until);
}

/* ---- the names of C11 ---- */

struct c11_beginning {
    thrd_start_t function;
    void* argument;
};

static void* begin_c11(void* context) {
    struct c11_beginning given = *(struct c11_beginning*)context;
    free(context);
    return (void*)(intptr_t)given.function(given.argument);
}

EXPORT int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
    if (!time_takes_part()) return REAL(thrd_create)(thread, function, argument);
    struct c11_beginning* given = malloc(sizeof *given);
    if (!given) return thrd_nomem;
    *given = (struct c11_beginning){function, argument};
    if (pthread_create(thread, NULL, begin_c11, given) == 0) return thrd_success;
    free(given);
    return thrd_error;
}

EXPORT int thrd_join(thrd_t thread, int* result) {
    void* value = NULL;
    if (pthread_join(thread, &value) != 0) return thrd_error;
    if (result) *result = (int)(intptr_t)value;
    return thrd_success;
}
