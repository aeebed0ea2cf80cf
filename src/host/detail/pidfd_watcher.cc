#include <array>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/time_server.h"

namespace mlosim::host {
namespace {

namespace asio = boost::asio;

/// What a handler of Asio's that outlives its watch finds.
struct Told {
    std::function<void()> ended;
};

class PidfdWatch final : public ProcessWatcher::Watch {
public:
    PidfdWatch(asio::io_context& io, pid_t pid, std::function<void()> ended)
        : pidfd_(io), told_(std::make_shared<Told>(Told{std::move(ended)})) {
        const auto tell = [told = told_] {
            if (const auto call = std::exchange(told->ended, nullptr)) call();
        };
        const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
        if (fd < 0) {
            asio::post(io, tell);
            return;
        }
        pidfd_.assign(fd);
        // Readable once the process is a zombie, or gone.
        pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, [tell](const boost::system::error_code& error) {
            if (!error) tell();
        });
    }
    ~PidfdWatch() override { told_->ended = nullptr; }

private:
    asio::posix::stream_descriptor pidfd_;
    std::shared_ptr<Told> told_;
};

/// By the third field of /proc/PID/task/TID/stat.
class ProcThread final : public ProcessWatcher::Thread {
public:
    explicit ProcThread(int fd) : fd_(fd) {}
    ~ProcThread() override { ::close(fd_); }
    ProcThread(const ProcThread&) = delete;
    ProcThread& operator=(const ProcThread&) = delete;

    [[nodiscard]] bool asleep() override {
        std::array<char, 128> text{};
        const ssize_t got = ::pread(fd_, text.data(), text.size(), 0);
        if (got <= 0) return false;
        const std::string_view line(text.data(), static_cast<std::size_t>(got));
        const std::size_t name_end = line.rfind(')');  // of the thread's name, which may hold anything
        return name_end != std::string_view::npos && line.substr(name_end).starts_with(") S ");
    }

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
