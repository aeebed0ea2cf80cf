/*
 * Where a program's memory lies. Programs let addresses flow into what they do (hostapd stirs one into its group keys,
 * Python's sets are in an order that may depend on them), so in a world whose random numbers repeat, addresses must
 * too: a program that the kernel has placed at random is begun anew, before its first function, without that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/personality.h>

#include "host/preload/turns.h"

extern char** environ;

/* The arguments as the kernel has them: with those of a dynamic loader that was started as a program. To be freed. */
static char* read_arguments(size_t* length) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    char* text = NULL;
    size_t room = 0;
    for (*length = 0;;) {
        if (*length == room) {
            char* longer = realloc(text, room = room ? room * 2 : 4096);
            if (!longer) break;
            text = longer;
        }
        long got = syscall(SYS_read, fd, text + *length, room - *length);
        if (got <= 0) break;
        *length += (size_t)got;
    }
    syscall(SYS_close, fd);
    return text;
}

void addresses_settle(void) {
    int saved = errno;
    const long before = syscall(SYS_personality, 0xffffffff);
    if (before < 0 || (before & ADDR_NO_RANDOMIZE)) return;
    syscall(SYS_personality, (unsigned long)before | ADDR_NO_RANDOMIZE);
    if (!(syscall(SYS_personality, 0xffffffff) & ADDR_NO_RANDOMIZE)) goto done; /* some containers forbid it */
    char path[4096];
    long path_length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof path - 1);
    size_t length = 0, count = 0;
    char* text = path_length > 0 ? read_arguments(&length) : NULL;
    if (!text || length == 0 || text[length - 1] != 0) goto done;
    path[path_length] = 0;
    for (size_t i = 0; i < length; i++)
        count += text[i] == 0;
    char** arguments = calloc(count + 1, sizeof *arguments);
    if (!arguments) goto done;
    for (size_t i = 0, at = 0; i < count; at += strlen(text + at) + 1, i++)
        arguments[i] = text + at;
    syscall(SYS_execve, path, arguments, environ);
    free(arguments);
done:
    errno = saved;
}
