#include "host/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mlosim::host {

namespace {

// Newer than some C libraries have them.
int pidfd_open(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
}
int close_range(unsigned first, unsigned last, unsigned flags) {
#ifdef SYS_close_range
    return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
#else
    (void)first, (void)last, (void)flags;
    errno = ENOSYS;
    return -1;
#endif
}
constexpr unsigned close_on_exec = 1U << 2U;  // CLOSE_RANGE_CLOEXEC

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const std::string& text : texts)
        out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    [[nodiscard]] int get() const { return fd_; }
    int release() {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }

private:
    int fd_;
};

/// What the child needs between fork() and exec(): made before, as only system calls are allowed there.
struct Launch {
    const char* program;
    const char* directory;
    char** arguments;
    char** environment;
    int nothing;
    int output;
    int complaint;
    pid_t parent;
    bool fixed_addresses;
};

[[noreturn]] void give_up(const Launch& launch) {
    const int error = errno;
    (void)!::write(launch.complaint, &error, sizeof error);
    ::_exit(127);
}

[[noreturn]] void become(const Launch& launch) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch.parent) ::_exit(127);  // it ended before that was said
    for (int number = 1; number < NSIG; ++number)
        if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(launch.nothing, STDIN_FILENO) < 0 || ::dup2(launch.output, STDOUT_FILENO) < 0 ||
        ::dup2(launch.output, STDERR_FILENO) < 0)
        give_up(launch);
    // All of ours are closed by exec() anyway; libraries may have opened others.
    if (close_range(STDERR_FILENO + 1, ~0U, close_on_exec) < 0 && errno != ENOSYS && errno != EINVAL) give_up(launch);
    if (launch.fixed_addresses)
        ::personality(static_cast<unsigned long>(::personality(0xffffffffUL)) | ADDR_NO_RANDOMIZE);
    if (::chdir(launch.directory) < 0) give_up(launch);
    ::execve(launch.program, launch.arguments, launch.environment);
    give_up(launch);
}

Result<void> failed(const char* what) {
    return fail(errno, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

std::string to_string(const ProgramEnding& ending) {
    if (!ending.killed) return "exit code " + std::to_string(ending.number);
    const char* words = ::strsignal(ending.number);
    return "signal " + std::to_string(ending.number) + (words != nullptr ? " (" + std::string(words) + ")" : "");
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const ChildOptions& options) {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) < 0) return fail(failed("pipe").error());
    Descriptor ours(output[0]);
    Descriptor its(output[1]);
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) < 0) return fail(failed("fcntl").error());
    (void)::fcntl(ours.get(), F_SETPIPE_SZ, ChildProcess::output_room);  // more than a user may have is not needed
    int complaint[2];
    if (::pipe2(complaint, O_CLOEXEC) < 0) return fail(failed("pipe").error());
    Descriptor hear(complaint[0]);
    Descriptor say(complaint[1]);
    Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing.get() < 0) return fail(failed("/dev/null").error());

    std::vector<char*> arguments = pointers_to(options.arguments);
    std::vector<char*> environment = pointers_to(options.environment);
    const Launch launch{options.program.c_str(),
                        options.directory.c_str(),
                        arguments.data(),
                        environment.data(),
                        nothing.get(),
                        its.get(),
                        say.get(),
                        ::getpid()};
    const pid_t pid = ::fork();
    if (pid < 0) return fail(failed("fork").error());
    if (pid == 0) become(launch);
    ::setpgid(pid, pid);  // whoever of us two comes first
    its.close();
    say.close();
    const int end = pidfd_open(pid);
    const int end_error = errno;
    std::unique_ptr<ChildProcess> child(new ChildProcess(pid, end, ours.release()));
    if (end < 0) return fail(end_error, std::string("pidfd_open: ") + std::strerror(end_error));
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(hear.get(), &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof error)) return fail(error, options.program + ": " + std::strerror(error));
    return child;
}

// A group whose leader nobody has waited for keeps its number: until then, its signals reach nobody else.
ChildProcess::~ChildProcess() {
    if (!ending_) {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);  // before it leads a group
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (end_ >= 0) ::close(end_);
    ::close(output_);
}

std::optional<std::string> ChildProcess::read(std::size_t at_most) {
    std::string out(at_most, '\0');
    ssize_t got = 0;
    do
        got = ::read(output_, out.data(), out.size());
    while (got < 0 && errno == EINTR);
    if (got == 0) return std::nullopt;
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

Result<void> ChildProcess::signal(int number) {
    if (ended()) return fail(ESRCH, "it has ended");
    if (::kill(pid_, number) < 0) return failed("kill");
    return {};
}

std::optional<ProgramEnding> ChildProcess::ended() {
    if (ending_) return ending_;
    siginfo_t about{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) < 0 || about.si_pid != pid_)
        return std::nullopt;
    ::kill(-pid_, SIGKILL);  // what it leaves behind
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        ending_ = ProgramEnding{true, WTERMSIG(status)};
    else
        ending_ = ProgramEnding{false, WEXITSTATUS(status)};
    return ending_;
}

}  // namespace mlosim::host
