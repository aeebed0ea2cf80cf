#include "host/keeper.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mlosim::host {

namespace {

struct Message {
    char what;  ///< '+', '-', '!': the directory stays, or '.': all is done
    pid_t group;
};

void close_all_from(unsigned first) {
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
#endif
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const unsigned most = limit.rlim_cur < 65536 ? static_cast<unsigned>(limit.rlim_cur) : 65536U;
    for (unsigned other = first; other < most; ++other)
        ::close(static_cast<int>(other));
}

/// The keeper's life. Its pipe ends when we do.
[[noreturn]] void keep(int fd, const std::string& directory) {
    ::setsid();  // what ends our terminal's programs does not end it
    ::prctl(PR_SET_NAME, "mlosimd-keeper");
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::signal(number, SIG_IGN);
    // It is nobody's: neither files, sockets nor outputs of ours stay open because of it.
    fd = ::dup2(fd, 0);
    close_all_from(1);
    std::set<pid_t> groups;
    bool spared = false;
    Message message{};
    for (;;) {
        const ssize_t got = ::read(fd, &message, sizeof message);
        if (got < 0 && errno == EINTR) continue;
        if (got != static_cast<ssize_t>(sizeof message)) break;
        if (message.what == '.') ::_exit(0);
        if (message.what == '+')
            groups.insert(message.group);
        else if (message.what == '!')
            spared = true;
        else
            groups.erase(message.group);
    }
    for (const pid_t group : groups)
        ::kill(-group, SIGKILL);
    // Who was killed takes a moment to end, and may make one more file meanwhile.
    for (int tries = 0; !spared && tries < 200; ++tries) {
        std::error_code error;
        std::filesystem::remove_all(directory, error);
        if (!error) break;
        ::usleep(10'000);
    }
    ::_exit(0);
}

/// Our children, as the kernel lists them (CONFIG_PROC_CHILDREN; none without).
std::vector<pid_t> children() {
    std::ifstream list("/proc/thread-self/children");
    return {std::istream_iterator<pid_t>(list), std::istream_iterator<pid_t>()};
}

}  // namespace

Result<std::unique_ptr<Keeper>> Keeper::start(const std::string& directory) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) < 0) return fail(errno, std::string("pipe: ") + std::strerror(errno));
    const pid_t pid = ::fork();
    if (pid == 0) keep(pipe[0], directory);
    const int error = errno;
    ::close(pipe[0]);
    if (pid > 0) {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        return std::unique_ptr<Keeper>(new Keeper(pid, pipe[1]));
    }
    ::close(pipe[1]);
    return fail(error, std::string("fork: ") + std::strerror(error));
}

/// Who ends may leave children of its own behind, who become ours: until nobody is left.
void Keeper::end_others() const {
    for (;;) {
        bool ended = false;
        for (const pid_t child : children()) {
            if (child == pid_) continue;
            ::kill(child, SIGKILL);
            pid_t reaped;
            do
                reaped = ::waitpid(child, nullptr, 0);
            while (reaped < 0 && errno == EINTR);
            ended = ended || reaped == child;
        }
        if (!ended) return;
    }
}

Keeper::~Keeper() {
    end_others();
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    say('.', 0);
    ::close(fd_);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Keeper::say(char what, pid_t group) const {
    const Message message{what, group};
    (void)!::write(fd_, &message, sizeof message);
}

}  // namespace mlosim::host
