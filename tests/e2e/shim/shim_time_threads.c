/* Threads and processes in virtual time. */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>

#define SUITE "Threads"
#include "virtual_time.h"

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

static void* want_once(void* context) {
    (void)context;
    pthread_mutex_lock(&line.mutex);
    line.value = 1;
    pthread_mutex_unlock(&line.mutex);
    return NULL;
}

CASE(a_lock_that_is_taken_again_and_again_is_had_by_others_too) {
    line = (struct shared){.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    pthread_mutex_lock(&line.mutex);
    CHECK(pthread_create(&thread, NULL, want_once, NULL) == 0);
    usleep(1);
    while (!line.value) {
        pthread_mutex_unlock(&line.mutex);
        pthread_mutex_lock(&line.mutex);
    }
    pthread_mutex_unlock(&line.mutex);
    CHECK(pthread_join(thread, NULL) == 0);
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

static void* read_for_ever(void* context) {
    int ends[2];
    char octet;
    if (pipe(ends) == 0 && read(ends[0], &octet, 1) == 1) return context;
    return NULL;
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
    int64_t start = now();
    CHECK(pthread_create(&thread, NULL, read_for_ever, NULL) == 0);
    sleep(1);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED &&
          passed(start, SECOND));
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
    start = now(); /* wake_futex() does not change it now */
    CHECK(pthread_create(&thread, NULL, wake_futex, NULL) == 0);
    CHECK(syscall(SYS_futex, &futex_word, 0, 1, NULL, NULL, 0) == 0 && passed(start, 2 * SECOND));
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

int main(void) {
    RUN(conditions_semaphores_and_joins);
    RUN(mutexes_are_waited_for);
    RUN(who_waits_first_is_woken_first);
    RUN(a_lock_that_is_taken_again_and_again_is_had_by_others_too);
    RUN(read_write_locks_and_barriers);
    RUN(threads_that_exit_or_are_cancelled_are_joined);
    RUN(threads_of_c11);
    RUN(futexes_by_syscall);
    RUN(started_programs_take_part);
    RUN(sweeping_all_descriptors_leaves_time_whole);
    printf("1..%d\n", number);
    return failed ? 1 : 0;
}
