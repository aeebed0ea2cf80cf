/* GET_INTERFACE of wlan0 over generic netlink; run it under the shim (mlosimctl exec) or on a kernel.
 *
 *   shim_get_interface [ROUNDS]         asks and waits, ROUNDS times: how many a second, and the longest wait
 *   shim_get_interface flood REQUESTS   asks and does not wait: how many a second
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct request {
    struct nlmsghdr head;
    struct genlmsghdr generic;
    struct nlattr attribute;
    char value[8];
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_up(const char* what) {
    perror(what);
    exit(1);
}

static struct request make_request(unsigned short family, unsigned char command, unsigned short attribute,
                                   const void* value, size_t length) {
    struct request request = {.head = {.nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST},
                              .generic = {.cmd = command, .version = 1},
                              .attribute = {.nla_type = attribute, .nla_len = (unsigned short)(NLA_HDRLEN + length)}};
    memcpy(request.value, value, length);
    request.head.nlmsg_len = (unsigned)(NLMSG_HDRLEN + GENL_HDRLEN + NLA_ALIGN(request.attribute.nla_len));
    return request;
}

static unsigned short family_number(int fd) {
    struct request request = make_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, "nl80211", 8);
    char answer[16384];
    if (send(fd, &request, request.head.nlmsg_len, 0) < 0) give_up("send");
    ssize_t size = recv(fd, answer, sizeof answer, 0);
    if (size < 0) give_up("recv");
    for (ssize_t at = NLMSG_HDRLEN + GENL_HDRLEN; at + NLA_HDRLEN <= size;) {
        struct nlattr attribute;
        unsigned short number;
        memcpy(&attribute, answer + at, sizeof attribute);
        memcpy(&number, answer + at + NLA_HDRLEN, sizeof number);
        if (attribute.nla_type == CTRL_ATTR_FAMILY_ID) return number;
        if (attribute.nla_len < NLA_HDRLEN) break;
        at += NLA_ALIGN(attribute.nla_len);
    }
    fputs("no family nl80211\n", stderr);
    exit(1);
}

static void ask_and_wait(int fd, const struct request* request, int rounds) {
    char answer[16384];
    double longest = 0, start = now();
    for (int i = 0; i < rounds; i++) {
        double asked = now();
        if (send(fd, request, request->head.nlmsg_len, 0) < 0) give_up("send");
        if (recv(fd, answer, sizeof answer, 0) < 0) give_up("recv");
        double took = now() - asked;
        if (took > longest) longest = took;
    }
    printf("%.0f round trips per second, the longest %.1f ms\n", rounds / (now() - start), longest * 1000);
}

static void flood(int fd, const struct request* request, int requests) {
    enum { between_reads = 64 };
    char answer[16384];
    double start = now();
    for (int i = 0; i < requests; i++) {
        while (send(fd, request, request->head.nlmsg_len, 0) < 0)
            if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) give_up("send");
        if (i % between_reads != 0) continue;
        while (recv(fd, answer, sizeof answer, MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
            continue;
    }
    printf("%.0f requests per second\n", requests / (now() - start));
}

int main(int argc, char** argv) {
    int floods = argc > 2 && strcmp(argv[1], "flood") == 0;
    int count = floods ? atoi(argv[2]) : argc > 1 ? atoi(argv[1]) : 100000;
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    if (fd < 0) give_up("socket");
    unsigned index = if_nametoindex("wlan0");
    if (index == 0) give_up("wlan0");
    struct request request =
        make_request(family_number(fd), NL80211_CMD_GET_INTERFACE, NL80211_ATTR_IFINDEX, &index, sizeof index);
    if (floods)
        flood(fd, &request, count);
    else
        ask_and_wait(fd, &request, count);
    return 0;
}
