/* Which paths may be simulated, and how a relative, dotted or mirrored path is written for the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/preload/shim.h"

/* Where simulated devices have files; what else lies there is asked for, and found to be the kernel's. */
static const char* const served_roots[] = {
    "/sys/class/net",
    "/sys/class/ieee80211",
    "/sys/class/mac80211_hwsim",
    "/sys/class/rfkill",
    "/sys/devices/virtual",
    "/sys/kernel/debug/ieee80211",
    "/proc/net/dev",
    "/proc/net/wireless",
    "/proc/sys/net/ipv4/conf",
    "/proc/sys/net/ipv4/neigh",
    "/proc/sys/net/ipv6/conf",
    "/proc/sys/net/ipv6/neigh",
    "/dev/rfkill",
};

/* `path` is `root` or lies below it. */
static bool is_within(const char* path, const char* root) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && (path[length] == 0 || path[length] == '/');
}

/* What is a network device's, and so the kernel's where devices are its own. */
static const char* const device_roots[] = {
    "/sys/class/net", "/sys/devices/virtual/net", "/proc/net/dev", "/proc/net/wireless", "/proc/sys/net",
};

/* A TAP device's directory lacks the way to its wiphy. */
static bool is_wiphy_of_device(const char* path) {
    return strncmp(path, "/sys/class/net/", 15) == 0 && strstr(path + 15, "/phy80211");
}

static bool is_served(const char* path) {
    if (!shim_has_devices() && !is_wiphy_of_device(path))
        for (size_t i = 0; i < sizeof device_roots / sizeof *device_roots; i++)
            if (is_within(path, device_roots[i])) return false;
    for (size_t i = 0; i < sizeof served_roots / sizeof *served_roots; i++)
        if (is_within(path, served_roots[i])) return true;
    return false;
}

/* The daemon keeps its mirror of simulated directories beside its socket. */
static size_t mirror_prefix(const char* path) {
    const char* socket = shim_socket_path();
    size_t length = strlen(socket);
    if (strncmp(path, socket, length) != 0 || strncmp(path + length, ".fs/", 4) != 0) return 0;
    return length + 3;
}

bool path_from_mirror(const char* real_path, struct served_path* out) {
    size_t prefix = mirror_prefix(real_path);
    if (prefix == 0) return false;
    size_t length = strlen(real_path + prefix);
    if (length > MLOSIM_WIRE_PATH_MAX) return false;
    memcpy(out->text, real_path + prefix, length + 1);
    out->length = (uint32_t)length;
    return true;
}

/* ---- the directory that a relative path starts from ---- */

enum { CWD_UNKNOWN, CWD_ELSEWHERE, CWD_NEAR };
static int cwd_state = CWD_UNKNOWN;

void path_cwd_changed(void) {
    __atomic_store_n(&cwd_state, CWD_UNKNOWN, __ATOMIC_RELAXED);
}

/* A directory from which a relative path can reach served files. */
static bool is_near(const char* directory) {
    return strcmp(directory, "/") == 0 || is_within(directory, "/sys") || is_within(directory, "/proc/sys") ||
           strcmp(directory, "/proc") == 0 || is_within(directory, "/dev");
}

/* Fills `out` with the directory's path, out of the mirror if it lies there. False: nothing near is reachable from it.
 */
static bool start_from(int dirfd, struct served_path* out) {
    char real_path[MLOSIM_WIRE_PATH_MAX + 1];
    if (dirfd == AT_FDCWD) {
        if (__atomic_load_n(&cwd_state, __ATOMIC_RELAXED) == CWD_ELSEWHERE) return false;
        if (syscall(SYS_getcwd, real_path, sizeof real_path) <= 0) return false;
    } else {
        char link[32];
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        long length = syscall(SYS_readlinkat, AT_FDCWD, link, real_path, sizeof real_path - 1);
        if (length <= 0) return false;
        real_path[length] = 0;
    }
    bool near = path_from_mirror(real_path, out);
    if (!near && is_near(real_path)) {
        near = true;
        strcpy(out->text, real_path);
        out->length = (uint32_t)strlen(real_path);
    }
    if (dirfd == AT_FDCWD) __atomic_store_n(&cwd_state, near ? CWD_NEAR : CWD_ELSEWHERE, __ATOMIC_RELAXED);
    return near;
}

/* ---- normalising ---- */

/* Drops the last component; what it is of is first freed of symlinks, since ".." leaves where a link leads to. */
static void go_up(struct served_path* path) {
    if (is_served(path->text)) {
        struct mlosim_answer answer;
        void* canonical = NULL;
        if (path_call(path, MLOSIM_OP_CANONICAL, 0, NULL, 0, &answer, &canonical) == 0) {
            if (answer.length <= MLOSIM_WIRE_PATH_MAX) {
                memcpy(path->text, canonical, answer.length + 1);
                path->length = answer.length;
            }
            free(canonical);
        }
    }
    while (path->length > 0 && path->text[path->length - 1] != '/')
        path->length--;
    if (path->length > 0) path->length--;
    path->text[path->length] = 0;
}

/* Appends the components of `path`; false if there is no room. */
static bool append(struct served_path* out, const char* path) {
    if (out->length == 1) out->length = 0; /* "/" and what is below it share the slash */
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            go_up(out);
        } else if (length > 0 && !(length == 1 && path[0] == '.')) {
            if (out->length + 1 + length > MLOSIM_WIRE_PATH_MAX) return false;
            out->text[out->length++] = '/';
            memcpy(out->text + out->length, path, length);
            out->length += (uint32_t)length;
            out->text[out->length] = 0;
        }
        path += length;
        while (*path == '/')
            path++;
    }
    out->text[out->length] = 0;
    return true;
}

static bool ends_in_slash(const char* path) {
    return path[strlen(path) - 1] == '/';
}

bool path_may_be_served(int dirfd, const char* path, struct served_path* out) {
    if (!shim_enabled() || !path || !*path) return false;
    int saved = errno;
    bool served = false;
    out->length = 0;
    out->text[0] = 0;
    if (*path == '/') {
        while (path[1] == '/')
            path++;
        if (strncmp(path, "/sys/", 5) == 0 || strncmp(path, "/proc/sys/", 10) == 0 ||
            strncmp(path, "/proc/net/", 10) == 0 || strncmp(path, "/dev/rfkill", 11) == 0)
            served = append(out, path) && is_served(out->text);
        else if (mirror_prefix(path) != 0)
            served = append(out, path + mirror_prefix(path)) && is_served(out->text);
    } else {
        served = start_from(dirfd, out) && append(out, path) && is_served(out->text);
    }
    out->slash = served && ends_in_slash(path);
    errno = saved;
    return served;
}

int path_call(const struct served_path* path, enum mlosim_op op, uint32_t arg1, const void* data, size_t length,
              struct mlosim_answer* answer, void** reply) {
    if (length > MLOSIM_WIRE_WRITE_MAX) return EINVAL;
    struct mlosim_call call = {.op = op, .length = path->length + (uint32_t)length, .arg = {path->length, arg1}};
    struct iovec pieces[2] = {{(void*)path->text, path->length}, {(void*)data, length}};
    struct mlosim_answer own;
    int error = daemon_call(&call, pieces, 2, answer ? answer : &own, reply);
    /* Without a daemon nothing is simulated. */
    return error == ECONNREFUSED ? ENXIO : error;
}
