/* Bytes between processes in virtual time: pipes, sockets, streams, locks on files; and random numbers. */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#define SUITE "Io"
#include "virtual_time.h"

/* ---- pipes and sockets ---- */

static void write_later(int fd) {
    for (int i = 0; i < 3; i++) {
        sleep(2);
        (void)!write(fd, &"abc"[i], 1);
    }
}

CASE(two_processes_over_a_pipe) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_later, ends[1]);
    close(ends[1]);
    char octet;
    for (int i = 0; i < 3; i++)
        CHECK(read(ends[0], &octet, 1) == 1 && octet == "abc"[i] && passed(start, (i + 1) * 2 * SECOND));
    CHECK(read(ends[0], &octet, 1) == 0);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(ends[0]);
    return NULL;
}

static void echo_later(int fd) {
    char buffer[100];
    ssize_t got;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        usleep(10000);
        send(fd, buffer, (size_t)got, 0);
    }
}

CASE(two_processes_over_a_socket_pair) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        echo_later(ends[1]);
        _exit(7);
    }
    close(ends[1]);
    int64_t start = now();
    char buffer[8];
    for (int i = 0; i < 50; i++) {
        CHECK(send(ends[0], "ping", 4, 0) == 4);
        CHECK(recv(ends[0], buffer, 4, MSG_WAITALL) == 4 && memcmp(buffer, "ping", 4) == 0);
    }
    CHECK(passed(start, 500 * MS));
    close(ends[0]);
    int status;
    CHECK(wait(&status) == pid && WEXITSTATUS(status) == 7);
    return NULL;
}

static int udp(struct sockaddr_in* name) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    *name = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof *name;
    if (bind(fd, (struct sockaddr*)name, length) != 0) return -1;
    getsockname(fd, (struct sockaddr*)name, &length);
    return fd;
}

CASE(two_processes_over_the_loopback_device) {
    struct sockaddr_in ours, theirs;
    int a = udp(&ours), b = udp(&theirs);
    CHECK(a >= 0 && b >= 0);
    CHECK(connect(a, (struct sockaddr*)&theirs, sizeof theirs) == 0 &&
          connect(b, (struct sockaddr*)&ours, sizeof ours) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(a);
        char buffer[10];
        for (int i = 0; i < 5; i++) {
            if (recv(b, buffer, sizeof buffer, 0) != 1) _exit(1);
            sleep(1);
            send(b, buffer, 1, 0);
        }
        _exit(0);
    }
    close(b);
    char octet;
    int64_t start = now();
    for (int i = 0; i < 5; i++)
        CHECK(send(a, "y", 1, 0) == 1 && recv(a, &octet, 1, 0) == 1);
    CHECK(passed(start, 5 * SECOND));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(a);
    return NULL;
}

static void connect_later(int port) {
    sleep(3);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = (in_port_t)port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr*)&name, sizeof name) != 0) _exit(1);
    sleep(4);
    if (write(fd, "hello", 5) != 5) _exit(2);
}

CASE(accept_and_connect) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    CHECK(bind(listener, (struct sockaddr*)&name, sizeof name) == 0 && listen(listener, 4) == 0);
    getsockname(listener, (struct sockaddr*)&name, &length);
    int64_t start = now();
    pid_t pid = child_that(connect_later, name.sin_port);
    int fd = accept(listener, NULL, NULL);
    CHECK(fd >= 0 && passed(start, 3 * SECOND));
    char buffer[6] = "";
    CHECK(read(fd, buffer, 5) == 5 && strcmp(buffer, "hello") == 0 && passed(start, 7 * SECOND));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    close(fd), close(listener);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr*)&name, sizeof name) == -1 && errno == ECONNREFUSED &&
          !(fcntl(fd, F_GETFL) & O_NONBLOCK));
    close(fd);
    return NULL;
}

CASE(time_outs_of_sockets) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    struct timeval limit = {5, 500000};
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    CHECK(setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
    char buffer[4096] = "";
    int64_t start = now();
    CHECK(recv(ends[0], buffer, 1, 0) == -1 && errno == EAGAIN && passed(start, 5500 * MS));
    start = now();
    CHECK(recv(ends[0], buffer, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN && now() == start);
    ssize_t sent;
    while ((sent = send(ends[0], buffer, sizeof buffer, 0)) == sizeof buffer)
        ;
    CHECK(passed(start, 5500 * MS));
    close(ends[0]), close(ends[1]);
    return NULL;
}

static void read_slowly(int fd) {
    static char buffer[100000];
    size_t sum = 0;
    ssize_t got;
    while ((got = read(fd, buffer, sizeof buffer)) > 0) {
        sum += (size_t)got;
        usleep(1000);
    }
    _exit(sum == 4000000 ? 0 : 1);
}

CASE(writes_into_what_is_full) {
    for (int kind = 0; kind < 3; kind++) {
        int ends[2];
        CHECK((kind == 0 ? pipe(ends) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) == 0);
        pid_t pid = fork();
        if (pid == 0) {
            close(ends[1]);
            read_slowly(ends[0]);
        }
        close(ends[0]);
        static char data[500000];
        for (int i = 0; i < 8; i++)
            CHECK((kind == 1 ? send(ends[1], data, sizeof data, 0) : write(ends[1], data, sizeof data)) == sizeof data);
        close(ends[1]);
        int status;
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    return NULL;
}

CASE(a_whole_message_in_pieces) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_later, ends[1]);
    close(ends[1]);
    char first = 0, second[2] = "", third[8] = "";
    struct iovec pieces[] = {{&first, 1}, {NULL, 0}, {second, 2}, {third, 8}};
    struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 3};
    CHECK(recvmsg(ends[0], &msg, MSG_WAITALL) == 3 && passed(start, 6 * SECOND));
    CHECK(first == 'a' && second[0] == 'b' && second[1] == 'c');
    CHECK(msg.msg_iov == pieces && msg.msg_iovlen == 3 && pieces[2].iov_base == second && pieces[2].iov_len == 2);
    close(ends[0]);
    CHECK(waitpid(pid, NULL, 0) == pid);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    start = now();
    pid = child_that(write_later, ends[1]);
    close(ends[1]);
    msg = (struct msghdr){.msg_iov = pieces, .msg_iovlen = 4};
    CHECK(recvmsg(ends[0], &msg, MSG_WAITALL) == 3 && passed(start, 6 * SECOND)); /* its end comes first */
    close(ends[0]);
    CHECK(waitpid(pid, NULL, 0) == pid);
    return NULL;
}

CASE(polls_as_many_as_it_may_have) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t pid = child_that(write_later, ends[1]);
    close(ends[1]);
    enum { LIMIT = 64 };
    struct rlimit before, few;
    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    few = (struct rlimit){LIMIT, before.rlim_max};
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    int64_t start = now();
    struct pollfd fds[LIMIT];
    for (int i = 0; i < LIMIT; i++)
        fds[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
    CHECK(poll(fds, LIMIT, 1500) == 0 && passed(start, 1500 * MS));
    CHECK(poll(fds, LIMIT, -1) == LIMIT && passed(start, 2 * SECOND));
    few.rlim_cur = 0;
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    sleep(1);
    CHECK(passed(start, 3 * SECOND) && setrlimit(RLIMIT_NOFILE, &before) == 0);
    close(ends[0]);
    CHECK(waitpid(pid, NULL, 0) == pid);
    return NULL;
}

/* ---- streams, random numbers ---- */

static void write_parts(int fd) {
    const char* parts[] = {"a li", "ne\nan", "other\n", "rest"};
    for (int i = 0; i < 4; i++) {
        sleep(1);
        (void)!write(fd, parts[i], strlen(parts[i]));
    }
}

CASE(streams_wait_for_whole_lines) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_parts, ends[1]);
    close(ends[1]);
    FILE* file = fdopen(ends[0], "r");
    char* text = NULL;
    size_t room = 0;
    CHECK(getline(&text, &room, file) == 7 && strcmp(text, "a line\n") == 0 && passed(start, 2 * SECOND));
    CHECK(fgetc(file) == 'a' && ungetc('A', file) == 'A');
    char buffer[20] = "";
    CHECK(fgets(buffer, sizeof buffer, file) && strcmp(buffer, "Another\n") == 0 && passed(start, 3 * SECOND));
    CHECK(fread(buffer, 1, 2, file) == 2 && passed(start, 4 * SECOND));
    char text_too[8] = "";
    CHECK(fscanf(file, "%7s", text_too) == 1 && strcmp(text_too, "st") == 0);
    CHECK(fread(buffer, 1, sizeof buffer, file) == 0 && feof(file) && getc(file) == EOF && passed(start, 4 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    free(text);
    fclose(file);
    return NULL;
}

CASE(random_numbers_come_from_the_world) {
    uint8_t numbers[5][16];
    memset(numbers, 0, sizeof numbers);
    CHECK(getrandom(numbers[0], 16, 0) == 16 && getentropy(numbers[1], 16) == 0);
    int fd = open("/dev/urandom", O_RDONLY);
    CHECK(read(fd, numbers[2], 16) == 16);
    close(fd);
    FILE* file = fopen("/dev/random", "r");
    CHECK(file && fread(numbers[3], 1, 16, file) == 16 && fclose(file) == 0);
    CHECK(syscall(SYS_getrandom, numbers[4], (size_t)16, 0) == 16);
    printf("# random");
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 16; j++)
            printf("%s%02x", j ? "" : " ", numbers[i][j]);
    printf("\n");
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            CHECK(memcmp(numbers[i], numbers[j], 16) != 0);
    return NULL;
}

CASE(bytes_that_the_kernel_moves) {
    int from[2], to[2];
    CHECK(pipe(from) == 0 && pipe(to) == 0);
    int64_t start = now();
    pid_t pid = child_that(write_later, from[1]);
    CHECK(splice(from[0], NULL, to[1], NULL, 100, 0) == 1 && passed(start, 2 * SECOND));
    CHECK(tee(from[0], to[1], 100, 0) == 1 && passed(start, 4 * SECOND));
    char text[4] = "";
    CHECK(read(to[0], text, 4) == 2 && strcmp(text, "ab") == 0 && read(from[0], text, 1) == 1);
    FILE* file = tmpfile();
    CHECK(file && fputs("xyz", file) >= 0 && fflush(file) == 0);
    off_t offset = 1;
    CHECK(sendfile(to[1], fileno(file), &offset, 100) == 2 && read(to[0], text, 4) == 2 && text[0] == 'y');
    CHECK(waitpid(pid, NULL, 0) == pid);
    fclose(file);
    close(from[0]), close(from[1]), close(to[0]), close(to[1]);
    return NULL;
}

/* ---- locks on files ---- */

static void lock_for_a_while(int fd) {
    (void)fd;
    int own = open("/tmp/mlosim-shim-time.lock", O_RDWR | O_CREAT, 0600);
    flock(own, LOCK_EX);
    struct flock lock = {.l_type = F_WRLCK};
    fcntl(own, F_SETLK, &lock);
    sleep(6);
}

CASE(locks_on_files) {
    int64_t start = now();
    pid_t pid = child_that(lock_for_a_while, 0);
    sleep(1);
    int fd = open("/tmp/mlosim-shim-time.lock", O_RDWR);
    CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    CHECK(flock(fd, LOCK_EX) == 0 && passed(start, 6 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    flock(fd, LOCK_UN);
    start = now();
    pid = child_that(lock_for_a_while, 0);
    sleep(1);
    CHECK(lockf(fd, F_LOCK, 0) == 0 && passed(start, 6 * SECOND));
    CHECK(waitpid(pid, NULL, 0) == pid);
    unlink("/tmp/mlosim-shim-time.lock");
    close(fd);
    return NULL;
}

int main(void) {
    RUN(two_processes_over_a_pipe);
    RUN(bytes_that_the_kernel_moves);
    RUN(two_processes_over_a_socket_pair);
    RUN(two_processes_over_the_loopback_device);
    RUN(accept_and_connect);
    RUN(time_outs_of_sockets);
    RUN(writes_into_what_is_full);
    RUN(a_whole_message_in_pieces);
    RUN(polls_as_many_as_it_may_have);
    RUN(locks_on_files);
    RUN(streams_wait_for_whole_lines);
    RUN(random_numbers_come_from_the_world);
    printf("1..%d\n", number);
    return failed ? 1 : 0;
}
