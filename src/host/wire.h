/*
 * What the shim (a C library inside a foreign program) and the daemon say to each other over a Unix SOCK_SEQPACKET
 * socket. Plain C, shared by both sides; both run on one machine, so numbers are in host order and sizes are fixed.
 *
 * A connection has one role for its whole life; its first packet, the hello, says which:
 *
 *   role     first packet                  answer            afterwards
 *   NETLINK  hello                         welcome           datagrams both ways, each behind a mlosim_datagram
 *   CALL     hello, call, payload          answer, payload   closed by the daemon
 *   FILE     hello, call (op WRITE), path  welcome           every packet is one write(2) to that file
 *   PACKET   hello                         welcome           frames to the program, each behind a mlosim_frame
 *   SILENT   hello                         welcome           a struct rfkill_event for each switch that there is
 *   TIME     hello, join                   welcome, facts    struct mlosim_time_message both ways (host/time_wire.h)
 *
 * What belongs to a netlink socket lives in the daemon, under the socket's SO_COOKIE. So a descriptor that went through
 * dup, fork or exec is still whole: whoever holds it can ask the kernel for the cookie and the daemon for the rest.
 */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MLOSIM_WIRE_MAGIC 0x6d4c4f31u /* "mLO1" */
#define MLOSIM_WIRE_VERSION 1u

/* Environment variables of a program under the shim. */
#define MLOSIM_ENV_SOCKET "MLOSIM_SOCKET"
/* "tap": network devices are the kernel's own, only what is about radios is redirected. Anything else, or nothing:
 * simulated devices too. */
#define MLOSIM_ENV_NETDEV "MLOSIM_NETDEV"
/* Set: standard output goes out line by line, also where it is no terminal. */
#define MLOSIM_ENV_LINE_BUFFERED "MLOSIM_LINE_BUFFERED"

/* No packet is longer than this; what is longer travels in several (only the payload of an answer can be). */
#define MLOSIM_WIRE_PACKET_MAX (128u * 1024u)
/* A netlink datagram from a program; more is EMSGSIZE, as beyond SO_SNDBUF in the kernel. */
#define MLOSIM_WIRE_DATAGRAM_MAX (MLOSIM_WIRE_PACKET_MAX - 64u)
/* PATH_MAX without its NUL. */
#define MLOSIM_WIRE_PATH_MAX 4095u
/* Longest write to a simulated file: one page, as sysfs takes. */
#define MLOSIM_WIRE_WRITE_MAX 4096u
/* Largest structure of <linux/ethtool.h> that travels. */
#define MLOSIM_WIRE_ETHTOOL_MAX 1024u
/* Longest answer that a program has to take. */
#define MLOSIM_WIRE_ANSWER_MAX (16u * 1024u * 1024u)

enum mlosim_role {
    MLOSIM_ROLE_NETLINK = 1,
    MLOSIM_ROLE_CALL = 2,
    MLOSIM_ROLE_FILE = 3,
    MLOSIM_ROLE_SILENT = 4,
    MLOSIM_ROLE_PACKET = 5,
    MLOSIM_ROLE_TIME = 6,
};

struct mlosim_hello {
    uint32_t magic;
    uint16_t version;
    uint16_t role;
    uint64_t cookie;  /* SO_COOKIE of the program's end; 0 for a CALL */
    int32_t pid;      /* getpid() as the program sees it: the port that an unbound socket gets */
    int32_t protocol; /* NETLINK_ROUTE or NETLINK_GENERIC; a PACKET's as the program gave it; 0 for the other roles */
    int32_t type;     /* SOCK_RAW or SOCK_DGRAM; 0 for the roles that are no sockets */
    uint32_t reserved;
};

struct mlosim_welcome {
    uint32_t magic;
    int32_t error; /* 0, or why the daemon does not serve this connection (a positive errno) */
};

enum mlosim_datagram_kind {
    MLOSIM_DATAGRAM = 1, /* netlink messages follow */
    MLOSIM_OVERRUN = 2,  /* daemon to program: multicasts were lost here; the receive fails with ENOBUFS */
};

enum mlosim_datagram_flags {
    MLOSIM_WITH_PACKET_INFO = 1, /* NETLINK_PKTINFO is on: the receive carries a struct nl_pktinfo */
    MLOSIM_WITH_CREDENTIALS = 2, /* SO_PASSCRED is on: the receive carries the kernel's credentials */
};

struct mlosim_datagram {
    uint16_t kind;
    uint16_t flags;
    uint32_t port;  /* sender's port, 0: the kernel */
    uint32_t group; /* multicast group, 0: unicast */
    /* From the program: the largest buffer that it has received into so far; 0: none or not known. The kernel sizes the
     * parts of dumps by it. */
    uint32_t receive_size;
};

/* In front of each frame for a packet socket: what recvfrom() tells in a struct sockaddr_ll. The frame's first octet is
 * at a fixed distance, so that a program's socket filter can be moved to where it is. */
struct mlosim_frame {
    uint16_t protocol; /* in network order, as sll_protocol */
    uint16_t hardware; /* ARPHRD_* */
    uint32_t index;    /* of the device */
    uint8_t kind;      /* PACKET_HOST, PACKET_OUTGOING … */
    uint8_t address_length;
    uint8_t address[8]; /* the sender's */
    uint16_t reserved;
    int32_t error; /* no frame follows, the receive fails with this errno */
};

enum mlosim_op {
    /* Netlink sockets; `target` is the socket's cookie. */
    MLOSIM_OP_BIND = 1,       /* arg: port, group mask -> value: port */
    MLOSIM_OP_INFO = 2,       /* -> value: as enum mlosim_info; payload: uint32_t group numbers */
    MLOSIM_OP_MEMBERSHIP = 3, /* arg: group, 1 join or 0 leave */
    MLOSIM_OP_OPTION = 4,     /* arg: bit of enum mlosim_option, value */
    MLOSIM_OP_RCVBUF = 5,     /* arg: bytes as given to SO_RCVBUF, 1 for SO_RCVBUFFORCE */
    MLOSIM_OP_SYNC = 6,       /* answered once everything sent before has been handled */
    /* The same for a FILE: payload: what to write. Unlike a packet on the FILE's own connection it is answered. */
    MLOSIM_OP_WRITE_OPEN = 7,

    /* Packet sockets; `target` is the socket's cookie. */
    MLOSIM_OP_PACKET_BIND = 8, /* arg: device index or 0, protocol in network order; ENXIO: none of ours */
    MLOSIM_OP_PACKET_SEND = 9, /* payload: struct mlosim_frame (index 0: the bound one), frame */

    /* Network devices. */
    MLOSIM_OP_IOCTL = 16,   /* arg: request; payload: struct ifreq -> payload: struct ifreq */
    MLOSIM_OP_NETDEVS = 17, /* -> payload: struct mlosim_netdev[] */
    MLOSIM_OP_ETHTOOL = 18, /* payload: name[16], then a structure of <linux/ethtool.h> -> payload: the structure */

    /* Files; payload: the path, absolute and without "." and ".."; `arg[0]` is its length, data follow it. ENXIO means
     * that the path is none of ours: the kernel is to be asked. */
    MLOSIM_OP_STAT = 32,      /* arg[1]: 1 to follow a last symlink -> value: as enum mlosim_stat */
    MLOSIM_OP_READ = 33,      /* -> payload: content */
    MLOSIM_OP_WRITE = 34,     /* data: what to write */
    MLOSIM_OP_READLINK = 35,  /* -> payload: target */
    MLOSIM_OP_CANONICAL = 36, /* -> payload: the path without symlinks */
    MLOSIM_OP_DIRECTORY = 37, /* -> payload: path of a real directory that mirrors this one */
};

/* Of a PACKET: the port is the device's index, OPTIONS are frames received, RCVBUF those lost; payload: a struct
 * mlosim_frame with the device's own address. */
enum mlosim_info {
    MLOSIM_INFO_ROLE,
    MLOSIM_INFO_PROTOCOL,
    MLOSIM_INFO_TYPE,
    MLOSIM_INFO_PORT,
    MLOSIM_INFO_OPTIONS,
    MLOSIM_INFO_RCVBUF
};

enum mlosim_option {
    MLOSIM_OPTION_PACKET_INFO = 1 << 0,
    MLOSIM_OPTION_BROADCAST_ERROR = 1 << 1,
    MLOSIM_OPTION_NO_ENOBUFS = 1 << 2,
    MLOSIM_OPTION_LISTEN_ALL_NSID = 1 << 3,
    MLOSIM_OPTION_CAP_ACK = 1 << 4,
    MLOSIM_OPTION_EXT_ACK = 1 << 5,
    MLOSIM_OPTION_STRICT_CHECK = 1 << 6,
    MLOSIM_OPTION_PASS_CREDENTIALS = 1 << 7, /* SOL_SOCKET's SO_PASSCRED; the others are of SOL_NETLINK */
};

enum mlosim_stat { MLOSIM_STAT_MODE, MLOSIM_STAT_SIZE, MLOSIM_STAT_INODE, MLOSIM_STAT_LINKS };

struct mlosim_call {
    uint32_t op;
    uint32_t length; /* of the payload that follows */
    uint64_t target;
    uint32_t arg[4];
};

struct mlosim_answer {
    int32_t error;   /* 0 or a positive errno */
    uint32_t length; /* of the payload, which may take further packets */
    uint32_t value[6];
};

struct mlosim_netdev {
    uint32_t index;
    uint32_t flags; /* IFF_* */
    uint16_t type;  /* ARPHRD_* */
    uint16_t reserved;
    uint32_t mtu;
    uint8_t address[8]; /* the first six count */
    uint8_t broadcast[8];
    char name[16];
};

#ifdef __cplusplus
} /* extern "C" */

static_assert(sizeof(mlosim_hello) == 32 && sizeof(mlosim_welcome) == 8 && sizeof(mlosim_datagram) == 16);
static_assert(sizeof(mlosim_call) == 32 && sizeof(mlosim_answer) == 32 && sizeof(mlosim_netdev) == 48);
static_assert(sizeof(mlosim_frame) == 24);
#endif
