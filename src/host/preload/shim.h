/*
 * The inside of libmlosim-preload.so. Unlike the rest of the project this library lives in foreign programs, as a part
 * of their libc, so it follows other rules: plain C, global state (there is one process), no memory kept between calls,
 * and nothing that needs a newer C library than 2.31.
 */
#pragma once

#include <dirent.h>
#include <glob.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/wire.h"

#define EXPORT __attribute__((visibility("default")))

/* ---- real.c: the functions that we stand in front of ---- */

struct real_functions {
    long (*raw)(long, ...);
    int (*socket)(int, int, int);
    int (*bind)(int, const struct sockaddr*, socklen_t);
    int (*connect)(int, const struct sockaddr*, socklen_t);
    int (*getsockname)(int, struct sockaddr*, socklen_t*);
    int (*getpeername)(int, struct sockaddr*, socklen_t*);
    int (*setsockopt)(int, int, int, const void*, socklen_t);
    int (*getsockopt)(int, int, int, void*, socklen_t*);
    ssize_t (*send)(int, const void*, size_t, int);
    ssize_t (*sendto)(int, const void*, size_t, int, const struct sockaddr*, socklen_t);
    ssize_t (*sendmsg)(int, const struct msghdr*, int);
    int (*sendmmsg)(int, struct mmsghdr*, unsigned, int);
    ssize_t (*recv)(int, void*, size_t, int);
    ssize_t (*recvfrom)(int, void*, size_t, int, struct sockaddr*, socklen_t*);
    ssize_t (*recvmsg)(int, struct msghdr*, int);
    int (*recvmmsg)(int, struct mmsghdr*, unsigned, int, struct timespec*);
    ssize_t (*read)(int, void*, size_t);
    ssize_t (*readv)(int, const struct iovec*, int);
    ssize_t (*write)(int, const void*, size_t);
    ssize_t (*writev)(int, const struct iovec*, int);
    int (*close)(int);
    int (*close_range)(unsigned, unsigned, int);
    void (*closefrom)(int);
    int (*dup)(int);
    int (*dup2)(int, int);
    int (*dup3)(int, int, int);
    int (*fcntl)(int, int, ...);
    int (*fcntl64)(int, int, ...);
    int (*ioctl)(int, unsigned long, ...);
    unsigned (*if_nametoindex)(const char*);
    char* (*if_indextoname)(unsigned, char*);
    struct if_nameindex* (*if_nameindex)(void);
    void (*if_freenameindex)(struct if_nameindex*);
    int (*getifaddrs)(struct ifaddrs**);
    void (*freeifaddrs)(struct ifaddrs*);
    int (*open)(const char*, int, ...);
    int (*openat)(int, const char*, int, ...);
    FILE* (*fopen)(const char*, const char*);
    FILE* (*fopen64)(const char*, const char*);
    int (*access)(const char*, int);
    int (*eaccess)(const char*, int);
    int (*faccessat)(int, const char*, int, int);
    int (*glob)(const char*, int, int (*)(const char*, int), glob_t*);
    DIR* (*opendir)(const char*);
    int (*chdir)(const char*);
    int (*fchdir)(int);
    char* (*getcwd)(char*, size_t);
    char* (*realpath)(const char*, char*);
    int (*scandir)(const char*, struct dirent***, int (*)(const struct dirent*),
                   int (*)(const struct dirent**, const struct dirent**));
};

/* Filled before the first use: `real()->read(…)`. */
const struct real_functions* real(void);

/* False when the program was started without MLOSIM_SOCKET: then every function of ours just calls the real one. */
bool shim_enabled(void);
/* And its network devices are simulated ones, not the kernel's TAP devices. */
bool shim_has_devices(void);
/* The daemon's socket. */
const char* shim_socket_path(void);

/* ---- descriptors.c: which descriptors are connections to the daemon ---- */

enum descriptor_kind {
    DESCRIPTOR_FOREIGN,
    DESCRIPTOR_NETLINK,
    DESCRIPTOR_PACKET,
    DESCRIPTOR_FILE,
    DESCRIPTOR_SILENT,
};

enum descriptor_kind descriptor_kind(int fd);
/* Looks again at the next use: the number was closed or now means something else. */
void descriptor_forget(int fd);
void descriptor_forget_range(unsigned first, unsigned last);
/* By the program. */
void descriptor_was_connected(int fd);
void descriptor_is_netlink(int fd);
void descriptor_is_packet(int fd);
/* A netlink socket has sent something and not yet waited for the daemon to have handled it. */
void descriptor_set_unsynced(int fd, bool unsynced);
bool descriptor_unsynced(int fd);
/* The largest buffer that was received into on a netlink socket; returns it. */
uint32_t descriptor_note_receive(int fd, size_t size);
/* The socket's SO_COOKIE, 0 if it is no socket. */
uint64_t descriptor_cookie(int fd);

/* ---- call.c: talking to the daemon ---- */

/* A connection in `role` that the daemon has welcomed; `call` and `path` only for MLOSIM_ROLE_FILE. -1 and errno. */
int daemon_connect(enum mlosim_role role, int type_flags, int protocol, int type, const char* path);
/* One call. Returns 0 or a positive errno (the daemon's, or ECONNREFUSED when there is none). `reply` (may be NULL)
 * gets the answer's payload, NUL-terminated, to be freed by the caller. */
int daemon_call(const struct mlosim_call* call, const struct iovec* payload, int pieces, struct mlosim_answer* answer,
                void** reply);
/* The same for a netlink socket, without payload. */
int daemon_socket_call(int fd, enum mlosim_op op, uint32_t arg0, uint32_t arg1, struct mlosim_answer* answer,
                       void** reply);
/* A receive has met the end of the daemon. Event loops ask again and again, as fast as they can, and log each time:
 * after a thousand times the process gets SIGTERM, after a hundred thousand it is ended. */
void daemon_end_met(void);

/* ---- netlink_io.c ---- */

ssize_t netlink_send(int fd, const struct msghdr* msg, int flags);
ssize_t netlink_receive(int fd, struct msghdr* msg, int flags);

/* ---- netlink_control.c ---- */

int netlink_socket(int type, int protocol);
int netlink_bind(int fd, const struct sockaddr* address, socklen_t length);
int netlink_connect(int fd, const struct sockaddr* address, socklen_t length);
int netlink_getname(int fd, struct sockaddr* address, socklen_t* length, bool peer);
int netlink_setsockopt(int fd, int level, int option, const void* value, socklen_t length);
int netlink_getsockopt(int fd, int level, int option, void* value, socklen_t* length);

/* ---- packet_socket.c: AF_PACKET ---- */

int packet_socket(int type, int protocol);
int packet_bind(int fd, const struct sockaddr* address, socklen_t length);
int packet_getname(int fd, struct sockaddr* address, socklen_t* length);
int packet_setsockopt(int fd, int level, int option, const void* value, socklen_t length);
int packet_getsockopt(int fd, int level, int option, void* value, socklen_t* length);
ssize_t packet_send(int fd, const struct msghdr* msg, int flags);
ssize_t packet_receive(int fd, struct msghdr* msg, int flags);

/* ---- filter.c ---- */

/* Attaches a socket filter (struct sock_fprog) so that it sees what lies behind the first `header` octets. `kind_at`
 * and `protocol_at`: where in the header PACKET_* and the protocol are, if anywhere (-1). A filter that cannot be moved
 * is EOPNOTSUPP: the program filters by itself then. */
int filter_attach(int fd, const void* program, socklen_t length, uint32_t header, int kind_at, int protocol_at);

/* ---- paths.c: which paths the daemon serves ---- */

/* An absolute, normalised path that the daemon may serve. */
struct served_path {
    char text[MLOSIM_WIRE_PATH_MAX + 1];
    uint32_t length;
    bool slash; /* it ended in one: what a symlink there leads to is meant, and it has to be a directory */
};
/* True if `path`, seen from `dirfd`, lies where simulated devices have files. Costs a few comparisons for any other. */
bool path_may_be_served(int dirfd, const char* path, struct served_path* out);
/* One call about a path. */
int path_call(const struct served_path* path, enum mlosim_op op, uint32_t arg1, const void* data, size_t length,
              struct mlosim_answer* answer, void** reply);
/* The simulated path that a path below the daemon's mirror stands for; false if it lies elsewhere. */
bool path_from_mirror(const char* real_path, struct served_path* out);
/* The program's working directory moved (or may have). */
void path_cwd_changed(void);

/* ---- files.c ---- */

/* Opens a served path as open(2) would; ENXIO if it is the kernel's after all. */
int served_open(const struct served_path* path, int flags);
/* write(2) on a descriptor of kind FILE, and on one of /dev/rfkill. */
ssize_t served_write(int fd, const void* data, size_t length);
ssize_t rfkill_write(const void* data, size_t length);

/* libc's own, in front of which we stand too. */
#define syscall real()->raw

#define FAIL(code)      \
    do {                \
        errno = (code); \
        return -1;      \
    } while (0)
