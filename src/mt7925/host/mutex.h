#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "sim/event_queue.h"

namespace mlosim::mt7925::host {

/// A lock that tasks wait for in order of their coming (struct mutex). Who holds it, and who has waited too long, can
/// be told.
class Mutex {
public:
    /// Told of a task that waits for two minutes: its name and the holder's. cf. check_hung_task()
    using Hung = std::function<void(const std::string& task, const std::string& holder)>;
    static constexpr std::chrono::seconds hung_after{120};

    explicit Mutex(sim::EventQueue& queue) : queue_(queue) {}
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;
    void set_hung(Hung hung) { hung_ = std::move(hung); }

    [[nodiscard]] bool held() const noexcept { return holder_.has_value(); }
    [[nodiscard]] const std::optional<std::string>& holder() const noexcept { return holder_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

    /// Gives the mutex back when it goes.
    class [[nodiscard]] Guard {
    public:
        explicit Guard(Mutex& mutex) noexcept : mutex_(&mutex) {}
        Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Guard& operator=(Guard&&) = delete;
        ~Guard() { release(); }
        void release() {
            if (Mutex* mutex = std::exchange(mutex_, nullptr)) mutex->unlock();
        }

    private:
        Mutex* mutex_;
    };

    class [[nodiscard]] Lock {
    public:
        Lock(Mutex& mutex, std::string who) : mutex_(mutex), who_(std::move(who)) {}
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        ~Lock();
        [[nodiscard]] bool await_ready();
        void await_suspend(std::coroutine_handle<> waiting);
        [[nodiscard]] Guard await_resume();

    private:
        friend class Mutex;
        Mutex& mutex_;
        std::string who_;
        std::coroutine_handle<> handle_;
        sim::Timer timer_;
        enum class State : std::uint8_t { asked, waiting, given, taken } state_ = State::asked;
    };
    /// `auto lock = co_await mutex.lock("mac_work");`
    [[nodiscard]] Lock lock(std::string who) { return Lock(*this, std::move(who)); }

private:
    void unlock();
    /// The next one who waits goes on, in an event of its own.
    void pass_on();

    sim::EventQueue& queue_;
    Hung hung_;
    std::optional<std::string> holder_;
    std::list<Lock*> waiting_;
};

}  // namespace mlosim::mt7925::host
