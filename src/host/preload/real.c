/* The real functions behind ours, looked up once. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/un.h>

#include "host/preload/shim.h"
#include "host/preload/turns.h"

/* The linker of a C library older than 2.34 finds dlsym in libdl under this version; newer ones keep it for old
 * programs. */
#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

static struct real_functions functions;
static char* socket_path;
static bool kernel_devices;
static int loaded;

/* POSIX lets a void pointer hold a function's address; ISO C wants it said with a cast through memory. */
static void look_up(void* slot, const char* name) {
    *(void**)slot = dlsym(RTLD_NEXT, name);
}
#define LOOK_UP(name) look_up(&functions.name, #name)

static void load(void) {
    /* First what a program's own malloc may need while the rest is looked up. */
    look_up(&functions.raw, "syscall");
    LOOK_UP(open);
    LOOK_UP(openat);
    LOOK_UP(read);
    LOOK_UP(write);
    LOOK_UP(close);
    LOOK_UP(ioctl);
    LOOK_UP(socket);
    LOOK_UP(bind);
    LOOK_UP(connect);
    LOOK_UP(getsockname);
    LOOK_UP(getpeername);
    LOOK_UP(setsockopt);
    LOOK_UP(getsockopt);
    LOOK_UP(send);
    LOOK_UP(sendto);
    LOOK_UP(sendmsg);
    LOOK_UP(sendmmsg);
    LOOK_UP(recv);
    LOOK_UP(recvfrom);
    LOOK_UP(recvmsg);
    LOOK_UP(recvmmsg);
    LOOK_UP(readv);
    LOOK_UP(writev);
    LOOK_UP(close_range); /* NULL before 2.34, as closefrom */
    LOOK_UP(closefrom);
    LOOK_UP(dup);
    LOOK_UP(dup2);
    LOOK_UP(dup3);
    LOOK_UP(fcntl);
    LOOK_UP(fcntl64);
    LOOK_UP(if_nametoindex);
    LOOK_UP(if_indextoname);
    LOOK_UP(if_nameindex);
    LOOK_UP(if_freenameindex);
    LOOK_UP(getifaddrs);
    LOOK_UP(freeifaddrs);
    LOOK_UP(fopen);
    LOOK_UP(fopen64);
    LOOK_UP(access);
    LOOK_UP(eaccess);
    LOOK_UP(faccessat);
    LOOK_UP(glob);
    LOOK_UP(opendir);
    LOOK_UP(chdir);
    LOOK_UP(fchdir);
    LOOK_UP(getcwd);
    LOOK_UP(realpath);
    LOOK_UP(scandir);
    const char* path = getenv(MLOSIM_ENV_SOCKET);
    if (path && *path) socket_path = (char*)path;
    const char* netdev = getenv(MLOSIM_ENV_NETDEV);
    kernel_devices = netdev && netdev[0] == 't' && netdev[1] == 'a' && netdev[2] == 'p' && !netdev[3];
    __atomic_store_n(&loaded, 1, __ATOMIC_RELEASE);
}

/* Looking up twice, from two threads, gives the same addresses twice. */
const struct real_functions* real(void) {
    if (__builtin_expect(!__atomic_load_n(&loaded, __ATOMIC_ACQUIRE), 0)) load();
    return &functions;
}

bool shim_enabled(void) {
    (void)real();
    return socket_path != NULL;
}

bool shim_has_devices(void) {
    return shim_enabled() && !kernel_devices;
}

const char* shim_socket_path(void) {
    return socket_path;
}

__attribute__((constructor)) static void start(void) {
    load();
    if (!socket_path) {
        time_start();
        return;
    }
    const char* buffered = getenv(MLOSIM_ENV_LINE_BUFFERED);
    if (buffered && *buffered == '1') setvbuf(stdout, NULL, _IOLBF, 0);
    /* The program may clear or overwrite its environment. Not on the heap: its layout must not depend on the path. */
    static char copy[sizeof((struct sockaddr_un*)0)->sun_path];
    size_t length = 0;
    while (socket_path[length] && length < sizeof copy - 1) {
        copy[length] = socket_path[length];
        length++;
    }
    if (!socket_path[length]) socket_path = copy;
    time_start();
}
