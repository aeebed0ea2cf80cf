/*
 * Streams. libc reads for them by itself, and would block with the turn. So before a stream that may have to wait (a
 * pipe, a socket, a terminal) is read further, its descriptor is waited for.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "host/preload/time_io.h"
#include "host/preload/turns.h"

#undef getc
#undef getchar
#undef getc_unlocked
#undef getchar_unlocked
#undef fgetc_unlocked
#undef fread_unlocked

/* True for a stream that we read by ourselves, octet by octet. */
static bool may_wait(FILE* file) {
    if (!time_takes_part()) return false;
    int saved = errno;
    int fd = fileno(file);
    struct stat status;
    bool waits = fd >= 0 && syscall(SYS_fstat, fd, &status) == 0 &&
                 (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISCHR(status.st_mode));
    errno = saved;
    return waits;
}

/* If nothing is left in the stream's buffer: waits for more. A prompt is shown first, cf. _IO_new_file_underflow(). */
static void await_more(FILE* file) {
    if (file->_IO_read_ptr < file->_IO_read_end || feof_unlocked(file)) return;
    if (__flbf(stdout)) fflush(stdout);
    (void)time_await(fileno(file), POLLIN, 0, 0);
}

static int next(FILE* file) {
    await_more(file);
    return REAL(fgetc)(file);
}

/* ---- octets ---- */

EXPORT int fgetc(FILE* file) {
    if (file->_IO_read_ptr >= file->_IO_read_end && may_wait(file)) await_more(file);
    return REAL(fgetc)(file);
}
EXPORT int getc(FILE* file) {
    return fgetc(file);
}
EXPORT int getchar(void) {
    return fgetc(stdin);
}
EXPORT int fgetc_unlocked(FILE* file) {
    if (file->_IO_read_ptr >= file->_IO_read_end && may_wait(file)) await_more(file);
    return REAL(fgetc_unlocked)(file);
}
EXPORT int getc_unlocked(FILE* file) {
    return fgetc_unlocked(file);
}
EXPORT int getchar_unlocked(void) {
    return fgetc_unlocked(stdin);
}

/* What the macros of <stdio.h> call when the buffer is empty. */
int __uflow(FILE* file);
int __underflow(FILE* file);
EXPORT int __uflow(FILE* file) {
    if (may_wait(file)) await_more(file);
    return REAL(__uflow)(file);
}
EXPORT int __underflow(FILE* file) {
    if (may_wait(file)) await_more(file);
    return REAL(__underflow)(file);
}

/* ---- lines ---- */

EXPORT char* fgets(char* restrict out, int size, FILE* restrict file) {
    if (size <= 1 || !may_wait(file)) return REAL(fgets)(out, size, file);
    int length = 0;
    while (length < size - 1) {
        int octet = next(file);
        if (octet == EOF) {
            if (length == 0 || ferror_unlocked(file)) return NULL;
            break;
        }
        out[length++] = (char)octet;
        if (octet == '\n') break;
    }
    out[length] = 0;
    return out;
}
EXPORT char* fgets_unlocked(char* restrict out, int size, FILE* restrict file) {
    return fgets(out, size, file);
}
EXPORT char* __fgets_chk(char* restrict out, size_t room, int size, FILE* restrict file) {
    if (size > 0 && (size_t)size > room) abort();
    return fgets(out, size, file);
}
EXPORT char* __fgets_unlocked_chk(char* restrict out, size_t room, int size, FILE* restrict file) {
    return __fgets_chk(out, room, size, file);
}

EXPORT ssize_t getdelim(char** restrict line, size_t* restrict room, int delimiter, FILE* restrict file) {
    if (!line || !room || !may_wait(file)) return REAL(getdelim)(line, room, delimiter, file);
    size_t length = 0;
    for (;;) {
        if (!*line || *room < length + 2) {
            size_t more = *line && *room > 60 ? *room * 2 : 120;
            char* longer = realloc(*line, more);
            if (!longer) FAIL(ENOMEM);
            *line = longer;
            *room = more;
        }
        int octet = next(file);
        if (octet == EOF) {
            if (length == 0 || ferror_unlocked(file)) return -1;
            break;
        }
        (*line)[length++] = (char)octet;
        if (octet == delimiter) break;
    }
    (*line)[length] = 0;
    return (ssize_t)length;
}
EXPORT ssize_t __getdelim(char** restrict line, size_t* restrict room, int delimiter, FILE* restrict file) {
    return getdelim(line, room, delimiter, file);
}
EXPORT ssize_t getline(char** restrict line, size_t* restrict room, FILE* restrict file) {
    return getdelim(line, room, '\n', file);
}

/* ---- blocks ---- */

EXPORT size_t fread(void* restrict out, size_t size, size_t count, FILE* restrict file) {
    size_t whole = size * count;
    if (whole == 0 || !may_wait(file)) return REAL(fread)(out, size, count, file);
    size_t done = 0;
    while (done < whole) {
        await_more(file);
        size_t ready = (size_t)(file->_IO_read_end - file->_IO_read_ptr);
        if (ready == 0) {
            int octet = REAL(fgetc)(file);
            if (octet == EOF) break;
            ((char*)out)[done++] = (char)octet;
            continue;
        }
        size_t piece = ready < whole - done ? ready : whole - done;
        size_t got = REAL(fread)((char*)out + done, 1, piece, file);
        if (got == 0) break;
        done += got;
    }
    return done / size;
}
EXPORT size_t fread_unlocked(void* restrict out, size_t size, size_t count, FILE* restrict file) {
    return fread(out, size, count, file);
}
EXPORT size_t __fread_chk(void* restrict out, size_t room, size_t size, size_t count, FILE* restrict file) {
    if (size != 0 && count > room / size) abort();
    return fread(out, size, count, file);
}
EXPORT size_t __fread_unlocked_chk(void* restrict out, size_t room, size_t size, size_t count, FILE* restrict file) {
    return __fread_chk(out, room, size, count, file);
}

/* ---- formatted ---- */

/* The first octet is waited for; what one reads with a format is a line, and most write a line at once. */
static int scan(const char* name, FILE* file, const char* format, va_list arguments) {
    if (file->_IO_read_ptr >= file->_IO_read_end && may_wait(file)) await_more(file);
    int (*function)(FILE*, const char*, va_list);
    *(void**)&function = real_optional(name);
    return function(file, format, arguments);
}

/* The names that <stdio.h> gives these functions, by the standard that a program is compiled for. */
#define SCANNERS(prefix)                                                            \
    int prefix##vfscanf(FILE* file, const char* format, va_list arguments);         \
    EXPORT int prefix##vfscanf(FILE* file, const char* format, va_list arguments) { \
        return scan(#prefix "vfscanf", file, format, arguments);                    \
    }                                                                               \
    int prefix##vscanf(const char* format, va_list arguments);                      \
    EXPORT int prefix##vscanf(const char* format, va_list arguments) {              \
        return scan(#prefix "vfscanf", stdin, format, arguments);                   \
    }                                                                               \
    int prefix##fscanf(FILE* file, const char* format, ...);                        \
    EXPORT int prefix##fscanf(FILE* file, const char* format, ...) {                \
        va_list arguments;                                                          \
        va_start(arguments, format);                                                \
        int result = scan(#prefix "vfscanf", file, format, arguments);              \
        va_end(arguments);                                                          \
        return result;                                                              \
    }                                                                               \
    int prefix##scanf(const char* format, ...);                                     \
    EXPORT int prefix##scanf(const char* format, ...) {                             \
        va_list arguments;                                                          \
        va_start(arguments, format);                                                \
        int result = scan(#prefix "vfscanf", stdin, format, arguments);             \
        va_end(arguments);                                                          \
        return result;                                                              \
    }
SCANNERS(__isoc99_)
SCANNERS(__isoc23_)
