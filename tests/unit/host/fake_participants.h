#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/time_server.h"

namespace mlosim::host::testing {

/// A wall clock that a test moves.
class ClockInHand final : public sim::WallClock {
public:
    [[nodiscard]] sim::Duration now() const override { return now_; }
    void advance(sim::Duration by) { now_ += by; }

private:
    sim::Duration now_{0};
};

/// Processes that end when the test says so, and whose threads sleep when it says so.
class FakeProcesses final : public ProcessWatcher {
public:
    explicit FakeProcesses(std::multimap<pid_t, std::function<void()>>& watched,
                           const std::set<pid_t>* sleepers = nullptr)
        : watched_(watched), sleepers_(sleepers) {}
    [[nodiscard]] std::unique_ptr<Watch> watch(pid_t pid, std::function<void()> ended) override {
        watched_.emplace(pid, std::move(ended));
        return std::make_unique<Watch>();
    }
    class FakeThread final : public Thread {
    public:
        FakeThread(const std::set<pid_t>& sleepers, pid_t number) : sleepers_(sleepers), number_(number) {}
        [[nodiscard]] bool asleep() override { return sleepers_.count(number_) > 0; }

    private:
        const std::set<pid_t>& sleepers_;
        pid_t number_;
    };
    [[nodiscard]] std::unique_ptr<Thread> thread(pid_t, pid_t thread) override {
        if (sleepers_ == nullptr) return nullptr;
        return std::make_unique<FakeThread>(*sleepers_, thread);
    }

private:
    std::multimap<pid_t, std::function<void()>>& watched_;
    const std::set<pid_t>* sleepers_;
};

/// One thread of a program that does what the test says.
class FakeParticipant final : public TimeChannel {
public:
    FakeParticipant(TimeServer& server, mlosim_join_kind kind, pid_t peer, const std::string& name) : server_(server) {
        mlosim_join join{};
        join.kind = kind;
        join.thread = peer;
        name.copy(join.name, sizeof join.name - 1);
        joined = server_.join(*this, join, peer);
        if (joined) number_ = joined->participant;
    }
    ~FakeParticipant() { close(); }
    FakeParticipant(const FakeParticipant&) = delete;
    FakeParticipant& operator=(const FakeParticipant&) = delete;

    bool say(mlosim_time_kind kind, std::int64_t value = 0, std::uint32_t ran = 0) {
        return server_.message(number_, {static_cast<std::uint32_t>(kind), ran, value}).has_value();
    }
    bool idle(bool ran, std::int64_t deadline = MLOSIM_TIME_NEVER) {
        return say(MLOSIM_TIME_IDLE, deadline, ran ? 1 : 0);
    }
    void close() {
        if (number_ != 0) server_.closed(std::exchange(number_, 0));
    }

    Result<TimeServer::Joined> joined = fail(EAGAIN);
    unsigned turns = 0;
    unsigned synced = 0;
    bool told_to_end = false;

private:
    void send(const mlosim_time_message& message) override {
        if (message.kind == MLOSIM_TIME_TURN) turns++;
        if (message.kind == MLOSIM_TIME_SYNCED) synced++;
    }
    void end() override { told_to_end = true; }

    TimeServer& server_;
    std::uint32_t number_ = 0;
};

}  // namespace mlosim::host::testing
