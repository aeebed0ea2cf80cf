/* A program's message behind (or to be filled behind) a header of ours. */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* More pieces than anyone has, less than what would need the heap. */
#define PIECES_ON_STACK 16

/* The program's pieces behind one of ours. */
struct pieces {
    struct iovec on_stack[PIECES_ON_STACK + 1];
    struct iovec* all;
    size_t count;
};

static inline int put_behind(struct pieces* out, void* header, size_t size, const struct msghdr* msg) {
    if (msg->msg_iovlen >= IOV_MAX) return EMSGSIZE;
    out->count = msg->msg_iovlen + 1;
    out->all = out->on_stack;
    if (msg->msg_iovlen > PIECES_ON_STACK) {
        out->all = malloc(out->count * sizeof *out->all);
        if (!out->all) return ENOMEM;
    }
    out->all[0] = (struct iovec){header, size};
    if (msg->msg_iovlen > 0) memcpy(out->all + 1, msg->msg_iov, msg->msg_iovlen * sizeof *out->all);
    return 0;
}

static inline void release(struct pieces* pieces) {
    if (pieces->all != pieces->on_stack) free(pieces->all);
}

/* The daemon is gone: a kernel without the family would refuse. */
static inline int daemon_gone(int error) {
    return error == EPIPE || error == ECONNRESET || error == ENOTCONN ? ECONNREFUSED : error;
}
