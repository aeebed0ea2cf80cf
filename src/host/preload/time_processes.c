/*
 * Processes that come and go. Before a fork the parent makes the child's connection; the child waits for its first turn
 * before the program goes on in it. What libc starts without fork() (posix_spawn) joins by itself, and is announced.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/preload/turns.h"

extern char** environ;

/* ---- fork ---- */

static int child_fd = -1;
static struct mlosim_time_facts child_facts;

static void before_fork(void) {
    child_fd = time_takes_part() ? time_connect(MLOSIM_JOIN_CHILD, &child_facts) : -1;
}

static void after_fork_in_parent(void) {
    if (child_fd < 0) return;
    time_disown(child_fd);
    syscall(SYS_close, child_fd);
    child_fd = -1;
}

static void after_fork_in_child(void) {
    if (!time_is_virtual()) return;
    int fd = child_fd;
    child_fd = -1;
    time_disown(fd);
    time_forget_parent();
    timers_forked();
    conds_forget();
    locks_forget();
    struct mlosim_time_facts facts = child_facts;
    const bool adopted = fd >= 0;
    if (adopted)
        time_own(fd);
    else
        fd = time_connect(MLOSIM_JOIN_PROGRAM, &facts);
    if (fd >= 0) time_adopt(fd, &facts, adopted);
    entropy_renew();
}

void processes_start(void) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* A child of vfork() shares its parent's memory, and with it what is ours; one of fork() does all that such a child may
 * do. */
__attribute__((used)) static pid_t (*vfork_target(void))(void) {
    if (time_is_virtual()) return fork;
    static pid_t (*function)(void);
    if (!function) *(void**)&function = real_optional("vfork");
    return function;
}
/* vfork() returns twice to its caller, so nothing of ours may be left on the stack: a jump. */
#if defined(__x86_64__)
__asm__(
    ".text\n.globl vfork\n.type vfork, @function\nvfork:\n"
    "endbr64\nsub $8, %rsp\ncall vfork_target\nadd $8, %rsp\njmp *%rax\n.size vfork, .-vfork\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n.globl vfork\n.type vfork, @function\nvfork:\n"
    "stp x29, x30, [sp, -16]!\nbl vfork_target\nldp x29, x30, [sp], 16\nmov x16, x0\nbr x16\n.size vfork, .-vfork\n");
#else
EXPORT pid_t vfork(void) {
    return vfork_target() ? fork() : -1;
}
#endif

/* ---- the end ---- */

EXPORT void _exit(int code) {
    if (time_takes_part()) time_leave(true);
    REAL(_exit)(code);
    __builtin_unreachable();
}
EXPORT void _Exit(int code) {
    _exit(code);
}

__attribute__((destructor)) static void at_exit(void) {
    if (time_takes_part()) time_leave(true);
}

/* ---- waiting for children ---- */

struct child_wait {
    bool by_id;
    pid_t pid;
    idtype_t type;
    id_t id;
    siginfo_t* info;
    int* status;
    int options;
    struct rusage* usage;
    long result;
    int error;
};

static bool look_for_child(void* context) {
    struct child_wait* wait = context;
    if (wait->by_id) {
        siginfo_t info;
        info.si_pid = 0;
        wait->result = syscall(SYS_waitid, wait->type, wait->id, &info, wait->options | WNOHANG, wait->usage);
        wait->error = errno;
        if (wait->result == 0 && info.si_pid == 0) return false;
        if (wait->result == 0 && wait->info) *wait->info = info;
        return true;
    }
    wait->result = syscall(SYS_wait4, wait->pid, wait->status, wait->options | WNOHANG, wait->usage);
    wait->error = errno;
    return wait->result != 0;
}

static long await_child(struct child_wait* state) {
    if (!look_for_child(state)) {
        if (state->options & WNOHANG) {
            time_creep(10);
            if (state->by_id && state->info) memset(state->info, 0, sizeof *state->info);
            return 0;
        }
        for (;;) {
            struct time_wait wait = {.deadline = MLOSIM_TIME_NEVER,
                                     .look = look_for_child,
                                     .context = state,
                                     .also = (uint64_t)1 << (SIGCHLD - 1),
                                     .recheck_ms = 50};
            if (time_idle(&wait) == TIME_WAKE_FOUND) break;
            if (!wait.restart) FAIL(EINTR);
        }
    }
    if (state->result < 0) FAIL(state->error);
    return state->result;
}

EXPORT pid_t wait4(pid_t pid, int* status, int options, struct rusage* usage) {
    if (!time_takes_part()) return REAL(wait4)(pid, status, options, usage);
    struct child_wait state = {.pid = pid, .status = status, .options = options, .usage = usage};
    return (pid_t)await_child(&state);
}
EXPORT pid_t waitpid(pid_t pid, int* status, int options) {
    if (!time_takes_part()) return REAL(waitpid)(pid, status, options);
    return wait4(pid, status, options, NULL);
}
EXPORT pid_t wait3(int* status, int options, struct rusage* usage) {
    if (!time_takes_part()) return REAL(wait3)(status, options, usage);
    return wait4(-1, status, options, usage);
}
EXPORT pid_t wait(int* status) {
    if (!time_takes_part()) return REAL(wait)(status);
    return wait4(-1, status, 0, NULL);
}
EXPORT int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
    if (!time_takes_part()) return REAL(waitid)(type, id, info, options);
    struct child_wait state = {.by_id = true, .type = type, .id = id, .info = info, .options = options};
    return (int)await_child(&state);
}

/* ---- what libc starts by itself ---- */

EXPORT int posix_spawn(pid_t* restrict pid, const char* restrict path,
                       const posix_spawn_file_actions_t* restrict actions, const posix_spawnattr_t* restrict attributes,
                       char* const* restrict arguments, char* const* restrict environment) {
    pid_t started = 0;
    int error = REAL(posix_spawn)(&started, path, actions, attributes, arguments, environment);
    if (error) return error;
    time_expect(started);
    if (pid) *pid = started;
    return 0;
}

EXPORT int posix_spawnp(pid_t* restrict pid, const char* restrict file,
                        const posix_spawn_file_actions_t* restrict actions,
                        const posix_spawnattr_t* restrict attributes, char* const* restrict arguments,
                        char* const* restrict environment) {
    pid_t started = 0;
    int error = REAL(posix_spawnp)(&started, file, actions, attributes, arguments, environment);
    if (error) return error;
    time_expect(started);
    if (pid) *pid = started;
    return 0;
}

static void become_shell(const char* command) {
    execl("/bin/sh", "sh", "-c", command, (char*)NULL);
    _exit(127);
}

/* cf. POSIX system(): SIGINT and SIGQUIT are the command's, SIGCHLD waits until it has ended. */
EXPORT int system(const char* command) {
    if (!time_takes_part() || !command) return REAL(system)(command);
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old_int, old_quit;
    sigset_t child, old_mask;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaction(SIGINT, &ignore, &old_int);
    sigaction(SIGQUIT, &ignore, &old_quit);
    sigprocmask(SIG_BLOCK, &child, &old_mask);
    pid_t pid = fork();
    if (pid == 0) {
        sigaction(SIGINT, &old_int, NULL);
        sigaction(SIGQUIT, &old_quit, NULL);
        sigprocmask(SIG_SETMASK, &old_mask, NULL);
        become_shell(command);
    }
    int status = -1;
    if (pid > 0)
        while (waitpid(pid, &status, 0) < 0)
            if (errno != EINTR) {
                status = -1;
                break;
            }
    int saved = errno;
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGQUIT, &old_quit, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    errno = saved;
    return status;
}

struct pipe_process {
    FILE* file;
    pid_t pid;
    struct pipe_process* next;
};
static struct pipe_process* pipe_processes;

EXPORT FILE* popen(const char* command, const char* mode) {
    if (!time_takes_part()) return REAL(popen)(command, mode);
    bool reads = strchr(mode, 'r') != NULL;
    if (reads == (strchr(mode, 'w') != NULL)) {
        errno = EINVAL;
        return NULL;
    }
    int ends[2];
    struct pipe_process* entry = malloc(sizeof *entry);
    if (!entry || pipe2(ends, O_CLOEXEC) != 0) {
        free(entry);
        return NULL;
    }
    int ours = ends[reads ? 0 : 1], theirs = ends[reads ? 1 : 0], standard = reads ? STDOUT_FILENO : STDIN_FILENO;
    entry->pid = fork();
    if (entry->pid == 0) {
        for (struct pipe_process* other = pipe_processes; other; other = other->next)
            close(fileno(other->file));
        if (theirs == standard)
            fcntl(theirs, F_SETFD, 0);
        else
            dup2(theirs, standard);
        become_shell(command);
    }
    close(theirs);
    if (!strchr(mode, 'e')) fcntl(ours, F_SETFD, 0);
    entry->file = entry->pid > 0 ? fdopen(ours, reads ? "r" : "w") : NULL;
    if (!entry->file) {
        close(ours);
        free(entry);
        return NULL;
    }
    entry->next = pipe_processes;
    pipe_processes = entry;
    return entry->file;
}

EXPORT int pclose(FILE* file) {
    struct pipe_process** at = &pipe_processes;
    while (*at && (*at)->file != file)
        at = &(*at)->next;
    if (!*at) return REAL(pclose)(file);
    struct pipe_process* entry = *at;
    *at = entry->next;
    pid_t pid = entry->pid;
    free(entry);
    fclose(file);
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return status;
}
