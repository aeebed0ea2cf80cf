/* What the C programs of the tests share: cases that print one TAP line each. SUITE: the name in front of theirs. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int number, failed;

static void verdict(bool ok, const char* name, const char* detail) {
    number++;
    if (!ok) failed++;
    printf("%s %d - " SUITE ".%s\n", ok ? "ok" : "not ok", number, name);
    if (!ok) printf("#   %s (errno %d, %s)\n", detail, errno, strerror(errno));
    fflush(stdout);
}

/* One case: runs to the first condition that does not hold. */
#define CASE(name) static const char* name(void)
#define CHECK(condition) \
    if (!(condition)) return #condition
#define RUN(name)                        \
    do {                                 \
        const char* detail = name();     \
        verdict(!detail, #name, detail); \
    } while (0)
