/* What cases in virtual time share: to the nanosecond, how long something took; children; a signal's handler. */
#pragma once

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#define SECOND 1000000000LL
#define MS 1000000LL

static inline int64_t now_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}
static inline int64_t now(void) {
    return now_of(CLOCK_MONOTONIC);
}
static inline struct timespec spec(int64_t ns) {
    return (struct timespec){ns / SECOND, ns % SECOND};
}
/* Exactly, but for what others' yields add: a microsecond each. */
static inline bool passed(int64_t since, int64_t length) {
    int64_t error = now() - since - length;
    if (error < 0 || error > 50000)
        printf("#   %lld ns instead of %lld\n", (long long)(now() - since), (long long)length);
    return error >= 0 && error <= 50000;
}

static inline pid_t child_that(void (*function)(int), int argument) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    function(argument);
    _exit(0);
}

static volatile sig_atomic_t caught;
static inline void catch (int signal) {
    caught = signal;
}
static inline void on(int signal, int flags) {
    struct sigaction action = {.sa_handler = catch, .sa_flags = flags};
    sigaction(signal, &action, NULL);
    caught = 0;
}
