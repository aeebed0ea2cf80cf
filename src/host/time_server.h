#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "host/time_wire.h"
#include "sim/result.h"
#include "sim/virtual_time.h"
#include "sim/wall_clock.h"

namespace boost::asio {
class io_context;
}

namespace mlosim::host {

/// What programs in virtual time believe the clocks showed when the world began, and how patient the daemon is.
struct TimeOptions {
    /// CLOCK_MONOTONIC and CLOCK_BOOTTIME.
    sim::Duration boottime_at_zero = std::chrono::seconds(1000);
    /// CLOCK_REALTIME, since 1970.
    sim::Duration realtime_at_zero{0};
    /// Random numbers of programs come from this seed; without one they are the machine's.
    std::optional<std::uint64_t> entropy_seed;

    // Real time, for what no virtual clock can tell.
    /// Who has had the turn for that long is named in a warning.
    sim::Duration stall_patience = std::chrono::seconds(10);
    /// How long time waits for a program that was started, and has not joined.
    sim::Duration join_patience = std::chrono::seconds(5);
    /// Gets a sentence that names a program. Called once for each cause.
    std::function<void(const std::string&)> warn;
};

/// Looks at processes as the kernel shows them.
class ProcessWatcher {
public:
    virtual ~ProcessWatcher() = default;
    /// For as long as it lives, `ended` is called once, from a clean stack, when the process has ended (and is a
    /// zombie, which its parent can wait for); soon, if there is none.
    class Watch {
    public:
        virtual ~Watch() = default;
    };
    [[nodiscard]] virtual std::unique_ptr<Watch> watch(pid_t pid, std::function<void()> ended) = 0;

    class Thread {
    public:
        virtual ~Thread() = default;
        /// It is blocked in a system call. What wakes it shows here at once: the kernel makes a thread runnable before
        /// the call returns that is the reason.
        [[nodiscard]] virtual bool asleep() = 0;
    };
    /// Nothing if there is none, or if it cannot be looked at.
    [[nodiscard]] virtual std::unique_ptr<Thread> thread(pid_t process, pid_t thread) = 0;
};
/// By pidfd_open(2) and proc(5).
[[nodiscard]] std::unique_ptr<ProcessWatcher> make_process_watcher(boost::asio::io_context& io);

/// A participant's connection, as the time server sees it.
class TimeChannel {
public:
    virtual void send(const mlosim_time_message& message) = 0;
    /// Closes it; TimeServer::closed() follows, from a clean stack.
    virtual void end() = 0;

protected:
    ~TimeChannel() = default;
};

/// Programs' time in a world whose clock is virtual: who takes part, whose turn it is, until when they are idle
/// (host/time_wire.h). One thread of one program runs at a time, in the order of joining, so that all that they do
/// repeats. Whoever owns the main loop reads all that programs have sent, and calls proceed() then.
class TimeServer {
public:
    /// Errors are those of memfd_create(2), in words. Without a `watcher`, pidfds are used.
    [[nodiscard]] static Result<std::unique_ptr<TimeServer>> open(boost::asio::io_context& io,
                                                                  const sim::WallClock& wall, TimeOptions options,
                                                                  std::unique_ptr<ProcessWatcher> watcher = nullptr);
    virtual ~TimeServer() = default;

    // For whoever starts programs, and speaks to them.

    /// A process was started and will join by itself: time waits for it, some real seconds at most. It has its place
    /// in the order, and its virtual pid, from now on. `name` is for warnings.
    virtual void expect(pid_t pid, const std::string& name) = 0;
    /// Some thread of that process takes part, or it is expected.
    [[nodiscard]] virtual bool takes_part(pid_t pid) const = 0;
    /// Somebody has spoken to programs: all of them are asked before time moves on.
    virtual void look_again() = 0;
    /// Called whenever a turn has ended, all that the program sent in it has been handled, and whoever it started or
    /// ended is there or gone; and when a process has ended otherwise. What programs do repeats, at these moments and
    /// in no other, so that only here may it get into a record.
    virtual void on_turn_end(std::function<void()> callback) = 0;
    /// Nobody has the turn, nobody is awaited and nobody needs asking.
    [[nodiscard]] virtual bool settled() const = 0;

    // For the main loop.

    /// Somebody takes part, or is expected to.
    [[nodiscard]] virtual bool present() const = 0;
    enum class Progress : std::uint8_t {
        awaits,  ///< somebody has the turn, or is to begin or to end
        again,   ///< what programs have said meanwhile is to be read, then proceed() called once more
        settled,
    };
    /// All that has come in has been read, and the world is at `now`: takes the turn back, answers, gives the next one.
    virtual Progress proceed(sim::Time now) = 0;
    /// Until when all are idle; nothing: for ever. Only while settled.
    [[nodiscard]] virtual std::optional<sim::Time> earliest_deadline() const = 0;
    /// Turns so far in which a program did something, and ends of threads and processes.
    [[nodiscard]] virtual std::uint64_t doings() const = 0;
    /// Grows whenever something was sent to a program's sockets.
    [[nodiscard]] virtual std::uint64_t outputs() const = 0;

    // For connections.

    struct Joined {
        std::uint32_t participant = 0;
        mlosim_time_facts facts{};
        int page = -1;  ///< descriptor of the page, which stays the server's
    };
    /// `peer` is who the kernel says has connected. ESRCH: a thread or a child of a process that takes no part.
    [[nodiscard]] virtual Result<Joined> join(TimeChannel& channel, const mlosim_join& join, pid_t peer) = 0;
    /// EPROTO: nothing that a participant says there; the connection is to be ended.
    virtual Result<void> message(std::uint32_t participant, const mlosim_time_message& message) = 0;
    virtual void closed(std::uint32_t participant) = 0;
    /// What stands for its pid in whatever is recorded of a program that takes no part: 1, 2, 3 …
    [[nodiscard]] virtual pid_t number_outsider() = 0;
    /// The daemon has sent something to a socket which that process made.
    virtual void sent_to(pid_t pid) = 0;
};

}  // namespace mlosim::host
