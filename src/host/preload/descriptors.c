/*
 * Which descriptors are connections to the daemon. The kernel knows (getpeername), so what we remember is only a cache,
 * and it is built so that a stale entry cannot hurt: "unknown" is always safe, "netlink" is remembered only for the
 * number that socket() gave us, and numbers that dup, fcntl or a child of vfork touch become unknown.
 */
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "host/preload/shim.h"

enum { UNKNOWN = 0, FOREIGN = 1, NETLINK = 2, PACKET = 3, KIND_MASK = 3, UNSYNCED = 4 };

/* Descriptors with higher numbers are looked at anew each time. */
#define TABLE_SIZE 65536

static unsigned char table[TABLE_SIZE];

static bool in_table(int fd) {
    return fd >= 0 && fd < TABLE_SIZE;
}
static unsigned char load_entry(int fd) {
    return in_table(fd) ? __atomic_load_n(&table[fd], __ATOMIC_RELAXED) : UNKNOWN;
}
static void store_entry(int fd, unsigned char entry) {
    if (in_table(fd)) __atomic_store_n(&table[fd], entry, __ATOMIC_RELAXED);
}

void descriptor_forget(int fd) {
    store_entry(fd, UNKNOWN);
}

void descriptor_forget_range(unsigned first, unsigned last) {
    for (unsigned fd = first; fd <= last && fd < TABLE_SIZE; fd++)
        store_entry((int)fd, UNKNOWN);
}

void descriptor_set_unsynced(int fd, bool unsynced) {
    unsigned char entry = load_entry(fd);
    if ((entry & KIND_MASK) != NETLINK || !!(entry & UNSYNCED) == unsynced) return;
    store_entry(fd, unsynced ? NETLINK | UNSYNCED : NETLINK);
}

bool descriptor_unsynced(int fd) {
    if (!in_table(fd)) return true; /* cannot be remembered: better ask once too often */
    return (load_entry(fd) & UNSYNCED) != 0;
}

static uint32_t receive_sizes[TABLE_SIZE];

void descriptor_is_netlink(int fd) {
    store_entry(fd, NETLINK);
    if (in_table(fd)) __atomic_store_n(&receive_sizes[fd], 0, __ATOMIC_RELAXED);
}

void descriptor_is_packet(int fd) {
    store_entry(fd, PACKET);
}

uint32_t descriptor_note_receive(int fd, size_t size) {
    if (!in_table(fd)) return 0;
    uint32_t known = __atomic_load_n(&receive_sizes[fd], __ATOMIC_RELAXED);
    if (size <= known) return known;
    if (size > UINT32_MAX) size = UINT32_MAX;
    __atomic_store_n(&receive_sizes[fd], (uint32_t)size, __ATOMIC_RELAXED);
    return (uint32_t)size;
}

uint64_t descriptor_cookie(int fd) {
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    if (real()->getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0 || length != sizeof cookie) return 0;
    return cookie;
}

/* The other end is the daemon's listening socket, under the name that the environment gives. */
static bool leads_to_daemon(int fd) {
    struct sockaddr_un peer;
    socklen_t length = sizeof peer;
    memset(&peer, 0, sizeof peer);
    if (real()->getpeername(fd, (struct sockaddr*)&peer, &length) != 0) return false;
    if (peer.sun_family != AF_UNIX) return false;
    return strncmp(peer.sun_path, shim_socket_path(), sizeof peer.sun_path) == 0;
}

/* A program that connects to the daemon by itself (mlosimctl) knows what it does: ours are made past connect(). */
void descriptor_was_connected(int fd) {
    if (!shim_enabled()) return;
    int saved = errno;
    store_entry(fd, leads_to_daemon(fd) ? FOREIGN : UNKNOWN);
    errno = saved;
}

/* Inherited or duplicated: the daemon knows what it is. */
static enum descriptor_kind ask_daemon(int fd) {
    struct mlosim_answer answer;
    if (daemon_socket_call(fd, MLOSIM_OP_INFO, 0, 0, &answer, NULL) != 0)
        return DESCRIPTOR_NETLINK; /* it died: errors there */
    switch (answer.value[MLOSIM_INFO_ROLE]) {
        case MLOSIM_ROLE_NETLINK:
            return DESCRIPTOR_NETLINK;
        case MLOSIM_ROLE_PACKET:
            return DESCRIPTOR_PACKET;
        case MLOSIM_ROLE_FILE:
            return DESCRIPTOR_FILE;
        default:
            return DESCRIPTOR_SILENT;
    }
}

enum descriptor_kind descriptor_kind(int fd) {
    switch (load_entry(fd) & KIND_MASK) {
        case FOREIGN:
            return DESCRIPTOR_FOREIGN;
        case NETLINK:
            return DESCRIPTOR_NETLINK;
        case PACKET:
            return DESCRIPTOR_PACKET;
        default:
            break;
    }
    if (!shim_enabled() || fd < 0) return DESCRIPTOR_FOREIGN;
    int saved = errno;
    enum descriptor_kind kind = DESCRIPTOR_FOREIGN;
    if (leads_to_daemon(fd))
        kind = ask_daemon(fd);
    else
        store_entry(fd, FOREIGN);
    if (kind == DESCRIPTOR_NETLINK) store_entry(fd, NETLINK);
    if (kind == DESCRIPTOR_PACKET) store_entry(fd, PACKET);
    errno = saved;
    return kind;
}
