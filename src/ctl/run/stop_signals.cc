#include "ctl/run/stop_signals.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <sys/signalfd.h>
#include <unistd.h>

namespace mlosim::ctl::run {

namespace {

sigset_t stopping() {
    sigset_t out;
    sigemptyset(&out);
    sigaddset(&out, SIGINT);
    sigaddset(&out, SIGTERM);
    return out;
}

}  // namespace

Result<StopSignals> StopSignals::open() {
    const sigset_t signals = stopping();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    const int descriptor = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor < 0) return fail(errno, std::string("signalfd: ") + std::strerror(errno));
    return StopSignals(descriptor);
}

StopSignals::StopSignals(StopSignals&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), count_(other.count_) {}

StopSignals::~StopSignals() {
    if (descriptor_ < 0) return;
    (void)count();  // what came until now was heard, and ends nobody any more
    ::close(descriptor_);
    const sigset_t signals = stopping();
    ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

int StopSignals::count() {
    signalfd_siginfo one;
    while (::read(descriptor_, &one, sizeof one) == sizeof one)
        ++count_;
    return count_;
}

}  // namespace mlosim::ctl::run
