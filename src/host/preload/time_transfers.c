/* Bytes that the kernel moves between descriptors: waited for in virtual time, moved piece by piece. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/preload/turns.h"

/* What poll() calls writable takes as much without blocking. */
enum { PIECE = 4096 };

/* Streams write by themselves, past us, and would block with the turn in a full pipe: a large one is not full soon. */
static void widen(const int ends[2]) {
    enum { most_for_anybody = 1 << 20 };
    int saved = errno;
    (void)syscall(SYS_fcntl, ends[1], F_SETPIPE_SZ, most_for_anybody);
    errno = saved;
}

EXPORT int pipe2(int ends[2], int flags) {
    int result = (int)syscall(SYS_pipe2, ends, flags);
    if (result != 0) return result;
    descriptor_forget(ends[0]);
    descriptor_forget(ends[1]);
    if (time_takes_part()) widen(ends);
    return 0;
}

EXPORT int pipe(int ends[2]) {
    return pipe2(ends, 0);
}

EXPORT ssize_t sendfile(int out, int in, off_t* offset, size_t count) {
    if (time_takes_part()) {
        if (time_await(out, POLLOUT, SO_SNDTIMEO, 0) != 0) return -1;
        if (count > PIECE) count = PIECE;
    }
    return REAL(sendfile)(out, in, offset, count);
}
EXPORT ssize_t sendfile64(int out, int in, off64_t* offset, size_t count) {
    return sendfile(out, in, offset, count);
}

EXPORT ssize_t splice(int in, off64_t* in_offset, int out, off64_t* out_offset, size_t count, unsigned flags) {
    if (time_takes_part()) {
        int dont = flags & SPLICE_F_NONBLOCK ? MSG_DONTWAIT : 0;
        if (time_await(in, POLLIN, SO_RCVTIMEO, dont) != 0) return -1;
        if (time_await(out, POLLOUT, SO_SNDTIMEO, dont) != 0) return -1;
        if (count > PIECE) count = PIECE;
    }
    return REAL(splice)(in, in_offset, out, out_offset, count, flags);
}

EXPORT ssize_t tee(int in, int out, size_t count, unsigned flags) {
    if (time_takes_part()) {
        int dont = flags & SPLICE_F_NONBLOCK ? MSG_DONTWAIT : 0;
        if (time_await(in, POLLIN, 0, dont) != 0 || time_await(out, POLLOUT, 0, dont) != 0) return -1;
        if (count > PIECE) count = PIECE;
    }
    return REAL(tee)(in, out, count, flags);
}
