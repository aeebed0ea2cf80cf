#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/time_server.h"

namespace mlosim::host {
namespace {

namespace asio = boost::asio;

/// Of a thread, by the third field of its stat file. Nothing: it cannot be read.
std::optional<char> state_of(int stat_file) {
    std::array<char, 128> text{};
    const ssize_t got = ::pread(stat_file, text.data(), text.size(), 0);
    if (got <= 0) return std::nullopt;
    const std::string_view line(text.data(), static_cast<std::size_t>(got));
    const std::size_t name_end = line.rfind(')');  // of the thread's name, which may hold anything
    if (name_end == std::string_view::npos || name_end + 2 >= line.size()) return std::nullopt;
    return line[name_end + 2];
}

/// Without a pidfd.
bool has_ended(pid_t pid) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    const int fd = ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const auto state = state_of(fd);
    ::close(fd);
    return state == 'Z' || state == 'X';
}

/// Handlers of Asio's keep it, and so may outlive its watch.
class Vigil final : public std::enable_shared_from_this<Vigil> {
public:
    Vigil(asio::io_context& io, pid_t pid, std::function<void()> ended)
        : pidfd_(io), timer_(io), pid_(pid), ended_(std::move(ended)) {}

    void begin() {
        if (const int error = follow(); error == ESRCH) {
            asio::post(timer_.get_executor(), [self = shared_from_this()] { self->tell(); });
        } else if (error != 0) {
            spdlog::warn("process {} has no pidfd ({}): its end is looked for now and then", pid_,
                         std::generic_category().message(error));
            look_later();
        }
    }
    void end() {
        ended_ = nullptr;
        timer_.cancel();
        boost::system::error_code ignored;
        pidfd_.close(ignored);
    }

private:
    static constexpr std::chrono::milliseconds between_looks{50};

    void tell() {
        if (const auto call = std::exchange(ended_, nullptr)) call();
    }
    /// 0, or what pidfd_open() says.
    int follow() {
        const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U));
        if (fd < 0) return errno;
        boost::system::error_code error;
        pidfd_.assign(fd, error);
        if (error) {
            ::close(fd);
            return error.value();
        }
        // Readable once the process is a zombie, or gone.
        pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& cancelled) {
                              if (!cancelled) self->tell();
                          });
        return 0;
    }
    void look_later() {
        timer_.expires_after(between_looks);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
            if (cancelled || !self->ended_) return;
            const int error = self->follow();
            if (error == 0) return;
            if (error == ESRCH || has_ended(self->pid_))
                self->tell();
            else
                self->look_later();
        });
    }

    asio::posix::stream_descriptor pidfd_;
    asio::steady_timer timer_;
    pid_t pid_;
    std::function<void()> ended_;
};

class PidfdWatch final : public ProcessWatcher::Watch {
public:
    PidfdWatch(asio::io_context& io, pid_t pid, std::function<void()> ended)
        : vigil_(std::make_shared<Vigil>(io, pid, std::move(ended))) {
        vigil_->begin();
    }
    ~PidfdWatch() override { vigil_->end(); }

private:
    std::shared_ptr<Vigil> vigil_;
};

/// By /proc/PID/task/TID/stat.
class ProcThread final : public ProcessWatcher::Thread {
public:
    explicit ProcThread(int fd) : fd_(fd) {}
    ~ProcThread() override { ::close(fd_); }
    ProcThread(const ProcThread&) = delete;
    ProcThread& operator=(const ProcThread&) = delete;

    [[nodiscard]] bool asleep() override { return state_of(fd_) == 'S'; }

private:
    int fd_;
};

class PidfdWatcher final : public ProcessWatcher {
public:
    explicit PidfdWatcher(asio::io_context& io) : io_(io) {}
    [[nodiscard]] std::unique_ptr<Watch> watch(pid_t pid, std::function<void()> ended) override {
        return std::make_unique<PidfdWatch>(io_, pid, std::move(ended));
    }

    [[nodiscard]] std::unique_ptr<Thread> thread(pid_t process, pid_t thread) override {
        const std::string path = "/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) + "/stat";
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return nullptr;
        return std::make_unique<ProcThread>(fd);
    }

private:
    asio::io_context& io_;
};

}  // namespace

std::unique_ptr<ProcessWatcher> make_process_watcher(boost::asio::io_context& io) {
    return std::make_unique<PidfdWatcher>(io);
}

}  // namespace mlosim::host
