#include "ctl/run/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mlosim::ctl::run {

namespace {

/// What is kept of a program's output: its end. A run that prints without end takes no memory without end.
constexpr std::size_t most_output = std::size_t{1} << 18U;

void close_if_open(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

/// In the child. What fails here ends it with 127, as a shell does.
[[noreturn]] void become(char** arguments, int out, int err, pid_t parent, std::optional<std::uint64_t> largest_file) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (largest_file) {
        const rlimit limit{*largest_file, *largest_file};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::execvp(arguments[0], arguments);
    const char* why = std::strerror(errno);
    (void)!::write(STDERR_FILENO, why, std::strlen(why));
    ::_exit(127);
}

void drain(int& from, std::string& into) {
    char block[65536];
    while (from >= 0) {
        const ssize_t got = ::read(from, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return close_if_open(from);
        into.append(block, static_cast<std::size_t>(got));
        if (into.size() > 2 * most_output) into.erase(0, into.size() - most_output);
    }
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(const std::vector<std::string>& command,
                                                std::optional<std::uint64_t> largest_file) {
    int out[2] = {-1, -1};
    int err[2] = {-1, -1};
    const auto give_up = [&](const char* what) {
        const int code = errno;
        for (int* descriptor : {&out[0], &out[1], &err[0], &err[1]})
            close_if_open(*descriptor);
        return fail(code, std::string(what) + ": " + std::strerror(code));
    };
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) return give_up("no pipe");
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return give_up("no process");
    if (pid == 0) become(arguments.data(), out[1], err[1], parent, largest_file);
    ::setpgid(pid, pid);
    std::unique_ptr<Process> process(new Process);
    process->pid_ = pid;
    process->begun_ = Clock::now();
    process->end_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    close_if_open(out[1]);
    close_if_open(err[1]);
    process->out_ = out[0];
    process->err_ = err[0];
    for (const int descriptor : {out[0], err[0]})
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    if (process->end_ < 0) {
        const int code = errno;
        return fail(code, std::string("pidfd_open: ") + std::strerror(code));
    }
    return process;
}

Process::~Process() {
    if (pid_ > 0) {
        kill();
        ::waitpid(pid_, nullptr, 0);
    }
    close_if_open(out_);
    close_if_open(err_);
    close_if_open(end_);
}

bool Process::attend() {
    drain(out_, ending_.out);
    drain(err_, ending_.err);
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != pid_)
        return false;
    // What it wrote last is in the pipes; what others hold open is not waited for. Its number is its own until it was
    // waited for, and so is its group's.
    drain(out_, ending_.out);
    drain(err_, ending_.err);
    ::kill(-pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    ending_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void Process::tell_to_stop() noexcept {
    ending_.timed_out = true;
    if (pid_ > 0) ::kill(pid_, SIGTERM);
}

void Process::kill() noexcept {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
}

Result<Ending> run_to_end(const std::vector<std::string>& command) {
    auto process = Process::start(command);
    if (!process) return fail(std::move(process.error()));
    while (!(*process)->attend()) {
        pollfd at[3] = {{(*process)->out(), POLLIN, 0}, {(*process)->err(), POLLIN, 0}, {(*process)->end(), POLLIN, 0}};
        ::poll(at, 3, -1);
    }
    return std::move((*process)->ending());
}

}  // namespace mlosim::ctl::run
