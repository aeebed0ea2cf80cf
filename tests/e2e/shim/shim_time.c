/*
 * Every call that waits or tells the time, in virtual time: what is waited for comes at its very nanosecond, signals
 * interrupt as they do in real time, and nobody waits for long. Prints one TAP line a case.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static int number, failed;

static void verdict(bool ok, const char* name, const char* detail) {
    number++;
    if (!ok) failed++;
    printf("%s %d - Time.%s\n", ok ? "ok" : "not ok", number, name);
    if (!ok) printf("#   %s (errno %d, %s)\n", detail, errno, strerror(errno));
    fflush(stdout);
}

#define CASE(name) static const char* name(void)
#define CHECK(condition) \
    if (!(condition)) return #condition
#define RUN(name)                        \
    do {                                 \
        const char* detail = name();     \
        verdict(!detail, #name, detail); \
    } while (0)

#define SECOND 1000000000LL
#define MS 1000000LL

static int64_t now_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}
static int64_t now(void) {
    return now_of(CLOCK_MONOTONIC);
}
static struct timespec spec(int64_t ns) {
    return (struct timespec){ns / SECOND, ns % SECOND};
}
/* Exactly, but for what others' yields add: a microsecond each. */
static bool passed(int64_t since, int64_t length) {
    int64_t error = now() - since - length;
    if (error < 0 || error > 50000)
        printf("#   %lld ns instead of %lld\n", (long long)(now() - since), (long long)length);
    return error >= 0 && error <= 50000;
}

static volatile sig_atomic_t caught;
static void catch (int signal) {
    caught = signal;
}
static void on(int signal, int flags) {
    struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
    sigaction(signal, &action, NULL);
    caught = 0;
}

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

static pid_t child_that(void (*function)(int), int argument) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    function(argument);
    _exit(0);
}

static void write_later(int fd) {
    for (int i = 0; i < 3; i++) {
        sleep(2);
        (void)!write(fd, "abc" + i, 1);
    }
}

CASE(two_processes_over_a_pipe) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_later, ends[1]);
    close(ends[1]);
    char octet;
    for (int i = 0; i < 3; i++)
        CHECK(read(ends[0], &octet, 1) == 1 && octet == "abc"[i] && passed(start, (i + 1) * 2 * SECOND));
    CHECK(read(ends[0], &octet, 1) == 0);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(ends[0]);
    return NULL;
}

static void echo_later(int fd) {
    char buffer[100];
    ssize_t got;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        usleep(10000);
        send(fd, buffer, (size_t)got, 0);
    }
}

CASE(two_processes_over_a_socket_pair) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        echo_later(ends[1]);
        _exit(7);
    }
    close(ends[1]);
    int64_t start = now();
    char buffer[8];
    for (int i = 0; i < 50; i++) {
        CHECK(send(ends[0], "ping", 4, 0) == 4);
        CHECK(recv(ends[0], buffer, 4, MSG_WAITALL) == 4 && memcmp(buffer, "ping", 4) == 0);
    }
    CHECK(passed(start, 500 * MS));
    close(ends[0]);
    int status;
    CHECK(wait(&status) == pid && WEXITSTATUS(status) == 7);
    return NULL;
}

static int udp(struct sockaddr_in* name) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    *name = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof *name;
    if (bind(fd, (struct sockaddr*)name, length) != 0) return -1;
    getsockname(fd, (struct sockaddr*)name, &length);
    return fd;
}

CASE(two_processes_over_the_loopback_device) {
    struct sockaddr_in ours, theirs;
    int a = udp(&ours), b = udp(&theirs);
    CHECK(a >= 0 && b >= 0);
    CHECK(connect(a, (struct sockaddr*)&theirs, sizeof theirs) == 0 &&
          connect(b, (struct sockaddr*)&ours, sizeof ours) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(a);
        char buffer[10];
        for (int i = 0; i < 5; i++) {
            if (recv(b, buffer, sizeof buffer, 0) != 1) _exit(1);
            sleep(1);
            send(b, buffer, 1, 0);
        }
        _exit(0);
    }
    close(b);
    char octet;
    int64_t start = now();
    for (int i = 0; i < 5; i++)
        CHECK(send(a, "y", 1, 0) == 1 && recv(a, &octet, 1, 0) == 1);
    CHECK(passed(start, 5 * SECOND));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(a);
    return NULL;
}

static void connect_later(int port) {
    sleep(3);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = (in_port_t)port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr*)&name, sizeof name) != 0) _exit(1);
    sleep(4);
    if (write(fd, "hello", 5) != 5) _exit(2);
}

CASE(accept_and_connect) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    CHECK(bind(listener, (struct sockaddr*)&name, sizeof name) == 0 && listen(listener, 4) == 0);
    getsockname(listener, (struct sockaddr*)&name, &length);
    int64_t start = now();
    pid_t pid = child_that(connect_later, name.sin_port);
    int fd = accept(listener, NULL, NULL);
    CHECK(fd >= 0 && passed(start, 3 * SECOND));
    char buffer[6] = "";
    CHECK(read(fd, buffer, 5) == 5 && strcmp(buffer, "hello") == 0 && passed(start, 7 * SECOND));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(fd), close(listener);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr*)&name, sizeof name) == -1 && errno == ECONNREFUSED &&
          !(fcntl(fd, F_GETFL) & O_NONBLOCK));
    close(fd);
    return NULL;
}

CASE(time_outs_of_sockets) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    struct timeval limit = {5, 500000};
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
    char buffer[4096] = "";
    int64_t start = now();
    CHECK(recv(ends[0], buffer, 1, 0) == -1 && errno == EAGAIN && passed(start, 5500 * MS));
    start = now();
    CHECK(recv(ends[0], buffer, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN && now() == start);
    ssize_t sent;
    while ((sent = send(ends[0], buffer, sizeof buffer, 0)) == sizeof buffer)
        ;
    CHECK(passed(start, 5500 * MS));
    close(ends[0]), close(ends[1]);
    return NULL;
}

static void read_slowly(int fd) {
    static char buffer[100000];
    size_t sum = 0;
    ssize_t got;
    while ((got = read(fd, buffer, sizeof buffer)) > 0) {
        sum += (size_t)got;
        usleep(1000);
    }
    _exit(sum == 1000000 ? 0 : 1);
}

CASE(writes_into_what_is_full) {
    for (int kind = 0; kind < 3; kind++) {
        int ends[2];
        CHECK((kind == 0 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) == 0);
        pid_t pid = fork();
        if (pid == 0) {
            close(ends[1]);
            read_slowly(ends[0]);
        }
        close(ends[0]);
        static char data[500000];
        for (int i = 0; i < 2; i++)
            CHECK((kind == 1 ? send(ends[1], data, sizeof data, 0) : write(ends[1], data, sizeof data)) == sizeof data);
        close(ends[1]);
        int status;
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
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

/* ---- threads ---- */

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    sem_t semaphore;
    int value;
    char order[32];
};

static void* set_later(void* context) {
    struct shared* shared = context;
    sleep(3);
    pthread_mutex_lock(&shared->mutex);
    shared->value = 1;
    pthread_cond_signal(&shared->cond);
    pthread_mutex_unlock(&shared->mutex);
    sleep(2);
    sem_post(&shared->semaphore);
    return (void*)42;
}

CASE(conditions_semaphores_and_joins) {
    struct shared shared = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&shared.cond, &attributes);
    sem_init(&shared.semaphore, 0, 0);
    pthread_t thread;
    int64_t start = now();
    CHECK(pthread_create(&thread, NULL, set_later, &shared) == 0);
    pthread_mutex_lock(&shared.mutex);
    struct timespec until = spec(now() + SECOND);
    CHECK(pthread_cond_timedwait(&shared.cond, &shared.mutex, &until) == ETIMEDOUT && passed(start, SECOND));
    until = spec(now_of(CLOCK_REALTIME) + SECOND);
    CHECK(pthread_cond_clockwait(&shared.cond, &shared.mutex, CLOCK_REALTIME, &until) == ETIMEDOUT &&
          passed(start, 2 * SECOND));
    while (!shared.value)
        CHECK(pthread_cond_wait(&shared.cond, &shared.mutex) == 0);
    CHECK(passed(start, 3 * SECOND));
    pthread_mutex_unlock(&shared.mutex);
    until = spec(now_of(CLOCK_REALTIME) + SECOND);
    CHECK(sem_timedwait(&shared.semaphore, &until) == -1 && errno == ETIMEDOUT && passed(start, 4 * SECOND));
    until = spec(now() + 500 * MS);
    CHECK(sem_clockwait(&shared.semaphore, CLOCK_MONOTONIC, &until) == -1 && errno == ETIMEDOUT);
    CHECK(sem_wait(&shared.semaphore) == 0 && passed(start, 5 * SECOND));
    void* result;
    CHECK(pthread_join(thread, &result) == 0 && result == (void*)42);
    return NULL;
}

static void* hold(void* context) {
    struct shared* shared = context;
    pthread_mutex_lock(&shared->mutex);
    sleep(4);
    pthread_mutex_unlock(&shared->mutex);
    return NULL;
}

CASE(mutexes_are_waited_for) {
    struct shared shared = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    int64_t start = now();
    CHECK(pthread_create(&thread, NULL, hold, &shared) == 0);
    sleep(1);
    struct timespec until = spec(now_of(CLOCK_REALTIME) + SECOND);
    CHECK(pthread_mutex_timedlock(&shared.mutex, &until) == ETIMEDOUT && passed(start, 2 * SECOND));
    until = spec(now() + SECOND);
    CHECK(pthread_mutex_clocklock(&shared.mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT && passed(start, 3 * SECOND));
    CHECK(pthread_mutex_lock(&shared.mutex) == 0 && passed(start, 4 * SECOND));
    pthread_mutex_unlock(&shared.mutex);
    CHECK(pthread_join(thread, NULL) == 0);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_t checked;
    pthread_mutex_init(&checked, &attributes);
    CHECK(pthread_mutex_lock(&checked) == 0 && pthread_mutex_lock(&checked) == EDEADLK);
    return NULL;
}

static struct shared line;
static void* stand_in_line(void* context) {
    pthread_mutex_lock(&line.mutex);
    pthread_cond_wait(&line.cond, &line.mutex);
    line.order[strlen(line.order)] = (char)(intptr_t)context;
    pthread_mutex_unlock(&line.mutex);
    return NULL;
}

CASE(who_waits_first_is_woken_first) {
    line = (struct shared){.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
    pthread_t threads[6];
    for (intptr_t i = 0; i < 6; i++) {
        CHECK(pthread_create(&threads[i], NULL, stand_in_line, (void*)('a' + i)) == 0);
        usleep(1);
    }
    for (int i = 0; i < 3; i++) {
        pthread_cond_signal(&line.cond);
        usleep(1);
    }
    pthread_cond_broadcast(&line.cond);
    for (int i = 0; i < 6; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(strcmp(line.order, "abcdef") == 0);
    return NULL;
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static void* write_for_a_while(void* context) {
    (void)context;
    pthread_rwlock_wrlock(&rwlock);
    sleep(2);
    pthread_rwlock_unlock(&rwlock);
    return (void*)(intptr_t)pthread_barrier_wait(&barrier);
}

CASE(read_write_locks_and_barriers) {
    pthread_t thread;
    CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
    int64_t start = now();
    CHECK(pthread_create(&thread, NULL, write_for_a_while, NULL) == 0);
    usleep(10);
    CHECK(pthread_rwlock_rdlock(&rwlock) == 0 && passed(start, 2 * SECOND));
    pthread_rwlock_unlock(&rwlock);
    sleep(1);
    int mine = pthread_barrier_wait(&barrier);
    void* theirs;
    CHECK(pthread_join(thread, &theirs) == 0 && mine + (int)(intptr_t)theirs == PTHREAD_BARRIER_SERIAL_THREAD);
    return NULL;
}

static void* exit_in_the_middle(void* context) {
    sleep(1);
    if (!context) pthread_exit((void*)9);
    for (;;)
        pause();
}

CASE(threads_that_exit_or_are_cancelled_are_joined) {
    pthread_t thread;
    void* result;
    CHECK(pthread_create(&thread, NULL, exit_in_the_middle, NULL) == 0 && pthread_tryjoin_np(thread, NULL) == EBUSY);
    struct timespec until = spec(now_of(CLOCK_REALTIME) + 100 * MS);
    CHECK(pthread_timedjoin_np(thread, NULL, &until) == ETIMEDOUT);
    CHECK(pthread_join(thread, &result) == 0 && result == (void*)9);
    CHECK(pthread_create(&thread, NULL, exit_in_the_middle, &result) == 0);
    sleep(3);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    CHECK(pthread_create(&thread, NULL, stand_in_line, (void*)'x') == 0);
    sleep(1);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    return NULL;
}

static int c11_thread(void* context) {
    mtx_lock(context);
    thrd_sleep(&(struct timespec){1, 0}, NULL);
    mtx_unlock(context);
    return 3;
}

CASE(threads_of_c11) {
    mtx_t mutex;
    mtx_init(&mutex, mtx_timed);
    thrd_t thread;
    int64_t start = now();
    CHECK(thrd_create(&thread, c11_thread, &mutex) == thrd_success);
    thrd_yield();
    CHECK(mtx_lock(&mutex) == thrd_success && passed(start, SECOND));
    int result;
    CHECK(thrd_join(thread, &result) == thrd_success && result == 3);
    return NULL;
}

static int futex_word;
static void* wake_futex(void* context) {
    (void)context;
    sleep(2);
    __atomic_store_n(&futex_word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &futex_word, 1, 1, NULL, NULL, 0);
    return NULL;
}

CASE(futexes_by_syscall) {
    pthread_t thread;
    int64_t start = now();
    struct timespec limit = {1, 0};
    CHECK(syscall(SYS_futex, &futex_word, 0, 0, &limit, NULL, 0) == -1 && errno == ETIMEDOUT && passed(start, SECOND));
    CHECK(pthread_create(&thread, NULL, wake_futex, NULL) == 0);
    CHECK(syscall(SYS_futex, &futex_word, 0, 0, NULL, NULL, 0) == 0 && passed(start, 3 * SECOND));
    CHECK(pthread_join(thread, NULL) == 0);
    return NULL;
}

/* ---- processes ---- */

extern char** environ;

CASE(started_programs_take_part) {
    int64_t start = now();
    CHECK(system("sleep 2; exit 3") == 3 << 8 && passed(start, 2 * SECOND));
    FILE* file = popen("sleep 1; echo one; sleep 1; echo two", "r");
    char text[20];
    CHECK(file && fgets(text, sizeof text, file) && strcmp(text, "one\n") == 0 && passed(start, 3 * SECOND));
    CHECK(fgets(text, sizeof text, file) && !fgets(text, sizeof text, file) && pclose(file) == 0);
    start = now();
    pid_t pid;
    char* arguments[] = {"sleep", "30", NULL};
    CHECK(posix_spawnp(&pid, "sleep", NULL, NULL, arguments, environ) == 0);
    int status;
    CHECK(waitpid(pid, &status, WNOHANG) == 0);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0 && passed(start, 30 * SECOND));
    start = now();
    pid = vfork();
    if (pid == 0) {
        execlp("sleep", "sleep", "5", (char*)NULL);
        _exit(127);
    }
    siginfo_t info;
    CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED) == 0 && info.si_pid == pid && info.si_status == 0 &&
          passed(start, 5 * SECOND));
    CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
    return NULL;
}

CASE(sweeping_all_descriptors_leaves_time_whole) {
    pid_t pid = fork();
    if (pid == 0) {
        for (int fd = 3; fd < 2000; fd++)
            close(fd);
        closefrom(3);
        close_range(3, ~0u, 0);
        int64_t start = now();
        sleep(100);
        _exit(passed(start, 100 * SECOND) ? 0 : 1);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    return NULL;
}

static void lock_for_a_while(int fd) {
    (void)fd;
    int own = open("/tmp/mlosim-shim-time.lock", O_RDWR | O_CREAT, 0600);
    flock(own, LOCK_EX);
    struct flock lock = {.l_type = F_WRLCK};
    fcntl(own, F_SETLK, &lock);
    sleep(6);
}

CASE(locks_on_files) {
    int64_t start = now();
    pid_t pid = child_that(lock_for_a_while, 0);
    sleep(1);
    int fd = open("/tmp/mlosim-shim-time.lock", O_RDWR);
    CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    CHECK(flock(fd, LOCK_EX) == 0 && passed(start, 6 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    flock(fd, LOCK_UN);
    start = now();
    pid = child_that(lock_for_a_while, 0);
    sleep(1);
    CHECK(lockf(fd, F_LOCK, 0) == 0 && passed(start, 6 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    unlink("/tmp/mlosim-shim-time.lock");
    close(fd);
    return NULL;
}

/* ---- streams, random numbers ---- */

static void write_parts(int fd) {
    const char* parts[] = {"a li", "ne\nan", "other\n", "rest"};
    for (int i = 0; i < 4; i++) {
        sleep(1);
        (void)!write(fd, parts[i], strlen(parts[i]));
    }
}

CASE(streams_wait_for_whole_lines) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_parts, ends[1]);
    close(ends[1]);
    FILE* file = fdopen(ends[0], "r");
    char* text = NULL;
    size_t room = 0;
    CHECK(getline(&text, &room, file) == 7 && strcmp(text, "a line\n") == 0 && passed(start, 2 * SECOND));
    CHECK(fgetc(file) == 'a' && ungetc('A', file) == 'A');
    char buffer[20] = "";
    CHECK(fgets(buffer, sizeof buffer, file) && strcmp(buffer, "Another\n") == 0 && passed(start, 3 * SECOND));
    CHECK(fread(buffer, 1, sizeof buffer, file) == 4 && feof(file) && getc(file) == EOF && passed(start, 4 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    free(text);
    fclose(file);
    return NULL;
}

CASE(random_numbers_come_from_the_world) {
    uint8_t numbers[5][16];
    memset(numbers, 0, sizeof numbers);
    CHECK(getrandom(numbers[0], 16, 0) == 16 && getentropy(numbers[1], 16) == 0);
    int fd = open("/dev/urandom", O_RDONLY);
    CHECK(read(fd, numbers[2], 16) == 16);
    close(fd);
    FILE* file = fopen("/dev/random", "r");
    CHECK(file && fread(numbers[3], 1, 16, file) == 16 && fclose(file) == 0);
    CHECK(syscall(SYS_getrandom, numbers[4], (size_t)16, 0) == 16);
    printf("# random");
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 16; j++)
            printf("%s%02x", j ? "" : " ", numbers[i][j]);
    printf("\n");
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            CHECK(memcmp(numbers[i], numbers[j], 16) != 0);
    return NULL;
}

int main(void) {
    RUN(clocks_agree_and_stand_still);
    RUN(sleeps_of_hours_end_on_time);
    RUN(who_only_reads_the_clock_gets_forward);
    RUN(time_outs_of_poll_select_and_epoll);
    RUN(two_processes_over_a_pipe);
    RUN(two_processes_over_a_socket_pair);
    RUN(two_processes_over_the_loopback_device);
    RUN(accept_and_connect);
    RUN(time_outs_of_sockets);
    RUN(writes_into_what_is_full);
    RUN(signals_interrupt_what_waits);
    RUN(restartable_calls_go_on_after_a_handler);
    RUN(masks_hold_until_the_wait);
    RUN(a_signal_ends_who_sleeps);
    RUN(alarms);
    RUN(timer_descriptors);
    RUN(timers_that_signal);
    RUN(conditions_semaphores_and_joins);
    RUN(mutexes_are_waited_for);
    RUN(who_waits_first_is_woken_first);
    RUN(read_write_locks_and_barriers);
    RUN(threads_that_exit_or_are_cancelled_are_joined);
    RUN(threads_of_c11);
    RUN(futexes_by_syscall);
    RUN(started_programs_take_part);
    RUN(sweeping_all_descriptors_leaves_time_whole);
    RUN(locks_on_files);
    RUN(streams_wait_for_whole_lines);
    RUN(random_numbers_come_from_the_world);
    printf("1..%d\n", number);
    return failed ? 1 : 0;
}
