#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "host/detail/participants.h"
#include "host/detail/time_page.h"
#include "host/time_server.h"

namespace mlosim::host {

/// The time server. Its sources: time_server.cc, who joins and leaves and what they say; turns.cc, whose turn it is;
/// patience.cc, who lets the others wait.
class Turns final : public TimeServer {
public:
    Turns(boost::asio::io_context& io, const sim::WallClock& wall, TimeOptions options,
          std::unique_ptr<ProcessWatcher> watcher)
        : wall_(wall), options_(std::move(options)), watcher_(std::move(watcher)), timer_(io) {}

    Result<void> open() {
        const auto zero = options_.boottime_at_zero.count();
        return page_.open(zero, options_.realtime_at_zero.count() - zero);
    }

    void expect(pid_t pid, const std::string& name) override;
    [[nodiscard]] bool takes_part(pid_t pid) const override;
    void look_again() override;
    void on_turn_end(std::function<void()> callback) override { turn_end_.push_back(std::move(callback)); }
    [[nodiscard]] bool settled() const override;

    [[nodiscard]] bool present() const override;
    Progress proceed(sim::Time now) override;
    [[nodiscard]] std::optional<sim::Time> earliest_deadline() const override;
    [[nodiscard]] std::uint64_t doings() const override { return doings_; }
    [[nodiscard]] std::uint64_t outputs() const override { return outputs_; }

    [[nodiscard]] Result<Joined> join(TimeChannel& channel, const mlosim_join& join, pid_t peer) override;
    Result<void> message(std::uint32_t participant, const mlosim_time_message& message) override;
    void closed(std::uint32_t participant) override;
    [[nodiscard]] pid_t number_outsider() override { return next_outsider_++; }
    void sent_to(pid_t pid) override;

private:
    using State = Participant::State;
    using Awaited = TimedProcess::Awaited;

    /// No process of Linux has a number as large (PID_MAX_LIMIT is 1 << 22), so whoever sends a signal to a virtual one
    /// past the shim hits nobody. The lower 22 bits, of which libnl makes its ports, are unique all the same.
    static constexpr std::int32_t first_virtual_pid = (1 << 22) + 5001;
    /// Who asks for no time at all gets the turn again after that much: a program that waits for something in a loop
    /// gets forward.
    static constexpr sim::Duration shortest_wait = std::chrono::microseconds(1);

    [[nodiscard]] const TimedProcess* find(pid_t pid) const;
    [[nodiscard]] TimedProcess* find(pid_t pid) {
        return const_cast<TimedProcess*>(static_cast<const Turns*>(this)->find(pid));
    }
    TimedProcess& new_process(pid_t pid, std::string name);
    void watch(TimedProcess& process);
    void await(TimedProcess& process, Awaited what);
    void draw_key(TimedProcess& process);
    Participant& add(TimedProcess& process, TimeChannel& channel, State state, std::uint32_t number);
    void drop_members(TimedProcess& process);
    void ended(std::int32_t virtual_pid);

    void enter(Participant& who, State state);
    Result<void> idle(Participant& who, const mlosim_time_message& message);
    Result<void> adopt(Participant& who, pid_t pid);
    void leave(Participant& who, bool process_ends);
    void take_turn_back();
    /// Of who has done something. Turns that had nothing leave no trace: how many there are depends on who is found
    /// awake.
    void end_turn() {
        last_ = std::exchange(holder_, 0);
        turn_over_ = true;
    }
    void answer_syncs();
    [[nodiscard]] bool somebody_awaited() const;
    [[nodiscard]] Participant* next();
    [[nodiscard]] bool look_at_threads();
    void let_sleep();
    static void doubt(Participant& who) {
        who.stale = true;
        who.seen = Participant::Seen::no;
    }
    void set_now(sim::Time now);
    [[nodiscard]] sim::Time moment(std::int64_t page_ns) const {
        const auto since_boot = sim::Duration(std::max<std::int64_t>(page_ns, 0));  // the past is the past
        return sim::Time{since_boot - options_.boottime_at_zero};
    }

    void keep_watch();
    void check();
    void check(Participant& who);
    void check(TimedProcess& process);
    void check_progress();
    void note_bustle();
    void warn(const TimedProcess& process, const std::string& what) const;
    [[nodiscard]] std::string time_stands() const;

    const sim::WallClock& wall_;
    TimeOptions options_;
    std::unique_ptr<ProcessWatcher> watcher_;
    TimePage page_;
    sim::Time now_;
    std::map<std::int32_t, TimedProcess> processes_;
    std::map<std::uint32_t, Participant> participants_;
    std::uint32_t next_number_ = 1;
    std::int32_t next_virtual_pid_ = first_virtual_pid;
    pid_t next_outsider_ = 1;
    std::uint64_t doings_ = 0;
    std::uint32_t holder_ = 0;  ///< 0: nobody
    std::uint32_t last_ = 0;    ///< who ran last
    std::int32_t doer_ = 0;     ///< of which process that was that has done something
    bool turn_over_ = false;    ///< the callbacks have not been told yet
    std::uint64_t outputs_ = 0;
    /// Of everybody who ever took part: sockets outlive, in children, the process that made them.
    std::set<pid_t> known_pids_;
    std::vector<std::function<void()>> turn_end_;
    boost::asio::steady_timer timer_;
    bool timer_runs_ = false;

    /// What programs do without time going on: no one of them for long, perhaps, but there is always one.
    struct {
        bool over = true;        ///< time has gone on, or nobody had anything to do
        sim::Duration since{0};  ///< of the wall's
        std::uint64_t doings = 0;
        bool warned = false;
    } bustle_;
};

}  // namespace mlosim::host
