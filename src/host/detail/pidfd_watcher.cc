#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
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

class PidfdWatcher final : public ProcessWatcher {
public:
    explicit PidfdWatcher(asio::io_context& io) : io_(io) {}
    [[nodiscard]] std::unique_ptr<Watch> watch(pid_t pid, std::function<void()> ended) override {
        return std::make_unique<PidfdWatch>(io_, pid, std::move(ended));
    }

private:
    asio::io_context& io_;
};

}  // namespace

std::unique_ptr<ProcessWatcher> make_process_watcher(boost::asio::io_context& io) {
    return std::make_unique<PidfdWatcher>(io);
}

}  // namespace mlosim::host
