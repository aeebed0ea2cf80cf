/*
 * Simulated files. A file that is read becomes a memfd with its content, so that everything, and stdio inside libc,
 * works on it; one that is written is a connection, so that even a write that goes past us (bash's echo) reaches the
 * daemon; a directory is a real one, the daemon's mirror.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/rfkill.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/preload/shim.h"
#include "host/preload/turns.h"

/* ---- opening ---- */

static int content_descriptor(const void* content, size_t length, int flags) {
    int fd = (int)syscall(SYS_memfd_create, "mlosim", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    if (fd < 0) return -1;
    for (size_t done = 0; done < length;) {
        long written = syscall(SYS_write, fd, (const char*)content + done, length - done);
        if (written <= 0) {
            int error = written < 0 ? errno : EIO;
            syscall(SYS_close, fd);
            FAIL(error);
        }
        done += (size_t)written;
    }
    syscall(SYS_lseek, fd, 0, SEEK_SET);
    return fd;
}

static int open_to_read(const struct served_path* path, int flags) {
    struct mlosim_answer answer;
    void* content = NULL;
    int error = path_call(path, MLOSIM_OP_READ, 0, NULL, 0, &answer, &content);
    /* sysfs opens such a file and fails the read (the carrier of a device that is down). So does a descriptor without a
     * read. */
    if (error == EINVAL) return epoll_create1(flags & O_CLOEXEC ? EPOLL_CLOEXEC : 0);
    if (error) FAIL(error);
    int fd = content_descriptor(content, answer.length, flags);
    free(content);
    return fd;
}

static int open_directory(const struct served_path* path, int flags) {
    void* mirror = NULL;
    struct mlosim_answer answer;
    int error = path_call(path, MLOSIM_OP_DIRECTORY, 0, NULL, 0, &answer, &mirror);
    if (error) FAIL(error);
    int fd = real()->open(mirror, flags);
    free(mirror);
    return fd;
}

static int open_rfkill(int flags) {
    int type_flags = (flags & O_CLOEXEC ? SOCK_CLOEXEC : 0) | (flags & O_NONBLOCK ? SOCK_NONBLOCK : 0);
    return daemon_connect(MLOSIM_ROLE_SILENT, type_flags, 0, 0, NULL);
}

int served_open(const struct served_path* path, int flags) {
    if (strcmp(path->text, "/dev/rfkill") == 0) return open_rfkill(flags);
    struct mlosim_answer facts;
    int error = path_call(path, MLOSIM_OP_STAT, path->slash || !(flags & O_NOFOLLOW), NULL, 0, &facts, NULL);
    if (error == ENOENT && (flags & O_CREAT)) FAIL(EACCES); /* nobody creates files in sysfs */
    if (error) FAIL(error);
    if ((flags & O_CREAT) && (flags & O_EXCL)) FAIL(EEXIST);
    uint32_t mode = facts.value[MLOSIM_STAT_MODE];
    int access_mode = flags & O_ACCMODE;
    if (S_ISLNK(mode)) FAIL(ELOOP);
    if (S_ISDIR(mode)) {
        if (access_mode != O_RDONLY) FAIL(EISDIR);
        return open_directory(path, flags & ~O_CREAT);
    }
    if ((flags & O_DIRECTORY) || path->slash) FAIL(ENOTDIR);
    if (access_mode == O_RDONLY) {
        if (!(mode & 0444)) FAIL(EACCES);
        return open_to_read(path, flags);
    }
    if (!(mode & 0222)) FAIL(EACCES);
    return daemon_connect(MLOSIM_ROLE_FILE, flags & O_CLOEXEC ? SOCK_CLOEXEC : 0, 0, 0, path->text);
}

ssize_t served_write(int fd, const void* data, size_t length) {
    if (length > MLOSIM_WIRE_WRITE_MAX) FAIL(EINVAL);
    struct mlosim_call call = {.op = MLOSIM_OP_WRITE_OPEN, .length = (uint32_t)length, .target = descriptor_cookie(fd)};
    struct iovec piece = {(void*)data, length};
    struct mlosim_answer answer;
    int error = daemon_call(&call, &piece, 1, &answer, NULL);
    if (error) FAIL(error);
    return (ssize_t)length;
}

/* No radio is ever blocked here: to unblock one is done at once, to block one is refused. */
ssize_t rfkill_write(const void* data, size_t length) {
    struct rfkill_event event;
    if (length < RFKILL_EVENT_SIZE_V1) FAIL(EINVAL);
    memcpy(&event, data, RFKILL_EVENT_SIZE_V1);
    if (event.soft) FAIL(EPERM);
    return (ssize_t)length;
}

static int any_open(int dirfd, const char* path, int flags, mode_t mode) {
    struct served_path served;
    if (path_may_be_served(dirfd, path, &served)) {
        int saved = errno;
        int fd = served_open(&served, flags);
        if (fd >= 0) descriptor_forget(fd);
        if (fd >= 0 || errno != ENXIO) return fd;
        errno = saved;
    }
    int random = entropy_open(path, flags);
    if (random != -2) return random;
    int fd = dirfd == AT_FDCWD ? real()->open(path, flags, mode) : real()->openat(dirfd, path, flags, mode);
    descriptor_forget(fd);
    return fd;
}

/* The mode is there only if the flags say so. */
#define TAKE_MODE(flags)                                         \
    mode_t mode = 0;                                             \
    if (((flags)&O_CREAT) || ((flags)&O_TMPFILE) == O_TMPFILE) { \
        va_list arguments;                                       \
        va_start(arguments, flags);                              \
        mode = va_arg(arguments, mode_t);                        \
        va_end(arguments);                                       \
    }

EXPORT int open(const char* path, int flags, ...) {
    TAKE_MODE(flags)
    return any_open(AT_FDCWD, path, flags, mode);
}
EXPORT int open64(const char* path, int flags, ...) {
    TAKE_MODE(flags)
    return any_open(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
EXPORT int openat(int dirfd, const char* path, int flags, ...) {
    TAKE_MODE(flags)
    return any_open(dirfd, path, flags, mode);
}
EXPORT int openat64(int dirfd, const char* path, int flags, ...) {
    TAKE_MODE(flags)
    return any_open(dirfd, path, flags | O_LARGEFILE, mode);
}
EXPORT int __open_2(const char* path, int flags) {
    return any_open(AT_FDCWD, path, flags, 0);
}
EXPORT int __open64_2(const char* path, int flags) {
    return any_open(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}
EXPORT int __openat_2(int dirfd, const char* path, int flags) {
    return any_open(dirfd, path, flags, 0);
}
EXPORT int __openat64_2(int dirfd, const char* path, int flags) {
    return any_open(dirfd, path, flags | O_LARGEFILE, 0);
}
EXPORT int creat(const char* path, mode_t mode) {
    return any_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
EXPORT int creat64(const char* path, mode_t mode) {
    return any_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE, mode);
}

/* ---- stdio ---- */

static ssize_t cookie_write(void* cookie, const char* data, size_t length) {
    ssize_t written = served_write((int)(intptr_t)cookie, data, length);
    return written < 0 ? 0 : written; /* 0 is how a cookie stream says error */
}

static int cookie_close(void* cookie) {
    return close((int)(intptr_t)cookie);
}

static FILE* served_fopen(const struct served_path* path, const char* mode) {
    bool plus = strchr(mode, '+') != NULL;
    int flags = mode[0] == 'r' ? (plus ? O_RDWR : O_RDONLY) : (plus ? O_RDWR : O_WRONLY) | O_CREAT;
    int fd = served_open(path, flags | (strchr(mode, 'e') ? O_CLOEXEC : 0));
    if (fd < 0) return NULL;
    descriptor_forget(fd);
    FILE* file;
    if ((flags & O_ACCMODE) == O_RDONLY) {
        file = fdopen(fd, mode);
    } else {
        /* Not fdopen: libc would write past us, and errors would be lost. */
        cookie_io_functions_t functions = {.write = cookie_write, .close = cookie_close};
        file = fopencookie((void*)(intptr_t)fd, "w", functions);
    }
    if (!file) close(fd);
    return file;
}

static FILE* any_fopen(FILE* (*real_function)(const char*, const char*), const char* path, const char* mode) {
    struct served_path served;
    if (path_may_be_served(AT_FDCWD, path, &served)) {
        int saved = errno;
        FILE* file = served_fopen(&served, mode);
        if (file || errno != ENXIO) return file;
        errno = saved;
    }
    FILE* random = entropy_fopen(path);
    return random ? random : real_function(path, mode);
}

EXPORT FILE* fopen(const char* restrict path, const char* restrict mode) {
    return any_fopen(real()->fopen, path, mode);
}
EXPORT FILE* fopen64(const char* restrict path, const char* restrict mode) {
    return any_fopen(real()->fopen64, path, mode);
}
