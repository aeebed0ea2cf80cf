#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "sim/event_queue.h"
#include "sim/invariant.h"

/// What the driver does takes time: it waits for answers, for locks, for a while. So its functions are coroutines, and
/// what would be a thread or a work item of the kernel is a task in a TaskSet. All run in events of the world's queue;
/// nothing is concurrent but what waits.
namespace mlosim::mt7925::host {

template <class T>
class Task;

namespace detail {

/// Goes on where the task was awaited.
struct Continue {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
        return done.promise().continuation;
    }
    void await_resume() const noexcept {}
};

struct PromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] Continue final_suspend() const noexcept { return {}; }
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object() noexcept;
    void return_value(T result) { value.emplace(std::move(result)); }
    T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace detail

/// A function that may wait. It begins when it is awaited (or given to a TaskSet), and ends with its owner.
template <class T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
        handle_.promise().continuation = caller;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

private:
    friend class TaskSet;
    std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace detail

/// Tasks that nobody awaits, each with a name for the log. They end with the set at the latest, wherever they wait.
class TaskSet {
public:
    TaskSet() = default;
    TaskSet(const TaskSet&) = delete;
    TaskSet& operator=(const TaskSet&) = delete;

    /// Runs until it waits for the first time.
    void start(std::string name, Task<void> task);
    [[nodiscard]] std::size_t size() const noexcept { return running_.size(); }

private:
    struct Running {
        std::string name;
        std::optional<Task<void>> body;
        std::optional<Task<void>> whole;
    };
    static Task<void> run(TaskSet& set, std::list<Running>::iterator self);
    void sweep();

    std::list<Running> running_;
    std::list<Running> ended_;
    unsigned depth_ = 0;
};

/// `co_await Pause(queue, 5ms)`
class [[nodiscard]] Pause {
public:
    Pause(sim::EventQueue& queue, sim::Duration time) : queue_(queue), time_(time) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
        timer_ = queue_.after(time_, [waiting] { waiting.resume(); });
    }
    void await_resume() const noexcept {}

private:
    sim::EventQueue& queue_;
    sim::Duration time_;
    sim::Timer timer_;
};

/// A condition that tasks wait for (wait_queue_head_t): raised, everybody who waits goes on, each in an event of its
/// own.
class Signal {
public:
    explicit Signal(sim::EventQueue& queue) : queue_(queue) {}
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void raise();

    class [[nodiscard]] Wait {
    public:
        Wait(Signal& signal, std::optional<sim::Duration> limit) : signal_(signal), limit_(limit) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait();
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiting);
        /// False: the limit passed first.
        [[nodiscard]] bool await_resume() const noexcept { return raised_; }

    private:
        friend class Signal;
        Signal& signal_;
        std::optional<sim::Duration> limit_;
        std::coroutine_handle<> waiting_;
        sim::Timer timer_;
        bool raised_ = false;
        bool listed_ = false;
    };
    [[nodiscard]] Wait wait(std::optional<sim::Duration> limit = std::nullopt) { return Wait(*this, limit); }

private:
    sim::EventQueue& queue_;
    std::list<Wait*> waiting_;
};

}  // namespace mlosim::mt7925::host
