/* Socket filters (classic BPF) for sockets on which a header of ours lies in front of what the program expects. */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "host/preload/shim.h"

/* One load: moved by `header`. False: it looks at something that is not there. */
static bool move_load(struct sock_filter* step, uint32_t header, int kind_at, int protocol_at) {
    uint16_t mode = BPF_MODE(step->code);
    if (mode == BPF_IMM || mode == BPF_MEM) return true;
    if (mode == BPF_LEN) return false; /* would count the header */
    if ((int32_t)step->k >= 0) {
        if (step->k > (uint32_t)INT32_MAX - header) return false;
        step->k += header;
        return true;
    }
    /* What the kernel keeps beside a packet, as far as the header tells it. */
    if (step->code != (BPF_LD | BPF_ABS | BPF_SIZE(step->code))) return false;
    if (step->k == (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE) && kind_at >= 0) {
        step->code = BPF_LD | BPF_B | BPF_ABS;
        step->k = (uint32_t)kind_at;
        return true;
    }
    if (step->k == (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL) && protocol_at >= 0) {
        step->code = BPF_LD | BPF_H | BPF_ABS;
        step->k = (uint32_t)protocol_at;
        return true;
    }
    return false;
}

/* What is kept of a packet is counted from its start. */
static bool move_return(struct sock_filter* step, uint32_t header) {
    if (BPF_RVAL(step->code) != BPF_K) return false;
    if (step->k != 0) step->k = step->k > UINT32_MAX - header ? UINT32_MAX : step->k + header;
    return true;
}

static bool move(struct sock_filter* steps, unsigned count, uint32_t header, int kind_at, int protocol_at) {
    for (unsigned i = 0; i < count; i++) {
        uint16_t class = BPF_CLASS(steps[i].code);
        if ((class == BPF_LD || class == BPF_LDX) && !move_load(&steps[i], header, kind_at, protocol_at)) return false;
        if (class == BPF_RET && !move_return(&steps[i], header)) return false;
    }
    return true;
}

int filter_attach(int fd, const void* program, socklen_t length, uint32_t header, int kind_at, int protocol_at) {
    struct sock_fprog given;
    if (length != sizeof given) FAIL(EINVAL);
    memcpy(&given, program, sizeof given);
    if (given.len == 0 || given.len > BPF_MAXINSNS || !given.filter) FAIL(EINVAL);
    struct sock_filter* steps = malloc(given.len * sizeof *steps);
    if (!steps) FAIL(ENOMEM);
    memcpy(steps, given.filter, given.len * sizeof *steps);
    int result = -1, error = EOPNOTSUPP;
    if (move(steps, given.len, header, kind_at, protocol_at)) {
        struct sock_fprog moved = {given.len, steps};
        result = real()->setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &moved, sizeof moved);
        error = errno;
    }
    free(steps);
    if (result != 0) FAIL(error);
    return 0;
}
