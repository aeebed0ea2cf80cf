/* What a path is: the stat family, access, readlink, realpath. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "host/preload/shim.h"

/* `fd_path_flags`: AT_SYMLINK_NOFOLLOW or 0. Returns 0 or a positive errno, ENXIO if the path is the kernel's. */
static int ask(int dirfd, const char* path, bool follow, struct mlosim_answer* facts) {
    struct served_path served;
    if (!path_may_be_served(dirfd, path, &served)) return ENXIO;
    if (strcmp(served.text, "/dev/rfkill") == 0) {
        memset(facts, 0, sizeof *facts);
        facts->value[MLOSIM_STAT_MODE] = S_IFCHR | 0664;
        facts->value[MLOSIM_STAT_LINKS] = 1;
        return 0;
    }
    int error = path_call(&served, MLOSIM_OP_STAT, follow || served.slash, NULL, 0, facts, NULL);
    return !error && served.slash && !S_ISDIR(facts->value[MLOSIM_STAT_MODE]) ? ENOTDIR : error;
}

/* ---- stat ---- */

static int any_stat(int dirfd, const char* path, struct stat* out, int flags) {
    struct mlosim_answer facts;
    int error = ask(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW), &facts);
    if (error == ENXIO) return (int)syscall(SYS_newfstatat, dirfd, path, out, flags);
    if (error) FAIL(error);
    memset(out, 0, sizeof *out);
    out->st_mode = facts.value[MLOSIM_STAT_MODE];
    out->st_size = facts.value[MLOSIM_STAT_SIZE];
    out->st_ino = facts.value[MLOSIM_STAT_INODE];
    out->st_nlink = facts.value[MLOSIM_STAT_LINKS];
    out->st_blksize = 4096;
    if (S_ISCHR(out->st_mode)) out->st_rdev = makedev(10, 242); /* rfkill's */
    return 0;
}

EXPORT int stat(const char* restrict path, struct stat* restrict out) {
    return any_stat(AT_FDCWD, path, out, 0);
}
EXPORT int lstat(const char* restrict path, struct stat* restrict out) {
    return any_stat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}
EXPORT int fstatat(int dirfd, const char* restrict path, struct stat* restrict out, int flags) {
    return any_stat(dirfd, path, out, flags);
}
/* On a 64-bit system the large-file names are the same functions. */
EXPORT int stat64(const char* restrict path, struct stat64* restrict out) {
    return any_stat(AT_FDCWD, path, (struct stat*)out, 0);
}
EXPORT int lstat64(const char* restrict path, struct stat64* restrict out) {
    return any_stat(AT_FDCWD, path, (struct stat*)out, AT_SYMLINK_NOFOLLOW);
}
EXPORT int fstatat64(int dirfd, const char* restrict path, struct stat64* restrict out, int flags) {
    return any_stat(dirfd, path, (struct stat*)out, flags);
}

/* What programs built before 2.33 call. */
int __xstat(int version, const char* path, struct stat* out);
int __lxstat(int version, const char* path, struct stat* out);
int __fxstatat(int version, int dirfd, const char* path, struct stat* out, int flags);
int __xstat64(int version, const char* path, struct stat64* out);
int __lxstat64(int version, const char* path, struct stat64* out);
int __fxstatat64(int version, int dirfd, const char* path, struct stat64* out, int flags);

EXPORT int __xstat(int version, const char* path, struct stat* out) {
    (void)version;
    return any_stat(AT_FDCWD, path, out, 0);
}
EXPORT int __lxstat(int version, const char* path, struct stat* out) {
    (void)version;
    return any_stat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}
EXPORT int __fxstatat(int version, int dirfd, const char* path, struct stat* out, int flags) {
    (void)version;
    return any_stat(dirfd, path, out, flags);
}
EXPORT int __xstat64(int version, const char* path, struct stat64* out) {
    return __xstat(version, path, (struct stat*)out);
}
EXPORT int __lxstat64(int version, const char* path, struct stat64* out) {
    return __lxstat(version, path, (struct stat*)out);
}
EXPORT int __fxstatat64(int version, int dirfd, const char* path, struct stat64* out, int flags) {
    return __fxstatat(version, dirfd, path, (struct stat*)out, flags);
}

EXPORT int statx(int dirfd, const char* restrict path, int flags, unsigned mask, struct statx* restrict out) {
    struct mlosim_answer facts;
    int error = ask(dirfd, path, !(flags & AT_SYMLINK_NOFOLLOW), &facts);
    if (error == ENXIO) return (int)syscall(SYS_statx, dirfd, path, flags, mask, out);
    if (error) FAIL(error);
    memset(out, 0, sizeof *out);
    out->stx_mask = STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO | STATX_SIZE | STATX_UID | STATX_GID;
    out->stx_blksize = 4096;
    out->stx_mode = (uint16_t)facts.value[MLOSIM_STAT_MODE];
    out->stx_size = facts.value[MLOSIM_STAT_SIZE];
    out->stx_ino = facts.value[MLOSIM_STAT_INODE];
    out->stx_nlink = facts.value[MLOSIM_STAT_LINKS];
    if (S_ISCHR(out->stx_mode)) {
        out->stx_rdev_major = 10;
        out->stx_rdev_minor = 242;
    }
    return 0;
}

/* ---- access ---- */

/* The world's programs act as root does: only what nobody may is refused. 1: the kernel is to be asked. */
static int served_access(int dirfd, const char* path, int mode) {
    struct mlosim_answer facts;
    int error = ask(dirfd, path, true, &facts);
    if (error == ENXIO) return 1;
    if (error) FAIL(error);
    uint32_t bits = facts.value[MLOSIM_STAT_MODE];
    if (((mode & R_OK) && !(bits & 0444)) || ((mode & W_OK) && !(bits & 0222)) || ((mode & X_OK) && !(bits & 0111)))
        FAIL(EACCES);
    return 0;
}

EXPORT int access(const char* path, int mode) {
    int result = served_access(AT_FDCWD, path, mode);
    return result <= 0 ? result : real()->access(path, mode);
}
EXPORT int eaccess(const char* path, int mode) {
    int result = served_access(AT_FDCWD, path, mode);
    return result <= 0 ? result : real()->eaccess(path, mode);
}
EXPORT int euidaccess(const char* path, int mode) {
    return eaccess(path, mode);
}
EXPORT int faccessat(int dirfd, const char* path, int mode, int flags) {
    int result = served_access(dirfd, path, mode);
    return result <= 0 ? result : real()->faccessat(dirfd, path, mode, flags);
}

/* ---- extended attributes: ls and cp ask for them, sysfs has none ---- */

static bool is_simulated(const char* path, bool follow) {
    struct mlosim_answer facts;
    return ask(AT_FDCWD, path, follow, &facts) == 0;
}

EXPORT ssize_t getxattr(const char* path, const char* name, void* value, size_t size) {
    if (is_simulated(path, true)) FAIL(ENODATA);
    return syscall(SYS_getxattr, path, name, value, size);
}
EXPORT ssize_t lgetxattr(const char* path, const char* name, void* value, size_t size) {
    if (is_simulated(path, false)) FAIL(ENODATA);
    return syscall(SYS_lgetxattr, path, name, value, size);
}
EXPORT ssize_t listxattr(const char* path, char* list, size_t size) {
    return is_simulated(path, true) ? 0 : syscall(SYS_listxattr, path, list, size);
}
EXPORT ssize_t llistxattr(const char* path, char* list, size_t size) {
    return is_simulated(path, false) ? 0 : syscall(SYS_llistxattr, path, list, size);
}

/* ---- links ---- */

static ssize_t any_readlink(int dirfd, const char* path, char* buffer, size_t size) {
    struct served_path served;
    if (path_may_be_served(dirfd, path, &served)) {
        struct mlosim_answer answer;
        void* target = NULL;
        int error = served.slash ? EINVAL : path_call(&served, MLOSIM_OP_READLINK, 0, NULL, 0, &answer, &target);
        if (error == 0) {
            size_t length = answer.length < size ? answer.length : size;
            memcpy(buffer, target, length);
            free(target);
            return (ssize_t)length;
        }
        if (error != ENXIO) FAIL(error);
    }
    return syscall(SYS_readlinkat, dirfd, path, buffer, size);
}

EXPORT ssize_t readlink(const char* restrict path, char* restrict buffer, size_t size) {
    return any_readlink(AT_FDCWD, path, buffer, size);
}
EXPORT ssize_t readlinkat(int dirfd, const char* restrict path, char* restrict buffer, size_t size) {
    return any_readlink(dirfd, path, buffer, size);
}

ssize_t __readlink_chk(const char* path, char* buffer, size_t size, size_t room);
ssize_t __readlinkat_chk(int dirfd, const char* path, char* buffer, size_t size, size_t room);
char* __realpath_chk(const char* path, char* buffer, size_t room);

EXPORT ssize_t __readlink_chk(const char* path, char* buffer, size_t size, size_t room) {
    if (size > room) abort();
    return any_readlink(AT_FDCWD, path, buffer, size);
}
EXPORT ssize_t __readlinkat_chk(int dirfd, const char* path, char* buffer, size_t size, size_t room) {
    if (size > room) abort();
    return any_readlink(dirfd, path, buffer, size);
}

EXPORT char* realpath(const char* restrict path, char* restrict buffer) {
    struct served_path served;
    if (path_may_be_served(AT_FDCWD, path, &served)) {
        struct mlosim_answer answer;
        void* canonical = NULL;
        int error = path_call(&served, MLOSIM_OP_CANONICAL, 0, NULL, 0, &answer, &canonical);
        if (error == 0) {
            if (!buffer) return canonical;
            snprintf(buffer, PATH_MAX, "%s", (char*)canonical);
            free(canonical);
            return buffer;
        }
        if (error != ENXIO) {
            errno = error;
            return NULL;
        }
    }
    return real()->realpath(path, buffer);
}
EXPORT char* __realpath_chk(const char* path, char* buffer, size_t room) {
    if (room < PATH_MAX) abort();
    return realpath(path, buffer);
}
EXPORT char* canonicalize_file_name(const char* path) {
    return realpath(path, NULL);
}
