/* Clocks, sleeps, time-outs, signals and timers in virtual time: what is waited for comes at its very nanosecond, and
 * signals interrupt as they do in real time. */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <threads.h>

#define SUITE "Time"
#include "virtual_time.h"

/* ---- clocks and sleeps ---- */

CASE(clocks_agree_and_stand_still) {
    int64_t start = now();
    CHECK(start > 0);
    for (clockid_t clock = CLOCK_MONOTONIC; clock <= CLOCK_BOOTTIME; clock++) {
        if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID || clock == CLOCK_REALTIME_COARSE)
            continue;
        CHECK(now_of(clock) == start);
    }
    struct timeval tv;
    gettimeofday(&tv, NULL);
    struct timespec ts;
    CHECK(timespec_get(&ts, TIME_UTC) == TIME_UTC);
    CHECK(ts.tv_sec == tv.tv_sec && ts.tv_nsec / 1000 == tv.tv_usec && time(NULL) == ts.tv_sec);
    CHECK(now_of(CLOCK_REALTIME) == ts.tv_sec * SECOND + ts.tv_nsec);
    CHECK(now_of(CLOCK_PROCESS_CPUTIME_ID) < 1000 * SECOND);
    CHECK(clock_gettime(12345, &ts) == -1 && errno == EINVAL);
    CHECK(now() == start);
    return NULL;
}

CASE(sleeps_of_hours_end_on_time) {
    int64_t start = now();
    CHECK(sleep(3600) == 0 && passed(start, 3600 * SECOND));
    start = now();
    CHECK(usleep(500000) == 0 && passed(start, 500 * MS));
    start = now();
    struct timespec length = {7, 5};
    CHECK(nanosleep(&length, NULL) == 0 && passed(start, 7 * SECOND + 5));
    struct timespec until = spec(now() + 10 * SECOND);
    start = now();
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0 && passed(start, 10 * SECOND));
    until = spec(now_of(CLOCK_REALTIME) + 3 * SECOND);
    start = now();
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) == 0 && passed(start, 3 * SECOND));
    start = now();
    CHECK(clock_nanosleep(CLOCK_BOOTTIME, 0, &length, NULL) == 0 && passed(start, 7 * SECOND + 5));
    start = now();
    CHECK(thrd_sleep(&length, NULL) == 0 && passed(start, 7 * SECOND + 5));
    length.tv_nsec = SECOND;
    CHECK(nanosleep(&length, NULL) == -1 && errno == EINVAL);
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL) == EINVAL);
    return NULL;
}

CASE(who_only_reads_the_clock_gets_forward) {
    int64_t start = now(), reads = 0;
    while (now() < start + 100 * MS)
        reads++;
    CHECK(reads >= 99000 && reads <= 101000);
    start = now();
    while (now() == start)
        poll(NULL, 0, 0);
    return NULL;
}

/* ---- poll and its kin ---- */

CASE(time_outs_of_poll_select_and_epoll) {
    int ends[2], queue = epoll_create1(0);
    CHECK(pipe(ends) == 0);
    struct pollfd fd = {.fd = ends[0], .events = POLLIN, .revents = 99};
    int64_t start = now();
    CHECK(poll(&fd, 1, 2500) == 0 && fd.revents == 0 && passed(start, 2500 * MS));
    struct timespec limit = {1, 1};
    start = now();
    CHECK(ppoll(&fd, 1, &limit, NULL) == 0 && passed(start, SECOND + 1));
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timeval tv = {60, 250000};
    start = now();
    CHECK(select(ends[0] + 1, &set, NULL, NULL, &tv) == 0 && passed(start, 60250 * MS));
    CHECK(!FD_ISSET(ends[0], &set) && tv.tv_sec == 0 && tv.tv_usec == 0);
    FD_SET(ends[0], &set);
    start = now();
    CHECK(pselect(ends[0] + 1, &set, NULL, NULL, &limit, NULL) == 0 && passed(start, SECOND + 1));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 77};
    CHECK(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event) == 0);
    start = now();
    CHECK(epoll_wait(queue, &event, 1, 4000) == 0 && passed(start, 4 * SECOND));
    start = now();
    CHECK(epoll_pwait(queue, &event, 1, 30, NULL) == 0 && passed(start, 30 * MS));
    CHECK(write(ends[1], "x", 1) == 1);
    start = now();
    CHECK(poll(&fd, 1, -1) == 1 && fd.revents == POLLIN && epoll_wait(queue, &event, 1, -1) == 1 &&
          event.data.fd == 77);
    FD_SET(ends[0], &set);
    tv.tv_sec = 5;
    CHECK(select(ends[0] + 1, &set, NULL, NULL, &tv) == 1 && FD_ISSET(ends[0], &set) && tv.tv_sec == 5);
    CHECK(now() == start);
    CHECK(poll((struct pollfd[]){{.fd = 888, .events = POLLIN}}, 1, -1) == 1);
    CHECK(select(-1, NULL, NULL, NULL, NULL) == -1 && errno == EINVAL);
    close(ends[0]), close(ends[1]), close(queue);
    return NULL;
}

/* ---- signals ---- */

static void kill_parent_later(int signal) {
    sleep(5);
    kill(getppid(), signal);
    sleep(1);
}

CASE(signals_interrupt_what_waits) {
    int status, ends[2];
    CHECK(pipe(ends) == 0);
    char octet;
    for (int which = 0; which < 6; which++) {
        on(SIGUSR1, 0);
        int64_t start = now();
        pid_t pid = child_that(kill_parent_later, SIGUSR1);
        struct timespec left = {0, 0}, length = {20, 0};
        struct pollfd fd = {.fd = ends[0], .events = POLLIN};
        long result = 0;
        if (which == 0) result = poll(&fd, 1, -1);
        if (which == 1) result = nanosleep(&length, &left);
        if (which == 2) result = read(ends[0], &octet, 1);
        if (which == 3) result = pause();
        if (which == 4) result = select(0, NULL, NULL, NULL, NULL);
        if (which == 5) result = waitpid(pid, &status, 0);
        CHECK(result == -1 && errno == EINTR && caught == SIGUSR1 && passed(start, 5 * SECOND));
        if (which == 1) CHECK(left.tv_sec == 15 || left.tv_sec == 14);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0 && passed(start, 6 * SECOND));
    }
    close(ends[0]), close(ends[1]);
    return NULL;
}

static void signal_then_write(int fd) {
    sleep(1);
    kill(getppid(), SIGUSR1);
    sleep(1);
    (void)!write(fd, "z", 1);
}

CASE(restartable_calls_go_on_after_a_handler) {
    int ends[2], status;
    CHECK(pipe(ends) == 0);
    on(SIGUSR1, SA_RESTART);
    int64_t start = now();
    pid_t pid = child_that(signal_then_write, ends[1]);
    char octet;
    CHECK(read(ends[0], &octet, 1) == 1 && caught == SIGUSR1 && passed(start, 2 * SECOND));
    CHECK(waitpid(pid, &status, 0) == pid);
    on(SIGUSR1, SA_RESTART);
    pid = child_that(signal_then_write, ends[1]);
    CHECK(poll(NULL, 0, 60000) == -1 && errno == EINTR && caught == SIGUSR1); /* never restarted */
    CHECK(waitpid(pid, &status, 0) == pid);
    close(ends[0]), close(ends[1]);
    return NULL;
}

CASE(masks_hold_until_the_wait) {
    sigset_t blocked, before, none;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    sigemptyset(&none);
    on(SIGUSR1, 0);
    kill(getpid(), SIGUSR1);
    int64_t start = now();
    CHECK(poll(NULL, 0, 1000) == 0 && !caught && passed(start, SECOND));
    CHECK(ppoll(NULL, 0, NULL, &none) == -1 && errno == EINTR && caught);
    on(SIGUSR1, 0);
    pid_t pid = child_that(kill_parent_later, SIGUSR1);
    start = now();
    CHECK(sigsuspend(&none) == -1 && errno == EINTR && caught && passed(start, 5 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    on(SIGUSR1, 0);
    pid = child_that(kill_parent_later, SIGUSR1);
    siginfo_t info;
    struct timespec limit = {2, 0};
    start = now();
    CHECK(sigtimedwait(&blocked, &info, &limit) == -1 && errno == EAGAIN && passed(start, 2 * SECOND));
    CHECK(sigwaitinfo(&blocked, &info) == SIGUSR1 && info.si_pid == pid && passed(start, 5 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid && !caught);
    int fd = signalfd(-1, &blocked, 0);
    pid = child_that(kill_parent_later, SIGUSR1);
    struct signalfd_siginfo got;
    CHECK(read(fd, &got, sizeof got) == sizeof got && got.ssi_pid == (uint32_t)pid && !caught);
    CHECK(waitpid(pid, NULL, 0) == pid);
    pid = child_that(kill_parent_later, SIGUSR1);
    int signal = 0;
    CHECK(sigwait(&blocked, &signal) == 0 && signal == SIGUSR1);
    CHECK(waitpid(pid, NULL, 0) == pid);
    close(fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return NULL;
}

static void sleep_for_ever(int ignored) {
    (void)ignored;
    sleep(1000000);
}

CASE(a_signal_ends_who_sleeps) {
    int64_t start = now();
    pid_t pid = child_that(sleep_for_ever, 0);
    sleep(2);
    CHECK(kill(pid, SIGTERM) == 0);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM &&
          passed(start, 2 * SECOND));
    pid = child_that(sleep_for_ever, 0);
    sleep(1);
    CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
    CHECK(passed(start, 3 * SECOND));
    return NULL;
}

/* ---- timers ---- */

CASE(alarms) {
    on(SIGALRM, 0);
    int64_t start = now();
    for (int i = 1; i <= 3; i++) {
        caught = 0;
        CHECK(alarm(10) == 0 && pause() == -1 && caught == SIGALRM && passed(start, i * 10 * SECOND));
    }
    CHECK(alarm(10) == 0);
    sleep(3);
    CHECK(alarm(0) == 7);
    struct itimerval every = {{1, 500000}, {4, 0}}, left;
    start = now();
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
    CHECK(getitimer(ITIMER_REAL, &left) == 0 && left.it_value.tv_sec == 4 && left.it_interval.tv_usec == 500000);
    CHECK(sleep(100) == 96 && passed(start, 4 * SECOND));
    CHECK(sleep(100) > 90 && passed(start, 5500 * MS));
    memset(&every, 0, sizeof every);
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
    start = now();
    CHECK(sleep(50) == 0 && passed(start, 50 * SECOND));
    return NULL;
}

CASE(timer_descriptors) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), queue = epoll_create1(0);
    CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    struct itimerspec every = {{1, 0}, {3, 0}}, left;
    int64_t start = now();
    CHECK(timerfd_settime(fd, 0, &every, NULL) == 0);
    uint64_t times;
    CHECK(read(fd, &times, 8) == 8 && times == 1 && passed(start, 3 * SECOND));
    struct epoll_event event = {.events = EPOLLIN};
    CHECK(epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(epoll_wait(queue, &event, 1, -1) == 1 && passed(start, 4 * SECOND));
    CHECK(timerfd_gettime(fd, &left) == 0 && left.it_value.tv_sec == 1 && left.it_interval.tv_sec == 1);
    sleep(5);
    CHECK(read(fd, &times, 8) == 8 && times == 6);
    int copy = dup(fd);
    close(fd);
    CHECK(read(copy, &times, 8) == 8 && times == 1 && passed(start, 10 * SECOND));
    sleep(1);
    struct itimerspec at = {.it_value = spec(now() + 20 * SECOND)};
    CHECK(timerfd_settime(copy, TFD_TIMER_ABSTIME, &at, NULL) == 0);
    start = now();
    CHECK(read(copy, &times, 8) == 8 && times == 1 && passed(start, 20 * SECOND));
    at.it_value.tv_nsec = -1;
    CHECK(timerfd_settime(copy, 0, &at, NULL) == -1 && errno == EINVAL);
    close(copy), close(queue);
    fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    CHECK(read(fd, &times, 8) == -1 && errno == EAGAIN);
    close(fd);
    return NULL;
}

static volatile int thread_notified;
static void notify(union sigval value) {
    thread_notified = value.sival_int;
}

CASE(timers_that_signal) {
    on(SIGUSR2, 0);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2, .sigev_value.sival_int = 5};
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    struct itimerspec every = {{2, 0}, {1, 0}}, left;
    int64_t start = now();
    CHECK(timer_settime(timer, 0, &every, NULL) == 0);
    CHECK(pause() == -1 && caught == SIGUSR2 && passed(start, SECOND));
    CHECK(pause() == -1 && passed(start, 3 * SECOND));
    CHECK(timer_gettime(timer, &left) == 0 && left.it_value.tv_sec == 2);
    CHECK(timer_delete(timer) == 0 && sleep(10) == 0);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = notify;
    CHECK(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &every, NULL) == 0);
    sleep(2);
    CHECK(thread_notified == 5 && timer_delete(timer) == 0);
    return NULL;
}

int main(void) {
    RUN(clocks_agree_and_stand_still);
    RUN(sleeps_of_hours_end_on_time);
    RUN(who_only_reads_the_clock_gets_forward);
    RUN(time_outs_of_poll_select_and_epoll);
    RUN(signals_interrupt_what_waits);
    RUN(restartable_calls_go_on_after_a_handler);
    RUN(masks_hold_until_the_wait);
    RUN(a_signal_ends_who_sleeps);
    RUN(alarms);
    RUN(timer_descriptors);
    RUN(timers_that_signal);
    printf("1..%d\n", number);
    return failed ? 1 : 0;
}
