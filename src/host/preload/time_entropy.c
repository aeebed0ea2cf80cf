/*
 * Random numbers that repeat: the key stream of ChaCha20 (RFC 8439, 2.3 and 2.4) under the process's key. OpenSSL gets
 * the same as its generator, since its own also mixes in addresses, process numbers and the processor's counter.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/random.h>

#include "host/preload/chacha.h"
#include "host/preload/turns.h"

#if defined(__x86_64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dladdr,dladdr@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
__asm__(".symver dlopen,dlopen@GLIBC_2.17");
__asm__(".symver dladdr,dladdr@GLIBC_2.17");
#endif

/* ---- the stream ---- */

static struct {
    uint32_t key[8];
    uint64_t counter;
    uint8_t block[64];
    size_t left; /* of the block */
    bool keyed;
    bool locked; /* threads that take no part may ask, too */
} stream;

bool entropy_wanted(void) {
    return time_has_entropy();
}

void entropy_renew(void) {
    stream.keyed = false;
    stream.locked = false;
}

/* What a signal's handler asks for must not wait for the thread that it has interrupted. */
static uint64_t lock_stream(void) {
    const uint64_t all = ~(uint64_t)0;
    uint64_t mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof mask);
    while (__atomic_exchange_n(&stream.locked, true, __ATOMIC_ACQUIRE))
        syscall(SYS_sched_yield);
    return mask;
}
static void unlock_stream(uint64_t mask) {
    __atomic_store_n(&stream.locked, false, __ATOMIC_RELEASE);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}

void entropy_fill(void* out, size_t size) {
    uint8_t* at = out;
    const uint64_t mask = lock_stream();
    if (!stream.keyed) {
        time_copy_key((uint8_t*)stream.key);
        stream.counter = 0;
        stream.left = 0;
        stream.keyed = true;
    }
    while (size > 0) {
        if (stream.left == 0) {
            chacha_block(stream.key, stream.counter++, stream.block);
            stream.left = sizeof stream.block;
        }
        size_t piece = size < stream.left ? size : stream.left;
        memcpy(at, stream.block + sizeof stream.block - stream.left, piece);
        stream.left -= piece;
        at += piece;
        size -= piece;
    }
    unlock_stream(mask);
}

/* ---- calls ---- */

EXPORT ssize_t getrandom(void* buffer, size_t size, unsigned flags) {
    if (!entropy_wanted()) return REAL(getrandom)(buffer, size, flags);
    entropy_fill(buffer, size);
    return (ssize_t)size;
}

EXPORT int getentropy(void* buffer, size_t size) {
    if (!entropy_wanted()) return REAL(getentropy)(buffer, size);
    if (size > 256) FAIL(EIO);
    entropy_fill(buffer, size);
    return 0;
}

/* Since 2.36. Declared here, as older headers lack them. */
uint32_t arc4random(void);
void arc4random_buf(void* buffer, size_t size);
uint32_t arc4random_uniform(uint32_t bound);

static void random_fill(void* out, size_t size) {
    if (entropy_wanted()) {
        entropy_fill(out, size);
        return;
    }
    for (uint8_t* at = out; size > 0;) {
        ssize_t got = syscall(SYS_getrandom, at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) abort();
        at += got;
        size -= (size_t)got;
    }
}
EXPORT uint32_t arc4random(void) {
    uint32_t value;
    random_fill(&value, sizeof value);
    return value;
}
EXPORT void arc4random_buf(void* buffer, size_t size) {
    random_fill(buffer, size);
}
EXPORT uint32_t arc4random_uniform(uint32_t bound) {
    if (bound < 2) return 0;
    uint32_t value, least = -bound % bound; /* below it some remainders would come more often */
    do
        value = arc4random();
    while (value < least);
    return value % bound;
}

/* ---- the devices ---- */

enum { NUMBERS = 65536 };
static unsigned char devices[NUMBERS / 8];

static bool is_device(const char* path) {
    return path && (strcmp(path, "/dev/urandom") == 0 || strcmp(path, "/dev/random") == 0);
}

bool entropy_is(int fd) {
    return fd >= 0 && fd < NUMBERS && ((devices[fd / 8] >> (fd % 8)) & 1);
}
void entropy_forget(int fd) {
    if (entropy_is(fd)) devices[fd / 8] &= (unsigned char)~(1 << (fd % 8));
}
void entropy_copy(int from, int to) {
    entropy_forget(to);
    if (entropy_is(from) && to >= 0 && to < NUMBERS) devices[to / 8] |= (unsigned char)(1 << (to % 8));
}

int entropy_open(const char* path, int flags) {
    if (!is_device(path) || !entropy_wanted()) return -2;
    int fd = real()->open(path, flags);
    descriptor_forget(fd);
    if (fd >= 0 && fd < NUMBERS) devices[fd / 8] |= (unsigned char)(1 << (fd % 8));
    return fd;
}

static ssize_t cookie_read(void* cookie, char* buffer, size_t size) {
    (void)cookie;
    entropy_fill(buffer, size);
    return (ssize_t)size;
}

FILE* entropy_fopen(const char* path) {
    if (!is_device(path) || !entropy_wanted()) return NULL;
    FILE* file = fopencookie(NULL, "r", (cookie_io_functions_t){.read = cookie_read});
    /* No more than was asked for is taken from the stream. */
    if (file) setvbuf(file, NULL, _IONBF, 0);
    return file;
}

/* ---- OpenSSL ---- */

struct rand_method { /* RAND_METHOD, cf. RAND_set_rand_method(3) */
    int (*seed)(const void*, int);
    int (*bytes)(unsigned char*, int);
    void (*cleanup)(void);
    int (*add)(const void*, int, double);
    int (*pseudorand)(unsigned char*, int);
    int (*status)(void);
};

static int method_seed(const void* data, int size) {
    (void)data, (void)size;
    return 1;
}
static int method_bytes(unsigned char* out, int size) {
    if (size > 0) entropy_fill(out, (size_t)size);
    return 1;
}
static int method_add(const void* data, int size, double entropy) {
    (void)data, (void)size, (void)entropy;
    return 1;
}
static int method_status(void) {
    return 1;
}
static const struct rand_method method = {method_seed, method_bytes, NULL, method_add, method_bytes, method_status};

/* libcrypto asks for a variable of the environment as soon as it is loaded, before it has made a random number. */
static void meet_libcrypto(const void* caller) {
    Dl_info info;
    if (dladdr(caller, &info) == 0 || !info.dli_fname || !strstr(info.dli_fname, "libcrypto")) return;
    void* library = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!library) return;
    int (*set_method)(const struct rand_method*);
    *(void**)&set_method = dlsym(library, "RAND_set_rand_method");
    if (set_method) set_method(&method);
}

EXPORT char* getenv(const char* name) {
    static char* (*function)(const char*);
    if (!function) *(void**)&function = dlsym(RTLD_NEXT, "getenv");
    if (strncmp(name, "OPENSSL_", 8) == 0 && strstr(name, "cap") && entropy_wanted())
        meet_libcrypto(__builtin_return_address(0));
    return function(name);
}

/* ---- syscall(2) ---- */

/* FUTEX_WAKE so far, by the word's address. */
enum { FUTEX_PLACES = 4096 };
static uint32_t wakes[FUTEX_PLACES];
static uint32_t* wakes_of(const int* word) {
    return &wakes[(uintptr_t)word / sizeof *word % FUTEX_PLACES];
}

struct futex_look {
    const int* word;
    int value;
    uint32_t wakes;
};
static bool has_changed(void* context) {
    const struct futex_look* look = context;
    return __atomic_load_n(look->word, __ATOMIC_ACQUIRE) != look->value || *wakes_of(look->word) != look->wakes;
}

/* A wait on a futex ends when its word changes, or somebody in this process wakes whoever waits for it; that it may end
 * for no reason all who use futexes know. */
static long wait_futex(int* word, int operation, int value, const struct timespec* limit) {
    struct futex_look look = {word, value, *wakes_of(word)};
    if (has_changed(&look)) FAIL(EAGAIN);
    int64_t deadline = MLOSIM_TIME_NEVER;
    bool absolute = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
    if (limit && !time_spec_valid(limit)) FAIL(EINVAL);
    if (limit && !absolute) deadline = time_after(time_now(), time_of_spec(limit));
    if (limit && absolute)
        time_of_clock(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, time_of_spec(limit),
                      &deadline);
    struct time_wait wait = {.deadline = deadline, .look = has_changed, .context = &look};
    switch (time_idle(&wait)) {
        case TIME_WAKE_FOUND:
            return 0;
        case TIME_WAKE_DEADLINE:
            FAIL(ETIMEDOUT);
        default:
            FAIL(EINTR);
    }
}

#undef syscall
EXPORT long syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_getrandom && entropy_wanted()) return getrandom((void*)a[0], (size_t)a[1], (unsigned)a[2]);
    if (number == SYS_clock_gettime && time_is_virtual()) return clock_gettime((clockid_t)a[0], (struct timespec*)a[1]);
    if (number == SYS_futex && time_takes_part()) {
        int command = (int)a[1] & FUTEX_CMD_MASK;
        if (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET)
            return wait_futex((int*)a[0], (int)a[1], (int)a[2], (const struct timespec*)a[3]);
        /* Whose thread takes no part sleeps in the kernel. */
        if (command == FUTEX_WAKE || command == FUTEX_WAKE_BITSET) ++*wakes_of((const int*)a[0]);
    }
    return real()->raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
