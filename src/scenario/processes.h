#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scenario/cast.h"
#include "scenario/failure.h"
#include "scenario/process_plan.h"
#include "scenario/process_runner.h"
#include "scenario/step.h"
#include "sim/event_queue.h"
#include "sim/trace.h"

namespace mlosim::scenario {

struct Scenario;

/// The programs of a scenario: starts each in its turn, sees whether it gets ready and ends as it should, puts what
/// they say into the trace, and carries questions to them.
class Processes final : private ProcessEvents {
public:
    /// How long one has to end when it was told to; how often control interfaces are asked for an expectation's sake.
    static constexpr sim::Duration patience = std::chrono::seconds(5);
    static constexpr sim::Duration poll_interval = std::chrono::milliseconds(50);
    static constexpr sim::Duration interval = std::chrono::milliseconds(10);

    /// Everything passed in must outlive it.
    Processes(sim::EventQueue& queue, sim::Trace& trace, const Cast& cast, const Scenario& scenario);
    ~Processes();
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;

    /// Who runs them. Without one they cannot be started.
    void set_runner(ProcessRunner* runner);

    /// Is it so, now?
    using Judge = std::function<bool(const Condition&)>;
    /// `news` is called after something has changed, from an event of the queue.
    void begin(Judge judge, std::function<void()> news);
    /// The world ends: whoever should have ended by itself by now, or started, has failed. Nothing is recorded any
    /// more.
    void close();
    /// Nobody is waited for any more who is to end by itself.
    [[nodiscard]] bool done() const;
    [[nodiscard]] const std::vector<Failure>& failures() const noexcept { return failures_; }

    // Steps.
    Result<void> start(const std::string& process);
    Result<void> stop(const std::string& process);
    Result<void> signal(const std::string& process, int number);
    /// `done` gets EBADMSG, with the answer in words, for an answer that is not as wanted.
    void command(const ControlStep& step, std::function<void(Result<void>)> done);

    // Conditions. If `seen` is given, it gets what is there instead, in words.
    [[nodiscard]] bool holds(const OutputCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const EventCondition& condition, std::string* seen) const;
    [[nodiscard]] bool holds(const ProcessCondition& condition, std::string* seen) const;
    /// By the last answer, which is renewed now and then.
    [[nodiscard]] bool holds(const ControlCondition& condition, std::string* seen);
    /// Calls `heard` when all that programs do at this moment has been heard, and what the condition asks answered.
    void hear(const Condition& condition, std::function<void()> heard);

private:
    /// The lines or events that a condition is about.
    struct Count {
        TextMatch match;
        std::uint64_t count = 0;
    };
    struct Poll {
        std::optional<Result<std::string>> last;
        sim::Time asked;
        bool pending = false;
        std::vector<std::function<void()>> waiting;
    };
    struct Question {
        ControlName interface;
        std::string command;
        std::function<void(Result<std::string>)> answered;
    };
    struct Process {
        const ProcessPlan* plan = nullptr;
        ProcessState state = ProcessState::waiting;
        sim::Time started;
        bool late = false;     ///< was not ready in time, which has been said
        bool may_end = false;  ///< it was told to
        bool was_started = false;
        std::optional<host::ProgramEnding> ending;
        sim::Timer last_chance;
        std::deque<std::string> last_lines;
        std::deque<Question> questions;  ///< the first is being asked
        std::map<std::pair<ControlName, std::string>, Poll> polls;
        std::vector<std::pair<ControlName, bool>> attachments;  ///< interface, attached
    };

    // ProcessEvents
    void wrote(ProcessIndex index, const std::string& line) override;
    void ended(ProcessIndex index, const host::ProgramEnding& ending) override;
    void told(ProcessIndex index, const ControlName& interface, const std::string& event) override;
    void heard() override;

    void count_what(const Condition& condition);
    [[nodiscard]] Process& named(const std::string& name);
    [[nodiscard]] const Process& named(const std::string& name) const;
    [[nodiscard]] ProcessIndex index_of(const Process& process) const;
    [[nodiscard]] bool may_start(const Process& process) const;
    Result<void> launch(Process& process);
    void look();
    void look_at(Process& process);
    void soon();
    void ask(Process& process, Question question);
    void ask_next(ProcessIndex index);
    Poll& poll(const ControlCondition& condition, bool anew);
    void fail_process(Process& process, std::string expected, std::string seen);

    sim::EventQueue& queue_;
    sim::Trace& trace_;
    const Cast& cast_;
    ProcessRunner* runner_ = nullptr;
    std::vector<Process> processes_;
    std::map<const void*, Count> counts_;  ///< by condition
    std::vector<std::pair<const OutputCondition*, ProcessIndex>> outputs_;
    std::vector<std::pair<const EventCondition*, ProcessIndex>> events_;
    Judge judge_;
    std::function<void()> news_;
    sim::Timer next_look_;
    sim::Timer look_soon_;
    std::vector<Failure> failures_;
    bool closed_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace mlosim::scenario
