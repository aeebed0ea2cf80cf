/* What virtual time costs in real time: a look at the clock, a sleep, a round trip between two processes. Run it with
 * mlosimctl exec in a world whose clock is virtual. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

/* times() stays real. */
static double real_seconds(void) {
    struct tms ignored;
    return (double)times(&ignored) / (double)sysconf(_SC_CLK_TCK);
}

static void report(const char* what, double begin, int rounds) {
    printf("%-12s %8.2f us\n", what, (real_seconds() - begin) / rounds * 1e6);
}

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? atoi(argv[1]) : 20000;
    double begin = real_seconds();
    struct timespec now;
    for (int i = 0; i < rounds * 100; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
    report("clock", begin, rounds * 100);
    begin = real_seconds();
    for (int i = 0; i < rounds; i++)
        usleep(1000);
    report("sleep", begin, rounds);

    int ends[2];
    char octet = 'x';
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    if (fork() == 0) {
        close(ends[0]);
        while (read(ends[1], &octet, 1) == 1)
            if (write(ends[1], &octet, 1) != 1) break;
        _exit(0);
    }
    close(ends[1]);
    begin = real_seconds();
    for (int i = 0; i < rounds; i++) {
        struct pollfd answer = {.fd = ends[0], .events = POLLIN};
        if (write(ends[0], &octet, 1) != 1 || poll(&answer, 1, 1000) != 1 || read(ends[0], &octet, 1) != 1) return 1;
    }
    report("round trip", begin, rounds);
    return 0;
}
