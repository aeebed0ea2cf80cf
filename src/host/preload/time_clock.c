/* Clocks, from the page that the daemon writes: no system call. */
#include <errno.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "host/preload/turns.h"

/* When the process, and the thread, began. */
static int64_t process_start;
static __thread int64_t thread_start;
static __thread bool thread_started;

static int64_t cpu_time(bool of_thread) {
    /* The programs of a world run in no time at all; what a CPU clock is asked for is how long something has taken. */
    int64_t now = time_now();
    if (process_start == 0) process_start = now;
    if (!of_thread) return now - process_start;
    if (!thread_started) {
        thread_start = now;
        thread_started = true;
    }
    return now - thread_start;
}

/* False: no clock that we know; the kernel says what is wrong with it. */
static bool read_clock(clockid_t clock, int64_t* out) {
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
        case CLOCK_REALTIME_ALARM:
        case CLOCK_TAI:
            *out = time_now() + time_realtime_offset();
            return true;
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_BOOTTIME:
        case CLOCK_BOOTTIME_ALARM:
            *out = time_now();
            return true;
        case CLOCK_PROCESS_CPUTIME_ID:
            *out = cpu_time(false);
            return true;
        case CLOCK_THREAD_CPUTIME_ID:
            *out = cpu_time(true);
            return true;
        default:
            /* Negative: of another process or thread (the two low bits below 3), or of a device. */
            if (clock >= 0 || (clock & 3) == 3) return false;
            *out = cpu_time((clock & 4) != 0);
            return true;
    }
}

bool time_of_clock(clockid_t clock, int64_t value, int64_t* out) {
    int64_t there;
    if (!read_clock(clock, &there)) return false;
    int64_t difference = there - time_now(); /* how far that clock is ahead of the page's */
    if (value == MLOSIM_TIME_NEVER || (difference < 0 && value > MLOSIM_TIME_NEVER + difference))
        *out = MLOSIM_TIME_NEVER;
    else
        *out = value - difference;
    return true;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec* out) {
    int64_t value;
    if (!time_is_virtual() || !read_clock(clock, &value)) return REAL(clock_gettime)(clock, out);
    time_creep(1);
    (void)read_clock(clock, &value);
    *out = time_to_spec(value);
    return 0;
}

EXPORT int gettimeofday(struct timeval* restrict out, void* restrict zone) {
    if (!time_is_virtual()) return REAL(gettimeofday)(out, zone);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    if (zone) *(struct timezone*)zone = (struct timezone){0, 0};
    return 0;
}

EXPORT time_t time(time_t* out) {
    if (!time_is_virtual()) return REAL(time)(out);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

EXPORT int timespec_get(struct timespec* out, int base) {
    if (!time_is_virtual() || base != TIME_UTC) return REAL(timespec_get)(out, base);
    clock_gettime(CLOCK_REALTIME, out);
    return base;
}
