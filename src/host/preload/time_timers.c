/*
 * Timers of a process: timerfd, alarm, setitimer and timer_create. Whoever of the process gets a turn when one is due
 * does what it does. A timerfd is an eventfd, so that poll and epoll see it; its record lies in memory that is shared
 * with forked children, as the kernel shares the timer itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "host/preload/turns.h"

/* When it is due next (NEVER: not armed), and how often afterwards (0: once). */
struct alarm_clock {
    int64_t due, interval;
};

/* How often it has come due by now; moves it on. */
static uint64_t take_due(struct alarm_clock* timer, int64_t now) {
    if (now < timer->due) return 0;
    if (timer->interval <= 0) {
        timer->due = MLOSIM_TIME_NEVER;
        return 1;
    }
    uint64_t times = (uint64_t)((now - timer->due) / timer->interval) + 1;
    timer->due = time_after(timer->due, (int64_t)times * timer->interval);
    return times;
}

static struct itimerspec tell(const struct alarm_clock* timer) {
    struct itimerspec out = {time_to_spec(timer->interval), {0, 0}};
    if (timer->due != MLOSIM_TIME_NEVER) {
        int64_t left = timer->due - time_now();
        out.it_value = time_to_spec(left > 0 ? left : 1);
    }
    return out;
}

/* 0 or an errno. */
static int set_clock(struct alarm_clock* timer, clockid_t clock, bool absolute, const struct itimerspec* spec) {
    if (!time_spec_valid(&spec->it_value) || !time_spec_valid(&spec->it_interval)) return EINVAL;
    int64_t value = time_of_spec(&spec->it_value);
    timer->interval = time_of_spec(&spec->it_interval);
    if (value == 0)
        timer->due = MLOSIM_TIME_NEVER;
    else if (!absolute)
        timer->due = time_after(time_now(), value);
    else if (!time_of_clock(clock, value, &timer->due))
        return EINVAL;
    return 0;
}

/* ---- timerfd ---- */

enum { TIMERFDS = 512, TIMERFD_NUMBERS = 65536 };

struct timerfd_record {
    struct alarm_clock timer;
    clockid_t clock;
    int users; /* descriptors, of all processes */
};

static struct timerfd_record* records;            /* shared with children */
static unsigned short record_of[TIMERFD_NUMBERS]; /* number of the record + 1; 0: no timerfd */
static int timerfds;                              /* of this process */
static int highest;

static struct timerfd_record* find_record(int fd) {
    if (timerfds == 0 || fd < 0 || fd >= TIMERFD_NUMBERS || record_of[fd] == 0) return NULL;
    return &records[record_of[fd] - 1];
}

static void note_record(int fd, unsigned short number) {
    record_of[fd] = number;
    records[number - 1].users++;
    timerfds++;
    if (fd > highest) highest = fd;
}

void timers_forget(int fd) {
    struct timerfd_record* record = find_record(fd);
    if (!record) return;
    record_of[fd] = 0;
    timerfds--;
    if (--record->users == 0) record->timer.due = MLOSIM_TIME_NEVER;
}

void timers_forget_range(unsigned first, unsigned last) {
    for (unsigned fd = first; timerfds > 0 && fd <= last && fd <= (unsigned)highest; fd++)
        timers_forget((int)fd);
}

void timers_copy(int from, int to) {
    if (to < 0 || to >= TIMERFD_NUMBERS || from == to) return;
    timers_forget(to);
    if (find_record(from)) note_record(to, record_of[from]);
}

EXPORT int timerfd_create(clockid_t clock, int flags) {
    if (!time_takes_part()) return REAL(timerfd_create)(clock, flags);
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
        clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM)
        FAIL(EINVAL);
    if (!records) {
        void* mapped =
            mmap(NULL, TIMERFDS * sizeof *records, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) FAIL(ENOMEM);
        records = mapped;
    }
    unsigned number = 0;
    while (number < TIMERFDS && records[number].users > 0)
        number++;
    if (number == TIMERFDS) FAIL(EMFILE);
    int fd = (int)syscall(SYS_eventfd2, 0, flags & (TFD_CLOEXEC | TFD_NONBLOCK));
    if (fd < 0) return -1;
    descriptor_forget(fd);
    if (fd >= TIMERFD_NUMBERS) {
        syscall(SYS_close, fd);
        FAIL(EMFILE);
    }
    timers_forget(fd);
    records[number] = (struct timerfd_record){.timer = {MLOSIM_TIME_NEVER, 0}, .clock = clock};
    note_record(fd, (unsigned short)(number + 1));
    return fd;
}

/* What has come due and was not read is gone once the timer is set anew. */
static void drain(int fd) {
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    struct timespec none = {0, 0};
    uint64_t count;
    if (syscall(SYS_ppoll, &entry, 1, &none, NULL, 0) == 1 && (entry.revents & POLLIN))
        syscall(SYS_read, fd, &count, sizeof count);
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec* spec, struct itimerspec* before) {
    struct timerfd_record* record = find_record(fd);
    if (!record) return REAL(timerfd_settime)(fd, flags, spec, before);
    struct itimerspec old = tell(&record->timer);
    int error = set_clock(&record->timer, record->clock, (flags & TFD_TIMER_ABSTIME) != 0, spec);
    if (error) FAIL(error);
    if (before) *before = old;
    drain(fd);
    if (time_takes_part()) timers_fire();
    return 0;
}

EXPORT int timerfd_gettime(int fd, struct itimerspec* out) {
    struct timerfd_record* record = find_record(fd);
    if (!record) return REAL(timerfd_gettime)(fd, out);
    *out = tell(&record->timer);
    return 0;
}

static bool feed(int fd, int64_t now) {
    uint64_t times = take_due(&find_record(fd)->timer, now);
    if (times == 0) return false;
    syscall(SYS_write, fd, &times, sizeof times);
    return true;
}

/* ---- alarm, setitimer ---- */

static struct alarm_clock real_timer = {MLOSIM_TIME_NEVER, 0};

EXPORT int setitimer(__itimer_which_t which, const struct itimerval* restrict value,
                     struct itimerval* restrict before) {
    if (!time_takes_part() || which != ITIMER_REAL) return REAL(setitimer)(which, value, before);
    struct itimerspec old = tell(&real_timer);
    if (value) {
        if (value->it_value.tv_usec >= 1000000 || value->it_interval.tv_usec >= 1000000) FAIL(EINVAL);
        struct itimerspec spec = {{value->it_interval.tv_sec, value->it_interval.tv_usec * 1000},
                                  {value->it_value.tv_sec, value->it_value.tv_usec * 1000}};
        int error = set_clock(&real_timer, CLOCK_MONOTONIC, false, &spec);
        if (error) FAIL(error);
    }
    if (before)
        *before = (struct itimerval){{old.it_interval.tv_sec, old.it_interval.tv_nsec / 1000},
                                     {old.it_value.tv_sec, old.it_value.tv_nsec / 1000}};
    return 0;
}

EXPORT int getitimer(__itimer_which_t which, struct itimerval* value) {
    if (!time_takes_part() || which != ITIMER_REAL) return REAL(getitimer)(which, value);
    return setitimer(which, NULL, value);
}

EXPORT unsigned alarm(unsigned seconds) {
    if (!time_takes_part()) return REAL(alarm)(seconds);
    struct itimerval value = {{0, 0}, {seconds, 0}}, before;
    if (setitimer(ITIMER_REAL, &value, &before) != 0) return 0;
    return (unsigned)before.it_value.tv_sec +
           (before.it_value.tv_usec >= 500000 || (before.it_value.tv_sec == 0 && before.it_value.tv_usec > 0));
}

EXPORT useconds_t ualarm(useconds_t length, useconds_t interval) {
    if (!time_takes_part()) return REAL(ualarm)(length, interval);
    struct itimerval value = {{interval / 1000000, interval % 1000000}, {length / 1000000, length % 1000000}}, before;
    if (setitimer(ITIMER_REAL, &value, &before) != 0) return 0;
    return (useconds_t)(before.it_value.tv_sec * 1000000 + before.it_value.tv_usec);
}

/* ---- timer_create ---- */

enum { POSIX_TIMERS = 256 };

struct posix_timer {
    bool used;
    clockid_t clock;
    struct sigevent event;
    struct alarm_clock timer;
    int overrun;
};
static struct posix_timer posix_timers[POSIX_TIMERS];
static int highest_posix = -1;

/* The ids are as large as nobody's of the kernel's, which are counted from 0. */
#define FIRST_ID 0x6d4c0000

static struct posix_timer* find_timer(timer_t id) {
    intptr_t number = (intptr_t)id - FIRST_ID;
    if (number < 0 || number > highest_posix || !posix_timers[number].used) return NULL;
    return &posix_timers[number];
}

EXPORT int timer_create(clockid_t clock, struct sigevent* restrict event, timer_t* restrict id) {
    int64_t ignored;
    if (!time_takes_part()) return REAL(timer_create)(clock, event, id);
    if (!time_of_clock(clock, 0, &ignored)) FAIL(EINVAL);
    int number = 0;
    while (number < POSIX_TIMERS && posix_timers[number].used)
        number++;
    if (number == POSIX_TIMERS) FAIL(EAGAIN);
    timer_t given = (timer_t)(intptr_t)(FIRST_ID + number);
    struct sigevent usual = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    usual.sigev_value.sival_ptr = given;
    posix_timers[number] = (struct posix_timer){
        .used = true, .clock = clock, .event = event ? *event : usual, .timer = {MLOSIM_TIME_NEVER, 0}};
    if (number > highest_posix) highest_posix = number;
    *id = given;
    return 0;
}

EXPORT int timer_settime(timer_t id, int flags, const struct itimerspec* restrict spec,
                         struct itimerspec* restrict before) {
    struct posix_timer* timer = find_timer(id);
    if (!timer) return REAL(timer_settime)(id, flags, spec, before);
    struct itimerspec old = tell(&timer->timer);
    int error = set_clock(&timer->timer, timer->clock, (flags & TIMER_ABSTIME) != 0, spec);
    if (error) FAIL(error);
    if (before) *before = old;
    return 0;
}

EXPORT int timer_gettime(timer_t id, struct itimerspec* out) {
    struct posix_timer* timer = find_timer(id);
    if (!timer) return REAL(timer_gettime)(id, out);
    *out = tell(&timer->timer);
    return 0;
}

EXPORT int timer_getoverrun(timer_t id) {
    struct posix_timer* timer = find_timer(id);
    return timer ? timer->overrun : REAL(timer_getoverrun)(id);
}

EXPORT int timer_delete(timer_t id) {
    struct posix_timer* timer = find_timer(id);
    if (!timer) return REAL(timer_delete)(id);
    timer->used = false;
    return 0;
}

struct notification {
    void (*function)(union sigval);
    union sigval value;
};

static void* notify(void* context) {
    struct notification given = *(struct notification*)context;
    free(context);
    given.function(given.value);
    return NULL;
}

/* As libc does: a thread for each time. */
static void start_notification(const struct sigevent* event) {
    struct notification* given = malloc(sizeof *given);
    if (!given) return;
    *given = (struct notification){event->sigev_notify_function, event->sigev_value};
    pthread_attr_t* attributes = event->sigev_notify_attributes;
    pthread_t thread;
    if (pthread_create(&thread, attributes, notify, given) != 0)
        free(given);
    else
        REAL(pthread_detach)(thread);
}

static void expire(struct posix_timer* timer, uint64_t times) {
    timer->overrun = times > 1 ? (int)(times - 1) : 0;
    int how = timer->event.sigev_notify;
    if (how == SIGEV_THREAD) start_notification(&timer->event);
    if (how != SIGEV_SIGNAL && how != SIGEV_THREAD_ID) return;
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = timer->event.sigev_signo;
    info.si_code = SI_TIMER;
    info.si_timerid = (int)(timer - posix_timers);
    info.si_overrun = timer->overrun;
    info.si_value = timer->event.sigev_value;
    long pid = syscall(SYS_getpid);
    if (how == SIGEV_SIGNAL)
        syscall(SYS_rt_sigqueueinfo, pid, info.si_signo, &info);
    else
        syscall(SYS_rt_tgsigqueueinfo, pid, timer->event._sigev_un._tid, info.si_signo, &info);
}

/* ---- all of them ---- */

int64_t timers_next(void) {
    int64_t next = real_timer.due;
    for (int fd = 0; timerfds > 0 && fd <= highest; fd++) {
        const struct timerfd_record* record = find_record(fd);
        if (record && record->timer.due < next) next = record->timer.due;
    }
    for (int i = 0; i <= highest_posix; i++)
        if (posix_timers[i].used && posix_timers[i].timer.due < next) next = posix_timers[i].timer.due;
    return next;
}

bool timers_fire(void) {
    int64_t now = time_now();
    if (timers_next() > now) return false;
    for (int fd = 0; timerfds > 0 && fd <= highest; fd++)
        if (find_record(fd)) feed(fd, now);
    if (take_due(&real_timer, now) > 0) syscall(SYS_kill, syscall(SYS_getpid), SIGALRM);
    for (int i = 0; i <= highest_posix; i++) {
        if (!posix_timers[i].used) continue;
        uint64_t times = take_due(&posix_timers[i].timer, now);
        if (times > 0) expire(&posix_timers[i], times);
    }
    return true;
}

/* A child has its parent's timerfds, and none of its other timers. */
void timers_forked(void) {
    for (int fd = 0; timerfds > 0 && fd <= highest; fd++)
        if (find_record(fd)) find_record(fd)->users++;
    real_timer = (struct alarm_clock){MLOSIM_TIME_NEVER, 0};
    for (int i = 0; i <= highest_posix; i++)
        posix_timers[i].used = false;
    highest_posix = -1;
}
