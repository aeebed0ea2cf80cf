/* Directories: a simulated one is opened as the daemon's mirror of it, so what is read from it is the kernel's own
 * business. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/preload/shim.h"

/* Path of the mirror, to be freed. NULL: `path` is the kernel's (errno 0) or an error (errno). */
static char* mirror_of(const char* path) {
    struct served_path served;
    errno = 0;
    if (!path_may_be_served(AT_FDCWD, path, &served)) return NULL;
    struct mlosim_answer answer;
    void* mirror = NULL;
    int error = path_call(&served, MLOSIM_OP_DIRECTORY, 0, NULL, 0, &answer, &mirror);
    if (error) {
        errno = error == ENXIO ? 0 : error;
        return NULL;
    }
    return mirror;
}

EXPORT DIR* opendir(const char* path) {
    int saved = errno;
    char* mirror = mirror_of(path);
    if (!mirror && errno) return NULL;
    errno = saved;
    DIR* directory = real()->opendir(mirror ? mirror : path);
    free(mirror);
    return directory;
}

typedef int (*scandir_filter)(const struct dirent*);
typedef int (*scandir_order)(const struct dirent**, const struct dirent**);

EXPORT int scandir(const char* restrict path, struct dirent*** restrict list, scandir_filter filter,
                   scandir_order order) {
    int saved = errno;
    char* mirror = mirror_of(path);
    if (!mirror && errno) return -1;
    errno = saved;
    int count = real()->scandir(mirror ? mirror : path, list, filter, order);
    free(mirror);
    return count;
}

/* On a 64-bit system the large-file name is the same function. */
EXPORT int scandir64(const char* restrict path, struct dirent64*** restrict list, int (*filter)(const struct dirent64*),
                     int (*order)(const struct dirent64**, const struct dirent64**)) {
    return scandir(path, (struct dirent***)list, (scandir_filter)filter, (scandir_order)order);
}

EXPORT int chdir(const char* path) {
    int saved = errno;
    char* mirror = mirror_of(path);
    if (!mirror && errno) return -1;
    errno = saved;
    int result = real()->chdir(mirror ? mirror : path);
    free(mirror);
    path_cwd_changed();
    return result;
}

EXPORT int fchdir(int fd) {
    int result = real()->fchdir(fd);
    path_cwd_changed();
    return result;
}

/* In the mirror the program is where the mirror stands for. */
EXPORT char* getcwd(char* buffer, size_t size) {
    char* directory = real()->getcwd(buffer, size);
    if (!directory || !shim_enabled()) return directory;
    struct served_path served;
    if (path_from_mirror(directory, &served)) memcpy(directory, served.text, served.length + 1);
    return directory;
}

char* __getcwd_chk(char* buffer, size_t size, size_t room);
EXPORT char* __getcwd_chk(char* buffer, size_t size, size_t room) {
    if (size > room) abort();
    return getcwd(buffer, size);
}

/* ---- glob: libc walks directories by itself unless it is given functions to do it with ---- */

static void* glob_opendir(const char* path) {
    return opendir(path);
}
static struct dirent* glob_readdir(void* directory) {
    return readdir(directory);
}
static void glob_closedir(void* directory) {
    closedir(directory);
}
static int glob_stat(const char* restrict path, struct stat* restrict out) {
    return stat(path, out);
}
static int glob_lstat(const char* restrict path, struct stat* restrict out) {
    return lstat(path, out);
}

static void use_our_functions(glob_t* result) {
    result->gl_opendir = glob_opendir;
    result->gl_readdir = glob_readdir;
    result->gl_closedir = glob_closedir;
    result->gl_stat = glob_stat;
    result->gl_lstat = glob_lstat;
}

static bool walks_near_simulated(const char* pattern) {
    return shim_enabled() && pattern &&
           (*pattern != '/' || strncmp(pattern, "/sys", 4) == 0 || strncmp(pattern, "/proc", 5) == 0);
}

typedef int (*glob_error)(const char*, int);

EXPORT int glob(const char* restrict pattern, int flags, glob_error error, glob_t* restrict result) {
    if (walks_near_simulated(pattern) && !(flags & GLOB_ALTDIRFUNC)) {
        use_our_functions(result);
        flags |= GLOB_ALTDIRFUNC;
    }
    return real()->glob(pattern, flags, error, result);
}

EXPORT int glob64(const char* restrict pattern, int flags, glob_error error, glob64_t* restrict result) {
    return glob(pattern, flags, error, (glob_t*)result);
}
