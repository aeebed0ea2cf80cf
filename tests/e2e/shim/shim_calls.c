/*
 * Calls that only C makes, against the daemon without a world: fortified names, batches, libc's own interface
 * functions, the stat family, stdio. Prints one TAP line a case.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rfkill.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "host/preload/chacha.h"

#define SUITE "Calls"
#include "cases.h"

struct request {
    struct nlmsghdr head;
    char payload[8];
};

static struct request echo(unsigned sequence) {
    struct request request = {.head = {.nlmsg_len = sizeof request, .nlmsg_type = 0x100, .nlmsg_seq = sequence}};
    return request;
}

/* The compiler must not know how large the buffer is, or it would not call the fortified function. */
static volatile size_t any_size = sizeof(struct request);

CASE(fortified_receives) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    CHECK(fd >= 0);
    struct request request = echo(1), answer;
    for (int i = 0; i < 3; i++)
        CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
    CHECK(recv(fd, &answer, any_size, 0) == sizeof answer);
    struct sockaddr_nl from;
    socklen_t length = sizeof from;
    CHECK(recvfrom(fd, &answer, any_size, 0, (struct sockaddr*)&from, &length) == sizeof answer);
    CHECK(length == sizeof from && from.nl_family == AF_NETLINK && from.nl_pid == 0);
    CHECK(read(fd, &answer, any_size) == sizeof answer);
    struct pollfd ready[1] = {{.fd = fd, .events = POLLIN}};
    volatile nfds_t count = 1;
    CHECK(poll(ready, count, 0) == 0);
    CHECK(close(fd) == 0);
    return NULL;
}

CASE(batches) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    struct request requests[5], answers[5];
    struct iovec out[5], in[5];
    struct mmsghdr sends[5] = {0}, receives[5] = {0};
    for (unsigned i = 0; i < 5; i++) {
        requests[i] = echo(i);
        out[i] = (struct iovec){&requests[i], sizeof requests[i]};
        in[i] = (struct iovec){&answers[i], sizeof answers[i]};
        sends[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
        receives[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
    }
    CHECK(sendmmsg(fd, sends, 5, 0) == 5);
    CHECK(sends[4].msg_len == sizeof(struct request));
    CHECK(recvmmsg(fd, receives, 5, MSG_WAITFORONE, NULL) == 5);
    for (unsigned i = 0; i < 5; i++)
        CHECK(answers[i].head.nlmsg_seq == i && receives[i].msg_len == sizeof(struct request));
    CHECK(recvmmsg(fd, receives, 5, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
    close(fd);
    return NULL;
}

CASE(names_and_numbers_of_interfaces) {
    char name[IF_NAMESIZE];
    CHECK(if_nametoindex("sim0") == 7);
    CHECK(if_indextoname(7, name) == name && strcmp(name, "sim0") == 0);
    CHECK(if_nametoindex("lo") == 1); /* the kernel's */
    CHECK(if_nametoindex("no-such-device") == 0 && errno == ENODEV);
    CHECK(if_nametoindex("a-name-that-is-much-too-long") == 0 && errno == ENODEV);
    struct if_nameindex* all = if_nameindex();
    CHECK(all);
    bool simulated = false, loopback = false;
    for (struct if_nameindex* at = all; at->if_index; at++) {
        simulated = simulated || (at->if_index == 7 && strcmp(at->if_name, "sim0") == 0);
        loopback = loopback || strcmp(at->if_name, "lo") == 0;
    }
    if_freenameindex(all);
    CHECK(simulated && loopback);
    return NULL;
}

CASE(addresses_of_interfaces) {
    struct ifaddrs* all;
    CHECK(getifaddrs(&all) == 0);
    bool simulated = false, loopback = false;
    for (struct ifaddrs* at = all; at; at = at->ifa_next) {
        if (strcmp(at->ifa_name, "lo") == 0) loopback = true;
        if (strcmp(at->ifa_name, "sim0") != 0) continue;
        const struct sockaddr_ll* address = (const struct sockaddr_ll*)at->ifa_addr;
        static const unsigned char expected[6] = {2, 0, 0, 0, 0, 7};
        simulated = address->sll_family == AF_PACKET && address->sll_ifindex == 7 && address->sll_halen == 6 &&
                    memcmp(address->sll_addr, expected, 6) == 0;
    }
    freeifaddrs(all);
    CHECK(simulated && loopback);
    freeifaddrs(NULL);
    return NULL;
}

CASE(interface_ioctls) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {0};
    strcpy(request.ifr_name, "sim0");
    CHECK(ioctl(fd, SIOCGIFINDEX, &request) == 0 && request.ifr_ifindex == 7);
    CHECK(ioctl(fd, SIOCGIFFLAGS, &request) == 0 && !(request.ifr_flags & IFF_UP));
    request.ifr_flags |= IFF_UP;
    CHECK(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
    request.ifr_flags = 0;
    CHECK(ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP));
    CHECK(ioctl(fd, SIOCGIFMTU, &request) == -1 && errno == EOPNOTSUPP);
    strcpy(request.ifr_name, "lo");
    CHECK(ioctl(fd, SIOCGIFINDEX, &request) == 0 && request.ifr_ifindex == 1);
    strcpy(request.ifr_name, "no-such");
    CHECK(ioctl(fd, SIOCGIFINDEX, &request) == -1 && errno == ENODEV);
    int waiting = -1;
    CHECK(ioctl(fd, FIONREAD, &waiting) == 0 && waiting == 0);
    close(fd);
    return NULL;
}

#define DEVICE "/sys/class/net/sim0"

CASE(stdio_reads_and_writes_simulated_files) {
    char line[64];
    FILE* file = fopen(DEVICE "/address", "re");
    CHECK(file && fgets(line, sizeof line, file) && strcmp(line, "02:00:00:00:00:07\n") == 0 &&
          !fgets(line, sizeof line, file));
    CHECK(fseek(file, 0, SEEK_SET) == 0 && fgets(line, 3, file) && strcmp(line, "02") == 0);
    fclose(file);
    file = fopen(DEVICE "/ifalias", "w");
    CHECK(file && fprintf(file, "%s\n", "by stdio") > 0 && fclose(file) == 0);
    file = fopen(DEVICE "/ifalias", "r");
    CHECK(file && fgets(line, sizeof line, file) && strcmp(line, "by stdio\n") == 0);
    fclose(file);
    file = fopen(DEVICE "/ifalias", "w");
    CHECK(file && fputs("bad\n", file) >= 0 && fclose(file) == EOF);
    CHECK(!fopen(DEVICE "/address", "w") && errno == EACCES);
    CHECK(!fopen(DEVICE "/no-such-file", "r") && errno == ENOENT);
    file = fopen(DEVICE "/carrier", "r");
    CHECK(file && !fgets(line, sizeof line, file) && ferror(file) && errno == EINVAL);
    fclose(file);
    file = fopen("/proc/self/status", "r");
    CHECK(file && fgets(line, sizeof line, file));
    fclose(file);
    return NULL;
}

CASE(descriptors_read_and_write_simulated_files) {
    char buffer[64];
    int fd = open(DEVICE "/address", O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && read(fd, buffer, sizeof buffer) == 18 && read(fd, buffer, sizeof buffer) == 0);
    CHECK(pread(fd, buffer, 2, 3) == 2 && memcmp(buffer, "00", 2) == 0);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
    fd = open(DEVICE "/ifalias", O_WRONLY | O_TRUNC);
    CHECK(fd >= 0 && write(fd, "direct\n", 7) == 7);
    CHECK(write(fd, "bad\n", 4) == -1 && errno == EINVAL);
    int copy = dup(fd);
    CHECK(write(copy, "by a copy\n", 10) == 10);
    close(copy);
    CHECK(read(fd, buffer, sizeof buffer) == -1 && errno == EBADF);
    close(fd);
    fd = open(DEVICE "/ifalias", O_RDONLY);
    CHECK(read(fd, buffer, sizeof buffer) == 10 && memcmp(buffer, "by a copy\n", 10) == 0);
    close(fd);
    CHECK(open(DEVICE "/address", O_WRONLY) == -1 && errno == EACCES);
    CHECK(open(DEVICE "/new", O_WRONLY | O_CREAT, 0600) == -1 && errno == EACCES);
    CHECK(open(DEVICE, O_WRONLY) == -1 && errno == EISDIR);
    CHECK(open(DEVICE "/address", O_RDONLY | O_DIRECTORY) == -1 && errno == ENOTDIR);
    CHECK(open(DEVICE, O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
    return NULL;
}

CASE(what_goes_past_the_shim_reaches_the_file_too) {
    /* As a shell's builtin does: stdio on a descriptor that somebody else opened. */
    int fd = open(DEVICE "/ifalias", O_WRONLY);
    FILE* file = fdopen(fd, "w");
    CHECK(file && fputs("through libc\n", file) >= 0 && fclose(file) == 0);
    char buffer[64] = "";
    fd = open(DEVICE "/ifalias", O_RDONLY);
    CHECK(read(fd, buffer, sizeof buffer) == 13 && strcmp(buffer, "through libc\n") == 0);
    close(fd);
    return NULL;
}

CASE(what_files_are) {
    struct stat facts;
    CHECK(stat(DEVICE, &facts) == 0 && S_ISDIR(facts.st_mode));
    CHECK(lstat(DEVICE, &facts) == 0 && S_ISLNK(facts.st_mode));
    CHECK(lstat(DEVICE "/", &facts) == 0 && S_ISDIR(facts.st_mode));
    CHECK(stat(DEVICE "/address", &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size == 4096);
    CHECK(stat(DEVICE "/address/", &facts) == -1 && errno == ENOTDIR);
    CHECK(stat(DEVICE "/none", &facts) == -1 && errno == ENOENT);
    CHECK(fstatat(AT_FDCWD, DEVICE, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(facts.st_mode));
    struct statx more;
    CHECK(statx(AT_FDCWD, DEVICE "/address", 0, STATX_BASIC_STATS, &more) == 0 && S_ISREG(more.stx_mode));
    CHECK(stat("/sys/class/net/lo", &facts) == 0);
    CHECK(access(DEVICE "/address", R_OK) == 0 && access(DEVICE "/address", W_OK) == -1 && errno == EACCES);
    CHECK(access(DEVICE "/mtu", R_OK | W_OK) == 0 && access(DEVICE "/none", F_OK) == -1 && errno == ENOENT);
    CHECK(faccessat(AT_FDCWD, DEVICE, X_OK, 0) == 0);
    CHECK(getxattr(DEVICE "/mtu", "user.x", NULL, 0) == -1 && errno == ENODATA);
    return NULL;
}

CASE(links_and_real_paths) {
    char buffer[PATH_MAX];
    CHECK(readlink(DEVICE, buffer, sizeof buffer) == 30 && memcmp(buffer, "../../devices/virtual/net/sim0", 30) == 0);
    CHECK(readlink(DEVICE, buffer, 5) == 5);
    CHECK(readlink(DEVICE "/address", buffer, sizeof buffer) == -1 && errno == EINVAL);
    CHECK(realpath(DEVICE "/subsystem", buffer) == buffer && strcmp(buffer, "/sys/class/net") == 0);
    char* made = realpath(DEVICE "/../sim0/address", NULL);
    CHECK(made && strcmp(made, "/sys/devices/virtual/net/sim0/address") == 0);
    free(made);
    CHECK(!realpath(DEVICE "/none", buffer) && errno == ENOENT);
    return NULL;
}

static bool lists(DIR* directory, const char* name) {
    bool found = false;
    for (struct dirent* entry; directory && (entry = readdir(directory));)
        found = found || strcmp(entry->d_name, name) == 0;
    return found;
}

CASE(directories) {
    DIR* directory = opendir("/sys/class/net");
    CHECK(lists(directory, "sim0"));
    closedir(directory);
    int fd = open(DEVICE, O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0);
    char buffer[64];
    int file = openat(fd, "address", O_RDONLY);
    CHECK(file >= 0 && read(file, buffer, sizeof buffer) == 18);
    close(file);
    struct stat facts;
    CHECK(fstatat(fd, "mtu", &facts, 0) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 0777) == 0644);
    directory = fdopendir(fd);
    CHECK(lists(directory, "carrier"));
    closedir(directory);
    struct dirent** entries = NULL;
    int count = scandir(DEVICE, &entries, NULL, alphasort);
    CHECK(count == 7); /* with . and .. */
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    CHECK(!opendir(DEVICE "/address") && errno == ENOTDIR);
    glob_t found;
    CHECK(glob("/sys/class/net/s*0/m?u", 0, NULL, &found) == 0 && found.gl_pathc == 1);
    CHECK(strcmp(found.gl_pathv[0], "/sys/class/net/sim0/mtu") == 0);
    globfree(&found);
    return NULL;
}

CASE(a_working_directory_among_simulated_ones) {
    char where[PATH_MAX], buffer[64];
    CHECK(chdir(DEVICE) == 0);
    CHECK(getcwd(where, sizeof where) && strcmp(where, "/sys/devices/virtual/net/sim0") == 0);
    int fd = open("address", O_RDONLY);
    CHECK(fd >= 0 && read(fd, buffer, sizeof buffer) == 18);
    close(fd);
    fd = open("./../sim0//mtu", O_RDONLY);
    CHECK(fd >= 0 && read(fd, buffer, sizeof buffer) == 5);
    close(fd);
    CHECK(chdir("/") == 0 && getcwd(where, sizeof where) && strcmp(where, "/") == 0);
    fd = open("sys/class/net/sim0/mtu", O_RDONLY);
    CHECK(fd >= 0 && read(fd, buffer, sizeof buffer) == 5);
    close(fd);
    return NULL;
}

CASE(rfkill_never_blocks) {
    int fd = open("/dev/rfkill", O_RDWR | O_NONBLOCK);
    CHECK(fd >= 0);
    struct rfkill_event event = {.op = RFKILL_OP_CHANGE_ALL, .type = RFKILL_TYPE_WLAN};
    CHECK(read(fd, &event, sizeof event) == -1 && errno == EAGAIN);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    CHECK(poll(&ready, 1, 20) == 0);
    CHECK(write(fd, &event, RFKILL_EVENT_SIZE_V1) == RFKILL_EVENT_SIZE_V1);
    event.soft = 1;
    CHECK(write(fd, &event, RFKILL_EVENT_SIZE_V1) == -1 && errno == EPERM);
    CHECK(poll(&ready, 1, 20) == 0);
    close(fd);
    return NULL;
}

static void* wait_for_nothing(void* argument) {
    char byte;
    (void)recv(*(int*)argument, &byte, 1, 0);
    return NULL;
}

CASE(a_blocked_receive_can_be_cancelled) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_for_nothing, &fd) == 0);
    struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
    void* result = NULL;
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    close(fd);
    return NULL;
}

CASE(a_child_of_vfork_changes_nothing_for_its_parent) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), ends[2];
    CHECK(pipe(ends) == 0);
    struct request request = echo(1), answer;
    CHECK(send(fd, &request, sizeof request, 0) == sizeof request);
    pid_t child = vfork();
    if (child == 0) {
        dup2(fd, ends[1]);
        close(fd);
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(recv(fd, &answer, sizeof answer, 0) == sizeof answer);
    CHECK(write(ends[1], "x", 1) == 1 && read(ends[0], &answer, 1) == 1);
    close(fd);
    close(ends[0]);
    close(ends[1]);
    return NULL;
}

/* RFC 8439, A.1, test vectors 1 and 2. */
CASE(chacha20_is_that_of_the_rfc) {
    static const uint8_t expected[2][16] = {
        {0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28},
        {0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d}};
    static const uint32_t key[8];
    uint8_t block[64];
    for (uint64_t counter = 0; counter < 2; counter++) {
        chacha_block(key, counter, block);
        CHECK(memcmp(block, expected[counter], sizeof expected[counter]) == 0);
    }
    return NULL;
}

CASE(sweeping_all_descriptors_leaves_later_sockets_whole) {
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    for (int i = 3; i < 256; i++)
        close(i);
    CHECK(fcntl(fd, F_GETFD) == -1 && errno == EBADF);
    fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
    struct request request = echo(1), answer;
    CHECK(send(fd, &request, sizeof request, 0) == sizeof request &&
          recv(fd, &answer, sizeof answer, 0) == sizeof answer);
    CHECK(if_nametoindex("sim0") == 7);
    close(fd);
    return NULL;
}

int main(void) {
    RUN(fortified_receives);
    RUN(batches);
    RUN(names_and_numbers_of_interfaces);
    RUN(addresses_of_interfaces);
    RUN(interface_ioctls);
    RUN(stdio_reads_and_writes_simulated_files);
    RUN(descriptors_read_and_write_simulated_files);
    RUN(what_goes_past_the_shim_reaches_the_file_too);
    RUN(what_files_are);
    RUN(links_and_real_paths);
    RUN(directories);
    RUN(a_working_directory_among_simulated_ones);
    RUN(rfkill_never_blocks);
    RUN(a_blocked_receive_can_be_cancelled);
    RUN(a_child_of_vfork_changes_nothing_for_its_parent);
    RUN(chacha20_is_that_of_the_rfc);
    RUN(sweeping_all_descriptors_leaves_later_sockets_whole);
    printf("1..%d\n", number);
    return failed ? 1 : 0;
}
