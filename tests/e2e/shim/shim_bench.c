/* Round trips per second of a request with reply and ack over generic netlink: run it under the shim. */
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 100000;
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    if (fd < 0) {
        perror("socket");
        return 1;
    }
    struct {
        struct nlmsghdr head;
        char payload[8];
    } request = {.head = {.nlmsg_len = sizeof request, .nlmsg_type = 0x100, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK}};
    char buffer[16384];
    double start = now();
    for (int i = 0; i < rounds; i++) {
        request.head.nlmsg_seq = (unsigned)i;
        if (send(fd, &request, sizeof request, 0) != sizeof request) {
            perror("send");
            return 1;
        }
        for (int part = 0; part < 2; part++) {
            if (recv(fd, buffer, sizeof buffer, 0) < (ssize_t)sizeof(struct nlmsghdr)) {
                perror("recv");
                return 1;
            }
        }
    }
    printf("%.0f round trips per second\n", rounds / (now() - start));
    return 0;
}
