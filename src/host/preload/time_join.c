/* Joining virtual time: the decision, connections, the page, the descriptors that are ours. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/un.h>

#include "host/preload/turns.h"

/* As in real.c. */
#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

int time_state = TIME_UNDECIDED;

static const struct mlosim_time_page* page;
static struct mlosim_time_facts own_facts;
int64_t time_left_behind;

void* real_address(void** slot, const char* name) {
    (void)real();
    void* found = dlsym(RTLD_NEXT, name);
    if (!found) {
        static const char message[] = "mlosim: the C library lacks a function that was called: ";
        syscall(SYS_write, STDERR_FILENO, message, sizeof message - 1);
        syscall(SYS_write, STDERR_FILENO, name, strlen(name));
        syscall(SYS_write, STDERR_FILENO, "\n", 1);
        abort();
    }
    __atomic_store_n(slot, found, __ATOMIC_RELAXED);
    return found;
}

void* real_optional(const char* name) {
    return dlsym(RTLD_NEXT, name);
}

/* ---- descriptors of ours ---- */

/* Out of the way of programs that number their own, and of select(), if the limit allows. */
#define LEAST_DESCRIPTOR 900
#define OWN_MAX 65536
static unsigned char owned[OWN_MAX / 8];

bool time_owns(int fd) {
    if (__atomic_load_n(&time_state, __ATOMIC_RELAXED) < TIME_JOINING || fd < 0 || fd >= OWN_MAX) return false;
    return (owned[fd / 8] >> (fd % 8)) & 1;
}
void time_own(int fd) {
    if (fd >= 0 && fd < OWN_MAX) __atomic_fetch_or(&owned[fd / 8], (unsigned char)(1 << (fd % 8)), __ATOMIC_RELAXED);
}
void time_disown(int fd) {
    if (fd >= 0 && fd < OWN_MAX) __atomic_fetch_and(&owned[fd / 8], (unsigned char)~(1 << (fd % 8)), __ATOMIC_RELAXED);
}

int time_keep(int fd) {
    static const int least[] = {LEAST_DESCRIPTOR, 200, 20};
    for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
        long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, least[i]);
        if (moved < 0) continue;
        syscall(SYS_close, fd);
        fd = (int)moved;
        break;
    }
    descriptor_forget(fd);
    time_own(fd);
    return fd;
}

void time_close(int fd) {
    if (fd < 0) return;
    time_disown(fd);
    descriptor_forget(fd);
    syscall(SYS_close, fd);
}

/* ---- joining ---- */

static int open_connection(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(shim_socket_path());
    if (length >= sizeof address.sun_path) return -1;
    memcpy(address.sun_path, shim_socket_path(), length);
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    long result;
    do
        result = syscall(SYS_connect, fd, &address, sizeof address);
    while (result != 0 && errno == EINTR);
    if (result == 0) return fd;
    syscall(SYS_close, fd);
    return -1;
}

static bool greet(int fd, enum mlosim_join_kind kind) {
    struct mlosim_hello hello = {.magic = MLOSIM_WIRE_MAGIC, .version = MLOSIM_WIRE_VERSION, .role = MLOSIM_ROLE_TIME};
    hello.pid = (int32_t)syscall(SYS_getpid);
    struct mlosim_join join = {.kind = kind, .thread = (int32_t)syscall(SYS_gettid)};
    syscall(SYS_prctl, PR_GET_NAME, join.name, 0, 0, 0);
    struct iovec pieces[2] = {{&hello, sizeof hello}, {&join, sizeof join}};
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2};
    long sent;
    do
        sent = syscall(SYS_sendmsg, fd, &msg, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == sizeof hello + sizeof join;
}

/* The descriptor of the page, or -1. */
static int passed_descriptor(struct msghdr* msg) {
    int fd = -1;
    for (struct cmsghdr* control = CMSG_FIRSTHDR(msg); control; control = CMSG_NXTHDR(msg, control))
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(control), sizeof fd);
    return fd;
}

static bool take_welcome(int fd, struct mlosim_time_facts* facts) {
    struct mlosim_welcome welcome;
    struct iovec pieces[2] = {{&welcome, sizeof welcome}, {facts, sizeof *facts}};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
    long got;
    do
        got = syscall(SYS_recvmsg, fd, &msg, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    int page_fd = got > 0 ? passed_descriptor(&msg) : -1;
    bool good = got == sizeof welcome + sizeof *facts && welcome.magic == MLOSIM_WIRE_MAGIC && welcome.error == 0;
    if (good && !page && page_fd >= 0) {
        void* mapped = mmap(NULL, sizeof *page, PROT_READ, MAP_SHARED, page_fd, 0);
        if (mapped != MAP_FAILED) page = mapped;
    }
    if (page_fd >= 0) syscall(SYS_close, page_fd);
    return good && page && page->magic == MLOSIM_TIME_PAGE_MAGIC;
}

int time_connect(enum mlosim_join_kind kind, struct mlosim_time_facts* facts) {
    int saved = errno;
    int fd = open_connection();
    if (fd >= 0 && (!greet(fd, kind) || !take_welcome(fd, facts))) {
        syscall(SYS_close, fd);
        fd = -1;
    }
    if (fd >= 0) fd = time_keep(fd);
    errno = saved;
    return fd;
}

static void set_state(int state) {
    __atomic_store_n(&time_state, state, __ATOMIC_RELEASE);
}

int time_decide(void) {
    if (!shim_enabled()) {
        set_state(TIME_REAL);
        return TIME_REAL;
    }
    int undecided = TIME_UNDECIDED;
    if (!__atomic_compare_exchange_n(&time_state, &undecided, TIME_JOINING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return undecided;
    struct mlosim_time_facts facts;
    int fd = time_connect(MLOSIM_JOIN_PROGRAM, &facts);
    if (fd < 0) {
        set_state(TIME_REAL);
        return TIME_REAL;
    }
    if (facts.flags & MLOSIM_TIME_ENTROPY) addresses_settle();
    set_state(TIME_VIRTUAL);
    time_adopt(fd, &facts, false);
    threads_join_main();
    processes_start();
    return TIME_VIRTUAL;
}

void time_start(void) {
    if (__atomic_load_n(&time_state, __ATOMIC_RELAXED) == TIME_UNDECIDED) time_decide();
}

int64_t time_now(void) {
    if (__builtin_expect(time_left_behind != 0, 0)) {
        struct timespec machine;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &machine);
        return time_of_spec(&machine) + time_left_behind;
    }
    return __atomic_load_n(&page->now_ns, __ATOMIC_RELAXED);
}

int64_t time_realtime_offset(void) {
    return __atomic_load_n(&page->realtime_offset_ns, __ATOMIC_RELAXED);
}

bool time_has_entropy(void) {
    return time_is_virtual() && (own_facts.flags & MLOSIM_TIME_ENTROPY);
}

void time_copy_key(uint8_t key[32]) {
    memcpy(key, own_facts.key, sizeof own_facts.key);
}

void time_note_facts(const struct mlosim_time_facts* facts) {
    own_facts = *facts;
}

int32_t time_virtual_pid(void) {
    return time_is_virtual() ? own_facts.virtual_pid : (int32_t)syscall(SYS_getpid);
}

/* In a forked child: what is the parent's is closed. (A signalfd that is shared has one set of signals for both.) */
void time_forget_parent(void) {
    for (int fd = 0; fd < OWN_MAX; fd++) {
        if (owned[fd / 8] == 0)
            fd |= 7;
        else if ((owned[fd / 8] >> (fd % 8)) & 1)
            time_close(fd);
    }
    time_self = (struct time_self){.fd = -1, .signals = -1};
}
