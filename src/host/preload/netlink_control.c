/* Everything about a netlink socket but its datagrams. The socket's state is the daemon's; here is only its
 * translation. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "host/preload/shim.h"
#include "host/preload/turns.h"

int netlink_socket(int type, int protocol) {
    int base = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (base != SOCK_RAW && base != SOCK_DGRAM) FAIL(ESOCKTNOSUPPORT);
    int fd = daemon_connect(MLOSIM_ROLE_NETLINK, type & (SOCK_CLOEXEC | SOCK_NONBLOCK), protocol, base, NULL);
    if (fd >= 0) descriptor_is_netlink(fd);
    return fd;
}

/* Ports that programs make of their process number (libnl: its low 22 bits, and a counter above them) are made of the
 * one that is the same in each run. */
static uint32_t port_on_wire(uint32_t port) {
    enum { pid_mask = 0x3fffff };
    if (!time_is_virtual() || (port & pid_mask) != ((uint32_t)syscall(SYS_getpid) & pid_mask)) return port;
    return (port & ~(uint32_t)pid_mask) | ((uint32_t)time_virtual_pid() & pid_mask);
}

int netlink_bind(int fd, const struct sockaddr* address, socklen_t length) {
    struct sockaddr_nl local;
    if (length < sizeof local) FAIL(EINVAL);
    memcpy(&local, address, sizeof local);
    if (local.nl_family != AF_NETLINK) FAIL(EINVAL);
    int error = daemon_socket_call(fd, MLOSIM_OP_BIND, port_on_wire(local.nl_pid), local.nl_groups, NULL, NULL);
    if (error) FAIL(error);
    return 0;
}

int netlink_connect(int fd, const struct sockaddr* address, socklen_t length) {
    struct sockaddr_nl to;
    if (length < sizeof to.nl_family) FAIL(EINVAL);
    memset(&to, 0, sizeof to);
    memcpy(&to, address, length < sizeof to ? length : sizeof to);
    if (to.nl_family == AF_UNSPEC) return 0;
    if (to.nl_family != AF_NETLINK || length < sizeof to) FAIL(EINVAL);
    if (to.nl_groups != 0) FAIL(EPERM);
    if (to.nl_pid != 0) FAIL(ECONNREFUSED); /* the only peer here is the kernel */
    struct mlosim_answer answer;
    int error = daemon_socket_call(fd, MLOSIM_OP_INFO, 0, 0, &answer, NULL);
    if (!error && answer.value[MLOSIM_INFO_PORT] == 0) error = daemon_socket_call(fd, MLOSIM_OP_BIND, 0, 0, NULL, NULL);
    if (error) FAIL(error);
    return 0;
}

/* The legacy mask of a socket's memberships. */
static uint32_t low_groups(const uint32_t* groups, uint32_t count) {
    uint32_t mask = 0;
    for (uint32_t i = 0; i < count; i++)
        if (groups[i] >= 1 && groups[i] <= 32) mask |= 1u << (groups[i] - 1);
    return mask;
}

int netlink_getname(int fd, struct sockaddr* address, socklen_t* length, bool peer) {
    struct sockaddr_nl name = {.nl_family = AF_NETLINK};
    if (!peer) {
        struct mlosim_answer answer;
        void* groups = NULL;
        int error = daemon_socket_call(fd, MLOSIM_OP_INFO, 0, 0, &answer, &groups);
        if (error) FAIL(error);
        name.nl_pid = answer.value[MLOSIM_INFO_PORT];
        name.nl_groups = low_groups(groups, answer.length / sizeof(uint32_t));
        free(groups);
    }
    memcpy(address, &name, *length < sizeof name ? *length : sizeof name);
    *length = sizeof name;
    return 0;
}

static int set_option(int fd, enum mlosim_option option, int value) {
    int error = daemon_socket_call(fd, MLOSIM_OP_OPTION, option, value != 0, NULL, NULL);
    if (error) FAIL(error);
    return 0;
}

/* SOL_NETLINK's switches and ours. */
static enum mlosim_option option_bit(int option) {
    switch (option) {
        case NETLINK_PKTINFO:
            return MLOSIM_OPTION_PACKET_INFO;
        case NETLINK_BROADCAST_ERROR:
            return MLOSIM_OPTION_BROADCAST_ERROR;
        case NETLINK_NO_ENOBUFS:
            return MLOSIM_OPTION_NO_ENOBUFS;
        case NETLINK_LISTEN_ALL_NSID:
            return MLOSIM_OPTION_LISTEN_ALL_NSID;
        case NETLINK_CAP_ACK:
            return MLOSIM_OPTION_CAP_ACK;
        case NETLINK_EXT_ACK:
            return MLOSIM_OPTION_EXT_ACK;
        case NETLINK_GET_STRICT_CHK:
            return MLOSIM_OPTION_STRICT_CHECK;
        default:
            return 0;
    }
}

int netlink_setsockopt(int fd, int level, int option, const void* value, socklen_t length) {
    int number = 0;
    if (level == SOL_SOCKET) {
        if (option == SO_ATTACH_FILTER) return filter_attach(fd, value, length, sizeof(struct mlosim_datagram), -1, -1);
        if (option == SO_ATTACH_BPF) FAIL(ENOPROTOOPT); /* would see our header */
        if (option != SO_RCVBUF && option != SO_RCVBUFFORCE && option != SO_PASSCRED)
            return real()->setsockopt(fd, level, option, value, length);
        if (length < sizeof number) FAIL(EINVAL);
        memcpy(&number, value, sizeof number);
        if (option == SO_PASSCRED) return set_option(fd, MLOSIM_OPTION_PASS_CREDENTIALS, number);
        int error = daemon_socket_call(fd, MLOSIM_OP_RCVBUF, (uint32_t)number, option == SO_RCVBUFFORCE, NULL, NULL);
        if (error) FAIL(error);
        return 0;
    }
    if (level != SOL_NETLINK) FAIL(ENOPROTOOPT);
    if (length >= sizeof number)
        memcpy(&number, value, sizeof number); /* cf. netlink_setsockopt(): shorter counts as 0 */
    if (option == NETLINK_ADD_MEMBERSHIP || option == NETLINK_DROP_MEMBERSHIP) {
        int error = daemon_socket_call(fd, MLOSIM_OP_MEMBERSHIP, (uint32_t)number, option == NETLINK_ADD_MEMBERSHIP,
                                       NULL, NULL);
        if (error) FAIL(error);
        return 0;
    }
    enum mlosim_option bit = option_bit(option);
    if (!bit) FAIL(ENOPROTOOPT);
    return set_option(fd, bit, number);
}

static int give_int(int number, void* value, socklen_t* length) {
    socklen_t size = *length < sizeof number ? *length : (socklen_t)sizeof number;
    memcpy(value, &number, size);
    *length = size;
    return 0;
}

/* NETLINK_LIST_MEMBERSHIPS: a bit map in words; `length` says how long the whole map is, cf. netlink_getsockopt(). */
static int give_memberships(const uint32_t* groups, uint32_t count, void* value, socklen_t* length) {
    uint32_t highest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (groups[i] > highest) highest = groups[i];
    socklen_t words = (highest + 31) / 32;
    uint32_t* map = value;
    socklen_t room = *length / sizeof *map;
    memset(map, 0, (room < words ? room : words) * sizeof *map);
    for (uint32_t i = 0; i < count; i++)
        if (groups[i] >= 1 && (groups[i] - 1) / 32 < room) map[(groups[i] - 1) / 32] |= 1u << ((groups[i] - 1) % 32);
    *length = words * sizeof *map;
    return 0;
}

int netlink_getsockopt(int fd, int level, int option, void* value, socklen_t* length) {
    bool ours = level == SOL_SOCKET && (option == SO_DOMAIN || option == SO_PROTOCOL || option == SO_TYPE ||
                                        option == SO_RCVBUF || option == SO_PASSCRED);
    if (level == SOL_SOCKET && !ours) return real()->getsockopt(fd, level, option, value, length);
    if (level != SOL_SOCKET && level != SOL_NETLINK) FAIL(ENOPROTOOPT);
    if (level == SOL_SOCKET && option == SO_DOMAIN) return give_int(AF_NETLINK, value, length);

    struct mlosim_answer answer;
    void* groups = NULL;
    int error = daemon_socket_call(fd, MLOSIM_OP_INFO, 0, 0, &answer, &groups);
    if (error) FAIL(error);
    int result = 0;
    if (level == SOL_NETLINK) {
        if (option == NETLINK_LIST_MEMBERSHIPS)
            result = give_memberships(groups, answer.length / sizeof(uint32_t), value, length);
        else if (!option_bit(option))
            error = ENOPROTOOPT;
        else if (*length < sizeof(int))
            error = EINVAL;
        else
            result = give_int((answer.value[MLOSIM_INFO_OPTIONS] & option_bit(option)) != 0, value, length);
    } else if (option == SO_PROTOCOL) {
        result = give_int((int)answer.value[MLOSIM_INFO_PROTOCOL], value, length);
    } else if (option == SO_TYPE) {
        result = give_int((int)answer.value[MLOSIM_INFO_TYPE], value, length);
    } else if (option == SO_RCVBUF) {
        result = give_int((int)answer.value[MLOSIM_INFO_RCVBUF], value, length);
    } else {
        result = give_int((answer.value[MLOSIM_INFO_OPTIONS] & MLOSIM_OPTION_PASS_CREDENTIALS) != 0, value, length);
    }
    free(groups);
    if (error) FAIL(error);
    return result;
}
